use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Interned texts: each distinct one has a number.
#[derive(Debug)]
pub(super) struct Names {
    text: String,
    spans: Vec<(usize, u32)>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Whether ASCII case makes no difference.
    folds: bool,
}

impl Names {
    /// Of ids, which are the same without regard to ASCII case.
    pub fn of_ids() -> Names {
        Names {
            text: String::new(),
            spans: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            folds: true,
        }
    }

    /// Of words, each of which is what it is.
    pub fn of_words() -> Names {
        Names { folds: false, ..Names::of_ids() }
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn get(&self, number: u32) -> &str {
        let (start, length) = self.spans[number as usize];
        &self.text[start..start + length as usize]
    }

    pub fn find(&self, id: &str) -> Option<u32> {
        let is_same = |known: &u32| same(self.get(*known), id, self.folds);
        self.table.find(hash(&self.hasher, id, self.folds), is_same).copied()
    }

    /// The number of `id`; a new one keeps this spelling.
    pub fn intern(&mut self, id: &str) -> u32 {
        let Names { text, spans, table, hasher, folds } = self;
        let of = |number: &u32| {
            let (start, length) = spans[*number as usize];
            &text[start..start + length as usize]
        };
        let is_same = |known: &u32| same(of(known), id, *folds);
        let number = spans.len() as u32;
        match table.entry(hash(hasher, id, *folds), is_same, |known| hash(hasher, of(known), *folds)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                place.insert(number);
                spans.push((text.len(), id.len() as u32));
                text.push_str(id);
                number
            }
        }
    }

    /// Spells a known id as `id` does.
    pub fn respell(&mut self, number: u32, id: &str) {
        if self.get(number) != id {
            self.spans[number as usize] = (self.text.len(), id.len() as u32);
            self.text.push_str(id);
        }
    }
}

fn same(one: &str, other: &str, folds: bool) -> bool {
    one == other || (folds && one.eq_ignore_ascii_case(other))
}

fn hash(hasher: &DefaultHashBuilder, text: &str, folds: bool) -> u64 {
    let mut lower = [0u8; 128];
    match lower.get_mut(..text.len()) {
        _ if !folds => hasher.hash_one(text.as_bytes()),
        Some(lower) => {
            lower.copy_from_slice(text.as_bytes());
            lower.make_ascii_lowercase();
            hasher.hash_one(&*lower)
        }
        None => hasher.hash_one(text.to_ascii_lowercase().as_bytes()),
    }
}
