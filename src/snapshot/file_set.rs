use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile, TempPath};

use super::Error;
use crate::model::hex;

/// How the name of a file ends that is not whole yet.
const PART: &str = ".part";
/// Letters that are drawn for the name of such a file.
const DRAWN: usize = 6;
/// Bytes of a file's name that stand in that of its part: with what is added it is as long as a name may be.
const LONGEST: usize = 200;
/// Links from one to the next, as many as Linux follows.
const LINKS: usize = 40;
/// Where no lock tells whether somebody still writes to a part, it is left behind if nobody did for so long.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);

/// A `FileSet` is files that appear together or not at all: each is written under a name of its own in the folder where
/// it belongs, and takes its place when all of them are whole and on the disk. Until then what was there stays as it
/// was.
///
/// What a program left behind that was killed while it wrote is removed by the next one that writes to the same path. Whether
/// a writer lives is told by a lock that it holds on its part.
#[derive(Debug, Default)]
pub struct FileSet {
    parts: Vec<(NamedTempFile, PathBuf)>,
}

impl FileSet {
    /// Adds the file that `fill` writes and that will stand at `path`, as [`FileSet::landing`] has it. Gives its SHA-256, in hex.
    ///
    /// # Errors
    /// [`Error::Io`] with the path, if it cannot be written to, is no ordinary file or that of another one of the set, or `fill`
    /// fails.
    pub fn write(
        &mut self,
        path: &Path,
        fill: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> Result<String, Error> {
        let mut out = BufWriter::new(Hashed { file: self.part(path)?, hash: Sha256::new() });
        let filled = fill(&mut out).and_then(|()| out.flush());
        filled.map_err(|error| Error::Io { path: path.into(), error })?;
        Ok(hex(&out.get_ref().hash.clone().finalize()))
    }

    /// Adds a file and gives it, still empty.
    pub(super) fn part(&mut self, path: &Path) -> Result<&mut File, Error> {
        let wrong = |error| Error::Io { path: path.into(), error };
        let target = FileSet::landing(path).map_err(wrong)?;
        let known = fs::metadata(&target).ok();
        if known.as_ref().is_some_and(|known| !known.is_file()) {
            return Err(wrong(io::Error::other("is no ordinary file")));
        }
        if self.parts.iter().any(|(_, other)| place(other) == place(&target)) {
            return Err(wrong(io::Error::other("two files of the same set lead there")));
        }
        let part = begin(&target).map_err(wrong)?;
        if let Some(known) = known {
            // It may be read by those who could read the file that was there, and by nobody else.
            _ = part.as_file().set_permissions(known.permissions());
        }
        let at = self.parts.len();
        self.parts.push((part, target));
        Ok(self.parts[at].0.as_file_mut())
    }

    /// Lets all files take their places. If one cannot, those before it are put back.
    ///
    /// # Errors
    /// [`Error::Io`] with the file's name.
    pub fn appear(self) -> Result<(), Error> {
        let wrong = |path: &Path, error| Error::Io { path: path.into(), error };
        for (part, target) in &self.parts {
            part.as_file().sync_all().map_err(|error| wrong(target, error))?;
        }
        let is_alone = self.parts.len() == 1;
        // The files that are in their places, and what was there before.
        let mut done: Vec<(PathBuf, Before)> = Vec::new();
        for (part, target) in self.parts {
            let before = if is_alone { Before::Lost } else { Before::keep(&target) };
            if let Err(error) = part.persist(&target) {
                done.into_iter().rev().for_each(|(target, before)| before.back(&target));
                return Err(wrong(&target, error.error));
            }
            done.push((target, before));
        }
        // The new names are on the disk when their folders are; where folders cannot be synced, nothing is lost by it.
        let mut folders: Vec<&Path> = done.iter().map(|(target, _)| folder(target)).collect();
        folders.dedup();
        folders.into_iter().for_each(|folder| _ = File::open(folder).and_then(|folder| folder.sync_all()));
        Ok(())
    }

    /// Tells where a file comes to stand that is written to a path: links are followed, also one to a file that is not
    /// there yet.
    ///
    /// # Errors
    /// It fails if the links lead nowhere, or may not be followed.
    pub fn landing(path: &Path) -> io::Result<PathBuf> {
        if let Err(error) = fs::metadata(path)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut at = path.to_owned();
        for _ in 0..LINKS {
            match fs::read_link(&at) {
                Ok(to) => at = at.parent().unwrap_or(Path::new("")).join(to),
                Err(_) => return Ok(at),
            }
        }
        Err(io::Error::other("its links lead nowhere"))
    }

    /// Sees whether a file can be written to a path, so that nothing is done in vain, and removes what others left there that
    /// were killed.
    ///
    /// # Errors
    /// [`Error::Io`] with the path, if it cannot.
    pub fn try_path(path: &Path) -> Result<(), Error> {
        FileSet::default().part(path).map(drop)
    }
}

/// What stood in the place of a file.
enum Before {
    Nothing,
    /// A file, which has this second name now.
    Kept(TempPath),
    /// A file that cannot have a second name, or needs none.
    Lost,
}

impl Before {
    fn keep(target: &Path) -> Before {
        if fs::symlink_metadata(target).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
            return Before::Nothing;
        }
        let kept = drawn(target, |name| fs::hard_link(target, name));
        kept.map_or(Before::Lost, |kept| Before::Kept(kept.into_temp_path()))
    }

    fn back(self, target: &Path) {
        match self {
            Before::Nothing => _ = fs::remove_file(target),
            Before::Kept(name) => _ = name.persist(target),
            Before::Lost => (),
        }
    }
}

/// Writes to a file and computes the SHA-256 of what it writes.
struct Hashed<'f> {
    file: &'f mut File,
    hash: Sha256,
}

impl Write for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn folder(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes something under a new name in the folder of a file; it is removed when it is dropped.
fn drawn<R>(target: &Path, make: impl FnMut(&Path) -> io::Result<R>) -> io::Result<NamedTempFile<R>> {
    Builder::new().prefix(&prefix(target)).suffix(PART).rand_bytes(DRAWN).make_in(folder(target), make)
}

/// Folder and name, by which two paths of one file are told.
fn place(target: &Path) -> (Option<PathBuf>, Option<&OsStr>) {
    (folder(target).canonicalize().ok(), target.file_name())
}

/// How the names of a file's parts begin.
fn prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let end = name.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST).last().unwrap_or(0);
    let name = if name.len() <= LONGEST { &name } else { &name[..end] };
    format!(".{name}-")
}

/// Begins a part of a file, and holds its lock.
fn begin(target: &Path) -> io::Result<NamedTempFile> {
    clear(target);
    loop {
        let make = |path: &Path| File::options().read(true).write(true).create_new(true).open(path);
        let part = drawn(target, make)?;
        // Another program may have found it before it was locked, and may have removed it.
        match part.as_file().try_lock() {
            Err(TryLockError::WouldBlock) => continue,
            Ok(()) if !part.path().exists() => continue,
            // Without locks age tells who lives.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(part),
        }
    }
}

/// Removes the parts of a file whose writers are dead.
fn clear(target: &Path) {
    let prefix = prefix(target);
    let is_part = |name: &str| {
        let drawn = name.strip_prefix(&prefix).and_then(|name| name.strip_suffix(PART));
        drawn.is_some_and(|drawn| drawn.len() == DRAWN && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    // A folder that may be written to and not be read is seldom, and no reason to fail.
    for entry in fs::read_dir(folder(target)).into_iter().flatten().flatten() {
        let is_file = || entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_part(&entry.file_name().to_string_lossy()) && is_file() && is_left(&entry.path()) {
            _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether nobody writes to a part any more.
fn is_left(part: &Path) -> bool {
    let Ok(file) = File::open(part) else { return false };
    let age = || file.metadata().ok()?.modified().ok()?.elapsed().ok();
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => age().is_some_and(|age| age > OLD),
    }
}
