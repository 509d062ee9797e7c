use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

/// A `Names` interns texts: each distinct one has a number, from 0 on.
#[derive(Debug)]
pub(super) struct Names {
    text: String,
    spans: Vec<(usize, u32)>,
    /// A table, at most three quarters full: what is not in its place stands in the next free one.
    slots: Vec<Slot>,
    /// A bit for each hash there is, eight times as many as slots: what is new is mostly told by it.
    seen: Vec<u64>,
    /// New ones that are not in the table yet: they are put there many at a time.
    waiting: Vec<Slot>,
    /// Of the hashes, another one each time, so that nobody can prepare texts that are alike.
    seed: u64,
    /// Whether ASCII case makes no difference.
    folds: bool,
}

/// Half of a text's hash and its number: the text, in a far corner of memory, is only looked at to make sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    half: u32,
    number: u32,
}

const FREE: Slot = Slot { half: 0, number: u32::MAX };

/// How many places of memory are asked for at once, so that the processor waits once for all of them.
const MANY: usize = 32;

impl Names {
    /// Makes an empty one for ids, which are the same without regard to ASCII case.
    pub fn of_ids() -> Names {
        Names {
            text: String::new(),
            spans: Vec::new(),
            slots: vec![FREE; 16],
            seen: vec![0; 2],
            waiting: Vec::with_capacity(MANY),
            seed: DefaultHashBuilder::default().hash_one(0),
            folds: true,
        }
    }

    /// Makes an empty one for words, each of which is what it is.
    pub fn of_words() -> Names {
        Names { folds: false, ..Names::of_ids() }
    }

    pub fn len(&self) -> usize {
        self.spans.len()
    }

    pub fn get(&self, number: u32) -> &str {
        self.span(self.spans[number as usize])
    }

    /// Gives all texts, in order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().map(|span| self.span(*span))
    }

    fn span(&self, (start, length): (usize, u32)) -> &str {
        &self.text[start..start + length as usize]
    }

    /// Computes a hash of a text, the same for all its spellings if ASCII case makes no difference.
    pub fn hash(&self, text: &str) -> u32 {
        // The bit by which small letters differ from capital ones. It makes a few other texts alike too, which are then
        // told apart by themselves.
        let fold = if self.folds { u64::from_ne_bytes([0x20; 8]) } else { 0 };
        let mix = |one: u64, other: u64| {
            let product = u128::from(one) * u128::from(other);
            product as u64 ^ (product >> 64) as u64
        };
        let bytes = text.as_bytes();
        let whole = bytes.as_chunks::<8>().0.iter().fold(self.seed ^ text.len() as u64, |hash, word| {
            mix(hash ^ (u64::from_le_bytes(*word) | fold), 0x9e37_79b9_7f4a_7c15)
        });
        (mix(whole ^ (last_bytes(bytes) | fold), 0x94d0_49bb_1331_11eb) >> 16) as u32
    }

    fn is_same(&self, (start, length): (usize, u32), text: &str) -> bool {
        if length as usize != text.len() {
            return false;
        }
        let known = &self.text.as_bytes()[start..start + text.len()];
        known == text.as_bytes() || (self.folds && known.eq_ignore_ascii_case(text.as_bytes()))
    }

    /// The place where a hash is looked for first.
    fn place(&self, half: u32) -> usize {
        half as usize & (self.slots.len() - 1)
    }

    /// The first place from `at` on that is free or has this hash.
    fn likely(&self, mut at: usize, half: u32) -> usize {
        while self.slots[at].half != half && self.slots[at] != FREE {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    fn seen_at(&self, half: u32) -> (usize, u64) {
        let bit = half as usize & (64 * self.seen.len() - 1);
        (bit / 64, 1 << (bit % 64))
    }

    pub fn find(&self, text: &str) -> Option<u32> {
        self.find_hashed(text, self.hash(text))
    }

    /// Does what [`Names::find`] does, for a text whose hash is known.
    pub fn find_hashed(&self, text: &str, half: u32) -> Option<u32> {
        let (word, bit) = self.seen_at(half);
        // Most ids are new; most words were met before.
        if self.folds && self.seen[word] & bit == 0 {
            return None;
        }
        let is_it = |slot: &Slot| slot.half == half && self.is_same(self.spans[slot.number as usize], text);
        let (slots, mut at) = (self.slots.as_slice(), self.place(half));
        while slots[at] != FREE {
            if is_it(&slots[at]) {
                return Some(slots[at].number);
            }
            at = (at + 1) & (slots.len() - 1);
        }
        self.waiting.iter().find(|slot| is_it(slot)).map(|slot| slot.number)
    }

    /// Gives the number of `text`; a new one keeps this spelling.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.intern_hashed(text, self.hash(text))
    }

    fn intern_hashed(&mut self, text: &str, half: u32) -> u32 {
        if let Some(number) = self.find_hashed(text, half) {
            // What is met again so soon will be met often.
            if self.waiting.first().is_some_and(|first| number >= first.number) {
                self.seat();
            }
            return number;
        }
        let number = self.spans.len() as u32;
        self.spans.push((self.text.len(), text.len() as u32));
        self.text.push_str(text);
        let (word, bit) = self.seen_at(half);
        self.seen[word] |= bit;
        self.waiting.push(Slot { half, number });
        if self.waiting.len() == MANY {
            self.seat();
        }
        number
    }

    /// Puts those that wait into the table.
    fn seat(&mut self) {
        if 4 * self.spans.len() > 3 * self.slots.len() {
            let room = (2 * self.spans.len()).next_power_of_two();
            let old = std::mem::replace(&mut self.slots, vec![FREE; room]);
            self.seen = vec![0; room / 8];
            let known = old.into_iter().filter(|slot| *slot != FREE);
            for slot in known.chain(std::mem::take(&mut self.waiting)) {
                let (word, bit) = self.seen_at(slot.half);
                self.seen[word] |= bit;
                self.put(slot, self.place(slot.half));
            }
        }
        let mut places = [0; MANY];
        for (place, slot) in places.iter_mut().zip(&self.waiting) {
            let at = self.place(slot.half);
            *place = if self.slots[at] == FREE { at } else { (at + 1) & (self.slots.len() - 1) };
        }
        for (at, place) in places.into_iter().take(self.waiting.len()).enumerate() {
            self.put(self.waiting[at], place);
        }
        self.waiting.clear();
    }

    /// Puts a slot into the first free place from `at` on.
    fn put(&mut self, slot: Slot, mut at: usize) {
        while self.slots[at] != FREE {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
    }

    /// Does what [`Names::intern`] does, for many texts.
    pub fn intern_all<'t>(&mut self, mut texts: impl Iterator<Item = &'t str>, mut take: impl FnMut(u32)) {
        let mut asked: [(&str, u32); MANY] = [("", 0); MANY];
        let mut slots = [FREE; MANY];
        let mut spans = [(0, 0); MANY];
        loop {
            let mut count = 0;
            for (asked, text) in asked.iter_mut().zip(texts.by_ref()) {
                *asked = (text, self.hash(text));
                count += 1;
            }
            for (slot, (_, half)) in slots.iter_mut().zip(&asked[..count]) {
                *slot = self.slots[self.place(*half)];
            }
            for ((span, slot), (_, half)) in spans.iter_mut().zip(&mut slots).zip(&asked[..count]) {
                if slot.half != *half {
                    *slot = self.slots[self.likely(self.place(*half), *half)];
                }
                *span = if *slot == FREE { (0, u32::MAX) } else { self.spans[slot.number as usize] };
            }
            for ((span, slot), (text, half)) in spans.iter().zip(&slots).zip(&asked[..count]) {
                take(if self.is_same(*span, text) { slot.number } else { self.intern_hashed(text, *half) });
            }
            if count < MANY {
                break;
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

/// The last eight bytes as a number, or all there are if they are fewer: texts of one length with other bytes there give another one.
fn last_bytes(bytes: &[u8]) -> u64 {
    if let Some(last) = bytes.last_chunk() {
        return u64::from_le_bytes(*last);
    }
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)),
        _ => bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}
