//! Arguments that are one of a few words of the library: the schema lists them, and so does the error where another word stands there.

use std::borrow::Cow;

use modelkin::ask::did_you_mean;
use modelkin::census::{Group, Measure, Part};
use modelkin::model::Relation;
use modelkin::survey::{Facet, Figure};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// An argument that is one of a few words.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String", bound = "")]
pub struct Word<W: Listed>(pub W);

/// What all its words are.
pub trait Listed: Copy + 'static {
    const ALL: &'static [Self];

    fn word(self) -> &'static str;
}

macro_rules! listed {
    ($($Word:ty = $all:expr;)+) => {
        $(impl Listed for $Word {
            const ALL: &'static [Self] = $all;

            fn word(self) -> &'static str {
                self.name()
            }
        })+
    };
}

listed! {
    Facet = &Facet::ALL;
    Figure = &Figure::ALL;
    Group = &Group::ALL;
    Measure = Measure::ALL;
    Part = &Part::ALL;
    Relation = &Relation::ALL;
}

impl<W: Listed> TryFrom<String> for Word<W> {
    type Error = String;

    fn try_from(text: String) -> Result<Word<W>, String> {
        let words = || W::ALL.iter().map(|word| word.word());
        let found = W::ALL.iter().find(|word| word.word() == text);
        found.map(|word| Word(*word)).ok_or_else(|| {
            format!("{text:?} is none of {}{}", words().collect::<Vec<_>>().join(", "), did_you_mean(&text, words()))
        })
    }
}

impl<W: Listed> JsonSchema for Word<W> {
    fn schema_name() -> Cow<'static, str> {
        std::any::type_name::<W>().rsplit("::").next().unwrap_or("Word").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = W::ALL.iter().map(|word| word.word()).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}
