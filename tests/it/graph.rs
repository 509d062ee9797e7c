//! A lineage as petgraph's algorithms see it: the same as a copy of it in petgraph's own graph, and the same as the project's own
//! algorithms.

use std::collections::BTreeSet;

use modelkin::census::Clusters;
use modelkin::lineage::{Edge, Lineage};
use modelkin::snapshot::Row;
use petgraph::algo::{connected_components, dijkstra, dominators, kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{
    Bfs, Dfs, EdgeCount, EdgeRef, GetAdjacencyMatrix, IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors,
    IntoNeighborsDirected, IntoNodeReferences, NodeCount, Reversed, VisitMap, Visitable,
};
use petgraph::{Direction, Graph};
use proptest::prelude::*;

use crate::support::{any_lineage, snapshot};

/// A copy.
fn copied(lineage: &Lineage) -> DiGraph<(), Edge> {
    let mut graph = Graph::new();
    lineage.snapshot().rows().for_each(|_| _ = graph.add_node(()));
    for (parent, child, edge) in lineage.all_links() {
        graph.add_edge(NodeIndex::new(parent as usize), NodeIndex::new(child as usize), edge);
    }
    graph
}

fn row(node: NodeIndex) -> Row {
    node.index() as Row
}

fn sets(all: impl IntoIterator<Item = Vec<Row>>) -> BTreeSet<Vec<Row>> {
    let sorted = |mut rows: Vec<Row>| {
        rows.sort_unstable();
        rows
    };
    all.into_iter().map(sorted).collect()
}

fn compare(lineage: &Lineage) {
    let graph = copied(lineage);
    let node = |row: Row| NodeIndex::new(row as usize);
    let rows = lineage.snapshot().rows();
    assert_eq!((lineage.node_count(), lineage.edge_count()), (graph.node_count(), graph.edge_count()));
    assert_eq!(lineage.node_references().map(|(row, ())| row).collect::<Vec<_>>(), rows.clone().collect::<Vec<_>>());
    // Links, one by one.
    let edges: Vec<_> = lineage.edge_references().map(|link| (link.source(), link.target(), *link.weight())).collect();
    assert_eq!(edges, lineage.all_links().collect::<Vec<_>>());
    assert!(lineage.edge_references().map(|link| link.id()).eq(0..lineage.links()));
    for from in rows.clone() {
        let down: Vec<_> = lineage.edges(from).collect();
        assert!(down.iter().map(|link| link.child).eq(lineage.neighbors(from)));
        assert_eq!(down, lineage.edges_directed(from, Direction::Outgoing).collect::<Vec<_>>());
        let up: Vec<_> = lineage.edges_directed(from, Direction::Incoming).collect();
        assert!(up.iter().map(|link| link.parent).eq(lineage.neighbors_directed(from, Direction::Incoming)));
        for link in down.iter().chain(&up) {
            assert_eq!(edges[link.number], (link.parent, link.child, link.edge));
        }
        for to in rows.clone() {
            let is_there = graph.contains_edge(node(from), node(to));
            assert_eq!(lineage.is_adjacent(&(), from, to), is_there);
        }
    }
    // What is below and above: petgraph's walks over the lineage, over the copy, and the project's own.
    for from in rows.clone() {
        let (mut down, mut up, mut wide) =
            (Dfs::new(lineage, from), Dfs::new(Reversed(lineage), from), Bfs::new(lineage, from));
        let below: BTreeSet<Row> = std::iter::from_fn(|| down.next(lineage)).collect();
        let above: BTreeSet<Row> = std::iter::from_fn(|| up.next(Reversed(lineage))).collect();
        assert_eq!(std::iter::from_fn(|| wide.next(lineage)).collect::<BTreeSet<_>>(), below);
        let own = |rows: Vec<Row>| rows.into_iter().chain([from]).collect::<BTreeSet<Row>>();
        assert_eq!(below, own(lineage.below(&[from]).rows));
        assert_eq!(above, own(lineage.above(&[from]).rows));
        let (ours, theirs) = (dominators::simple_fast(lineage, from), dominators::simple_fast(&graph, node(from)));
        for to in below {
            assert_eq!(ours.immediate_dominator(to), theirs.immediate_dominator(node(to)).map(row));
        }
        // How far the nearest root is, by links up: the generation.
        let far = dijkstra(Reversed(lineage), from, None, |_| 1u32);
        let roots = far.iter().filter(|(root, _)| lineage.is_root(**root)).map(|(_, far)| *far);
        if let Some(nearest) = roots.min().filter(|_| lineage.cycles().is_empty()) {
            assert_eq!(nearest, lineage.generations()[from as usize]);
        }
    }
    // Cycles, parts, an order.
    let cycles = sets(kosaraju_scc(lineage).into_iter().filter(|members| members.len() > 1));
    assert_eq!(cycles, sets(lineage.cycles().iter().cloned()));
    assert_eq!(toposort(lineage, None).is_ok(), cycles.is_empty());
    assert_eq!(connected_components(lineage), connected_components(&graph));
    let clusters = Clusters::of(lineage, |_| true);
    assert_eq!(connected_components(lineage), rows.map(|row| clusters.part(row)).collect::<BTreeSet<_>>().len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn petgraphs_algorithms_run_over_a_lineage_as_over_a_copy(text in any_lineage()) {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        compare(&lineage);
        compare(&lineage.only(|_, child, _| child % 3 != 0));
    }
}

#[test]
fn what_was_visited_can_be_forgotten() {
    let snapshot = snapshot("a/b -> c/d : finetune\nc/d -> e/f : finetune");
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let mut map = lineage.visit_map();
    assert!(map.visit(1u32) && !map.visit(1u32) && map.is_visited(&1u32) && !map.is_visited(&2u32));
    assert!(map.unvisit(1u32) && !map.unvisit(1u32) && map.visit(1u32));
    lineage.reset_map(&mut map);
    assert!(!map.is_visited(&1u32));
}

/// The lineages of the sample, as of July and later, by three algorithms of petgraph and by the project's own.
#[test]
fn the_sample_is_the_same_to_petgraph() {
    let snapshot = modelkin::sample().unwrap();
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let cycles = sets(kosaraju_scc(&lineage).into_iter().filter(|members| members.len() > 1));
    assert_eq!(cycles, sets(lineage.cycles().iter().cloned()));
    let clusters = Clusters::of(&lineage, |_| true);
    let parts: BTreeSet<Row> = snapshot.rows().map(|row| clusters.part(row)).collect();
    assert_eq!(connected_components(&lineage), parts.len());
    let base = lineage.find("Qwen/Qwen2.5-7B").unwrap();
    let mut walk = Dfs::new(&lineage, base);
    assert_eq!(std::iter::from_fn(|| walk.next(&lineage)).count() - 1, lineage.below(&[base]).rows.len());
}
