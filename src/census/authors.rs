//! Distinct owners below every model.
//!
//! Where everything below a unit is dominated by it (most of a hub), the owners are the colours of a subtree: put a
//! mark at the dominator of each of an owner's models, take one off where two of the owner's marks meet, and every
//! subtree's marks add up to its owners. Where a merge can be reached from outside, a walk counts.

use std::borrow::Cow;
use std::collections::HashMap;

use rayon::prelude::*;

use super::Counting;
use super::closure::NONE;
use super::layout::Layout;
use super::segments::Segments;
use crate::lineage::Lineage;
use crate::snapshot::{Array, Error, Row, Snapshot};

/// Under which name the owners are kept: this version of what they are.
const NAME: &str = "census/1/owners";
/// The number of the first owner.
const FIRST: u32 = 1;

/// The owner of each row as a number; rows are sorted, so that an owner's lie together. A model without an owner is
/// its own. The numbers grow with the rows.
///
/// # Errors
/// [`Error::Damaged`].
pub fn owners(snapshot: &Snapshot) -> Result<Cow<'_, [u32]>, Error> {
    let wrong = || "its numbers do not go on from row to row".to_owned();
    let go_on = |block: &[u32]| {
        let goes_on = |(one, next): (&u32, &u32)| next.wrapping_sub(*one) <= 1;
        let pairs = block.iter().zip(block.iter().skip(1));
        pairs.fold(true, |is_so, pair| is_so & goes_on(pair)).then_some(()).ok_or_else(wrong)
    };
    if let Some(owners) = snapshot.kept_if(NAME, go_on)? {
        if owners.len() != snapshot.len() || owners.first().is_some_and(|first| *first != FIRST) {
            return Err(snapshot.damaged(format!("kept array {NAME}: {}", wrong())));
        }
        return Ok(owners.into());
    }
    let mut owners = Vec::with_capacity(snapshot.len());
    let mut number = FIRST - 1;
    for row in snapshot.rows() {
        number += u32::from(row == 0 || !snapshot.share_owner(row - 1, row));
        owners.push(number);
    }
    Ok(owners.into())
}

pub(super) fn to_keep(snapshot: &Snapshot) -> Result<(String, Array), Error> {
    Ok((NAME.into(), Array::Numbers(owners(snapshot)?.into_owned())))
}

/// The distinct owners of the counted descendants of each of `rows`.
///
/// # Errors
/// [`Error::Damaged`].
pub(super) fn below(
    lineage: &Lineage<'_>,
    layout: &Layout,
    rows: &[Row],
    counting: &Counting,
) -> Result<Vec<u64>, Error> {
    let owners = owners(lineage.snapshot())?;
    let wanted = counting.wanted(lineage.snapshot())?;
    let counted: Vec<bool> = lineage.snapshot().rows().map(|row| wanted.holds(row)).collect();
    let ask = Ask { lineage, owners: &owners, counted: &counted };
    let trees = Trees::of(layout);
    let marks = trees.marks(layout, &ask);
    let reached = Segments::sum(lineage.snapshot().len(), &lineage.pairs(), |_| 1u32);
    let in_cycles = ask.in_cycles(layout);
    let below = rows
        .par_iter()
        .map_init(
            || Walk::new(lineage.snapshot().len(), owners.last().map_or(0, |last| *last as usize + 1)),
            |walk, row| {
                let Some(unit) = layout.unit(*row) else { return 0 };
                if let Some(count) = in_cycles.get(row) {
                    return *count;
                }
                match reached.of(*row) == Some(trees.sizes[unit as usize]) {
                    true => marks[unit as usize],
                    false => walk.count(&ask, *row),
                }
            },
        )
        .collect();
    Ok(below)
}

/// What is asked: of which lineage, whose models, and which are counted.
struct Ask<'a> {
    lineage: &'a Lineage<'a>,
    owners: &'a [u32],
    counted: &'a [bool],
}

impl Ask<'_> {
    /// The answer for every member of a cycle: they reach the same models, but for themselves. One walk a cycle.
    fn in_cycles(&self, layout: &Layout) -> HashMap<Row, u64> {
        let mut found = HashMap::new();
        for members in layout.cycles() {
            let below = self.lineage.below(members);
            let mut models: HashMap<u32, u64> = HashMap::new();
            for row in members.iter().chain(&below.rows).filter(|row| self.counted[**row as usize]) {
                *models.entry(self.owners[*row as usize]).or_default() += 1;
            }
            for member in members {
                let is_only = self.counted[*member as usize] && models[&self.owners[*member as usize]] == 1;
                found.insert(*member, models.len() as u64 - u64::from(is_only));
            }
        }
        found
    }
}

/// The tree of dominators in preorder.
struct Trees {
    sizes: Vec<u32>,
    places: Vec<u32>,
}

impl Trees {
    fn of(layout: &Layout) -> Trees {
        let root = layout.root() as usize;
        // In models: a cycle is one unit of several.
        let mut sizes: Vec<u32> = (0..root).map(|unit| layout.members(unit as u32).len() as u32).collect();
        sizes.push(1);
        for unit in (0..root).rev() {
            sizes[layout.dominator(unit as u32) as usize] += sizes[unit];
        }
        let mut places = vec![0u32; root + 1];
        let mut next = vec![0u32; root + 1];
        next[root] = 1;
        for unit in 0..root {
            let dominator = layout.dominator(unit as u32) as usize;
            places[unit] = next[dominator];
            next[dominator] += sizes[unit];
            next[unit] = places[unit] + 1;
        }
        Trees { sizes, places }
    }

    /// For each unit, the owners of what it dominates.
    fn marks(&self, layout: &Layout, ask: &Ask<'_>) -> Vec<u64> {
        let root = layout.root();
        let mut above: Vec<(u32, u32, u32)> = Vec::new();
        for row in ask.lineage.snapshot().rows().filter(|row| ask.counted[*row as usize]) {
            let dominator = layout.unit(row).map_or(NONE, |unit| layout.dominator(unit));
            if dominator != NONE && dominator != root {
                above.push((ask.owners[row as usize], self.places[dominator as usize], dominator));
            }
        }
        above.sort_unstable();
        above.dedup();
        let mut marks = vec![0i64; root as usize + 1];
        above.iter().for_each(|(_, _, unit)| marks[*unit as usize] += 1);
        for pair in above.windows(2) {
            if pair[0].0 == pair[1].0 {
                marks[layout.common(pair[0].2, pair[1].2) as usize] -= 1;
            }
        }
        for unit in (0..root).rev() {
            marks[layout.dominator(unit) as usize] += marks[unit as usize];
        }
        marks.into_iter().map(|count| count as u64).collect()
    }
}

/// A walk that remembers by stamps what it saw, so that nothing is cleared between two walks.
struct Walk {
    stamp: u32,
    seen: Vec<u32>,
    owners: Vec<u32>,
    stack: Vec<Row>,
}

impl Walk {
    fn new(rows: usize, owners: usize) -> Walk {
        Walk { stamp: 0, seen: vec![0; rows], owners: vec![0; owners], stack: Vec::new() }
    }

    fn count(&mut self, ask: &Ask<'_>, from: Row) -> u64 {
        self.stamp += 1;
        self.seen[from as usize] = self.stamp;
        self.stack.push(from);
        let mut count = 0;
        while let Some(at) = self.stack.pop() {
            for (child, _) in ask.lineage.children(at) {
                if std::mem::replace(&mut self.seen[child as usize], self.stamp) != self.stamp {
                    self.stack.push(child);
                    if ask.counted[child as usize] {
                        let owner = &mut self.owners[ask.owners[child as usize] as usize];
                        count += u64::from(std::mem::replace(owner, self.stamp) != self.stamp);
                    }
                }
            }
        }
        count
    }
}
