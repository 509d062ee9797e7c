use std::ops::Range;

use super::cmp_key;
use super::maybe::Maybe;
use super::names::Names;
use crate::model::{
    Authority, Commit, Counts, Flags, INSTANTS, Learned, Oddity, OddityKind, Record, Reject, Relation, RepositoryKey,
    Witness, Word, WordLists, Words, clip,
};

/// A `Batch` holds records that one thread gathers for a [`super::Builder`]: columns, in which ids of parents and words are
/// numbers of the batch's own. Once it is taken ([`Batch::take`]), its rows are in order of their ids.
#[derive(Debug)]
pub struct Batch {
    /// Which row each was when it was added.
    pub(super) came: Vec<u32>,
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

    fn ordered(&self, order: &[u32]) -> List {
        let (mut ends, mut codes) = (Vec::with_capacity(order.len()), Vec::with_capacity(self.codes.len()));
        for row in order {
            codes.extend_from_slice(self.at(*row));
            ends.push(codes.len() as u32);
        }
        List { known: ordered(&self.known, order), ends, codes }
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
            came: Vec::new(),
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

    #[inline]
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
        self.came.push(row);
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

    /// Gives what was added, its rows in order of their ids, and is empty then. Most is read in that order later, and what lies
    /// together is read several times as quickly; and columns of their own length leave no room unused.
    pub fn take(&mut self) -> Batch {
        let mut keyed: Vec<(Prefix, u32)> = (0..self.len() as u32).map(|row| (prefix(self.id(row)), row)).collect();
        keyed.sort_unstable_by(|(one, row), (other, other_row)| {
            let by_text = || cmp_key(self.id(*row), self.id(*other_row));
            one.cmp(other).then_with(by_text).then_with(|| row.cmp(other_row))
        });
        let order: Vec<u32> = keyed.into_iter().map(|(_, row)| row).collect();
        let mut place = vec![0; order.len()];
        (0..).zip(&order).for_each(|(at, row)| place[*row as usize] = at);
        let mut ids = String::with_capacity(self.ids.len());
        let mut links = Vec::with_capacity(self.links.len());
        let mut witnessed = Vec::with_capacity(self.witnessed.len());
        let [mut id_ends, mut link_ends] = [(); 2].map(|()| Vec::with_capacity(order.len()));
        for row in &order {
            ids.push_str(self.id(*row));
            id_ends.push(ids.len() as u32);
            let (range, moved) = (self.links_of(*row), links.len() as u32);
            let known = self.witnessed_of(*row).iter();
            witnessed.extend(known.map(|known| Witnessed { link: known.link - range.start as u32 + moved, ..*known }));
            links.extend_from_slice(&self.links[range]);
            link_ends.push(links.len() as u32);
        }
        let sorted = Batch {
            came: ordered(&self.came, &order),
            ids,
            id_ends,
            parents: std::mem::replace(&mut self.parents, Names::of_ids()),
            words: std::mem::replace(&mut self.words, Names::of_words()),
            hub_ids: ordered(&self.hub_ids, &order),
            created: ordered(&self.created, &order),
            counts: Counts::from_fn(|count| ordered(&self.counts[count], &order)),
            words_of: Words::from_fn(|word| ordered(&self.words_of[word], &order)),
            flags: Flags::from_fn(|flag| ordered(&self.flags[flag], &order)),
            shas: ordered(&self.shas, &order),
            lists: WordLists::from_fn(|list| self.lists[list].ordered(&order)),
            links,
            link_ends,
            witnessed,
            authorities: ordered(&self.authorities, &order),
            carded: moved(&mut self.carded, &place),
            was: moved(&mut self.was, &place),
            oddities: moved(&mut self.oddities, &place),
            rejects: std::mem::take(&mut self.rejects),
        };
        self.clear();
        sorted
    }

    /// Empties the columns, whose room is used again.
    fn clear(&mut self) {
        let Batch { came, ids, id_ends, hub_ids, created, shas, links, link_ends, witnessed, authorities, .. } = self;
        ids.clear();
        [came, id_ends, link_ends].into_iter().for_each(Vec::clear);
        hub_ids.clear();
        created.clear();
        shas.clear();
        links.clear();
        witnessed.clear();
        authorities.clear();
        self.counts.iter_mut().for_each(|(_, column)| column.clear());
        self.words_of.iter_mut().for_each(|(_, column)| column.clear());
        self.flags.iter_mut().for_each(|(_, column)| column.clear());
        for (_, List { known, ends, codes }) in self.lists.iter_mut() {
            known.clear();
            ends.clear();
            codes.clear();
        }
    }
}

/// The values of rows in another order.
fn ordered<T: Copy>(values: &[T], order: &[u32]) -> Vec<T> {
    order.iter().map(|row| values[*row as usize]).collect()
}

/// What is known of some rows, by the places that they have now.
fn moved<T>(of_rows: &mut Vec<(u32, T)>, place: &[u32]) -> Vec<(u32, T)> {
    let mut moved: Vec<(u32, T)> = of_rows.drain(..).map(|(row, known)| (place[row as usize], known)).collect();
    moved.sort_unstable_by_key(|(row, _)| *row);
    moved
}

/// The first bytes of an id in lower case, as numbers of the same order: mostly they decide, and the id itself lies elsewhere.
pub(super) type Prefix = (u64, u64, u64);

pub(super) fn prefix(id: &str) -> Prefix {
    let mut bytes = [0; 24];
    bytes.iter_mut().zip(id.bytes()).for_each(|(to, byte)| *to = byte);
    bytes.make_ascii_lowercase();
    let number = |from: usize| bytes[from..from + 8].try_into().map_or(0, u64::from_be_bytes);
    (number(0), number(8), number(16))
}
