//! Files of the web, fetched into a folder beside what is made of them: all of a file, or of a Parquet file its footer and
//! the columns that are read, into a file with holes. What is there is noted, so that a fetch that was ended goes on.

mod fetched;
mod folder;

use std::io;
use std::iter::once;
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::Url;

use super::dataset::{Address, commit_until};
use super::http::{self, Hub, Keep, Located, Pause, Refusal};
use super::ranges::Ranges;
use crate::source::{self, Kind, NamedColumns, stats};
pub use fetched::Fetched;
use folder::Folder;

/// Bytes that are asked for at once.
const PIECE: u64 = 8 << 20;
/// The end of a Parquet file that is asked for before the length of its footer is known.
const TAIL: u64 = 64 << 10;
/// Largest file that is taken, in bytes.
const MOST: u64 = 1 << 40;
/// Pieces that are under way at a time.
const AT_ONCE: u32 = 4;
/// How often each of them asks for an address anew without a byte in between, and a whole file is begun.
const TRIES: u32 = 3;

/// A file that cannot be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The line, or the Hub.
    #[error(transparent)]
    Hub(#[from] http::Error),
    /// The folder, or what the file holds.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// The bytes cannot be kept.
    #[error(transparent)]
    Kept(#[from] io::Error),
    /// The server says no.
    #[error("{what}: {reason}")]
    Refused {
        /// The address.
        what: String,
        /// Why, and what to do.
        reason: String,
    },
    /// It is another file by now.
    #[error(
        "{what}: changed while it was fetched: {reason}; what was there is thrown away, so run the same command again"
    )]
    Changed {
        /// The address.
        what: String,
        /// How that is known.
        reason: String,
    },
}

/// What happens while a file is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// So many bytes of it are there from an earlier run.
    Resumed {
        /// The address, at its commit.
        label: String,
        /// Bytes that are there.
        bytes: u64,
    },
    /// Only some columns are fetched.
    Columns {
        /// The address, at its commit.
        label: String,
        /// Bytes of the footer and the columns.
        bytes: u64,
        /// Of how many in all.
        of: u64,
    },
    /// The whole file is fetched, though less would do, or from its first byte on again: why.
    Whole {
        /// The address, at its commit.
        label: String,
        /// Why.
        reason: &'static str,
    },
    /// Bytes arrived.
    Bytes {
        /// How many are there.
        done: u64,
        /// Of how many, where that is known.
        of: Option<u64>,
    },
    /// A request waits.
    Waits(Pause),
}

/// Who is told of events.
pub type Tell<'t> = &'t (dyn Fn(Event) + Send + Sync);

/// What is to be fetched.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where it lies.
    pub address: Address,
    /// What it is, where that is known: of Parquet only some columns are fetched.
    pub kind: Option<Kind>,
    /// Columns of a table that somebody named.
    pub named: NamedColumns,
    /// Of a file of a data set, the instant whose state is wanted: milliseconds since 1970, UTC.
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
/// of an earlier day is not gone on with.
///
/// # Errors
/// See [`Error`]; the same call goes on with what is there.
pub async fn fetch(hub: &Hub, wanted: &Wanted, folder: &Path, now: i64, tell: Tell<'_>) -> Result<Fetched, Error> {
    let mut folder = Folder::resume(folder, wanted, now)?;
    if let Err(error) = fill(hub, wanted, &mut folder, tell).await {
        // What is worth nothing is not left lying about.
        if folder.note.there.is_empty() || matches!(error, Error::Changed { .. }) {
            folder.remove()?;
        }
        return Err(error);
    }
    Ok(Fetched::new(folder, wanted))
}

async fn fill(hub: &Hub, wanted: &Wanted, folder: &mut Folder, tell: Tell<'_>) -> Result<(), Error> {
    let label = |folder: &Folder| wanted.address.label(folder.note.commit.as_deref());
    // Another command, or another version of the program, may need other columns of it.
    if folder.note.is_complete
        && (folder.note.is_whole || missing(folder, wanted).is_ok_and(|ranges| ranges.is_empty()))
    {
        tell(Event::Resumed { label: label(folder), bytes: folder.note.there.bytes() });
        return Ok(());
    }
    let pauses = |pause| tell(Event::Waits(pause));
    if let (None, Some(until), Address::Dataset(file)) = (&folder.note.commit, wanted.until, &wanted.address) {
        let commit = commit_until(hub, file, until, &pauses).await?;
        folder.note.date = Some(commit.date);
        folder.note.commit = Some(commit.id);
    }
    let located = hub.locate(&address(hub, wanted, folder)?, &pauses).await;
    let located = located.map_err(|refusal| error(label(folder), refusal))?;
    if let Some(size) = located.size.filter(|size| *size > MOST) {
        return Err(Error::Refused { what: label(folder), reason: format!("{size} bytes are nobody's dump") });
    }
    folder.is_of(&located)?;
    // From now on the commit of the first answer is asked for.
    let (label, address) = (label(folder), address(hub, wanted, folder)?);
    let task =
        Task { hub, address, label, place: tokio::sync::Mutex::new((0, located)), in_vain: AtomicU32::new(0), tell };
    task.all(folder, wanted).await?;
    folder.note.is_complete = true;
    Ok(folder.write_note()?)
}

/// What is not there of the columns that are read, once the footer is.
fn missing(folder: &Folder, wanted: &Wanted) -> Result<Ranges, source::Error> {
    let size = folder.note.size.unwrap_or_default();
    let needed = stats::needed(&folder.file(), &wanted.named)?;
    let within = |range: Range<u64>| range.start.min(size)..range.end.min(size);
    Ok(Ranges::of(needed.into_iter().map(within)).without(&folder.note.there))
}

fn address(hub: &Hub, wanted: &Wanted, folder: &Folder) -> Result<Url, Error> {
    let url = wanted.address.url(hub.endpoint(), folder.note.commit.as_deref());
    url.map_err(|reason| Error::Refused { what: wanted.address.label(None), reason })
}

/// What a refusal is for people.
fn error(what: String, refusal: Refusal) -> Error {
    let reason = match refusal {
        Refusal::Hub(error) => return Error::Hub(error),
        Refusal::Kept(error) => return Error::Kept(error),
        Refusal::Changed(reason) => return Error::Changed { what, reason },
        Refusal::NoRanges => "the line breaks again and again, and the server gives no part of a file".to_owned(),
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

/// A file under way.
struct Task<'t> {
    hub: &'t Hub,
    /// The address at the commit, which is asked where the file lies.
    address: Url,
    label: String,
    /// Where it lies, and how often that was asked.
    place: tokio::sync::Mutex<(u32, Located)>,
    /// How often it was refused since the last byte arrived.
    in_vain: AtomicU32,
    tell: Tell<'t>,
}

/// Why a task cannot go on as it does.
enum Stop {
    /// The server gives the whole file alone.
    NoRanges,
    Error(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Error(error.into())
    }
}

impl Task<'_> {
    async fn all(&self, folder: &mut Folder, wanted: &Wanted) -> Result<(), Error> {
        let there = folder.note.there.bytes();
        if there > 0 {
            (self.tell)(Event::Resumed { label: self.label.clone(), bytes: there });
        }
        let size = folder.note.size.filter(|size| *size > 0 && !folder.note.is_whole && wanted.is_parquet());
        if let Some(size) = size {
            // A digest is of all bytes: if the server does not tell it, they are needed.
            let tells_digest = folder.note.sha256.is_some();
            let reason = match tells_digest {
                false => "its server tells no digest of it",
                true => match self.columns(folder, wanted, size).await {
                    Ok(()) => return Ok(()),
                    Err(Stop::Error(error)) => return Err(error),
                    Err(Stop::NoRanges) => "its server gives no parts of a file",
                },
            };
            (self.tell)(Event::Whole { label: self.label.clone(), reason });
        }
        if !folder.note.is_whole {
            folder.begin_whole()?;
        }
        self.whole(folder).await
    }

    /// Fetches the footer of a Parquet file and the columns that are read.
    async fn columns(&self, folder: &mut Folder, wanted: &Wanted, size: u64) -> Result<(), Stop> {
        folder.make_room(size)?;
        let tail = Ranges::of(once(size.saturating_sub(TAIL)..size));
        self.need(folder, &tail).await?;
        let footer = Ranges::of(once(folder.footer(size)?));
        self.need(folder, &footer).await?;
        let columns = missing(folder, wanted).map_err(|error| error.named(&self.label))?.closed();
        let bytes = folder.note.there.bytes() + columns.without(&folder.note.there).bytes();
        (self.tell)(Event::Columns { label: self.label.clone(), bytes, of: size });
        self.need(folder, &columns).await
    }

    /// Fetches what of some ranges is not there, four pieces at a time.
    async fn need(&self, folder: &mut Folder, wanted: &Ranges) -> Result<(), Stop> {
        let mut done = folder.note.there.bytes();
        let missing = wanted.without(&folder.note.there);
        let of = Some(done + missing.bytes());
        let pieces: Vec<Range<u64>> = missing.pieces(PIECE).collect();
        let pieces = Mutex::new(pieces.into_iter());
        let desk = Mutex::new((folder, &mut done));
        let worker = async || -> Result<(), Stop> {
            loop {
                let Some(piece) = locked(&pieces).next() else { return Ok(()) };
                let mut keep = |at: u64, bytes: &[u8]| {
                    let mut desk = locked(&desk);
                    desk.0.write(at, bytes)?;
                    *desk.1 += bytes.len() as u64;
                    (self.tell)(Event::Bytes { done: *desk.1, of });
                    Ok(())
                };
                self.part(piece.start, Some(piece.end), &mut keep).await?;
                locked(&desk).0.is_there(piece)?;
            }
        };
        tokio::try_join!(worker(), worker(), worker(), worker())?;
        Ok(locked(&desk).0.write_note()?)
    }

    /// Fetches the whole file, one byte after the other.
    async fn whole(&self, folder: &mut Folder) -> Result<(), Error> {
        let of = folder.note.size;
        for _ in 0..TRIES {
            let from = folder.note.there.first();
            if of == Some(from) {
                return Ok(());
            }
            let mut keep = |at: u64, bytes: &[u8]| {
                let end = at + bytes.len() as u64;
                if end > MOST {
                    return Err(io::Error::other("more bytes than anybody's dump has"));
                }
                folder.write(at, bytes)?;
                (self.tell)(Event::Bytes { done: end, of });
                folder.is_there(at..end)
            };
            match self.part(from, None, &mut keep).await {
                Ok(()) => return Ok(folder.write_note()?),
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::NoRanges) => {
                    let reason = "its server does not go on where the line broke";
                    (self.tell)(Event::Whole { label: self.label.clone(), reason });
                    folder.begin_whole()?;
                }
            }
        }
        Err(error(self.label.clone(), Refusal::NoRanges))
    }

    /// Fetches some bytes. An address that holds no longer is asked for anew, at the same commit.
    async fn part(&self, mut from: u64, to: Option<u64>, keep: Keep<'_>) -> Result<(), Stop> {
        let pauses = |pause| (self.tell)(Event::Waits(pause));
        loop {
            let (turn, located) = self.place.lock().await.clone();
            let start = from;
            let mut keep = |at: u64, bytes: &[u8]| {
                keep(at, bytes)?;
                from = at + bytes.len() as u64;
                self.in_vain.store(0, Ordering::Relaxed);
                Ok(())
            };
            match self.hub.part(&located, start, to, &pauses, &mut keep).await {
                Ok(()) => return Ok(()),
                Err(Refusal::NoRanges) => return Err(Stop::NoRanges),
                // Others may have used an address up that holds for one request.
                Err(Refusal::Status { .. }) if self.in_vain.fetch_add(1, Ordering::Relaxed) < TRIES * AT_ONCE => (),
                Err(refusal) => return Err(self.stop(refusal)),
            }
            let mut place = self.place.lock().await;
            // Others may have asked meanwhile.
            if place.0 == turn {
                let again = self.hub.locate(&self.address, &pauses).await.map_err(|refusal| self.stop(refusal))?;
                if again.etag != located.etag || again.size != located.size {
                    let reason = "another file lies there by now".to_owned();
                    return Err(self.stop(Refusal::Changed(reason)));
                }
                *place = (turn + 1, again);
            }
        }
    }

    fn stop(&self, refusal: Refusal) -> Stop {
        Stop::Error(error(self.label.clone(), refusal))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
