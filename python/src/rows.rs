use std::sync::{Arc, OnceLock};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use modelkin::ask;
use modelkin::ink::{Named, Value};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::columns::batch;
use crate::failed::{asked, raised};
use crate::heard::heard;
use crate::kind::{Kind, fields};
use crate::made::{Made, parts};
use crate::whole::Whole;

/// So many rows are a batch.
const MANY: usize = 1 << 16;

/// A `Rows` is the rows of an answer, or of a part of it.
#[pyclass(frozen, module = "modelkin._native")]
pub struct Rows {
    of: Arc<Of>,
    told: OnceLock<Told>,
}

/// What rows are of.
pub enum Of {
    /// The rows that the program's JSON has.
    All(ask::Answer),
    /// A table of a section, by their names.
    Part(ask::Answer, String, String),
    /// The models of a selection.
    Nodes(ask::Answer),
    /// The links of a selection.
    Links(ask::Answer),
    /// All of a snapshot.
    Whole(Whole),
}

/// What is known of rows when they were made once.
#[derive(Clone)]
struct Told {
    count: usize,
    kinds: Vec<(String, Kind)>,
}

impl Of {
    /// Makes the rows, and does something with them, while nobody writes over what they are read from.
    fn with<T>(&self, then: impl FnOnce(Made<'_>) -> T) -> Result<T, ask::Error> {
        let done = self.made(then)?;
        match self {
            Of::All(answer) | Of::Part(answer, ..) | Of::Nodes(answer) | Of::Links(answer) => answer.snapshot(),
            Of::Whole(whole) => &whole.snapshot,
        }
        .unchanged()?;
        Ok(done)
    }

    fn made<T>(&self, then: impl FnOnce(Made<'_>) -> T) -> Result<T, ask::Error> {
        match self {
            Of::All(answer) => {
                let section = match answer.facts() {
                    ask::Facts::Section { section, is_rows: true } => section.tables.first(),
                    ask::Facts::Blast { section: Some(section), .. } if section.tables.len() == 1 => {
                        section.tables.first()
                    }
                    _ => None,
                };
                let report = answer.report()?;
                Ok(then(Made::of_report(&report, answer.question(), section)))
            }
            Of::Part(answer, section, name) => {
                let parts = parts(answer)?;
                let table = parts
                    .iter()
                    .find(|(known, table)| known.name == *section && table.name == *name)
                    .map(|(_, table)| table);
                let Some(table) = table else { return Ok(then(Made::none())) };
                Ok(then(Made::of_report(&table.report(&[]), answer.question(), Some(table))))
            }
            Of::Nodes(answer) => Ok(match answer.graph()? {
                Some(graph) => then(Made::of_nodes(&graph)),
                None => then(Made::none()),
            }),
            Of::Links(answer) => Ok(match answer.graph()? {
                Some(graph) => then(Made::of_links(&graph)),
                None => then(Made::none()),
            }),
            Of::Whole(whole) => Ok(then(whole.rows()?)),
        }
    }
}

impl Rows {
    pub fn new(of: Of) -> Rows {
        Rows { of: of.into(), told: OnceLock::new() }
    }

    /// How many rows there are, and what their columns hold.
    fn told(&self, py: Python<'_>) -> PyResult<&Told> {
        if let Some(told) = self.told.get() {
            return Ok(told);
        }
        let of = Arc::clone(&self.of);
        let told = heard(py, move || of.with(|made| Told { count: made.count, kinds: made.kinds }))?
            .map_err(|error| asked(py, error))?;
        Ok(self.told.get_or_init(|| told))
    }

    fn arrow_schema(&self, py: Python<'_>) -> PyResult<SchemaRef> {
        match &*self.of {
            Of::Whole(whole) => Ok(batch_of(py, whole)?.schema()),
            _ => Ok(Arc::new(Schema::new(fields(&self.told(py)?.kinds)))),
        }
    }
}

fn batch_of(py: Python<'_>, whole: &Whole) -> PyResult<RecordBatch> {
    let whole = whole.clone();
    heard(py, move || whole.batch())?.map_err(|error| asked(py, error))
}

/// Rows as batches.
fn batches(made: &Made<'_>, kinds: &[(String, Kind)]) -> Result<Vec<RecordBatch>, ArrowError> {
    let chunk = |from: usize| {
        let rows: Vec<Named> = (from..made.count.min(from + MANY)).map(|at| (made.row)(at).into_owned()).collect();
        batch(kinds, &rows)
    };
    (0..made.count).step_by(MANY).map(chunk).collect()
}

#[pymethods]
impl Rows {
    /// Whether they are all that the answer has.
    #[getter]
    fn is_all(&self) -> bool {
        matches!(*self.of, Of::All(_))
    }

    fn names(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.arrow_schema(py)?.fields().iter().map(|field| field.name().clone()).collect())
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        match &*self.of {
            Of::Whole(whole) => Ok(whole.count()),
            _ => Ok(self.told(py)?.count),
        }
    }

    /// Some rows as JSON, as the program writes them.
    fn json(&self, py: Python<'_>, start: usize, end: usize) -> PyResult<String> {
        let of = Arc::clone(&self.of);
        let write = move || {
            of.with(|made| {
                let rows = (start..made.count.min(end)).map(|at| Value::Group((made.row)(at).into_owned()));
                serde_json::to_string(&Value::List(rows.collect()))
            })
        };
        let text = heard(py, write)?.map_err(|error| asked(py, error))?;
        text.map_err(|error| raised(py, "Error", error.to_string(), None))
    }

    fn stream<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let (schema, batches) = match &*self.of {
            Of::Whole(whole) => {
                let batch = batch_of(py, whole)?;
                (batch.schema(), vec![batch])
            }
            _ => {
                let (told, of) = (self.told(py)?.clone(), Arc::clone(&self.of));
                let schema = self.arrow_schema(py)?;
                let made = heard(py, move || of.with(|made| batches(&made, &told.kinds)))?
                    .map_err(|error| asked(py, error))?;
                (schema, made.map_err(|error| raised(py, "Error", error.to_string(), None))?)
            }
        };
        let reader = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    fn schema<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(&*self.arrow_schema(py)?);
        let schema = schema.map_err(|error| raised(py, "Error", error.to_string(), None))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }
}
