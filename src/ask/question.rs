use serde::{Deserialize, Serialize};

use super::comparison::{Compare, Flows, Rank};
#[cfg(feature = "export")]
use super::origin::Bom;
use super::origin::{Blast, Common, Licences, Siblings, Upstream, Why};
use super::{Contradiction, Error, Filter, Select, wire};
use crate::census::Part;
use crate::{report, survey};

/// A `Question` is what can be asked of an [`Atlas`](super::Atlas). As JSON it is `{"family": {"name": "Qwen"}}` or
/// `{"rank": {"by": "authors"}}`; what is left out has its default, and a field that no question has is an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Question {
    /// It asks for the derivatives of a family, counted or listed.
    Family(Family),
    /// It asks which models, owners, families or parts of the derived models come first by a measure.
    Rank(Rank),
    /// It asks for families, owners and models beside each other.
    Compare(Compare),
    /// It asks who builds on whom.
    Flows(Flows),
    /// It asks for the models whose ids have some words.
    Search(Search),
    /// It asks for a part of the lineage as a tree.
    Show(Show),
    /// It asks what a family's counts are under every definition.
    Explain(Explain),
    /// It asks for the accounts with who stands behind them.
    Owners(Owners),
    /// It asks for sections of the survey.
    Report(Report),
    /// It asks what changed since the snapshot before ([`Atlas::after`](super::Atlas::after)).
    Diff(Diff),
    /// It asks what is odd in the snapshot, and whether it says what its records say.
    Check(Check),
    /// It asks for everything that some models descend from.
    Upstream(Upstream),
    /// It asks how a model descends from another one.
    Why(Why),
    /// It asks for the nearest common ancestors of some models.
    Common(Common),
    /// It asks for the other children of some models' parents.
    Siblings(Siblings),
    /// It asks for what descends from any of some models.
    Blast(Blast),
    /// It asks how what models state of their licences goes with the terms of everything that they descend from.
    Licences(Licences),
    /// It asks for a bill of materials of some models.
    #[cfg(feature = "export")]
    Bom(Bom),
    /// It asks for a part of the lineage that is to be written as a graph.
    #[cfg(feature = "export")]
    Export(Export),
}

/// A `Family` asks for a family's derivatives: how many they are, or which.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Family {
    /// This names a family of the rules, every model of an owner (`Qwen/*`), or one model by its id.
    pub name: String,
    /// If this is set, the members' own derived models count too.
    pub include_members: bool,
    /// The models of this part are listed; without it all parts are counted.
    #[serde(with = "wire::perhaps")]
    pub list: Option<Part>,
    /// People are shown so many of the listed models, or all without a number. Programs get all of them.
    pub most: Option<usize>,
    /// The filter says which links are followed and which models are counted.
    pub filter: Filter,
}

/// A `Show` asks for a part of the lineage as a tree, cut to what a reader can look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Show {
    /// These models are selected for the tree.
    pub selection: Select,
    /// The tree is drawn so many links deep, or to its end without a number. What lies deeper is marked, and selected
    /// all the same.
    #[serde(default)]
    pub depth: Option<usize>,
    /// So many siblings are drawn, those with most descendants first; 0 draws all of them.
    #[serde(default)]
    pub siblings: usize,
    /// At most so many lines are drawn, or all without a number.
    #[serde(default)]
    pub lines: Option<usize>,
    /// The filter says which links are followed and which models are counted.
    #[serde(default)]
    pub filter: Filter,
}

/// A `Search` asks for the models whose ids have some words, those with most descendants first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    /// This is words apart by white space: each must stand somewhere in an id, without regard to case. An id that is typed whole, or a
    /// model's address, gives that model first.
    pub text: String,
    /// So many models are given, or all without a number.
    pub most: Option<usize>,
    /// If this is set and nothing is found, names are given that are spelled like the text. They are sought among all ids, which takes
    /// much longer than the search itself: whoever searches while somebody types leaves it.
    pub nearest: bool,
}

/// An `Explain` asks for a family's counts under every definition, each with the command that gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Explain {
    /// This names a family of the rules, every model of an owner (`Qwen/*`), or one model by its id.
    pub name: String,
    /// The commands in the answer end with these words of a command line, such as the snapshot and the tables.
    pub words: Vec<String>,
}

/// An `Owners` asks for the accounts with who stands behind them, those with most downloads first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Owners {
    /// If this is set, only accounts are given that are not in the table of publishers.
    pub unknown: bool,
    /// So many accounts are given, or all without a number.
    pub most: Option<usize>,
}

/// A `Report` asks for sections of the survey, all of them or some.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// These are sections (`downloads`) and tables of sections (`derivatives.families`); all sections are made if none
    /// is named. The section `series` tells of the snapshots before ([`Atlas::after`](super::Atlas::after)).
    pub sections: Vec<String>,
    /// Of a filter a report takes one thing alone: whether mirrors are folded.
    pub filter: Filter,
}

/// A `Diff` asks what changed since the last of the snapshots before ([`Atlas::after`](super::Atlas::after)).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Diff {
    /// Only this table of the section is given; without it all of them are.
    pub table: Option<String>,
}

/// A `Check` asks what is odd in a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Check {
    /// These cases are listed one by one; without it every kind is told with the first of its cases.
    pub list: Option<Cases>,
    /// So many bursts, mirrors or old names are listed for people, or all without a number.
    pub most: Option<usize>,
    /// Only these kinds are told, and each is a fault then; every kind is told if none is named.
    pub kinds: Vec<String>,
    /// Only what is odd about models of this owner is told.
    pub owner: Option<String>,
    /// Only what is odd about the model of this id and its descendants is told.
    pub below: Option<String>,
}

/// A `Cases` says what a check lists case by case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cases {
    /// It lists the cases of every kind.
    All,
    /// It lists the cases of the kind of that name, such as `cycle`.
    Kind(String),
    /// It lists old names whose links were moved to the names of today.
    Aliases,
    /// It lists groups of many children of one parent within a day.
    Bursts,
    /// It lists models that somebody else uploaded again under the same name.
    Mirrors,
}

/// An `Export` asks for a part of the lineage that is to be written as a graph
/// ([`Answer::graph`](super::Answer::graph)).
#[cfg(feature = "export")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// These models are selected for the graph.
    pub selection: Select,
    /// The filter says which links are followed and which models are counted.
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
    /// Looks whether the parts of the question go together. [`Atlas::ask`](super::Atlas::ask) does so first; whoever
    /// opens a snapshot for one question may do it before.
    ///
    /// # Errors
    /// [`Error::Contradiction`], [`Error::NoSection`] and [`Error::NoKind`].
    pub fn check(&self) -> Result<(), Error> {
        Ok(match self {
            Question::Family(family) => {
                if family.include_members && family.list == Some(Part::Members) {
                    return Err(Contradiction::MembersOfMembers.into());
                }
                family.filter.check()
            }
            Question::Rank(rank) => rank.check(),
            Question::Compare(compare) => compare.check(),
            Question::Flows(flows) => flows.check(),
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
            Question::Upstream(upstream) => upstream.check(),
            Question::Why(why) => why.filter.without_days().and_then(|()| why.filter.check()),
            Question::Common(common) => common.check(),
            Question::Siblings(siblings) => siblings.check(),
            Question::Blast(blast) => blast.check(),
            Question::Licences(licences) => licences.check(),
            #[cfg(feature = "export")]
            Question::Bom(bom) => bom.check(),
            Question::Search(search) if search.text.trim().is_empty() => return Err(Contradiction::NoWords.into()),
            Question::Search(_) | Question::Explain(_) | Question::Owners(_) | Question::Diff(_) => Ok(()),
        }?)
    }
}
