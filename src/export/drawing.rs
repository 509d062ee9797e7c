use std::collections::BTreeSet;

use petgraph::Incoming;
use petgraph::algo::connected_components;
use petgraph::graph::{DiGraph, EdgeIndex};

use super::lanes::{Lanes, further};
use super::layers::{End, Head, Layers, Piece};
use super::layout::Layout;
use super::letters::{broken, shortened, width};
use super::mark::{FONT, Font, LINE, MARGIN, Mark, PAGE, PLAIN, Pen, Point, Stroke, dot, size};
use super::{ColorBy, Graph, Node, Paint, Status, legend};
use crate::ink::grouped;
use crate::lineage::{self, Reach};
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
/// The least width of a page.
const NARROWEST: f64 = 880.0;
/// Models that were named are marked, if they are no more than this; a family has hundreds.
const MARKED: usize = 12;
/// What lies below or around is drawn in layers too, if it is no more than this, hangs together, and a link in five
/// leads to a further parent.
const LAYERED: usize = 300;

/// How links are drawn, in the drawing's own words.
const LAYERS: &str = "Links lead from left to right; those of one parent share a line until they part.";
const LANES: &str = "A model stands under the nearest of its parents; arrows at the right lead from the others.";
const NOTES: &str = "A model stands under the nearest of its parents; what stands behind + are the others.";

/// A picture as a list of marks: a title, its definition, a legend and the nodes.
#[derive(Debug)]
pub(super) struct Drawing {
    pub width: f64,
    pub height: f64,
    /// In the order in which they cover each other.
    pub marks: Vec<Mark>,
}

/// A node as it is drawn.
#[derive(Clone)]
struct Shape<'g> {
    node: Node<'g>,
    lines: Vec<String>,
    font: Font,
    radius: f64,
    is_named: bool,
    /// Its further parents, if they are named and no line leads from them.
    others: Vec<String>,
}

impl<'g> Shape<'g> {
    fn new(node: Node<'g>, is_named: bool) -> Shape<'g> {
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
    fn narrow(mut self) -> Shape<'g> {
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
    fn size(&self) -> Point {
        let note = self.note().map_or(0.0, |note| 2.0 * BESIDE + width(&note, SMALL, false));
        (self.labelled() + note, LINE + (self.lines.len() - 1) as f64 * UNDER)
    }

    /// Marks with the left end of the dot at a place.
    fn marks(self, (x, y): Point, paint: &Paint) -> Vec<Mark> {
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
        marks.push(Mark::Told(tip, inner));
        marks
    }
}

type Links = DiGraph<lineage::Node, Relation>;

impl Drawing {
    pub fn new<'g>(graph: &Graph<'g>, paint: &Paint) -> Drawing {
        let selection = graph.selection();
        let named = if selection.start().len() > MARKED { &[] } else { selection.start() };
        let is_named = |node: &Node<'_>| graph.row(node.number).is_some_and(|row| named.binary_search(&row).is_ok());
        let shaped = |node: Node<'g>| {
            let is_named = is_named(&node);
            Shape::new(node, is_named)
        };
        let mut shapes: Vec<Shape<'_>> = graph.nodes().map(shaped).collect();
        let links = selection.graph();
        let (places, size, lines, told) = match layers(graph, &links, &mut shapes) {
            Some(layers) => {
                let size = (layers.width, layers.height);
                (layers.places, size, layered(&layers.pieces, &links, paint.by()), Some(LAYERS))
            }
            None => {
                let widths: Vec<f64> = shapes.iter().map(|shape| shape.size().0).collect();
                let weight = |shape: &Shape<'_>| shape.node.descendants.max(shape.node.models - 1);
                let weights: Vec<u64> = shapes.iter().map(weight).collect();
                let starts: Vec<usize> = selection.start().iter().filter_map(|row| selection.place(*row)).collect();
                let laid = |widths: &[f64], has_lanes| Layout::new(widths, &weights, &links, &starts, has_lanes);
                let mut layout = laid(&widths, true);
                let lanes = Lanes::new(&layout, &widths, &links);
                let further = further(&layout, &links);
                let told = (!further.is_empty()).then_some(if lanes.is_some() { LANES } else { NOTES });
                if lanes.is_none() {
                    let names: Vec<String> = shapes.iter().map(|shape| shape.node.label().into_owned()).collect();
                    let notes = further.into_iter().filter_map(|link| links.edge_endpoints(link));
                    notes.for_each(|(parent, child)| shapes[child.index()].others.push(names[parent.index()].clone()));
                    let widths: Vec<f64> = shapes.iter().map(|shape| shape.size().0).collect();
                    layout = laid(&widths, false);
                }
                let mut lines = outlined(&layout, &links, paint.by());
                let width = lanes.as_ref().map_or(layout.width, |lanes| lanes.width);
                for (link, way) in lanes.into_iter().flat_map(|lanes| lanes.ways) {
                    let pen = Pen::of(links[link], paint.by());
                    lines.extend(way.last().map(|end| head(*end, 1.0, pen)));
                    lines.push(Mark::Lines(vec![way], pen));
                }
                (layout.places, (width, layout.height), lines, told)
            }
        };
        let page = (size.0 + 2.0 * MARGIN).max(NARROWEST);
        let mut marks = Vec::new();
        let top = legend::write(&mut marks, graph, paint, told.unwrap_or_default(), page);
        let moved = |(x, y): Point| (x + MARGIN, y + top);
        marks.extend(lines.into_iter().map(|mark| shifted(mark, &moved)));
        for (shape, place) in shapes.into_iter().zip(places) {
            marks.extend(shape.marks(moved(place), paint));
        }
        Drawing { width: page.round(), height: (top + size.1 + MARGIN).round(), marks }
    }
}

/// The layers, where ancestors are drawn, or few models of which many have several parents.
fn layers<'g>(graph: &Graph<'g>, links: &Links, shapes: &mut Vec<Shape<'g>>) -> Option<Layers> {
    let roots = links.externals(Incoming).count();
    let further = links.edge_count() + roots - links.node_count();
    let is_woven = links.node_count() <= LAYERED && further > 0 && further * 5 >= links.edge_count();
    let is_woven = is_woven && connected_components(links) == 1;
    let end = match graph.selection().reach() {
        Some(Reach::Above) => End::Right,
        _ if is_woven => End::Left,
        _ => return None,
    };
    let laid = |shapes: &[Shape<'_>]| {
        let sizes: Vec<Point> = shapes.iter().map(Shape::size).collect();
        Layers::new(&sizes, links, end)
    };
    // Of many generations it is a long band; with narrow labels less so.
    let narrow: Vec<Shape<'g>> = shapes.iter().cloned().map(Shape::narrow).collect();
    let [whole, broken] = [laid(shapes)?, laid(&narrow)?];
    let off = |layers: &Layers| (layers.width / layers.height.max(1.0) / PAGE).ln().abs();
    if off(&whole) <= off(&broken) {
        return Some(whole);
    }
    *shapes = narrow;
    Some(broken)
}

/// The lines of layers. A piece that links of several relations take is grey.
fn layered(pieces: &[Piece], links: &Links, by: ColorBy) -> Vec<Mark> {
    let pen = |taken: &[EdgeIndex]| {
        let mut relations = taken.iter().map(|link| links[*link]);
        let first = relations.next();
        first.filter(|first| relations.all(|other| other == *first)).map_or(Pen::SHARED, |first| Pen::of(first, by))
    };
    let mut marks: Vec<Mark> = Vec::new();
    // What is shared lies under what is not.
    let (shared, own): (Vec<&Piece>, Vec<&Piece>) = pieces.iter().partition(|piece| pen(&piece.links) == Pen::SHARED);
    for piece in shared.into_iter().chain(own) {
        let [from, to] = piece.ends;
        let pen = pen(&piece.links);
        let middle = (from.0 + to.0) / 2.0;
        let to = if piece.head == Some(Head::Right) { (to.0 - 2.0, to.1) } else { to };
        marks.push(match from.1 == to.1 {
            true => Mark::Lines(vec![vec![from, to]], pen),
            false => Mark::Curve([from, (middle, from.1), (middle, to.1), to], pen),
        });
        match piece.head {
            Some(Head::Right) => marks.push(head(to, -1.0, pen)),
            Some(Head::Left) => marks.push(head(from, 1.0, pen)),
            None => (),
        }
    }
    marks
}

/// The head of an arrow that ends at a point, opened to the left (-1) or to the right (1).
fn head((x, y): Point, opened: f64, pen: Pen) -> Mark {
    let back = x + opened * 5.0;
    Mark::Lines(vec![vec![(back, y - 3.0), (x, y), (back, y + 3.0)]], Pen { width: 1.2, stroke: Stroke::Solid, ..pen })
}

/// The lines of an outline.
fn outlined(layout: &Layout, links: &Links, by: ColorBy) -> Vec<Mark> {
    let mut marks = Vec::new();
    // Siblings share their trunk's pieces: each is drawn once.
    let mut trunks: BTreeSet<[(i64, i64); 2]> = BTreeSet::new();
    for rail in &layout.rails {
        let tenths = |(x, y): Point| (((x + 4.0) * 10.0).round() as i64, (y * 10.0).round() as i64);
        let corners: Vec<(i64, i64)> = rail.trunk.iter().map(|corner| tenths(*corner)).collect();
        trunks.extend(corners.windows(2).map(|pair| [pair[0], pair[1]]));
        let relation = layout.above[rail.child].map_or(Relation::Unstated, |link| links[link]);
        if let Some(from) = corners.last().map(|corner| pixels(*corner)) {
            let (x, y) = layout.places[rail.child];
            // It comes from the left or straight from above.
            let to = if from.1 == y { (x, y) } else { (from.0, y) };
            marks.push(Mark::Lines(vec![vec![from, to]], Pen::of(relation, by)));
        }
    }
    let trunks = trunks.into_iter().map(|[from, to]| vec![pixels(from), pixels(to)]).collect();
    marks.push(Mark::Lines(trunks, Pen { width: 0.8, ..Pen::SHARED }));
    marks
}

fn pixels((x, y): (i64, i64)) -> Point {
    (x as f64 / 10.0, y as f64 / 10.0)
}

/// Lines where they stand on the page.
fn shifted(mark: Mark, moved: &impl Fn(Point) -> Point) -> Mark {
    match mark {
        Mark::Lines(lines, pen) => {
            Mark::Lines(lines.into_iter().map(|line| line.into_iter().map(moved).collect()).collect(), pen)
        }
        Mark::Curve(points, pen) => Mark::Curve(points.map(moved), pen),
        other => other,
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
