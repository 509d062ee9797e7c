use std::collections::BTreeMap;

use super::derivatives::bars;
use super::{Survey, UNKNOWN};
use crate::census::{Coverage, Error, Sum};
use crate::ink::Value;
use crate::ink::{Section, Table, Unit, percent, share, total};
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("downloads", "Downloads by the publisher's country and kind");
    let countries = windows(survey, "countries", "Downloads by country", "country", |row| survey.country(row))?;
    let kinds = windows(survey, "kinds", "Downloads by kind of publisher", "kind", |row| {
        survey.publisher(row).map(|publisher| publisher.kind.as_str())
    })?;
    let (downloads, downloads_all_time) = (survey.downloads()?, survey.downloads_all_time()?);
    let coverage = survey.known(|row| downloads.of(row).is_some());
    let (mut known, mut all) = (Sum::default(), Sum::default());
    for row in survey.models() {
        all.add(downloads.of(row));
        known.add(downloads.of(row).filter(|_| survey.publisher(row).is_some()));
    }
    // What the sentences speak of are downloads, so it is of these that the publisher must be known.
    let publishers = Coverage { known: known.total, of: all.total };
    for (table, what) in [(&countries, "country"), (&kinds, "kind")] {
        if !publishers.is_judged() || known.of < Coverage::FEWEST {
            break;
        }
        section.conclude(coverage, || {
            let is_known = |row: &&Vec<Value>| row[0].cell() != UNKNOWN && row[2].number() > Some(0.0);
            let first = table.rows.iter().find(is_known)?;
            let at = |column: &str| table.columns.iter().position(|known| known.name == column).unwrap_or_default();
            Some(format!(
                "By {what}, {} has most downloads in 30 days of the models whose publisher is in the table: {} of theirs, which are {} of all.",
                first[0].cell(),
                table.columns[at("share_30d_known")].shown(&first[at("share_30d_known")]),
                percent(known.total as f64 / all.total.max(1) as f64)
            ))
        });
    }
    section.plots.push(bars(&countries, "downloads_30d", "Downloads in 30 days, by country"));
    section.plots.push(bars(&kinds, "downloads_30d", "Downloads in 30 days, by kind of publisher"));
    let cohorts = cohorts(survey)?;
    let calendar = survey.calendar()?;
    section.cover("models with downloads in 30 days", coverage);
    survey.cover(&mut section, "models with all-time downloads", |row| downloads_all_time.of(row).is_some());
    survey.cover(&mut section, "models whose publisher is in the table", |row| survey.publisher(row).is_some());
    survey.cover(&mut section, "models with a date", |row| calendar.has(row));
    section.tables = vec![countries, kinds, cohorts];
    section.define(&[
        "Country and kind are the publisher's, by the table of publishers (see `modelkin owners`); who is not in it is \"unknown\". A model whose id has no owner, such as gpt2, is of the account that it has today by the table of old ids. ZZ is an international publisher, or one whose country is not known.",
        "Downloads in 30 days and all-time downloads are the Hub's own figures, never added up together. Young: models made within 365 days before the snapshot, whose all-time downloads are therefore those of the last year.",
        "Share: of all downloads of that column. Known: the same without \"unknown\" in the denominator. Who has most is said only where the publisher is known for at least half of the downloads too.",
        "Cohorts: downloads of the models made in a year. They stand in for a line over time, which one snapshot cannot give: what was downloaded in earlier years is not known.",
    ]);
    Ok(section)
}

/// A window over downloads: its columns, and a model's downloads in it.
type Window<'w> = ([&'static str; 3], Box<dyn Fn(Row) -> Option<u64> + 'w>);

/// Downloads by a word of each model, over every window.
fn windows<'a>(
    survey: &Survey<'_>,
    name: &'static str,
    title: &'static str,
    key: &'static str,
    word: impl Fn(Row) -> Option<&'a str>,
) -> Result<Table, Error> {
    let (thirty, ever, calendar) = (survey.downloads()?, survey.downloads_all_time()?, survey.calendar()?);
    let windows: [Window<'_>; 4] = [
        (["downloads_30d", "share_30d", "share_30d_known"], Box::new(|row| thirty.of(row))),
        (["downloads_all_time", "share_all_time", "share_all_time_known"], Box::new(|row| ever.of(row))),
        (
            ["young_all_time", "share_young", "share_young_known"],
            Box::new(|row| ever.of(row).filter(|_| calendar.is_young(row))),
        ),
        (
            ["young_30d", "share_young_30d", "share_young_30d_known"],
            Box::new(|row| thirty.of(row).filter(|_| calendar.is_young(row))),
        ),
    ];
    let mut sums: BTreeMap<&str, (u64, [Sum; 4])> = BTreeMap::new();
    for row in survey.models() {
        let (models, of) = sums.entry(word(row).unwrap_or(UNKNOWN)).or_default();
        *models += 1;
        of.iter_mut().zip(&windows).for_each(|(sum, (_, value))| sum.add(value(row)));
    }
    let columns = windows.iter().flat_map(|(names, _)| [(names[0], Count), (names[1], Share), (names[2], Share)]);
    let columns: Vec<_> = [(key, Text), ("models", Count)].into_iter().chain(columns).collect();
    let mut table = Table::new(name, title, 1, &columns[..11], &columns[11..]);
    let sum_of = |at: usize, is_in: &dyn Fn(&str) -> bool| {
        sums.iter().filter(|(word, _)| is_in(word)).map(|(_, (_, of))| of[at].total).sum::<u64>()
    };
    let (all, known): (Vec<u64>, Vec<u64>) =
        (0..4).map(|at| (sum_of(at, &|_| true), sum_of(at, &|word| word != UNKNOWN))).unzip();
    for (word, (models, of)) in &sums {
        let mut row: Vec<Value> = vec![(*word).into(), (*models).into()];
        for (at, sum) in of.iter().enumerate() {
            row.push(total(*sum));
            row.push(if sum.of == 0 { Value::Missing } else { share(sum.total, all[at]) });
            let is_known = *word != UNKNOWN && sum.of > 0;
            row.push(if is_known { share(sum.total, known[at]) } else { Value::Missing });
        }
        table.row(row);
    }
    table.sort_by("downloads_30d");
    Ok(table)
}

/// Downloads by year of creation and kind of publisher.
fn cohorts(survey: &Survey<'_>) -> Result<Table, Error> {
    let (downloads, calendar) = (survey.downloads()?, survey.calendar()?);
    let main = [("year", Text), ("kind", Text), ("models", Count), ("downloads_30d", Count), ("share_of_year", Share)];
    let more = [("share_of_year_known", Share)];
    let mut table = Table::new("cohorts", "Downloads in 30 days by year of creation and kind", 2, &main, &more);
    let mut sums: BTreeMap<(String, &str), (u64, Sum)> = BTreeMap::new();
    for row in survey.models() {
        let Some(year) = calendar.year(row) else { continue };
        let kind = survey.publisher(row).map_or(UNKNOWN, |publisher| publisher.kind.as_str());
        let (models, sum) = sums.entry((year, kind)).or_default();
        *models += 1;
        sum.add(downloads.of(row));
    }
    for ((year, kind), (models, sum)) in &sums {
        let sum_of = |is_in: &dyn Fn(&str) -> bool| {
            sums.iter().filter(|((of, word), _)| of == year && is_in(word)).map(|(_, (_, sum))| sum.total).sum::<u64>()
        };
        let is_nothing = sum.of == 0;
        let known = if *kind == UNKNOWN || is_nothing {
            Value::Missing
        } else {
            share(sum.total, sum_of(&|word| word != UNKNOWN))
        };
        let downloads = total(*sum);
        table.row([
            year.as_str().into(),
            (*kind).into(),
            (*models).into(),
            downloads,
            if is_nothing { Value::Missing } else { share(sum.total, sum_of(&|_| true)) },
            known,
        ]);
    }
    table.most = 50;
    Ok(table)
}
