use std::collections::HashSet;
use std::fmt::{Display, Formatter};

use super::origin::Models;
use super::{Entry, Error};
use crate::census::members;
use crate::ink::{plural, printable};
use crate::lineage::{Lineage, NotFound};
use crate::reference::{Families, Family};
use crate::snapshot::{Row, Snapshot, nearest};
use crate::source::NoModel;

/// An `Unknown` is a name that says nothing here, or not what alone is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// This is the name as it was asked for.
    pub wanted: String,
    /// This says what kinds of names were looked through.
    pub what: What,
    /// These are what may be meant instead: families and owners first, then models, those with most descendants first.
    pub near: Vec<Near>,
}

/// A `What` says what kinds of names were looked through in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// Families of the rules, owners and models were looked through.
    Any,
    /// Owners alone were looked through.
    Owner,
    /// Models alone were looked through.
    Model,
    /// Models alone were looked through, and so many bear the name, of which none stands out.
    Several(u64),
    /// It is an address, and leads to no model.
    Address(NoModel),
    /// It is a pattern, and no model's id matches it.
    Pattern,
}

/// A `Near` is a name that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Near {
    /// It is a family of the rules.
    Family(String),
    /// It is an owner, of whom all models are a family.
    Owner(String),
    /// It is a model, with the number of its descendants.
    Model(String, u64),
}

impl Display for Near {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Near::Family(name) => write!(f, "the family {name:?}"),
            Near::Owner(name) => write!(f, "all of {name}/*"),
            Near::Model(id, descendants) => write!(f, "{id} ({})", plural(*descendants, "descendant")),
        }
    }
}

impl Display for Unknown {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let wanted = &self.wanted;
        match self.what {
            What::Any => write!(f, "no family, owner or model {wanted:?}")?,
            What::Owner => write!(f, "no model of the owner {wanted:?} in this snapshot")?,
            What::Model => write!(f, "no model {wanted:?} in this snapshot")?,
            What::Several(models) => {
                write!(
                    f,
                    "{} are called {wanted:?}, none with more descendants than the others",
                    plural(models, "model")
                )?;
            }
            What::Address(fault) => write!(f, "{wanted} {fault}")?,
            What::Pattern => {
                write!(f, "no model of this snapshot has an id that matches {wanted:?}")?;
                if !wanted.contains('/') {
                    write!(f, ", owner and all; '*/{wanted}' is whoever's")?;
                }
            }
        }
        let is_group = |near: &&Near| !matches!(near, Near::Model(..));
        let all = |near: Vec<&Near>| near.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (groups, models): (Vec<&Near>, Vec<&Near>) = self.near.iter().partition(is_group);
        let has_groups = !groups.is_empty();
        if has_groups {
            write!(f, "; did you mean {}?", all(groups).join(" or "))?;
        }
        if models.is_empty() {
            return Ok(());
        }
        let models = all(models).join(", ");
        match (self.what, has_groups) {
            (What::Several(_), _) => write!(f, "; name one by its whole id: {models}"),
            (_, true) => write!(f, " The nearest models: {models}"),
            (_, false) => write!(f, "; the nearest: {models}"),
        }
    }
}

impl std::error::Error for Unknown {}

/// A `Meant` is a name in a question that is spelled otherwise than in the snapshot or the tables, with the model or family that it
/// means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// This is the name as it was asked for.
    pub asked: String,
    /// This is the id of the model that is meant, or the name of the family.
    pub id: String,
    /// This says why.
    pub how: How,
}

/// A `How` says why a name means a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// The name is the address of the model's page or of one of its files.
    Address,
    /// The name is a word in the name of one family of the rules alone.
    Family,
    /// The name is an id without its owner, and the model has most descendants of all that are called so.
    Name {
        /// It has so many descendants.
        descendants: u64,
        /// So many other listed models are called so.
        others: u64,
    },
}

impl Meant {
    /// Says what is meant, where that is not plain: an address leads to one model alone.
    pub fn note(&self) -> Option<String> {
        let (descendants, others) = match self.how {
            How::Address => return None,
            How::Family => return Some(printable(&format!("{}: the family {:?} is meant", self.asked, self.id))),
            How::Name { descendants, others } => (descendants, others),
        };
        let descendants = plural(descendants, "descendant");
        let others = match others {
            0 => "no other model is called so".to_owned(),
            1 => "1 other model is called so, and has fewer".to_owned(),
            others => format!("{} are called so, and have fewer", plural(others, "other model")),
        };
        Some(printable(&format!("{}: {} is meant, with {descendants}; {others}", self.asked, self.id)))
    }
}

/// Tells whether a name is a pattern of ids, with `*` or `?` in it; `owner/*` is the owner's whole.
pub(super) fn is_pattern(name: &str) -> bool {
    name.strip_suffix("/*").unwrap_or(name).contains(['*', '?'])
}

/// Finds what the name of a family means: a family of the rules, then `owner/*`, then a model, then a pattern of ids, then an owner.
/// What a name may mean besides was found before ([`Atlas::settled`](super::Atlas)).
pub(super) fn family(name: &str, families: &Families, lineage: &Lineage) -> Result<Family, Error> {
    if let Some(family) = families.find(name)? {
        return Ok(family);
    }
    let snapshot = lineage.snapshot();
    if let Some(name) = name.strip_suffix("/*").filter(|_| !is_pattern(name)) {
        return Ok(owner(name, snapshot)?);
    }
    match lineage.row(name) {
        Some(row) => Ok(Family::of_model(snapshot.id(row))),
        None if is_pattern(name) => {
            let family = Family::of_pattern(name)?;
            if !members(&family, lineage)?.is_empty() {
                return Ok(family);
            }
            let Unknown { near, .. } = unknown(&name.replace(['*', '?'], ""), What::Pattern, families, lineage);
            Err(Unknown { wanted: name.to_owned(), what: What::Pattern, near }.into())
        }
        None => owned(name, snapshot).ok_or_else(|| unknown(name, What::Any, families, lineage).into()),
    }
}

/// A name that means nothing, with what may be meant: families that are called so in part, the owner, models that are spelled so.
pub(super) fn unknown(name: &str, what: What, families: &Families, lineage: &Lineage) -> Unknown {
    let group = name.strip_suffix("/*").unwrap_or(name);
    let lower = group.to_ascii_lowercase();
    let holds = |family: &&str| lower.len() > 1 && family.to_ascii_lowercase().contains(&lower);
    let mut groups: Vec<&str> = families.names().filter(|family| family.eq_ignore_ascii_case(group)).collect();
    if groups.is_empty() {
        groups = families.names().filter(holds).collect();
    }
    // Whoever names an owner means no family.
    if groups.is_empty() && !group.contains('/') {
        groups = nearest(group, families.names(), 3);
    }
    let snapshot = lineage.snapshot();
    let owned = Some(snapshot.owned_by(group)).filter(|rows| !rows.is_empty());
    let owner = owned.and_then(|rows| snapshot.owner(rows.start));
    let models = lineage.nearest(name, 5).into_iter();
    let near = groups.into_iter().take(3).map(|name| Near::Family(name.to_owned()));
    let near = near.chain(owner.map(|name| Near::Owner(name.to_owned())));
    let near = near.chain(models.map(|(row, descendants)| Near::Model(snapshot.id(row).to_owned(), descendants)));
    Unknown { wanted: name.to_owned(), what, near: near.collect() }
}

/// Makes a family of all models of an owner, without regard to case.
pub(super) fn owner(name: &str, snapshot: &Snapshot) -> Result<Family, Unknown> {
    owned(name, snapshot).ok_or_else(|| {
        let mut owners: Vec<&str> = snapshot.rows().filter_map(|row| snapshot.owner(row)).collect();
        owners.dedup();
        let near = nearest(name, owners.into_iter(), 5).into_iter().map(|owner| Near::Owner(owner.to_owned()));
        Unknown { wanted: name.to_owned(), what: What::Owner, near: near.collect() }
    })
}

pub(super) fn owned(name: &str, snapshot: &Snapshot) -> Option<Family> {
    let rows = snapshot.owned_by(name);
    (!rows.is_empty()).then(|| Family::of_owner(snapshot.owner(rows.start).unwrap_or(name)))
}

/// A `Missing` is a model of somebody's list that the snapshot does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// This is its id and its place, as the list has them.
    pub entry: Entry,
    /// These ids are spelled like it, those with most descendants first; there may be none.
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
                    let near = if self.missing.len() < NEAR { lineage.nearest(&entry.id, 5) } else { Vec::new() };
                    let nearest = near.into_iter().map(|(row, _)| lineage.snapshot().id(row).to_owned()).collect();
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
