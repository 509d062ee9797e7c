//! One flat column of a row group, a batch at a time, handed out row by row: counts, times and flags.

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_typed_column_reader};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::ColumnDescriptor;

use super::fault::{general, in_column};
use super::foreign;
use super::texts::{TextColumn, read};
use crate::model::DAY;
use crate::source::date;
use crate::source::hub::fields;

/// Rows that are taken from each column at a time.
const BATCH: usize = 4096;

/// One flat leaf column: a batch of its values, handed out row by row.
pub(super) struct Leaf<T: DataType> {
    reader: ColumnReaderImpl<T>,
    name: String,
    max_def: i16,
    /// None where no row may be null.
    defs: Vec<i16>,
    values: Vec<T::T>,
    /// The next row and the next value of the batch.
    row: usize,
    value: usize,
    rows: usize,
}

impl<T: DataType> Leaf<T> {
    fn new(reader: ColumnReader, group: &dyn RowGroupReader, at: usize) -> Leaf<T> {
        let descr = group.metadata().column(at).column_descr();
        Leaf {
            reader: get_typed_column_reader(reader),
            name: descr.path().string(),
            max_def: descr.max_def_level(),
            defs: Vec::new(),
            values: Vec::new(),
            row: 0,
            value: 0,
            rows: 0,
        }
    }

    /// The next row: nothing where it is null.
    fn one(&mut self) -> Result<Option<&T::T>, ParquetError> {
        if self.row == self.rows {
            self.refill().map_err(|error| in_column(&self.name, None, &error))?;
        }
        let is_there = self.defs.get(self.row).is_none_or(|def| *def == self.max_def);
        self.row += 1;
        self.value += usize::from(is_there);
        Ok(if is_there { self.values.get(self.value - 1) } else { None })
    }

    fn refill(&mut self) -> Result<(), ParquetError> {
        (self.row, self.value) = (0, 0);
        self.defs.clear();
        self.values.clear();
        (self.rows, _, _) = foreign(|| self.reader.read_records(BATCH, Some(&mut self.defs), None, &mut self.values))?;
        let dense = match self.max_def {
            0 => self.rows,
            max => self.defs.iter().filter(|def| **def == max).count(),
        };
        let has_levels = self.max_def == 0 || self.defs.len() == self.rows;
        if self.rows == 0 || dense != self.values.len() || !has_levels {
            return Err(general("it ends before its row group does"));
        }
        Ok(())
    }
}

/// A column of counts, of whatever number type.
pub(super) enum Counts {
    Int32(Leaf<parquet::data_type::Int32Type>),
    Int64(Leaf<parquet::data_type::Int64Type>),
    Float(Leaf<parquet::data_type::FloatType>),
    Double(Leaf<parquet::data_type::DoubleType>),
    /// With what a text means.
    Text(TextColumn, fn(&str) -> Option<u64>),
    Unsigned32(Leaf<parquet::data_type::Int32Type>),
    Unsigned64(Leaf<parquet::data_type::Int64Type>),
}

impl Counts {
    /// A text of the column of that name may be an object.
    pub fn open(group: &dyn RowGroupReader, at: usize, name: &str) -> Result<Counts, ParquetError> {
        let reader = group.get_column_reader(at)?;
        let kind = group.metadata().column(at).column_descr_ptr().converted_type();
        let read = if name == "safetensors" { fields::total } else { fields::count };
        Ok(match reader {
            ColumnReader::ByteArrayColumnReader(_) => Counts::Text(TextColumn::open(group, at)?, read),
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
        let float = |value: f64| match fields::whole(value) {
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
            Counts::Text(leaf, count) => match leaf.one()?.map(read) {
                None => Ok(None),
                Some(text) => count(text).map(Some).ok_or_else(|| text.to_owned()),
            },
        })
    }
}

/// A column of yes and no, or of what the Hub says of a gate.
pub(super) enum Flags {
    Bool(Box<Leaf<parquet::data_type::BoolType>>),
    Text(TextColumn),
}

impl Flags {
    pub fn open(group: &dyn RowGroupReader, at: usize) -> Result<Flags, ParquetError> {
        Ok(match group.get_column_reader(at)? {
            ColumnReader::ByteArrayColumnReader(_) => Flags::Text(TextColumn::open(group, at)?),
            reader => Flags::Bool(Box::new(Leaf::new(reader, group, at))),
        })
    }

    /// The next row's value, by what its text means, or the text itself if it means nothing.
    pub fn next<T>(&mut self, flag: impl Fn(&str) -> Option<T>) -> Result<Result<Option<T>, String>, ParquetError> {
        let text = match self {
            Flags::Bool(leaf) => leaf.one()?.map(|flag| if *flag { "true" } else { "false" }),
            Flags::Text(leaf) => leaf.one()?.map(read),
        };
        Ok(match text {
            None => Ok(None),
            Some(text) => flag(text).map(Some).ok_or_else(|| text.to_owned()),
        })
    }
}

/// A column of times: text, or a timestamp in some unit.
pub(super) enum Times {
    Text(TextColumn),
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
            ColumnReader::ByteArrayColumnReader(_) => Times::Text(TextColumn::open(group, at)?),
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
            Times::Days(leaf) => Ok(leaf.one()?.map(|days| i64::from(*days) * DAY)),
            Times::Int96(leaf) => Ok(leaf.one()?.map(|time| time.to_millis())),
            Times::Text(leaf) => match leaf.one()? {
                None => Ok(None),
                Some(text) => {
                    let text = text.unwrap_or("not UTF-8");
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
