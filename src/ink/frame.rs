use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::look::{Look, Painter};
use super::printable::{fenced, markdown, markdown_lines, no_formula};
use super::value::{Map, flatten};
use super::{Block, Grid, Named, Value, day, grouped, plural};
use crate::model::Hint;
use crate::snapshot::{Snapshot, Taken};

/// A `Format` says how a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The blocks are written as text for people at a terminal.
    Table,
    /// The rows are written as JSON, in the frame of `docs/json.md`.
    Json,
    /// The rows alone are written as CSV; a group is a column for each of its values, named with dots.
    Csv,
    /// The blocks are written as Markdown, for documents.
    Markdown,
}

/// A `Report` is what a command found: rows for programs, blocks for people, and the definition under which both were
/// counted.
pub struct Report<'r> {
    /// These sentences define what was counted; people read each on a line of its own.
    pub definition: Vec<String>,
    /// Each row is named values in their order, and every row has the same names.
    pub rows: Rows<'r>,
    /// These are the names that every row has, where they are known without a row.
    pub heads: Vec<Cow<'static, str>>,
    /// These blocks tell the same to people.
    pub blocks: Vec<Block>,
    /// These numbers tell of the whole answer: in JSON they stand beside the rows, under these names; for people they
    /// are part of the definition.
    pub beside: Named,
    /// These are the words for hints, of whoever shows the report ([`Report::worded`]). Without any nothing is said.
    pub words: Words,
    /// This says on what people are shown it as a table ([`Report::looking`]).
    pub look: Look,
}

/// `Words` says for a hint what stands behind a line, from the mark on that sets it off: `; --top 0 shows all`.
pub type Words = fn(Hint) -> &'static str;

/// A `Rows` is the rows of a report, made already or made when they are written.
pub enum Rows<'r> {
    /// The rows are made already.
    Few(Vec<Named>),
    /// There is one row, which may hold whole tables: the function makes it when it is written.
    One(Box<dyn Fn() -> Named + 'r>),
    /// The function makes the row at a place when it is written, so that millions need not be held; the number says how
    /// many there are.
    Many(usize, Box<dyn Fn(usize) -> Named + 'r>),
}

impl Rows<'_> {
    /// Counts the rows.
    pub fn len(&self) -> usize {
        match self {
            Rows::Few(rows) => rows.len(),
            Rows::One(_) => 1,
            Rows::Many(count, _) => *count,
        }
    }

    /// Tells whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives the row at a place, counted from 0, if there is one.
    pub fn row(&self, at: usize) -> Option<Named> {
        match self {
            Rows::Few(rows) => rows.get(at).cloned(),
            Rows::One(make) => (at == 0).then(make),
            Rows::Many(count, make) => (at < *count).then(|| make(at)),
        }
    }

    fn iter(&self) -> impl Iterator<Item = Cow<'_, [(Cow<'static, str>, Value)]>> {
        let (few, one, many) = match self {
            Rows::Few(rows) => (&rows[..], None, None),
            Rows::One(make) => (&[][..], Some(make), None),
            Rows::Many(count, make) => (&[][..], None, Some((0..*count).map(|at| Cow::Owned(make(at))))),
        };
        let one = one.into_iter().map(|make| Cow::Owned(make()));
        few.iter().map(|row| Cow::Borrowed(&row[..])).chain(one).chain(many.into_iter().flatten())
    }
}

impl From<Vec<Named>> for Rows<'_> {
    fn from(rows: Vec<Named>) -> Self {
        Rows::Few(rows)
    }
}

impl Serialize for Rows<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Map))
    }
}

/// The version of the JSON frame: the program's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

#[derive(Serialize)]
struct Frame<'a> {
    modelkin: &'a str,
    snapshot: Value,
    definition: String,
    #[serde(flatten)]
    beside: Map<'a>,
    rows: &'a Rows<'a>,
}

impl<'r> Report<'r> {
    /// Makes a report with nothing beside its rows.
    pub fn new(definition: Vec<String>, rows: impl Into<Rows<'r>>, blocks: Vec<Block>) -> Report<'r> {
        let (heads, beside, look) = Default::default();
        Report { definition, rows: rows.into(), heads, blocks, beside, words: |_| "", look }
    }

    /// Says which names every row has, so that they are known where there is no row.
    pub fn headed(self, heads: impl IntoIterator<Item = &'static str>) -> Report<'r> {
        Report { heads: heads.into_iter().map(Cow::Borrowed).collect(), ..self }
    }

    /// Says hints in these words.
    pub fn worded(self, words: Words) -> Report<'r> {
        Report { words, ..self }
    }

    /// Shows the table so.
    pub fn looking(self, look: Look) -> Report<'r> {
        Report { look, ..self }
    }
}

impl Report<'_> {
    /// Writes the report in a format, ending with a line end.
    ///
    /// # Errors
    /// It fails if the writer does.
    pub fn write(&self, snapshot: &Snapshot, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let text = match format {
            Format::Json => {
                self.frame(snapshot).serialize(&mut Serializer::with_formatter(&mut *out, Lines::new(&self.rows)))?;
                "\n".to_owned()
            }
            Format::Csv => return self.csv(out),
            Format::Table => {
                let painter = Painter { look: self.look, snapshot };
                let draw = |block: &Block| match block {
                    Block::Line(text) => painter.prose(text),
                    Block::Fixed(text) => painter.fixed(text),
                    Block::Hinted(text, hint, end) => painter.prose(&self.hinted(text, *hint, *end)),
                    Block::Title(text) => painter.title(text),
                    Block::Grid(grid) => self.grid(grid, painter),
                };
                self.blocks(draw, |text| painter.prose(text), &painter.foot(&footer(snapshot)))
            }
            Format::Markdown => {
                let draw = |block: &Block| match block {
                    Block::Line(text) => markdown_lines(text),
                    Block::Hinted(text, hint, end) => markdown_lines(&self.hinted(text, *hint, *end)),
                    Block::Title(text) => format!("## {}", markdown(text)),
                    Block::Fixed(text) => fenced(text),
                    Block::Grid(grid) => grid.markdown(),
                };
                self.blocks(draw, markdown_lines, &markdown_lines(&footer(snapshot)))
            }
        };
        out.write_all(text.as_bytes())
    }

    /// Writes the definition and the snapshot as text, and how many rows of all there are, for formats that have no room for them.
    pub fn note(&self, snapshot: &Snapshot) -> String {
        let all = self.beside.iter().find_map(|(name, value)| match value {
            Value::Count(all) if name == "of" && *all > self.rows.len() as u64 => Some(*all),
            _ => None,
        });
        let cut = all.map(|all| format!("{} of {} rows.", grouped(self.rows.len() as u64), grouped(all)));
        let parts: Vec<String> =
            cut.into_iter().chain(self.definition.iter().cloned()).chain([footer(snapshot)]).collect();
        parts.join("\n")
    }

    fn hinted(&self, text: &str, hint: Hint, end: char) -> String {
        format!("{text}{}{end}", (self.words)(hint))
    }

    /// A table on a terminal, with what it has no room for.
    fn grid(&self, grid: &Grid, painter: Painter<'_>) -> String {
        let (text, left_out) = painter.grid(grid);
        match left_out.is_empty() {
            true => text,
            false => {
                let said = format!("Not shown, for want of room: {}", left_out.join(", "));
                format!("{text}\n{}", painter.foot(&self.hinted(&said, Hint::MoreRoom, '.')))
            }
        }
    }

    fn blocks(&self, draw: impl Fn(&Block) -> String, lines: impl Fn(&str) -> String, foot: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (at, block) in self.blocks.iter().enumerate() {
            let follows_line = at > 0 && self.blocks[at - 1].is_line() && block.is_line();
            match parts.last_mut() {
                Some(last) if follows_line => *last += &format!("\n{}", draw(block)),
                _ => parts.push(draw(block)),
            }
        }
        parts.extend((!self.definition.is_empty()).then(|| lines(&self.definition.join("\n"))));
        parts.push(foot.to_owned());
        parts.join("\n\n") + "\n"
    }

    fn frame(&self, snapshot: &Snapshot) -> Frame<'_> {
        Frame {
            modelkin: VERSION,
            snapshot: describe(snapshot),
            definition: self.definition.join(" "),
            beside: Map(Cow::Borrowed(&self.beside)),
            rows: &self.rows,
        }
    }

    pub(super) fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.rows.is_empty() && !self.heads.is_empty() {
            return writeln!(out, "{}", self.heads.join(","));
        }
        csv(self.rows.iter(), out)
    }
}

/// Writes rows as CSV: the names of the first as the header, groups flattened with dots.
///
/// # Errors
/// It fails if the writer does.
pub fn csv<'v>(
    rows: impl Iterator<Item = Cow<'v, [(Cow<'static, str>, Value)]>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    for (at, row) in rows.enumerate() {
        let mut cells = Vec::new();
        flatten(&row, "", &mut cells);
        if at == 0 {
            writer.write_record(cells.iter().map(|(name, _)| name)).map_err(plain)?;
        }
        // A number is no formula, whatever its sign.
        let shown = |cell: &str| match cell.parse::<f64>() {
            Ok(_) => cell.to_owned(),
            Err(_) => no_formula(cell).into_owned(),
        };
        writer.write_record(cells.iter().map(|(_, cell)| shown(cell))).map_err(plain)?;
    }
    writer.flush()
}

/// JSON for people and for line tools: a few rows are spread out, of many each has a line of its own.
struct Lines {
    pretty: PrettyFormatter<'static>,
    /// How many objects and arrays are open, and with how many the rest stands on one line.
    depth: usize,
    most: usize,
}

impl Lines {
    fn new(rows: &Rows<'_>) -> Lines {
        let most = if matches!(rows, Rows::Many(..)) { 2 } else { usize::MAX };
        Lines { pretty: PrettyFormatter::new(), depth: 0, most }
    }
}

/// Hands a method on to the one formatter or the other.
macro_rules! by_depth {
    ($($name:ident($($word:ident: $kind:ty)?) opens $opens:literal closes $closes:literal;)*) => {
        $(fn $name<W: Write + ?Sized>(&mut self, out: &mut W $(, $word: $kind)?) -> io::Result<()> {
            self.depth -= $closes;
            let done = match self.depth < self.most {
                true => self.pretty.$name(out $(, $word)?),
                false => CompactFormatter.$name(out $(, $word)?),
            };
            self.depth += $opens;
            done
        })*
    };
}

impl Formatter for Lines {
    by_depth! {
        begin_array() opens 1 closes 0;
        end_array() opens 0 closes 1;
        begin_object() opens 1 closes 0;
        end_object() opens 0 closes 1;
        begin_array_value(is_first: bool) opens 1 closes 1;
        end_array_value() opens 1 closes 1;
        begin_object_key(is_first: bool) opens 1 closes 1;
        begin_object_value() opens 1 closes 1;
        end_object_value() opens 1 closes 1;
    }
}

/// The writer's own error, so that a reader that has gone away is known as that.
fn plain(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
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
    let known = [
        ("date", provenance.taken.map(day).into()),
        ("date_from", from.into()),
        ("digest", provenance.digest.as_str().into()),
        ("models", counts.models.into()),
        ("links", counts.links.into()),
        ("unlisted", counts.unlisted.into()),
        ("rejects", counts.rejects.into()),
        ("oddities", snapshot.all_oddities().into()),
        ("sample", provenance.sample.into()),
    ];
    // Who said it, where a crawl noted that.
    let hosts = provenance.crawl.as_ref().map(|crawl| &crawl.hosts).filter(|hosts| !hosts.is_empty());
    let hosts = hosts.map(|hosts| Value::List(hosts.iter().map(|host| host.as_str().into()).collect()));
    Value::group(known.into_iter().chain(hosts.map(|hosts| ("answered_by", hosts))))
}

/// A snapshot as a sentence names it, by its date and its digest.
pub(super) fn cited(snapshot: &Snapshot) -> String {
    let provenance = snapshot.provenance();
    let date = match (provenance.taken, provenance.taken_from) {
        (Some(at), Taken::Given | Taken::Crawl) => format!("of {}", day(at)),
        (Some(at), _) => format!("of {} or later (its newest record)", day(at)),
        (None, _) => "without a date".into(),
    };
    let what = if provenance.sample { "the built-in sample, which is no census," } else { "snapshot" };
    format!("{what} {date}, sha256 {}", provenance.short_digest())
}

/// Writes the last line of every table, which tells what was counted in.
pub fn footer(snapshot: &Snapshot) -> String {
    let counts = &snapshot.provenance().counts;
    format!(
        "Declared lineage; {}: {}, {}, {}, {}, {} (see `modelkin check`).",
        cited(snapshot),
        plural(counts.models, "model"),
        plural(counts.links, "link"),
        plural(counts.unlisted, "unlisted parent"),
        plural(counts.rejects, "reject"),
        plural(snapshot.all_oddities(), "odd value"),
    )
}
