use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMillisecondType, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, UInt8Array, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use modelkin::ask;
use modelkin::ink::{Named, Value};
use modelkin::lineage::Lineage;
use modelkin::model::{Learned, Relation};
use modelkin::snapshot::Snapshot;

use crate::made::Made;

/// A `Whole` is every row of a snapshot, or every link of its lineage, as columns that share the memory of the snapshot.
#[derive(Clone)]
pub struct Whole {
    pub snapshot: Snapshot,
    /// The links, if these are meant.
    links: Option<Lineage>,
    batch: Arc<OnceLock<RecordBatch>>,
}

impl Whole {
    pub fn models(snapshot: &Snapshot) -> Whole {
        Whole { snapshot: snapshot.clone(), links: None, batch: Arc::default() }
    }

    pub fn links(snapshot: &Snapshot, links: Lineage) -> Whole {
        Whole { links: Some(links), ..Whole::models(snapshot) }
    }

    pub fn count(&self) -> usize {
        self.links.as_ref().map_or(self.snapshot.len(), Lineage::links)
    }

    /// All of it, made when it is first asked for.
    pub fn batch(&self) -> Result<RecordBatch, ask::Error> {
        if let Some(batch) = self.batch.get() {
            self.snapshot.unchanged()?;
            return Ok(batch.clone());
        }
        let models = self.snapshot.batch()?;
        let made = match &self.links {
            None => signed(&models),
            Some(links) => pairs(links, models.column(0)),
        };
        let made = made.map_err(|error| ask::Error::Unverified(error.into()))?;
        self.snapshot.unchanged()?;
        Ok(self.batch.get_or_init(|| made).clone())
    }

    /// The rows one by one.
    pub fn rows(&self) -> Result<Made<'static>, ask::Error> {
        let batch = self.batch()?;
        let count = batch.num_rows();
        let row = move |at: usize| {
            let schema = batch.schema_ref();
            let value = |(field, column): (&Arc<Field>, &ArrayRef)| (field.name().clone().into(), value(column, at));
            Cow::Owned(schema.fields().iter().zip(batch.columns()).map(value).collect::<Named>())
        };
        Ok(Made { count, kinds: Vec::new(), row: Box::new(row) })
    }
}

/// The same columns with counts as signed numbers, of which two can be taken from each other. No bytes change.
fn signed(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let column = |(field, column): (&Arc<Field>, &ArrayRef)| -> Result<(Arc<Field>, ArrayRef), ArrowError> {
        let Some(counts) = column.as_primitive_opt::<UInt64Type>() else { return Ok((field.clone(), column.clone())) };
        let signed = Int64Array::try_new(counts.values().inner().clone().into(), counts.nulls().cloned())?;
        if signed.iter().flatten().any(i64::is_negative) {
            return Err(ArrowError::ComputeError(format!("{}: a count is higher than any can be", field.name())));
        }
        Ok((Field::clone(field).with_data_type(DataType::Int64).into(), Arc::new(signed)))
    };
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns()).map(column).collect::<Result<Vec<_>, _>>()?;
    let (fields, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Schema::new(fields).into(), columns)
}

/// Links as columns; `ids` are the words of both ends.
fn pairs(links: &Lineage, ids: &ArrayRef) -> Result<RecordBatch, ArrowError> {
    let (mut children, mut relations, mut learned) = (Vec::new(), Vec::new(), Vec::new());
    for (_, child, edge) in links.all_links() {
        children.push(child);
        relations.push(edge.relation as u8);
        learned.push(edge.learned as u8);
    }
    let end = |rows: UInt32Array| DictionaryArray::<UInt32Type>::try_new(rows, ids.clone());
    let word = |codes: Vec<u8>, names: Vec<&str>| {
        DictionaryArray::try_new(UInt8Array::from(codes), Arc::new(StringArray::from(names)))
    };
    let columns: [(&str, ArrayRef); 4] = [
        ("parent", Arc::new(end(UInt32Array::new(links.all_parents().buffer(), None))?)),
        ("child", Arc::new(end(children.into())?)),
        ("relation", Arc::new(word(relations, Relation::ALL.map(Relation::name).to_vec())?)),
        ("learned", Arc::new(word(learned, Learned::ALL.map(Learned::name).to_vec())?)),
    ];
    RecordBatch::try_from_iter(columns)
}

/// A value of a column; bytes are told in hex, instants as text.
fn value(column: &dyn Array, at: usize) -> Value {
    if column.is_null(at) {
        return Value::Missing;
    }
    let hex = |bytes: &[u8]| Value::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(at).into(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(at).into(),
        DataType::Boolean => column.as_boolean().value(at).into(),
        DataType::UInt32 => u64::from(column.as_primitive::<UInt32Type>().value(at)).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(at).into(),
        DataType::Int64 => (column.as_primitive::<Int64Type>().value(at) as u64).into(),
        DataType::Timestamp(..) => {
            let millis = column.as_primitive::<TimestampMillisecondType>().value(at);
            jiff::Timestamp::from_millisecond(millis).ok().map(|at| at.to_string()).into()
        }
        DataType::FixedSizeBinary(_) => hex(column.as_fixed_size_binary().value(at)),
        DataType::LargeBinary => hex(column.as_binary::<i64>().value(at)),
        DataType::Dictionary(..) => {
            // A value that is there has a word.
            let words = column.as_any_dictionary();
            value(words.values(), words.normalized_keys()[at])
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(at);
            Value::List((0..items.len()).map(|at| value(&items, at)).collect())
        }
        DataType::Struct(fields) => {
            let of = column.as_struct();
            Value::group(
                fields.iter().zip(of.columns()).map(|(field, column)| (field.name().clone(), value(column, at))),
            )
        }
        _ => Value::Missing,
    }
}
