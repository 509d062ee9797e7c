use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Survey, UNKNOWN};
use crate::census::{Coverage, Error, Sum};
use crate::ink::{Chart, Section, Table, Topic, Unit, Value, grouped, percent, share};
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

const WHOSE: &str = "Country and kind are the publisher's, by the table of publishers (see `modelkin owners`); who is not in it is \"unknown\". ZZ is an international publisher, or one whose country is not known.";
const FIGURES: &str = "Downloads in 30 days and all-time downloads are the Hub's own figures, never added up together.";

pub(super) const TITLE: &str = "Downloads by the publisher's country and kind";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("downloads", TITLE);
    let countries = Windows::by_word(survey, |row| survey.country(row))?;
    let kinds = Windows::by_word(survey, |row| survey.publisher(row).map(|publisher| publisher.kind.as_str()))?;
    let (downloads, downloads_all_time) = (survey.downloads()?, survey.downloads_all_time()?);
    let coverage = survey.known(|row| downloads.at(row).is_some());
    let (mut known, mut all) = (Sum::default(), Sum::default());
    for row in survey.models() {
        all.add(downloads.at(row));
        known.add(downloads.at(row).filter(|_| survey.publisher(row).is_some()));
    }
    // What the sentences speak of are downloads, so it is of these that the publisher must be known.
    let publishers = Coverage { known: known.total, of: all.total };
    for (windows, what) in [(&countries, "country"), (&kinds, "kind")] {
        if !publishers.is_judged() || known.of < Coverage::FEWEST {
            break;
        }
        section.conclude(coverage, || {
            let most = |group: &&WordGroup<'_>| group.word != UNKNOWN && group.thirty().total > 0;
            let first = windows.groups.iter().find(most)?;
            Some(format!(
                "By {what}, {} has most downloads in 30 days of the models whose publisher is in the table: {} of theirs, which are {} of all.",
                first.word,
                percent(share(first.thirty().total, known.total)?),
                percent(known.total as f64 / all.total.max(1) as f64)
            ))
        });
    }
    section.headline(
        Topic::Downloads,
        if publishers.is_judged() { coverage } else { Coverage::default() },
        ["countries", "downloads_30d"],
        || {
            let first = countries.groups.iter().find(|group| group.word != UNKNOWN && group.thirty().total > 0)?;
            let thirty = first.thirty().total;
            let share = percent(share(thirty, known.total)?);
            Some(format!(
                "Publishers in {} have most downloads in 30 days: {}, {share} of what is known whose it is.",
                first.word,
                grouped(thirty)
            ))
        },
    );
    for (windows, title) in
        [(&countries, "Downloads in 30 days, by country"), (&kinds, "Downloads in 30 days, by kind of publisher")]
    {
        let counts = windows.groups.iter().map(|group| (group.word, group.thirty().known()));
        let chart = Chart::counts(title, counts).explained(FIGURES).defined(&[WHOSE]);
        let chart = chart.known_of("models with downloads in 30 days", coverage);
        section.charts.push(chart.known_of("downloads of models whose publisher is in the table", publishers));
    }
    let calendar = survey.calendar()?;
    section.cover("models with downloads in 30 days", coverage);
    survey.cover(&mut section, "models with all-time downloads", |row| downloads_all_time.at(row).is_some());
    survey.cover(&mut section, "models whose publisher is in the table", |row| survey.publisher(row).is_some());
    survey.cover(&mut section, "models with a date", |row| calendar.has(row));
    section.tables = vec![
        countries.table("countries", "Downloads by country", "country"),
        kinds.table("kinds", "Downloads by kind of publisher", "kind"),
        cohorts(survey)?,
    ];
    section.define(&[
        WHOSE,
        "A model whose id has no owner, such as gpt2, is of the account that it has today by the table of old ids.",
        FIGURES,
        "Young: models made within 365 days before the snapshot, whose all-time downloads are therefore those of the last year.",
        "Share: of all downloads of that column. Known: the same without \"unknown\" in the denominator. Who has most is said only where the publisher is known for at least half of the downloads too.",
        "Cohorts: downloads of the models made in a year. They stand in for a line over time, which one snapshot cannot give: what was downloaded in earlier years is not known.",
    ]);
    Ok(section)
}

/// The windows over downloads, each with the names of its columns; the first is that of the last 30 days.
const WINDOWS: [[&str; 3]; 4] = [
    ["downloads_30d", "share_30d", "share_30d_known"],
    ["downloads_all_time", "share_all_time", "share_all_time_known"],
    ["young_all_time", "share_young", "share_young_known"],
    ["young_30d", "share_young_30d", "share_young_30d_known"],
];

/// The models that have a word in common, and their downloads in each window.
#[derive(Default)]
struct WordGroup<'a> {
    word: &'a str,
    models: u64,
    downloads: [Sum; WINDOWS.len()],
}

impl WordGroup<'_> {
    /// The downloads in the last 30 days.
    fn thirty(&self) -> Sum {
        self.downloads[0]
    }
}

/// Downloads by a word of each model.
struct Windows<'a> {
    /// Those with most downloads in 30 days first.
    groups: Vec<WordGroup<'a>>,
}

impl<'a> Windows<'a> {
    fn by_word(survey: &Survey<'_>, word: impl Fn(Row) -> Option<&'a str>) -> Result<Windows<'a>, Error> {
        let (thirty, ever, calendar) = (survey.downloads()?, survey.downloads_all_time()?, survey.calendar()?);
        let mut groups: BTreeMap<&str, WordGroup<'a>> = BTreeMap::new();
        for row in survey.models() {
            let word = word(row).unwrap_or(UNKNOWN);
            let group = groups.entry(word).or_insert_with(|| WordGroup { word, ..WordGroup::default() });
            let (thirty, ever) = (thirty.at(row), ever.at(row));
            let young = |downloads: Option<u64>| downloads.filter(|_| calendar.is_young(row));
            group.models += 1;
            let values = [thirty, ever, young(ever), young(thirty)];
            group.downloads.iter_mut().zip(values).for_each(|(sum, value)| sum.add(value));
        }
        let mut groups: Vec<WordGroup<'a>> = groups.into_values().collect();
        groups.sort_by_key(|group| (Reverse(group.thirty().known()), group.word));
        Ok(Windows { groups })
    }

    /// The downloads of all groups that are wanted, in each window.
    fn total(&self, is_wanted: impl Fn(&str) -> bool) -> [u64; WINDOWS.len()] {
        let wanted = || self.groups.iter().filter(|group| is_wanted(group.word));
        std::array::from_fn(|window| wanted().map(|group| group.downloads[window].total).sum())
    }

    fn table(&self, name: &'static str, title: &'static str, key: &'static str) -> Table {
        let columns = WINDOWS
            .iter()
            .flat_map(|[downloads, of_all, of_known]| [(*downloads, Count), (*of_all, Share), (*of_known, Share)]);
        let columns: Vec<_> = [(key, Text), ("models", Count)].into_iter().chain(columns).collect();
        let mut table = Table::new(name, title, 1, &columns[..11], &columns[11..]);
        let (all, known) = (self.total(|_| true), self.total(|word| word != UNKNOWN));
        for group in &self.groups {
            let mut row: Vec<Value> = vec![group.word.into(), group.models.into()];
            for ((sum, all), known) in group.downloads.iter().zip(all).zip(known) {
                let part = |whole: u64| sum.known().and_then(|downloads| share(downloads, whole));
                let of_known = part(known).filter(|_| group.word != UNKNOWN);
                row.extend([sum.known().into(), part(all).into(), of_known.into()]);
            }
            table.row(row);
        }
        table
    }
}

/// Downloads by year of creation and kind of publisher.
fn cohorts(survey: &Survey<'_>) -> Result<Table, Error> {
    let (downloads, calendar) = (survey.downloads()?, survey.calendar()?);
    let main = [("year", Text), ("kind", Text), ("models", Count), ("downloads_30d", Count), ("share_of_year", Share)];
    let more = [("share_of_year_known", Share)];
    let mut table = Table::new("cohorts", "Downloads in 30 days by year of creation and kind", 2, &main, &more);
    let mut sums: BTreeMap<(&str, &str), (u64, Sum)> = BTreeMap::new();
    for row in survey.models() {
        let Some(year) = calendar.year(row) else { continue };
        let kind = survey.publisher(row).map_or(UNKNOWN, |publisher| publisher.kind.as_str());
        let (models, sum) = sums.entry((year, kind)).or_default();
        *models += 1;
        sum.add(downloads.at(row));
    }
    for ((year, kind), (models, sum)) in &sums {
        let sum_of = |is_in: &dyn Fn(&str) -> bool| {
            sums.iter().filter(|((of, word), _)| of == year && is_in(word)).map(|(_, (_, sum))| sum.total).sum::<u64>()
        };
        let part = |whole: u64| sum.known().and_then(|downloads| share(downloads, whole));
        table.row([
            (*year).into(),
            (*kind).into(),
            (*models).into(),
            sum.known().into(),
            part(sum_of(&|_| true)).into(),
            part(sum_of(&|word| word != UNKNOWN)).filter(|_| *kind != UNKNOWN).into(),
        ]);
    }
    table.most = 50;
    Ok(table)
}
