use std::collections::BTreeMap;

use crate::lineage::Lineage;
use crate::model::Relation;
use crate::snapshot::Row;

/// A `Siblings` is the other children of some models' parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Siblings {
    /// These models were asked for.
    pub models: Vec<Row>,
    /// They have so many parents, each counted once.
    pub parents: usize,
    /// These are the other children of those, in order of the rows.
    pub siblings: Vec<Sibling>,
}

/// A `Sibling` has a parent in common with a model that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// This is the model.
    pub row: Row,
    /// These parents it has in common with them, in order of the rows.
    pub shared: Vec<Row>,
    /// It has so many parents in all.
    pub parents: usize,
    /// Of its links to the shared parents this is the strongest relation.
    pub relation: Relation,
}

impl Siblings {
    /// Finds the other children of the models' parents by the lineage's links.
    pub fn of(lineage: &Lineage, models: &[Row]) -> Siblings {
        let mut parents: Vec<Row> =
            models.iter().flat_map(|model| lineage.parents(*model)).map(|(parent, _)| parent).collect();
        parents.sort_unstable();
        parents.dedup();
        let mut found: BTreeMap<Row, Sibling> = BTreeMap::new();
        for parent in &parents {
            for (row, edge) in lineage.children(*parent).filter(|(child, _)| !models.contains(child)) {
                let sibling = found.entry(row).or_insert_with(|| Sibling {
                    row,
                    shared: Vec::new(),
                    parents: lineage.parents(row).len(),
                    relation: edge.relation,
                });
                sibling.shared.push(*parent);
                sibling.relation = sibling.relation.max(edge.relation);
            }
        }
        Siblings { models: models.to_vec(), parents: parents.len(), siblings: found.into_values().collect() }
    }
}
