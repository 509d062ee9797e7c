//! All records of one instant, at rest: one Arrow IPC file, read where it lies, sorted by id.

pub(crate) mod agree;
mod batch;
mod builder;
mod changes;
mod claims;
mod columns;
mod entry;
mod file;
mod file_set;
mod filling;
mod frame;
mod gathered;
mod held;
mod joining;
mod kept;
mod keys;
mod ledger;
mod links;
mod listed;
mod maybe;
mod names;
mod nearest;
mod oddities;
mod opened;
mod overlaid;
mod packed;
mod part;
mod provenance;
mod renames;
mod rows;
mod schema;
mod seal;
mod sorted;
mod stored;
mod today;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;

pub use batch::Batch;
pub use builder::Builder;
pub use changes::Changes;
pub use claims::Claims;
pub(crate) use file::Draft;
pub use file_set::FileSet;
pub use kept::Array;
pub use links::{Links, Numbered};
pub use nearest::nearest;
pub use part::Numbers;
pub use provenance::{Counts, CrawlNote, Provenance, RemarkNote, SourceNote, Taken};
#[cfg(feature = "crawl")]
pub(crate) use renames::{Listing, Renames};
#[doc(hidden)]
pub use seal::forge;
pub use stored::{CommitColumn, FlagColumn, KeyColumn, LinkColumn, ListColumn, NumberColumn, OddityColumn, WordColumn};

use crate::model::{Count, Flag, Learned, ModelId, Reject, Relation, Word, WordList, here, hub_of, side_by_side};
use agree::Agreed;
use arrow_buffer::Buffer;
use columns::Columns;
use kept::{Kept, Number};
use opened::Opened;
use part::{Place, Raw, is_whole};
use stored::AuthorityColumn;

/// A `Row` is a model's place in a snapshot, from 0 on: listed models, unlisted parents and old ids of renamed models
/// share one numbering, in order of their ids without regard to case.
pub type Row = u32;

/// A `Snapshot` is open for reading by row. A clone is the same snapshot and costs nothing: whoever is made of one
/// holds it.
#[derive(Debug, Clone)]
pub struct Snapshot {
    columns: Arc<Columns>,
    body: Arc<Body>,
    kept: Arc<Kept>,
    provenance: Arc<Provenance>,
    rejects: Arc<[Reject]>,
    /// How many oddities there are in all, where these are a part of a snapshot's models.
    of_oddities: Option<u64>,
}

/// Where the columns come from.
#[derive(Debug)]
enum Body {
    Memory(RecordBatch),
    File { path: PathBuf, file: Buffer, opened: Arc<Opened>, places: Vec<Place> },
}

/// An `Error` says why a snapshot cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system could not read or write the file.
    #[error("{}: {error}", path.display())]
    Io {
        /// This is the file's path.
        path: PathBuf,
        /// This is the reason that the system gives.
        #[source]
        error: std::io::Error,
    },
    /// The file is no snapshot, or one of another version.
    #[error("{}: {reason}", path.display())]
    Foreign {
        /// This is the file's path.
        path: PathBuf,
        /// This says what the file is instead.
        reason: String,
    },
    /// The file was cut off or altered since it was written.
    #[error("{}: damaged: {reason}; import its sources again", path.display())]
    Damaged {
        /// This is the file's path.
        path: PathBuf,
        /// This says which parts do not agree.
        reason: String,
    },
    /// Somebody wrote over the file while it was read, so that what was read may belong to two files.
    #[error("{}: was written over while it was read, and not replaced as a whole; ask again", path.display())]
    Changed {
        /// This is the file's path.
        path: PathBuf,
    },
    /// No record was added, so that there is nothing to write.
    #[error("no model could be read, so there is nothing to keep")]
    Empty,
}

/// A `Link` is a link as the child names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// This is the parent as the child names it; an old id is not followed yet.
    pub parent: Row,
    /// The child was made from the parent by this relation.
    pub relation: Relation,
    /// This says how the relation was learned: declared, from the Hub, or inferred.
    pub learned: Learned,
}

impl Snapshot {
    fn in_memory(batch: RecordBatch, provenance: Provenance, rejects: Vec<Reject>) -> Snapshot {
        let (words, arrays) = columns::arrays(&batch);
        let memory = |buffers: Vec<_>| buffers.into_iter().map(Raw::Memory).collect();
        #[allow(clippy::expect_used, reason = "the columns are this program's")]
        let columns =
            Columns::from_arrays(batch.num_rows(), memory(words), memory(arrays)).expect("columns of this program");
        Snapshot::new(columns, Body::Memory(batch), Kept::default(), provenance, rejects)
    }

    fn new(columns: Columns, body: Body, kept: Kept, provenance: Provenance, rejects: Vec<Reject>) -> Snapshot {
        let (columns, body, kept, provenance) = (columns.into(), body.into(), kept.into(), provenance.into());
        Snapshot { columns, body, kept, provenance, rejects: rejects.into(), of_oddities: None }
    }

    /// Gives the file that it was opened from; a snapshot in memory has none.
    pub fn path(&self) -> Option<&Path> {
        match &*self.body {
            Body::File { path, .. } => Some(path),
            Body::Memory(_) => None,
        }
    }

    /// What was found wrong with the file.
    pub(crate) fn damaged(&self, reason: impl Into<String>) -> Error {
        let path = self.path().unwrap_or(Path::new("a snapshot in memory")).to_owned();
        Error::Damaged { path, reason: reason.into() }
    }

    /// Says whether nobody has written over the file since it was opened: whoever did may have changed what was read before and
    /// is read again. It is asked when an answer is made.
    ///
    /// # Errors
    /// [`Error::Changed`] if somebody has.
    pub fn unchanged(&self) -> Result<(), Error> {
        let Body::File { path, opened, .. } = &*self.body else { return Ok(()) };
        match opened.is_as_it_was().map_err(|error| Error::Io { path: path.clone(), error })? {
            true => Ok(()),
            false => Err(Error::Changed { path: path.clone() }),
        }
    }

    /// Reads all of it, and says whether everything is as it was written.
    ///
    /// # Errors
    /// [`Error::Damaged`] if anything is not.
    pub fn verify(&self) -> Result<(), Error> {
        if let Body::File { file, places, .. } = &*self.body {
            places.iter().try_for_each(|place| is_whole(file, place)).map_err(|reason| self.damaged(reason))?;
        }
        self.columns.all().map_err(|reason| self.damaged(reason))?;
        self.ids_are_such()?;
        self.unchanged()
    }

    /// Says whether all ids are some, and rise. A question looks a few of them up, and does not read the others for it.
    fn ids_are_such(&self) -> Result<(), Error> {
        if let Some(row) = self.first_row(|row| ModelId::check_any(self.id(*row)).is_err()) {
            return Err(self.damaged(format!("the names: {:?} is no id", self.id(row))));
        }
        let hubs = self.word(Word::Hub)?;
        let differs = |row: &Row| self.is_listed(*row) && hubs.at(*row) != hub_of(self.id(*row));
        if let Some(row) = self.first_row(differs) {
            let (hub, id) = (hubs.at(row).unwrap_or("none"), self.id(row));
            return Err(self.damaged(format!("hub: {hub:?} stands beside the id {id:?}")));
        }
        let falls = |row: &Row| *row > 0 && cmp_key(self.id(*row - 1), self.id(*row)).is_ge();
        match self.first_row(falls) {
            None => Ok(()),
            Some(row) => {
                let (one, next) = (self.id(row - 1), self.id(row));
                Err(self.damaged(format!(
                    "the names: {one:?} stands before {next:?}, and ids rise, without regard to case"
                )))
            }
        }
    }

    /// The first row of which something is so.
    fn first_row(&self, is_so: impl Fn(&Row) -> bool + Sync) -> Option<Row> {
        const MANY: usize = 64 * 1024;
        let piece = |at: usize| (at * MANY..self.len().min((at + 1) * MANY)).map(|row| row as Row).find(&is_so);
        side_by_side(self.len().div_ceil(MANY), piece).into_iter().flatten().next()
    }

    /// Keeps an array that was computed from the records, under a name that says by which version of what. It is
    /// written with the snapshot, and is no part of its digest. Clones that were made before keep what they did.
    pub fn keep(&mut self, name: &str, array: Array) {
        Arc::make_mut(&mut self.kept).add(name, array);
    }

    /// Gives a copy of the array that was kept under a name; there is none if nothing was.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not as it was written.
    pub fn kept(&self, name: &str) -> Result<Option<Array>, Error> {
        self.kept.array(name).transpose().map_err(|reason| self.damaged(format!("kept array {name}: {reason}")))
    }

    /// The numbers that were kept under a name, if `look` has nothing against them: block by block, each with the last number before it.
    /// It is asked where they are read first.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub(crate) fn kept_if<T: Number>(
        &self,
        name: &str,
        look: impl Fn(&[T]) -> Agreed + Sync,
    ) -> Result<Option<Numbers<T>>, Error> {
        let kept = self.kept.get(name, &look).map(|kept| kept.cloned()).transpose();
        kept.map_err(|reason| self.damaged(format!("kept array {name}: {reason}")))
    }

    /// Gives the names of the arrays that it keeps beside its records.
    pub fn kept_names(&self) -> impl Iterator<Item = &str> {
        self.kept.all().map(|(name, ..)| name)
    }

    /// Gives the names of the arrays that both keep with other contents, and then of those that this one keeps alone.
    pub fn kept_otherwise(&self, other: &Snapshot) -> (Vec<String>, Vec<String>) {
        self.kept.otherwise(&other.kept)
    }

    /// Counts the rows: models, unlisted parents and aliases.
    pub fn len(&self) -> usize {
        self.columns.rows
    }

    /// Tells whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives every row, in order of the ids.
    pub fn rows(&self) -> Range<Row> {
        0..self.len() as Row
    }

    /// The same, marked as the sample inside the program.
    pub(crate) fn into_sample(mut self) -> Snapshot {
        Arc::make_mut(&mut self.provenance).sample = true;
        self
    }

    /// Tells where the snapshot comes from, and what it holds.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Gives the records that could not be read, as far as they are kept; see [`Counts::rejects_kept`].
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// Gives the row's id, as the listing spells it.
    pub fn id(&self, row: Row) -> &str {
        self.columns.names.ids.at(row as usize)
    }

    /// The bytes of the row's id, which are ASCII: nobody looks at them once more.
    pub(crate) fn id_bytes(&self, row: Row) -> &[u8] {
        self.columns.names.ids.bytes_at(row as usize)
    }

    /// The bytes of the ids of several rows, one after the other.
    pub(crate) fn ids_bytes(&self, rows: Range<Row>) -> &[u8] {
        self.columns.names.ids.bytes_of(rows.start as usize..rows.end as usize)
    }

    /// Gives the account in the row's id; ids of the oldest kind have none.
    pub fn owner(&self, row: Row) -> Option<&str> {
        self.id(row).split_once('/').map(|(owner, _)| owner)
    }

    /// Tells whether two models have one owner, without regard to case. A model without an owner is its own.
    pub fn share_owner(&self, one: Row, other: Row) -> bool {
        let owner = |row: Row| {
            let id = self.id_bytes(row);
            id.iter().position(|byte| *byte == b'/').map(|slash| &id[..slash])
        };
        one == other || matches!((owner(one), owner(other)), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
    }

    /// Tells whether the row is a listed model, with a record.
    pub fn is_listed(&self, row: Row) -> bool {
        self.columns.names.is_listed(row)
    }

    /// Gives the model whose old id this row is, if it is one.
    pub fn alias_of(&self, row: Row) -> Option<Row> {
        self.columns.names.alias_of(row)
    }

    /// A column, or an error that names the file.
    fn column<'c, C>(&self, column: Result<&'c C, &str>) -> Result<&'c C, Error> {
        column.map_err(|reason| self.damaged(reason))
    }

    /// Reads the links of the models to their parents, as they name them.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written; so it is with every column.
    pub fn links(&self) -> Result<&LinkColumn, Error> {
        self.column(self.columns.links.get())
    }

    /// Reads the Hub's keys of the repositories.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn keys(&self) -> Result<&KeyColumn, Error> {
        self.column(self.columns.keys.get())
    }

    /// Reads when the repositories were made, in milliseconds since 1970, UTC.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn created(&self) -> Result<&NumberColumn<i64>, Error> {
        self.column(self.columns.created.get())
    }

    /// Reads a count, such as the downloads in the last 30 days.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn count(&self, count: Count) -> Result<&NumberColumn<u64>, Error> {
        self.column(self.columns.counts[count].get())
    }

    /// Reads a word, such as the task.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn word(&self, word: Word) -> Result<&WordColumn, Error> {
        self.column(self.columns.words[word].get())
    }

    /// Reads whether something is so of the models.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn flag(&self, flag: Flag) -> Result<&FlagColumn, Error> {
        self.column(self.columns.flags[flag].get())
    }

    /// Reads lists of words. Licences stand in the order of the tags or of the card, and the first one is what is
    /// counted by.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn list(&self, list: WordList) -> Result<&ListColumn, Error> {
        self.column(self.columns.lists[list].get())
    }

    /// Reads the commits that the repositories are at.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn commits(&self) -> Result<&CommitColumn, Error> {
        self.column(self.columns.commits.get())
    }

    /// Whose word the models' parents are.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    fn authorities(&self) -> Result<&AuthorityColumn, Error> {
        self.column(self.columns.authorities.get())
    }

    /// Reads what was odd in the models' metadata.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the column is not as it was written.
    pub fn oddities(&self) -> Result<&OddityColumn, Error> {
        self.column(self.columns.oddities.get())
    }

    /// Counts the oddities of all models. Every answer says it, so the column is not read for it.
    pub fn all_oddities(&self) -> u64 {
        self.of_oddities.unwrap_or(self.columns.all_oddities() as u64)
    }

    /// Tells whether any of the lists has a word. No column is read for it.
    pub fn has_words(&self, list: WordList) -> bool {
        self.columns.has_words(list)
    }

    /// Finds the row with that id, without regard to case; of an old id it is the old id's own row.
    pub fn find(&self, id: &str) -> Option<Row> {
        let id = here(id);
        let at = self.partition(|known| cmp_key(known, id).is_lt());
        (at < self.len() as Row && self.id(at).eq_ignore_ascii_case(id)).then_some(at)
    }

    /// Gives the rows of an owner's ids, without regard to case.
    pub fn owned_by(&self, owner: &str) -> Range<Row> {
        let below = format!("{owner}/");
        let above = format!("{owner}0"); // '0' follows '/' in ASCII
        self.partition(|known| cmp_key(known, &below).is_lt())..self.partition(|known| cmp_key(known, &above).is_lt())
    }

    fn partition(&self, before: impl Fn(&str) -> bool) -> Row {
        let (mut low, mut high) = (0, self.len() as Row);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(self.id(middle)) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// The order of ids in a snapshot: by their bytes in ASCII lower case.
fn cmp_key(a: &str, b: &str) -> std::cmp::Ordering {
    a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}
