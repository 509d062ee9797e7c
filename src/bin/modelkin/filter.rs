use anyhow::bail;
use jiff::civil::Date;
use modelkin::census::Counting;
use modelkin::ink::day;
use modelkin::lineage::Lineage;
use modelkin::model::Relation;

use crate::args::Filter;
use crate::clock;
use crate::output::Usage;

impl Filter {
    /// Whether all links are followed as they are.
    pub fn follows_all(&self) -> bool {
        self.relation.is_empty() && self.exclude.is_empty() && !self.no_unlisted && !self.fold_mirrors
    }

    /// The lineage with only the links that are followed.
    pub fn links(&self, lineage: Lineage) -> Lineage {
        if self.follows_all() {
            return lineage;
        }
        let lineage = if self.fold_mirrors { lineage.folded() } else { lineage };
        if self.relation.is_empty() && self.exclude.is_empty() && !self.no_unlisted {
            return lineage;
        }
        lineage.only(|parent, _, edge| {
            (self.relation.is_empty() || self.relation.contains(&edge.relation))
                && !self.exclude.contains(&edge.relation)
                && !(self.no_unlisted && lineage.is_unlisted(parent))
        })
    }

    /// Which models are counted.
    pub fn counting(&self) -> anyhow::Result<Counting> {
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            bail!(Usage(format!("no day lies between --since {since} and --until {until}")));
        }
        let followed = Relation::ALL.into_iter().filter(|relation| {
            (self.relation.is_empty() || self.relation.contains(relation)) && !self.exclude.contains(relation)
        });
        if followed.count() == 0 {
            bail!(Usage("--relation and --exclude leave no relation to follow".into()));
        }
        let start = |date: Option<Date>| date.map(clock::millis).transpose();
        Ok(Counting { since: start(self.since)?, until: start(self.until)?, ..Counting::default() })
    }

    /// The filter in words, for the definition.
    pub fn words(&self, counting: &Counting) -> String {
        let names =
            |relations: &[Relation]| relations.iter().map(|relation| relation.name()).collect::<Vec<_>>().join(", ");
        let mut words = Vec::new();
        if !self.relation.is_empty() {
            words.push(format!("Only {} links are followed: paths through others are cut.", names(&self.relation)));
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
        if let Some(since) = counting.since {
            words.push(format!(
                "Counted are models created on {} or later; others, and those without a date, are walked through.",
                day(since)
            ));
        }
        if let Some(until) = counting.until {
            words.push(format!(
                "Counted are models created before {}; others, and those without a date, are walked through.",
                day(until)
            ));
        }
        words.join(" ")
    }
}
