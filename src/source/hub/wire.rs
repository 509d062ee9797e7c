//! A list row of the Hub's API, field for field (docs/hub.md, 1.2 and 1.3), and what is tolerated beside it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::super::card_data;
use super::super::normalize::Found;
use super::super::parents::BaseModels;
use super::super::table::looks_like_lineage;
use super::super::value::{MAX_ENTRIES, borrowed, is_crowded};
use super::super::words::CardWords;
use super::super::{date, loose};
use super::fields::{Fields, count};
use crate::model::{Count, Counts, Flag, Flags, Oddity, Record, RepositoryKey, Word, Words};
use crate::source::Projection;

/// One row. Every field but the id may be missing or of the wrong kind, so each is read on its own.
#[derive(Debug, Default)]
struct WireRow<'a> {
    id: Option<&'a RawValue>,
    hub_id: Option<&'a RawValue>,
    model_id: Option<&'a RawValue>,
    created: Option<&'a RawValue>,
    counts: Counts<Option<&'a RawValue>>,
    words: Words<Option<&'a RawValue>>,
    flags: Flags<Option<&'a RawValue>>,
    sha: Option<&'a RawValue>,
    tags: Option<&'a RawValue>,
    base_models: Option<&'a RawValue>,
    card: Option<&'a RawValue>,
    safetensors: Option<&'a RawValue>,
    /// The same fields in other spellings.
    others: [Option<&'a RawValue>; Spelling::ALL.len()],
}

/// Fields as the Hub's own Python client spells them: the Hub's spelling stands above it.
#[derive(Debug, Clone, Copy)]
enum Spelling {
    ModelId,
    Created,
    DownloadsAllTime,
    BaseModels,
    Card,
}

impl Spelling {
    const ALL: [Spelling; 5] =
        [Spelling::ModelId, Spelling::Created, Spelling::DownloadsAllTime, Spelling::BaseModels, Spelling::Card];

    fn name(self) -> &'static str {
        match self {
            Spelling::ModelId => "model_id",
            Spelling::Created => "created_at",
            Spelling::DownloadsAllTime => "downloads_all_time",
            Spelling::BaseModels => "base_models",
            Spelling::Card => "card_data",
        }
    }
}

/// A field of a row.
#[derive(Debug, Clone, Copy)]
enum Field {
    Id,
    RepositoryKey,
    ModelId,
    Created,
    Count(Count),
    Word(Word),
    Flag(Flag),
    Sha,
    Tags,
    BaseModels,
    Card,
    Safetensors,
    /// One of those in another spelling.
    Spelled(Spelling),
    /// One that is not read.
    Other,
}

impl Field {
    fn from_name(name: &str) -> Field {
        match name {
            "id" => Field::Id,
            "_id" => Field::RepositoryKey,
            "modelId" => Field::ModelId,
            "createdAt" => Field::Created,
            "tags" => Field::Tags,
            "baseModels" => Field::BaseModels,
            "cardData" => Field::Card,
            "safetensors" => Field::Safetensors,
            "sha" => Field::Sha,
            // What nearly every row has of them is told first.
            "" | "author" | "private" | "lastModified" | "trendingScore" | "siblings" | "config" => Field::Other,
            _ => {
                let count = || Count::ALL.into_iter().find(|count| count.hub_name() == name).map(Field::Count);
                let word = || Word::ALL.into_iter().find(|word| word.hub_name() == name).map(Field::Word);
                let flag = || Flag::ALL.into_iter().find(|flag| flag.hub_name() == name).map(Field::Flag);
                let spelled = || Spelling::ALL.into_iter().find(|other| other.name() == name).map(Field::Spelled);
                count().or_else(word).or_else(flag).or_else(spelled).unwrap_or(Field::Other)
            }
        }
    }

    /// As it stands in a row.
    fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::RepositoryKey => "_id",
            Field::ModelId => "modelId",
            Field::Created => "createdAt",
            Field::Count(count) => count.hub_name(),
            Field::Word(word) => word.hub_name(),
            Field::Flag(flag) => flag.hub_name(),
            Field::Sha => "sha",
            Field::Tags => "tags",
            Field::BaseModels => "baseModels",
            Field::Card => "cardData",
            Field::Safetensors => "safetensors",
            Field::Spelled(spelling) => spelling.name(),
            Field::Other => "",
        }
    }
}

impl<'a> WireRow<'a> {
    /// Where a field is put.
    fn place(&mut self, field: Field) -> Option<&mut Option<&'a RawValue>> {
        Some(match field {
            Field::Id => &mut self.id,
            Field::RepositoryKey => &mut self.hub_id,
            Field::ModelId => &mut self.model_id,
            Field::Created => &mut self.created,
            Field::Count(count) => &mut self.counts[count],
            Field::Word(word) => &mut self.words[word],
            Field::Flag(flag) => &mut self.flags[flag],
            Field::Sha => &mut self.sha,
            Field::Tags => &mut self.tags,
            Field::BaseModels => &mut self.base_models,
            Field::Card => &mut self.card,
            Field::Safetensors => &mut self.safetensors,
            Field::Spelled(spelling) => &mut self.others[spelling as usize],
            Field::Other => return None,
        })
    }

    /// What of the row says who it is and what it descends from.
    fn of_links(self) -> WireRow<'a> {
        let words = Words::from_fn(|word| self.words[word].filter(|_| word == Word::Hub));
        let WireRow { id, model_id, tags, base_models, card, .. } = self;
        WireRow { id, model_id, words, tags, base_models, card, ..WireRow::default() }
    }

    /// The row with what only the other spellings say.
    fn joined(mut self) -> WireRow<'a> {
        let others = self.others;
        let of = |spelling: Spelling| others[spelling as usize];
        self.model_id = self.model_id.or(of(Spelling::ModelId));
        self.created = self.created.or(of(Spelling::Created));
        let all_time = &mut self.counts[Count::DownloadsAllTime];
        *all_time = all_time.or(of(Spelling::DownloadsAllTime));
        self.base_models = self.base_models.or(of(Spelling::BaseModels));
        self.card = self.card.or(of(Spelling::Card));
        self
    }
}

/// Reads the name of a field, and tells one that looks like lineage and is not read.
struct Name<'u>(&'u mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Field;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Field, D::Error> {
        input.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Field;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }
    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Field, E> {
        let field = Field::from_name(name);
        if matches!(field, Field::Other) && looks_like_lineage(name) {
            (self.0)(name);
        }
        Ok(field)
    }
}

/// Reads a row, and tells the names of fields that look like lineage and are not read.
struct Whole<'u>(&'u mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = WireRow<'de>;
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<WireRow<'de>, D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = WireRow<'de>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<WireRow<'de>, A::Error> {
        let mut row = WireRow::default();
        while let Some(field) = fields.next_key_seed(Name(self.0))? {
            let Some(place) = row.place(field) else {
                fields.next_value::<IgnoredAny>()?;
                continue;
            };
            // Null is as good as absent.
            let value = fields.next_value::<Option<&RawValue>>()?;
            if place.is_some() {
                return Err(serde::de::Error::custom(format_args!(
                    "the field {:?} stands twice; leave one of them out",
                    field.name()
                )));
            }
            *place = value;
        }
        Ok(row.joined())
    }
}

#[derive(Deserialize)]
struct Safetensors<'a> {
    #[serde(borrow)]
    total: Option<&'a RawValue>,
}

/// `baseModels`: an object on the Hub; a list of ids or of objects is tolerated.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireModels<'a> {
    Object {
        #[serde(borrow)]
        relation: Option<Cow<'a, str>>,
        models: Vec<BaseModel<'a>>,
    },
    List(#[serde(borrow)] Vec<BaseModel<'a>>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum BaseModel<'a> {
    Object {
        #[serde(borrow)]
        id: Cow<'a, str>,
        relation: Option<Cow<'a, str>>,
        /// Of any kind: a key that is none is no reason to lose the id.
        #[serde(rename = "_id", default)]
        key: serde_json::Value,
    },
    Id(#[serde(borrow)] Cow<'a, str>),
}

impl<'a> BaseModel<'a> {
    /// Adds its id and key to `models`, and gives its relation.
    fn add_to(self, models: &mut BaseModels<'a>) -> Option<Cow<'a, str>> {
        let (id, key, relation) = match self {
            BaseModel::Object { id, relation, key } => (id, key.as_str().and_then(RepositoryKey::parse), relation),
            BaseModel::Id(id) => (id, None, None),
        };
        models.ids.push(id);
        models.keys.push(key);
        relation
    }
}

/// Reads one row.
///
/// # Errors
/// Why it is no row: no JSON object, no id, or an id that is none.
pub(crate) fn record(json: &[u8]) -> Result<Record<'_>, String> {
    record_and(json, Projection::All, &mut |_| ())
}

/// The same, as far as it is wanted, and tells the names of the row's fields that look like lineage and are not read.
pub(in crate::source) fn record_and<'j>(
    json: &'j [u8],
    projection: Projection,
    unread: &mut dyn FnMut(&str),
) -> Result<Record<'j>, String> {
    // serde would take an array for a row, field by field.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err("no row of a model listing: no JSON object".into());
    }
    if is_crowded(json) {
        return Err(format!("no row of a model listing: more than {MAX_ENTRIES} entries in its lists and objects"));
    }
    let mut input = serde_json::Deserializer::from_slice(json);
    let mut row = match Whole(unread).deserialize(&mut input).and_then(|row| input.end().map(|()| row)) {
        Ok(row) => row,
        Err(error) => {
            // Python writes what JSON does not have.
            return match std::str::from_utf8(json).ok().and_then(loose::without_nan) {
                Some(clean) => record_and(clean.as_bytes(), projection, unread).map(Record::into_owned),
                None => Err(format!("no row of a model listing: {}", plain(&error))),
            };
        }
    };
    if projection == Projection::Links {
        row = row.of_links();
    }
    let mut found = Found::default();
    let mut reader = Fields { oddities: &mut found.oddities };
    let id = reader.text("id", row.id).filter(|id| !id.trim().is_empty());
    let id = id.or_else(|| reader.text("modelId", row.model_id));
    found.hub_id = reader.text("_id", row.hub_id);
    found.created = row.created.and_then(|json| {
        // A number, as others write times, or a text.
        let text = borrowed(json.get()).unwrap_or(Cow::Borrowed(json.get()));
        let read = date::millis(&text);
        if read.is_none() {
            reader.bad("createdAt", &text);
        }
        read
    });
    found.counts = Counts::from_fn(|count| reader.count(count.hub_name(), row.counts[count]));
    found.words = Words::from_fn(|word| match word {
        Word::Gated => reader.gate(row.words[word]),
        _ => reader.text(word.hub_name(), row.words[word]),
    });
    found.flags = Flags::from_fn(|flag| reader.flag(flag.hub_name(), row.flags[flag]));
    found.sha = reader.text("sha", row.sha);
    found.tags = reader.texts("tags", row.tags);
    found.counts[Count::Parameters] = row.safetensors.and_then(|json| {
        let text = borrowed(json.get()).unwrap_or(Cow::Borrowed(json.get()));
        // The official client's object, printed.
        if let Some((_, total)) = text.strip_prefix("SafeTensorsInfo(").and_then(|text| text.rsplit_once("total=")) {
            return count(total.trim_end_matches(')'));
        }
        let is_object = text.starts_with('{');
        match serde_json::from_str::<Safetensors<'_>>(&text).ok().filter(|_| is_object) {
            Some(tensors) => reader.count(Count::Parameters.hub_name(), tensors.total),
            None => {
                reader.bad("safetensors", json.get());
                None
            }
        }
    });
    found.base_models = row.base_models.and_then(|json| match borrowed(json.get()) {
        Some(text) => base_models_json(&text, reader.oddities).map(BaseModels::into_owned),
        None => base_models(json.get(), &mut reader),
    });
    let is_asked = |json: &&RawValue| projection == Projection::All || found.asks(json.get());
    found.card = row.card.filter(is_asked).and_then(|json| match borrowed(json.get()) {
        Some(text) => card_json(&text, &mut found.oddities).map(CardWords::into_owned),
        None => card_data::of_json(json.get(), &mut found.oddities),
    });
    found.id = id.ok_or("a row without an id")?;
    found.settle()
}

/// `baseModels` as JSON text.
pub(in crate::source) fn base_models_json<'a>(json: &'a str, oddities: &mut Vec<Oddity>) -> Option<BaseModels<'a>> {
    if is_null(json) { None } else { base_models(json, &mut Fields { oddities }) }
}

/// `cardData` as JSON text.
pub(in crate::source) fn card_json<'a>(json: &'a str, oddities: &mut Vec<Oddity>) -> Option<CardWords<'a>> {
    if is_null(json) { None } else { card_data::of_json(json, oddities) }
}

/// A null that became a text on its way into a column of texts.
fn is_null(json: &str) -> bool {
    matches!(json.trim(), "" | "null")
}

fn base_models<'a>(json: &'a str, fields: &mut Fields<'_>) -> Option<BaseModels<'a>> {
    if is_crowded(json.as_bytes()) {
        fields.bad("baseModels", json);
        return None;
    }
    match serde_json::from_str(json) {
        Ok(WireModels::Object { relation, models }) => {
            let mut all = BaseModels { relation, ..BaseModels::default() };
            models.into_iter().for_each(|model| _ = model.add_to(&mut all));
            Some(all)
        }
        Ok(WireModels::List(models)) => {
            let mut all = BaseModels::default();
            let mut relations: Vec<_> = models.into_iter().map(|model| model.add_to(&mut all)).collect();
            // One relation for all parents, or it is not understood.
            relations.dedup();
            if relations.len() > 1 {
                fields.bad("baseModels", json);
            }
            all.relation = if relations.len() == 1 { relations.remove(0) } else { None };
            Some(all)
        }
        Err(_) => match loose::json(json) {
            Some(json) => base_models(&json, fields).map(BaseModels::into_owned),
            None => {
                fields.bad("baseModels", json);
                None
            }
        },
    }
}

/// serde_json's message without its "at line 1 column 7": the caller knows the place.
fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.rfind(" at line ") {
        Some(at) => format!("{} (column {})", &message[..at], error.column()),
        None => message,
    }
}
