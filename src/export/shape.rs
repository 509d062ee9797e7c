use super::letters::{broken, shortened, width};
use super::mark::{FONT, Font, LINE, Mark, PLAIN, Pen, Point, Stroke, dot, size};
use super::{Node, Paint, Status};
use crate::ink::grouped;
use crate::model::Relation;

/// The most letters of a label: an id of the Hub is shorter. The whole one stands in the tooltip.
const LONGEST: usize = 140;
/// The letters of a line of labels that have several, and how far the next one stands under it.
const NARROW: usize = 26;
const UNDER: f64 = 12.0;
/// The size of a note behind a label.
const SMALL: f64 = 9.5;
/// Room between a dot and its label.
const BESIDE: f64 = 4.0;

/// A node as it is drawn.
#[derive(Clone)]
pub(super) struct Shape<'g> {
    pub node: Node<'g>,
    lines: Vec<String>,
    font: Font,
    pub radius: f64,
    is_named: bool,
    /// Its further parents, if they are named and no line leads from them.
    pub others: Vec<String>,
}

impl<'g> Shape<'g> {
    /// A node whose label is one line; it is marked if it was named.
    pub fn new((is_named, node): (bool, Node<'g>)) -> Shape<'g> {
        let text = shortened(&node.label(), LONGEST);
        let label = match node.descendants {
            0 => text,
            some => format!("{text} ({})", grouped(some)),
        };
        let is_italic = node.status == Status::Unlisted;
        let font = Font { is_bold: node.descendants > 0 || is_named, is_italic, ..PLAIN };
        let radius = size(node.descendants.max(node.models - 1));
        Shape { node, lines: vec![label], font, radius, is_named, others: Vec::new() }
    }

    /// With a label of several short lines, the first of which is the owner.
    pub fn narrow(mut self) -> Shape<'g> {
        let label = self.lines.concat();
        let (owner, name) = label.split_at(label.find('/').map_or(0, |at| at + 1));
        let owner = (!owner.is_empty()).then(|| owner.to_owned());
        self.lines = owner.into_iter().chain(broken(name, NARROW)).collect();
        self
    }

    /// What stands behind the label on further parents: the first two of them, and how many more there are.
    fn note(&self) -> Option<String> {
        let [first, rest @ ..] = &self.others[..] else { return None };
        let second = rest.first().map(|second| format!(", {second}")).unwrap_or_default();
        let more = match rest.len() {
            0 | 1 => String::new(),
            more => format!(" and {} more", grouped(more as u64 - 1)),
        };
        Some(format!("+ {first}{second}{more}"))
    }

    /// The width of its dot and label without a note.
    fn labelled(&self) -> f64 {
        let wide = |line: &String| width(line, FONT, self.font.is_bold);
        2.0 * self.radius + BESIDE + self.lines.iter().map(wide).fold(0.0, f64::max)
    }

    /// From the left end of the dot to that of the label and its note, and the height of all lines.
    pub fn size(&self) -> Point {
        let note = self.note().map_or(0.0, |note| 2.0 * BESIDE + width(&note, SMALL, false));
        (self.labelled() + note, LINE + (self.lines.len() - 1) as f64 * UNDER)
    }

    /// Marks with the left end of the dot at a place, which lead to an address if there is one.
    pub fn marks(self, (x, y): Point, paint: &Paint, lead: Option<String>) -> Vec<Mark> {
        let mut marks = Vec::new();
        let (wide, high) = (self.labelled(), self.size().1);
        if self.is_named {
            let band = Pen { color: "#FFD84D", width: high - 1.0, opacity: 0.5, stroke: Stroke::Solid };
            marks.push(Mark::Lines(vec![vec![(x - 3.0, y), (x + wide + 3.0, y)]], band));
        }
        let mut inner = dot((x + self.radius, y), self.radius, paint.color(&self.node), self.node.status);
        if let Some(text) = self.note() {
            let font = Font { size: SMALL, color: "#666666", ..PLAIN };
            inner.push(Mark::Text { at: (x + wide + 2.0 * BESIDE, y + 3.5), text, font });
        }
        let tip = tooltip(&self.node, &self.others);
        let first = y + 3.8 - (high - LINE) / 2.0;
        for (at, text) in self.lines.into_iter().enumerate() {
            let at = (x + 2.0 * self.radius + BESIDE, first + at as f64 * UNDER);
            inner.push(Mark::Text { at, text, font: self.font });
        }
        marks.push(Mark::Told { tip, lead, inner });
        marks
    }
}

fn tooltip(node: &Node<'_>, others: &[String]) -> String {
    let relation = node.relation.map_or("no parent", Relation::name);
    let counted = if node.is_counted { "" } else { ", not counted" };
    let mut text = format!("{}\n{relation}, {}{counted}", node.id, node.status.name());
    for (name, value) in [("downloads in 30 days", node.downloads), ("likes", node.likes)] {
        if let Some(value) = value {
            text += &format!("\n{name}: {}", grouped(value));
        }
    }
    text += &format!("\ndescendants: {}, direct: {}", grouped(node.descendants), grouped(node.direct));
    others.iter().for_each(|other| text += &format!("\n+ {other}"));
    text
}
