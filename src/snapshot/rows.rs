//! What a snapshot holds, as records again: to be written elsewhere, or laid under other sources.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::ledger::Ledger;
use super::lists::Model;
use super::stored::AuthorityColumn;
use super::{
    Body, Builder, CommitColumn, Error, FlagColumn, KeyColumn, LinkColumn, ListColumn, NumberColumn, OddityColumn, Row,
    Snapshot, Taken, WordColumn,
};
use crate::model::{Counts, Flags, ModelId, Oddity, Parent, Record, WordLists, Words, hex};

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
        let known = snapshot.records()?;
        let words = known.lists.map(|list| list.words().map(|word| builder.words.intern(word)).collect::<Vec<u32>>());
        for row in snapshot.rows() {
            let id = snapshot.id(row);
            if let Some(model) = snapshot.alias_of(row) {
                builder.alias(id, snapshot.id(model));
            }
            if !snapshot.is_listed(row) {
                continue;
            }
            let name = builder.name(id);
            builder.names.respell(name, id);
            builder.of_name[name as usize] = Some(builder.models.len() as u32).into();
            let hub_id = known.keys.at(row);
            let links =
                builder.link(known.links.at(row).map(|link| (snapshot.id(link.parent), link.relation, link.learned)));
            let lists = WordLists::from_fn(|list| {
                builder.lists.add_words(known.lists[list].at(row).iter().map(|word| words[list][*word as usize]))
            });
            let oddities: Vec<Oddity> = known.oddities.at(row).collect();
            builder.heed(&oddities);
            let model = Model {
                name,
                hub_id,
                created: known.created.at(row).into(),
                counts: known.counts.map(|column| column.at(row).into()),
                words: known.words.map(|column| builder.word(column.at(row))),
                flags: known.flags.map(|column| column.at(row)),
                sha: builder.lists.add_sha(known.commits.at(row)),
                lists,
                links,
                authority: known.authorities.at(row),
                has_card: false,
                is_dated: false,
                is_stale: true,
            };
            builder.push(model, oddities);
        }
        builder.ledger = Ledger::from_snapshot(snapshot);
        Ok(builder)
    }

    /// Remembers an older snapshot's renamings, and under which ids it knew the repositories: one that comes under
    /// another id now was renamed since.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of that snapshot is not as it was written.
    pub fn remember(&mut self, older: &Snapshot) -> Result<(), Error> {
        let keys = older.keys()?;
        for row in older.rows() {
            if let Some(model) = older.alias_of(row) {
                self.alias(older.id(row), older.id(model));
            }
            if let Some(key) = keys.at(row) {
                let name = self.name(older.id(row));
                self.keys.remember(key, name);
            }
        }
        Ok(())
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
        self.laid = self.laid.max(date);
        self.is_dated = date.is_some();
        for record in snapshot.rows().filter_map(|row| records.at(row)) {
            self.add(Ok(record));
        }
        // After the records, of which each says that its id is in use.
        for row in snapshot.rows() {
            if let Some(model) = snapshot.alias_of(row) {
                self.alias(snapshot.id(row), snapshot.id(model));
            }
        }
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
