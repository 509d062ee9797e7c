//! The `hub-stats` dump (`hub-facts` 6.1): one Parquet row a model, read by columns, a batch of rows at a time, so that
//! memory does not grow with the file. Every column but the id may be absent.

mod columns;
mod leaf;

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::Error;
use super::hub::wire;
use super::normalize::{BaseModels, Found};
use crate::model::{Oddity, OddityKind, Record, Reject};
use columns::Columns;
use leaf::{Counts, Leaf, Texts, Times, lossy};

pub(super) fn read(path: &Path, sink: &mut dyn FnMut(Result<Record<'_>, Reject>)) -> Result<(), Error> {
    let file = File::open(path).map_err(|error| Error::Io { path: path.into(), error })?;
    let broken = |place: &str, error: ParquetError| {
        Error::broken(path, place, format!("no readable Parquet ({error}); fetch the file again"))
    };
    let reader = SerializedFileReader::new(file).map_err(|error| broken("", error))?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let columns = Columns::find(schema).map_err(|reason| Error::unfit(path, reason))?;
    if columns.id.is_none() && columns.model_id.is_none() {
        let names: Vec<_> = schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
        return Err(Error::unfit(
            path,
            format!("has no text column `id` (or `modelId`), so its rows name no model; it has: {}", names.join(", ")),
        ));
    }
    let mut row = 0u64;
    for group in 0..reader.num_row_groups() {
        let rows = reader.metadata().row_group(group).num_rows();
        let mut take = || -> Result<(), ParquetError> {
            let group = reader.get_row_group(group)?;
            let mut leaves = Leaves::open(&columns, group.as_ref())?;
            for _ in 0..rows {
                row += 1;
                let record = leaves.found()?.settle();
                sink(record.map_err(|reason| Reject {
                    file: path.display().to_string(),
                    place: format!("row {row}"),
                    reason,
                }));
            }
            Ok(())
        };
        take().map_err(|error| broken(&format!("row {row}, row group {}", group + 1), error))?;
    }
    match row {
        0 => Err(Error::unfit(path, "holds no row")),
        _ => Ok(()),
    }
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
