use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Interned ids: each distinct one, without regard to ASCII case, has a number.
#[derive(Debug, Default)]
pub(super) struct Names {
    text: String,
    spans: Vec<(usize, u32)>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Names {
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn get(&self, number: u32) -> &str {
        let (start, length) = self.spans[number as usize];
        &self.text[start..start + length as usize]
    }

    pub fn find(&self, id: &str) -> Option<u32> {
        self.table.find(self.hash(id), |known| self.get(*known).eq_ignore_ascii_case(id)).copied()
    }

    /// The number of `id`; a new one keeps this spelling.
    pub fn intern(&mut self, id: &str) -> u32 {
        if let Some(known) = self.find(id) {
            return known;
        }
        let number = self.spans.len() as u32;
        let hash = self.hash(id);
        let span = self.push(id);
        self.spans.push(span);
        let (spans, text, hasher) = (&self.spans, &self.text, &self.hasher);
        self.table.insert_unique(hash, number, |known| {
            let (start, length) = spans[*known as usize];
            hash_key(hasher, &text[start..start + length as usize])
        });
        number
    }

    /// Spells a known id as `id` does.
    pub fn respell(&mut self, number: u32, id: &str) {
        if self.get(number) != id {
            self.spans[number as usize] = self.push(id);
        }
    }

    fn push(&mut self, id: &str) -> (usize, u32) {
        let start = self.text.len();
        self.text.push_str(id);
        (start, id.len() as u32)
    }

    fn hash(&self, id: &str) -> u64 {
        hash_key(&self.hasher, id)
    }
}

fn hash_key(hasher: &DefaultHashBuilder, id: &str) -> u64 {
    let mut lower = [0u8; 128];
    match lower.get_mut(..id.len()) {
        Some(lower) => {
            lower.copy_from_slice(id.as_bytes());
            lower.make_ascii_lowercase();
            hasher.hash_one(&*lower)
        }
        None => hasher.hash_one(id.to_ascii_lowercase().as_bytes()),
    }
}
