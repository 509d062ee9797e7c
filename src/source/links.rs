//! Links among folders, which may make a tree without end out of a few folders.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

/// How often links led to each folder.
#[derive(Default)]
pub(super) struct Links(HashMap<PathBuf, u32>);

impl Links {
    /// So many names a folder may well have.
    const MOST: u32 = 100;

    /// Notes an entry that is a link to a folder, and tells why it is not to be followed if it is one too many.
    pub fn refuse(&mut self, entry: &walkdir::DirEntry) -> Option<String> {
        if !entry.path_is_symlink() || !entry.file_type().is_dir() {
            return None;
        }
        let folder = fs::canonicalize(entry.path()).ok()?;
        let times = self.0.entry(folder).or_default();
        *times += 1;
        (*times > Links::MOST).then(|| {
            let most = Links::MOST;
            format!(
                "is a link to a folder to which {most} links led already, so there may be no end to them; remove it"
            )
        })
    }
}
