use std::fmt;

/// A `Relation` says how a child was made from its parent: it is one of the four relations of the Hub, or none is
/// stated.
///
/// The order is the precedence where two typed tags disagree (docs/definitions.md, 1.3): merge > adapter > quantized >
/// finetune > unstated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Relation {
    /// A parent is named, and how the child was made from it is not.
    Unstated,
    /// The child was trained further.
    Finetune,
    /// The child has the same weights in fewer bits, or in another format.
    Quantized,
    /// The child is weights to be used together with the parent's, such as a LoRA.
    Adapter,
    /// The child was made of several models' weights.
    Merge,
}

impl Relation {
    /// This lists every relation, the weakest first; its place here is the relation's code in a snapshot.
    pub const ALL: [Relation; 5] =
        [Relation::Unstated, Relation::Finetune, Relation::Quantized, Relation::Adapter, Relation::Merge];

    /// This lists every relation as tables show them: those that people look for first stand first.
    pub const SHOWN: [Relation; 5] =
        [Relation::Finetune, Relation::Quantized, Relation::Adapter, Relation::Merge, Relation::Unstated];

    /// Gives the relation's name, which is the Hub's own word for it.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Unstated => "unstated",
            Relation::Finetune => "finetune",
            Relation::Quantized => "quantized",
            Relation::Adapter => "adapter",
            Relation::Merge => "merge",
        }
    }

    /// Finds the relation of that name, without regard to case.
    pub fn from_name(name: &str) -> Option<Relation> {
        Relation::ALL.into_iter().find(|relation| relation.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A `Learned` says how a relation was learned. The order is the precedence, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Learned {
    /// It was inferred from the card's other words by the rules of docs/hub.md, 6.4, or it is not known at all.
    Inferred,
    /// The Hub's listing states it, by a typed tag or its resolved `baseModels`, or a table's column of relations does.
    Listing,
    /// The card's own `base_model_relation` states it, or a lineage written by hand.
    Declared,
}

impl Learned {
    /// This lists every way, the weakest first; its place here is the code in a snapshot.
    pub const ALL: [Learned; 3] = [Learned::Inferred, Learned::Listing, Learned::Declared];

    /// Gives the word for it in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Learned::Inferred => "inferred",
            Learned::Listing => "hub",
            Learned::Declared => "declared",
        }
    }
}
