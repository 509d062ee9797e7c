use crate::lineage::Edge;
use crate::model::{Count, FileLink, Word, WordList};
use crate::reference::{Aliases, Error, Licences, Publisher, Publishers, Whose};
use crate::snapshot::{self, ListColumn, NumberColumn, Row, Snapshot, WordColumn};

/// A `Books` is the tables that say of models what the Hub does not.
#[derive(Debug, Clone)]
pub struct Books {
    /// This table knows who stands behind accounts.
    pub publishers: Publishers,
    /// This table knows old ids, and so the owners of ids that have none.
    pub aliases: Aliases,
    /// This table knows the classes of licences.
    pub licences: Licences,
    /// These links are stated by files beside cards alone, of models that are laid over the snapshot.
    pub files: Vec<FileLink>,
}

/// An `About` looks up what is known of a snapshot's models: the columns are opened once, for all of them.
#[derive(Debug, Clone, Copy)]
pub struct About<'s> {
    snapshot: &'s Snapshot,
    books: &'s Books,
    licences: &'s ListColumn,
    licence_names: &'s WordColumn,
    gated: &'s WordColumn,
    created: &'s NumberColumn<i64>,
    downloads: &'s NumberColumn<u64>,
}

/// A `Known` is what is known of one model. Of an unlisted one that is its id and who stands behind its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known<'s> {
    /// This is its id, as the listing spells it, or as children do.
    pub id: &'s str,
    /// This is its account; ids of the oldest kind have that of the id that they have today.
    pub owner: Option<&'s str>,
    /// This is who stands behind the account, if the table of publishers knows.
    pub publisher: Option<&'s Publisher>,
    /// It tells whether the snapshot has a record of it.
    pub is_listed: bool,
    /// These are its licences, in the order of its tags or of its card; there is none if none is stated.
    pub licences: Vec<&'s str>,
    /// This is the name of a licence that is `other`.
    pub licence_name: Option<&'s str>,
    /// This is the class of its first licence (docs/report.md), if it states one.
    pub class: Option<&'s str>,
    /// This says who may fetch it: anybody (`false`), whoever asks (`auto`), or whom its owner lets (`manual`).
    pub gated: Option<&'s str>,
    /// It was made at this time, in milliseconds since 1970, UTC.
    pub created: Option<i64>,
    /// It was downloaded so often in the last 30 days.
    pub downloads: Option<u64>,
}

impl Books {
    /// Takes the tables inside the program, with somebody's publishers.
    ///
    /// # Errors
    /// It never fails, as a test shows.
    pub fn with(publishers: Publishers) -> Result<Books, Error> {
        let files = Vec::new();
        Ok(Books { publishers, aliases: Aliases::built_in()?, licences: Licences::built_in()?, files })
    }
}

impl<'s> About<'s> {
    /// Opens the columns.
    ///
    /// # Errors
    /// [`snapshot::Error::Damaged`] if one of them is not as it was written.
    pub fn new(snapshot: &'s Snapshot, books: &'s Books) -> Result<About<'s>, snapshot::Error> {
        Ok(About {
            snapshot,
            books,
            licences: snapshot.list(WordList::Licences)?,
            licence_names: snapshot.word(Word::LicenceName)?,
            gated: snapshot.word(Word::Gated)?,
            created: snapshot.created()?,
            downloads: snapshot.count(Count::Downloads)?,
        })
    }

    /// Gives the snapshot whose models these are.
    pub fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// Gives the word for how a link was learned: `declared`, `hub`, `inferred`, or `file` where a file beside the card alone states it.
    pub fn learned(&self, parent: Row, child: Row, edge: Edge) -> &'static str {
        let is_it = |link: &FileLink| link.child == self.snapshot.id(child) && link.parent == self.snapshot.id(parent);
        if self.books.files.iter().any(is_it) { "file" } else { edge.learned.name() }
    }

    /// Finds the id that a model has today by the table of old ids, if that has its id. Models of the oldest kind have an owner there.
    pub fn new_id(&self, id: &str) -> Option<&'s str> {
        self.books.aliases.new_id(id)
    }

    /// Gives the first licence that a model states.
    pub fn licence(&self, row: Row) -> Option<&'s str> {
        self.licences.first_at(row)
    }

    /// Gives when a model was made, in milliseconds since 1970, UTC.
    pub fn created(&self, row: Row) -> Option<i64> {
        self.created.at(row)
    }

    /// Gives a model's downloads in the last 30 days.
    pub fn downloads(&self, row: Row) -> Option<u64> {
        self.downloads.at(row)
    }

    /// Tells whose a model is.
    pub fn whose(&self, row: Row) -> Whose<'s> {
        self.books.publishers.whose(self.snapshot.id(row), &self.books.aliases)
    }

    /// Looks up a model.
    pub fn model(&self, row: Row) -> Known<'s> {
        let id = self.snapshot.id(row);
        let whose = self.whose(row);
        let licences: Vec<&str> = self.licences.words_at(row).collect();
        Known {
            id,
            owner: whose.account,
            publisher: whose.publisher,
            is_listed: self.snapshot.is_listed(row),
            class: licences.first().map(|licence| self.books.licences.class(licence)),
            licences,
            licence_name: self.licence_names.at(row),
            gated: self.gated.at(row),
            created: self.created.at(row),
            downloads: self.downloads.at(row),
        }
    }
}
