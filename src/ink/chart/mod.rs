//! Pictures of figures: whole ones for slides, and the same drawing inside a page.

mod axis;
mod bars;
mod flows;
mod labels;
mod lines;
mod matrix;
mod ruler;
mod sheet;
mod size;
mod slope;
mod stacked;

use super::{Unit, grouped, known, percent, short};
use crate::census::Coverage;
#[cfg(feature = "export")]
pub(super) use ruler::FACES;
#[cfg(feature = "export")]
pub(crate) use ruler::text_width;
use ruler::{Ruler, Weight};
use sheet::{Area, Sheet};
pub use size::Size;

/// A `Chart` is a picture of figures: what is shown, of which unit, and in which shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// This says what is shown.
    pub title: String,
    /// All values are of this unit.
    pub unit: Unit,
    /// The values, and how they are drawn.
    pub shape: Shape,
    /// This says in a sentence below the title what the values are; it may be empty.
    pub subtitle: String,
    /// These sentences stand below the picture, such as what was not drawn.
    pub remarks: Vec<String>,
    /// These sentences define what is drawn, and no more; without any, what is told beside the chart defines it.
    pub definition: Vec<String>,
    /// These say of how many models it is known what is drawn, if the chart has a definition of its own.
    pub known: Vec<String>,
}

/// A `Shape` says how values are drawn. What is no finite number is drawn as if it were missing.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Each name has a bar, the first at the top.
    Bars {
        /// The bars stand in this order.
        bars: Vec<Bar>,
    },
    /// Each series has a line over the same steps.
    Lines {
        /// The steps, such as months, stand from left to right.
        steps: Vec<String>,
        /// Each of these is a line.
        series: Vec<Series>,
    },
    /// The series are areas on top of each other, the first at the bottom; a step is a gap where any of them is missing.
    Stacked {
        /// The steps, such as months, stand from left to right.
        steps: Vec<String>,
        /// Each of these is an area.
        series: Vec<Series>,
        /// This says what the height of the whole is.
        whole: Whole,
    },
    /// Each series has a line from one date to another.
    Slope {
        /// This is the earlier date.
        from: String,
        /// This is the later date.
        to: String,
        /// Each of these is a line, of two values.
        series: Vec<Slope>,
    },
    /// Each pair of a row and a column has a field with its value.
    Matrix {
        /// The rows stand from top to bottom.
        rows: Vec<String>,
        /// The columns stand from left to right.
        columns: Vec<String>,
        /// There is a row of values for each row, with one for each column.
        values: Vec<Vec<Option<f64>>>,
        /// So many of the last rows are of what is not known: they have no colour, and take none from the others.
        unknown: usize,
    },
    /// Bands flow from names on the left to names on the right.
    Flows {
        /// Those of the same two names are one band.
        links: Vec<Flow>,
    },
}

/// A `Whole` says how high a stack of areas is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// It is as high as the sum of its values.
    Amounts,
    /// It is always of the same height, and the areas are shares of it.
    Shares,
}

/// A `Bar` is one bar of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// This names what the bar is of.
    pub name: String,
    /// The bar is so long, in the unit of the other bars.
    pub value: f64,
    /// These words stand at the end of the bar.
    pub label: String,
    /// This is how it is coloured.
    pub tone: Tone,
}

/// A `Tone` tells bars of two kinds apart, in grey too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// The bar has its colour.
    #[default]
    Full,
    /// The bar is pale: it is a part of another one.
    Pale,
}

impl Tone {
    fn opacity(self) -> f64 {
        match self {
            Tone::Full => 1.0,
            Tone::Pale => 0.45,
        }
    }
}

/// A `Series` is one line, or one area, of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// This names what the line is of.
    pub name: String,
    /// There is a value for each step; where it is missing the line has a gap.
    pub values: Vec<Option<f64>>,
}

/// A `Slope` is one line between two dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Slope {
    /// This names what the line is of.
    pub name: String,
    /// This is its value at the earlier date.
    pub from: Option<f64>,
    /// This is its value at the later date.
    pub to: Option<f64>,
}

/// A `Flow` is one band between two names.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// This names where it comes from.
    pub from: String,
    /// This names where it goes to.
    pub to: String,
    /// The band is so wide; what is not above 0 has none.
    pub value: f64,
}

/// So many bars are drawn of counts.
const BARS: usize = 12;
/// A picture inside a page is so wide, in its own units; pages scale it.
const PAGE: f64 = 480.0;
/// One beside a sentence is so wide.
const SMALL: f64 = 280.0;
/// The size of letters inside a page.
const PAGE_LETTER: f64 = 12.0;
/// A page's own font may be so much wider than the one that letters are measured with.
const PAGE_SLACK: f64 = 1.18;

impl Chart {
    /// Makes a chart without remarks.
    pub fn new(title: impl Into<String>, unit: Unit, shape: Shape) -> Chart {
        let [remarks, definition, known] = [Vec::new(), Vec::new(), Vec::new()];
        Chart { title: title.into(), unit, shape, subtitle: String::new(), remarks, definition, known }
    }

    /// Makes bars, whose labels are the values in that unit; what is not known has no bar.
    pub fn bars<N: Into<String>>(
        title: impl Into<String>,
        unit: Unit,
        values: impl IntoIterator<Item = (N, Option<f64>)>,
    ) -> Chart {
        let bar =
            |(name, value): (N, f64)| Bar { name: name.into(), value, label: shown(value, unit), tone: Tone::Full };
        let known = values.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Chart::new(title, unit, Shape::Bars { bars: known.map(bar).collect() })
    }

    /// Counts as bars, the first twelve in their order; those that are not known are left out.
    pub(crate) fn counts<N: Into<String>>(
        title: impl Into<String>,
        counts: impl IntoIterator<Item = (N, Option<u64>)>,
    ) -> Chart {
        let known: Vec<(N, Option<u64>)> = counts.into_iter().filter(|(_, count)| count.is_some()).collect();
        let of = known.len();
        let values = known.into_iter().take(BARS).map(|(name, count)| (name, count.map(|count| count as f64)));
        let chart = Chart::bars(title, Unit::Count, values);
        match of > BARS {
            true => chart.noting(format!("The first {BARS} of {} are drawn.", grouped(of as u64))),
            false => chart,
        }
    }

    /// Says below the title what the values are.
    pub fn explained(mut self, subtitle: impl Into<String>) -> Chart {
        self.subtitle = subtitle.into();
        self
    }

    /// Defines what is drawn, in the place of what is told beside the chart.
    pub(crate) fn defined(mut self, sentences: &[&str]) -> Chart {
        self.definition.extend(sentences.iter().map(|sentence| (*sentence).to_owned()));
        self
    }

    /// Says of how many models it is known what is drawn.
    pub(crate) fn known_of(mut self, what: &str, coverage: Coverage) -> Chart {
        self.known.push(known(what, coverage));
        self
    }

    /// Adds a sentence that stands below the picture.
    pub fn noting(mut self, remark: impl Into<String>) -> Chart {
        self.remarks.push(remark.into());
        self
    }

    /// Tells whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        let known = |values: &mut dyn Iterator<Item = Option<f64>>| values.flatten().any(f64::is_finite);
        let in_series = |series: &[Series]| known(&mut series.iter().flat_map(|series| series.values.iter().copied()));
        !match &self.shape {
            Shape::Bars { bars } => known(&mut bars.iter().map(|bar| Some(bar.value))),
            Shape::Lines { steps, series } => !steps.is_empty() && in_series(series),
            Shape::Stacked { steps, series, .. } => !steps.is_empty() && in_series(series),
            Shape::Slope { series, .. } => known(&mut series.iter().flat_map(|slope| [slope.from, slope.to])),
            Shape::Matrix { rows, columns, values, .. } => {
                !rows.is_empty() && !columns.is_empty() && known(&mut values.iter().flatten().copied())
            }
            Shape::Flows { links } => links.iter().any(|flow| flow.value.is_finite() && flow.value > 0.0),
        }
    }

    /// Draws the whole picture as an SVG document: title and subtitle at the top, and below it the remarks and these notes, one to
    /// a line and wrapped. Notes that have no room end with `…`; the last one always stands there. Letters are measured with
    /// the font inside the program.
    pub fn svg(&self, size: Size, notes: &[String]) -> String {
        let mut sheet = Sheet::slide(size);
        let below: Vec<&str> = self.remarks.iter().chain(notes).map(String::as_str).collect();
        let area = sheet.around(&self.title, &self.subtitle, &below);
        self.draw(&mut sheet, area);
        let told: Vec<&str> =
            std::iter::once(self.subtitle.as_str()).filter(|text| !text.is_empty()).chain(below).collect();
        sheet.document(&self.title, &self.about(), &told)
    }

    /// Draws the picture as SVG inside a page, the one of this number there. Its colours are the page's: the classes of
    /// `page.css`.
    pub(super) fn inside(&self, number: usize) -> String {
        self.within(PAGE, number)
    }

    /// Draws the picture as [`Chart::inside`], small, to stand beside a sentence.
    pub(super) fn small(&self, number: usize) -> String {
        self.within(SMALL, number)
    }

    fn within(&self, width: f64, number: usize) -> String {
        let height = self.height();
        let mut sheet = Sheet::page(width, height, PAGE_LETTER, PAGE_SLACK);
        let area = Area { left: 1.0, top: 1.0, right: width - 1.0, bottom: height - 1.0 };
        self.draw(&mut sheet, area);
        sheet.element(number, &self.title, &self.about())
    }

    /// How high the picture is inside a page.
    fn height(&self) -> f64 {
        let rows = |count: usize, line: f64| count as f64 * line * PAGE_LETTER + PAGE_LETTER;
        match &self.shape {
            Shape::Bars { bars } => rows(bars.len(), bars::LINE),
            Shape::Lines { series, .. } | Shape::Stacked { series, .. } => {
                rows(series.len() + 2, labels::LINE).max(290.0)
            }
            Shape::Slope { series, .. } => rows(series.len() + 3, labels::LINE).max(260.0),
            Shape::Matrix { rows: names, .. } => rows(names.len() + 3, 2.0),
            Shape::Flows { links } => {
                let names = |pick: fn(&Flow) -> &str| {
                    links.iter().map(pick).collect::<std::collections::BTreeSet<&str>>().len()
                };
                rows(names(|flow| &flow.from).max(names(|flow| &flow.to)), labels::LINE * 1.5).max(260.0)
            }
        }
    }

    fn draw(&self, sheet: &mut Sheet, area: Area) {
        match &self.shape {
            Shape::Bars { bars } => bars::draw(sheet, area, bars),
            Shape::Lines { steps, series } => lines::draw(sheet, area, steps, series, self.unit),
            Shape::Stacked { steps, series, whole } => stacked::draw(sheet, area, steps, series, *whole, self.unit),
            Shape::Slope { from, to, series } => slope::draw(sheet, area, [from, to], series, self.unit),
            Shape::Matrix { rows, columns, values, unknown } => {
                let known = rows.len().saturating_sub(*unknown);
                matrix::draw(sheet, area, rows, columns, values, known, self.unit);
            }
            Shape::Flows { links } => flows::draw(sheet, area, links, self.unit),
        }
    }

    /// The figures in words, for those who do not see the picture.
    fn about(&self) -> String {
        let shown =
            |value: Option<f64>| finite(value).map_or_else(|| "not known".into(), |value| shown(value, self.unit));
        let over = |steps: &[String], series: &[Series]| {
            let ends = series.iter().map(|series| {
                format!("{}: {} at the end", series.name, shown(series.values.last().copied().flatten()))
            });
            let end = |step: Option<&String>| step.cloned().unwrap_or_default();
            format!("From {} to {}. {}", end(steps.first()), end(steps.last()), joined(ends))
        };
        match &self.shape {
            Shape::Bars { bars } => joined(bars.iter().map(|bar| format!("{}: {}", bar.name, bar.label))),
            Shape::Lines { steps, series } | Shape::Stacked { steps, series, .. } => over(steps, series),
            Shape::Slope { from, to, series } => {
                let lines =
                    series.iter().map(|line| format!("{}: {} to {}", line.name, shown(line.from), shown(line.to)));
                format!("From {from} to {to}. {}", joined(lines))
            }
            Shape::Matrix { rows, columns, values, .. } => joined(rows.iter().zip(values).map(|(row, values)| {
                let cells = columns.iter().zip(values).map(|(column, value)| format!("{column} {}", shown(*value)));
                format!("{row}: {}", cells.collect::<Vec<_>>().join(", "))
            })),
            Shape::Flows { links } => {
                joined(links.iter().map(|flow| format!("{} to {}: {}", flow.from, flow.to, shown(Some(flow.value)))))
            }
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

/// A value that can be drawn.
fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// A value as people read it.
fn shown(value: f64, unit: Unit) -> String {
    let size = value.abs();
    let sign = if value < 0.0 { "-" } else { "" };
    match unit {
        Unit::Share if size < 1e6 => percent(value),
        Unit::Share => format!("{:.2e}%", value * 100.0),
        Unit::Count if size < 1e12 => format!("{sign}{}", grouped(size.round() as u64)),
        _ if size >= 1e12 || (size > 0.0 && size < 5e-4) => format!("{value:.2e}"),
        _ => short(value),
    }
}
