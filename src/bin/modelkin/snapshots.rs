use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use modelkin::report::day;
use modelkin::snapshot::Snapshot;

use crate::args::Global;
use crate::output;

/// Opens the snapshot that is meant, and says on standard error which it is: the named one, else the last one
/// imported, else the sample.
pub fn open(global: &Global, named: Option<&Path>) -> anyhow::Result<Snapshot> {
    // An empty MODELKIN_SNAPSHOT is none.
    let meant = named.or(global.snapshot.as_deref()).filter(|path| !path.as_os_str().is_empty());
    if let Some(path) = meant {
        return Ok(Snapshot::open(path)?);
    }
    let (snapshot, what) = match last() {
        Some(path) if path.exists() => {
            let snapshot =
                Snapshot::open(&path).context("the snapshot that was imported last; name another with --snapshot")?;
            (snapshot, path.display().to_string())
        }
        _ => (
            modelkin::sample().map_err(anyhow::Error::from_boxed)?,
            "the sample inside the program, which is no census; import a dump to count the Hub".to_owned(),
        ),
    };
    let date = snapshot.provenance().taken.map_or("no date".to_owned(), day);
    output::note(&format!("snapshot: {what} ({date})"));
    Ok(snapshot)
}

/// Remembers a snapshot as the last one.
pub fn remember(path: &Path) -> anyhow::Result<()> {
    let Some(note) = note() else { return Ok(()) };
    let path = fs::canonicalize(path)?;
    if let Some(folder) = note.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&note, path.display().to_string()).with_context(|| note.display().to_string())
}

fn last() -> Option<PathBuf> {
    let path = fs::read_to_string(note()?).ok()?;
    Some(PathBuf::from(path.trim_end()))
}

/// Where the path of the last snapshot is kept.
fn note() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.data_dir().join("modelkin").join("last-snapshot"))
}
