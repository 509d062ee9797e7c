use std::fmt::Write;

use super::printable::html as text;
use super::{Unit, grouped, percent};

/// A `Plot` is a picture of figures, as SVG inside a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Plot {
    /// Each name has a bar, the first at the top.
    Bars {
        /// This says what is shown.
        title: String,
        /// The bars stand in this order; their lengths are of one unit.
        bars: Vec<Bar>,
    },
    /// Each series has a line over the same steps.
    Lines {
        /// This says what is shown.
        title: String,
        /// The steps, such as months, stand from left to right.
        steps: Vec<String>,
        /// Each of these is a line.
        series: Vec<Series>,
        /// The values are of this unit.
        unit: Unit,
    },
}

/// A `Bar` is one bar of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// This names what the bar is of.
    pub name: String,
    /// The bar is so long, in the unit of the other bars; it is not below 0.
    pub value: f64,
    /// These words stand at the end of the bar.
    pub label: String,
}

/// A `Series` is one line of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// This names what the line is of.
    pub name: String,
    /// There is a value for each step; where it is missing the line has a gap.
    pub values: Vec<Option<f64>>,
}

/// Width of a picture in its own units; pages scale it.
const WIDTH: f64 = 400.0;
/// Height of a line of text.
const LINE: f64 = 22.0;
/// Width of a letter of 12 units, in a wide font.
const LETTER: f64 = 8.1;

impl Plot {
    /// Counts as bars, the first twelve in their order; those that are not known are left out.
    pub(crate) fn counts<N: Into<String>>(
        title: impl Into<String>,
        counts: impl IntoIterator<Item = (N, Option<u64>)>,
    ) -> Plot {
        let bar = |(name, count): (N, u64)| Bar { name: name.into(), value: count as f64, label: grouped(count) };
        let known = counts.into_iter().filter_map(|(name, count)| Some((name, count?)));
        Plot::Bars { title: title.into(), bars: known.take(12).map(bar).collect() }
    }

    /// Draws the picture as SVG, the one of this number on its page. Its colours are the page's: classes `c0` to `c5`.
    pub fn svg(&self, number: usize) -> String {
        match self {
            Plot::Bars { title, bars } => self::bars(number, title, bars),
            Plot::Lines { title, steps, series, unit } => lines(number, title, steps, series, *unit),
        }
    }

    /// Tells whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        match self {
            Plot::Bars { bars, .. } => bars.is_empty(),
            Plot::Lines { steps, series, .. } => steps.is_empty() || series.is_empty(),
        }
    }

    /// Gives the picture's title.
    pub fn title(&self) -> &str {
        match self {
            Plot::Bars { title, .. } | Plot::Lines { title, .. } => title,
        }
    }
}

/// Opens a picture with its title and its description, which readers of screens are told.
fn open(number: usize, title: &str, about: &str, height: f64) -> String {
    format!(
        "<svg role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" aria-labelledby=\"t{number} d{number}\"><title id=\"t{number}\">{}</title><desc id=\"d{number}\">{}</desc>\n",
        text(title),
        text(about)
    )
}

fn bars(number: usize, title: &str, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let about: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.name, bar.label)).collect();
    let mut out = open(number, title, &about.join("; "), bars.len() as f64 * LINE + 4.0);
    let names = bars.iter().map(|bar| clipped(&bar.name).chars().count()).max().unwrap_or(0) as f64 * LETTER + 14.0;
    let labels = bars.iter().map(|bar| bar.label.chars().count()).max().unwrap_or(0) as f64 * LETTER + 14.0;
    let room = WIDTH - names - labels;
    for (at, bar) in bars.iter().enumerate() {
        let y = at as f64 * LINE;
        let width = if most > 0.0 { (bar.value / most * room).max(1.0) } else { 1.0 };
        _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text><rect class=\"c0\" x=\"{names:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\"><title>{}: {}</title></rect><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            names - 8.0,
            y + 16.0,
            text(&clipped(&bar.name)),
            y + 3.0,
            LINE - 6.0,
            text(&bar.name),
            text(&bar.label),
            names + width + 6.0,
            y + 16.0,
            text(&bar.label),
        );
    }
    out + "</svg>"
}

/// A name that leaves room for its bar.
fn clipped(name: &str) -> String {
    const MOST: usize = 20;
    match name.chars().count() > MOST {
        true => name.chars().take(MOST - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

fn lines(number: usize, title: &str, steps: &[String], series: &[Series], unit: Unit) -> String {
    let shown = |value: f64| if unit == Unit::Share { percent(value) } else { grouped(value as u64) };
    const TOP: f64 = 8.0;
    const HEIGHT: f64 = 220.0;
    let most = series.iter().flat_map(|series| &series.values).flatten().copied().fold(0.0, f64::max);
    let most = if most > 0.0 { most } else { 1.0 };
    let ends: Vec<String> = series
        .iter()
        .map(|series| {
            let last = series.values.last().copied().flatten();
            format!("{}: {} at the end", series.name, last.map_or_else(|| "not known".into(), shown))
        })
        .collect();
    let about = format!(
        "From {} to {}. {}",
        steps.first().map_or("", String::as_str),
        steps.last().map_or("", String::as_str),
        ends.join("; ")
    );
    let left = shown(most).chars().count() as f64 * LETTER + 10.0;
    // The names stand below, as many in a line as there is room.
    let mut places: Vec<(f64, f64)> = Vec::new();
    let (mut x, mut y) = (left, TOP + HEIGHT + 44.0);
    for line in series {
        let width = clipped(&line.name).chars().count() as f64 * LETTER + 46.0;
        if x + width > WIDTH && x > left {
            (x, y) = (left, y + LINE);
        }
        places.push((x, y));
        x += width;
    }
    let mut out = open(number, title, &about, y + 12.0);
    let across = |at: usize| left + (WIDTH - left - 10.0) * at as f64 / (steps.len().max(2) - 1) as f64;
    let up = |value: f64| TOP + HEIGHT * (1.0 - value / most);
    for part in [0.0, 0.5, 1.0] {
        let y = up(most * part);
        _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{left:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - 10.0,
            left - 6.0,
            y + 5.0,
            text(&shown(most * part)),
        );
    }
    for (at, anchor) in [(0, "start"), (steps.len() / 2, "middle"), (steps.len() - 1, "end")] {
        _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            across(at),
            TOP + HEIGHT + 20.0,
            text(&steps[at])
        );
    }
    // Lines differ by their dashes too, for those who do not see colours.
    const DASHES: [&str; 6] = ["none", "7 3", "2 3", "9 3 2 3", "12 4", "4 2"];
    for (which, (line, (x, y))) in series.iter().zip(places).enumerate() {
        let (colour, dash) = (which % 6, DASHES[which % 6]);
        let point = |(at, value): (usize, &Option<f64>)| value.map(|value| (across(at), up(value)));
        let points: Vec<Option<(f64, f64)>> = line.values.iter().enumerate().map(point).collect();
        let name = text(&line.name);
        for piece in points.split(Option::is_none) {
            let piece: Vec<(f64, f64)> = piece.iter().flatten().copied().collect();
            _ = match piece[..] {
                [] => Ok(()),
                // A line of one point would not be seen.
                [(x, y)] => writeln!(
                    out,
                    "<circle class=\"l{colour}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"><title>{name}</title></circle>"
                ),
                _ => {
                    let points: Vec<String> = piece.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
                    writeln!(
                        out,
                        "<polyline class=\"l{colour}\" stroke-dasharray=\"{dash}\" points=\"{}\"><title>{name}</title></polyline>",
                        points.join(" ")
                    )
                }
            };
        }
        _ = writeln!(
            out,
            "<line class=\"l{colour}\" stroke-dasharray=\"{dash}\" x1=\"{x:.1}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/><text x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
            x + 28.0,
            y - 5.0,
            y - 5.0,
            x + 34.0,
            text(&clipped(&line.name)),
        );
    }
    out + "</svg>"
}
