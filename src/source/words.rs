//! What a card declares: the one place where the values of its keys become words, whether they come from a README's YAML
//! or from the Hub's `cardData`.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use super::value::CardValue;
use crate::model::{Oddity, OddityKind};

/// What a card's front matter, or the Hub's `cardData`, declares.
#[derive(Debug, Default)]
pub(super) struct CardWords<'a> {
    pub base_model: Vec<Named<'a>>,
    pub relation: Option<Cow<'a, str>>,
    /// The licences, in order.
    pub licences: Vec<Cow<'a, str>>,
    /// What a licence is called that the Hub has no id for, and where it stands.
    pub licence_name: Option<Cow<'a, str>>,
    pub licence_link: Option<Cow<'a, str>>,
    pub quantized_by: bool,
    /// Its own tags and library, where those of a row may stand above them.
    pub tags: OwnTags<'a>,
    pub library: Option<Cow<'a, str>>,
}

/// A card's own list of tags, which is taken apart where somebody asks for it.
#[derive(Debug)]
pub(super) enum OwnTags<'a> {
    Read(Vec<Cow<'a, str>>),
    /// Texts and lists of them in JSON.
    Json(Cow<'a, str>),
}

impl Default for OwnTags<'_> {
    fn default() -> Self {
        OwnTags::Read(Vec::new())
    }
}

impl<'a> OwnTags<'a> {
    /// Whether one of them may begin with a word.
    pub fn may_begin_with(&self, word: &str) -> bool {
        match self {
            OwnTags::Read(tags) => tags.iter().any(|tag| tag.starts_with(word)),
            // It may be written with escapes.
            OwnTags::Json(json) => {
                memmem::find(json.as_bytes(), word.as_bytes()).is_some() || memchr(b'\\', json.as_bytes()).is_some()
            }
        }
    }

    /// All of them; none are left.
    pub fn take_all(&mut self) -> Vec<Cow<'a, str>> {
        match std::mem::take(self) {
            OwnTags::Read(tags) => tags,
            OwnTags::Json(Cow::Borrowed(json)) => texts_of(json),
            OwnTags::Json(Cow::Owned(json)) => texts_of(&json).into_iter().map(owned).collect(),
        }
    }

    fn into_owned(self) -> OwnTags<'static> {
        match self {
            OwnTags::Read(tags) => OwnTags::Read(tags.into_iter().map(owned).collect()),
            OwnTags::Json(json) => OwnTags::Json(owned(json)),
        }
    }
}

/// The texts in a value of JSON.
fn texts_of(json: &str) -> Vec<Cow<'_, str>> {
    let mut texts = Vec::new();
    gather(CardValue::of_json(json), &mut texts, &mut |_| ());
    texts
}

fn owned(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

impl<'a> CardWords<'a> {
    /// The same, with words of its own.
    pub fn into_owned(self) -> CardWords<'static> {
        let name = |name| match name {
            Named::Text(text) => Named::Text(owned(text)),
            Named::NoText(text) => Named::NoText(text),
        };
        CardWords {
            base_model: self.base_model.into_iter().map(name).collect(),
            relation: self.relation.map(owned),
            licences: self.licences.into_iter().map(owned).collect(),
            licence_name: self.licence_name.map(owned),
            licence_link: self.licence_link.map(owned),
            quantized_by: self.quantized_by,
            tags: self.tags.into_owned(),
            library: self.library.map(owned),
        }
    }
}

/// An entry of `base_model`.
#[derive(Debug)]
pub(super) enum Named<'a> {
    Text(Cow<'a, str>),
    /// A number, a date, a mapping without an id: shown, never a parent.
    NoText(String),
}

macro_rules! keys {
    ($($key:ident = $name:literal,)+) => {
        /// The keys that are read; all others are passed over.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Key { $($key,)+ }

        impl Key {
            const COUNT: usize = [$($name),+].len();

            fn name(self) -> &'static str {
                match self { $(Key::$key => $name,)+ }
            }

            /// The key of this name.
            pub fn from_name(name: &str) -> Option<Key> {
                match name { $($name => Some(Key::$key),)+ _ => None }
            }
        }
    };
}

keys! {
    BaseModel = "base_model",
    Relation = "base_model_relation",
    Licence = "license",
    LicenceName = "license_name",
    LicenceLink = "license_link",
    QuantizedBy = "quantized_by",
    Tags = "tags",
    Library = "library_name",
    Task = "pipeline_tag",
}

/// The values of a card's keys.
#[derive(Debug, Default)]
pub(super) struct CardValues<'a> {
    values: [Option<CardValue<'a>>; Key::COUNT],
    repeated: Vec<Key>,
}

impl<'a> CardValues<'a> {
    /// Takes a value; of a key that stands twice the last holds.
    pub fn set(&mut self, key: Key, value: CardValue<'a>) {
        if self.values[key as usize].replace(value).is_some() {
            self.repeated.push(key);
        }
    }

    /// Takes a value for a key that has none.
    pub fn add(&mut self, key: Key, value: CardValue<'a>) {
        self.values[key as usize].get_or_insert(value);
    }

    pub fn has(&self, key: Key) -> bool {
        self.values[key as usize].is_some()
    }

    pub fn take_value(&mut self, key: Key) -> CardValue<'a> {
        self.values[key as usize].take().unwrap_or(CardValue::Null)
    }

    /// The one text of a key; none if it is blank.
    pub fn text(&mut self, key: Key, oddities: &mut Vec<Oddity>) -> Option<Cow<'a, str>> {
        match self.take_value(key) {
            CardValue::Null => None,
            CardValue::Text(text) => present(text),
            other => {
                oddities.push(bad(key, &other));
                None
            }
        }
    }

    /// Every text of a key, a list in a list as if it were none.
    pub fn texts(&mut self, key: Key, oddities: &mut Vec<Oddity>) -> Vec<Cow<'a, str>> {
        let mut texts = Vec::new();
        if !self.has(key) {
            return texts;
        }
        gather(self.take_value(key), &mut texts, &mut |other| oddities.push(bad(key, other)));
        texts
    }

    /// The texts of a key as one.
    fn joined(&mut self, key: Key, oddities: &mut Vec<Oddity>) -> Option<Cow<'a, str>> {
        let mut texts = self.texts(key, oddities);
        if texts.len() > 1 { Some(texts.join(", ").into()) } else { texts.pop() }
    }

    /// The words of these values; what is of the wrong kind is noted and missing.
    pub fn words(&mut self, oddities: &mut Vec<Oddity>) -> CardWords<'a> {
        oddities.extend(self.repeated.iter().map(|key| Oddity::new(OddityKind::RepeatedKey, key.name())));
        let mut base_model = Vec::new();
        named(self.take_value(Key::BaseModel), &mut base_model);
        CardWords {
            base_model,
            relation: self.relation(oddities),
            licences: self.texts(Key::Licence, oddities),
            licence_name: self.joined(Key::LicenceName, oddities),
            licence_link: self.joined(Key::LicenceLink, oddities),
            quantized_by: !self.texts(Key::QuantizedBy, oddities).is_empty(),
            tags: OwnTags::default(),
            library: None,
        }
    }

    /// The relation of all parents. A list says one if all in it are equal.
    fn relation(&mut self, oddities: &mut Vec<Oddity>) -> Option<Cow<'a, str>> {
        if !self.has(Key::Relation) {
            return None;
        }
        let value = self.take_value(Key::Relation);
        let is_list = matches!(value, CardValue::List(_));
        let shown = if is_list { value.to_string() } else { String::new() };
        let mut texts = Vec::new();
        gather(value, &mut texts, &mut |other| oddities.push(bad(Key::Relation, other)));
        texts.dedup();
        if texts.len() > 1 {
            oddities.push(bad(Key::Relation, &CardValue::Text(shown.into())));
            return None;
        }
        texts.pop()
    }
}

fn bad(key: Key, value: &CardValue<'_>) -> Oddity {
    Oddity::new(OddityKind::BadValue, &format!("{}: {value}", key.name()))
}

/// A text without the blanks around it; none if nothing is left.
pub(super) fn present(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    // Nearly all begin and end with letters or digits.
    let is_there = |byte: &u8| byte.is_ascii_graphic();
    if text.as_bytes().first().is_some_and(is_there) && text.as_bytes().last().is_some_and(is_there) {
        return Some(text);
    }
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!text.is_empty()).then_some(text)
}

/// Gathers the texts of a value; what is none goes to `other`.
fn gather<'a>(value: CardValue<'a>, texts: &mut Vec<Cow<'a, str>>, other: &mut dyn FnMut(&CardValue<'a>)) {
    match value {
        CardValue::Null => (),
        CardValue::Text(text) => texts.extend(present(text)),
        CardValue::List(values) => values.into_iter().for_each(|value| gather(value, texts, other)),
        CardValue::Json(json) => gather(CardValue::of_json(json), texts, other),
        value => other(&value),
    }
}

/// Gathers the parents in a value.
pub(super) fn named<'a>(value: CardValue<'a>, into: &mut Vec<Named<'a>>) {
    match value {
        CardValue::Null => (),
        CardValue::Text(text) => into.push(Named::Text(text)),
        CardValue::List(values) => values.into_iter().for_each(|value| named(value, into)),
        CardValue::Mapping(mut entries) => {
            // The last of a key that stands twice.
            let says = |wanted: &str| {
                let last = entries.iter().rposition(|(key, _)| key == wanted);
                last.filter(|at| !matches!(entries[*at].1, CardValue::Null))
            };
            match says("id").or_else(|| says("name")) {
                Some(at) => named(entries.swap_remove(at).1, into),
                None => into.push(Named::NoText(CardValue::Mapping(entries).to_string())),
            }
        }
        value => into.push(Named::NoText(value.to_string())),
    }
}
