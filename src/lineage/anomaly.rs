use crate::model::Relation;
use crate::snapshot::Row;

/// An `Anomaly` is an odd fact of the graph, with the models concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anomaly {
    /// A model names itself as its parent. The link is removed.
    SelfLink {
        /// This model names itself.
        model: Row,
    },
    /// One child names a parent twice, once by an old id say. One link is kept.
    RepeatedParent {
        /// This child names it.
        child: Row,
        /// This parent is named.
        parent: Row,
    },
    /// One child names a parent twice, with different relations. The better known one holds, and of equals the
    /// stronger.
    RelationConflict {
        /// This child names it.
        child: Row,
        /// This parent is named.
        parent: Row,
        /// This relation holds.
        kept: Relation,
        /// This relation does not.
        dropped: Relation,
    },
    /// A link led to an old id, and was moved to the model that it names.
    AliasFollowed {
        /// The link leads to this child.
        child: Row,
        /// It led from this old id.
        alias: Row,
        /// It leads from this model now.
        model: Row,
    },
    /// An old id is listed beside the model that it names. Both are counted, and links go to the model.
    AliasListed {
        /// This is the old id.
        alias: Row,
        /// This is the model.
        model: Row,
    },
    /// Models descend from each other. They are kept.
    Cycle {
        /// These are the members, in order.
        members: Vec<Row>,
    },
}

impl Anomaly {
    /// Gives the word for the anomaly's kind in outputs.
    pub fn name(&self) -> &'static str {
        match self {
            Anomaly::SelfLink { .. } => "self-link",
            Anomaly::RepeatedParent { .. } => "repeated-parent",
            Anomaly::RelationConflict { .. } => "relation-conflict",
            Anomaly::AliasFollowed { .. } => "alias-followed",
            Anomaly::AliasListed { .. } => "alias-listed",
            Anomaly::Cycle { .. } => "cycle",
        }
    }
}
