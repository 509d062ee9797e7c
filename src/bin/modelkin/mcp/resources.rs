//! What can be read besides: definitions, whole, and bills of materials.

use modelkin::ask::{Atlas, Bom, Models, Question, Search};
use modelkin::export::BomFormat;
use modelkin::ink::Value;
use percent_encoding::percent_decode_str;
use rmcp::model::{CompletionInfo, Resource, ResourceContents, ResourceTemplate};

use super::answer::beside;
use super::refused::Refused;
use super::rows::Slug;

const DEFINITIONS: &str = include_str!("../../../../docs/definitions.md");
const LICENCES: &str = include_str!("../../../../docs/licences.md");

const ALL: &str = "modelkin://definitions";
const ONE: &str = "modelkin://definition/";
const BOM: &str = "modelkin://bom/";
/// What bills are called where clients list them.
pub const BOMS: &str = "modelkin://bom/{+model}{?format}";

const MARKDOWN: &str = "text/markdown";

/// Everything that can be read by a name.
pub fn all() -> Vec<Resource> {
    let named =
        |uri: String, name: String, title: &str| Resource::new(uri, name).with_title(title).with_mime_type(MARKDOWN);
    let sections = sections()
        .map(|section| named(format!("{ONE}{}", section.id), format!("definition {}", section.id), section.title));
    let whole = named(ALL.into(), "definitions".into(), "What is counted");
    let licences =
        named(format!("{ONE}{LICENCE}"), "definition licences".into(), "Licences: terms, verdicts, policies");
    std::iter::once(whole).chain(sections).chain([licences]).collect()
}

/// What can be read of any model.
pub fn templates() -> Vec<ResourceTemplate> {
    let formats = BomFormat::ALL.map(BomFormat::name).join(", ");
    vec![
        ResourceTemplate::new(BOMS, "bill of materials")
            .with_title("Bill of materials")
            .with_description(format!(
                "A model and all that it descends from, as a bill of materials; format: {formats}"
            ))
            .with_mime_type("application/json"),
    ]
}

/// The id of the licences' text, which has no section of its own.
const LICENCE: &str = "licences";

/// A section of docs/definitions.md: its number, its title, and its text with all that is below it.
struct Section {
    id: &'static str,
    title: &'static str,
    text: &'static str,
}

fn sections() -> impl Iterator<Item = Section> {
    let starts = DEFINITIONS.match_indices("\n##").map(|(at, _)| at + 1);
    starts.filter_map(|start| {
        let text = &DEFINITIONS[start..];
        let head = text.lines().next()?;
        let (marks, rest) = head.split_once(' ')?;
        let (id, title) = rest.split_once(' ')?;
        // It ends where one begins that is no part of it.
        let ends = text.match_indices("\n##").map(|(at, _)| at + 1);
        let end =
            ends.into_iter().find(|at| text[*at..].split(' ').next().is_some_and(|next| next.len() <= marks.len()));
        Some(Section { id: id.trim_end_matches('.'), title, text: &text[..end.unwrap_or(text.len())] })
    })
}

/// Reads one. Nothing is there if no resource is called so.
pub fn read(atlas: &Atlas, uri: &str) -> Result<Option<ResourceContents>, Refused> {
    let text = |text: &str| Some(ResourceContents::text(text, uri).with_mime_type(MARKDOWN));
    if uri == ALL {
        return Ok(text(DEFINITIONS));
    }
    if let Some(id) = uri.strip_prefix(ONE) {
        let found = if id == LICENCE {
            Some(LICENCES)
        } else {
            sections().find(|section| section.id == id).map(|section| section.text)
        };
        return Ok(found.and_then(text));
    }
    match uri.strip_prefix(BOM) {
        Some(rest) => bom(atlas, uri, rest).map(Some),
        None => Ok(None),
    }
}

fn bom(atlas: &Atlas, uri: &str, rest: &str) -> Result<ResourceContents, Refused> {
    let (id, query) = rest.split_once('?').unwrap_or((rest, ""));
    let id = percent_decode_str(id).decode_utf8().map_err(|_| Refused::new("the id is no UTF-8"))?;
    let format = match query {
        "" => BomFormat::CycloneDx16,
        query => query.strip_prefix("format=").and_then(BomFormat::from_name).ok_or_else(|| {
            Refused::new(format!(
                "{query:?} names no format; write ?format= and one of {}",
                BomFormat::ALL.map(BomFormat::name).join(", ")
            ))
        })?,
    };
    let models = Models { ids: vec![id.into_owned()], listed: Vec::new() };
    let answer = atlas.ask(&Question::Bom(Bom { models, filter: modelkin::ask::Filter::default() }))?;
    let bom = answer.bom().ok_or_else(|| anyhow::anyhow!("a bill of materials has no facts"))?;
    let mut text = Vec::new();
    bom.clone().plain(Slug::is_word).write(format, &mut text).map_err(anyhow::Error::from)?;
    answer.snapshot().unchanged().map_err(|error| Refused::broken(&error.into()))?;
    let text = String::from_utf8(text).map_err(anyhow::Error::from)?;
    Ok(ResourceContents::text(text, uri).with_mime_type("application/json"))
}

/// Ids that begin so, or have the words, and whether there are more.
pub fn completed(atlas: &Atlas, typed: &str) -> Result<(Vec<String>, bool), Refused> {
    const MOST: usize = CompletionInfo::MAX_VALUES;
    if typed.trim().is_empty() {
        return Ok((Vec::new(), true));
    }
    let question = Question::Search(Search { text: typed.replace('/', " "), most: Some(MOST), nearest: false });
    let answer = atlas.ask(&question)?;
    let report = answer.report()?;
    let ids = (0..report.rows.len()).filter_map(|at| report.rows.row(at)?.into_iter().find(|(name, _)| name == "id"));
    let ids = ids.filter_map(|(_, id)| if let Value::Text(id) = id { Some(id) } else { None }).collect();
    let matches = beside(&report, |name| name == "matches");
    Ok((ids, matches.is_some_and(|matches| matches > report.rows.len() as u64)))
}
