//! Somebody's own links become a snapshot.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{Array, RecordBatchReader};
use arrow_schema::{ArrowError, DataType};
use modelkin::ask::{Atlas, Tables};
use modelkin::model::{Authority, Learned, ModelId, Parent, Record, Relation};
use modelkin::snapshot::{Builder, Snapshot};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::failed::{raised, wrong};
use crate::heard::heard;
use crate::hub::Hub;

/// A link: parent, child, and the relation if one is stated.
type Link = (String, String, Option<String>);

/// After so many links the interpreter is asked whether somebody wants to end it.
const MANY: usize = 1 << 16;

/// Makes a snapshot of links, and of names that may have none.
pub fn hub(py: Python<'_>, links: &Bound<'_, PyAny>, names: Vec<String>) -> PyResult<Hub> {
    let links = if links.hasattr("__arrow_c_stream__")? { of_table(links)? } else { of_tuples(links)? };
    if links.is_empty() && names.is_empty() {
        return Err(wrong(
            py,
            "there is no link and no name; a table or a stream that was read before has nothing more",
        ));
    }
    let snapshot = heard(py, move || made(&links, &names))?.map_err(|text| wrong(py, text))?;
    let tables = Tables::built_in().map_err(|error| raised(py, "Error", error.to_string(), None))?;
    Ok(Hub::new(Atlas::new(&snapshot, tables)))
}

fn of_tuples(links: &Bound<'_, PyAny>) -> PyResult<Vec<Link>> {
    let link = |link: PyResult<Bound<'_, PyAny>>| {
        let link = link?;
        if let Ok((parent, child)) = link.extract::<(String, String)>() {
            return Ok((parent, child, None));
        }
        let unfit =
            |_| wrong(link.py(), format!("{link:?} is no link: a parent, its child, and the relation if one is known"));
        link.extract::<Link>().map_err(unfit)
    };
    let none = |_| {
        wrong(links.py(), "links are a table with the columns parent and child, or tuples of a parent and its child")
    };
    let mut all = Vec::new();
    for one in links.try_iter().map_err(none)? {
        all.push(link(one)?);
        if all.len() % MANY == 0 {
            links.py().check_signals()?;
        }
    }
    Ok(all)
}

fn of_table(table: &Bound<'_, PyAny>) -> PyResult<Vec<Link>> {
    let py = table.py();
    let failed = |error: ArrowError| {
        let tip = match error.to_string().contains("\"Null\"") {
            true => "; leave out columns that have no value at all",
            false => "",
        };
        wrong(py, format!("the table of links cannot be read: {error}{tip}"))
    };
    let capsule = table.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(c"arrow_array_stream"))?.as_ptr().cast::<FFI_ArrowArrayStream>();
    #[allow(unsafe_code, reason = "Arrow's C interface hands a stream over by its address")]
    // SAFETY: a capsule of that name holds such a stream, which is taken out of it once: what is left there is marked as released.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer) };
    let mut links = Vec::new();
    let batches = RecordBatchStreamReader::try_new(stream).map_err(failed)?;
    let schema = batches.schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    let place = |name: &str| match names.iter().filter(|known| **known == name).count() {
        0 | 1 => Ok(names.iter().position(|known| *known == name)),
        _ => Err(wrong(py, format!("links have several columns {name}; there are {}", names.join(", ")))),
    };
    let (Some(parent), Some(child), relation) = (place("parent")?, place("child")?, place("relation")?) else {
        return Err(wrong(py, format!("links need the columns parent and child; there are {}", names.join(", "))));
    };
    for batch in batches {
        let batch = batch.map_err(failed)?;
        py.check_signals()?;
        let column = |at: usize| {
            // Whoever made it may have put anything there.
            let checked = batch.column(at).to_data().validate_full();
            let damaged = |error| format!("the column {} is damaged: {error}", names[at]);
            checked.map_err(damaged).and_then(|()| texts(names[at], batch.column(at))).map_err(|text| wrong(py, text))
        };
        let (parents, children) = (column(parent)?, column(child)?);
        let relations = relation.map(column).transpose()?;
        for row in 0..batch.num_rows() {
            let (Some(parent), Some(child)) = (parents[row].clone(), children[row].clone()) else {
                return Err(wrong(py, format!("link {} has no parent or no child", links.len() + 1)));
            };
            links.push((parent, child, relations.as_ref().and_then(|relations| relations[row].clone())));
            if links.len() % MANY == 0 {
                py.check_signals()?;
            }
        }
    }
    Ok(links)
}

/// The texts of a column, whichever way they are kept.
fn texts(name: &str, column: &dyn Array) -> Result<Vec<Option<String>>, String> {
    let own = |text: Option<&str>| text.map(str::to_owned);
    Ok(match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().iter().map(own).collect(),
        DataType::LargeUtf8 => column.as_string::<i64>().iter().map(own).collect(),
        DataType::Utf8View => column.as_string_view().iter().map(own).collect(),
        DataType::Dictionary(..) => {
            let of = column.as_any_dictionary();
            let words = texts(name, of.values())?;
            // Without words there are no keys to read.
            if words.is_empty() {
                return Ok(vec![None; of.len()]);
            }
            let keys = of.normalized_keys();
            (0..of.len()).map(|at| if of.is_null(at) { None } else { words.get(keys[at]).cloned().flatten() }).collect()
        }
        DataType::Null => vec![None; column.len()],
        other => return Err(format!("the column {name} holds {other}, and texts were expected")),
    })
}

fn made(links: &[Link], names: &[String]) -> Result<Snapshot, String> {
    let mut models: Vec<Record<'static>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut place = |name: &str, models: &mut Vec<Record<'static>>| {
        let id = ModelId::read(name).map_err(|fault| format!("{name:?} can be no model's id: {fault}"))?;
        match places.entry(id.key()) {
            Entry::Occupied(known) => match &models[*known.get()].id {
                other if *other == id => Ok(*known.get()),
                other => Err(format!("{name:?} and {:?} are one id, since case makes no difference", other.as_str())),
            },
            Entry::Vacant(free) => {
                models.push(Record { authority: Authority::Listing, ..Record::new(id) });
                Ok(*free.insert(models.len() - 1))
            }
        }
    };
    for name in names {
        place(name, &mut models)?;
    }
    for (parent, child, relation) in links {
        let relation = match relation.as_deref() {
            None | Some("") => Relation::Unstated,
            Some(name) => Relation::from_name(name).ok_or_else(|| {
                format!("{name:?} is no relation; there are {}", Relation::ALL.map(Relation::name).join(", "))
            })?,
        };
        let (parent, child) = (place(parent, &mut models)?, place(child, &mut models)?);
        let parent = Parent::new(models[parent].id.clone(), relation, Learned::Declared);
        models[child].parents.push(parent);
    }
    let mut builder = Builder::new();
    builder.source("links", "links");
    models.into_iter().for_each(|record| builder.add(Ok(record)));
    builder.finish(concat!("modelkin ", env!("CARGO_PKG_VERSION")), None, None).map_err(|error| error.to_string())
}
