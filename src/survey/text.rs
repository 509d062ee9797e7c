use super::section::{Section, Table, Unit, percent};
use crate::reference::Published;
use crate::report::{Block, Grid, Named, Report, Value, grouped};

/// What was published beside what a section found, if anything was.
pub fn compared(section: &Section, published: &Published) -> Option<Table> {
    let heads = [
        ("what", Unit::Text),
        ("published", Unit::Number),
        ("as_of", Unit::Text),
        ("here", Unit::Number),
        ("difference", Unit::Text),
        ("source", Unit::Text),
    ];
    let mut table = Table::new("published", "What was published, and what is here", 3, &heads, &[]);
    table.most = 100;
    for claim in published.of(section.name) {
        // A section of which one table was asked for has no other.
        let Some(found) = section.table(&claim.table) else { continue };
        let unit = found.columns.iter().find(|column| column.name == claim.column);
        let is_share = unit.is_some_and(|column| column.unit == Unit::Share);
        let here = found.cell(&claim.row, &claim.column).and_then(Value::number);
        let shown = |value: f64| match is_share {
            true => percent(value).into(),
            false if value.fract() == 0.0 => Value::Count(value as u64),
            false => Value::Number(value),
        };
        let difference = here.map(|here| match is_share {
            true => format!("{:+.1} points", (here - claim.value) * 100.0),
            false if claim.value == 0.0 => format!("{:+}", here),
            false => format!("{:+.1}%", (here / claim.value - 1.0) * 100.0),
        });
        table.row([
            claim.what.as_str().into(),
            shown(claim.value),
            claim.as_of.as_str().into(),
            here.map(shown).unwrap_or(Value::Missing),
            difference.into(),
            claim.source.as_str().into(),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// How many rows people are not shown, in a sentence.
pub(super) fn left_out(table: &Table) -> Option<String> {
    let all = table.rows.len();
    (all > table.most)
        .then(|| format!("{} of {} rows; JSON and CSV have all.", grouped(table.most as u64), grouped(all as u64)))
}

/// The coverage of a section, a sentence each.
pub(super) fn coverage(section: &Section) -> Vec<String> {
    let sentence = |known: &super::Coverage| {
        let part = if known.of == 0 { "none".into() } else { percent(known.known as f64 / known.of as f64) };
        format!("{}: {} of {} ({part})", known.what, grouped(known.known), grouped(known.of))
    };
    section.coverage.iter().map(sentence).collect()
}

/// What a survey cannot tell, and why.
pub(super) const UNKNOWABLE: [&str; 5] = [
    "Where the downloads come from (\"models are used most in the region where they are made\"): the Hub does not publish the place of who downloads.",
    "How long a model is talked about, disclosure of training data, papers and their votes: no part of the listing.",
    "Downloads of past years: one snapshot knows what was downloaded in the last 30 days and in all. Two snapshots tell what was downloaded between them.",
    "What was deleted: earlier months look smaller than they were.",
    "Whether weights agree with what cards say: all of this is declared lineage.",
];

/// The sections for a terminal, for documents and as JSON.
pub fn report(sections: &[Section], published: &Published, is_sample: bool) -> Report<'static> {
    let mut blocks = Vec::new();
    if is_sample {
        blocks.push(Block::Line(SAMPLE.into()));
    }
    let mut rows: Vec<Named> = Vec::new();
    for section in sections {
        let compared = compared(section, published);
        blocks.push(Block::Title(section.title.into()));
        section_blocks(section, compared.as_ref(), &mut blocks);
        blocks.push(Block::Line(section.definition.join("\n")));
        rows.push(named(section, compared.as_ref()));
    }
    if sections.len() > 1 {
        blocks.push(Block::Title("What public metadata cannot tell".into()));
        blocks.push(Block::Line(UNKNOWABLE.join("\n")));
    }
    Report { definition: Vec::new(), rows: rows.into(), blocks }
}

/// Findings, tables and coverage.
fn section_blocks(section: &Section, compared: Option<&Table>, blocks: &mut Vec<Block>) {
    blocks.extend((!section.findings.is_empty()).then(|| Block::Line(section.findings.join("\n"))));
    for table in section.tables.iter().chain(compared) {
        if table.rows.is_empty() {
            blocks.push(Block::Line(format!("{}: none.", table.title)));
            continue;
        }
        blocks.push(Block::Line(format!("{}:", table.title)));
        blocks.push(Block::Grid(grid(table)));
        blocks.extend(left_out(table).map(Block::Line));
    }
    blocks.push(Block::Line(format!("Known: {}.", coverage(section).join("; "))));
}

impl Section {
    /// A section that is an answer of its own: its rows are those of its table where it has one, else the section is the row.
    pub fn report(&self) -> Report<'_> {
        let mut blocks = Vec::new();
        section_blocks(self, None, &mut blocks);
        let rows = match &self.tables[..] {
            [table] => table.report(&[]).rows,
            _ => vec![named(self, None)].into(),
        };
        Report { definition: self.definition.clone(), rows, blocks }
    }
}

/// The first line of a report on the sample.
pub(super) const SAMPLE: &str = "This is a report on the sample inside the program, which is no census: it shows what the report is like, and no figure of it speaks for the Hub.";

/// A section as Markdown alone.
pub fn markdown(sections: &[Section], published: &Published, snapshot: &crate::snapshot::Snapshot) -> String {
    let report = report(sections, published, snapshot.provenance().sample);
    let mut out = Vec::new();
    // Writing to memory does not fail.
    _ = report.write(snapshot, crate::report::Format::Markdown, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A table for people.
fn grid(table: &Table) -> Grid {
    let mut grid = Grid::new(table.columns[..table.main].iter().map(|column| column.head()));
    for row in table.rows.iter().take(table.most) {
        grid.row(table.columns.iter().zip(row).take(table.main).map(|(column, value)| column.shown(value)));
    }
    grid
}

/// A section for programs.
fn named(section: &Section, compared: Option<&Table>) -> Named {
    let texts = |texts: &[String]| Value::List(texts.iter().map(|text| text.as_str().into()).collect());
    let coverage = section
        .coverage
        .iter()
        .map(|of| Value::group([("what", of.what.into()), ("known", of.known.into()), ("of", of.of.into())]));
    let tables = section.tables.iter().chain(compared).map(|table| {
        let rows = table.rows.iter().map(|row| Value::Group(table.named(row)));
        (table.name, Value::List(rows.collect()))
    });
    vec![
        ("section".into(), section.name.into()),
        ("title".into(), section.title.into()),
        ("findings".into(), texts(&section.findings)),
        ("definition".into(), texts(&section.definition)),
        ("coverage".into(), Value::List(coverage.collect())),
        ("tables".into(), Value::group(tables)),
    ]
}
