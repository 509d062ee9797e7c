//! Sums over what whole groups of models reach: every owner's derivatives at once.
//!
//! What a group reaches is the union of its members' trees and of the segments whose heads they reach (`segments`). The
//! trees are numbered in preorder, so that each is a range of numbers and one range inside another adds nothing; a tree
//! in a segment that is reached adds nothing either. So a group is one more set of heads among those of the models, and its
//! sum is known but for the trees and members in segments, of which it is asked whether the group reaches them.

use rayon::prelude::*;

use super::blocks::Weight;
use super::closure::{Closure, Prepared, TooLong};
use super::numbers::{Column, Inner, Place, Set};
use super::segments::{Node, Parent, Peel};
use crate::lineage::{RowSet, holds};

/// A `Groups` is the segments of a graph, to be asked for groups of nodes.
pub(super) struct Groups<W> {
    inner: Inner,
    nodes: Vec<Node<W>>,
    closure: Closure<W>,
    /// The nodes without children that head a segment, and their columns.
    leaf_heads: RowSet,
    leaf_columns: Vec<Column>,
    /// Of each place its tree. All members of a cycle have the same.
    trees: Vec<Tree>,
    /// By where a tree begins, the column of the segment that it lies in.
    segments: Vec<Column>,
    /// A bit for each node with a parent.
    derived: Vec<u64>,
    /// Of each of these where the tree begins in which it hangs, by one of its parents.
    hangs: Vec<u32>,
}

/// A `Reach` is what all groups reach, not yet added up.
pub(super) struct Reach<W> {
    begun: Vec<Begun<W>>,
    /// The set of heads that each group reaches.
    sets: Vec<Set>,
    nodes: Vec<Node<W>>,
    sums: Prepared<W>,
}

impl<W: Weight> Reach<W> {
    /// Gives itself, if adding up takes no longer than so many seconds.
    pub fn within(self, wait: Option<u64>) -> Result<Reach<W>, TooLong> {
        Ok(Reach { sums: self.sums.within(wait)?, ..self })
    }

    /// Gives the sum of each group; `weight` is that of [`Groups::take_apart`].
    pub fn finish(self, weight: impl Fn(u32) -> W) -> Vec<W> {
        let (sums, holds) = self.sums.finish();
        let mut holds = holds.into_iter();
        let finish = |(group, set): (&Begun<W>, &Set)| {
            let mut sum = group.sum;
            sum.add(&sums.of_set(*set));
            for ((_, off), _) in group.if_reached.iter().zip(holds.by_ref()).filter(|(_, holds)| *holds) {
                match off {
                    Off::Tree(at) => sum.subtract(&self.nodes[at.index()].sum),
                    Off::Member(member) => sum.subtract(&weight(*member)),
                }
            }
            sum
        };
        self.begun.iter().zip(&self.sets).map(finish).collect()
    }
}

/// A tree in preorder: its nodes have the numbers from `begin` to before `end`.
#[derive(Clone, Copy)]
struct Tree {
    begin: u32,
    end: u32,
    /// The column of the segment that it lies in, or [`Tree::IN_NONE`].
    segment: Column,
}

impl Tree {
    const IN_NONE: Column = Column(u32::MAX);

    fn segment(self) -> Option<Column> {
        Some(self.segment).filter(|column| *column != Tree::IN_NONE)
    }
}

/// What of a group's sum is known before it is known which segments it reaches.
struct Begun<W> {
    sum: W,
    /// The sets of heads that its members reach.
    sets: Vec<Set>,
    /// Columns, and what is to be taken off if they are among these heads: it is counted twice then, or a member.
    if_reached: Vec<(Column, Off)>,
}

/// What is to be taken off.
#[derive(Clone, Copy)]
enum Off {
    /// The tree at a place.
    Tree(Place),
    /// A member.
    Member(u32),
}

impl<W: Weight> Groups<W> {
    /// Takes a graph apart; see [`super::segments::Segments::sum`].
    pub fn take_apart(all: usize, links: &[(u32, u32)], weight: impl Fn(u32) -> W) -> Groups<W> {
        let peel = Peel::take_apart(all, links, weight);
        let mut first: Vec<Place> = peel.inner.places().collect();
        for cycle in &peel.cycles {
            cycle.iter().for_each(|member| first[member.index()] = cycle[0]);
        }
        // The place above, in the same tree.
        let above = |at: Place| match peel.nodes[at.index()].parent() {
            Parent::None | Parent::Head(_) => None,
            Parent::One(parent) => Some(first[parent.index()].index()),
        };
        let mut trees = vec![Tree { begin: 0, end: 0, segment: Tree::IN_NONE }; peel.inner.len()];
        peel.columns.iter().for_each(|(at, column)| trees[at.index()].segment = *column);
        // First `end` is the size of the tree, then where the next child's begins.
        for at in &peel.order {
            trees[at.index()].end += 1;
            if let Some(parent) = above(*at) {
                trees[parent].end += trees[at.index()].end;
            }
        }
        let mut next = vec![0; trees.len()];
        let mut free = 0;
        for at in peel.order.iter().rev() {
            let size = trees[at.index()].end;
            let begin = match above(*at) {
                Some(parent) => {
                    trees[at.index()].segment = trees[parent].segment;
                    let begin = next[parent];
                    next[parent] += size;
                    begin
                }
                None => {
                    free += size;
                    free - size
                }
            };
            let tree = &mut trees[at.index()];
            (tree.begin, tree.end) = (begin, begin + size);
            next[at.index()] = begin + 1;
        }
        for (at, first) in first.iter().enumerate() {
            trees[at] = trees[first.index()];
        }
        let mut segments = vec![Tree::IN_NONE; trees.len()];
        trees.iter().for_each(|tree| segments[tree.begin as usize] = tree.segment);
        let Peel { inner, nodes, derived, leaf_columns, closure, .. } = peel;
        let mut hangs = vec![0; all];
        for (parent, child) in links.iter().filter(|(parent, child)| parent != child) {
            hangs[*child as usize] = trees[inner.place(*parent).index()].begin;
        }
        let (leaf_heads, leaf_columns): (Vec<u32>, Vec<Column>) = leaf_columns.into_iter().unzip();
        let leaf_heads = RowSet::from_rows(all, &leaf_heads);
        Groups { inner, nodes, closure, leaf_heads, leaf_columns, trees, segments, derived, hangs }
    }

    /// Finds the sum over the distinct nodes that each group reaches, its members left out. `members` gives those of
    /// the group of a number; `weight` is that of [`Groups::take_apart`].
    pub fn reached<M: Iterator<Item = u32> + Clone>(
        self,
        groups: usize,
        members: impl Fn(usize) -> M + Sync,
        weight: impl Fn(u32) -> W + Sync,
    ) -> Reach<W> {
        let begin = |group| self.begin(members(group), &weight);
        let mut begun: Vec<Begun<W>> = (0..groups).into_par_iter().map(begin).collect();
        let Groups { mut closure, nodes, .. } = self;
        let sets: Vec<Set> = begun.iter_mut().map(|group| closure.join(&mut group.sets)).collect();
        let asked = |(group, set): (&Begun<W>, &Set)| {
            let set = *set;
            group.if_reached.iter().map(move |(column, _)| (set, *column)).collect::<Vec<_>>()
        };
        let asks: Vec<(Set, Column)> = begun.iter().zip(&sets).flat_map(asked).collect();
        Reach { begun, sets, nodes, sums: closure.prepare(asks) }
    }

    /// Adds up what does not depend on which segments a group reaches.
    fn begin(&self, members: impl Iterator<Item = u32> + Clone, weight: &impl Fn(u32) -> W) -> Begun<W> {
        let mut begun = Begun { sum: W::default(), sets: Vec::new(), if_reached: Vec::new() };
        let tops = members.clone().filter_map(|member| self.inner.find(member));
        let mut tops: Vec<(Tree, Place)> = tops.map(|at| (self.trees[at.index()], at)).collect();
        if tops.is_empty() {
            return begun;
        }
        // Outer ranges first; what begins inside the last one lies inside it.
        tops.sort_unstable_by_key(|(tree, _)| (tree.begin, u32::MAX - tree.end));
        let mut end = 0;
        tops.retain(|(tree, _)| {
            let is_outer = tree.begin >= end;
            end = end.max(tree.end);
            is_outer
        });
        for (tree, at) in &tops {
            let node = &self.nodes[at.index()];
            begun.sets.push(node.set());
            begun.sum.add(&node.sum);
            begun.if_reached.extend(tree.segment().map(|segment| (segment, Off::Tree(*at))));
        }
        // A member in one of the trees is in the sum. One elsewhere is if its segment is reached.
        let hang = |begun: &mut Begun<W>, begin: u32, member: u32| {
            let before = tops.partition_point(|(top, _)| top.begin <= begin);
            if before > 0 && begin < tops[before - 1].0.end {
                begun.sum.subtract(&weight(member));
            } else if self.segments[begin as usize] != Tree::IN_NONE {
                begun.if_reached.push((self.segments[begin as usize], Off::Member(member)));
            }
        };
        // Where members hang lies far apart: many are fetched first, so that the processor waits once for all.
        const MANY: usize = 64;
        let mut hanging: Vec<u32> = Vec::with_capacity(MANY);
        let mut fetched: Vec<u32> = Vec::with_capacity(MANY);
        let mut members = members;
        loop {
            hanging.clear();
            let mut is_end = true;
            for member in members.by_ref() {
                is_end = false;
                if self.inner.holds(member) {
                    begun.sum.subtract(&weight(member));
                } else if self.leaf_heads.holds(member) {
                    let segment = self.leaf_columns[self.leaf_heads.place(member) as usize];
                    begun.if_reached.push((segment, Off::Member(member)));
                } else if holds(&self.derived, member) {
                    hanging.push(member);
                }
                if hanging.len() == MANY {
                    break;
                }
            }
            fetched.clear();
            fetched.extend(hanging.iter().map(|member| self.hangs[*member as usize]));
            fetched.iter().zip(&hanging).for_each(|(begin, member)| hang(&mut begun, *begin, *member));
            if is_end {
                return begun;
            }
        }
    }
}
