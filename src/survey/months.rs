use std::collections::BTreeMap;

use super::derivatives::reached;
use super::{BEFORE, Calendar, Survey, UNKNOWN};
use crate::census::{Counted, Coverage, Derived, Error};
use crate::ink::Value;
use crate::ink::{Plot, Series};
use crate::ink::{Section, Table, Unit, percent};
use crate::model::Relation;
use crate::snapshot::Row;

use Unit::{Count, Number, Share, Text};

/// How many groups are drawn.
const DRAWN: usize = 6;
/// Months with fewer new derivatives have no leader and are not drawn; split credit is a sum of parts, which may be a hair
/// off.
const FEWEST: f64 = Coverage::FEWEST as f64 - 1e-6;
/// Leaders by all of the new derivatives.
const EVERYTHING: &str = "everything";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("months", "New derivatives by month, by root family and by country of the root");
    let (lineage, calendar) = (survey.lineage, survey.calendar()?);
    let names: Vec<&str> = survey.families().map(|family| family.name.as_str()).collect();
    let sets = survey.members(survey.families())?;
    let families = Groups { names, derived: Derived::of_sets(lineage, &sets, Counted::Others), sets };

    let mut roots: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    let is_root = |row: &Row| survey.is_root(*row) && !lineage.is_leaf(*row);
    for row in survey.snapshot().rows().filter(is_root) {
        roots.entry(survey.country(row).unwrap_or(UNKNOWN)).or_default().push(row);
    }
    let (names, sets): (Vec<&str>, Vec<Vec<Row>>) = roots.into_iter().unzip();
    let countries = Groups { names, derived: Derived::of_sets(lineage, &sets, Counted::Others), sets };

    for (groups, name, title, key) in [
        (&families, "months_families", "New derivatives by month and root family", "family"),
        (&countries, "months_countries", "New derivatives by month and country of the root", "country"),
    ] {
        let (table, totals) = groups.table(survey, calendar, [name, title, key]);
        let known = groups.known(calendar);
        section.plots.extend(lines(&table, &totals, title, groups.dates(calendar)));
        let leaders = leaders(survey, &table, &totals, key, known);
        section.conclude(known, || {
            let last = leaders.rows.iter().rfind(|row| row[0].cell() == EVERYTHING)?;
            Some(format!(
                "Among {}, {} came to lead in {}, with {} of that month's {} new derivatives that have a date.",
                plural(key),
                last[2].cell(),
                last[1].cell(),
                leaders.columns[3].shown(&last[3]),
                leaders.columns[6].shown(&last[6])
            ))
        });
        section.tables.extend([table, leaders]);
    }
    section.define(&[
        "Month: that of the derived model's creation, in UTC; models without a date are left out.",
        "By family: F2 of the family (see the section on derivatives), families that are part of another left out. By country: models that descend from a root (a model without a parent) whose publisher is of that country; roots whose publisher is not in the table are \"unknown\".",
        "Derivatives: full credit, a model once in each group that it descends from. Split: 1/k to each of k groups; shares are of the month's sum of split, so they add up to 1.",
        "A month has a leader, and is drawn, if it has at least 30 new derivatives by split credit; \"unknown\" is none. Of: these. No leader is named after the snapshot's own month, nor where fewer than half of what descends from the groups has a date and, by country, a root whose country is known. Without quantized: only models whose strongest link towards the group is no quantization. Without bursts: only models that are in no burst below the group; not judged where fewer than half of what descends from the groups has a date.",
    ]);
    let derived = survey.models().filter(|row| !lineage.is_root(*row));
    section.cover("derived models with a date", Coverage::of(derived, |row| calendar.is_dated(row)));
    Ok(section)
}

fn plural(key: &str) -> &'static str {
    if key == "family" { "families" } else { "countries of roots" }
}

/// Sets of models, and what descends from each.
struct Groups<'a> {
    names: Vec<&'a str>,
    sets: Vec<Vec<Row>>,
    derived: Vec<Derived>,
}

#[derive(Default, Clone, Copy)]
struct Month {
    derivatives: u64,
    split: f64,
    without_quantized: u64,
    split_without_quantized: f64,
    without_bursts: u64,
    split_without_bursts: f64,
}

impl Groups<'_> {
    /// What descends from any of those groups that are wanted; each model once.
    fn reached(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Row> {
        let wanted = self.names.iter().zip(&self.derived).filter(|(name, _)| is_wanted(name));
        let mut rows: Vec<Row> = wanted.flat_map(|(_, of)| &of.all).map(|(row, _)| *row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Of how much of what descends from the groups the date is known.
    fn dates(&self, calendar: Calendar<'_>) -> Coverage {
        Coverage::of(self.reached(|_| true), |row| calendar.is_dated(row))
    }

    /// Of how much of it both are known, the date and a group.
    fn known(&self, calendar: Calendar<'_>) -> Coverage {
        let known = self.reached(|name| name != UNKNOWN);
        Coverage { known: Coverage::of(known, |row| calendar.is_dated(row)).known, ..self.dates(calendar) }
    }

    fn table(
        &self,
        survey: &Survey<'_>,
        calendar: Calendar<'_>,
        [name, title, key]: [&'static str; 3],
    ) -> (Table, BTreeMap<String, Month>) {
        let main = [("month", Text), (key, Text), ("derivatives", Count), ("split", Number), ("share", Share)];
        let more = [
            ("without_quantized", Count),
            ("share_without_quantized", Share),
            ("without_bursts", Count),
            ("share_without_bursts", Share),
        ];
        let mut table = Table::new(name, title, 2, &main, &more);
        let reached = reached(survey, &self.derived);
        let mut months: BTreeMap<(String, usize), Month> = BTreeMap::new();
        let mut totals: BTreeMap<String, Month> = BTreeMap::new();
        for (at, derived) in self.derived.iter().enumerate() {
            let is_inside = |row: Row| {
                self.sets[at].binary_search(&row).is_ok() || derived.all.binary_search_by_key(&row, |of| of.0).is_ok()
            };
            for (row, relation) in &derived.all {
                let Some(month) = calendar.month(*row) else { continue };
                let split = 1.0 / f64::from(reached[*row as usize]);
                let is_quantized = *relation == Relation::Quantized;
                let is_calm = !survey.bursts.holds(*row, is_inside);
                let total = totals.entry(month.clone()).or_default();
                for of in [total, months.entry((month, at)).or_default()] {
                    of.derivatives += 1;
                    of.split += split;
                    if !is_quantized {
                        of.without_quantized += 1;
                        of.split_without_quantized += split;
                    }
                    if is_calm {
                        of.without_bursts += 1;
                        of.split_without_bursts += split;
                    }
                }
            }
        }
        let part = |part: f64, whole: f64| if whole == 0.0 { Value::Missing } else { Value::Number(part / whole) };
        let is_judged = self.dates(calendar).is_judged();
        for ((month, at), of) in &months {
            let total = &totals[month];
            table.row([
                month.as_str().into(),
                self.names[*at].into(),
                of.derivatives.into(),
                Value::Number(of.split),
                part(of.split, total.split),
                of.without_quantized.into(),
                part(of.split_without_quantized, total.split_without_quantized),
                Value::judged(is_judged.then_some(of.without_bursts)),
                match is_judged {
                    true => part(of.split_without_bursts, total.split_without_bursts),
                    false => Value::NotJudged,
                },
            ]);
        }
        // The newest month first, in it the largest.
        table.rows.sort_by(|a, b| {
            let rank = |row: &Vec<Value>| (row[0].cell() != BEFORE).then(|| row[0].cell());
            let share = b[4].number().unwrap_or(-1.0).total_cmp(&a[4].number().unwrap_or(-1.0));
            rank(b).cmp(&rank(a)).then(share).then_with(|| a[1].cell().cmp(&b[1].cell()))
        });
        (table, totals)
    }
}

/// A way of counting months: its name, the column of its shares, and the whole of a month.
type Way = (&'static str, usize, fn(&Month) -> f64);

/// The months in which another group came to lead, if enough is known to say so.
fn leaders(
    survey: &Survey<'_>,
    table: &Table,
    totals: &BTreeMap<String, Month>,
    key: &'static str,
    known: Coverage,
) -> Table {
    let (name, title) = match key {
        "family" => ("leaders_families", "When another family came to lead"),
        _ => ("leaders_countries", "When another country came to lead"),
    };
    let main = [
        ("counted", Text),
        ("month", Text),
        (key, Text),
        ("share", Share),
        ("before", Text),
        ("share_before", Share),
        ("of", Number),
    ];
    let mut leaders = Table::new(name, title, 2, &main, &[]);
    leaders.most = 60;
    let ways: [Way; 3] = [
        (EVERYTHING, 4, |of| of.split),
        ("without quantized", 6, |of| of.split_without_quantized),
        ("without bursts", 8, |of| of.split_without_bursts),
    ];
    for (counted, column, of) in ways.into_iter().filter(|_| known.is_conclusive()) {
        let mut last: Option<String> = None;
        // The table has the newest month first.
        for month in table.rows.chunk_by(|one, other| one[0] == other[0]).rev() {
            let rows = || month.iter().filter(|row| row[1].cell() != UNKNOWN);
            let share = |row: &Vec<Value>| row[column].number().unwrap_or(0.0);
            // All of the month's, by split credit.
            let of = totals.get(&month[0][0].cell()).map_or(0.0, of);
            if of < FEWEST || !survey.is_past(&month[0][0].cell()) {
                continue;
            }
            let first = rows().min_by(|a, b| share(b).total_cmp(&share(a)).then_with(|| a[1].cell().cmp(&b[1].cell())));
            let Some(first) = first.filter(|row| share(row) > 0.0) else { continue };
            // Who led leads until somebody passes.
            let is_level = |row: &&Vec<Value>| Some(row[1].cell()) == last && share(row) > share(first) - 1e-12;
            let first = rows().find(is_level).unwrap_or(first);
            let leader = first[1].cell();
            if last.as_ref() != Some(&leader) {
                let before = last.replace(leader.clone());
                let share_before = rows().find(|row| Some(row[1].cell()) == before).map(|row| row[column].clone());
                leaders.row([
                    counted.into(),
                    first[0].clone(),
                    leader.into(),
                    first[column].clone(),
                    before.into(),
                    share_before.unwrap_or(Value::Missing),
                    Value::Number(of),
                ]);
            }
        }
    }
    leaders
}

/// The shares of the groups with most derivatives, month by month; a month of few derivatives is a gap.
fn lines(table: &Table, totals: &BTreeMap<String, Month>, title: &str, dates: Coverage) -> Option<Plot> {
    let is_drawn = |month: &String| totals.get(month).is_some_and(|of| of.split >= FEWEST);
    let mut months: Vec<String> = table.rows.iter().map(|row| row[0].cell()).filter(|month| month != BEFORE).collect();
    months.dedup();
    months.reverse();
    // From the first month that is drawn to the last.
    months.truncate(months.iter().rposition(is_drawn)? + 1);
    months.drain(..months.iter().position(is_drawn)?);
    // More than five years would be a comb.
    let months = months.split_off(months.len().saturating_sub(60));
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for row in table.rows.iter().filter(|row| months.contains(&row[0].cell())) {
        *sums.entry(row[1].cell()).or_default() += row[3].number().unwrap_or_default();
    }
    let mut names: Vec<(String, f64)> = sums.into_iter().collect();
    names.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    names.truncate(DRAWN);
    let of = |name: &str, month: &str| table.cell(&format!("{month}|{name}"), "share").and_then(Value::number);
    let series = names
        .into_iter()
        .map(|(name, _)| {
            let share = |month: &String| is_drawn(month).then(|| of(&name, month).unwrap_or(0.0));
            Series { values: months.iter().map(share).collect(), name }
        })
        .collect();
    (months.len() > 1).then(|| Plot::Lines {
        title: format!("{title}: share of each month{}", dated(dates)),
        steps: months,
        series,
        unit: Share,
    })
}

/// What a picture's title says of the dates behind it, if some are missing.
pub(super) fn dated(dates: Coverage) -> String {
    match dates.known < dates.of {
        true => format!(", of the {} with a date", percent(dates.known as f64 / dates.of as f64)),
        false => String::new(),
    }
}
