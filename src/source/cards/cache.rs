//! A Hub cache: `models--owner--name/snapshots/REVISION/README.md`, with the revision in `refs/main`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::{Met, readme_in};
use crate::model::clip;
use crate::source::bounded::read_whole;

/// The kinds of repositories that are no models, as folders are named for them.
pub(super) const OTHERS: &[&str] = &["datasets", "spaces", "kernels"];
/// Longest name of a revision, in bytes, with blanks around it: no file system has longer names.
const MOST_NAME: u64 = 1024;

/// The kind and the rest of a name like `models--owner--name`, as the Hub's cache has them.
pub(in crate::source) fn cached(name: &str) -> Option<(&str, &str)> {
    name.split_once("--").filter(|(kind, _)| *kind == "models" || OTHERS.contains(kind))
}

/// Whether a folder is the Hub's cache of models.
pub(in crate::source) fn is_cache(folder: &Path) -> bool {
    let is_model = |entry: fs::DirEntry| entry.file_name().to_string_lossy().starts_with("models--");
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_model))
}

/// The revision that `refs/main` of a cached repository names, if it is there.
///
/// # Errors
/// The file, and why it names none.
pub(super) fn main_of(repository: &Path) -> Result<Option<String>, (PathBuf, String)> {
    let path = repository.join("refs").join("main");
    let text = match read_whole(&path, MOST_NAME) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err((path, format!("{error}; fetch the model again"))),
        Ok(text) => text,
    };
    let text = String::from_utf8_lossy(text.trim_ascii());
    // It becomes a path: what is more than a name leads anywhere.
    let mut parts = Path::new(text.as_ref()).components();
    let is_name =
        matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == text.as_ref());
    if !text.is_empty() && !is_name {
        let named = clip(&text, 80);
        return Err((
            path,
            format!("{named:?} is no revision, which is one folder of snapshots; fetch the model again"),
        ));
    }
    let is_there = !text.is_empty() && repository.join("snapshots").join(text.as_ref()).is_dir();
    Ok(is_there.then(|| text.into_owned()))
}

/// The README of a cached repository: of the revision that `refs/main` names, or of the newest snapshot where it names
/// none that is there.
pub(super) fn card_of(repository: &Path) -> Option<Met> {
    let snapshots = repository.join("snapshots");
    match main_of(repository) {
        Ok(Some(revision)) => return readme_in(&snapshots.join(revision)).map(Met::Card),
        Ok(None) => (),
        Err((path, reason)) => return Some(Met::Refused(path, reason)),
    }
    let mut revisions: Vec<_> = fs::read_dir(&snapshots)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.file_name()))
        })
        .collect();
    revisions.sort();
    revisions.iter().rev().find_map(|(_, name)| readme_in(&snapshots.join(name))).map(Met::Card)
}
