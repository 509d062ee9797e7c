//! Walks over a selection, by those of petgraph's that keep a stack of their own: no chain is too long for them.

use fixedbitset::FixedBitSet;
use petgraph::visit::{Bfs, Dfs, IntoNeighbors, NodeFiltered, Reversed, UndirectedAdaptor, VisitMap, Visitable};

use super::{Lineage, Reach, Selection};
use crate::snapshot::Row;

impl Selection {
    /// The lineage with its models alone.
    fn alone(&self) -> NodeFiltered<&Lineage, impl Fn(Row) -> bool> {
        NodeFiltered::from_fn(self.lineage(), |row| self.place(row).is_some())
    }

    /// What a walk from some of its models reaches inside it, those included, in order.
    pub(crate) fn reached(&self, reach: Reach, from: Vec<Row>) -> Vec<Row> {
        // Many families have no member near; a set of visited models is as large as the Hub.
        if from.is_empty() {
            return from;
        }
        let graph = self.alone();
        match reach {
            Reach::Below => all(&graph, from),
            Reach::Above => all(Reversed(&graph), from),
            Reach::Around => all(UndirectedAdaptor(&graph), from),
        }
    }

    /// Some of its models and what lies on a shortest way from each to what it was chosen around, whichever way links run.
    pub(super) fn leading_back(&self, from: Vec<Row>) -> Vec<Row> {
        let alone = self.alone();
        let graph = UndirectedAdaptor(&alone);
        let mut walk = Bfs { stack: self.start().iter().copied().collect(), discovered: graph.visit_map() };
        walk.stack.iter().for_each(|row| _ = walk.discovered.visit(*row));
        let order: Vec<Row> = std::iter::from_fn(|| walk.next(graph)).collect();
        let mut met = vec![0; self.lineage().snapshot().len()];
        order.iter().enumerate().for_each(|(at, row)| met[*row as usize] = at);
        let mut kept = graph.visit_map();
        from.iter().for_each(|row| _ = kept.visit(*row));
        // A walk comes to a model from the one of its neighbours that it met first.
        for row in order[self.start().len()..].iter().rev() {
            if kept.is_visited(row)
                && let Some(back) = graph.neighbors(*row).min_by_key(|row| met[*row as usize])
            {
                kept.visit(back);
            }
        }
        rows(&kept)
    }

    /// Those of some models from which, one after the other, a walk reaches what it did not before. No more are asked for than
    /// it takes to reach every model of the selection.
    pub(crate) fn roots(&self, reach: Reach, candidates: impl Iterator<Item = Row>) -> Vec<Row> {
        let graph = self.alone();
        match reach {
            Reach::Above => roots(Reversed(&graph), self.rows().len(), candidates),
            _ => roots(&graph, self.rows().len(), candidates),
        }
    }
}

fn all<G>(graph: G, from: Vec<Row>) -> Vec<Row>
where
    G: IntoNeighbors<NodeId = Row> + Visitable<Map = FixedBitSet>,
{
    let mut walk = Dfs::from_parts(from, graph.visit_map());
    while walk.next(graph).is_some() {}
    rows(&walk.discovered)
}

fn roots<G>(graph: G, mut left: usize, mut candidates: impl Iterator<Item = Row>) -> Vec<Row>
where
    G: IntoNeighbors<NodeId = Row> + Visitable<Map = FixedBitSet>,
{
    let mut walk = Dfs::empty(graph);
    let mut roots = Vec::new();
    while left > 0
        && let Some(root) = candidates.find(|row| !walk.discovered.is_visited(row))
    {
        walk.move_to(root);
        left -= std::iter::from_fn(|| walk.next(graph)).count();
        roots.push(root);
    }
    roots
}

fn rows(set: &FixedBitSet) -> Vec<Row> {
    set.ones().map(|row| row as Row).collect()
}
