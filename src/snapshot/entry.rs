use std::collections::BTreeSet;

use super::batch::{Batch, Named, Witnessed};
use super::held::{Held, Place};
use super::maybe::Maybe;
use crate::model::{
    Authority, Commit, Counts, Flags, Learned, Oddity, Relation, RepositoryKey, Word, WordLists, Words,
};

/// An `Entry` is a model that several rows speak of, as far as it is known. Its parents and words are numbers of all batches.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// This is the number of its name among those that are joined.
    pub name: u32,
    pub hub_id: Option<RepositoryKey>,
    pub created: Maybe<i64>,
    pub counts: Counts<Maybe<u64>>,
    pub words: Words<Maybe<u32>>,
    pub flags: Flags<Option<bool>>,
    pub sha: Option<Commit>,
    pub lists: WordLists<Option<Vec<u32>>>,
    pub links: Vec<Named>,
    /// The links are numbered from 0 on.
    pub witnessed: Vec<Witnessed>,
    /// The row that names the parents, as it came.
    pub links_from: Place,
    pub authority: Authority,
    pub has_card: bool,
    /// This says whether its date comes from a snapshot that has a date itself.
    pub is_dated: bool,
    /// This says whether it comes from an older snapshot: a record replaces it, and is not joined with it.
    pub is_stale: bool,
}

impl Entry {
    /// A row as a model of its own.
    pub fn of_row(held: &Held, place: Place, name: u32) -> Entry {
        let (batch, row) = (&held.batch, place.row);
        let at = row as usize;
        let links = batch.links_of(row);
        let first = links.start as u32;
        let named = |link: &Named| (held.parents[link.0 as usize], link.1, link.2);
        let known = |known: &Witnessed| Witnessed { link: known.link - first, ..*known };
        Entry {
            name,
            hub_id: batch.hub_ids[at],
            created: batch.created[at],
            counts: Counts::from_fn(|count| batch.counts[count][at]),
            words: Words::from_fn(|word| batch.words_of[word][at].map(|word| held.words[word as usize])),
            flags: Flags::from_fn(|flag| batch.flags[flag][at]),
            sha: batch.shas[at],
            lists: WordLists::from_fn(|list| {
                let list = &batch.lists[list];
                list.knows(row).then(|| list.at(row).iter().map(|word| held.words[*word as usize]).collect())
            }),
            links: batch.links[links].iter().map(named).collect(),
            witnessed: batch.witnessed_of(row).iter().map(known).collect(),
            links_from: Place { row: batch.came[at], ..place },
            authority: batch.authorities[at].0,
            has_card: batch.authorities[at].1,
            is_dated: held.is_dated,
            is_stale: held.is_stale,
        }
    }

    fn parents(&self) -> BTreeSet<u32> {
        self.links.iter().map(|link| link.0).collect()
    }

    /// Whether it tells the name or the link of a licence and nothing else.
    pub fn names_a_licence_alone(&self) -> bool {
        let is_of_licence = |word| matches!(word, Word::LicenceName | Word::LicenceLink);
        self.authority == Authority::Silent
            && self.created == Maybe::NONE
            && self.counts.iter().all(|(_, count)| *count == Maybe::NONE)
            && self.lists.iter().all(|(_, list)| list.is_none())
            && self.words.iter().all(|(word, text)| *text == Maybe::NONE || is_of_licence(word))
            && self.words.iter().any(|(_, text)| *text != Maybe::NONE)
    }

    /// Joins a later record of the same model: what it knows wins, what it does not know stays. Of the parents, see
    /// [`Authority`]: the listing's word stands above a card's, and where the listing names none, the card's counts.
    pub fn join(&mut self, later: Entry) -> Joined {
        use Authority::{Card, Listing};
        let (mine, others) = (self.parents(), later.parents());
        let takes_over = self.authority.gives_way(!mine.is_empty(), later.authority, !others.is_empty());
        let disagrees =
            (self.authority, later.authority) == (Listing, Card) && !takes_over && !mine.is_superset(&others);
        let forgets = takes_over && self.authority != Authority::Silent;
        let links = if takes_over { later.learned_from(self) } else { self.learned_from(&later) };
        let known = std::mem::replace(self, later);
        if !takes_over {
            (self.witnessed, self.links_from) = (known.witnessed, known.links_from);
            (self.authority, self.has_card) = (known.authority, known.has_card);
        }
        self.links = links;
        self.hub_id = self.hub_id.or(known.hub_id);
        self.is_dated = if self.created == Maybe::NONE { known.is_dated } else { self.is_dated };
        self.created = self.created.or(known.created);
        self.counts = Counts::from_fn(|count| self.counts[count].or(known.counts[count]));
        self.words = Words::from_fn(|word| self.words[word].or(known.words[word]));
        self.flags = Flags::from_fn(|flag| self.flags[flag].or(known.flags[flag]));
        self.sha = self.sha.or(known.sha);
        for ((_, words), (_, known)) in self.lists.iter_mut().zip(known.lists.iter()) {
            if words.is_none() {
                words.clone_from(known);
            }
        }
        self.is_stale = known.is_stale;
        Joined { forgets, disagrees }
    }

    /// Its links, with what another record of the same model knows of their relations: what a card declares stands
    /// above what the Hub says, also where that is said again without the card, and a relation that is known above none at all.
    fn learned_from(&self, other: &Entry) -> Vec<Named> {
        let mut links = self.links.clone();
        let is_card = (self.authority, other.authority) == (Authority::Listing, Authority::Card);
        let is_listing = self.authority == Authority::Listing && !self.has_card;
        let declared = other.links.iter().find(|other| is_card && other.2 == Learned::Declared).map(|other| other.1);
        for (parent, relation, learned) in &mut links {
            let known = other.links.iter().find(|other| other.0 == *parent);
            let is_declared = |known: &&Named| is_listing && known.2 == Learned::Declared;
            if let Some(known) = known.filter(|known| *relation == Relation::Unstated || is_declared(known)) {
                (*relation, *learned) = (known.1, known.2);
            }
            if let Some(declared) = declared {
                (*relation, *learned) = (declared, Learned::Declared);
            }
        }
        links
    }

    /// Adds it to a batch whose words and parents have the numbers of all batches.
    pub fn add_to(&self, batch: &mut Batch, id: &str, oddities: Vec<Oddity>) {
        let row = batch.len() as u32;
        batch.came.push(row);
        if !oddities.is_empty() {
            batch.oddities.push((row, oddities));
        }
        batch.ids.push_str(id);
        batch.id_ends.push(batch.ids.len() as u32);
        let first = batch.links.len() as u32;
        batch.witnessed.extend(self.witnessed.iter().map(|known| Witnessed { link: first + known.link, ..*known }));
        batch.links.extend(&self.links);
        batch.link_ends.push(batch.links.len() as u32);
        batch.hub_ids.push(self.hub_id);
        batch.created.push(self.created);
        batch.counts.iter_mut().for_each(|(count, column)| column.push(self.counts[count]));
        batch.words_of.iter_mut().for_each(|(word, column)| column.push(self.words[word]));
        batch.flags.iter_mut().for_each(|(flag, column)| column.push(self.flags[flag]));
        batch.shas.push(self.sha);
        for (list, column) in batch.lists.iter_mut() {
            column.push(self.lists[list].as_ref().map(|words| words.iter().copied()));
        }
        batch.authorities.push((self.authority, self.has_card));
    }
}

/// What came of joining two records.
pub(super) struct Joined {
    /// What was odd about the parents is gone with them.
    pub forgets: bool,
    /// The card names parents that the listing does not.
    pub disagrees: bool,
}
