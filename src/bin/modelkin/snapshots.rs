use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use etcetera::BaseStrategy;
use modelkin::report::day;
use modelkin::snapshot::{Snapshot, Taken};

use crate::args::Question;
use crate::output;

/// Opens the snapshot that is meant, and says on standard error which it is if nobody named one: the last one imported,
/// else the sample.
pub fn open(question: &Question, named: Option<&Path>) -> anyhow::Result<Snapshot> {
    open_named(named.or(question.snapshot.as_deref()))
}

/// The same, of a snapshot that may be named.
pub fn open_named(named: Option<&Path>) -> anyhow::Result<Snapshot> {
    // An empty MODELKIN_SNAPSHOT is none.
    let meant = named.filter(|path| !path.as_os_str().is_empty());
    if let Some(path) = meant {
        return if path == Path::new(SAMPLE) { sample() } else { Ok(Snapshot::open(path)?) };
    }
    let (snapshot, what) = match last() {
        Some(path) => {
            let advice = || "the snapshot that was imported last; name another with --snapshot, or --snapshot sample";
            let snapshot = Snapshot::open(&path).with_context(advice)?;
            (snapshot, path.display().to_string())
        }
        None => {
            (sample()?, "the sample inside the program, which is no census; import a dump to count the Hub".to_owned())
        }
    };
    let date = match (snapshot.provenance().taken, snapshot.provenance().taken_from) {
        (Some(taken), Taken::Given | Taken::Crawl) => day(taken),
        (Some(taken), _) => format!("{} or later", day(taken)),
        (None, _) => "no date".to_owned(),
    };
    output::note(&format!("snapshot: {what} ({date})"));
    Ok(snapshot)
}

/// What was found in a snapshot, or why not: in a damaged one nothing is, for that reason.
pub fn found<T>(snapshot: &Snapshot, result: anyhow::Result<T>) -> anyhow::Result<T> {
    snapshot.intact()?;
    result
}

/// The name of the sample where a snapshot is named.
const SAMPLE: &str = "sample";

fn sample() -> anyhow::Result<Snapshot> {
    modelkin::sample().map_err(anyhow::Error::from_boxed)
}

/// Remembers a snapshot as the last one.
pub fn remember(path: &Path) -> anyhow::Result<()> {
    let Some(note) = note() else { return Ok(()) };
    let path = fs::canonicalize(path)?;
    let path = path.to_str().context("its path is not UTF-8")?;
    if let Some(folder) = note.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&note, path).with_context(|| note.display().to_string())
}

fn last() -> Option<PathBuf> {
    let path = fs::read_to_string(note()?).ok()?;
    Some(PathBuf::from(path.trim_end()))
}

/// The text of a table that the user names beside a snapshot.
pub fn table(path: &Path) -> anyhow::Result<Vec<u8>> {
    const MOST: u64 = 64 << 20;
    let name = || path.display().to_string();
    let meta = fs::metadata(path).with_context(name)?;
    if !meta.is_file() || meta.len() > MOST {
        bail!("{}: is no table: no ordinary file of at most {} MiB", name(), MOST >> 20);
    }
    fs::read(path).with_context(name)
}

/// Where the path of the last snapshot is kept.
fn note() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.data_dir().join("modelkin").join("last-snapshot"))
}
