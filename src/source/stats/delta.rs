//! Texts whose lengths are packed as differences, each text behind the others or without what it has in common with the
//! one before it. The crate's reader of these makes arrays as long as a page says, and texts as long as their beginnings
//! add up to.

use bytes::Bytes;
use parquet::errors::ParquetError;

use super::fault::general;
use super::spans::{Span, word};

/// What texts without their beginnings may grow to: so much, and so much for each byte of a page.
const MOST: usize = 8 << 20;
const MOST_PER_BYTE: usize = 64;

/// Finds so many texts that stand behind their lengths, one after the other.
pub(super) fn lengths(bytes: &[u8], count: usize, spans: &mut Vec<Span>) -> Result<(), ParquetError> {
    let (found, mut at) = numbers(bytes, count)?;
    spans.reserve(count);
    for length in found {
        let length = usize::try_from(length).ok().filter(|length| *length <= bytes.len() - at);
        let length = length.ok_or_else(|| general("a page ends inside a text"))?;
        spans.push(Span::new(at, length)?);
        at += length;
    }
    Ok(())
}

/// Puts so many texts together of the beginning of the one before each and what stands there of it.
pub(super) fn prefixed(bytes: &Bytes, count: usize, spans: &mut Vec<Span>) -> Result<Bytes, ParquetError> {
    let (prefixes, at) = numbers(bytes, count)?;
    let rest = bytes.slice(at..);
    lengths(&rest, count, spans)?;
    let mut texts = Vec::with_capacity(2 * rest.len());
    let mut before = 0..0;
    for (prefix, place) in prefixes.into_iter().zip(spans) {
        let prefix = usize::try_from(prefix).ok().filter(|prefix| *prefix <= before.len());
        let prefix = prefix.ok_or_else(|| general("a text begins as one that is shorter"))?;
        let start = texts.len();
        texts.extend_from_within(before.start..before.start + prefix);
        texts.extend_from_slice(&rest[place.range()]);
        before = start..texts.len();
        *place = Span::new(start, before.len())?;
        if texts.len() > MOST + bytes.len().saturating_mul(MOST_PER_BYTE) {
            return Err(general("the texts of a page are longer than it can hold"));
        }
    }
    Ok(texts.into())
}

/// Reads so many numbers, and where they end.
fn numbers(bytes: &[u8], count: usize) -> Result<(Vec<i32>, usize), ParquetError> {
    let mut reader = Reader { bytes, at: 0 };
    let all = reader
        .numbers(count)
        .ok_or_else(|| general("a page's numbers end too early, or are others than it has texts"))?;
    Ok((all, reader.at))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn numbers(&mut self, count: usize) -> Option<Vec<i32>> {
        let (block, parts) = (self.number()?, self.number()?);
        let of_part = usize::try_from(block.checked_div(parts)?).ok()?;
        if self.number()? != count as u64 || of_part == 0 || of_part % 8 != 0 {
            return None;
        }
        let mut number = self.signed()?;
        let mut all = Vec::with_capacity(count);
        all.extend((count > 0).then_some(number));
        while all.len() < count {
            let least = self.signed()?;
            let widths = self.bytes.get(self.at..)?.get(..usize::try_from(parts).ok()?)?;
            self.at += widths.len();
            for width in widths.iter().map(|width| usize::from(*width)) {
                if all.len() == count {
                    break;
                }
                if width > 32 {
                    return None;
                }
                let packed = self.bytes.get(self.at..)?.get(..(of_part / 8).checked_mul(width)?)?;
                self.at += packed.len();
                for place in 0..of_part.min(count - all.len()) {
                    let bit = place * width;
                    let more = word(packed.get(bit / 8..)?) >> (bit % 8) & ((1u64 << width) - 1);
                    number = number.wrapping_add(least).wrapping_add(more as i32);
                    all.push(number);
                }
            }
        }
        Some(all)
    }

    fn signed(&mut self) -> Option<i32> {
        let code = self.number()?;
        Some(((code >> 1) as i64 ^ -((code & 1) as i64)) as i32)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}
