use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::Census;
use crate::lineage::{Group, Reach, Selection, holds};
use crate::model::Relation;
use crate::snapshot::Row;

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
    /// Siblings that one line stands for.
    Group {
        /// The relation of their links to the line above.
        relation: Relation,
        /// How many.
        models: usize,
    },
    /// Siblings that are not drawn.
    More {
        /// How many.
        models: usize,
        /// The distinct counted descendants of all of them, themselves left out; upward, their ancestors.
        descendants: usize,
    },
}

/// The tree of a selection: from what it was chosen around, downwards, or upwards for ancestors; for what lies around a
/// model and for everything, from the models without parents. Siblings with most descendants come first, at most `top` of
/// them (0: all), down to `depth` links. Models that the selection does not count are walked through.
pub fn tree(
    census: &Census<'_, '_>,
    selection: &Selection<'_, '_>,
    reach: Reach,
    depth: usize,
    top: usize,
) -> Vec<Branch> {
    let tree = Tree { census, selection, reach, top };
    let mut groups: HashMap<Row, Vec<&Group>> = HashMap::new();
    for group in selection.groups() {
        for parent in &group.parents {
            groups.entry(*parent).or_default().push(group);
        }
    }
    let mut branches = Vec::new();
    let mut drawn: HashSet<Row> = HashSet::new();
    // What is still to be drawn, the next one last.
    let mut open = tree.siblings(0, tree.roots(), &[]);
    while let Some(mut branch) = open.pop() {
        if let Shown::Model { row, is_repeated, is_cut, .. } = &mut branch.what {
            let next = tree.next(*row);
            let groups = groups.get(row).map_or(&[][..], Vec::as_slice);
            let has_more = !next.is_empty() || !groups.is_empty();
            *is_repeated = has_more && drawn.contains(row);
            *is_cut = branch.depth >= depth && has_more && !*is_repeated;
            if !*is_repeated && !*is_cut {
                drawn.insert(*row);
                let next = next.into_iter().map(|(row, relation)| (row, Some(relation))).collect();
                open.extend(tree.siblings(branch.depth + 1, next, groups));
            }
        }
        branches.push(branch);
    }
    branches
}

struct Tree<'t, 'g, 's> {
    census: &'t Census<'g, 's>,
    selection: &'t Selection<'g, 's>,
    reach: Reach,
    top: usize,
}

impl Tree<'_, '_, '_> {
    /// The lines of siblings, the first one last.
    fn siblings(&self, depth: usize, mut rows: Vec<(Row, Option<Relation>)>, groups: &[&Group]) -> Vec<Branch> {
        let rest = if self.top > 0 && rows.len() > self.top { rows.split_off(self.top) } else { Vec::new() };
        let model = |(row, relation): (Row, Option<Relation>)| {
            let is_counted = self.selection.is_counted(row);
            Shown::Model { row, relation, is_repeated: false, is_cut: false, is_counted }
        };
        let mut lines: Vec<Shown> = rows.into_iter().map(model).collect();
        let group = |group: &&Group| Shown::Group { relation: group.relation, models: group.models.len() };
        lines.extend(groups.iter().map(group));
        lines.extend((!rest.is_empty()).then(|| self.more(&rest)));
        let last = lines.len();
        let branch = |(at, what)| Branch { depth, is_last: at + 1 == last, what };
        lines.into_iter().enumerate().map(branch).rev().collect()
    }

    fn next(&self, row: Row) -> Vec<(Row, Relation)> {
        let mut next: Vec<(Row, Relation)> = match self.reach {
            Reach::Above => self.selection.parents(row).map(|(parent, edge)| (parent, edge.relation)).collect(),
            _ => self.selection.children(row).map(|(child, edge)| (child, edge.relation)).collect(),
        };
        next.sort_by_cached_key(|(row, _)| (Reverse(self.census.of(*row).descendants), *row));
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
        let mut is_met = vec![0u64; self.census.lineage().snapshot().len().div_ceil(64)];
        let mut met = 0;
        let mut roots = Vec::new();
        let mut begin = |root: Row| {
            let mut open = vec![root];
            while let Some(row) = open.pop() {
                if !holds(&is_met, row) {
                    is_met[row as usize / 64] |= 1 << (row % 64);
                    if row == root {
                        roots.push((row, None));
                    }
                    met += 1;
                    match self.reach {
                        Reach::Above => open.extend(selection.parents(row).map(|(parent, _)| parent)),
                        _ => open.extend(selection.children(row).map(|(child, _)| child)),
                    }
                }
            }
            met == selection.rows().len()
        };
        // Mostly everything lies under the one model that was named, and no order is needed.
        if named.is_some_and(&mut begin) {
            return roots;
        }
        let mut rows = selection.rows().to_vec();
        rows.sort_by_cached_key(|row| (is_under(*row), Reverse(self.census.of(*row).descendants), *row));
        rows.into_iter().for_each(|root| _ = begin(root));
        roots
    }

    fn more(&self, rest: &[(Row, Option<Relation>)]) -> Shown {
        let rows: Vec<Row> = rest.iter().map(|(row, _)| *row).collect();
        let lineage = self.census.lineage();
        let beyond = if self.reach == Reach::Above { lineage.above(&rows) } else { lineage.below(&rows) };
        let grouped: HashSet<Row> =
            self.selection.groups().iter().flat_map(|group| group.models.iter().copied()).collect();
        let is_selected = |row: &&Row| self.selection.place(**row).is_some() || grouped.contains(row);
        let counted = beyond.rows.iter().filter(is_selected).filter(|row| self.selection.is_counted(**row));
        Shown::More { models: rows.len(), descendants: counted.count() }
    }
}
