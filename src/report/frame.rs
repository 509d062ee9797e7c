use serde::Serialize;

use super::{Block, Value, day, grouped, printable_lines};
use crate::model::Relation;
use crate::snapshot::{Snapshot, Taken};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Table,
    /// The frame of `docs/json.md`.
    Json,
    /// The rows alone, groups flattened with dots.
    Csv,
    /// For documents.
    Markdown,
}

/// What a command found: rows for programs, blocks for people, and the definition under which both were counted.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The definition: sentences, each on a line of its own for people.
    pub definition: Vec<String>,
    /// The rows: named values in their order, the same names in every row.
    pub rows: Vec<Vec<(String, Value)>>,
    /// The same for people.
    pub blocks: Vec<Block>,
}

/// The version of the JSON frame: the program's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Serialize)]
struct Frame<'a> {
    modelkin: &'a str,
    snapshot: Value,
    definition: String,
    rows: Vec<Value>,
}

impl Report {
    /// Writes the report in a format, ending with a line end.
    pub fn render(&self, snapshot: &Snapshot, format: Format) -> String {
        match format {
            Format::Json => self.json(snapshot),
            Format::Csv => self.csv(),
            Format::Table => self.blocks(snapshot, |block| match block {
                Block::Line(text) | Block::Fixed(text) => printable_lines(text),
                Block::Grid(grid) => grid.text(),
            }),
            Format::Markdown => self.blocks(snapshot, |block| match block {
                Block::Line(text) => printable_lines(text),
                Block::Fixed(text) => format!("```text\n{}\n```", printable_lines(text)),
                Block::Grid(grid) => grid.markdown(),
            }),
        }
    }

    /// The definition and the snapshot, for formats that have no room for them.
    pub fn note(&self, snapshot: &Snapshot) -> String {
        format!("{}\n{}", self.definition.join("\n"), footer(snapshot))
    }

    fn blocks(&self, snapshot: &Snapshot, draw: impl Fn(&Block) -> String) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (at, block) in self.blocks.iter().enumerate() {
            let follows_line = at > 0 && matches!((&self.blocks[at - 1], block), (Block::Line(_), Block::Line(_)));
            match parts.last_mut() {
                Some(last) if follows_line => *last += &format!("\n{}", draw(block)),
                _ => parts.push(draw(block)),
            }
        }
        parts.push(printable_lines(&self.definition.join("\n")));
        parts.push(footer(snapshot));
        parts.join("\n\n") + "\n"
    }

    fn json(&self, snapshot: &Snapshot) -> String {
        let frame = Frame {
            modelkin: VERSION,
            snapshot: describe(snapshot),
            definition: self.definition.join(" "),
            rows: self.rows.iter().map(|row| Value::Group(row.clone())).collect(),
        };
        // Text, numbers and lists of our own: nothing in them can fail to be written.
        serde_json::to_string_pretty(&frame).unwrap_or_default() + "\n"
    }

    fn csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for (at, row) in self.rows.iter().enumerate() {
            let mut cells = Vec::new();
            Value::Group(row.clone()).flatten("", &mut cells);
            if at == 0 {
                // Writing to memory cannot fail.
                _ = writer.write_record(cells.iter().map(|(name, _)| name));
            }
            _ = writer.write_record(cells.iter().map(|(_, cell)| guarded(cell)));
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// A cell that no spreadsheet takes for a formula.
fn guarded(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

/// A snapshot as every output names it.
fn describe(snapshot: &Snapshot) -> Value {
    let provenance = snapshot.provenance();
    let counts = &provenance.counts;
    let from = match provenance.taken_from {
        Taken::Given => "given",
        Taken::Crawl => "crawl",
        Taken::NewestRecord => "newest-record",
        Taken::Unknown => "unknown",
    };
    Value::group([
        ("date", provenance.taken.map(day).into()),
        ("date_from", from.into()),
        ("digest", provenance.digest.as_str().into()),
        ("models", counts.models.into()),
        ("links", counts.links.into()),
        ("unlisted", counts.unlisted.into()),
        ("rejects", counts.rejects.into()),
        ("oddities", (snapshot.oddity_counts().iter().map(|(_, count)| *count as u64).sum::<u64>()).into()),
        ("sample", provenance.sample.into()),
    ])
}

/// The last line of every table: what was counted in.
fn footer(snapshot: &Snapshot) -> String {
    let provenance = snapshot.provenance();
    let counts = &provenance.counts;
    let date = match (provenance.taken, provenance.taken_from) {
        (Some(at), Taken::Given | Taken::Crawl) => format!("of {}", day(at)),
        (Some(at), _) => format!("of {} or later (its newest record)", day(at)),
        (None, _) => "without a date".into(),
    };
    let what = if provenance.sample { "the built-in sample, which is no census," } else { "snapshot" };
    format!(
        "Declared lineage; {what} {date}, sha256 {}: {} models, {} links, {} unlisted parents, {} rejects, {} odd values (see `modelkin check`).",
        provenance.short_digest(),
        grouped(counts.models),
        grouped(counts.links),
        grouped(counts.unlisted),
        grouped(counts.rejects),
        grouped(snapshot.oddity_counts().iter().map(|(_, count)| *count as u64).sum()),
    )
}

/// The heads of the relation columns.
pub(super) fn relation_heads() -> impl Iterator<Item = String> {
    super::by_relation(&[0; Relation::ALL.len()]).map(|(name, _)| name.to_owned())
}
