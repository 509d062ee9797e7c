use std::collections::BTreeMap;

use super::{BEFORE, Survey, UNKNOWN};
use crate::census::{Coverage, Error};
use crate::ink::{Section, Table, Unit};
use crate::ink::{Value, grouped};

use Unit::{Count, Number, Text};

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("releases", "Releases by organisation and year");
    let main = [
        ("year", Text),
        ("organisation", Text),
        ("country", Text),
        ("releases", Count),
        ("year_before", Count),
        ("ratio", Number),
    ];
    let mut table = Table::new("releases", "Repositories made, by organisation and year", 2, &main, &[]);
    let mut counts: BTreeMap<(&str, String), u64> = BTreeMap::new();
    let mut countries: BTreeMap<&str, &str> = BTreeMap::new();
    let calendar = survey.calendar()?;
    for row in survey.models() {
        let Some(year) = calendar.year(row) else { continue };
        let name = survey.publisher(row).map_or(UNKNOWN, |publisher| &publisher.name);
        countries.entry(name).or_insert_with(|| survey.country(row).unwrap_or(UNKNOWN));
        *counts.entry((name, year)).or_default() += 1;
    }
    let years: Vec<String> = {
        let mut years: Vec<String> =
            counts.keys().map(|(_, year)| year.clone()).filter(|year| year != BEFORE).collect();
        years.sort_unstable();
        years.dedup();
        years
    };
    for (name, country) in &countries {
        let count = |year: &str| counts.get(&(*name, year.to_owned())).copied().unwrap_or(0);
        for year in years.iter().rev() {
            let before = (year.parse::<u32>().unwrap_or_default() - 1).to_string();
            // The Hub keeps dates since March 2022: the first year has none before it, and the second a short one.
            let (now, before) = (count(year), (before.as_str() >= "2022").then(|| count(&before)));
            if now == 0 && before.unwrap_or(0) == 0 {
                continue;
            }
            let ratio = before.filter(|before| *before > 0).map(|before| now as f64 / before as f64);
            table.row([
                year.as_str().into(),
                (*name).into(),
                (*country).into(),
                now.into(),
                before.into(),
                ratio.map_or(Value::Missing, Value::Number),
            ]);
        }
    }
    table.rows.sort_by(|a, b| {
        let key = |row: &Vec<Value>| (row[0].cell(), row[1].cell() != UNKNOWN, row[3].number().unwrap_or(0.0) as u64);
        key(b).cmp(&key(a)).then_with(|| a[1].cell().cmp(&b[1].cell()))
    });
    // The newest year that had begun, of those in which enough was made.
    let is_known = |row: &&Vec<Value>| row[1].cell() != UNKNOWN && survey.is_past(&row[0].cell());
    let mut years = table.rows.chunk_by(|one, other| one[0] == other[0]);
    let made = |rows: &[Vec<Value>]| rows.iter().filter(is_known).filter_map(|row| row[3].number()).sum::<f64>() as u64;
    let newest = years.find(|rows| rows.iter().any(|row| is_known(&row)));
    let of_known = survey.models().filter(|row| survey.publisher(*row).is_some());
    let dates = Coverage::of(of_known, |row| calendar.is_dated(row));
    if let Some(rows) = newest.filter(|rows| made(rows) >= Coverage::FEWEST) {
        section.conclude(dates, || {
            let first = rows.iter().find(is_known)?;
            Some(format!(
                "Of the publishers in the table, {1} made most repositories in {0}: {2}, of those with a date.",
                first[0].cell(),
                first[1].cell(),
                grouped(first[3].number()? as u64)
            ))
        });
    }
    section.define(&[
        "Releases: listed models by the year of their creation (UTC); those that were deleted since are missing. The accounts of an organisation are one, by the table of publishers; all others together are \"unknown\".",
        "Ratio: to the year before. The Hub keeps dates since March 2022, so 2022 is a short year, and a snapshot's last year is short too. Who made most is said of the newest year up to the snapshot's own.",
    ]);
    survey.cover(&mut section, "models with a date", |row| calendar.has(row));
    section.cover("models with a date, of the publishers in the table", dates);
    survey.cover(&mut section, "models whose publisher is in the table", |row| survey.publisher(row).is_some());
    section.tables.push(table);
    Ok(section)
}
