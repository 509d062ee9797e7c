//! The Hub's list rows as JSON: a row a line, an array, an array a line, plain or packed.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Cursor, Read};
use std::path::Path;

use super::bounded::{Line, line, pass_line};
use super::hub::wire;
use super::packed::unpack;
use super::parts::{desks, in_order};
use super::{Error, Parts, Projection, Sink, as_one_part};
use crate::model::{Record, Reject, Remark, RemarkKind};

/// Longest row or line, in bytes. The Hub's largest (a full row with a long chat template and card) stay under 1 MiB.
pub(super) const MAX_ROW: usize = 16 << 20;
/// Bytes of lines that are read at once, about.
const PART: usize = 4 << 20;
/// Deepest nesting of a row; serde_json stops there too.
const MAX_DEPTH: usize = 128;

/// Reads every row of what is unpacked already. Lines are read in parts; what is no JSON Lines is one part.
pub(super) fn read_parts(
    path: &Path,
    mut input: Box<dyn BufRead + Send>,
    parts: &dyn Parts,
) -> Result<Vec<Remark>, Error> {
    let start = Start::of(path, &mut input)?;
    if !start.are_lines {
        return as_one_part(parts, |sink| rows(path, start, input, sink));
    }
    let mut number = start.number;
    // What was read behind the last whole line.
    let mut rest = Vec::new();
    let mut count = 0..;
    let next = |part: &mut Part| {
        let from = number;
        number += part.fill(&mut rest, &mut input).map_err(|error| cut(path, &format!("line {number}"), &error))?;
        Ok(count.next().filter(|_| !part.0.is_empty()).map(|part| (part, from)))
    };
    let work = |part: &mut Part, (count, from): (usize, u64)| {
        let mut watch = Watch::of(parts.projection());
        parts.part(count, &mut |sink| part.lines(path, from, &mut watch, sink))?;
        Ok(watch)
    };
    let mut watch = Watch::of(Projection::All);
    in_order(desks(|| Ok(Part::default()))?, next, work, |of_part| watch.add(of_part))?;
    Ok(watch.remarks())
}

/// Lines, as they stand in the file.
#[derive(Default)]
struct Part(Vec<u8>);

impl Part {
    /// Gives the rows of the lines, of which the first has this number.
    fn lines(&self, path: &Path, mut number: u64, watch: &mut Watch, sink: Sink<'_>) -> Result<(), Error> {
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let line = &rest[..end];
            rest = &rest[end..];
            let state = if line.len() < MAX_ROW || line.ends_with(b"\n") { Line::Whole } else { Line::TooLong };
            Lines { path, number, watch, sink }.line(state, line);
            number += 1;
        }
        Ok(())
    }

    /// Fills the part with `rest` and what follows it, up to the last end of a line, and tells how many lines it holds; what
    /// is behind that becomes the rest. Of a line that is too long, only the start is there.
    fn fill(&mut self, rest: &mut Vec<u8>, input: &mut dyn BufRead) -> io::Result<u64> {
        let part = &mut self.0;
        let mut wanted = PART;
        let mut filled = rest.len();
        // It is filled over and over: only at first is its memory written for nothing.
        part.resize(wanted.max(part.len()).max(filled), 0);
        part[..filled].copy_from_slice(rest);
        rest.clear();
        loop {
            while filled < wanted {
                match input.read(&mut part[filled..wanted]) {
                    Ok(0) => {
                        part.truncate(filled);
                        return Ok(memchr::memchr_iter(b'\n', part).count() as u64);
                    }
                    Ok(count) => filled += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                    Err(error) => return Err(error),
                }
            }
            if let Some(end) = memchr::memrchr(b'\n', &part[..filled]) {
                rest.extend_from_slice(&part[end + 1..filled]);
                part.truncate(end + 1);
                return Ok(memchr::memchr_iter(b'\n', part).count() as u64);
            }
            if filled >= MAX_ROW {
                pass_line(input)?;
                part.truncate(filled);
                return Ok(1);
            }
            wanted *= 2;
            part.resize(wanted.max(part.len()), 0);
        }
    }
}

pub(super) fn read_bytes(path: &Path, bytes: &[u8], sink: Sink<'_>) -> Result<(), Error> {
    let owned = Cursor::new(bytes.to_vec());
    let (unpacked, _) = unpack(owned).map_err(|error| Error::Io { path: path.into(), error })?;
    read(path, unpacked, sink).map(drop)
}

/// The error for data that end or break before their time.
pub(super) fn cut(path: &Path, place: &str, error: &io::Error) -> Error {
    Error::broken(path, place, cut_reason(error))
}

fn cut_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the compressed data end here, too early: the file is cut off; fetch it again".to_owned()
        }
        // What is meant is said already.
        io::ErrorKind::Unsupported | io::ErrorKind::FileTooLarge => error.to_string(),
        // zstd's word for a window above 128 MiB.
        _ if error.to_string().contains("too much memory") => {
            "packed with a window of more than 128 MiB; unpack it first, with `zstd -d --long=31`".to_owned()
        }
        _ => format!("{error}; the file may be damaged: fetch it again"),
    }
}

/// Reads every row. Gives what is to be said of the whole.
pub(super) fn read(path: &Path, mut input: Box<dyn BufRead + Send>, sink: Sink<'_>) -> Result<Vec<Remark>, Error> {
    let start = Start::of(path, &mut input)?;
    rows(path, start, input, sink)
}

/// The rows from the first byte on, which stands in this line.
fn rows(
    path: &Path,
    Start { first, number, .. }: Start,
    mut input: Box<dyn BufRead + Send>,
    sink: Sink<'_>,
) -> Result<Vec<Remark>, Error> {
    let Some(start) = first else { return Err(Error::unfit(path, "is empty: it holds no row")) };
    let mut first = Vec::new();
    if start != b'[' {
        let state =
            line(&mut input, MAX_ROW, &mut first).map_err(|error| cut(path, &format!("line {number}"), &error))?;
        let is_whole = start != b'{' || first.trim_ascii_end().ends_with(b"}");
        if is_whole || state == Line::TooLong || !is_pretty(&mut input) {
            let mut watch = Watch::of(Projection::All);
            Lines { path, number, watch: &mut watch, sink }.all(state, first, &mut input)?;
            return Ok(watch.remarks());
        }
    }
    let mut watch = Watch::of(Projection::All);
    let mut values = Values { path, within: String::new(), row: 0, watch: &mut watch, sink };
    values.all(&mut Cursor::new(first).chain(input)).map_err(|(place, reason)| Error::broken(path, place, reason))?;
    match values.row {
        0 => Err(Error::unfit(path, "holds no row")),
        _ => Ok(watch.remarks()),
    }
}

/// How rows are read, and their fields that look like lineage and are not read.
struct Watch {
    projection: Projection,
    fields: BTreeSet<String>,
}

impl Watch {
    /// Names after which no more are told: such fields are no columns.
    const MOST: usize = 100;

    fn of(projection: Projection) -> Watch {
        Watch { projection, fields: BTreeSet::new() }
    }

    /// The record of a row.
    fn record<'r>(&mut self, row: &'r [u8]) -> Result<Record<'r>, String> {
        wire::record_and(row, self.projection, &mut |name| {
            if self.fields.len() < Watch::MOST && !self.fields.contains(name) {
                self.fields.insert(name.to_owned());
            }
        })
    }

    /// Adds what was met behind it.
    fn add(&mut self, later: Watch) {
        for name in later.fields {
            if self.fields.len() < Watch::MOST {
                self.fields.insert(name);
            }
        }
    }

    fn remarks(self) -> Vec<Remark> {
        self.fields.into_iter().map(|name| Remark::new(RemarkKind::Unread, name)).collect()
    }
}

/// How rows begin: the first byte that is no blank, in which line it stands, and whether it begins a row that ends with its line, and
/// does so in sight.
struct Start {
    first: Option<u8>,
    number: u64,
    are_lines: bool,
}

impl Start {
    fn of(path: &Path, input: &mut dyn BufRead) -> Result<Start, Error> {
        let mut number = 1;
        let first = begin(input, &mut number).map_err(|error| cut(path, &format!("line {number}"), &error))?;
        let head = input.fill_buf().map_err(|error| cut(path, &format!("line {number}"), &error))?;
        let line = head.split(|byte| *byte == b'\n').next().filter(|line| line.len() < head.len());
        let are_lines = first == Some(b'{') && line.is_some_and(|line| line.trim_ascii_end().ends_with(b"}"));
        Ok(Start { first, number, are_lines })
    }
}

/// Passes over a byte order mark and blanks, counting the lines, and tells which byte comes next.
fn begin(input: &mut dyn BufRead, number: &mut u64) -> io::Result<Option<u8>> {
    if input.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
        input.consume(3);
    }
    loop {
        let Some(byte) = input.fill_buf()?.first().copied() else { return Ok(None) };
        if !byte.is_ascii_whitespace() {
            return Ok(Some(byte));
        }
        *number += u64::from(byte == b'\n');
        input.consume(1);
    }
}

/// Whether what follows an unfinished first line is not another row: then one value spans several lines.
fn is_pretty(input: &mut dyn BufRead) -> bool {
    !matches!(input.fill_buf(), Ok(next) if next.is_empty() || next.starts_with(b"{"))
}

/// A row a line: a bad line is a reject, and the next one is read.
struct Lines<'a, 's> {
    path: &'a Path,
    number: u64,
    watch: &'a mut Watch,
    sink: Sink<'s>,
}

impl Lines<'_, '_> {
    fn all(&mut self, first: Line, mut buffer: Vec<u8>, input: &mut dyn BufRead) -> Result<(), Error> {
        let mut state = first;
        loop {
            if state == Line::End {
                return Ok(());
            }
            self.line(state, &buffer);
            self.number += 1;
            state = line(input, MAX_ROW, &mut buffer)
                .map_err(|error| cut(self.path, &format!("line {}", self.number), &error))?;
        }
    }
}

impl Lines<'_, '_> {
    /// Gives what a line holds.
    fn line(&mut self, state: Line, line: &[u8]) {
        let place = || format!("line {}", self.number);
        if state == Line::TooLong {
            let reason = format!("a line of more than {} MiB", MAX_ROW >> 20);
            return (self.sink)(Err(reject(self.path, place(), reason)));
        }
        match line.trim_ascii() {
            [] => (),
            array @ [b'[', ..] => {
                let within = format!("line {}, ", self.number);
                let mut values =
                    Values { path: self.path, within, row: 0, watch: &mut *self.watch, sink: &mut *self.sink };
                if let Err((place, reason)) = values.all(&mut &*array) {
                    (self.sink)(Err(reject(self.path, place, reason)));
                }
            }
            row => (self.sink)(self.watch.record(row).map_err(|reason| reject(self.path, place(), reason))),
        }
    }
}

fn reject(path: &Path, place: String, reason: String) -> Reject {
    Reject { file: path.display().to_string(), place, reason }
}

/// Values one after the other or inside arrays, wherever the line ends fall: split by their brackets, then read.
struct Values<'a, 's> {
    path: &'a Path,
    /// Where the values stand, if not in a file of their own: `line 7, `.
    within: String,
    row: u64,
    watch: &'a mut Watch,
    sink: Sink<'s>,
}

/// A place, and what is wrong from there on.
type Fault = (String, String);

impl Values<'_, '_> {
    fn all(&mut self, input: &mut dyn BufRead) -> Result<(), Fault> {
        let mut value = Vec::new();
        let mut split = Split::default();
        loop {
            let chunk = input.fill_buf().map_err(|error| (self.place(), cut_reason(&error)))?;
            if chunk.is_empty() {
                break;
            }
            let length = chunk.len();
            let mut from = 0;
            for (at, byte) in chunk.iter().enumerate() {
                match split.step(*byte) {
                    Step::Inside => (),
                    Step::Between => from = at + 1,
                    Step::Ends | Step::EndsBefore => {
                        let to = if split.last == Step::Ends { at + 1 } else { at };
                        value.extend_from_slice(&chunk[from..to]);
                        from = at + 1;
                        self.give(&value);
                        value.clear();
                    }
                    Step::Wrong(reason) => return Err((self.place(), reason.into())),
                }
            }
            value.extend_from_slice(&chunk[from..]);
            if value.len() > MAX_ROW {
                let reason = format!("a row of more than {} MiB", MAX_ROW >> 20);
                return Err((self.place(), reason));
            }
            input.consume(length);
        }
        if split.depth == 0 && split.bare && !split.array {
            self.give(&value);
        }
        if split.depth > 0 || split.array {
            return Err((
                self.place(),
                "the JSON ends inside an array or a row: the file is cut off; fetch it again".into(),
            ));
        }
        Ok(())
    }

    fn give(&mut self, value: &[u8]) {
        self.row += 1;
        let place = format!("{}row {}", self.within, self.row);
        (self.sink)(self.watch.record(value).map_err(|reason| reject(self.path, place, reason)));
    }

    fn place(&self) -> String {
        format!("{}row {}", self.within, self.row + 1)
    }
}

/// Finds where values end by brackets and strings alone.
#[derive(Default)]
struct Split {
    /// Whether we are in an array of rows.
    array: bool,
    /// Brackets open inside the present value.
    depth: usize,
    /// Whether a value without brackets has begun.
    bare: bool,
    string: bool,
    escaped: bool,
    last: Step,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Step {
    #[default]
    Between,
    Inside,
    /// The value ends with this byte.
    Ends,
    /// The value ended before this byte.
    EndsBefore,
    Wrong(&'static str),
}

impl Split {
    fn step(&mut self, byte: u8) -> Step {
        self.last = self.next(byte);
        self.last
    }

    fn next(&mut self, byte: u8) -> Step {
        if self.string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.string = false,
                _ => (),
            }
            return Step::Inside;
        }
        match byte {
            b'"' => {
                self.string = true;
                self.bare |= self.depth == 0;
                Step::Inside
            }
            b'[' if self.depth == 0 && !self.bare && !self.array => {
                self.array = true;
                Step::Between
            }
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    Step::Wrong("nested deeper than 128 brackets: no listing of models")
                } else {
                    Step::Inside
                }
            }
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                if self.depth > 0 {
                    return Step::Inside;
                }
                self.bare = false;
                Step::Ends
            }
            b']' if self.array => {
                self.array = false;
                if std::mem::take(&mut self.bare) { Step::EndsBefore } else { Step::Between }
            }
            b']' | b'}' => Step::Wrong("a closing bracket that nothing opened"),
            b',' | b'\n' if self.depth == 0 => {
                if std::mem::take(&mut self.bare) {
                    Step::EndsBefore
                } else {
                    Step::Between
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 && !self.bare => Step::Between,
            _ => {
                self.bare |= self.depth == 0;
                Step::Inside
            }
        }
    }
}
