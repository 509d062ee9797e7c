//! Where records come from. Everything foreign stops here: what leaves this room is a [`Record`] or a [`Reject`].

mod address;
#[cfg_attr(not(feature = "crawl"), expect(dead_code, reason = "what is fetched arrives, and nothing else"))]
mod arriving;
pub(crate) mod bounded;
mod card;
mod card_data;
mod cards;
mod data_file;
mod date;
pub mod edges;
mod foreign;
mod guess;
pub mod hub;
mod infer;
mod input;
mod inventory;
mod links;
mod local;
mod loose;
mod normalize;
mod packed;
mod pages;
mod parent;
mod parents;
mod parts;
pub mod recording;
mod stats;
mod steady;
pub mod synthetic;
mod table;
mod value;
mod words;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
#[cfg(feature = "crawl")]
use std::sync::Arc;

use crate::model::{Hint, Record, Reject};
pub use address::{NoModel, model_at};
#[cfg(feature = "crawl")]
use arriving::Arriving;
pub use bounded::read_whole;
use data_file::DataFile;
use guess::guess;
use input::STDIN;
pub use input::{Digested, digest_bytes};
pub use inventory::{Inventory, Listed, named_model};
use links::Links;
pub(crate) use local::as_name;
pub use local::{LocalModel, NamedParent};
use parts::as_one_part;
pub use parts::{Fill, Parts, Projection, read_gathered};
use recording::Recording;
pub use table::NamedColumns;

/// A `Kind` says what a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is the `hub-stats` dump, with one Parquet row a model.
    HubStats,
    /// It is the Hub's list rows as JSON or JSON Lines, plain, gzip or zstd.
    Jsonl,
    /// It is a table of models or of links as CSV, plain, gzip or zstd.
    Csv,
    /// It is model cards: a README, a folder of them, or a Hub cache.
    Cards,
    /// It is a text in the notation of [`edges`].
    Edges,
    /// It is the pages that a crawl kept.
    Recording,
}

impl Kind {
    /// Gives the word for it on the command line and in provenance.
    pub fn name(self) -> &'static str {
        match self {
            Kind::HubStats => "hub-stats",
            Kind::Jsonl => "jsonl",
            Kind::Csv => "csv",
            Kind::Cards => "cards",
            Kind::Edges => "edges",
            Kind::Recording => "recording",
        }
    }
}

/// An `Error` says that a source cannot be read at all, or breaks off. A single bad record is a [`Reject`] instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// This is the file.
        path: PathBuf,
        /// This is the system's reason.
        #[source]
        error: io::Error,
    },
    /// The data break off or break their format beyond a single record.
    #[error("{}{place}: {reason}", path.display(), place = comma(place))]
    Broken {
        /// This is the file.
        path: PathBuf,
        /// This is the place in it.
        place: String,
        /// It says what is wrong, and what to do.
        reason: String,
    },
    /// Nothing is there that could be a model.
    #[error("{}: {reason}", path.display())]
    Unfit {
        /// This is the file or folder.
        path: PathBuf,
        /// It says what is missing, and what to do.
        reason: String,
        /// It is what could be said of the source, so that it can be read.
        hint: Option<Hint>,
    },
}

fn comma(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(", {place}") }
}

impl Error {
    /// Gives what could be said of the source, so that it can be read.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Error::Unfit { hint, .. } => *hint,
            _ => None,
        }
    }

    fn broken(path: &Path, place: impl Into<String>, reason: impl Into<String>) -> Error {
        Error::Broken { path: path.into(), place: place.into(), reason: reason.into() }
    }

    /// The same of a file that people know by another name.
    #[cfg(feature = "crawl")]
    fn named(mut self, name: &str) -> Error {
        let (Error::Io { path, .. } | Error::Broken { path, .. } | Error::Unfit { path, .. }) = &mut self;
        *path = name.into();
        self
    }

    fn unfit(path: &Path, reason: impl Into<String>) -> Error {
        Error::Unfit { path: path.into(), reason: reason.into(), hint: None }
    }

    fn hinted(path: &Path, reason: impl Into<String>, hint: Hint) -> Error {
        Error::Unfit { path: path.into(), reason: reason.into(), hint: Some(hint) }
    }
}

/// A `Sink` takes the records of a source, the unreadable ones as rejects.
pub type Sink<'s> = &'s mut dyn FnMut(Result<Record<'_>, Reject>);

/// A `Source` is something that records are read from, once.
pub trait Source {
    /// Gives its name in provenance: the path as it was named; of what was fetched, its address at the commit that was
    /// read; of a recording, what was asked of which Hub.
    ///
    /// # Errors
    /// It fails if a recording cannot be read.
    fn label(&self) -> Result<String, Error>;

    /// Tells what it is.
    fn kind(&self) -> Kind;

    /// Gives the recording that it is, if it is one.
    fn recording(&self) -> Option<&Recording> {
        None
    }

    /// Reads every record, in order, and gives each to `sink`, the unreadable ones as rejects. The digest is of what was
    /// read.
    ///
    /// # Errors
    /// It fails if the source as a whole cannot be read to its end.
    fn read(self: Box<Self>, sink: Sink<'_>) -> Result<Digested, Error>;

    /// Reads every record as [`Source::read`] does, and gives them to `parts`, part by part, with what `parts` wants of them
    /// at least ([`Parts::projection`]). A dump and JSON Lines are read on all processors.
    ///
    /// # Errors
    /// It fails as [`Source::read`] does, with the first error of the source; what is not wanted may be damaged.
    fn read_parts(self: Box<Self>, parts: &dyn Parts) -> Result<Digested, Error> {
        as_one_part(parts, |sink| self.read(sink))
    }
}

/// Finds the sources at `path`: a file, a folder of cards, or a folder of data files (in order of their names). `-` is
/// the standard input.
///
/// # Errors
/// It fails if nothing is there, or what is there is no source that this program knows.
pub fn find(path: &Path, kind: Option<Kind>) -> Result<Vec<Box<dyn Source>>, Error> {
    find_named(path, kind, &NamedColumns::default())
}

/// Finds the sources at `path`, where somebody named columns of the tables among them.
///
/// # Errors
/// It fails as [`find`] does.
pub fn find_named(path: &Path, kind: Option<Kind>, named: &NamedColumns) -> Result<Vec<Box<dyn Source>>, Error> {
    let is_stdin = path == Path::new(STDIN);
    let meta = match is_stdin {
        true => None,
        false => Some(std::fs::metadata(path).map_err(|error| Error::Io { path: path.into(), error })?),
    };
    if meta.as_ref().is_some_and(std::fs::Metadata::is_dir) {
        return in_folder(path, kind, named);
    }
    let is_file = meta.is_some_and(|meta| meta.is_file());
    let kind = match kind {
        Some(Kind::Jsonl | Kind::Csv | Kind::Edges) if !is_file => kind.unwrap_or(Kind::Jsonl),
        _ if !is_file => {
            let what = "is no ordinary file: what is not read front to back has to be written to a file first; of jsonl, csv \
                        and edges, say which it is";
            return Err(Error::hinted(path, what, Hint::SourceKind));
        }
        Some(kind) => kind,
        None => guess(path, named, &|| Ok(Box::new(File::open(path)?)))?,
    };
    Ok(vec![match kind {
        Kind::Cards => Box::new(cards::Cards { path: path.into() }),
        Kind::Recording => Box::new(Recording::open(path)?),
        kind => Box::new(DataFile { path: path.into(), kind, named: named.clone(), arriving: None }),
    }])
}

/// The sources in a file that is still being written. What is not read front to back is waited for.
#[cfg(feature = "crawl")]
fn find_arriving(
    arriving: &Arc<Arriving>,
    kind: Option<Kind>,
    named: &NamedColumns,
) -> Result<Vec<Box<dyn Source>>, Error> {
    let path = arriving.path();
    let kind = match kind {
        Some(kind) => kind,
        None => guess(path, named, &|| Ok(Box::new(arriving.read())))?,
    };
    if !matches!(kind, Kind::Jsonl | Kind::Csv | Kind::Edges) {
        arriving.wait().map_err(|error| Error::Io { path: path.into(), error })?;
        return find_named(path, Some(kind), named);
    }
    let arriving = Some(Arc::clone(arriving));
    let path = path.to_owned();
    Ok(vec![Box::new(DataFile { path, kind, named: named.clone(), arriving })])
}

fn in_folder(path: &Path, kind: Option<Kind>, named: &NamedColumns) -> Result<Vec<Box<dyn Source>>, Error> {
    if kind == Some(Kind::Recording) || (kind.is_none() && Recording::is_in(path)) {
        return Ok(vec![Box::new(Recording::open(path)?)]);
    }
    let has_cards = kind == Some(Kind::Cards) || (kind.is_none() && cards::are_in(path));
    let files = if kind == Some(Kind::Cards) { DataFiles::default() } else { data_files(path, suffixes(kind))? };
    let DataFiles { data, packed, endless } = files;
    if has_cards {
        // JSON lies beside the card in every repository, and tables of a training in many.
        if let Some(other) = data.iter().find(|file| !matches!(suffix(file).as_str(), "json" | "csv" | "tsv")) {
            let what = format!(
                "holds model cards and data files such as {}; name the files, or say which are meant",
                other.strip_prefix(path).unwrap_or(other).display()
            );
            return Err(Error::hinted(path, what, Hint::SourceKind));
        }
        return Ok(vec![Box::new(cards::Cards { path: path.into() })]);
    }
    if let Some((link, reason)) = endless {
        return Err(Error::unfit(&link, reason));
    }
    if data.is_empty() {
        if kind.is_none() && cards::is_cache(path) {
            // It says which models have no README.
            return Ok(vec![Box::new(cards::Cards { path: path.into() })]);
        }
        let data = suffixes(kind).join(", .");
        let what = match kind {
            Some(_) => format!("holds no data files (.{data})"),
            None => format!(
                "holds no model cards (owner/name/README.md, owner--name.md, models--owner--name/snapshots/...) \
                 and no data files (.{data})"
            ),
        };
        return Err(Error::unfit(path, what));
    }
    if let Some(packed) = packed {
        let what = format!(
            "holds {}, which is not read as it is: unpack it or move it away, or name the files that are meant",
            packed.strip_prefix(path).unwrap_or(&packed).display()
        );
        return Err(Error::unfit(path, what));
    }
    let mut found = Vec::new();
    for file in data {
        // Who names a pipe wants it read; one that lies about in a folder may have no writer.
        bounded::ordinary(&file).map_err(|error| Error::Io { path: file.clone(), error })?;
        found.append(&mut find_named(&file, kind, named)?);
    }
    Ok(found)
}

/// Reads list rows out of memory; `name` stands for the file in rejects.
///
/// # Errors
/// It fails as [`Source::read`] does.
pub fn read_rows(name: &str, bytes: &[u8], sink: Sink<'_>) -> Result<(), Error> {
    pages::read_bytes(Path::new(name), bytes, sink)
}

/// How the names of data files of a kind end, without regard to case.
fn suffixes(kind: Option<Kind>) -> &'static [&'static str] {
    match kind {
        Some(Kind::HubStats) => &["parquet"],
        Some(Kind::Jsonl) => &["jsonl", "json", "ndjson", "gz", "zst"],
        Some(Kind::Csv) => &["csv", "tsv", "gz", "zst"],
        Some(Kind::Edges) => &["edges", "gz", "zst"],
        _ => &["parquet", "jsonl", "json", "ndjson", "csv", "tsv", "gz", "zst", "edges"],
    }
}

fn suffix(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

/// What data lie below a folder.
#[derive(Default)]
struct DataFiles {
    /// Files of kinds that are read, in order of their names.
    data: Vec<PathBuf>,
    /// The first that is packed in a way that is not read.
    packed: Option<PathBuf>,
    /// The first link that was not followed, and why.
    endless: Option<(PathBuf, String)>,
}

/// The data files below a folder. What lies in a Hub cache is of its repositories.
fn data_files(folder: &Path, suffixes: &[&str]) -> Result<DataFiles, Error> {
    const PACKED: &[&str] = &["zip", "tar", "tgz", "xz", "bz2", "7z", "rar", "lz4", "br"];
    let is_cached = |entry: &walkdir::DirEntry| {
        let is_folder = entry.depth() > 0 && entry.file_type().is_dir();
        is_folder && cards::cached(&entry.file_name().to_string_lossy()).is_some()
    };
    let (mut data, mut packed) = (Vec::new(), None);
    let (mut links, mut endless) = (Links::default(), None);
    let enters = |entry: &walkdir::DirEntry| {
        if is_hidden(entry) || is_cached(entry) {
            return false;
        }
        let reason = links.refuse(entry);
        let is_refused = reason.is_some();
        endless = endless.take().or(reason.map(|reason| (entry.path().to_owned(), reason)));
        !is_refused
    };
    let entries = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(enters) {
        let Some(path) = file_of(folder, entry)? else { continue };
        let suffix = suffix(&path);
        if suffixes.contains(&suffix.as_str()) {
            data.push(path);
        } else if PACKED.contains(&suffix.as_str()) {
            packed.get_or_insert(path);
        }
    }
    Ok(DataFiles { data, packed, endless })
}

/// The file that an entry is, links followed: none for a folder, and for a link that leads around in a circle. A link to
/// nothing counts as a file, which cannot be read.
fn file_of(root: &Path, entry: walkdir::Result<walkdir::DirEntry>) -> Result<Option<PathBuf>, Error> {
    match entry {
        Ok(entry) if entry.file_type().is_dir() => Ok(None),
        Ok(entry) => Ok(Some(entry.into_path())),
        Err(error) if error.loop_ancestor().is_some() => Ok(None),
        Err(error) => match error.path().filter(|path| path.is_symlink() && !path.exists()) {
            Some(path) => Ok(Some(path.to_owned())),
            None => Err(walk_error(root, error)),
        },
    }
}

fn is_hidden(entry: &walkdir::DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
}

fn walk_error(path: &Path, error: walkdir::Error) -> Error {
    let at = error.path().unwrap_or(path).to_owned();
    Error::Io { path: at, error: error.into() }
}

/// The suffix of the name without that of a packing.
fn inner_suffix(path: &Path) -> String {
    match suffix(path).as_str() {
        "gz" | "zst" => suffix(Path::new(path.file_stem().unwrap_or_default())),
        other => other.to_owned(),
    }
}
