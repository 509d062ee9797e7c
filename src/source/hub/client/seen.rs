use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

/// Texts that were met, each as a hash of eight bytes. Of thirty million two have the same one with a chance of one in
/// forty thousand, and nobody can choose them so: the hashes are others each time.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Seen {
    /// Notes a text; whether it was not met before.
    pub fn insert(&mut self, text: &str) -> bool {
        self.hashes.insert(self.hasher.hash_one(text))
    }

    /// Whether a text was met.
    pub fn contains(&self, text: &str) -> bool {
        self.hashes.contains(&self.hasher.hash_one(text))
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.hashes.clear();
    }
}
