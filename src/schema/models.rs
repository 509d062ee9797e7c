use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Frame, Relation, Renamed};

/// A `Tree` is the answer of `show`.
pub type Tree = Frame<ShowRow, ShowBeside>;

/// A `Found` is the answer of `search`.
pub type Found = Frame<SearchRow, SearchBeside>;

/// A `ShowBeside` stands beside the lines of a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShowBeside {
    /// The old ids in the question; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
}

/// A `ShowRow` is a line of a tree: a model, or siblings for which one line stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShowRow {
    /// How many links lie between the line and the tree's root.
    pub depth: u64,
    /// The model's id; null where the line stands for siblings.
    pub id: Option<String>,
    /// The model one line up in the tree; null of the root.
    pub of: Option<String>,
    /// The relation of the link to the line above; null of the root, and of siblings that are not drawn.
    pub relation: Option<Relation>,
    /// Whether the snapshot lists the model; null of siblings, as the next two and `repeated`.
    pub listed: Option<bool>,
    /// How many distinct children it has.
    pub direct: Option<u64>,
    /// How many distinct models descend from it. Of siblings that are not drawn: those of all of them, null where counting them would take
    /// too long, with `--above` their ancestors.
    pub descendants: Option<u64>,
    /// Whether it is counted; under a filter some are only walked through.
    pub counted: Option<bool>,
    /// Whether it was drawn before, with all that belongs to it.
    pub repeated: Option<bool>,
    /// Whether more lies beyond. Siblings with it are not drawn; without it they are collapsed.
    pub cut: bool,
    /// For how many siblings the line stands; null of a model.
    pub more: Option<u64>,
}

/// A `SearchBeside` stands beside the models that were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SearchBeside {
    /// How many ids have the words.
    pub matches: u64,
    /// Whether all were counted; if not there may be more.
    pub all_counted: bool,
    /// Where nothing was found: what is spelled alike, in words; else left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
}

/// A `SearchRow` is a model that was found, in the order of the search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SearchRow {
    /// The model's id.
    pub id: String,
    /// Whether the snapshot lists it.
    pub listed: bool,
    /// How many distinct models descend from it.
    pub descendants: u64,
    /// How many distinct children it has.
    pub direct: u64,
    /// Its downloads in 30 days.
    pub downloads_30d: Option<u64>,
    /// The strongest of its links to its parents; null if it names none.
    pub relation: Option<Relation>,
    /// The day on which it was made, in UTC; 2022-03-02 says only that the Hub kept no dates yet.
    #[schemars(extend("format" = "date"))]
    pub created: Option<String>,
}
