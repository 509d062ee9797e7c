use super::frame::cited;
use super::{Chart, Size, plural};
use crate::snapshot::Snapshot;

/// The charts of a report stand in the folder of this name, beside its tables.
pub const CHARTS: &str = "charts";

/// A `Slide` is a chart that can stand alone: below it is said what was counted, of how many it is known, and in what.
#[derive(Debug, Clone, PartialEq)]
pub struct Slide {
    /// This is its name in file names.
    pub name: String,
    /// This is the picture.
    pub chart: Chart,
    /// These lines stand below the picture; the last one names the snapshot and the program.
    pub notes: Vec<String>,
}

impl Slide {
    /// Makes a slide of a chart: with its definition, with what is known of how many models, and with its snapshot. Where the
    /// chart defines what is drawn, these take the places of what is given.
    pub fn new(
        name: impl Into<String>,
        chart: Chart,
        definition: &[String],
        known: &[String],
        snapshot: &Snapshot,
    ) -> Slide {
        let (definition, known) = match chart.definition.is_empty() {
            true => (definition, known),
            false => (&chart.definition[..], &chart.known[..]),
        };
        let mut notes = Vec::new();
        notes.extend((!definition.is_empty()).then(|| definition.join(" ")));
        notes.extend((!known.is_empty()).then(|| format!("Known: {}.", known.join("; "))));
        notes.push(format!(
            "Source: declared lineage; {}: {}. Counted and drawn by modelkin {}.",
            cited(snapshot),
            plural(snapshot.provenance().counts.models, "model"),
            env!("CARGO_PKG_VERSION")
        ));
        Slide { name: name.into(), chart, notes }
    }

    /// Draws it as an SVG document.
    pub fn svg(&self, size: Size) -> String {
        self.chart.svg(size, &self.notes)
    }
}
