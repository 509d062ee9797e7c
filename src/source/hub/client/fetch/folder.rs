use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::room::Room;
use super::{Address, Error, Wanted};
use crate::model::DAY;
use crate::source::hub::client::http::Located;
use crate::source::hub::client::ranges::Ranges;
use crate::source::{self, digest_bytes, read_whole, stats};

/// The file that says what is fetched, and what of it is there.
const NOTE: &str = "fetch.json";
const LOCK: &str = "fetch.lock";
/// The version of the folder's layout.
const FORMAT: u32 = 1;
/// Bytes of `fetch.json`: it lists the parts that are there.
const MAX_NOTE: u64 = 64 << 20;
/// How often what is there is noted.
const EVERY: Duration = Duration::from_millis(250);
/// How long a fetch may be gone on with, in milliseconds: a dump of another day is another one.
const FRESH: i64 = DAY;

/// What stands in `fetch.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Note {
    format: u32,
    /// The address as it was named.
    address: String,
    /// The SHA-256 of all of the web address that it stands for: its query may be a secret.
    #[serde(default)]
    url: String,
    /// The name of the file beside this one.
    name: String,
    /// What it was said to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    /// When it began by our own clock: milliseconds since 1970, UTC.
    began: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The commit's date, where it was looked up: milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// When the server changed it last, in its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Whether all of the file is fetched, from its first byte on.
    #[serde(default)]
    pub is_whole: bool,
    #[serde(default)]
    pub is_complete: bool,
    /// Whether nobody told where it ends.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unsure: bool,
    #[serde(default)]
    pub there: Ranges,
}

impl Note {
    fn new(wanted: &Wanted, url: &Url, now: i64) -> Note {
        Note {
            format: FORMAT,
            address: wanted.address.label(None),
            url: digest_bytes(url.as_str().as_bytes()).sha256,
            name: file_name(&wanted.address),
            kind: wanted.kind.map(|kind| kind.name().to_owned()),
            until: wanted.until,
            began: now,
            commit: None,
            date: None,
            size: None,
            etag: None,
            modified: None,
            sha256: None,
            is_whole: false,
            is_complete: false,
            is_unsure: false,
            there: Ranges::default(),
        }
    }

    /// Takes the names of the version that is fetched.
    pub fn names(&mut self, located: &Located) {
        let marks = located.marks();
        self.etag = located.linked.clone().or_else(|| marks.etag().map(str::to_owned));
        self.modified = marks.modified().filter(|_| located.linked.is_none()).map(str::to_owned);
    }

    /// Whether it is of the same file as the `other`, and can be what was written.
    fn is_of(&self, other: &Note) -> bool {
        let fresh = self.began - FRESH..self.began + FRESH;
        self.format == other.format
            && self.address == other.address
            && self.url == other.url
            && self.kind == other.kind
            && self.until == other.until
            && fresh.contains(&other.began)
            && self.there.is_within(self.size.unwrap_or(u64::MAX))
    }
}

/// A folder with a file that is being fetched.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    pub note: Note,
    file: Option<File>,
    noted: Instant,
    room: Room,
    /// Held as long as this is, so that two fetches do not mix.
    _lock: File,
}

impl Folder {
    /// Opens a folder to go on with what is there of a web address, or begins anew.
    ///
    /// # Errors
    /// If it holds something else, or another program is at work on it.
    pub fn resume(path: &Path, wanted: &Wanted, url: &Url, now: i64) -> Result<Folder, source::Error> {
        let wrong = |error| source::Error::Io { path: path.into(), error };
        fs::create_dir_all(path).map_err(wrong)?;
        let lock_file = path.join(LOCK);
        if fs::symlink_metadata(&lock_file).is_ok_and(|known| !known.is_file()) {
            return Err(source::Error::unfit(&lock_file, "is no ordinary file; remove the folder"));
        }
        let lock = File::options().create(true).write(true).truncate(false).open(lock_file).map_err(wrong)?;
        match lock.try_lock() {
            Ok(()) => (),
            Err(TryLockError::WouldBlock) => {
                let busy = "another import is at work here; wait for it, or name another file with -o";
                return Err(source::Error::unfit(path, busy));
            }
            Err(TryLockError::Error(error)) => return Err(wrong(error)),
        }
        let text = read_whole(&path.join(NOTE), MAX_NOTE).ok();
        let known = text.as_deref().and_then(|text| serde_json::from_slice::<Note>(text).ok());
        let (note, room) = (Note::new(wanted, url, now), Room::default());
        let mut folder = Folder { path: path.into(), note, file: None, noted: Instant::now(), room, _lock: lock };
        folder.clean(text.is_some()).map_err(wrong)??;
        let length = fs::metadata(folder.file()).ok().filter(fs::Metadata::is_file).map(|known| known.len());
        match known {
            // A file that is shorter than what is noted is not the one that was written.
            Some(note) if note.is_of(&folder.note) && length.is_some_and(|length| note.there.is_within(length)) => {
                folder.note = note;
            }
            known => {
                let old = known.map(|note| note.name).filter(|name| is_name(name));
                let names = [old.as_deref(), Some(folder.note.name.as_str()), Some(NOTE)];
                names.into_iter().flatten().try_for_each(|name| folder.remove_file(name)).map_err(wrong)?;
            }
        }
        Ok(folder)
    }

    /// Removes what was half written. A folder without a note is somebody else's if anything else is in it.
    fn clean(&self, has_note: bool) -> io::Result<Result<(), source::Error>> {
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.starts_with(".tmp") {
                self.remove_file(&name)?;
            } else if !has_note && name != LOCK {
                self.remove_file(LOCK)?;
                let what = format!("holds {name} and is no folder of a fetch; remove it, or name another file with -o");
                return Ok(Err(source::Error::unfit(&self.path, what)));
            }
        }
        Ok(Ok(()))
    }

    fn remove_file(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The file itself.
    pub fn file(&self) -> PathBuf {
        self.path.join(&self.note.name)
    }

    /// Takes what the server says of the file. If it is another one than the one that is there, or nothing tells that it is not,
    /// begins anew.
    pub fn is_of(&mut self, located: &Located) -> Result<(), Error> {
        let note = &mut self.note;
        let before = (note.size, note.etag.take(), note.modified.take());
        let is_commit = located.linked.is_some() || located.commit.is_none() || note.commit == located.commit;
        note.commit = note.commit.take().or_else(|| located.commit.clone());
        (note.size, note.sha256) = (located.size, located.sha256.clone());
        note.names(located);
        let is_same = before == (note.size, note.etag.clone(), note.modified.clone());
        if !is_same || !is_commit || !located.is_named() {
            (note.is_whole, note.there) = (false, Ranges::default());
        }
        Ok(self.write_note()?)
    }

    /// Whether there is room for so many bytes more.
    pub fn has_room(&self, bytes: u64) -> io::Result<()> {
        self.room.is_for(&self.path, bytes)
    }

    /// What is there of the file from a byte on, as many bytes as `into` takes.
    pub fn read(&mut self, from: u64, into: &mut [u8]) -> io::Result<()> {
        self.open(|file| {
            file.seek(SeekFrom::Start(from))?;
            file.read_exact(into)
        })
    }

    /// Makes the file as long as it will be; what is not written yet takes no room.
    pub fn make_room(&mut self, size: u64) -> io::Result<()> {
        self.open(|file| file.set_len(size))
    }

    /// Begins with the first byte of the whole file.
    pub fn begin_whole(&mut self) -> io::Result<()> {
        (self.note.is_whole, self.note.there) = (true, Ranges::default());
        self.open(|file| file.set_len(0))?;
        self.write_note()
    }

    /// The footer of a Parquet file of which the end is there; nothing of a file that is none.
    pub fn footer(&mut self, size: u64) -> io::Result<Range<u64>> {
        let mut end = [0; 8];
        if size < 12 {
            return Ok(size..size);
        }
        self.open(|file| {
            file.seek(SeekFrom::Start(size - 8))?;
            file.read_exact(&mut end)
        })?;
        let [a, b, c, d, magic @ ..] = end;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        // Of one that no dump has nothing more is fetched; the reader says what is wrong with it.
        Ok(match &magic {
            b"PAR1" if length <= stats::MOST_FOOTER => (size - 8).saturating_sub(length)..size,
            _ => size..size,
        })
    }

    pub fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.room.claim(&self.path, bytes.len() as u64)?;
        self.open(|file| {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(bytes)
        })
    }

    /// Notes now and then what is there.
    pub fn is_there(&mut self, range: Range<u64>) -> io::Result<()> {
        self.note.there.add(range);
        if self.noted.elapsed() < EVERY { Ok(()) } else { self.write_note() }
    }

    /// Writes the note, once the bytes that it speaks of are on the disk.
    pub fn write_note(&mut self) -> io::Result<()> {
        if !self.note.there.is_empty() {
            self.open(|file| file.sync_data())?;
        }
        let text = serde_json::to_vec_pretty(&self.note)?;
        let path = self.path.join(NOTE);
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.path)?;
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            file.persist(&path).map_err(|error| error.error).map(drop)
        };
        self.noted = Instant::now();
        write().map_err(|error| at(&path, &error))
    }

    /// Removes the file with its note, and the folder if nothing else is in it. The note goes after the file: of one
    /// without the other, this is the one that is known to be ours.
    pub fn remove(self) -> Result<(), source::Error> {
        let mut names = [self.note.name.as_str(), NOTE, LOCK].into_iter();
        let removed = names.try_for_each(|name| self.remove_file(name));
        removed.map_err(|error| source::Error::Io { path: self.path.clone(), error })?;
        // Somebody else's files stay, and so does a folder that holds them.
        _ = fs::remove_dir(&self.path);
        Ok(())
    }

    fn open(&mut self, then: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let path = self.file();
        let work = || {
            if self.file.is_none() {
                let options = File::options().create(true).read(true).write(true).truncate(false).open(&path)?;
                self.file = Some(options);
            }
            self.file.as_mut().map_or(Ok(()), then)
        };
        work().map_err(|error| at(&path, &error))
    }
}

/// The error with its place.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The name of the file in its folder: that of the address where it is a plain one, since some kinds are told by it.
fn file_name(address: &Address) -> String {
    let name = address.name();
    if is_name(name) {
        return name.to_owned();
    }
    let suffix = name.rsplit('.').next().filter(|suffix| suffix.len() < 10 && *suffix != name && is_plain(suffix));
    suffix.map_or_else(|| "file".to_owned(), |suffix| format!("file.{suffix}"))
}

/// Whether a name leads neither out of the folder nor to a file of ours.
fn is_name(name: &str) -> bool {
    let is_ours = name.starts_with(['.', '-']) || name.starts_with("fetch.");
    !name.is_empty() && name.len() <= 150 && is_plain(name) && !is_ours
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_names_a_file_elsewhere() {
        let of = |text: &str| Address::parse(text, "https://h").map(|address| file_name(&address.unwrap())).unwrap();
        for (address, expected) in [
            ("hf://datasets/o/n/data/models.parquet", "models.parquet"),
            ("hf://datasets/o/n/o--n.md", "o--n.md"),
            ("hf://datasets/o/n/a b.jsonl.gz", "file.gz"),
            ("hf://datasets/o/n/.bashrc", "file.bashrc"),
            ("hf://datasets/o/n/fetch.json", "file.json"),
            ("hf://datasets/o/n/fetch.lock", "file.lock"),
            ("hf://datasets/o/n/-rf", "file"),
            ("https://h/", "file"),
            ("https://h/..%2f..%2fetc%2fpasswd", "file"),
            ("https://h/a?x=/etc/passwd", "a"),
            ("https://h/x.p%00rquet", "file"),
        ] {
            assert_eq!(of(address), expected, "{address}");
        }
        assert_eq!(of(&format!("https://h/{}.csv", "x".repeat(300))), "file.csv");
    }
}
