use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use modelkin::ask::{Atlas, Error, Filter, Question};
use modelkin::ink::{Value, day, grouped};
use modelkin::lineage::Lineage;
use modelkin::model::{Count, Relation, Word, WordList};
use modelkin::snapshot::{Row, Snapshot};
use pyo3::prelude::*;

use crate::answer::{Answer, Said};
use crate::failed::{asked, raised, read, wrong};
use crate::heard::heard;
use crate::program::{args, desk, snapshots};
use crate::rows::{Of, Rows};
use crate::whole::Whole;

/// A `Hub` is a snapshot that is ready to be asked.
#[pyclass(frozen, module = "modelkin._native")]
pub struct Hub {
    atlas: Atlas,
    path: Option<PathBuf>,
    models: Whole,
    links: OnceLock<Whole>,
}

impl Hub {
    pub fn open(
        py: Python<'_>,
        path: Option<PathBuf>,
        tables: args::Tables,
        trust_nothing: bool,
        wait: Option<u64>,
    ) -> PyResult<Hub> {
        let named = path.clone();
        let work = move || -> anyhow::Result<Atlas> {
            let tables = desk::tables(&tables)?;
            let snapshot = match &path {
                Some(path) => snapshots::open_named("", path)?,
                None => snapshots::last_or_sample()?,
            };
            let trusted = if trust_nothing { snapshot.proven()? } else { snapshot };
            Ok(Atlas::new(&trusted, tables).waiting(wait))
        };
        let opened = heard(py, work)?.map_err(|error| {
            let text = crate::program::output::with_causes(&error);
            match &named {
                Some(path) if !path.exists() && path != Path::new(snapshots::SAMPLE) => {
                    raised(py, "NoSnapshot", text, None)
                }
                _ if error.is::<modelkin::snapshot::Error>() => raised(py, "SnapshotError", text, None),
                _ => raised(py, "Error", text, None),
            }
        })?;
        Ok(Hub::new(opened))
    }

    pub fn new(atlas: Atlas) -> Hub {
        // Wherever Python goes meanwhile.
        let path = atlas.snapshot().path().map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        let models = Whole::models(atlas.snapshot());
        Hub { atlas, path, models, links: OnceLock::new() }
    }

    /// The lineage, of a file that nobody has written over.
    fn lineage(&self, py: Python<'_>) -> PyResult<Lineage> {
        self.atlas.snapshot().unchanged().map_err(|error| read(py, error))?;
        py.detach(|| self.atlas.lineage()).map_err(|error| asked(py, error))
    }

    /// The row of a model, by its id or an old one.
    fn row(&self, py: Python<'_>, id: &str) -> PyResult<(Lineage, Row)> {
        let lineage = self.lineage(py)?;
        let row = py.detach(|| lineage.find(id)).map_err(|missing| asked(py, missing.into()))?;
        Ok((lineage, row))
    }

    fn whole(&self, whole: Whole, definition: Vec<String>, command: &'static str) -> (Answer, Rows) {
        let snapshot = self.atlas.snapshot().clone();
        (Answer::new(Said::Whole { snapshot, definition, command }), Rows::new(Of::Whole(whole)))
    }
}

#[pymethods]
impl Hub {
    /// The file that it lies in, if it does.
    #[getter]
    fn path(&self) -> Option<OsString> {
        self.path.clone().map(Into::into)
    }

    /// What it is of, as the program's JSON has it.
    fn snapshot(&self, py: Python<'_>) -> PyResult<String> {
        let (answer, _) = self.whole(self.models.clone(), Vec::new(), "");
        answer.frame(py)
    }

    fn models(&self) -> (Answer, Rows) {
        let snapshot = self.atlas.snapshot();
        let counts = &snapshot.provenance().counts;
        let old = snapshot.len() as u64 - counts.models - counts.unlisted;
        let definition = format!(
            "Every row of the snapshot, in order of the ids: {} listed models, {} unlisted parents, and {} old ids of renamed models, which \
             are none. A row's number is what alias_of and the rows of parents refer to.",
            grouped(counts.models),
            grouped(counts.unlisted),
            grouped(old)
        );
        self.whole(self.models.clone(), vec![definition], "modelkin export --all --to parquet -o hub.parquet")
    }

    fn links(&self, py: Python<'_>) -> PyResult<(Answer, Rows)> {
        let definition = "Every link from a parent to a child, one for each pair: old ids are followed, links of a model to itself left out, \
                          and unlisted parents kept.";
        let lineage = self.lineage(py)?;
        let whole = self.links.get_or_init(|| Whole::links(self.atlas.snapshot(), lineage)).clone();
        Ok(self.whole(whole, vec![definition.into()], "modelkin export --all --to parquet -o hub.parquet"))
    }

    /// The id of a model that is named as questions name it: by its id, an old one, an address, or without its owner.
    fn find(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        let lineage = self.lineage(py)?;
        if let Some(row) = lineage.row(name) {
            return Ok(lineage.snapshot().id(row).to_owned());
        }
        let (atlas, name) = (self.atlas.clone(), name.to_owned());
        let found = heard(py, move || {
            let id = atlas.model(&name)?;
            Ok(lineage.snapshot().id(lineage.find(&id)?).to_owned())
        });
        found?.map_err(|error: Error| asked(py, error))
    }

    fn has(&self, py: Python<'_>, name: &str) -> PyResult<bool> {
        if self.lineage(py)?.row(name).is_some() {
            return Ok(true);
        }
        let (atlas, name) = (self.atlas.clone(), name.to_owned());
        heard(py, move || atlas.model(&name).is_ok())
    }

    /// All that is known of a model, as JSON.
    fn about(&self, py: Python<'_>, id: &str) -> PyResult<String> {
        let (_, row) = self.row(py, id)?;
        let atlas = self.atlas.clone();
        let told = heard(py, move || about(&atlas, row))?.map_err(|error| asked(py, error))?;
        serde_json::to_string(&told).map_err(|error| raised(py, "Error", error.to_string(), None))
    }

    fn parents(&self, py: Python<'_>, id: &str) -> PyResult<Vec<String>> {
        let (lineage, row) = self.row(py, id)?;
        Ok(lineage.parents(row).map(|(parent, _)| lineage.snapshot().id(parent).to_owned()).collect())
    }

    fn children(&self, py: Python<'_>, id: &str, relation: Option<&str>) -> PyResult<Vec<String>> {
        let (lineage, row) = self.row(py, id)?;
        let wanted = relation.map(|name| {
            let known = || Relation::ALL.map(Relation::name).join(", ");
            Relation::from_name(name).ok_or_else(|| wrong(py, format!("{name:?} is none of {}", known())))
        });
        let wanted = wanted.transpose()?;
        let children = lineage.children(row).filter(|(_, edge)| wanted.is_none_or(|wanted| edge.relation == wanted));
        Ok(children.map(|(child, _)| lineage.snapshot().id(child).to_owned()).collect())
    }

    /// Asks a question, which is JSON; `earlier` are snapshots from before this one.
    fn ask(&self, py: Python<'_>, question: &str, earlier: Vec<PyRef<'_, Hub>>) -> PyResult<Answer> {
        let question: Question = serde_json::from_str(question).map_err(|error| {
            let text = error.to_string();
            wrong(py, text.split(" at line ").next().unwrap_or_default())
        })?;
        let earlier: Vec<Snapshot> = earlier.iter().map(|hub| hub.atlas.snapshot().clone()).collect();
        let atlas = if earlier.is_empty() { self.atlas.clone() } else { self.atlas.clone().after(earlier) };
        let answer = heard(py, move || atlas.ask(&question))?.map_err(|error| asked(py, error))?;
        Ok(Answer::new(Said::Answer(answer.into())))
    }

    /// Whether its file still holds it: nobody has put another one in its place.
    fn is_in_place(&self, py: Python<'_>) -> bool {
        let (path, digest) = (self.path.clone(), self.atlas.snapshot().provenance().digest.clone());
        py.detach(|| {
            path.and_then(|path| Snapshot::open(&path).ok()).is_some_and(|there| there.provenance().digest == digest)
        })
    }

    fn write(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let snapshot = self.atlas.snapshot().clone();
        heard(py, move || snapshot.write(&path))?.map_err(|error| read(py, error))
    }
}

fn about(atlas: &Atlas, row: Row) -> Result<Value, Error> {
    let (snapshot, census) = (atlas.snapshot(), atlas.census(&Filter::default())?);
    let facts = census.facts(row);
    let mut told: Vec<(&str, Value)> = vec![
        ("id", snapshot.id(row).into()),
        ("listed", snapshot.is_listed(row).into()),
        ("direct", facts.direct.into()),
        ("descendants", facts.descendants.into()),
        ("created", snapshot.created()?.at(row).map(day).into()),
    ];
    for count in Count::ALL {
        told.push((count.name(), snapshot.count(count)?.at(row).into()));
    }
    for word in Word::ALL {
        told.push((word.name(), snapshot.word(word)?.at(row).into()));
    }
    for list in WordList::ALL {
        told.push((list.name(), Value::List(snapshot.list(list)?.words_at(row).map(Value::from).collect())));
    }
    snapshot.unchanged()?;
    Ok(Value::group(told))
}
