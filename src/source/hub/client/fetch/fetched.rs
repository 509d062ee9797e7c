use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Wanted;
use super::coming::{Begun, Coming};
use super::folder::Folder;
use crate::model::{Record, Reject, Remark, RemarkKind};
use crate::source::arriving::Arriving;
use crate::source::guess::ARROW;
use crate::source::input::Input;
use crate::source::{
    Digested, Error, Fill, Kind, NamedColumns, Parts, Projection, Sink, Source, find_arriving, find_named, stats,
};

/// What is said of a file that has another digest than its server tells.
const OTHER: &str = "what arrived is not what its server's digest says; run the same command again";
/// What is said of a snapshot that lies elsewhere.
const SNAPSHOT: &str =
    "is an Arrow file; if it is a snapshot, fetch it to a file first, as with `curl -LO`, and name that file";
/// How long the rest of a file is waited for that cannot be read: its digest may tell why.
const REST: Duration = Duration::from_secs(10);

/// A `Fetched` is a file that was fetched as far as it is needed, or that goes on arriving while it is read. It is
/// fetched no further once this is dropped; what is there stays.
#[derive(Debug)]
pub struct Fetched {
    begun: Begun,
    label: String,
    kind: Option<Kind>,
    named: NamedColumns,
    /// The fetch, as long as nobody has ended it.
    coming: Option<Coming>,
    /// What it left.
    folder: Option<Folder>,
}

impl Fetched {
    pub(super) fn new(begun: Begun, wanted: &Wanted, coming: Coming) -> Fetched {
        let label = wanted.address.label(begun.commit.as_deref());
        let (kind, named) = (wanted.kind, wanted.named.clone());
        Fetched { begun, label, kind, named, coming: Some(coming), folder: None }
    }

    /// Gives its address, at the commit that is fetched.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Tells when its commit was made, where that was asked for, in milliseconds since 1970, UTC.
    pub fn date(&self) -> Option<i64> {
        self.begun.date
    }

    /// Finds the sources in it. What is read front to back is read as it arrives, and this waits for its first bytes
    /// alone.
    ///
    /// # Errors
    /// It fails if the file is no source.
    pub fn sources(&self) -> Result<Vec<Box<dyn Source>>, Error> {
        let Begun { path, size, sha256: digest, is_whole, arriving, .. } = &self.begun;
        if let (false, Some(sha256), Some(bytes)) = (is_whole, digest.clone(), *size) {
            let digest = Digested { sha256, bytes, remarks: Vec::new() };
            let (label, named) = (self.label.clone(), self.named.clone());
            return Ok(vec![Box::new(Columns { path: path.clone(), label, named, digest })]);
        }
        let found = match arriving {
            Some(arriving) => find_arriving(arriving, self.kind, &self.named),
            None => find_named(path, self.kind, &self.named),
        };
        let told = Told { sha256: digest.clone(), path: path.clone(), arriving: arriving.clone() };
        let found = found.map_err(|error| match error {
            // An address cannot be named there.
            Error::Unfit { reason, .. } if reason == ARROW => Error::unfit(Path::new(&self.label), SNAPSHOT),
            error => told.why(error).named(&self.label),
        })?;
        Ok(found
            .into_iter()
            .map(|inner| -> Box<dyn Source> {
                let label = self.label.clone();
                Box::new(Whole { inner, label, told: told.clone(), is_unsure: self.begun.is_unsure })
            })
            .collect())
    }

    /// Tells why the fetch failed, if reading failed by that. What was fetched is kept then, and can be gone on with.
    pub fn failure(&mut self) -> Option<super::Error> {
        let is_told = self.begun.arriving.as_ref().is_some_and(|arriving| arriving.is_told());
        if is_told { self.end() } else { None }
    }

    /// Ends the fetch, and removes the file.
    ///
    /// # Errors
    /// It fails if the file cannot be removed.
    pub fn remove(mut self) -> Result<(), Error> {
        self.end();
        self.folder.take().map_or(Ok(()), Folder::remove)
    }

    fn end(&mut self) -> Option<super::Error> {
        let (folder, error) = self.coming.take()?.end();
        self.folder = folder;
        error
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        self.end();
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
        self.told(stats::read(&self.path, &self.named, &mut named))
    }

    fn read_parts(self: Box<Self>, parts: &dyn Parts) -> Result<Digested, Error> {
        self.told(stats::read_parts(&self.path, &self.named, &Named { parts, label: &self.label }))
    }
}

impl Columns {
    fn told(&self, read: Result<Vec<Remark>, Error>) -> Result<Digested, Error> {
        let remarks = read.map_err(|error| error.named(&self.label))?;
        Ok(Digested { remarks, ..self.digest.clone() })
    }
}

/// What is told of a whole file.
#[derive(Clone)]
struct Told {
    /// By its server.
    sha256: Option<String>,
    path: PathBuf,
    /// Whether all is there, if that is not known yet.
    arriving: Option<Arc<Arriving>>,
}

impl Told {
    /// Why a file cannot be read: if other bytes arrived than its server means, that is why.
    fn why(&self, error: Error) -> Error {
        let is_there = |arriving: &Arc<Arriving>| !arriving.is_told() && arriving.is_there_within(REST);
        let Some(sha256) = self.sha256.as_ref().filter(|_| self.arriving.as_ref().is_none_or(is_there)) else {
            return error;
        };
        match Input::open(&self.path).and_then(|input| input.finish(Vec::new())) {
            Ok(found) if found.sha256 != *sha256 => match error {
                Error::Broken { path, place, reason } => {
                    Error::Broken { path, place, reason: format!("{OTHER}\nwhat stands there: {reason}") }
                }
                error => Error::broken(&self.path, "", format!("{OTHER}\nwhat it looks like: {error}")),
            },
            _ => error,
        }
    }
}

/// A whole file.
struct Whole {
    inner: Box<dyn Source>,
    label: String,
    told: Told,
    is_unsure: bool,
}

impl Source for Whole {
    fn label(&self) -> Result<String, Error> {
        Ok(self.label.clone())
    }

    fn kind(&self) -> Kind {
        self.inner.kind()
    }

    fn read(self: Box<Self>, sink: Sink<'_>) -> Result<Digested, Error> {
        self.read_by(|inner, label| inner.read(&mut |found| sink(found.map_err(|reject| at(reject, label)))))
    }

    fn read_parts(self: Box<Self>, parts: &dyn Parts) -> Result<Digested, Error> {
        self.read_by(|inner, label| inner.read_parts(&Named { parts, label }))
    }
}

impl Whole {
    fn read_by(self, read: impl FnOnce(Box<dyn Source>, &str) -> Result<Digested, Error>) -> Result<Digested, Error> {
        let Whole { inner, label, told, is_unsure } = self;
        let mut digest = read(inner, &label).map_err(|error| told.why(error).named(&label))?;
        let Told { sha256, path, arriving } = told;
        // The digest of cards is not that of their file.
        let is_told =
            |told: &str| Ok(digest.sha256 == *told || Input::open(&path)?.finish(Vec::new())?.sha256 == *told);
        if !sha256.as_deref().map_or(Ok(true), is_told)? {
            // What is there is worth nothing: without the file its note is none.
            _ = fs::remove_file(path);
            return Err(Error::broken(Path::new(&label), "", OTHER));
        }
        if is_unsure || arriving.is_some_and(|arriving| arriving.is_unsure()) {
            digest.remarks.push(Remark::new(RemarkKind::NoEnd, format!("{} bytes", digest.bytes)));
        }
        Ok(digest)
    }
}

/// The parts of a file whose rejects are told of its address.
struct Named<'p> {
    parts: &'p dyn Parts,
    label: &'p str,
}

impl Parts for Named<'_> {
    fn part(&self, number: usize, fill: Fill<'_>) -> Result<(), Error> {
        self.parts.part(number, &mut |sink| fill(&mut |found| sink(found.map_err(|reject| at(reject, self.label)))))
    }

    fn projection(&self) -> Projection {
        self.parts.projection()
    }
}

fn at(reject: Reject, label: &str) -> Reject {
    Reject { file: label.to_owned(), ..reject }
}
