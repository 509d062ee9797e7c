use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};

use super::{Frame, Relation, Shared};

/// A `CheckAnswer` is the answer of `check`.
pub type CheckAnswer = Frame<CheckRow, CheckBeside>;

/// A `CheckList` is the answer of `check --list`.
pub type CheckList = Frame<CaseRow, CheckBeside>;

/// A `BurstList` is the answer of `check --bursts`, the largest first.
pub type BurstList = Frame<BurstRow>;

/// A `MirrorList` is the answer of `check --mirrors`, those with most descendants first.
pub type MirrorList = Frame<MirrorRow>;

/// An `AliasList` is the answer of `check --aliases`, those that moved most links first.
pub type AliasList = Frame<AliasRow>;

/// This lists the kinds of odd things, as `check --list` takes them; docs/dirt.md says of each what becomes of it.
pub const KINDS: [&str; 38] = [
    "reject",
    "unlisted",
    "future-date",
    "self-link",
    "alias-followed",
    "alias-listed",
    "cycle",
    "account-pair",
    "lie",
    "column-passed-over",
    "column-not-read",
    "parents-replaced",
    "ids-are-numbers",
    "trailing-junk",
    "no-card",
    "no-end",
    "no-links",
    "path",
    "url",
    "placeholder",
    "malformed",
    "unwrapped",
    "repeated-parent",
    "relation-conflict",
    "author-tag",
    "card-disagrees",
    "unknown-relation",
    "broken-yaml",
    "rescued",
    "repeated-key",
    "bad-value",
    "case-collision",
    "renamed",
    "reused-id",
    "led-elsewhere",
    "renamed-parent",
    "open-header",
    "not-renamed",
];

fn kinds(schema: &mut Schema) {
    schema.insert("enum".into(), KINDS.to_vec().into());
}

/// A `CheckBeside` stands beside what is odd.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckBeside {
    /// With `--below`, `--owner` or `--kinds`: how many cases are not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub left_out: Option<u64>,
}

/// A `CheckRow` is a kind of odd things, with how many cases there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckRow {
    /// The kind's name.
    #[schemars(transform = kinds)]
    pub kind: String,
    /// How many cases there are.
    pub cases: u64,
    /// Whether it speaks against the metadata; other kinds are worth knowing, and no fault.
    pub fault: bool,
    /// What the kind means, and what becomes of it.
    pub about: String,
    /// The first cases, in words.
    pub examples: Vec<String>,
}

/// A `CaseRow` is a case of an odd thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseRow {
    /// The kind's name.
    #[schemars(transform = kinds)]
    pub kind: String,
    /// What is odd, in words.
    pub case: String,
}

/// A `BurstRow` is a burst: 50 children of one parent or more, of one author or with one name template, made within 24 hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BurstRow {
    /// The parent's id.
    pub parent: String,
    /// How many children are in the burst.
    pub children: u64,
    /// What they have in common.
    pub share: Shared,
    /// The author or the template.
    pub which: String,
    /// The day of the first of them.
    #[schemars(extend("format" = "date"))]
    pub first: Option<String>,
    /// The day of the last of them.
    #[schemars(extend("format" = "date"))]
    pub last: Option<String>,
    /// The id of one of them.
    pub example: Option<String>,
}

/// A `MirrorRow` is a mirror: a model whose name equals its parent's under another owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MirrorRow {
    /// The mirror's id.
    pub model: String,
    /// The id of what it mirrors.
    pub mirror_of: String,
    /// How it says that it was made.
    pub relation: Relation,
    /// How many distinct models descend from the mirror.
    pub descendants: u64,
}

/// An `AliasRow` is an old name, or all old ids of an account that kept their names under another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AliasRow {
    /// The old id, or `account/*`.
    pub old: String,
    /// That of today.
    pub new: String,
    /// How many old ids they are.
    pub ids: u64,
    /// How many links were moved.
    pub links: u64,
    /// How many of the old ids are listed beside those of today.
    pub both_listed: u64,
}
