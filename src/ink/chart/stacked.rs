use super::axis::{self, Axis};
use super::sheet::{Area, COLOURS, Sheet};
use super::{Series, Unit, Whole, finite, lines, shown};

pub(super) fn draw(sheet: &mut Sheet, area: Area, steps: &[String], series: &[Series], whole: Whole, unit: Unit) {
    let (area, series) = lines::drawn(sheet, area, series);
    // What stands below each series, and with it, at every step at which all are known.
    let at_step = |at: usize| -> Option<Vec<f64>> {
        let known = |series: &Series| Some(finite(series.values.get(at).copied().flatten())?.max(0.0));
        let values: Option<Vec<f64>> = series.iter().map(known).collect();
        let mut sums = vec![0.0];
        values?.into_iter().for_each(|value| sums.push(sums[sums.len() - 1] + value));
        let all = sums[sums.len() - 1];
        match whole {
            Whole::Amounts => Some(sums),
            Whole::Shares => (all > 0.0).then(|| sums.iter().map(|sum| sum / all).collect()),
        }
    };
    let sums: Vec<Option<Vec<f64>>> = (0..steps.len()).map(at_step).collect();
    let axis = match whole {
        Whole::Shares => Axis::of_shares(),
        Whole::Amounts => Axis::over(sums.iter().flatten().filter_map(|sums| sums.last().copied()), unit),
    };
    let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    let plot = lines::inner(sheet, area, axis, &names);
    axis.draw(sheet, plot, plot.left - area.left - 0.5 * sheet.em + 0.01);
    axis::steps(sheet, area, plot, steps);
    let known: Vec<usize> = (0..steps.len()).filter(|at| sums[*at].is_some()).collect();
    // A step alone between gaps is as wide as a thick line.
    let thin = 0.15 * sheet.em;
    let mut ends: Vec<Option<(f64, f64)>> = vec![None; series.len()];
    for piece in known.chunk_by(|one, next| one + 1 == *next) {
        let edge = |which: usize| -> Vec<(f64, f64)> {
            let point = |at: &usize| {
                let sum = sums[*at].as_ref().map_or(0.0, |sums| sums[which]);
                (axis::across(*at, steps.len(), plot), axis.height(sum, plot))
            };
            match piece {
                [one] => {
                    let (x, y) = point(one);
                    vec![(x - thin, y), (x + thin, y)]
                }
                many => many.iter().map(point).collect(),
            }
        };
        for (which, one) in series.iter().enumerate() {
            let (below, above) = (edge(which), edge(which + 1));
            let last = piece.last().copied().unwrap_or_default();
            let value = finite(one.values.get(last).copied().flatten()).unwrap_or(0.0);
            let told = format!("{}: {} at {}", one.name, shown(value, unit), steps[last]);
            let corners: Vec<String> =
                above.iter().chain(below.iter().rev()).map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
            // Beyond the colours that there are they are paler.
            let opacity = if (which / COLOURS).is_multiple_of(2) { 0.88 } else { 0.5 };
            sheet.area(&format!("M{}Z", corners.join("L")), &format!("c{}", which % COLOURS), opacity, &told);
            if which > 0 {
                below.windows(2).for_each(|two| sheet.rule(two[0], two[1], "gap", 0.07 * sheet.em));
            }
            if let (Some(above), Some(below)) = (above.last(), below.last()) {
                ends[which] = Some((above.0, (above.1 + below.1) / 2.0));
            }
        }
    }
    lines::ends(sheet, area, plot, &names, &ends);
}
