//! Sums over the distinct heads that can be reached: the part of the census that is no tree.
//!
//! A *column* is the head of a segment, with the weight of all that the segment holds. A *union* is a set of columns:
//! those that it includes, and those of the unions that feed it, which are older.
//!
//! Two ways lead to the sums. Sets as bits, so many columns at a time (`blocks`), are quick on a hub, and take the square of
//! the time where most unions see most columns, as on a ladder of diamonds. There the sets are runs of columns that stand
//! together (`runs`), and few. So some blocks are taken first; if all of them would take long, runs are tried, as long as
//! these take no longer.

use super::blocks::{Blocks, Found, Weight};
use super::numbers::{Column, Made, Set};
use super::runs::Runs;
use super::targets::Targets;

/// A `Closure` is sets of columns, and which of them are made of which.
#[derive(Default)]
pub(super) struct Closure<W> {
    columns: Vec<W>,
    /// So many unions were made.
    unions: u32,
    /// Column and the union that includes it.
    includes: Vec<(Column, u32)>,
    /// Union and the younger union that it feeds.
    feeds: Vec<(u32, u32)>,
}

impl<W: Weight> Closure<W> {
    /// Adds a column.
    pub fn column(&mut self, weight: W) -> Column {
        self.columns.push(weight);
        Column(self.columns.len() as u32 - 1)
    }

    /// Makes the union of some sets.
    pub fn join(&mut self, sets: &mut Vec<Set>) -> Set {
        sets.sort_unstable();
        sets.dedup();
        sets.pop_if(|last| *last == Set::EMPTY);
        match sets[..] {
            [] => Set::EMPTY,
            [one] => one,
            _ => {
                for set in sets.iter() {
                    match set.made() {
                        Made::Empty => (),
                        Made::Column(column) => self.includes.push((column, self.unions)),
                        Made::Union(part) => self.feeds.push((part, self.unions)),
                    }
                }
                self.unions += 1;
                Set::union(self.unions - 1)
            }
        }
    }

    /// Of each union, the sets that it is made of: unions, then columns.
    fn parts(&self) -> Targets<Set> {
        let unions = self.feeds.iter().map(|(part, union)| (*union, Set::union(*part)));
        let columns = self.includes.iter().map(|(part, union)| (*union, Set::from(*part)));
        Targets::from_pairs(self.unions as usize, unions.chain(columns), self.feeds.len() + self.includes.len())
    }

    /// Finds out how the sums are had, and of each pair of a set and a column whether the set holds it.
    pub fn prepare(self, asks: Vec<(Set, Column)>) -> Prepared<W> {
        /// So many touches of a union by a block are quick.
        const FEW: usize = 1 << 22;
        /// How many blocks are tried.
        const SAMPLE: usize = 8;
        /// So many runs are put together in the time of one touch, and so many at most: in some seconds.
        const RUNS: usize = 4;
        const MOST: usize = 1 << 28;
        let Closure { columns, unions, includes, feeds } = &self;
        let blocks = Blocks::lay_out(columns, *unions as usize, includes, feeds, asks);
        let is_tried = |number: &usize| number.is_multiple_of(blocks.len().div_ceil(SAMPLE));
        let is_quick = blocks.len().saturating_mul(*unions as usize) <= FEW;
        let (tried, left): (Vec<usize>, Vec<usize>) =
            (0..blocks.len()).partition(|number| is_quick || is_tried(number));
        let found = blocks.sum(&tried);
        let touches = found.touches / tried.len().max(1) * left.len();
        let try_runs = || Runs::put_together(columns.len(), &self.parts(), touches.saturating_mul(RUNS).min(MOST));
        let runs = (touches > FEW).then(try_runs).flatten();
        debug_assert!(!is_quick || self.agrees(&blocks, &found, FEW));
        let touches = if runs.is_some() || touches <= FEW { 0 } else { touches };
        Prepared { columns: self.columns, blocks, found, left, touches, runs }
    }

    /// Whether runs, if they are not too many, give what all blocks gave.
    fn agrees(&self, blocks: &Blocks<W>, found: &Found<W>, most: usize) -> bool {
        Runs::put_together(self.columns.len(), &self.parts(), most).is_none_or(|runs| {
            let holds: Vec<bool> = blocks.asks().iter().map(|(set, column)| runs.holds(*set, *column)).collect();
            runs.sums(&self.columns) == found.sums && holds == found.holds(blocks.asks())
        })
    }
}

/// Counting all would take longer than somebody is willing to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "counting would take about {seconds} s: these models merge so that most of them see most others, and nothing shorter \
     counts each once"
)]
pub struct TooLong {
    /// It would take about so many seconds.
    pub seconds: u64,
}

/// A `Prepared` is the sums, but for the work that takes long.
pub(super) struct Prepared<W> {
    columns: Vec<W>,
    blocks: Blocks<W>,
    /// What the blocks that were tried gave.
    found: Found<W>,
    left: Vec<usize>,
    /// How many touches the blocks take that are left, if many.
    touches: usize,
    runs: Option<Runs>,
}

impl<W: Weight> Prepared<W> {
    /// Gives itself, if it takes no longer than so many seconds.
    pub fn within(self, wait: Option<u64>) -> Result<Prepared<W>, TooLong> {
        let seconds = (self.touches as u64).div_ceil(W::SECOND);
        if wait.is_some_and(|wait| seconds > wait) { Err(TooLong { seconds }) } else { Ok(self) }
    }

    /// Gives the sums, and whether each asked set holds its column.
    pub fn finish(mut self) -> (Sums<W>, Vec<bool>) {
        let asks = self.blocks.asks();
        if let Some(runs) = self.runs {
            let unions = runs.sums(&self.columns);
            let holds = asks.iter().map(|(set, column)| runs.holds(*set, *column)).collect();
            return (Sums { columns: self.columns, unions }, holds);
        }
        if !self.left.is_empty() {
            self.found.add(self.blocks.sum(&self.left));
        }
        let holds = self.found.holds(asks);
        (Sums { columns: self.columns, unions: self.found.sums }, holds)
    }
}

/// A `Sums` is the sums of all sets.
pub(super) struct Sums<W> {
    columns: Vec<W>,
    unions: Vec<W>,
}

impl<W: Weight> Sums<W> {
    pub fn of_set(&self, set: Set) -> W {
        match set.made() {
            Made::Empty => W::default(),
            Made::Column(column) => self.columns[column.index()],
            Made::Union(union) => self.unions[union as usize],
        }
    }
}
