//! What a snapshot holds, as records again: to be written elsewhere, or laid under other sources.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::ledger::Ledger;
use super::lists::Model;
use super::{Body, Builder, Row, Snapshot, Taken};
use crate::model::{Counts, Flags, ModelId, Oddity, Parent, Record, WordLists, Words};

impl Snapshot {
    /// The record of a listed model; none for other rows. Its parents are as the model named them.
    pub fn record(&self, row: Row) -> Option<Record<'_>> {
        let id = ModelId::parse(self.id(row)).ok().filter(|_| self.is_listed(row))?;
        let parents = self.links(row).filter_map(|link| {
            Some(Parent::new(ModelId::parse(self.id(link.parent)).ok()?, link.relation, link.learned))
        });
        let parents: Vec<Parent> = parents.collect();
        let list = |list| {
            let words = self.list(list, row).iter().map(|word| Cow::Borrowed(self.list_word(list, *word)));
            Some(words.collect::<Vec<_>>()).filter(|words| !words.is_empty())
        };
        let lists = WordLists::from_fn(list);
        Some(Record {
            hub_id: self.hub_id(row),
            created: self.created(row),
            sha: self.sha(row),
            counts: Counts::from_fn(|count| self.count(count, row)),
            words: Words::from_fn(|word| self.word(word, row).map(Cow::Borrowed)),
            flags: Flags::from_fn(|flag| self.flag(flag, row)),
            lists,
            authority: self.columns.authority(row),
            parents,
            oddities: self.oddities(row).collect(),
            ..Record::new(id)
        })
    }
}

impl Builder {
    /// A builder that begins with what a snapshot holds. Records of its models replace what it knows of them.
    pub fn on(snapshot: &Snapshot) -> Builder {
        let mut builder = Builder::new();
        let words = WordLists::from_fn(|list| {
            snapshot.words_of(list).map(|word| builder.words.intern(word)).collect::<Vec<u32>>()
        });
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
            let hub_id = snapshot.hub_id(row);
            let links =
                builder.link(snapshot.links(row).map(|link| (snapshot.id(link.parent), link.relation, link.learned)));
            let lists = WordLists::from_fn(|list| {
                builder.lists.add_words(snapshot.list(list, row).iter().map(|word| words[list][*word as usize]))
            });
            let oddities: Vec<Oddity> = snapshot.oddities(row).collect();
            builder.heed(&oddities);
            let model = Model {
                name,
                hub_id,
                created: snapshot.created(row).into(),
                counts: Counts::from_fn(|count| snapshot.count(count, row).into()),
                words: Words::from_fn(|word| builder.word(snapshot.word(word, row))),
                flags: Flags::from_fn(|flag| snapshot.flag(flag, row)),
                sha: builder.lists.add_sha(snapshot.sha(row)),
                lists,
                links,
                authority: snapshot.columns.authority(row),
                has_card: false,
                is_dated: false,
                is_stale: true,
            };
            builder.push(model, oddities);
        }
        builder.ledger = Ledger::of(snapshot);
        builder
    }

    /// Remembers an older snapshot's renamings, and under which ids it knew the repositories: one that comes under
    /// another id now was renamed since.
    pub fn remember(&mut self, older: &Snapshot) {
        for row in older.rows() {
            if let Some(model) = older.alias_of(row) {
                self.alias(older.id(row), older.id(model));
            }
            if let Some(key) = older.hub_id(row) {
                let name = self.name(older.id(row));
                self.keys.remember(key, name);
            }
        }
    }

    /// Adds all that a snapshot holds, as a source beside others with this name: its records, its old names and its rejects.
    /// Its own date, where it has one, tells that of what is made, unless another source has a newer record: one of its own may be
    /// of a wrong date.
    pub fn add_snapshot(&mut self, name: &str, snapshot: &Snapshot) {
        self.source(name, "snapshot");
        let provenance = snapshot.provenance();
        let date = provenance.taken.filter(|_| provenance.taken_from != Taken::NewestRecord);
        self.laid = self.laid.max(date);
        self.is_dated = date.is_some();
        for record in snapshot.rows().filter_map(|row| snapshot.record(row)) {
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
        if let Body::File { file, .. } = &snapshot.body {
            let hash = Sha256::digest(&file.bytes);
            self.digest(&hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), file.bytes.len() as u64);
        }
    }
}
