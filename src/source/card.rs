//! The front matter of a model card: found as the Hub finds it, read as YAML events, so that nothing hangs, aliases
//! stand for no more than a bound, and what stood before an error still counts.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};
use regex::bytes::Regex;

use super::foreign;
use super::normalize::{Found, Speaker};
use super::value::{CardValue, MAX_DEPTH, is_no_text};
use super::words::{CardValues, CardWords, Key, OwnTags};
use crate::model::{Oddity, OddityKind, Record, Word};

/// How far into a card its front matter may reach, in bytes. The longest that are known (model-index tables) take 200 KB.
pub(super) const MAX_FRONT: usize = 1 << 20;
/// Bytes of a card that are read: the longest hold pictures, of some MB.
pub(super) const MAX_CARD: u64 = 64 << 20;
/// Entries of a front matter that are kept, nested ones included.
const MAX_NODES: usize = 100_000;
/// Bytes of a value that an alias may stand for, and of all that they stand for in one front matter: more is a bomb.
const MAX_ALIASED: usize = 64 << 10;
const MAX_EXPANDED: usize = 4 << 20;

/// The header as the Hub's own expression finds it (docs/hub.md, 7.2); a byte order mark before it is white space there.
#[allow(clippy::unwrap_used, reason = "a constant expression, compiled in a test")]
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)\A(?:\s|\xEF\xBB\xBF)*---[\r\n]+((?s:.*?))[\r\n]+---[ \t]*(?:\r\n|\n|\z)").unwrap()
});

/// So much of a card tells whether it is text.
const GLANCE: usize = 8 << 10;

/// Reads the card of the model `id`; a card without front matter is a model of which nothing is known.
///
/// # Errors
/// Why there is no record.
pub(super) fn record<'a>(id: &'a str, readme: &[u8]) -> Result<Record<'a>, String> {
    Found { id: Cow::Borrowed(id), ..found(readme)? }.settle()
}

/// What a card says of its model.
///
/// # Errors
/// Why it is no card.
pub(super) fn found(readme: &[u8]) -> Result<Found<'static>, String> {
    let head = &readme[..readme.len().min(MAX_FRONT)];
    if let Some(what) = foreign::of_card(head) {
        return Err(format!("no card: it {what}"));
    }
    let mut found = Found { speaker: Speaker::Card, ..Found::default() };
    if let Some(front) = HEADER.captures(head).and_then(|captures| captures.get(1)) {
        read(front.as_bytes(), &mut found);
    } else if head[..head.len().min(GLANCE)].contains(&0) {
        return Err("no card: it is binary".into());
    } else if opens(head) {
        if readme.len() > MAX_FRONT {
            return Err(format!("the front matter does not end within {} MiB", MAX_FRONT >> 20));
        }
        found.oddities.push(Oddity::new(OddityKind::OpenHeader, "no line of --- ends it"));
        // Nobody knows what was meant.
        found.speaker = Speaker::Nobody;
    }
    Ok(found)
}

/// Whether a front matter begins, with a key, and no line ends it.
fn opens(head: &[u8]) -> bool {
    let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
    let Some(rest) = text.strip_prefix(b"---").filter(|rest| rest.starts_with(b"\n") || rest.starts_with(b"\r")) else {
        return false;
    };
    let mut lines = rest.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    first.contains(&b':') && !first.starts_with(b"---") && !lines.any(|line| line.trim_ascii_end() == b"---")
}

/// What a front matter declares that stands alone, without its `---` lines; nothing if it is none.
pub(super) fn declared(front: &str, oddities: &mut Vec<Oddity>) -> Option<CardWords<'static>> {
    let mut found = Found::default();
    read(front.as_bytes(), &mut found);
    let is_broken = found.oddities.iter().any(|oddity| oddity.kind == OddityKind::BrokenYaml);
    let words = found.card.filter(|_| !is_broken && front.contains(':'))?;
    oddities.append(&mut found.oddities);
    let tags = OwnTags::Read(found.tags.unwrap_or_default());
    Some(CardWords { tags, library: found.words[Word::Library].take(), ..words })
}

/// The value that a YAML text is, as far as its first document goes.
///
/// # Errors
/// Why it is no YAML.
pub(super) fn yaml(text: &str) -> Result<CardValue<'static>, String> {
    let mut events = Parser::new_from_str(text);
    loop {
        match next(&mut events)? {
            Event::StreamStart | Event::DocumentStart(..) => (),
            event => return Keys::default().value(event, &mut events, 0),
        }
    }
}

/// Reads a front matter, without its `---` lines, into `found`.
fn read(front: &[u8], found: &mut Found<'static>) {
    let text = match std::str::from_utf8(front) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let about = format!("not UTF-8 from byte {} of the front matter", error.valid_up_to());
            found.oddities.push(Oddity::new(OddityKind::BadValue, &about));
            String::from_utf8_lossy(front)
        }
    };
    let mut keys = Keys::default();
    let walked = keys.walk(&text);
    keys.merge();
    if let Err(reason) = walked {
        found.oddities.push(Oddity::new(OddityKind::BrokenYaml, &reason));
        if !keys.values.has(Key::BaseModel) {
            let rescued = rescue(&text);
            if !rescued.is_empty() {
                found.oddities.push(Oddity::new(OddityKind::Rescued, &rescued.join(", ")));
                let texts = rescued.into_iter().map(|text| CardValue::Text(text.into())).collect();
                keys.values.set(Key::BaseModel, CardValue::List(texts));
            }
        }
    }
    found.oddities.extend(keys.unread.iter().map(|about| Oddity::new(OddityKind::BadValue, about)));
    let mut values = keys.values;
    found.card = Some(values.words(&mut found.oddities));
    found.tags = values.has(Key::Tags).then(|| values.texts(Key::Tags, &mut found.oddities));
    found.words[Word::Task] = values.text(Key::Task, &mut found.oddities);
    found.words[Word::Library] = values.text(Key::Library, &mut found.oddities);
}

type Entries = Vec<(Cow<'static, str>, CardValue<'static>)>;

/// A scalar by its tag, where it has one of YAML's own, and else as it is written.
fn of_scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> CardValue<'static> {
    let kind = tag.map(|tag| match tag.parts() {
        ("", "!") | ("!", "") => Cow::Borrowed("str"),
        _ => tag.suffix_in_namespace("tag:yaml.org,2002:").unwrap_or_default(),
    });
    match kind.as_deref() {
        Some("str") => CardValue::Text(text.to_owned().into()),
        Some("null") => CardValue::Null,
        Some("int" | "float" | "bool" | "timestamp" | "binary") => CardValue::Plain(text.to_owned().into()),
        _ => untagged(text, style),
    }
}

fn untagged(text: &str, style: ScalarStyle) -> CardValue<'static> {
    match style {
        ScalarStyle::Plain if matches!(text, "" | "~" | "null" | "Null" | "NULL") => CardValue::Null,
        ScalarStyle::Plain if is_no_text(text) => CardValue::Plain(text.to_owned().into()),
        _ => CardValue::Text(text.to_owned().into()),
    }
}

/// What a value is called as a key.
fn as_key(value: CardValue<'static>) -> Cow<'static, str> {
    match value {
        CardValue::Text(text) | CardValue::Plain(text) => text,
        CardValue::List(values) => {
            let keys: Vec<_> = values.into_iter().map(as_key).filter(|key| !key.is_empty()).collect();
            keys.join(" ").into()
        }
        CardValue::Null | CardValue::Mapping(_) | CardValue::Json(_) | CardValue::Unread(_) => Cow::Borrowed(""),
    }
}

/// About how many bytes a value takes.
fn size(value: &CardValue<'_>) -> usize {
    size_of::<CardValue<'_>>()
        + match value {
            CardValue::Text(text) | CardValue::Plain(text) => text.len(),
            CardValue::List(values) => values.iter().map(size).sum(),
            CardValue::Mapping(entries) => entries.iter().map(|(key, value)| key.len() + size(value)).sum(),
            CardValue::Json(json) => json.len(),
            CardValue::Null | CardValue::Unread(_) => 0,
        }
}

/// A mapping with what its merge keys (`<<`) bring: its own keys stand above that, an earlier mapping above a later
/// one. Tells whether each brought a mapping.
fn merged(mut entries: Entries) -> (Entries, bool) {
    let mut sources: Vec<CardValue<'static>> =
        entries.extract_if(.., |(key, _)| key == "<<").map(|(_, value)| value).collect();
    sources.reverse();
    let mut known: HashSet<Cow<'static, str>> = entries.iter().map(|(key, _)| key.clone()).collect();
    let mut is_whole = true;
    while let Some(source) = sources.pop() {
        match source {
            CardValue::Mapping(others) => {
                // The last of a key that stands twice.
                let new = others.into_iter().rev().filter(|(key, _)| known.insert(key.clone()));
                entries.extend(new);
            }
            CardValue::List(values) => sources.extend(values.into_iter().rev()),
            _ => is_whole = false,
        }
    }
    (entries, is_whole)
}

/// The values of the root mapping's keys.
#[derive(Default)]
struct Keys {
    values: CardValues<'static>,
    /// The merge keys (`<<`), in order.
    merges: Entries,
    unread: Vec<String>,
    anchored: HashMap<usize, CardValue<'static>>,
    /// Bytes that aliases stand for.
    expanded: usize,
    nodes: usize,
}

impl Keys {
    /// Walks the events up to the first error or the document's end.
    fn walk(&mut self, text: &str) -> Result<(), String> {
        let mut events = Parser::new_from_str(text);
        // Where we are: the open collections outside any value of interest.
        let mut depth = 0usize;
        let mut key: Option<String> = None;
        loop {
            let event = next(&mut events)?;
            match event {
                Event::StreamEnd | Event::DocumentEnd => return Ok(()),
                Event::MappingStart(..) if depth == 0 => depth = 1,
                Event::SequenceStart(..) | Event::Scalar(..) if depth == 0 => {
                    return match event {
                        Event::Scalar(text, ..) if text.trim().is_empty() => Ok(()),
                        _ => Err("the front matter is no mapping".into()),
                    };
                }
                Event::MappingEnd if depth == 1 => return Ok(()),
                event if depth == 1 => match key.take() {
                    None => {
                        key = Some(match event {
                            Event::Scalar(text, ..) => text.into_owned(),
                            event => match self.value(event, &mut events, 1)? {
                                CardValue::Text(text) => text.into_owned(),
                                _ => String::new(),
                            },
                        });
                    }
                    Some(name) => {
                        let value = self.value(event, &mut events, 1)?;
                        if name == "<<" {
                            self.merges.push((name.into(), value));
                        } else if let Some(key) = Key::from_name(&name) {
                            self.values.set(key, value);
                        }
                    }
                },
                _ => (),
            }
        }
    }

    /// Takes over what merge keys bring: the card's own keys stand above that.
    fn merge(&mut self) {
        let (entries, is_whole) = merged(std::mem::take(&mut self.merges));
        if !is_whole {
            self.unread.push("a merge key (<<) of no mapping".into());
        }
        for (key, value) in entries {
            if let Some(key) = Key::from_name(&key) {
                self.values.add(key, value);
            }
        }
    }

    /// The value that begins with `event`.
    fn value<'t>(
        &mut self,
        event: Event<'t>,
        events: Events<'_, 't>,
        depth: usize,
    ) -> Result<CardValue<'static>, String> {
        self.nodes += 1;
        if depth > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} levels"));
        }
        if self.nodes > MAX_NODES {
            return Err(format!("more than {MAX_NODES} entries"));
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => (of_scalar(&text, style, tag.as_deref()), anchor),
            Event::SequenceStart(_, anchor, _) => {
                let mut values = Vec::new();
                loop {
                    match next(events)? {
                        Event::SequenceEnd => break,
                        event => values.push(self.value(event, events, depth + 1)?),
                    }
                }
                (CardValue::List(values), anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                let mut entries = Vec::new();
                loop {
                    let key = match next(events)? {
                        Event::MappingEnd => break,
                        event => self.value(event, events, depth + 1)?,
                    };
                    let event = next(events)?;
                    let value = self.value(event, events, depth + 1)?;
                    entries.push((as_key(key), value));
                }
                (CardValue::Mapping(merged(entries).0), anchor)
            }
            // What an alias stands for is small, or it stays what it is, an event: a bomb of lists does not go off.
            Event::Alias(anchor) => {
                let known = self.anchored.get(&anchor);
                self.expanded += known.map_or(0, size);
                let unread = CardValue::Unread("an alias of something too large, or of nothing");
                (known.filter(|_| self.expanded <= MAX_EXPANDED).cloned().unwrap_or(unread), 0)
            }
            _ => (CardValue::Null, 0),
        };
        if anchor > 0 && size(&value) <= MAX_ALIASED {
            self.anchored.insert(anchor, value.clone());
        }
        Ok(value)
    }
}

type Events<'e, 't> = &'e mut dyn Iterator<Item = Result<(Event<'t>, Span), ScanError>>;

fn next<'t>(events: Events<'_, 't>) -> Result<Event<'t>, String> {
    match events.next() {
        Some(Ok((event, _))) => Ok(event),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("ends inside a value".into()),
    }
}

/// After an error: what stands behind `base_model:` at the start of a line, on it or indented below it. The last one
/// that says something counts.
fn rescue(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(rest) = after_key(line) else { continue };
        let below = lines[at + 1..].iter().take_while(|line| {
            let is_item = line.starts_with("- ") || line.starts_with(']');
            line.trim().is_empty() || line.starts_with([' ', '\t', '#']) || is_item
        });
        let bare = |part: &str| part.split(" #").next().unwrap_or_default().trim().to_owned();
        let below = below.map(|part| bare(part)).filter(|part| !part.is_empty() && !part.starts_with('#'));
        let named = rescued(&bare(rest), &below.collect::<Vec<_>>());
        if !named.is_empty() {
            found = named;
        }
    }
    found
}

/// What follows `base_model:`, however the key is quoted.
fn after_key(line: &str) -> Option<&str> {
    let line = line.strip_prefix(['"', '\'']).unwrap_or(line).strip_prefix("base_model")?;
    line.strip_prefix(['"', '\'']).unwrap_or(line).trim_start().strip_prefix(':')
}

/// The texts of a value: the first line of it, and those below.
fn rescued(first: &str, below: &[String]) -> Vec<String> {
    let bare = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let is_block = first.starts_with(['>', '|']);
    let whole = format!("{} {}", if is_block { "" } else { first }, below.join(" "));
    let texts = if is_block {
        vec![bare(&whole)]
    } else if whole.trim_start().starts_with('[') {
        whole.trim().trim_matches(['[', ']']).split(',').map(bare).collect()
    } else if !first.is_empty() {
        vec![bare(first)]
    } else {
        let item = |line: &String| {
            let line = line.strip_prefix("- ").unwrap_or(line);
            bare(line.strip_prefix("id:").or_else(|| line.strip_prefix("name:")).unwrap_or(line))
        };
        below.iter().map(item).collect()
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}
