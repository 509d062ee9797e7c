//! Which model each of the Hub's keys belongs to.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashMap};

use super::bits::Bits;
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
    let keys = || held.iter().flat_map(|held| held.batch.hub_ids.iter().flatten());
    // Hashes that stand twice are few, and found by bits; those whose bit stands twice are looked at.
    let mut seen = Bits::zeros(16 * held.iter().map(|held| held.batch.len()).sum::<usize>());
    let mut twice: Vec<u32> = keys().map(hash).filter(|hash| seen.set(*hash)).collect();
    twice.sort_unstable();
    seen.clear();
    twice.iter().for_each(|hash| _ = seen.set(*hash));
    let is_twice = |key: &RepositoryKey| {
        let hash = hash(key);
        seen.has(hash) && twice.binary_search(&hash).is_ok()
    };
    let mut found: Vec<(RepositoryKey, Place)> = Vec::new();
    for (batch, held) in (0..).zip(held) {
        for (row, key) in (0..).zip(&held.batch.hub_ids) {
            found.extend(key.filter(is_twice).map(|key| (key, Place { batch, row })));
        }
    }
    found.sort_unstable();
    let same = found.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1);
    same.flatten().map(|(_, place)| *place).collect()
}
