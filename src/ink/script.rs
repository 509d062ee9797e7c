use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A script without its comments and indents: no line of it goes on in the next one inside a text.
pub(crate) fn lean<'s>(parts: impl IntoIterator<Item = &'s str>) -> String {
    let lines = parts.into_iter().flat_map(str::lines).map(str::trim_start);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// How a page's policy names a script or a style inside the page, so that no other one runs.
pub(crate) fn allowed(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
