//! An answer as an agent gets it: rows in a frame that says what was counted, in what, and how to get the rest.

use modelkin::ink::{self, Report, Rows, Value, day};
use modelkin::snapshot::Snapshot;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::page::{Bounds, Mark};
use super::refused::{Refused, beginning};

/// An answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Frame<R> {
    pub rows: Vec<R>,
    /// How many rows there are in all.
    pub total: u64,
    /// There are rows behind these: ask with `next_cursor` as `cursor`.
    pub truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    pub definition: Definition,
    pub snapshot: Named,
    /// Always true: lineage is what cards say.
    pub declared: bool,
    /// The command line that gives the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// So many long names and entries of long lists are left out of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortened: Option<u64>,
    #[serde(flatten)]
    pub beside: Beside,
}

/// What was counted; modelkin://definition/ID has all of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Definition {
    pub id: &'static str,
    pub text: String,
}

/// The snapshot, by its day and its digest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Named {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    pub digest: String,
    pub models: u64,
    /// It is the sample inside the program, which is no census.
    pub sample: bool,
}

// What stands beside the rows of some answers, as in the program's JSON. (It is explained here alone, since it is a part of every schema.)
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Beside {
    // Names that are spelled otherwise than in the snapshot, with what they mean.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    named: Vec<Meant>,
    // Old ids, with those of today.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    renamed: Vec<Renamed>,
    // What else is to be said of what was named, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<String>,
    // `total` is all; there may be more if this is false.
    #[serde(skip_serializing_if = "Option::is_none")]
    all_counted: Option<bool>,
    // So many are left out of the ranking, since the value is not known of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u64>,
    // So many ways lead from the ancestor to the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    ways: Option<Ways>,
    // So many models are on any way.
    #[serde(skip_serializing_if = "Option::is_none")]
    between: Option<u64>,
    // So many ancestors they have in common; the rows are the nearest.
    #[serde(skip_serializing_if = "Option::is_none")]
    common: Option<u64>,
    // The models whose licences were looked at, each with its worst verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    verdicts: Vec<Judged>,
    // So many models fail by the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<u64>,
    // So many have no date and are left out for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    undated: Option<u64>,
    // Of how many a value is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coverage: Vec<Coverage>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Meant {
    asked: String,
    id: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Renamed {
    old: String,
    today: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Judged {
    id: String,
    verdict: String,
    fails: bool,
    ancestors: u64,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Coverage {
    what: String,
    known: u64,
    of: u64,
}

// A number of ways, in words where it is very high.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Ways {
    Number(u64),
    Words(String),
}

impl Named {
    pub fn of(snapshot: &Snapshot) -> Named {
        let provenance = snapshot.provenance();
        Named {
            date: provenance.taken.map(day),
            digest: provenance.digest.clone(),
            models: provenance.counts.models,
            sample: provenance.sample,
        }
    }
}

impl Definition {
    const LONGEST: usize = 900;

    /// The first sentences, as many as an answer has room for.
    pub fn text(sentences: &[String]) -> String {
        let mut text = String::new();
        for sentence in sentences {
            if text.len() + sentence.len() > Definition::LONGEST {
                let room = Definition::LONGEST.saturating_sub(text.len());
                let part = beginning(sentence, room);
                text += part.rfind(". ").map_or("", |end| &part[..=end]);
                text.push('…');
                break;
            }
            text += sentence;
            text.push(' ');
        }
        text.truncate(text.trim_end().len());
        text
    }
}

impl Beside {
    /// What stands beside the rows of a report, and how much of it is cut.
    pub fn of(beside: ink::Named) -> anyhow::Result<(Beside, u64)> {
        let mut all = serde_json::to_value(Value::Group(beside))?;
        let mut cut = 0;
        // Other answers have names alone under this key.
        if let Some(Json::Array(models)) = all.get_mut("models").map(Json::take)
            && models.first().is_some_and(Json::is_object)
        {
            all["verdicts"] = models.into();
        }
        for name in ["named", "renamed", "remarks"] {
            cut += all.get_mut(name).map_or(0, shorten);
        }
        Ok((serde_json::from_value(all)?, cut))
    }
}

impl Frame<Json> {
    /// Fills the frame with the rows from a place on, as many as it has room for.
    pub fn filled<R: DeserializeOwned + Serialize>(
        mut self,
        rows: &Rows<'_>,
        start: usize,
        bounds: Bounds,
        mark: &Mark,
    ) -> Result<Json, Refused> {
        let all = usize::try_from(self.total).unwrap_or(usize::MAX);
        if start > all {
            return Err(Refused::new(format!("`cursor` is behind the last of {all} rows; ask again without it")));
        }
        // What the frame takes at most, with nothing in it.
        self.next_cursor = Some(mark.cursor(all));
        let mut shortened = self.shortened.replace(u32::MAX.into()).unwrap_or_default();
        let mut room = bounds.bytes.checked_sub(length(&self)?).ok_or_else(|| too_small(bounds))?;
        let mut at = start;
        while self.rows.len() < bounds.rows
            && let Some(row) = rows.row(at)
        {
            let read: R =
                serde_json::from_value(serde_json::to_value(Value::Group(row)).map_err(wrong)?).map_err(wrong)?;
            let mut row = serde_json::to_value(read).map_err(wrong)?;
            let cut = shorten(&mut row);
            let Some(left) = room.checked_sub(length(&row)? + 1) else { break };
            room = left;
            shortened += cut;
            self.rows.push(row);
            at += 1;
        }
        if self.rows.is_empty() && start < rows.len() {
            return Err(too_small(bounds));
        }
        self.shortened = Some(shortened).filter(|number| *number > 0);
        // What was not counted to the end may go on behind the last row that is known.
        self.truncated = at < all || (at > start && self.beside.all_counted == Some(false));
        self.next_cursor = self.truncated.then(|| mark.cursor(at));
        serde_json::to_value(self).map_err(wrong)
    }
}

/// A count that stands beside the rows of a report.
pub fn beside(report: &Report<'_>, is_it: impl Fn(&str) -> bool) -> Option<u64> {
    let (_, value) = report.beside.iter().find(|(name, _)| is_it(name))?;
    if let Value::Count(count) = value { Some(*count) } else { None }
}

fn too_small(bounds: Bounds) -> Refused {
    Refused::new(format!("not even one row has room in {} bytes; ask with larger `max_bytes`", bounds.bytes))
}

fn wrong(error: serde_json::Error) -> Refused {
    Refused::broken(&error.into())
}

fn length(value: &impl Serialize) -> Result<usize, Refused> {
    Ok(serde_json::to_vec(value).map_err(wrong)?.len())
}

/// Leaves out what is not known, and cuts what no model of the Hub has: names longer than any, long lists. Says how often.
fn shorten(value: &mut Json) -> u64 {
    const NAME: usize = 400;
    const NAMES: usize = 10;
    const NUMBERS: usize = 100;
    match value {
        Json::String(text) if text.len() > NAME => {
            *text = format!("{}…", beginning(text, NAME));
            1
        }
        Json::Array(values) => {
            let most = if values.iter().all(Json::is_number) { NUMBERS } else { NAMES };
            let cut = values.len().saturating_sub(most) as u64;
            values.truncate(most);
            cut + values.iter_mut().map(shorten).sum::<u64>()
        }
        Json::Object(values) => shorten_all(values),
        _ => 0,
    }
}

fn shorten_all(values: &mut Map<String, Json>) -> u64 {
    values.retain(|_, value| !value.is_null());
    values.values_mut().map(shorten).sum()
}
