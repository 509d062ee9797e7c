use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};

use super::{check, compare, family, licences, models, origin, rank, section};

/// A `Form` is the form of one kind of answer: a JSON schema with a name and a version of its own.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// This is its name, as that of its file.
    pub name: &'static str,
    /// It rises when an answer of a later program may be none by the earlier schema, or when a key means something else; new keys do not
    /// raise it.
    pub version: u32,
    /// This is the command that writes it.
    pub command: &'static str,
    /// This says what a row is.
    pub about: &'static str,
    make: fn() -> Schema,
}

/// This lists every form in which the program answers with `--format json`.
pub const FORMS: &[Form] = &[
    form::<rank::Ranking>("rank", "rank", "Models, owners, families, or who made the derived models, by a measure."),
    form::<compare::Comparison>("compare", "compare", "Families, owners and models beside each other."),
    form::<compare::ComparisonBy>(
        "compare-by",
        "compare --by",
        "Parts of the derived models, with a value for each name.",
    ),
    form::<compare::ComparisonAlong>(
        "compare-snapshots",
        "compare --snapshots",
        "Snapshots, with a value for each name.",
    ),
    form::<compare::Flows>("flows", "flows", "Who builds on whom, in pairs."),
    form::<family::FamilyAnswer>("family", "family", "How many models derive from a family."),
    form::<family::FamilyList>(
        "family-list",
        "family --list",
        "The models of a part of a family, in order of their ids.",
    ),
    form::<models::Tree>("show", "show", "A part of the lineage as the lines of a tree."),
    form::<models::Found>("search", "search", "Models by words of their ids."),
    form::<section::OwnersAnswer>("owners", "owners", "Accounts, with who stands behind them."),
    form::<origin::UpstreamAnswer>("upstream", "upstream", "Everything that some models descend from."),
    form::<origin::WhyAnswer>("why", "why", "The models on the ways from one to another."),
    form::<origin::CommonAnswer>("common", "common", "The nearest common ancestors of some models."),
    form::<origin::SiblingsAnswer>("siblings", "siblings", "The other children of some models' parents."),
    form::<section::BlastSection>("blast", "blast", "What descends from some bases, counted: one section."),
    form::<section::BlastTable>(
        "blast-table",
        "blast --table",
        "The rows of one table of what descends from some bases.",
    ),
    form::<origin::BlastList>("blast-list", "blast --list", "The models that descend from some bases."),
    form::<licences::LicencesAnswer>(
        "licences",
        "licences",
        "What models state of their licences beside the terms above them.",
    ),
    form::<section::Sections>("report", "report", "Every figure of a snapshot, in sections."),
    form::<section::Rows>(
        "report-table",
        "report --output",
        "The rows of one table: the files beside a report's page.",
    ),
    form::<section::Sections>("explain", "explain", "One family under every definition: one section."),
    form::<section::Sections>("diff", "diff", "What changed between two snapshots: one section."),
    form::<section::Rows>("diff-table", "diff --table", "The rows of one table of what changed."),
    form::<check::CheckAnswer>("check", "check", "What is odd in a snapshot, by kind."),
    form::<check::CheckList>("check-list", "check --list", "What is odd in a snapshot, case by case."),
    form::<check::BurstList>("check-bursts", "check --bursts", "Mass uploads below one model within a day."),
    form::<check::MirrorList>(
        "check-mirrors",
        "check --mirrors",
        "Re-uploads of a model under its own name by somebody else.",
    ),
    form::<check::AliasList>("check-aliases", "check --aliases", "Old names whose links were moved."),
];

const fn form<T: JsonSchema>(name: &'static str, command: &'static str, about: &'static str) -> Form {
    Form { name, version: 1, command, about, make: root::<T> }
}

/// The schema of what is written: a key that may be null is there all the same.
fn root<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

impl Form {
    /// Finds the form of that name.
    pub fn find(name: &str) -> Option<&'static Form> {
        FORMS.iter().find(|form| form.name == name)
    }

    /// Gives the name by which the schema is cited, with its version.
    pub fn id(&self) -> String {
        format!("urn:modelkin:schema:{}:{}", self.name, self.version)
    }

    /// Makes the schema (JSON Schema, draft 2020-12). Keys that it does not name are allowed, since later programs may write new ones.
    pub fn schema(&self) -> Schema {
        let mut schema = (self.make)();
        schema.insert("$id".into(), self.id().into());
        schema.insert("title".into(), format!("modelkin {} --format json", self.command).into());
        schema.insert("description".into(), self.about.into());
        // A comment's lines are no lines of the text.
        RecursiveTransform(|schema: &mut Schema| {
            if let Some(text) = schema.get("description").and_then(|text| text.as_str()) {
                let text = text.replace('\n', " ");
                schema.insert("description".into(), text.into());
            }
        })
        .transform(&mut schema);
        schema
    }

    /// Writes the schema as a text, in an order that stays, ending with a line end.
    pub fn text(&self) -> String {
        let mut value = self.schema().to_value();
        value.sort_all_objects();
        format!("{value:#}\n")
    }
}
