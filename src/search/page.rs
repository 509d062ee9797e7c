use super::blocks::Block;
use super::words::Words;
use crate::snapshot::{Row, Snapshot};

/// A `Page` is the ids of a block, in lower case, one after the other.
#[derive(Default)]
pub(super) struct Page {
    text: Vec<u8>,
}

impl Page {
    /// Tells each row of a block whose id has all words, in order.
    pub fn search(&mut self, block: &Block<'_>, words: &Words, snapshot: &Snapshot, mut tell: impl FnMut(Row)) {
        let Some(first) = words.first() else { return };
        self.text.clear();
        match block {
            // As one piece, which takes a third of the time.
            Block::InRow(rows) => self.text.extend_from_slice(snapshot.ids_bytes(rows.clone())),
            Block::Ordered(rows) => rows.iter().for_each(|row| self.text.extend_from_slice(snapshot.id_bytes(*row))),
        }
        self.text.make_ascii_lowercase();
        let (mut rows, mut id, mut from) = (block.clone().rows(), None, 0);
        while let Some(at) = first.find(&self.text[from..]).map(|at| from + at) {
            // The id in which it begins. Of most blocks none is asked for.
            while id.as_ref().is_none_or(|(_, range): &(Row, std::ops::Range<usize>)| range.end <= at) {
                let start = id.map_or(0, |(_, range)| range.end);
                let Some(row) = rows.next() else { return };
                id = Some((row, start..start + snapshot.id_bytes(row).len()));
            }
            let Some((row, range)) = &id else { return };
            if at + first.needle().len() > range.end {
                // It goes on in the next id, and stands in neither.
                from = at + 1;
                continue;
            }
            if words.others_are_in(&self.text[range.clone()]) {
                tell(*row);
            }
            from = range.end;
        }
    }
}
