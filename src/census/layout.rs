//! The lineage in order: for counts that are no sums of distinct models.
//!
//! A *unit* is a model with at least one link, or a whole cycle, whose members have the same descendants but for
//! themselves. Units are numbered so that parents come before their children; every pass over the graph is then a
//! loop over an array, forward or backward, and no walk can overflow a stack or run in a circle.

use super::targets::{NONE, Targets};
use crate::lineage::Lineage;
use crate::snapshot::Row;

/// A `Unit` is the number of a unit of a [`Layout`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub(super) struct Unit(u32);

impl Unit {
    const NONE: Unit = Unit(NONE);

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[derive(Debug)]
pub(super) struct Layout {
    /// The unit of each row; [`Unit::NONE`] for rows without links.
    unit_of: Vec<Unit>,
    /// The one member of a unit; of a cycle the first.
    row_of: Vec<Row>,
    kinds: Vec<Kind>,
    cycles: Vec<Vec<Row>>,
    /// The distinct parents of unit `u` are `parents[offsets[u]..offsets[u + 1]]`.
    offsets: Vec<u32>,
    parents: Vec<Unit>,
}

/// A `Kind` says what a unit stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Model,
    /// The members are `cycles[.0]`.
    Cycle(u32),
}

impl Layout {
    pub fn new(lineage: &Lineage) -> Layout {
        // Units are numbered as they are met, then by their order.
        let mut met_of = vec![NONE; lineage.snapshot().len()];
        let mut row_of = Vec::new();
        let mut kinds = Vec::new();
        let cycles = lineage.cycles().to_vec();
        for (number, members) in cycles.iter().enumerate() {
            members.iter().for_each(|member| met_of[*member as usize] = row_of.len() as u32);
            row_of.push(members[0]);
            kinds.push(Kind::Cycle(number as u32));
        }
        let mut links: Vec<(u32, u32)> = Vec::with_capacity(lineage.links());
        let mut meet = |row: Row| {
            let met = &mut met_of[row as usize];
            if *met == NONE {
                *met = row_of.len() as u32;
                row_of.push(row);
                kinds.push(Kind::Model);
            }
            *met
        };
        for (parent, child, _) in lineage.all_links() {
            let (parent, child) = (meet(parent), meet(child));
            if parent != child {
                links.push((parent, child));
            }
        }
        let order = topological(row_of.len(), &links);
        let mut units = vec![Unit::NONE; order.len()];
        for (met, unit) in order.iter().zip(0..) {
            units[*met as usize] = Unit(unit);
        }
        // Those who met no link have no unit.
        let unit_of = met_of.into_iter().map(|met| units.get(met as usize).copied().unwrap_or(Unit::NONE)).collect();
        let links = links.into_iter().map(|(parent, child)| (units[parent as usize], units[child as usize]));
        let (offsets, parents) = distinct_parents(order.len(), links.collect());
        Layout {
            unit_of,
            row_of: order.iter().map(|met| row_of[*met as usize]).collect(),
            kinds: order.iter().map(|met| kinds[*met as usize]).collect(),
            cycles,
            offsets,
            parents,
        }
    }

    /// Counts the units.
    pub fn len(&self) -> usize {
        self.row_of.len()
    }

    /// Gives the units, parents before their children.
    pub fn units(&self) -> impl DoubleEndedIterator<Item = Unit> + use<> {
        (0..self.len() as u32).map(Unit)
    }

    /// Gives the unit of a row, if it has links.
    pub fn unit(&self, row: Row) -> Option<Unit> {
        Some(self.unit_of[row as usize]).filter(|unit| *unit != Unit::NONE)
    }

    pub fn kind(&self, unit: Unit) -> Kind {
        self.kinds[unit.index()]
    }

    /// Gives the models that a unit stands for.
    pub fn members(&self, unit: Unit) -> &[Row] {
        match self.kinds[unit.index()] {
            Kind::Model => std::slice::from_ref(&self.row_of[unit.index()]),
            Kind::Cycle(number) => &self.cycles[number as usize],
        }
    }

    /// Gives the members of every cycle.
    pub fn cycles(&self) -> &[Vec<Row>] {
        &self.cycles
    }

    /// Gives the distinct parents of a unit, all with smaller numbers.
    pub fn parents(&self, unit: Unit) -> &[Unit] {
        &self.parents[self.offsets[unit.index()] as usize..self.offsets[unit.index() + 1] as usize]
    }
}

/// The distinct parents of every unit, one unit's after the other's, and where those of each begin.
fn distinct_parents(units: usize, mut links: Vec<(Unit, Unit)>) -> (Vec<u32>, Vec<Unit>) {
    links.sort_unstable_by_key(|(parent, child)| (*child, *parent));
    links.dedup();
    let mut offsets = vec![0u32; units + 1];
    for (_, child) in &links {
        offsets[child.index() + 1] += 1;
    }
    for at in 1..offsets.len() {
        offsets[at] += offsets[at - 1];
    }
    (offsets, links.into_iter().map(|(parent, _)| parent).collect())
}

/// An order of the units, by the numbers under which they were met, in which parents come before children. The last unit that became free goes first: what
/// hangs together then lies together.
fn topological(units: usize, links: &[(u32, u32)]) -> Vec<u32> {
    let children = Targets::from_pairs(units, links.iter().copied(), links.len());
    let mut waiting = vec![0u32; units];
    links.iter().for_each(|(_, child)| waiting[*child as usize] += 1);
    let mut free: Vec<u32> = (0..units as u32).filter(|unit| waiting[*unit as usize] == 0).collect();
    let mut order = Vec::with_capacity(units);
    while let Some(unit) = free.pop() {
        order.push(unit);
        for child in children.of_source(unit) {
            waiting[*child as usize] -= 1;
            if waiting[*child as usize] == 0 {
                free.push(*child);
            }
        }
    }
    order
}
