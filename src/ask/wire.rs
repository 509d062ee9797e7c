//! Words of other rooms, by their names, as a question is written down.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::census::{Group, Measure, Part};
use crate::lineage::Collapse;
use crate::model::Relation;
use crate::snapshot::nearest;
use crate::survey::{Ends, Facet, Figure};

/// Suggests the word that was probably meant, if any of those that are known is near: `; did you mean graphml?`.
pub fn did_you_mean<'w>(wanted: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(wanted, known.into_iter(), 1).first().map_or_else(String::new, |near| format!("; did you mean {near}?"))
}

/// A value that is written as one of a few words.
pub trait Word: Copy + 'static {
    /// These are all such values.
    const ALL: &'static [Self];

    /// Gives the value's word.
    fn word(self) -> &'static str;

    /// Gives the value of a word.
    ///
    /// # Errors
    ///
    /// A sentence that lists the words, and the nearest of them.
    fn named(name: &str) -> Result<Self, String> {
        let words = || Self::ALL.iter().map(|word| word.word());
        Self::ALL.iter().copied().find(|word| word.word() == name).ok_or_else(|| {
            format!("{name:?} is none of {}{}", words().collect::<Vec<_>>().join(", "), did_you_mean(name, words()))
        })
    }
}

macro_rules! words {
    ($($Word:ty = $all:expr;)+) => {
        $(impl Word for $Word {
            const ALL: &'static [Self] = $all;

            fn word(self) -> &'static str {
                self.name()
            }
        })+
    };
}

words! {
    Collapse = &Collapse::ALL;
    Ends = &Ends::ALL;
    Facet = &Facet::ALL;
    Figure = &Figure::ALL;
    Group = &Group::ALL;
    Measure = Measure::ALL;
    Part = &Part::ALL;
    Relation = &Relation::ALL;
}

fn find<W: Word, E: de::Error>(name: &str) -> Result<W, E> {
    W::named(name).map_err(E::custom)
}

/// Reads and writes a field that is a word.
pub(super) mod one {
    use super::*;

    pub fn serialize<W: Word, S: Serializer>(word: &W, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(word.word())
    }

    pub fn deserialize<'de, W: Word, D: Deserializer<'de>>(deserializer: D) -> Result<W, D::Error> {
        find(&String::deserialize(deserializer)?)
    }
}

/// Reads and writes a field that is a word or null.
pub(super) mod perhaps {
    use super::*;

    pub fn serialize<W: Word, S: Serializer>(word: &Option<W>, serializer: S) -> Result<S::Ok, S::Error> {
        word.map(W::word).serialize(serializer)
    }

    pub fn deserialize<'de, W: Word, D: Deserializer<'de>>(deserializer: D) -> Result<Option<W>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|name| find(&name)).transpose()
    }
}

/// Reads and writes a field that is a list of words.
pub(super) mod many {
    use super::*;

    pub fn serialize<W: Word, S: Serializer>(words: &[W], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(words.iter().map(|word| word.word()))
    }

    pub fn deserialize<'de, W: Word, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<W>, D::Error> {
        Vec::<String>::deserialize(deserializer)?.iter().map(|name| find(name)).collect()
    }
}
