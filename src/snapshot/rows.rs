//! What a snapshot holds, as records again: to be written elsewhere, or laid under other sources.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::{Body, Builder, Row, Snapshot, Taken};
use crate::model::{Authority, Counts, Flags, ModelId, Oddity, Parent, Record, WordLists, Words};

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
        // Which of its sources spoke of parents is not kept. One that knows tags or parents knew them from a listing.
        let oddities: Vec<Oddity> = self.oddities(row).collect();
        let is_silent = parents.is_empty() && oddities.is_empty() && lists.iter().all(|(_, words)| words.is_none());
        Some(Record {
            hub_id: self.hub_id(row),
            created: self.created(row),
            sha: self.sha(row),
            counts: Counts::from_fn(|count| self.count(count, row)),
            words: Words::from_fn(|word| self.word(word, row).map(Cow::Borrowed)),
            flags: Flags::from_fn(|flag| self.flag(flag, row)),
            lists,
            authority: if is_silent { Authority::Silent } else { Authority::Hub },
            parents,
            oddities,
            ..Record::new(id)
        })
    }
}

impl Builder {
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
