use std::sync::OnceLock;

use super::blocks::Blocks;
use super::candidates::{Broken, Candidates};
use super::index::Index;
use super::order::Order;
use super::page::Page;
use super::words::Words;
use crate::lineage::RowSet;
use crate::snapshot::{Error, Row, Snapshot};

/// A `Finder` finds models by words of their ids. It holds the snapshot, the order of the models, and the index; any number of threads
/// may ask it at once.
#[derive(Debug)]
pub struct Finder {
    snapshot: Snapshot,
    blocks: Blocks,
    /// The rows that stand in the first blocks.
    ordered: OnceLock<RowSet>,
    index: Index,
}

/// A `Found` is the first models that were found, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// These are the models: one whose whole id was typed, then those with most descendants first, and among equals in order of their
    /// ids. Unlisted parents are among them; names that models have no more are not.
    pub rows: Vec<Row>,
    /// This says how many match in all.
    pub matches: Matches,
}

/// A `Matches` says how many models match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matches {
    /// All ids that can match were looked through, and so many do.
    All(u64),
    /// So many were met before there were enough; others may match.
    AtLeast(u64),
}

impl Finder {
    /// Takes the order and the index that a snapshot keeps, if it keeps them.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are not as they were written.
    pub fn kept(snapshot: &Snapshot) -> Result<Option<Finder>, Error> {
        let kept = Order::kept(snapshot)?.zip(Index::kept(snapshot)?);
        Ok(kept.map(|(order, index)| Finder::of(snapshot, &order, index)))
    }

    /// Does the same, and makes the index of a snapshot that keeps none. `best` gives the models that others descend from, those with
    /// most descendants first.
    ///
    /// # Errors
    /// [`Error::Damaged`] if what is kept is not as it was written, and those of `best`.
    pub fn new<E: From<Error>>(snapshot: &Snapshot, best: impl FnOnce() -> Result<Vec<Row>, E>) -> Result<Finder, E> {
        if let Some(kept) = Finder::kept(snapshot)? {
            return Ok(kept);
        }
        let order = Order::of(best()?);
        let index = Index::make(snapshot, &order);
        Ok(Finder::of(snapshot, &order, index))
    }

    fn of(snapshot: &Snapshot, order: &Order, index: Index) -> Finder {
        let blocks = Blocks::new(order, snapshot.len());
        Finder { snapshot: snapshot.clone(), blocks, ordered: OnceLock::new(), index }
    }

    /// Finds the first so many models whose ids have all words, or all of them without a number. `exact` is a model whose whole id was
    /// typed: it comes first. Without a word nothing is found.
    ///
    /// Where a thousand blocks at most can hold the words they are all looked through, and the matches counted; else no more than are
    /// needed. What is said does not depend on the time that it takes.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a list of the index that the snapshot keeps is none.
    pub fn find(&self, words: &Words, exact: Option<Row>, most: Option<usize>) -> Result<Found, Error> {
        /// So many blocks are looked through in a millisecond.
        const ENOUGH: usize = 1024;
        let mut rows: Vec<Row> = exact.into_iter().collect();
        let mut matches = rows.len() as u64;
        let mut words = words.clone();
        if words.is_empty() {
            return Ok(Found { rows, matches: Matches::All(matches) });
        }
        let broken = |reason| self.broken(reason);
        let mut candidates = Candidates::of(&mut words, &self.index, self.blocks.len()).map_err(broken)?;
        let most = most.unwrap_or(usize::MAX);
        let (mut page, mut looked, mut from) = (Page::default(), 0, 0);
        while let Some((block, pieces)) = candidates.next(from).map_err(broken)? {
            if rows.len() >= most && looked >= ENOUGH {
                rows.truncate(most);
                return Ok(Found { rows, matches: Matches::AtLeast(matches) });
            }
            let stretches = self.blocks.stretches(block, pieces);
            page.search(stretches, &words, &self.snapshot, |row| {
                let is_later = self.blocks.is_in_row(block) && self.is_elsewhere(row);
                if !is_later && exact != Some(row) {
                    matches += 1;
                    if rows.len() < most {
                        rows.push(row);
                    }
                }
            });
            (looked, from) = (looked + 1, block + 1);
        }
        rows.truncate(most);
        Ok(Found { rows, matches: Matches::All(matches) })
    }

    /// Gives every row whose id has all words, in order: names that models have no more are among them.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a list of the index that the snapshot keeps is none.
    pub(crate) fn rows(&self, words: &Words) -> Result<Vec<Row>, Error> {
        let (mut words, mut rows) = (words.clone(), Vec::new());
        let broken = |reason| self.broken(reason);
        let mut candidates = Candidates::of(&mut words, &self.index, self.blocks.len()).map_err(broken)?;
        let (mut page, mut from) = (Page::default(), 0);
        while let Some((block, pieces)) = candidates.next(from).map_err(broken)? {
            page.search(self.blocks.stretches(block, pieces), &words, &self.snapshot, |row| rows.push(row));
            from = block + 1;
        }
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    fn broken(&self, reason: Broken) -> Error {
        self.snapshot.damaged(format!("the kept arrays of searches: a list of blocks has {reason}"))
    }

    /// Whether a row is found among those that others descend from, or is a mere name of one that is called otherwise today.
    fn is_elsewhere(&self, row: Row) -> bool {
        let ordered = self.ordered.get_or_init(|| RowSet::from_rows(self.snapshot.len(), self.blocks.ordered()));
        ordered.holds(row) || (!self.snapshot.is_listed(row) && self.snapshot.alias_of(row).is_some())
    }
}
