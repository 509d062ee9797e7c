//! The lineage in order: for counts that are no sums of distinct models.
//!
//! A *unit* is a model with at least one link, or a whole cycle, whose members have the same descendants but for
//! themselves. Units are numbered so that parents come before their children; every pass over the graph is then a
//! loop over an array, forward or backward, and no walk can overflow a stack or run in a circle.

use super::targets::{NONE, Targets};
use crate::lineage::Lineage;
use crate::snapshot::Row;

#[derive(Debug)]
pub(super) struct Layout {
    /// The unit of each row; [`NONE`] for rows without links.
    unit_of: Vec<u32>,
    /// The one member of a unit; of a cycle the first.
    row_of: Vec<Row>,
    kinds: Vec<Kind>,
    cycles: Vec<Vec<Row>>,
    /// The distinct parents of unit `u` are `parents[offsets[u]..offsets[u + 1]]`.
    offsets: Vec<u32>,
    parents: Vec<u32>,
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
        let rows = lineage.snapshot().len();
        let mut unit_of = vec![NONE; rows];
        let mut row_of = Vec::new();
        let mut kinds = Vec::new();
        let cycles = lineage.cycles().to_vec();
        for (number, members) in cycles.iter().enumerate() {
            members.iter().for_each(|member| unit_of[*member as usize] = row_of.len() as u32);
            row_of.push(members[0]);
            kinds.push(Kind::Cycle(number as u32));
        }
        let mut links: Vec<(u32, u32)> = Vec::with_capacity(lineage.links());
        let mut unit = |row: Row| {
            let unit = &mut unit_of[row as usize];
            if *unit == NONE {
                *unit = row_of.len() as u32;
                row_of.push(row);
                kinds.push(Kind::Model);
            }
            *unit
        };
        for (parent, child, _) in lineage.all_links() {
            let (parent, child) = (unit(parent), unit(child));
            if parent != child {
                links.push((parent, child));
            }
        }
        let order = topological(row_of.len(), &links);
        Layout::numbered(unit_of, row_of, kinds, cycles, links, &order)
    }

    /// Numbers the units by their place in `order`.
    fn numbered(
        mut unit_of: Vec<u32>,
        row_of: Vec<Row>,
        kinds: Vec<Kind>,
        cycles: Vec<Vec<Row>>,
        mut links: Vec<(u32, u32)>,
        order: &[u32],
    ) -> Layout {
        let mut place = vec![0u32; order.len()];
        for (at, unit) in order.iter().enumerate() {
            place[*unit as usize] = at as u32;
        }
        for unit in unit_of.iter_mut().filter(|unit| **unit != NONE) {
            *unit = place[*unit as usize];
        }
        for (parent, child) in &mut links {
            (*parent, *child) = (place[*parent as usize], place[*child as usize]);
        }
        links.sort_unstable_by_key(|(parent, child)| (*child, *parent));
        links.dedup();
        let mut offsets = vec![0u32; order.len() + 1];
        for (_, child) in &links {
            offsets[*child as usize + 1] += 1;
        }
        for at in 1..offsets.len() {
            offsets[at] += offsets[at - 1];
        }
        Layout {
            unit_of,
            row_of: order.iter().map(|unit| row_of[*unit as usize]).collect(),
            kinds: order.iter().map(|unit| kinds[*unit as usize]).collect(),
            cycles,
            offsets,
            parents: links.into_iter().map(|(parent, _)| parent).collect(),
        }
    }

    /// Counts the units.
    pub fn len(&self) -> usize {
        self.row_of.len()
    }

    /// Gives the unit of a row, if it has links.
    pub fn unit(&self, row: Row) -> Option<u32> {
        Some(self.unit_of[row as usize]).filter(|unit| *unit != NONE)
    }

    pub fn kind(&self, unit: u32) -> Kind {
        self.kinds[unit as usize]
    }

    /// Gives the models that a unit stands for.
    pub fn members(&self, unit: u32) -> &[Row] {
        match self.kinds[unit as usize] {
            Kind::Model => std::slice::from_ref(&self.row_of[unit as usize]),
            Kind::Cycle(number) => &self.cycles[number as usize],
        }
    }

    /// Gives the members of every cycle.
    pub fn cycles(&self) -> &[Vec<Row>] {
        &self.cycles
    }

    /// Gives the distinct parents of a unit, all with smaller numbers.
    pub fn parents(&self, unit: u32) -> &[u32] {
        &self.parents[self.offsets[unit as usize] as usize..self.offsets[unit as usize + 1] as usize]
    }
}

/// An order of the units in which parents come before children. The last unit that became free goes first: what
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
