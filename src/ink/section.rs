use std::borrow::Cow;
use std::io::{self, Write};

use super::unit::{Unit, percent};
use super::{Chart, Headline, NOT_JUDGED, Named, Report, Rows, Topic, Value, grouped};
use crate::census::Coverage;

/// A `Section` is a part of the survey: what was asked, what came out, and under which definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// This is its name on the command line and in file names.
    pub name: &'static str,
    /// This is its title for people.
    pub title: &'static str,
    /// These sentences say what came out.
    pub findings: Vec<String>,
    /// These sentences may stand on the first screen of a report.
    pub headlines: Vec<Headline>,
    /// If not all were wanted: so many are in the tables, of so many, and what they are.
    pub shown: Option<(usize, usize, &'static str)>,
    /// These are the figures. The first of several tables is the one that people look for.
    pub tables: Vec<Table>,
    /// These are the same figures as pictures.
    pub charts: Vec<Chart>,
    /// These sentences say how the figures are defined.
    pub definition: Vec<String>,
    /// For each kind of value that the figures need, this says of how many models it was known.
    pub coverage: Vec<Known>,
}

/// A `Known` says of how many models something is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// This names the models of which something is known, such as `models with downloads in 30 days`.
    pub what: &'static str,
    /// So many models are known so, out of all that were looked at.
    pub coverage: Coverage,
}

/// A `Table` is figures in rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// This is its name in file names.
    pub name: &'static str,
    /// This is its title for people.
    pub title: Cow<'static, str>,
    /// These are its columns, first those that tell the rows apart.
    pub columns: Vec<Column>,
    /// The first columns, so many of them, tell the rows apart.
    pub keys: usize,
    /// People are shown the first columns, so many of them; files have all.
    pub main: usize,
    /// People are shown the first rows, so many of them; files have all.
    pub most: usize,
    /// These are the values, as many in each row as there are columns.
    pub rows: Vec<Vec<Value>>,
}

/// A `Column` is a column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// This is its name in files.
    pub name: Cow<'static, str>,
    /// This says of what kind its values are, and so how people are shown them.
    pub unit: Unit,
}

impl Section {
    pub(crate) fn new(name: &'static str, title: &'static str) -> Section {
        let [findings, definition] = [Vec::new(), Vec::new()];
        Section {
            name,
            title,
            findings,
            headlines: Vec::new(),
            shown: None,
            tables: Vec::new(),
            charts: Vec::new(),
            definition,
            coverage: Vec::new(),
        }
    }

    /// Finds the table of that name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Lists the charts in which there is something to see, each with its place among all and its name in file names.
    pub(super) fn drawn(&self) -> impl Iterator<Item = (usize, String, &Chart)> {
        let all: Vec<(usize, &Chart)> = self.charts.iter().enumerate().filter(|(_, chart)| !chart.is_empty()).collect();
        let is_alone = all.len() == 1;
        let name = move |at: usize| if is_alone { self.name.to_owned() } else { format!("{}.{}", self.name, at + 1) };
        all.into_iter().enumerate().map(move |(at, (place, chart))| (place, name(at), chart))
    }

    pub(crate) fn define(&mut self, sentences: &[&str]) {
        self.definition.extend(sentences.iter().map(|sentence| (*sentence).to_owned()));
    }

    /// Adds a sentence on what was counted of all, which pictures have too.
    pub(crate) fn confine(&mut self, sentence: String) {
        for chart in self.charts.iter_mut().filter(|chart| !chart.definition.is_empty()) {
            chart.definition.push(sentence.clone());
        }
        self.definition.push(sentence);
    }

    pub(crate) fn cover(&mut self, what: &'static str, coverage: Coverage) {
        self.coverage.push(Known { what, coverage });
    }

    /// Adds a sentence that draws a conclusion, if the values behind it are known of enough ([`Coverage::CONCLUDED`]).
    pub(crate) fn conclude(&mut self, coverage: Coverage, sentence: impl FnOnce() -> Option<String>) {
        self.findings.extend(coverage.is_conclusive().then(sentence).flatten());
    }

    /// Adds a sentence that the first screen of a report may tell, if the values behind it are known of enough
    /// ([`Coverage::CONCLUDED`]). Its numbers stand in a table, a column of which is drawn beside it.
    pub(crate) fn headline(
        &mut self,
        topic: Topic,
        coverage: Coverage,
        [table, column]: [&'static str; 2],
        sentence: impl FnOnce() -> Option<String>,
    ) {
        let text = coverage.is_conclusive().then(sentence).flatten();
        self.headlines.extend(text.map(|text| Headline { topic, text, table, column }));
    }
}

impl Table {
    /// An empty table: its name, its title, how many columns tell the rows apart, the columns that people are shown and
    /// those that only files have.
    pub(crate) fn new<N: Clone + Into<Cow<'static, str>>>(
        name: &'static str,
        title: impl Into<Cow<'static, str>>,
        keys: usize,
        main: &[(N, Unit)],
        more: &[(N, Unit)],
    ) -> Table {
        let columns = main.iter().chain(more).cloned().map(|(name, unit)| Column { name: name.into(), unit }).collect();
        Table { name, title: title.into(), columns, keys, main: main.len(), most: 20, rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, values: impl IntoIterator<Item = Value>) {
        let values: Vec<Value> = values.into_iter().collect();
        debug_assert_eq!(values.len(), self.columns.len(), "{}", self.name);
        self.rows.push(values);
    }

    /// Finds the value of a row, whose keys stand in `row` with `|` between them, in a column: to compare with what others
    /// published. No section looks up here what it has computed itself.
    pub fn cell(&self, row: &str, column: &str) -> Option<&Value> {
        let at = self.columns.iter().position(|known| known.name == column)?;
        self.rows.iter().find(|values| texts(&values[..self.keys]) == row)?.get(at)
    }

    /// A row as named values.
    pub(crate) fn named(&self, row: &[Value]) -> Named {
        self.columns.iter().zip(row).map(|(column, value)| (column.name.clone(), value.clone())).collect()
    }

    /// Writes the rows in the frame that all outputs have, under a definition.
    pub fn report(&self, definition: &[String]) -> Report<'_> {
        let rows = Rows::Many(self.rows.len(), Box::new(|at| self.named(&self.rows[at])));
        let heads = self.columns.iter().map(|column| column.name.clone()).collect();
        Report { heads, ..Report::new(definition.to_vec(), rows, Vec::new()) }
    }

    /// Writes the table as CSV, all of it.
    ///
    /// # Errors
    /// It fails if the writer does.
    pub fn csv(&self, out: &mut dyn Write) -> io::Result<()> {
        self.report(&[]).csv(out)
    }
}

fn texts(keys: &[Value]) -> String {
    keys.iter().map(Value::cell).collect::<Vec<_>>().join("|")
}

impl Column {
    /// Gives the column's head for people.
    pub fn head(&self) -> String {
        self.name.replace('_', " ")
    }

    /// Writes a value of the column for people.
    pub fn shown(&self, value: &Value) -> String {
        match (self.unit, value) {
            (_, Value::Missing) => "–".into(),
            (_, Value::NotJudged) => NOT_JUDGED.into(),
            (Unit::Share, Value::Number(share)) => percent(*share),
            (_, Value::Count(count)) => grouped(*count),
            (_, Value::Number(number)) => short(*number),
            (_, value) => value.cell(),
        }
    }
}

/// A number with at most three digits behind the point.
pub(crate) fn short(number: f64) -> String {
    let whole = number.trunc().abs();
    if (1000.0..1e18).contains(&whole) {
        let sign = if number < 0.0 { "-" } else { "" };
        return format!("{sign}{}", grouped(number.abs().round() as u64));
    }
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A part of a whole; nothing where there is no whole.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
