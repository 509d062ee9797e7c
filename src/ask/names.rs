use std::collections::HashSet;
use std::fmt::{Display, Formatter};

use super::origin::Models;
use super::{Entry, Error};
use crate::ink::printable;
use crate::lineage::{Lineage, NotFound};
use crate::reference::{Families, Family};
use crate::snapshot::{Row, Snapshot, nearest};

/// An `Unknown` is a name that nothing in the snapshot or in the rules has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// This is the name as it was asked for.
    pub wanted: String,
    /// This says what kinds of names were looked through.
    pub what: What,
    /// These names are spelled most like it, the nearest first; there may be none.
    pub nearest: Vec<String>,
}

/// A `What` says what kinds of names were looked through in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// Families of the rules, owners and models were looked through.
    Any,
    /// Owners alone were looked through.
    Owner,
}

impl Display for Unknown {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self.what {
            What::Any => write!(f, "no family, owner or model {:?}", self.wanted)?,
            What::Owner => write!(f, "no model of the owner {:?} in this snapshot", self.wanted)?,
        }
        match self.nearest.is_empty() {
            true => Ok(()),
            false => write!(f, "; the nearest: {}", self.nearest.join(", ")),
        }
    }
}

impl std::error::Error for Unknown {}

impl Unknown {
    fn new(wanted: &str, what: What, nearest: impl IntoIterator<Item = impl Into<String>>) -> Unknown {
        Unknown { wanted: wanted.into(), what, nearest: nearest.into_iter().map(Into::into).collect() }
    }
}

/// Finds what a name means in every question: a family of the rules, then `owner/*`, then a model, then an owner.
pub(super) fn family(name: &str, families: &Families, lineage: &Lineage) -> Result<Family, Error> {
    if let Some(family) = families.find(name)? {
        return Ok(family);
    }
    let snapshot = lineage.snapshot();
    if let Some(name) = name.strip_suffix("/*") {
        return Ok(owner(name, snapshot)?);
    }
    match lineage.find(name) {
        Ok(row) => Ok(Family::of_model(snapshot.id(row))),
        Err(missing) => {
            if let Some(family) = owned(name, snapshot) {
                return Ok(family);
            }
            let holds = |family: &&str| family.to_ascii_lowercase().contains(&name.to_ascii_lowercase());
            let mut near: Vec<&str> = families.names().filter(holds).collect();
            near.extend(nearest(name, families.names().filter(|family| !holds(family)), 3));
            let near = near.into_iter().chain(missing.nearest.iter().map(String::as_str)).take(6);
            Err(Unknown::new(name, What::Any, near).into())
        }
    }
}

/// Makes a family of all models of an owner, without regard to case.
pub(super) fn owner(name: &str, snapshot: &Snapshot) -> Result<Family, Unknown> {
    owned(name, snapshot).ok_or_else(|| {
        let mut owners: Vec<&str> = snapshot.rows().filter_map(|row| snapshot.owner(row)).collect();
        owners.dedup();
        Unknown::new(name, What::Owner, nearest(name, owners.into_iter(), 5))
    })
}

fn owned(name: &str, snapshot: &Snapshot) -> Option<Family> {
    let rows = snapshot.owned_by(name);
    (!rows.is_empty()).then(|| Family::of_owner(snapshot.owner(rows.start).unwrap_or(name)))
}

/// A `Missing` is a model of somebody's list that the snapshot does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// This is its id and its place, as the list has them.
    pub entry: Entry,
    /// These ids are spelled most like it, the nearest first; there may be none.
    pub nearest: Vec<String>,
}

/// For so many models that are not known the nearest ids are looked for.
const NEAR: usize = 20;

/// A `Naming` says what became of the names in a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Naming {
    /// The snapshot does not know these models of a list.
    pub missing: Vec<Missing>,
    /// These names are old ones: each stands with the id of today.
    pub renamed: Vec<(String, String)>,
    /// These sentences say what was laid over the snapshot ([`Atlas::overlaid`](super::Atlas::overlaid)).
    pub remarks: Vec<String>,
}

impl Naming {
    /// The row of a model that was asked for.
    pub(super) fn find(&mut self, id: &str, lineage: &Lineage) -> Result<Row, NotFound> {
        let row = lineage.find(id)?;
        let today = lineage.snapshot().id(row);
        if lineage.snapshot().find(id) != Some(row) {
            self.renamed.push((id.to_owned(), today.to_owned()));
        }
        Ok(row)
    }

    /// The rows of the models that a question is about: those that are there, each once, in the order in which they were named.
    pub(super) fn find_all(&mut self, models: &Models, lineage: &Lineage) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for id in &models.ids {
            rows.push(self.find(id, lineage)?);
        }
        for entry in &models.listed {
            match lineage.snapshot().find(&entry.id) {
                Some(_) => rows.push(self.find(&entry.id, lineage)?),
                None => {
                    // All names are looked through for each: a long list of private models is not worth that.
                    let near =
                        if self.missing.len() < NEAR { lineage.snapshot().nearest(&entry.id, 5) } else { Vec::new() };
                    let nearest = near.into_iter().map(str::to_owned).collect();
                    self.missing.push(Missing { entry: entry.clone(), nearest });
                }
            }
        }
        let mut met = HashSet::new();
        rows.retain(|row| met.insert(*row));
        Ok(rows)
    }
}

/// Says which names are old, which models of a list the snapshot does not know, and what was laid over it.
pub(super) fn said(naming: &Naming) -> Vec<String> {
    let renamed = naming.renamed.iter().map(|(old, today)| format!("{old} is called {today} today."));
    let missing = naming.missing.iter().map(|missing| {
        let place = missing.entry.place().map_or_else(String::new, |place| format!("{place}: "));
        let near = missing.nearest.first().map_or_else(String::new, |near| format!("; the nearest: {near}"));
        format!("{place}{} is not known to this snapshot{near}.", missing.entry.id)
    });
    // Each is one line, whatever stands in the names.
    naming.remarks.iter().cloned().chain(renamed).chain(missing).map(|sentence| printable(&sentence)).collect()
}
