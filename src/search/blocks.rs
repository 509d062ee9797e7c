use std::ops::Range;

use super::order::Order;
use crate::snapshot::Row;

/// So many ids are looked through together, since of what is in most blocks a bit for each id says in which of them it is. Fewer make the
/// index larger, more of them hold frequent words nearly always.
pub(super) const MANY: usize = u32::BITS as usize;

/// The `Blocks` are all ids in the order of a search, cut into blocks: first those of [`Order`], then those of all rows, among which the
/// former are passed over.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    order: Order,
    /// How many blocks the former take.
    first: u32,
    rows: usize,
}

/// Some rows of a block.
#[derive(Clone)]
pub(super) enum Stretch<'b> {
    /// They are models that others descend from.
    Ordered(&'b [Row]),
    /// They follow each other, and some of them stand in earlier blocks.
    InRow(Range<Row>),
}

impl Blocks {
    pub fn new(order: &Order, rows: usize) -> Blocks {
        Blocks { order: order.clone(), first: order.0.len().div_ceil(MANY) as u32, rows }
    }

    /// The rows that stand in the first blocks, in their order.
    pub fn ordered(&self) -> &[Row] {
        &self.order.0
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.first + self.rows.div_ceil(MANY) as u32
    }

    /// Whether a block is of rows that follow each other, of which some stand in earlier blocks.
    pub fn is_in_row(&self, block: u32) -> bool {
        block >= self.first
    }

    /// Some ids of a block, in order: those of which a bit is set. Ids that follow each other are one stretch.
    pub fn stretches(&self, block: u32, places: u32) -> impl Iterator<Item = Stretch<'_>> + Clone {
        let mut left = u64::from(places);
        std::iter::from_fn(move || {
            let from = left.trailing_zeros();
            let to = from + (left.checked_shr(from)?).trailing_ones();
            left &= u64::MAX << to;
            Some(self.stretch(block, from as usize..to as usize))
        })
    }

    fn stretch(&self, block: u32, places: Range<usize>) -> Stretch<'_> {
        let cut = |at: u32, all: usize| {
            let from = at as usize * MANY;
            (from + places.start).min(all)..(from + places.end).min(all)
        };
        match block.checked_sub(self.first) {
            None => Stretch::Ordered(&self.order.0[cut(block, self.order.0.len())]),
            Some(at) => {
                let rows = cut(at, self.rows);
                Stretch::InRow(rows.start as Row..rows.end as Row)
            }
        }
    }

    /// Each row of a block.
    pub fn rows(&self, block: u32) -> impl Iterator<Item = Row> {
        self.stretches(block, u32::MAX).flat_map(Stretch::rows)
    }
}

impl Stretch<'_> {
    /// Each row.
    pub fn rows(self) -> impl Iterator<Item = Row> {
        let (ordered, others) = match self {
            Stretch::Ordered(rows) => (rows, 0..0),
            Stretch::InRow(rows) => (&[][..], rows),
        };
        ordered.iter().copied().chain(others)
    }
}
