//! Files that the user names: every error says by which option, which file, and what to do.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{anyhow, bail};
use modelkin::report::printable;

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
    const MOST: u64 = 64 << 20;
    const REMEDY: &str = "name a CSV file, or leave the option out";
    let refused = |error: io::Error| refused(option, path, &error, REMEDY);
    let meta = fs::metadata(path).map_err(refused)?;
    if !meta.is_file() || meta.len() > MOST {
        bail!("{}: is no table: no ordinary file of at most {} MiB; {REMEDY}", named(option, path), MOST >> 20);
    }
    fs::read(path).map_err(refused)
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
