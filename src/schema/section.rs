use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cell, Coverage, Frame, Naming};

/// A `Sections` is the answer of `report`, `explain` and `diff`.
pub type Sections = Frame<Section>;

/// A `Rows` is the rows of one table alone, as `diff --table` gives them, and the files beside a report's page.
pub type Rows = Frame<TableRow, TableBeside>;

/// An `OwnersAnswer` is the answer of `owners`.
pub type OwnersAnswer = Frame<OwnersRow, TableBeside>;

/// A `BlastSection` is the answer of `blast`: one section.
pub type BlastSection = Frame<Section, BlastBeside>;

/// A `BlastTable` is the answer of `blast --table`.
pub type BlastTable = Frame<TableRow, BlastTableBeside>;

/// A `TableBeside` stands beside the rows of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableBeside {
    /// How many rows there are in all; left out if all are here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64")]
    pub of: Option<u64>,
    /// Of how many models the values are known; left out where nothing is to be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
}

/// A `BlastBeside` stands beside what descends from some bases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlastBeside {
    /// The bases that are ours themselves, which are left out of what descends from the bases; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_bases: Vec<String>,
    /// What is to be said of the names in the question.
    #[serde(flatten)]
    pub naming: Naming,
}

/// A `BlastTableBeside` stands beside the rows of one table of what descends from some bases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlastTableBeside {
    /// What stands beside any table.
    #[serde(flatten)]
    pub table: TableBeside,
    /// What stands beside any answer of `blast`.
    #[serde(flatten)]
    pub blast: BlastBeside,
}

/// A `Section` is a part of a survey: what came out, under which definition, and its tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Its name on the command line and in file names.
    pub section: String,
    /// Its title for people.
    pub title: String,
    /// What came out, in sentences.
    pub findings: Vec<String>,
    /// How the figures are defined, in sentences.
    pub definition: Vec<String>,
    /// Of how many models the values are known.
    pub coverage: Vec<Coverage>,
    /// Each table's rows by its name.
    pub tables: BTreeMap<String, Vec<TableRow>>,
}

/// A `TableRow` is a row of a table: numbers and texts by the names of its columns, null where nothing is known. Every row of a table has
/// the same columns; what each means stands at its head on the report's page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct TableRow(pub BTreeMap<String, Option<Cell>>);

/// An `OwnersRow` is an account, with who stands behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnersRow {
    /// The account; of an id without an owner that of the id that it has today, else the id itself.
    pub account: String,
    /// Who stands behind it; null if no table knows.
    pub publisher: Option<String>,
    /// The publisher's country by two letters; ZZ is international, and `unknown` who is in no table.
    pub country: String,
    /// The publisher's kind, such as `industry` or `university`; `unknown` who is in no table.
    pub kind: String,
    /// How many listed models it has.
    pub models: u64,
    /// Their downloads in 30 days, where known; null if they are known of none.
    pub downloads_30d: Option<u64>,
    /// Their downloads since the Hub publishes them, where known.
    pub downloads_all_time: Option<u64>,
    /// How many links lead from its models, those to its own models too.
    pub links: u64,
}
