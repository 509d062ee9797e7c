use std::collections::BTreeMap;

use super::plot::{Plot, Series};
use super::section::{Section, Table, Unit, share};
use super::{BEFORE, Survey, UNKNOWN};
use crate::report::Value;
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

pub(super) fn section(survey: &Survey<'_, '_>) -> Section {
    let mut section = Section::new("growth", "How the Hub grew, and what is liked against what is downloaded");
    let snapshot = survey.snapshot();
    let mut made: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for row in survey.models() {
        if let Some(month) = survey.month(row) {
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
    let steps: Vec<String> = months.rows.iter().map(|row| row[0].cell()).collect();
    let values: Vec<f64> = months.rows.iter().map(|row| row[2].number().unwrap_or_default()).collect();
    if steps.len() > 1 {
        let series = vec![Series { name: "models".into(), values }];
        section.plots.push(Plot::Lines { title: "Models made so far, by month".into(), steps, series, unit: Count });
    }
    months.rows.reverse();

    let mut modalities: BTreeMap<&str, u64> = BTreeMap::new();
    let mut with_task = 0;
    for row in survey.models() {
        if let Some(task) = snapshot.task(row) {
            with_task += 1;
            *modalities.entry(survey.references.tasks.of(task).unwrap_or(UNKNOWN)).or_default() += 1;
        }
    }
    let heads = [("modality", Text), ("models", Count), ("share", Share)];
    let mut tasks = Table::new("modalities", "Models by modality of their task", 1, &heads, &[]);
    modalities
        .iter()
        .for_each(|(name, models)| tasks.row([(*name).into(), (*models).into(), share(*models, with_task)]));
    tasks.sort_by("models");

    let overlap = overlap(survey);
    section.findings.extend(overlap.rows.first().filter(|row| row[1].number().is_some()).map(|row| {
        format!(
            "Of the {} models with most downloads in 30 days, {} are among the {0} with most likes.",
            row[0].cell(),
            row[1].cell()
        )
    }));
    section.define(&[
        "Models by the month of their creation (UTC); those that were deleted since are missing, so the past looks smaller than it was. Derived: models with a declared parent.",
        "Modality: the Hub's group of the model's task (pipeline_tag). Overlap: how many of the k models with most downloads are among the k with most likes, ties by id.",
    ]);
    let all = survey.models().count() as u64;
    section.cover("models with a date", so_far, all);
    section.cover("models with a task", with_task, all);
    survey.cover(&mut section, "models with likes", |row| snapshot.likes(row).is_some());
    section.tables = vec![months, tasks, overlap];
    section
}

/// What is liked among what is downloaded.
fn overlap(survey: &Survey<'_, '_>) -> Table {
    let heads = [("k", Text), ("by_30d", Count), ("by_all_time", Count)];
    let mut table = Table::new(
        "likes_and_downloads",
        "Of the k models with most downloads, how many are among the k most liked",
        1,
        &heads,
        &[],
    );
    let snapshot = survey.snapshot();
    let first = |value: &dyn Fn(Row) -> Option<u64>| {
        let mut rows: Vec<(u64, Row)> = survey.models().filter_map(|row| Some((value(row)?, row))).collect();
        rows.sort_unstable_by_key(|(value, row)| (std::cmp::Reverse(*value), *row));
        rows.truncate(1000);
        rows.into_iter().map(|(_, row)| row).collect::<Vec<Row>>()
    };
    let likes = first(&|row| snapshot.likes(row));
    let downloads = [first(&|row| snapshot.downloads(row)), first(&|row| snapshot.downloads_all_time(row))];
    for k in [25, 100, 1000] {
        let common = |rows: &[Row]| match rows.len().min(likes.len()) < k {
            true => Value::Missing,
            false => Value::Count(rows[..k].iter().filter(|row| likes[..k].contains(row)).count() as u64),
        };
        table.row([k.to_string().into(), common(&downloads[0]), common(&downloads[1])]);
    }
    table
}
