use std::cmp::Reverse;
use std::collections::HashMap;

use super::Census;
use crate::lineage::{Reach, Selection, SiblingGroup, holds};
use crate::model::Relation;
use crate::snapshot::Row;

/// An `Extent` says how much of a tree is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// So many links are drawn downwards.
    pub depth: usize,
    /// So many siblings are drawn, those with most descendants first, or all if this is 0.
    pub siblings: usize,
    /// So many lines are drawn at most.
    pub lines: usize,
}

/// A `Drawn` is a tree of models as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// These are the lines, in their order.
    pub branches: Vec<Branch>,
    /// So many models of the selection stand in no line, if the lines ended before the tree did.
    pub left_out: Option<usize>,
}

/// A `Branch` is a line of a tree. There may be millions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// It lies so many links from the tree's root.
    pub depth: u32,
    /// This is the model one line up in the tree; the root has none.
    pub of: Option<Row>,
    /// It tells whether this is the last line of its siblings.
    pub is_last: bool,
    /// This stands on the line.
    pub what: Shown,
}

/// A `Shown` is what stands on a line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A model stands there.
    Model {
        /// This is its row.
        row: Row,
        /// The link to the line above has this relation; the root has no such link.
        relation: Option<Relation>,
        /// It tells whether the model was drawn before, with all that belongs to it (a merge, or a cycle).
        is_repeated: bool,
        /// It tells whether the model has children (or parents) that lie deeper than was asked for.
        is_cut: bool,
        /// It tells whether the model is counted; under a filter some are only walked through.
        is_counted: bool,
    },
    /// One line stands for siblings.
    Group {
        /// This is the first of them.
        first: Row,
        /// Their links to the line above have this relation.
        relation: Relation,
        /// There are so many of them.
        models: u32,
    },
    /// Some siblings are not drawn.
    More {
        /// There are so many of them.
        models: u32,
        /// They have so many distinct counted descendants together, themselves left out; upward, so many ancestors. The
        /// number is missing where counting them would take too long.
        descendants: Option<u32>,
    },
}

/// Draws the tree of a selection: from what it was chosen around, downwards, or upwards for ancestors; for what lies
/// around a model and for everything, from the models without parents. Models that the selection does not count are
/// walked through.
pub fn tree(census: &Census, selection: &Selection, reach: Reach, extent: Extent) -> Drawn {
    let bits = || vec![0u64; census.snapshot().len().div_ceil(64)];
    let mut hidden = bits();
    selection.groups().iter().flat_map(|group| &group.models).for_each(|row| _ = mark(&mut hidden, *row));
    let mut tree = Tree { census, selection, reach, top: extent.siblings, hidden, met: bits(), left: MOST_WALKED };
    let mut groups: HashMap<Row, Vec<&SiblingGroup>> = HashMap::new();
    for group in selection.groups() {
        for parent in &group.parents {
            groups.entry(*parent).or_default().push(group);
        }
    }
    let mut branches = Vec::new();
    let (mut drawn, mut shown) = (bits(), bits());
    let mut models = 0;
    // What is still to be drawn, the next one last.
    let roots = tree.roots();
    let mut open = tree.siblings(0, None, roots, &[]);
    while let Some(mut branch) = open.pop() {
        if branches.len() == extent.lines {
            return Drawn { branches, left_out: Some(selection.models() - models) };
        }
        if let Shown::Model { row, is_repeated, is_cut, .. } = &mut branch.what {
            let next = tree.next(*row);
            let groups = groups.get(row).map_or(&[][..], Vec::as_slice);
            let has_more = !next.is_empty() || !groups.is_empty();
            *is_repeated = has_more && holds(&drawn, *row);
            *is_cut = branch.depth as usize >= extent.depth && has_more && !*is_repeated;
            models += usize::from(mark(&mut shown, *row));
            if !*is_repeated && !*is_cut {
                mark(&mut drawn, *row);
                let next = next.into_iter().map(|(row, relation)| (row, Some(relation))).collect();
                open.extend(tree.siblings(branch.depth + 1, Some(*row), next, groups));
            }
        }
        // Under each of its parents stands a group.
        if let Shown::Group { first, models: more, .. } = &branch.what
            && mark(&mut shown, *first)
        {
            models += *more as usize;
        }
        branches.push(branch);
    }
    Drawn { branches, left_out: None }
}

/// Models that are walked over, all in all, to count what hangs below those that are not drawn: about a second's worth. In a
/// ladder of merges each line would walk over all the rest.
const MOST_WALKED: usize = 30_000_000;

/// Sets the bit of a row, and says whether it was not set.
fn mark(bits: &mut [u64], row: Row) -> bool {
    let is_new = !holds(bits, row);
    bits[row as usize / 64] |= 1 << (row % 64);
    is_new
}

struct Tree<'t> {
    census: &'t Census,
    selection: &'t Selection,
    reach: Reach,
    top: usize,
    /// The models that stand in groups.
    hidden: Vec<u64>,
    /// Room for a walk: bits that are clear between one and the next.
    met: Vec<u64>,
    /// Models that may still be walked over.
    left: usize,
}

impl Tree<'_> {
    /// The lines of siblings, the first one last.
    fn siblings(
        &mut self,
        depth: u32,
        of: Option<Row>,
        mut rows: Vec<(Row, Option<Relation>)>,
        groups: &[&SiblingGroup],
    ) -> Vec<Branch> {
        let rest = if self.top > 0 && rows.len() > self.top { rows.split_off(self.top) } else { Vec::new() };
        let model = |(row, relation): (Row, Option<Relation>)| {
            let is_counted = self.selection.is_counted(row);
            Shown::Model { row, relation, is_repeated: false, is_cut: false, is_counted }
        };
        let mut lines: Vec<Shown> = rows.into_iter().map(model).collect();
        let group = |group: &&SiblingGroup| {
            let (first, models) = (*group.models.first()?, group.models.len() as u32);
            Some(Shown::Group { first, relation: group.relation, models })
        };
        lines.extend(groups.iter().filter_map(group));
        lines.extend((!rest.is_empty()).then(|| self.more(&rest)));
        let last = lines.len();
        let branch = |(at, what)| Branch { depth, of, is_last: at + 1 == last, what };
        lines.into_iter().enumerate().map(branch).rev().collect()
    }

    fn next(&self, row: Row) -> Vec<(Row, Relation)> {
        let mut next: Vec<(Row, Relation)> = match self.reach {
            Reach::Above => self.selection.parents(row).map(|(parent, edge)| (parent, edge.relation)).collect(),
            _ => self.selection.children(row).map(|(child, edge)| (child, edge.relation)).collect(),
        };
        next.sort_by_cached_key(|(row, _)| (Reverse(self.census.facts(*row).descendants), *row));
        next
    }

    /// Where the tree begins, so that every model of the selection is under one of them.
    fn roots(&self) -> Vec<(Row, Option<Relation>)> {
        let selection = self.selection;
        let named = match selection.start() {
            [one] if self.reach != Reach::Around => Some(*one),
            _ => None,
        };
        let is_under = |row: Row| match self.reach {
            Reach::Above => selection.children(row).next().is_some(),
            _ => selection.parents(row).next().is_some(),
        };
        let by_size = || {
            let mut rows = selection.rows().to_vec();
            rows.sort_by_cached_key(|row| (is_under(*row), Reverse(self.census.facts(*row).descendants), *row));
            rows
        };
        // Mostly everything lies under the one model that was named, and no order is needed.
        let candidates = named.into_iter().chain(std::iter::once_with(by_size).flatten());
        selection.roots(self.reach, candidates).into_iter().map(|row| (row, None)).collect()
    }

    fn more(&mut self, rest: &[(Row, Option<Relation>)]) -> Shown {
        let (lineage, selection) = (self.selection.lineage(), self.selection);
        let mut rows: Vec<Row> = rest.iter().map(|(row, _)| *row).collect();
        rows.iter().for_each(|row| _ = mark(&mut self.met, *row));
        let mut at = 0;
        while at < rows.len() && rows.len() - rest.len() <= self.left {
            let row = rows[at];
            match self.reach {
                Reach::Above => {
                    rows.extend(lineage.parents(row).map(|(row, _)| row).filter(|row| mark(&mut self.met, *row)));
                }
                _ => rows.extend(lineage.children(row).map(|(row, _)| row).filter(|row| mark(&mut self.met, *row))),
            }
            at += 1;
        }
        rows.iter().for_each(|row| self.met[*row as usize / 64] = 0);
        let is_whole = at == rows.len();
        self.left = if is_whole { self.left - (rows.len() - rest.len()) } else { 0 };
        let is_selected = |row: &&Row| selection.place(**row).is_some() || holds(&self.hidden, **row);
        let counted = rows[rest.len()..].iter().filter(is_selected).filter(|row| selection.is_counted(**row));
        Shown::More { models: rest.len() as u32, descendants: is_whole.then(|| counted.count() as u32) }
    }
}
