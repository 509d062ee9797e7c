use std::cmp::Reverse;
use std::collections::BTreeMap;

use petgraph::graph::{DiGraph, EdgeIndex};
use petgraph::visit::EdgeRef;

use super::layout::Layout;
use super::mark::{LINE, Point};

/// Lanes beside each other of which an eye can still follow one.
const MOST: usize = 24;
/// Parents that have one, at the most: short ones may share a lane.
const PARENTS: usize = 200;
/// From lane to lane, and from the widest row beside them to the first.
const PITCH: f64 = 7.0;
/// Between a label and its link.
const AFTER: f64 = 5.0;
/// What leaves a row runs so far above its middle, what comes to it below.
const OFF: f64 = 2.5;
/// How much of a corner is cut, so that one sees which way a link turns.
const CUT: f64 = 4.0;

/// The links of an outline that lead from a node's further parents, beside all labels: each parent has a lane to the right of the
/// rows that it passes, which its links share.
#[derive(Debug)]
pub(super) struct Lanes {
    /// Each link with the corners of its way, from the parent on.
    pub ways: Vec<(EdgeIndex, Vec<Point>)>,
    /// How wide the page is with them.
    pub width: f64,
}

/// The links of a graph that lead from further parents than the one under which a node stands.
pub(super) fn further<N, E>(layout: &Layout, graph: &DiGraph<N, E>) -> Vec<EdgeIndex> {
    let is_further = |link: &EdgeIndex| {
        graph.edge_endpoints(*link).is_some_and(|(_, child)| layout.above[child.index()] != Some(*link))
    };
    graph.edge_indices().filter(is_further).collect()
}

impl Lanes {
    /// Leads them, unless there are more than anybody can follow. Nothing may stand to the right of a node that has such a link.
    pub fn new<N, E>(layout: &Layout, widths: &[f64], graph: &DiGraph<N, E>) -> Option<Lanes> {
        let mut of: BTreeMap<usize, Vec<(usize, EdgeIndex)>> = BTreeMap::new();
        let links = further(layout, graph);
        for link in graph.edge_references().filter(|link| links.binary_search(&link.id()).is_ok()) {
            of.entry(link.source().index()).or_default().push((link.target().index(), link.id()));
        }
        if of.len() > PARENTS {
            return None;
        }
        let y = |node: usize| layout.places[node].1;
        let mut spans: Vec<(f64, f64, usize)> = of
            .iter()
            .map(|(parent, children)| {
                let rows = || children.iter().map(|(child, _)| y(*child)).chain([y(*parent)]);
                (rows().fold(f64::INFINITY, f64::min), rows().fold(0.0, f64::max), *parent)
            })
            .collect();
        // Short ones are the nearest to their labels.
        spans.sort_by_key(|(top, bottom, parent)| ((bottom - top) as u64, Reverse(*parent)));
        // Lanes have places at even distances, of which each is known by its number, from the left.
        let mut lanes: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
        let mut width = layout.width;
        let mut ways = Vec::with_capacity(links.len());
        for (top, bottom, parent) in spans {
            let is_free = |taken: &(f64, f64)| taken.1 + PITCH < top || bottom + PITCH < taken.0;
            let passed = |(_, y): &Point| (top - LINE..=bottom + LINE).contains(y);
            let rights = layout.places.iter().zip(widths).filter(|(place, _)| passed(place));
            let right = rights.map(|((x, _), wide)| x + wide + AFTER).fold(0.0, f64::max);
            let first = (right / PITCH).ceil() as usize + 1;
            let is_lane = |at: &usize| lanes.get(at).is_none_or(|lane| lane.iter().all(is_free));
            let at = (first..first + MOST).find(is_lane)?;
            lanes.entry(at).or_default().push((top, bottom));
            let x = at as f64 * PITCH;
            width = width.max(x);
            let end = |node: usize| layout.places[node].0 + widths[node] + AFTER;
            for (child, link) in &of[&parent] {
                let (from, to) = (y(parent) - OFF, y(*child) + OFF);
                let cut = CUT.copysign(to - from);
                let way = vec![
                    (end(parent), from),
                    (x - CUT, from),
                    (x, from + cut),
                    (x, to - cut),
                    (x - CUT, to),
                    (end(*child), to),
                ];
                ways.push((*link, way));
            }
        }
        Some(Lanes { ways, width: width + PITCH })
    }
}
