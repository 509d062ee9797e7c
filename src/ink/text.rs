use super::{
    Block, Chart, Grid, Known, Named, Report, Rows, Section, Slide, Table, Unit, Value, counted, day, grouped, known,
    percent, plural,
};
use crate::census::{Error, Sum};
use crate::model::{Count, DAY};
use crate::reference::Published;
use crate::snapshot::{Row, Snapshot};

/// Sets what was published beside what a section found, as a table; there is none if nothing was published of it.
pub fn compared(section: &Section, published: &Published) -> Option<Table> {
    let heads = [
        ("what", Unit::Text),
        ("published", Unit::Number),
        ("as_of", Unit::Text),
        ("here", Unit::Number),
        ("difference", Unit::Text),
        ("source", Unit::Text),
    ];
    let more = [("published_value", Unit::Number), ("here_value", Unit::Number), ("difference_value", Unit::Number)];
    let mut table = Table::new("published", "What was published, and what is here", 3, &heads, &more);
    table.most = 100;
    for claim in published.claims(section.name) {
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
            Value::Number(claim.value),
            here.map_or(Value::Missing, Value::Number),
            here.map_or(Value::Missing, |here| Value::Number(here - claim.value)),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// How many rows people are shown, if not all.
fn left_out(table: &Table) -> Option<String> {
    let all = table.rows.len();
    (all > table.most)
        .then(|| format!("{} of {} rows; JSON and CSV have all", grouped(table.most as u64), grouped(all as u64)))
}

/// The coverage of a section, a sentence each.
pub(super) fn coverage(section: &Section) -> Vec<String> {
    section.coverage.iter().map(|of| known(of.what, of.coverage)).collect()
}

/// What a survey cannot tell, and why.
pub(super) const UNKNOWABLE: [&str; 5] = [
    "Where the downloads come from (\"models are used most in the region where they are made\"): the Hub does not publish the place of who downloads.",
    "How long a model is talked about, disclosure of training data, papers and their votes: no part of the listing.",
    "Downloads of past years: one snapshot knows what was downloaded in the last 30 days and in all. Two snapshots tell what was downloaded between them.",
    "What was deleted: earlier months look smaller than they were.",
    "Whether weights agree with what cards say: all of this is declared lineage.",
];

/// Writes the sections for a terminal, for documents and as JSON.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn report(sections: &[Section], published: &Published, snapshot: &Snapshot) -> Result<Report<'static>, Error> {
    let mut blocks: Vec<Block> = warnings(snapshot, published)?.into_iter().map(Block::Line).collect();
    let mut rows: Vec<Named> = Vec::new();
    // What several sections say is said once, after them.
    let says = |section: &Section, sentence: &String| section.definition.contains(sentence);
    let is_shared = |sentence: &&String| sections.iter().filter(|section| says(section, sentence)).count() > 1;
    let mut shared: Vec<&str> = Vec::new();
    for section in sections {
        let (common, own): (Vec<&String>, Vec<&String>) = section.definition.iter().partition(is_shared);
        for sentence in common {
            if !shared.contains(&sentence.as_str()) {
                shared.push(sentence);
            }
        }
        let own: Vec<&str> = own.into_iter().map(String::as_str).collect();
        let compared = compared(section, published);
        blocks.push(Block::Title(section.title.into()));
        section_blocks(section, compared.as_ref(), &mut blocks);
        blocks.extend((!own.is_empty()).then(|| Block::Line(own.join("\n"))));
        rows.push(named(section, compared.as_ref()));
    }
    if !shared.is_empty() {
        blocks.push(Block::Title("What holds in several sections".into()));
        blocks.push(Block::Line(shared.join("\n")));
    }
    if sections.len() > 1 {
        blocks.push(Block::Title("What public metadata cannot tell".into()));
        blocks.push(Block::Line(UNKNOWABLE.join("\n")));
    }
    Ok(Report::new(Vec::new(), rows, blocks))
}

/// Findings, tables and coverage.
fn section_blocks(section: &Section, compared: Option<&Table>, blocks: &mut Vec<Block>) {
    blocks.extend((!section.findings.is_empty()).then(|| Block::Line(section.findings.join("\n"))));
    blocks.extend(section.shown.map(|(shown, all, what)| Block::cut(shown, all, what)));
    for table in section.tables.iter().chain(compared) {
        if table.rows.is_empty() {
            blocks.push(Block::Line(format!("{}: none is known.", table.title)));
            continue;
        }
        let shown = left_out(table).map_or_else(String::new, |left| format!(" ({left})"));
        blocks.push(Block::Line(format!("{}{shown}:", table.title)));
        blocks.push(Block::Grid(grid(section, table)));
    }
    let known = coverage(section);
    blocks.extend((!known.is_empty()).then(|| Block::Line(format!("Known: {}.", known.join("; ")))));
}

impl Section {
    /// Makes a slide of each chart in which there is something to see.
    pub fn slides(&self, snapshot: &Snapshot) -> Vec<Slide> {
        let slide = |(_, name, chart): (usize, String, &Chart)| {
            Slide::new(name, chart.clone(), &self.definition, &coverage(self), snapshot)
        };
        self.drawn().map(slide).collect()
    }

    /// Makes a report of the section alone: programs are given it as the one row.
    pub fn report(&self) -> Report<'_> {
        Report { rows: Rows::One(Box::new(|| named(self, None))), beside: Vec::new(), ..self.rows() }
    }

    /// Makes a report of the section in which programs are given the rows of its first table.
    pub fn rows(&self) -> Report<'_> {
        let mut blocks = Vec::new();
        section_blocks(self, None, &mut blocks);
        let (rows, heads) = match self.tables.first().map(|table| table.report(&[])) {
            Some(Report { rows, heads, .. }) => (rows, heads),
            None => (Vec::new().into(), Vec::new()),
        };
        let of = self.shown.map(|(_, all, _)| ("of".into(), (all as u64).into()));
        let coverage = (!self.coverage.is_empty()).then(|| ("coverage".into(), covered(self)));
        let beside = of.into_iter().chain(coverage).collect();
        Report { heads, beside, ..Report::new(self.definition.clone(), rows, blocks) }
    }
}

/// Says that a snapshot is a part of the Hub, if many more models were counted there by its month, and who counted them.
pub fn part_of_hub(snapshot: &Snapshot, published: &Published) -> Option<String> {
    let provenance = snapshot.provenance();
    let models = provenance.counts.models;
    let date = provenance.taken.map(day).unwrap_or_default();
    // The newest count of all models that was published up to the snapshot's month.
    let counts =
        published.claims("growth").filter(|claim| claim.table == "models_by_month" && claim.column == "so_far");
    let known = counts.filter(|claim| date.get(..7).is_some_and(|month| claim.row.as_str() <= month));
    let hub = known.max_by(|a, b| a.row.cmp(&b.row)).filter(|hub| (models as f64) < 0.9 * hub.value)?;
    Some(format!(
        "This snapshot holds {}; the Hub had {} in {} ({}). It is a part of the Hub, and its counts are no counts of the Hub.",
        plural(models, "model"),
        grouped(hub.value as u64),
        hub.row,
        hub.source
    ))
}

/// What readers must know of a snapshot before they look at any figure of it.
pub(super) fn warnings(snapshot: &Snapshot, published: &Published) -> Result<Vec<String>, Error> {
    let provenance = snapshot.provenance();
    let mut warnings = Vec::new();
    if provenance.sample {
        warnings.push(SAMPLE.to_owned());
    }
    let models = provenance.counts.models;
    warnings.extend(part_of_hub(snapshot, published));
    let listed = || snapshot.rows().filter(|row| snapshot.is_listed(*row));
    let created = snapshot.created()?;
    let dated = listed().filter(|row| created.at(*row).is_some()).count() as u64;
    if dated * 10 < models * 9 {
        warnings.push(format!(
            "{} of its models {} a date ({}): whatever goes by years and months is about these alone, and bursts are judged only where half of the counted models have one.",
            grouped(dated),
            if dated == 1 { "has" } else { "have" },
            percent(dated as f64 / models.max(1) as f64)
        ));
    }
    let day_after = provenance.taken.map(|taken| taken + DAY);
    let late = listed().filter(|row| created.at(*row) >= day_after && day_after.is_some()).count() as u64;
    if late > 0 {
        warnings.push(format!(
            "Made after the snapshot's date: {}. Its records are of several days, or one of the dates is wrong.",
            plural(late, "model")
        ));
    }
    let aliases: Vec<Row> = listed().filter(|row| snapshot.alias_of(*row).is_some()).collect();
    if !aliases.is_empty() {
        let column = snapshot.count(Count::Downloads)?;
        let mut downloads = Sum::default();
        aliases.iter().for_each(|row| downloads.add(column.at(*row)));
        warnings.push(format!(
            "{} beside what is called otherwise today: both are counted, with {} in 30 days under old ids.",
            counted(aliases.len() as u64, "old id", "is listed", "are listed"),
            plural(downloads.total, "download")
        ));
    }
    Ok(warnings)
}

/// The first line of a report on the sample.
pub(super) const SAMPLE: &str = "This is a report on the sample inside the program, which is no census: it shows what the report is like, and no figure of it speaks for the Hub.";

/// A table for people.
fn grid(section: &Section, table: &Table) -> Grid {
    let heads = table.columns[..table.main].iter().map(|column| column.head());
    let mut grid = Grid::new(heads).named(format!("{}.{}", section.name, table.name));
    for row in table.rows.iter().take(table.most) {
        grid.row(table.columns.iter().zip(row).take(table.main).map(|(column, value)| column.shown(value)));
    }
    grid
}

/// The coverage of a section, for programs.
fn covered(section: &Section) -> Value {
    let coverage = section.coverage.iter().map(|Known { what, coverage }| {
        Value::group([("what", (*what).into()), ("known", coverage.known.into()), ("of", coverage.of.into())])
    });
    Value::List(coverage.collect())
}

/// A section for programs.
fn named(section: &Section, compared: Option<&Table>) -> Named {
    let texts = |texts: &[String]| Value::List(texts.iter().map(|text| text.as_str().into()).collect());
    let tables = section.tables.iter().chain(compared).map(|table| {
        let rows = table.rows.iter().map(|row| Value::Group(table.named(row)));
        (table.name, Value::List(rows.collect()))
    });
    vec![
        ("section".into(), section.name.into()),
        ("title".into(), section.title.into()),
        ("findings".into(), texts(&section.findings)),
        ("definition".into(), texts(&section.definition)),
        ("coverage".into(), covered(section)),
        ("tables".into(), Value::group(tables)),
    ]
}
