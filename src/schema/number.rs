use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A `Number` is a count of things, which is whole, or any other number, such as a share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// It is a whole number of things.
    Count(u64),
    /// It is any other number.
    Number(f64),
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number"})
    }
}

/// A `Cell` is a value of a table whose columns depend on the question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// It is a whole number of things.
    Count(u64),
    /// It is any other number.
    Number(f64),
    /// It is a text.
    Text(String),
}

impl JsonSchema for Cell {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["number", "string"]})
    }
}

/// A `Ways` is how many ways lead from a model to others; a cycle counts as one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Cell", into = "Cell")]
pub enum Ways {
    /// There are so many.
    Count(u64),
    /// There are more than can be counted.
    More,
}

/// What stands in the place of a number of ways that is too high.
const MORE: &str = "more than 10^18";

impl TryFrom<Cell> for Ways {
    type Error = String;

    fn try_from(cell: Cell) -> Result<Ways, String> {
        match cell {
            Cell::Count(ways) => Ok(Ways::Count(ways)),
            Cell::Text(text) if text == MORE => Ok(Ways::More),
            other => Err(format!("{other:?} is no number of ways; it is a whole number or the text {MORE:?}")),
        }
    }
}

impl From<Ways> for Cell {
    fn from(ways: Ways) -> Cell {
        match ways {
            Ways::Count(ways) => Cell::Count(ways),
            Ways::More => Cell::Text(MORE.into()),
        }
    }
}

impl JsonSchema for Ways {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Ways".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"type": "integer", "minimum": 0}, {"const": MORE}]})
    }
}
