//! Files of the web, fetched into a folder beside what is made of them: of a Parquet file its footer and the columns that are
//! read, into a file with holes; all of any other, which is read while it arrives. What is there is noted, so that a fetch that
//! was ended goes on.

mod coming;
mod fetched;
mod folder;
mod room;
mod task;

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::{io, thread};

use reqwest::Url;
use tokio::sync::oneshot;

use super::dataset::{Address, commit_until};
use super::http::{self, Hub, Pause, Refusal};
use super::ranges::Ranges;
use super::runtime::{no_thread, runtime};
use crate::source::{self, Kind, NamedColumns, stats};
use coming::{Begun, Coming, Ended, Ender};
pub use fetched::Fetched;
use folder::Folder;
use task::Task;

/// Largest file that is taken, in bytes.
const MOST: u64 = 1 << 40;

/// An `Error` says why a file cannot be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The line failed, or the Hub.
    #[error(transparent)]
    Hub(#[from] http::Error),
    /// What is in the folder, or what the file holds, cannot be read.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// The folder is not free to fetch into: nothing was fetched.
    #[error(transparent)]
    Folder(source::Error),
    /// The bytes cannot be kept.
    #[error(transparent)]
    Kept(#[from] io::Error),
    /// The server says no.
    #[error("{what}: {reason}")]
    Refused {
        /// This is the address.
        what: String,
        /// It says why, and what to do.
        reason: String,
    },
    /// It is another file by now.
    #[error(
        "{what}: changed while it was fetched: {reason}; what was there is thrown away, so run the same command again"
    )]
    Changed {
        /// This is the address.
        what: String,
        /// It says how that is known.
        reason: String,
    },
}

/// An `Event` is something that happens while a file is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// So many bytes of it are there from an earlier run.
    Resumed {
        /// This is the address, at its commit.
        label: String,
        /// So many bytes are there.
        bytes: u64,
    },
    /// Only some columns are fetched.
    Columns {
        /// This is the address, at its commit.
        label: String,
        /// The footer and the columns have so many bytes.
        bytes: u64,
        /// The file has so many bytes in all.
        of: u64,
    },
    /// The whole file is fetched, though less would do, or from its first byte on again.
    Whole {
        /// This is the address, at its commit.
        label: String,
        /// It says why.
        reason: &'static str,
    },
    /// Bytes arrived.
    Bytes {
        /// So many bytes are there.
        done: u64,
        /// There are so many in all, where that is known.
        of: Option<u64>,
    },
    /// A request waits.
    Waits(Pause),
}

/// A `Tell` is told of events.
pub type Tell<'t> = &'t (dyn Fn(Event) + Send + Sync);

/// A `Wanted` says what is to be fetched.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// It lies there.
    pub address: Address,
    /// This is its kind, where that is known: of Parquet only some columns are fetched.
    pub kind: Option<Kind>,
    /// Somebody named these columns of a table.
    pub named: NamedColumns,
    /// Of a file of a data set, its state at this instant is wanted, in milliseconds since 1970, UTC.
    pub until: Option<i64>,
}

impl Wanted {
    /// Whether it is a Parquet file, as far as its address tells.
    fn is_parquet(&self) -> bool {
        let is_named = || self.address.name().to_ascii_lowercase().ends_with(".parquet");
        self.kind.map_or_else(is_named, |kind| kind == Kind::HubStats)
    }
}

/// Fetches a file into `folder`, or what is missing of it there. It is `now`, in milliseconds since 1970, UTC: what is left
/// of an earlier day is not gone on with. A Parquet file is there when this returns; all else goes on arriving, on a thread of
/// its own, while its sources are read.
///
/// # Errors
/// See [`Error`]; the same call goes on with what is there.
pub fn fetch(
    hub: Hub,
    wanted: &Wanted,
    folder: &Path,
    now: i64,
    tell: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Fetched, Error> {
    let runtime = runtime()?;
    let folder = Folder::resume(folder, wanted, &address(&hub, wanted, None)?, now).map_err(Error::Folder)?;
    let (says, begins) = mpsc::channel();
    let (stop, stopped) = oneshot::channel();
    let thread = {
        let wanted = wanted.clone();
        thread::Builder::new()
            .spawn(move || runtime.block_on(work(&hub, &wanted, folder, (says, stopped), &tell)))
            .map_err(|error| no_thread(&error))?
    };
    let coming = Coming::new(stop, thread);
    match begins.recv() {
        Ok(begun) => Ok(Fetched::new(begun, wanted, coming)),
        Err(_) => Err(coming.end().1.unwrap_or_else(|| io::Error::other("the fetch ended without a word").into())),
    }
}

/// All of a fetch. It says when reading may begin, gives the folder back if anything is in it, and the error that ended it.
async fn work(
    hub: &Hub,
    wanted: &Wanted,
    mut folder: Folder,
    (says, stopped): (mpsc::Sender<Begun>, oneshot::Receiver<()>),
    tell: Tell<'_>,
) -> Ended {
    let reader = Ender::default();
    let fill = async {
        if let Some(task) = begin(hub, wanted, &mut folder, tell).await? {
            if wanted.is_parquet() {
                task.all(&mut folder, wanted).await?;
            } else {
                if !folder.note.is_whole {
                    folder.begin_whole()?;
                }
                let arriving = reader.begin(folder.file(), folder.note.there.first());
                _ = says.send(Begun::new(&folder, Some(Arc::clone(arriving))));
                task.whole(&mut folder, Some(arriving)).await?;
                if folder.note.is_unsure {
                    arriving.doubt();
                }
            }
            folder.note.is_complete = true;
            folder.write_note()?;
        }
        Ok(())
    };
    let done: Option<Result<(), Error>> = tokio::select! {
        done = fill => Some(done),
        _ = stopped => None,
    };
    // Else nobody wants it any more: what is there is kept.
    let done = done.unwrap_or_else(|| Err(io::Error::other("the fetch was ended").into()));
    let (folder, error) = match done {
        Ok(()) => (Some(folder), None),
        // What is worth nothing is not left lying about.
        Err(error) if folder.note.there.is_empty() || matches!(error, Error::Changed { .. }) => {
            (None, Some(folder.remove().map_or_else(Error::from, |()| error)))
        }
        Err(error) => {
            // That it failed is what is to be told, whatever the disk says to this.
            _ = folder.write_note();
            (Some(folder), Some(error))
        }
    };
    // Where a reader was let in already, nobody listens.
    if let (Some(folder), None) = (&folder, &error) {
        _ = says.send(Begun::new(folder, None));
    }
    reader.end(error.as_ref());
    (folder, error)
}

/// What is to be done, once it is known where the file lies; nothing if all is there.
async fn begin<'t>(
    hub: &'t Hub,
    wanted: &Wanted,
    folder: &mut Folder,
    tell: Tell<'t>,
) -> Result<Option<Task<'t>>, Error> {
    let label = |folder: &Folder| wanted.address.label(folder.note.commit.as_deref());
    // Another command, or another version of the program, may need other columns of it.
    if folder.note.is_complete
        && (folder.note.is_whole || missing(folder, wanted).is_ok_and(|ranges| ranges.is_empty()))
    {
        tell(Event::Resumed { label: label(folder), bytes: folder.note.there.bytes() });
        return Ok(None);
    }
    let pauses = |pause| tell(Event::Waits(pause));
    if let (None, Some(until), Address::Dataset(file)) = (&folder.note.commit, wanted.until, &wanted.address) {
        let commit = commit_until(hub, file, until, &pauses).await?;
        folder.note.date = Some(commit.date);
        folder.note.commit = Some(commit.id);
    }
    let located = hub.locate(&address(hub, wanted, folder.note.commit.as_deref())?, &pauses).await;
    let located = located.map_err(|refusal| error(label(folder), refusal))?;
    if let Some(size) = located.size.filter(|size| *size > MOST) {
        return Err(Error::Refused { what: label(folder), reason: format!("{size} bytes are nobody's dump") });
    }
    folder.is_of(&located)?;
    let there = folder.note.there.bytes();
    if there > 0 {
        tell(Event::Resumed { label: label(folder), bytes: there });
    }
    // From now on the commit of the first answer is asked for.
    let (label, address) = (label(folder), address(hub, wanted, folder.note.commit.as_deref())?);
    Ok(Some(Task::new(hub, (address, label), located, tell)))
}

/// What is not there of the columns that are read, once the footer is.
fn missing(folder: &Folder, wanted: &Wanted) -> Result<Ranges, source::Error> {
    let size = folder.note.size.unwrap_or_default();
    let needed = stats::needed(&folder.file(), &wanted.named)?;
    let within = |range: Range<u64>| range.start.min(size)..range.end.min(size);
    Ok(Ranges::new(needed.into_iter().map(within)).without(&folder.note.there))
}

fn address(hub: &Hub, wanted: &Wanted, commit: Option<&str>) -> Result<Url, Error> {
    let url = wanted.address.url(hub.endpoint(), commit);
    url.map_err(|reason| Error::Refused { what: wanted.address.label(None), reason })
}

/// What a refusal is for people.
fn error(what: String, refusal: Refusal) -> Error {
    let reason = match refusal {
        Refusal::Hub(error) => return Error::Hub(error),
        Refusal::Kept(error) => return Error::Kept(error),
        Refusal::Changed(reason) => return Error::Changed { what, reason },
        Refusal::NoRanges => "the line breaks again and again, and the server gives no part of a file".to_owned(),
        Refusal::Encoded(how) => format!(
            "the server packs it on the way (Content-Encoding: {how}), though it is asked not to; fetch it with what unpacks \
             that, as `curl --compressed`, and name the file"
        ),
        Refusal::Unnamed => {
            "the line breaks again and again, and the server does not tell of which version a part is".to_owned()
        }
        Refusal::Status { status, code, message } => {
            let gap = if message.is_empty() { "" } else { ": " };
            let reason = match (status, code.as_deref()) {
                (_, Some("EntryNotFound")) => "there is no such file in it; is the path right?",
                (_, Some("RevisionNotFound")) => "there is no such revision of it",
                (_, Some("GatedRepo")) => "is gated: ask for access on its page, and name your token in HF_TOKEN",
                (401, _) | (_, Some("RepoNotFound")) => {
                    "no such data set, or a private one: is the name right? A token in HF_TOKEN opens what is yours"
                }
                (404 | 410, _) => "nothing is there; is the address right?",
                _ => "the server refuses it",
            };
            format!("{reason} ({status}{gap}{message})")
        }
    };
    Error::Refused { what, reason }
}
