use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::ParquetError;

use super::fault::general;
use crate::source::pages::MAX_ROW;

/// Where a text lies, and whether it was no UTF-8 as it stood in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    start: u32,
    /// Its length, and the highest bit if it was no UTF-8.
    length: u32,
}

/// A text of a column; one that is no UTF-8 as an error, as far as it can be read.
pub(super) type Text<'a> = Result<&'a str, &'a str>;

const NO_UTF8: u32 = 1 << 31;

impl Span {
    /// The place of a text, which is no longer than a row of JSON may be.
    pub fn new(start: usize, length: usize) -> Result<Span, ParquetError> {
        if length > MAX_ROW {
            return Err(general("a text of more than 16 MiB"));
        }
        Span::at(start, length)
    }

    fn at(start: usize, length: usize) -> Result<Span, ParquetError> {
        let start = u32::try_from(start).map_err(|_| general("more than 4 GiB of texts"))?;
        Ok(Span { start, length: length as u32 })
    }

    pub fn length(self) -> usize {
        (self.length & !NO_UTF8) as usize
    }

    pub fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.length()
    }

    /// The text there.
    pub fn of(self, texts: &str) -> Text<'_> {
        let text = &texts[self.range()];
        if self.length & NO_UTF8 == 0 { Ok(text) } else { Err(text) }
    }

    /// The same text, elsewhere.
    pub fn moved(self, start: usize) -> Result<Span, ParquetError> {
        Ok(Span { length: self.length, ..Span::at(start, 0)? })
    }
}

/// Reads the bytes of a page as UTF-8, once for all texts in them, which lie at these places. If they are none as a whole, be it
/// for the lengths that stand between the texts, each is read by itself, and the places are others then.
pub(super) fn decoded(bytes: Bytes, spans: &mut [Span]) -> Result<Arc<str>, ParquetError> {
    if let Ok(whole) = std::str::from_utf8(&bytes) {
        let is_whole =
            |span: &Span| whole.is_char_boundary(span.range().start) && whole.is_char_boundary(span.range().end);
        if whole.is_ascii() || spans.iter().all(is_whole) {
            return Ok(whole.into());
        }
    }
    let mut texts = String::with_capacity(bytes.len());
    for span in spans {
        let (start, bytes) = (texts.len(), &bytes[span.range()]);
        let mark = match std::str::from_utf8(bytes) {
            Ok(text) => {
                texts.push_str(text);
                0
            }
            Err(_) => {
                texts.push_str(&String::from_utf8_lossy(bytes));
                NO_UTF8
            }
        };
        *span = Span::at(start, texts.len() - start)?;
        span.length |= mark;
    }
    Ok(texts.into())
}

/// The first eight bytes as a number, nought where there are fewer.
pub(super) fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(whole) => u64::from_le_bytes(*whole),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}
