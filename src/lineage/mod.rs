//! The derivative graph: parent to child, one link for each pair. The only room where petgraph is spoken.

mod anomaly;
mod cycles;
mod selection;
mod walk;

use std::sync::OnceLock;

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::graph::{Graph, NodeIndex};
use petgraph::visit::EdgeRef;

pub use anomaly::Anomaly;
pub use selection::{Collapse, Group, Reach, Selection};
pub use walk::Reached;

use crate::model::{Learned, Relation};
use crate::snapshot::{Row, Snapshot};

/// The lineage of a snapshot: aliases followed, self-links removed, repeated parents joined, cycles and unlisted
/// parents kept. A node's index is its row in the snapshot.
#[derive(Debug)]
pub struct Lineage<'s> {
    snapshot: &'s Snapshot,
    graph: Graph<(), Edge>,
    anomalies: Vec<Anomaly>,
    cycles: OnceLock<Vec<Vec<Row>>>,
}

/// What a link carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// How the relation was learned.
    pub learned: Learned,
    /// How the child was made from the parent.
    pub relation: Relation,
}

/// No model of that id is in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// What was asked for.
    pub wanted: String,
    /// The ids that look most like it.
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

impl<'s> Lineage<'s> {
    /// Builds the graph. Nothing can fail: what is odd becomes an [`Anomaly`].
    pub fn from_snapshot(snapshot: &'s Snapshot) -> Lineage<'s> {
        let links = snapshot.provenance().counts.links as usize;
        let mut graph = Graph::with_capacity(snapshot.len(), links);
        snapshot.rows().for_each(|_| _ = graph.add_node(()));
        let mut lineage = Lineage { snapshot, graph, anomalies: Vec::new(), cycles: OnceLock::new() };
        // petgraph lists the newest link first: built from the last child up, children and parents come in order.
        for child in snapshot.rows().rev() {
            lineage.link(child);
        }
        lineage.anomalies.reverse();
        lineage
    }

    fn link(&mut self, child: Row) {
        let mut parents: Vec<(Row, Edge)> = Vec::new();
        for link in self.snapshot.links(child) {
            let parent = match self.snapshot.alias_of(link.parent) {
                Some(model) => {
                    self.anomalies.push(Anomaly::AliasFollowed { child, alias: link.parent, model });
                    model
                }
                None => link.parent,
            };
            if parent == child {
                self.anomalies.push(Anomaly::SelfLink { model: child });
            } else {
                parents.push((parent, Edge { learned: link.learned, relation: link.relation }));
            }
        }
        // The last of a pair holds: the best known, then the strongest relation.
        parents.sort_unstable();
        while let Some((parent, edge)) = parents.pop() {
            while let Some((_, weaker)) = parents.pop_if(|(other, _)| *other == parent) {
                self.anomalies.push(match weaker.relation == edge.relation {
                    true => Anomaly::RepeatedParent { child, parent },
                    false => Anomaly::RelationConflict { child, parent, kept: edge.relation, dropped: weaker.relation },
                });
            }
            self.graph.add_edge(node(parent), node(child), edge);
        }
    }

    /// The same models with only the links that `keep` wants: paths through the others are cut. It is given parent,
    /// child and what the link carries.
    pub fn only(&self, keep: impl Fn(Row, Row, Edge) -> bool) -> Lineage<'s> {
        let mut graph = Graph::with_capacity(self.graph.node_count(), self.graph.edge_count());
        self.snapshot.rows().for_each(|_| _ = graph.add_node(()));
        for edge in self.graph.raw_edges() {
            if keep(row(edge.source()), row(edge.target()), edge.weight) {
                graph.add_edge(edge.source(), edge.target(), edge.weight);
            }
        }
        Lineage { snapshot: self.snapshot, graph, anomalies: self.anomalies.clone(), cycles: OnceLock::new() }
    }

    /// The snapshot that it was built from.
    pub fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }

    /// The graph itself, for petgraph's algorithms. Mind that `tarjan_scc` and `is_cyclic_directed` overflow the stack
    /// on long chains; [`Lineage::cycles`] does not.
    pub fn graph(&self) -> &Graph<(), Edge> {
        &self.graph
    }

    /// How many links there are.
    pub fn links(&self) -> usize {
        self.graph.edge_count()
    }

    /// Every link: parent, child, and what it carries.
    pub fn all_links(&self) -> impl ExactSizeIterator<Item = (Row, Row, Edge)> {
        self.graph.raw_edges().iter().map(|edge| (row(edge.source()), row(edge.target()), edge.weight))
    }

    /// The children of a model, in order of their ids.
    pub fn children(&self, model: Row) -> impl Iterator<Item = (Row, Edge)> {
        self.graph.edges_directed(node(model), Outgoing).map(|edge| (row(edge.target()), *edge.weight()))
    }

    /// The parents of a model, in order of their ids.
    pub fn parents(&self, model: Row) -> impl Iterator<Item = (Row, Edge)> {
        self.graph.edges_directed(node(model), Incoming).map(|edge| (row(edge.source()), *edge.weight()))
    }

    /// Whether a model has no parent.
    pub fn is_root(&self, model: Row) -> bool {
        self.graph.first_edge(node(model), Incoming).is_none()
    }

    /// Whether a model has no child.
    pub fn is_leaf(&self, model: Row) -> bool {
        self.graph.first_edge(node(model), Outgoing).is_none()
    }

    /// Whether a row is a parent that is named but not listed.
    pub fn is_unlisted(&self, model: Row) -> bool {
        !self.snapshot.is_listed(model) && self.snapshot.alias_of(model).is_none()
    }

    /// What is odd in the graph: self-links, repeated parents, conflicts, aliases followed or listed, cycles.
    pub fn anomalies(&self) -> impl Iterator<Item = Anomaly> {
        let listed = self.snapshot.rows().filter(|row| self.snapshot.is_listed(*row));
        let aliases =
            listed.filter_map(|alias| Some(Anomaly::AliasListed { alias, model: self.snapshot.alias_of(alias)? }));
        let cycles = self.cycles().iter().map(|members| Anomaly::Cycle { members: members.clone() });
        self.anomalies.iter().cloned().chain(aliases).chain(cycles)
    }

    /// The cycles: the sets of models that descend from each other, the members in order.
    pub fn cycles(&self) -> &[Vec<Row>] {
        self.cycles.get_or_init(|| cycles::find(&self.graph))
    }

    /// The model of an id, without regard to case; an old id leads to the model that it names today.
    ///
    /// # Errors
    /// If there is none, with the nearest ids.
    pub fn find(&self, id: &str) -> Result<Row, NotFound> {
        match self.snapshot.find(id) {
            Some(row) => Ok(self.snapshot.alias_of(row).unwrap_or(row)),
            None => {
                let nearest = self.snapshot.nearest(id, 5).into_iter().map(str::to_owned).collect();
                Err(NotFound { wanted: id.into(), nearest })
            }
        }
    }
}

fn node(row: Row) -> NodeIndex {
    NodeIndex::new(row as usize)
}

fn row(node: NodeIndex) -> Row {
    node.index() as Row
}
