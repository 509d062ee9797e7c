use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Edge, Lineage, RowSet};
use crate::model::{Learned, Relation};
use crate::snapshot::Row;

/// A `Selection` is a part of a lineage: chosen models, and the links between them.
#[derive(Debug, Clone)]
pub struct Selection {
    lineage: Lineage,
    /// What it was chosen around, in order: models, or a family's members.
    start: Vec<Row>,
    /// Which way it reaches from there; nowhere if it is everything.
    reach: Option<Reach>,
    /// The models, in order; those that a group stands for are not among them.
    rows: Vec<Row>,
    set: RowSet,
    /// Those of the models that were not asked for and only connect others, in order.
    between: Vec<Row>,
    groups: Vec<SiblingGroup>,
}

/// A `SiblingGroup` is siblings that one node stands for: models without children, with the same parents, related to
/// them alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiblingGroup {
    /// All of them have these parents, in order of the rows.
    pub parents: Vec<Row>,
    /// Each was made from its parents by this relation, the strongest of its links.
    pub relation: Relation,
    /// The node stands for these models, in order of the rows.
    pub models: Vec<Row>,
}

/// A `NodeLink` is a link between two nodes of a selection, each a model or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeLink {
    /// This is the place of the parent among the nodes: the models in order, then the groups.
    pub parent: usize,
    /// This is the place of the child among them.
    pub child: usize,
    /// The relation says how the child was made from the parent; of a group it is the strongest.
    pub relation: Relation,
    /// This says how the relation was learned; it is missing of a group, each of whose links may have been learned otherwise.
    pub learned: Option<Learned>,
    /// The link leads to so many models: 1, but for a group.
    pub models: u64,
}

/// A `Reach` says which way a selection reaches from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It reaches to the descendants.
    Below,
    /// It reaches to the ancestors.
    Above,
    /// It reaches both ways, as the links come.
    Around,
}

/// A `Named` says whether a filter counts what a selection was chosen around, wanted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// What was named is counted, wanted or not.
    Counted,
    /// What was named stays, and is counted only if it is wanted.
    AsOthers,
    /// What was named stays only if it is wanted or connects what is.
    IfWanted,
}

/// A `Collapse` says which siblings are drawn as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collapse {
    /// All siblings without children are drawn as one.
    Leaves,
    /// Only siblings without children that were quantized are drawn as one.
    Quantized,
}

impl Collapse {
    /// This lists both, in the order of the help.
    pub const ALL: [Collapse; 2] = [Collapse::Leaves, Collapse::Quantized];

    /// Gives its name in questions.
    pub fn name(self) -> &'static str {
        match self {
            Collapse::Leaves => "leaves",
            Collapse::Quantized => "quantized",
        }
    }
}

impl Lineage {
    /// Selects the models that lie at most `depth` links from any of `start`, those included.
    pub fn select(&self, start: &[Row], reach: Reach, depth: usize) -> Selection {
        let reached = self.within(start, reach, depth);
        let mut rows: Vec<Row> = start.iter().copied().chain(reached.rows).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut start = start.to_vec();
        start.sort_unstable();
        start.dedup();
        Selection::new(self, start, Some(reach), rows)
    }

    /// Selects every model, listed or not. Old ids are none: the models that they name are there.
    pub fn everything(&self) -> Selection {
        let is_model = |row: &Row| self.snapshot().is_listed(*row) || self.is_unlisted(*row);
        Selection::new(self, Vec::new(), None, self.snapshot().rows().filter(is_model).collect())
    }
}

impl Selection {
    fn new(lineage: &Lineage, start: Vec<Row>, reach: Option<Reach>, rows: Vec<Row>) -> Selection {
        let set = RowSet::from_rows(lineage.snapshot().len(), &rows);
        Selection { lineage: lineage.clone(), start, reach, rows, set, between: Vec::new(), groups: Vec::new() }
    }

    /// Leaves out all other models.
    fn narrow(&mut self, rows: Vec<Row>) {
        self.set = RowSet::from_rows(self.lineage.snapshot().len(), &rows);
        self.rows = rows;
    }

    /// Gives the lineage of which it is a part.
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Gives what it was chosen around, in order; it is empty if it is everything.
    pub fn start(&self) -> &[Row] {
        &self.start
    }

    /// Gives which way it reaches from there, unless it is everything.
    pub fn reach(&self) -> Option<Reach> {
        self.reach
    }

    /// Gives the models, in order of their ids.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Tells whether a model is one of those that were asked for. The others only connect these with each other and
    /// with what the selection was chosen around.
    pub fn is_counted(&self, row: Row) -> bool {
        self.between.binary_search(&row).is_err()
    }

    /// Counts those of its models that only connect others.
    pub fn between(&self) -> usize {
        self.between.len()
    }

    /// Gives the nodes that stand for several models, in order of their parents.
    pub fn groups(&self) -> &[SiblingGroup] {
        &self.groups
    }

    /// Counts the nodes: models and groups.
    pub fn nodes(&self) -> usize {
        self.rows.len() + self.groups.len()
    }

    /// Counts the models, those in groups included.
    pub fn models(&self) -> usize {
        self.rows.len() + self.groups.iter().map(|group| group.models.len()).sum::<usize>()
    }

    /// Gives the place of a model among [`Selection::rows`], from 0 on, if it is there.
    pub fn place(&self, row: Row) -> Option<usize> {
        self.set.holds(row).then(|| self.set.place(row) as usize)
    }

    /// Gives the links between its models as parent, child and what the link carries, in order of the child, then of
    /// the parent.
    pub fn links(&self) -> impl Iterator<Item = (Row, Row, Edge)> {
        self.rows.iter().flat_map(|child| self.parents(*child).map(|(parent, edge)| (parent, *child, edge)))
    }

    /// Gives the links between its nodes: those of the models in the order of [`Selection::links`], then those of the groups.
    pub fn node_links(&self) -> impl Iterator<Item = NodeLink> {
        let models = self.links().filter_map(|(parent, child, Edge { relation, learned })| {
            let (parent, child) = (self.place(parent)?, self.place(child)?);
            Some(NodeLink { parent, child, relation, learned: Some(learned), models: 1 })
        });
        let groups = self.groups.iter().zip(self.rows.len()..).flat_map(|(group, child)| {
            let (relation, models) = (group.relation, group.models.len() as u64);
            let parents = group.parents.iter().filter_map(|parent| self.place(*parent));
            parents.map(move |parent| NodeLink { parent, child, relation, learned: None, models })
        });
        models.chain(groups)
    }

    /// Gives those parents of a model that are among its models.
    pub fn parents(&self, child: Row) -> impl Iterator<Item = (Row, Edge)> {
        self.lineage.parents(child).filter(|(parent, _)| self.set.holds(*parent))
    }

    /// Gives those children of a model that are among its models.
    pub fn children(&self, parent: Row) -> impl Iterator<Item = (Row, Edge)> {
        self.lineage.children(parent).filter(|(child, _)| self.set.holds(*child))
    }

    /// Keeps only the models that are wanted, and what connects them. What it was chosen around stays too and is
    /// counted, if `named` says so.
    pub fn keep(mut self, reach: Reach, named: Named, wanted: impl Fn(Row) -> bool) -> Self {
        let is_named = |row: &Row| self.start.binary_search(row).is_ok();
        let is_wanted = |row: &Row| wanted(*row) || (named == Named::Counted && is_named(row));
        let chosen: Vec<Row> =
            self.rows.iter().copied().filter(|row| self.is_counted(*row) && is_wanted(row)).collect();
        let does_stay = |row: &Row| named != Named::IfWanted && is_named(row);
        let stay: Vec<Row> = self.rows.iter().copied().filter(does_stay).collect();
        self = self.connecting(&chosen, &stay, reach);
        self.forget();
        self
    }

    /// Keeps the `most` counted models of the highest weight, ties by id, and their ancestors in the selection, which
    /// count if they did, and what connects these. Of what it was chosen around, only what connects stays.
    pub fn top(mut self, most: usize, reach: Reach, weight: impl Fn(Row) -> u64) -> Self {
        let is_meant = |row: &Row| self.is_counted(*row) || self.start.binary_search(row).is_ok();
        let mut chosen: Vec<Row> = self.rows.iter().copied().filter(is_meant).collect();
        chosen.sort_by_key(|row| (Reverse(weight(*row)), *row));
        chosen.truncate(most);
        let near = self.clone().connecting(&chosen, &[], Reach::Below);
        let counted: Vec<Row> = near.rows.iter().copied().filter(|row| self.is_counted(*row)).collect();
        self = self.connecting(&counted, &near.rows, reach);
        self.forget();
        self
    }

    /// Forgets that it was chosen around what is no longer there.
    fn forget(&mut self) {
        let set = &self.set;
        self.start.retain(|row| set.holds(*row));
    }

    /// Those of its models that are chosen, those that stay anyhow, and what connects them with the start: the ancestors
    /// of chosen ones; if it reaches upwards, their descendants; if both ways, what lies on a shortest way. All but the
    /// chosen ones are not counted.
    fn connecting(mut self, chosen: &[Row], stay: &[Row], reach: Reach) -> Self {
        if chosen == self.rows {
            return self;
        }
        let from: Vec<Row> = chosen.iter().chain(stay).copied().collect();
        self.narrow(match reach {
            Reach::Above => self.reached(Reach::Below, from),
            // The way back may lead down and up.
            Reach::Around if !self.start.is_empty() => self.leading_back(from),
            Reach::Around | Reach::Below => self.reached(Reach::Above, from),
        });
        let chosen = RowSet::from_rows(self.lineage.snapshot().len(), chosen);
        self.between = self.rows.iter().copied().filter(|row| !chosen.holds(*row)).collect();
        self
    }

    /// Lets one node stand for siblings: models without children, with the same parents and relation, two at least.
    pub fn collapse(mut self, which: Collapse) -> Self {
        let mut siblings: BTreeMap<(Vec<Row>, Relation), Vec<Row>> = BTreeMap::new();
        for row in &self.rows {
            let parents: Vec<(Row, Edge)> = self.parents(*row).collect();
            let Some(relation) = parents.iter().map(|(_, edge)| edge.relation).max() else { continue };
            let is_meant = which == Collapse::Leaves || relation == Relation::Quantized;
            let is_free = self.start.binary_search(row).is_err() && self.children(*row).next().is_none();
            if is_meant && is_free {
                let parents = parents.into_iter().map(|(parent, _)| parent).collect();
                siblings.entry((parents, relation)).or_default().push(*row);
            }
        }
        let groups = siblings.into_iter().filter(|(_, models)| models.len() > 1);
        self.groups = groups.map(|((parents, relation), models)| SiblingGroup { parents, relation, models }).collect();
        let mut hidden: Vec<Row> = self.groups.iter().flat_map(|group| group.models.iter().copied()).collect();
        hidden.sort_unstable();
        self.narrow(self.rows.iter().copied().filter(|row| hidden.binary_search(row).is_err()).collect());
        self
    }
}
