use super::blocks::Stretch;
use super::words::Words;
use crate::snapshot::{Row, Snapshot};

/// A `Page` is ids of a block, in lower case, one after the other.
#[derive(Default)]
pub(super) struct Page {
    text: Vec<u8>,
}

impl Page {
    /// Tells each row whose id has all words, in order.
    pub fn search<'b>(
        &mut self,
        stretches: impl Iterator<Item = Stretch<'b>> + Clone,
        words: &Words,
        snapshot: &Snapshot,
        mut tell: impl FnMut(Row),
    ) {
        let Some(first) = words.first() else { return };
        self.text.clear();
        for stretch in stretches.clone() {
            match stretch {
                // As one piece, which takes a third of the time.
                Stretch::InRow(rows) => self.text.extend_from_slice(snapshot.ids_bytes(rows)),
                Stretch::Ordered(rows) => {
                    rows.iter().for_each(|row| self.text.extend_from_slice(snapshot.id_bytes(*row)));
                }
            }
        }
        self.text.make_ascii_lowercase();
        let (mut rows, mut id, mut from) = (stretches.flat_map(Stretch::rows), None, 0);
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
