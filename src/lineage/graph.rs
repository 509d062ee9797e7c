//! petgraph's view of a lineage: any of its algorithms runs over the lineage's own arrays, without a copy. A node is a row of the
//! snapshot, an edge the number of a link in the order of [`Lineage::all_links`]. Rows that are old ids have no links. Of a
//! selection there is a copy to keep.

use std::iter::{Copied, Map};
use std::ops::Range;
use std::slice::Iter;

use fixedbitset::FixedBitSet;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{
    Data, EdgeCount, EdgeIndexable, EdgeRef, GetAdjacencyMatrix, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges,
    IntoEdgesDirected, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences,
    NodeCompactIndexable, NodeCount, NodeIndexable, Visitable,
};
use petgraph::{Directed, Direction};

use super::arrows::Arrows;
use super::{Edge, Lineage, Selection};
use crate::model::Relation;
use crate::snapshot::Row;

/// A `Link` is a link as petgraph's algorithms see it: it leads from the parent to the child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The link leads from this model.
    pub parent: Row,
    /// The link leads to this model.
    pub child: Row,
    /// This is the link's number in the order of [`Lineage::all_links`].
    pub number: usize,
    /// The link carries this.
    pub edge: Edge,
}

impl EdgeRef for Link {
    type NodeId = Row;
    type EdgeId = usize;
    type Weight = Edge;

    fn source(&self) -> Row {
        self.parent
    }

    fn target(&self) -> Row {
        self.child
    }

    fn weight(&self) -> &Edge {
        &self.edge
    }

    fn id(&self) -> usize {
        self.number
    }
}

impl Lineage {
    /// The links of a model, down to its children or up to its parents.
    fn links_of(&self, model: Row, direction: Direction) -> Links<'_> {
        Links { lineage: self, model, direction, places: self.arrows(direction).range(model) }
    }

    /// The links down to children, or up to parents.
    fn arrows(&self, direction: Direction) -> &Arrows {
        if direction == Direction::Outgoing { &self.down } else { &self.up }
    }

    /// The number of a link that there is.
    fn number(&self, parent: Row, child: Row) -> usize {
        let parents = self.up.ends(child);
        self.up.range(child).start + parents.partition_point(|other| *other < parent)
    }
}

/// A `Links` goes over the links of one model, down to its children or up to its parents.
#[derive(Debug, Clone)]
pub struct Links<'l> {
    lineage: &'l Lineage,
    model: Row,
    direction: Direction,
    places: Range<usize>,
}

impl Iterator for Links<'_> {
    type Item = Link;

    fn next(&mut self) -> Option<Link> {
        let (place, lineage, model) = (self.places.next()?, self.lineage, self.model);
        let (end, edge) = lineage.arrows(self.direction).at(place);
        Some(match self.direction {
            Direction::Outgoing => Link { parent: model, child: end, number: lineage.number(model, end), edge },
            Direction::Incoming => Link { parent: end, child: model, number: place, edge },
        })
    }
}

/// An `AllLinks` goes over every link, in order of the child, then of the parent.
#[derive(Debug, Clone)]
pub struct AllLinks<'l> {
    lineage: &'l Lineage,
    children: Range<Row>,
    links: Links<'l>,
}

impl Iterator for AllLinks<'_> {
    type Item = Link;

    fn next(&mut self) -> Option<Link> {
        loop {
            if let Some(link) = self.links.next() {
                return Some(link);
            }
            self.links = self.lineage.links_of(self.children.next()?, Direction::Incoming);
        }
    }
}

impl GraphBase for Lineage {
    type NodeId = Row;
    type EdgeId = usize;
}

impl GraphProp for Lineage {
    type EdgeType = Directed;
}

impl Data for Lineage {
    type NodeWeight = ();
    type EdgeWeight = Edge;
}

impl NodeCount for Lineage {
    fn node_count(&self) -> usize {
        self.snapshot.len()
    }
}

impl EdgeCount for Lineage {
    fn edge_count(&self) -> usize {
        self.links()
    }
}

impl NodeIndexable for Lineage {
    fn node_bound(&self) -> usize {
        self.snapshot.len()
    }

    fn to_index(&self, model: Row) -> usize {
        model as usize
    }

    fn from_index(&self, index: usize) -> Row {
        index as Row
    }
}

impl NodeCompactIndexable for Lineage {}

impl EdgeIndexable for Lineage {
    fn edge_bound(&self) -> usize {
        self.links()
    }

    fn to_index(&self, link: usize) -> usize {
        link
    }

    fn from_index(&self, index: usize) -> usize {
        index
    }
}

impl Visitable for Lineage {
    type Map = FixedBitSet;

    fn visit_map(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.snapshot.len())
    }

    fn reset_map(&self, map: &mut FixedBitSet) {
        map.clear();
        map.grow(self.snapshot.len());
    }
}

impl GetAdjacencyMatrix for Lineage {
    /// The links are sorted, so that no matrix is needed.
    type AdjMatrix = ();

    fn adjacency_matrix(&self) {}

    fn is_adjacent(&self, (): &(), parent: Row, child: Row) -> bool {
        self.up.ends(child).binary_search(&parent).is_ok()
    }
}

impl<'l> IntoNeighbors for &'l Lineage {
    type Neighbors = Copied<Iter<'l, Row>>;

    fn neighbors(self, model: Row) -> Self::Neighbors {
        self.down.ends(model).iter().copied()
    }
}

impl<'l> IntoNeighborsDirected for &'l Lineage {
    type NeighborsDirected = Copied<Iter<'l, Row>>;

    fn neighbors_directed(self, model: Row, direction: Direction) -> Self::NeighborsDirected {
        self.arrows(direction).ends(model).iter().copied()
    }
}

impl IntoNodeIdentifiers for &Lineage {
    type NodeIdentifiers = Range<Row>;

    fn node_identifiers(self) -> Range<Row> {
        self.snapshot.rows()
    }
}

impl IntoNodeReferences for &Lineage {
    type NodeRef = (Row, &'static ());
    /// Every row with its weight, which is none.
    type NodeReferences = Map<Range<Row>, fn(Row) -> Self::NodeRef>;

    fn node_references(self) -> Self::NodeReferences {
        self.snapshot.rows().map(|row| (row, &()))
    }
}

impl<'l> IntoEdgeReferences for &'l Lineage {
    type EdgeRef = Link;
    type EdgeReferences = AllLinks<'l>;

    fn edge_references(self) -> AllLinks<'l> {
        let none = Links { lineage: self, model: 0, direction: Direction::Incoming, places: 0..0 };
        AllLinks { lineage: self, children: self.snapshot.rows(), links: none }
    }
}

impl<'l> IntoEdges for &'l Lineage {
    type Edges = Links<'l>;

    fn edges(self, model: Row) -> Links<'l> {
        self.links_of(model, Direction::Outgoing)
    }
}

impl<'l> IntoEdgesDirected for &'l Lineage {
    type EdgesDirected = Links<'l>;

    fn edges_directed(self, model: Row, direction: Direction) -> Links<'l> {
        self.links_of(model, direction)
    }
}

/// A `Node` says what a node of a selection's graph stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// The node is the model of this row.
    Model(Row),
    /// The node stands for siblings: the group at this place among [`Selection::groups`].
    Group(usize),
}

impl Selection {
    /// Gives a copy of the selection as petgraph's own graph, to keep and to change. The nodes are its models in order, then its
    /// groups: that of a model has [`Selection::place`] as its number. Links run from parent to child and carry their relation; petgraph
    /// hands the neighbours of a node out in the order of their numbers.
    pub fn graph(&self) -> DiGraph<Node, Relation> {
        let links: Vec<_> = self.node_links().collect();
        let mut graph = DiGraph::with_capacity(self.nodes(), links.len());
        self.rows().iter().for_each(|row| _ = graph.add_node(Node::Model(*row)));
        (0..self.groups().len()).for_each(|at| _ = graph.add_node(Node::Group(at)));
        // The last one added is the first that petgraph hands out.
        for link in links.iter().rev() {
            graph.add_edge(NodeIndex::new(link.parent), NodeIndex::new(link.child), link.relation);
        }
        graph
    }
}
