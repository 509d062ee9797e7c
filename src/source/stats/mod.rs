//! The `hub-stats` dump (docs/hub.md, 9.1): one Parquet row a model, read by columns, a batch of rows at a time, so that
//! memory does not grow with the file. Every column but the id may be absent.

mod columns;
mod delta;
mod fault;
mod footer;
mod heads;
mod leaf;
mod pages;
mod spans;
mod texts;
mod thrift;

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::path::Path;
use std::slice;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetStatisticsPolicy;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;

use memchr::{memchr, memmem};

use super::edges::Gathered;
use super::gather::{Gather, ParentTags};
use super::hub::wire;
use super::normalize::{BaseModels, Found};
use super::parts::{desks, in_order};
use super::table::{Cells, NamedColumns, Repeats, numbers};
use super::{Error, Parts, Sink, as_one_part};
use crate::model::{
    Authority, Counts, Flags, Hint, Oddity, OddityKind, Parentage, Reject, Remark, RepositoryKey, Word, Words, guarded,
};
use columns::{Base, Columns};
use fault::{general, plainly};
#[cfg(feature = "crawl")]
pub(super) use footer::MOST as MOST_FOOTER;
use heads::Room;
use leaf::{Times, lossy};
use texts::TextColumn;

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
    let mut groups = 0..dump.reader.num_row_groups();
    let numbers = AtomicU64::new(0);
    // A file that is open has one place where it is read, which two threads would move.
    let desks = desks(|| Dump::open(path, named))?;
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

/// Ids and parents alone: a row group is a part.
pub(super) fn read_links(path: &Path, sink: &mut dyn FnMut(Parentage)) -> Result<(), Error> {
    let named = NamedColumns::default();
    let dump = Dump::open(path, &named)?;
    let mut groups = 0..dump.reader.num_row_groups();
    // A file that is open has one place where it is read, which two threads would move.
    let desks =
        desks(|| Ok((Dump { columns: dump.columns.of_links(), ..Dump::open(path, &named)? }, Gather::default())))?;
    let work = |(dump, gather): &mut (Dump<'_>, Gather), group| {
        dump.each(group, |leaves, reject| {
            if let Err(reason) = leaves.links(gather)? {
                gather.add(Err(reject(reason)));
            }
            Ok(())
        })?;
        Ok(gather.take_part())
    };
    in_order(desks, |_| Ok(groups.next()), work, sink)?;
    dump.row_count().map(drop)
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
        self.each(group, |leaves, reject| {
            sink(leaves.found()?.settle().map_err(reject));
            Ok(())
        })
    }

    /// Takes each row of a row group; a reason why one is none becomes a reject with its place.
    fn each(
        &self,
        group: usize,
        mut take: impl FnMut(&mut Leaves, &dyn Fn(String) -> Reject) -> Result<(), ParquetError>,
    ) -> Result<(), Error> {
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
                let file = || self.path.display().to_string();
                take(&mut leaves, &|reason| Reject { file: file(), place: format!("row {row}"), reason })?;
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

/// The open columns of a row group, all at the same row. Of each all spellings, which are read on whichever a row has.
struct Leaves {
    ids: Vec<TextColumn>,
    hub_id: Vec<TextColumn>,
    created: Vec<Times>,
    /// Each with its name in the file.
    counts: Counts<Vec<(String, leaf::Counts)>>,
    words: Words<Vec<TextColumn>>,
    flags: Flags<Vec<leaf::Flags>>,
    gated: Vec<leaf::Flags>,
    sha: Vec<TextColumn>,
    tags: Option<TextColumn>,
    base_models: Vec<BaseLeaves>,
    card: Vec<TextColumn>,
    cells: Vec<(columns::Cell, TextColumn)>,
    base_model: memmem::Finder<'static>,
    /// So many rows had a number where a later column has an id.
    numbers: u64,
}

/// The open parts of a column of the Hub's parents.
struct BaseLeaves {
    text: Option<TextColumn>,
    models: Option<TextColumn>,
    keys: Option<TextColumn>,
    relation: Option<TextColumn>,
}

impl Leaves {
    fn open(columns: &Columns, group: &dyn RowGroupReader) -> Result<Leaves, ParquetError> {
        let text = |at: Option<usize>| at.map(|at| TextColumn::open(group, at)).transpose();
        let texts = |all: &[usize]| all.iter().map(|at| TextColumn::open(group, *at)).collect::<Result<Vec<_>, _>>();
        let open_flags = |all: &[usize]| all.iter().map(|at| leaf::Flags::open(group, *at)).collect::<Result<_, _>>();
        let mut counts = Counts::default();
        for (count, all) in columns.counts.iter() {
            let open = |at: &usize| {
                let name = group.metadata().column(*at).column_path().string();
                leaf::Counts::open(group, *at, &name).map(|leaf| (name, leaf))
            };
            counts[count] = all.iter().map(open).collect::<Result<_, ParquetError>>()?;
        }
        let mut words = Words::default();
        for (word, all) in columns.words.iter().filter(|(word, _)| *word != Word::Gated) {
            words[word] = texts(all)?;
        }
        let mut flags = Flags::default();
        for (flag, all) in columns.flags.iter() {
            flags[flag] = open_flags(all)?;
        }
        let open_base = |base: &Base| {
            Ok(BaseLeaves {
                text: text(base.text)?,
                models: text(base.models)?,
                keys: text(base.keys)?,
                relation: text(base.relation)?,
            })
        };
        Ok(Leaves {
            ids: texts(&columns.ids)?,
            hub_id: texts(&columns.hub_id)?,
            created: columns.created.iter().map(|at| Times::open(group, *at)).collect::<Result<_, _>>()?,
            counts,
            words,
            flags,
            gated: open_flags(&columns.words[Word::Gated])?,
            sha: texts(&columns.sha)?,
            tags: text(columns.tags)?,
            base_models: columns.base_models.iter().map(open_base).collect::<Result<_, ParquetError>>()?,
            card: texts(&columns.card)?,
            cells: columns
                .cells
                .iter()
                .map(|cell| Ok((cell.clone(), TextColumn::open(group, cell.at)?)))
                .collect::<Result<_, ParquetError>>()?,
            base_model: memmem::Finder::new("base_model"),
            numbers: 0,
        })
    }

    /// Whether no list goes on behind the last row; other columns have as many values as rows, by their pages.
    fn end(&mut self) -> Result<(), ParquetError> {
        let base = self.base_models.iter().flat_map(|base| [&base.models, &base.keys]).flatten();
        let mut lists = self.tags.iter().chain(base).chain(self.cells.iter().map(|(_, leaf)| leaf));
        lists.find(|leaf| !leaf.is_over()).map_or(Ok(()), |leaf| Err(leaf.too_long()))
    }

    /// Gathers the next row's id and parents. The card is only looked at where the Hub names no parent.
    fn links(&mut self, gather: &mut Gather) -> Result<Result<(), String>, ParquetError> {
        let id = one_id(&mut self.ids, &mut self.numbers)?;
        let mut spoke = false;
        if let Some(tags) = self.tags.as_mut().map(TextColumn::next).transpose()?.flatten() {
            spoke = true;
            let mut of_tags = ParentTags::default();
            tags.each(|tag| of_tags.add(tag, gather));
        }
        let mut oddities = Vec::new();
        let mut has_models = false;
        for base in &mut self.base_models {
            // Their relation is not asked for; it is read on all the same, to stay at the same row.
            base.relation.as_mut().map(TextColumn::one).transpose()?;
            let models = base.models.as_mut().map(TextColumn::next).transpose()?.flatten();
            let json = one_text(base.text.as_mut_slice(), "baseModels", &mut oddities)?;
            if has_models {
                continue;
            }
            if let Some(models) = models {
                has_models = true;
                models.each(|id| gather.parent(id));
            } else if let Some(models) = json.and_then(|json| wire::base_models_json(json, &mut oddities)) {
                has_models = true;
                models.ids.iter().for_each(|id| gather.parent(id.as_bytes()));
            }
        }
        spoke |= has_models;
        let card = first(&mut self.card)?.unwrap_or_default();
        // A key may be written with escapes.
        let names = |card| self.base_model.find(card).is_some() || memchr(b'\\', card).is_some();
        if !gather.has_parents()
            && names(card)
            && let Ok(card) = std::str::from_utf8(card)
        {
            let card = wire::card_json(card, &mut oddities);
            let found = Found { id: lossy(id), tags: Some(Vec::new()), card, ..Found::default() };
            return Ok(found.settle().map(|record| gather.add(Ok(record))));
        }
        spoke = spoke || std::str::from_utf8(card).is_ok_and(|card| wire::card_json(card, &mut oddities).is_some());
        Ok(gather.row(id, if spoke { Authority::Listing } else { Authority::Silent }))
    }

    /// The next row.
    fn found(&mut self) -> Result<Found<'_>, ParquetError> {
        let mut found = Found::default();
        let mut oddities = Vec::new();
        found.id = lossy(one_id(&mut self.ids, &mut self.numbers)?);
        found.hub_id = one_text(&mut self.hub_id, "_id", &mut oddities)?.map(Cow::Borrowed);
        for (word, leaves) in self.words.iter_mut() {
            let field = if word.hub_name().is_empty() { word.name() } else { word.hub_name() };
            found.words[word] = one_text(leaves, field, &mut oddities)?.map(Cow::Borrowed);
        }
        for (count, leaves) in self.counts.iter_mut() {
            for (name, leaf) in leaves {
                let value = good(leaf.next()?, name, &mut oddities);
                found.counts[count] = found.counts[count].or(value);
            }
        }
        for (flag, leaves) in self.flags.iter_mut() {
            for leaf in leaves {
                let value = good(leaf.next(wire::flag)?, flag.hub_name(), &mut oddities);
                found.flags[flag] = found.flags[flag].or(value);
            }
        }
        let mut gate = None;
        for leaf in &mut self.gated {
            let value = good(leaf.next(wire::gate)?, Word::Gated.hub_name(), &mut oddities);
            gate = gate.or(value);
        }
        found.words[Word::Gated] = gate.map(Cow::Borrowed);
        for leaf in &mut self.created {
            let value = good(leaf.next()?, "createdAt", &mut oddities);
            found.created = found.created.or(value);
        }
        found.sha = one_text(&mut self.sha, "sha", &mut oddities)?.map(Cow::Borrowed);
        found.tags = texts(&mut self.tags)?;
        for base in &mut self.base_models {
            let models = base.next(&mut oddities)?;
            if found.base_models.is_none() {
                found.base_models = models;
            }
        }
        for leaf in &mut self.card {
            let json = one_text(slice::from_mut(leaf), "cardData", &mut oddities)?;
            if found.card.is_none() {
                found.card = json.and_then(|json| wire::card_json(json, &mut oddities));
            }
        }
        found.oddities = oddities;
        if self.cells.is_empty() {
            return Ok(found);
        }
        let mut cells = Cells::new(found);
        for (columns::Cell { column, name, is_list, .. }, leaf) in &mut self.cells {
            let Some(values) = leaf.next()? else { continue };
            if *is_list {
                let mut all = Vec::with_capacity(values.len());
                values.each(|text| all.push(lossy(text)));
                cells.take_list(*column, name, all);
            } else {
                cells.put(*column, name, values.first().map(lossy).unwrap_or_default());
            }
        }
        Ok(cells.finish())
    }
}

impl BaseLeaves {
    /// The parents of the next row.
    fn next(&mut self, oddities: &mut Vec<Oddity>) -> Result<Option<BaseModels<'_>>, ParquetError> {
        let relation = one_text(self.relation.as_mut_slice(), "baseModels.relation", oddities)?;
        let json = one_text(self.text.as_mut_slice(), "baseModels", oddities)?;
        let ids = texts(&mut self.models)?;
        let keys = self.keys.as_mut().map(TextColumn::next).transpose()?.flatten();
        if let Some(json) = json {
            return Ok(wire::base_models_json(json, oddities));
        }
        Ok(ids.map(|ids| {
            let mut of_ids = Vec::new();
            // Where a key is missing it cannot be told whose: then none is known.
            if let Some(keys) = keys.filter(|keys| keys.len() == ids.len()) {
                keys.each(|key| of_ids.push(RepositoryKey::parse(&lossy(key))));
            }
            BaseModels { relation: relation.map(Cow::Borrowed), ids, keys: of_ids }
        }))
    }
}

/// The value of a row, or nothing and a note of what stood there.
fn good<T>(value: Result<Option<T>, String>, field: &str, oddities: &mut Vec<Oddity>) -> Option<T> {
    value.unwrap_or_else(|value| {
        oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: {value}")));
        None
    })
}

/// The first spelling of a row's id that is not blank, and no number where a later one says anything; those are counted.
fn one_id<'a>(leaves: &'a mut [TextColumn], numbers: &mut u64) -> Result<&'a [u8], ParquetError> {
    let mut id = &[][..];
    for leaf in leaves {
        let other = leaf.one()?.unwrap_or_default();
        if numbers::gives_way(id, other) {
            *numbers += u64::from(!id.trim_ascii().is_empty());
            id = other;
        }
    }
    Ok(id)
}

/// The first spelling of a row's text.
fn first(leaves: &mut [TextColumn]) -> Result<Option<&[u8]>, ParquetError> {
    let mut first = None;
    for leaf in leaves {
        let text = leaf.one()?;
        first = first.or(text);
    }
    Ok(first)
}

fn texts(leaf: &mut Option<TextColumn>) -> Result<Option<Vec<Cow<'_, str>>>, ParquetError> {
    let Some(leaf) = leaf else { return Ok(None) };
    let Some(texts) = leaf.next()? else { return Ok(None) };
    let mut all = Vec::with_capacity(texts.len());
    texts.each(|text| all.push(lossy(text)));
    Ok(Some(all))
}

fn one_text<'a>(
    leaves: &'a mut [TextColumn],
    field: &str,
    oddities: &mut Vec<Oddity>,
) -> Result<Option<&'a str>, ParquetError> {
    let Some(bytes) = first(leaves)? else { return Ok(None) };
    let text = std::str::from_utf8(bytes).ok();
    if text.is_none() {
        oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: not UTF-8")));
    }
    Ok(text)
}
