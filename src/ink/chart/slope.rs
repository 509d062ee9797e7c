use super::super::grouped;
use super::axis::Axis;
use super::sheet::{Anchor, Area, COLOURS, Letters, Sheet};
use super::{Slope, Unit, Weight, finite, labels, shown};

pub(super) fn draw(sheet: &mut Sheet, mut area: Area, dates: [&str; 2], series: &[Slope], unit: Unit) {
    let em = sheet.em;
    let gap = em * labels::LINE;
    let room = |area: Area| labels::fitting(area.height() - 3.2 * em, gap);
    let mut series = series;
    if series.len() > room(area) {
        area.bottom -= 1.4 * em;
        let said = format!("The first {} of {} are drawn.", grouped(room(area) as u64), grouped(series.len() as u64));
        let letters = sheet.faint();
        sheet.label((area.left, area.bottom + 0.9 * em), Anchor::Start, letters, &said, area.width());
        series = &series[..room(area)];
    }
    let both = |slope: &Slope| [finite(slope.from), finite(slope.to)];
    let axis = Axis::over(series.iter().flat_map(both).flatten(), unit);
    let labels = series.iter().flat_map(|slope| both(slope).into_iter().flatten().map(|value| (&slope.name, value)));
    let widths = labels.map(|(name, value)| sheet.measured(&format!("{name} {}", shown(value, unit)), sheet.plain()));
    let side = widths.fold(6.0 * em, f64::max).min(area.width() * 0.38 - em) + 1.05 * em;
    let plot = Area {
        left: area.left + side,
        right: area.right - side,
        top: area.top + 2.4 * em,
        bottom: area.bottom - 0.8 * em,
    };
    let ends = [(plot.left, Anchor::End, -1.0), (plot.right, Anchor::Start, 1.0)];
    for (date, (x, anchor, _)) in dates.into_iter().zip(ends) {
        sheet.rule((x, plot.top), (x, plot.bottom), "base", 0.055 * em);
        let letters = Letters { weight: Weight::Bold, ..sheet.plain() };
        sheet.label((x, area.top + 0.6 * em), anchor, letters, date, side);
    }
    for (which, slope) in series.iter().enumerate() {
        let [from, to] = both(slope).map(|value| value.map(|value| axis.height(value, plot)));
        let word = |value: Option<f64>| value.map_or_else(|| "not known".into(), |value| shown(value, unit));
        let told = format!("{}: {} to {}", slope.name, word(finite(slope.from)), word(finite(slope.to)));
        if let (Some(from), Some(to)) = (from, to) {
            sheet.line(&[(plot.left, from), (plot.right, to)], which, &told);
        }
        for (height, (x, ..)) in [from, to].into_iter().zip(ends) {
            if let Some(y) = height {
                sheet.dot((x, y), which, &told);
            }
        }
    }
    for (end, (x, anchor, way)) in ends.into_iter().enumerate() {
        let known: Vec<(usize, f64)> =
            series.iter().enumerate().filter_map(|(which, slope)| Some((which, both(slope)[end]?))).collect();
        let wanted: Vec<f64> = known.iter().map(|(_, value)| axis.height(*value, plot)).collect();
        let mut heights = wanted.clone();
        labels::apart(&mut heights, gap, plot.top, plot.bottom);
        for (((which, value), wanted), height) in known.into_iter().zip(wanted).zip(heights) {
            let class = format!("c{}", which % COLOURS);
            let letters = Letters { class: &class, ..sheet.plain() };
            if (height - wanted).abs() > 0.3 * em {
                sheet.rule((x + way * 0.35 * em, wanted), (x + way * 0.9 * em, height), "base", 0.055 * em);
            }
            // The number is never cut: the name is.
            let number = shown(value, unit);
            let left = side - em - sheet.measured(&format!(" {number}"), letters);
            let name = sheet.ruler.shortened(
                &super::super::printable(&series[which].name),
                letters.size,
                letters.weight,
                left,
            );
            let (text, whole) = match anchor {
                Anchor::End => (format!("{name} {number}"), format!("{} {number}", series[which].name)),
                _ => (format!("{number} {name}"), format!("{number} {}", series[which].name)),
            };
            sheet.text((x + way * em, height + 0.36 * letters.size), anchor, letters, &text, &whole);
        }
    }
}
