//! The pages that a crawl saw, as they came: a folder with a file a page, each written whole or not at all. It is the
//! crawl's checkpoint while it runs, and a source afterwards.

mod card;
mod page;
mod plan;
mod rows;
mod span;

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use card::{CardState, FetchedCard, split_cards, write_cards};
pub use page::{Head, OldId, PageKind};
pub use plan::Plan;
pub use span::Span;

use super::bounded::{ordinary, read_whole, whole};
use super::hub::{MAX_BODY, listing};
use super::input::Hashed;
use super::{Digested, Error, Kind, Sink, Source};

/// The file that says what is crawled.
const PLAN: &str = "crawl.json";
const LOCK: &str = "crawl.lock";
/// What the names of page files end in.
const PAGE: &str = "page";
/// The version of the folder's layout.
const FORMAT: u32 = 1;
/// Bytes of `crawl.json`, and of the first line of a page.
const MAX_NOTE: u64 = 1 << 20;

/// What stands in `crawl.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    format: u32,
    plan: Plan,
    /// The fields that the Hub takes.
    fields: Vec<String>,
    /// When it began by our own clock: milliseconds since 1970, UTC.
    began: i64,
    /// When it came to its end, by our own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<i64>,
    /// The hosts that answered.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    hosts: BTreeSet<String>,
    /// How many pages there are, once the crawl came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pages: Option<usize>,
    /// The model below which was crawled before, and how many pages that brought: the whole Hub is listed after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earlier: Option<(String, usize)>,
    /// Whether the Hub refused to tell the names of licences.
    #[serde(default)]
    no_licence_names: bool,
    /// Whether the folder is being removed: then its pages are worth nothing.
    #[serde(default)]
    spent: bool,
}

/// A `Recording` is a folder of recorded pages.
#[derive(Debug)]
pub struct Recording {
    folder: PathBuf,
    note: Note,
    pages: usize,
    /// Held while pages are written, so that two crawls do not mix.
    _lock: Option<File>,
}

impl Recording {
    /// Opens a recording to go on with it, or begins one `now`: milliseconds since 1970, UTC.
    ///
    /// # Errors
    /// It fails if the folder holds a crawl of something else, a finished one, or one that another program is at work
    /// on.
    pub fn resume(folder: &Path, plan: &Plan, now: i64) -> Result<Recording, Error> {
        let wrong = |error| Error::Io { path: folder.into(), error };
        fs::create_dir_all(folder).map_err(wrong)?;
        let lock_file = folder.join(LOCK);
        if fs::metadata(&lock_file).is_ok_and(|known| !known.is_file()) {
            return Err(Error::unfit(&lock_file, "is no ordinary file; remove the folder"));
        }
        let lock = File::options().create(true).write(true).truncate(false).open(lock_file).map_err(wrong)?;
        match lock.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::unfit(folder, "another crawl is at work here; wait for it, or name another file"));
            }
            Err(TryLockError::Error(error)) => return Err(wrong(error)),
        }
        if !folder.join(PLAN).exists() {
            let is_other = |name: &str| !is_ours(name) || name.ends_with(PAGE);
            let entries = fs::read_dir(folder).map_err(wrong)?.flatten();
            let other = entries.into_iter().find(|entry| is_other(&entry.file_name().to_string_lossy()));
            if let Some(other) = other {
                let name = other.file_name().to_string_lossy().into_owned();
                fs::remove_file(folder.join(LOCK)).map_err(wrong)?;
                return Err(Error::unfit(folder, format!("holds {name} and is no crawl's folder; name an empty one")));
            }
            let fields = listing::FIELDS.iter().map(|field| (*field).to_owned()).collect();
            let note = Note {
                format: FORMAT,
                plan: plan.clone(),
                fields,
                began: now,
                ended: None,
                hosts: BTreeSet::new(),
                pages: None,
                earlier: None,
                no_licence_names: false,
                spent: false,
            };
            let recording = Recording { folder: folder.into(), note, pages: 0, _lock: Some(lock) };
            recording.write_note()?;
            return Ok(recording);
        }
        // What a crawl left that was killed while it wrote.
        for entry in fs::read_dir(folder).map_err(wrong)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".tmp") {
                fs::remove_file(entry.path()).map_err(wrong)?;
            }
        }
        let mut recording = Recording::open(folder)?;
        // An update of an older snapshot: what it brought is in the snapshot that is there now, or is asked for again.
        let known = &recording.note.plan;
        let is_old_update = known.since.is_some()
            && known.since != plan.since
            && Plan { since: plan.since, licence_names: plan.licence_names, ..known.clone() } == *plan;
        let is_bare = recording.pages == 0 && known != plan;
        if recording.note.spent || is_old_update || is_bare {
            // Its removal was interrupted, or never begun; or nothing is in it.
            recording._lock = Some(lock);
            recording.remove()?;
            return Recording::resume(folder, plan, now);
        }
        // Whether names of licences are asked for may change under way.
        let known = &mut recording.note.plan;
        if (Plan { licence_names: plan.licence_names, ..known.clone() }) == *plan && *known != *plan {
            *known = plan.clone();
            recording.write_note()?;
        }
        if plan.is_whole() && recording.note.plan.is_part_of_whole(plan) {
            // What descends from a model is part of the whole, which begins now.
            let below = recording.note.plan.below.take().unwrap_or_default();
            recording.note.began = now;
            recording.note.earlier = Some((below, recording.pages));
            (recording.note.pages, recording.note.ended) = (None, None);
            recording.note.plan = plan.clone();
            recording.write_note()?;
        }
        if recording.note.plan != *plan {
            let known = serde_json::to_string(&recording.note.plan).unwrap_or_default();
            let advice = "finish that one, name another file, or remove the folder";
            return Err(Error::unfit(
                folder,
                format!("holds an unfinished crawl of something else ({known}); {advice}"),
            ));
        }
        recording._lock = Some(lock);
        Ok(recording)
    }

    /// Opens a recording for reading.
    ///
    /// # Errors
    /// It fails if the folder is no recording.
    pub fn open(folder: &Path) -> Result<Recording, Error> {
        let path = folder.join(PLAN);
        let wrong = |error| Error::Io { path: path.clone(), error };
        if !fs::metadata(&path).map_err(wrong)?.is_file() {
            return Err(Error::unfit(&path, "is no ordinary file; remove the folder"));
        }
        let text = read_whole(&path, MAX_NOTE).map_err(wrong)?;
        let note: Note = serde_json::from_slice(&text)
            .map_err(|error| Error::unfit(&path, format!("cannot be read ({error}); remove the folder")))?;
        if note.format != FORMAT {
            return Err(Error::unfit(
                &path,
                format!("has the format {}, not {FORMAT}; remove the folder", note.format),
            ));
        }
        let pages = (0..).take_while(|page| page_file(folder, *page).is_file()).count();
        let names = fs::read_dir(folder).map_err(|error| Error::Io { path: folder.into(), error })?.flatten();
        let numbers = names.filter_map(|entry| number_of(&entry.file_name().to_string_lossy()));
        let behind = numbers.filter(|page| *page > pages).min();
        let is_short = note.pages.is_some_and(|whole| whole != pages);
        if (is_short || behind.is_some()) && !note.spent {
            return Err(Recording::torn(folder, pages, note.pages.filter(|_| is_short), behind));
        }
        Ok(Recording { folder: folder.into(), note, pages, _lock: None })
    }

    /// The error of a folder in which the pages end too early: of how many there are in a row, and which one is there all the same.
    fn torn(folder: &Path, pages: usize, whole: Option<usize>, behind: Option<usize>) -> Error {
        let missing = page_file(folder, pages);
        match (ordinary(&missing), whole, behind) {
            (Err(error), ..) if error.kind() != io::ErrorKind::NotFound => {
                Error::unfit(&missing, format!("{error}; {AGAIN}"))
            }
            (_, None, Some(behind)) => {
                let name = missing.file_name().unwrap_or_default().display();
                let reason = format!("lies behind a gap, as {name} is missing; {AGAIN}");
                Error::unfit(&page_file(folder, behind), reason)
            }
            (_, whole, _) => {
                let whole = whole.unwrap_or_default();
                let reason = format!("holds {pages} pages in a row of {whole}; fetch them again, or remove the folder");
                Error::unfit(folder, reason)
            }
        }
    }

    /// Whether a folder is a recording.
    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join(PLAN).is_file()
    }

    /// Gives the folder where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tells what the crawl is after.
    pub fn plan(&self) -> &Plan {
        &self.note.plan
    }

    /// Gives the fields that are asked for.
    pub fn fields(&self) -> &[String] {
        &self.note.fields
    }

    /// Gives the fields that the Hub refused.
    pub fn without(&self) -> Vec<String> {
        let asked = |field: &&&str| self.note.fields.iter().any(|known| known == *field);
        let refused = listing::FIELDS.iter().filter(|field| !asked(field));
        let cards = self.note.no_licence_names.then_some(&"cardData");
        refused.chain(cards).map(|field| (*field).to_owned()).collect()
    }

    /// Gives the model below which was crawled before, if this goes on as a crawl of the whole Hub.
    pub fn earlier(&self) -> Option<&str> {
        self.note.earlier.as_ref().map(|(below, _)| below.as_str())
    }

    /// Counts the pages that the crawl before brought: they come first.
    pub fn earlier_pages(&self) -> usize {
        self.note.earlier.as_ref().map_or(0, |(_, pages)| *pages)
    }

    /// Counts the pages.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// Tells whether the crawl came to its end.
    pub fn is_complete(&self) -> bool {
        self.note.pages.is_some()
    }

    /// Asks for these fields from now on.
    ///
    /// # Errors
    /// It fails if the folder cannot be written to.
    pub fn set_fields(&mut self, fields: Vec<String>) -> Result<(), Error> {
        self.note.fields = fields;
        self.write_note()
    }

    /// Asks no more for the names of licences, which the Hub refuses.
    ///
    /// # Errors
    /// It fails if the folder cannot be written to.
    pub fn give_up_licence_names(&mut self) -> Result<(), Error> {
        self.note.no_licence_names = true;
        self.write_note()
    }

    /// Gives the hosts that answered, in the order of their names.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.note.hosts.iter().map(String::as_str)
    }

    /// Notes who gives an answer that is to be kept.
    ///
    /// # Errors
    /// It fails if the folder cannot be written to.
    pub fn answered(&mut self, host: &str) -> Result<(), Error> {
        match self.note.hosts.insert(host.to_owned()) {
            true => self.write_note(),
            false => Ok(()),
        }
    }

    /// Marks the crawl as come to its end.
    ///
    /// # Errors
    /// It fails if the folder cannot be written to.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.note.pages = Some(self.pages);
        self.note.ended = Some(jiff::Timestamp::now().as_millisecond());
        self.write_note()
    }

    /// Adds a page, on disk when this returns.
    ///
    /// # Errors
    /// It fails if the folder cannot be written to; then the pages before it are whole.
    pub fn add(&mut self, head: &Head, body: &[u8]) -> Result<(), Error> {
        let mut line = serde_json::to_vec(head).unwrap_or_default();
        line.push(b'\n');
        self.write(&page_file(&self.folder, self.pages), |file| {
            file.write_all(&line)?;
            let mut packer = zstd::stream::write::Encoder::new(file, 3)?;
            packer.include_checksum(true)?;
            packer.write_all(body)?;
            packer.finish().map(drop)
        })?;
        self.pages += 1;
        Ok(())
    }

    /// Reads the head of a page.
    ///
    /// # Errors
    /// It fails if the page cannot be read.
    pub fn head(&self, page: usize) -> Result<Head, Error> {
        Ok(self.open_page(page)?.0)
    }

    /// Reads a page with its body.
    ///
    /// # Errors
    /// It fails if the page cannot be read.
    pub fn page(&self, page: usize) -> Result<(Head, Vec<u8>), Error> {
        let (head, body, _) = self.page_digested(page)?;
        Ok((head, body))
    }

    fn page_digested(&self, page: usize) -> Result<(Head, Vec<u8>, Digested), Error> {
        let (head, packed) = self.open_page(page)?;
        let damaged = |error: io::Error| self.damaged(page, &error);
        let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(damaged)?;
        let body = whole(&mut decoder, MAX_BODY as u64).map_err(damaged)?;
        let digest = decoder.finish().into_inner().finish().map_err(damaged)?;
        Ok((head, body, digest))
    }

    /// Removes the pages, and the folder if nothing else is in it. Wherever that is interrupted, what is left is not taken for a recording.
    ///
    /// # Errors
    /// It fails if it cannot be removed.
    pub fn remove(mut self) -> Result<(), Error> {
        self.note.spent = true;
        self.write_note()?;
        let remove = || {
            for entry in fs::read_dir(&self.folder)? {
                let entry = entry?;
                if entry.file_name() != LOCK && is_ours(&entry.file_name().to_string_lossy()) {
                    fs::remove_file(entry.path())?;
                }
            }
            fs::remove_file(self.folder.join(PLAN))?;
            // Last: until then nobody else may begin here.
            fs::remove_file(self.folder.join(LOCK))
        };
        remove().map_err(|error| Error::Io { path: self.folder.clone(), error })?;
        // Somebody else's files stay, and so does a folder that holds them.
        _ = fs::remove_dir(&self.folder);
        Ok(())
    }

    fn open_page(&self, page: usize) -> Result<(Head, BufReader<Hashed<File>>), Error> {
        let path = page_file(&self.folder, page);
        let file = ordinary(&path).map_err(|error| Error::Io { path: path.clone(), error })?;
        let mut file = BufReader::new(Hashed::new(file));
        let mut line = Vec::new();
        (&mut file)
            .take(MAX_NOTE)
            .read_until(b'\n', &mut line)
            .map_err(|error| Error::Io { path: path.clone(), error })?;
        let head = serde_json::from_slice(&line)
            .map_err(|error| Error::broken(&path, "line 1", format!("no page of a crawl ({error}); {AGAIN}")))?;
        Ok((head, file))
    }

    /// Makes the error for a page that cannot be what the crawl wrote.
    pub fn damaged(&self, page: usize, reason: &dyn std::fmt::Display) -> Error {
        Error::broken(&page_file(&self.folder, page), "", format!("damaged ({reason}); {AGAIN}"))
    }

    fn write_note(&self) -> Result<(), Error> {
        let text = serde_json::to_vec_pretty(&self.note).unwrap_or_default();
        self.write(&self.folder.join(PLAN), |file| file.write_all(&text))
    }

    /// Writes a file whole or not at all.
    fn write(&self, path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Error> {
        let write = || -> io::Result<()> {
            let mut builder = tempfile::Builder::new();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                // As any program's file: what the user's mask leaves of it.
                builder.permissions(fs::Permissions::from_mode(0o666));
            }
            let mut file = builder.tempfile_in(&self.folder)?;
            fill(file.as_file_mut())?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)?;
            // The new name is on the disk when its folder is; where folders cannot be synced, nothing is lost by it.
            _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
            Ok(())
        };
        write().map_err(|error| Error::Io { path: path.into(), error })
    }
}

impl Source for Recording {
    /// What was asked for first, the fields left out.
    fn label(&self) -> Result<String, Error> {
        let first = self.earlier_pages();
        let path = if self.pages > first { self.head(first)?.path } else { String::new() };
        Ok(format!("{}{}", self.note.plan.endpoint, listing::only_fields(&path, &[])))
    }

    fn kind(&self) -> Kind {
        Kind::Recording
    }

    fn recording(&self) -> Option<&Recording> {
        Some(self)
    }

    fn read(self: Box<Self>, sink: Sink<'_>) -> Result<Digested, Error> {
        if !self.is_complete() || self.note.spent {
            return Err(Error::unfit(
                &self.folder,
                "holds a crawl that has not come to its end; run the same `modelkin crawl` again",
            ));
        }
        self.listed(sink)
    }
}

const AGAIN: &str = "remove it and the pages after it, and run the same `modelkin crawl` again";

/// Whether a crawl writes files of that name, `crawl.json` left out.
fn is_ours(name: &str) -> bool {
    number_of(name).is_some() || name == LOCK || name.starts_with(".tmp")
}

/// Which page a file of that name is.
fn number_of(name: &str) -> Option<usize> {
    let number = name.strip_suffix(PAGE)?.strip_suffix('.')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?
}

fn page_file(folder: &Path, page: usize) -> PathBuf {
    folder.join(format!("{page:08}.{PAGE}"))
}
