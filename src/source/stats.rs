//! The `hub-stats` dump (`hub-facts` 6.1): one Parquet row a model, read by columns, a batch of rows at a time, so that
//! memory does not grow with the file. Every column but the id may be absent.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::schema::types::SchemaDescriptor;

use super::hub::wire;
use super::normalize::{BaseModels, Found};
use super::{Error, date};
use crate::model::{Oddity, OddityKind, Record, Reject};

/// Rows that are taken from each column at a time.
const BATCH: usize = 4096;

pub(super) fn read(path: &Path, sink: &mut dyn FnMut(Result<Record, Reject>)) -> Result<(), Error> {
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

/// Where the columns of interest lie: numbers of leaves.
struct Columns {
    id: Option<usize>,
    hub_id: Option<usize>,
    model_id: Option<usize>,
    created: Option<usize>,
    downloads: Option<usize>,
    downloads_all_time: Option<usize>,
    likes: Option<usize>,
    parameters: Option<usize>,
    task: Option<usize>,
    library: Option<usize>,
    tags: Option<usize>,
    relation: Option<usize>,
    models: Option<usize>,
    base_models: Option<usize>,
    card: Option<usize>,
}

impl Columns {
    /// Leaves are found by the first and last parts of their paths: what lies between differs between writers.
    ///
    /// # Errors
    /// Which column cannot be what its name says: passing over it would drop its values unsaid.
    fn find(schema: &SchemaDescriptor) -> Result<Columns, String> {
        let shape = |at: usize| {
            let column = schema.column(at);
            format!(
                "{}{}{}",
                column.path().string(),
                if column.max_rep_level() > 0 { ": a list of " } else { ": " },
                match (column.converted_type(), column.physical_type()) {
                    (ConvertedType::NONE, physical) => physical.to_string(),
                    (converted, _) => converted.to_string(),
                }
            )
        };
        // A column without a type has no value: it is as if it were not there.
        let is_null = |at: usize| matches!(schema.column(at).logical_type_ref(), Some(LogicalType::Unknown));
        let mut taken = Vec::new();
        let mut leaf = |name: &'static str, depth: i16, is_part: &dyn Fn(&[&str]) -> bool, types: &[Type]| {
            let found = (0..schema.num_columns()).find(|at| {
                let column = schema.column(*at);
                let path: Vec<&str> = column.path().parts().iter().map(String::as_str).collect();
                path[0] == name
                    && is_part(&path[1..])
                    && types.contains(&column.physical_type())
                    && column.max_rep_level() == depth
                    && column.converted_type() != ConvertedType::DECIMAL
                    && !is_null(*at)
            });
            taken.extend(found.map(|_| name));
            found
        };
        let is_whole = |rest: &[&str]| rest.is_empty();
        // What writers call the levels of a list.
        let is_list = |rest: &[&str]| {
            !rest.is_empty()
                && rest
                    .iter()
                    .all(|part| matches!(*part, "list" | "element" | "item" | "bag" | "array" | "array_element"))
        };
        let is_models = |rest: &[&str]| {
            let rest = rest.strip_prefix(&["models"]).unwrap_or(rest);
            is_list(rest.strip_suffix(&["id"]).unwrap_or(rest))
        };
        let created = leaf("createdAt", 0, &is_whole, &[Type::BYTE_ARRAY, Type::INT32, Type::INT64, Type::INT96]);
        let mut text = |name| leaf(name, 0, &is_whole, &[Type::BYTE_ARRAY]);
        let (id, hub_id, model_id) = (text("id"), text("_id"), text("modelId"));
        let (task, library) = (text("pipeline_tag"), text("library_name"));
        let (base_models, card) = (text("baseModels"), text("cardData"));
        let mut count = |name| leaf(name, 0, &is_whole, NUMBERS);
        let (downloads, downloads_all_time, likes) = (count("downloads"), count("downloadsAllTime"), count("likes"));
        let columns = Columns {
            id,
            hub_id,
            model_id,
            created,
            downloads,
            downloads_all_time,
            likes,
            parameters: leaf("safetensors", 0, &|rest| rest == ["total"], NUMBERS),
            task,
            library,
            tags: leaf("tags", 1, &is_list, &[Type::BYTE_ARRAY]),
            models: leaf("baseModels", 1, &is_models, &[Type::BYTE_ARRAY]),
            // After the ids, so that a relation alone is not taken for the whole column.
            relation: leaf("baseModels", 0, &|rest| rest == ["relation"], &[Type::BYTE_ARRAY]),
            base_models,
            card,
        };
        let is_time = |at: usize| {
            let column = schema.column(at);
            let stamp = matches!(column.logical_type_ref(), Some(LogicalType::Timestamp(_)))
                || matches!(column.converted_type(), ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS);
            match column.physical_type() {
                Type::INT64 => stamp,
                Type::INT32 => column.converted_type() == ConvertedType::DATE,
                _ => true,
            }
        };
        let is_read = |name: &str| match name {
            "createdAt" => columns.created.is_some_and(is_time),
            "baseModels" => {
                let is_relation = |at: &usize| {
                    let path = schema.column(*at);
                    let parts = path.path().parts();
                    parts[0] == name && parts.iter().any(|part| part == "relation")
                };
                let mut relations = (0..schema.num_columns()).filter(is_relation).filter(|at| !is_null(*at));
                (columns.base_models.is_some() || columns.models.is_some())
                    && relations.all(|at| Some(at) == columns.relation)
            }
            _ => taken.contains(&name),
        };
        for (name, wanted) in WANTED {
            let named = schema.root_schema().get_fields().iter().filter(|field| field.name() == *name).count();
            if named > 1 {
                return Err(format!("has {named} columns with the name `{name}`; leave all but one out"));
            }
            let parts = || (0..schema.num_columns()).filter(|at| schema.column(*at).path().parts()[0] == *name);
            if parts().any(|at| !is_null(at)) && !is_read(name) {
                let found: Vec<String> = parts().map(shape).collect();
                return Err(format!(
                    "the column `{name}` cannot be read: it should be {wanted}, and is {}; change its type or leave it out",
                    found.join(", ")
                ));
            }
        }
        Ok(columns)
    }
}

/// The columns that are read, and what each should be.
const WANTED: &[(&str, &str)] = &[
    ("id", "a text"),
    ("_id", "a text"),
    ("modelId", "a text"),
    ("createdAt", "a timestamp, a date or a text"),
    ("downloads", "a number"),
    ("downloadsAllTime", "a number"),
    ("likes", "a number"),
    ("safetensors", "a struct with a number `total`"),
    ("pipeline_tag", "a text"),
    ("library_name", "a text"),
    ("tags", "a list of texts"),
    ("baseModels", "a struct of `relation` and `models`, a list of ids, or JSON text"),
    ("cardData", "JSON text"),
];

/// The types that a count may have; texts are read as numbers.
const NUMBERS: &[Type] = &[Type::INT32, Type::INT64, Type::FLOAT, Type::DOUBLE, Type::BYTE_ARRAY];

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
    fn found(&mut self) -> Result<Found<'static>, ParquetError> {
        let mut found = Found::default();
        let mut oddities = Vec::new();
        let mut text = |leaf: &mut Option<Texts>, field: &str| one_text(leaf, field, &mut oddities);
        for leaf in [&mut self.id, &mut self.model_id].into_iter().flatten() {
            // Both are read on, so that they stay at the same row.
            let id = leaf.one()?.map(|id| owned(lossy(id))).unwrap_or_default();
            if found.id.trim().is_empty() {
                found.id = id;
            }
        }
        found.hub_id = text(&mut self.hub_id, "_id")?;
        found.task = text(&mut self.task, "pipeline_tag")?;
        found.library = text(&mut self.library, "library_name")?;
        let relation = text(&mut self.relation, "baseModels.relation")?;
        let base_models = text(&mut self.base_models, "baseModels")?;
        let card = text(&mut self.card, "cardData")?;
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
        let texts = |leaf: &mut Option<Texts>| {
            let Some(leaf) = leaf else { return Ok::<_, ParquetError>(None) };
            Ok(leaf.next()?.map(|texts| texts.iter().map(|text| owned(lossy(text))).collect::<Vec<_>>()))
        };
        found.tags = texts(&mut self.tags)?;
        let models = texts(&mut self.models)?;
        found.base_models = match (base_models, models) {
            (Some(json), _) => wire::base_models_json(&json, &mut oddities).map(|found| BaseModels {
                relation: found.relation.map(owned),
                ids: found.ids.into_iter().map(owned).collect(),
            }),
            (None, Some(ids)) => Some(BaseModels { relation, ids }),
            (None, None) => None,
        };
        found.card = card.and_then(|json| wire::card_json(&json, &mut oddities));
        found.oddities = oddities;
        Ok(found)
    }
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

fn lossy(bytes: &ByteArray) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.data())
}

fn utf8(bytes: &ByteArray) -> Option<String> {
    bytes.as_utf8().ok().map(str::to_owned)
}

fn one_text(
    leaf: &mut Option<Texts>,
    field: &str,
    oddities: &mut Vec<Oddity>,
) -> Result<Option<Cow<'static, str>>, ParquetError> {
    let Some(leaf) = leaf else { return Ok(None) };
    Ok(match leaf.one()? {
        None => None,
        Some(bytes) => match utf8(bytes) {
            Some(text) => Some(Cow::Owned(text)),
            None => {
                oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: not UTF-8")));
                None
            }
        },
    })
}

type Texts = Leaf<parquet::data_type::ByteArrayType>;

/// One leaf column: a batch of its values, handed out row by row.
struct Leaf<T: DataType> {
    reader: ColumnReaderImpl<T>,
    max_def: i16,
    /// The definition level from which on a row is no null: an empty list is there, a null one is not.
    there: i16,
    defs: Vec<i16>,
    reps: Vec<i16>,
    values: Vec<T::T>,
    /// The next level and the next value of the batch.
    level: usize,
    value: usize,
    nested: bool,
}

impl<T: DataType> Leaf<T> {
    fn new(reader: ColumnReader, group: &dyn RowGroupReader, at: usize) -> Leaf<T> {
        let descr = group.metadata().column(at).column_descr_ptr();
        Leaf {
            reader: get_typed_column_reader(reader),
            max_def: descr.max_def_level(),
            there: there(group.metadata().schema_descr(), descr.path().parts()),
            defs: Vec::new(),
            reps: Vec::new(),
            values: Vec::new(),
            level: 0,
            value: 0,
            nested: descr.max_rep_level() > 0,
        }
    }

    /// The next row: nothing where it is null, one value in a flat column, any number in a list.
    fn next(&mut self) -> Result<Option<&[T::T]>, ParquetError> {
        let flat_required = self.max_def == 0 && !self.nested;
        let exhausted = if flat_required { self.value == self.values.len() } else { self.level == self.defs.len() };
        if exhausted {
            self.refill(flat_required)?;
        }
        let from = self.value;
        if flat_required {
            self.value += 1;
            return Ok(Some(&self.values[from..self.value]));
        }
        let is_there = self.defs[self.level] >= self.there;
        loop {
            self.value += usize::from(self.defs[self.level] == self.max_def);
            self.level += 1;
            if !self.nested || self.level == self.defs.len() || self.reps[self.level] == 0 {
                break;
            }
        }
        Ok(is_there.then(|| &self.values[from..self.value]))
    }

    /// The next row of a flat column.
    fn one(&mut self) -> Result<Option<&T::T>, ParquetError> {
        Ok(self.next()?.and_then(<[T::T]>::first))
    }

    fn refill(&mut self, flat_required: bool) -> Result<(), ParquetError> {
        (self.level, self.value) = (0, 0);
        self.defs.clear();
        self.reps.clear();
        self.values.clear();
        let (rows, _, _) =
            self.reader.read_records(BATCH, Some(&mut self.defs), Some(&mut self.reps), &mut self.values)?;
        let levels = if flat_required { self.values.len() } else { self.defs.len() };
        let dense = self.defs.iter().filter(|def| **def == self.max_def).count();
        if rows == 0
            || levels == 0
            || (!flat_required && dense != self.values.len())
            || (self.nested && self.reps.len() != levels)
        {
            return Err(ParquetError::General("a column ends before its row group does".into()));
        }
        Ok(())
    }
}

/// How many optional nodes a path has down to its list, or in all.
fn there(schema: &SchemaDescriptor, path: &[String]) -> i16 {
    let mut node = schema.root_schema();
    let mut optional = 0;
    for part in path {
        let Some(next) = node.get_fields().iter().find(|field| field.name() == part) else { break };
        match next.get_basic_info().repetition() {
            Repetition::OPTIONAL => optional += 1,
            Repetition::REPEATED => break,
            Repetition::REQUIRED => (),
        }
        node = next;
    }
    optional
}

/// A column of counts, of whatever number type.
enum Counts {
    Int32(Leaf<parquet::data_type::Int32Type>),
    Int64(Leaf<parquet::data_type::Int64Type>),
    Float(Leaf<parquet::data_type::FloatType>),
    Double(Leaf<parquet::data_type::DoubleType>),
    Text(Texts),
    Unsigned32(Leaf<parquet::data_type::Int32Type>),
    Unsigned64(Leaf<parquet::data_type::Int64Type>),
}

impl Counts {
    fn open(group: &dyn RowGroupReader, at: usize) -> Result<Counts, ParquetError> {
        let reader = group.get_column_reader(at)?;
        let kind = group.metadata().column(at).column_descr_ptr().converted_type();
        Ok(match reader {
            ColumnReader::ByteArrayColumnReader(_) => Counts::Text(Leaf::new(reader, group, at)),
            ColumnReader::Int32ColumnReader(_) if kind == ConvertedType::UINT_32 => {
                Counts::Unsigned32(Leaf::new(reader, group, at))
            }
            ColumnReader::Int64ColumnReader(_) if kind == ConvertedType::UINT_64 => {
                Counts::Unsigned64(Leaf::new(reader, group, at))
            }
            ColumnReader::Int32ColumnReader(_) => Counts::Int32(Leaf::new(reader, group, at)),
            ColumnReader::Int64ColumnReader(_) => Counts::Int64(Leaf::new(reader, group, at)),
            ColumnReader::FloatColumnReader(_) => Counts::Float(Leaf::new(reader, group, at)),
            _ => Counts::Double(Leaf::new(reader, group, at)),
        })
    }

    /// The next row's count, or its value as text if that is no count. A float that is no number is a null of pandas.
    fn next(&mut self) -> Result<Result<Option<u64>, String>, ParquetError> {
        let float = |value: f64| match wire::whole(value) {
            _ if value.is_nan() => Ok(None),
            Some(count) => Ok(Some(count)),
            None => Err(value.to_string()),
        };
        let int = |value: i64| u64::try_from(value).map(Some).map_err(|_| value.to_string());
        Ok(match self {
            Counts::Int32(leaf) => leaf.one()?.map_or(Ok(None), |value| int((*value).into())),
            Counts::Int64(leaf) => leaf.one()?.map_or(Ok(None), |value| int(*value)),
            Counts::Float(leaf) => leaf.one()?.map_or(Ok(None), |value| float((*value).into())),
            Counts::Double(leaf) => leaf.one()?.map_or(Ok(None), |value| float(*value)),
            // Parquet keeps unsigned numbers in the bits of signed ones.
            Counts::Unsigned32(leaf) => Ok(leaf.one()?.map(|value| u64::from(*value as u32))),
            Counts::Unsigned64(leaf) => Ok(leaf.one()?.map(|value| *value as u64)),
            Counts::Text(leaf) => match leaf.one()?.map(lossy) {
                None => Ok(None),
                Some(text) => wire::count(&text).map(Some).ok_or_else(|| text.into_owned()),
            },
        })
    }
}

/// A column of times: text, or a timestamp in some unit.
enum Times {
    Text(Texts),
    /// Ticks, and how many of them are a millisecond.
    Ticks(Leaf<parquet::data_type::Int64Type>, i64),
    Int96(Leaf<parquet::data_type::Int96Type>),
    /// Days since 1970.
    Days(Leaf<parquet::data_type::Int32Type>),
}

impl Times {
    fn open(group: &dyn RowGroupReader, at: usize) -> Result<Times, ParquetError> {
        let reader = group.get_column_reader(at)?;
        let descr = group.metadata().column(at).column_descr_ptr();
        Ok(match reader {
            ColumnReader::ByteArrayColumnReader(_) => Times::Text(Leaf::new(reader, group, at)),
            ColumnReader::Int96ColumnReader(_) => Times::Int96(Leaf::new(reader, group, at)),
            ColumnReader::Int32ColumnReader(_) => Times::Days(Leaf::new(reader, group, at)),
            _ => {
                let unit = match descr.logical_type_ref() {
                    Some(LogicalType::Timestamp(stamp)) => Some(stamp.unit),
                    _ => None,
                };
                let per_milli = match (unit, descr.converted_type()) {
                    (Some(TimeUnit::NANOS), _) => 1_000_000,
                    (Some(TimeUnit::MICROS), _) | (None, ConvertedType::TIMESTAMP_MICROS) => 1_000,
                    _ => 1,
                };
                Times::Ticks(Leaf::new(reader, group, at), per_milli)
            }
        })
    }

    fn next(&mut self) -> Result<Result<Option<i64>, String>, ParquetError> {
        Ok(match self {
            Times::Ticks(leaf, per_milli) => Ok(leaf.one()?.map(|ticks| ticks.div_euclid(*per_milli))),
            Times::Days(leaf) => Ok(leaf.one()?.map(|days| i64::from(*days) * 24 * 60 * 60 * 1000)),
            Times::Int96(leaf) => Ok(leaf.one()?.map(|time| time.to_millis())),
            Times::Text(leaf) => match leaf.one()? {
                None => Ok(None),
                Some(text) => {
                    let text = text.as_utf8().unwrap_or("not UTF-8");
                    date::millis(text).map(Some).ok_or_else(|| text.to_owned())
                }
            },
        })
    }
}
