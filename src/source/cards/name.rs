//! What the path of a card says: which model's it is, if it is one's at all.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;

use super::cache::{OTHERS, cached};
use crate::model::ModelId;
use crate::source::suffix;

const HINT: &str = "no model's id in this path; use owner/name/README.md, owner/name.md, owner--name.md, owner__name.md, \
    owner--name/README.md or models--owner--name/snapshots/REVISION/README.md";
const EITHER: &str = "owner__name, or a name below its owner's folder: which of them cannot be told of a card that is named alone; \
    name a folder above it";
const BELOW: &str = "below or beside a model's own README, so no model's card";
const OTHER: &str = "the card of a data set or a space, which is no model";

/// Why a file is no model's card.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoModel {
    /// For this reason.
    Other(&'static str),
    /// The name that would be part of the id is no UTF-8.
    Letters(OsString),
}

impl fmt::Display for NoModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoModel::Other(reason) => f.write_str(reason),
            NoModel::Letters(name) => write!(f, "the name {name:?} is no UTF-8, as every model's id is; rename it"),
        }
    }
}

impl From<&'static str> for NoModel {
    fn from(reason: &'static str) -> NoModel {
        NoModel::Other(reason)
    }
}

/// The model's id out of the path of its card, as far up as the folder that was named (or the whole path of a file).
///
/// # Errors
/// Why the file is no model's card.
pub(super) fn id(root: &Path, file: &Path) -> Result<String, NoModel> {
    for folder in file.ancestors().skip(1) {
        let Some(whole) = folder.file_name() else { continue };
        let letters = whole.to_string_lossy();
        let Some((kind, name)) = cached(&letters) else { continue };
        let other = if kind == "models" { BELOW } else { OTHER };
        let within = file.strip_prefix(folder).unwrap_or(file);
        let depth = within.components().count();
        if is_readme(file) && (depth == 1 || (depth == 3 && within.starts_with("snapshots"))) {
            if kind != "models" {
                return Err(other.into());
            }
            text(whole)?;
            return checked(&name.replacen("--", "/", 1));
        }
        // Above what was named a folder may be called anything, and cards may be a data set's data.
        let is_of_repository = root.strip_prefix(folder).map_or(true, |to_root| {
            let is_outside = kind == "models" || root == file || to_root.components().count() < 2;
            to_root.starts_with("snapshots") && is_outside
        });
        if is_of_repository {
            return Err(other.into());
        }
    }
    let inside = if root == file { file } else { file.strip_prefix(root).unwrap_or(file) };
    let mut parts: Vec<&OsStr> = inside.iter().filter(|part| *part != "." && *part != "/").collect();
    parts.pop();
    let name = match is_readme(file) {
        true => parts.pop().ok_or(HINT)?,
        false => file.file_stem().ok_or(HINT)?,
    };
    if is_checkpoint(&name.to_string_lossy()) || is_leaflet(file) {
        return Err(BELOW.into());
    }
    let name = text(name)?;
    let id = match cached(name) {
        Some(("models", name)) => name.replacen("--", "/", 1),
        Some(_) => return Err(OTHER.into()),
        None => match (split(name, "--"), split(name, "__"), parts.pop()) {
            (Some(id), ..) | (None, Some(id), None) => id,
            (None, Some(_), Some(_)) if root == file => return Err(EITHER.into()),
            (None, _, Some(owner)) => format!("{}/{name}", text(owner)?),
            (None, None, None) => name.to_owned(),
        },
    };
    if parts.last().is_some_and(|part| OTHERS.iter().any(|other| part == other))
        || OTHERS.iter().any(|other| id.starts_with(&format!("{other}/")))
    {
        return Err(OTHER.into());
    }
    checked(&id)
}

fn text(name: &OsStr) -> Result<&str, NoModel> {
    name.to_str().ok_or_else(|| NoModel::Letters(name.to_owned()))
}

fn checked(id: &str) -> Result<String, NoModel> {
    ModelId::parse(id).map(|id| id.to_string()).map_err(|_| HINT.into())
}

/// `owner--name` or `owner__name` as an id, where no folder above can be the owner's.
pub(super) fn joined(name: &str) -> Option<String> {
    split(name, "--").or_else(|| split(name, "__"))
}

fn split(name: &str, mark: &str) -> Option<String> {
    let (owner, name) = name.strip_prefix("models--").unwrap_or(name).split_once(mark)?;
    (!owner.is_empty() && !name.is_empty()).then(|| format!("{owner}/{name}"))
}

/// `checkpoint-500`: what a training leaves below the model's root.
pub(super) fn is_checkpoint(name: &str) -> bool {
    let number = name.strip_prefix("checkpoint-");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(super) fn is_card(path: &Path) -> bool {
    matches!(suffix(path).as_str(), "md" | "markdown")
}

pub(super) fn is_readme(path: &Path) -> bool {
    is_card(path) && stem(path).is_some_and(|stem| stem.eq_ignore_ascii_case("readme"))
}

/// The name without its suffix; what in it is no UTF-8 is shown as such.
pub(super) fn stem(path: &Path) -> Option<Cow<'_, str>> {
    path.file_stem().map(OsStr::to_string_lossy)
}

/// What lies beside a card in a repository and is none: `LICENSE.md`, `README_zh.md`.
pub(super) fn is_leaflet(path: &Path) -> bool {
    const STEMS: &[&str] = &[
        "license",
        "licence",
        "notice",
        "changelog",
        "contributing",
        "code_of_conduct",
        "security",
        "use_policy",
        "acknowledgements",
        "citation",
    ];
    let Some(stem) = stem(path).map(|stem| stem.to_ascii_lowercase()) else { return false };
    let translation = stem.strip_prefix("readme").and_then(|rest| rest.chars().next());
    STEMS.contains(&stem.as_str()) || translation.is_some_and(|next| !next.is_alphanumeric())
}
