//! Questions that set somebody beside others.

use serde::{Deserialize, Serialize};

use super::{Contradiction, Filter, wire};
use crate::census::{Group, Measure};
use crate::model::Relation;
use crate::survey::{Ends, Facet, Figure};

/// A `Rank` asks which models, owners, families or parts of the derived models come first by a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rank {
    /// These are ranked; models if nothing is said.
    #[serde(with = "wire::one")]
    pub of: Group,
    /// They are ranked by this measure; by descendants if nothing is said.
    #[serde(with = "wire::one")]
    pub by: Measure,
    /// These measures are shown beside it.
    #[serde(with = "wire::many")]
    pub beside: Vec<Measure>,
    /// If this names any measures, they alone are shown, in this order, and none beside.
    #[serde(with = "wire::many")]
    pub columns: Vec<Measure>,
    /// Only the members of this family, owner or model and what descends from them are ranked, or counted for whoever made them.
    pub within: Option<String>,
    /// The ranking has so many rows, or all without a number.
    pub most: Option<usize>,
    /// For growth, models created so many days before the snapshot's date or later are recent; 30 days if nothing is
    /// said. Without growth among the measures a number is a contradiction.
    pub days: Option<u16>,
    /// The filter says which links are followed and which models are counted.
    pub filter: Filter,
}

impl Default for Rank {
    fn default() -> Rank {
        let (of, by) = (Group::Models, Measure::Descendants);
        let (beside, columns, within, most, days) = Default::default();
        Rank { of, by, beside, columns, within, most, days, filter: Filter::default() }
    }
}

impl Rank {
    /// Gives the measure that it is by, those beside it, and those that are shown besides.
    pub fn measures(&self) -> impl Iterator<Item = Measure> {
        let columns = self.columns.iter().copied().filter(|measure| *measure != self.by);
        std::iter::once(self.by).chain(self.beside.iter().copied()).chain(columns)
    }

    pub(super) fn check(&self) -> Result<(), Contradiction> {
        if let Some(measure) = self.measures().find(|measure| self.of != Group::Models && !measure.is_for_groups()) {
            return Err(Contradiction::ForModelsAlone(measure));
        }
        if !self.beside.is_empty() && !self.columns.is_empty() {
            return Err(Contradiction::ColumnsBeside);
        }
        let named: Vec<Measure> = std::iter::once(self.by).chain(self.beside.iter().copied()).collect();
        for named in [&named, &self.columns] {
            let is_again = |(at, measure): &(usize, &Measure)| named[..*at].contains(measure);
            if let Some((_, measure)) = named.iter().enumerate().find(is_again) {
                return Err(Contradiction::Twice(measure.name().to_owned()));
            }
        }
        if self.days.is_some() && !self.measures().any(|measure| measure == Measure::Growth) {
            return Err(Contradiction::DaysWithoutGrowth);
        }
        if self.within.is_some() && matches!(self.of, Group::Owners | Group::Families) {
            return Err(Contradiction::WithinGroups);
        }
        self.filter.check()
    }
}

/// A `Compare` asks for families, owners and models beside each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Compare {
    /// Each names a family of the rules, every model of an owner (`Qwen/*`), or one model by its id.
    pub names: Vec<String>,
    /// What descends from them is told apart by this; without it each has one row with every measure.
    #[serde(with = "wire::perhaps")]
    pub by: Option<Facet>,
    /// If this is set, each snapshot has a row: those before this one ([`Atlas::after`](super::Atlas::after)) and this one.
    pub along: bool,
    /// This is shown of each part, or of each snapshot; models of F2 if nothing is said.
    #[serde(with = "wire::one")]
    pub figure: Figure,
    /// Of parts without an order of their own so many are given, the largest first, or all without a number.
    pub most: Option<usize>,
    /// The filter says which links are followed and which models are counted.
    pub filter: Filter,
}

impl Compare {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        if self.names.is_empty() {
            return Err(Contradiction::NoNames);
        }
        if self.along && self.by.is_some() {
            return Err(Contradiction::PartsAlong);
        }
        if self.by == Some(Facet::Generation) && self.figure == Figure::Share {
            return Err(Contradiction::ShareOfGenerations);
        }
        if self.figure != Figure::F2 && !self.along && self.by.is_none() {
            return Err(Contradiction::FigureOfAll);
        }
        self.filter.check()
    }
}

/// A `Flows` asks who builds on whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Flows {
    /// They build on each other: accounts if nothing is said.
    #[serde(with = "wire::one")]
    pub by: Ends,
    /// This says whether what somebody builds on their own is counted; if nothing is said, it is where countries, kinds or families
    /// are asked for.
    pub own: Option<bool>,
    /// Only members of this family, owner or model and what descends from them are counted.
    pub within: Option<String>,
    /// So many pairs are given, those with most models first, or all without a number.
    pub most: Option<usize>,
    /// The filter says which links are followed and which models are counted.
    pub filter: Filter,
}

impl Flows {
    pub(super) fn check(&self) -> Result<(), Contradiction> {
        if self.by == Ends::Converter && !self.filter.follows(Relation::Quantized) {
            return Err(Contradiction::NoConversions);
        }
        self.filter.check()
    }
}
