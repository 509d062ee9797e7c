use std::fs;
use std::path::{Path, PathBuf};

use super::Wanted;
use super::folder::Folder;
use crate::model::{Parentage, Record, Reject};
use crate::source::input::Input;
use crate::source::{Digested, Error, Kind, NamedColumns, Sink, Source, find_named, stats};

/// A file that was fetched, as far as it is needed.
#[derive(Debug)]
pub struct Fetched {
    folder: Folder,
    label: String,
    kind: Option<Kind>,
    named: NamedColumns,
}

impl Fetched {
    pub(super) fn new(folder: Folder, wanted: &Wanted) -> Fetched {
        let label = wanted.address.label(folder.note.commit.as_deref());
        Fetched { folder, label, kind: wanted.kind, named: wanted.named.clone() }
    }

    /// Its address, at the commit that was fetched.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// When its commit was made, where that was asked for: milliseconds since 1970, UTC.
    pub fn date(&self) -> Option<i64> {
        self.folder.note.date
    }

    /// The sources in it.
    ///
    /// # Errors
    /// If it is none.
    pub fn sources(&self) -> Result<Vec<Box<dyn Source>>, Error> {
        let (path, note) = (self.folder.file(), &self.folder.note);
        let digest = note.sha256.clone();
        if let (false, Some(sha256), Some(bytes)) = (note.is_whole, digest.clone(), note.size) {
            let digest = Digested { sha256, bytes, remarks: Vec::new() };
            let (label, named) = (self.label.clone(), self.named.clone());
            return Ok(vec![Box::new(Columns { path, label, named, digest })]);
        }
        let found = find_named(&path, self.kind, &self.named).map_err(|error| error.named(&self.label))?;
        Ok(found
            .into_iter()
            .map(|inner| -> Box<dyn Source> {
                let (label, path) = (self.label.clone(), path.clone());
                Box::new(Whole { inner, label, sha256: digest.clone(), path })
            })
            .collect())
    }

    /// Removes the file, once it is read.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(self) -> Result<(), Error> {
        self.folder.remove()
    }
}

/// The needed columns of a Parquet file. The digest is the one that its server tells.
struct Columns {
    path: PathBuf,
    label: String,
    named: NamedColumns,
    digest: Digested,
}

impl Source for Columns {
    fn label(&self) -> Result<String, Error> {
        Ok(self.label.clone())
    }

    fn kind(&self) -> Kind {
        Kind::HubStats
    }

    fn read(self: Box<Self>, sink: Sink<'_>) -> Result<Digested, Error> {
        let mut named = |found: Result<Record<'_>, Reject>| sink(found.map_err(|reject| at(reject, &self.label)));
        let remarks = stats::read(&self.path, &self.named, &mut named).map_err(|error| error.named(&self.label))?;
        Ok(Digested { remarks, ..self.digest })
    }

    fn read_links(self: Box<Self>, sink: &mut dyn FnMut(Parentage)) -> Result<(), Error> {
        stats::read_links(&self.path, sink).map_err(|error| error.named(&self.label))
    }
}

/// A whole file.
struct Whole {
    inner: Box<dyn Source>,
    label: String,
    /// What its server tells.
    sha256: Option<String>,
    path: PathBuf,
}

impl Source for Whole {
    fn label(&self) -> Result<String, Error> {
        Ok(self.label.clone())
    }

    fn kind(&self) -> Kind {
        self.inner.kind()
    }

    fn read(self: Box<Self>, sink: Sink<'_>) -> Result<Digested, Error> {
        let Whole { inner, label, sha256, path } = *self;
        let mut named = |found: Result<Record<'_>, Reject>| sink(found.map_err(|reject| at(reject, &label)));
        let digest = inner.read(&mut named).map_err(|error| error.named(&label))?;
        // The digest of cards is not that of their file.
        let is_told =
            |told: &str| Ok(digest.sha256 == *told || Input::open(&path)?.finish(Vec::new())?.sha256 == *told);
        if !sha256.as_deref().map_or(Ok(true), is_told)? {
            // What is there is worth nothing: without the file its note is none.
            _ = fs::remove_file(path);
            let reason = "what arrived is not what its server's digest says; run the same command again";
            return Err(Error::broken(Path::new(&label), "", reason));
        }
        Ok(digest)
    }
}

fn at(reject: Reject, label: &str) -> Reject {
    Reject { file: label.to_owned(), ..reject }
}
