//! Three bytes in a row as a number, by which an index knows where they stand.

/// How many numbers there are.
pub(super) const ALL: usize = 1 << (3 * BITS);

/// So many bits stand for a byte. Ids have 41 different ones in lower case; whatever else somebody looks for shares a number, since the
/// index only says where a word can be.
const BITS: usize = 6;

/// What stands behind an id: no byte.
const END: u32 = 0;
const OTHER: u32 = (1 << BITS) - 1;

/// The number of each byte, without regard to case.
const NUMBER: [u8; 256] = {
    let mut numbers = [OTHER as u8; 256];
    let known = b"abcdefghijklmnopqrstuvwxyz0123456789-_./:";
    let mut at = 0;
    while at < known.len() {
        numbers[known[at] as usize] = at as u8 + 1;
        numbers[known[at].to_ascii_uppercase() as usize] = at as u8 + 1;
        at += 1;
    }
    numbers
};

fn number(byte: u8) -> u32 {
    NUMBER[byte as usize].into()
}

/// Tells every three bytes of an id. The last two have ends behind them, so that there is one that begins with each byte and with each
/// two bytes in a row. (An iterator of them takes several times as long, of a hundred million.)
pub(super) fn each(id: &[u8], mut tell: impl FnMut(u32)) {
    let mut numbers = id.iter().map(|byte| number(*byte)).chain([END, END]);
    let mut gram = numbers.next().unwrap_or(END) << BITS | numbers.next().unwrap_or(END);
    numbers.for_each(|next| {
        gram = (gram << BITS | next) & (ALL as u32 - 1);
        tell(gram);
    });
}

/// Every three bytes of a word.
pub(super) fn of_word(word: &[u8]) -> impl Iterator<Item = u32> {
    word.windows(3).map(|bytes| bytes.iter().fold(0, |gram, byte| gram << BITS | number(*byte)))
}

/// The numbers of all three bytes that begin with a word of one or two.
pub(super) fn that_begin(word: &[u8]) -> std::ops::Range<u32> {
    let bits = BITS * (3 - word.len().min(3));
    let start = word.iter().take(3).fold(0, |start, byte| start << BITS | number(*byte));
    start << bits..(start + 1) << bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_id_has_its_numbers_there() {
        for id in ["a", "ab", "abc", "Qwen/Qwen2.5-7B", "modelscope:o/n", "x/__"] {
            let mut grams = Vec::new();
            each(id.as_bytes(), |gram| grams.push(gram));
            assert_eq!(grams.len(), id.len(), "{id}");
            for from in 0..id.len() {
                for to in from + 1..=id.len() {
                    let word = id[from..to].to_ascii_uppercase();
                    let word = word.as_bytes();
                    assert!(of_word(word).all(|gram| grams.contains(&gram)), "{id} {from} {to}");
                    let begins = that_begin(word);
                    assert!(word.len() > 2 || grams.iter().any(|gram| begins.contains(gram)), "{id} {from} {to}");
                }
            }
        }
        assert_eq!(of_word(b"ab").count(), 0);
        assert_ne!(of_word(b"abc").next(), of_word(b"abd").next());
    }
}
