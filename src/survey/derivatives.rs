use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Survey, UNKNOWN};
use crate::census::{Counted, Coverage, Derived, Error, FamilyCount, Tally, tallies};
use crate::ink::{Plot, Section, Table, Unit, Value, grouped};
use crate::model::Relation;
use crate::reference::{Comparison, Family, Kind};
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

/// Counts by relation, in the order of [`Relation::ALL`].
const BY_RELATION: [(&str, Unit); 5] =
    [("unstated", Count), ("finetune", Count), ("quantized", Count), ("adapter", Count), ("merge", Count)];

/// How many organisations are counted in every way; all others are in the table of organisations too.
const CLOSE: usize = 40;

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("derivatives", "Derivatives by family and by organisation");
    let credit = Credit::of_families(survey)?;
    let families = Credited::of_families(survey, &credit)?;
    let organisations = Organisation::of_all(survey)?;
    let contests = survey.references.rivals.comparisons().iter().map(|of| Contest::of(of, survey, &organisations));
    let contests: Vec<Contest<'_>> = contests.collect::<Result<_, Error>>()?;
    // Who has a declared parent is known of every model.
    section.conclude(Coverage::whole(credit.direct), || {
        let first = families.first().filter(|first| first.f1() > 0)?;
        let (name, models) = (&first.family.name, grouped(first.f1()));
        Some(format!("Among families, {name} leads with {models} direct derivatives by others."))
    });
    if let Some(Contest { of, one: Some(one), together: Some(together), .. }) = contests.first() {
        let [one, together] = [one, together].map(|counts| counts.others.f1.models);
        section.conclude(Coverage::whole(one.saturating_add(together)), || {
            let (one, together) = (grouped(one), grouped(together));
            Some(format!("Direct derivatives by others: {} {one}, {} together {together}.", of.one, of.together()))
        });
    }
    let bars = families.iter().map(|of| (of.family.name.as_str(), Some(of.f1())));
    section.plots.push(Plot::counts("Direct derivatives by others (F1), by family", bars));
    section.tables = vec![
        families_table(&families, &credit),
        in_every_way(&families, &credit),
        organisations_table(survey, &organisations),
        close(survey, &organisations)?,
    ];
    section.tables.extend(rivals(&contests));
    let mut together = contests.iter().map(|contest| contest.of.together());
    let first = together.next().unwrap_or_default();
    let more: String = together.map(|names| format!(" (and {names})")).collect();
    section.define(&[
        "F1: distinct models with at least one parent among the members, the members' own repositories left out.",
        "F2: distinct models reachable from any member, the members' own left out. F3: models that mention the family by tag, name or library, and are no members.",
        "By relation: of a model's own link towards the family; if several, the strongest (merge, adapter, quantized, finetune, unstated).",
        "Without bursts: less those in a group of at least 50 children of one parent, by one author or of one name template, within 24 hours. With own: the members' own derived models too. Authors: distinct owners.",
        Coverage::JUDGED,
        "Credit for F2: full counts a model once in each family that it descends from, split gives 1/k to each of k families, exclusive counts those of one family alone. Families that are part of another get no credit of their own; shares are of all models with a parent.",
        &format!(
            "{first}{more} together are counted as one: what descends from both counts once, and what is their own not at all. An organisation is all accounts under one name in the table of publishers; an account that is not there stands alone, as account/*. Bases: its models with a child by somebody else.",
        ),
    ]);
    survey.cover(&mut section, "models with a declared parent", |row| !survey.lineage.is_root(row));
    let calendar = survey.calendar()?;
    survey.cover(&mut section, "models with a date, by which bursts are judged", |row| calendar.is_dated(row));
    Ok(section)
}

const COUNTS: [(&str, Unit); 11] = [
    ("f1_without_bursts", Count),
    ("f1_with_own", Count),
    ("f1_authors", Count),
    ("f2_without_bursts", Count),
    ("f2_with_own", Count),
    ("f2_authors", Count),
    ("f2_unstated", Count),
    ("f2_finetune", Count),
    ("f2_quantized", Count),
    ("f2_adapter", Count),
    ("f2_merge", Count),
];

/// What is counted of a family, or of an organisation as one.
struct Counts {
    others: FamilyCount,
    everybody: FamilyCount,
}

impl Counts {
    fn of_all(families: &[Family], survey: &Survey<'_>) -> Result<Vec<Counts>, Error> {
        let all = FamilyCount::of_all(families, &survey.bursts)?;
        Ok(all.into_iter().map(|[others, everybody]| Counts { others, everybody }).collect())
    }

    /// Members, F1, F2 and F3, then F1 by relation, then [`COUNTS`].
    fn values(&self) -> Vec<Value> {
        let Counts { others, everybody } = self;
        let (calm_f1, calm_f2) = others.without_bursts;
        let mut values: Vec<Value> = [others.members, others.f1.models, others.f2.models].map(Value::Count).to_vec();
        values.push(others.f3.into());
        values.extend(others.f1.by_relation.map(Value::Count));
        for (calm, own, of) in [(calm_f1, &everybody.f1, &others.f1), (calm_f2, &everybody.f2, &others.f2)] {
            values.extend([Value::judged(calm), own.models.into(), of.authors.into()]);
        }
        values.extend(others.f2.by_relation.map(Value::Count));
        values
    }
}

/// A way to count derivatives: its name, the count, and what stands where there is none.
struct Way(&'static str, fn(&Counts) -> Option<u64>, Value);

impl Way {
    fn value(&self, counts: &Counts) -> Value {
        self.1(counts).map_or(self.2.clone(), Value::Count)
    }
}

/// The ways to count by descent, and the one by mention.
static WAYS: [Way; 8] = [
    Way("F1", |of| Some(of.others.f1.models), Value::Missing),
    Way("F1 without bursts", |of| of.others.without_bursts.0, Value::NotJudged),
    Way("F1 with own", |of| Some(of.everybody.f1.models), Value::Missing),
    Way("F1 authors", |of| Some(of.others.f1.authors), Value::Missing),
    Way("F2", |of| Some(of.others.f2.models), Value::Missing),
    Way("F2 without bursts", |of| of.others.without_bursts.1, Value::NotJudged),
    Way("F2 with own", |of| Some(of.everybody.f2.models), Value::Missing),
    Way("F2 authors", |of| Some(of.others.f2.authors), Value::Missing),
];
static MENTIONS: Way = Way("F3", |of| of.others.f3, Value::Missing);

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

/// An organisation with a child of any of its models, and its derivatives by others.
struct Organisation<'a> {
    name: &'a str,
    models: Vec<Row>,
    f1: Tally,
    f2: Tally,
}

impl<'a> Organisation<'a> {
    /// All of them, those with most direct derivatives first.
    fn of_all(survey: &'a Survey<'_>) -> Result<Vec<Organisation<'a>>, Error> {
        let (lineage, snapshot) = (survey.lineage, survey.snapshot());
        let mut has_child = vec![false; survey.organisation_names.len()];
        for row in snapshot.rows().filter(|row| !lineage.is_leaf(*row)) {
            has_child[survey.organisation(row) as usize] = true;
        }
        let mut sets: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
        let is_model = |row: Row| snapshot.is_listed(row) || lineage.is_unlisted(row);
        for row in snapshot.rows().filter(|row| is_model(*row)) {
            let organisation = survey.organisation(row);
            if has_child[organisation as usize] {
                sets.entry(organisation).or_default().push(row);
            }
        }
        let (numbers, sets): (Vec<u32>, Vec<Vec<Row>>) = sets.into_iter().unzip();
        let tallies = tallies(lineage, &sets, survey.census.counting())?;
        let of = |((number, models), (f1, f2))| Organisation { name: survey.organisation_name(number), models, f1, f2 };
        let mut all: Vec<Organisation<'a>> = numbers.into_iter().zip(sets).zip(tallies).map(of).collect();
        all.sort_by_key(|of| (Reverse(of.f1.models), of.name));
        Ok(all)
    }

    /// All of its accounts as a family.
    fn family(&self, survey: &Survey<'_>) -> Family {
        let (mut accounts, mut models) = (Vec::new(), Vec::new());
        for id in self.models.iter().map(|row| survey.snapshot().id(*row)) {
            match id.split_once('/') {
                Some((account, _)) => accounts.push(account),
                None => models.push(id),
            }
        }
        accounts.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
        Family::of_organisation(self.name, &accounts, &models)
    }
}

/// Those of `organisations` with a derivative, which stand first.
fn derived_from<'o, 'a>(organisations: &'o [Organisation<'a>]) -> impl Iterator<Item = &'o Organisation<'a>> {
    organisations.iter().filter(|of| of.f1.models > 0)
}

fn organisations_table(survey: &Survey<'_>, organisations: &[Organisation<'_>]) -> Table {
    let mut main = vec![("organisation", Text), ("country", Text), ("kind", Text), ("f1", Count), ("bases", Count)];
    main.extend(BY_RELATION);
    let more = [("f2", Count), ("models", Count)];
    let mut table = Table::new("organisations", "Derivatives of organisations", 1, &main, &more);
    for Organisation { name, models, f1, f2 } in derived_from(organisations) {
        let publisher = models.first().and_then(|row| survey.publisher(*row));
        let by_others =
            |row: &&Row| survey.lineage.children(**row).any(|(child, _)| models.binary_search(&child).is_err());
        let bases = models.iter().filter(by_others).count() as u64;
        let mut row: Vec<Value> = vec![(*name).into()];
        row.push(publisher.map_or(UNKNOWN, |publisher| &publisher.country).into());
        row.push(publisher.map_or(UNKNOWN, |publisher| &publisher.kind).into());
        row.extend([f1.models.into(), bases.into()]);
        row.extend(f1.by_relation.map(Value::Count));
        row.extend([f2.models.into(), (models.len() as u64).into()]);
        table.row(row);
    }
    table
}

/// The organisations of most direct derivatives, counted as families are.
fn close(survey: &Survey<'_>, organisations: &[Organisation<'_>]) -> Result<Table, Error> {
    let mut main = vec![("organisation", Text), ("members", Count), ("f1", Count), ("f2", Count), ("f3", Count)];
    main.extend(BY_RELATION);
    let title = "The organisations with most derivatives, counted in every way";
    let mut table = Table::new("organisations_in_every_way", title, 1, &main, &COUNTS);
    let closest: Vec<Family> = derived_from(organisations).take(CLOSE).map(|of| of.family(survey)).collect();
    for (family, counts) in closest.iter().zip(Counts::of_all(&closest, survey)?) {
        table.row(std::iter::once(Value::from(family.name.as_str())).chain(counts.values()));
    }
    Ok(table)
}

/// A comparison, counted; nothing of whom the snapshot does not have.
struct Contest<'a> {
    of: &'a Comparison,
    one: Option<Counts>,
    others: Vec<Option<Counts>>,
    together: Option<Counts>,
}

impl<'a> Contest<'a> {
    /// Where one of the others is missing nobody is counted: together they would be fewer than is said.
    fn of(of: &'a Comparison, survey: &Survey<'_>, organisations: &[Organisation<'_>]) -> Result<Contest<'a>, Error> {
        let find = |name: &String| match of.kind {
            Kind::Publisher => organisations.iter().find(|known| known.name == name).map(|known| known.family(survey)),
            Kind::Family => survey.references.families.iter().find(|family| family.name == *name).cloned(),
        };
        let Some(others) = of.others.iter().map(find).collect::<Option<Vec<Family>>>() else {
            return Ok(Contest { of, one: None, others: of.others.iter().map(|_| None).collect(), together: None });
        };
        let together = Family::together("together", &others.iter().collect::<Vec<_>>());
        let all: Vec<Family> = others.into_iter().chain([together]).chain(find(&of.one)).collect();
        let mut counts = Counts::of_all(&all, survey)?.into_iter();
        let others = counts.by_ref().take(of.others.len()).map(Some).collect();
        let (together, one) = (counts.next(), counts.next());
        Ok(Contest { of, one, others, together })
    }
}

/// One beside the others, under every definition; the first comparison names the columns.
fn rivals(contests: &[Contest<'_>]) -> Option<Table> {
    let first = contests.first()?.of;
    let together = first.together();
    let column = |name: &str| name.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "_");
    let names = [&first.one].into_iter().chain(&first.others).chain([&together]);
    let mut main = vec![("counted_as".to_owned(), Text)];
    main.extend(names.map(|name| (column(name), Count)));
    main.push((format!("{}_has_more", column(&first.one)), Text));
    let title = format!("\"More than {together} combined\", under each definition");
    let mut table = Table::new("rivals", title, 1, &main, &[]);
    table.most = (WAYS.len() + 1) * contests.len();
    for Contest { of, one, others, together } in contests {
        for way in WAYS.iter().chain([&MENTIONS]) {
            let Way(name, count, none) = way;
            let value = |counts: &Option<Counts>| counts.as_ref().map_or(Value::Missing, |counts| way.value(counts));
            let pair = [one, together].map(Option::as_ref);
            let more = match pair.map(|counts| counts.and_then(count)) {
                [Some(one), Some(together)] => if one > together { "yes" } else { "no" }.into(),
                _ if pair.into_iter().flatten().any(|counts| count(counts).is_none()) => none.clone(),
                _ => Value::Missing,
            };
            let mut row = vec![format!("{name}, {}", of.counted_as).into(), value(one)];
            row.extend(others.iter().chain([together]).map(value));
            row.push(more);
            table.row(row);
        }
    }
    Some(table)
}

/// The relation of the strongest link of a model to any parent.
pub(super) fn strongest(survey: &Survey<'_>, row: Row) -> Option<Relation> {
    survey.lineage.parents(row).map(|(_, edge)| edge.relation).max()
}
