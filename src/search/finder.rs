use std::ops::Range;
use std::sync::OnceLock;

use super::blocks::Blocks;
use super::candidates::{Broken, Candidates};
use super::index::Index;
use super::order::Order;
use super::page::Page;
use super::words::Words;
use crate::lineage::RowSet;
use crate::model::side_by_side;
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

/// What stands in some blocks.
struct Looked {
    /// These rows match, in order.
    rows: Vec<Row>,
    /// From this block on nothing was looked through.
    next: u32,
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
    /// needed, many of them side by side. What is said does not depend on the time that it takes, nor on how many processors there are.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a list of the index that the snapshot keeps is none.
    pub fn find(&self, words: &Words, exact: Option<Row>, most: Option<usize>) -> Result<Found, Error> {
        /// So many blocks are looked through in a millisecond.
        const ENOUGH: usize = 1024;
        /// So many blocks are one piece of work, and so many pieces are done before it is asked whether that is enough.
        const PIECE: u32 = 512;
        const PIECES: u32 = 32;
        let mut rows: Vec<Row> = exact.into_iter().collect();
        let mut matches = rows.len() as u64;
        let mut words = words.clone();
        if words.is_empty() {
            return Ok(Found { rows, matches: Matches::All(matches) });
        }
        let all = self.blocks.len();
        let candidates = Candidates::of(&mut words, &self.index, all).map_err(|reason| self.broken(reason))?;
        let most = most.unwrap_or(usize::MAX);
        let look = |blocks: Range<u32>, enough: usize| self.look(candidates.clone(), &words, exact, blocks, enough);
        let mut next = 0;
        while next < all && (next == 0 || rows.len() < most) {
            let looked = match next {
                0 => vec![look(0..all, ENOUGH)],
                _ => side_by_side(PIECES as usize, |at| {
                    let from = all.min(next + at as u32 * PIECE);
                    look(from..all.min(from + PIECE), usize::MAX)
                }),
            };
            for looked in looked {
                let looked = looked?;
                matches += looked.rows.len() as u64;
                let room = most.saturating_sub(rows.len());
                rows.extend(looked.rows.into_iter().take(room));
                next = looked.next;
            }
        }
        rows.truncate(most);
        Ok(Found { rows, matches: if next < all { Matches::AtLeast(matches) } else { Matches::All(matches) } })
    }

    /// Looks through some blocks, or through as many of them as are enough.
    fn look(
        &self,
        mut candidates: Candidates<'_>,
        words: &Words,
        exact: Option<Row>,
        blocks: Range<u32>,
        enough: usize,
    ) -> Result<Looked, Error> {
        let (mut page, mut rows, mut looked, mut next) = (Page::default(), Vec::new(), 0, blocks.start);
        let mut candidate = |from| candidates.next(from).map_err(|reason| self.broken(reason));
        while let Some((block, places)) = candidate(next)?.filter(|(block, _)| *block < blocks.end) {
            if looked >= enough {
                return Ok(Looked { rows, next: block });
            }
            page.search(self.blocks.stretches(block, places), words, &self.snapshot, |row| {
                let is_later = self.blocks.is_in_row(block) && self.is_elsewhere(row);
                if !is_later && exact != Some(row) {
                    rows.push(row);
                }
            });
            (looked, next) = (looked + 1, block + 1);
        }
        Ok(Looked { rows, next: blocks.end })
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
        while let Some((block, places)) = candidates.next(from).map_err(broken)? {
            page.search(self.blocks.stretches(block, places), &words, &self.snapshot, |row| rows.push(row));
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
