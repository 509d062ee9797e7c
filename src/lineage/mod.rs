//! The derivative graph: parent to child, one link for each pair. petgraph is spoken here, and where drawings are laid out.

mod anomaly;
mod arrows;
mod common;
mod cycles;
mod graph;
mod mirror;
mod namesakes;
mod nearest;
mod resolve;
mod row_set;
mod selection;
mod walk;
mod walks;
mod ways;

use std::sync::{Arc, OnceLock};

pub use anomaly::Anomaly;
use arrows::{Arrows, Making};
pub(crate) use cycles::components;
pub use graph::{AllLinks, Link, Links, Node};
pub use mirror::Mirror;
pub use namesakes::Namesakes;
pub(crate) use row_set::{RowSet, holds};
pub use selection::{Collapse, Named, NodeLink, Reach, Selection, SiblingGroup};
pub use walk::Reached;
pub use ways::{WayCount, Ways};

use crate::model::{Learned, Relation};
use crate::snapshot::{Array, Error, Numbers, Row, Snapshot};

/// Under which names the links are kept: this version of the rules that resolve them.
const UP: &str = "lineage/1/parents";
const DOWN: &str = "lineage/1/children";

/// A `Lineage` is who descends from whom in a snapshot: aliases are followed, self-links removed, repeated parents
/// joined, cycles and unlisted parents kept. A node's index is its row in the snapshot. It holds its snapshot; a clone
/// is the same lineage and costs nothing. It is a graph of petgraph's: `&lineage` goes into any of its algorithms. Mind
/// that `tarjan_scc` and `is_cyclic_directed` overflow the stack on long chains; `kosaraju_scc`, `toposort` and
/// [`Lineage::cycles`] do not.
#[derive(Debug, Clone)]
pub struct Lineage {
    snapshot: Snapshot,
    up: Arrows,
    down: Arrows,
    /// Whether these are all links of the snapshot.
    is_whole: bool,
    cycles: Arc<OnceLock<Vec<Vec<Row>>>>,
}

/// An `Edge` is what a link carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// This says how the relation was learned: declared, from the Hub, or inferred.
    pub learned: Learned,
    /// The child was made from the parent by this relation.
    pub relation: Relation,
}

/// A `NotFound` says that no model of an id is in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// This is the id as it was asked for.
    pub wanted: String,
    /// These ids are spelled like it, those with most descendants first; there may be none.
    pub nearest: Vec<String>,
}

impl std::fmt::Display for NotFound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no model {:?} in this snapshot", self.wanted)?;
        match self.nearest.is_empty() {
            true => Ok(()),
            false => write!(f, "; the nearest: {}", self.nearest.join(", ")),
        }
    }
}

impl std::error::Error for NotFound {}

impl Lineage {
    /// Takes the links that the snapshot keeps, or resolves those that its records name. What is odd becomes an [`Anomaly`].
    ///
    /// # Errors
    /// [`Error::Damaged`] if the links in the file are not as they were written.
    pub fn from_snapshot(snapshot: &Snapshot) -> Result<Lineage, Error> {
        if let Some((up, down)) = Arrows::kept(snapshot, UP)?.zip(Arrows::kept(snapshot, DOWN)?) {
            if up.len() != down.len() {
                return Err(snapshot.damaged(format!("kept arrays {UP} and {DOWN} do not tell of as many links")));
            }
            return Ok(Lineage::new(snapshot, up, down, true));
        }
        let links = snapshot.links()?;
        let mut up = Making::with_capacity(snapshot.len(), links.len());
        let mut parents = Vec::new();
        for child in snapshot.rows() {
            resolve::resolve(snapshot, links, child, &mut parents, &mut |_| ());
            up.add(parents.iter().copied());
        }
        let up = up.finish();
        Ok(Lineage::new(snapshot, up.clone(), up.turned(), true))
    }

    fn new(snapshot: &Snapshot, up: Arrows, down: Arrows, is_whole: bool) -> Lineage {
        Lineage { snapshot: snapshot.clone(), up, down, is_whole, cycles: Arc::default() }
    }

    /// Some links of a snapshot.
    fn part(snapshot: &Snapshot, up: Making) -> Lineage {
        let up = up.finish();
        Lineage::new(snapshot, up.clone(), up.turned(), false)
    }

    /// Gives what a snapshot keeps so that its lineage need not be built again: arrays, each with its name.
    pub fn to_keep(&self) -> Vec<(String, Array)> {
        [(UP, &self.up), (DOWN, &self.down)].into_iter().flat_map(|(name, arrows)| arrows.to_keep(name)).collect()
    }

    /// Tells whether these are all links of the snapshot, and not a part of them.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Makes the lineage of the same models with only the links that `keep` wants: paths through the others are cut.
    /// `keep` is given parent, child and what the link carries.
    pub fn only(&self, keep: impl Fn(Row, Row, Edge) -> bool) -> Lineage {
        let mut up = Making::with_capacity(self.snapshot.len(), self.links());
        for child in self.snapshot.rows() {
            up.add(self.parents(child).filter(|(parent, edge)| keep(*parent, child, *edge)));
        }
        Lineage::part(&self.snapshot, up)
    }

    /// The same models with links from other parents, and none to those children that are cut off.
    fn moved(&self, parent_of: impl Fn(Row) -> Row, is_cut: impl Fn(Row) -> bool) -> Lineage {
        let mut up = Making::with_capacity(self.snapshot.len(), self.links());
        let mut parents: Vec<(Row, Edge)> = Vec::new();
        for child in self.snapshot.rows() {
            parents.clear();
            if !is_cut(child) {
                let moved = self.parents(child).map(|(parent, edge)| (parent_of(parent), edge));
                parents.extend(moved.filter(|(parent, _)| *parent != child));
                // Of two links that now have one parent the last holds, as where a record is resolved.
                parents.sort_unstable();
                parents.reverse();
                parents.dedup_by_key(|(parent, _)| *parent);
                parents.reverse();
            }
            up.add(parents.iter().copied());
        }
        Lineage::part(&self.snapshot, up)
    }

    /// Gives the snapshot that it was built from.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Counts the links.
    pub fn links(&self) -> usize {
        self.up.len()
    }

    /// Gives every link as parent, child and what it carries, in order of the child, then of the parent.
    pub fn all_links(&self) -> impl Iterator<Item = (Row, Row, Edge)> {
        let links = |child| self.parents(child).map(move |(parent, edge)| (parent, child, edge));
        self.snapshot.rows().flat_map(links)
    }

    /// Gives the parents of all links, in the order of [`Lineage::all_links`]: where the snapshot keeps its links, the numbers that lie in
    /// its file.
    pub fn all_parents(&self) -> Numbers<Row> {
        self.up.all_ends().clone()
    }

    /// Gives every link as parent and child, in the order of [`Lineage::all_links`].
    pub fn pairs(&self) -> Vec<(Row, Row)> {
        let mut pairs = Vec::with_capacity(self.links());
        // A loop, which fills a vector several times as quickly as a flattened iterator.
        for child in self.snapshot.rows() {
            pairs.extend(self.up.ends(child).iter().map(|parent| (*parent, child)));
        }
        pairs
    }

    /// Gives the children of a model, in order of their ids, each with what its link carries.
    pub fn children(&self, model: Row) -> impl ExactSizeIterator<Item = (Row, Edge)> {
        self.down.of_row(model)
    }

    /// Gives the parents of a model, in order of their ids, each with what its link carries.
    pub fn parents(&self, model: Row) -> impl ExactSizeIterator<Item = (Row, Edge)> {
        self.up.of_row(model)
    }

    /// Gives the numbers of the links from a model's parents to it: they count from 0 in the order of
    /// [`Lineage::all_links`].
    pub fn links_up(&self, model: Row) -> std::ops::Range<usize> {
        self.up.range(model)
    }

    /// Tells whether a model has no parent.
    pub fn is_root(&self, model: Row) -> bool {
        self.up.range(model).is_empty()
    }

    /// Tells whether a model has no child.
    pub fn is_leaf(&self, model: Row) -> bool {
        self.down.range(model).is_empty()
    }

    /// Tells whether a row is a parent that is named but not listed.
    pub fn is_unlisted(&self, model: Row) -> bool {
        !self.snapshot.is_listed(model) && self.snapshot.alias_of(model).is_none()
    }

    /// Finds what is odd in the graph: self-links, repeated parents, conflicts, aliases followed or listed, cycles.
    ///
    /// # Errors
    /// [`Error::Damaged`] if what the models name cannot be read.
    pub fn anomalies(&self) -> Result<impl Iterator<Item = Anomaly>, Error> {
        let links = self.snapshot.links()?;
        let mut found = Vec::new();
        let mut parents = Vec::new();
        for child in self.snapshot.rows() {
            let from = found.len();
            resolve::resolve(&self.snapshot, links, child, &mut parents, &mut |odd| found.push(odd));
            found[from..].reverse();
        }
        let listed = self.snapshot.rows().filter(|row| self.snapshot.is_listed(*row));
        let aliases =
            listed.filter_map(|alias| Some(Anomaly::AliasListed { alias, model: self.snapshot.alias_of(alias)? }));
        let cycles = self.cycles().iter().map(|members| Anomaly::Cycle { members: members.clone() });
        Ok(found.into_iter().chain(aliases).chain(cycles))
    }

    /// Finds the cycles: the sets of models that descend from each other, each set in order of the rows.
    pub fn cycles(&self) -> &[Vec<Row>] {
        self.cycles.get_or_init(|| self.up.cycles())
    }

    /// Finds the cycles among some models and everything above them, each in order of the rows. No other model is looked at.
    pub(crate) fn cycles_above(&self, models: &[Row]) -> Vec<Vec<Row>> {
        self.up.cycles_from(models)
    }

    /// Finds the model of an id, without regard to case; an old id leads to the model that it names today.
    ///
    /// # Errors
    /// [`NotFound`] if there is none, with the nearest ids.
    pub fn find(&self, id: &str) -> Result<Row, NotFound> {
        self.row(id).ok_or_else(|| {
            let nearest = self.nearest(id, 5).into_iter().map(|(row, _)| self.snapshot.id(row).to_owned()).collect();
            NotFound { wanted: id.into(), nearest }
        })
    }

    /// Finds the model of an id as [`Lineage::find`] does, and looks for no other where there is none.
    pub fn row(&self, id: &str) -> Option<Row> {
        self.snapshot.find(id).map(|row| self.snapshot.alias_of(row).unwrap_or(row))
    }
}
