use serde::{Deserialize, Serialize};

use super::{Contradiction, Day, Filter};
use crate::provenance::Policy;
use crate::reference;

/// An `Entry` is a model that somebody's list names: an inventory, a bill of materials, a file of requirements.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// This is the model's id, as the list has it.
    pub id: String,
    /// This is the list, as it was named.
    pub file: String,
    /// It stands in this line of the list, counted from 1; 0 if nobody knows.
    pub line: u64,
}

/// A `Models` names the models that a question is about: those that somebody asks for, and those of a list. One that the snapshot does not
/// know is an error if it was asked for, and is told in the answer if it is in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Models {
    /// These ids were asked for.
    pub ids: Vec<String>,
    /// These stand in a list.
    pub listed: Vec<Entry>,
}

/// An `Upstream` asks for everything that some models descend from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Upstream {
    /// These are the models.
    pub models: Models,
    /// The filter says which links are followed; its days say which ancestors are listed.
    pub filter: Filter,
}

/// A `Why` asks how a model descends from another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// This is the id of the model that descends.
    pub model: String,
    /// It descends from the model of this id.
    pub ancestor: String,
    /// So many ways are told, the shortest first; one if nothing is said.
    #[serde(default)]
    pub most: Option<usize>,
    /// The filter says which links are followed.
    #[serde(default)]
    pub filter: Filter,
}

/// A `Common` asks for the nearest common ancestors of some models.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Common {
    /// These are the models, two or more.
    pub models: Models,
    /// The filter says which links are followed.
    pub filter: Filter,
}

/// A `Siblings` asks for the other children of some models' parents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Siblings {
    /// These are the models.
    pub models: Models,
    /// People are shown so many siblings, or all without a number. Programs get all of them.
    pub most: Option<usize>,
    /// The filter says which links are followed and which siblings are listed.
    pub filter: Filter,
}

/// A `Blast` asks for what descends from any of some models, and what of it hangs only through them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blast {
    /// These are the bases.
    pub models: Models,
    /// If a family is named, its members are bases too.
    pub family: Option<String>,
    /// These are bases too, each with what is wrong with it.
    pub flagged: Vec<Flag>,
    /// If this is set, the models that changed since the snapshot before ([`Atlas::after`](super::Atlas::after)) are bases too: those of
    /// another licence, otherwise gated, with other parents, or gone.
    pub changed: bool,
    /// Only models are counted and listed whose ids match any of these patterns, without regard to case: `acme/*`. All are if there is
    /// none.
    pub mine: Vec<String>,
    /// Models of this list are counted and listed as those that match a pattern are. A base that is ours is told apart.
    pub ours: Vec<Entry>,
    /// If this is set, the models are listed one by one instead of being counted.
    pub list: bool,
    /// People are shown so many of the listed models, or all without a number. Programs get all of them.
    pub most: Option<usize>,
    /// Only this table of the counts is given; without it all of them are.
    pub table: Option<String>,
    /// The filter says which links are followed and which models are counted.
    pub filter: Filter,
}

/// A `Licences` asks how what models state of their licences goes with the terms of everything that they descend from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licences {
    /// These are the models.
    pub models: Models,
    /// This says what is accepted (docs/licences.md, 7).
    #[serde(default)]
    pub policy: Policy,
    /// Exceptions hold as of this day.
    pub today: Day,
    /// The filter says which links are followed.
    #[serde(default)]
    pub filter: Filter,
}

/// A `Bom` asks for a bill of materials of some models ([`Answer::bom`](super::Answer::bom)).
#[cfg(feature = "export")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bom {
    /// These are the models.
    pub models: Models,
    /// The filter says which links are followed; a bill has no days.
    pub filter: Filter,
}

/// A `Flag` is a model of which somebody says that something is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flag {
    /// This is the model, with its place in the list.
    pub model: Entry,
    /// It says what is wrong.
    pub reason: String,
    /// It has been so since this day, if that is known: what was made before may be free of it.
    pub since: Option<Day>,
    /// It says who says so.
    pub source: String,
}

impl Flag {
    /// Reads a CSV text with the column `id` and, if it has them, `reason`, `since` (a day) and `source`; `table` is its name in errors.
    ///
    /// # Errors
    /// It fails if the column is missing, a row is no CSV or has no id, or a day is none.
    pub fn read(table: &str, text: &[u8]) -> Result<Vec<Flag>, reference::Error> {
        let rows = reference::rows_with(table, text, &["id"], &["reason", "since", "source"])?;
        let flag = |row: Result<(String, Vec<String>), reference::Error>| {
            let (place, values) = row?;
            let wrong = |reason: String| reference::Error { table: table.into(), place: place.clone(), reason };
            let [id, reason, since, source] = values.try_into().map_err(|_| wrong("is no row of this table".into()))?;
            if id.is_empty() {
                return Err(wrong("an id is needed, such as owner/name".into()));
            }
            let day = |since: &String| since.parse().map_err(|error| wrong(format!("{since:?} is no day: {error}")));
            let since = Some(since).filter(|since| !since.is_empty()).as_ref().map(day).transpose()?;
            let line = place.strip_prefix("line ").and_then(|line| line.parse().ok()).unwrap_or_default();
            Ok(Flag { model: Entry { id, file: table.to_owned(), line }, reason, since, source })
        };
        rows.map(flag).collect()
    }
}

impl Models {
    /// Whether no model is named.
    pub(super) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.listed.is_empty()
    }

    fn check(&self) -> Result<(), Contradiction> {
        if self.is_empty() { Err(Contradiction::NoModels) } else { Ok(()) }
    }
}

impl Upstream {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        self.models.check().and_then(|()| self.filter.check())
    }
}

impl Licences {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        self.filter.without_days()?;
        self.models.check().and_then(|()| self.filter.check())
    }
}

#[cfg(feature = "export")]
impl Bom {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        self.filter.without_days()?;
        self.models.check().and_then(|()| self.filter.check())
    }
}

impl Entry {
    /// Says where it stands, if that is known: `inventory.txt:3`.
    pub fn place(&self) -> Option<String> {
        (self.line > 0).then(|| format!("{}:{}", self.file, self.line))
    }
}

impl Common {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        match self.models.ids.len() + self.models.listed.len() {
            0 | 1 => Err(Contradiction::CommonOfOne),
            _ => self.filter.without_days().and_then(|()| self.filter.check()),
        }
    }
}

impl Siblings {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        self.models.check().and_then(|()| self.filter.check())
    }
}

impl Blast {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        if self.models.is_empty() && self.family.is_none() && self.flagged.is_empty() && !self.changed {
            return Err(Contradiction::NoModels);
        }
        if self.list && self.table.is_some() {
            return Err(Contradiction::TableOfList);
        }
        if let Some(pattern) =
            self.mine.iter().find(|pattern| pattern.is_empty() || glob::Pattern::new(pattern).is_err())
        {
            return Err(Contradiction::NoPattern { pattern: pattern.clone() });
        }
        self.filter.check()
    }
}
