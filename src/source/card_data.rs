//! `cardData`, the card as the Hub read it.

use std::borrow::Cow;

use super::value::{CardValue, are_texts, each_entry, is_crowded};
use super::words::{CardValues, CardWords, Key, OwnTags};
use super::{card, loose};
use crate::model::{Oddity, OddityKind};

/// The words of `cardData`; none if it is no JSON object, which is noted.
pub(super) fn of_json<'a>(json: &'a str, oddities: &mut Vec<Oddity>) -> Option<CardWords<'a>> {
    if is_crowded(json.as_bytes()) {
        oddities.push(Oddity::new(OddityKind::BadValue, &format!("cardData: {json}")));
        return None;
    }
    // Most cards have texts and lists of them alone.
    let Ok(mut values) = entries(json, |key| key == Key::Tags).or_else(|_| entries(json, |_| true)) else {
        // What other programs print where JSON was meant, and the official client's card as it prints itself.
        if let Some(json) = loose::json(json) {
            return of_json(&json, oddities).map(CardWords::into_owned);
        }
        if !json.trim_start().starts_with(['{', '[', '"'])
            && json.len() <= card::MAX_FRONT
            && let Some(words) = card::declared(json, oddities)
        {
            return Some(words);
        }
        oddities.push(Oddity::new(OddityKind::BadValue, &format!("cardData: {json}")));
        return None;
    };
    let mut words = values.words(oddities);
    words.tags = match values.take_value(Key::Tags) {
        CardValue::Json(json) if are_texts(json) => OwnTags::Json(Cow::Borrowed(json)),
        other => {
            values.set(Key::Tags, other);
            OwnTags::Read(values.texts(Key::Tags, oddities))
        }
    };
    // A row says its task itself; what is none is odd all the same.
    values.text(Key::Task, oddities);
    words.library = values.text(Key::Library, oddities);
    Some(words)
}

/// The values of an object; those that are to be left as they are are read from JSON of their own.
fn entries<'a>(json: &'a str, is_left: impl Fn(Key) -> bool) -> Result<CardValues<'a>, serde_json::Error> {
    let mut values = CardValues::default();
    let wanted = |key: &str| Key::from_name(key).map(|key| (key, is_left(key)));
    each_entry(json, wanted, |key, value| match key {
        // Mostly those of the row are the same and more.
        Key::Tags => values.set(key, value),
        key => values.set(key, value.opened(0)),
    })?;
    Ok(values)
}
