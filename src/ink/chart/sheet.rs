use std::fmt::Write;

use super::super::printable::{html, printable};
use super::{Ruler, Size, Weight};

/// The part of a sheet that something is drawn in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub fn width(self) -> f64 {
        self.right - self.left
    }

    pub fn height(self) -> f64 {
        self.bottom - self.top
    }
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letters<'c> {
    pub size: f64,
    pub weight: Weight,
    /// A class of the page's.
    pub class: &'c str,
}

/// So much of a letter's size stands above the line of a text whose middle is meant.
const MIDDLE: f64 = 0.36;
/// The colours of a whole picture, by the classes of `page.css`. Those of the series are Okabe's and Ito's, made dark enough to
/// be read as letters on white.
const STYLE: &str = "text{fill:#1b1f24}.faint{fill:#57606a}.grid{stroke:#e1e4e8}.base{stroke:#8c959f}\
.c0{fill:#0072b2}.c1{fill:#b34700}.c2{fill:#00795c}.c3{fill:#a3447e}.c4{fill:#7a5c00}.c5{fill:#44546a}\
.l0,.l1,.l2,.l3,.l4,.l5{fill:none}\
.l0{stroke:#0072b2}.l1{stroke:#b34700}.l2{stroke:#00795c}.l3{stroke:#a3447e}.l4{stroke:#7a5c00}.l5{stroke:#44546a}\
.gap{stroke:#ffffff}";
/// Fonts of a like width stand behind the one inside the program, for those who have it not.
const FONTS: &str = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif";
/// So many colours there are; series beyond them are dashed, or paler.
pub(super) const COLOURS: usize = 6;

/// A `Sheet` is what a picture is drawn on.
#[derive(Debug)]
pub(super) struct Sheet {
    pub ruler: Ruler,
    /// The size of its letters; everything else goes by it.
    pub em: f64,
    width: f64,
    height: f64,
    marks: String,
}

impl Sheet {
    /// A sheet inside a page.
    pub fn page(width: f64, height: f64, em: f64, slack: f64) -> Sheet {
        Sheet { ruler: Ruler { slack }, em, width, height, marks: String::new() }
    }

    /// A sheet that stands alone. Its letters grow with it, but are never too small to be read.
    pub fn slide(size: Size) -> Sheet {
        let (width, height) = (f64::from(size.width()), f64::from(size.height()));
        let em = ((width / 1600.0).min(height / 900.0) * 23.0).max(12.0);
        Sheet::page(width, height, em, 1.0)
    }

    /// Writes title, subtitle and notes, and gives the room between them.
    pub fn around(&mut self, title: &str, subtitle: &str, notes: &[&str]) -> Area {
        let em = self.em;
        let margin = 1.5 * em;
        let room = self.width - 2.0 * margin;
        let (ruler, large) = (self.ruler, Letters { size: 1.55 * em, weight: Weight::Bold, class: "" });
        let mut top = margin;
        for line in ruler.wrapped(&printable(title), large.size, large.weight, room, 2) {
            top += large.size * 0.95;
            self.text((margin, top), Anchor::Start, large, &line, title);
            top += large.size * 0.3;
        }
        let below = self.faint();
        let lines = if subtitle.is_empty() {
            Vec::new()
        } else {
            ruler.wrapped(&printable(subtitle), below.size, below.weight, room, 2)
        };
        for line in lines {
            top += below.size;
            self.text((margin, top), Anchor::Start, below, &line, subtitle);
            top += below.size * 0.35;
        }
        let small = Letters { size: (0.68 * em).max(9.5), weight: Weight::Plain, class: "faint" };
        let line = small.size * 1.36;
        let most = ((self.height * 0.24 / line) as usize).max(2);
        // From the last one up, so that those at the end have room, and each of the others a line.
        let mut lines: Vec<(String, &str)> = Vec::new();
        for (before, note) in notes.iter().enumerate().rev() {
            let left = most.saturating_sub(lines.len());
            let wrapped = match left {
                0 => Vec::new(),
                _ => {
                    ruler.wrapped(&printable(note), small.size, small.weight, room, left.saturating_sub(before).max(1))
                }
            };
            lines.splice(..0, wrapped.into_iter().map(|line| (line, *note)));
        }
        let bottom = self.height - margin * 0.9;
        let first = bottom - line * lines.len().saturating_sub(1) as f64;
        for (at, (text, whole)) in lines.iter().enumerate() {
            self.text((margin, first + line * at as f64), Anchor::Start, small, text, whole);
        }
        let below = if lines.is_empty() { bottom } else { first - small.size - 0.9 * em };
        Area { left: margin, top: top + 0.8 * em, right: self.width - margin, bottom: below }
    }

    /// Letters of the usual kind.
    pub fn plain(&self) -> Letters<'static> {
        Letters { size: self.em, weight: Weight::Plain, class: "" }
    }

    /// Letters for what stands beside the figures.
    pub fn faint(&self) -> Letters<'static> {
        Letters { size: 0.86 * self.em, weight: Weight::Plain, class: "faint" }
    }

    /// How wide a text is in these letters.
    pub fn measured(&self, text: &str, letters: Letters<'_>) -> f64 {
        self.ruler.width(&printable(text), letters.size, letters.weight)
    }

    /// A text at its line's end. Where it is not the whole, that is told too.
    pub fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, letters: Letters<'_>, text: &str, whole: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if letters.weight == Weight::Bold { " font-weight=\"600\"" } else { "" };
        let class = if letters.class.is_empty() { String::new() } else { format!(" class=\"{}\"", letters.class) };
        let told = if text == printable(whole) { String::new() } else { format!("<title>{}</title>", html(whole)) };
        _ = writeln!(
            self.marks,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{:.1}\"{anchor}{weight}{class}>{told}{}</text>",
            letters.size,
            html(text)
        );
    }

    /// A text of which as much is shown as has room, with its middle at a height.
    pub fn label(&mut self, (x, y): (f64, f64), anchor: Anchor, letters: Letters<'_>, text: &str, room: f64) {
        let shown = self.ruler.shortened(&printable(text), letters.size, letters.weight, room);
        self.text((x, y + MIDDLE * letters.size), anchor, letters, &shown, text);
    }

    /// A rectangle with what is told of it.
    pub fn rect(&mut self, area: Area, class: &str, opacity: f64, told: &str) {
        let faint = opacity_of(opacity);
        _ = writeln!(
            self.marks,
            "<rect class=\"{class}\"{faint} x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{}</title></rect>",
            area.left,
            area.top,
            area.width().max(0.0),
            area.height().max(0.0),
            html(told)
        );
    }

    /// An area of any form.
    pub fn area(&mut self, path: &str, class: &str, opacity: f64, told: &str) {
        let faint = opacity_of(opacity);
        _ = writeln!(self.marks, "<path class=\"{class}\"{faint} d=\"{path}\"><title>{}</title></path>", html(told));
    }

    /// A straight line of the frame, which tells nothing.
    pub fn rule(&mut self, from: (f64, f64), to: (f64, f64), class: &str, width: f64) {
        _ = writeln!(
            self.marks,
            "<line class=\"{class}\" stroke-width=\"{width:.2}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        );
    }

    /// The line of a series, the one of this number.
    pub fn line(&mut self, points: &[(f64, f64)], which: usize, told: &str) {
        let width = 0.15 * self.em;
        let told = html(told);
        if let [(x, y)] = points {
            // A line of one point would not be seen.
            self.dot((*x, *y), which, &told);
            return;
        }
        const DASHES: [&str; 5] = ["", "7 3", "2 3", "9 3 2 3", "12 4"];
        let dash = DASHES[(which / COLOURS) % DASHES.len()];
        let dash = if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        _ = writeln!(
            self.marks,
            "<polyline class=\"l{}\" stroke-width=\"{width:.2}\" stroke-linejoin=\"round\"{dash} points=\"{}\"><title>{told}</title></polyline>",
            which % COLOURS,
            points.join(" ")
        );
    }

    /// A point of one of several series, whose form tells it apart where its colour does not.
    pub fn sign(&mut self, (x, y): (f64, f64), which: usize, told: &str) {
        let r = 0.24 * self.em;
        let corners: &[(f64, f64)] = match which % COLOURS {
            0 => return self.dot((x, y), which, told),
            1 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            2 => &[(0.0, -1.2), (1.2, 0.9), (-1.2, 0.9)],
            3 => &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
            4 => &[(-1.2, -0.9), (1.2, -0.9), (0.0, 1.2)],
            _ => &[(-1.3, -0.5), (1.3, -0.5), (1.3, 0.5), (-1.3, 0.5)],
        };
        let corners: Vec<String> =
            corners.iter().map(|(dx, dy)| format!("{:.1} {:.1}", x + dx * r, y + dy * r)).collect();
        self.area(&format!("M{}Z", corners.join("L")), &format!("c{}", which % COLOURS), 1.0, told);
    }

    /// A point of a series.
    pub fn dot(&mut self, (x, y): (f64, f64), which: usize, told: &str) {
        _ = writeln!(
            self.marks,
            "<circle class=\"c{}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\"><title>{}</title></circle>",
            which % COLOURS,
            0.24 * self.em,
            html(told)
        );
    }

    /// The sheet as an element of a page, described to those who do not see it.
    pub fn element(&self, number: usize, title: &str, about: &str) -> String {
        format!(
            "<svg role=\"img\" viewBox=\"0 0 {:.0} {:.0}\" aria-labelledby=\"t{number} d{number}\"><title id=\"t{number}\">{}</title><desc id=\"d{number}\">{}</desc>\n{}</svg>",
            self.width,
            self.height,
            html(title),
            html(about),
            self.marks
        )
    }

    /// The sheet as a document.
    pub fn document(&self, title: &str, about: &str, notes: &[&str]) -> String {
        let (width, height) = (self.width, self.height);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"{FONTS}\">\n<title>{}</title>\n<desc>{}\n{}</desc>\n<style>{STYLE}</style>\n<rect width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            html(title),
            html(about),
            notes.iter().map(|note| html(note)).collect::<Vec<_>>().join("\n"),
            self.marks
        )
    }
}

fn opacity_of(opacity: f64) -> String {
    if opacity < 1.0 { format!(" fill-opacity=\"{opacity:.2}\"") } else { String::new() }
}
