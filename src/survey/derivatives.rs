use std::cmp::Reverse;

use super::Survey;
use super::counts::{BY_RELATION, COUNTS, Counts, WAYS};
use super::organisations::{self, Organisation};
use super::rivals::{self, Contest};
use crate::census::{Counted, Coverage, Derived, Error};
use crate::ink::{Chart, Section, Table, Topic, Unit, Value, grouped};
use crate::model::Relation;
use crate::reference::Family;
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

const F1: &str =
    "F1: distinct models with at least one parent among the members, the members' own repositories left out.";

pub(super) const TITLE: &str = "Derivatives by family and by organisation";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("derivatives", TITLE);
    let credit = Credit::of_families(survey)?;
    let families = Credited::of_families(survey, &credit)?;
    let organisations = Organisation::of_all(survey)?;
    // By one reading of the ids: nobody keeps who they are.
    let closest = organisations::closest(survey, &organisations);
    let mut asked = rivals::families(survey, &organisations);
    asked.extend(closest.iter().cloned());
    let mut counts = Counts::of_all(&asked, survey)?.into_iter();
    let contests = Contest::of_all(survey, &organisations, &mut counts);
    // Who has a declared parent is known of every model.
    section.conclude(Coverage::whole(credit.direct), || {
        let first = families.first().filter(|first| first.f1() > 0)?;
        let (name, models) = (&first.family.name, grouped(first.f1()));
        Some(format!("Among families, {name} leads with {models} direct derivatives by others."))
    });
    section.headline(Topic::Families, Coverage::whole(credit.direct), ["families", "f1"], || {
        let first = families.first().filter(|first| first.f1() > 0)?;
        let (name, [f1, f2]) = (&first.family.name, [first.f1(), first.counts.others.f2.models].map(grouped));
        Some(format!(
            "{name} is the family that most is built on: {f1} models of others derive from it directly, {f2} in all."
        ))
    });
    contests.iter().take(1).for_each(|first| first.conclude(&mut section));
    let bars = families.iter().map(|of| (of.family.name.as_str(), Some(of.f1())));
    let chart = Chart::counts("Direct derivatives by others (F1), by family", bars).explained(F1);
    let chart = chart.defined(&["Families that are part of another are left out."]);
    let parents = survey.known(|row| !survey.lineage.is_root(row));
    section.charts.push(chart.known_of("models with a declared parent", parents));
    section.tables = vec![
        families_table(&families, &credit),
        in_every_way(&families, &credit),
        organisations::table(survey, &organisations),
        organisations::close(&closest, counts),
    ];
    section.tables.extend(rivals::table(&contests));
    section.define(&[
        F1,
        "F2: distinct models reachable from any member, the members' own left out. F3: models that mention the family by tag, name or library, and are no members.",
        "By relation: of a model's own link towards the family; if several, the strongest (merge, adapter, quantized, finetune, unstated).",
        "Without bursts: less those in a group of at least 50 children of one parent, by one author or of one name template, within 24 hours. With own: the members' own derived models too. Authors: distinct owners.",
        Coverage::JUDGED,
        "Credit for F2: full counts a model once in each family that it descends from, split gives 1/k to each of k families, exclusive counts those of one family alone. Families that are part of another get no credit of their own; shares are of all models with a parent.",
        &format!(
            "{} together are counted as one: what descends from both counts once, and what is their own not at all. An organisation is all accounts under one name in the table of publishers; an account that is not there stands alone, as account/*. Bases: its models with a child by somebody else.",
            rivals::together(&contests)
        ),
    ]);
    section.cover("models with a declared parent", parents);
    let calendar = survey.calendar()?;
    survey.cover(&mut section, "models with a date, by which bursts are judged", |row| calendar.is_dated(row));
    Ok(section)
}

/// A family, counted, with its split and exclusive credit, if it is part of no other.
struct Credited<'a> {
    family: &'a Family,
    counts: Counts,
    credit: Option<(f64, u64)>,
}

impl<'a> Credited<'a> {
    /// All families, those with most direct derivatives first.
    fn of_families(survey: &Survey<'a>, credit: &Credit) -> Result<Vec<Credited<'a>>, Error> {
        let families = &survey.references.families;
        let of = |(family, counts): (&'a Family, Counts)| {
            let at = survey.families().position(|known| known.name == family.name);
            Credited { family, counts, credit: at.map(|at| (credit.split[at], credit.exclusive[at])) }
        };
        let mut all: Vec<Credited<'a>> = families.iter().zip(Counts::of_all(families, survey)?).map(of).collect();
        all.sort_by_key(|of| (Reverse(of.f1()), &of.family.name));
        Ok(all)
    }

    fn f1(&self) -> u64 {
        self.counts.others.f1.models
    }
}

fn families_table(families: &[Credited<'_>], credit: &Credit) -> Table {
    let mut main =
        vec![("family", Text), ("country", Text), ("members", Count), ("f1", Count), ("f2", Count), ("f3", Count)];
    main.extend(BY_RELATION);
    let mut more = COUNTS.to_vec();
    more.extend([("part_of", Text), ("split", Unit::Number), ("exclusive", Count)]);
    more.extend([("share_full", Share), ("share_split", Share), ("share_exclusive", Share)]);
    let mut table = Table::new("families", "Derivatives of families", 1, &main, &more);
    for Credited { family, counts, credit: own } in families {
        let (full, (split, exclusive)) = (own.map(|_| counts.others.f2.models as f64), own.unzip());
        let mut row: Vec<Value> = vec![family.name.as_str().into(), family.country.clone().into()];
        row.extend(counts.values());
        row.extend([family.part_of.clone().into(), split.into(), exclusive.into()]);
        row.extend([full, split, exclusive.map(|models| models as f64)].map(|models| credit.share(models).into()));
        table.row(row);
    }
    table
}

/// The columns of families that people would look for beside the first.
fn in_every_way(families: &[Credited<'_>], credit: &Credit) -> Table {
    let columns = [
        ("family", Text),
        ("f1", Count),
        ("f1_without_bursts", Count),
        ("f1_with_own", Count),
        ("f1_authors", Count),
        ("f2", Count),
        ("f2_without_bursts", Count),
        ("f2_with_own", Count),
        ("f2_authors", Count),
        ("split", Unit::Number),
        ("exclusive", Count),
        ("share_split", Share),
    ];
    let mut table = Table::new("families_in_every_way", "The same, counted in every way", 1, &columns, &[]);
    for Credited { family, counts, credit: own } in families {
        let (split, exclusive) = own.unzip();
        let mut row: Vec<Value> = vec![family.name.as_str().into()];
        row.extend(WAYS.iter().map(|way| way.value(counts)));
        row.extend([split.into(), exclusive.into(), credit.share(split).into()]);
        table.row(row);
    }
    table
}

/// How much of the derived models is whose.
struct Credit {
    split: Vec<f64>,
    exclusive: Vec<u64>,
    /// The models with a parent in any family.
    direct: u64,
    /// All models with a parent.
    derived: u64,
}

impl Credit {
    /// Of so many of the derived models, which share they are; nothing where no model is derived.
    fn share(&self, models: Option<f64>) -> Option<f64> {
        models.filter(|_| self.derived > 0).map(|models| models / self.derived as f64)
    }

    fn of_families(survey: &Survey<'_>) -> Result<Credit, Error> {
        let derived = Derived::of_sets(survey.lineage, &survey.members(survey.families())?, Counted::Others);
        let reached = reached(survey, &derived);
        let models = |of: &Derived, pick: &dyn Fn(Row) -> f64| of.all.iter().map(|(row, _)| pick(*row)).sum::<f64>();
        Ok(Credit {
            split: derived.iter().map(|of| models(of, &|row| 1.0 / f64::from(reached[row as usize])) + 0.0).collect(),
            exclusive: derived
                .iter()
                .map(|of| of.all.iter().filter(|(row, _)| reached[*row as usize] == 1).count() as u64)
                .collect(),
            direct: {
                let mut direct: Vec<Row> = derived.iter().flat_map(|of| &of.direct).map(|(row, _)| *row).collect();
                direct.sort_unstable();
                direct.dedup();
                direct.len() as u64
            },
            derived: survey.snapshot().rows().filter(|row| !survey.lineage.is_root(*row)).count() as u64,
        })
    }
}

/// By how many of some sets each row is reached.
pub(super) fn reached(survey: &Survey<'_>, derived: &[Derived]) -> Vec<u16> {
    let mut reached = vec![0u16; survey.snapshot().len()];
    derived.iter().flat_map(|of| &of.all).for_each(|(row, _)| reached[*row as usize] += 1);
    reached
}

/// The relation of the strongest link of a model to any parent.
pub(super) fn strongest(survey: &Survey<'_>, row: Row) -> Option<Relation> {
    survey.lineage.parents(row).map(|(_, edge)| edge.relation).max()
}
