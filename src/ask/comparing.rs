//! Answers that set somebody beside others.

use super::{Atlas, Compare, Contradiction, Error, Facts, Filter, Flows, Rank, names};
use crate::census::{self, Counted, Derived, Group, Measure, Ranking, Tally, members};
use crate::ink::{day, plural};
use crate::model::{DAY, Relation};
use crate::reference::Family;
use crate::snapshot::Row;
use crate::survey::{self, Facet, Kind, Parts, Rival, Survey};

/// How many days before the snapshot are recent, if nothing is said.
const RECENT: u16 = 30;

impl Atlas {
    pub(super) fn rank(&self, asked: &Rank) -> Result<Facts, Error> {
        let mut counting = self.counting(&asked.filter);
        let by: Vec<Measure> = asked.measures().collect();
        let mut words = vec![self.words(&asked.filter)?];
        if by.contains(&Measure::Growth) {
            let taken = self.snapshot().provenance().taken.ok_or(Error::NoDate)?;
            let days = asked.days.unwrap_or(RECENT);
            let since = taken - i64::from(days) * DAY;
            // What is dated later says nothing of the days before.
            counting.recent = Some(since..taken + DAY);
            let days = plural(days.into(), "day");
            words.push(format!("Recent: created on {} or later, {days} before the snapshot.", day(since)));
        }
        let (most, mut within) = (asked.most.unwrap_or(0), asked.within.clone());
        let groups =
            |families| Ok::<_, Error>(Ranking::of_groups(&self.links(&asked.filter)?, families, &by, &counting, most)?);
        let ranking = match asked.of {
            Group::Models => {
                let inside = asked.within.as_ref().map(|name| self.inside(name, &asked.filter)).transpose()?;
                let census = self.counted(&asked.filter, &counting)?;
                if let Some((family, _)) = &inside {
                    words.push(format!("Ranked are members of {} and what descends from them.", family.name));
                    within = Some(family.name.clone());
                }
                Ranking::of_models(&census, &by, inside.as_ref().map(|(_, rows)| &rows[..]), most)?
            }
            Group::Owners => groups(None)?,
            Group::Families => groups(Some(self.tables().all_families()?))?,
            Group::Authors => self.parts(asked, Facet::Owner, &counting, &by, &mut words)?,
            Group::Countries => self.parts(asked, Facet::Country, &counting, &by, &mut words)?,
            Group::Licences => self.parts(asked, Facet::Licence, &counting, &by, &mut words)?,
        };
        words.retain(|words| !words.is_empty());
        Ok(Facts::Ranking { ranking, group: asked.of, within, words: words.join(" ") })
    }

    /// Ranks the parts of the derived models, or of those of a family.
    fn parts(
        &self,
        asked: &Rank,
        facet: Facet,
        counting: &census::Counting,
        by: &[Measure],
        words: &mut Vec<String>,
    ) -> Result<Ranking, Error> {
        let lineage = self.links(&asked.filter)?;
        let [direct, all]: [Vec<(Row, Relation)>; 2] = match &asked.within {
            Some(name) => {
                let family = names::family(name, self.tables().families(), &self.lineage()?)?;
                let found = census::counted(std::slice::from_ref(&family), &lineage, counting)?;
                let (count, derived) = found.into_iter().next().ok_or_else(|| none(&family))?;
                if count.members == 0 {
                    return Err(none(&family));
                }
                words.push(format!(
                    "Counted is what descends from {} (F2), its members' own left out; direct are those with a member for a parent (F1).",
                    family.name
                ));
                [derived.direct, derived.all]
            }
            None => {
                let all = census::derived(&lineage, counting)?;
                words.push("Counted is every derived model, by the strongest of its links.".into());
                [Vec::new(), all]
            }
        };
        words.push(facet.about().to_owned());
        let census = self.census(&asked.filter)?;
        let survey = Survey::new(&lineage, &census, self.tables().references()?)?;
        let mut parts = Parts::new(&survey, facet)?;
        let mut tallies = Vec::new();
        for models in [&direct, &all] {
            let numbers: Vec<u32> = models.iter().map(|(row, relation)| parts.number(*row, *relation, 0)).collect();
            tallies.push(census::parts(&lineage, models, &numbers, counting)?);
        }
        let tally = |of: &[Tally], number: u32| of.get(number as usize).cloned().unwrap_or_default();
        let of = |number| (tally(&tallies[0], number), tally(&tallies[1], number));
        let named = (0..parts.len() as u32).map(|number| (parts.at(number).text, of(number))).collect();
        Ok(Ranking::of_parts(named, by, asked.most.unwrap_or(0)))
    }

    pub(super) fn compare(&self, asked: &Compare) -> Result<Facts, Error> {
        let lineage = self.lineage()?;
        let mut rivals: Vec<Rival> = Vec::new();
        for name in &asked.names {
            let family = names::family(name, self.tables().families(), &lineage)?;
            let is_owner = family.name.ends_with("/*") && !names::is_pattern(&family.name);
            let kind = match (is_owner, lineage.snapshot().find(&family.name)) {
                (true, _) => Kind::Owner,
                (false, Some(row)) if !self.tables().families().names().any(|known| known == family.name) => {
                    Kind::Model(row)
                }
                _ => Kind::Family,
            };
            if members(&family, &lineage)?.is_empty() {
                return Err(none(&family));
            }
            if rivals.iter().any(|rival| rival.family.name == family.name) {
                return Err(Contradiction::Twice(family.name).into());
            }
            rivals.push(Rival { family, kind });
        }
        let references = self.tables().references()?;
        let (lineage, census) = (self.links(&asked.filter)?, self.census(&asked.filter)?);
        let survey = Survey::new(&lineage, &census, references)?;
        let mut section = match asked.by {
            _ if asked.along => {
                if self.earlier().is_empty() {
                    return Err(Error::NothingBefore);
                }
                let before = self.before(self.earlier(), &asked.filter)?;
                let surveys = before.iter().map(|(lineage, census)| Survey::new(lineage, census, references));
                let surveys = surveys.chain([Ok(survey)]).collect::<Result<Vec<_>, _>>()?;
                survey::along(&surveys, &rivals, asked.figure)?
            }
            Some(facet) => survey.compare_by(&rivals, facet, asked.figure, asked.most)?,
            None => survey.compare(&rivals)?,
        };
        let rules = rivals.iter().filter(|rival| rival.kind == Kind::Family);
        section.definition.extend(rules.map(|rival| format!("{}: {}.", rival.family.name, rival.family.rule)));
        Some(self.words(&asked.filter)?)
            .filter(|words| !words.is_empty())
            .into_iter()
            .for_each(|words| section.confine(words));
        Ok(Facts::Section { section, is_rows: true })
    }

    pub(super) fn flows(&self, asked: &Flows) -> Result<Facts, Error> {
        let within = asked.within.as_ref().map(|name| self.inside(name, &asked.filter)).transpose()?;
        let (lineage, census) = (self.links(&asked.filter)?, self.census(&asked.filter)?);
        let survey = Survey::new(&lineage, &census, self.tables().references()?)?;
        let own = asked.own.unwrap_or(asked.by.counts_own());
        let mut section = survey.flows(asked.by, own, within.as_ref().map(|(_, rows)| &rows[..]), asked.most)?;
        if let Some((family, _)) = &within {
            section.charts.iter_mut().for_each(|chart| chart.title += &format!(", within {}", family.name));
            section.confine(format!("Counted are members of {} and what descends from them.", family.name));
        }
        Some(self.words(&asked.filter)?)
            .filter(|words| !words.is_empty())
            .into_iter()
            .for_each(|words| section.confine(words));
        Ok(Facts::Section { section, is_rows: true })
    }

    /// The members of a family and what descends from them by the links that a filter follows, in order.
    fn inside(&self, name: &str, filter: &Filter) -> Result<(Family, Vec<Row>), Error> {
        let family = names::family(name, self.tables().families(), &self.lineage()?)?;
        let lineage = self.links(filter)?;
        let members = members(&family, &lineage)?;
        if members.is_empty() {
            return Err(none(&family));
        }
        let derived = Derived::of_sets(&lineage, std::slice::from_ref(&members), Counted::Others);
        let mut rows = members;
        rows.extend(derived.iter().flat_map(|derived| &derived.all).map(|(row, _)| *row));
        rows.sort_unstable();
        rows.dedup();
        Ok((family, rows))
    }
}

fn none(family: &Family) -> Error {
    Error::NoMember { name: family.name.clone() }
}
