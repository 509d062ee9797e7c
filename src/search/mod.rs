//! Finding models by words of their ids, those with most descendants first.
//!
//! The ids are looked through where they lie, in the snapshot's own column, a block of them at a time. Which blocks can hold a word is
//! read off an index: for every three bytes in a row, the blocks in which they stand. A copy of all ids in lower case would take three
//! times the room, and a word that nobody has would be sought in all of it.

mod blocks;
mod candidates;
mod finder;
mod grams;
mod index;
mod making;
mod order;
mod page;
mod words;

pub use finder::{Finder, Found, Matches};
pub use words::Words;

use crate::snapshot::{Row, Snapshot};
use index::Index;
use order::Order;

/// Computes what a search reads and keeps it in the snapshot: the models that others descend from, those with most descendants first,
/// as they are given, and the index.
pub fn keep(snapshot: &mut Snapshot, best: Vec<Row>) {
    let order = Order::of(best);
    let index = Index::make(snapshot, &order);
    order.to_keep().into_iter().chain(index.to_keep()).for_each(|(name, array)| snapshot.keep(name, array));
}
