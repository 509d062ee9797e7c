//! A file that is read once, front to back: its digest is taken on the way.

use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use super::Error;
use super::packed::{Tail, unpack};
use crate::model::{Remark, RemarkKind, beside, hex};

/// The name of what a program before this one writes.
pub(super) const STDIN: &str = "-";
/// Bytes that are hashed at once.
const PART: usize = 256 * 1024;

/// A `Digested` is what reading a source gave, besides its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digested {
    /// This is a SHA-256 in hex: of the file (`sha256sum` says the same), or of the list "digest  path" of a folder's
    /// cards.
    pub sha256: String,
    /// This is its size in bytes.
    pub bytes: u64,
    /// These things are to be said of it as a whole.
    pub remarks: Vec<Remark>,
}

/// Computes the SHA-256 of `bytes`, in hex.
pub fn digest_bytes(bytes: &[u8]) -> Digested {
    Digested { sha256: hex(&Sha256::digest(bytes)), bytes: bytes.len() as u64, remarks: Vec::new() }
}

/// Bytes that are hashed as they pass.
pub(super) struct Hashed<R> {
    inner: R,
    hash: Sha256,
    bytes: u64,
}

impl<R: Read> Hashed<R> {
    pub fn new(inner: R) -> Hashed<R> {
        Hashed { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// The digest of all that there is: what nobody wanted is read now.
    pub fn finish(mut self) -> io::Result<Digested> {
        self.drain()?;
        Ok(Digested { sha256: hex(&self.hash.finalize()), bytes: self.bytes, remarks: Vec::new() })
    }

    fn drain(&mut self) -> io::Result<()> {
        let mut rest = vec![0; PART];
        loop {
            match self.read(&mut rest) {
                Ok(0) => return Ok(()),
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
                _ => (),
            }
        }
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.hash.update(&into[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

type Raw = Hashed<Box<dyn Read + Send>>;

/// A file or a pipe under way. What unpacks its bytes may leave some of them: they belong to the digest all the same.
pub(super) struct Input {
    path: PathBuf,
    raw: Arc<Mutex<Raw>>,
    tail: OnceCell<Tail>,
}

impl Input {
    pub fn open(path: &Path) -> Result<Input, Error> {
        let read: Box<dyn Read + Send> = match path.to_str() {
            Some(STDIN) => Box::new(io::stdin()),
            _ => Box::new(File::open(path).map_err(|error| Error::Io { path: path.into(), error })?),
        };
        Ok(Input::from_reader(path, read))
    }

    /// The bytes of a file that somebody else opened.
    pub fn from_reader(path: &Path, read: Box<dyn Read + Send>) -> Input {
        Input { path: path.into(), raw: Arc::new(Mutex::new(Hashed::new(read))), tail: OnceCell::new() }
    }

    /// Its contents, gzip and zstd unpacked by their first bytes.
    pub fn contents(&self) -> Result<Box<dyn BufRead + Send>, Error> {
        let wrong = |error| Error::Io { path: self.path.clone(), error };
        let (contents, tail) = unpack(Shared(Arc::clone(&self.raw))).map_err(wrong)?;
        _ = self.tail.set(tail);
        Ok(contents)
    }

    /// The digest of the whole file, however far it was read, with what is to be said of it.
    pub fn finish(self, mut remarks: Vec<Remark>) -> Result<Digested, Error> {
        let wrong = |error| Error::Io { path: self.path.clone(), error };
        let mut raw = locked(&self.raw);
        raw.drain().map_err(wrong)?;
        if let Some(junk) = self.tail.get().map(Tail::junk).filter(|junk| *junk > 0) {
            remarks.push(Remark::new(RemarkKind::TrailingJunk, format!("{junk} bytes")));
        }
        Ok(Digested { sha256: hex(&raw.hash.clone().finalize()), bytes: raw.bytes, remarks })
    }
}

/// The reading end of an input.
struct Shared(Arc<Mutex<Raw>>);

impl Read for Shared {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        locked(&self.0).read(into)
    }
}

fn locked(raw: &Mutex<Raw>) -> MutexGuard<'_, Raw> {
    raw.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes a file's digest on a thread of its own while `read` goes over the file in another order.
pub(super) fn digest_beside(path: &Path, read: impl FnOnce() -> Result<Vec<Remark>, Error>) -> Result<Digested, Error> {
    let wrong = |error| Error::Io { path: path.into(), error };
    let is_over = AtomicBool::new(false);
    let digest = || -> io::Result<Digested> {
        let mut file = Hashed::new(File::open(path)?);
        let mut part = vec![0; PART];
        loop {
            if is_over.load(Ordering::Relaxed) {
                // Nobody will ask.
                return Ok(digest_bytes(&[]));
            }
            if file.read(&mut part)? == 0 {
                return file.finish();
            }
        }
    };
    let (digest, done) = beside(digest, || {
        let done = read();
        is_over.store(done.is_err(), Ordering::Relaxed);
        done
    });
    done.and_then(|remarks| Ok(Digested { remarks, ..digest.map_err(wrong)? }))
}
