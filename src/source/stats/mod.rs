//! The `hub-stats` dump (docs/hub.md, 9.1): one Parquet row a model, read by columns, a batch of rows at a time, so that
//! memory does not grow with the file. Every column but the id may be absent.

mod columns;
mod delta;
mod fault;
mod footer;
mod heads;
mod leaf;
mod leaves;
mod pages;
mod spans;
mod texts;
mod thrift;

use std::cell::Cell;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetStatisticsPolicy;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;

use super::edges::Gathered;
use super::parts::{as_one_part, desks, in_order};
use super::table::{NamedColumns, Repeats, numbers};
use super::{Error, Parts, Projection, Sink};
use crate::model::{Hint, Reject, Remark, guarded};
use columns::Columns;
use fault::{general, plainly};
#[cfg(feature = "crawl")]
pub(super) use footer::MOST as MOST_FOOTER;
use heads::Room;
use leaves::Leaves;

/// Reads every row. Gives what is to be said of the whole.
pub(super) fn read(path: &Path, named: &NamedColumns, sink: Sink<'_>) -> Result<Vec<Remark>, Error> {
    Dump::open(path, named)?.read(sink)
}

/// Reads every row; a row group is a part. Where rows add up, or one tells of what an earlier one said, all is one part.
pub(super) fn read_parts(path: &Path, named: &NamedColumns, parts: &dyn Parts) -> Result<Vec<Remark>, Error> {
    let dump = Dump::open(path, named)?;
    if dump.columns.are_of_links() || dump.columns.name_parents() {
        return as_one_part(parts, |sink| dump.read(sink));
    }
    let columns = || match parts.projection() {
        Projection::All => dump.columns.clone(),
        Projection::Links => dump.columns.of_links(),
    };
    let mut groups = 0..dump.reader.num_row_groups();
    let numbers = AtomicU64::new(0);
    // A file that is open has one place where it is read, which two threads would move.
    let desks = desks(|| Ok(Dump { columns: columns(), ..Dump::open(path, named)? }))?;
    let work = |dump: &mut Dump<'_>, group| {
        parts.part(group, &mut |sink| dump.group(group, sink))?;
        numbers.fetch_add(dump.numbers.take(), Relaxed);
        Ok(())
    };
    in_order(desks, |_| Ok(groups.next()), work, |()| ())?;
    dump.numbers.set(numbers.into_inner());
    dump.row_count()?;
    Ok(dump.told(None))
}

/// The bytes of a dump that are read besides its footer, which alone has to be there.
#[cfg(feature = "crawl")]
pub(super) fn needed(path: &Path, named: &NamedColumns) -> Result<Vec<std::ops::Range<u64>>, Error> {
    let dump = Dump::open(path, named)?;
    let groups = dump.reader.metadata().row_groups().iter();
    let leaves = dump.columns.leaves();
    let chunks = groups.flat_map(|group| leaves.iter().map(|at| group.column(*at)));
    Ok(chunks
        .map(|chunk| {
            let (start, length) = chunk.byte_range();
            start..start.saturating_add(length)
        })
        .collect())
}

/// A dump, and the columns of it that are read.
struct Dump<'p> {
    path: &'p Path,
    reader: SerializedFileReader<File>,
    /// The same, to look into it where the reader did not yet.
    file: File,
    room: Room,
    columns: Columns,
    remarks: Vec<Remark>,
    /// So many rows had a number where a later column has an id.
    numbers: Cell<u64>,
}

impl Dump<'_> {
    fn open<'p>(path: &'p Path, named: &NamedColumns) -> Result<Dump<'p>, Error> {
        let wrong = |error| Error::Io { path: path.into(), error };
        let damaged =
            |(place, reason): footer::Fault| Error::broken(path, place, format!("{reason}; fetch the file again"));
        let mut file = File::open(path).map_err(wrong)?;
        let seen = footer::look(&mut file).map_err(wrong)?;
        if seen.names_a_cipher {
            return Err(Error::unfit(path, "has encrypted columns; decrypt it first"));
        }
        seen.fault.map_or(Ok(()), |fault| Err(damaged(fault)))?;
        let reader = foreign(|| {
            let none = ParquetStatisticsPolicy::SkipAll;
            let options = ReadOptionsBuilder::new().with_column_stats_policy(none.clone()).with_size_stats_policy(none);
            SerializedFileReader::new_with_options(File::open(path)?, options.build())
        });
        let reader = reader.map_err(|error| broken(path, "", &error))?;
        footer::check(reader.metadata(), seen.size).map_err(damaged)?;
        if let Some(packing) = unread_packing(&reader) {
            let what = format!("its pages are packed with {packing}, which is not read here; write it again with zstd");
            return Err(Error::unfit(path, what));
        }
        let schema = reader.metadata().file_metadata().schema_descr();
        let (columns, remarks) = Columns::find(schema, named).map_err(|reason| Error::unfit(path, reason))?;
        if columns.ids.is_empty() {
            let names: Vec<_> = schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
            let what = format!(
                "has no text column `id` (or `modelId`), so its rows name no model; it has {}: say which holds the ids",
                names.join(", ")
            );
            return Err(Error::hinted(path, what, Hint::IdColumn));
        }
        let room = Room::for_size(seen.size);
        Ok(Dump { path, reader, file, room, columns, remarks, numbers: Cell::default() })
    }

    /// Reads every row. Gives what is to be said of the whole.
    fn read(self, sink: Sink<'_>) -> Result<Vec<Remark>, Error> {
        let mut groups = 0..self.reader.num_row_groups();
        let mut repeats = Repeats::default();
        if self.columns.are_of_links() {
            let mut gathered = Gathered::default();
            groups.try_for_each(|group| {
                let mut rejects = Vec::new();
                self.group(group, &mut |found| gathered.add(found, &mut |found| rejects.extend(found.err())))?;
                rejects.into_iter().for_each(|reject| sink(Err(reject)));
                Ok(())
            })?;
            gathered.give(sink);
        } else if self.columns.name_parents() {
            groups.try_for_each(|group| {
                self.group(group, &mut |found| {
                    found.iter().for_each(|record| repeats.see(record));
                    sink(found);
                })
            })?;
        } else {
            groups.try_for_each(|group| self.group(group, sink))?;
        }
        self.row_count()?;
        Ok(self.told(repeats.remark()))
    }

    /// What is to be said of the whole.
    fn told(self, repeats: Option<Remark>) -> Vec<Remark> {
        self.remarks.into_iter().chain(repeats).chain(numbers::remark(self.numbers.get())).collect()
    }

    fn row_count(&self) -> Result<i64, Error> {
        match self.reader.metadata().row_groups().iter().map(|group| group.num_rows()).sum() {
            0 => Err(Error::unfit(self.path, "holds no row")),
            rows => Ok(rows),
        }
    }

    /// Reads the rows of a row group.
    fn group(&self, group: usize, sink: Sink<'_>) -> Result<(), Error> {
        let groups = self.reader.metadata().row_groups();
        let mut row: i64 = groups[..group].iter().map(|group| group.num_rows()).sum();
        let wrong = |place: String| {
            move |error: ParquetError| broken(self.path, &format!("{place}row group {}", group + 1), &error)
        };
        let open = || -> Result<_, ParquetError> {
            for at in self.columns.leaves() {
                heads::check(&self.file, groups[group].column(at), &self.room)?;
            }
            foreign(|| Leaves::open(&self.columns, self.reader.get_row_group(group)?.as_ref()))
        };
        let mut leaves = open().map_err(wrong(String::new()))?;
        let mut all = || -> Result<(), ParquetError> {
            for _ in 0..groups[group].num_rows() {
                row += 1;
                let (file, place) = (|| self.path.display().to_string(), || format!("row {row}"));
                sink(leaves.found()?.settle().map_err(|reason| Reject { file: file(), place: place(), reason }));
            }
            leaves.end()
        };
        all().map_err(|error| wrong(format!("row {row}, "))(error))?;
        self.numbers.set(self.numbers.get() + leaves.numbers);
        Ok(())
    }
}

/// The packing of the pages, if this program lacks it.
fn unread_packing(reader: &SerializedFileReader<File>) -> Option<&'static str> {
    let mut chunks = reader.metadata().row_groups().iter().flat_map(|group| group.columns());
    chunks.find_map(|chunk| match chunk.compression() {
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZO => Some("LZO"),
        _ => None,
    })
}

fn broken(path: &Path, place: &str, error: &ParquetError) -> Error {
    Error::broken(path, place, format!("no readable Parquet ({}); fetch the file again", plainly(error)))
}

/// What the crate does, a panic of which is an error like its others.
fn foreign<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    guarded(work).unwrap_or_else(|said| Err(general(&format!("its reader gave up: {said}"))))
}
