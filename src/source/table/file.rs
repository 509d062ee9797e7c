//! Comma-separated values (or with tabs or semicolons) whose first line names the columns.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::shape::Shape;
use super::{Cells, Column, NamedColumns, Repeats, looks_like_lineage, numbers};
use crate::model::{Hint, Reject, Remark, RemarkKind};
use crate::source::bounded::{size, too_long};
use crate::source::edges::Gathered;
use crate::source::{Error, Sink, loose, pages};

const DELIMITERS: [u8; 3] = [b',', b'\t', b';'];
/// So many bytes of a file tell what it is.
const HEAD: usize = 64 << 10;
/// Longest line of names, in bytes.
const MOST_HEADER: u64 = 1 << 20;

/// Whether a text begins with a line of names, of which one is a model's id and another is known too.
pub(in crate::source) fn begins(text: &[u8], named: &NamedColumns) -> bool {
    let text = &text[..text.len().min(HEAD)];
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return false };
    DELIMITERS.iter().any(|mark| {
        let names = header(line.as_bytes(), *mark);
        let known: Vec<Column> = names.iter().filter_map(|name| Some(column(named, name)?.0)).collect();
        known.contains(&Column::Id) && known.len() > 1
    })
}

fn header(line: &[u8], mark: u8) -> StringRecord {
    cells(line, mark).iter().map(name_of).collect()
}

fn cells(line: &[u8], mark: u8) -> StringRecord {
    let mut names = StringRecord::new();
    // What is no header has no known name.
    _ = ReaderBuilder::new().has_headers(false).delimiter(mark).from_reader(line).read_record(&mut names);
    names
}

fn name_of(cell: &str) -> &str {
    cell.trim_start_matches('\u{feff}').trim()
}

fn column(named: &NamedColumns, name: &str) -> Option<(Column, usize)> {
    named.column(name).or_else(|| Column::in_any_case(name))
}

/// A column that is read: where it stands, its name and its meaning.
struct Place {
    at: usize,
    name: String,
    column: Column,
}

/// Reads every row. Gives what is to be said of the whole.
pub(in crate::source) fn read(
    path: &Path,
    mut input: impl BufRead,
    named: &NamedColumns,
    sink: Sink<'_>,
) -> Result<Vec<Remark>, Error> {
    let mut line = Vec::new();
    (&mut input).take(MOST_HEADER).read_until(b'\n', &mut line).map_err(|error| pages::cut(path, "line 1", &error))?;
    if line.len() as u64 == MOST_HEADER {
        return Err(Error::broken(path, "line 1", format!("is longer than {} MiB", MOST_HEADER >> 20)));
    }
    if line.trim_ascii_end().contains(&b'\r') {
        let reason = "has the line ends of old Macs (CR alone); make new ones with tr '\\r' '\\n'";
        return Err(Error::unfit(path, reason));
    }
    let known = |mark: &u8| header(&line, *mark).iter().filter(|name| column(named, name).is_some()).count();
    let mark = DELIMITERS.iter().copied().rev().max_by_key(known).unwrap_or(b',');
    if cells(&line, mark).iter().any(|cell| cell.contains('\n')) {
        let reason = "the line of names ends within a quote: a name with a line break cannot be read; write all of them in one line";
        return Err(Error::broken(path, "line 1", reason));
    }
    let names = header(&line, mark);
    let (places, mut remarks) = places(path, &names, named)?;
    let columns: Vec<_> = places.iter().map(|place| (place.name.as_str(), place.column)).collect();
    let is_of_links = Column::are_of_links(&columns);
    let id = places.iter().find(|place| place.column == Column::Id).map_or(0, |place| place.at);
    let shape = Shape { mark, fields: names.len(), id };
    let mut gathered = is_of_links.then(Gathered::default);
    let (mut repeats, mut numbers) = (Repeats::default(), 0);
    let since = Cell::new(0);
    let input = Bounded { input, since: &since };
    let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(mark).from_reader(input);
    let mut row = StringRecord::new();
    let mut any = false;
    let is_crlf = line.ends_with(b"\r\n");
    loop {
        // The header was the first line. Where a line ends in CR and LF, the LF of the row before is still to be read.
        let number = rows.position().line() + 1 + u64::from(is_crlf && rows.position().byte() > 0);
        let reject = |reason| Reject { file: path.display().to_string(), place: format!("line {number}"), reason };
        since.set(0);
        match rows.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => (),
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { .. } => {
                    any = true;
                    sink(Err(reject("not UTF-8".into())));
                    continue;
                }
                _ => return Err(broken(path, number, error)),
            },
        }
        any = true;
        // What a spreadsheet leaves at its end.
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if row.len() != names.len() {
            let reason = format!("{} fields, and the first line names {}", row.len(), names.len());
            sink(Err(reject(reason)));
            continue;
        }
        if row.iter().zip(&names).all(|(cell, name)| name_of(cell).eq_ignore_ascii_case(name)) {
            sink(Err(reject("the line of names again, as where files were joined".into())));
            continue;
        }
        if let Some(reason) = swallowed(&row, &names, &places, shape) {
            sink(Err(reject(reason)));
            continue;
        }
        let mut cells = Cells::default();
        for Place { at, name, column } in &places {
            cells.put(*column, name, Cow::Borrowed(&row[*at]));
        }
        numbers += u64::from(cells.had_number);
        let record = cells.finish().settle().map_err(reject);
        match &mut gathered {
            Some(gathered) => gathered.add(record, sink),
            None => {
                record.iter().for_each(|record| repeats.see(record));
                sink(record);
            }
        }
    }
    remarks.extend(repeats.remark().into_iter().chain(numbers::remark(numbers)));
    if let Some(gathered) = gathered {
        gathered.give(sink);
    }
    match any {
        true => Ok(remarks),
        false => Err(Error::unfit(path, "holds no row")),
    }
}

/// Bytes of which a row has at most so many: the reader of rows has no bound of its own.
struct Bounded<'c, R> {
    input: R,
    /// What was given since the row began.
    since: &'c Cell<usize>,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.since.get() > pages::MAX_ROW {
            let most = size(pages::MAX_ROW as u64);
            return Err(too_long(format!("a row is longer than {most}; is a quote not closed?")));
        }
        let count = self.input.read(into)?;
        self.since.set(self.since.get() + count);
        Ok(count)
    }
}

/// So many line breaks a cell may have that is not read: texts about a model have some.
const MOST_LINES: usize = 1000;

/// Whether a quote that is not closed took further rows into a cell. Of what is read cards have line breaks, and lists
/// and objects, which numpy and pretty printers break.
fn swallowed(row: &StringRecord, names: &StringRecord, places: &[Place], shape: Shape) -> Option<String> {
    row.iter().enumerate().find_map(|(at, cell)| {
        memchr::memchr(b'\n', cell.as_bytes())?;
        let most = match places.iter().find(|place| place.at == at) {
            Some(place) if matches!(place.column, Column::Readme | Column::CardData) => usize::MAX,
            Some(_) => 0,
            None => MOST_LINES,
        };
        let lines = memchr::memchr_iter(b'\n', cell.trim_end().as_bytes()).count();
        let name = names.get(at).unwrap_or_default();
        ((lines > most || shape.has_rows(cell, at)) && !is_whole(cell)).then(|| {
            format!(
                "a quote opens in the column {name:?} and takes in {lines} further lines, whose rows are lost: close it"
            )
        })
    })
}

/// Whether a cell is one list or object from its first mark to its last.
fn is_whole(cell: &str) -> bool {
    loose::value(cell).is_some_and(|value| value.is_array() || value.is_object())
}

fn broken(path: &Path, line: u64, error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => pages::cut(path, &format!("line {line}"), &error),
        kind => Error::broken(path, format!("line {line}"), format!("{kind:?}")),
    }
}

/// The columns that are read, those that stand above others of the same meaning first.
fn places(path: &Path, names: &StringRecord, named: &NamedColumns) -> Result<(Vec<Place>, Vec<Remark>), Error> {
    let all = || names.iter().collect::<Vec<_>>().join(", ");
    let mut places: Vec<(usize, Place)> = Vec::new();
    let mut unread = Vec::new();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
    if let Some(name) = named.names().find(|name| !counts.contains_key(name)) {
        return Err(Error::unfit(path, format!("has no column `{name}`; it has: {}", all())));
    }
    for (at, name) in names.iter().enumerate() {
        if counts[name] > 1 && column(named, name).is_some() {
            let what = format!("has several columns with the name `{name}`; leave all but one out");
            return Err(Error::unfit(path, what));
        }
        match column(named, name) {
            Some((column, rank)) => places.push((rank, Place { at, name: name.to_owned(), column })),
            None if looks_like_lineage(name) => unread.push(name),
            None => (),
        }
    }
    places.sort_by_key(|(rank, _)| *rank);
    let places: Vec<Place> = places.into_iter().map(|(_, place)| place).collect();
    if !places.iter().any(|place| place.column == Column::Id) {
        let what = format!("has no column of models' ids (id, model_id, ...); it has {}: say which holds them", all());
        return Err(Error::hinted(path, what, Hint::IdColumn));
    }
    let remarks = unread.into_iter().map(|name| Remark::new(RemarkKind::Unread, name)).collect();
    Ok((places, remarks))
}
