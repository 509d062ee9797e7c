use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DateFrom;

/// A `Frame` is an answer as the program writes it with `--format json`: rows, what was counted in them, and the snapshot in which. What an
/// answer has of its own beside its rows is a `B`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Frame<R, B = Nothing> {
    /// The version of the program that wrote the answer.
    pub modelkin: String,
    /// The snapshot that was asked.
    pub snapshot: Snapshot,
    /// What was counted, in sentences; it is empty where each section of a report says its own.
    pub definition: String,
    /// The names in the question that are spelled otherwise than in the snapshot; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Named>,
    /// What this answer has of its own beside its rows.
    #[serde(flatten)]
    pub beside: B,
    /// The rows.
    pub rows: Vec<R>,
}

/// A `Nothing` stands beside the rows of an answer that has nothing of its own there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Nothing {}

/// A `Snapshot` names the snapshot that was asked, and says what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Snapshot {
    /// The day that it describes, in UTC; null if it is not known.
    #[schemars(extend("format" = "date"))]
    pub date: Option<String>,
    /// Where the date is from.
    pub date_from: DateFrom,
    /// A SHA-256 over its columns, in hexadecimal: equal contents have equal digests, whoever imported them and when.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub digest: String,
    /// How many models are listed in it.
    pub models: u64,
    /// How many links the lineage has: aliases followed, self-links left out.
    pub links: u64,
    /// How many parents are named and not listed.
    pub unlisted: u64,
    /// How many records could not be read.
    pub rejects: u64,
    /// How many values of records are odd.
    pub oddities: u64,
    /// Whether it is the sample inside the program, which is no census.
    pub sample: bool,
    /// Of a crawled snapshot: the hosts that gave what it holds; left out if they are not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answered_by: Vec<String>,
}

/// A `Named` is a name in the question that is spelled otherwise than in the snapshot: an address, a name without its owner, or a word of
/// a family's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Named {
    /// The name as it was asked for.
    pub asked: String,
    /// The model's id, or the family's name, that it means.
    pub id: String,
}

/// A `Renamed` is an old id in the question, with that of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renamed {
    /// The old id, as it was asked for.
    pub old: String,
    /// The model's id of today.
    pub today: String,
}

/// A `Coverage` says of how many of something a value is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// What is known, and of what, in words.
    pub what: String,
    /// Of so many it is known.
    pub known: u64,
    /// So many there are.
    pub of: u64,
}
