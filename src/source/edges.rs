//! A small text notation for lineages: tests, docs and hand-made data are written in it.
//!
//! ```text
//! # a comment
//! a/base -> b/chat : finetune                     a link: parent, arrow, child, colon, relation
//! b/chat -> c/chat-GGUF, c/chat-AWQ : quantized   several children
//! a/base, b/chat -> d/blend : merge               several parents
//! ?gone/old -> e/kept                             a parent that is not listed; a relation that nobody stated
//! f/alone                                         a model, of whose parents nothing is said
//! - -> f/base                                     a model of which it is known that it has no parents
//! b/chat : downloads=1200 created=2024-05-01      what else is known of the models on the right
//! ```
//!
//! Every model is listed, wherever it stands, but for parents marked `?`. Where lines give one link two relations, the
//! stronger holds (merge, adapter, quantized, finetune), which is noted. After the colon come the relation and any of
//! `downloads`, `downloads_all_time`, `likes`, `parameters`, `created`, `sha`, `task`, `library`, `licence_name`,
//! `licence_link`, `gated`, `hub`, `disabled`, `licences` and `tags` (with commas between them), in any order. Lines about
//! one model add up. A model of another hub than Hugging Face says so by `hub` or before its id, `modelscope:a/b`; a parent
//! without a hub is of its child's, `huggingface:a/b` of that one. In a value `\u{20}` is the character of that number, as
//! Rust writes it: a blank, a `#` or a backslash, and a comma within a word of a list.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::path::Path;

use super::bounded::{self, Line, size};
use super::value::{MAX_ENTRIES, is_crowded};
use super::{Error, Sink, date, infer, pages};
use crate::model::{
    Authority, Commit, Count, Flag, Learned, ModelId, Oddity, OddityKind, Parent, Record, Reject, Relation, Word,
    WordList,
};

pub(super) fn read_input(path: &Path, input: impl BufRead, sink: Sink<'_>) -> Result<(), Error> {
    read(&path.display().to_string(), input, sink).map_err(|(place, error)| pages::cut(path, &place, &error))
}

/// Reads the notation out of `text`; `name` stands for the file in rejects.
///
/// Each line gives a record for each model that it lists; lines about one model add up where records are gathered.
pub fn read_text(name: &str, text: &str, sink: Sink<'_>) {
    // Reading from memory cannot fail but for a bad line, which is a reject.
    _ = read(name, text.as_bytes(), sink);
}

fn read(name: &str, mut input: impl BufRead, sink: Sink<'_>) -> Result<(), (String, io::Error)> {
    let mut gathered = Gathered::default();
    let mut buffer = Vec::new();
    for number in 1u64.. {
        let place = || format!("line {number}");
        let state = bounded::line(&mut input, pages::MAX_ROW, &mut buffer).map_err(|error| (place(), error))?;
        let parsed = match (state, std::str::from_utf8(&buffer)) {
            (Line::End, _) => break,
            (Line::TooLong, _) => Err(format!("a line of more than {}", size(pages::MAX_ROW as u64))),
            (Line::Whole, Ok(text)) => line(text.trim_start_matches('\u{feff}')),
            (Line::Whole, Err(error)) => Err(format!("not UTF-8 from byte {}", error.valid_up_to() + 1)),
        };
        match parsed {
            Err(reason) => sink(Err(Reject { file: name.to_owned(), place: place(), reason })),
            Ok(line) => line.records().for_each(|record| gathered.one(record)),
        }
    }
    gathered.give(sink);
    Ok(())
}

/// Records of which several speak of one model and add up: lines of the notation, rows of a table of links.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    records: Vec<Record<'static>>,
    places: HashMap<String, usize>,
    /// Where a record's parents stand in it, by their keys: of those with more than [`FEW`], by their places.
    crowds: HashMap<usize, HashMap<String, usize>>,
}

/// So many parents are looked through one by one; models with more are rare.
const FEW: usize = 16;

impl Gathered {
    /// Takes in a record; a reject is handed on.
    pub fn add(&mut self, found: Result<Record<'_>, Reject>, sink: Sink<'_>) {
        match found {
            Ok(record) => self.one(record.into_owned()),
            Err(reject) => sink(Err(reject)),
        }
    }

    fn one(&mut self, mut record: Record<'static>) {
        let at = *self.places.entry(record.id.key()).or_insert(self.records.len());
        if at == self.records.len() {
            self.records.push(Record::new(record.id.clone()));
        }
        let known = &mut self.records[at];
        known.oddities.append(&mut record.oddities);
        known.hub_id = record.hub_id.or(known.hub_id);
        let crowd = match known.parents.len() > FEW {
            true => Some(self.crowds.entry(at).or_default()),
            false => None,
        };
        add(known, record, crowd);
    }

    /// Gives all of them, in the order in which they were met.
    pub fn give(self, sink: Sink<'_>) {
        for mut record in self.records {
            // Each row's was inferred from the parents of that row alone.
            let inferred = |parent: &&Parent| is_inferred(parent);
            let relation = infer::joined(record.parents.iter().filter(inferred).map(|parent| parent.relation));
            record
                .parents
                .iter_mut()
                .filter(|parent| is_inferred(parent))
                .for_each(|parent| parent.relation = relation);
            sink(Ok(record));
        }
    }
}

/// Whether a parent's relation is inferred, and not just unknown.
fn is_inferred(parent: &Parent) -> bool {
    parent.learned == Learned::Inferred && parent.relation != Relation::Unstated
}

/// What a later line knows is added to what an earlier one said. Where the known parents are many, `crowd` has the places of
/// the first of them by their keys.
fn add<'a>(known: &mut Record<'a>, later: Record<'a>, crowd: Option<&mut HashMap<String, usize>>) {
    let Record {
        id,
        hub_id: _,
        was: _,
        created,
        sha,
        counts,
        words,
        flags,
        lists,
        authority,
        parents,
        oddities: _,
        has_card: _,
    } = later;
    if id != known.id {
        known.oddities.push(Oddity::new(OddityKind::CaseCollision, known.id.as_str()));
        known.id = id;
    }
    known.created = created.or(known.created);
    for (count, value) in counts.iter().filter(|(_, value)| value.is_some()) {
        known.counts[count] = *value;
    }
    for (word, value) in words.iter().filter(|(_, value)| value.is_some()) {
        known.words[word] = value.clone();
    }
    known.sha = sha.or(known.sha);
    for (list, words) in lists.iter().filter(|(_, words)| words.is_some()) {
        known.lists[list] = words.clone();
    }
    for (flag, value) in flags.iter().filter(|(_, value)| value.is_some()) {
        known.flags[flag] = *value;
    }
    known.authority = known.authority.max(authority);
    // One line may name many.
    let mut of_line = HashMap::new();
    let mut crowd = crowd.or_else(|| (known.parents.len() + parents.len() > FEW).then_some(&mut of_line));
    for parent in parents {
        let place = match &mut crowd {
            Some(places) => {
                let placed = places.len();
                places.extend(known.parents.iter().enumerate().skip(placed).map(|(at, old)| (old.id.key(), at)));
                places.get(&parent.id.key()).copied()
            }
            None => known.parents.iter().position(|old| old.id.as_str().eq_ignore_ascii_case(parent.id.as_str())),
        };
        match place.map(|at| &mut known.parents[at]) {
            None => known.parents.push(parent),
            // Nothing is said of the relation.
            Some(_) if parent.relation == Relation::Unstated => (),
            Some(old) if old.relation == Relation::Unstated || old.learned < parent.learned => *old = parent,
            // Nothing new is said, or less surely.
            Some(old) if old.relation == parent.relation || parent.learned < old.learned => (),
            Some(old) if is_inferred(old) => old.relation = infer::joined([old.relation, parent.relation].into_iter()),
            Some(old) => {
                let (weaker, stronger) = (old.relation.min(parent.relation), old.relation.max(parent.relation));
                let text = format!("{}: {weaker}, {stronger}", old.id);
                known.oddities.push(Oddity::new(OddityKind::RelationConflict, &text));
                old.relation = stronger;
            }
        }
    }
}

/// Whether a text begins as the notation does: its first line that says something is a link, and one of its ids has an
/// owner. Words with an arrow between them may be anything.
pub(super) fn begins(text: &[u8]) -> bool {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
    };
    let mut said = text.lines().map(|line| line.split_once('#').map_or(line, |(said, _)| said).trim());
    let first = said.find(|line| !line.is_empty()).unwrap_or_default();
    let has_owner = |record: &Record<'_>| {
        record.id.owner().is_some() || record.parents.iter().any(|parent| parent.id.owner().is_some())
    };
    first.contains("->") && line(first).is_ok_and(|said| said.records().any(|record| has_owner(&record)))
}

/// What a line says: so much of each of its models.
#[derive(Default)]
struct Said {
    /// Parents that are listed.
    parents: Vec<ModelId>,
    children: Vec<ModelId>,
    /// What is said of each child.
    of_child: Option<Record<'static>>,
}

impl Said {
    /// A record for each model that the line lists. A parent without a hub is of each child's.
    fn records(self) -> impl Iterator<Item = Record<'static>> {
        let of_child = self.of_child;
        let of = |id| of_child.as_ref().map(|known| Record { id, ..known.clone() });
        let mut children: Vec<Record<'static>> = self.children.into_iter().filter_map(of).collect();
        children.iter_mut().for_each(Record::settle_hub);
        let mut hubs: Vec<Option<&str>> = children.iter().map(|child| child.id.hub()).collect();
        hubs.sort_unstable();
        hubs.dedup();
        let at_each = |id: &ModelId| match id.hub() {
            Some(_) => vec![id.as_listed().into_owned()],
            None => hubs.iter().map(|hub| id.at_hub(*hub)).collect(),
        };
        let parents: Vec<ModelId> = self.parents.iter().flat_map(at_each).collect();
        let listed = parents.into_iter().map(|id| {
            let mut record = Record::new(id);
            record.settle_hub();
            record
        });
        listed.chain(children)
    }
}

fn line(text: &str) -> Result<Said, String> {
    let text = text.split_once('#').map_or(text, |(text, _)| text).trim();
    if text.is_empty() {
        return Ok(Said::default());
    }
    let (ids, words) = text.split_at(colon(text).unwrap_or(text.len()));
    let words = words.strip_prefix(':').unwrap_or(words);
    let (named, children) = ids.split_once("->").unwrap_or(("", ids));
    if is_crowded(text.as_bytes()) {
        return Err(format!("more than {MAX_ENTRIES} models and words: write several lines"));
    }
    let children = models(children)?;
    // Each child has all of it: a short line with many of both would fill the memory.
    let expanded = (named.len() + words.len()).saturating_mul(children.len());
    if children.len() > 1 && expanded > pages::MAX_ROW {
        let most = size(pages::MAX_ROW as u64);
        return Err(format!(
            "says more than {most} of its {} models: write a line for some of them each",
            children.len()
        ));
    }
    let parents = match named.trim() {
        "-" => Vec::new(),
        _ if !ids.contains("->") => Vec::new(),
        _ => models(named)?,
    };
    if let Some((id, _)) = children.iter().find(|(_, listed)| !listed) {
        return Err(format!("only a parent can be unlisted, and ?{id} stands as a child"));
    }
    let mut pattern = Record::new(children[0].0.clone());
    let mut relation = None;
    for word in words.split_whitespace() {
        match word.split_once('=') {
            Some((key, value)) => attribute(&mut pattern, key, value)?,
            None if relation.is_none() && !parents.is_empty() => {
                relation = Some(Relation::from_name(word).ok_or_else(|| {
                    format!("{word:?} is no relation; use finetune, adapter, quantized, merge or unstated")
                })?);
            }
            None => return Err(format!("{word:?} stands where a relation or key=value is expected")),
        }
    }
    if ids.contains("->") {
        pattern.authority = Authority::Listing;
    }
    if !parents.is_empty() {
        let relation = relation.unwrap_or(Relation::Unstated);
        let learned = if relation == Relation::Unstated { Learned::Inferred } else { Learned::Declared };
        pattern.parents = parents.iter().map(|(id, _)| Parent::new(id.clone(), relation, learned)).collect();
    }
    let listed = parents.into_iter().filter(|(_, listed)| *listed).map(|(id, _)| id);
    Ok(Said {
        parents: listed.collect(),
        children: children.into_iter().map(|(id, _)| id).collect(),
        of_child: Some(pattern),
    })
}

/// Where the words begin: at the first colon that stands in no id of another hub. Such an id has a slash, or words follow it.
fn colon(text: &str) -> Option<usize> {
    // In values anything may stand.
    let ids = text.split('=').next().unwrap_or_default();
    let arrow = ids.rfind("->").map_or(0, |at| at + 2);
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '?' | '>');
    let mut colons = ids[arrow..].match_indices(':').map(|(at, _)| arrow + at).peekable();
    while let Some(at) = colons.next() {
        let before = ids[..at].rsplit(ends).next().unwrap_or_default();
        let after = ids[at + 1..].split(ends).next().unwrap_or_default();
        let is_in_id = ModelId::is_hub(before) && !after.is_empty() && (after.contains('/') || colons.peek().is_some());
        if !is_in_id {
            return Some(at);
        }
    }
    None
}

fn models(text: &str) -> Result<Vec<(ModelId, bool)>, String> {
    text.split(',')
        .map(|part| {
            let part = part.trim();
            let (id, listed) = part.strip_prefix('?').map_or((part, true), |id| (id, false));
            let id = ModelId::read(id)
                .map_err(|fault| format!("{:?} is no model id: {fault}", crate::model::clip(id, 80)))?;
            Ok((id, listed))
        })
        .collect()
}

fn attribute(record: &mut Record<'_>, key: &str, value: &str) -> Result<(), String> {
    if let Some(count) = Count::ALL.into_iter().find(|count| count.name() == key) {
        let number = value.parse().map_err(|_| format!("{key}={}: no whole number", value.escape_debug()))?;
        record.counts[count] = Some(number);
        return Ok(());
    }
    if let Some(word) = Word::ALL.into_iter().find(|word| word.name() == key) {
        record.words[word] = Some(Cow::Owned(unescaped(value)));
        return Ok(());
    }
    let name = if matches!(key, "licence" | "license") { WordList::Licences.name() } else { key };
    if let Some(list) = WordList::ALL.into_iter().find(|list| list.name() == name) {
        record.lists[list] = Some(value.split(',').map(|word| Cow::Owned(unescaped(word))).collect());
        return Ok(());
    }
    if let Some(flag) = Flag::ALL.into_iter().find(|flag| flag.name() == key) {
        record.flags[flag] =
            Some(value.parse().map_err(|_| format!("{key}={}: neither true nor false", value.escape_debug()))?);
        return Ok(());
    }
    match key {
        "created" => {
            record.created = Some(
                date::millis(value)
                    .ok_or_else(|| format!("{key}={}: no date; write 2024-05-01", value.escape_debug()))?,
            );
        }
        "sha" => {
            let sha =
                Commit::parse(value).ok_or_else(|| format!("{key}={}: no 40 hex digits", value.escape_debug()))?;
            record.sha = Some(sha);
        }
        _ => {
            let (counts, words) = (Count::ALL.map(Count::name), Word::ALL.map(Word::name));
            let (flags, lists) = (Flag::ALL.map(Flag::name), WordList::ALL.map(WordList::name));
            let known = [&counts[..], &["created", "sha"], &words[..], &flags[..], &lists[..]].concat().join(", ");
            return Err(format!("{key:?} is no attribute; use one of {known}"));
        }
    }
    Ok(())
}

/// Writes records in the notation, with their links and counts: what [`read_text`] reads back. `is_listed` tells
/// which parents have records of their own.
///
/// # Errors
/// It fails if the writer does.
pub fn write<'r>(
    records: impl IntoIterator<Item = &'r Record<'r>>,
    is_listed: impl Fn(&ModelId) -> bool,
    out: &mut impl Write,
) -> io::Result<()> {
    for record in records {
        let is_known = record.parents.is_empty() && record.authority != Authority::Silent;
        write!(out, "{}{}", if is_known { "- -> " } else { "" }, record.id)?;
        let numbers = record.counts.iter().filter_map(|(count, value)| Some(format!("{}={}", count.name(), (*value)?)));
        let mut words: Vec<String> = numbers.collect();
        words.extend(
            record.created.and_then(|at| Some(format!("created={}", jiff::Timestamp::from_millisecond(at).ok()?))),
        );
        let texts = record.words.iter();
        words.extend(
            texts.filter_map(|(key, value)| Some(format!("{}={}", key.name(), escaped(value.as_deref()?, "")))),
        );
        words.extend(record.sha.map(|sha| format!("sha={sha}")));
        words.extend(record.flags.iter().filter_map(|(flag, value)| Some(format!("{}={}", flag.name(), (*value)?))));
        let lists = record.lists.iter().filter_map(|(list, words)| Some((list, words.as_ref()?)));
        let lists = lists.filter(|(_, words)| !words.is_empty());
        words.extend(lists.map(|(list, words)| {
            let words: Vec<String> = words.iter().map(|word| escaped(word, ",")).collect();
            format!("{}={}", list.name(), words.join(","))
        }));
        let is_plain = words.is_empty() && record.id.hub().is_none();
        writeln!(out, "{}{}", if is_plain { "" } else { " : " }, words.join(" "))?;
        for parent in &record.parents {
            let mark = if is_listed(&parent.id.as_listed()) { "" } else { "?" };
            writeln!(out, "{mark}{} -> {} : {}", parent.id, record.id, parent.relation.name())?;
        }
    }
    Ok(())
}

/// A text in which nothing ends a word, begins a comment or moves a cursor, and none of `marks` stands.
fn escaped(text: &str, marks: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() || c.is_control() || matches!(c, '#' | '\\') || marks.contains(c) {
            true => word.extend(c.escape_unicode()),
            false => word.push(c),
        }
    }
    word
}

/// The text that was escaped so; a backslash that begins nothing of the kind stands for itself.
fn unescaped(word: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(word.len()), word);
    while let Some((before, after)) = rest.split_once("\\u{") {
        text += before;
        let code = after.split_once('}');
        let read = code.and_then(|(code, after)| Some((u32::from_str_radix(code, 16).ok()?, after)));
        match read.and_then(|(code, after)| Some((char::from_u32(code)?, after))) {
            Some((c, after)) => {
                text.push(c);
                rest = after;
            }
            None => {
                text += "\\u{";
                rest = after;
            }
        }
    }
    text + rest
}
