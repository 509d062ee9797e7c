use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::derivatives::reached;
use super::{BEFORE, Calendar, Survey, UNKNOWN};
use crate::census::{Counted, Coverage, Derived, Error};
use crate::ink::{Chart, Section, Series, Shape, Table, Unit, Value, percent, short};
use crate::model::Relation;
use crate::snapshot::Row;

use Unit::{Count, Number, Share, Text};

/// How many groups are drawn.
const DRAWN: usize = 6;
/// Months with fewer new derivatives have no leader and are not drawn; split credit is a sum of parts, which may be a hair
/// off.
const FEWEST: f64 = Coverage::FEWEST as f64 - 1e-6;
/// The ways of counting that have leaders: of all new derivatives, and of some.
const WAYS: [&str; 3] = ["everything", "without quantized", "without bursts"];
/// The place of the first of them.
const EVERYTHING: usize = 0;

const MONTH: &str = "Month: that of the derived model's creation, in UTC; models without a date are left out.";
const BY_FAMILY: &str =
    "By family: F2 of the family (see the section on derivatives), families that are part of another left out.";
const BY_COUNTRY: &str = "By country: models that descend from a root (a model without a parent) whose publisher is of that country; roots whose publisher is not in the table are \"unknown\".";
const SHARES: &str =
    "A model that descends from several is divided among them, so that the shares of a month add up to all of it.";

pub(super) const TITLE: &str = "New derivatives by month, by root family and by country of the root";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("months", TITLE);
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

    for (groups, name, title, key, groups_are, whose) in [
        (
            &families,
            "months_families",
            "New derivatives by month and root family",
            "family",
            BY_FAMILY,
            "what descends from families, with a date",
        ),
        (
            &countries,
            "months_countries",
            "New derivatives by month and country of the root",
            "country",
            BY_COUNTRY,
            "what descends from roots, with a date",
        ),
    ] {
        let months = groups.months(survey, calendar)?;
        let (dates, known) = (groups.dates(calendar), groups.known(calendar));
        section.charts.extend(
            lines(survey, &months, title, dates)
                .map(|chart| chart.explained(SHARES).defined(&[MONTH, groups_are]).known_of(whose, dates)),
        );
        section.cover(whose, dates);
        // None is named where too little is known.
        let leaders = if known.is_conclusive() { leaders(survey, &months) } else { Vec::new() };
        section.conclude(known, || {
            let last = leaders.iter().rfind(|leader| leader.counted == WAYS[EVERYTHING])?;
            Some(format!(
                "Among {}, {} came to lead in {}, with {} of that month's {} new derivatives that have a date.",
                plural(key),
                last.group,
                last.month,
                percent(last.share),
                short(last.of)
            ))
        });
        section.tables.extend([months_table(&months, dates, [name, title, key]), leaders_table(&leaders, key)]);
    }
    section.define(&[
        MONTH,
        BY_FAMILY,
        BY_COUNTRY,
        "Derivatives: full credit, a model once in each group that it descends from. Split: 1/k to each of k groups; shares are of the month's sum of split, so they add up to 1.",
        "A month has a leader, and is drawn, if it has at least 30 new derivatives by split credit; \"unknown\" is none. Of: these. No leader is named after the snapshot's own month, and no month is drawn that was not over then; nor is a leader named where fewer than half of what descends from the groups has a date and, by country, a root whose country is known. Without quantized: only models whose strongest link towards the group is no quantization. Without bursts: only models that are in no burst below the group; not judged where fewer than half of what descends from the groups has a date.",
    ]);
    let derived = survey.models().filter(|row| !lineage.is_root(*row));
    section.cover("derived models with a date", Coverage::count(derived, |row| calendar.is_dated(row)));
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

/// New derivatives of a month, in each of the [`WAYS`] of counting: models, and by split credit.
#[derive(Default, Clone, Copy)]
struct Sums {
    models: [u64; WAYS.len()],
    split: [f64; WAYS.len()],
}

/// What a month brought a group.
struct GroupMonth<'a> {
    group: &'a str,
    of: Sums,
    /// Its shares of the month's split credit.
    shares: [Option<f64>; WAYS.len()],
}

/// A month: all of it, and what it brought the groups, the largest first.
struct Month<'a> {
    name: String,
    total: Sums,
    parts: Vec<GroupMonth<'a>>,
}

impl<'a> Groups<'a> {
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
        Coverage::count(self.reached(|_| true), |row| calendar.is_dated(row))
    }

    /// Of how much of it both are known, the date and a group.
    fn known(&self, calendar: Calendar<'_>) -> Coverage {
        let known = self.reached(|name| name != UNKNOWN);
        Coverage { known: Coverage::count(known, |row| calendar.is_dated(row)).known, ..self.dates(calendar) }
    }

    /// What each month brought the groups, the newest month first.
    fn months(&self, survey: &Survey<'_>, calendar: Calendar<'_>) -> Result<Vec<Month<'a>>, Error> {
        let bursts = survey.bursts()?;
        let reached = reached(survey, &self.derived);
        let mut months: BTreeMap<&str, (Sums, BTreeMap<usize, Sums>)> = BTreeMap::new();
        for (at, derived) in self.derived.iter().enumerate() {
            let is_inside = |row: Row| {
                self.sets[at].binary_search(&row).is_ok() || derived.all.binary_search_by_key(&row, |of| of.0).is_ok()
            };
            for (row, relation) in &derived.all {
                let Some(month) = calendar.month(*row) else { continue };
                let split = 1.0 / f64::from(reached[*row as usize]);
                let is_counted = [true, *relation != Relation::Quantized, !bursts.holds(*row, is_inside)];
                let (total, parts) = months.entry(month).or_default();
                for of in [total, parts.entry(at).or_default()] {
                    for way in (0..WAYS.len()).filter(|way| is_counted[*way]) {
                        of.models[way] += 1;
                        of.split[way] += split;
                    }
                }
            }
        }
        let month = |(name, (total, parts)): (&str, (Sums, BTreeMap<usize, Sums>))| {
            let part = |(at, of): (usize, Sums)| {
                let share = |way: usize| (total.split[way] != 0.0).then(|| of.split[way] / total.split[way]);
                GroupMonth { group: self.names[at], of, shares: std::array::from_fn(share) }
            };
            let mut parts: Vec<GroupMonth<'a>> = parts.into_iter().map(part).collect();
            let share = |part: &GroupMonth<'_>| part.shares[EVERYTHING].unwrap_or(-1.0);
            parts.sort_by(|a, b| share(b).total_cmp(&share(a)).then_with(|| a.group.cmp(b.group)));
            Month { name: name.to_owned(), total, parts }
        };
        let mut months: Vec<Month<'a>> = months.into_iter().map(month).collect();
        months.sort_by_key(|month| Reverse((month.name != BEFORE).then(|| month.name.clone())));
        Ok(months)
    }
}

fn months_table(months: &[Month<'_>], dates: Coverage, [name, title, key]: [&'static str; 3]) -> Table {
    let main = [("month", Text), (key, Text), ("derivatives", Count), ("split", Number), ("share", Share)];
    let more = [
        ("without_quantized", Count),
        ("share_without_quantized", Share),
        ("without_bursts", Count),
        ("share_without_bursts", Share),
    ];
    let mut table = Table::new(name, title, 2, &main, &more);
    for month in months {
        for GroupMonth { group, of, shares } in &month.parts {
            let [models, plain, calm] = of.models.map(Value::Count);
            let [share, share_plain, share_calm] = shares.map(Value::from);
            let judged = |value: Value| dates.judged(value).unwrap_or(Value::NotJudged);
            table.row([
                month.name.as_str().into(),
                (*group).into(),
                models,
                of.split[EVERYTHING].into(),
                share,
                plain,
                share_plain,
                judged(calm),
                judged(share_calm),
            ]);
        }
    }
    table
}

/// Who came to lead in a month, in one of the [`WAYS`] of counting.
struct Leader<'a> {
    counted: &'static str,
    month: &'a str,
    group: &'a str,
    share: f64,
    /// Who led before, and what that one has of this month.
    before: Option<&'a str>,
    share_before: Option<f64>,
    /// All of the month's, by split credit.
    of: f64,
}

/// The months in which another group came to lead, the earliest first.
fn leaders<'a>(survey: &Survey<'_>, months: &'a [Month<'_>]) -> Vec<Leader<'a>> {
    let mut leaders = Vec::new();
    for (way, counted) in WAYS.into_iter().enumerate() {
        let mut last: Option<&str> = None;
        for month in months.iter().rev() {
            let of = month.total.split[way];
            if of < FEWEST || !survey.is_past(&month.name) {
                continue;
            }
            let known = month.parts.iter().filter(|part| part.group != UNKNOWN);
            let shares: Vec<(&str, f64)> = known.map(|part| (part.group, part.shares[way].unwrap_or(0.0))).collect();
            let most = |a: &&(&str, f64), b: &&(&str, f64)| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0));
            let Some((group, share)) = shares.iter().min_by(most).copied().filter(|(_, share)| *share > 0.0) else {
                continue;
            };
            // Who led leads until somebody passes.
            let share_before = shares.iter().find(|(group, _)| Some(*group) == last).map(|(_, share)| *share);
            if share_before.is_none_or(|before| before <= share - 1e-12) {
                let before = last.replace(group);
                leaders.push(Leader { counted, month: &month.name, group, share, before, share_before, of });
            }
        }
    }
    leaders
}

fn leaders_table(leaders: &[Leader<'_>], key: &'static str) -> Table {
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
    let mut table = Table::new(name, title, 2, &main, &[]);
    table.most = 60;
    for Leader { counted, month, group, share, before, share_before, of } in leaders {
        let (before, share_before) = ((*before).into(), (*share_before).into());
        let [counted, month, group] = [counted, month, group].map(|text| (*text).into());
        table.row([counted, month, group, (*share).into(), before, share_before, (*of).into()]);
    }
    table
}

/// The shares of the groups with most derivatives, month by month; a month of few derivatives is a gap.
fn lines(survey: &Survey<'_>, months: &[Month<'_>], title: &str, dates: Coverage) -> Option<Chart> {
    let is_drawn = |month: &&Month<'_>| month.total.split[EVERYTHING] >= FEWEST;
    // From the first month that is drawn to the last; more than five years would be a comb.
    let is_step = |month: &&Month<'_>| month.name != BEFORE && survey.is_over(&month.name);
    let mut months: Vec<&Month<'_>> = months.iter().filter(is_step).collect();
    months.drain(..months.iter().position(is_drawn)?);
    months.truncate(months.iter().rposition(is_drawn)? + 1);
    months.truncate(60);
    let mut sums: HashMap<&str, f64> = HashMap::new();
    for part in months.iter().flat_map(|month| &month.parts) {
        *sums.entry(part.group).or_default() += part.of.split[EVERYTHING];
    }
    months.reverse();
    let mut names: Vec<(&str, f64)> = sums.into_iter().collect();
    names.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    names.truncate(DRAWN);
    let series = |(name, _): (&str, f64)| {
        let of = |month: &Month<'_>| month.parts.iter().find(|part| part.group == name)?.shares[EVERYTHING];
        let value = |month: &&Month<'_>| is_drawn(month).then(|| of(month).unwrap_or(0.0));
        Series { name: name.into(), values: months.iter().map(value).collect() }
    };
    (months.len() > 1).then(|| {
        let steps = months.iter().map(|month| month.name.clone()).collect();
        let shape = Shape::Lines { steps, series: names.into_iter().map(series).collect() };
        let chart = Chart::new(format!("{title}: share of each month{}", dated(dates)), Share, shape);
        with_gaps(chart, months.iter().filter(|month| !is_drawn(month)).count())
    })
}

/// The chart, which says of months that are gaps in it why they are.
pub(super) fn with_gaps(chart: Chart, gaps: usize) -> Chart {
    match gaps {
        0 => chart,
        _ => chart.noting(format!("Months of fewer than {} models are not drawn: {gaps} here.", Coverage::FEWEST)),
    }
}

/// What a picture's title says of the dates behind it, if some are missing.
pub(super) fn dated(dates: Coverage) -> String {
    match dates.known < dates.of {
        true => format!(", of the {} with a date", percent(dates.known as f64 / dates.of as f64)),
        false => String::new(),
    }
}
