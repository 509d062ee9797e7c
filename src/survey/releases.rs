use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{BEFORE, Survey, UNKNOWN};
use crate::census::{Coverage, Error};
use crate::ink::{Section, Table, Topic, Unit, grouped, plural, share};

use Unit::{Count, Number, Text};

/// What an organisation made in a year.
struct Release<'a> {
    year: &'a str,
    name: &'a str,
    country: &'a str,
    made: u64,
    /// In the year before; nothing where the Hub kept no dates then.
    before: Option<u64>,
}

pub(super) const TITLE: &str = "Releases by organisation and year";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("releases", TITLE);
    let main = [
        ("year", Text),
        ("organisation", Text),
        ("country", Text),
        ("releases", Count),
        ("year_before", Count),
        ("ratio", Number),
    ];
    let mut table = Table::new("releases", "Repositories made, by organisation and year", 2, &main, &[]);
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut countries: BTreeMap<&str, &str> = BTreeMap::new();
    let calendar = survey.calendar()?;
    for row in survey.models() {
        let Some(year) = calendar.year(row) else { continue };
        let name = survey.publisher(row).map_or(UNKNOWN, |publisher| &publisher.name);
        countries.entry(name).or_insert_with(|| survey.country(row).unwrap_or(UNKNOWN));
        *counts.entry((name, year)).or_default() += 1;
    }
    let years: Vec<&str> = {
        let mut years: Vec<&str> = counts.keys().map(|(_, year)| *year).filter(|year| *year != BEFORE).collect();
        years.sort_unstable();
        years.dedup();
        years
    };
    let mut releases: Vec<Release<'_>> = Vec::new();
    for (name, country) in countries {
        let count = |year: &str| counts.get(&(name, year)).copied().unwrap_or(0);
        for year in &years {
            let before = (year.parse::<u32>().unwrap_or_default() - 1).to_string();
            // The Hub keeps dates since March 2022: the first year has none before it, and the second a short one.
            let (made, before) = (count(year), (before.as_str() >= "2022").then(|| count(&before)));
            if made > 0 || before.unwrap_or(0) > 0 {
                releases.push(Release { year, name, country, made, before });
            }
        }
    }
    // The newest year first, in it those who are known, the largest first.
    releases.sort_by_key(|of| (Reverse((of.year, of.name != UNKNOWN, of.made)), of.name));
    for Release { year, name, country, made, before } in &releases {
        let ratio = before.and_then(|before| share(*made, before));
        table.row([(*year).into(), (*name).into(), (*country).into(), (*made).into(), (*before).into(), ratio.into()]);
    }
    // The newest year that had begun, of those in which enough was made.
    let is_known = |of: &&Release<'_>| of.name != UNKNOWN && survey.is_past(of.year);
    let mut years = releases.chunk_by(|one, other| one.year == other.year);
    let newest = years.find(|year| year.iter().any(|of| is_known(&of)));
    let of_known = survey.models().filter(|row| survey.publisher(*row).is_some());
    let dates = Coverage::count(of_known, |row| calendar.is_dated(row));
    let made = |year: &&[Release<'_>]| year.iter().filter(is_known).map(|of| of.made).sum::<u64>();
    if let Some(year) = newest.filter(|year| made(year) >= Coverage::FEWEST) {
        section.headline(Topic::Publishers, dates, ["releases", "releases"], || {
            let Release { year, name, made, .. } = year.iter().find(is_known)?;
            let models = plural(*made, "model");
            Some(format!("{name} published most in {year} of those in the table of publishers: {models}."))
        });
        section.conclude(dates, || {
            let Release { year, name, made, .. } = year.iter().find(is_known)?;
            let made = grouped(*made);
            Some(format!(
                "Of the publishers in the table, {name} made most repositories in {year}: {made}, of those with a date."
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
