//! Where an address leads that stands in the place of a model's id.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::model::{ModelId, OddityKind};

/// Words that the Hub keeps for pages of its own: no account has one as its name.
const RESERVED: &[&str] = &[
    "models",
    "datasets",
    "spaces",
    "kernels",
    "buckets",
    "collections",
    "papers",
    "posts",
    "blog",
    "docs",
    "learn",
    "tasks",
    "api",
    "organizations",
    "settings",
    "notifications",
    "login",
    "logout",
    "join",
    "welcome",
    "oauth",
    "new",
    "new-dataset",
    "new-space",
    "pricing",
    "enterprise",
    "subscribe",
    "support",
    "storage",
    "chat",
    "playground",
    "inference",
    "inference-api",
    "inference-endpoints",
    "mcp",
    "metrics",
    "languages",
    "search",
    "brand",
    "changelog",
    "privacy",
    "terms-of-service",
];

/// For each first letter of a reserved word a bit for each length: tells of most names at once that they are none.
const LENGTHS: [u32; 256] = {
    let mut lengths = [0; 256];
    let mut at = 0;
    while at < RESERVED.len() {
        let word = RESERVED[at].as_bytes();
        lengths[word[0] as usize] |= 1 << word.len();
        at += 1;
    }
    lengths
};

/// Whether the Hub keeps this name for itself, in any case.
pub(super) fn is_reserved(name: &[u8]) -> bool {
    let Some(first) = name.first() else { return false };
    name.len() < 32
        && LENGTHS[first.to_ascii_lowercase() as usize] >> name.len() & 1 == 1
        && RESERVED.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether a name ends as a host does (`.com`); no account's does.
pub(super) fn is_host(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(before, end)| {
        !before.is_empty() && end.len() >= 2 && end.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// Whether a host is the Hub, or the mirror that serves the same ids.
pub(super) fn is_hub(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    matches!(host.strip_prefix("www.").unwrap_or(&host), "huggingface.co" | "hf.co" | "hf-mirror.com")
}

/// Schemes by which the Hub is reached.
const OF_HUB: &[&str] = &["http", "https", "git", "ssh", "git+http", "git+https", "git+ssh"];

/// Reads `text` as an address: the text of an id to which it leads, or why it leads to none. None if it is no address.
pub(super) fn read(text: &str) -> Option<Result<String, OddityKind>> {
    if let Some((host, path)) = remote(text) {
        return Some(if is_hub(host) { of_page(path).ok_or(OddityKind::Url) } else { Err(OddityKind::Path) });
    }
    let Some((scheme, rest)) = scheme(text) else {
        let rest = text.strip_prefix("//").unwrap_or(text);
        let (host, path) = rest.split_at(rest.find(['/', ':']).unwrap_or(rest.len()));
        let is_address = is_hub(host) || host.starts_with("www.") || (is_host(host) && path.len() > 1);
        return is_address.then(|| of_web(rest));
    };
    Some(match scheme.as_str() {
        "hf" => of_repository(rest).ok_or(OddityKind::Url),
        scheme if OF_HUB.contains(&scheme) => of_web(rest),
        "file" => cached(rest).ok_or(OddityKind::Path),
        // A bucket or the like, into which a cache was copied.
        _ => cached(rest).ok_or(OddityKind::Url),
    })
}

/// A `NoModel` says where an address leads that leads to no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoModel {
    /// It is a data set of the Hub.
    Dataset,
    /// It is a space of the Hub: a program that runs there.
    Space,
    /// It is another page, or a place that is not the Hub.
    Elsewhere,
}

impl std::fmt::Display for NoModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NoModel::Dataset => "leads to a data set of the Hub, and not to a model",
            NoModel::Space => "leads to a space of the Hub, and not to a model",
            NoModel::Elsewhere => "leads to no model of the Hub",
        })
    }
}

/// Reads an address of a model on the Hub, as people copy it: a page or a file of it, with a scheme or without. Nothing if the text
/// is no address.
///
/// # Errors
/// It fails if the address leads elsewhere.
pub fn model_at(text: &str) -> Option<Result<ModelId, NoModel>> {
    let text = text.trim();
    let bare = text.strip_prefix("//").unwrap_or(text);
    let (of_hf, rest) = match scheme(text) {
        Some((scheme, rest)) => (scheme == "hf", rest),
        None if is_hub(bare.split(['/', '?', '#', ':']).next().unwrap_or_default()) => (false, bare),
        None => return None,
    };
    let path = if of_hf { rest } else { rest.split_once('/').map_or("", |(_, path)| path) };
    let path = path.strip_prefix("api/").unwrap_or(path);
    match path.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "datasets" => return Some(Err(NoModel::Dataset)),
        "spaces" => return Some(Err(NoModel::Space)),
        _ => (),
    }
    let id = read(text).and_then(Result::ok).and_then(|id| ModelId::parse(&id).ok());
    Some(id.ok_or(NoModel::Elsewhere))
}

/// The id in a path of the Hub's own cache: `.../models--owner--name/snapshots/...`.
pub(super) fn cached(path: &str) -> Option<String> {
    path.split(['/', '\\']).find_map(|part| part.strip_prefix("models--")).map(|name| name.replacen("--", "/", 1))
}

/// An address without its host, as the Hub's own pages have them: `/owner/name/tree/main`. It could be a path as well,
/// so its revision must be one that no folder is called by chance.
pub(super) fn rooted(text: &str) -> Option<String> {
    let mut parts = text.strip_prefix('/')?.split('/');
    let (owner, name, page, revision) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_commit = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_page(page) && (revision == "main" || is_commit)).then(|| format!("{owner}/{name}"))
}

/// Whether a part behind an id is a page of that model.
pub(super) fn is_page(part: &str) -> bool {
    const PAGES: &[&str] = &[
        "tree",
        "blob",
        "resolve",
        "raw",
        "commit",
        "commits",
        "blame",
        "discussions",
        "edit",
        "upload",
        "delete",
        "settings",
        "tensorboard",
    ];
    PAGES.contains(&part)
}

/// Host and path of `user@host:path`, as ssh and git write them.
fn remote(text: &str) -> Option<(&str, &str)> {
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    let is_name = |name: &str| !name.is_empty() && !name.contains(['/', '\\', ':', ' ']);
    (is_name(user) && is_name(host)).then_some((host, path))
}

/// The scheme in lower case, and what follows its slashes. One slash will do where the scheme is known: a library of
/// paths leaves no more.
fn scheme(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once(":/")?;
    let is_scheme =
        scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let scheme = scheme.to_ascii_lowercase();
    let is_whole = rest.starts_with('/') || OF_HUB.contains(&scheme.as_str());
    (is_scheme && is_whole).then(|| (scheme, rest.trim_start_matches('/')))
}

/// An address without its scheme.
fn of_web(rest: &str) -> Result<String, OddityKind> {
    let url = Url::parse(&format!("https://{rest}")).map_err(|_| OddityKind::Url)?;
    let of_hub = url.host_str().is_some_and(is_hub).then(|| of_page(url.path()));
    of_hub.flatten().ok_or(OddityKind::Url)
}

/// The model whose page, file or entry of the API has this path.
fn of_page(path: &str) -> Option<String> {
    let path = decoded(path)?;
    let path = path.trim_start_matches('/');
    let of_api = ["api/models/", "api/resolve-cache/models/"].iter().find_map(|api| path.strip_prefix(api));
    let mut parts = parts(of_api.unwrap_or(path))?;
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    let name = |name: &str| name.strip_suffix(".git").unwrap_or(name).to_owned();
    let id = match (second, third) {
        (None, _) => name(first),
        // An id without an owner, and a page of it.
        (Some(page), Some(_)) if is_page(page) => first.to_owned(),
        (Some(_), Some(third)) if !is_page(third) && of_api.is_none() => return None,
        (Some(second), _) => format!("{first}/{}", name(second)),
    };
    whole(id)
}

/// The model in an address of the scheme `hf`, where files follow at once.
fn of_repository(rest: &str) -> Option<String> {
    let rest = decoded(rest.split(['?', '#']).next()?)?;
    let mut parts = parts(rest.strip_prefix("models/").unwrap_or(&rest))?;
    let first = parts.next()?.to_owned();
    whole(match parts.next() {
        Some(second) => first + "/" + second,
        None => first,
    })
}

fn whole(id: String) -> Option<String> {
    ModelId::parse(&id).is_ok().then_some(id)
}

fn decoded(path: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(path).decode_utf8().ok()
}

/// The parts of a path up to its revision (`@main`) or tag (`:Q4_K_M`), unless it is one of the Hub's own.
fn parts(path: &str) -> Option<impl Iterator<Item = &str>> {
    let mut parts = path.split(['@', ':']).next()?.trim_end_matches('/').split('/').peekable();
    (!is_reserved(parts.peek()?.as_bytes())).then_some(parts)
}
