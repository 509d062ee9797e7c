use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Frame, Gated, Relation};

/// A `FamilyAnswer` is the answer of `family`: one row.
pub type FamilyAnswer = Frame<FamilyRow>;

/// A `FamilyList` is the answer of `family --list`, in order of the ids.
pub type FamilyList = Frame<FamilyListRow, FamilyListBeside>;

/// A `FamilyRow` is how many models derive from a family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FamilyRow {
    /// The family's name, `owner/*`, a pattern of ids, or a model's id.
    pub family: String,
    /// The rule that says who its members are.
    pub rule: String,
    /// How many members it has.
    pub members: u64,
    /// F1: distinct models with a parent among the members, the members' own repositories left out (with `--include-members` not).
    pub f1: u64,
    /// F2: distinct models that can be reached from any member, likewise.
    pub f2: u64,
    /// F3: distinct models that mention the family by tag, name or library and are no members; null where it cannot be known.
    pub f3: Option<u64>,
    /// F1 and F2 by relation, each model by its own link towards the family; of several by the strongest.
    pub by_relation: Both<ByRelation>,
    /// The distinct owners of F1 and F2.
    pub authors: Both<u64>,
    /// F1 and F2 without models in bursts; null where it is not judged: fewer than half are `dated`.
    pub without_bursts: Both<Option<u64>>,
    /// How many models have a date since the Hub keeps dates, by which bursts are judged.
    pub dated: Both<u64>,
    /// How many models a date filter left out for want of a date.
    pub undated: Both<u64>,
    /// What of all this is not listed.
    pub unlisted: Unlisted,
    /// How many models of F2 are so many links from the nearest member, from one link on.
    pub generations: Vec<u64>,
    /// The downloads in 30 days.
    pub downloads: Both<Sum>,
    /// The downloads since the Hub publishes them.
    pub downloads_all_time: Both<Sum>,
    /// The likes.
    pub likes: Both<Sum>,
    /// The models with most descendants among those of F1.
    pub top_children: Vec<TopChild>,
}

/// A `Both` is a value of F1 and of F2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Both<T> {
    /// That of F1, the direct derivatives.
    pub f1: T,
    /// That of F2, all derivatives.
    pub f2: T,
}

/// A `ByRelation` is a count of models by relation; the five add up to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ByRelation {
    /// Those trained further.
    pub finetune: u64,
    /// Those with the same weights in fewer bits or another format.
    pub quantized: u64,
    /// Those to be used together with their parent.
    pub adapter: u64,
    /// Those made of several models' weights.
    pub merge: u64,
    /// Those that do not say how they were made.
    pub unstated: u64,
}

/// An `Unlisted` says how much of a family is not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unlisted {
    /// How many members are named as parents and not listed.
    pub members: u64,
    /// How many models of F1 hang from such members alone.
    pub f1: u64,
}

/// A `Sum` is added up over the models of which the value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sum {
    /// The sum; null if the value is known of none.
    pub total: Option<u64>,
    /// Of how many models the value is known.
    pub known: u64,
}

/// A `TopChild` is one of the direct derivatives that most descends from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopChild {
    /// The model's id.
    pub id: String,
    /// How many distinct children it has.
    pub direct: u64,
    /// How many distinct models descend from it.
    pub descendants: u64,
}

/// A `FamilyListBeside` stands beside the models of a part of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FamilyListBeside {
    /// With `--since` or `--until`: how many models have no date and are left out for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub undated: Option<u64>,
}

/// A `FamilyListRow` is a model of a part of a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FamilyListRow {
    /// The model's id.
    pub id: String,
    /// Whether the snapshot lists it.
    pub listed: bool,
    /// The day on which it was made, in UTC; 2022-03-02 says only that the Hub kept no dates yet.
    #[schemars(extend("format" = "date"))]
    pub created: Option<String>,
    /// Its downloads in 30 days.
    pub downloads: Option<u64>,
    /// Its likes.
    pub likes: Option<u64>,
    /// How many parents it has.
    pub parents: u64,
    /// The licences that it states, as the Hub spells them.
    pub licences: Vec<String>,
    /// The name of a licence that is `other`.
    pub licence_name: Option<String>,
    /// Where the text of such a licence is.
    pub licence_link: Option<String>,
    /// Who may fetch it.
    pub gated: Option<Gated>,
    /// Whether the Hub has disabled it.
    pub disabled: Option<bool>,
    /// The commit that its repository was at.
    pub sha: Option<String>,
    /// Its own link towards the family, of several the strongest; of a mention null if it does not descend from the family. Members have
    /// none, and the key is left out.
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Relation>")]
    pub relation: Option<Option<Relation>>,
}

/// A value that is there, if it is null too.
fn there<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<Relation>>, D::Error> {
    Deserialize::deserialize(value).map(Some)
}
