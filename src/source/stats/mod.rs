//! The `hub-stats` dump (`hub-facts` 6.1): one Parquet row a model, read by columns, a batch of rows at a time, so that
//! memory does not grow with the file. Every column but the id may be absent.

mod columns;
mod leaf;

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::Error;
use super::hub::wire;
use super::normalize::{BaseModels, Found};
use super::parts::in_order;
use crate::model::{Authority, Oddity, OddityKind, Record, Reject};
use columns::Columns;
use leaf::{Counts, Leaf, Texts, Times, lossy};

type Sink<'s> = &'s mut dyn FnMut(Result<Record<'_>, Reject>);

pub(super) fn read(path: &Path, sink: Sink<'_>) -> Result<(), Error> {
    let dump = Dump::open(path)?;
    (0..dump.reader.num_row_groups()).try_for_each(|group| dump.group(group, sink))?;
    dump.row_count().map(drop)
}

/// The same for ids and parents alone: a row group is a part.
pub(super) fn read_links(path: &Path, sink: Sink<'_>) -> Result<(), Error> {
    let dump = Dump::open(path)?;
    let mut groups = 0..dump.reader.num_row_groups();
    let work = |group| {
        // A file that is open has one place where it is read, which two threads would move.
        let mut dump = Dump::open(path)?;
        dump.columns = dump.columns.of_links();
        dump.links_alone = true;
        let mut records = Vec::new();
        dump.group(group, &mut |record| records.push(record.map(Record::of_links)))?;
        Ok(records)
    };
    in_order(|| Ok(groups.next()), work, |records: Vec<_>| records.into_iter().for_each(&mut *sink))?;
    dump.row_count().map(drop)
}

/// A dump, and the columns of it that are read.
struct Dump<'p> {
    path: &'p Path,
    reader: SerializedFileReader<File>,
    columns: Columns,
    links_alone: bool,
}

impl Dump<'_> {
    fn open(path: &Path) -> Result<Dump<'_>, Error> {
        let file = File::open(path).map_err(|error| Error::Io { path: path.into(), error })?;
        let reader = SerializedFileReader::new(file).map_err(|error| broken(path, "", &error))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let columns = Columns::find(schema).map_err(|reason| Error::unfit(path, reason))?;
        if columns.id.is_none() && columns.model_id.is_none() {
            let names: Vec<_> = schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
            return Err(Error::unfit(
                path,
                format!(
                    "has no text column `id` (or `modelId`), so its rows name no model; it has: {}",
                    names.join(", ")
                ),
            ));
        }
        Ok(Dump { path, reader, columns, links_alone: false })
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
        let mut take = || -> Result<(), ParquetError> {
            let open = self.reader.get_row_group(group)?;
            let mut leaves = Leaves::open(&self.columns, open.as_ref())?;
            for _ in 0..groups[group].num_rows() {
                row += 1;
                let record = if self.links_alone { leaves.links()? } else { leaves.found()?.settle() };
                sink(record.map_err(|reason| Reject {
                    file: self.path.display().to_string(),
                    place: format!("row {row}"),
                    reason,
                }));
            }
            Ok(())
        };
        take().map_err(|error| broken(self.path, &format!("row {row}, row group {}", group + 1), &error))
    }
}

fn broken(path: &Path, place: &str, error: &ParquetError) -> Error {
    Error::broken(path, place, format!("no readable Parquet ({error}); fetch the file again"))
}

/// The open columns of a row group, all at the same row.
struct Leaves {
    id: Option<Texts>,
    hub_id: Option<Texts>,
    model_id: Option<Texts>,
    created: Option<Times>,
    downloads: Option<Counts>,
    downloads_all_time: Option<Counts>,
    likes: Option<Counts>,
    parameters: Option<Counts>,
    task: Option<Texts>,
    library: Option<Texts>,
    tags: Option<Texts>,
    relation: Option<Texts>,
    models: Option<Texts>,
    base_models: Option<Texts>,
    card: Option<Texts>,
}

impl Leaves {
    fn open(columns: &Columns, group: &dyn RowGroupReader) -> Result<Leaves, ParquetError> {
        let texts = |at: Option<usize>| {
            at.map(|at| Ok::<_, ParquetError>(Leaf::new(group.get_column_reader(at)?, group, at))).transpose()
        };
        let counts = |at: Option<usize>| at.map(|at| Counts::open(group, at)).transpose();
        Ok(Leaves {
            id: texts(columns.id)?,
            hub_id: texts(columns.hub_id)?,
            model_id: texts(columns.model_id)?,
            created: columns.created.map(|at| Times::open(group, at)).transpose()?,
            downloads: counts(columns.downloads)?,
            downloads_all_time: counts(columns.downloads_all_time)?,
            likes: counts(columns.likes)?,
            parameters: counts(columns.parameters)?,
            task: texts(columns.task)?,
            library: texts(columns.library)?,
            tags: texts(columns.tags)?,
            relation: texts(columns.relation)?,
            models: texts(columns.models)?,
            base_models: texts(columns.base_models)?,
            card: texts(columns.card)?,
        })
    }

    /// The next row, with its id and parents alone. The card is only read where the Hub names no parent.
    fn links(&mut self) -> Result<Result<Record<'_>, String>, ParquetError> {
        let mut found = Found::default();
        for leaf in [&mut self.id, &mut self.model_id].into_iter().flatten() {
            let id = leaf.one()?.map(lossy).unwrap_or_default();
            if found.id.trim().is_empty() {
                found.id = id;
            }
        }
        let mut oddities = Vec::new();
        let is_parent = |tag: &&ByteArray| tag.data().starts_with(b"base_model:");
        let tags = match &mut self.tags {
            Some(leaf) => leaf.next()?.map(|tags| tags.iter().filter(is_parent).map(lossy).collect::<Vec<_>>()),
            None => None,
        };
        let relation = one_text(&mut self.relation, "baseModels.relation", &mut oddities)?;
        let base_models = one_text(&mut self.base_models, "baseModels", &mut oddities)?;
        found.base_models = match (base_models, texts(&mut self.models)?) {
            (Some(json), _) => wire::base_models_json(json, &mut oddities),
            (None, Some(ids)) => Some(BaseModels { relation: relation.map(Cow::Borrowed), ids }),
            (None, None) => None,
        };
        let card = one_text(&mut self.card, "cardData", &mut oddities)?;
        let id = found.id.clone();
        found.tags = tags;
        let spoke = found.tags.is_some() || found.base_models.is_some() || card.is_some();
        let record = found.settle();
        // A key may be written with escapes.
        let names = card.filter(|json| json.contains("base_model") || json.contains('\\'));
        Ok(match (record, names) {
            (Ok(record), Some(json)) if record.parents.is_empty() => {
                let card = wire::card_json(json, &mut oddities);
                let tags = spoke.then(Vec::new);
                Found { id, tags, card, ..Found::default() }.settle()
            }
            (Ok(record), _) if spoke => Ok(Record { authority: Authority::Hub, ..record }),
            (record, _) => record,
        })
    }

    /// The next row.
    fn found(&mut self) -> Result<Found<'_>, ParquetError> {
        let mut found = Found::default();
        let mut oddities = Vec::new();
        for leaf in [&mut self.id, &mut self.model_id].into_iter().flatten() {
            // Both are read on, so that they stay at the same row.
            let id = leaf.one()?.map(lossy).unwrap_or_default();
            if found.id.trim().is_empty() {
                found.id = id;
            }
        }
        found.hub_id = one_text(&mut self.hub_id, "_id", &mut oddities)?.map(Cow::Borrowed);
        found.task = one_text(&mut self.task, "pipeline_tag", &mut oddities)?.map(Cow::Borrowed);
        found.library = one_text(&mut self.library, "library_name", &mut oddities)?.map(Cow::Borrowed);
        let relation = one_text(&mut self.relation, "baseModels.relation", &mut oddities)?;
        let base_models = one_text(&mut self.base_models, "baseModels", &mut oddities)?;
        let card = one_text(&mut self.card, "cardData", &mut oddities)?;
        for (leaf, field, into) in [
            (&mut self.downloads, "downloads", &mut found.downloads),
            (&mut self.downloads_all_time, "downloadsAllTime", &mut found.downloads_all_time),
            (&mut self.likes, "likes", &mut found.likes),
            (&mut self.parameters, "safetensors.total", &mut found.parameters),
        ] {
            if let Some(leaf) = leaf {
                match leaf.next()? {
                    Ok(count) => *into = count,
                    Err(value) => oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: {value}"))),
                }
            }
        }
        if let Some(leaf) = &mut self.created {
            match leaf.next()? {
                Ok(time) => found.created = time,
                Err(value) => oddities.push(Oddity::new(OddityKind::BadValue, &format!("createdAt: {value}"))),
            }
        }
        found.tags = texts(&mut self.tags)?;
        let models = texts(&mut self.models)?;
        found.base_models = match (base_models, models) {
            (Some(json), _) => wire::base_models_json(json, &mut oddities),
            (None, Some(ids)) => Some(BaseModels { relation: relation.map(Cow::Borrowed), ids }),
            (None, None) => None,
        };
        found.card = card.and_then(|json| wire::card_json(json, &mut oddities));
        found.oddities = oddities;
        Ok(found)
    }
}

fn texts(leaf: &mut Option<Texts>) -> Result<Option<Vec<Cow<'_, str>>>, ParquetError> {
    let Some(leaf) = leaf else { return Ok(None) };
    Ok(leaf.next()?.map(|texts| texts.iter().map(lossy).collect()))
}

fn one_text<'a>(
    leaf: &'a mut Option<Texts>,
    field: &str,
    oddities: &mut Vec<Oddity>,
) -> Result<Option<&'a str>, ParquetError> {
    let Some(leaf) = leaf else { return Ok(None) };
    let Some(bytes) = leaf.one()? else { return Ok(None) };
    let text = bytes.as_utf8().ok();
    if text.is_none() {
        oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: not UTF-8")));
    }
    Ok(text)
}
