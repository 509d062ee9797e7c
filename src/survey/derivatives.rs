use std::collections::BTreeMap;

use super::{Survey, UNKNOWN};
use crate::census::{Counted, Coverage, Derived, Error, FamilyCount, tallies};
use crate::ink::{Bar, Plot};
use crate::ink::{Section, Table, Unit, share};
use crate::ink::{Value, grouped};
use crate::model::Relation;
use crate::reference::Family;
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

/// Counts by relation, in the order of [`Relation::ALL`].
pub(super) const BY_RELATION: [(&str, Unit); 5] =
    [("unstated", Count), ("finetune", Count), ("quantized", Count), ("adapter", Count), ("merge", Count)];

/// How many organisations are counted in every way; all others are in the table of organisations too.
const CLOSE: usize = 40;

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("derivatives", "Derivatives by family and by organisation");
    let credit = Credit::of_families(survey)?;
    let families = families(survey, &credit)?;
    let organisations = Organisations::of(survey);
    let accounts = organisations.table(survey)?;
    let close = close(survey, &organisations, &accounts)?;
    let rivals = rivals(survey, &organisations)?;
    let ways = in_every_way(&families);
    // Who has a declared parent is known of every model.
    section.conclude(Coverage::whole(credit.direct), || leader(&families, "f1"));
    if let Some((alibaba, both)) = rivals.rows.first().and_then(|row| row[1].number().zip(row[4].number())) {
        let (alibaba, both) = (alibaba as u64, both as u64);
        section.conclude(Coverage::whole(alibaba.saturating_add(both)), || {
            let (alibaba, both) = (grouped(alibaba), grouped(both));
            Some(format!("Direct derivatives by others: Alibaba {alibaba}, Google and Meta together {both}."))
        });
    }
    section.plots.push(bars(&families, "f1", "Direct derivatives by others (F1), by family"));
    section.tables = vec![families, ways, accounts, close, rivals];
    section.define(&[
        "F1: distinct models with at least one parent among the members, the members' own repositories left out.",
        "F2: distinct models reachable from any member, the members' own left out. F3: models that mention the family by tag, name or library, and are no members.",
        "By relation: of a model's own link towards the family; if several, the strongest (merge, adapter, quantized, finetune, unstated).",
        "Without bursts: less those in a group of at least 50 children of one parent, by one author or of one name template, within 24 hours. With own: the members' own derived models too. Authors: distinct owners.",
        Coverage::JUDGED,
        "Credit for F2: full counts a model once in each family that it descends from, split gives 1/k to each of k families, exclusive counts those of one family alone. Families that are part of another get no credit of their own; shares are of all models with a parent.",
        "Google and Meta (and Gemma and Llama) together are counted as one: what descends from both counts once, and what is their own not at all. An organisation is all accounts under one name in the table of publishers; an account that is not there stands alone, as account/*. Bases: its models with a child by somebody else.",
    ]);
    survey.cover(&mut section, "models with a declared parent", |row| !survey.lineage.is_root(row));
    let calendar = survey.calendar()?;
    survey.cover(&mut section, "models with a date, by which bursts are judged", |row| calendar.is_dated(row));
    Ok(section)
}

/// Who leads a table, in a sentence.
fn leader(table: &Table, column: &str) -> Option<String> {
    let first = table.rows.first()?;
    let name = first[0].cell();
    table.cell(&name, column)?.number().filter(|models| *models > 0.0)?;
    Some(format!(
        "Among families, {name} leads with {} direct derivatives by others.",
        grouped(table.cell(&name, column)?.number()? as u64)
    ))
}

/// The first rows of a table as bars.
pub(super) fn bars(table: &Table, column: &str, title: &str) -> Plot {
    let at = table.columns.iter().position(|known| known.name == column).unwrap_or_default();
    let bar = |row: &Vec<Value>| {
        let value = row[at].number()?;
        Some(Bar { name: row[0].cell(), value, label: table.columns[at].shown(&row[at]) })
    };
    Plot::Bars { title: title.into(), bars: table.rows.iter().filter_map(bar).take(12).collect() }
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

/// A family's or an organisation's counts: those of F1, F2, F3, then F1 by relation, then [`COUNTS`].
fn counts(others: &FamilyCount, everybody: &FamilyCount) -> Vec<Value> {
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

/// The counts of families or organisations in every way.
fn counted(families: &[Family], survey: &Survey<'_>) -> Result<Vec<Vec<Value>>, Error> {
    let all = FamilyCount::of_all(families, &survey.bursts)?;
    Ok(all.iter().map(|[others, everybody]| counts(others, everybody)).collect())
}

fn families(survey: &Survey<'_>, credit: &Credit) -> Result<Table, Error> {
    let mut main =
        vec![("family", Text), ("country", Text), ("members", Count), ("f1", Count), ("f2", Count), ("f3", Count)];
    main.extend(BY_RELATION);
    let mut more = COUNTS.to_vec();
    more.extend([("part_of", Text), ("split", Unit::Number), ("exclusive", Count)]);
    more.extend([("share_full", Share), ("share_split", Share), ("share_exclusive", Share)]);
    let mut table = Table::new("families", "Derivatives of families", 1, &main, &more);
    for (family, values) in survey.references.families.iter().zip(counted(&survey.references.families, survey)?) {
        let mut row: Vec<Value> = vec![family.name.as_str().into(), family.country.clone().into()];
        let full = values[2].number().unwrap_or_default() as u64;
        row.extend(values);
        row.push(family.part_of.clone().into());
        match survey.families().position(|known| known.name == family.name) {
            Some(at) => {
                let (split, exclusive) = (credit.split[at], credit.exclusive[at]);
                row.extend([Value::Number(split), Value::Count(exclusive), share(full, credit.derived)]);
                row.push(if credit.derived == 0 {
                    Value::Missing
                } else {
                    Value::Number(split / credit.derived as f64)
                });
                row.push(share(exclusive, credit.derived));
            }
            None => row.extend(std::iter::repeat_n(Value::Missing, 5)),
        }
        table.row(row);
    }
    table.sort_by("f1");
    Ok(table)
}

/// The columns of families that people would look for beside the first.
fn in_every_way(families: &Table) -> Table {
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
    let places: Vec<usize> =
        columns.iter().filter_map(|(name, _)| families.columns.iter().position(|known| known.name == *name)).collect();
    families.rows.iter().for_each(|row| table.row(places.iter().map(|at| row[*at].clone())));
    table
}

/// How much of the derived models is whose.
pub(super) struct Credit {
    split: Vec<f64>,
    exclusive: Vec<u64>,
    /// The models with a parent in any family.
    direct: u64,
    /// All models with a parent.
    derived: u64,
}

impl Credit {
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

/// The organisations with a child of any of their models.
struct Organisations<'a> {
    names: Vec<&'a str>,
    sets: Vec<Vec<Row>>,
}

impl<'a> Organisations<'a> {
    fn of(survey: &'a Survey<'_>) -> Organisations<'a> {
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
        let (numbers, sets): (Vec<u32>, _) = sets.into_iter().unzip();
        Organisations { names: numbers.into_iter().map(|number| survey.organisation_name(number)).collect(), sets }
    }

    /// All accounts of one of them as a family; none if none of its models has a child, or nobody is called so.
    fn family(&self, survey: &Survey<'_>, name: &str) -> Option<Family> {
        let at = self.names.iter().position(|known| *known == name)?;
        let ids = self.sets[at].iter().map(|row| survey.snapshot().id(*row));
        let (mut accounts, mut models) = (Vec::new(), Vec::new());
        for id in ids {
            match id.split_once('/') {
                Some((account, _)) => accounts.push(account),
                None => models.push(id),
            }
        }
        accounts.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
        Some(Family::of_organisation(name, &accounts, &models))
    }

    fn table(&self, survey: &Survey<'_>) -> Result<Table, Error> {
        let mut main = vec![("organisation", Text), ("country", Text), ("kind", Text), ("f1", Count), ("bases", Count)];
        main.extend(BY_RELATION);
        let more = [("f2", Count), ("models", Count)];
        let mut table = Table::new("organisations", "Derivatives of organisations", 1, &main, &more);
        let counts = tallies(survey.lineage, &self.sets, survey.census.counting())?;
        for ((name, set), (f1, f2)) in self.names.iter().zip(&self.sets).zip(counts) {
            if f1.models == 0 {
                continue;
            }
            let publisher = set.first().and_then(|row| survey.publisher(*row));
            let by_others =
                |row: &&Row| survey.lineage.children(**row).any(|(child, _)| set.binary_search(&child).is_err());
            let bases = set.iter().filter(by_others).count() as u64;
            let mut row: Vec<Value> = vec![(*name).into()];
            row.push(publisher.map_or(UNKNOWN, |publisher| &publisher.country).into());
            row.push(publisher.map_or(UNKNOWN, |publisher| &publisher.kind).into());
            row.extend([f1.models.into(), bases.into()]);
            row.extend(f1.by_relation.map(Value::Count));
            row.extend([f2.models.into(), (set.len() as u64).into()]);
            table.row(row);
        }
        table.sort_by("f1");
        Ok(table)
    }
}

/// The organisations of most direct derivatives, counted as families are.
fn close(survey: &Survey<'_>, organisations: &Organisations<'_>, accounts: &Table) -> Result<Table, Error> {
    let mut main = vec![("organisation", Text), ("members", Count), ("f1", Count), ("f2", Count), ("f3", Count)];
    main.extend(BY_RELATION);
    let title = "The organisations with most derivatives, counted in every way";
    let mut table = Table::new("organisations_in_every_way", title, 1, &main, &COUNTS);
    let first = accounts.rows.iter().take(CLOSE);
    let closest: Vec<Family> = first.filter_map(|row| organisations.family(survey, &row[0].cell())).collect();
    for (family, values) in closest.iter().zip(counted(&closest, survey)?) {
        table.row(std::iter::once(Value::from(family.name.as_str())).chain(values));
    }
    Ok(table)
}

/// Alibaba beside Google and Meta, under every definition.
fn rivals(survey: &Survey<'_>, organisations: &Organisations<'_>) -> Result<Table, Error> {
    let main = [
        ("counted_as", Text),
        ("alibaba", Count),
        ("google", Count),
        ("meta", Count),
        ("google_and_meta", Count),
        ("alibaba_has_more", Text),
    ];
    let title = "\"More than Google and Meta combined\", under each definition";
    let mut table = Table::new("rivals", title, 1, &main, &[]);
    table.most = WAYS.len() * 2;
    let of_table = |name: &str| survey.references.families.iter().find(|family| family.name == name).cloned();
    let of_accounts = |name: &str| organisations.family(survey, name);
    let pairs = [
        ("all accounts", ["Alibaba", "Google", "Meta"].map(of_accounts)),
        ("Qwen against Gemma and Llama", ["Qwen", "Gemma", "Llama"].map(of_table)),
    ];
    for (what, families) in pairs {
        let [_, Some(google), Some(meta)] = &families else {
            let missing = || std::iter::repeat_n(Value::Missing, 5);
            WAYS.iter()
                .for_each(|(way, _)| table.row(std::iter::once(format!("{way}, {what}").into()).chain(missing())));
            continue;
        };
        let both = Family::together("both", &[google, meta]);
        let all: Vec<Family> = families.iter().flatten().cloned().chain([both]).collect();
        let mut counts = counted(&all, survey)?.into_iter();
        let mut of = families.each_ref().map(|family| family.as_ref().and_then(|_| counts.next()));
        let both = counts.next();
        for (way, at) in WAYS {
            let count =
                |values: &Option<Vec<Value>>| values.as_ref().map_or(Value::Missing, |values| values[at].clone());
            let [alibaba, google, meta] = of.each_mut().map(|values| count(values));
            let both = count(&both);
            let more = match (alibaba.number(), both.number()) {
                (Some(alibaba), Some(both)) => if alibaba > both { "yes" } else { "no" }.into(),
                _ if [&alibaba, &both].contains(&&Value::NotJudged) => Value::NotJudged,
                _ => Value::Missing,
            };
            table.row([format!("{way}, {what}").into(), alibaba, google, meta, both, more]);
        }
    }
    Ok(table)
}

/// The counts under which rivals are compared, and their places in [`counts`].
const WAYS: [(&str, usize); 9] = [
    ("F1", 1),
    ("F1 without bursts", 9),
    ("F1 with own", 10),
    ("F1 authors", 11),
    ("F2", 2),
    ("F2 without bursts", 12),
    ("F2 with own", 13),
    ("F2 authors", 14),
    ("F3", 3),
];

/// The relation of the strongest link of a model to any parent.
pub(super) fn strongest(survey: &Survey<'_>, row: Row) -> Option<Relation> {
    survey.lineage.parents(row).map(|(_, edge)| edge.relation).max()
}
