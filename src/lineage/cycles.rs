use petgraph::Direction::{Incoming, Outgoing};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{Graph, NodeIndex};

use super::{Edge, row};
use crate::snapshot::Row;

/// The strongly connected components of more than one model, by their smallest members.
///
/// Leaves are peeled off first, then roots, until only what lies on a cycle or between two is left; petgraph's
/// Kosaraju (its Tarjan overflows the stack on long chains) then sees a handful of nodes instead of millions.
pub(super) fn find(graph: &Graph<(), Edge>) -> Vec<Vec<Row>> {
    let mut kept = vec![true; graph.node_count()];
    for (inward, outward) in [(Incoming, Outgoing), (Outgoing, Incoming)] {
        let mut open: Vec<u32> = vec![0; graph.node_count()];
        for edge in graph.raw_edges() {
            let (at, other) =
                if outward == Outgoing { (edge.source(), edge.target()) } else { (edge.target(), edge.source()) };
            open[at.index()] += u32::from(kept[at.index()] && kept[other.index()]);
        }
        let mut peeled: Vec<NodeIndex> =
            graph.node_indices().filter(|at| kept[at.index()] && open[at.index()] == 0).collect();
        while let Some(at) = peeled.pop() {
            kept[at.index()] = false;
            for next in graph.neighbors_directed(at, inward).filter(|next| kept[next.index()]) {
                open[next.index()] -= 1;
                if open[next.index()] == 0 {
                    peeled.push(next);
                }
            }
        }
    }
    let core = graph.filter_map(|at, ()| kept[at.index()].then_some(at), |_, _| Some(()));
    let mut cycles: Vec<Vec<Row>> = kosaraju_scc(&core)
        .into_iter()
        .filter(|component| component.len() > 1)
        .map(|component| {
            let mut members: Vec<Row> = component.into_iter().map(|at| row(core[at])).collect();
            members.sort_unstable();
            members
        })
        .collect();
    cycles.sort_unstable();
    cycles
}
