//! A list row of the Hub, of which only id and parents are wanted: found by quotes and brackets, without reading the rest.

use std::borrow::Cow;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use super::hub::wire;
use super::normalize::Found;
use crate::model::Record;

/// Reads rows for their links. What it passes over is not checked: a row that breaks off behind the last key that is
/// wanted may be read, where the full reader would refuse it.
pub(super) struct Scan {
    base_model: Finder<'static>,
    base_models: Finder<'static>,
    tags: Finder<'static>,
}

impl Scan {
    pub fn new() -> Scan {
        // All that can name a parent has one of the first two in it, unless it is written with escapes.
        Scan {
            base_model: Finder::new("base_model"),
            base_models: Finder::new("baseModels"),
            tags: Finder::new("\"tags\":["),
        }
    }

    /// The record of a row, with its id and parents alone. Whatever surprises is left to the full reader.
    ///
    /// # Errors
    /// As the full reader's.
    pub fn record<'a>(&self, row: &'a [u8]) -> Result<Record<'a>, String> {
        match self.found(row) {
            Some(found) => found.settle(),
            None => wire::record(row),
        }
    }

    fn found<'a>(&self, row: &'a [u8]) -> Option<Found<'a>> {
        // Then the Hub names no parent, which is its word too.
        let is_named = self.base_model.find(row).is_some() || self.base_models.find(row).is_some();
        let is_without = !is_named && memchr(b'\\', row).is_none() && self.tags.find(row).is_some();
        let mut at = Cursor { row, at: 0 };
        let mut found = Found::default();
        let (mut has_id, mut has_tags, mut has_models, mut has_card) = (false, false, false, false);
        at.expect(b'{')?;
        loop {
            let key = at.text()?;
            at.expect(b':')?;
            let value = at.value()?;
            let text = || std::str::from_utf8(value).ok();
            // A key that stands twice is no row.
            match key {
                b"id" if !std::mem::replace(&mut has_id, true) => {
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
            if has_id && is_without {
                found.tags.get_or_insert_default();
                return (row.last() == Some(&b'}')).then_some(found);
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
    let mut at = Cursor { row: array, at: 0 };
    let mut tags = Vec::new();
    at.expect(b'[')?;
    if at.peek()? == b']' {
        return Some(tags);
    }
    loop {
        let tag = at.text()?;
        if tag.starts_with(b"base_model:") {
            tags.push(Cow::Borrowed(std::str::from_utf8(tag).ok()?));
        }
        match at.next()? {
            b',' => (),
            b']' => return Some(tags),
            _ => return None,
        }
    }
}

/// A place in a row. Everything gives nothing where the row is not as expected.
struct Cursor<'a> {
    row: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
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

    /// A text without escapes.
    fn text(&mut self) -> Option<&'a [u8]> {
        self.expect(b'"')?;
        let from = self.at;
        let end = from + memchr(b'"', &self.row[from..])?;
        self.at = end + 1;
        let text = &self.row[from..end];
        (!text.contains(&b'\\')).then_some(text)
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
