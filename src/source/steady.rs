//! Files that nobody writes to while they are read.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::Error;

/// An ordinary file as it is before it is read. What comes out of a pipe or a device has no such state.
pub(super) struct Steady<'p> {
    path: &'p Path,
    was: Option<State>,
}

/// Length, the time of the last writing, and which file it is.
type State = (u64, Option<SystemTime>, u64);

impl Steady<'_> {
    pub fn before(path: &Path) -> Steady<'_> {
        Steady { path, was: state(path) }
    }

    /// That the file at the path is still the same, and what it was; or that it was removed, which takes nothing from who reads it.
    ///
    /// # Errors
    /// If somebody wrote to it, or put another one in its place: then what was read is of neither.
    pub fn is_same(&self) -> io::Result<()> {
        let Some((was, is)) = self.was.zip(state(self.path)) else { return Ok(()) };
        if was == is {
            return Ok(());
        }
        Err(io::Error::other("was written to while it was read; import it again when that is done"))
    }
}

fn state(path: &Path) -> Option<State> {
    let known = fs::metadata(path).ok().filter(Metadata::is_file)?;
    #[cfg(unix)]
    let which = std::os::unix::fs::MetadataExt::ino(&known);
    #[cfg(not(unix))]
    let which = 0;
    Some((known.len(), known.modified().ok(), which))
}

/// Reads a file, and sees that it was the same all the while: if not, that is the error, whatever else came of it.
pub(super) fn steady<T>(path: &Path, read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let file = Steady::before(path);
    let read = read();
    file.is_same().map_err(|error| Error::Io { path: path.into(), error })?;
    read
}
