//! Sums over the distinct heads that can be reached: the part of the census that is no tree.
//!
//! A *column* is the head of a segment, with the weight of all that the segment holds. A *row* is a set of columns: those
//! that it includes, and those of the rows that feed it, which are older. Columns are taken [`BLOCK`] at a time, so that
//! a row's part of the set is one cache line; only rows that see a column of the block are touched; blocks are
//! independent and run in parallel. Columns of like weight stand together: then the weights of a block have few bits, and
//! counting the set bits under each bit of the weight adds them up.

use rayon::prelude::*;

/// Columns in a block: the bits of a cache line.
const BLOCK: usize = 512;
/// A set of columns of one block.
pub(super) type Bits = [u64; BLOCK / 64];

/// What a model weighs; sums are taken of it.
pub(super) trait Weight: Copy + Default + Send + Sync {
    /// What speeds up the sums over one block of columns.
    type Block: Send;

    fn add(&mut self, other: &Self);

    fn take(&mut self, other: &Self);

    /// Columns of one class stand together.
    fn class(&self) -> u32;

    fn block(columns: &[Self]) -> Self::Block;

    /// The sum of the columns whose bits are set.
    fn over(block: &Self::Block, columns: &[Self], set: &Bits) -> Self;
}

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

    /// The weights of the columns.
    pub fn columns(&self) -> &[W] {
        &self.columns
    }

    /// Of each row, the sets that it is made of.
    pub fn parts(&self) -> Targets {
        let rows = self.feeds.iter().map(|(part, row)| (*row, 2 * part));
        let columns = self.includes.iter().map(|(part, row)| (*row, 2 * part + 1));
        Targets::of(self.rows as usize, rows.chain(columns), self.feeds.len() + self.includes.len())
    }

    /// The sum of the weights of every set's columns.
    pub fn sums(self) -> Sums<W> {
        let mut order: Vec<u32> = (0..self.columns.len() as u32).collect();
        order.sort_by_key(|column| self.columns[*column as usize].class());
        let mut place = vec![0; order.len()];
        for (at, column) in order.iter().enumerate() {
            place[*column as usize] = at as u32;
        }
        let sorted: Vec<W> = order.iter().map(|column| self.columns[*column as usize]).collect();
        let include = self.includes.iter().map(|(column, row)| (place[*column as usize], *row));
        let includes = Targets::of(sorted.len(), include, self.includes.len());
        let feeds = Targets::of(self.rows as usize, self.feeds.iter().copied(), self.feeds.len());
        let blocks = sorted.len().div_ceil(BLOCK);
        let stripes = rayon::current_num_threads().min(blocks);
        let stripe = |stripe: usize| {
            let mut desk = Desk::new(self.rows as usize);
            let mut sums = vec![W::default(); self.rows as usize];
            for block in (stripe..blocks).step_by(stripes) {
                let from = block * BLOCK;
                let columns = &sorted[from..sorted.len().min(from + BLOCK)];
                desk.block(from, columns, &includes, &feeds, &mut sums);
            }
            sums
        };
        let mut found: Vec<Vec<W>> = (0..stripes).into_par_iter().map(stripe).collect();
        let mut rows = found.pop().unwrap_or_default();
        for other in found {
            rows.iter_mut().zip(&other).for_each(|(sum, more)| sum.add(more));
        }
        Sums { columns: self.columns, rows }
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

/// What one thread writes on: each row's part of the set, and which rows are to be looked at.
struct Desk {
    sets: Vec<Bits>,
    touched: Vec<u64>,
}

impl Desk {
    fn new(rows: usize) -> Desk {
        Desk { sets: vec![[0; BLOCK / 64]; rows], touched: vec![0; rows.div_ceil(64)] }
    }

    /// Adds to `sums` what the rows see of one block of columns.
    fn block<W: Weight>(&mut self, first: usize, columns: &[W], includes: &Targets, feeds: &Targets, sums: &mut [W]) {
        for at in 0..columns.len() {
            for row in includes.of_source((first + at) as u32) {
                self.touched[*row as usize / 64] |= 1 << (row % 64);
                self.sets[*row as usize][at / 64] |= 1 << (at % 64);
            }
        }
        let block = W::block(columns);
        // What is touched on the way is younger: it lies in this word of the map or in a later one.
        for word in 0..self.touched.len() {
            while self.touched[word] != 0 {
                let row = word * 64 + self.touched[word].trailing_zeros() as usize;
                self.touched[word] &= self.touched[word] - 1;
                let set = std::mem::take(&mut self.sets[row]);
                sums[row].add(&W::over(&block, columns, &set));
                for fed in feeds.of_source(row as u32) {
                    self.touched[*fed as usize / 64] |= 1 << (fed % 64);
                    self.sets[*fed as usize].iter_mut().zip(&set).for_each(|(to, bits)| *to |= bits);
                }
            }
        }
    }
}

impl Weight for u32 {
    /// Which columns have which bit in their weight.
    type Block = Vec<Bits>;

    fn add(&mut self, other: &u32) {
        *self += other;
    }

    fn take(&mut self, other: &u32) {
        *self -= other;
    }

    fn class(&self) -> u32 {
        u32::BITS - self.leading_zeros()
    }

    fn block(columns: &[u32]) -> Vec<Bits> {
        let highest = columns.iter().map(Weight::class).max().unwrap_or(0);
        let mut planes = vec![[0; BLOCK / 64]; highest as usize];
        for (at, weight) in columns.iter().enumerate() {
            for (bit, plane) in planes.iter_mut().enumerate() {
                plane[at / 64] |= u64::from(weight >> bit & 1) << (at % 64);
            }
        }
        planes
    }

    fn over(planes: &Vec<Bits>, _: &[u32], set: &Bits) -> u32 {
        let mut sum = 0;
        for (bit, plane) in planes.iter().enumerate() {
            let count: u32 = set.iter().zip(plane).map(|(set, plane)| (set & plane).count_ones()).sum();
            sum += count << bit;
        }
        sum
    }
}

impl<const LANES: usize> Weight for [i64; LANES]
where
    [i64; LANES]: Default,
{
    type Block = ();

    fn add(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(to, what)| *to += what);
    }

    fn take(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(to, what)| *to -= what);
    }

    fn class(&self) -> u32 {
        0
    }

    fn block(_: &[Self]) {}

    fn over((): &(), columns: &[Self], set: &Bits) -> Self {
        let mut sum = Self::default();
        for (word, bits) in set.iter().enumerate() {
            let mut left = *bits;
            while left != 0 {
                sum.add(&columns[word * 64 + left.trailing_zeros() as usize]);
                left &= left - 1;
            }
        }
        sum
    }
}
