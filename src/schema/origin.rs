use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Frame, Gated, Learned, Relation, Renamed, Ways};

/// An `UpstreamAnswer` is the answer of `upstream`.
pub type UpstreamAnswer = Frame<UpstreamRow, OriginBeside>;

/// A `WhyAnswer` is the answer of `why`.
pub type WhyAnswer = Frame<WhyRow, WhyBeside>;

/// A `CommonAnswer` is the answer of `common`.
pub type CommonAnswer = Frame<CommonRow, CommonBeside>;

/// A `SiblingsAnswer` is the answer of `siblings`.
pub type SiblingsAnswer = Frame<SiblingsRow, OriginBeside>;

/// A `BlastList` is the answer of `blast --list`.
pub type BlastList = Frame<BlastRow, BlastListBeside>;

/// A `Naming` is what is to be said of the names in a question about models; each key is left out where there is nothing to say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Naming {
    /// The old ids in the question.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// The ids of a list that the snapshot does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// What was laid over the snapshot, and what else is to be said of what was named, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// An `OriginBeside` stands beside what is told of some models.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OriginBeside {
    /// The ids of the models that were asked for.
    pub models: Vec<String>,
    /// What is to be said of the names in the question.
    #[serde(flatten)]
    pub naming: Naming,
}

/// A `WhyBeside` stands beside the ways between two models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WhyBeside {
    /// The id of the model that descends.
    pub model: String,
    /// The id of the model that it descends from.
    pub ancestor: String,
    /// How many ways lead from the ancestor to the model; a cycle counts as one model.
    pub ways: Ways,
    /// How many models are on any way between them.
    pub between: u64,
    /// The ids of those that are on all of them.
    pub on_all: Vec<String>,
    /// The links on the ways that are shown whose relation is only inferred.
    pub inferred: Vec<Link>,
    /// What is to be said of the names in the question.
    #[serde(flatten)]
    pub naming: Naming,
}

/// A `CommonBeside` stands beside the nearest common ancestors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommonBeside {
    /// The ids of the models that were asked for.
    pub models: Vec<String>,
    /// How many ancestors they have in common.
    pub common: u64,
    /// What is to be said of the names in the question.
    #[serde(flatten)]
    pub naming: Naming,
}

/// A `BlastListBeside` stands beside the models that descend from some bases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlastListBeside {
    /// The ids of the bases.
    pub bases: Vec<String>,
    /// The bases that are ours themselves, which are left out of what descends from the bases; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_bases: Vec<String>,
    /// What is to be said of the names in the question.
    #[serde(flatten)]
    pub naming: Naming,
}

/// A `Link` leads from a parent to a child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// The parent's id.
    pub parent: String,
    /// The child's id.
    pub child: String,
}

/// A `Known` is what is known of a model, and who stands behind it. Of one that is not listed that is its id and its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// The model's id.
    pub id: String,
    /// Its account; null of an id without an owner that has none today either.
    pub owner: Option<String>,
    /// Who stands behind the account; null if no table knows.
    pub publisher: Option<String>,
    /// The publisher's country by two letters; ZZ is international.
    pub country: Option<String>,
    /// The licences that it states, as the Hub spells them.
    pub licences: Vec<String>,
    /// The name of a licence that is `other`.
    pub licence_name: Option<String>,
    /// The class of its first licence: `permissive`, `copyleft`, `restricted`, `commercial`, or `unclassed` if the table does not have it;
    /// null if it states none.
    pub licence_class: Option<String>,
    /// Who may fetch it.
    pub gated: Option<Gated>,
    /// The day on which it was made, in UTC; 2022-03-02 says only that the Hub kept no dates yet.
    #[schemars(extend("format" = "date"))]
    pub created: Option<String>,
    /// Its downloads in 30 days.
    pub downloads_30d: Option<u64>,
    /// Whether the snapshot lists it.
    pub listed: bool,
    /// The publisher's kind, such as `industry` or `university`.
    pub kind: Option<String>,
}

/// An `UpstreamRow` is an ancestor of some models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UpstreamRow {
    /// What is known of it.
    #[serde(flatten)]
    pub known: Known,
    /// The fewest links from it to any of the models.
    pub distance: u64,
    /// How many ways lead from it to the models.
    pub ways: Ways,
    /// The id of the next model below it on a shortest way.
    pub via: String,
    /// The relation of the link to that.
    pub relation: Relation,
    /// How this relation was learned.
    pub learned: Learned,
    /// Whether it lies on every way from any root to each of the models.
    pub unavoidable: bool,
    /// Whether it has no parent, or is in a cycle that no link from outside leads to.
    pub root: bool,
    /// How many of the models descend from it.
    pub below: u64,
}

/// A `WhyRow` is a model on a way that is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WhyRow {
    /// The way's number, from 1; the first is a shortest one.
    pub way: u64,
    /// The place on the way, from 0: the ancestor.
    pub step: u64,
    /// The model's id.
    pub id: String,
    /// The relation of the link from the step before; null of the first step.
    pub relation: Option<Relation>,
    /// How this relation was learned; null of the first step.
    pub learned: Option<Learned>,
    /// The day on which the model was made, in UTC; 2022-03-02 says only that the Hub kept no dates yet.
    #[schemars(extend("format" = "date"))]
    pub created: Option<String>,
    /// The licences that it states, as the Hub spells them.
    pub licences: Vec<String>,
    /// Whether the snapshot lists it.
    pub listed: bool,
}

/// A `CommonRow` is one of the nearest common ancestors of some models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommonRow {
    /// What is known of it.
    #[serde(flatten)]
    pub known: Known,
    /// How far it is from each of the models.
    pub distances: Vec<Distance>,
}

/// A `Distance` is how far a model is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Distance {
    /// The model's id.
    pub model: String,
    /// The fewest links to it.
    pub links: u64,
}

/// A `SiblingsRow` is another child of some models' parents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SiblingsRow {
    /// What is known of it.
    #[serde(flatten)]
    pub known: Known,
    /// The strongest of its links to the parents in common.
    pub relation: Relation,
    /// The ids of the parents in common.
    pub shared: Vec<String>,
    /// How many parents it has.
    pub parents: u64,
}

/// A `BlastRow` is a model that descends from some bases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlastRow {
    /// What is known of it.
    #[serde(flatten)]
    pub known: Known,
    /// The fewest links from any base.
    pub distance: u64,
    /// The id of the next model above it on a shortest way.
    pub via: String,
    /// The id of the base at the other end of that way.
    pub base: String,
    /// The strongest of its links to bases and to what descends from them.
    pub relation: Relation,
    /// Whether it has a base for a parent.
    pub direct: bool,
    /// Whether it has a parent that descends from a base and is none.
    pub indirect: bool,
    /// Whether every way from any root to it leads through a base, or through a cycle that one is in.
    pub only_through: bool,
    /// The ids of all bases that it descends from.
    pub bases: Vec<String>,
    /// The ids of the roots from which a way leads to it that passes no base.
    pub other_roots: Vec<String>,
    /// Whether it was made on the day of a base above it or later; null if no day or no date is known.
    pub made_since: Option<bool>,
}
