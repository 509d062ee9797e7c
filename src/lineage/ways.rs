use std::collections::BTreeSet;
use std::fmt;

use petgraph::Direction;
use petgraph::algo::{condensation, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::IntoNodeReferences;

use super::Lineage;
use crate::snapshot::Row;

/// A `Ways` is the graph of all ways to one model, from its roots or from one of its ancestors. In it each cycle is one node, and
/// two nodes have one link at most (docs/definitions.md, 9), so that ways can be counted and end.
#[derive(Debug)]
pub struct Ways {
    /// The models on the ways, in order; the one to which they lead is among them.
    rows: Vec<Row>,
    /// The node of each of them; nodes are numbered so that every link leads to a higher number, and the last is where the ways end.
    nodes: Vec<usize>,
    /// How many ways lead on from each node.
    counts: Vec<WayCount>,
    /// Whether each node is on every way.
    unavoidable: Vec<bool>,
    /// Whether no link leads to each node from another one.
    roots: Vec<bool>,
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

    /// Adds other ways.
    pub(crate) fn add(&mut self, other: WayCount) {
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
        Ways::over(lineage, lineage.above_with(to), to)
    }

    /// Finds the ways from an ancestor; nothing if it is none. Of models of one cycle, and from a model to itself, there is one.
    pub fn between(lineage: &Lineage, from: Row, to: Row) -> Option<Ways> {
        let above = lineage.above_with(to);
        above.binary_search(&from).ok()?;
        // What is above the one and below the other: a walk down that does not leave what is above.
        let (mut rows, mut next) = (vec![from], 0);
        let mut met: BTreeSet<Row> = BTreeSet::from([from]);
        while let Some(at) = rows.get(next).copied() {
            next += 1;
            let children = lineage.children(at).map(|(child, _)| child);
            rows.extend(children.filter(|child| above.binary_search(child).is_ok() && met.insert(*child)));
        }
        rows.sort_unstable();
        Some(Ways::over(lineage, rows, to))
    }

    /// The ways over these models in order, each of which is on one.
    fn over(lineage: &Lineage, rows: Vec<Row>, to: Row) -> Ways {
        let mut graph = DiGraph::<usize, ()>::with_capacity(rows.len(), 2 * rows.len());
        (0..rows.len()).for_each(|place| _ = graph.add_node(place));
        for (child, row) in rows.iter().enumerate() {
            let places = lineage.parents(*row).filter_map(|(parent, _)| rows.binary_search(&parent).ok());
            places.for_each(|parent| _ = graph.add_edge(NodeIndex::new(parent), NodeIndex::new(child), ()));
        }
        // Cycles become one node, and no cycle is left.
        let graph = condensation(graph, true);
        let order = toposort(&graph, None).unwrap_or_default();
        let mut number = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, node)| number[node.index()] = at);
        let mut nodes = vec![0; rows.len()];
        for (node, places) in graph.node_references() {
            places.iter().for_each(|place| nodes[*place] = number[node.index()]);
        }
        let end = rows.binary_search(&to).map_or(0, |place| nodes[place]);
        let mut counts = vec![WayCount(0); order.len()];
        counts[end] = WayCount(1);
        for (at, node) in order.iter().enumerate().rev() {
            for child in graph.neighbors(*node) {
                let more = counts[number[child.index()]];
                counts[at].add(more);
            }
        }
        // A node is on every way if no link, and no beginning, passes over its number.
        let is_first = |node: &NodeIndex| graph.neighbors_directed(*node, Direction::Incoming).next().is_none();
        let roots: Vec<bool> = order.iter().map(is_first).collect();
        let mut furthest = roots.iter().rposition(|is_root| *is_root).unwrap_or(0);
        let mut is_unavoidable = |(at, node): (usize, &NodeIndex)| {
            let is_passed = furthest > at;
            furthest = graph.neighbors(*node).map(|child| number[child.index()]).fold(furthest, usize::max);
            !is_passed
        };
        let unavoidable = order.iter().enumerate().map(&mut is_unavoidable).collect();
        Ways { rows, nodes, counts, unavoidable, roots }
    }

    /// Gives the models on the ways, in order of the rows; the one to which they lead is among them.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Gives the number of the node that a model on the ways is in: that of its cycle, or its own. Every link leads to the same or to a
    /// higher number.
    pub fn node(&self, row: Row) -> Option<usize> {
        self.rows.binary_search(&row).ok().map(|at| self.nodes[at])
    }

    /// Counts the ways from a model on them; there is none from a model that is not.
    pub fn count_from(&self, row: Row) -> WayCount {
        self.node(row).map_or(WayCount(0), |node| self.counts[node])
    }

    /// Tells whether every way leads through a model, or through the cycle that it is in.
    pub fn is_unavoidable(&self, row: Row) -> bool {
        self.node(row).is_some_and(|node| self.unavoidable[node])
    }
    /// Tells whether the ways begin at a model, or at the cycle that it is in: nothing else leads there.
    pub fn is_root(&self, row: Row) -> bool {
        self.node(row).is_some_and(|node| self.roots[node])
    }
}
