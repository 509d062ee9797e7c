//! Tables of models or of links, by the names of their columns: what a column means, and what a cell in it says.

mod column;
mod file;
pub(super) mod numbers;
mod repeats;
mod shape;

use std::borrow::Cow;

pub use column::Named as NamedColumns;
pub(super) use column::{Column, looks_like_lineage};
pub(super) use file::{begins, read};
pub(super) use repeats::Repeats;

use super::hub::{fields, wire};
use super::normalize::{Found, LICENCE};
use super::parents::{BaseModels, PARENT};
use super::words::{CardWords, Named, OwnTags};
use super::{card, date, loose};
use crate::model::{Count, ModelId, Oddity, OddityKind, Relation, Word};

/// One row under way: what is known of its model, and what its relation is called where a row is a link.
#[derive(Debug, Default)]
pub(super) struct Cells<'a> {
    found: Found<'a>,
    relation: Option<Cow<'a, str>>,
    /// What a column says of the card's own relation.
    card_relation: Option<Cow<'a, str>>,
    readme: Option<Cow<'a, str>>,
    /// Whether a number in a column of ids gave way to an id.
    had_number: bool,
}

impl<'a> Cells<'a> {
    /// Goes on with what is known of a row.
    pub fn new(found: Found<'a>) -> Cells<'a> {
        Cells { found, ..Cells::default() }
    }

    /// Takes in a cell that is a text. What an earlier column said of the same stays.
    pub fn put(&mut self, column: Column, name: &str, cell: Cow<'a, str>) {
        // An empty cell says nothing; an empty list says that there is none.
        if loose::is_null(cell.trim()) {
            return;
        }
        let found = &mut self.found;
        let bad = match column {
            Column::Id => {
                if numbers::gives_way(&found.id, &cell) {
                    self.had_number |= !found.id.is_empty();
                    found.id = cell;
                }
                None
            }
            Column::RepositoryKey => keep(&mut found.hub_id, Ok(cell)),
            Column::Sha => keep(&mut found.sha, Ok(cell)),
            Column::Word(Word::Gated) => {
                // DuckDB keeps the quotes of JSON.
                let gate = fields::gate(cell.trim().trim_matches('"'));
                keep(&mut found.words[Word::Gated], gate.map(Cow::Borrowed).ok_or(cell))
            }
            Column::Word(word) => keep(&mut found.words[word], Ok(cell)),
            Column::Flag(flag) => keep(&mut found.flags[flag], fields::flag(&cell).ok_or(cell)),
            Column::Created => keep(&mut found.created, date::millis(&cell).ok_or(cell)),
            Column::Count(count) => keep(&mut found.counts[count], fields::count(&cell).ok_or(cell)),
            Column::Safetensors => keep(&mut found.counts[Count::Parameters], fields::total(&cell).ok_or(cell)),
            Column::Tags => keep(&mut found.tags, words_of(cell, name, &mut found.oddities)),
            Column::Licences => {
                let licences = words_of(cell, name, &mut found.oddities);
                keep(&mut found.licences, licences.map(|licences| each(licences, is_licence)))
            }
            Column::BaseModels => {
                if found.base_models.is_none() {
                    match is_json(&cell) {
                        true => {
                            found.base_models =
                                wire::base_models_json(&cell, &mut found.oddities).map(BaseModels::into_owned)
                        }
                        false => return self.names(Column::Parents(None), name, loose::entries(cell)),
                    }
                }
                None
            }
            Column::CardData => {
                if found.card.is_none() {
                    found.card = wire::card_json(&cell, &mut found.oddities).map(CardWords::into_owned);
                }
                None
            }
            Column::Readme => keep(&mut self.readme, Ok(cell)),
            Column::Parents(_) | Column::BaseModel => return self.names(column, name, loose::entries(cell)),
            Column::CardRelation | Column::Relation => {
                let text = cell.clone().into_owned();
                match loose::texts(cell)
                    .map(|texts| texts.into_iter().filter(|text| !is_no_relation(text)).collect::<Vec<_>>())
                {
                    // One relation for all parents, or it is not understood.
                    Ok(mut texts) if texts.len() < 2 => {
                        if let Some(relation) = texts.pop() {
                            self.state(column, relation);
                        }
                        None
                    }
                    _ => Some(Cow::Owned(text)),
                }
            }
        };
        self.odd(name, bad);
    }

    /// Takes in a cell that is a list of texts.
    pub fn take_list(&mut self, column: Column, name: &str, cell: Vec<Cow<'a, str>>) {
        let bad = match column {
            Column::Tags => keep(&mut self.found.tags, Ok(cell)),
            Column::Licences => keep(&mut self.found.licences, Ok(each(cell, is_licence))),
            _ if column.names_parents() => {
                return self.names(column, name, Ok(cell.into_iter().map(Named::Text).collect()));
            }
            _ => Some(Cow::Owned(cell.join(", "))),
        };
        self.odd(name, bad);
    }

    fn odd(&mut self, name: &str, bad: Option<Cow<'_, str>>) {
        if let Some(text) = bad {
            self.found.oddities.push(Oddity::new(OddityKind::BadValue, &format!("{name}: {text}")));
        }
    }

    /// Takes in parents. A list in which nothing is one, and something is of the wrong kind, is no word of theirs: it
    /// does not say that there are none.
    fn names(&mut self, column: Column, name: &str, entries: Result<Vec<Named<'a>>, Cow<'a, str>>) {
        let entries = match entries {
            Ok(entries) => entries,
            Err(text) => return self.odd(name, Some(text)),
        };
        let count = entries.len();
        let mut texts = Vec::with_capacity(count);
        for entry in entries {
            match entry {
                Named::Text(text) => texts.push(text),
                Named::NoText(text) => self.found.oddities.push(Oddity::new(OddityKind::Malformed, &text)),
            }
        }
        if texts.is_empty() && count > 0 {
            return;
        }
        let texts = each(texts, is_owned_id).into_iter();
        match column {
            Column::BaseModel => {
                let card = self.found.card.get_or_insert_default();
                card.base_model.extend(texts.map(Named::Text));
            }
            Column::Parents(relation) => {
                self.found.named.get_or_insert_default().extend(texts.map(|text| (relation, text)));
            }
            _ => self.found.named.get_or_insert_default().extend(texts.map(|text| (None, text))),
        }
    }

    fn state(&mut self, column: Column, relation: Cow<'a, str>) {
        let known = match column {
            Column::Relation => &mut self.relation,
            _ => &mut self.card_relation,
        };
        known.get_or_insert(relation);
    }

    /// The row as it was found.
    pub fn finish(mut self) -> Found<'a> {
        let mut stated = self.card_relation.take();
        if let Some(card) = &mut self.found.card {
            card.relation = card.relation.take().or(stated.take());
        }
        if let Some(word) = self.relation.take() {
            self.relate(&word);
        }
        if let Some(readme) = self.readme.take() {
            self.read_card(&readme);
        }
        // Where no other column speaks of parents, a relation alone says nothing of them.
        if stated.is_some() && self.found.speaks() {
            self.found.card.get_or_insert_default().relation = stated;
        }
        self.found
    }

    /// The row is a link: its relation is that of all parents that it names without one.
    fn relate(&mut self, word: &str) {
        let found = &mut self.found;
        let relation = relation(word);
        if relation.is_none() {
            found.oddities.push(Oddity::new(OddityKind::UnknownRelation, word));
        }
        let mut named = found.named.take().unwrap_or_default();
        if let Some(card) = &mut found.card {
            let texts = card.base_model.extract_if(.., |named| matches!(named, Named::Text(_)));
            named.extend(texts.filter_map(|text| match text {
                Named::Text(text) => Some((None, text)),
                Named::NoText(_) => None,
            }));
        }
        if let Some(models) = found.base_models.take_if(|models| models.relation.is_none()) {
            named.extend(models.ids.into_iter().map(|id| (None, id)));
        }
        named.iter_mut().for_each(|(known, _)| *known = known.or(relation));
        found.named = Some(named);
    }

    /// The README's text says what no column says.
    fn read_card(&mut self, readme: &str) {
        let known = &mut self.found;
        let speaks = known.speaks();
        match card::found(readme.as_bytes()) {
            Ok(Found { tags, words, card, speaker, oddities, .. }) => {
                known.oddities.extend(oddities);
                known.card = known.card.take().filter(|card| !card.base_model.is_empty()).or(card);
                match (tags, &mut known.card) {
                    (Some(tags), Some(card)) if speaks => {
                        // What they say of parents and licences is the card's word, and not the Hub's.
                        let is_other = |tag: &&Cow<'_, str>| !tag.starts_with(PARENT) && !tag.starts_with(LICENCE);
                        known.tags.get_or_insert_with(|| tags.iter().filter(is_other).cloned().collect());
                        card.tags = OwnTags::Read(tags);
                    }
                    (tags, _) => known.tags = known.tags.take().or(tags),
                }
                for (word, value) in words.iter() {
                    let earlier = known.words[word].take();
                    known.words[word] = earlier.or_else(|| value.clone().map(|value| Cow::Owned(value.into_owned())));
                }
                if !speaks {
                    known.speaker = speaker;
                }
            }
            Err(reason) => known.oddities.push(Oddity::new(OddityKind::BadValue, &reason)),
        }
    }
}

/// The texts of a cell; what is none in a list is noted.
fn words_of<'c>(cell: Cow<'c, str>, name: &str, oddities: &mut Vec<Oddity>) -> Result<Vec<Cow<'c, str>>, Cow<'c, str>> {
    let entries = loose::entries(cell)?;
    let mut texts = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry {
            Named::Text(text) => texts.push(text),
            Named::NoText(text) => oddities.push(Oddity::new(OddityKind::BadValue, &format!("{name}: {text}"))),
        }
    }
    Ok(texts)
}

/// Keeps a value where none is known; gives back the text that is none.
fn keep<'c, T>(known: &mut Option<T>, value: Result<T, Cow<'c, str>>) -> Option<Cow<'c, str>> {
    match value {
        Ok(value) => {
            known.get_or_insert(value);
            None
        }
        Err(text) => Some(text),
    }
}

/// Whether a cell is an object, or a list of objects or of texts in quotes, as the Hub has them.
fn is_json(cell: &str) -> bool {
    cell.trim_start().starts_with(['{', '['])
}

/// The texts, and of one with several in it, as others join them, each: no id and no licence has such a mark.
fn each<'t>(texts: Vec<Cow<'t, str>>, is_one: impl Fn(&str) -> bool) -> Vec<Cow<'t, str>> {
    let split = |text: Cow<'t, str>| {
        for mark in [',', ';', '|'] {
            if !text.contains(mark) {
                continue;
            }
            let parts: Vec<&str> = text.split(mark).map(str::trim).filter(|part| !part.is_empty()).collect();
            if parts.len() > 1 && parts.iter().all(|part| is_one(part)) {
                return parts.into_iter().map(|part| Cow::Owned(part.to_owned())).collect();
            }
        }
        vec![text]
    };
    texts.into_iter().flat_map(split).collect()
}

fn is_owned_id(text: &str) -> bool {
    ModelId::parse(text).is_ok_and(|id| id.owner().is_some())
}

/// Whether a text looks as the Hub's ids of licences do.
fn is_licence(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
}

/// The relation that a word stands for, in the spellings of others.
fn relation(word: &str) -> Option<Relation> {
    const STEMS: &[(&str, Relation)] = &[
        ("finetun", Relation::Finetune),
        ("quant", Relation::Quantized),
        ("adapt", Relation::Adapter),
        ("lora", Relation::Adapter),
        ("merg", Relation::Merge),
    ];
    let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase();
    STEMS.iter().find(|(stem, _)| word.starts_with(stem)).map(|(_, relation)| *relation)
}

/// Words that stand where nobody states a relation.
fn is_no_relation(word: &str) -> bool {
    loose::is_null(word.trim())
        || ["unknown", "unstated", "base", "base_model", "root", "source", "original"]
            .iter()
            .any(|none| word.trim().eq_ignore_ascii_case(none))
}
