use std::fmt;

/// How a child was made from its parent: the four relations of the Hub, or none given.
///
/// The order is the precedence where two typed tags disagree (docs/definitions.md, 1.3): merge > adapter > quantized >
/// finetune > unstated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Relation {
    /// A parent is named, a relation is not.
    Unstated,
    /// Trained further.
    Finetune,
    /// The same weights in fewer bits, or in another format.
    Quantized,
    /// Weights to be used together with the parent's, such as a LoRA.
    Adapter,
    /// Made of several models' weights.
    Merge,
}

impl Relation {
    /// Every relation, the weakest first; the place in it is the relation's code in a snapshot.
    pub const ALL: [Relation; 5] =
        [Relation::Unstated, Relation::Finetune, Relation::Quantized, Relation::Adapter, Relation::Merge];

    /// The relation's name, the Hub's own word for it.
    pub fn name(self) -> &'static str {
        match self {
            Relation::Unstated => "unstated",
            Relation::Finetune => "finetune",
            Relation::Quantized => "quantized",
            Relation::Adapter => "adapter",
            Relation::Merge => "merge",
        }
    }

    /// The relation of that name, without regard to case.
    pub fn from_name(name: &str) -> Option<Relation> {
        Relation::ALL.into_iter().find(|relation| relation.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a relation was learned. The order is the precedence, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Learned {
    /// Inferred from the card's other words by the rules of docs/hub.md, 6.4, or not known at all.
    Inferred,
    /// From the Hub's typed tag or its resolved `baseModels`, or from a table's column of relations.
    Hub,
    /// The card's own `base_model_relation`, or a lineage written by hand.
    Declared,
}

impl Learned {
    /// Every way, the weakest first; the place in it is the code in a snapshot.
    pub const ALL: [Learned; 3] = [Learned::Inferred, Learned::Hub, Learned::Declared];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Learned::Inferred => "inferred",
            Learned::Hub => "hub",
            Learned::Declared => "declared",
        }
    }
}
