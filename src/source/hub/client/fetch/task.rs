use std::io;
use std::iter::once;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::Url;

use super::folder::Folder;
use super::{Error, Event, MOST, Tell, Wanted, error, missing};
use crate::source::arriving::Arriving;
use crate::source::hub::client::http::{Hub, Keep, Located, Marks, Refusal};
use crate::source::hub::client::ranges::Ranges;

/// Bytes that are asked for at once.
const PIECE: u64 = 8 << 20;
/// The end of a Parquet file that is asked for before the length of its footer is known.
const TAIL: u64 = 64 << 10;
/// Pieces that are under way at a time.
const AT_ONCE: u32 = 4;
/// How often each of them asks for an address anew without a byte in between, and a whole file is begun.
const TRIES: u32 = 3;

/// A file under way.
pub(super) struct Task<'t> {
    hub: &'t Hub,
    /// The address at the commit, which is asked where the file lies.
    address: Url,
    label: String,
    /// Where it lies, and how often that was asked.
    place: tokio::sync::Mutex<(u32, Located)>,
    /// The version that is fetched, as far as its server names it.
    version: Located,
    /// Whether it is named where the file is looked for.
    is_named_there: bool,
    /// How often it was refused since the last byte arrived.
    in_vain: AtomicU32,
    tell: Tell<'t>,
}

/// Why a task cannot go on as it does.
enum Stop {
    /// The server gives no part that can be gone on with: why.
    NoRanges(&'static str),
    Error(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Stop {
        Stop::Error(error.into())
    }
}

impl<'t> Task<'t> {
    pub fn new(hub: &'t Hub, (address, label): (Url, String), located: Located, tell: Tell<'t>) -> Task<'t> {
        let (version, is_named_there) = (located.clone(), located.marks() != Marks::default());
        let place = tokio::sync::Mutex::new((0, located));
        Task { hub, address, label, place, version, is_named_there, in_vain: AtomicU32::new(0), tell }
    }

    /// Fetches all of a file that is needed, or what is missing of it.
    pub async fn all(&self, folder: &mut Folder, wanted: &Wanted) -> Result<(), Error> {
        let size = folder.note.size.filter(|size| *size > 0 && !folder.note.is_whole && wanted.is_parquet());
        if let Some(size) = size {
            // A digest is of all bytes: if the server does not tell it, they are needed.
            let tells_digest = folder.note.sha256.is_some();
            let reason = match tells_digest {
                false => "its server tells no digest of it",
                true => match self.columns(folder, wanted, size).await {
                    Ok(()) => return Ok(()),
                    Err(Stop::Error(error)) => return Err(error),
                    Err(Stop::NoRanges(_)) => "its server gives no parts of a file",
                },
            };
            (self.tell)(Event::Whole { label: self.label.clone(), reason });
        }
        if !folder.note.is_whole {
            folder.begin_whole()?;
        }
        self.whole(folder, None).await
    }

    /// Fetches the footer of a Parquet file and the columns that are read.
    async fn columns(&self, folder: &mut Folder, wanted: &Wanted, size: u64) -> Result<(), Stop> {
        folder.make_room(size)?;
        let tail = Ranges::new(once(size.saturating_sub(TAIL)..size));
        self.need(folder, &tail).await?;
        let footer = Ranges::new(once(folder.footer(size)?));
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
        folder.has_room(missing.bytes())?;
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

    /// Fetches the whole file, one byte after the other, and tells who reads it meanwhile. What was read does not change: where
    /// the file is begun again, it must begin with the same bytes: so where the server gives no parts, or does not tell of which
    /// version they are.
    pub async fn whole(&self, folder: &mut Folder, reader: Option<&Arriving>) -> Result<(), Error> {
        let of = folder.note.size;
        folder.has_room(of.map_or(0, |size| size.saturating_sub(folder.note.there.first())))?;
        let (mut begins_again, mut in_vain, mut most) = (false, 0, folder.note.there.first());
        while in_vain < TRIES {
            let there = folder.note.there.first();
            if of == Some(there) {
                return Ok(());
            }
            let from = if begins_again { 0 } else { there };
            let (mut reached, mut is_other) = (from, false);
            let mut keep = |at: u64, bytes: &[u8]| {
                reached = at + bytes.len() as u64;
                if reached > MOST {
                    return Err(io::Error::other("more bytes than anybody's dump has"));
                }
                let known = usize::try_from(there.saturating_sub(at)).unwrap_or(usize::MAX).min(bytes.len());
                let (known, new) = bytes.split_at(known);
                let mut before = vec![0; known.len()];
                folder.read(at, &mut before)?;
                if before != known {
                    is_other = true;
                    return Err(io::Error::other("other bytes than before"));
                }
                if !new.is_empty() {
                    folder.write(reached - new.len() as u64, new)?;
                    // All before it is of this version, or was compared with it.
                    if self.is_named_there {
                        folder.note.names(&self.version);
                    }
                    folder.is_there(reached - new.len() as u64..reached)?;
                    (self.tell)(Event::Bytes { done: reached, of });
                    reader.iter().for_each(|reader| reader.grow(reached));
                }
                Ok(())
            };
            let done = self.part(from, None, &mut keep).await;
            if is_other || (done.is_ok() && reached < there) {
                let reason = "it begins with other bytes now, or is shorter".to_owned();
                return Err(error(self.label.clone(), Refusal::Changed(reason)));
            }
            match done {
                Ok(()) => {
                    folder.note.is_unsure = self.version.is_unsure() && folder.note.sha256.is_none();
                    return Ok(folder.write_note()?);
                }
                Err(Stop::Error(error)) => return Err(error),
                Err(Stop::NoRanges(reason)) => {
                    in_vain = if reached > most { 0 } else { in_vain + 1 };
                    most = most.max(reached);
                    (self.tell)(Event::Whole { label: self.label.clone(), reason });
                    match reader {
                        Some(_) => begins_again = true,
                        None => folder.begin_whole()?,
                    }
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
                Err(Refusal::NoRanges) => {
                    return Err(Stop::NoRanges("its server does not go on where the line broke"));
                }
                Err(Refusal::Unnamed) => {
                    let reason = "the line broke, and its server does not tell of which version a part is";
                    return Err(Stop::NoRanges(reason));
                }
                // Others may have used an address up that holds for one request.
                Err(Refusal::Status { .. }) if self.in_vain.fetch_add(1, Ordering::Relaxed) < TRIES * AT_ONCE => (),
                Err(refusal) => return Err(self.stop(refusal)),
            }
            let mut place = self.place.lock().await;
            // Others may have asked meanwhile.
            if place.0 == turn {
                let again = self.hub.locate(&self.address, &pauses).await.map_err(|refusal| self.stop(refusal))?;
                let again = located.again(again).map_err(|refusal| self.stop(refusal))?;
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
