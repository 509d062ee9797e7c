use std::collections::{HashMap, HashSet};

use super::{Edge, Lineage};
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
        let (of, edge) = self.parents(model).find(|(parent, edge)| self.is_mirrored(*parent, model, *edge))?;
        Some(Mirror { model, of, relation: edge.relation })
    }

    fn is_mirrored(&self, parent: Row, model: Row, edge: Edge) -> bool {
        if !matches!(edge.relation, Relation::Finetune | Relation::Quantized) {
            return false;
        }
        let name = |row: Row| {
            let id = self.snapshot.id_bytes(row);
            id.iter().position(|byte| *byte == b'/').map(|slash| &id[slash + 1..])
        };
        let (own, others) = (name(model), name(parent));
        own.zip(others).is_some_and(|(own, others)| own.eq_ignore_ascii_case(others))
            && !self.snapshot.share_owner(parent, model)
    }

    /// The last model that a model mirrors, through several mirrors if need be, or itself. Mirrors of each other have the first
    /// of them as their original.
    fn original(&self, model: Row) -> Row {
        let mut met = vec![model];
        while let Some(mirror) = self.mirror(met[met.len() - 1]) {
            if let Some(start) = met.iter().position(|row| *row == mirror.of) {
                return met[start..].iter().copied().min().unwrap_or(model);
            }
            met.push(mirror.of);
        }
        met[met.len() - 1]
    }

    /// Gives the children of a model where every mirror is folded into what it mirrors ([`Lineage::folded`]), in no order, some
    /// perhaps twice: for those who walk over a part of the lineage.
    pub(crate) fn children_folded(&self, model: Row, take: &mut impl FnMut(Row)) {
        if self.is_leaf(model) || self.original(model) != model {
            return;
        }
        // Its mirrors, and theirs, are below it.
        let mut same = vec![model];
        let mut met = HashSet::from([model]);
        while let Some(at) = same.pop() {
            for (child, edge) in self.children(at).filter(|(child, _)| *child != model) {
                // Most have this one parent.
                let of = match self.parents(child).len() {
                    1 => self.is_mirrored(at, child, edge).then_some(at),
                    _ => self.mirror(child).map(|mirror| mirror.of),
                };
                if of == Some(at) && met.insert(child) {
                    same.push(child);
                }
                if of.is_none() || self.original(child) == child {
                    take(child);
                }
            }
        }
    }

    /// Makes the lineage of the same models in which every mirror is folded into what it mirrors: what descends from
    /// the mirror descends from that model, and the mirror from nothing.
    pub fn folded(&self) -> Lineage {
        let of: HashMap<Row, Row> = self.mirrors().map(|mirror| (mirror.model, self.original(mirror.model))).collect();
        self.moved(
            |parent| of.get(&parent).copied().unwrap_or(parent),
            |child| of.get(&child).is_some_and(|of| *of != child),
        )
    }
}
