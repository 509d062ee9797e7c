use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Frame, Number};

/// A `Ranking` is the answer of `rank`.
pub type Ranking = Frame<RankRow, RankBeside>;

/// A `RankBeside` stands beside the rows of a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RankBeside {
    /// How many rows there are in all.
    pub of: u64,
    /// How many are left out because the value that is ranked by is not known of any of their descendants.
    pub missing: u64,
}

/// A `RankRow` is a row of a ranking: a model, an owner, a family, or whoever made derived models. One of `id`, `author`, `country` and
/// `licence` says which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("oneOf" = [
    {"required": ["id"]}, {"required": ["author"]}, {"required": ["country"]}, {"required": ["licence"]}
]))]
pub struct RankRow {
    /// The place, from 1; equal values have different places, in order of the ids or names.
    pub rank: u64,
    /// The model's id, the owner as `owner/*`, or the family's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub id: Option<String>,
    /// With `--of authors`: the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub author: Option<String>,
    /// With `--of countries`: the country of the publisher; ZZ is international, and `unknown` who is in no table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub country: Option<String>,
    /// With `--of licences`: the first licence that a derived model states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub licence: Option<String>,
    /// Of models: whether the snapshot lists it; a parent that is named and not listed has a row too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub listed: Option<bool>,
    /// The measures that the question asks for.
    #[serde(flatten)]
    pub measures: Measures,
}

/// A `Measures` is the measures of a row by their names; null where nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Measures(pub BTreeMap<String, Option<Number>>);

impl Measures {
    /// This lists the names that a measure has in a row, each with what it counts. `models` stands in the place of `descendants` where
    /// whoever made derived models is ranked.
    pub const NAMES: [(&str, &str); 18] = [
        (
            "direct",
            "distinct children; of a group, F1: distinct models with a parent among its members, its own left out",
        ),
        ("descendants", "distinct models that can be reached, each counted once; of a group, F2: members left out"),
        ("finetune", "descendants whose own link towards the model is a finetune"),
        ("quantized", "descendants whose own link towards the model is a quantization"),
        ("adapter", "descendants whose own link towards the model is an adapter"),
        ("merge", "descendants whose own link towards the model is a merge"),
        ("unstated", "descendants whose own link towards the model has no stated relation"),
        ("authors", "distinct owners of the descendants; a model whose id has no owner is its own"),
        ("downloads", "downloads in 30 days of the descendants, where known"),
        ("downloads-with-own", "downloads in 30 days of the descendants and the model itself, where known"),
        ("downloads-all-time", "downloads of the descendants since the Hub publishes them, where known"),
        ("likes", "likes of the descendants, where known"),
        ("likes-with-own", "likes of the descendants and the model itself, where known"),
        ("growth", "descendants created in the last days before the snapshot, of those with a date"),
        ("deepest", "the highest generation (fewest links from any root) among the descendants"),
        ("first-degree", "direct children as a share of the descendants"),
        (
            "credit",
            "fractional credit: each descendant gives 1/k of itself to each of its k parents, recursively; a cycle gives and gets as one, its own members counted, and each of these shows the whole",
        ),
        ("models", "the distinct derived models, where authors, countries or licences are ranked"),
    ];
}

impl JsonSchema for Measures {
    fn schema_name() -> Cow<'static, str> {
        "Measures".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let measure = |(name, about): (&str, &str)| {
            // A share and a credit are broken numbers, all else is counted.
            let kind = if ["first-degree", "credit"].contains(&name) { "number" } else { "integer" };
            (name.to_owned(), json_schema!({"type": [kind, "null"], "minimum": 0, "description": about}))
        };
        let mut properties: BTreeMap<String, Schema> = Measures::NAMES.map(measure).into();
        let known = |of: &str| {
            let about = format!("of how many descendants the value of {of} is known");
            json_schema!({"type": ["integer", "null"], "minimum": 0, "description": about})
        };
        properties.insert("known".into(), known("the measure"));
        json_schema!({
            "type": "object",
            "properties": properties,
            "patternProperties": {"^[a-z-]+-known$": known("the measure before `-known`")},
        })
    }
}
