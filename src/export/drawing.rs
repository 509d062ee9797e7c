use std::collections::BTreeSet;

use petgraph::visit::EdgeRef;

use super::layout::{LINE, Layout};
use super::{Graph, Node, Paint, Status};
use crate::model::Relation;

/// Pixels that a letter of a label takes, somewhat more than Helvetica and Arial do at this size.
const LETTER: f64 = 6.1;
/// The size of labels.
const FONT: f64 = 11.0;
/// Letters of a label that are drawn; the whole id stands in the tooltip.
const LONGEST: usize = 46;
const MARGIN: f64 = 24.0;
const INK: &str = "#333333";

/// A point, in pixels at 96 to the inch from the upper left corner.
pub(super) type Point = (f64, f64);

/// A picture as a list of marks, whatever prints it: an outline with a title, its definition and a legend.
#[derive(Debug)]
pub(super) struct Drawing {
    pub width: f64,
    pub height: f64,
    /// In the order in which they cover each other.
    pub marks: Vec<Mark>,
}

#[derive(Debug)]
pub(super) enum Mark {
    /// Lines through their corners, each on its own.
    Lines(Vec<Vec<Point>>, Pen),
    /// A cubic curve: its ends and, between them, its handles.
    Curve([Point; 4], Pen),
    Dot {
        at: Point,
        radius: f64,
        fill: &'static str,
        status: Status,
    },
    /// The left end of its base line.
    Text {
        at: Point,
        text: String,
        font: Font,
    },
    /// Marks with what is told when the pointer rests on them.
    Told(String, Vec<Mark>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub color: &'static str,
    pub width: f64,
    pub opacity: f64,
    pub stroke: Stroke,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    Solid,
    Dashed,
    Dotted,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Font {
    pub size: f64,
    pub color: &'static str,
    pub is_bold: bool,
    pub is_italic: bool,
}

const PLAIN: Font = Font { size: FONT, color: "#000000", is_bold: false, is_italic: false };

/// How the links of a relation are drawn: stroke and width.
pub(super) fn stroke(relation: Relation) -> (Stroke, f64) {
    match relation {
        Relation::Finetune => (Stroke::Solid, 1.0),
        Relation::Merge => (Stroke::Solid, 2.0),
        Relation::Quantized => (Stroke::Dashed, 1.0),
        Relation::Adapter => (Stroke::Dashed, 2.0),
        Relation::Unstated => (Stroke::Dotted, 1.0),
    }
}

fn pen(relation: Relation, opacity: f64) -> Pen {
    let (stroke, width) = stroke(relation);
    Pen { color: INK, width, opacity, stroke }
}

impl Drawing {
    pub fn new(graph: &Graph<'_>, paint: &Paint) -> Drawing {
        let nodes: Vec<Node<'_>> = graph.nodes().collect();
        let labels: Vec<String> = nodes.iter().map(label).collect();
        let widths: Vec<f64> =
            nodes.iter().zip(&labels).map(|(node, label)| 2.0 * radius(node) + 6.0 + wide(label)).collect();
        let weights: Vec<u64> = nodes.iter().map(|node| node.descendants.max(node.models - 1)).collect();
        let selection = graph.selection();
        let starts: Vec<usize> = selection.start().iter().filter_map(|row| selection.place(*row)).collect();
        let links = selection.graph();
        let layout = Layout::new(&widths, &weights, &links, &starts);

        let width = (layout.width + 2.0 * MARGIN).max(880.0);
        let mut marks = Vec::new();
        let mut y = MARGIN + 8.0;
        for (at, text) in heading(graph, width - 2.0 * MARGIN).into_iter().enumerate() {
            let font = match at {
                0 => Font { size: 17.0, is_bold: true, ..PLAIN },
                _ => Font { color: "#555555", ..PLAIN },
            };
            marks.push(Mark::Text { at: (MARGIN, y), text, font });
            y += if at == 0 { 18.0 } else { 15.0 };
        }
        let top = legend(&mut marks, paint, width, y + 2.0) + 22.0;
        let at = |number: usize| {
            let (x, y) = layout.places[number];
            (x + MARGIN + radius(&nodes[number]), y + top)
        };
        // Siblings share their trunk's pieces: each is drawn once.
        let mut trunks: BTreeSet<[(i64, i64); 2]> = BTreeSet::new();
        for rail in &layout.rails {
            let tenths =
                |(x, y): Point| (((x + MARGIN + 4.0) * 10.0).round() as i64, ((y + top) * 10.0).round() as i64);
            let corners: Vec<(i64, i64)> = rail.trunk.iter().map(|corner| tenths(*corner)).collect();
            trunks.extend(corners.windows(2).map(|pair| [pair[0], pair[1]]));
            let relation = layout.above[rail.child].map_or(Relation::Unstated, |link| links[link]);
            let from = corners.last().map(|corner| pixels(*corner));
            marks.push(Mark::Lines(vec![from.into_iter().chain([at(rail.child)]).collect()], pen(relation, 1.0)));
        }
        let trunks = trunks.into_iter().map(|[from, to]| vec![pixels(from), pixels(to)]).collect();
        marks.push(Mark::Lines(trunks, Pen { color: "#999999", width: 0.8, opacity: 1.0, stroke: Stroke::Solid }));
        let across =
            links.edge_references().rev().filter(|link| layout.above[link.target().index()] != Some(link.id()));
        for link in across {
            let (from, to) = (at(link.source().index()), at(link.target().index()));
            let middle = (from.0 + to.0) / 2.0;
            marks.push(Mark::Curve([from, (middle, from.1), (middle, to.1), to], pen(*link.weight(), 0.25)));
        }
        for (node, label) in nodes.iter().zip(labels) {
            let (x, y) = at(node.number);
            let radius = radius(node);
            let font = Font { is_bold: node.descendants > 0, is_italic: node.status == Status::Unlisted, ..PLAIN };
            let dot = Mark::Dot { at: (x, y), radius, fill: paint.color(node), status: node.status };
            let text = Mark::Text { at: (x + radius + 4.0, y + 3.8), text: label, font };
            marks.push(Mark::Told(tooltip(node), vec![dot, text]));
        }
        Drawing { width: width.round(), height: (top + layout.height + MARGIN).round(), marks }
    }
}

fn pixels((x, y): (i64, i64)) -> Point {
    (x as f64 / 10.0, y as f64 / 10.0)
}

/// The title, then the rest of what the picture says of itself, in lines as wide as the page.
fn heading(graph: &Graph<'_>, width: f64) -> Vec<String> {
    let notes = graph.notes();
    let note = |name: &str| notes.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str());
    let mut lines = vec![note("title").to_owned()];
    let snapshot = format!("Snapshot of {}, sha256 {}; {}.", note("snapshot"), note("sha256"), note("program"));
    // The title stands above already.
    let selection = note("selection").strip_prefix(&format!("{}.", note("title"))).unwrap_or(note("selection"));
    for text in [note("definition"), selection.trim(), &snapshot] {
        lines.extend(folded(text, ((width / LETTER) as usize).max(20)));
    }
    lines
}

/// A text in lines of at most so many letters, unless a word is longer.
pub(super) fn folded(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if letters(line) + 1 + letters(word) <= most => *line += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// What colours, sizes and lines mean, in lines as wide as the page. Gives the middle of the last line.
fn legend(marks: &mut Vec<Mark>, paint: &Paint, width: f64, top: f64) -> f64 {
    let (mut x, mut y) = (MARGIN, top);
    // An entry: its sign, which stands to the left of its word.
    let mut entry = |word: &str, room: f64, sign: &dyn Fn(Point) -> Vec<Mark>, is_first: bool| {
        let step = room + wide(word) + 16.0;
        if is_first && x > MARGIN || x + step > width - MARGIN {
            (x, y) = (MARGIN, y + 20.0);
        }
        marks.extend(sign((x, y)));
        marks.push(Mark::Text { at: (x + room, y + 4.0), text: word.to_owned(), font: PLAIN });
        x += step;
        y
    };
    let nothing = |_: Point| Vec::new();
    let dot = |radius: f64, fill: &'static str, status: Status| {
        move |(x, y): Point| vec![Mark::Dot { at: (x + radius, y), radius, fill, status }]
    };
    entry(&format!("{}:", paint.by().name()), 0.0, &nothing, true);
    for (name, color, count) in paint.legend() {
        entry(&format!("{} ({count})", shortened(name)), 14.0, &dot(5.0, color, Status::Listed), false);
    }
    entry("links:", 0.0, &nothing, true);
    for relation in [Relation::Finetune, Relation::Quantized, Relation::Adapter, Relation::Merge, Relation::Unstated] {
        let line = |(x, y): Point| vec![Mark::Lines(vec![vec![(x, y), (x + 26.0, y)]], pen(relation, 1.0))];
        entry(relation.name(), 31.0, &line, false);
    }
    entry("descendants:", 0.0, &nothing, false);
    for descendants in [0u64, 10, 100, 1000] {
        let radius = size(descendants);
        entry(&descendants.to_string(), 2.0 * radius + 4.0, &dot(radius, "#FFFFFF", Status::Listed), false);
    }
    entry("unlisted", 14.0, &dot(5.0, "#FFFFFF", Status::Unlisted), false);
    entry("several models", 14.0, &dot(5.0, "#FFFFFF", Status::Collapsed), false)
}

/// A node's radius: its area grows with the logarithm of its descendants, so that a line holds it.
fn radius(node: &Node<'_>) -> f64 {
    size(node.descendants.max(node.models - 1))
}

fn size(descendants: u64) -> f64 {
    (3.0 + ((descendants + 1) as f64).ln() * 0.75).min(LINE / 2.0 - 0.5)
}

fn wide(text: &str) -> f64 {
    letters(text) as f64 * LETTER
}

/// Letters, of which those of other scripts are taken for twice as wide.
fn letters(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

/// The beginning and the end of a long name: the end tells versions and formats apart.
pub(super) fn shortened(name: &str) -> String {
    let letters = name.chars().count();
    if letters <= LONGEST {
        return name.to_owned();
    }
    let half = LONGEST / 2;
    let end: String = name.chars().skip(letters - half + 1).collect();
    name.chars().take(half).collect::<String>() + "…" + &end
}

fn label(node: &Node<'_>) -> String {
    let text = shortened(&node.label());
    match node.descendants {
        0 => text,
        some => format!("{text} ({some})"),
    }
}

fn tooltip(node: &Node<'_>) -> String {
    let relation = node.relation.map_or("no parent", Relation::name);
    let counted = if node.is_counted { "" } else { ", not counted" };
    let mut text = format!("{}\n{relation}, {}{counted}", node.id, node.status.name());
    for (name, value) in [("downloads in 30 days", node.downloads), ("likes", node.likes)] {
        if let Some(value) = value {
            text += &format!("\n{name}: {value}");
        }
    }
    text + &format!("\ndescendants: {}, direct: {}", node.descendants, node.direct)
}
