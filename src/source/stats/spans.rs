use parquet::errors::ParquetError;

use super::fault::general;
use crate::source::pages::MAX_ROW;

/// Where a text begins, and its length.
pub(super) type Span = (u32, u32);

/// The text at a place.
pub(super) fn text(bytes: &[u8], (start, length): Span) -> &[u8] {
    &bytes[start as usize..][..length as usize]
}

/// The place of a text, which is no longer than a row of JSON may be.
pub(super) fn span(start: usize, length: usize) -> Result<Span, ParquetError> {
    if length > MAX_ROW {
        return Err(general("a text of more than 16 MiB"));
    }
    u32::try_from(start).map(|start| (start, length as u32)).map_err(|_| general("more than 4 GiB of texts"))
}

/// The first eight bytes as a number, nought where there are fewer.
pub(super) fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(whole) => u64::from_le_bytes(*whole),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}
