//! Which model each of the Hub's keys belongs to.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap, HashSet};
use rayon::prelude::*;

use super::held::{Held, Place};
use super::names::Names;
use crate::model::RepositoryKey;

/// An `Older` knows under which names an older snapshot knew repositories.
#[derive(Debug)]
pub(super) struct Older {
    names: Names,
    of: HashMap<RepositoryKey, u32>,
}

impl Default for Older {
    fn default() -> Older {
        Older { names: Names::of_ids(), of: HashMap::new() }
    }
}

impl Older {
    /// Notes a name; the first one of a repository is kept.
    pub fn remember(&mut self, key: RepositoryKey, name: &str) {
        let number = self.names.intern(name);
        self.of.entry(key).or_insert(number);
    }

    pub fn name_of(&self, key: RepositoryKey) -> Option<&str> {
        self.of.get(&key).map(|name| self.names.get(*name))
    }

    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// The rows whose key is that of another row too.
pub(super) fn shared(held: &[Held]) -> Vec<Place> {
    let hasher = DefaultHashBuilder::default();
    let hash = |key: &RepositoryKey| hasher.hash_one(key) as u32;
    let of_batches = held.par_iter().flat_map_iter(|held| held.batch.hub_ids.iter().flatten().map(hash));
    let mut hashes: Vec<u32> = of_batches.collect();
    hashes.par_sort_unstable();
    // Hashes that stand twice are few, and so are their rows, which are then told apart by themselves.
    let twice = hashes.chunk_by(|one, other| one == other).filter(|same| same.len() > 1).map(|same| same[0]);
    let twice: HashSet<u32> = twice.collect();
    if twice.is_empty() {
        return Vec::new();
    }
    let of_batches = held.par_iter().zip(0..held.len() as u32).flat_map_iter(|(held, batch)| {
        let keys = held.batch.hub_ids.iter().zip(0..);
        let place = move |(key, row): (&Option<RepositoryKey>, u32)| Some(((*key)?, Place { batch, row }));
        keys.filter_map(place).filter(|(key, _)| twice.contains(&hash(key)))
    });
    let mut found: Vec<(RepositoryKey, Place)> = of_batches.collect();
    found.sort_unstable();
    let same = found.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1);
    same.flatten().map(|(_, place)| *place).collect()
}
