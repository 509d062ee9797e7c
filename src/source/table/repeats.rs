use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::model::{Authority, Record, Remark, RemarkKind, plural};

/// What the rows of a table of models say of parents, which tells where a later row replaces those of an earlier one.
/// Digests alone are kept, of models with parents.
#[derive(Debug, Default)]
pub(in crate::source) struct Repeats {
    parents: HashMap<u64, u64>,
    hasher: RandomState,
    replaced: u64,
}

impl Repeats {
    /// Looks at a row's record.
    pub fn see(&mut self, record: &Record<'_>) {
        if record.authority == Authority::Silent {
            return;
        }
        let keys: Vec<String> = record.parents.iter().map(|parent| parent.id.key()).collect();
        let model = self.hasher.hash_one(record.id.key());
        let parents = self.hasher.hash_one(&keys);
        match self.parents.get_mut(&model) {
            Some(known) if *known == parents => (),
            Some(known) => {
                *known = parents;
                self.replaced += 1;
            }
            None if keys.is_empty() => (),
            None => _ = self.parents.insert(model, parents),
        }
    }

    /// What is to be said of the whole.
    pub fn remark(&self) -> Option<Remark> {
        (self.replaced > 0).then(|| Remark::new(RemarkKind::Replaced, plural(self.replaced, "row")))
    }
}
