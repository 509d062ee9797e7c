//! Counts as text, Markdown, CSV and JSON, for people and programs. Every output names its snapshot and its definition.

mod chart;
mod check;
mod family;
mod finding;
mod licences;
mod listed;
mod names;
mod origin;
mod rank;
mod scope;
mod search;
mod selection;
mod show;

pub use chart::{family_chart, family_chart_definition, rank_chart, rank_coverage};
pub use check::{LIE, bursts, check, findings, kind, kinds, lies, list, mirrors, rejects};
pub use family::{family, models};
pub use finding::{Case, Finding};
pub use licences::{LICENCE_RULES, findings_of_licences, licences, summary};
pub use names::{Moved, aliases, moved};
pub use origin::{NO_ADVICE, common, hits, siblings, upstream, why, with_own};
pub use rank::rank;
pub use scope::Scope;
pub use search::found;
pub use selection::selection;
pub use show::{LINES, show};

use crate::model::Relation;

/// Counts by relation, in the order of tables.
fn by_relation(counts: &[u64; 5]) -> impl Iterator<Item = (&'static str, u64)> {
    Relation::SHOWN.into_iter().map(|relation| (relation.name(), counts[relation as usize]))
}

/// The heads of the relation columns.
fn relation_heads() -> impl Iterator<Item = String> {
    by_relation(&[0; Relation::ALL.len()]).map(|(name, _)| name.to_owned())
}
