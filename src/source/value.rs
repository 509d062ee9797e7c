//! A value of a card, however it was written: YAML in a README, JSON as the Hub's `cardData`.

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr2, memchr3_iter};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Brackets and indents that are followed; nothing of interest lies deeper.
pub(super) const MAX_DEPTH: usize = 64;

/// Entries of lists and objects that a row has at most: an entry takes up to a hundred times the memory of the two bytes that
/// may stand for it. The most that are known are the files of a repository, a hundred thousand.
pub(super) const MAX_ENTRIES: usize = 1_000_000;

/// Whether there may be more entries in JSON than that, told by the marks before them. In fewer bytes there are none.
pub(super) fn is_crowded(json: &[u8]) -> bool {
    json.len() > MAX_ENTRIES && memchr3_iter(b',', b'[', b'{', json).count() > MAX_ENTRIES
}

/// A value, as far as it is of interest.
#[derive(Debug, Clone)]
pub(super) enum CardValue<'a> {
    Null,
    Text(Cow<'a, str>),
    /// A number, date or truth value, as it is written.
    Plain(Cow<'a, str>),
    List(Vec<CardValue<'a>>),
    Mapping(Vec<(Cow<'a, str>, CardValue<'a>)>),
    /// JSON that nobody has looked into yet.
    Json(&'a str),
    /// What was not read, and why.
    Unread(&'static str),
}

impl<'a> CardValue<'a> {
    /// A value of JSON that is valid. Borrowed where its texts have no escapes.
    pub fn of_json(json: &'a str) -> CardValue<'a> {
        CardValue::within(json, 0)
    }

    /// The same, looked into where it is JSON.
    pub fn opened(self, depth: usize) -> CardValue<'a> {
        match self {
            CardValue::Json(json) => CardValue::within(json, depth),
            value => value,
        }
    }

    fn within(json: &'a str, depth: usize) -> CardValue<'a> {
        if depth > MAX_DEPTH {
            return CardValue::Unread("nested too deep");
        }
        match json.as_bytes().first() {
            Some(b'"') => borrowed(json).map_or(CardValue::Unread("no text"), CardValue::Text),
            Some(b'[') => {
                let values: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
                CardValue::List(values.into_iter().map(|value| CardValue::within(value.get(), depth + 1)).collect())
            }
            Some(b'{') => {
                let mut entries = Vec::new();
                let wanted = |key: &str| Some((Cow::Owned(key.to_owned()), true));
                _ = each_entry(json, wanted, |key, value| entries.push((key, value.opened(depth + 1))));
                CardValue::Mapping(entries)
            }
            _ if json == "null" => CardValue::Null,
            _ => CardValue::Plain(Cow::Borrowed(json)),
        }
    }
}

/// For people, in a line.
impl fmt::Display for CardValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CardValue::Null => f.write_str("null"),
            CardValue::Text(text) | CardValue::Plain(text) => f.write_str(text),
            CardValue::Json(json) => f.write_str(json),
            CardValue::List(values) => {
                let values: Vec<String> = values.iter().map(CardValue::to_string).collect();
                write!(f, "[{}]", values.join(", "))
            }
            CardValue::Mapping(entries) => {
                let keys: Vec<&str> =
                    entries.iter().map(|(key, _)| key.as_ref()).filter(|key| !key.is_empty()).collect();
                write!(f, "a mapping{}{}", if keys.is_empty() { "" } else { " of " }, keys.join(", "))
            }
            CardValue::Unread(why) => f.write_str(why),
        }
    }
}

/// Whether there are texts and lists of them alone in JSON, which is valid: told without taking them apart.
pub(super) fn are_texts(json: &str) -> bool {
    let mut rest = json.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match first {
            b'"' => match end_of_text(after) {
                Some(end) => &after[end..],
                None => return false,
            },
            b'[' | b']' | b',' | b' ' | b'\n' | b'\r' | b'\t' => after,
            _ => return false,
        };
    }
    true
}

/// Where a JSON text ends, of which the first quote is behind.
fn end_of_text(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let found = at + memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[found] == b'"' {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// Whether YAML reads a text without quotes as a number, a truth value or a date: by the core schema of YAML 1.2, and what
/// the Hub's own reader takes beside it, which is `_` among digits, `0b` and dates.
pub(super) fn is_no_text(text: &str) -> bool {
    // Most words begin otherwise.
    match text.as_bytes().first() {
        Some(b't' | b'T' | b'f' | b'F') => matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE"),
        Some(b'0'..=b'9' | b'.' | b'+' | b'-') => is_number(text) || is_date(text),
        _ => false,
    }
}

fn is_number(text: &str) -> bool {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(bare, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let are_digits = |digits: &str, radix: u32| {
        !digits.starts_with('_')
            && !digits.ends_with('_')
            && !digits.is_empty()
            && digits.chars().all(|c| c == '_' || c.is_digit(radix))
    };
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = bare.strip_prefix(prefix) {
            return are_digits(digits, radix);
        }
    }
    let (mantissa, exponent) = bare.split_once(['e', 'E']).map_or((bare, None), |(one, other)| (one, Some(other)));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_power = |power: &str| are_digits(power.strip_prefix(['+', '-']).unwrap_or(power), 10);
    exponent.is_none_or(is_power)
        && (!whole.is_empty() || !part.is_empty())
        && [whole, part].iter().all(|digits| digits.is_empty() || are_digits(digits, 10))
}

/// `2024-01-01`, alone or with a time behind it.
fn is_date(text: &str) -> bool {
    let Some((day, time)) = text.split_at_checked(10) else { return false };
    let is_day = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let time = time.strip_prefix(['T', 't', ' ']).map_or(time, |time| time.trim_start_matches(' '));
    let is_of_time = |byte: u8| byte.is_ascii_digit() || b":.+-Z ".contains(&byte);
    is_day && (text.len() == 10 || (time.contains(':') && time.bytes().all(is_of_time)))
}

/// A text of JSON that is valid, borrowed where it has no escapes (serde borrows no `Cow` by itself).
pub(super) fn borrowed(json: &str) -> Option<Cow<'_, str>> {
    let text = json.strip_prefix('"')?;
    // Mostly nothing in it is written with escapes, which is told without reading it again.
    if let Some(text) = text.strip_suffix('"').filter(|text| memchr2(b'"', b'\\', text.as_bytes()).is_none()) {
        return Some(Cow::Borrowed(text));
    }
    match serde_json::from_str::<&str>(json) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) => serde_json::from_str::<String>(json).ok().map(Cow::Owned),
    }
}

/// Hands on the keys of a JSON object that are wanted, each with its value, in order, those that stand twice too. `wanted` tells
/// of each whether its value is left as it is: a [`CardValue::Json`].
///
/// # Errors
/// Why this is no JSON object, or that a value which is not left as it is is neither a text nor a list.
pub(super) fn each_entry<'a, K>(
    json: &'a str,
    wanted: impl Fn(&str) -> Option<(K, bool)>,
    take: impl FnMut(K, CardValue<'a>),
) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_map(Entries { wanted, take })?;
    reader.end()
}

struct Entries<W, T> {
    wanted: W,
    take: T,
}

impl<'de, K, W: Fn(&str) -> Option<(K, bool)>, T: FnMut(K, CardValue<'de>)> Visitor<'de> for Entries<W, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut entries: M) -> Result<(), M::Error> {
        while let Some(key) = entries.next_key_seed(Wanted(&self.wanted))? {
            match key {
                Some((key, true)) => (self.take)(key, CardValue::Json(entries.next_value::<&RawValue>()?.get())),
                Some((key, false)) => (self.take)(key, entries.next_value_seed(Plainly)?),
                None => _ = entries.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

/// A key, if it is wanted.
struct Wanted<'w, W>(&'w W);

impl<'de, K, W: Fn(&str) -> Option<(K, bool)>> DeserializeSeed<'de> for Wanted<'_, W> {
    type Value = Option<(K, bool)>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Option<(K, bool)>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<K, W: Fn(&str) -> Option<(K, bool)>> Visitor<'_> for Wanted<'_, W> {
    type Value = Option<(K, bool)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<(K, bool)>, E> {
        Ok((self.0)(key))
    }
}

/// Reads a text or a list, once, as nearly all values are; anything else is an error.
struct Plainly;

impl<'de> DeserializeSeed<'de> for Plainly {
    type Value = CardValue<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<CardValue<'de>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Plainly {
    type Value = CardValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<CardValue<'de>, E> {
        Ok(CardValue::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<CardValue<'de>, E> {
        Ok(CardValue::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<CardValue<'de>, E> {
        Ok(CardValue::Null)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut entries: S) -> Result<CardValue<'de>, S::Error> {
        let mut values = Vec::new();
        while let Some(json) = entries.next_element::<&RawValue>()? {
            values.push(CardValue::within(json.get(), 1));
        }
        Ok(CardValue::List(values))
    }
}
