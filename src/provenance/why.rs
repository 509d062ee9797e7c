use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use crate::lineage::{Edge, Lineage, WayCount, Ways};
use crate::model::Learned;
use crate::snapshot::Row;

/// A `Why` tells how a model descends from another one (docs/definitions.md, 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// This is the model that descends.
    pub model: Row,
    /// It descends from this one.
    pub ancestor: Row,
    /// These ways are told, each from the ancestor down to the model: first one with the fewest links of all, then others, the shortest
    /// first, a cycle counting as one model.
    pub shown: Vec<Vec<Step>>,
    /// There are so many ways.
    pub ways: WayCount,
    /// These models lie on all of them, the two ends left out, from the top down.
    pub on_all: Vec<Row>,
    /// So many models lie on any of them, the two ends left out.
    pub between: usize,
    /// These links on the ways are only inferred, each as parent and child.
    pub inferred: Vec<(Row, Row)>,
}

/// A `Step` is a model on a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    /// This is the model.
    pub row: Row,
    /// This is the link by which the way leads to it; the way begins without one.
    pub edge: Option<Edge>,
}

impl Why {
    /// Finds the ways from an ancestor down to a model, and tells at most so many of them; nothing if there is none.
    pub fn of(lineage: &Lineage, model: Row, ancestor: Row, most: usize) -> Option<Why> {
        let ways = Ways::between(lineage, ancestor, model).filter(|_| model != ancestor)?;
        let is_between = |row: &&Row| ![model, ancestor].contains(row);
        let between = ways.rows().iter().filter(is_between).count();
        // Every one of them is above or below every other one: the fewer are above, the higher it stands.
        let mut on_all: Vec<Row> =
            ways.rows().iter().filter(is_between).filter(|row| ways.is_unavoidable(**row)).copied().collect();
        on_all.sort_by_cached_key(|row| (ways.node(*row), *row));
        let links = ways.rows().iter().flat_map(|child| {
            let parents = lineage.parents(*child).filter(|(parent, _)| ways.rows().binary_search(parent).is_ok());
            parents.map(move |(parent, edge)| (parent, *child, edge))
        });
        let inferred = links.filter(|(.., edge)| edge.learned == Learned::Inferred);
        let inferred = inferred.map(|(parent, child, _)| (parent, child)).collect();
        let shown = shown(lineage, &ways, ancestor, model, most.max(1));
        Some(Why { model, ancestor, shown, ways: ways.count_from(ancestor), on_all, between, inferred })
    }
}

/// The ways that are told.
fn shown(lineage: &Lineage, ways: &Ways, from: Row, to: Row, most: usize) -> Vec<Vec<Step>> {
    let shortest = narrow(lineage, ways, from, to, |_, _| true);
    let nodes = |way: &[Step]| {
        let mut nodes: Vec<usize> = way.iter().filter_map(|step| ways.node(step.row)).collect();
        nodes.dedup();
        nodes
    };
    let first = nodes(&shortest);
    let mut shown = vec![shortest];
    for way in in_order(lineage, ways, from, to, most) {
        if shown.len() < most && way != first {
            let next: BTreeMap<usize, usize> = way.windows(2).map(|pair| (pair[0], pair[1])).collect();
            let leads = |one: usize, other: usize| one == other || next.get(&one) == Some(&other);
            shown.push(narrow(lineage, ways, from, to, leads));
        }
    }
    shown
}

/// A way with the fewest links among those over nodes that lead on to each other; of several the first by row, from below.
fn narrow(lineage: &Lineage, ways: &Ways, from: Row, to: Row, leads: impl Fn(usize, usize) -> bool) -> Vec<Step> {
    // From below, so that every step up is one that was met.
    let mut next: BTreeMap<Row, (Row, Edge)> = BTreeMap::new();
    let mut queue = VecDeque::from([to]);
    while let Some(at) = queue.pop_front().filter(|at| *at != from) {
        let Some(own) = ways.node(at) else { continue };
        for (parent, edge) in lineage.parents(at) {
            let is_way = ways.node(parent).is_some_and(|place| leads(place, own));
            if is_way && parent != to && !next.contains_key(&parent) {
                next.insert(parent, (at, edge));
                queue.push_back(parent);
            }
        }
    }
    let mut way = vec![Step { row: from, edge: None }];
    let mut at = from;
    while let Some((child, edge)) = next.get(&at).filter(|_| at != to) {
        way.push(Step { row: *child, edge: Some(*edge) });
        at = *child;
    }
    way
}

/// The first ways over nodes, the shortest first. It is known from each node how far the end is, so that nothing is gone into that
/// is not told.
fn in_order(lineage: &Lineage, ways: &Ways, from: Row, to: Row, most: usize) -> Vec<Vec<usize>> {
    let (Some(start), Some(end)) = (ways.node(from), ways.node(to)) else { return Vec::new() };
    let mut down: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut up: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for child in ways.rows() {
        for (parent, _) in lineage.parents(*child) {
            if let (Some(above), Some(below)) = (ways.node(parent), ways.node(*child))
                && above != below
            {
                down.entry(above).or_default().push(below);
                up.entry(below).or_default().push(above);
            }
        }
    }
    down.values_mut().for_each(|nodes| {
        nodes.sort_unstable();
        nodes.dedup();
    });
    let mut far = BTreeMap::from([(end, 0usize)]);
    let mut queue = VecDeque::from([end]);
    while let Some(at) = queue.pop_front() {
        for above in up.get(&at).into_iter().flatten() {
            if !far.contains_key(above) {
                far.insert(*above, far[&at] + 1);
                queue.push_back(*above);
            }
        }
    }
    // The whole length, then what is left of it: of equally long ones the one that is nearly there goes on.
    let mut open = BinaryHeap::from([Reverse((far.get(&start).copied().unwrap_or(0), 0, vec![start]))]);
    let mut found = Vec::new();
    while let Some(Reverse((_, _, way))) = open.pop().filter(|_| found.len() <= most) {
        let at = way[way.len() - 1];
        if at == end {
            found.push(way);
            continue;
        }
        for below in down.get(&at).into_iter().flatten() {
            let Some(left) = far.get(below) else { continue };
            let longer: Vec<usize> = way.iter().copied().chain([*below]).collect();
            open.push(Reverse((way.len() + left, *left, longer)));
        }
    }
    found
}
