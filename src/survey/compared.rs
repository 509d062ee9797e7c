//! Pictures of what is compared.

use super::Facet;
use crate::census::Coverage;
use crate::ink::{Chart, Flow, Series, Shape, Slope, Unit};

/// More lines, or rows of a matrix, than these nobody tells apart.
const DRAWN: usize = 12;
/// More bands than these are a carpet.
const BANDS: usize = 30;

/// A `Drawn` is one part of what is compared.
pub(super) struct Drawn {
    pub part: String,
    /// Whether it is a step of time: what has no date has no place on an axis.
    pub is_dated: bool,
    /// A value for each name.
    pub values: Vec<Option<f64>>,
    /// All derived models of the part, if they are counted.
    pub all: Option<u64>,
}

/// Draws a comparison part by part: a line for each name over steps of time, else a field for each name and part, or bars of one name
/// alone.
pub(super) fn parts(title: &str, names: &[String], parts: &[Drawn], facet: Facet, unit: Unit) -> Chart {
    if facet.is_time() {
        return over_time(title, names, parts, unit);
    }
    let shown = &parts[..parts.len().min(DRAWN)];
    let chart = match names.len() {
        1 => Chart::bars(title, unit, shown.iter().map(|part| (part.part.as_str(), part.values[0]))),
        _ => {
            let rows = shown.iter().map(|part| part.part.clone()).collect();
            let values = shown.iter().map(|part| part.values.clone()).collect();
            Chart::new(title, unit, Shape::Matrix { rows, columns: names.to_vec(), values })
        }
    };
    match shown.len() < parts.len() {
        true => chart.noting(format!("The first {DRAWN} of {} are drawn.", parts.len())),
        false => chart,
    }
}

fn over_time(title: &str, names: &[String], parts: &[Drawn], unit: Unit) -> Chart {
    // A share of a few models says nothing.
    let is_drawn = |part: &Drawn| unit != Unit::Share || part.all.is_none_or(|all| all >= Coverage::FEWEST);
    let mut dated: Vec<&Drawn> = parts.iter().filter(|part| part.is_dated).collect();
    let is_whole = dated.len() == parts.len();
    let some_are_few = dated.iter().any(|part| !is_drawn(part));
    // The axis begins and ends with what is drawn.
    dated.truncate(dated.iter().rposition(|part| is_drawn(part)).map_or(0, |last| last + 1));
    dated.drain(..dated.iter().position(|part| is_drawn(part)).unwrap_or(0));
    let series = names.iter().take(DRAWN).enumerate().map(|(at, name)| Series {
        name: name.clone(),
        values: dated.iter().map(|part| part.values[at].filter(|_| is_drawn(part))).collect(),
    });
    let steps = dated.iter().map(|part| part.part.clone()).collect();
    let mut chart = Chart::new(title, unit, Shape::Lines { steps, series: series.collect() });
    if names.len() > DRAWN {
        chart = chart.noting(format!("The first {DRAWN} of {} names are drawn.", names.len()));
    }
    if !is_whole {
        chart = chart.noting("Models without a date, and those from before the Hub kept dates, are not drawn.");
    }
    match some_are_few {
        true => chart.noting(format!("Shares of fewer than {} derived models are not drawn.", Coverage::FEWEST)),
        false => chart,
    }
}

/// Draws a comparison along snapshots, whose dates are their parts: a line from date to date.
pub(super) fn along(title: &str, names: &[String], parts: &[Drawn], unit: Unit) -> Chart {
    let shape = match parts {
        [from, to] => {
            let slope =
                |(at, name): (usize, &String)| Slope { name: name.clone(), from: from.values[at], to: to.values[at] };
            let series = names.iter().enumerate().map(slope).collect();
            Shape::Slope { from: from.part.clone(), to: to.part.clone(), series }
        }
        _ => {
            let line = |(at, name): (usize, &String)| Series {
                name: name.clone(),
                values: parts.iter().map(|part| part.values[at]).collect(),
            };
            let steps = parts.iter().map(|part| part.part.clone()).collect();
            Shape::Lines { steps, series: names.iter().enumerate().map(line).collect() }
        }
    };
    Chart::new(title, unit, shape)
}

/// Draws who builds on whom as bands, the widest of them: source, builder and models.
pub(super) fn flows<'f>(title: &str, flows: impl ExactSizeIterator<Item = (&'f str, &'f str, u64)>) -> Chart {
    let of = flows.len();
    let links =
        flows.take(BANDS).map(|(from, to, models)| Flow { from: from.into(), to: to.into(), value: models as f64 });
    let chart = Chart::new(title, Unit::Count, Shape::Flows { links: links.collect() });
    match of > BANDS {
        true => chart.noting(format!("The first {BANDS} pairs are drawn.")),
        false => chart,
    }
}
