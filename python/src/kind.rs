use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use arrow_schema::{DataType, Field, Fields, TimeUnit};
use modelkin::ask::{Cases, Question};
use modelkin::ink::Unit;
use modelkin::schema::FORMS;
use serde_json::Value;

/// A `Kind` is what a column holds. It is what the answer's published schema says, so that it never depends on which values there are.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Whole,
    Number,
    Text,
    Flag,
    Day,
    Instant,
    List(Box<Kind>),
    Group(Vec<(String, Kind)>),
}

/// The schemas by the names of their forms (docs/schemas).
static SCHEMAS: LazyLock<HashMap<&str, Value>> =
    LazyLock::new(|| FORMS.iter().map(|form| (form.name, form.schema().to_value())).collect());

impl Kind {
    /// The kind of a section's column, which says of what unit it is.
    pub fn of_unit(unit: Unit) -> Kind {
        match unit {
            Unit::Text => Kind::Text,
            Unit::Count => Kind::Whole,
            Unit::Share | Unit::Number => Kind::Number,
        }
    }

    /// The kind of what a part of a schema allows, without regard to null.
    fn of_schema(part: &Value, whole: &Value) -> Kind {
        let part = resolved(part, whole);
        if let Some(first) = part["anyOf"].get(0) {
            // Of more ways than can be counted there are words.
            return Kind::of_schema(first, whole);
        }
        let is_one = |kind: &&Value| **kind != "null";
        let kind = part["type"].as_array().map_or(&part["type"], |all| all.iter().find(is_one).unwrap_or(&Value::Null));
        match kind.as_str() {
            Some("integer") => Kind::Whole,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Flag,
            Some("array") => Kind::List(Kind::of_schema(&part["items"], whole).into()),
            Some("object") => Kind::Group(required(part).map(|name| (name.into(), named(part, name, whole))).collect()),
            _ if part["format"] == "date" => Kind::Day,
            _ => Kind::Text,
        }
    }

    /// The type in Arrow.
    pub fn data_type(&self) -> DataType {
        match self {
            Kind::Text => DataType::Utf8,
            Kind::Whole => DataType::Int64,
            Kind::Number => DataType::Float64,
            Kind::Flag => DataType::Boolean,
            Kind::Day => DataType::Date32,
            Kind::Instant => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Kind::List(of) => DataType::List(Field::new("item", of.data_type(), true).into()),
            Kind::Group(of) => DataType::Struct(fields(of)),
        }
    }
}

/// What a schema says at the place that a part of it refers to.
fn resolved<'s>(part: &'s Value, whole: &'s Value) -> &'s Value {
    let place = part["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
    place.and_then(|place| whole.pointer(place)).unwrap_or(part)
}

/// The keys that an object always has, in their order.
fn required(part: &Value) -> impl Iterator<Item = &str> {
    part["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The kind of a key. Those that a schema has a pattern for say of how many a value is known.
fn named(part: &Value, name: &str, whole: &Value) -> Kind {
    part["properties"].get(name).map_or(Kind::Whole, |part| Kind::of_schema(part, whole))
}

/// The columns of an answer that is no section: their names as it has them, or as every answer of its form has them; their kinds as its
/// schema says.
pub fn columns(question: &Question, heads: &[Cow<'_, str>]) -> Vec<(String, Kind)> {
    let Some(whole) = form(question).and_then(|form| SCHEMAS.get(form)) else {
        return heads.iter().map(|head| (head.to_string(), Kind::Text)).collect();
    };
    let row = resolved(&whole["properties"]["rows"]["items"], whole);
    let column = |name: &str| (name.to_owned(), named(row, name, whole));
    match heads {
        [] => required(row).map(column).collect(),
        heads => heads.iter().map(|head| column(head)).collect(),
    }
}

/// The form in which an answer is written that has rows of its own.
fn form(question: &Question) -> Option<&'static str> {
    Some(match question {
        Question::Family(asked) => match asked.list {
            Some(_) => "family-list",
            None => "family",
        },
        Question::Check(asked) => match asked.list {
            None => "check",
            Some(Cases::All | Cases::Kind(_)) => "check-list",
            Some(Cases::Aliases) => "check-aliases",
            Some(Cases::Bursts) => "check-bursts",
            Some(Cases::Mirrors) => "check-mirrors",
        },
        Question::Rank(_) => "rank",
        Question::Search(_) => "search",
        Question::Show(_) => "show",
        Question::Upstream(_) => "upstream",
        Question::Why(_) => "why",
        Question::Common(_) => "common",
        Question::Siblings(_) => "siblings",
        Question::Blast(_) => "blast-list",
        Question::Licences(_) => "licences",
        _ => return None,
    })
}

/// Columns in Arrow.
pub fn fields(kinds: &[(String, Kind)]) -> Fields {
    kinds.iter().map(|(name, kind)| Field::new(name, kind.data_type(), true)).collect()
}
