use std::ops::Range;

use super::order::Order;
use crate::snapshot::Row;

/// So many ids are looked through together. Fewer make the index larger, more of them hold frequent words nearly always.
const MANY: usize = 32;

/// The `Blocks` are all ids in the order of a search, cut into pieces: first those of [`Order`], then those of all rows, among which the
/// former are passed over.
#[derive(Debug, Clone)]
pub(super) struct Blocks {
    order: Order,
    /// How many blocks the former take.
    first: u32,
    rows: usize,
}

/// The rows of a block.
#[derive(Clone)]
pub(super) enum Block<'b> {
    /// They are models that others descend from.
    Ordered(&'b [Row]),
    /// They follow each other, and some of them stand in earlier blocks.
    InRow(Range<Row>),
}

impl Blocks {
    pub fn new(order: &Order, rows: usize) -> Blocks {
        Blocks { order: order.clone(), first: order.0.len().div_ceil(MANY) as u32, rows }
    }

    /// How many there are.
    pub fn len(&self) -> u32 {
        self.first + self.rows.div_ceil(MANY) as u32
    }

    /// The rows of a block.
    pub fn at(&self, block: u32) -> Block<'_> {
        let cut = |at: u32, all: usize| {
            let from = (at as usize * MANY).min(all);
            from..(from + MANY).min(all)
        };
        match block.checked_sub(self.first) {
            None => Block::Ordered(&self.order.0[cut(block, self.order.0.len())]),
            Some(at) => {
                let rows = cut(at, self.rows);
                Block::InRow(rows.start as Row..rows.end as Row)
            }
        }
    }
}

impl Block<'_> {
    /// Each row.
    pub fn rows(self) -> impl Iterator<Item = Row> {
        let (ordered, others) = match self {
            Block::Ordered(rows) => (rows, 0..0),
            Block::InRow(rows) => (&[][..], rows),
        };
        ordered.iter().copied().chain(others)
    }
}
