//! Pictures of what is compared.

use super::Facet;
use crate::census::Coverage;
use crate::ink::{Chart, Flow, Series, Shape, Slope, Unit, grouped, plural};

/// More lines, or rows of a matrix, than these nobody tells apart.
const DRAWN: usize = 12;
/// More bands than these are a carpet.
const BANDS: usize = 30;

/// A `Drawn` is one part of what is compared.
pub(super) struct Drawn {
    pub part: String,
    /// Whether it is something that is known, and not the rest.
    pub is_known: bool,
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
    // What is not known stands last, and is never left out.
    let left = parts.len().saturating_sub(DRAWN);
    let shown: Vec<&Drawn> = parts.iter().take(DRAWN - 1).chain(parts.iter().skip(DRAWN - 1 + left)).collect();
    let chart = match names.len() {
        1 => Chart::bars(title, unit, shown.iter().map(|part| (part.part.as_str(), part.values[0]))),
        _ => {
            let rows = shown.iter().map(|part| part.part.clone()).collect();
            let values = shown.iter().map(|part| part.values.clone()).collect();
            let unknown = shown.iter().filter(|part| !part.is_known).count();
            Chart::new(title, unit, Shape::Matrix { rows, columns: names.to_vec(), values, unknown })
        }
    };
    match shown.len() < parts.len() {
        true => chart.noting(format!("Drawn: the first {} and the last of {} parts.", DRAWN - 1, parts.len())),
        false => chart,
    }
}

fn over_time(title: &str, names: &[String], parts: &[Drawn], unit: Unit) -> Chart {
    // A few models say nothing.
    let is_drawn = |part: &Drawn| part.all.is_none_or(|all| all >= Coverage::FEWEST);
    let mut dated: Vec<&Drawn> = parts.iter().filter(|part| part.is_dated).collect();
    let is_whole = dated.len() == parts.len();
    let few = dated.iter().filter(|part| !is_drawn(part)).count() as u64;
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
        chart = chart.noting("What has no date, is from before the Hub kept dates, or is of no step that is over by the snapshot's day is not drawn.");
    }
    match few {
        0 => chart,
        few => chart.noting(format!(
            "Not drawn: {} of fewer than {} derived models.",
            plural(few, "step"),
            Coverage::FEWEST
        )),
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

/// Draws who builds on whom as bands, the widest of them, of so many pairs: source, builder and models.
pub(super) fn flows<'f>(
    title: &str,
    flows: impl ExactSizeIterator<Item = (&'f str, &'f str, u64)>,
    of: usize,
) -> Chart {
    let drawn = flows.len().min(BANDS);
    let links =
        flows.take(BANDS).map(|(from, to, models)| Flow { from: from.into(), to: to.into(), value: models as f64 });
    let chart = Chart::new(title, Unit::Count, Shape::Flows { links: links.collect() });
    match drawn < of {
        true => chart.noting(format!(
            "Drawn: the first {drawn} of {} pairs. The numbers at names are the sums of what is drawn, and no totals.",
            grouped(of as u64)
        )),
        false => chart.noting("The numbers at names are sums of pairs: a merge of several sources counts in each."),
    }
}
