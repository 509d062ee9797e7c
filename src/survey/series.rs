use std::cmp::Reverse;

use super::Survey;
use super::diff::By;
use crate::census::{Counted, Derived, Error, Part};
use crate::ink::{Chart, Section, Series, Shape, Table, Unit, day, plural, share};
use crate::snapshot::Changes;

use Unit::{Count, Share, Text};

/// The name of the section about several snapshots.
pub const SERIES: &str = "series";

/// How many families are drawn.
const DRAWN: usize = 6;

const ALONE: &str = "Each snapshot is counted by itself: F1 and F2 as in the section on derivatives. What was deleted between two snapshots is missing in the later one.";

/// Tells what several snapshots of one Hub say, which are given the earliest first.
///
/// # Errors
/// It fails with [`Error::Snapshot`].
pub fn series(surveys: &[Survey<'_>]) -> Result<Section, Error> {
    let mut section = Section::new(SERIES, "From snapshot to snapshot");
    let date = |survey: &Survey<'_>| survey.snapshot().provenance().taken.map_or_else(String::new, day);
    let dates: Vec<String> = surveys.iter().map(date).collect();

    let heads = [
        ("date", Text),
        ("models", Count),
        ("derived", Count),
        ("share_derived", Share),
        ("links", Count),
        ("unlisted", Count),
    ];
    let mut totals = Table::new("totals", "Models and links", 1, &heads, &[]);
    totals.most = 60;
    // Date, family, F1 and F2.
    let mut counted: Vec<(&str, &str, u64, u64)> = Vec::new();
    let mut drawn: Vec<Series> = Vec::new();
    for (survey, date) in surveys.iter().zip(&dates) {
        let counts = &survey.snapshot().provenance().counts;
        let derived = survey.models().filter(|row| !survey.lineage.is_root(*row)).count() as u64;
        totals.row([
            date.as_str().into(),
            counts.models.into(),
            derived.into(),
            share(derived, counts.models).into(),
            (survey.lineage.links() as u64).into(),
            counts.unlisted.into(),
        ]);
        let names = &survey.references.families;
        let sets = survey.members(names.iter())?;
        for (family, derived) in names.iter().zip(Derived::of_sets(survey.lineage, &sets, Counted::Others)) {
            let (f1, f2) = (derived.direct.len() as u64, derived.all.len() as u64);
            counted.push((date, &family.name, f1, f2));
            match drawn.iter_mut().find(|series| series.name == family.name) {
                Some(series) => series.values.push(Some(f1 as f64)),
                None => drawn.push(Series { name: family.name.clone(), values: vec![Some(f1 as f64)] }),
            }
        }
    }
    drawn.sort_by(|a, b| {
        let last = |series: &Series| series.values.last().copied().flatten().unwrap_or(0.0);
        last(b).total_cmp(&last(a)).then_with(|| a.name.cmp(&b.name))
    });
    drawn.truncate(DRAWN);
    // The newest date first, in it the largest.
    counted.sort_by_key(|(date, family, f1, _)| (Reverse((*date, *f1)), *family));
    let heads = [("date", Text), ("family", Text), ("f1", Count), ("f2", Count)];
    let mut families = Table::new("families", "Derivatives of families", 2, &heads, &[]);
    families.most = 40;
    for (date, family, f1, f2) in counted {
        families.row([date.into(), family.into(), f1.into(), f2.into()]);
    }

    let heads = [
        ("from", Text),
        ("to", Text),
        ("country", Text),
        ("downloads", Count),
        ("share", Share),
        ("share_known", Share),
    ];
    let mut windows = Table::new("countries", "Downloads between neighbours, by country", 3, &heads, &[]);
    windows.most = 40;
    for (pair, dates) in surveys.windows(2).zip(dates.windows(2)) {
        let matches = Changes::matches(pair[0].snapshot(), pair[1].snapshot())?;
        for since in pair[1].downloads_since(&pair[0], &matches, By::Country)? {
            windows.row([
                dates[0].as_str().into(),
                dates[1].as_str().into(),
                since.word.into(),
                since.downloads.into(),
                since.share.into(),
                since.share_known.into(),
            ]);
        }
    }
    if let (Some(first), Some(last)) = (surveys.first(), surveys.last()) {
        let models = |survey: &Survey<'_>| plural(survey.snapshot().provenance().counts.models, "model");
        section.findings.push(format!(
            "From {} to {} the listing went from {} to {}.",
            date(first),
            date(last),
            models(first),
            models(last)
        ));
    }
    if dates.len() > 1 {
        let shape = Shape::Lines { steps: dates, series: drawn };
        let chart = Chart::new("Direct derivatives by others (F1), by family", Count, shape);
        section.charts.push(chart.explained(Part::Direct.about(Counted::Others)).defined(&[ALONE]));
    }
    section.define(&[
        ALONE,
        "Downloads between neighbours: the later all-time downloads less the earlier; of models that are new in the later one, all of them. A figure that fell counts as 0.",
    ]);
    if let Some(last) = surveys.last() {
        let downloads = last.downloads_all_time()?;
        let has_downloads = |row| downloads.at(row).is_some();
        last.cover(&mut section, "models of the last snapshot with all-time downloads", has_downloads);
    }
    section.tables = vec![totals, families, windows];
    Ok(section)
}
