use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::Day;
use crate::reference::{Term, TermSet, Terms, Text};
use crate::snapshot::nearest;

/// A `Policy` says which verdicts somebody accepts (docs/licences.md, 7).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// These licences are accepted, of the model and of all above it; if there is none, all are.
    pub allow: Vec<String>,
    /// No term of these may reach a model.
    #[serde(serialize_with = "spelled", deserialize_with = "letters")]
    pub deny_terms: TermSet,
    /// This says what is done where nothing can be told: verdicts `unknown` and `silent`.
    pub unknown: Unknown,
    /// These findings are accepted all the same.
    pub exceptions: Vec<Exception>,
    /// These models have these licences, by the user's own word, where nothing else tells.
    pub clarify: BTreeMap<String, String>,
}

/// An `Unknown` says what is done where nothing can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unknown {
    /// It is told, and no model fails for it.
    #[default]
    Warn,
    /// The model fails.
    Deny,
    /// It is passed over.
    Allow,
}

/// An `Exception` accepts findings until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// It is for this model; `*` stands for anything.
    pub model: String,
    /// It is for terms of this ancestor alone; `*` stands for anything.
    #[serde(default)]
    pub ancestor: Option<String>,
    /// It is for terms of this licence alone.
    #[serde(default)]
    pub licence: Option<String>,
    /// This says why.
    pub reason: String,
    /// It holds until the end of this day.
    pub until: Day,
}

fn spelled<S: Serializer>(terms: &TermSet, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(terms.iter().map(Term::letter))
}

fn letters<'d, D: serde::Deserializer<'d>>(from: D) -> Result<TermSet, D::Error> {
    let letters = Vec::<String>::deserialize(from)?;
    TermSet::parse(&letters.join(" ")).map_err(|word| {
        serde::de::Error::custom(format!("deny_terms: {word:?} is no term; the letters are N B M U C S D K T E R"))
    })
}

/// A `PolicyError` says why a policy cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, {place}: {reason}")]
pub struct PolicyError {
    /// This is the file, as it was named.
    pub file: String,
    /// This is the place in it.
    pub place: String,
    /// It says what is wrong, and what to do.
    pub reason: String,
}

impl Policy {
    /// Reads a policy out of JSON; `file` is its name in errors.
    ///
    /// # Errors
    /// It fails if the text is no JSON, has a field that is none of a policy's, an exception has no reason or no day, or a letter is no term.
    pub fn read(file: &str, text: &str) -> Result<Policy, PolicyError> {
        let wrong = |place: String, reason: String| PolicyError { file: file.into(), place, reason };
        let policy: Policy = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            let text = error.to_string();
            let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
            wrong(format!("line {}, column {}", error.line(), error.column()), reason.to_owned())
        })?;
        for (exception, number) in policy.exceptions.iter().zip(1..) {
            if exception.reason.trim().is_empty() || exception.model.trim().is_empty() {
                let reason = "a model and a reason are needed; say why it is accepted".into();
                return Err(wrong(format!("exception {number}"), reason));
            }
        }
        Ok(policy)
    }

    /// Finds what the policy names and no row of the terms knows: it can match nothing, or clarify nothing.
    pub fn strange(&self, terms: &Terms) -> Vec<String> {
        let mut found = Vec::new();
        let known = || terms.licences().iter().filter(|licence| licence.is_id).map(|licence| licence.pattern.as_str());
        let near = |name: &str| {
            let near = nearest(name, known(), 1);
            near.first().map_or_else(String::new, |near| format!("; did you mean {near}?"))
        };
        let is_read = |name: &str| terms.find(name).is_some_and(|licence| licence.text == Text::Read);
        for (model, licence) in self.clarify.iter().filter(|(_, licence)| !is_read(licence)) {
            found.push(format!("clarify: {licence}, for {model}, is no licence whose terms are known"));
        }
        for licence in self.allow.iter().filter(|licence| terms.find(licence).is_none()) {
            found.push(format!("allow: {licence} is no licence of the table{}", near(licence)));
        }
        let named = self.exceptions.iter().filter_map(|exception| exception.licence.as_deref());
        for licence in named.filter(|licence| terms.find(licence).is_none()) {
            found.push(format!("exceptions: {licence} is no licence of the table{}", near(licence)));
        }
        found
    }
}
