//! Errors become exceptions of the package, with the program's words.

use modelkin::ask::{self, Near};
use modelkin::model::Hint;
use modelkin::{census, snapshot};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// An exception of the package, by its name there.
pub fn raised(py: Python<'_>, name: &str, text: String, nearest: Option<Vec<String>>) -> PyErr {
    static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let made = ERRORS
        .get_or_try_init(py, || py.import("modelkin._errors").map(Bound::unbind))
        .and_then(|errors| errors.bind(py).getattr(name))
        .and_then(|class| Ok(class.cast_into::<PyType>()?));
    match (made, nearest) {
        (Ok(class), Some(nearest)) => PyErr::from_type(class, (text, nearest)),
        (Ok(class), None) => PyErr::from_type(class, (text,)),
        (Err(error), _) => error,
    }
}

/// A question that cannot be asked so.
pub fn wrong(py: Python<'_>, text: impl Into<String>) -> PyErr {
    raised(py, "QuestionError", text.into(), None)
}

/// What the desk says.
pub fn asked(py: Python<'_>, error: ask::Error) -> PyErr {
    let hint = match error.hint() {
        Some(Hint::Wait) => "; a snapshot that is opened with wait=None counts it all the same",
        _ => "",
    };
    let text = format!("{error}{hint}");
    match error {
        ask::Error::Contradiction(_)
        | ask::Error::NoSection { .. }
        | ask::Error::NoTable { .. }
        | ask::Error::NoKind { .. }
        | ask::Error::NothingBefore
        | ask::Error::NoSeries => wrong(py, text),
        ask::Error::Unknown(unknown) => {
            let name = |near: &Near| match near {
                Near::Owner(name) => format!("{name}/*"),
                Near::Family(name) | Near::Model(name, _) => name.clone(),
                near => near.to_string(),
            };
            raised(py, "UnknownName", text, Some(unknown.near.iter().map(name).collect()))
        }
        ask::Error::NoModel(missing) => raised(py, "UnknownName", text, Some(missing.nearest)),
        ask::Error::NoMember { .. } => raised(py, "UnknownName", text, Some(Vec::new())),
        ask::Error::Counting(census::Error::Snapshot(_)) => raised(py, "SnapshotError", text, None),
        _ => raised(py, "Error", text, None),
    }
}

/// What is wrong with a snapshot.
pub fn read(py: Python<'_>, error: snapshot::Error) -> PyErr {
    raised(py, "SnapshotError", error.to_string(), None)
}
