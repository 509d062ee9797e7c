use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::algo::{greedy_feedback_arc_set, toposort};
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::mark::Point;

/// The most nodes and trunks.
const MOST: usize = 4_000;
/// The most that is left free over the whole width.
const GAP: f64 = 16.0;
/// Half of what a trunk takes of a column's height.
const TRUNK: f64 = 3.5;
/// How often the columns are gone over to find an order with few crossings, and places near the neighbours.
const ROUNDS: usize = 24;
/// How much more a trunk wants to run straight than a label wants to stand beside its neighbours.
const STRAIGHT: f64 = 4.0;
/// The least and the greatest room between columns.
const CHANNEL: (f64, f64) = (44.0, 150.0);
/// Room between a label's end and its links.
const AFTER: f64 = 4.0;

/// At which end of the drawing the models stand that were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Their descendants stand to the right of them.
    Left,
    /// Their ancestors stand to the left of them.
    Right,
}

/// Where every node of a drawing in layers stands: each generation has a column, and every link leads from a column to one
/// further right. A link that passes a column has a place of its own there, so it runs through no label; all links of one parent
/// share theirs, a trunk. This is the method of Sugiyama, Tagawa and Toda (1981): order by barycentres, and places by the least
/// squares that keep the order.
#[derive(Debug)]
pub(super) struct Layers {
    /// The left end of each node's box, and its middle.
    pub places: Vec<Point>,
    pub pieces: Vec<Piece>,
    pub width: f64,
    pub height: f64,
}

/// A piece of the way of one or more links, from left to right.
#[derive(Debug)]
pub(super) struct Piece {
    pub links: Vec<EdgeIndex>,
    pub ends: [Point; 2],
    pub head: Option<Head>,
}

/// Where a piece has the head of an arrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Right,
    /// The link is part of a cycle, and leads back.
    Left,
}

/// What has a place in a column: a node, or a trunk that passes it.
#[derive(Debug, Clone, Default)]
struct Item {
    column: usize,
    half: f64,
    is_trunk: bool,
    before: Vec<usize>,
    after: Vec<usize>,
}

/// A step between neighbouring columns that some links take.
struct Step {
    from: usize,
    to: usize,
    links: Vec<EdgeIndex>,
    is_back: bool,
}

impl Layers {
    /// Lays out nodes of these widths and heights; nothing if there are too many nodes and trunks for a picture in which links can
    /// be followed.
    pub fn new<N, E>(sizes: &[Point], graph: &DiGraph<N, E>, end: End) -> Option<Layers> {
        let back: BTreeSet<EdgeIndex> = greedy_feedback_arc_set(graph).map(|link| link.id()).collect();
        let mut net = Net::new(graph, &back, end, sizes)?;
        net.order();
        let middles = net.middles();
        Some(net.drawn(sizes, &middles))
    }
}

/// Nodes and trunks, with the steps between them.
struct Net {
    /// The nodes first, as they are numbered, then the trunks.
    items: Vec<Item>,
    steps: Vec<Step>,
    /// What stands in each column, from the top.
    columns: Vec<Vec<usize>>,
    nodes: usize,
}

impl Net {
    fn new<N, E>(graph: &DiGraph<N, E>, back: &BTreeSet<EdgeIndex>, end: End, sizes: &[Point]) -> Option<Net> {
        let columns = columns(graph, back, end);
        let node =
            |(column, (_, height)): (&usize, &Point)| Item { column: *column, half: height / 2.0, ..Item::default() };
        let mut net = Net {
            items: columns.iter().zip(sizes).map(node).collect(),
            steps: Vec::new(),
            columns: vec![Vec::new(); columns.iter().max().map_or(0, |last| last + 1)],
            nodes: columns.len(),
        };
        // Of each node the links that lead right from it: its own, and those of a cycle that come back to it.
        let mut leading: BTreeMap<(usize, bool), Vec<(usize, EdgeIndex)>> = BTreeMap::new();
        for link in graph.edge_references() {
            let (parent, child, is_back) = (link.source().index(), link.target().index(), back.contains(&link.id()));
            let (from, to) = if is_back { (child, parent) } else { (parent, child) };
            leading.entry((from, is_back)).or_default().push((to, link.id()));
        }
        for ((from, is_back), links) in leading {
            net.trunk(from, is_back, links);
            if net.items.len() > MOST {
                return None;
            }
        }
        for (at, item) in net.items.iter().enumerate() {
            net.columns[item.column].push(at);
        }
        Some(net)
    }

    /// Leads links from a node to the right: through each column on one trunk, from which they branch.
    fn trunk(&mut self, from: usize, is_back: bool, mut links: Vec<(usize, EdgeIndex)>) {
        let mut at = from;
        while !links.is_empty() {
            let next = self.items[at].column + 1;
            let (here, further): (Vec<_>, Vec<_>) =
                links.into_iter().partition(|(to, _)| self.items[*to].column <= next);
            here.into_iter().for_each(|(to, link)| self.step(at, to, vec![link], is_back));
            if !further.is_empty() {
                let trunk = self.items.len();
                self.items.push(Item { column: next, half: TRUNK, is_trunk: true, ..Item::default() });
                self.step(at, trunk, further.iter().map(|(_, link)| *link).collect(), is_back);
                at = trunk;
            }
            links = further;
        }
    }

    fn step(&mut self, from: usize, to: usize, links: Vec<EdgeIndex>, is_back: bool) {
        self.items[from].after.push(to);
        self.items[to].before.push(from);
        self.steps.push(Step { from, to, links, is_back });
    }

    /// The numbers of all items in their columns.
    fn ranks(&self) -> Vec<usize> {
        let mut ranks = vec![0; self.items.len()];
        for column in &self.columns {
            column.iter().enumerate().for_each(|(rank, at)| ranks[*at] = rank);
        }
        ranks
    }

    /// Orders the columns so that few steps cross, from two beginnings: as the items are numbered, and as a walk meets them.
    fn order(&mut self) {
        let walked = self.walked();
        let [numbered, walked] = [self.columns.clone(), walked].map(|columns| {
            self.columns = columns;
            self.ordered()
        });
        self.columns = if walked.0 < numbered.0 { walked.1 } else { numbered.1 };
    }

    /// The columns in the order of a walk in depth, which leaves trees without a crossing.
    fn walked(&self) -> Vec<Vec<usize>> {
        let mut met = vec![false; self.items.len()];
        let mut columns = vec![Vec::new(); self.columns.len()];
        let mut open: Vec<usize> = (0..self.items.len()).rev().collect();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut met[at], true) {
                let item = &self.items[at];
                columns[item.column].push(at);
                open.extend(item.before.iter().chain(&item.after).rev());
            }
        }
        columns
    }

    /// Orders each column by the mean rank of its items' neighbours in the column before or after it, then by exchanging
    /// neighbours, again and again. Gives the order that has the fewest crossings, and how many.
    fn ordered(&mut self) -> (usize, Vec<Vec<usize>>) {
        let mut best = (self.crossings(), self.columns.clone());
        for round in 0..ROUNDS {
            if best.0 == 0 {
                break;
            }
            let is_down = round % 2 == 0;
            let mut order: Vec<usize> = (0..self.columns.len()).collect();
            if !is_down {
                order.reverse();
            }
            let mut ranks = self.ranks();
            for column in order {
                let mean = |at: &usize| {
                    let item = &self.items[*at];
                    let near = if is_down { &item.before } else { &item.after };
                    let sum: usize = near.iter().map(|other| ranks[*other]).sum();
                    if near.is_empty() { ranks[*at] as f64 } else { sum as f64 / near.len() as f64 }
                };
                let mut keyed: Vec<(f64, usize)> = self.columns[column].iter().map(|at| (mean(at), *at)).collect();
                // Ties are turned round every other time, so that they do not hold an order that is no good.
                if round % 4 > 1 {
                    keyed.reverse();
                }
                keyed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
                self.columns[column] = keyed.into_iter().map(|(_, at)| at).collect();
                self.columns[column].iter().enumerate().for_each(|(rank, at)| ranks[*at] = rank);
            }
            self.exchange(ranks);
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        best
    }

    /// Exchanges neighbours in a column while that makes fewer crossings.
    fn exchange(&mut self, mut ranks: Vec<usize>) {
        for _ in 0..8 {
            let mut is_better = false;
            for column in &mut self.columns {
                for at in 1..column.len() {
                    let (upper, lower) = (&self.items[column[at - 1]], &self.items[column[at]]);
                    let crossed = |one: &[usize], other: &[usize]| {
                        let passed = |a: &usize| other.iter().filter(|b| ranks[*a] > ranks[**b]).count();
                        one.iter().map(passed).sum::<usize>()
                    };
                    let now = crossed(&upper.before, &lower.before) + crossed(&upper.after, &lower.after);
                    let then = crossed(&lower.before, &upper.before) + crossed(&lower.after, &upper.after);
                    if then < now {
                        column.swap(at - 1, at);
                        (ranks[column[at - 1]], ranks[column[at]]) = (at - 1, at);
                        is_better = true;
                    }
                }
            }
            if !is_better {
                break;
            }
        }
    }

    /// How many pairs of steps cross.
    fn crossings(&self) -> usize {
        let ranks = self.ranks();
        let mut between: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.columns.len()];
        for step in &self.steps {
            between[self.items[step.from].column].push((ranks[step.from], ranks[step.to]));
        }
        let mut all = 0;
        for mut steps in between {
            steps.sort_unstable();
            // The ends that were met already, in order: those below the next one are crossed.
            let mut met: Vec<usize> = Vec::with_capacity(steps.len());
            for (_, end) in steps {
                let place = met.partition_point(|other| *other <= end);
                all += met.len() - place;
                met.insert(place, end);
            }
        }
        all
    }

    /// The middle of each item: as near to its neighbours' as the order lets it.
    fn middles(&self) -> Vec<f64> {
        let mut middles = vec![0.0; self.items.len()];
        for column in &self.columns {
            let mut y = 0.0;
            for at in column {
                y += self.items[*at].half;
                middles[*at] = y;
                y += self.items[*at].half;
            }
        }
        for round in 0..2 * ROUNDS {
            let mut order: Vec<usize> = (0..self.columns.len()).collect();
            if round % 2 == 1 {
                order.reverse();
            }
            // At first a column follows the one that was set before it, then both beside it.
            let is_both = round >= ROUNDS;
            for column in order {
                let wanted: Vec<(f64, f64)> = self.columns[column]
                    .iter()
                    .map(|at| {
                        let item = &self.items[*at];
                        let before = if is_both || round % 2 == 0 { &item.before[..] } else { &[] };
                        let after = if is_both || round % 2 == 1 { &item.after[..] } else { &[] };
                        let weight = |other: usize| {
                            if item.is_trunk && self.items[other].is_trunk { STRAIGHT } else { 1.0 }
                        };
                        let (sum, weights) = before
                            .iter()
                            .chain(after)
                            .fold((0.0, 0.0), |(sum, all), at| (sum + weight(*at) * middles[*at], all + weight(*at)));
                        if weights > 0.0 { (sum / weights, weights) } else { (middles[*at], 0.01) }
                    })
                    .collect();
                let halves: Vec<f64> = self.columns[column].iter().map(|at| self.items[*at].half).collect();
                for (at, middle) in self.columns[column].iter().zip(nearest(&wanted, &halves)) {
                    middles[*at] = middle;
                }
            }
        }
        self.close(middles)
    }

    /// Takes out what no item of any column needs of the height.
    fn close(&self, middles: Vec<f64>) -> Vec<f64> {
        let mut order: Vec<usize> = (0..middles.len()).collect();
        let top = |at: &usize| middles[*at] - self.items[*at].half;
        order.sort_by(|one, other| top(one).total_cmp(&top(other)));
        let mut closed = middles.clone();
        let (mut bottom, mut shift) = (-GAP, f64::NEG_INFINITY);
        for at in &order {
            shift = shift.max(top(at) - bottom - GAP);
            bottom = bottom.max(middles[*at] + self.items[*at].half - shift);
            closed[*at] = middles[*at] - shift;
        }
        closed.iter().map(|middle| middle.round()).collect()
    }

    fn drawn(&self, sizes: &[Point], middles: &[f64]) -> Layers {
        let mut wide = vec![0.0f64; self.columns.len()];
        for (item, (width, _)) in self.items.iter().zip(sizes) {
            wide[item.column] = wide[item.column].max(*width + AFTER);
        }
        let mut steepest = vec![0.0f64; self.columns.len()];
        for step in &self.steps {
            let column = self.items[step.from].column;
            steepest[column] = steepest[column].max((middles[step.from] - middles[step.to]).abs());
        }
        let mut lefts = Vec::with_capacity(wide.len());
        let mut width = 0.0;
        for (column, wide) in wide.iter().enumerate() {
            lefts.push(width);
            width += wide.ceil() + (steepest[column] / 3.0).clamp(CHANNEL.0, CHANNEL.1).ceil();
        }
        let right = |at: usize| lefts[self.items[at].column] + wide[self.items[at].column].ceil();
        let mut pieces = Vec::with_capacity(self.steps.len());
        // Along its column a trunk runs straight, and so does what leaves a label.
        let mut along: BTreeMap<(usize, bool), Vec<EdgeIndex>> = BTreeMap::new();
        for step in &self.steps {
            along.entry((step.from, step.is_back)).or_default().extend(&step.links);
            let (from, to) = (&self.items[step.from], &self.items[step.to]);
            let ends = [(right(step.from), middles[step.from]), (lefts[to.column], middles[step.to])];
            let head = (!to.is_trunk && !step.is_back).then_some(Head::Right);
            debug_assert!(from.column < to.column);
            pieces.push(Piece { links: step.links.clone(), ends, head });
        }
        for ((at, is_back), links) in along {
            let left = lefts[self.items[at].column];
            let begin = if at < self.nodes { left + sizes[at].0 + AFTER } else { left };
            let head = (at < self.nodes && is_back).then_some(Head::Left);
            pieces.push(Piece { links, ends: [(begin, middles[at]), (right(at), middles[at])], head });
        }
        let places = (0..self.nodes).map(|at| (lefts[self.items[at].column], middles[at])).collect();
        let bottom = self.items.iter().zip(middles).map(|(item, middle)| middle + item.half).fold(0.0, f64::max);
        let last = wide.last().map_or(0.0, |wide| lefts[lefts.len() - 1] + wide);
        Layers { places, pieces, width: last, height: bottom }
    }
}

/// The column of each node: as many links as the longest way has, from the left end or to the right one. What has no parent
/// stands beside its first child.
fn columns<N, E>(graph: &DiGraph<N, E>, back: &BTreeSet<EdgeIndex>, end: End) -> Vec<usize> {
    let ends = graph.edge_references().map(|link| {
        let (parent, child) = (link.source(), link.target());
        if back.contains(&link.id()) { (child, parent) } else { (parent, child) }
    });
    let mut acyclic: DiGraph<(), ()> = DiGraph::with_capacity(graph.node_count(), graph.edge_count());
    graph.node_indices().for_each(|_| _ = acyclic.add_node(()));
    ends.for_each(|(from, to)| _ = acyclic.add_edge(from, to, ()));
    // What is left of a graph without its feedback arcs has no cycle.
    let order = toposort(&acyclic, None).unwrap_or_default();
    let mut columns = vec![0usize; graph.node_count()];
    let farthest = |at: NodeIndex, towards: Direction, columns: &[usize]| {
        acyclic.neighbors_directed(at, towards).map(|other| columns[other.index()] + 1).max().unwrap_or(0)
    };
    match end {
        End::Left => {
            for at in &order {
                columns[at.index()] = farthest(*at, Direction::Incoming, &columns);
            }
            for at in order.iter().rev() {
                let first = acyclic.neighbors(*at).map(|child| columns[child.index()]).min();
                if let (0, Some(first)) = (columns[at.index()], first) {
                    columns[at.index()] = first - 1;
                }
            }
        }
        End::Right => {
            for at in order.iter().rev() {
                columns[at.index()] = farthest(*at, Direction::Outgoing, &columns);
            }
            let last = columns.iter().copied().max().unwrap_or(0);
            columns.iter_mut().for_each(|column| *column = last - *column);
        }
    }
    columns
}

/// The middles that are nearest to those wanted, by weighted squares, of items in a column that stand under each other: pools of
/// neighbours that want to pass each other are set as one (isotonic regression).
fn nearest(wanted: &[(f64, f64)], halves: &[f64]) -> Vec<f64> {
    // Where each would stand if all stood as close as they may.
    let mut close = Vec::with_capacity(halves.len());
    let mut y = 0.0;
    for half in halves {
        close.push(y + half);
        y += 2.0 * half;
    }
    // Pools: the sum of what is wanted, its weight, and how many they are.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((middle, weight), close) in wanted.iter().zip(&close) {
        let mut pool = ((middle - close) * weight, *weight, 1);
        while let Some(last) = pools.pop_if(|last| last.0 / last.1 > pool.0 / pool.1) {
            pool = (last.0 + pool.0, last.1 + pool.1, last.2 + pool.2);
        }
        pools.push(pool);
    }
    let shifts = pools.into_iter().flat_map(|(sum, weight, many)| std::iter::repeat_n(sum / weight, many));
    shifts.zip(close).map(|(shift, close)| shift + close).collect()
}
