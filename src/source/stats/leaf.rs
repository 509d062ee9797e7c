//! One leaf column of a row group, a batch at a time, handed out row by row: counts, times, flags, and texts in rare
//! encodings.

use std::borrow::Cow;

use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};

use super::texts::Texts;
use crate::source::date;
use crate::source::hub::wire;

/// Rows that are taken from each column at a time.
const BATCH: usize = 4096;

/// One leaf column: a batch of its values, handed out row by row.
pub(super) struct Leaf<T: DataType> {
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
    pub fn new(reader: ColumnReader, group: &dyn RowGroupReader, at: usize) -> Leaf<T> {
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
    pub fn next(&mut self) -> Result<Option<&[T::T]>, ParquetError> {
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
    pub fn one(&mut self) -> Result<Option<&T::T>, ParquetError> {
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
pub(super) fn there(schema: &SchemaDescriptor, path: &[String]) -> i16 {
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
pub(super) enum Counts {
    Int32(Leaf<parquet::data_type::Int32Type>),
    Int64(Leaf<parquet::data_type::Int64Type>),
    Float(Leaf<parquet::data_type::FloatType>),
    Double(Leaf<parquet::data_type::DoubleType>),
    /// With what a text means.
    Text(Texts, fn(&str) -> Option<u64>),
    Unsigned32(Leaf<parquet::data_type::Int32Type>),
    Unsigned64(Leaf<parquet::data_type::Int64Type>),
}

impl Counts {
    /// A text of the column of that name may be an object.
    pub fn open(group: &dyn RowGroupReader, at: usize, name: &str) -> Result<Counts, ParquetError> {
        let reader = group.get_column_reader(at)?;
        let kind = group.metadata().column(at).column_descr_ptr().converted_type();
        let read = if name == "safetensors" { wire::total } else { wire::count };
        Ok(match reader {
            ColumnReader::ByteArrayColumnReader(_) => Counts::Text(Texts::open(group, at)?, read),
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
    pub fn next(&mut self) -> Result<Result<Option<u64>, String>, ParquetError> {
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
            Counts::Text(leaf, read) => match leaf.one()?.map(lossy) {
                None => Ok(None),
                Some(text) => read(&text).map(Some).ok_or_else(|| text.into_owned()),
            },
        })
    }
}

/// A column of yes and no, or of what the Hub says of a gate.
pub(super) enum Flags {
    Bool(Box<Leaf<parquet::data_type::BoolType>>),
    Text(Texts),
}

impl Flags {
    pub fn open(group: &dyn RowGroupReader, at: usize) -> Result<Flags, ParquetError> {
        Ok(match group.get_column_reader(at)? {
            ColumnReader::ByteArrayColumnReader(_) => Flags::Text(Texts::open(group, at)?),
            reader => Flags::Bool(Box::new(Leaf::new(reader, group, at))),
        })
    }

    /// The next row's value, by what its text means, or the text itself if it means nothing.
    pub fn next<T>(&mut self, read: impl Fn(&str) -> Option<T>) -> Result<Result<Option<T>, String>, ParquetError> {
        let text = match self {
            Flags::Bool(leaf) => leaf.one()?.map(|flag| Cow::Borrowed(if *flag { "true" } else { "false" })),
            Flags::Text(leaf) => leaf.one()?.map(lossy),
        };
        Ok(match text {
            None => Ok(None),
            Some(text) => read(&text).map(Some).ok_or_else(|| text.into_owned()),
        })
    }
}

/// A column of times: text, or a timestamp in some unit.
pub(super) enum Times {
    Text(Texts),
    /// Ticks, and how many of them are a millisecond.
    Ticks(Leaf<parquet::data_type::Int64Type>, i64),
    Int96(Leaf<parquet::data_type::Int96Type>),
    /// Seconds since 1970, or parts of them: which is plain from their size.
    Number(Leaf<parquet::data_type::Int64Type>),
    Number32(Leaf<parquet::data_type::Int32Type>),
    Float(Leaf<parquet::data_type::DoubleType>),
    /// Days since 1970.
    Days(Leaf<parquet::data_type::Int32Type>),
}

impl Times {
    pub fn open(group: &dyn RowGroupReader, at: usize) -> Result<Times, ParquetError> {
        let reader = group.get_column_reader(at)?;
        let descr = group.metadata().column(at).column_descr_ptr();
        Ok(match reader {
            ColumnReader::ByteArrayColumnReader(_) => Times::Text(Texts::open(group, at)?),
            ColumnReader::Int96ColumnReader(_) => Times::Int96(Leaf::new(reader, group, at)),
            ColumnReader::Int32ColumnReader(_) if descr.converted_type() == ConvertedType::DATE => {
                Times::Days(Leaf::new(reader, group, at))
            }
            ColumnReader::Int32ColumnReader(_) => Times::Number32(Leaf::new(reader, group, at)),
            ColumnReader::DoubleColumnReader(_) => Times::Float(Leaf::new(reader, group, at)),
            _ if !is_stamp(&descr) => Times::Number(Leaf::new(reader, group, at)),
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

    pub fn next(&mut self) -> Result<Result<Option<i64>, String>, ParquetError> {
        let of_number = |number: Option<f64>| match number.filter(|number| !number.is_nan()) {
            None => Ok(None),
            Some(number) => date::of_number(number).map(Some).ok_or_else(|| number.to_string()),
        };
        Ok(match self {
            Times::Ticks(leaf, per_milli) => Ok(leaf.one()?.map(|ticks| ticks.div_euclid(*per_milli))),
            Times::Number(leaf) => of_number(leaf.one()?.map(|number| *number as f64)),
            Times::Number32(leaf) => of_number(leaf.one()?.map(|number| f64::from(*number))),
            Times::Float(leaf) => of_number(leaf.one()?.copied()),
            Times::Days(leaf) => Ok(leaf.one()?.map(|days| i64::from(*days) * 24 * 60 * 60 * 1000)),
            Times::Int96(leaf) => Ok(leaf.one()?.map(|time| time.to_millis())),
            Times::Text(leaf) => match leaf.one()? {
                None => Ok(None),
                Some(text) => {
                    let text = std::str::from_utf8(text).unwrap_or("not UTF-8");
                    date::millis(text).map(Some).ok_or_else(|| text.to_owned())
                }
            },
        })
    }
}

/// Whether the numbers of a column are times by their type.
fn is_stamp(descr: &ColumnDescriptor) -> bool {
    matches!(descr.logical_type_ref(), Some(LogicalType::Timestamp(_)))
        || matches!(descr.converted_type(), ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS)
}

/// Bytes as text, however they were written.
pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // Nearly all is UTF-8, which is told faster than where it is none.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}
