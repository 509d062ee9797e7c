use serde::{Deserialize, Serialize};

use super::{Contradiction, Filter, Selection, wire};
use crate::census::{Group, Measure, Part};

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
    pub selection: Selection,
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

impl Question {
    /// Says whether its parts go together. An atlas looks at that itself; whoever opens one for the question may ask before.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub fn check(&self) -> Result<(), Contradiction> {
        match self {
            Question::Family(family) => {
                if family.include_members && family.list == Some(Part::Members) {
                    return Err(Contradiction::MembersOfMembers);
                }
                family.filter.check()
            }
            Question::Rank(rank) => {
                if rank.of != Group::Models && !rank.by.is_for_groups() {
                    return Err(Contradiction::ForModelsAlone(rank.by));
                }
                if rank.days.is_some() && rank.by != Measure::Growth {
                    return Err(Contradiction::DaysWithoutGrowth);
                }
                rank.filter.check()
            }
            Question::Show(show) => show.selection.check().and_then(|()| show.filter.check()),
            Question::Explain(_) | Question::Owners(_) => Ok(()),
        }
    }
}
