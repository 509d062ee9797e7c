//! A lineage as petgraph's algorithms see it: the same as a copy of it in petgraph's own graph, and the same as the project's own
//! algorithms.

use std::collections::BTreeSet;

use modelkin::census::Clusters;
use modelkin::lineage::{Collapse, Edge, Lineage, Node, Reach, Selection};
use modelkin::model::Relation;
use modelkin::snapshot::Row;
use petgraph::algo::{connected_components, dijkstra, dominators, kosaraju_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{
    Bfs, Dfs, EdgeCount, EdgeRef, GetAdjacencyMatrix, IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors,
    IntoNeighborsDirected, IntoNodeReferences, NodeCount, Reversed, UndirectedAdaptor, VisitMap, Visitable,
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
    let clusters = Clusters::find(lineage, |_| true);
    assert_eq!(connected_components(lineage), rows.map(|row| clusters.part(row)).collect::<BTreeSet<_>>().len());
}

/// A selection's graph to keep against its own nodes and links.
fn compare_kept(selection: &Selection) {
    let graph = selection.graph();
    let models = selection.rows().iter().map(|row| Node::Model(*row));
    let nodes: Vec<Node> = models.chain((0..selection.groups().len()).map(Node::Group)).collect();
    assert_eq!(graph.node_weights().copied().collect::<Vec<_>>(), nodes);
    assert_eq!(graph.node_count(), selection.nodes());
    for row in selection.rows() {
        assert_eq!(graph[NodeIndex::new(selection.place(*row).unwrap())], Node::Model(*row));
    }
    let link = |parent: Row, child: Node, relation: Relation| (Node::Model(parent), child, relation);
    let mut expected: Vec<_> =
        selection.links().map(|(parent, child, edge)| link(parent, Node::Model(child), edge.relation)).collect();
    for (at, group) in selection.groups().iter().enumerate() {
        expected.extend(group.parents.iter().map(|parent| link(*parent, Node::Group(at), group.relation)));
    }
    let mut links: Vec<_> =
        graph.edge_references().map(|link| (graph[link.source()], graph[link.target()], *link.weight())).collect();
    links.reverse();
    assert_eq!(links, expected);
    for node in graph.node_indices() {
        assert!(graph.neighbors(node).is_sorted() && graph.neighbors_directed(node, Direction::Incoming).is_sorted());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_selections_graph_has_its_nodes_and_links(text in any_lineage(), depth in 0..4usize) {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let around = |row| [Reach::Below, Reach::Above, Reach::Around].map(|reach| lineage.select(&[row], reach, depth));
        for selection in snapshot.rows().flat_map(around).chain([lineage.everything()]) {
            compare_kept(&selection);
            Collapse::ALL.iter().for_each(|which| compare_kept(&selection.clone().collapse(*which)));
        }
    }

    #[test]
    fn what_stays_of_a_selection_is_as_near_to_its_start_as_before(
        text in any_lineage(), starts in 1..4usize, wanted in 2..5u32
    ) {
        use modelkin::lineage::Named;
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let rows: Vec<Row> = snapshot.rows().collect();
        for start in rows.chunks(starts) {
            let all = lineage.select(start, Reach::Around, 4);
            let kept = all.clone().keep(Reach::Around, Named::AsOthers, |row| row % wanted == 0);
            let far = |selection: &Selection| {
                let graph = selection.graph();
                let node = |row: Row| NodeIndex::new(selection.place(row).unwrap());
                let mut far = std::collections::BTreeMap::new();
                for start in start {
                    for (at, links) in dijkstra(UndirectedAdaptor(&graph), node(*start), None, |_| 1u32) {
                        let nearest = far.entry(selection.rows()[at.index()]).or_insert(links);
                        *nearest = links.min(*nearest);
                    }
                }
                far
            };
            let (before, after) = (far(&all), far(&kept));
            prop_assert_eq!(after.len(), kept.rows().len());
            prop_assert!(after.iter().all(|(row, links)| before[row] == *links));
        }
    }
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
    let clusters = Clusters::find(&lineage, |_| true);
    let parts: BTreeSet<Row> = snapshot.rows().map(|row| clusters.part(row)).collect();
    assert_eq!(connected_components(&lineage), parts.len());
    let base = lineage.find("Qwen/Qwen2.5-7B").unwrap();
    let mut walk = Dfs::new(&lineage, base);
    assert_eq!(std::iter::from_fn(|| walk.next(&lineage)).count() - 1, lineage.below(&[base]).rows.len());
}
