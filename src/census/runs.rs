//! Sets as runs of columns that stand together.
//!
//! What is reached is numbered before what reaches it, and close to it: a walk numbers each column when it leaves it. On
//! trees, chains, ladders and layers a set is then a run or a few, whatever it holds; a sum is a difference of two numbers
//! for each run. (Nuutila 1995 keeps the closure of a graph so.)

use super::blocks::Weight;
use super::numbers::{Column, Made, Set};
use super::targets::{NONE, Targets};

/// A `Runs` is the set of every union.
pub(super) struct Runs {
    /// Where each column stands.
    stand: Vec<u32>,
    /// The runs of union `u` are `runs[ends[u]..ends[u + 1]]`: where the first column stands, and the one after the last.
    ends: Vec<u32>,
    runs: Vec<(u32, u32)>,
}

impl Runs {
    /// Puts the sets together, unions that are older first; nothing if more than `most` runs would have to be joined.
    pub fn put_together(columns: usize, parts: &Targets<Set>, most: usize) -> Option<Runs> {
        /// So many are kept at most: 256 MB.
        const KEPT: usize = 1 << 25;
        let unions = parts.sources();
        let mut sets = Runs { stand: stands(columns, parts), ends: vec![0], runs: Vec::new() };
        let mut desk: Vec<(u32, u32)> = Vec::new();
        let mut joined = 0;
        for union in 0..unions as u32 {
            desk.clear();
            parts.of_source(union).iter().for_each(|part| sets.each(*part, |run| desk.push(run)));
            joined += desk.len();
            // Sets grow with the unions. Who has used up too much of all after an eighth will not come to the end.
            let share = (union as usize + 1).max(unions / 8) as f64 / unions as f64;
            if joined as f64 > most as f64 * share || sets.runs.len() + desk.len() > KEPT {
                return None;
            }
            desk.sort();
            let from = sets.runs.len();
            for (begin, end) in &desk {
                match sets.runs[from..].last_mut() {
                    Some(last) if last.1 >= *begin => last.1 = last.1.max(*end),
                    _ => sets.runs.push((*begin, *end)),
                }
            }
            sets.ends.push(sets.runs.len() as u32);
        }
        Some(sets)
    }

    fn each(&self, set: Set, mut run: impl FnMut((u32, u32))) {
        match set.made() {
            Made::Empty => (),
            Made::Column(column) => {
                let stand = self.stand[column.index()];
                run((stand, stand + 1));
            }
            Made::Union(union) => self.of_union(union).iter().for_each(|found| run(*found)),
        }
    }

    fn of_union(&self, union: u32) -> &[(u32, u32)] {
        &self.runs[self.ends[union as usize] as usize..self.ends[union as usize + 1] as usize]
    }

    /// Sums the weights of every union's columns.
    pub fn sums<W: Weight>(&self, columns: &[W]) -> Vec<W> {
        // The sums of all columns that stand before.
        let mut before = vec![W::default(); columns.len() + 1];
        columns.iter().zip(&self.stand).for_each(|(weight, stand)| before[*stand as usize + 1] = *weight);
        for at in 1..before.len() {
            let sum = before[at - 1];
            before[at].add(&sum);
        }
        let sum = |union| {
            let mut sum = W::default();
            for (begin, end) in self.of_union(union) {
                sum.add(&before[*end as usize]);
                sum.subtract(&before[*begin as usize]);
            }
            sum
        };
        (0..self.ends.len() as u32 - 1).map(sum).collect()
    }

    /// Tells whether a set holds a column.
    pub fn holds(&self, set: Set, column: Column) -> bool {
        let Made::Union(union) = set.made() else { return set == Set::from(column) };
        let (runs, stand) = (self.of_union(union), self.stand[column.index()]);
        let after = runs.partition_point(|(begin, _)| *begin <= stand);
        after > 0 && stand < runs[after - 1].1
    }
}

/// Where the columns stand: those below a union before those that it includes itself, the youngest union first.
fn stands(columns: usize, parts: &Targets<Set>) -> Vec<u32> {
    let mut stand = vec![NONE; columns];
    let mut free = 0;
    let mut met = vec![false; parts.sources()];
    // A union, and which of its parts comes next.
    let mut walk: Vec<(u32, u32)> = Vec::new();
    for start in (0..parts.sources() as u32).rev() {
        if !std::mem::replace(&mut met[start as usize], true) {
            walk.push((start, 0));
        }
        while let Some((union, next)) = walk.last_mut() {
            let part = parts.of_source(*union).get(*next as usize).map(|part| part.made());
            *next += 1;
            match part {
                None => _ = walk.pop(),
                Some(Made::Empty) => (),
                Some(Made::Column(column)) => {
                    let stand = &mut stand[column.index()];
                    if *stand == NONE {
                        *stand = free;
                        free += 1;
                    }
                }
                Some(Made::Union(part)) if std::mem::replace(&mut met[part as usize], true) => (),
                Some(Made::Union(part)) => walk.push((part, 0)),
            }
        }
    }
    // In no set.
    for stand in stand.iter_mut().filter(|stand| **stand == NONE) {
        *stand = free;
        free += 1;
    }
    stand
}
