use std::collections::HashMap;
use std::fmt;

use super::{Lineage, components};
use crate::snapshot::Row;

/// A `Ways` is the graph of all ways to one model, from its roots or from one of its ancestors. In it each cycle is one node, and
/// two nodes have one link at most (docs/definitions.md, 9), so that ways can be counted and end.
#[derive(Debug)]
pub struct Ways {
    /// The models on the ways, in order; the one to which they lead is among them.
    rows: Vec<Row>,
    /// The node of each of them; nodes are numbered so that every link leads to a higher number, and the last is where the ways end.
    nodes: Vec<u32>,
    /// How many ways lead on from each node.
    counts: Vec<WayCount>,
    /// Whether each node is on every way.
    unavoidable: Vec<bool>,
}

/// A `WayCount` is a number of ways, which is not counted further than [`WayCount::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct WayCount(u64);

impl WayCount {
    /// This is the highest number that is told, 10^18: a model with a hundred merges above it may have more ways than can be said.
    pub const MOST: u64 = 1_000_000_000_000_000_000;

    /// Gives the number, if it is no more than [`WayCount::MOST`].
    pub fn get(self) -> Option<u64> {
        (self.0 <= WayCount::MOST).then_some(self.0)
    }

    fn add(&mut self, other: WayCount) {
        self.0 = (self.0 + other.0).min(WayCount::MOST + 1);
    }
}

impl fmt::Display for WayCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(ways) => write!(f, "{ways}"),
            None => f.write_str("more than 10^18"),
        }
    }
}

impl Ways {
    /// Finds the ways from every root above `to`; a cycle without a parent outside is one root.
    pub fn from_roots(lineage: &Lineage, to: Row) -> Ways {
        let mut rows = lineage.above(&[to]).rows;
        rows.push(to);
        Ways::over(lineage, rows, to)
    }

    /// Finds the ways from an ancestor; nothing if it is none. Of models of one cycle, and from a model to itself, there is one.
    pub fn between(lineage: &Lineage, from: Row, to: Row) -> Option<Ways> {
        let mut rows = lineage.above(&[to]).rows;
        rows.push(to);
        rows.sort_unstable();
        rows.binary_search(&from).ok()?;
        // What is above the one and below the other: a walk down that does not leave what is above.
        let (mut below, mut next) = (vec![from], 0);
        let mut met = vec![false; rows.len()];
        while let Some(at) = below.get(next).copied() {
            next += 1;
            for (child, _) in lineage.children(at) {
                if let Ok(place) = rows.binary_search(&child)
                    && child != from
                    && !std::mem::replace(&mut met[place], true)
                {
                    below.push(child);
                }
            }
        }
        Some(Ways::over(lineage, below, to))
    }

    /// The ways over these models, each of which is on one.
    fn over(lineage: &Lineage, mut rows: Vec<Row>, to: Row) -> Ways {
        rows.sort_unstable();
        let place: HashMap<Row, u32> = rows.iter().copied().zip(0..).collect();
        let mut links: Vec<(u32, u32)> = Vec::new();
        for (row, child) in rows.iter().zip(0..) {
            links.extend(lineage.parents(*row).filter_map(|(parent, _)| Some((*place.get(&parent)?, child))));
        }
        links.sort_unstable();
        // Cycles become one node.
        let mut unit: Vec<u32> = (0..rows.len() as u32).collect();
        let (offsets, targets) = by_start(rows.len(), &links);
        for members in components(&offsets, &targets, 0..rows.len() as u32) {
            members.iter().for_each(|member| unit[*member as usize] = members[0]);
        }
        links.iter_mut().for_each(|(parent, child)| {
            (*parent, *child) = (unit[*parent as usize], unit[*child as usize]);
        });
        links.retain(|(parent, child)| parent != child);
        links.sort_unstable();
        links.dedup();
        let (order, number) = in_order(&unit, &links);
        let mut links: Vec<(u32, u32)> =
            links.iter().map(|(parent, child)| (number[*parent as usize], number[*child as usize])).collect();
        links.sort_unstable();
        let mut counts = vec![WayCount(0); order];
        let last = place.get(&to).map_or(0, |at| number[unit[*at as usize] as usize]);
        counts[last as usize] = WayCount(1);
        for (parent, child) in links.iter().rev() {
            let more = counts[*child as usize];
            counts[*parent as usize].add(more);
        }
        let nodes = unit.iter().map(|unit| number[*unit as usize]).collect();
        Ways { rows, nodes, counts, unavoidable: unavoidable(order, &links) }
    }

    /// Gives the models on the ways, in order of the rows; the one to which they lead is among them.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    fn node(&self, row: Row) -> Option<usize> {
        self.rows.binary_search(&row).ok().map(|at| self.nodes[at] as usize)
    }

    /// Counts the ways from a model on them; there is none from a model that is not.
    pub fn count_from(&self, row: Row) -> WayCount {
        self.node(row).map_or(WayCount(0), |node| self.counts[node])
    }

    /// Tells whether every way leads through a model, or through the cycle that it is in.
    pub fn is_unavoidable(&self, row: Row) -> bool {
        self.node(row).is_some_and(|node| self.unavoidable[node])
    }

    /// Tells whether two models on the ways are in one cycle.
    pub fn are_together(&self, one: Row, other: Row) -> bool {
        self.node(one).is_some_and(|node| self.node(other) == Some(node))
    }
}

/// Where the links of each node begin among their ends, by links in order.
fn by_start(nodes: usize, links: &[(u32, u32)]) -> (Vec<u32>, Vec<u32>) {
    let mut offsets = vec![0; nodes + 1];
    links.iter().for_each(|(parent, _)| offsets[*parent as usize + 1] += 1);
    (1..=nodes).for_each(|at| offsets[at] += offsets[at - 1]);
    (offsets, links.iter().map(|(_, child)| *child).collect())
}

/// How many nodes there are, and a number for each so that every link leads to a higher one. A node stands for those whose unit it is.
fn in_order(unit: &[u32], links: &[(u32, u32)]) -> (usize, Vec<u32>) {
    let mut left = vec![0u32; unit.len()];
    links.iter().for_each(|(_, child)| left[*child as usize] += 1);
    let (offsets, targets) = by_start(unit.len(), links);
    let is_node = |at: &u32| unit[*at as usize] == *at;
    let mut order: Vec<u32> = (0..unit.len() as u32).filter(is_node).filter(|at| left[*at as usize] == 0).collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for child in &targets[offsets[at as usize] as usize..offsets[at as usize + 1] as usize] {
            left[*child as usize] -= 1;
            if left[*child as usize] == 0 {
                order.push(*child);
            }
        }
    }
    let mut number = vec![0; unit.len()];
    order.iter().zip(0..).for_each(|(node, at)| number[*node as usize] = at);
    (order.len(), number)
}

/// Whether each node is on every way from the first nodes to the last one: no link, and no beginning, passes over its number.
fn unavoidable(nodes: usize, links: &[(u32, u32)]) -> Vec<bool> {
    let mut has_parent = vec![false; nodes];
    links.iter().for_each(|(_, child)| has_parent[*child as usize] = true);
    // The furthest that can be reached without a stop, from the beginnings on.
    let mut furthest = has_parent.iter().rposition(|has| !has).unwrap_or(0);
    let mut links = links.iter().peekable();
    (0..nodes)
        .map(|node| {
            let is_passed = furthest > node;
            while let Some((_, child)) = links.next_if(|(parent, _)| *parent as usize == node) {
                furthest = furthest.max(*child as usize);
            }
            !is_passed
        })
        .collect()
}
