use std::collections::BTreeMap;

use crate::lineage::{Edge, Lineage, WayCount, Ways};
use crate::snapshot::Row;

/// An `Upstream` is everything that some models descend from (docs/definitions.md, 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// These models were asked for, each once.
    pub models: Vec<Row>,
    /// These are their ancestors, each once: the nearest first, then in order of the rows. A model that was asked for stands here too if
    /// another one descends from it.
    pub ancestors: Vec<Ancestor>,
}

/// An `Ancestor` is a model that others descend from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ancestor {
    /// This is the ancestor.
    pub row: Row,
    /// So many links lie between it and the nearest of the models.
    pub distance: u32,
    /// So many ways lead from it to the models.
    pub ways: WayCount,
    /// On a shortest way this is the next model below it: of several the one with the strongest link, then the first by row.
    pub via: Row,
    /// This is the link from it to that one.
    pub edge: Edge,
    /// So many of the models descend from it.
    pub below: u32,
    /// It, or the cycle that it is in, lies on every way from any root to each of the models.
    pub is_unavoidable: bool,
    /// It has no parent, or it is in a cycle that no link from outside leads to.
    pub is_root: bool,
}

impl Upstream {
    /// Finds all that these models descend from by the lineage's links.
    pub fn of(lineage: &Lineage, models: &[Row]) -> Upstream {
        let mut asked: Vec<Row> = Vec::new();
        models.iter().for_each(|row| asked.extend((!asked.contains(row)).then_some(*row)));
        let mut found: BTreeMap<Row, Ancestor> = BTreeMap::new();
        for model in &asked {
            let above = lineage.above(&[*model]);
            let ways = Ways::from_roots(lineage, *model);
            let distances: BTreeMap<Row, u32> = above.distances().chain([(*model, 0)]).collect();
            for row in &above.rows {
                let distance = distances[row];
                let nearer = lineage.children(*row).filter(|(child, _)| distances.get(child) == Some(&(distance - 1)));
                let best = nearer.max_by_key(|(child, edge)| (edge.relation, std::cmp::Reverse(*child)));
                let Some((via, edge)) = best else { continue };
                let own = Ancestor {
                    row: *row,
                    distance,
                    ways: ways.count_from(*row),
                    via,
                    edge,
                    below: 1,
                    is_unavoidable: ways.is_unavoidable(*row),
                    is_root: ways.is_root(*row),
                };
                found.entry(*row).and_modify(|known| known.join(&own)).or_insert(own);
            }
        }
        let mut ancestors: Vec<Ancestor> = found.into_values().collect();
        for ancestor in &mut ancestors {
            ancestor.is_unavoidable &= ancestor.below as usize == asked.len();
        }
        ancestors.sort_by_key(|ancestor| (ancestor.distance, ancestor.row));
        Upstream { models: asked, ancestors }
    }

    /// Gives the models and their ancestors, each once, in order of the rows.
    pub fn rows(&self) -> Vec<Row> {
        let ancestors = self.ancestors.iter().map(|ancestor| ancestor.row);
        let mut rows: Vec<Row> = self.models.iter().copied().chain(ancestors).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}

impl Ancestor {
    /// Joins what the same ancestor is to another model.
    fn join(&mut self, other: &Ancestor) {
        if (other.distance, std::cmp::Reverse(other.edge.relation))
            < (self.distance, std::cmp::Reverse(self.edge.relation))
        {
            (self.distance, self.via, self.edge) = (other.distance, other.via, other.edge);
        }
        self.ways.add(other.ways);
        self.below += 1;
        self.is_unavoidable &= other.is_unavoidable;
    }
}
