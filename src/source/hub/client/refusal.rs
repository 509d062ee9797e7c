//! What the Hub says when it refuses, in whatever envelope, and which fields it means (docs/hub.md, 3.2).

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::model::clip;

/// Longest message for people, in bytes: lists of what is allowed are long.
const LONGEST: usize = 400;

/// The words of a refusal.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Everything that was said, each text once and whole.
    pub texts: Vec<String>,
    /// The same for people: one line, and never JSON.
    pub message: String,
}

impl Said {
    /// Reads the `X-Error-Message` header and the body: `error` as a text or a list, `errors[].message`, and the like.
    pub fn read(header: Option<&str>, body: &[u8]) -> Said {
        let mut texts = Vec::new();
        header.into_iter().for_each(|header| words(header, &mut texts));
        let of_header = texts.len();
        words(&String::from_utf8_lossy(body), &mut texts);
        // Mostly both say the same, one of them cut off.
        let for_people = if of_header > 0 { &texts[..of_header] } else { &texts[..] };
        let lines: Vec<String> = for_people.iter().map(|text| line(text)).collect();
        let message = clip(&lines.join("; "), LONGEST).into_owned();
        Said { texts, message }
    }
}

/// The texts in a text, which may be JSON, an HTML page or the thing itself.
fn words(text: &str, found: &mut Vec<String>) {
    let text = text.trim();
    if let Ok(json) = serde_json::from_str::<Value>(text) {
        return gather(&json, "", found);
    }
    // A page, or JSON that was cut off, says nothing to anybody.
    let is_cut =
        text.starts_with('{') || text.strip_prefix('[').is_some_and(|rest| rest.trim().starts_with(['{', '"']));
    if !text.is_empty() && !text.starts_with('<') && !is_cut && !found.iter().any(|known| known == text) {
        found.push(text.to_owned());
    }
}

/// Keys under which servers put their words, those that say most first.
const WORDS: &[&str] = &["message", "msg", "error", "errors", "issues", "detail", "details", "reason", "title"];

/// The texts under the keys that servers use for them; where there are none, all of them. `place` is what they speak of.
fn gather(json: &Value, place: &str, found: &mut Vec<String>) {
    match json {
        Value::String(text) if place.is_empty() || text.contains(place) => words(text, found),
        Value::String(text) => words(&format!("{text} at {place}"), found),
        Value::Array(values) => values.iter().for_each(|value| gather(value, place, found)),
        Value::Object(entries) => {
            let of_issue = entries.get("path").map(path).unwrap_or_default();
            let place = if of_issue.is_empty() { place } else { &of_issue };
            let known = found.len();
            WORDS.iter().filter_map(|word| entries.get(*word)).for_each(|value| gather(value, place, found));
            if found.len() == known {
                entries.values().for_each(|value| gather(value, place, found));
            }
        }
        _ => (),
    }
}

/// `["expand", 3]` as `expand[3]`.
fn path(json: &Value) -> String {
    let parts = json.as_array().map(Vec::as_slice).unwrap_or_default();
    parts.iter().fold(String::new(), |path, part| match part {
        Value::String(name) if path.is_empty() => name.clone(),
        Value::String(name) => format!("{path}.{name}"),
        part => format!("{path}[{part}]"),
    })
}

/// A text as one line, without the marks that stand before lines.
fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.trim_start_matches(['✖', '*', ' ']).to_owned()
}

/// A `Meaning` is what a refusal with status 400 is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// It is about these of the fields that were asked for.
    Fields(Vec<String>),
    /// It is about another parameter: no field is at fault.
    Other,
    /// It cannot be told what it is about.
    Unreadable,
}

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        #[allow(clippy::unwrap_used, reason = "the pattern is in the program, and a test uses it")]
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).unwrap());
    };
}

// The place of a field in the query: `expand[3]`, `expand.3`, also of `expand[]`.
pattern!(PLACE, r"\bexpand(?:\[\])?[\[.](\d+)");
pattern!(EXPAND, r"\bexpand\b");
pattern!(OTHER, r#"(?i)\b(?:at|invalid|unknown)\s+["'`]?(?:sort|direction|limit|filter|cursor|search|author)\b"#);
// `one of "a"|"b"`, `Expected 'a' | 'b'`; quotes may still be escaped.
pattern!(
    QUOTED,
    r#"(?i)(?:\bone of|\bexpected)[:\s]*[\[(]?\s*((?:\\?["'`][\w-]+\\?["'`])(?:(?:[|,/\s]|\bor\b|\band\b)*\\?["'`][\w-]+\\?["'`])*)"#
);
// `one of [a, b]`, `one of a | b`.
pattern!(BARE, r"(?i)\bone of[:\s]*[\[(]?\s*([\w-]+(?:\s*[|,]\s*(?:or\s+)?[\w-]+)*)");
pattern!(CUT, r"^\s*[|,]?\s*(?:\.\.\.|…)");
pattern!(WORD, r"[\w-]+");
// The field itself: `Invalid option "x"`, `received 'x'`.
pattern!(NAMED, r#"(?i)\b(?:option|value|field|key|received|got)[:\s]+\\?["'`]([\w-]+)\\?["'`]"#);

/// Finds out which of the fields that were `asked` for, in this order, a refusal means.
pub fn meaning(said: &[String], asked: &[&str]) -> Meaning {
    let mut refused: Vec<&str> = Vec::new();
    let mut is_other = false;
    for issue in said.iter().flat_map(|text| text.split('✖')).filter(|issue| !issue.trim().is_empty()) {
        if !EXPAND.is_match(issue) && OTHER.is_match(issue) {
            is_other = true;
            continue;
        }
        refused.extend(of_issue(issue, asked));
    }
    let fields: Vec<String> =
        asked.iter().filter(|field| refused.contains(field)).map(|field| (*field).into()).collect();
    match (fields.is_empty(), is_other) {
        (false, _) => Meaning::Fields(fields),
        (true, true) => Meaning::Other,
        (true, false) => Meaning::Unreadable,
    }
}

/// The fields that one complaint means: those that are not in its list of what is allowed; else the one at the place
/// that it names; else the one that it names.
fn of_issue<'f>(issue: &str, asked: &[&'f str]) -> Vec<&'f str> {
    let speaks_of_fields = EXPAND.is_match(issue);
    if let Some(taken) = list(issue) {
        // Of a list without a name: no other parameter takes tags.
        let is_of_fields = taken.iter().any(|field| asked.contains(field) || matches!(*field, "author" | "cardData"));
        if is_of_fields && (speaks_of_fields || taken.contains(&"tags")) {
            let refused: Vec<&str> = asked.iter().copied().filter(|field| !taken.contains(field)).collect();
            if !refused.is_empty() {
                return refused;
            }
        }
    }
    if !speaks_of_fields {
        return Vec::new();
    }
    let places = PLACE.captures_iter(issue).filter_map(|found| asked.get(found[1].parse::<usize>().ok()?).copied());
    let at_places: Vec<&str> = places.collect();
    if !at_places.is_empty() {
        return at_places;
    }
    let named = |name: &str| asked.iter().copied().find(|field| *field == name);
    let named_so: Vec<&str> = NAMED.captures_iter(issue).filter_map(|found| named(&found[1])).collect();
    // A text without a list of what is allowed names only what is not.
    match named_so.is_empty() && !issue.contains("one of") && !issue.to_ascii_lowercase().contains("expected") {
        true => WORD.find_iter(issue).filter_map(|word| named(word.as_str())).collect(),
        false => named_so,
    }
}

/// The list of what is allowed, if it is whole.
fn list(issue: &str) -> Option<Vec<&str>> {
    let list = QUOTED.captures(issue).or_else(|| BARE.captures(issue))?.get(1)?;
    let is_cut = CUT.is_match(&issue[list.end()..]);
    let is_word = |word: &&str| !matches!(*word, "or" | "and");
    (!is_cut).then(|| WORD.find_iter(list.as_str()).map(|word| word.as_str()).filter(is_word).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &[&str] = &["createdAt", "tags", "baseModels", "gated"];

    fn fields(header: Option<&str>, body: &str) -> Meaning {
        meaning(&Said::read(header, body.as_bytes()).texts, ASKED)
    }

    #[test]
    fn a_refusal_is_read_in_every_form_and_envelope() {
        let gated = Meaning::Fields(vec!["gated".into()]);
        for body in [
            r#"{"error":"\"expand\" must be one of [author, createdAt, tags, baseModels]"}"#,
            r#"{"error":"✖ Invalid option: expected one of \"author\"|\"createdAt\"|\"tags\"|\"baseModels\"\n  → at expand[3]"}"#,
            r#"{"error":"* Invalid option: expected one of \"author\"|\"createdAt\"|\"tags\"|\"baseModels\" at expand[3]"}"#,
            r#"{"error":["✖ Invalid option: expected one of \"createdAt\"|\"tags\"|\"baseModels\"","  → at expand[3]"]}"#,
            r#"{"error":"Invalid option \"gated\" in expand: expected one of createdAt, tags, baseModels"}"#,
            r#"{"error":"Invalid option \"gated\" in expand: expected one of \"author\", \"createdAt\", ..."}"#,
            r#"{"errors":[{"message":"Invalid option: expected one of 'createdAt' | 'tags' | 'baseModels' at expand[3]"}]}"#,
            r#"{"errors":["Invalid option: expected one of `createdAt`, `tags`, or `baseModels` at expand.3"]}"#,
            r#"{"error":[{"code":"invalid_value","path":["expand",3],"message":"Invalid option: expected one of \"createdAt\"|\"tags\"|\"baseModels\""}]}"#,
            r#"{"error":"[{\"path\":[\"expand\",3],\"message\":\"Invalid enum value. Expected 'createdAt' | 'tags' | 'baseModels', received 'gated'\"}]"}"#,
            r#"{"error":"Invalid option","details":{"fieldErrors":{"expand":["Invalid option: expected one of \"createdAt\"|\"tags\"|\"baseModels\""]}}}"#,
            r#"{"error":"✖ Invalid option\n  → at expand[3]"}"#,
            r#"{"message":"gated is no value of expand"}"#,
            "\"expand\" must be one of [createdAt, tags, baseModels]",
        ] {
            assert_eq!(fields(None, body), gated, "{body}");
            let said = Said::read(None, body.as_bytes());
            assert!(!said.message.contains(['{', '\n', '✖']) && !said.message.is_empty(), "{}", said.message);
        }
        let header = "✖ Invalid option: expected one of \"createdAt\"|\"tags\"|\"baseModels\" → at expand[3]";
        for body in ["", "{}", "{\"error\":\"Bad Request\"}", "<html>", "{\"error\":"] {
            assert_eq!(fields(Some(header), body), gated, "{body}");
        }
    }

    #[test]
    fn several_fields_are_refused_at_once() {
        let both = Meaning::Fields(vec!["baseModels".into(), "gated".into()]);
        let pretty = "✖ Invalid option: expected one of \"createdAt\"|\"tags\"\n  → at expand[2]\n";
        let list = r#"{"error":"\"expand\" must be one of [createdAt, tags]"}"#;
        assert_eq!(fields(None, list), both);
        assert_eq!(fields(None, &format!("{pretty}{}", pretty.replace('2', "3"))), both);
        assert_eq!(fields(None, "✖ Invalid option\n  → at expand[2]\n✖ Invalid option\n  → at expand[3]"), both);
        let all = r#"{"error":"\"expand\" must be one of [author]"}"#;
        assert_eq!(fields(None, all), Meaning::Fields(ASKED.iter().map(|field| (*field).into()).collect()));
    }

    #[test]
    fn what_is_said_of_something_else_costs_no_field() {
        for (body, expected) in [
            (r#"{"error":"Invalid sort parameter"}"#, Meaning::Other),
            (r#"{"error":"✖ Invalid option: expected one of \"createdAt\"|\"likes\"\n  → at sort"}"#, Meaning::Other),
            (r#"{"error":"Invalid cursor"}"#, Meaning::Other),
            (r#"{"error":"Bad Request"}"#, Meaning::Unreadable),
            (r#"{"error":"\"expand\" must be one of the documented values"}"#, Meaning::Unreadable),
            (r#"{"error":"expected one of \"createdAt\"|\"likes\""}"#, Meaning::Unreadable),
            (r#"{"error":"\"expand\" must be one of [createdAt, ..."}"#, Meaning::Unreadable),
            (r#"{"error":"\"expand\" must be one of [createdAt, tags, baseModels, gated]"}"#, Meaning::Unreadable),
            (r#"{"error":"✖ Invalid option → at expand[99]"}"#, Meaning::Unreadable),
            ("", Meaning::Unreadable),
        ] {
            assert_eq!(fields(None, body), expected, "{body}");
        }
    }

    #[test]
    fn a_message_is_a_line_for_people_and_never_json() {
        for (header, body, message) in [
            (Some("Repository not found"), r#"{"error":"Not here"}"#, "Repository not found"),
            (None, r#"{"error":"Repository not found"}"#, "Repository not found"),
            (None, r#"{"errors":[{"message":"one"},{"message":"two"}],"warnings":["three"]}"#, "one; two"),
            (None, r#"{"statusCode":400,"error":{"issues":[{"message":"* one\n  two"}]}}"#, "one two"),
            (None, r#"{"why":"because"}"#, "because"),
            (None, r#"{"error":"{\"error\":\"deep\"}"}"#, "deep"),
            (None, r#"{"error":"{\"error\":\"cut"}"#, ""),
            (None, r#"{"error":"cut"#, ""),
            (None, r#"[{"error""#, ""),
            (None, "<!doctype html><p>Down", ""),
            (None, "[a] is no field", "[a] is no field"),
            (None, "plain\ntext", "plain text"),
            (None, "{}", ""),
            (None, "7", ""),
        ] {
            assert_eq!(Said::read(header, body.as_bytes()).message, message, "{body}");
        }
    }
}
