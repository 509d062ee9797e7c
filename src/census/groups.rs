//! Sums over what whole groups of models reach: every owner's derivatives at once.
//!
//! What a group reaches is the union of its members' trees and of the segments whose heads they reach (`segments`). The
//! trees are numbered in preorder, so that each is a range of numbers and one range inside another adds nothing; a tree
//! in a segment that is reached adds nothing either. So a group costs a look at each of its members and at the sets that
//! they reach, and not at the models.

use super::closure::{NONE, Targets, Weight};
use super::segments::{HEAD, Node, Peel};
use crate::lineage::{RowSet, holds};

/// The segments of a graph, to be asked for groups of nodes.
pub(super) struct Groups<W> {
    inner: RowSet,
    nodes: Vec<Node<W>>,
    /// A bit for each node with a parent.
    derived: Vec<u64>,
    /// The columns' weights, and what the sets are made of.
    columns: Vec<W>,
    parts: Targets,
    /// The nodes without children that head a segment, and their columns.
    leaf_heads: RowSet,
    leaf_columns: Vec<u32>,
    /// Of each place, the range of numbers of its tree, and the column of its segment or [`NONE`]. All members of a
    /// cycle have the same.
    trees: Vec<Tree>,
}

#[derive(Clone, Copy)]
struct Tree {
    begin: u32,
    end: u32,
    segment: u32,
}

/// What asking writes on: which group saw a row or a column last.
pub(super) struct Stamps {
    now: u32,
    rows: Vec<u32>,
    columns: Vec<u32>,
    open: Vec<u32>,
}

impl<W: Weight> Groups<W> {
    /// Takes a graph apart; see [`super::segments::Segments::sum`].
    pub fn of(all: usize, links: &[(u32, u32)], weight: impl Fn(u32) -> W) -> Groups<W> {
        let peel = Peel::of(all, links, weight);
        let mut first: Vec<u32> = (0..peel.inner.len() as u32).collect();
        for cycle in &peel.cycles {
            cycle.iter().for_each(|member| first[*member as usize] = cycle[0]);
        }
        // The place above, in the same tree.
        let above = |at: u32| match peel.nodes[at as usize].parent {
            NONE => None,
            head if head & HEAD != 0 => None,
            parent => Some(first[parent as usize] as usize),
        };
        let mut trees = vec![Tree { begin: 0, end: 0, segment: NONE }; peel.inner.len()];
        peel.columns.iter().for_each(|(at, column)| trees[*at as usize].segment = *column);
        // First `end` is the size of the tree, then where the next child's begins.
        for at in &peel.order {
            trees[*at as usize].end += 1;
            if let Some(parent) = above(*at) {
                trees[parent].end += trees[*at as usize].end;
            }
        }
        let mut next = vec![0; trees.len()];
        let mut free = 0;
        for at in peel.order.iter().rev() {
            let size = trees[*at as usize].end;
            let begin = match above(*at) {
                Some(parent) => {
                    trees[*at as usize].segment = trees[parent].segment;
                    let begin = next[parent];
                    next[parent] += size;
                    begin
                }
                None => {
                    free += size;
                    free - size
                }
            };
            let tree = &mut trees[*at as usize];
            (tree.begin, tree.end) = (begin, begin + size);
            next[*at as usize] = begin + 1;
        }
        for (at, first) in first.iter().enumerate() {
            trees[at] = trees[*first as usize];
        }
        let Peel { inner, nodes, derived, leaf_columns, closure, .. } = peel;
        let (leaf_heads, leaf_columns): (Vec<u32>, Vec<u32>) = leaf_columns.into_iter().unzip();
        let leaf_heads = RowSet::of(all, &leaf_heads);
        let (columns, parts) = (closure.columns().to_vec(), closure.parts());
        Groups { inner, nodes, derived, columns, parts, leaf_heads, leaf_columns, trees }
    }

    pub fn stamps(&self) -> Stamps {
        let rows = self.parts.offsets().len();
        Stamps { now: 0, rows: vec![0; rows], columns: vec![0; self.columns.len()], open: Vec::new() }
    }

    /// The sum over the distinct nodes that a group reaches, its members left out. `parent` gives a node's parent, one of
    /// them if there are several; `weight` is that of [`Groups::of`].
    pub fn reached(
        &self,
        members: impl Iterator<Item = u32> + Clone,
        stamps: &mut Stamps,
        parent: impl Fn(u32) -> Option<u32>,
        weight: impl Fn(u32) -> W,
    ) -> W {
        stamps.now += 1;
        let now = stamps.now;
        let place = |node: u32| self.inner.holds(node).then(|| self.inner.place(node) as usize);
        let mut tops: Vec<(Tree, usize)> = members.clone().filter_map(place).map(|at| (self.trees[at], at)).collect();
        let mut sum = W::default();
        if tops.is_empty() {
            return sum;
        }
        // Outer ranges first; what begins inside the last one lies inside it.
        tops.sort_unstable_by_key(|(tree, _)| (tree.begin, u32::MAX - tree.end));
        let mut end = 0;
        tops.retain(|(tree, _)| {
            let is_outer = tree.begin >= end;
            end = end.max(tree.end);
            is_outer
        });
        stamps.open.extend(tops.iter().map(|(_, at)| self.nodes[*at].set).filter(|set| *set != NONE));
        while let Some(set) = stamps.open.pop() {
            let seen = if set % 2 == 1 { &mut stamps.columns } else { &mut stamps.rows };
            if std::mem::replace(&mut seen[set as usize / 2], now) != now {
                match set % 2 {
                    1 => sum.add(&self.columns[set as usize / 2]),
                    _ => stamps.open.extend(self.parts.of_source(set / 2)),
                }
            }
        }
        let is_reached = |column: u32| column != NONE && stamps.columns[column as usize] == now;
        tops.retain(|(tree, _)| !is_reached(tree.segment));
        tops.iter().for_each(|(_, at)| sum.add(&self.nodes[*at].sum));
        let is_inside = |tree: Tree| {
            let before = tops.partition_point(|(top, _)| top.begin <= tree.begin);
            is_reached(tree.segment) || (before > 0 && tree.begin < tops[before - 1].0.end)
        };
        // The trees above members that hang in them: many are fetched first, so that the processor waits once for all.
        const MANY: usize = 64;
        let mut hanging: Vec<(u32, u32)> = Vec::with_capacity(MANY);
        let mut fetched: Vec<(Tree, u32)> = Vec::with_capacity(MANY);
        let mut members = members;
        loop {
            hanging.clear();
            let mut is_end = true;
            for member in members.by_ref() {
                is_end = false;
                if self.inner.holds(member) {
                    sum.take(&weight(member));
                } else if self.leaf_heads.holds(member) {
                    if is_reached(self.leaf_columns[self.leaf_heads.place(member) as usize]) {
                        sum.take(&weight(member));
                    }
                } else if holds(&self.derived, member) {
                    hanging.extend(parent(member).map(|parent| (parent, member)));
                }
                if hanging.len() == MANY {
                    break;
                }
            }
            if is_end {
                break sum;
            }
            // A parent has a child, so it has a place.
            fetched.clear();
            fetched.extend(
                hanging.iter().map(|(parent, member)| (self.trees[self.inner.place(*parent) as usize], *member)),
            );
            fetched.iter().filter(|(tree, _)| is_inside(*tree)).for_each(|(_, member)| sum.take(&weight(*member)));
        }
    }
}
