//! Counts as text, Markdown, CSV and JSON, for people and programs. Every output names its snapshot and its definition.

mod check;
mod family;
mod frame;
mod grid;
mod names;
mod printable;
mod rank;
mod scope;
mod show;
mod value;

pub use check::{Case, Finding, bursts, check, findings, kind, kinds, lies, list, mirrors, rejects};
pub use family::{family, models};
pub use frame::{Format, Report, Rows, csv, footer};
pub use grid::{Block, Grid, grouped, plural};
pub use names::aliases;
pub use printable::{markdown, printable, printable_lines};
pub use rank::rank;
pub use scope::Scope;
pub use show::{LINES, show};
pub use value::{NOT_JUDGED, Named, Value};

use crate::model::Relation;

/// The day of an instant (milliseconds since 1970), in UTC.
pub fn day(millis: i64) -> String {
    let date = |at: jiff::Timestamp| jiff::tz::Offset::UTC.to_datetime(at).date().to_string();
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| "unknown".into(), date)
}

/// Counts by relation, the relations people look for first; `unstated` last.
fn by_relation(counts: &[u64; 5]) -> impl Iterator<Item = (&'static str, u64)> {
    [Relation::Finetune, Relation::Quantized, Relation::Adapter, Relation::Merge, Relation::Unstated]
        .into_iter()
        .map(|relation| (relation.name(), counts[relation as usize]))
}
