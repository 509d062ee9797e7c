//! Arguments that are one of a few words of the library: the schema lists them, and so does the error where another word stands there.

use std::borrow::Cow;

use modelkin::ask::Word as Listed;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// An argument that is one of a few words.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String", bound = "")]
pub struct Word<W: Listed>(pub W);

impl<W: Listed> TryFrom<String> for Word<W> {
    type Error = String;

    fn try_from(text: String) -> Result<Word<W>, String> {
        W::named(&text).map(Word)
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
