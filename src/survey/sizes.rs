use std::collections::BTreeMap;

use super::{BEFORE, Survey, UNKNOWN};
use crate::census::{Counted, Derived, Error, Sum};
use crate::ink::{Chart, Section, Table, Unit, percent, share};
use crate::model;
use crate::snapshot::{NumberColumn, Row};

use Unit::{Count, Number, Share, Text};

const SIZE: &str =
    "Size: the parameters that the safetensors headers declare; packed weights of quantized models count as packed.";
const UNSIZED: &str = "Models without such a figure stand in the class \"unknown\" and in no share.";

pub(super) const TITLE: &str = "Adoption against size";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("sizes", TITLE);
    let parameters = survey.snapshot().count(model::Count::Parameters)?;
    let (downloads, downloads_all_time) = (survey.downloads()?, survey.downloads_all_time()?);
    let classes = &survey.references.sizes;
    // A set for each class, and one for models that declare no size.
    let mut sets: Vec<Vec<Row>> = vec![Vec::new(); classes.len() + 1];
    for row in survey.models() {
        sets[parameters.at(row).map_or(classes.len(), |parameters| classes.class(parameters))].push(row);
    }
    let main = [
        ("class", Text),
        ("models", Count),
        ("downloads_30d", Count),
        ("share_30d", Share),
        ("direct", Count),
        ("descendants", Count),
        ("authors", Count),
    ];
    let more = [("downloads_all_time", Count), ("share_all_time", Share), ("bases", Count)];
    let mut table = Table::new("classes", "Models, downloads and derivatives by class of size", 1, &main, &more);
    let derived = Derived::of_sets(survey.lineage, &sets, Counted::Everybody);
    let sum = |set: &[Row], column: &NumberColumn<u64>| {
        let mut sum = Sum::default();
        set.iter().for_each(|row| sum.add(column.at(*row)));
        sum
    };
    let sums: Vec<[Sum; 2]> =
        sets.iter().map(|set| [downloads, downloads_all_time].map(|column| sum(set, column))).collect();
    // Shares are of the models that declare a size.
    let declared = |window: usize| sums[..classes.len()].iter().map(|of| of[window].total).sum::<u64>();
    let sized = survey.known(|row| parameters.at(row).is_some());
    let part = |class: usize, window: usize| {
        let of = sums[class][window].known().filter(|_| class < classes.len())?;
        share(of, declared(window))
    };
    for (at, (set, [thirty, ever])) in sets.iter().zip(&sums).enumerate() {
        let is_known = at < classes.len();
        let mut authors: Vec<u32> = derived[at].all.iter().map(|(row, _)| survey.owners[*row as usize]).collect();
        authors.sort_unstable();
        authors.dedup();
        let bases = set.iter().filter(|row| !survey.lineage.is_leaf(**row)).count();
        // Where no model declares a size, no class has a count.
        let count = |count: usize| (!is_known || sized.known > 0).then_some(count as u64).into();
        table.row([
            if is_known { classes.name(at).into() } else { UNKNOWN.into() },
            count(set.len()),
            thirty.known().into(),
            part(at, 0).into(),
            count(derived[at].direct.len()),
            count(derived[at].all.len()),
            count(authors.len()),
            ever.known().into(),
            part(at, 1).into(),
            count(bases),
        ]);
    }
    let bar = |class: usize| {
        let value = part(class, 0)?;
        Some((classes.name(class), value))
    };
    let shares: Vec<(&str, f64)> = (0..classes.len()).filter_map(bar).collect();
    let both = survey.known(|row| parameters.at(row).is_some() && downloads.at(row).is_some());
    section.conclude(both, || {
        let (most, share) = shares.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(format!(
            "Of the downloads in 30 days of models that declare a size, {} go to the class {}.",
            percent(*share),
            most
        ))
    });
    let title = "Share of the downloads in 30 days, by class of size";
    let values = shares.into_iter().map(|(name, share)| (name, Some(share)));
    let chart = Chart::bars(title, Unit::Share, values).explained(SIZE).defined(&[UNSIZED]);
    let both_known = "models that declare their parameters and have downloads in 30 days";
    section.charts.push(chart.known_of(both_known, both));
    let averages = averages(survey)?;
    section.conclude(both, || {
        let (mean, median) = averages.first()?.by_30d?;
        Some(format!(
            "Weighted by downloads in 30 days, the mean size is {:.1} billion parameters and the median {:.1} billion.",
            mean / 1e9,
            median / 1e9
        ))
    });
    section.cover("models that declare their parameters", sized);
    section.cover(both_known, both);
    section.tables = vec![table, averages_table(&averages)];
    section.define(&[
        SIZE,
        UNSIZED,
        "Direct: distinct models with a parent in the class; descendants: distinct models reachable from it, those of the class too; authors: the distinct owners of these.",
        "Weighted mean and median: each model counts as often as it was downloaded; the median is the smallest size up to which half of the downloads go. Years are those of creation.",
    ]);
    Ok(section)
}

/// The sizes of the models of a year, or of all: means and medians, the latter alone where each model counts once.
struct Averages {
    year: String,
    models: u64,
    by_30d: Option<(f64, f64)>,
    by_all_time: Option<(f64, f64)>,
    median_of_models: Option<f64>,
}

/// Over all models, then by year of creation.
fn averages(survey: &Survey<'_>) -> Result<Vec<Averages>, Error> {
    let declared = survey.snapshot().count(model::Count::Parameters)?;
    let (calendar, thirty, ever) = (survey.calendar()?, survey.downloads()?, survey.downloads_all_time()?);
    let mut years: BTreeMap<&str, Vec<(u64, Row)>> = BTreeMap::new();
    for row in survey.models() {
        let Some(parameters) = declared.at(row) else { continue };
        years.entry("all").or_default().push((parameters, row));
        if let Some(year) = calendar.year(row) {
            years.entry(year).or_default().push((parameters, row));
        }
    }
    let mut years: Vec<(&str, Vec<(u64, Row)>)> = years.into_iter().collect();
    years.sort_by_key(|(year, _)| (*year != "all", *year != BEFORE, *year));
    let averages = |(year, mut models): (&str, Vec<(u64, Row)>)| {
        models.sort_unstable();
        let by = |weight: &dyn Fn(Row) -> u64| weighted(models.iter().map(|(size, row)| (*size, weight(*row))));
        let downloads = |column: &NumberColumn<u64>| by(&|row| column.at(row).unwrap_or(0));
        let median_of_models = by(&|_| 1).map(|(_, median)| median);
        let (by_30d, by_all_time) = (downloads(thirty), downloads(ever));
        Averages { year: year.to_owned(), models: models.len() as u64, by_30d, by_all_time, median_of_models }
    };
    Ok(years.into_iter().map(averages).collect())
}

fn averages_table(averages: &[Averages]) -> Table {
    let main = [
        ("year", Text),
        ("models", Count),
        ("mean_by_30d", Number),
        ("median_by_30d", Number),
        ("median_of_models", Number),
    ];
    let more = [("mean_by_all_time", Number), ("median_by_all_time", Number)];
    let mut table = Table::new("averages", "Parameters, weighted by downloads", 1, &main, &more);
    for of in averages {
        let ((mean, median), (mean_ever, median_ever)) = (of.by_30d.unzip(), of.by_all_time.unzip());
        let numbers = [mean, median, of.median_of_models, mean_ever, median_ever].map(Into::into);
        table.row([of.year.as_str().into(), of.models.into()].into_iter().chain(numbers));
    }
    table
}

/// The weighted mean and median of values in order, if they weigh anything.
fn weighted(values: impl Iterator<Item = (u64, u64)> + Clone) -> Option<(f64, f64)> {
    let total: u64 = values.clone().map(|(_, weight)| weight).sum();
    let sum: f64 = values.clone().map(|(value, weight)| value as f64 * weight as f64).sum();
    let mut before = 0;
    let (median, _) = values.clone().filter(|_| total > 0).find(|(_, weight)| {
        before += weight;
        before * 2 >= total
    })?;
    Some((sum / total as f64, median as f64))
}
