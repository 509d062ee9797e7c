//! A list row of the Hub, of which only id and parents are wanted: found by quotes and brackets, without reading the rest.

use std::borrow::Cow;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use super::gather::{Gather, ParentTags};
use super::hub::wire;
use super::normalize::{Found, PARENT};
use crate::model::Authority;

/// Reads rows for their links. What it passes over is not checked: a row that breaks off behind the last key that is
/// wanted may be read, where the full reader would refuse it.
pub(super) struct Scan {
    base: Finder<'static>,
    tags: Finder<'static>,
    id: Finder<'static>,
}

impl Scan {
    pub fn new() -> Scan {
        Scan { base: Finder::new("base"), tags: Finder::new("\"tags\""), id: Finder::new("\"id\"") }
    }

    /// The first line with its end, and whether there are escapes in it.
    pub fn line<'t>(&self, text: &'t [u8]) -> (&'t [u8], bool) {
        match memchr2(b'\n', b'\\', text) {
            Some(at) if text[at] == b'\n' => (&text[..=at], false),
            Some(at) => (memchr(b'\n', &text[at..]).map_or(text, |end| &text[..=at + end]), true),
            None => (text, false),
        }
    }

    /// Gathers a row. Whatever surprises is left to the full reader.
    ///
    /// # Errors
    /// As the full reader's.
    pub fn row(&self, row: &[u8], has_escapes: bool, gather: &mut Gather) -> Result<(), String> {
        if !has_escapes && let Some((id, authority)) = self.plain(row, gather) {
            return gather.row(id, authority);
        }
        gather.forget();
        let record = match self.found(row) {
            Some(found) => found.settle(),
            None => wire::record(row),
        };
        record.map(|record| gather.add(Ok(record)))
    }

    /// Gathers the parents of a row without escapes, and gives its id. In such a row every quote begins or ends a text, so
    /// a key can be looked for as it is written, and only its depth is to be made sure of.
    fn plain<'a>(&self, row: &'a [u8], gather: &mut Gather) -> Option<(&'a [u8], Authority)> {
        if row.last() != Some(&b'}') {
            return None;
        }
        let mut at = Cursor::new(row, false);
        at.expect(b'{')?;
        loop {
            match at.key()? {
                b"id" => break,
                // On the Hub these come later.
                b"tags" | b"baseModels" | b"cardData" => return None,
                _ => _ = at.value()?,
            }
            at.expect(b',')?;
        }
        let id = at.text()?;
        if id.trim_ascii().is_empty() || !id.is_ascii() {
            return None;
        }
        let rest_at = at.at;
        let rest = &row[rest_at..];
        // All that can name a parent has one of these two in it.
        let named = self.base.find_iter(rest).find_map(|base| match rest.get(base + 4..base + 10) {
            Some(b"_model") => Some((true, base)),
            Some(b"Models") => Some((false, base)),
            _ => None,
        });
        match named {
            // Then the Hub names no parent, which is its word too.
            None => _ = self.tags.find_iter(rest).find(|tags| rest[tags + 6..].starts_with(b":["))?,
            Some((false, _)) => return None,
            Some((true, named_at)) => {
                let (mut depth, mut counted, mut tags) = (0, 0, None);
                for found in self.tags.find_iter(row) {
                    depth += opened(&row[counted..found]);
                    counted = found;
                    if depth != 1 {
                        continue;
                    }
                    // A key that stands twice is no row.
                    if tags.is_some() || row.get(found + 6) != Some(&b':') {
                        return None;
                    }
                    tags = Some(found + 7);
                }
                let tags = tags?;
                let mut list = Tags::open(Cursor { at: tags, ..Cursor::new(row, false) })?;
                let mut parents = ParentTags::default();
                list.by_ref().for_each(|tag| parents.add(tag, gather));
                let end = list.end?;
                // Those before were not there, those within are tags.
                let has_models =
                    self.base.find_iter(&row[end..]).any(|base| row[end + base..].starts_with(b"baseModels"));
                // Without parents in its tags the card has a say.
                if has_models || !gather.has_parents() || tags > rest_at + named_at || self.id.find(rest).is_some() {
                    return None;
                }
            }
        }
        Some((id, Authority::Listing))
    }

    fn found<'a>(&self, row: &'a [u8]) -> Option<Found<'a>> {
        let mut at = Cursor::new(row, true);
        let mut found = Found::default();
        let (mut has_id, mut has_tags, mut has_models, mut has_card) = (false, false, false, false);
        at.expect(b'{')?;
        loop {
            let key = at.key()?;
            let value = at.value()?;
            let text = || std::str::from_utf8(value).ok();
            // A key that stands twice is no row.
            match key {
                // An escape is none of an id's characters: it stands for one.
                b"id" if !std::mem::replace(&mut has_id, true) && !value.contains(&b'\\') => {
                    found.id = Cow::Borrowed(text()?.strip_prefix('"')?.strip_suffix('"')?);
                    if found.id.trim().is_empty() {
                        return None;
                    }
                }
                b"tags" if !std::mem::replace(&mut has_tags, true) => found.tags = Some(tags(value)?),
                b"baseModels" if !std::mem::replace(&mut has_models, true) => {
                    found.base_models = wire::base_models_json(text()?, &mut found.oddities);
                }
                b"cardData" if !std::mem::replace(&mut has_card, true) => {
                    found.card = wire::card_json(text()?, &mut found.oddities);
                }
                b"id" | b"tags" | b"baseModels" | b"cardData" => return None,
                _ => (),
            }
            match at.next()? {
                b',' => (),
                b'}' if at.at == row.len() && has_id => return Some(found),
                _ => return None,
            }
        }
    }
}

/// The tags of an array that name parents.
fn tags(array: &[u8]) -> Option<Vec<Cow<'_, str>>> {
    let mut list = Tags::open(Cursor::new(array, true))?;
    let parents = list.by_ref().filter(|tag| tag.starts_with(PARENT.as_bytes()));
    let parents = parents.map(|tag| std::str::from_utf8(tag).ok().map(Cow::Borrowed)).collect();
    list.end.and(parents)
}

/// The texts of an array. One without escapes, or it breaks off.
struct Tags<'a> {
    at: Cursor<'a>,
    is_first: bool,
    /// Where the array ends, once all of it was read.
    end: Option<usize>,
}

impl<'a> Tags<'a> {
    fn open(mut at: Cursor<'a>) -> Option<Tags<'a>> {
        at.expect(b'[')?;
        Some(Tags { at, is_first: true, end: None })
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let is_first = std::mem::replace(&mut self.is_first, false);
        let tag = match (self.at.peek()?, is_first) {
            (b']', _) => {
                self.end = Some(self.at.at);
                return None;
            }
            (b',', false) => {
                self.at.at += 1;
                self.at.text()?
            }
            (_, true) => self.at.text()?,
            _ => return None,
        };
        // Other texts are passed over, and these must be some.
        (!tag.starts_with(PARENT.as_bytes()) || std::str::from_utf8(tag).is_ok()).then_some(tag)
    }
}

/// How many brackets more are opened than closed, in a text without escapes that begins outside of all quotes. Many bytes
/// at a time, since this is a good part of the work at a row.
fn opened(text: &[u8]) -> i64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    // One for each byte that is `of`.
    let are = |word: u64, of: u8| {
        let other = word ^ (ONES * u64::from(of));
        !(((other & !HIGH) + !HIGH) | other | !HIGH) >> 7
    };
    // The quotes of each eighth byte so far, odd or even.
    let mut before = 0u64;
    let mut opened = 0;
    let mut count = |quotes: u64, open: u64, close: u64| {
        // Of each byte, whether the quotes up to it are odd in number.
        let inside = ONES * (u64::from(before.count_ones()) & 1);
        let within = (quotes.wrapping_mul(ONES) & ONES) ^ inside;
        let total = |bytes: u64| i64::from((bytes & !within).count_ones());
        opened += total(open) - total(close);
        before ^= quotes;
    };
    let block = |text: &[u8; 64]| {
        let mut words = [0; 8];
        words.iter_mut().zip(text.as_chunks::<8>().0).for_each(|(word, bytes)| *word = u64::from_le_bytes(*bytes));
        let folded = words.map(|word| word | (ONES * 0x20));
        [words.map(|word| are(word, b'"')), folded.map(|word| are(word, b'{')), folded.map(|word| are(word, b'}'))]
    };
    let (blocks, rest) = text.as_chunks::<64>();
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    for [quotes, open, close] in blocks.iter().chain([&last]).map(block) {
        if open.iter().chain(&close).fold(0, |all, bytes| all | bytes) == 0 {
            count(quotes.iter().fold(0, |all, bytes| all ^ bytes), 0, 0);
        } else {
            (0..8).for_each(|at| count(quotes[at], open[at], close[at]));
        }
    }
    opened
}

/// A place in a row. Everything gives nothing where the row is not as expected.
struct Cursor<'a> {
    row: &'a [u8],
    at: usize,
    has_escapes: bool,
}

impl<'a> Cursor<'a> {
    fn new(row: &'a [u8], has_escapes: bool) -> Cursor<'a> {
        Cursor { row, at: 0, has_escapes }
    }

    fn peek(&mut self) -> Option<u8> {
        while self.row.get(self.at)?.is_ascii_whitespace() {
            self.at += 1;
        }
        self.row.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<&'a [u8]> {
        let key = self.text()?;
        self.expect(b':')?;
        Some(key)
    }

    /// A text without escapes.
    fn text(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let from = self.at;
        let end = from + memchr(b'"', &self.row[from..])?;
        self.at = end + 1;
        let text = &self.row[from..end];
        (!self.has_escapes || memchr(b'\\', text).is_none()).then_some(text)
    }

    /// Any value, as it is written.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.peek()?;
        let from = self.at;
        let mut depth = 0usize;
        loop {
            match self.row.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    loop {
                        let found = memchr2(b'"', b'\\', self.row.get(self.at..)?)?;
                        let is_end = self.row[self.at + found] == b'"';
                        self.at += found + if is_end { 1 } else { 2 };
                        if is_end {
                            break;
                        }
                    }
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b'}' | b']' if depth == 0 => break,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            if depth == 0 {
                break;
            }
        }
        Some(self.row[from..self.at].trim_ascii_end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same, byte by byte.
    fn opened_by_steps(text: &[u8]) -> i64 {
        let mut inside = false;
        text.iter().fold(0, |opened, byte| match byte {
            b'"' => {
                inside = !inside;
                opened
            }
            b'{' | b'[' if !inside => opened + 1,
            b'}' | b']' if !inside => opened - 1,
            _ => opened,
        })
    }

    #[test]
    fn brackets_are_counted_outside_of_texts_wherever_they_stand() {
        let mut rng = fastrand::Rng::with_seed(7);
        let bytes = b"\"\"\"{[}]a,:_\xff\x80\x5f\x22\x7b~Z \x02";
        for length in 0..400 {
            for _ in 0..20 {
                let text: Vec<u8> = (0..length).map(|_| bytes[rng.usize(0..bytes.len())]).collect();
                assert_eq!(opened(&text), opened_by_steps(&text), "{:?}", String::from_utf8_lossy(&text));
            }
        }
    }
}
