//! Files that somebody writes to while they are read.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use modelkin::source::{self, Fill, Projection};

use crate::files::folder;
use crate::odd_tables::parquet;

const SAID: &str = "was written to while it was read; import it again when that is done";

/// What somebody does to a file, in words and in deed.
type Disturbance<'d> = (&'d str, &'d (dyn Fn(&Path) + Sync));

/// Reads a file, as a whole or in parts, while somebody does something to it.
fn read(path: &Path, in_parts: bool, disturb: &(dyn Fn(&Path) + Sync)) -> Result<(), source::Error> {
    let mut sources = source::find(path, None).unwrap();
    let source = sources.pop().unwrap();
    match in_parts {
        true => {
            let gather = |fill: Fill<'_>| fill(&mut |_| disturb(path));
            source::read_gathered(source, Projection::All, gather, drop).map(drop)
        }
        false => source.read(&mut |_| disturb(path)).map(drop),
    }
}

#[test]
fn a_file_that_is_written_to_while_it_is_read_is_an_error() {
    let rows: String = (0..70_000).map(|at| format!("{{\"id\":\"o/m{at:05}\",\"tags\":[]}}\n")).collect();
    let table: String = (0..70_000).map(|at| format!("o/m{at:05},a/b\n")).collect();
    let edges: String = (0..70_000).map(|at| format!("a/b -> o/m{at:05}\n")).collect();
    let files = folder(&[
        ("x.jsonl", rows.as_bytes()),
        ("x.csv", format!("id,base_model\n{table}").as_bytes()),
        ("x.edges", edges.as_bytes()),
    ]);
    let dump = parquet(&["id", "tags"], &[&["o/m", "x"], &["o/n", "y"]]);
    let dump_file = fs::read_dir(dump.path()).unwrap().next().unwrap().unwrap().path();
    let paths = ["x.jsonl", "x.csv", "x.edges"].map(|name| files.path().join(name));
    let disturbances: [Disturbance<'_>; 4] = [
        // At a line's end.
        ("cut off", &|path| File::options().write(true).open(path).unwrap().set_len(0).unwrap()),
        ("lengthened", &|path| File::options().append(true).open(path).unwrap().write_all(b"\n").unwrap()),
        ("written over", &|path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, bytes).unwrap();
            File::options().write(true).open(path).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
        }),
        ("replaced", &|path| {
            let other = path.with_extension("new");
            fs::copy(path, &other).unwrap();
            fs::rename(&other, path).unwrap();
        }),
    ];
    for path in paths.iter().chain([&dump_file]) {
        let whole = fs::read(path).unwrap();
        for (what, disturb) in &disturbances {
            for in_parts in [false, true] {
                let done = AtomicBool::new(false);
                let once = |path: &Path| {
                    if !done.swap(true, Ordering::Relaxed) {
                        disturb(path);
                    }
                };
                let error = read(path, in_parts, &once).expect_err(what).to_string();
                assert_eq!(error, format!("{}: {SAID}", path.display()), "{what} {in_parts}");
                fs::write(path, &whole).unwrap();
            }
        }
        for in_parts in [false, true] {
            read(path, in_parts, &|_| ()).unwrap();
        }
    }
    // What is removed is there for who reads it.
    let gone = |path: &Path| _ = fs::remove_file(path);
    read(&paths[0], false, &gone).unwrap();
}
