use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arriving::Arriving;
use super::input::{Input, STDIN, digest_beside};
use super::parts::as_one_part;
use super::steady::steady;
use super::{Digested, Error, Kind, NamedColumns, Parts, Sink, Source, edges, pages, stats, table};

/// A file of records, recognised and ready to be read.
pub(super) struct DataFile {
    /// As it was named.
    pub path: PathBuf,
    pub kind: Kind,
    pub named: NamedColumns,
    /// If it is still being written.
    pub arriving: Option<Arc<Arriving>>,
}

impl Source for DataFile {
    fn label(&self) -> Result<String, Error> {
        Ok(self.path.display().to_string())
    }

    fn kind(&self) -> Kind {
        self.kind
    }

    fn read(self: Box<Self>, sink: Sink<'_>) -> Result<Digested, Error> {
        let path = &self.path;
        match &self.arriving {
            Some(arriving) => self.read_input(Input::from_reader(path, Box::new(arriving.read())), sink),
            None if path == Path::new(STDIN) => self.read_input(Input::open(path)?, sink),
            None if self.kind == Kind::HubStats => {
                steady(path, || digest_beside(path, || stats::read(path, &self.named, sink)))
            }
            None => steady(path, || self.read_input(Input::open(path)?, sink)),
        }
    }

    fn read_parts(self: Box<Self>, parts: &dyn Parts) -> Result<Digested, Error> {
        let path = &self.path;
        let rows = |input: Input| {
            let remarks = pages::read_parts(path, input.contents()?, parts)?;
            input.finish(remarks)
        };
        match (&self.arriving, self.kind) {
            (Some(arriving), Kind::Jsonl) => rows(Input::from_reader(path, Box::new(arriving.read()))),
            (None, Kind::Jsonl) if path == Path::new(STDIN) => rows(Input::open(path)?),
            (None, Kind::Jsonl) => steady(path, || rows(Input::open(path)?)),
            (None, Kind::HubStats) => {
                steady(path, || digest_beside(path, || stats::read_parts(path, &self.named, parts)))
            }
            _ => as_one_part(parts, |sink| self.read(sink)),
        }
    }
}

impl DataFile {
    fn read_input(&self, input: Input, sink: Sink<'_>) -> Result<Digested, Error> {
        let contents = input.contents()?;
        let remarks = match self.kind {
            Kind::Edges => edges::read_input(&self.path, contents, sink).map(|()| Vec::new())?,
            Kind::Csv => table::read(&self.path, contents, &self.named, sink)?,
            _ => pages::read(&self.path, contents, sink)?,
        };
        input.finish(remarks)
    }
}
