use super::Lineage;
use crate::model::Relation;
use crate::snapshot::Row;

/// A `Mirror` is a re-upload: a model whose name equals its parent's under another owner, made from it as a finetune or
/// quantized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirror {
    /// This is the re-upload.
    pub model: Row,
    /// This is the parent of the same name.
    pub of: Row,
    /// The link between them has this relation.
    pub relation: Relation,
}

impl Lineage {
    /// Finds the mirrors, in order of their ids. Nothing is changed by their being known; see [`Lineage::folded`].
    pub fn mirrors(&self) -> impl Iterator<Item = Mirror> {
        self.snapshot.rows().filter_map(|row| self.mirror(row))
    }

    fn mirror(&self, model: Row) -> Option<Mirror> {
        let name = |row: Row| self.snapshot.id(row).split_once('/').map(|(_, name)| name);
        let own = name(model)?;
        let is_same = |parent: Row| {
            name(parent).is_some_and(|name| name.eq_ignore_ascii_case(own)) && !self.snapshot.share_owner(parent, model)
        };
        let mut parents =
            self.parents(model).filter(|(_, edge)| matches!(edge.relation, Relation::Finetune | Relation::Quantized));
        let (of, edge) = parents.find(|(parent, _)| is_same(*parent))?;
        Some(Mirror { model, of, relation: edge.relation })
    }

    /// Makes the lineage of the same models in which every mirror is folded into what it mirrors: what descends from
    /// the mirror descends from that model, and the mirror from nothing.
    pub fn folded(&self) -> Lineage {
        // Mirrors of each other have the first of them as their original.
        let original = |row: Row| {
            let mut met = vec![row];
            while let Some(mirror) = self.mirror(met[met.len() - 1]) {
                if let Some(start) = met.iter().position(|row| *row == mirror.of) {
                    return met[start..].iter().copied().min().unwrap_or(row);
                }
                met.push(mirror.of);
            }
            met[met.len() - 1]
        };
        let of: std::collections::HashMap<Row, Row> =
            self.mirrors().map(|mirror| (mirror.model, original(mirror.model))).collect();
        self.moved(
            |parent| of.get(&parent).copied().unwrap_or(parent),
            |child| of.get(&child).is_some_and(|of| *of != child),
        )
    }
}
