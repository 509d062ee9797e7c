use std::collections::BTreeMap;

use super::months::dated;
use super::{BEFORE, OTHER, Survey};
use crate::census::{Coverage, Error};
use crate::ink::Value;
use crate::ink::{Plot, Series};
use crate::ink::{Section, Table, Unit, share};
use crate::model::{self, Word};
use crate::snapshot::{NumberColumn, Row};

use Unit::{Count, Share, Text};

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("growth", "How the Hub grew, and what is liked against what is downloaded");
    let calendar = survey.calendar()?;
    let mut made: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for row in survey.models() {
        if let Some(month) = calendar.month(row) {
            let month = made.entry(month).or_default();
            month[0] += 1;
            month[1] += u64::from(!survey.lineage.is_root(row));
        }
    }
    let heads = [("month", Text), ("models", Count), ("so_far", Count), ("derived", Count), ("share_derived", Share)];
    let mut months = Table::new("models_by_month", "Models by month of creation", 1, &heads, &[]);
    months.most = 24;
    let mut so_far = 0;
    let mut order: Vec<_> = made.iter().collect();
    order.sort_by_key(|(month, _)| (*month != BEFORE, *month));
    for (month, [models, derived]) in order {
        so_far += models;
        months.row([
            month.as_str().into(),
            (*models).into(),
            so_far.into(),
            (*derived).into(),
            share(*derived, *models),
        ]);
    }
    let dates = survey.known(|row| calendar.has(row));
    // Months of few models, and those after the snapshot's, are not drawn.
    let is_drawn =
        |row: &Vec<Value>| row[1].number() >= Some(Coverage::FEWEST as f64) && survey.is_past(&row[0].cell());
    let last = months.rows.iter().rposition(is_drawn).map_or(0, |last| last + 1);
    let drawn = &months.rows[months.rows.iter().position(is_drawn).unwrap_or(last)..last];
    if drawn.len() > 1 {
        let steps = drawn.iter().map(|row| row[0].cell()).collect();
        let value = |row: &Vec<Value>| row[2].number().filter(|_| is_drawn(row));
        let series = vec![Series { name: "models".into(), values: drawn.iter().map(value).collect() }];
        let title = format!("Models made so far, by month{}", dated(dates));
        section.plots.push(Plot::Lines { title, steps, series, unit: Count });
    }
    months.rows.reverse();

    let stated = survey.snapshot().word(Word::Task)?;
    let mut modalities: BTreeMap<&str, u64> = BTreeMap::new();
    let mut with_task = 0;
    for row in survey.models() {
        if let Some(task) = stated.of(row) {
            with_task += 1;
            *modalities.entry(survey.references.tasks.of(task).unwrap_or(OTHER)).or_default() += 1;
        }
    }
    let heads = [("modality", Text), ("models", Count), ("share", Share)];
    let mut tasks = Table::new("modalities", "Models by modality of their task", 1, &heads, &[]);
    modalities
        .iter()
        .for_each(|(name, models)| tasks.row([(*name).into(), (*models).into(), share(*models, with_task)]));
    tasks.sort_by("models");

    let overlap = overlap(survey)?;
    let (downloads, likes) = (survey.downloads()?, survey.snapshot().count(model::Count::Likes)?);
    let both = survey.known(|row| downloads.of(row).is_some() && likes.of(row).is_some());
    section.conclude(both, || {
        let row = overlap.rows.first().filter(|row| row[1].number().is_some())?;
        Some(format!(
            "Of the {} models with most downloads in 30 days, {} are among the {0} with most likes.",
            row[0].cell(),
            row[1].cell()
        ))
    });
    section.define(&[
        "Models by the month of their creation (UTC); those that were deleted since are missing, so the past looks smaller than it was. Derived: models with a declared parent.",
        "A month of fewer than 30 models, or after the snapshot's own, is not drawn.",
        "Modality: the Hub's group of the model's task (pipeline_tag), \"other\" where the task is in no group; shares are of the models that state a task. Overlap: how many of the k models with most downloads are among the k with most likes, ties by id.",
    ]);
    section.cover("models with a date", dates);
    survey.cover(&mut section, "models with a task", |row| stated.of(row).is_some());
    survey.cover(&mut section, "models with likes", |row| likes.of(row).is_some());
    section.tables = vec![months, tasks, overlap];
    Ok(section)
}

/// What is liked among what is downloaded.
fn overlap(survey: &Survey<'_>) -> Result<Table, Error> {
    let heads = [("k", Text), ("by_30d", Count), ("by_all_time", Count)];
    let mut table = Table::new(
        "likes_and_downloads",
        "Of the k models with most downloads, how many are among the k most liked",
        1,
        &heads,
        &[],
    );
    let first = |column: &NumberColumn<u64>| {
        let mut rows: Vec<(u64, Row)> = survey.models().filter_map(|row| Some((column.of(row)?, row))).collect();
        rows.sort_unstable_by_key(|(value, row)| (std::cmp::Reverse(*value), *row));
        rows.truncate(1000);
        rows.into_iter().map(|(_, row)| row).collect::<Vec<Row>>()
    };
    let likes = first(survey.snapshot().count(model::Count::Likes)?);
    let downloads = [first(survey.downloads()?), first(survey.downloads_all_time()?)];
    for k in [25, 100, 1000] {
        let common = |rows: &[Row]| match rows.len().min(likes.len()) < k {
            true => Value::Missing,
            false => Value::Count(rows[..k].iter().filter(|row| likes[..k].contains(row)).count() as u64),
        };
        table.row([k.to_string().into(), common(&downloads[0]), common(&downloads[1])]);
    }
    Ok(table)
}
