use std::collections::{HashMap, VecDeque};
use std::path::Path;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Error, parent};
use crate::model::{ModelId, clip};

/// No line and no name that is longer is kept whole.
const MOST: usize = 200;

/// An `Inventory` is somebody's list of models: ids or package URLs a line, a list of requirements, or a bill of materials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// These models are named, in their order; the same one may stand there several times.
    pub models: Vec<Listed>,
    /// So many things of a bill of materials are no models.
    pub others: usize,
}

/// A `Listed` is a model that a list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// This is its id, or the text that stands there if that is none.
    pub id: String,
    /// It stands in this line, counted from 1.
    pub line: u64,
}

impl Inventory {
    /// Reads a list. It is one of these:
    ///
    /// - lines, each with an id, an address on the Hub or a package URL (`pkg:huggingface/owner/name@revision`) at its beginning; what
    ///   follows (a version, other cells of a table, a comment behind `#`) is left aside;
    /// - JSON: an array of ids or of objects with an `id`; a bill of materials of CycloneDX, whose components of the type
    ///   `machine-learning-model` or with a package URL of Hugging Face are models; one of SPDX 2 or 3, whose packages with such a
    ///   package URL, or from an address on the Hub, are, and those of the type `ai_AIPackage`.
    ///
    /// # Errors
    /// It fails if the bytes are no text, or are in none of these forms.
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Inventory, Error> {
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
            .map_err(|_| Error::unfit(path, "is no list of models: it is no UTF-8 text"))?;
        match text.trim_start().chars().next() {
            Some('{' | '[') if !text.trim_start().starts_with("[[") => of_json(path, text),
            Some('<') => Err(Error::unfit(path, "is XML; bills of materials are read as JSON")),
            _ if text.trim_start().starts_with("SPDXVersion:") => {
                Err(Error::unfit(path, "is SPDX in its tag form; bills of materials are read as JSON"))
            }
            // Some systems end lines otherwise.
            _ if !text.contains('\n') => Ok(of_lines(&text.replace('\r', "\n"))),
            _ => Ok(of_lines(text)),
        }
    }
}

fn of_lines(text: &str) -> Inventory {
    let mut models = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let bare = text.trim().trim_start_matches(['-', '*']).trim_start();
        let bare = bare.strip_prefix('#').map_or(bare, |_| "");
        let bare = bare.split_once(" #").map_or(bare, |(bare, _)| bare);
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '=' | '<' | '>' | '~' | '!');
        let first =
            bare.trim_matches(['"', '\'', '`']).split(ends).next().unwrap_or_default().trim_matches(['"', '\'']);
        let is_head =
            models.is_empty() && ["id", "model", "model_id", "purl"].contains(&first.to_ascii_lowercase().as_str());
        if !first.is_empty() && !is_head {
            models.push(Listed { id: named_model(first), line });
        }
    }
    Inventory { models, others: 0 }
}

/// Gives the id that a text in a list means: an id, an address on the Hub, a package URL; the text itself if it means none.
pub fn named_model(text: &str) -> String {
    let text = text.trim();
    if let Some(id) = of_purl(text) {
        return id;
    }
    match (parent::read(text), ModelId::read(text)) {
        (parent::Reading::Id { id, .. }, _) | (_, Ok(id)) => id.to_string(),
        _ => clip(text, MOST).into_owned(),
    }
}

/// The id in a package URL of Hugging Face.
fn of_purl(text: &str) -> Option<String> {
    let (scheme, rest) = text.trim().split_once(':')?;
    let rest = rest.trim_start_matches('/');
    let (kind, rest) = rest.split_once('/').filter(|_| scheme.eq_ignore_ascii_case("pkg"))?;
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once('@').map_or(path, |(path, _)| path).trim_matches('/');
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    kind.eq_ignore_ascii_case("huggingface").then(|| clip(&decoded, MOST).into_owned())
}

/// The lines of all texts of a JSON file: each time that a text is asked for, its next one.
struct Lines(HashMap<String, VecDeque<u64>>);

impl Lines {
    fn of(text: &str) -> Lines {
        let (mut found, mut line, mut begun) = (HashMap::<String, VecDeque<u64>>::new(), 1, None);
        let mut is_escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            match (byte, begun) {
                (b'"', None) => begun = Some(at),
                (b'"', Some(from)) if !is_escaped => {
                    let value: String = serde_json::from_str(&text[from..=at]).unwrap_or_default();
                    found.entry(value).or_default().push_back(line);
                    begun = None;
                }
                (b'\n', _) => line += 1,
                _ => (),
            }
            is_escaped = byte == b'\\' && !is_escaped;
        }
        Lines(found)
    }

    fn next(&mut self, text: &str) -> u64 {
        let lines = self.0.get_mut(text);
        lines.and_then(|lines| if lines.len() > 1 { lines.pop_front() } else { lines.front().copied() }).unwrap_or(1)
    }
}

fn of_json(path: &Path, text: &str) -> Result<Inventory, Error> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| Error::unfit(path, format!("is no JSON: {error}")))?;
    let mut found = Inventory::default();
    let mut lines = Lines::of(text);
    let mut add = |found: &mut Inventory, text: &str, id: String| {
        let line = lines.next(text);
        found.models.push(Listed { id, line });
    };
    let own = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    if own(&value, "bomFormat").is_some_and(|format| format == "CycloneDX") {
        let mut left: Vec<&Value> = value.pointer("/metadata/component").into_iter().collect();
        left.extend(value.get("components").and_then(Value::as_array).into_iter().flatten());
        left.reverse();
        while let Some(component) = left.pop() {
            let inside = component.get("components").and_then(Value::as_array).into_iter().flatten();
            left.extend(inside.rev());
            let purl = own(component, "purl");
            let name = own(component, "name").unwrap_or_default();
            let whole = own(component, "group").map_or(name.clone(), |group| format!("{group}/{name}"));
            match purl.as_deref().and_then(of_purl) {
                Some(id) => add(&mut found, purl.as_deref().unwrap_or_default(), id),
                None if own(component, "type").is_some_and(|kind| kind == "machine-learning-model") => {
                    add(&mut found, &name, named_model(&whole));
                }
                None => found.others += 1,
            }
        }
        return Ok(found);
    }
    let packages = value.get("@graph").or_else(|| value.get("spdxVersion").and(value.get("packages")));
    if let Some(packages) = packages.and_then(Value::as_array) {
        for package in packages {
            let identifiers = package.get("externalIdentifier").or_else(|| package.get("externalRefs"));
            let identifiers = identifiers.and_then(Value::as_array).into_iter().flatten();
            let purls =
                identifiers.filter_map(|known| own(known, "identifier").or_else(|| own(known, "referenceLocator")));
            let purl =
                own(package, "software_packageUrl").into_iter().chain(purls).find(|purl| of_purl(purl).is_some());
            let there = own(package, "downloadLocation").filter(|text| text.contains("://"));
            let there = there.and_then(|text| match parent::read(&text) {
                parent::Reading::Id { id, .. } => Some((text, id.to_string())),
                _ => None,
            });
            let is_model = own(package, "type").is_some_and(|kind| kind == "ai_AIPackage");
            let is_package = own(package, "type").is_none_or(|kind| kind.ends_with("Package"));
            match (purl, own(package, "name")) {
                (None, _) if there.is_some() => there.into_iter().for_each(|(text, id)| add(&mut found, &text, id)),
                (Some(purl), _) => add(&mut found, &purl, of_purl(&purl).unwrap_or_default()),
                (None, Some(name)) if is_model => add(&mut found, &name, named_model(&name)),
                _ => found.others += usize::from(is_package),
            }
        }
        return Ok(found);
    }
    let rows = value.as_array().ok_or_else(|| {
        Error::unfit(path, "is JSON, but no bill of materials of CycloneDX or SPDX, and no array of ids")
    })?;
    for (at, row) in rows.iter().enumerate() {
        let id = row.as_str().map(str::to_owned).or_else(|| own(row, "id")).ok_or_else(|| {
            Error::unfit(
                path,
                format!("is a JSON array whose entry {} is neither an id nor an object with one", at + 1),
            )
        })?;
        add(&mut found, &id, named_model(&id));
    }
    Ok(found)
}
