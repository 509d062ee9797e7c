//! What one text in the place of a parent means.

use crate::model::{ModelId, OddityKind};

/// What a parent's text turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A model, and whether a wrapping (address, revision, cache path, quotes) was taken off.
    Id { id: ModelId, wrapped: bool },
    /// Nothing was written.
    Nothing,
    /// No parent, and why.
    Odd(OddityKind),
}

/// Reads `text` by the rules of `definitions` ("A parent string is normalised before it is a parent"). A parent is
/// never guessed from the last part of a path.
pub(super) fn read(text: &str) -> Reading {
    let trimmed = text.trim_matches(is_blank);
    let trimmed = unquote(trimmed);
    if trimmed.is_empty() {
        return Reading::Nothing;
    }
    if is_placeholder(trimmed) {
        return Reading::Odd(OddityKind::Placeholder);
    }
    if let Ok(id) = ModelId::parse(trimmed) {
        return match is_no_text(trimmed) {
            true => Reading::Odd(OddityKind::Malformed),
            false => Reading::Id { id, wrapped: false },
        };
    }
    let found = match hub_address(trimmed) {
        Address::Hub(rest) => of_address(rest),
        Address::Other => None,
        Address::No => cached(trimmed).or_else(|| of_id(trimmed)),
    };
    match found.and_then(|id| ModelId::parse(id.as_ref()).ok()) {
        Some(id) => Reading::Id { id, wrapped: true },
        None => Reading::Odd(classify(trimmed)),
    }
}

/// Whether `text` is an id as it stands, by a glance that tells of most: an owner and a name. What is left to [`read`] may be
/// one too.
pub(super) fn is_plain(text: &[u8]) -> bool {
    // The only placeholder with a slash is shorter.
    text.len() > "n/a".len() && ModelId::slashes(text) == Some(1)
}

/// Blanks that a trimmed text has at neither end: white space, and the marks that nobody sees.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

fn unquote(text: &str) -> &str {
    for mark in ['"', '\'', '`'] {
        if text.len() >= 2 && text.starts_with(mark) && text.ends_with(mark) {
            return text[1..text.len() - 1].trim_matches(is_blank);
        }
    }
    text
}

fn is_placeholder(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "none",
        "null",
        "nil",
        "nan",
        "n/a",
        "na",
        "unknown",
        "tbd",
        "todo",
        "-",
        "--",
        "?",
        "...",
        "not applicable",
        "from scratch",
        "more information needed",
        "[more information needed]",
        "base_model",
        "your-base-model",
    ];
    let lower = text.to_ascii_lowercase();
    WORDS.contains(&lower.as_str())
        || (text.starts_with("{{") && text.ends_with("}}"))
        || (text.starts_with('<') && text.ends_with('>'))
}

/// A bare number, date or truth value, which YAML does not read as text.
pub(super) fn is_no_text(text: &str) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && (text.parse::<f64>().is_ok() || (digits.len() < text.len() && u64::from_str_radix(digits, 16).is_ok()));
    let bytes = text.as_bytes();
    let date = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, b)| match at {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
    number || date || text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

enum Address<'a> {
    Hub(&'a str),
    Other,
    No,
}

fn hub_address(text: &str) -> Address<'_> {
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, text),
    };
    if scheme.as_deref() == Some("hf") {
        return Address::Hub(rest.strip_prefix("models/").unwrap_or(rest));
    }
    let web = matches!(scheme.as_deref(), None | Some("http" | "https"));
    let host_ends = rest.find('/').unwrap_or(rest.len());
    let host = rest[..host_ends].to_ascii_lowercase();
    match host.strip_prefix("www.").unwrap_or(&host) {
        "huggingface.co" | "hf.co" if web => Address::Hub(rest[host_ends..].trim_start_matches('/')),
        _ if scheme.is_some() => Address::Other,
        _ => Address::No,
    }
}

/// Parts of the Hub that are no models.
const NOT_MODELS: &[&str] =
    &["datasets", "spaces", "collections", "docs", "blog", "papers", "models", "api", "organizations", "buckets"];

fn of_address(rest: &str) -> Option<String> {
    let first = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if NOT_MODELS.iter().any(|word| first.eq_ignore_ascii_case(word)) {
        return None;
    }
    of_id(rest)
}

/// An id that something follows: `@revision`, `/tree/...`, `#...`, `?...`, a slash.
fn of_id(text: &str) -> Option<String> {
    let text = text.split(['#', '?', '@']).next().unwrap_or_default();
    let text = text.trim_end_matches('/');
    let mut parts = text.splitn(4, '/');
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    match (second, third) {
        (None, _) => Some(first.to_owned()),
        (Some(second), None) => Some(format!("{first}/{second}")),
        (Some(second), Some("tree" | "blob" | "resolve" | "raw" | "commit" | "discussions")) => {
            Some(format!("{first}/{second}"))
        }
        _ => None,
    }
}

/// The id in a path of the Hub's own cache: `.../models--owner--name/snapshots/...`.
fn cached(text: &str) -> Option<String> {
    text.split(['/', '\\']).find_map(|part| part.strip_prefix("models--")).map(|name| name.replacen("--", "/", 1))
}

fn classify(text: &str) -> OddityKind {
    let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
    if text.contains("://") {
        OddityKind::Url
    } else if drive
        || text.starts_with(['/', '~', '\\'])
        || text.starts_with("./")
        || text.starts_with("../")
        || text.contains('\\')
        || (text.matches('/').count() > 1 && !text.contains(','))
    {
        OddityKind::Path
    } else if text.starts_with("www.") || text.to_ascii_lowercase().starts_with("huggingface.co") {
        OddityKind::Url
    } else {
        OddityKind::Malformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<String> {
        match read(text) {
            Reading::Id { id, .. } => Some(id.to_string()),
            _ => None,
        }
    }

    #[test]
    fn wrappings_are_taken_off() {
        for text in [
            "a/b",
            " a/b ",
            "\u{a0}a/b\u{200b}",
            "'a/b'",
            "https://huggingface.co/a/b",
            "http://www.huggingface.co/a/b/",
            "https://huggingface.co/a/b/tree/main",
            "huggingface.co/a/b/blob/main/README.md",
            "hf.co/a/b",
            "hf://a/b@main",
            "hf://models/a/b",
            "a/b@rev",
            "a/b#readme",
            "a/b/",
            "a/b/tree/main/x",
            "https://huggingface.co/a/b?library=x",
            "/scratch/.cache/huggingface/hub/models--a--b/snapshots/55cd",
            "C:\\Users\\m\\.cache\\huggingface\\hub\\models--a--b\\snapshots\\fc",
        ] {
            assert_eq!(id(text).as_deref(), Some("a/b"), "{text}");
        }
        assert_eq!(id("https://huggingface.co/gpt2").as_deref(), Some("gpt2"));
        assert_eq!(id("/x/models--gpt2/snapshots").as_deref(), Some("gpt2"));
    }

    #[test]
    fn what_is_no_id_is_classed_and_never_guessed() {
        use OddityKind::{Malformed, Path, Placeholder, Url};
        for (text, kind) in [
            ("/home/models/Llama-3.2-3B", Path),
            ("./Qwen1.5-0.5B-Chat", Path),
            ("../model/checkpoint-final", Path),
            ("models/metric/nemotron/1", Path),
            ("C:\\Users\\x\\문서\\llama_ko", Path),
            ("C:\\Users\\A\\.cache\\modelscope\\models\\Qwen--Qwen2.5-0.5B\\snapshots\\master", Path),
            ("https://example.com/a/b", Url),
            ("https://huggingface.co/datasets/a/b", Url),
            ("https://huggingface.co/collections/a/b-123", Url),
            ("N/A", Placeholder),
            ("none", Placeholder),
            ("{{ base_model }}", Placeholder),
            ("Kokoro 82M", Malformed),
            ("a/b, c/d", Malformed),
            ("12", Malformed),
            ("2024-01-01", Malformed),
            ("a--b/c", Malformed),
            ("<a href=\"x\">b</a>", Placeholder),
        ] {
            assert_eq!(read(text), Reading::Odd(kind), "{text}");
        }
        assert_eq!(read(" \u{200b} "), Reading::Nothing);
    }
}
