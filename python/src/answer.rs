use std::borrow::Cow;
use std::sync::Arc;

use modelkin::ask::{self, Facts};
use modelkin::export::{ColorBy, FilePart, Format, Layout, Paint};
use modelkin::ink::{self, CitationFormat, Report, Section, Table};
use modelkin::snapshot::Snapshot;
use pyo3::prelude::*;

use crate::failed::{asked, raised, wrong};
use crate::heard::heard;
use crate::made::parts;
use crate::rows::{Of, Rows};

/// An `Answer` is what the desk answered, or what is told of all of a snapshot.
#[pyclass(frozen, module = "modelkin._native")]
pub struct Answer(Arc<Said>);

/// What there is to be said.
pub enum Said {
    Answer(Box<ask::Answer>),
    /// Of a whole snapshot: the definition, and the program's command for the same.
    Whole {
        snapshot: Snapshot,
        definition: Vec<String>,
        command: &'static str,
    },
}

impl Answer {
    pub fn new(said: Said) -> Answer {
        Answer(said.into())
    }

    /// The desk's own.
    fn own(&self, py: Python<'_>) -> PyResult<&ask::Answer> {
        match &*self.0 {
            Said::Answer(answer) => Ok(answer),
            Said::Whole { .. } => Err(wrong(py, "all of a snapshot is no answer")),
        }
    }

    /// Does something with the report.
    fn with<T: Send + 'static>(
        &self,
        py: Python<'_>,
        then: impl FnOnce(Report<'_>, &Snapshot) -> T + Send + 'static,
    ) -> PyResult<T> {
        let said = Arc::clone(&self.0);
        let work = move || match &*said {
            Said::Answer(answer) => {
                let done = then(answer.report()?, answer.snapshot());
                answer.snapshot().unchanged()?;
                Ok(done)
            }
            Said::Whole { snapshot, definition, .. } => {
                Ok(then(Report::new(definition.clone(), Vec::new(), Vec::new()), snapshot))
            }
        };
        heard(py, work)?.map_err(|error| asked(py, error))
    }

    fn written(&self, py: Python<'_>, format: ink::Format, has_rows: bool) -> PyResult<String> {
        let write = move |report: Report<'_>, snapshot: &Snapshot| {
            let report = if has_rows { report } else { Report { rows: Vec::new().into(), ..report } };
            let mut text = Vec::new();
            report.write(snapshot, format, &mut text).map(|()| String::from_utf8_lossy(&text).into_owned())
        };
        self.with(py, write)?.map_err(|error| raised(py, "Error", error.to_string(), None))
    }
}

#[pymethods]
impl Answer {
    #[getter]
    fn command(&self) -> String {
        match &*self.0 {
            Said::Answer(answer) => answer.command(),
            Said::Whole { command, .. } => (*command).to_owned(),
        }
    }

    #[getter]
    fn definition(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |report, _| report.definition.join(" "))
    }

    /// Whether the rows of the program's JSON are sections.
    #[getter]
    fn is_report(&self) -> bool {
        match &*self.0 {
            Said::Answer(answer) => match answer.facts() {
                Facts::Sections { .. } | Facts::Section { is_rows: false, .. } => true,
                Facts::Blast { section: Some(section), .. } => section.tables.len() != 1,
                _ => false,
            },
            Said::Whole { .. } => false,
        }
    }

    fn words(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        Ok(self.own(py)?.question().words())
    }

    /// The frame of the program's JSON, without the rows.
    pub fn frame(&self, py: Python<'_>) -> PyResult<String> {
        self.written(py, ink::Format::Json, false)
    }

    /// The answer as people read it.
    fn text(&self, py: Python<'_>) -> PyResult<String> {
        self.written(py, ink::Format::Table, true)
    }

    fn cite(&self, py: Python<'_>, form: &str) -> PyResult<String> {
        let Some(format) = CitationFormat::ALL.into_iter().find(|format| format.name() == form) else {
            let known = CitationFormat::ALL.map(CitationFormat::name).join(", ");
            return Err(wrong(py, format!("{form:?} is no form of citation; there are {known}")));
        };
        let command = self.command();
        self.with(py, move |report, snapshot| {
            ink::Citation { command: &command, definition: &report.definition, snapshot }.write(format)
        })
    }

    fn rows(&self, py: Python<'_>) -> PyResult<Rows> {
        Ok(Rows::new(Of::All(self.own(py)?.clone())))
    }

    /// The tables of its sections: each section's name, the table's, and its title.
    fn parts(&self, py: Python<'_>) -> PyResult<Vec<(String, String, String)>> {
        let parts = parts(self.own(py)?).map_err(|error| asked(py, error))?;
        let named = |(section, table): &(&Section, Cow<'_, Table>)| {
            (section.name.to_owned(), table.name.to_owned(), table.title.to_string())
        };
        Ok(parts.iter().map(named).collect())
    }

    fn part(&self, py: Python<'_>, section: String, name: String) -> PyResult<Rows> {
        Ok(Rows::new(Of::Part(self.own(py)?.clone(), section, name)))
    }

    fn nodes(&self, py: Python<'_>) -> PyResult<Rows> {
        Ok(Rows::new(Of::Nodes(self.own(py)?.clone())))
    }

    fn links(&self, py: Python<'_>) -> PyResult<Rows> {
        Ok(Rows::new(Of::Links(self.own(py)?.clone())))
    }

    /// How many models are selected, those for which one node stands among them.
    fn models(&self, py: Python<'_>) -> PyResult<usize> {
        match self.own(py)?.facts() {
            Facts::Graph { chosen, .. } => Ok(chosen.models.models()),
            _ => Ok(0),
        }
    }

    /// The selection as SVG.
    fn drawing(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let answer = self.own(py)?.clone();
        let draw = move || {
            let Some(graph) = answer.graph()? else { return Ok(None) };
            let (paint, mut svg) = (Paint::new(&graph, ColorBy::Relation), Vec::new());
            // Memory takes whatever is written.
            _ = Format::Svg.write(FilePart::Whole, &graph, &paint, Layout::OUTLINE, &mut svg);
            Ok(Some(String::from_utf8_lossy(&svg).into_owned()))
        };
        heard(py, draw)?.map_err(|error| asked(py, error))
    }
}
