//! Rows become arrays of Arrow.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch, RecordBatchOptions,
    StringArray, StructArray, TimestampMillisecondArray,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, Field, Schema};
use modelkin::ink::{Named, Value};

use crate::kind::{Kind, fields};

const MISSING: Value = Value::Missing;

/// Rows as a batch.
pub fn batch(kinds: &[(String, Kind)], rows: &[Named]) -> Result<RecordBatch, ArrowError> {
    let schema = Arc::new(Schema::new(fields(kinds)));
    let rows: Vec<&Named> = rows.iter().collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(schema, columns(kinds, &rows)?, &options)
}

fn columns(kinds: &[(String, Kind)], rows: &[&Named]) -> Result<Vec<ArrayRef>, ArrowError> {
    let column = |(at, (name, kind)): (usize, &(String, Kind))| {
        let value = |row: &&'_ Named| match row.get(at).filter(|(known, _)| known == name) {
            Some(_) => Some(at),
            None => row.iter().position(|(known, _)| known == name),
        };
        let values: Vec<&Value> = rows.iter().map(|row| value(row).map_or(&MISSING, |at| &row[at].1)).collect();
        array(kind, &values)
    };
    kinds.iter().enumerate().map(column).collect()
}

fn array(kind: &Kind, values: &[&Value]) -> Result<ArrayRef, ArrowError> {
    let values = values.iter().copied();
    Ok(match kind {
        Kind::Text => {
            let text = |value: &Value| match value {
                Value::Missing | Value::NotJudged => None,
                Value::Text(text) => Some(text.clone()),
                other => Some(other.cell()),
            };
            Arc::new(values.map(text).collect::<StringArray>())
        }
        Kind::Whole => {
            let whole = |value: &Value| match value {
                Value::Count(count) => i64::try_from(*count).ok(),
                Value::Number(number) if number.fract() == 0.0 => Some(*number as i64),
                _ => None,
            };
            Arc::new(values.map(whole).collect::<Int64Array>())
        }
        Kind::Number => {
            Arc::new(values.map(|value| value.number().filter(|n| n.is_finite())).collect::<Float64Array>())
        }
        Kind::Flag => {
            let flag = |value: &Value| if let Value::Flag(flag) = value { Some(*flag) } else { None };
            Arc::new(values.map(flag).collect::<BooleanArray>())
        }
        Kind::Day => {
            let day = |value: &Value| match value {
                Value::Text(text) => days(text),
                _ => None,
            };
            Arc::new(values.map(day).collect::<Date32Array>())
        }
        Kind::Instant => {
            let instant = |value: &Value| match value {
                Value::Text(text) => text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond),
                _ => None,
            };
            Arc::new(values.map(instant).collect::<TimestampMillisecondArray>().with_timezone("UTC"))
        }
        Kind::List(of) => {
            let items = |value: &'_ Value| if let Value::List(items) = value { items.len() } else { 0 };
            let lengths = OffsetBuffer::from_lengths(values.clone().map(items));
            let known: NullBuffer = values.clone().map(|value| matches!(value, Value::List(_))).collect();
            let all: Vec<&Value> =
                values.flat_map(|value| if let Value::List(items) = value { &items[..] } else { &[] }).collect();
            let item = Field::new("item", of.data_type(), true);
            Arc::new(ListArray::try_new(item.into(), lengths, array(of, &all)?, Some(known))?)
        }
        Kind::Group(of) => {
            let none = Named::new();
            let known: NullBuffer = values.clone().map(|value| matches!(value, Value::Group(_))).collect();
            let rows: Vec<&Named> =
                values.map(|value| if let Value::Group(row) = value { row } else { &none }).collect();
            Arc::new(StructArray::try_new_with_length(fields(of), columns(of, &rows)?, Some(known), rows.len())?)
        }
    })
}

/// The days of a date since 1970.
fn days(text: &str) -> Option<i32> {
    let day: jiff::civil::Date = text.parse().ok()?;
    let since = day.since((jiff::Unit::Day, jiff::civil::date(1970, 1, 1))).ok()?;
    Some(since.get_days())
}
