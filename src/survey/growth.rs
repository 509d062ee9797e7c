use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::months::dated;
use super::{BEFORE, OTHER, Survey};
use crate::census::{Coverage, Error};
use crate::ink::{Chart, Section, Series, Shape, Table, Topic, Unit, percent, plural, share};
use crate::model::{self, Word};
use crate::snapshot::{NumberColumn, Row};

use Unit::{Count, Share, Text};

/// What was made in a month.
struct Month {
    name: String,
    models: u64,
    so_far: u64,
    derived: u64,
}

pub(super) const TITLE: &str = "How the Hub grew, and what is liked against what is downloaded";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("growth", TITLE);
    let calendar = survey.calendar()?;
    let mut made: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for row in survey.models() {
        if let Some(month) = calendar.month(row) {
            let month = made.entry(month).or_default();
            month[0] += 1;
            month[1] += u64::from(!survey.lineage.is_root(row));
        }
    }
    let mut order: Vec<_> = made.into_iter().collect();
    order.sort_by_key(|(month, _)| (*month != BEFORE, *month));
    let mut so_far = 0;
    let month = |(name, [models, derived]): (&str, [u64; 2])| {
        so_far += models;
        Month { name: name.to_owned(), models, so_far, derived }
    };
    let made: Vec<Month> = order.into_iter().map(month).collect();
    let heads = [("month", Text), ("models", Count), ("so_far", Count), ("derived", Count), ("share_derived", Share)];
    let mut months = Table::new("models_by_month", "Models by month of creation", 1, &heads, &[]);
    months.most = 24;
    for Month { name, models, so_far, derived } in made.iter().rev() {
        let share = share(*derived, *models).into();
        months.row([name.as_str().into(), (*models).into(), (*so_far).into(), (*derived).into(), share]);
    }
    let dates = survey.known(|row| calendar.has(row));
    section.headline(Topic::Growth, dates, ["models_by_month", "models"], || {
        let is_step = |month: &&Month| month.name != BEFORE && survey.is_over(&month.name);
        let last = made.iter().rev().find(is_step).filter(|month| month.models >= Coverage::FEWEST)?;
        let (models, derived) = (plural(last.models, "model"), percent(share(last.derived, last.models)?));
        Some(format!(
            "In {}, the last month that is over, {models} were made, {derived} of them with a declared parent.",
            last.name
        ))
    });
    section.charts.extend(so_far_chart(survey, &made, dates));

    let stated = survey.snapshot().word(Word::Task)?;
    let mut modalities: BTreeMap<&str, u64> = BTreeMap::new();
    let mut with_task = 0;
    for row in survey.models() {
        if let Some(task) = stated.at(row) {
            with_task += 1;
            *modalities.entry(survey.references.tasks.meaning(task).unwrap_or(OTHER)).or_default() += 1;
        }
    }
    let heads = [("modality", Text), ("models", Count), ("share", Share)];
    let mut tasks = Table::new("modalities", "Models by modality of their task", 1, &heads, &[]);
    let mut modalities: Vec<(&str, u64)> = modalities.into_iter().collect();
    modalities.sort_by_key(|(name, models)| (Reverse(*models), *name));
    modalities
        .iter()
        .for_each(|(name, models)| tasks.row([(*name).into(), (*models).into(), share(*models, with_task).into()]));

    let overlaps = overlaps(survey)?;
    let title = "Of the k models with most downloads, how many are among the k most liked";
    let heads = [("k", Text), ("by_30d", Count), ("by_all_time", Count)];
    let mut overlap = Table::new("likes_and_downloads", title, 1, &heads, &[]);
    overlaps.iter().for_each(|of| overlap.row([of.k.to_string().into(), of.by_30d.into(), of.by_all_time.into()]));
    let (downloads, likes) = (survey.downloads()?, survey.snapshot().count(model::Count::Likes)?);
    let both = survey.known(|row| downloads.at(row).is_some() && likes.at(row).is_some());
    section.conclude(both, || {
        let (k, liked) = overlaps.first().and_then(|of| Some((of.k, of.by_30d?)))?;
        let are = if liked == 1 { "is" } else { "are" };
        Some(format!("Of the {k} models with most downloads in 30 days, {liked} {are} among the {k} with most likes."))
    });
    section.define(&[
        MADE,
        "Derived: models with a declared parent.",
        OVER,
        "Modality: the Hub's group of the model's task (pipeline_tag), \"other\" where the task is in no group; shares are of the models that state a task. Overlap: how many of the k models with most downloads are among the k with most likes, ties by id.",
    ]);
    section.cover("models with a date", dates);
    survey.cover(&mut section, "models with a task", |row| stated.at(row).is_some());
    survey.cover(&mut section, "models with likes", |row| likes.at(row).is_some());
    section.tables = vec![months, tasks, overlap];
    Ok(section)
}

const MADE: &str = "Models by the month of their creation (UTC); those that were deleted since are missing, so the past looks smaller than it was.";
const OVER: &str = "Months that are not over by the snapshot's day are not drawn.";

/// Draws how many models there were at the end of each month that is over.
fn so_far_chart(survey: &Survey<'_>, made: &[Month], dates: Coverage) -> Option<Chart> {
    let over = &made[..made.partition_point(|month| survey.is_over(&month.name))];
    let mut steps: Vec<String> = Vec::new();
    let mut values: Vec<Option<f64>> = Vec::new();
    for month in over {
        // A month without a model is a step too.
        while let Some(next) = steps.last().and_then(|last| month_after(last)).filter(|next| *next < month.name) {
            steps.push(next);
            values.push(values.last().copied().flatten());
        }
        steps.push(month.name.clone());
        values.push(Some(month.so_far as f64));
    }
    let late: u64 = made[over.len()..].iter().map(|month| month.models).sum();
    (steps.len() > 1).then(|| {
        let series = vec![Series { name: "models".into(), values }];
        let title = format!("Models made so far, by month{}", dated(dates));
        let chart = Chart::new(title, Count, Shape::Lines { steps, series }).explained(MADE).defined(&[OVER]);
        let chart = chart.known_of("models with a date", dates);
        match late {
            0 => chart,
            late => {
                chart.noting(format!("Not drawn: {} with a date in a month that is not over.", plural(late, "model")))
            }
        }
    })
}

/// The month after one that is written as `2025-01`.
fn month_after(month: &str) -> Option<String> {
    let (year, month) = month.split_once('-')?;
    let (year, month): (u16, u8) = (year.parse().ok()?, month.parse().ok()?);
    Some(if month < 12 { format!("{year}-{:02}", month + 1) } else { format!("{}-01", year + 1) })
}

/// How many of the `k` models with most downloads are among the `k` most liked; nothing where fewer are known.
struct Overlap {
    k: usize,
    by_30d: Option<u64>,
    by_all_time: Option<u64>,
}

fn overlaps(survey: &Survey<'_>) -> Result<[Overlap; 3], Error> {
    let first = |column: &NumberColumn<u64>| {
        let mut rows: Vec<(u64, Row)> = survey.models().filter_map(|row| Some((column.at(row)?, row))).collect();
        rows.sort_unstable_by_key(|(value, row)| (Reverse(*value), *row));
        rows.truncate(1000);
        rows.into_iter().map(|(_, row)| row).collect::<Vec<Row>>()
    };
    let likes = first(survey.snapshot().count(model::Count::Likes)?);
    let (thirty, ever) = (first(survey.downloads()?), first(survey.downloads_all_time()?));
    let common = |rows: &[Row], k: usize| {
        let (rows, likes) = (rows.get(..k)?, likes.get(..k)?);
        Some(rows.iter().filter(|row| likes.contains(row)).count() as u64)
    };
    Ok([25, 100, 1000].map(|k| Overlap { k, by_30d: common(&thirty, k), by_all_time: common(&ever, k) }))
}
