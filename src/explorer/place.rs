use std::fmt;

use super::trees::ROOT;
use crate::model::Relation;

/// A `Place` is where somebody is on the map. Written down it is its address: `hub`, `alone`, `family:Qwen`, `owner:unsloth`,
/// `model:Qwen/Qwen2.5-7B`, `block:quantized:model:Qwen/Qwen2.5-7B` (of what is below a place, all that has nothing below it and is
/// related so), `rest:40:hub` (what is shown at a place, without the first 40). Addresses hold the texts of ids and names as they are:
/// in a URL they are percent-encoded as any text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It is all that is placed.
    Hub,
    /// It is the models without any link, told by owner.
    Alone,
    /// It is the family of that name.
    Family(String),
    /// It is the models of that account that stand below no other model and belong to no family; the name is empty for all models
    /// whose ids have no owner.
    Owner(String),
    /// It is the model of that id and all that is placed below it.
    Model(String),
    /// It is, of what is right below a place, that which has nothing below it and is related so; nothing is said of a relation where
    /// models stand below no other one.
    Block(Option<Relation>, Box<Place>),
    /// It is what is shown at a place, without so many that come first.
    Rest(usize, Box<Place>),
}

/// The word for models that stand below no other one.
pub(super) const ROOT_WORD: &str = "root";

/// The word for the code of a relation.
pub(super) fn relation_word(code: u8) -> &'static str {
    Relation::ALL.get(usize::from(code)).map_or(ROOT_WORD, |relation| relation.name())
}

impl Place {
    /// So deep blocks and rests may lie in each other: a block has models alone below it, and of a rest the rest is another one.
    const DEEPEST: usize = 3;

    /// Reads an address.
    pub fn read(address: &str) -> Option<Place> {
        Place::within(address, Place::DEEPEST)
    }

    fn within(address: &str, depth: usize) -> Option<Place> {
        let (kind, name) = address.split_once(':').unwrap_or((address, ""));
        let inner = |address: &str| Some(Box::new(Place::within(address, depth.checked_sub(1)?)?));
        match kind {
            "hub" if kind == address => Some(Place::Hub),
            "alone" if kind == address => Some(Place::Alone),
            "family" => Some(Place::Family(name.into())),
            "owner" if kind != address => Some(Place::Owner(name.into())),
            "model" => Some(Place::Model(name.into())),
            "block" => {
                let (relation, of) = name.split_once(':')?;
                let relation = if relation == ROOT_WORD { None } else { Some(Relation::from_name(relation)?) };
                Some(Place::Block(relation, inner(of)?))
            }
            "rest" => {
                let (skipped, of) = name.split_once(':')?;
                Some(Place::Rest(skipped.parse().ok()?, inner(of)?))
            }
            _ => None,
        }
    }

    /// The code of a block's relation.
    pub(super) fn code(relation: Option<Relation>) -> u8 {
        relation.map_or(ROOT, |relation| relation as u8)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Hub => f.write_str("hub"),
            Place::Alone => f.write_str("alone"),
            Place::Family(name) => write!(f, "family:{name}"),
            Place::Owner(name) => write!(f, "owner:{name}"),
            Place::Model(id) => write!(f, "model:{id}"),
            Place::Block(relation, of) => write!(f, "block:{}:{of}", relation_word(Place::code(*relation))),
            Place::Rest(skipped, of) => write!(f, "rest:{skipped}:{of}"),
        }
    }
}
