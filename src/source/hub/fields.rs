//! The fields of a row as values: texts, lists of them, counts, yes and no.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::loose;
use super::super::value::borrowed;
use crate::model::{Oddity, OddityKind, Word};

/// Reads fields one by one; what is of the wrong kind is noted and missing.
pub(super) struct Fields<'o> {
    pub oddities: &'o mut Vec<Oddity>,
}

impl Fields<'_> {
    pub fn bad(&mut self, field: &str, text: &str) {
        self.oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: {text}")));
    }

    pub fn text<'a>(&mut self, field: &str, json: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
        let json = json?.get();
        let text = borrowed(json);
        if text.is_none() {
            self.bad(field, json);
        }
        text
    }

    pub fn texts<'a>(&mut self, field: &str, json: Option<&'a RawValue>) -> Option<Vec<Cow<'a, str>>> {
        let json = json?.get();
        // Nearly all are texts in which nothing is written with escapes.
        if let Ok(texts) = serde_json::from_str::<Vec<&str>>(json) {
            return Some(texts.into_iter().map(Cow::Borrowed).collect());
        }
        // A list that became a text on its way through a column of texts.
        if let Some(texts) =
            borrowed(json).filter(|text| text.starts_with('[')).and_then(|text| loose::texts(text).ok())
        {
            return Some(texts);
        }
        let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(json) else {
            self.bad(field, json);
            return None;
        };
        Some(values.into_iter().filter_map(|value| self.text(field, Some(value))).collect())
    }

    pub fn flag(&mut self, field: &str, json: Option<&RawValue>) -> Option<bool> {
        let json = json?.get();
        let flag = flag(json.trim_matches('"'));
        if flag.is_none() {
            self.bad(field, json);
        }
        flag
    }

    /// Who may fetch a model: `false` and not `"false"` where anybody may.
    pub fn gate<'a>(&mut self, json: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
        let gate = gate(json?.get().trim_matches('"'));
        if gate.is_none() {
            self.bad(Word::Gated.hub_name(), json?.get());
        }
        gate.map(Cow::Borrowed)
    }

    /// A count; numbers written as text are read, since mirrors write them so.
    pub fn count(&mut self, field: &str, json: Option<&RawValue>) -> Option<u64> {
        let json = json?.get();
        let count = count(json.trim_matches('"'));
        if count.is_none() {
            self.bad(field, json);
        }
        count
    }
}

/// Yes or no in a text, as JSON and Python write it.
pub(in crate::source) fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    }
}

/// The Hub's word for who may fetch a model. It never says `true`, which others make of its two kinds of yes.
pub(in crate::source) fn gate(text: &str) -> Option<&'static str> {
    match text.trim() {
        "auto" => Some("auto"),
        "manual" => Some("manual"),
        other => flag(other).map(|is_gated| if is_gated { "true" } else { "false" }),
    }
}

/// A count in a text.
pub(in crate::source) fn count(text: &str) -> Option<u64> {
    let text = text.trim();
    text.parse::<u64>().ok().or_else(|| whole(text.parse::<f64>().ok()?))
}

/// The parameters in a text that is the Hub's object of tensors.
pub(in crate::source) fn total(text: &str) -> Option<u64> {
    whole(loose::value(text)?.get("total")?.as_f64()?)
}

/// A float that is a whole, exact count.
pub(in crate::source) fn whole(value: f64) -> Option<u64> {
    (value >= 0.0 && value.fract() == 0.0 && value < 9e15).then_some(value as u64)
}
