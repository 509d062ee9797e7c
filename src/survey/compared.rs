//! Pictures of what is compared, drawn of the rows that people read.

use super::Facet;
use crate::census::Coverage;
use crate::ink::{Chart, Flow, Series, Shape, Slope, Table, Unit, Value};

/// More lines, or rows of a matrix, than these nobody tells apart.
const DRAWN: usize = 12;
/// More bands than these are a carpet.
const BANDS: usize = 30;

/// Draws a total of each name as a bar.
pub(super) fn totals(title: &str, table: &Table, column: &str, unit: Unit) -> Option<Chart> {
    let at = table.columns.iter().position(|known| known.name == column)?;
    let bars = table.rows.iter().map(|row| (row[0].cell(), row[at].number()));
    Some(Chart::bars(title, unit, bars))
}

/// Draws a comparison part by part: a line for each name over steps of time, else a field for each name and part, or bars of one name
/// alone. `last` is the column of all derived models, if there is one.
pub(super) fn parts(title: &str, table: &Table, facet: Facet, unit: Unit, last: Option<usize>) -> Chart {
    let names: Vec<String> =
        table.columns[1..last.unwrap_or(table.columns.len())].iter().map(|column| column.name.to_string()).collect();
    if facet.is_time() {
        return over_time(title, table, &names, unit, last);
    }
    let shown = &table.rows[..table.rows.len().min(DRAWN)];
    let chart = match names.len() {
        1 => Chart::bars(title, unit, shown.iter().map(|row| (row[0].cell(), row[1].number()))),
        columns => {
            let values = |row: &Vec<Value>| row[1..=columns].iter().map(Value::number).collect();
            let rows = shown.iter().map(|row| row[0].cell()).collect();
            Chart::new(title, unit, Shape::Matrix { rows, columns: names, values: shown.iter().map(values).collect() })
        }
    };
    match shown.len() < table.rows.len() {
        true => chart.noting(format!("The first {DRAWN} of {} are drawn.", table.rows.len())),
        false => chart,
    }
}

fn over_time(title: &str, table: &Table, names: &[String], unit: Unit, last: Option<usize>) -> Chart {
    // What has no date, or one from before the Hub kept any, has no place on the axis.
    let dated: Vec<&Vec<Value>> = table.rows.iter().filter(|row| row[0].cell().starts_with(['1', '2'])).collect();
    let of_all = |row: &Vec<Value>| last.and_then(|at| row[at].number());
    let is_drawn =
        |row: &Vec<Value>| unit != Unit::Share || of_all(row).is_none_or(|all| all >= Coverage::FEWEST as f64);
    let series = names.iter().take(DRAWN).enumerate().map(|(at, name)| Series {
        name: name.clone(),
        values: dated.iter().map(|row| row[at + 1].number().filter(|_| is_drawn(row))).collect(),
    });
    let steps = dated.iter().map(|row| row[0].cell()).collect();
    let mut chart = Chart::new(title, unit, Shape::Lines { steps, series: series.collect() });
    if names.len() > DRAWN {
        chart = chart.noting(format!("The first {DRAWN} of {} names are drawn.", names.len()));
    }
    if dated.len() < table.rows.len() {
        chart = chart.noting("Models without a date, and those from before the Hub kept dates, are not drawn.");
    }
    match dated.iter().all(|row| is_drawn(row)) {
        true => chart,
        false => chart.noting(format!("Shares of fewer than {} derived models are not drawn.", Coverage::FEWEST)),
    }
}

/// Draws a comparison along snapshots: a line from date to date.
pub(super) fn along(title: &str, table: &Table, unit: Unit) -> Chart {
    let names = &table.columns[1..table.columns.len() - 1];
    let value = |row: usize, at: usize| table.rows[row][at + 1].number();
    let dates: Vec<String> = table.rows.iter().map(|row| row[0].cell()).collect();
    let name = |at: usize| names[at].name.to_string();
    let shape = match &dates[..] {
        [from, to] => Shape::Slope {
            from: from.clone(),
            to: to.clone(),
            series: (0..names.len()).map(|at| Slope { name: name(at), from: value(0, at), to: value(1, at) }).collect(),
        },
        _ => {
            let values = |at: usize| (0..dates.len()).map(|row| value(row, at)).collect();
            let series = (0..names.len()).map(|at| Series { name: name(at), values: values(at) }).collect();
            Shape::Lines { steps: dates, series }
        }
    };
    Chart::new(title, unit, shape)
}

/// Draws who builds on whom as bands, the widest of them.
pub(super) fn flows(title: &str, table: &Table) -> Chart {
    let links = table.rows.iter().take(BANDS).map(|row| Flow {
        from: row[0].cell(),
        to: row[1].cell(),
        value: row[2].number().unwrap_or(0.0),
    });
    let chart = Chart::new(title, Unit::Count, Shape::Flows { links: links.collect() });
    match table.rows.len() > BANDS {
        true => chart.noting(format!("The first {BANDS} pairs are drawn.")),
        false => chart,
    }
}
