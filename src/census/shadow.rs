use crate::lineage::Lineage;
use crate::model::Relation;
use crate::snapshot::Row;

/// A helper that makes the counts by relation exact. A model whose links differ in relation is classed, seen from an
/// ancestor, by the strongest of its links towards it. Its shadow for a relation has only the links of that relation or
/// stronger ones: an ancestor that reaches the shadow counts the model as `relation`, and not as `instead`.
pub(super) struct Shadow {
    pub of: Row,
    pub relation: Relation,
    pub instead: Relation,
    pub parents: Vec<Row>,
}

/// The shadows of all models.
pub(super) fn shadows(lineage: &Lineage) -> Vec<Shadow> {
    let mut shadows = Vec::new();
    for row in lineage.snapshot().rows().filter(|row| lineage.parents(*row).len() > 1) {
        let towards = || lineage.parents(row).map(|(_, edge)| edge.relation);
        let Some(weakest) = towards().min() else { continue };
        let mut instead = weakest;
        for relation in Relation::ALL {
            if relation > weakest && towards().any(|other| other == relation) {
                let stronger = lineage.parents(row).filter(|(_, edge)| edge.relation >= relation);
                let parents = stronger.map(|(parent, _)| parent).collect();
                shadows.push(Shadow { of: row, relation, instead, parents });
                instead = relation;
            }
        }
    }
    shadows
}
