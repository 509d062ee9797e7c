use super::batch::Batch;
use crate::model::Alias;

/// A `Held` is a batch, and what its numbers are among those of all batches.
#[derive(Debug)]
pub(super) struct Held {
    pub batch: Batch,
    pub words: Vec<u32>,
    pub parents: Vec<u32>,
    /// This is the number of the source that its rows are of.
    pub source: usize,
    /// This says whether its dates come from a snapshot that has a date itself.
    pub is_dated: bool,
    /// This says whether it comes from an older snapshot: a record replaces its rows, and is not joined with them.
    pub is_stale: bool,
}

/// A `Place` is a row of a batch, or a parent's name, which stands behind all rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub batch: u32,
    pub row: u32,
}

/// Stands for a batch where a place is the number of a parent.
pub(super) const PARENTS: u32 = u32::MAX;

/// What is told of names between records.
#[derive(Debug)]
pub(super) enum Told {
    Alias(String, String),
    Table(Vec<Alias>),
}
