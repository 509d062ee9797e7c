//! The tools: each takes arguments, asks a question, and gives an answer within its bounds.

use std::sync::Arc;

use modelkin::ask::{Answer, Atlas, Facts, Question};
use modelkin::census::Kin;
use modelkin::ink::{Named, Report, Rows, Value, day};
use modelkin::model::Relation;
use modelkin::provenance::{About, Books};
use modelkin::snapshot::Taken;
use modelkin::survey::Facet;
use rmcp::handler::server::common::schema_for_type;
use rmcp::model::{JsonObject, Tool as Described, ToolAnnotations};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::answer::{Beside, Definition, Frame, Named as SnapshotNamed, beside};
use super::page::{Mark, Page};
use super::questions::{self, Asks};
use super::refused::Refused;
use super::rows::{self, Slug};

/// A tool: its name, and the section of docs/definitions.md that says what it counts.
pub struct Tool {
    pub name: &'static str,
    section: &'static str,
    arguments: fn() -> Arc<JsonObject>,
    answers: fn() -> Arc<JsonObject>,
    call: fn(&Tool, &Atlas, JsonObject) -> Result<Json, Refused>,
}

pub const TOOLS: [Tool; 12] = [
    Tool::new::<questions::FindModel, rows::Found>("find_model", "2"),
    Tool::new::<questions::Model, rows::Told>("model", "2"),
    Tool::new::<questions::Ancestors, rows::Ancestor>("ancestors", "9"),
    Tool::new::<questions::Descendants, rows::Below>("descendants", "2"),
    Tool::new::<questions::Path, rows::Step>("path", "9"),
    Tool::new::<questions::CommonAncestors, rows::CommonAncestor>("common_ancestors", "9"),
    Tool::new::<questions::Siblings, rows::Sibling>("siblings", "9"),
    Tool::new::<questions::LicenceCheck, rows::Verdict>("licence_check", "licences"),
    Tool::new::<questions::CountFamily, rows::OfFamily>("count_family", "4.2"),
    Tool::new::<questions::Compare, rows::Compared>("compare", "10.1"),
    Tool::new::<questions::Rank, rows::Place>("rank", "3"),
    Tool {
        name: "snapshot",
        section: "8",
        arguments: schema_for_type::<questions::Snapshot>,
        answers: schema_for_type::<Frame<rows::Holds>>,
        call: holds,
    },
];

/// What is counted below a model, where no tree is drawn.
const BELOW: &str = "Descendants: distinct models other than it that can be reached, each counted once. Direct: its children. By relation: of a descendant's links from it or from another descendant, the strongest (merge, adapter, quantized, finetune, unstated).";

impl Tool {
    const fn new<A, R>(name: &'static str, section: &'static str) -> Tool
    where
        A: Asks + DeserializeOwned + JsonSchema + 'static,
        R: DeserializeOwned + Serialize + JsonSchema + 'static,
    {
        let answers = schema_for_type::<Frame<R>>;
        Tool { name, section, arguments: paged::<A>, answers, call: asked::<A, R> }
    }

    /// What a client is told of the tool.
    pub fn described(&self) -> Described {
        let (mut arguments, mut answers) = ((*(self.arguments)()).clone(), (*(self.answers)()).clone());
        let about = arguments.remove("description");
        let about = about.as_ref().and_then(Json::as_str).unwrap_or_default().replace('\n', " ");
        answers.remove("description");
        [&mut arguments, &mut answers].into_iter().for_each(lean);
        let hints = ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(false);
        Described::new(self.name, about, arguments)
            .with_title(self.name.replace('_', " "))
            .with_raw_output_schema(answers.into())
            .with_annotations(hints)
    }

    /// Calls it.
    pub fn call(&self, atlas: &Atlas, arguments: JsonObject) -> Result<Json, Refused> {
        let answer = (self.call)(self, atlas, arguments)?;
        atlas.snapshot().unchanged().map_err(|error| Refused::broken(&error.into()))?;
        Ok(answer)
    }
}

/// Takes out of a schema what costs words and says nothing: names of types, widths of numbers, and that what may be left out may be null.
fn lean(schema: &mut JsonObject) {
    let is_null = |value: &Json| value == "null" || value.is_null() || value.get("type").is_some_and(|of| of == "null");
    for key in ["$schema", "title", "format"] {
        // A property may be called so.
        if schema.get(key).is_some_and(Json::is_string) {
            schema.remove(key);
        }
    }
    if schema.get("minimum").is_some_and(|least| *least == 0) {
        schema.remove("minimum");
    }
    if schema.get("default").is_some_and(|value| value.is_null() || *value == false) {
        schema.remove("default");
    }
    for key in ["type", "enum", "anyOf"] {
        let Some(Json::Array(values)) = schema.get_mut(key) else { continue };
        values.retain(|value| !is_null(value));
        match (key, &mut values[..]) {
            ("type", [one]) => {
                let one = one.take();
                schema.insert(key.into(), one);
            }
            ("anyOf", [Json::Object(one)]) => {
                let one = std::mem::take(one);
                schema.remove(key);
                schema.extend(one);
            }
            _ => (),
        }
    }
    for value in schema.values_mut() {
        match value {
            Json::Object(inner) => lean(inner),
            Json::Array(inner) => inner.iter_mut().filter_map(Json::as_object_mut).for_each(lean),
            _ => (),
        }
    }
}

/// The arguments of a tool that gives pages.
fn paged<A: JsonSchema + 'static>() -> Arc<JsonObject> {
    let mut schema = (*schema_for_type::<A>()).clone();
    if let (Some(Json::Object(own)), Some(Json::Object(page))) =
        (schema.get_mut("properties"), schema_for_type::<Page>().get("properties"))
    {
        own.extend(page.clone());
    }
    schema.into()
}

/// Takes the page out of the arguments, and reads the others.
fn read<A: DeserializeOwned>(mut arguments: JsonObject) -> Result<(A, Page), Refused> {
    let mut page = JsonObject::new();
    if let Some(Json::Object(known)) = schema_for_type::<Page>().get("properties") {
        page.extend(known.keys().filter_map(|key| arguments.remove_entry(key)));
    }
    Ok((of(arguments)?, of(page)?))
}

fn of<A: DeserializeOwned>(values: JsonObject) -> Result<A, Refused> {
    serde_path_to_error::deserialize(Json::Object(values)).map_err(|error| {
        let (path, said) = (error.path().to_string(), error.inner().to_string());
        let place =
            if path == "." || said.contains(&format!("`{path}`")) { String::new() } else { format!(" `{path}`:") };
        Refused::new(format!("arguments:{place} {said}"))
    })
}

fn asked<A, R>(tool: &Tool, atlas: &Atlas, arguments: JsonObject) -> Result<Json, Refused>
where
    A: Asks + DeserializeOwned,
    R: DeserializeOwned + Serialize,
{
    let (asks, page) = read::<A>(arguments)?;
    let (question, bounds) = (asks.question()?, page.bounds()?);
    let mark = Mark::new(atlas.snapshot(), tool.name, &question);
    let start = page.start(&mark)?;
    let answer = atlas.ask(&narrowed(question.clone(), start.saturating_add(bounds.rows)))?;
    let report = answer.report()?;
    if matches!(answer.facts(), Facts::Found { .. }) && report.rows.is_empty() && start == 0 {
        return Err(nothing_found(&report));
    }
    let total = beside(&report, |name| name == "of" || name == "matches").unwrap_or(report.rows.len() as u64);
    let mut frame = tool.frame(atlas, total, &report, question.command())?;
    if let Facts::Tree { words, .. } = answer.facts() {
        frame.definition.text = Definition::text(&[words.clone(), BELOW.to_owned()]);
    }
    let rows = shown(&answer, atlas, report)?;
    frame.filled::<R>(&rows, start, bounds, &mark)
}

impl Tool {
    fn frame(&self, atlas: &Atlas, total: u64, report: &Report<'_>, command: String) -> Result<Frame<Json>, Refused> {
        const LONGEST: usize = 1_000;
        let (beside, shortened) = Beside::of(report.beside.clone())?;
        Ok(Frame {
            rows: Vec::new(),
            total,
            truncated: false,
            next_cursor: None,
            definition: Definition { id: self.section, text: Definition::text(&report.definition) },
            snapshot: SnapshotNamed::of(atlas.snapshot()),
            declared: true,
            command: Some(command).filter(|command| command.len() <= LONGEST),
            shortened: Some(shortened),
            beside,
        })
    }
}

/// Asks for no more rows than are given; those that are made when they are read need not be counted off.
fn narrowed(mut question: Question, rows: usize) -> Question {
    match &mut question {
        Question::Rank(asked) => asked.most = Some(rows),
        Question::Search(asked) => asked.most = Some(rows),
        _ => (),
    }
    question
}

fn nothing_found(report: &Report<'_>) -> Refused {
    let near = report.beside.iter().find(|(name, _)| name == "near").map(|(_, near)| near.cell());
    let near = near.map_or_else(|| "; give fewer words".to_owned(), |near| format!("; spelled alike: {near}"));
    Refused::new(format!("no id has all of these words{near}"))
}

/// The rows of an answer, where a tool gives others than the program's JSON does: a model's with what is known of it, and parts with their
/// figures apart from their names.
fn shown<'r>(answer: &Answer, atlas: &Atlas, report: Report<'r>) -> Result<Rows<'r>, Refused> {
    match (answer.facts(), answer.question()) {
        (Facts::Tree { .. }, _) => Ok(vec![told(answer, atlas, &report)?].into()),
        (_, Question::Compare(compare)) if compare.by.is_some() => {
            let all = (0..report.rows.len()).filter_map(|at| report.rows.row(at));
            Ok(all.map(|row| part(row, compare.by == Some(Facet::Licence))).collect::<Vec<_>>().into())
        }
        _ => Ok(report.rows),
    }
}

fn part(mut row: Named, is_licence: bool) -> Named {
    let figures = row.split_off(1.min(row.len()));
    let name = row.pop().map_or_else(String::new, |(_, value)| value.cell());
    let name = if is_licence { Slug::read(&name).into() } else { name };
    vec![("part".into(), name.into()), ("figures".into(), Value::Group(figures))]
}

/// What is known of the model at the root of a tree, and its counts under the question's filter.
fn told(answer: &Answer, atlas: &Atlas, report: &Report<'_>) -> anyhow::Result<Named> {
    let id = report.rows.row(0).and_then(|row| row.into_iter().find(|(name, _)| name == "id"));
    let (Facts::Tree { census, .. }, Some((_, Value::Text(id)))) = (answer.facts(), id) else {
        anyhow::bail!("a model has no facts")
    };
    let (snapshot, lineage) = (atlas.snapshot(), atlas.lineage()?);
    let row = snapshot.find(&id).ok_or_else(|| anyhow::anyhow!("{id} is not there"))?;
    let books = Books::with(atlas.tables().publishers()?)?;
    let known = About::new(snapshot, &books)?.model(row);
    let kin = Kin::find(atlas.tables().all_families()?, &lineage, &[row])?;
    let parents = lineage.parents(row).map(|(parent, edge)| {
        Value::group([
            ("id", Value::from(snapshot.id(parent))),
            ("relation", edge.relation.name().into()),
            ("listed", snapshot.is_listed(parent).into()),
        ])
    });
    let texts = |texts: &mut dyn Iterator<Item = &str>| Value::List(texts.map(Into::into).collect());
    let publisher = known.publisher;
    let mut values: Vec<(&str, Value)> = vec![
        ("id", known.id.into()),
        ("listed", known.is_listed.into()),
        ("owner", known.owner.into()),
        ("publisher", publisher.map(|publisher| publisher.name.as_str()).into()),
        ("country", publisher.map(|publisher| publisher.country.as_str()).into()),
        ("kind", publisher.map(|publisher| publisher.kind.as_str()).into()),
        ("licences", texts(&mut known.licences.iter().copied())),
        ("licence_name", known.licence_name.into()),
        ("licence_class", known.class.into()),
        ("gated", known.gated.into()),
        ("created", known.created.map(day).into()),
        ("downloads_30d", known.downloads.into()),
        ("families", texts(&mut kin.names(row))),
        ("parents", Value::List(parents.collect())),
    ];
    let facts = census.facts(row);
    values.extend([("direct", facts.direct.into()), ("descendants", facts.descendants.into())]);
    values.extend(Relation::ALL.map(|relation| (relation.name(), facts.by_relation[relation as usize].into())));
    Ok(values.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// What the snapshot holds.
fn holds(tool: &Tool, atlas: &Atlas, arguments: JsonObject) -> Result<Json, Refused> {
    let questions::Snapshot {} = of(arguments)?;
    let (snapshot, bounds) = (atlas.snapshot(), Page::default().bounds()?);
    let provenance = snapshot.provenance();
    let from = match provenance.taken_from {
        Taken::Given => "given",
        Taken::Crawl => "crawl",
        Taken::NewestRecord => "newest-record",
        Taken::Unknown => "unknown",
    };
    let counts = &provenance.counts;
    let row: Vec<(&str, Value)> = vec![
        ("date_from", from.into()),
        ("models", counts.models.into()),
        ("links", counts.links.into()),
        ("unlisted", counts.unlisted.into()),
        ("rejects", counts.rejects.into()),
        ("oddities", snapshot.all_oddities().into()),
        ("families", (atlas.tables().families().names().count() as u64).into()),
    ];
    let row: Named = row.into_iter().map(|(name, value)| (name.into(), value)).collect();
    let definition = "Models: those that the snapshot has a record of. Links: from a parent to a child, one for each pair. Digest: a SHA-256 over the contents, so that equal records have equal digests.";
    let report = Report::new(vec![definition.into()], vec![row], Vec::new());
    // Every answer of the program names its snapshot; this one says besides what is odd in it.
    let frame = tool.frame(atlas, 1, &report, "modelkin check".into())?;
    frame.filled::<rows::Holds>(&report.rows, 0, bounds, &Mark::new(snapshot, tool.name, &""))
}
