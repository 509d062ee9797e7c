use serde::{Deserialize, Serialize};

use super::{Contradiction, Day, wire};
use crate::census::Counting;
use crate::ink::day;
use crate::lineage::Lineage;
use crate::model::Relation;

/// A `Filter` says which links are followed and which models are counted. It means the same in every question, and
/// leaves nothing out by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Only links of these relations are followed, or links of every relation if the list is empty.
    #[serde(with = "wire::many")]
    pub relations: Vec<Relation>,
    /// Links of these relations are not followed.
    #[serde(with = "wire::many")]
    pub exclude: Vec<Relation>,
    /// If this is set, links from parents that are not listed are not followed.
    pub no_unlisted: bool,
    /// If this is set, what descends from a mirror (a re-upload under the same name) descends from the model that it
    /// mirrors, and no mirror is a derivative.
    pub fold_mirrors: bool,
    /// Only models created on this day or later are counted; the others, and those without a date, are walked through.
    pub since: Option<Day>,
    /// Only models created before this day are counted; the others, and those without a date, are walked through.
    pub until: Option<Day>,
}

impl Filter {
    /// Looks whether the filter can leave anything at all.
    ///
    /// # Errors
    /// [`Contradiction::NoDay`] if no day lies between its days, and [`Contradiction::NoRelation`] if no relation is
    /// left.
    pub fn check(&self) -> Result<(), Contradiction> {
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            return Err(Contradiction::NoDay { since, until });
        }
        match Relation::ALL.into_iter().any(|relation| self.follows(relation)) {
            true => Ok(()),
            false => Err(Contradiction::NoRelation),
        }
    }

    /// Looks whether it has no days: of what is above a model, whenever it was made, all matters.
    pub(super) fn without_days(&self) -> Result<(), Contradiction> {
        match self.since.or(self.until) {
            Some(_) => Err(Contradiction::DaysElsewhere),
            None => Ok(()),
        }
    }

    pub(super) fn follows(&self, relation: Relation) -> bool {
        (self.relations.is_empty() || self.relations.contains(&relation)) && !self.exclude.contains(&relation)
    }

    /// Whether links are cut.
    fn cuts(&self) -> bool {
        !self.relations.is_empty() || !self.exclude.is_empty() || self.no_unlisted
    }

    /// Tells whether all links are followed as they stand: none is cut, and no mirror is folded.
    pub fn follows_all(&self) -> bool {
        !self.cuts() && !self.fold_mirrors
    }

    /// Whether two follow the same links.
    pub(super) fn follows_as(&self, other: &Filter) -> bool {
        Relation::ALL.into_iter().all(|relation| self.follows(relation) == other.follows(relation))
            && (self.no_unlisted, self.fold_mirrors) == (other.no_unlisted, other.fold_mirrors)
            && self.cuts() == other.cuts()
    }

    /// Makes a lineage that has only the links that are followed. Mirrors are folded before any link is cut.
    pub fn links(&self, lineage: &Lineage) -> Lineage {
        let lineage = if self.fold_mirrors { lineage.folded() } else { lineage.clone() };
        if !self.cuts() {
            return lineage;
        }
        lineage
            .only(|parent, _, edge| self.follows(edge.relation) && !(self.no_unlisted && lineage.is_unlisted(parent)))
    }

    /// Says which models are counted, in the words of the census: the two days as instants.
    pub fn counting(&self) -> Counting {
        let [since, until] = [self.since, self.until].map(|day| day.map(Day::millis));
        Counting { since, until, ..Counting::default() }
    }

    /// States the filter in sentences for a definition. The text is empty if everything is followed and counted.
    pub fn words(&self) -> String {
        let names =
            |relations: &[Relation]| relations.iter().map(|relation| relation.name()).collect::<Vec<_>>().join(", ");
        let mut words = Vec::new();
        if !self.relations.is_empty() {
            words.push(format!("Only {} links are followed: paths through others are cut.", names(&self.relations)));
        }
        if !self.exclude.is_empty() {
            words.push(format!("Links not followed: {}; paths through them are cut.", names(&self.exclude)));
        }
        if self.fold_mirrors {
            words.push("Mirrors are folded: what descends from a re-upload under the same name descends from the model that it mirrors.".into());
        }
        if self.no_unlisted {
            words.push("Links from unlisted parents are not followed.".into());
        }
        if let Some(since) = self.since {
            words.push(format!(
                "Counted are models created on {} or later; others, and those without a date, are walked through.",
                day(since.millis())
            ));
        }
        if let Some(until) = self.until {
            words.push(format!(
                "Counted are models created before {}; others, and those without a date, are walked through.",
                day(until.millis())
            ));
        }
        words.join(" ")
    }
}
