use std::cell::OnceCell;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use super::Error;
use super::folder::Folder;
use crate::source::arriving::Arriving;

/// What is left of a fetch: its folder, if anything is in it, and the error that ended it.
pub(super) type Ended = (Option<Folder>, Option<Error>);

/// A fetch that goes on on a thread of its own.
#[derive(Debug)]
pub(super) struct Coming {
    /// Whoever drops it ends the fetch.
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Ended>,
}

impl Coming {
    pub fn new(stop: oneshot::Sender<()>, thread: JoinHandle<Ended>) -> Coming {
        Coming { stop, thread }
    }

    /// Ends it, wherever it is, and waits until it has.
    pub fn end(self) -> Ended {
        drop(self.stop);
        self.thread.join().unwrap_or_else(|_| (None, Some(io::Error::other("the fetch broke off").into())))
    }
}

/// What is known of a file when reading may begin.
#[derive(Debug)]
pub(super) struct Begun {
    pub path: PathBuf,
    pub commit: Option<String>,
    pub date: Option<i64>,
    pub size: Option<u64>,
    pub sha256: Option<String>,
    pub is_whole: bool,
    /// Whether nobody told where it ends; of one that is still being written, that is told later.
    pub is_unsure: bool,
    /// If it is still being written.
    pub arriving: Option<Arc<Arriving>>,
}

impl Begun {
    pub fn new(folder: &Folder, arriving: Option<Arc<Arriving>>) -> Begun {
        let note = &folder.note;
        Begun {
            path: folder.file(),
            commit: note.commit.clone(),
            date: note.date,
            size: note.size,
            sha256: note.sha256.clone(),
            is_whole: note.is_whole,
            is_unsure: note.is_unsure,
            arriving,
        }
    }
}

/// Tells who reads the file how its fetch ended, whatever ends it: nobody waits for what will not come.
#[derive(Default)]
pub(super) struct Ender(OnceCell<Arc<Arriving>>);

impl Ender {
    /// From now on somebody reads the file.
    pub fn begin(&self, path: PathBuf, there: u64) -> &Arc<Arriving> {
        self.0.get_or_init(|| Arriving::new(path, there))
    }

    /// All of it is there, or what it was that ended it.
    pub fn end(&self, error: Option<&Error>) {
        if let Some(arriving) = self.0.get() {
            arriving.end(error.map_or(Ok(()), |error| Err(error.to_string())));
        }
    }
}

impl Drop for Ender {
    fn drop(&mut self) {
        if let Some(arriving) = self.0.get() {
            // What was said before holds.
            arriving.end(Err("the fetch broke off".to_owned()));
        }
    }
}
