//! The files that the user names are looked at here: every error says by which option a file was named, which it is,
//! and what to do.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use modelkin::ink::printable;
use modelkin::snapshot::{FileSet, Snapshot};
use modelkin::source::read_whole;

/// A snapshot that becomes another file.
#[derive(Debug, clap::Args)]
pub struct FromTo {
    /// The snapshot
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

/// A file as the user named it: the option and the path, or the path alone where no option names it.
pub fn named(option: &str, path: &Path) -> String {
    let path = printable(&path.display().to_string());
    let path = if path.is_empty() { "\"\"".to_owned() } else { path };
    if option.is_empty() { path } else { format!("{option} {path}") }
}

/// What the operating system said of a named file, and what to do about it.
pub fn refused(option: &str, path: &Path, error: &io::Error, remedy: &str) -> anyhow::Error {
    let reason = match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "it may not be read or written".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::NotADirectory => "a part of its path is a file and no folder".to_owned(),
        _ => error.to_string(),
    };
    anyhow!("{}: {reason}; {remedy}", named(option, path))
}

/// The text of a table that the user names beside a snapshot.
pub fn table(option: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    text(option, path, "table", "name a CSV file, or leave the option out")
}

/// The text of a list of models that the user names.
pub fn list(option: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    text(option, path, "list", "name a file of ids, or a bill of materials")
}

/// The text of a policy that the user names.
pub fn policy(option: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    text(option, path, "policy", "name a JSON file, or leave the option out")
}

/// So many bytes has a table, a list or a policy at most.
pub const MOST: u64 = 64 << 20;

fn text(option: &str, path: &Path, what: &str, remedy: &str) -> anyhow::Result<Vec<u8>> {
    let refused = |error: io::Error| refused(option, path, &error, remedy);
    let meta = fs::metadata(path).map_err(refused)?;
    if !meta.is_file() || meta.len() > MOST {
        bail!("{}: is no {what}: no ordinary file of at most {} MiB; {remedy}", named(option, path), MOST >> 20);
    }
    read_whole(path, MOST).map_err(refused)
}

/// Refuses a file to be written whose folder is not there.
pub fn has_folder(option: &str, path: &Path) -> anyhow::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        bail!(
            "{}: there is no folder {}; make it first",
            named(option, path),
            printable(&folder.display().to_string())
        );
    }
    Ok(())
}

/// What an output may take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// An older snapshot, or an empty file.
    Snapshots,
    /// Whatever file, as the shell's `>` does; but no snapshot, which may have taken an hour to make.
    Others,
}

/// Where the file is to stand that an option names: a link is followed, to a file that is not there yet too. It is refused if
/// it is one of those that are read, or may not take the place of what is there.
pub fn target<'p>(
    option: &str,
    path: &Path,
    over: Over,
    mut read: impl Iterator<Item = &'p Path>,
) -> anyhow::Result<PathBuf> {
    let name = named(option, path);
    has_folder(option, path)?;
    let is_folder = path.file_name().is_none() || path.to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
    if is_folder {
        bail!("{name}: is no file; name another one");
    }
    let target = FileSet::landing(path).map_err(|error| refused(option, path, &error, "name another file"))?;
    has_folder(option, &target)?;
    let Ok(known) = fs::metadata(&target) else { return Ok(target) };
    if !known.is_file() {
        bail!("{name}: is no file; name another one");
    }
    if read.any(|read| is_same(read, &target)) {
        bail!("{name}: is one of the files that are read for it; name another one");
    }
    let is_snapshot = is_snapshot(&target).with_context(|| name.clone())?;
    match over {
        Over::Snapshots if !is_snapshot && known.len() > 0 => {
            bail!("{name}: is there already and is no snapshot; name another file, or remove this one")
        }
        Over::Others if is_snapshot => {
            bail!("{name}: is a snapshot, whose place only another one may take; name another file, or remove this one")
        }
        _ => Ok(target),
    }
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    #[cfg(unix)]
    let file = |path: &Path| {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).map(|known| (known.dev(), known.ino())).ok()
    };
    #[cfg(not(unix))]
    let file = |path: &Path| fs::canonicalize(path).ok();
    file(one).is_some_and(|one| file(other) == Some(one))
}

/// The first bytes of a file, so many at most.
pub fn head(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a file was written as a snapshot, be it damaged or of another version: an Arrow file with this program's notes at
/// its beginning, or a packed one.
fn is_snapshot(path: &Path) -> io::Result<bool> {
    const HEAD: u64 = 1 << 20;
    const NOTES: &[u8] = b"modelkin";
    let head = head(path, HEAD)?;
    let is_arrow = head.starts_with(b"ARROW1") && head.windows(NOTES.len()).any(|bytes| bytes == NOTES);
    Ok(is_arrow || Snapshot::is_packed(&head))
}

/// A path with something added to its last part.
pub fn beside(path: &Path, added: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(added);
    name.into()
}
