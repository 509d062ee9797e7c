use serde::{Deserialize, Serialize};

use super::{Contradiction, Error, Filter, Select, wire};
use crate::census::{Group, Measure, Part};
use crate::{report, survey};

/// What can be asked of an [`Atlas`](super::Atlas). As JSON it is `{"family": {"name": "Qwen"}}`, `{"rank": {"by": "authors"}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Question {
    /// The counts of a family, or its models.
    Family(Family),
    /// A ranking.
    Rank(Rank),
    /// A part of the lineage as a tree.
    Show(Show),
    /// A family under every definition.
    Explain(Explain),
    /// Accounts with their publishers.
    Owners(Owners),
    /// The sections of the survey.
    Report(Report),
    /// What changed since the snapshot before ([`Atlas::after`](super::Atlas::after)).
    Diff(Diff),
    /// What is odd in the snapshot, and whether it says what its records say.
    Check(Check),
    /// A part of the lineage, to be written as a graph.
    #[cfg(feature = "export")]
    Export(Export),
}

/// A family's derivatives, counted or listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Family {
    /// A family of the rules, every model of an owner (`Qwen/*`), or one model's id.
    pub name: String,
    /// Whether the members' own derived models count too.
    pub include_members: bool,
    /// The part whose models are listed, instead of all being counted.
    #[serde(with = "wire::perhaps")]
    pub list: Option<Part>,
    /// How many of the listed models people are shown; nothing: all. Programs get all of them.
    pub most: Option<usize>,
    /// Which links are followed, and which models counted.
    pub filter: Filter,
}

/// A ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rank {
    /// What is ranked.
    #[serde(with = "wire::one")]
    pub of: Group,
    /// By what.
    #[serde(with = "wire::one")]
    pub by: Measure,
    /// How many rows there are to be; nothing: all.
    pub most: Option<usize>,
    /// For growth: how many days before the snapshot's date are recent; 30 if nothing is said.
    pub days: Option<u16>,
    /// Which links are followed, and which models counted.
    pub filter: Filter,
}

impl Default for Rank {
    fn default() -> Rank {
        let (of, by) = (Group::Models, Measure::Descendants);
        Rank { of, by, most: None, days: None, filter: Filter::default() }
    }
}

/// A part of the lineage as a tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Show {
    /// Which part.
    pub selection: Select,
    /// How many links deep it is drawn; nothing: all. What lies deeper is marked, and selected all the same.
    #[serde(default)]
    pub depth: Option<usize>,
    /// How many siblings are drawn, those with most descendants first; 0: all.
    #[serde(default)]
    pub siblings: usize,
    /// How many lines are drawn at most; nothing: all.
    #[serde(default)]
    pub lines: Option<usize>,
    /// Which links are followed, and which models counted.
    #[serde(default)]
    pub filter: Filter,
}

/// A family under every definition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Explain {
    /// A family of the rules, every model of an owner (`Qwen/*`), or one model's id.
    pub name: String,
    /// What its commands are told of the snapshot and of tables: words of a command line.
    pub words: Vec<String>,
}

/// Accounts with their publishers, those with most downloads first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Owners {
    /// Only those that are not in the table of publishers.
    pub unknown: bool,
    /// How many; nothing: all.
    pub most: Option<usize>,
}

/// The sections of the survey, or some of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// Sections (`downloads`) and tables of sections (`derivatives.families`); none: all sections. `series` is the one about the
    /// snapshots before ([`Atlas::after`](super::Atlas::after)).
    pub sections: Vec<String>,
    /// Which links are followed: all of them, with mirrors folded or not.
    pub filter: Filter,
}

/// What changed since the snapshot before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Diff {
    /// One of its tables alone; nothing: all of them.
    pub table: Option<String>,
}

/// What is odd in a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Check {
    /// What is listed case by case; nothing: all kinds are told, with the first cases of each.
    pub list: Option<Cases>,
    /// How many bursts, mirrors or old names are listed; nothing: all.
    pub most: Option<usize>,
    /// Only these kinds, each of which is a fault then; none: all.
    pub kinds: Vec<String>,
    /// Only what is odd about models of this owner.
    pub owner: Option<String>,
    /// Only what is odd about this model and what descends from it.
    pub below: Option<String>,
}

/// What a check lists case by case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cases {
    /// Every kind.
    All,
    /// The kind of that name.
    Kind(String),
    /// Old names whose links were moved.
    Aliases,
    /// Groups of many children of one parent within a day.
    Bursts,
    /// Models that are another model under its own name, by somebody else.
    Mirrors,
}

/// A part of the lineage, to be written as a graph.
#[cfg(feature = "export")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// Which part.
    pub selection: Select,
    /// Which links are followed, and which models counted.
    #[serde(default)]
    pub filter: Filter,
}

impl Report {
    /// The names of sections, each with that of a table if one is named.
    pub(super) fn wanted(&self) -> Vec<(&str, Option<&str>)> {
        let names = self.sections.iter().map(String::as_str);
        names.map(|name| name.split_once('.').map_or((name, None), |(section, table)| (section, Some(table)))).collect()
    }
}

impl Question {
    /// Says whether its parts go together. An atlas looks at that itself; whoever opens one for the question may ask before.
    ///
    /// # Errors
    /// [`Error::Contradiction`], [`Error::NoSection`], [`Error::NoKind`].
    pub fn check(&self) -> Result<(), Error> {
        Ok(match self {
            Question::Family(family) => {
                if family.include_members && family.list == Some(Part::Members) {
                    return Err(Contradiction::MembersOfMembers.into());
                }
                family.filter.check()
            }
            Question::Rank(rank) => {
                if rank.of != Group::Models && !rank.by.is_for_groups() {
                    return Err(Contradiction::ForModelsAlone(rank.by).into());
                }
                if rank.days.is_some() && rank.by != Measure::Growth {
                    return Err(Contradiction::DaysWithoutGrowth.into());
                }
                rank.filter.check()
            }
            Question::Show(show) => show.selection.check().and_then(|()| show.filter.check()),
            #[cfg(feature = "export")]
            Question::Export(export) => export.selection.check().and_then(|()| export.filter.check()),
            Question::Report(report) => {
                let known = |name: &str| name == survey::SERIES || survey::names().any(|known| known == name);
                if let Some((name, _)) = report.wanted().into_iter().find(|(name, _)| !known(name)) {
                    return Err(Error::NoSection { name: name.to_owned() });
                }
                match (Filter { fold_mirrors: false, ..report.filter.clone() }) == Filter::default() {
                    true => Ok(()),
                    false => Err(Contradiction::ReportOfSome),
                }
            }
            Question::Check(check) => {
                let listed = match &check.list {
                    Some(Cases::Kind(name)) => Some(name),
                    _ => None,
                };
                match check.kinds.iter().chain(listed).find(|name| report::kind(name).is_none()) {
                    Some(name) => return Err(Error::NoKind { name: name.clone() }),
                    None => Ok(()),
                }
            }
            Question::Explain(_) | Question::Owners(_) | Question::Diff(_) => Ok(()),
        }?)
    }
}
