use super::super::grouped;
use super::axis::{self, Axis};
use super::sheet::{Anchor, Area, COLOURS, Letters, Sheet};
use super::{Series, Unit, finite, labels, shown};

/// A line has so many signs at most.
const SIGNS: usize = 14;

pub(super) fn draw(sheet: &mut Sheet, area: Area, steps: &[String], series: &[Series], unit: Unit) {
    let (area, series) = drawn(sheet, area, series);
    let axis = Axis::over(axis::values(series), unit);
    let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    let plot = inner(sheet, area, axis, &names);
    axis.draw(sheet, plot, plot.left - area.left - 0.5 * sheet.em + 0.01);
    axis::steps(sheet, area, plot, steps);
    let place = |at: usize, value: f64| (axis::across(at, steps.len(), plot), axis.height(value, plot));
    let mut ends: Vec<Option<(f64, f64)>> = Vec::new();
    for (which, line) in series.iter().enumerate() {
        let points: Vec<Option<(f64, f64)>> = (0..steps.len())
            .map(|at| finite(line.values.get(at).copied().flatten()).map(|value| place(at, value)))
            .collect();
        ends.push(points.iter().rev().flatten().next().copied());
        let last = (0..steps.len()).rev().find_map(|at| Some((at, finite(*line.values.get(at)?)?)));
        let told = match last {
            Some((at, value)) => format!("{}: {} at {}", line.name, shown(value, unit), steps[at]),
            None => line.name.clone(),
        };
        for piece in points.split(Option::is_none) {
            let piece: Vec<(f64, f64)> = piece.iter().flatten().copied().collect();
            if !piece.is_empty() {
                sheet.line(&piece, which, &told);
            }
        }
        if series.len() > 1 {
            let every = steps.len().div_ceil(SIGNS);
            for (at, (x, y)) in points.iter().enumerate().step_by(every).filter_map(|(at, point)| Some((at, (*point)?)))
            {
                let value = finite(line.values[at]).unwrap_or_default();
                sheet.sign((x, y), which, &format!("{}: {} at {}", line.name, shown(value, unit), steps[at]));
            }
        }
    }
    self::ends(sheet, area, plot, &names, &ends);
}

/// As many series as have room for their names; what is left out is said.
pub(super) fn drawn<'s>(sheet: &mut Sheet, mut area: Area, series: &'s [Series]) -> (Area, &'s [Series]) {
    let room = |area: Area| labels::fitting(area.height() - 3.0 * sheet.em, sheet.em * labels::LINE);
    if series.len() <= room(area) {
        return (area, series);
    }
    area.bottom -= 1.4 * sheet.em;
    let fit = room(area);
    let said = format!("The first {} of {} are drawn.", grouped(fit as u64), grouped(series.len() as u64));
    let letters = sheet.faint();
    sheet.label((area.left, area.bottom + 0.9 * sheet.em), Anchor::Start, letters, &said, area.width());
    (area, &series[..fit])
}

/// The part of an area that is left for lines, between the axis, the steps and the names at the ends.
pub(super) fn inner(sheet: &Sheet, area: Area, axis: Axis, names: &[&str]) -> Area {
    let em = sheet.em;
    let widest = names.iter().map(|name| sheet.measured(name, sheet.plain())).fold(0.0, f64::max);
    let names = widest.min(area.width() * 0.3) + 1.1 * em;
    Area {
        left: area.left + axis.room(sheet).min(area.width() * 0.4),
        top: area.top + 0.6 * em,
        right: area.right - names,
        bottom: area.bottom - 1.75 * em,
    }
}

/// Names at the ends of lines or areas, moved apart, each in the colour of its own.
pub(super) fn ends(sheet: &mut Sheet, area: Area, plot: Area, names: &[&str], ends: &[Option<(f64, f64)>]) {
    let em = sheet.em;
    let named: Vec<(usize, (f64, f64))> = ends.iter().enumerate().filter_map(|(at, end)| Some((at, (*end)?))).collect();
    let mut heights: Vec<f64> = named.iter().map(|(_, (_, y))| *y).collect();
    labels::apart(&mut heights, em * labels::LINE, plot.top, plot.bottom - 0.2 * em);
    for ((which, (x, y)), height) in named.into_iter().zip(heights) {
        let class = format!("c{}", which % COLOURS);
        let letters = Letters { class: &class, ..sheet.plain() };
        let from = (x.min(plot.right) + 0.35 * em, y);
        let is_far = (height - y).abs() > 0.3 * em || plot.right - x > em;
        if is_far {
            sheet.rule(from, (plot.right + 0.85 * em, height), "base", 0.055 * em);
        }
        sheet.label(
            (plot.right + em, height),
            Anchor::Start,
            letters,
            names[which],
            area.right - plot.right - em + 0.01,
        );
    }
}
