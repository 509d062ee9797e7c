//! Sets as runs of columns that stand together.
//!
//! What is reached is numbered before what reaches it, and close to it: a walk numbers each column when it leaves it. On
//! trees, chains, ladders and layers a set is then a run or a few, whatever it holds; a sum is a difference of two numbers
//! for each run. (Nuutila 1995 keeps the closure of a graph so.)

use super::blocks::Weight;
use super::targets::{NONE, Targets};

/// A `Runs` is the set of every row.
pub(super) struct Runs {
    place: Vec<u32>,
    /// The runs of row `r` are `runs[ends[r]..ends[r + 1]]`: the first place, and the one after the last.
    ends: Vec<u32>,
    runs: Vec<(u32, u32)>,
}

impl Runs {
    /// Puts the sets together, rows that are older first; nothing if more than `most` runs would have to be joined.
    pub fn put_together(columns: usize, parts: &Targets, most: usize) -> Option<Runs> {
        /// So many are kept at most: 256 MB.
        const KEPT: usize = 1 << 25;
        let rows = parts.sources();
        let mut sets = Runs { place: places(columns, parts), ends: vec![0], runs: Vec::new() };
        let mut desk: Vec<(u32, u32)> = Vec::new();
        let mut joined = 0;
        for row in 0..rows as u32 {
            desk.clear();
            parts.of_source(row).iter().for_each(|part| sets.each(*part, |run| desk.push(run)));
            joined += desk.len();
            // Sets grow with the rows. Who has used up too much of all after an eighth will not come to the end.
            let share = (row as usize + 1).max(rows / 8) as f64 / rows as f64;
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

    fn each(&self, set: u32, mut run: impl FnMut((u32, u32))) {
        if set % 2 == 1 {
            let place = self.place[set as usize / 2];
            run((place, place + 1));
        } else {
            self.of_row(set / 2).iter().for_each(|found| run(*found));
        }
    }

    fn of_row(&self, row: u32) -> &[(u32, u32)] {
        &self.runs[self.ends[row as usize] as usize..self.ends[row as usize + 1] as usize]
    }

    /// Sums the weights of every row's columns.
    pub fn sums<W: Weight>(&self, columns: &[W]) -> Vec<W> {
        // The sum of what stands before each place.
        let mut before = vec![W::default(); columns.len() + 1];
        columns.iter().zip(&self.place).for_each(|(weight, place)| before[*place as usize + 1] = *weight);
        for at in 1..before.len() {
            let sum = before[at - 1];
            before[at].add(&sum);
        }
        let sum = |row| {
            let mut sum = W::default();
            for (begin, end) in self.of_row(row) {
                sum.add(&before[*end as usize]);
                sum.subtract(&before[*begin as usize]);
            }
            sum
        };
        (0..self.ends.len() as u32 - 1).map(sum).collect()
    }

    /// Tells whether a set holds a column.
    pub fn holds(&self, set: u32, column: u32) -> bool {
        if set == NONE || set % 2 == 1 {
            return set == 2 * column + 1;
        }
        let (runs, place) = (self.of_row(set / 2), self.place[column as usize]);
        let after = runs.partition_point(|(begin, _)| *begin <= place);
        after > 0 && place < runs[after - 1].1
    }
}

/// The places of the columns: those below a row before those that it includes itself, the youngest row first.
fn places(columns: usize, parts: &Targets) -> Vec<u32> {
    let mut place = vec![NONE; columns];
    let mut free = 0;
    let mut met = vec![false; parts.sources()];
    // A row, and which of its parts comes next.
    let mut walk: Vec<(u32, u32)> = Vec::new();
    for start in (0..parts.sources() as u32).rev() {
        if !std::mem::replace(&mut met[start as usize], true) {
            walk.push((start, 0));
        }
        while let Some((row, next)) = walk.last_mut() {
            let part = parts.of_source(*row).get(*next as usize).copied();
            *next += 1;
            match part {
                None => _ = walk.pop(),
                Some(column) if column % 2 == 1 => {
                    let place = &mut place[column as usize / 2];
                    if *place == NONE {
                        *place = free;
                        free += 1;
                    }
                }
                Some(row) if std::mem::replace(&mut met[row as usize / 2], true) => (),
                Some(row) => walk.push((row / 2, 0)),
            }
        }
    }
    // In no set.
    for place in place.iter_mut().filter(|place| **place == NONE) {
        *place = free;
        free += 1;
    }
    place
}
