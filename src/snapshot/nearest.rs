use super::{Row, Snapshot};
use crate::model::side_by_side;

/// What is less alike is left out.
const ALIKE: f64 = 0.85;

impl Snapshot {
    /// Gives the ids that look most like `wanted`, the nearest first, at most `most` of them.
    pub fn nearest(&self, wanted: &str, most: usize) -> Vec<&str> {
        first(self.alike(wanted).into_iter().map(|(alike, row)| (alike, self.id(row))).collect(), most)
    }

    /// The models whose ids look like `wanted`, in order of their ids, with how alike they are.
    pub(crate) fn alike(&self, wanted: &str) -> Vec<(f64, Row)> {
        let Some(near) = Near::new(wanted) else { return Vec::new() };
        self.pieces(|row| {
            let is_asked = near.may_be(self.id_bytes(row)) && self.alias_of(row).is_none();
            is_asked.then(|| near.alike(self.id(row))).flatten().map(|(alike, _)| (alike, row))
        })
    }

    /// Finds the listed models of that name, whoever's they are, in order of their ids: by the part after the slash, without regard to
    /// case. All ids are looked at.
    pub fn called(&self, name: &str) -> Vec<Row> {
        self.pieces(|row| {
            let id = self.id_bytes(row);
            let own = id.len().checked_sub(name.len()).map(|at| id.split_at(at));
            let is_it = own.is_some_and(|(owner, own)| {
                owner.last().is_none_or(|byte| *byte == b'/') && own.eq_ignore_ascii_case(name.as_bytes())
            });
            (is_it && self.is_listed(row) && self.alias_of(row).is_none()).then_some(row)
        })
    }

    /// What is found of any of the rows, in their order; they are looked at on all processors.
    fn pieces<T: Clone + Send + Sync>(&self, find: impl Fn(Row) -> Option<T> + Sync) -> Vec<T> {
        const MANY: usize = 64 * 1024;
        side_by_side(self.len().div_ceil(MANY), |piece| {
            let rows = (piece * MANY) as Row..self.len().min((piece + 1) * MANY) as Row;
            rows.filter_map(&find).collect::<Vec<_>>()
        })
        .concat()
    }
}

/// Gives those of `words` that look most like `wanted`, the nearest first and at most `most`: by similarity of the
/// whole and of the part after the slash, without regard to case. What is not rather alike is left out.
pub fn nearest<'w>(wanted: &str, words: impl Iterator<Item = &'w str>, most: usize) -> Vec<&'w str> {
    let Some(near) = Near::new(wanted) else { return Vec::new() };
    let words = words.filter(|word| !word.is_ascii() || near.may_be(word.as_bytes()));
    first(words.filter_map(|word| near.alike(word)).collect(), most)
}

fn first(mut found: Vec<(f64, &str)>, most: usize) -> Vec<&str> {
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    found.into_iter().take(most).map(|(_, word)| word).collect()
}

/// Nothing is like a word of more bytes: no id has so many, and what is known of a word's length takes their square.
const LONGEST: usize = 256;

/// A `Near` knows what is alike to a word.
struct Near {
    wanted: String,
    /// How many letters it has.
    letters: f64,
    /// How often each byte is in it.
    bytes: [u16; 256],
    kinds: u64,
    /// Of a word with so many bytes, of which the first 0 to 4 are those of this one, how many must be in both.
    least: Vec<[usize; START + 1]>,
}

/// So many bytes at the start count more.
const START: usize = 4;

impl Near {
    fn new(wanted: &str) -> Option<Near> {
        if wanted.len() > LONGEST {
            return None;
        }
        let wanted = wanted.to_ascii_lowercase();
        let mut bytes = [0u16; 256];
        wanted.bytes().for_each(|byte| bytes[byte as usize] = bytes[byte as usize].saturating_add(1));
        let kinds = kinds(wanted.as_bytes());
        let letters = wanted.chars().count() as f64;
        let mut near = Near { wanted, letters, bytes, kinds, least: Vec::new() };
        let longest = near.wanted.len() + near.spare();
        let least = |length: usize, start: usize| {
            let is_enough = |both: &usize| near.at_most(*both, length, start) > ALIKE;
            (0..=length.min(near.wanted.len())).find(is_enough).unwrap_or(usize::MAX)
        };
        near.least = (0..=longest).map(|length| std::array::from_fn(|start| least(length, start))).collect();
        Some(near)
    }

    /// How much longer or shorter a word may be: far longer or shorter ones cannot be near.
    fn spare(&self) -> usize {
        self.wanted.len() / 2 + 12
    }

    /// The most that the measure can give for a word with so many bytes that both have, as if these stood in their places.
    fn at_most(&self, both: usize, length: usize, start: usize) -> f64 {
        let both = both as f64;
        let jaro = (both / self.letters + both / length as f64 + 1.0) / 3.0;
        jaro + 0.1 * start as f64 * (1.0 - jaro)
    }

    /// How many bytes a word begins with as this one does, without regard to case, up to [`START`].
    fn start(&self, word: &[u8]) -> usize {
        let pairs = self.wanted.bytes().zip(word).take(START);
        pairs.take_while(|(one, other)| *one == other.to_ascii_lowercase()).count()
    }

    /// Whether the part after the slash is the same.
    fn is_named(&self, word: &[u8]) -> bool {
        let name = name(&self.wanted).as_bytes();
        let Some((before, own)) = word.len().checked_sub(name.len()).map(|at| word.split_at(at)) else { return false };
        own.eq_ignore_ascii_case(name) && before.last().is_none_or(|byte| *byte == b'/')
    }

    /// Whether a word of ASCII may be alike: by no more than its length, its start and which kinds of bytes it has, since
    /// millions are asked.
    fn may_be(&self, word: &[u8]) -> bool {
        if word.len().abs_diff(self.wanted.len()) > self.spare() {
            return false;
        }
        let kinds = kinds(word);
        let [lacks, spare] = [self.kinds & !kinds, kinds & !self.kinds].map(|kinds| kinds.count_ones() as usize);
        let both = self.wanted.len().saturating_sub(lacks).min(word.len().saturating_sub(spare));
        both >= self.least[word.len()][self.start(word)] || self.is_named(word)
    }

    /// How alike a word is, with the word, if it is.
    fn alike<'w>(&self, word: &'w str) -> Option<(f64, &'w str)> {
        if word.len().abs_diff(self.wanted.len()) > self.spare() {
            return None;
        }
        let lower = word.to_ascii_lowercase();
        let is_hopeless = || {
            let mut left = self.bytes;
            let both = lower.bytes().filter(|byte| {
                let left = &mut left[*byte as usize];
                let is_there = *left > 0;
                *left -= u16::from(is_there);
                is_there
            });
            self.at_most(both.count(), lower.len(), self.start(lower.as_bytes())) <= ALIKE
        };
        let whole = match lower.is_ascii() && is_hopeless() {
            true => 0.0,
            false => strsim::jaro_winkler(&self.wanted, &lower),
        };
        let part = if name(&lower) == name(&self.wanted) { 0.97 } else { 0.0 };
        Some((whole.max(part), word)).filter(|(alike, _)| *alike > ALIKE)
    }
}

/// Which kinds of bytes a text has, a bit for each; letters of both cases are of one kind, and some others too.
fn kinds(text: &[u8]) -> u64 {
    text.iter().fold(0, |kinds, byte| kinds | 1 << ((byte | 0x20) & 63))
}

fn name(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::{ALIKE, Near, name, nearest};

    /// Whatever is left out at first sight is not alike.
    #[test]
    fn nothing_that_is_alike_is_passed_over() {
        let words = [
            "Qwen/Qwen3-8B",
            "qwen/qwen3-8b",
            "Qwen/Qwen3",
            "Qwen3-8B",
            "Qwen",
            "Qwem/Qwen3-8B-Base",
            "unsloth/Qwen3-8B",
            "a",
            "ab",
            "abc/abcdef",
            "cab/fedcba",
            "bert-base",
            "bert_base",
            "BERT-large",
            "bert",
            "gpt2",
            "gpt-2/gpt2",
            "a/aaaaaaaaaaaaaaaaaaaaaaaaaa",
            "aaaa",
            "b/a",
            "",
            "öl/müller",
        ];
        let mut found = 0;
        for wanted in words {
            let near = Near::new(wanted).unwrap();
            for word in words {
                let (one, other) = (wanted.to_ascii_lowercase(), word.to_ascii_lowercase());
                let part = if name(&one) == name(&other) { 0.97 } else { 0.0 };
                let is_far = word.len().abs_diff(wanted.len()) > wanted.len() / 2 + 12;
                let alike = strsim::jaro_winkler(&one, &other).max(part);
                let is_alike = !is_far && alike > ALIKE;
                assert_eq!(near.alike(word).is_some(), is_alike, "{wanted} {word}");
                assert!(!is_alike || !word.is_ascii() || near.may_be(word.as_bytes()), "{wanted} {word}");
                found += usize::from(is_alike && wanted != word);
            }
        }
        assert!(found > 20, "{found}");
        let long = "a".repeat(super::LONGEST + 1);
        assert!(
            nearest(&long, [&long[..]].into_iter(), 1).is_empty()
                && nearest(&long[1..], [&long[..]].into_iter(), 1).len() == 1
        );
        assert_eq!(nearest("Qwen/Qwen3-8b", words.into_iter(), 2), ["Qwen/Qwen3-8B", "qwen/qwen3-8b"]);
    }
}
