use std::ops::Range;

use arrow_ipc::reader::read_footer_length;
use arrow_ipc::{Block, root_as_message};

use super::part::Place;

/// Where the arrays lie that are kept beside the records, between the last batch and the footer.
pub(super) const KEPT_KEY: &str = "modelkin.kept";
/// The checksums of the arrays of the records, in their order; sixteen hex digits each.
pub(super) const SUMS_KEY: &str = "modelkin.sums";
/// The checksum of all other bytes, its own digits left out.
pub(super) const SEAL_KEY: &str = "modelkin.seal";
pub(super) const UNSEALED: &str = "0000000000000000";
/// `ARROW1` at the end, after the footer's length in four bytes.
const TRAILER: usize = 10;

pub(super) fn footer_of(bytes: &[u8]) -> Result<&[u8], String> {
    let cut = || "its end is missing".to_owned();
    let footer_end = bytes.len().checked_sub(TRAILER).ok_or_else(cut)?;
    let trailer: [u8; TRAILER] = bytes[footer_end..].try_into().map_err(|_| cut())?;
    let length = read_footer_length(trailer).map_err(|_| cut())?;
    let start = footer_end.checked_sub(length).ok_or_else(cut)?;
    Ok(&bytes[start..footer_end])
}

pub(super) fn metadata<'f>(footer: &arrow_ipc::Footer<'f>, key: &str) -> Option<&'f str> {
    footer.custom_metadata().and_then(|pairs| pairs.iter().find(|pair| pair.key() == Some(key))?.value())
}

/// An array beside the records in the file: name, width of a number, place, bytes, checksum.
type WireKept = (String, usize, usize, usize, String);

/// Where everything lies in a file.
pub(super) struct Frame {
    pub rows: usize,
    pub words: Vec<Place>,
    pub arrays: Vec<Place>,
    pub kept: Vec<(String, usize, Place)>,
}

impl Frame {
    pub fn read(bytes: &[u8], footer: &arrow_ipc::Footer<'_>) -> Result<Frame, String> {
        let sums = metadata(footer, SUMS_KEY).unwrap_or_default();
        let sums = (0..sums.len() / 16).map(|at| sums.get(16 * at..16 * at + 16));
        let mut sums = sums.map(|digits| u64::from_str_radix(digits?, 16).ok());
        let mut summed = |ranges: Vec<Range<usize>>| -> Result<Vec<Place>, String> {
            let place = |range| Ok((range, sums.next().flatten().ok_or("a checksum is missing")?));
            ranges.into_iter().map(place).collect()
        };
        let mut words = Vec::new();
        for block in footer.dictionaries().iter().flatten() {
            words.append(&mut buffers(bytes, block)?.1);
        }
        let batches = footer.recordBatches().filter(|batches| batches.len() == 1);
        let (rows, arrays) = buffers(bytes, batches.ok_or("it has not one batch of rows")?.get(0))?;
        let (words, arrays) = (summed(words)?, summed(arrays)?);
        let kept: Vec<WireKept> = metadata(footer, KEPT_KEY)
            .and_then(|json| serde_json::from_str(json).ok())
            .ok_or("the list of what it keeps cannot be read")?;
        let kept = kept.into_iter().map(|(name, width, at, length, sum)| {
            let end = at.checked_add(length).filter(|end| *end <= bytes.len())?;
            Some((name, width, (at..end, u64::from_str_radix(&sum, 16).ok()?)))
        });
        let kept = kept.collect::<Option<_>>().ok_or("what it keeps lies outside the file")?;
        Ok(Frame { rows, words, arrays, kept })
    }

    pub fn places(&self) -> impl Iterator<Item = &Place> {
        self.words.iter().chain(&self.arrays).chain(self.kept.iter().map(|(.., place)| place))
    }
}

/// What is said of a block whose place cannot be.
pub(super) fn outside() -> String {
    "a block lies outside the file".to_owned()
}

/// The rows of a block, and where its arrays lie in the file.
fn buffers(bytes: &[u8], block: &Block) -> Result<(usize, Vec<Range<usize>>), String> {
    let wrong = outside;
    let number = |number: i64| usize::try_from(number).map_err(|_| wrong());
    let start = number(block.offset())?;
    let body = start.checked_add(number(block.metaDataLength().into())?).ok_or_else(wrong)?;
    let message = bytes.get(start..body).ok_or_else(wrong)?;
    // Before the message stand a mark and its length.
    let message = message.get(8..).ok_or_else(wrong)?;
    let message = root_as_message(message).map_err(|error| format!("a block cannot be read ({error})"))?;
    let batch = match message.header_as_dictionary_batch() {
        Some(dictionary) => dictionary.data(),
        None => message.header_as_record_batch(),
    };
    let batch = batch.ok_or("a block is no batch")?;
    let mut ranges = Vec::new();
    for buffer in batch.buffers().iter().flatten() {
        let from = body.checked_add(number(buffer.offset())?).ok_or_else(wrong)?;
        let to = from.checked_add(number(buffer.length())?).filter(|to| *to <= bytes.len()).ok_or_else(wrong)?;
        ranges.push(from..to);
    }
    Ok((number(batch.length())?, ranges))
}
