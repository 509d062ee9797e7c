//! A source that is read in parts, on all processors, gives what it gives as a whole.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use modelkin::import::{self, Given, Recipe};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::synthetic::{Shape, Synthetic};
use modelkin::source::{self, Error, Fill, Parts};

use crate::hub::dump::{self, Width};

/// A snapshot of records that came one after the other.
fn whole(path: &Path) -> Snapshot {
    let source = source::find(path, None).unwrap().remove(0);
    let mut builder = Builder::new();
    builder.source(&source.label().unwrap(), source.kind().name());
    let digested = source.read(&mut |found| builder.add(found)).unwrap();
    builder.digest(&digested.sha256, digested.bytes);
    digested.remarks.iter().for_each(|remark| builder.remark(remark));
    builder.finish(concat!("modelkin ", env!("CARGO_PKG_VERSION")), None, Some(0)).unwrap()
}

fn in_parts(path: &Path) -> Snapshot {
    let sources = source::find(path, None).unwrap().into_iter().map(Given::Source).collect();
    import::make(Builder::new(), sources, &Recipe::default(), &mut |_| ()).unwrap().snapshot
}

/// How many parts a source has, which all come, each once.
fn count(path: &Path) -> usize {
    struct Count(Mutex<Vec<usize>>);
    impl Parts for Count {
        fn part(&self, number: usize, fill: Fill<'_>) -> Result<(), Error> {
            self.0.lock().unwrap().push(number);
            fill(&mut |_| ())
        }
    }
    let count = Count(Mutex::default());
    source::find(path, None).unwrap().remove(0).read_parts(&count).unwrap();
    let mut numbers = count.0.into_inner().unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..numbers.len()).collect::<Vec<_>>());
    numbers.len()
}

fn are_the_same(path: &Path, parts: usize) {
    assert_eq!(count(path), parts, "{}", path.display());
    let (one, other) = (whole(path), in_parts(path));
    assert_eq!(one.provenance(), other.provenance(), "{}", path.display());
    assert_eq!(one.rejects(), other.rejects(), "{}", path.display());
}

/// Lines of today with some that say the same model again, some that are none, and fields that look like lineage.
#[test]
fn lines_in_parts_are_those_of_the_whole() {
    let mut rng = fastrand::Rng::with_seed(11);
    let mut lines = "{\"id\":\"first/row\"}\n".to_owned();
    for row in 0..60_000u32 {
        let pad = "x".repeat(rng.usize(0..150));
        let parent = rng.u32(0..2000);
        match rng.u8(0..40) {
            0 => writeln!(lines, "{{\"id\":\"a/{row}\",\"tags\":[\"cut"),
            1 => writeln!(lines),
            2 => writeln!(lines, "[{{\"id\":\"list/{row}\"}},{{\"id\":\"list/{row}-b\",\"parent_{}\":1}}]", row % 150),
            3 => writeln!(lines, "{{\"id\":\"A/{parent}\",\"likes\":{row},\"tags\":[\"base_model:b/{row}\"],\"my_parent\":\"{pad}\"}}"),
            _ => writeln!(
                lines,
                "{{\"_id\":\"{:024x}\",\"id\":\"a/{row}\",\"tags\":[\"{pad}\",\"base_model:a/{parent}\"],\"downloads\":{row}}}",
                row % 59_000
            ),
        }
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    fs::write(&path, &lines).unwrap();
    are_the_same(&path, lines.len().div_ceil(4 << 20));
    // What is no line after line is one part.
    let array = format!("[{}]", "{\"id\":\"a/b\"},".repeat(1000).trim_end_matches(','));
    let path = folder.path().join("rows.json");
    fs::write(&path, array).unwrap();
    are_the_same(&path, 1);
}

#[test]
fn row_groups_are_parts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("models.parquet");
    let mut bytes = Vec::new();
    dump::write(&Synthetic::new(9_000, Shape::Hub, 7), Width::Real, 2_000, &mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    are_the_same(&path, 5);
}

/// The first error is told, whichever part is read first.
#[test]
fn a_broken_part_is_told_as_in_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("models.parquet");
    let mut bytes = Vec::new();
    dump::write(&Synthetic::new(9_000, Shape::Hub, 7), Width::Real, 1_000, &mut bytes).unwrap();
    let length = bytes.len();
    bytes[length / 3..length / 2].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let find = || source::find(&path, None).unwrap().remove(0);
    let whole = find().read(&mut |_| ()).unwrap_err().to_string();
    let sources = vec![Given::Source(find())];
    let parts = import::make(Builder::new(), sources, &Recipe::default(), &mut |_| ()).unwrap_err().to_string();
    assert_eq!(whole, parts);
}
