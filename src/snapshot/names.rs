use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Interned texts: each distinct one has a number.
#[derive(Debug)]
pub(super) struct Names {
    text: String,
    spans: Vec<(usize, u32)>,
    /// Half of the hash and the number: the text, in a far corner of memory, is only looked at to make sure.
    table: HashTable<(u32, u32)>,
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
        let half = hash(&self.hasher, id, self.folds);
        let is_same = |known: &(u32, u32)| known.0 == half && same(self.get(known.1), id, self.folds);
        self.table.find(spread(half), is_same).map(|known| known.1)
    }

    /// A bit for each hash that a text here has: what is looked for and not there is mostly told by it.
    pub fn filter(&self) -> Vec<u64> {
        let mut bits = vec![0u64; (self.len() / 4).next_power_of_two()];
        for (half, _) in &self.table {
            let at = *half as usize % (64 * bits.len());
            bits[at / 64] |= 1 << (at % 64);
        }
        bits
    }

    /// [`Names::find`], with a look at the filter first.
    pub fn find_through(&self, filter: &[u64], id: &str) -> Option<u32> {
        let half = hash(&self.hasher, id, self.folds);
        let at = half as usize % (64 * filter.len());
        let is_same = |known: &(u32, u32)| known.0 == half && same(self.get(known.1), id, self.folds);
        (filter[at / 64] >> (at % 64) & 1 == 1).then(|| self.table.find(spread(half), is_same))?.map(|known| known.1)
    }

    /// The number of `id`; a new one keeps this spelling.
    pub fn intern(&mut self, id: &str) -> u32 {
        let Names { text, spans, table, hasher, folds } = self;
        let half = hash(hasher, id, *folds);
        let is_same = |known: &(u32, u32)| {
            let (start, length) = spans[known.1 as usize];
            known.0 == half && same(&text[start..start + length as usize], id, *folds)
        };
        let number = spans.len() as u32;
        match table.entry(spread(half), is_same, |known| spread(known.0)) {
            Entry::Occupied(known) => known.get().1,
            Entry::Vacant(place) => {
                place.insert((half, number));
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

/// Half of a text's hash, in lower case if that makes no difference.
fn hash(hasher: &DefaultHashBuilder, text: &str, folds: bool) -> u32 {
    let mut lower = [0u8; 64];
    let whole = match lower.get_mut(..text.len()) {
        _ if !folds => hasher.hash_one(text.as_bytes()),
        Some(lower) => {
            lower.copy_from_slice(text.as_bytes());
            lower.make_ascii_lowercase();
            hasher.hash_one(&*lower)
        }
        None => hasher.hash_one(text.to_ascii_lowercase().as_bytes()),
    };
    (whole ^ (whole >> 32)) as u32
}

/// A hash for the table, which looks at the lowest and the highest bits.
pub(super) fn spread(half: u32) -> u64 {
    u64::from(half).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
