use super::Survey;
use crate::census::{Counted, Derived, Error, Sum, tallies};
use crate::ink::Value;
use crate::ink::{Section, Table, Unit, percent};
use crate::snapshot::{NumberColumn, Row};

use Unit::{Count, Number, Share, Text};

/// Models with less downloads are the Hub's long tail (SP2 and SU count below 200).
const FEW: u64 = 200;

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("concentration", "How much goes to how few");
    let main = [
        ("of", Text),
        ("measure", Text),
        ("known", Count),
        ("total", Count),
        ("top_1", Share),
        ("top_10", Share),
        ("top_200", Share),
        ("top_1_percent", Share),
        ("gini", Number),
        ("hhi", Number),
    ];
    let more =
        [("top_50", Share), ("top_1000", Share), ("top_0.01_percent", Share), ("zero", Share), ("below_200", Share)];
    let mut table = Table::new("concentration", "Concentration of downloads and of derivatives", 2, &main, &more);
    let (downloads, downloads_all_time) = (survey.downloads()?, survey.downloads_all_time()?);
    let families = survey.members(survey.families())?;
    let (thirty, ever) = ("downloads_30d", "downloads_all_time");
    let of_models = |column: &NumberColumn<u64>| survey.models().filter_map(|row| column.of(row)).collect::<Vec<u64>>();
    let of_owners = |column: &NumberColumn<u64>| {
        let mut sums: Vec<Sum> = vec![Sum::default(); survey.publishers.len()];
        survey.models().for_each(|row| sums[survey.owners[row as usize] as usize].add(column.of(row)));
        sums.iter().filter(|sum| sum.of > 0).map(|sum| sum.total).collect::<Vec<u64>>()
    };
    let of_families = |column: &NumberColumn<u64>| {
        let sum = |members: &Vec<Row>| {
            let mut sum = Sum::default();
            members.iter().for_each(|row| sum.add(column.of(*row)));
            sum
        };
        families.iter().map(sum).filter(|sum| sum.of > 0).map(|sum| sum.total).collect::<Vec<u64>>()
    };
    for (measure, column) in [(thirty, downloads), (ever, downloads_all_time)] {
        for (of, values) in
            [("models", of_models(column)), ("owners", of_owners(column)), ("families", of_families(column))]
        {
            add(&mut table, of, measure, values);
        }
    }
    let children = |row: Row| Some(survey.lineage.children(row).len() as u64);
    add(&mut table, "models", "direct", survey.models().filter_map(children).collect());
    let mut sets: Vec<Vec<Row>> = vec![Vec::new(); survey.publishers.len()];
    survey.snapshot().rows().for_each(|row| sets[survey.owners[row as usize] as usize].push(row));
    sets.retain(|set| set.iter().any(|row| !survey.lineage.is_leaf(*row)));
    let direct = tallies(survey.lineage, &sets, survey.census.counting())?;
    add(&mut table, "owners", "f1", direct.iter().map(|(f1, _)| f1.models).filter(|models| *models > 0).collect());
    let families =
        Derived::of_sets(survey.lineage, &families, Counted::Others).into_iter().map(|of| of.direct.len() as u64);
    add(&mut table, "families", "f1", families.filter(|models| *models > 0).collect());
    let coverage = [downloads, downloads_all_time].map(|column| survey.known(|row| column.of(row).is_some()));
    for (measure, what, known) in [(thirty, "30 days", coverage[0]), (ever, "all time", coverage[1])] {
        section.conclude(known, || {
            let figure = |column| table.cell(&format!("models|{measure}"), column).and_then(Value::number);
            let (top, below) = figure("top_200").zip(figure("below_200"))?;
            Some(format!(
                "Of the downloads in {what}, the 200 models with most have {}; {} of the models have less than 200.",
                percent(top),
                percent(below)
            ))
        });
    }
    section.define(&[
        "Over all models (owners, families) whose value is known, zeros included; of \"direct\" over all models, of \"f1\" over owners and families with at least one. Families: those that are part of no other, with the downloads of their members.",
        "Top k: the share of the k largest; top 1 percent and top 0.01 percent: of the largest hundredth and ten-thousandth, rounded up. Zero and below 200: the share of the models (owners, families) themselves.",
        "Gini: 0 if all have the same, 1 if one has all. HHI: the sum of the squared shares, 1 if one has all.",
    ]);
    section.cover("models with downloads in 30 days", coverage[0]);
    section.cover("models with all-time downloads", coverage[1]);
    section.tables.push(table);
    Ok(section)
}

fn add(table: &mut Table, of: &str, measure: &str, mut values: Vec<u64>) {
    values.sort_unstable_by(|a, b| b.cmp(a));
    let count = values.len();
    let total: u64 = values.iter().sum();
    let top = |most: usize| match total {
        0 => Value::Missing,
        total => Value::Number(values.iter().take(most).sum::<u64>() as f64 / total as f64),
    };
    let below = |bound: u64| match count {
        0 => Value::Missing,
        count => Value::Number((count - values.partition_point(|value| *value >= bound)) as f64 / count as f64),
    };
    let (gini, hhi) = (gini(&values), hhi(&values));
    table.row([
        of.into(),
        measure.into(),
        (count as u64).into(),
        if count == 0 { Value::Missing } else { total.into() },
        top(1),
        top(10),
        top(200),
        top(count.div_ceil(100)),
        gini,
        hhi,
        top(50),
        top(1000),
        top(count.div_ceil(10_000)),
        below(1),
        below(FEW),
    ]);
}

/// Of values that fall.
fn gini(values: &[u64]) -> Value {
    let count = values.len() as f64;
    let total: f64 = values.iter().map(|value| *value as f64).sum();
    if total == 0.0 {
        return Value::Missing;
    }
    let ranked: f64 = values.iter().rev().zip(1u64..).map(|(value, rank)| rank as f64 * *value as f64).sum();
    // Rounding may lead a hair below 0.
    Value::Number((2.0 * ranked / (count * total) - (count + 1.0) / count).max(0.0) + 0.0)
}

fn hhi(values: &[u64]) -> Value {
    let total: f64 = values.iter().map(|value| *value as f64).sum();
    if total == 0.0 {
        return Value::Missing;
    }
    Value::Number(values.iter().map(|value| (*value as f64 / total).powi(2)).sum())
}
