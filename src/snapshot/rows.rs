//! What a snapshot holds, as records again: to be written elsewhere, or laid under other sources.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::ledger::Ledger;
use super::stored::AuthorityColumn;
use super::{
    Batch, Body, Builder, CommitColumn, Error, FlagColumn, KeyColumn, LinkColumn, ListColumn, NumberColumn,
    OddityColumn, Row, Snapshot, Taken, WordColumn,
};
use crate::model::{Counts, Flags, ModelId, Parent, Record, WordLists, Words, hex};

/// The records of a snapshot, each as one source would tell it.
pub struct Records<'s> {
    snapshot: &'s Snapshot,
    keys: &'s KeyColumn,
    links: &'s LinkColumn,
    authorities: &'s AuthorityColumn,
    created: &'s NumberColumn<i64>,
    commits: &'s CommitColumn,
    counts: Counts<&'s NumberColumn<u64>>,
    words: Words<&'s WordColumn>,
    flags: Flags<&'s FlagColumn>,
    lists: WordLists<&'s ListColumn>,
    oddities: &'s OddityColumn,
}

impl Snapshot {
    /// Opens all columns, to be read row by row as records.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column is not as it was written.
    pub fn records(&self) -> Result<Records<'_>, Error> {
        self.ids_are_such()?;
        Ok(Records {
            snapshot: self,
            keys: self.keys()?,
            links: self.links()?,
            authorities: self.authorities()?,
            created: self.created()?,
            commits: self.commits()?,
            counts: Counts::try_from_fn(|count| self.count(count))?,
            words: Words::try_from_fn(|word| self.word(word))?,
            flags: Flags::try_from_fn(|flag| self.flag(flag))?,
            lists: WordLists::try_from_fn(|list| self.list(list))?,
            oddities: self.oddities()?,
        })
    }
}

impl<'s> Records<'s> {
    /// Gives the record of a listed model; other rows have none. Its parents are as the model named them.
    pub fn at(&self, row: Row) -> Option<Record<'s>> {
        let Records { snapshot, .. } = *self;
        let id = ModelId::read(snapshot.id(row)).ok().filter(|_| snapshot.is_listed(row))?;
        let parents = self.links.at(row).filter_map(|link| {
            let parent = Record::named(&id, ModelId::read(snapshot.id(link.parent)).ok()?);
            Some(Parent::new(parent, link.relation, link.learned))
        });
        let parents: Vec<Parent> = parents.collect();
        let words = |list: &'s ListColumn| list.words_at(row).map(Cow::Borrowed).collect::<Vec<_>>();
        Some(Record {
            hub_id: self.keys.at(row),
            created: self.created.at(row),
            sha: self.commits.at(row),
            counts: self.counts.map(|column| column.at(row)),
            words: self.words.map(|column| column.at(row).map(Cow::Borrowed)),
            flags: self.flags.map(|column| column.at(row)),
            lists: self.lists.map(|list| Some(words(list)).filter(|words| !words.is_empty())),
            authority: self.authorities.at(row),
            parents,
            oddities: self.oddities.at(row).collect(),
            ..Record::new(id)
        })
    }
}

impl Builder {
    /// Makes a builder that begins with what a snapshot holds. Records of its models replace what it knows of them.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of that snapshot is not as it was written.
    pub fn on(snapshot: &Snapshot) -> Result<Builder, Error> {
        let mut builder = Builder::new();
        let records = snapshot.records()?;
        builder.tell_old_names(snapshot);
        let mut batch = Batch::default();
        for record in snapshot.rows().filter_map(|row| records.at(row)) {
            batch.add(Ok(record));
            if batch.is_full() {
                builder.hold(batch.take(), true);
            }
        }
        builder.hold(batch.take(), true);
        builder.take_over(Ledger::from_snapshot(snapshot));
        Ok(builder)
    }

    /// Remembers an older snapshot's renamings, and under which ids it knew the repositories: one that comes under
    /// another id now was renamed since.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of that snapshot is not as it was written.
    pub fn remember(&mut self, older: &Snapshot) -> Result<(), Error> {
        let keys = older.keys()?;
        self.tell_old_names(older);
        for row in older.rows() {
            if let Some(key) = keys.at(row) {
                self.remember_key(key, older.id(row));
            }
        }
        Ok(())
    }

    fn tell_old_names(&mut self, of: &Snapshot) {
        for row in of.rows() {
            if let Some(model) = of.alias_of(row) {
                self.alias(of.id(row), of.id(model));
            }
        }
    }

    /// Adds all that a snapshot holds, as a source beside others with this name: its records, its old names and its rejects.
    /// Its own date, where it has one, tells that of what is made, unless another source has a newer record: one of its own may be
    /// of a wrong date.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of that snapshot is not as it was written; nothing of it is added then.
    pub fn add_snapshot(&mut self, name: &str, snapshot: &Snapshot) -> Result<(), Error> {
        let records = snapshot.records()?;
        self.source(name, "snapshot");
        let provenance = snapshot.provenance();
        let date = provenance.taken.filter(|_| provenance.taken_from != Taken::NewestRecord);
        self.is_laid(date);
        for record in snapshot.rows().filter_map(|row| records.at(row)) {
            self.add(Ok(record));
        }
        // After the records, of which each says that its id is in use.
        self.tell_old_names(snapshot);
        for reject in snapshot.rejects() {
            self.add(Err(reject.clone()));
        }
        if let Body::File { file, .. } = &*snapshot.body {
            let hash = Sha256::digest(file);
            snapshot.unchanged()?;
            self.digest(&hex(&hash), file.len() as u64);
        }
        Ok(())
    }
}
