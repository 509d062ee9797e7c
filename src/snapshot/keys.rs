//! Which model each of the Hub's keys belongs to.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::lists::Model;
use crate::model::RepositoryKey;

/// A `Keys` knows the repositories by the Hub's keys, of which each key lies with its model alone.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Half of the key's hash, and the model's number.
    models: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
    /// The names of the repositories that an older snapshot knew.
    older: HashMap<RepositoryKey, u32>,
}

impl Keys {
    /// Notes under which name an older snapshot knew a repository.
    pub fn remember(&mut self, key: RepositoryKey, name: u32) {
        self.older.entry(key).or_insert(name);
    }

    /// Gives the name under which a repository was met last.
    pub fn name_of(&self, key: RepositoryKey, models: &[Model]) -> Option<u32> {
        let half = self.half(key);
        let is_same = |known: &(u32, u32)| known.0 == half && models[known.1 as usize].hub_id == Some(key);
        let known = self.models.find(spread(half), is_same).map(|known| models[known.1 as usize].name);
        known.or_else(|| self.older.get(&key).copied())
    }

    /// Notes which repository a model is; another model that was the same one is so no longer.
    pub fn note(&mut self, at: u32, models: &[Model]) {
        let Some(key) = models[at as usize].hub_id else { return };
        let half = self.half(key);
        let is_same = |known: &(u32, u32)| known.0 == half && models[known.1 as usize].hub_id == Some(key);
        match self.models.entry(spread(half), is_same, |known| spread(known.0)) {
            Entry::Occupied(mut known) => known.get_mut().1 = at,
            Entry::Vacant(place) => _ = place.insert((half, at)),
        }
    }

    fn half(&self, key: RepositoryKey) -> u32 {
        self.hasher.hash_one(key) as u32
    }
}

/// A hash for the table, which looks at the lowest and the highest bits.
fn spread(half: u32) -> u64 {
    u64::from(half).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
