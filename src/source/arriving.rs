//! A file that is read while it is written: who reads it waits for the bytes that are still to come.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A file that somebody writes, from its first byte on. Bytes that are there do not change any more.
#[derive(Debug)]
pub(super) struct Arriving {
    path: PathBuf,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes that are there.
    there: u64,
    /// How it ended, once no more will come.
    end: Option<Result<(), String>>,
    /// Whether nobody told where it ends.
    is_unsure: bool,
    /// Whether a reader was told that it failed.
    is_told: bool,
}

impl Arriving {
    /// A file of which so many bytes are there.
    pub fn new(path: PathBuf, there: u64) -> Arc<Arriving> {
        Arc::new(Arriving { path, state: Mutex::new(State { there, ..State::default() }), moved: Condvar::new() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// So many bytes are there by now.
    pub fn grow(&self, there: u64) {
        self.state().there = there;
        self.moved.notify_all();
    }

    /// No more will come: why, if that is not the end of the file. What is said first holds.
    pub fn end(&self, end: Result<(), String>) {
        self.state().end.get_or_insert(end);
        self.moved.notify_all();
    }

    /// Nobody told where it ends: whether all of it is there is not known.
    pub fn doubt(&self) {
        self.state().is_unsure = true;
    }

    /// Whether that is so, once it has ended.
    pub fn is_unsure(&self) -> bool {
        self.state().is_unsure
    }

    /// Reads it from its first byte on.
    pub fn read(self: &Arc<Arriving>) -> impl Read + Send + use<> {
        Arrivals { of: Arc::clone(self), file: None, at: 0 }
    }

    /// Waits until all of it is there.
    ///
    /// # Errors
    /// If it will not be.
    pub fn wait(&self) -> io::Result<()> {
        self.beyond(u64::MAX).map(drop)
    }

    /// Whether all of it is there before so long.
    pub fn is_there_within(&self, wait: Duration) -> bool {
        let is_coming = |state: &mut State| state.end.is_none();
        let waited = self.moved.wait_timeout_while(self.state(), wait, is_coming);
        matches!(waited.unwrap_or_else(PoisonError::into_inner).0.end, Some(Ok(())))
    }

    /// Whether a reader was told that it failed.
    pub fn is_told(&self) -> bool {
        self.state().is_told
    }

    /// Waits until more than so many bytes are there, and tells how many; none if there are no more.
    fn beyond(&self, at: u64) -> io::Result<Option<u64>> {
        let is_waiting = |state: &mut State| state.there <= at && state.end.is_none();
        let mut state = self.moved.wait_while(self.state(), is_waiting).unwrap_or_else(PoisonError::into_inner);
        if state.there > at {
            return Ok(Some(state.there));
        }
        match state.end.clone() {
            Some(Err(reason)) => {
                state.is_told = true;
                Err(io::Error::other(reason))
            }
            _ => Ok(None),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One reader. It gives what is there before it gives the error that ended the rest, and gives that again and again.
struct Arrivals {
    of: Arc<Arriving>,
    file: Option<File>,
    at: u64,
}

impl Read for Arrivals {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let Some(there) = self.of.beyond(self.at)? else { return Ok(0) };
        let most = usize::try_from(there - self.at).unwrap_or(usize::MAX).min(into.len());
        if self.file.is_none() {
            self.file = Some(File::open(&self.of.path)?);
        }
        let count = self.file.as_mut().map_or(Ok(0), |file| file.read(&mut into[..most]))?;
        if count == 0 {
            let reason = "the file is shorter than what was written to it: somebody else cut it off";
            return Err(io::Error::other(reason));
        }
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::thread;

    use super::*;

    /// Writes `parts` one after the other, each once the reader has all of those before; then ends as told.
    fn read(parts: &'static [&'static str], end: Result<(), String>) -> (String, io::Result<usize>, bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let mut file = File::create(&path).unwrap();
        let arriving = Arriving::new(path, 0);
        let mut reader = arriving.read();
        let (has_read, was_read) = std::sync::mpsc::channel();
        let writer = {
            let arriving = Arc::clone(&arriving);
            thread::spawn(move || {
                let mut there = 0;
                for part in parts {
                    file.write_all(part.as_bytes()).unwrap();
                    there += part.len() as u64;
                    arriving.grow(there);
                    while was_read.recv().unwrap() < there {}
                }
                arriving.end(end);
                arriving.end(Err("never said".into()));
            })
        };
        let mut text = Vec::new();
        let last = loop {
            let mut bytes = [0; 3];
            match reader.read(&mut bytes) {
                Ok(count) if count > 0 => text.extend_from_slice(&bytes[..count]),
                last => break last,
            }
            // Whoever is sure of the end listens no more.
            _ = has_read.send(text.len() as u64);
        };
        writer.join().unwrap();
        assert_eq!(reader.read(&mut [0; 3]).is_err(), last.is_err(), "the same again");
        assert_eq!(arriving.wait().is_err(), last.is_err());
        (String::from_utf8(text).unwrap(), last, arriving.is_told())
    }

    #[test]
    fn a_reader_has_each_part_before_the_next_is_written() {
        let (text, last, is_told) = read(&["abcd", "e", "fghijklm"], Ok(()));
        assert_eq!((text.as_str(), last.unwrap(), is_told), ("abcdefghijklm", 0, false));
        let (text, last, is_told) = read(&[], Ok(()));
        assert_eq!((text.as_str(), last.unwrap(), is_told), ("", 0, false));
    }

    #[test]
    fn what_ends_the_writing_is_the_readers_own_error() {
        let (text, last, is_told) = read(&["abcd", "ef"], Err("the line is cut".into()));
        assert_eq!((text.as_str(), last.unwrap_err().to_string(), is_told), ("abcdef", "the line is cut".into(), true));
    }
}
