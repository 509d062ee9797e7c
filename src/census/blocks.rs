//! Sets as bits, and their sums.
//!
//! Columns are taken [`BLOCK`] at a time, so that a union's part of the set is one cache line; only unions that see a
//! column of the block are touched; blocks are independent and run in parallel. Columns of like weight stand together: then the
//! weights of a block have few bits, and counting the set bits under each bit of the weight adds them up.

use rayon::prelude::*;

use super::numbers::{Column, Made, Set};
use super::targets::Targets;

/// Columns in a block: the bits of a cache line.
pub(super) const BLOCK: usize = 512;
/// A set of columns of one block.
pub(super) type Bits = [u64; BLOCK / 64];

/// What a model weighs; sums are taken of it.
pub(super) trait Weight: Copy + Default + PartialEq + Send + Sync {
    /// What speeds up the sums over one block of columns.
    type Block: Send;

    /// So many touches of a union by a block take a second, or less.
    const SECOND: u64;

    fn add(&mut self, other: &Self);

    fn subtract(&mut self, other: &Self);

    /// Columns of one class stand together.
    fn class(&self) -> u32;

    fn block(columns: &[Self]) -> Self::Block;

    /// The sum of the columns whose bits are set.
    fn over(block: &Self::Block, columns: &[Self], set: &Bits) -> Self;
}

/// A `Blocks` is columns by blocks, and the unions that see them.
pub(super) struct Blocks<W> {
    unions: usize,
    /// The columns as they stand in the blocks, and where each stands.
    sorted: Vec<W>,
    stand: Vec<u32>,
    /// By where a column stands, the unions that include it.
    includes: Targets,
    feeds: Targets,
    /// Sets and columns of which it is asked whether they hold them.
    asks: Vec<(Set, Column)>,
    /// Of each union the numbers of what is asked of it, by where the columns stand.
    of_union: Targets,
}

/// A `Found` is what is found of all unions in some blocks.
pub(super) struct Found<W> {
    pub sums: Vec<W>,
    /// A block touched a union so often.
    pub touches: usize,
    /// These are the numbers of the asks whose set holds the column.
    pub held: Vec<u32>,
}

impl<W: Weight> Found<W> {
    /// Adds what is found in other blocks.
    pub fn add(&mut self, other: Found<W>) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, more)| sum.add(more));
        self.touches += other.touches;
        self.held.extend(other.held);
    }

    /// Tells of each pair of a set and a column whether the set holds it, as far as was looked.
    pub fn holds(&self, asks: &[(Set, Column)]) -> Vec<bool> {
        let mut holds: Vec<bool> = asks.iter().map(|(set, column)| *set == Set::from(*column)).collect();
        self.held.iter().for_each(|ask| holds[*ask as usize] = true);
        holds
    }
}

impl<W: Weight> Blocks<W> {
    /// Lays out blocks. `includes` are pairs of a column and a union, `feeds` of a union and a younger one, `asks` of a
    /// set and a column.
    pub fn lay_out(
        columns: &[W],
        unions: usize,
        includes: &[(Column, u32)],
        feeds: &[(u32, u32)],
        asks: Vec<(Set, Column)>,
    ) -> Blocks<W> {
        let mut order: Vec<Column> = (0..columns.len() as u32).map(Column).collect();
        order.sort_by_key(|column| columns[column.index()].class());
        let mut stand = vec![0; order.len()];
        for (at, column) in order.iter().enumerate() {
            stand[column.index()] = at as u32;
        }
        let sorted: Vec<W> = order.iter().map(|column| columns[column.index()]).collect();
        let include = includes.iter().map(|(column, union)| (stand[column.index()], *union));
        let includes = Targets::from_pairs(sorted.len(), include, includes.len());
        let feeds = Targets::from_pairs(unions, feeds.iter().copied(), feeds.len());
        let of_union = |((set, _), ask): (&(Set, Column), u32)| match set.made() {
            Made::Union(union) => Some((union, ask)),
            Made::Empty | Made::Column(_) => None,
        };
        let mut of_unions: Vec<(u32, u32)> = asks.iter().zip(0..).filter_map(of_union).collect();
        of_unions.sort_unstable_by_key(|(_, ask)| stand[asks[*ask as usize].1.index()]);
        let of_union = Targets::from_pairs(unions, of_unions.iter().copied(), of_unions.len());
        Blocks { unions, sorted, stand, includes, feeds, asks, of_union }
    }

    /// Gives what is asked: sets and columns.
    pub fn asks(&self) -> &[(Set, Column)] {
        &self.asks
    }

    /// Counts the blocks.
    pub fn len(&self) -> usize {
        self.sorted.len().div_ceil(BLOCK)
    }

    /// Takes the blocks of these numbers, in parallel.
    pub fn sum(&self, numbers: &[usize]) -> Found<W> {
        let stripes = rayon::current_num_threads().min(numbers.len());
        let stripe = |stripe: usize| {
            let mut desk =
                Desk { sets: vec![[0; BLOCK / 64]; self.unions], touched: vec![0; self.unions.div_ceil(64)] };
            let mut found = Found { sums: vec![W::default(); self.unions], touches: 0, held: Vec::new() };
            numbers.iter().skip(stripe).step_by(stripes).for_each(|number| self.block(*number, &mut desk, &mut found));
            found
        };
        let found: Vec<Found<W>> = (0..stripes).into_par_iter().map(stripe).collect();
        let add = |mut one: Found<W>, other| {
            one.add(other);
            one
        };
        let none = || Found { sums: vec![W::default(); self.unions], touches: 0, held: Vec::new() };
        found.into_iter().reduce(add).unwrap_or_else(none)
    }

    /// Adds what the unions see of one block of columns.
    fn block(&self, number: usize, desk: &mut Desk, found: &mut Found<W>) {
        let first = number * BLOCK;
        let columns = &self.sorted[first..self.sorted.len().min(first + BLOCK)];
        for at in 0..columns.len() {
            for union in self.includes.of_source((first + at) as u32) {
                desk.touched[*union as usize / 64] |= 1 << (union % 64);
                desk.sets[*union as usize][at / 64] |= 1 << (at % 64);
            }
        }
        let block = W::block(columns);
        // What is touched on the way is younger: it lies in this word of the map or in a later one.
        for word in 0..desk.touched.len() {
            while desk.touched[word] != 0 {
                let union = word * 64 + desk.touched[word].trailing_zeros() as usize;
                desk.touched[word] &= desk.touched[word] - 1;
                let set = std::mem::take(&mut desk.sets[union]);
                found.touches += 1;
                found.sums[union].add(&W::over(&block, columns, &set));
                for fed in self.feeds.of_source(union as u32) {
                    desk.touched[*fed as usize / 64] |= 1 << (fed % 64);
                    desk.sets[*fed as usize].iter_mut().zip(&set).for_each(|(to, bits)| *to |= bits);
                }
                self.hold(union as u32, first, &set, &mut found.held);
            }
        }
    }

    /// Notes which asks of a union a part of its set answers.
    fn hold(&self, union: u32, first: usize, set: &Bits, held: &mut Vec<u32>) {
        if self.asks.is_empty() {
            return;
        }
        let asks = self.of_union.of_source(union);
        let stand = |ask: &u32| self.stand[self.asks[*ask as usize].1.index()] as usize;
        let from = asks.partition_point(|ask| stand(ask) < first);
        for ask in asks[from..].iter().take_while(|ask| stand(ask) < first + BLOCK) {
            let at = stand(ask) - first;
            held.extend((set[at / 64] >> (at % 64) & 1 == 1).then_some(*ask));
        }
    }
}

/// What one thread writes on: each union's part of the set, and which unions are to be looked at.
struct Desk {
    sets: Vec<Bits>,
    touched: Vec<u64>,
}

impl Weight for u32 {
    /// Which columns have which bit in their weight.
    type Block = Vec<Bits>;

    const SECOND: u64 = 20_000_000;

    fn add(&mut self, other: &u32) {
        *self += other;
    }

    fn subtract(&mut self, other: &u32) {
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
    /// The sums of the columns before each, and of all.
    type Block = Vec<Self>;

    const SECOND: u64 = 7_000_000;

    fn add(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(to, what)| *to += what);
    }

    fn subtract(&mut self, other: &Self) {
        self.iter_mut().zip(other).for_each(|(to, what)| *to -= what);
    }

    fn class(&self) -> u32 {
        0
    }

    fn block(columns: &[Self]) -> Vec<Self> {
        let mut sum = Self::default();
        let mut before = vec![sum];
        before.extend(columns.iter().map(|column| {
            sum.add(column);
            sum
        }));
        before
    }

    fn over(before: &Vec<Self>, columns: &[Self], set: &Bits) -> Self {
        let mut sum = Self::default();
        for (word, bits) in set.iter().enumerate() {
            let mut left = *bits;
            // Four that stand together are one run; the others are taken one by one.
            while left & left >> 1 & left >> 2 & left >> 3 != 0 {
                let from = left.trailing_zeros();
                let many = (left >> from).trailing_ones();
                left &= !(u64::MAX >> (64 - many) << from);
                let at = word * 64 + from as usize;
                sum.add(&before[at + many as usize]);
                sum.subtract(&before[at]);
            }
            while left != 0 {
                sum.add(&columns[word * 64 + left.trailing_zeros() as usize]);
                left &= left - 1;
            }
        }
        sum
    }
}
