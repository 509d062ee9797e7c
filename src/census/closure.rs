//! Sums over the distinct heads that can be reached: the part of the census that is no tree.
//!
//! A *column* is the head of a segment, with the weight of all that the segment holds. A *row* is a set of columns: those
//! that it includes, and those of the rows that feed it, which are older.
//!
//! Two ways lead to the sums. Sets as bits, so many columns at a time (`blocks`), are quick on a hub, and take the square of
//! the time where most rows see most columns, as on a ladder of diamonds. There the sets are runs of columns that stand
//! together (`runs`), and few. So some blocks are taken first; if all of them would take long, runs are tried, as long as
//! these take no longer.

use super::blocks::{Blocks, Weight};
use super::runs::Runs;

/// No set.
pub(super) const NONE: u32 = u32::MAX;

/// Sets of columns, and which of them are made of which. A set is named by a number: `2 * row`, or `2 * column + 1` for
/// the set of one column, which needs no row.
#[derive(Default)]
pub(super) struct Closure<W> {
    columns: Vec<W>,
    rows: u32,
    /// Column and the row that includes it.
    includes: Vec<(u32, u32)>,
    /// Row and the younger row that it feeds.
    feeds: Vec<(u32, u32)>,
}

impl<W: Weight> Closure<W> {
    /// The set of a new column.
    pub fn column(&mut self, weight: W) -> u32 {
        self.columns.push(weight);
        2 * (self.columns.len() as u32 - 1) + 1
    }

    /// The union of some sets; [`NONE`] of none.
    pub fn join(&mut self, sets: &mut Vec<u32>) -> u32 {
        sets.sort_unstable();
        sets.dedup();
        match sets[..] {
            [] => NONE,
            [one] => one,
            _ => {
                for set in sets.iter() {
                    let part = if set % 2 == 1 { &mut self.includes } else { &mut self.feeds };
                    part.push((set / 2, self.rows));
                }
                self.rows += 1;
                2 * (self.rows - 1)
            }
        }
    }

    /// Of each row, the sets that it is made of: rows, then columns.
    fn parts(&self) -> Targets {
        let rows = self.feeds.iter().map(|(part, row)| (*row, 2 * part));
        let columns = self.includes.iter().map(|(part, row)| (*row, 2 * part + 1));
        Targets::of(self.rows as usize, rows.chain(columns), self.feeds.len() + self.includes.len())
    }

    /// The sum of the weights of every set's columns.
    pub fn sums(self) -> Sums<W> {
        self.answers(&[]).0
    }

    /// The sums, and of each pair of a set and a column whether the set holds it.
    pub fn answers(self, asks: &[(u32, u32)]) -> (Sums<W>, Vec<bool>) {
        /// So many touches of a row by a block are quick.
        const FEW: usize = 1 << 22;
        /// How many blocks are tried.
        const SAMPLE: usize = 8;
        /// So many runs are put together in the time of one touch.
        const RUNS: usize = 4;
        let Closure { columns, rows, includes, feeds } = &self;
        let blocks = Blocks::of(columns, *rows as usize, includes, feeds, asks);
        let is_tried = |number: &usize| number % blocks.len().div_ceil(SAMPLE) == 0;
        let is_quick = blocks.len().saturating_mul(*rows as usize) <= FEW;
        let (tried, left): (Vec<usize>, Vec<usize>) =
            (0..blocks.len()).partition(|number| is_quick || is_tried(number));
        let mut found = blocks.take(&tried);
        if !left.is_empty() {
            let touches = found.touches / tried.len() * blocks.len();
            let runs = (touches > FEW).then(|| Runs::of(columns.len(), &self.parts(), touches.saturating_mul(RUNS)));
            if let Some(runs) = runs.flatten() {
                let rows = runs.sums(columns);
                let holds = asks.iter().map(|(set, column)| runs.holds(*set, *column)).collect();
                return (Sums { columns: self.columns, rows }, holds);
            }
            found.add(blocks.take(&left));
        }
        let mut holds: Vec<bool> = asks.iter().map(|(set, column)| *set == 2 * column + 1).collect();
        found.held.iter().for_each(|ask| holds[*ask as usize] = true);
        debug_assert!(Runs::of(columns.len(), &self.parts(), FEW).is_none_or(|runs| {
            let is_held = |((set, column), holds): (&(u32, u32), &bool)| runs.holds(*set, *column) == *holds;
            runs.sums(columns) == found.sums && asks.iter().zip(&holds).all(is_held)
        }));
        let rows = found.sums;
        (Sums { columns: self.columns, rows }, holds)
    }
}

/// The sums of all sets.
pub(super) struct Sums<W> {
    columns: Vec<W>,
    rows: Vec<W>,
}

impl<W: Weight> Sums<W> {
    pub fn of(&self, set: u32) -> W {
        match set {
            NONE => W::default(),
            column if column % 2 == 1 => self.columns[column as usize / 2],
            row => self.rows[row as usize / 2],
        }
    }
}

/// Pairs of numbers, as the targets of each source.
pub(super) struct Targets {
    offsets: Vec<u32>,
    targets: Vec<u32>,
}

impl Targets {
    pub fn of(sources: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone, count: usize) -> Targets {
        let mut offsets = vec![0u32; sources + 2];
        for (source, _) in pairs.clone() {
            offsets[source as usize + 2] += 1;
        }
        for at in 2..offsets.len() {
            offsets[at] += offsets[at - 1];
        }
        let mut targets = vec![0; count];
        for (source, target) in pairs {
            let at = &mut offsets[source as usize + 1];
            targets[*at as usize] = target;
            *at += 1;
        }
        offsets.pop();
        Targets { offsets, targets }
    }

    /// How many sources there are.
    pub fn sources(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    pub fn targets(&self) -> &[u32] {
        &self.targets
    }

    pub fn of_source(&self, source: u32) -> &[u32] {
        &self.targets[self.offsets[source as usize] as usize..self.offsets[source as usize + 1] as usize]
    }
}
