//! All names that were met, in the order of a snapshot's rows.

use std::cmp::Ordering;

use rayon::prelude::*;

use super::batch::{Prefix, prefix};
use super::cmp_key;
use super::held::{Held, PARENTS, Place};
use super::names::Names;

/// A `Texts` finds the text at a place.
#[derive(Clone, Copy)]
pub(super) struct Texts<'t> {
    pub held: &'t [Held],
    pub parents: &'t Names,
}

impl<'t> Texts<'t> {
    pub fn at(self, place: Place) -> &'t str {
        match place.batch {
            PARENTS => self.parents.get(place.row),
            batch => self.held[batch as usize].batch.id(place.row),
        }
    }
}

/// A `Key` is a text by its first bytes, which mostly decide and lie beside the place and not in a far corner of memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub first: Prefix,
    pub place: Place,
}

/// A `Sorted` is every row and every parent's name in order of their texts, and among equal texts in the order in which they came.
pub(super) struct Sorted {
    pub keys: Vec<Key>,
    /// This tells of each whether it has the same text as the one before.
    pub repeats: Vec<bool>,
}

impl Sorted {
    pub fn of(texts: Texts<'_>) -> Sorted {
        let key = |place| Key { first: prefix(texts.at(place)), place };
        let place = |batch: usize, row: usize| Place { batch: batch as u32, row: row as u32 };
        let rows = texts.held.par_iter().enumerate();
        let rows = rows.flat_map_iter(|(at, held)| (0..held.batch.len()).map(move |row| place(at, row)));
        let mut parents: Vec<Place> =
            (0..texts.parents.len() as u32).map(|row| Place { batch: PARENTS, row }).collect();
        parents.par_sort_unstable_by(|one, other| cmp_key(texts.at(*one), texts.at(*other)));
        let mut keys: Vec<Key> = rows.chain(parents).map(key).collect();
        let text = |key: &Key| texts.at(key.place);
        // Each batch is in order, and so are the parents: they are merged, and of equal texts the earlier stays the first.
        keys.par_sort_by(|one, other| one.first.cmp(&other.first).then_with(|| cmp_key(text(one), text(other))));
        let is_same =
            |pair: &[Key]| pair[0].first == pair[1].first && text(&pair[0]).eq_ignore_ascii_case(text(&pair[1]));
        let mut repeats = vec![false; keys.len().min(1)];
        repeats.par_extend(keys.par_windows(2).map(is_same));
        Sorted { keys, repeats }
    }

    /// Gives the keys of each text, one text after the other.
    pub fn groups(&self) -> impl Iterator<Item = &[Key]> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let start = from;
            from += 1;
            while from < self.keys.len() && self.repeats[from] {
                from += 1;
            }
            self.keys.get(start..from)
        })
    }

    /// Gives the keys of a text.
    pub fn find(&self, texts: Texts<'_>, text: &str) -> &[Key] {
        let at = find_among(&self.keys, text, |key| (key.first, texts.at(key.place)));
        let start = at.unwrap_or(self.keys.len());
        let end = (start + 1..self.keys.len()).find(|at| !self.repeats[*at]).unwrap_or(self.keys.len());
        &self.keys[start..end]
    }
}

/// The first place of a text in what is sorted.
pub(super) fn find_among<'t, T>(all: &[T], text: &str, key: impl Fn(&T) -> (Prefix, &'t str)) -> Option<usize> {
    let first = prefix(text);
    let order = |one: &T| {
        let (other, known) = key(one);
        other.cmp(&first).then_with(|| cmp_key(known, text))
    };
    let at = all.partition_point(|one| order(one) == Ordering::Less);
    all.get(at).filter(|one| order(one) == Ordering::Equal).map(|_| at)
}
