//! What a dump's footer says, held against the file before the crate reads by it: that would size arrays by it, go as
//! deep as it does, and panic.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};

use super::thrift::{INT32, LIST, STRUCT, TEXT, Thrift};

/// Longest footer that is looked at, in bytes.
pub(in crate::source) const MOST: u64 = 256 << 20;
/// Deepest nesting of columns, and most of them.
const MAX_DEPTH: usize = 32;
const MOST_COLUMNS: i64 = 1 << 16;
/// Most rows for a byte of the file: each has an id, which takes a bit or more.
const ROWS_PER_BYTE: u64 = 8;

/// Of what holds columns and no values.
const NO_TYPE: i32 = -1;

/// A place in the file, and what is wrong there.
pub(super) type Fault = (String, String);

/// What is seen of a footer without the crate.
#[derive(Default)]
pub(super) struct Seen {
    /// The size of the file.
    pub size: u64,
    /// Whether it has encrypted columns under a footer that is none. The crate knows that only together with a cipher, and
    /// takes their pages for damaged ones.
    pub names_a_cipher: bool,
    pub fault: Option<Fault>,
}

/// Looks at the footer. Of what is none the crate says so.
pub(super) fn look(file: &mut File) -> io::Result<Seen> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut seen = Seen { size, ..Seen::default() };
    let mut end = [0; 8];
    file.seek(SeekFrom::Start(size.saturating_sub(8)))?;
    file.read_exact(&mut end)?;
    let [a, b, c, d, magic @ ..] = end;
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if magic != *b"PAR1" || length + 8 > size {
        return Ok(seen);
    }
    if length > MOST {
        let reason = format!("its footer would have {length} bytes, more than any dump's: fetch the file again");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    let mut footer = vec![0; length as usize];
    file.seek(SeekFrom::Start(size - 8 - length))?;
    file.read_exact(&mut footer)?;
    let mut walk = Walk::default();
    if walk.footer(&mut Thrift::new(&footer)).is_none() && walk.fault.is_none() {
        walk.fault("", "cannot be read: it is cut, or none".into());
    }
    seen.names_a_cipher = walk.names_a_cipher;
    seen.fault = walk.fault.map(|(place, reason)| (format!("its footer{place}"), reason));
    Ok(seen)
}

/// A way through a footer; nothing where it ends too early.
#[derive(Default)]
struct Walk<'a> {
    /// The path and the type of each column.
    leaves: Vec<(Vec<&'a [u8]>, i32)>,
    groups: usize,
    names_a_cipher: bool,
    fault: Option<Fault>,
}

impl<'a> Walk<'a> {
    fn fault(&mut self, place: &str, reason: String) -> Option<()> {
        self.fault.get_or_insert((place.into(), reason));
        None
    }

    fn footer(&mut self, footer: &mut Thrift<'a>) -> Option<()> {
        footer.fields(&mut |footer, number, kind| match (number, kind) {
            (2, LIST) => self.schema(footer),
            (4, LIST) => footer.list(&mut |list, _, kind| {
                self.groups += 1;
                (kind == STRUCT).then_some(())?;
                self.group(list)
            }),
            (2 | 4, _) => None,
            (8, kind) => {
                self.names_a_cipher = true;
                footer.pass(kind)
            }
            (_, kind) => footer.pass(kind),
        })
    }

    /// The columns stand in a row, each with how many of those behind it are its children.
    fn schema(&mut self, footer: &mut Thrift<'a>) -> Option<()> {
        self.leaves.clear();
        // Of those that are open, how many children are still to come; of all but the root the name is in the path.
        let (mut open, mut path) = (Vec::new(), Vec::new());
        let mut wanted = 0;
        footer.list(&mut |list, more, kind| {
            if kind != STRUCT || more >= MOST_COLUMNS {
                return self.fault("", format!("says that there are {} columns", more + 1));
            }
            let (mut name, mut children, mut physical) = (&b""[..], 0, NO_TYPE);
            list.fields(&mut |field, number, kind| {
                match (number, kind) {
                    (1, INT32) => physical = field.int32()?,
                    (4, TEXT) => name = field.text()?,
                    (5, INT32) => children = i64::from(field.int32()?),
                    (1 | 4 | 5, _) => return None,
                    _ => field.pass(kind)?,
                }
                Some(())
            })?;
            let is_root = open.is_empty();
            if let Some(left) = open.last_mut() {
                *left -= 1;
                wanted -= 1;
                path.push(name);
            }
            if children < 0 || wanted < 0 || wanted + children > more {
                return self.fault("", format!("says that `{}` has {children} columns in it", name.escape_ascii()));
            }
            if open.len() > MAX_DEPTH {
                return self.fault("", format!("nests columns deeper than {MAX_DEPTH}"));
            }
            if children == 0 && !is_root && physical != NO_TYPE {
                self.leaves.push((path.clone(), physical));
            }
            wanted += children;
            open.push(children);
            while open.len() > 1 && open.last() == Some(&0) {
                open.pop();
                path.pop();
            }
            Some(())
        })
    }

    fn group(&mut self, group: &mut Thrift<'a>) -> Option<()> {
        group.fields(&mut |group, number, kind| match (number, kind) {
            (1, LIST) => {
                let mut column = 0;
                group.list(&mut |list, _, kind| {
                    (kind == STRUCT).then_some(())?;
                    column += 1;
                    self.chunk(list, column)
                })
            }
            (1, _) => None,
            (_, kind) => group.pass(kind),
        })
    }

    /// The column's name and type stand here once more: nothing else would tell that those of the schema changed.
    fn chunk(&mut self, chunk: &mut Thrift<'a>, column: usize) -> Option<()> {
        let place = format!(", row group {}, column {column}", self.groups);
        let leaf = self.leaves.get(column - 1).cloned().unwrap_or_default();
        chunk.fields(&mut |chunk, number, kind| match (number, kind) {
            (1, _) => self.fault(&place, "says that the column lies in another file".into()),
            (3, STRUCT) => chunk.fields(&mut |meta, number, kind| match (number, kind) {
                (1, INT32) => {
                    let physical = meta.int32()?;
                    let is_same = physical == leaf.1;
                    if is_same { Some(()) } else { self.fault(&place, "has not the type that the schema says".into()) }
                }
                (3, LIST) => {
                    let mut path = Vec::new();
                    meta.list(&mut |list, _, kind| {
                        (kind == TEXT).then_some(())?;
                        path.push(list.text()?);
                        Some(())
                    })?;
                    if path == leaf.0 {
                        return Some(());
                    }
                    let name = |path: &[&[u8]]| path.join(&b'.').escape_ascii().to_string();
                    self.fault(&place, format!("calls it `{}`, and the schema `{}`", name(&path), name(&leaf.0)))
                }
                (1 | 3, _) => None,
                (_, kind) => meta.pass(kind),
            }),
            (3, _) => None,
            (_, kind) => chunk.pass(kind),
        })
    }
}

/// Whether the numbers of a footer can be, and agree with each other.
pub(super) fn check(metadata: &ParquetMetaData, size: u64) -> Result<(), Fault> {
    let groups = metadata.row_groups();
    let footer = |reason: String| Err(("its footer".to_owned(), reason));
    let rows = groups.iter().try_fold(0u64, |rows, group| rows.checked_add(group.num_rows().try_into().ok()?));
    let said = metadata.file_metadata().num_rows();
    match rows {
        None => return footer("says numbers of rows that cannot be".into()),
        Some(rows) if i64::try_from(rows) != Ok(said) => {
            return footer(format!("says {said} rows, and its row groups have {rows} of them"));
        }
        Some(rows) if rows / ROWS_PER_BYTE > size => {
            return footer(format!("says {rows} rows, more than the {size} bytes of the file can hold"));
        }
        Some(_) => (),
    }
    for (number, group) in groups.iter().enumerate() {
        check_group(group, size).map_err(|(place, reason)| (format!("row group {}{place}", number + 1), reason))?;
    }
    Ok(())
}

fn check_group(group: &RowGroupMetaData, size: u64) -> Result<(), Fault> {
    let rows = group.num_rows();
    for chunk in group.columns() {
        let (first, length) =
            (chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset()), chunk.compressed_size());
        let end = first.checked_add(length).and_then(|end| u64::try_from(end).ok());
        let values = chunk.num_values();
        let reason = if first < 0 || length < 0 || end.is_none_or(|end| end > size) {
            format!("says {length} bytes from {first} on, and the file has {size}")
        } else if values < rows || (chunk.column_descr().max_rep_level() == 0 && values != rows) {
            format!("says {values} values in {rows} rows")
        } else {
            continue;
        };
        return Err((format!(", column {}", chunk.column_path().string()), reason));
    }
    Ok(())
}
