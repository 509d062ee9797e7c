use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Compared, Frame, Number, Relation, TableBeside};

/// A `Comparison` is the answer of `compare`.
pub type Comparison = Frame<CompareRow, TableBeside>;

/// A `ComparisonBy` is the answer of `compare --by`.
pub type ComparisonBy = Frame<CompareByRow, TableBeside>;

/// A `ComparisonAlong` is the answer of `compare --snapshots`.
pub type ComparisonAlong = Frame<CompareAlongRow, TableBeside>;

/// A `Flows` is the answer of `flows`.
pub type Flows = Frame<FlowsRow, TableBeside>;

/// A `CompareRow` is what descends from a family, an owner or a model, to stand beside others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareRow {
    /// The family's name, `owner/*`, a pattern of ids, or a model's id.
    pub name: String,
    /// How many members it has.
    pub members: u64,
    /// F1: distinct models with a parent among the members, the members' own repositories left out.
    pub f1: u64,
    /// F2: distinct models that can be reached from any member, likewise. All counts below but `f3` and `f1_without_bursts` are of F2.
    pub f2: u64,
    /// The distinct owners.
    pub authors: u64,
    /// The downloads in 30 days, where known; null if they are known of none.
    pub downloads_30d: Option<u64>,
    /// F2 as a share of all models with a parent; null if there is none.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<f64>,
    /// The place by F2 among the families of the table, among owners, or among models; null without a place.
    pub rank: Option<u64>,
    /// How many have a date since the Hub keeps dates.
    pub dated: u64,
    /// How many were made in the 30 days before the snapshot, of those with a date; null if nothing is known of dates.
    pub created_30d: Option<u64>,
    /// How many were made in the 90 days before the snapshot.
    pub created_90d: Option<u64>,
    /// How many were made in the 365 days before the snapshot.
    pub created_365d: Option<u64>,
    /// What it is.
    pub kind: Compared,
    /// Of how many `rank` is the place.
    pub rank_of: Option<u64>,
    /// F3: distinct models that mention it by tag, name or library and are no members; null where it cannot be known.
    pub f3: Option<u64>,
    /// How many descend from none of the others that are compared.
    pub only: u64,
    /// Of how many the downloads in 30 days are known.
    pub downloads_known_of: u64,
    /// The downloads since the Hub publishes them, where known.
    pub downloads_all_time: Option<u64>,
    /// The likes, where known.
    pub likes: Option<u64>,
    /// F1 without models in bursts; null where it is not judged.
    pub f1_without_bursts: Option<u64>,
    /// F2 without models in bursts; null where it is not judged.
    pub f2_without_bursts: Option<u64>,
    /// How many were trained further.
    pub finetune: u64,
    /// How many have the same weights in fewer bits or another format.
    pub quantized: u64,
    /// How many are to be used together with their parent.
    pub adapter: u64,
    /// How many were made of several models' weights.
    pub merge: u64,
    /// How many do not say how they were made.
    pub unstated: u64,
}

/// A `CompareByRow` is a part of the derived models, with a value for each name that is compared. Its first key is what they are told apart
/// by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("oneOf" = [
    {"required": ["month"]}, {"required": ["quarter"]}, {"required": ["year"]}, {"required": ["relation"]}, {"required": ["country"]},
    {"required": ["licence"]}, {"required": ["size"]}, {"required": ["generation"]}, {"required": ["owner"]}
]))]
pub struct CompareByRow {
    /// The month of creation in UTC, such as `2025-01`, or `before 2022-03`, or `without a date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub month: Option<String>,
    /// The quarter of the year, such as `2025-Q1`, or the same words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub quarter: Option<String>,
    /// The year, or the same words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub year: Option<String>,
    /// The relation of a model's own link towards the name; of several the strongest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Relation")]
    pub relation: Option<Relation>,
    /// The country of the publisher, or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub country: Option<String>,
    /// The first licence that a model states, or `none stated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub licence: Option<String>,
    /// The class of the declared parameters, or `unknown`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub size: Option<String>,
    /// The fewest links from any member, as a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub generation: Option<String>,
    /// The account; a model whose id has no owner is its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub owner: Option<String>,
    /// A value for each name.
    #[serde(flatten)]
    pub values: ByName,
}

/// A `CompareAlongRow` is a snapshot, with a value for each name that is compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompareAlongRow {
    /// The day that the snapshot describes; null if it is not known.
    #[schemars(extend("format" = "date"))]
    pub date: Option<String>,
    /// A value for each name.
    #[serde(flatten)]
    pub values: ByName,
}

/// A `ByName` is a value for each name that is compared, of what `--show` says: F2 unasked. A name that is called like another key has
/// `family ` before it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ByName(pub BTreeMap<String, Option<Number>>);

impl JsonSchema for ByName {
    fn schema_name() -> Cow<'static, str> {
        "ByName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "properties": {
                "all": {
                    "type": ["number", "null"],
                    "description": "The same of every derived model, whatever it descends from; with `--show share` how many these are. Generations have none.",
                },
            },
            "additionalProperties": {
                "type": ["number", "null"],
                "description": "The value of the name that is the key; null where nothing is known.",
            },
        })
    }
}

/// A `FlowsRow` is how many models of a builder have a parent of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FlowsRow {
    /// Whose models are built on: an account, a publisher, a country, a kind of publishers or a family; `unknown` who is in no table, and
    /// `no family` what is of none.
    pub source: String,
    /// Who builds on them, likewise.
    pub builder: String,
    /// The distinct models of the builder with a parent of the source; one with parents of several sources counts for each.
    pub models: u64,
    /// Of how many of them the date is known.
    pub dates_known_of: u64,
    /// The day on which the first of these was made; null if no date is known.
    #[schemars(extend("format" = "date"))]
    pub first: Option<String>,
    /// As a share of all models that are counted.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<f64>,
    /// As a share of those that are built on the source.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_source: Option<f64>,
    /// As a share of those that the builder has made.
    #[schemars(range(min = 0, max = 1))]
    pub share_of_builder: Option<f64>,
    /// Their downloads in 30 days, where known.
    pub downloads_30d: Option<u64>,
    /// Of how many the downloads are known.
    pub downloads_known_of: u64,
    /// How many distinct models are built on the source.
    pub models_of_source: u64,
    /// How many distinct models the builder has made.
    pub models_of_builder: u64,
}
