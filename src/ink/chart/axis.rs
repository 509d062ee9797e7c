use super::sheet::{Anchor, Area, Sheet};
use super::{Unit, finite, shown};

/// An `Axis` is heights for values: from 0, or what is below it, to the largest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    step: f64,
    unit: Unit,
}

impl Axis {
    /// An axis on which all of these values stand, with few and round marks.
    pub fn over(values: impl Iterator<Item = f64>, unit: Unit) -> Axis {
        let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let span = if high > low { high / 4.0 - low / 4.0 } else { 0.25 };
        let size = 10_f64.powf(span.log10().floor()).max(f64::MIN_POSITIVE);
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|round| round * size).into_iter().find(|step| *step >= span * 0.999);
        let step = step.unwrap_or(span);
        // There are no half things.
        let step = if unit == Unit::Count { step.ceil().max(1.0) } else { step };
        Axis { low: (low / step).floor() * step, high: high.max(step), step, unit }
    }

    /// The axis of shares, up to the whole.
    pub fn of_shares() -> Axis {
        Axis { low: 0.0, high: 1.0, step: 0.25, unit: Unit::Share }
    }

    /// Where a value stands between the top and the bottom of an area.
    pub fn height(self, value: f64, area: Area) -> f64 {
        let part = (value - self.low) / (self.high - self.low);
        area.bottom - part.clamp(0.0, 1.0) * area.height()
    }

    fn marks(self) -> Vec<(f64, String)> {
        let count = ((self.high - self.low) / self.step + 1e-6).floor() as i64;
        let first = (self.low / self.step).round();
        let mark = |at: i64| {
            let value = (first + at as f64) * self.step;
            (value, self.mark(value))
        };
        (0..=count.clamp(0, 20)).map(mark).collect()
    }

    /// A mark as people read it, with no more digits than the steps need.
    fn mark(self, value: f64) -> String {
        if self.unit != Unit::Share || self.high > 1e6 || self.low < -1e6 {
            return shown(value, self.unit);
        }
        let digits = (-(self.step * 100.0).log10()).ceil().clamp(0.0, 6.0) as usize;
        let digits = if digits == 0 && (self.step * 100.0).fract() > 1e-9 { 1 } else { digits };
        format!("{:.digits$}%", value * 100.0)
    }

    /// How much room the marks need on the left.
    pub fn room(self, sheet: &Sheet) -> f64 {
        let widths = self.marks().into_iter().map(|(_, mark)| sheet.measured(&mark, sheet.faint()));
        widths.fold(0.0, f64::max) + 0.6 * sheet.em
    }

    /// Draws the marks in this room on the left, with a light line across for each and a stronger one at 0.
    pub fn draw(self, sheet: &mut Sheet, area: Area, room: f64) {
        let letters = sheet.faint();
        let mut last = f64::INFINITY;
        for (value, mark) in self.marks() {
            let y = self.height(value, area);
            let class = if value == 0.0 { "base" } else { "grid" };
            sheet.rule((area.left, y), (area.right, y), class, 0.055 * sheet.em);
            // A low picture has no room for all of them.
            if last - y >= letters.size * 1.15 {
                sheet.label((area.left - 0.5 * sheet.em, y), Anchor::End, letters, &mark, room);
                last = y;
            }
        }
    }
}

/// Every value of some series that can be drawn.
pub(super) fn values<'s>(series: &'s [super::Series]) -> impl Iterator<Item = f64> + 's {
    series.iter().flat_map(|series| series.values.iter().copied().filter_map(finite))
}

/// Where the step stands between left and right.
pub(super) fn across(at: usize, steps: usize, area: Area) -> f64 {
    if steps < 2 {
        return (area.left + area.right) / 2.0;
    }
    area.left + area.width() * at as f64 / (steps - 1) as f64
}

/// Names the steps below a plot, as wide as its area: all of them, or every so many as have room. Of months, Januaries by
/// their year come first.
pub(super) fn steps(sheet: &mut Sheet, area: Area, plot: Area, steps: &[String]) {
    let letters = sheet.faint();
    let month = |step: &str| -> Option<usize> {
        let (year, month) = step.split_once('-')?;
        let month = (year.len() == 4 && month.len() == 2).then(|| month.parse().ok())??;
        (1..=12).contains(&month).then_some(month)
    };
    let months: Vec<Option<usize>> = steps.iter().map(|step| month(step)).collect();
    // The first may be what was before them.
    let are_months = months.len() > 1 && months.iter().skip(1).all(Option::is_some);
    let named = |every: usize| -> Vec<(usize, String)> {
        if !are_months {
            return steps.iter().cloned().enumerate().step_by(every).collect();
        }
        let is_named = |at: usize| match months[at] {
            Some(month) if every < 12 => (month - 1).is_multiple_of(every),
            Some(1) => steps[at][..4].parse::<usize>().is_ok_and(|year| year.is_multiple_of(every / 12)),
            _ => false,
        };
        let name = |at: usize| match months[at] {
            Some(1) if every > 1 => steps[at][..4].to_owned(),
            _ => steps[at].clone(),
        };
        (0..steps.len()).filter(|at| is_named(*at)).map(|at| (at, name(at))).collect()
    };
    let every: &[usize] = match are_months {
        true if steps.len() > 30 => &[12, 24, 60, 120],
        true => &[1, 3, 6, 12],
        false => &[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
    };
    let (begin, end) = (area.left, area.right);
    let gap = 1.2 * sheet.em;
    let mut ways: Vec<Vec<(usize, String)>> = every.iter().map(|every| named(*every)).collect();
    // Few months may have no January, and names may be so long that only the first has room.
    ways.retain(|names| names.len() > 1);
    ways.push(match steps.len() {
        0 | 1 => steps.iter().cloned().enumerate().collect(),
        all => vec![(0, steps[0].clone()), (all - 1, steps[all - 1].clone())],
    });
    ways.push(steps.first().map(|step| (0, step.clone())).into_iter().collect());
    let places = |sheet: &Sheet, names: &[(usize, String)]| -> Vec<(f64, f64)> {
        let place = |(at, name): &(usize, String)| {
            let width = sheet.measured(name, letters).min(end - begin);
            let middle = across(*at, steps.len(), plot);
            // The first and the last may not leave the picture.
            (middle.min(end - width / 2.0).max(begin + width / 2.0), width)
        };
        names.iter().map(place).collect()
    };
    let fits = |places: &[(f64, f64)]| {
        places.windows(2).all(|two| two[1].0 - two[1].1 / 2.0 - (two[0].0 + two[0].1 / 2.0) >= gap)
    };
    let Some(names) = ways.into_iter().find(|names| fits(&places(sheet, names))) else { return };
    for ((at, name), (x, width)) in names.iter().zip(places(sheet, &names)) {
        let tick = across(*at, steps.len(), plot);
        sheet.rule((tick, plot.bottom), (tick, plot.bottom + 0.3 * sheet.em), "base", 0.055 * sheet.em);
        sheet.label((x, plot.bottom + 1.1 * sheet.em), Anchor::Middle, letters, name, width + 0.01);
    }
}
