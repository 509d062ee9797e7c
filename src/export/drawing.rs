use std::collections::BTreeSet;

use petgraph::Incoming;
use petgraph::algo::connected_components;
use petgraph::graph::{DiGraph, EdgeIndex};

use super::lanes::{Lanes, further};
use super::layers::{End, Head, Layers, Piece};
use super::layout::Layout;
use super::mark::{MARGIN, Mark, PAGE, Pen, Point, Stroke};
use super::shape::Shape;
use super::{ColorBy, Graph, Lead, Paint, Status, legend};
use crate::lineage::{self, Reach, Selection};
use crate::model::Relation;

/// The least width of a page, and of what stands within one.
const NARROWEST: f64 = 880.0;
const WITHIN: f64 = 440.0;
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

/// Where a drawing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is a file, and says itself what it shows.
    File,
    /// It stands within a page that says it.
    Page,
}

/// What is drawn, before it is known where on the page.
struct Plan<'g> {
    shapes: Vec<Shape<'g>>,
    /// The left end of each shape, and its middle.
    places: Vec<Point>,
    size: Point,
    lines: Vec<Mark>,
    /// How links are drawn, if that is to be told.
    told: Option<&'static str>,
}

impl<'g> Plan<'g> {
    fn new(graph: &Graph<'g>, by: ColorBy) -> Plan<'g> {
        let selection = graph.selection();
        let named = if selection.start().len() > MARKED { &[] } else { selection.start() };
        let is_named = |number: usize| graph.row(number).is_some_and(|row| named.binary_search(&row).is_ok());
        let shapes: Vec<Shape<'_>> = graph.nodes().map(|node| (is_named(node.number), node)).map(Shape::new).collect();
        let links = selection.graph();
        match layers(graph, &links, &shapes) {
            Some((shapes, layers)) => Plan {
                shapes,
                size: (layers.width, layers.height),
                lines: layered(&layers.pieces, &links, by),
                places: layers.places,
                told: (links.edge_count() > 0).then_some(LAYERS),
            },
            None => Plan::outline(selection, &links, shapes, by),
        }
    }

    fn outline(selection: &Selection, links: &Links, mut shapes: Vec<Shape<'g>>, by: ColorBy) -> Plan<'g> {
        let weight = |shape: &Shape<'_>| shape.node.descendants.max(shape.node.models - 1);
        let weights: Vec<u64> = shapes.iter().map(weight).collect();
        let starts: Vec<usize> = selection.start().iter().filter_map(|row| selection.place(*row)).collect();
        let laid = |shapes: &[Shape<'_>], has_lanes| {
            let widths: Vec<f64> = shapes.iter().map(|shape| shape.size().0).collect();
            let layout = Layout::new(&widths, &weights, links, &starts, has_lanes);
            (widths, layout)
        };
        let (widths, mut layout) = laid(&shapes, true);
        let further = further(&layout, links);
        let lanes = Lanes::new(&layout, &widths, links);
        let told = (!further.is_empty()).then_some(if lanes.is_some() { LANES } else { NOTES });
        if lanes.is_none() {
            for (parent, child) in further.into_iter().filter_map(|link| links.edge_endpoints(link)) {
                let name = shapes[parent.index()].node.label().into_owned();
                shapes[child.index()].others.push(name);
            }
            (_, layout) = laid(&shapes, false);
        }
        let mut lines = outlined(&layout, links, by);
        let width = lanes.as_ref().map_or(layout.width, |lanes| lanes.width);
        for (link, way) in lanes.into_iter().flat_map(|lanes| lanes.ways) {
            let pen = Pen::of(links[link], by);
            lines.extend(way.last().map(|end| head(*end, 1.0, pen)));
            lines.push(Mark::Lines(vec![way], pen));
        }
        Plan { shapes, places: layout.places, size: (width, layout.height), lines, told }
    }
}

impl Drawing {
    pub fn new(graph: &Graph<'_>, paint: &Paint, lead: Lead<'_>, place: Place) -> Drawing {
        let Plan { shapes, places, size, lines, told } = Plan::new(graph, paint.by());
        let mut marks = Vec::new();
        let least = if place == Place::File { NARROWEST } else { WITHIN };
        let page = (size.0 + 2.0 * MARGIN).max(least);
        let top = match place {
            Place::File => legend::write(&mut marks, graph, paint, told.unwrap_or_default(), page),
            Place::Page => legend::signs(&mut marks, graph, paint, page, MARGIN),
        };
        let moved = |(x, y): Point| (x + MARGIN, y + top);
        marks.extend(lines.into_iter().map(|mark| shifted(mark, &moved)));
        for (shape, place) in shapes.into_iter().zip(places) {
            let node = &shape.node;
            let lead = if node.status == Status::Collapsed { None } else { lead(&node.id) };
            marks.extend(shape.marks(moved(place), paint, lead));
        }
        Drawing { width: page.round(), height: (top + size.1 + MARGIN).round(), marks }
    }

    /// Where the middle of each node's dot stands, for formats that others draw.
    pub fn middles(graph: &Graph<'_>) -> Vec<Point> {
        let Plan { shapes, places, .. } = Plan::new(graph, ColorBy::Relation);
        shapes.iter().zip(places).map(|(shape, (x, y))| (x + shape.radius, y)).collect()
    }
}

type Links = DiGraph<lineage::Node, Relation>;

/// The layers, where ancestors are drawn, or few models of which many have several parents.
fn layers<'g>(graph: &Graph<'g>, links: &Links, shapes: &[Shape<'g>]) -> Option<(Vec<Shape<'g>>, Layers)> {
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
    // What a page has room for stands in whole lines. Of many generations it is a long band; with narrow labels less so.
    let narrow: Vec<Shape<'g>> = shapes.iter().cloned().map(Shape::narrow).collect();
    let [whole, broken] = [laid(shapes)?, laid(&narrow)?];
    if whole.width <= NARROWEST - 2.0 * MARGIN {
        return Some((shapes.to_vec(), whole));
    }
    let off = |layers: &Layers| (layers.width / layers.height.max(1.0) / PAGE).ln().abs();
    Some(if off(&whole) <= off(&broken) { (shapes.to_vec(), whole) } else { (narrow, broken) })
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
