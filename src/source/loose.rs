//! Values as other programs write them where JSON was meant: JSON with bare `NaN`, lists and dicts as Python prints them
//! (numpy's without commas, its `array(...)` around them), DuckDB's lists of bare words.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::{Map, Number, Value};

use super::value::{self, MAX_ENTRIES};
use super::words::{self, Named};

/// Deepest nesting; serde_json stops there too.
const MAX_DEPTH: usize = 128;

/// The one value that is written there; nothing if it is cut off, or nothing of the kind.
pub(super) fn value(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text, depth: 0, begun: 0 };
    let value = reader.value(&[])?;
    reader.rest.trim().is_empty().then_some(value)
}

/// The JSON that a text means which is none.
pub(super) fn json(text: &str) -> Option<String> {
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    if is_json { None } else { value(text).filter(|value| !value.is_string()).map(|value| value.to_string()) }
}

/// The texts that a cell of a table holds: those of a list, or the text itself. An empty cell and a null hold none.
///
/// # Errors
/// The cell, if it begins as a list and is none.
pub(super) fn texts(cell: Cow<'_, str>) -> Result<Vec<Cow<'_, str>>, Cow<'_, str>> {
    let text = |entry| match entry {
        Named::Text(text) => Some(text),
        Named::NoText(_) => None,
    };
    Ok(entries(cell)?.into_iter().filter_map(text).collect())
}

/// The same, with what is in the list and is no text: it means what it means in a card, but for numbers, which may be
/// words without quotes.
///
/// # Errors
/// The cell, if it begins as a list and is none.
pub(super) fn entries(cell: Cow<'_, str>) -> Result<Vec<Named<'_>>, Cow<'_, str>> {
    let text = cell.trim();
    if !text.starts_with(['[', '(', '{']) && !text.starts_with("array(") {
        return Ok(if is_null(text) { Vec::new() } else { vec![Named::Text(cell)] });
    }
    let Some(value) = value(text) else { return Err(cell) };
    let mut found = Vec::new();
    words::named(of_card(value), &mut found);
    Ok(found)
}

/// The value as one of a card.
fn of_card(value: Value) -> value::CardValue<'static> {
    match value {
        Value::Null => value::CardValue::Null,
        Value::Bool(is_so) => value::CardValue::Plain(is_so.to_string().into()),
        Value::Number(number) => value::CardValue::Text(number.to_string().into()),
        Value::String(text) => value::CardValue::Text(text.into()),
        Value::Array(values) => value::CardValue::List(values.into_iter().map(of_card).collect()),
        Value::Object(fields) => {
            value::CardValue::Mapping(fields.into_iter().map(|(key, value)| (key.into(), of_card(value))).collect())
        }
    }
}

/// Whether a cell says that there is nothing, in the words of some program.
pub(super) fn is_null(cell: &str) -> bool {
    const WORDS: &[&str] = &["", "nan", "none", "null", "<na>", "nat", "\\n"];
    WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// JSON with what Python writes for missing numbers (`NaN`, `Infinity`) as null; nothing if there is none of it.
pub(super) fn without_nan(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut clean = String::new();
    let (mut from, mut at, mut is_inside) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => is_inside = !is_inside,
            b'\\' if is_inside => at += 1,
            b'N' | b'I' | b'-' if !is_inside => {
                if let Some(word) = ["NaN", "Infinity", "-Infinity"].iter().find(|word| json[at..].starts_with(**word))
                {
                    clean += &json[from..at];
                    clean += "null";
                    at += word.len();
                    from = at;
                    continue;
                }
            }
            _ => (),
        }
        at += 1;
    }
    (from > 0).then(|| clean + &json[from..])
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
    /// Values that were begun.
    begun: usize,
}

impl Reader<'_> {
    /// Takes a mark if it comes next.
    fn takes(&mut self, mark: &str) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A value; a bare word ends before one of `ends`.
    fn value(&mut self, ends: &[char]) -> Option<Value> {
        self.depth += 1;
        self.begun += 1;
        let value = (self.depth <= MAX_DEPTH && self.begun <= MAX_ENTRIES).then(|| self.any(ends)).flatten();
        self.depth -= 1;
        value
    }

    fn any(&mut self, ends: &[char]) -> Option<Value> {
        if self.takes("array(") {
            let value = self.value(&[',', ')'])?;
            let end = self.rest.find(')')?;
            self.rest = &self.rest[end + 1..];
            return Some(value);
        }
        if self.takes("[") {
            return self.list("]", &[',', ']']).map(Value::Array);
        }
        if self.takes("(") {
            return self.list(")", &[',', ')']).map(Value::Array);
        }
        if self.takes("{") {
            return self.fields().map(Value::Object);
        }
        self.rest = self.rest.trim_start();
        match self.rest.chars().next()? {
            mark @ ('"' | '\'') => self.quoted(mark).map(Value::String),
            _ => {
                let end = self.rest.find(ends).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                Some(bare(word.trim()))
            }
        }
    }

    /// The rest of a list, in which brackets of another kind are letters of a word.
    fn list(&mut self, end: &str, ends: &[char]) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        while !self.takes(end) {
            let left = self.rest.len();
            values.push(self.value(ends)?);
            // numpy puts no comma.
            self.takes(",");
            // What takes nothing goes on until memory is full.
            if self.rest.len() == left {
                return None;
            }
        }
        Some(values)
    }

    fn fields(&mut self) -> Option<Map<String, Value>> {
        let mut fields = Map::new();
        while !self.takes("}") {
            let key = match self.value(&[':', '}'])? {
                Value::String(key) => key,
                other => other.to_string(),
            };
            if !self.takes(":") {
                return None;
            }
            let value = self.value(&[',', '}'])?;
            fields.insert(key, value);
            self.takes(",");
        }
        Some(fields)
    }

    /// A text in quotes, with the escapes of JSON and of Python.
    fn quoted(&mut self, mark: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest[1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                _ if c == mark => {
                    self.rest = &self.rest[1 + at + 1..];
                    return Some(text);
                }
                '\\' => {
                    let kind = chars.next()?.1;
                    let mut code = |digits: usize| {
                        let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
                        u32::from_str_radix(&hex, 16).ok()
                    };
                    let code = match kind {
                        'x' => code(2)?,
                        'U' => code(8)?,
                        'u' => match code(4)? {
                            // JSON writes what lies beyond 16 bits in two halves.
                            first @ 0xd800..0xdc00 => {
                                code(2);
                                0x10000 + ((first - 0xd800) << 10) + code(4)?.checked_sub(0xdc00)?
                            }
                            code => code,
                        },
                        'n' => u32::from('\n'),
                        't' => u32::from('\t'),
                        'r' => u32::from('\r'),
                        'b' => 0x8,
                        'f' => 0xc,
                        other => u32::from(other),
                    };
                    text.push(char::from_u32(code)?);
                }
                _ => text.push(c),
            }
        }
        None
    }
}

/// A word without quotes.
fn bare(word: &str) -> Value {
    match word {
        "true" | "True" => Value::Bool(true),
        "false" | "False" => Value::Bool(false),
        _ if is_null(word) || word.trim_start_matches('-').eq_ignore_ascii_case("infinity") => Value::Null,
        _ => word.parse::<Number>().map_or_else(|_| Value::String(word.to_owned()), Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_however_they_are_written() {
        for cell in [
            r#"["a/b","c/d"]"#,
            "['a/b', 'c/d']",
            "('a/b', 'c/d')",
            "['a/b' 'c/d']",
            "['a/b'\n 'c/d']",
            "array(['a/b', 'c/d'], dtype=object)",
            "[a/b, c/d]",
            "[{'_id': '1', 'id': 'a/b'}, {'_id': '2', 'id': 'c/d'}]",
            "[{'_id': 1, 'id': a/b}, {'_id': 2, 'id': c/d}]",
            "{'relation': 'merge', 'models': array([{'id': 'a/b'}], dtype=object), 'id': ['a/b', 'c/d']}",
        ] {
            assert_eq!(texts(cell.into()).as_deref(), Ok(&[Cow::from("a/b"), Cow::from("c/d")][..]), "{cell}");
        }
        for (cell, expected) in [
            ("[mit (modified)]", &["mit (modified)"][..]),
            ("[a)b]", &["a)b"]),
            ("[x) y, z]", &["x) y", "z"]),
            ("(a/b], c]d)", &["a/b]", "c]d"]),
            ("[a/b, (c]d, e), array(f/g)]", &["a/b", "c]d", "e", "f/g"]),
        ] {
            assert_eq!(texts(cell.into()).unwrap(), expected, "{cell}");
        }
        for cell in ["", " ", "nan", "None", "NULL", "[]", "[None]", "()", "<NA>"] {
            assert_eq!(texts(cell.into()).as_deref(), Ok(&[][..]), "{cell}");
        }
        assert_eq!(texts("a/b".into()).as_deref(), Ok(&[Cow::from("a/b")][..]));
        for cell in ["['a/b", "['a/b'] x", "{'a'}", "[", "['\\x']", "(a/b]", "[a/b)", "{a: [)}"] {
            assert!(texts(cell.into()).is_err(), "{cell}");
        }
        assert!(texts("[".repeat(100_000).into()).is_err());
    }

    #[test]
    fn texts_keep_their_escapes_and_words() {
        let expected = ["it's", "\u{e9}\n", "license:mit", "7B", "\u{1f600}"].map(Cow::from);
        let cell = r#"["it's", '\xe9\n', license:mit, 7B, "\ud83d\ude00"]"#;
        assert_eq!(texts(cell.into()).as_deref(), Ok(&expected[..]));
    }

    #[test]
    fn bare_nan_is_null_outside_of_texts() {
        let json = r#"{"a":NaN,"b":[-Infinity,Infinity],"c":"NaN \" NaN","d":-1}"#;
        let clean = r#"{"a":null,"b":[null,null],"c":"NaN \" NaN","d":-1}"#;
        assert_eq!(without_nan(json).as_deref(), Some(clean));
        assert_eq!(without_nan(clean), None);
        assert_eq!(without_nan("\u{e9}\\"), None);
    }
}
