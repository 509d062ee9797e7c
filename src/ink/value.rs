use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A `Named` is values with their names, in the order of the columns.
pub type Named = Vec<(Cow<'static, str>, Value)>;

/// Names the values of a row by the heads of its columns.
pub fn named<const N: usize>(heads: [&'static str; N], values: [Value; N]) -> Named {
    heads.into_iter().zip(values).map(|(head, value)| (head.into(), value)).collect()
}

/// These words stand for people in the place of a number whose values are known of too few models.
pub const NOT_JUDGED: &str = "not judged";

/// A `Value` is what a row holds under a name, the same for JSON and CSV.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing is known; JSON has null and CSV an empty cell.
    Missing,
    /// The values are known of too few models to give a number; people read [`NOT_JUDGED`].
    NotJudged,
    /// It is a whole number of things.
    Count(u64),
    /// It is any other number, such as a share.
    Number(f64),
    /// It is a text.
    Text(String),
    /// It is a yes or a no.
    Flag(bool),
    /// It is several values under one name: an object in JSON, a column each in CSV.
    Group(Named),
    /// It is several values in order: an array in JSON, one cell in CSV.
    List(Vec<Value>),
}

impl Value {
    /// Makes a group of named values.
    pub fn group<K: Into<Cow<'static, str>>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Group(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Makes a count, or what stands for one that could not be judged.
    pub fn judged(count: Option<u64>) -> Value {
        count.map_or(Value::NotJudged, Value::Count)
    }

    /// Writes the value as cells of a flat table: groups give a column for each entry, named with dots; lists are one
    /// cell.
    pub fn flatten(&self, name: &str, into: &mut Vec<(String, String)>) {
        match self {
            Value::Group(entries) => flatten(entries, name, into),
            value => into.push((name.to_owned(), value.cell())),
        }
    }

    /// Gives the number that it is, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Count(count) => Some(*count as f64),
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Writes the value as one cell of a flat table.
    pub fn cell(&self) -> String {
        match self {
            Value::Missing | Value::NotJudged => String::new(),
            Value::Count(count) => count.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Flag(flag) => flag.to_string(),
            Value::Group(entries) => {
                entries.iter().map(|(key, value)| format!("{key}={}", value.cell())).collect::<Vec<_>>().join(" ")
            }
            Value::List(values) => values.iter().map(Value::cell).collect::<Vec<_>>().join("; "),
        }
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Value {
        Value::Count(count)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Flag(flag)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Missing, Into::into)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Missing | Value::NotJudged => serializer.serialize_unit(),
            Value::Count(count) => serializer.serialize_u64(*count),
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::List(values) => serializer.collect_seq(values),
            Value::Group(entries) => Map(Cow::Borrowed(entries)).serialize(serializer),
        }
    }
}

/// Named values as an object of JSON.
pub(super) struct Map<'v>(pub Cow<'v, [(Cow<'static, str>, Value)]>);

impl Serialize for Map<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0.iter() {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

/// Named values as cells of a flat table; see [`Value::flatten`].
pub(super) fn flatten(entries: &[(Cow<'static, str>, Value)], name: &str, into: &mut Vec<(String, String)>) {
    for (key, value) in entries {
        let name = if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
        value.flatten(&name, into);
    }
}
