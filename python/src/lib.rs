//! The library and the program behind the Python package. Everything that is public there is typed Python; this is a thin door to the desk.

#[path = "../../src/bin/modelkin/program.rs"]
mod program;

mod answer;
mod columns;
mod failed;
mod heard;
mod hub;
mod kind;
mod made;
mod own;
mod rows;
mod whole;

use pyo3::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The library behind the package.
#[pymodule(gil_used = false)]
mod _native {
    use std::ffi::OsString;
    use std::io::Write;
    use std::path::PathBuf;
    use std::process::ExitCode;

    use pyo3::prelude::*;

    #[pymodule_export]
    use super::answer::Answer;
    #[pymodule_export]
    use super::hub::Hub;
    #[pymodule_export]
    use super::rows::Rows;
    use super::{own, program};

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "a name of Python's")]
    const version: &str = env!("CARGO_PKG_VERSION");

    #[pyfunction]
    fn open(
        py: Python<'_>,
        path: Option<PathBuf>,
        families: Option<PathBuf>,
        owners: Option<PathBuf>,
        trust_nothing: bool,
        wait: Option<u64>,
    ) -> PyResult<Hub> {
        Hub::open(py, path, program::args::Tables { owners, families }, trust_nothing, wait)
    }

    #[pyfunction]
    fn from_links(py: Python<'_>, links: &Bound<'_, PyAny>, names: Vec<String>) -> PyResult<Hub> {
        own::hub(py, links, names)
    }

    /// Runs the program, of which the first word is the name, and gives its exit code.
    #[pyfunction]
    fn main(py: Python<'_>, words: Vec<OsString>) -> u8 {
        let code = py.detach(|| program::main(words));
        // Nobody else does it where Rust did not begin.
        _ = std::io::stdout().flush();
        // Its number is told to the system alone.
        (0..=u8::MAX).find(|number| ExitCode::from(*number) == code).unwrap_or(u8::MAX)
    }
}
