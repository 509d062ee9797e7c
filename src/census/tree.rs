use std::cmp::Reverse;
use std::collections::HashSet;

use super::{Census, Counting};
use crate::model::Relation;
use crate::snapshot::Row;

/// Which way a tree grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the children.
    Down,
    /// To the parents.
    Up,
}

/// A line of a tree, in the order in which it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Links from the tree's root.
    pub depth: usize,
    /// Whether it is the last line of its siblings.
    pub is_last: bool,
    /// What stands there.
    pub what: Shown,
}

/// What stands on a line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A model.
    Model {
        /// Its row.
        row: Row,
        /// The relation of the link to the line above; none at the root.
        relation: Option<Relation>,
        /// Whether it was drawn before, with all that belongs to it (a merge, or a cycle).
        is_repeated: bool,
        /// Whether it has children (or parents) that lie deeper than was asked for.
        is_cut: bool,
        /// Whether it is counted; under a filter some are only walked through.
        is_counted: bool,
    },
    /// Siblings that are not drawn.
    More {
        /// How many.
        models: usize,
        /// The distinct counted descendants of all of them, themselves left out; upward, their ancestors.
        descendants: usize,
    },
}

/// The tree below (or above) a model: the siblings with most descendants first, at most `top` of them (0: all), down to
/// `depth` links.
pub fn tree(
    census: &Census<'_, '_>,
    counting: &Counting,
    root: Row,
    direction: Direction,
    depth: usize,
    top: usize,
) -> Vec<Branch> {
    let snapshot = census.lineage().snapshot();
    let model = |row: Row, relation: Option<Relation>| Shown::Model {
        row,
        relation,
        is_repeated: false,
        is_cut: false,
        is_counted: counting.counts(snapshot.created(row)),
    };
    let mut branches = Vec::new();
    let mut drawn: HashSet<Row> = HashSet::new();
    // What is still to be drawn, the next one last.
    let mut open = vec![Branch { depth: 0, is_last: true, what: model(root, None) }];
    while let Some(mut branch) = open.pop() {
        if let Shown::Model { row, is_repeated, is_cut, .. } = &mut branch.what {
            let mut next = neighbours(census, *row, direction);
            *is_repeated = !next.is_empty() && drawn.contains(row);
            *is_cut = branch.depth >= depth && !next.is_empty() && !*is_repeated;
            if !*is_repeated && !*is_cut {
                drawn.insert(*row);
                let rest = if top > 0 && next.len() > top { next.split_off(top) } else { Vec::new() };
                if !rest.is_empty() {
                    open.push(Branch {
                        depth: branch.depth + 1,
                        is_last: true,
                        what: more(census, counting, &rest, direction),
                    });
                }
                let count = next.len();
                for (at, (row, relation)) in next.into_iter().enumerate().rev() {
                    let what = model(row, Some(relation));
                    open.push(Branch { depth: branch.depth + 1, is_last: at + 1 == count && rest.is_empty(), what });
                }
            }
        }
        branches.push(branch);
    }
    branches
}

fn neighbours(census: &Census<'_, '_>, row: Row, direction: Direction) -> Vec<(Row, Relation)> {
    let lineage = census.lineage();
    let mut next: Vec<(Row, Relation)> = match direction {
        Direction::Down => lineage.children(row).map(|(child, edge)| (child, edge.relation)).collect(),
        Direction::Up => lineage.parents(row).map(|(parent, edge)| (parent, edge.relation)).collect(),
    };
    next.sort_by_key(|(row, _)| (Reverse(census.of(*row).descendants), *row));
    next
}

fn more(census: &Census<'_, '_>, counting: &Counting, rest: &[(Row, Relation)], direction: Direction) -> Shown {
    let rows: Vec<Row> = rest.iter().map(|(row, _)| *row).collect();
    let beyond = match direction {
        Direction::Down => census.lineage().below(&rows),
        Direction::Up => census.lineage().above(&rows),
    };
    let snapshot = census.lineage().snapshot();
    let counted =
        beyond.rows.iter().filter(|row| direction == Direction::Up || counting.counts(snapshot.created(**row)));
    Shown::More { models: rows.len(), descendants: counted.count() }
}
