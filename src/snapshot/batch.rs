use std::ops::Range;

use super::maybe::Maybe;
use super::names::Names;
use crate::model::{
    Authority, Commit, Counts, Flags, INSTANTS, Learned, Oddity, OddityKind, Record, Reject, Relation, RepositoryKey,
    Witness, Word, WordLists, Words, clip,
};

/// A `Batch` holds records that one thread gathers for a [`super::Builder`], in the order of their source: columns, in which
/// ids of parents and words are numbers of the batch's own.
#[derive(Debug)]
pub struct Batch {
    pub(super) ids: String,
    pub(super) id_ends: Vec<u32>,
    /// The parents' ids, of each the spelling that sorts first.
    pub(super) parents: Names,
    pub(super) words: Names,
    pub(super) hub_ids: Vec<Option<RepositoryKey>>,
    pub(super) created: Vec<Maybe<i64>>,
    pub(super) counts: Counts<Vec<Maybe<u64>>>,
    pub(super) words_of: Words<Vec<Maybe<u32>>>,
    pub(super) flags: Flags<Vec<Option<bool>>>,
    pub(super) shas: Vec<Option<Commit>>,
    pub(super) lists: WordLists<List>,
    pub(super) links: Vec<Named>,
    pub(super) link_ends: Vec<u32>,
    /// What is known of links beside the parent's name, in order of the links.
    pub(super) witnessed: Vec<Witnessed>,
    pub(super) authorities: Vec<(Authority, bool)>,
    /// The parents that cards name, in words, as they spell them.
    pub(super) carded: Vec<(u32, String)>,
    /// The old ids under which rows were asked for.
    pub(super) was: Vec<(u32, String)>,
    /// What is odd about rows, in order.
    pub(super) oddities: Vec<(u32, Vec<Oddity>)>,
    pub(super) rejects: Vec<Reject>,
}

/// A parent that a row names: its number, and how the child was made from it.
pub(super) type Named = (u32, Relation, Learned);

/// A `Witnessed` is what a record says of a link beside the parent's name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Witnessed {
    pub link: u32,
    pub key: Option<RepositoryKey>,
    pub witness: Witness,
}

/// A `List` holds the words of each row, of which a row may know nothing.
#[derive(Debug, Default)]
pub(super) struct List {
    known: Vec<bool>,
    ends: Vec<u32>,
    pub codes: Vec<u32>,
}

impl List {
    pub fn push(&mut self, words: Option<impl Iterator<Item = u32>>) {
        self.known.push(words.is_some());
        self.codes.extend(words.into_iter().flatten());
        self.ends.push(self.codes.len() as u32);
    }

    /// Gives the words of a row, which are none if nothing is known.
    pub fn at(&self, row: u32) -> &[u32] {
        &self.codes[stretch(&self.ends, row)]
    }

    /// Tells whether anything is known of a row's words, be it that there are none.
    pub fn knows(&self, row: u32) -> bool {
        self.known[row as usize]
    }
}

/// Where the values of a row lie, by where those of each row end.
fn stretch(ends: &[u32], row: u32) -> Range<usize> {
    let from = (row as usize).checked_sub(1).map_or(0, |before| ends[before]);
    from as usize..ends[row as usize] as usize
}

impl Default for Batch {
    fn default() -> Batch {
        Batch {
            ids: String::new(),
            id_ends: Vec::new(),
            parents: Names::of_ids(),
            words: Names::of_words(),
            hub_ids: Vec::new(),
            created: Vec::new(),
            counts: Counts::default(),
            words_of: Words::default(),
            flags: Flags::default(),
            shas: Vec::new(),
            lists: WordLists::default(),
            links: Vec::new(),
            link_ends: Vec::new(),
            witnessed: Vec::new(),
            authorities: Vec::new(),
            carded: Vec::new(),
            was: Vec::new(),
            oddities: Vec::new(),
            rejects: Vec::new(),
        }
    }
}

impl Batch {
    /// So many rows and rejects are enough for one batch: its columns stay small enough to grow at little cost.
    const FULL: usize = 1 << 16;

    /// Adds what a source gave: a record, or a reject with its place.
    pub fn add(&mut self, found: Result<Record<'_>, Reject>) {
        match found {
            Ok(record) => self.record(record),
            Err(reject) => self.rejects.push(reject),
        }
    }

    /// Tells whether another batch should take what comes next.
    pub fn is_full(&self) -> bool {
        self.len() + self.rejects.len() >= Batch::FULL
    }

    /// Tells whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.len() + self.rejects.len() == 0
    }

    /// Counts the rows.
    pub(super) fn len(&self) -> usize {
        self.id_ends.len()
    }

    pub(super) fn id(&self, row: u32) -> &str {
        &self.ids[stretch(&self.id_ends, row)]
    }

    /// The numbers of a row's links.
    pub(super) fn links_of(&self, row: u32) -> Range<usize> {
        stretch(&self.link_ends, row)
    }

    /// What is known of a row's links beside names.
    pub(super) fn witnessed_of(&self, row: u32) -> &[Witnessed] {
        let links = self.links_of(row);
        let before = |end: usize| self.witnessed.partition_point(|witnessed| (witnessed.link as usize) < end);
        &self.witnessed[before(links.start)..before(links.end)]
    }

    /// What is odd about a row.
    pub(super) fn oddities_of(&self, row: u32) -> &[Oddity] {
        let at = self.oddities.binary_search_by_key(&row, |(row, _)| *row);
        at.map_or(&[], |at| &self.oddities[at].1)
    }

    /// The parents that a row's card names, as it spells them.
    pub(super) fn carded_by(&self, row: u32) -> &str {
        self.carded.binary_search_by_key(&row, |(row, _)| *row).map_or("", |at| &self.carded[at].1)
    }

    fn record(&mut self, mut record: Record<'_>) {
        if record.words[Word::Hub].is_some() {
            record.settle_hub();
        }
        let Record { created, counts, oddities, .. } = &mut record;
        if let Some(absurd) = created.take_if(|at| !INSTANTS.contains(at)) {
            oddities.push(Oddity::new(OddityKind::BadValue, &format!("createdAt: {absurd} ms after 1970")));
        }
        for (field, count) in counts.iter_mut() {
            if let Some(absurd) = count.take_if(|count| *count > field.most()) {
                oddities.push(Oddity::new(OddityKind::BadValue, &format!("{}: {absurd}", field.hub_name())));
            }
        }
        let row = self.len() as u32;
        if let Some(was) = &record.was {
            self.was.push((row, was.as_str().to_owned()));
        }
        if !record.oddities.is_empty() {
            self.oddities.push((row, record.oddities));
        }
        if record.authority == Authority::Card && !record.parents.is_empty() {
            let named: Vec<&str> = record.parents.iter().map(|parent| parent.id.as_str()).collect();
            self.carded.push((row, clip(&named.join(", "), Oddity::MAX_TEXT).into_owned()));
        }
        self.ids.push_str(record.id.as_str());
        self.id_ends.push(self.ids.len() as u32);
        for parent in &record.parents {
            let id = parent.id.here();
            let number = self.parents.intern(id);
            if id < self.parents.get(number) {
                self.parents.respell(number, id);
            }
            if parent.hub_id.is_some() || parent.witness != Witness::All {
                let link = self.links.len() as u32;
                self.witnessed.push(Witnessed { link, key: parent.hub_id, witness: parent.witness });
            }
            self.links.push((number, parent.relation, parent.learned));
        }
        self.link_ends.push(self.links.len() as u32);
        self.hub_ids.push(record.hub_id);
        self.created.push(record.created.into());
        self.counts.iter_mut().for_each(|(count, column)| column.push(record.counts[count].into()));
        for (word, column) in self.words_of.iter_mut() {
            column.push(record.words[word].as_deref().map(|word| self.words.intern(word)).into());
        }
        self.flags.iter_mut().for_each(|(flag, column)| column.push(record.flags[flag]));
        self.shas.push(record.sha);
        for (list, column) in self.lists.iter_mut() {
            column.push(record.lists[list].as_ref().map(|words| words.iter().map(|word| self.words.intern(word))));
        }
        self.authorities.push((record.authority, record.has_card));
    }
}
