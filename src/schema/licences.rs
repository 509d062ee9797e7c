use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Frame, Gated, Naming, Outcome, Relation, Verdict};

/// A `LicencesAnswer` is the answer of `licences`.
pub type LicencesAnswer = Frame<LicencesRow, LicencesBeside>;

/// A `LicencesBeside` stands beside the verdicts on some models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LicencesBeside {
    /// The version of the rules and tables that the verdicts are by.
    pub rules: String,
    /// That this is declared metadata, and no legal advice.
    pub advice: String,
    /// The models that were asked for.
    pub models: Vec<Judged>,
    /// How many of them fail by the policy.
    pub failed: u64,
    /// What is to be said of the policy itself, in sentences.
    pub policy_warnings: Vec<String>,
    /// What is to be said of the names in the question.
    #[serde(flatten)]
    pub naming: Naming,
}

/// A `Judged` is a model that was asked for, with what came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// The model's id.
    pub id: String,
    /// Its licence, as it is told to people.
    pub licence: String,
    /// The worst verdict, over all its ancestors.
    pub verdict: Verdict,
    /// Whether it fails by the policy.
    pub fails: bool,
    /// Whether the policy has a warning for it.
    pub warns: bool,
    /// Whether an exception of the policy accepts something of it.
    pub accepted: bool,
    /// How many ancestors it has.
    pub ancestors: u64,
    /// Whether the snapshot lists it.
    pub listed: bool,
}

/// A `LicencesRow` is a model and an ancestor, or a model's own licence; then everything about an ancestor is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LicencesRow {
    /// The model's id.
    pub id: String,
    /// Its licence, as it is told to people.
    pub licence: String,
    /// The verdict on this ancestor's terms, or on the model's own licence alone.
    pub verdict: Verdict,
    /// The letters of the terms that led to it, with blanks between them.
    pub terms: Option<String>,
    /// The ancestor's id.
    pub ancestor: Option<String>,
    /// The ancestor's licence, as it is told to people.
    pub ancestor_licence: Option<String>,
    /// Whether the snapshot lists the ancestor.
    pub ancestor_listed: Option<bool>,
    /// Who may fetch the ancestor, which is never a verdict.
    pub ancestor_gated: Option<Gated>,
    /// The fewest links from the ancestor to the model.
    pub distance: Option<u64>,
    /// The ids of a shortest way, from the ancestor to the model.
    pub way: Option<Vec<String>>,
    /// The relations of the way's links.
    pub relations: Option<Vec<Relation>>,
    /// Why the verdict is so, in a sentence.
    pub reason: Option<String>,
    /// What the ancestor's licence says of these terms.
    pub clauses: Option<Vec<Clause>>,
    /// Whether the model is a copy of the ancestor: some way between them is of quantized links alone.
    pub copy: Option<bool>,
    /// Whether an adapter is on the way, so that the terms bind it together with what it is laid over.
    pub binds_combination: Option<bool>,
    /// Whether the ancestor or the model states several licences, all of which are taken.
    pub several_licences: Option<bool>,
    /// Whether both are of one account.
    pub same_owner: Option<bool>,
    /// Whether the model's name begins as the ancestor's licence asks; null if it asks nothing.
    pub name_begins_so: Option<bool>,
    /// Of two licences that meet in a merge: the other ancestor's id, else null.
    pub meets: Option<String>,
    /// The other ancestor's licence.
    pub meets_licence: Option<String>,
    /// The id of the model in which the two meet.
    pub meets_in: Option<String>,
    /// What the policy makes of it; null where there is nothing that it does not accept.
    pub policy: Option<Outcome>,
    /// By which of its rules, in words.
    pub policy_rules: Vec<String>,
    /// The version of the rules and tables that the verdict is by.
    pub rules: String,
}

/// A `Clause` is what a licence's text says of a term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clause {
    /// The term's letter.
    pub term: Option<String>,
    /// The clause.
    pub text: Option<String>,
    /// Where the text is.
    pub address: Option<String>,
    /// The day by which the text had been read.
    #[schemars(extend("format" = "date"))]
    pub read: Option<String>,
}
