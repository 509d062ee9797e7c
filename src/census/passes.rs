//! What is had by one pass over the lineage in order, and is no sum of distinct models.

use super::Counting;
use super::layout::{Kind, Layout, Unit};
use crate::lineage::Lineage;
use crate::snapshot::{Error, Row};

/// Gives what `of` finds for every model with children, in order.
fn for_each(layout: &Layout, lineage: &Lineage, of: impl Fn(Row, Unit) -> u64) -> Vec<u64> {
    let inner = lineage.snapshot().rows().filter(|row| !lineage.is_leaf(*row));
    // Only rows with links are inner, so each has a unit.
    inner.map(|row| of(row, layout.unit(row).unwrap_or_default())).collect()
}

/// Finds the highest generation below every model with children.
///
/// # Errors
/// [`Error::Damaged`] if the dates are asked for, and not as they were written.
pub(super) fn deepest(layout: &Layout, lineage: &Lineage, counting: &Counting) -> Result<Vec<u64>, Error> {
    let wanted = counting.wanted(lineage.snapshot())?;
    let mut generations = lineage.generations();
    // What is not counted is nobody's deepest descendant.
    lineage.snapshot().rows().filter(|row| !wanted.holds(*row)).for_each(|row| generations[row as usize] = 0);
    let mut deepest = vec![0; layout.len()];
    for unit in layout.units().rev() {
        let own = layout.members(unit).iter().map(|row| generations[*row as usize]).max().unwrap_or(0);
        let below = own.max(deepest[unit.index()]);
        for parent in layout.parents(unit) {
            deepest[parent.index()] = below.max(deepest[parent.index()]);
        }
    }
    let in_cycles: Vec<Deepest> = layout.cycles().iter().map(|members| Deepest::among(members, &generations)).collect();
    Ok(for_each(layout, lineage, |row, unit| {
        let beside = match layout.kind(unit) {
            Kind::Model => 0,
            Kind::Cycle(number) => in_cycles[number as usize].beside(row),
        };
        deepest[unit.index()].max(beside).into()
    }))
}

/// The two highest generations among the members of a cycle: a member is not its own descendant.
#[derive(Debug, Default, Clone, Copy)]
struct Deepest {
    highest: u32,
    of: Row,
    second: u32,
}

impl Deepest {
    fn among(members: &[Row], generations: &[u32]) -> Deepest {
        let mut deepest = Deepest::default();
        for row in members {
            let own = generations[*row as usize];
            if own > deepest.highest {
                deepest = Deepest { highest: own, of: *row, second: deepest.highest };
            } else {
                deepest.second = deepest.second.max(own);
            }
        }
        deepest
    }

    /// The highest among the members other than this one.
    fn beside(self, member: Row) -> u32 {
        if member == self.of { self.second } else { self.highest }
    }
}

/// Computes the fractional credit of every model with children, as the bits of a number that need not be whole; only
/// counted models give any. A cycle is credited as one: its members are derived models, and what they and their
/// descendants are worth goes to the links that come from outside, in equal parts; each member shows the whole, itself
/// counted, so that the credits of all roots add up to the derived models.
///
/// # Errors
/// [`Error::Damaged`] if the dates are asked for, and not as they were written.
pub(super) fn credit(layout: &Layout, lineage: &Lineage, counting: &Counting) -> Result<Vec<u64>, Error> {
    let wanted = counting.wanted(lineage.snapshot())?;
    let mut credit = vec![0.0; layout.len()];
    let mut outside: Vec<Unit> = Vec::new();
    for unit in layout.units().rev() {
        let members = layout.members(unit);
        let parents = members.iter().flat_map(|row| lineage.parents(*row));
        outside.clear();
        outside.extend(parents.filter_map(|(parent, _)| layout.unit(parent).filter(|parent| *parent != unit)));
        let counted = members.iter().filter(|row| wanted.holds(**row)).count() as f64;
        let worth = credit[unit.index()] + counted;
        if members.len() > 1 {
            credit[unit.index()] = worth;
        }
        for parent in &outside {
            credit[parent.index()] += worth / outside.len() as f64;
        }
    }
    Ok(for_each(layout, lineage, |_, unit| f64::to_bits(credit[unit.index()])))
}

/// Counts the links of the longest chain.
pub(super) fn longest_chain(layout: &Layout) -> usize {
    let mut longest = vec![0; layout.len()];
    for unit in layout.units() {
        let above = layout.parents(unit).iter().map(|parent| longest[parent.index()]);
        longest[unit.index()] = above.max().map_or(0, |links| links + 1);
    }
    longest.into_iter().max().unwrap_or(0)
}
