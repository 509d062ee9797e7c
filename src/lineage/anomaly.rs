use crate::model::Relation;
use crate::snapshot::Row;

/// An odd fact of the graph, with the models concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Anomaly {
    /// A model that names itself as its parent: the link is removed.
    SelfLink {
        /// The model.
        model: Row,
    },
    /// A parent named twice by one child, once by an old id say: one link.
    RepeatedParent {
        /// The child.
        child: Row,
        /// The parent.
        parent: Row,
    },
    /// A parent named twice by one child, with different relations: the better known, then the stronger holds.
    RelationConflict {
        /// The child.
        child: Row,
        /// The parent.
        parent: Row,
        /// The relation that holds.
        kept: Relation,
        /// The one that does not.
        dropped: Relation,
    },
    /// A link to an old id, moved to the model that it names.
    AliasFollowed {
        /// The child.
        child: Row,
        /// The old id.
        alias: Row,
        /// The model.
        model: Row,
    },
    /// An old id that is listed beside the model that it names: both are counted, links go to the model.
    AliasListed {
        /// The old id.
        alias: Row,
        /// The model.
        model: Row,
    },
    /// Models that descend from each other: kept.
    Cycle {
        /// The members, in order.
        members: Vec<Row>,
    },
}

impl Anomaly {
    /// The word for its kind.
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
