use std::cmp::Reverse;
use std::collections::VecDeque;

use petgraph::Incoming;
use petgraph::graph::{DiGraph, EdgeIndex, EdgeReference, NodeIndex};
use petgraph::visit::{Bfs, EdgeRef, VisitMap, Visitable};

use super::mark::{LINE, PAGE, Point};

/// How far children stand to the right of their parent.
pub(super) const INDENT: f64 = 22.0;
/// Room between boxes beside each other.
const GAP: f64 = 14.0;
/// The least width that is laid out in, however deep it goes.
const LEAST: f64 = 320.0;

/// Where every node of a drawing stands. The drawing is an outline: children stand under their parent, a step to the
/// right. Those with children of their own are boxes, set in rows as wide as the page; those without stand in columns.
/// So no label lies on another, whatever the shape of the tree. A node with several parents stands under the first that
/// is met; where its other links are to be drawn, nothing stands to the right of it.
#[derive(Debug)]
pub(super) struct Layout {
    /// The left end of each node's line, and its middle.
    pub places: Vec<Point>,
    /// The link by which each one stands under another.
    pub above: Vec<Option<EdgeIndex>>,
    /// The lines from parents to the children under them.
    pub rails: Vec<Rail>,
    pub width: f64,
    pub height: f64,
}

/// The line that leads from a parent to a child: a trunk, which siblings share, and a last piece of its own, which ends at
/// the child's place.
#[derive(Debug, Clone)]
pub(super) struct Rail {
    pub child: usize,
    /// The corners of the trunk, from the parent on.
    pub trunk: Vec<Point>,
}

/// A node while it is laid out.
#[derive(Debug, Clone, Default)]
struct Cell {
    /// The link to the one under which it stands.
    above: Option<EdgeIndex>,
    depth: usize,
    children: Vec<usize>,
    /// Something in it wants the room to its right.
    is_open: bool,
    /// Of its own line.
    line: f64,
    /// With all that stands under it.
    width: f64,
    height: f64,
}

impl Layout {
    /// Lays the nodes of a graph out that are as wide as `widths` say; `weights` sort siblings, the heaviest first. If
    /// `has_lanes`, nothing stands to the right of a node that has a link across.
    pub fn new<N, E>(
        widths: &[f64],
        weights: &[u64],
        graph: &DiGraph<N, E>,
        starts: &[usize],
        has_lanes: bool,
    ) -> Layout {
        let (mut cells, order) = outline(widths, weights, graph, starts);
        if has_lanes {
            open(&mut cells, &order, graph);
        }
        let tried = [640.0, 800.0, 1000.0, 1250.0, 1600.0, 2000.0, 2500.0, 3200.0, 4000.0];
        let fits = tried.map(|page| {
            let layout = place(cells.clone(), &order, page);
            let off = (layout.width / layout.height.max(1.0) / PAGE).ln().abs();
            (off, layout)
        });
        let best = fits.into_iter().min_by(|(one, _), (other, _)| one.total_cmp(other));
        best.map_or_else(|| place(cells, &order, tried[0]), |(_, layout)| layout)
    }
}

/// The tree that is drawn: every node under the parent that a walk from the starts meets first. Gives the nodes in the order
/// of the walk, too.
fn outline<N, E>(widths: &[f64], weights: &[u64], graph: &DiGraph<N, E>, starts: &[usize]) -> (Vec<Cell>, Vec<usize>) {
    let mut walk = Bfs { stack: VecDeque::new(), discovered: graph.visit_map() };
    // Roots first, all at once, so that a node stands under the nearest; what only a cycle holds is entered at its first.
    let all = || starts.iter().map(|at| NodeIndex::new(*at)).chain(graph.node_indices());
    let roots = all().filter(|at| graph.neighbors_directed(*at, Incoming).next().is_none());
    walk.stack.extend(roots.filter(|at| walk.discovered.visit(*at)));
    let mut entries = all();
    let mut order: Vec<NodeIndex> = Vec::with_capacity(widths.len());
    loop {
        order.extend(std::iter::from_fn(|| walk.next(graph)));
        let Some(entry) = entries.find(|at| walk.discovered.visit(*at)) else { break };
        walk.stack.push_back(entry);
    }
    let mut met = vec![0; widths.len()];
    order.iter().enumerate().for_each(|(at, node)| met[node.index()] = at);
    let mut cells: Vec<Cell> = widths.iter().map(|width| Cell { line: *width, ..Cell::default() }).collect();
    for node in &order {
        let before = |link: &EdgeReference<'_, E>| met[link.source().index()];
        let first = graph.edges_directed(*node, Incoming).min_by_key(before);
        if let Some(link) = first.filter(|link| before(link) < met[node.index()]) {
            let (parent, child) = (link.source().index(), node.index());
            cells[child].above = Some(link.id());
            cells[child].depth = cells[parent].depth + 1;
            cells[parent].children.push(child);
        }
    }
    for cell in &mut cells {
        cell.children.sort_by_key(|child| (Reverse(weights[*child]), *child));
    }
    (cells, order.into_iter().map(NodeIndex::index).collect())
}

/// Marks what has a link across, and what it stands in.
fn open<N, E>(cells: &mut [Cell], order: &[usize], graph: &DiGraph<N, E>) {
    for link in graph.edge_references() {
        let (parent, child) = (link.source().index(), link.target().index());
        if cells[child].above != Some(link.id()) {
            (cells[parent].is_open, cells[child].is_open) = (true, true);
        }
    }
    for at in order.iter().rev() {
        let above = cells[*at].above.and_then(|link| graph.edge_endpoints(link));
        if let (true, Some((parent, _))) = (cells[*at].is_open, above) {
            cells[parent.index()].is_open = true;
        }
    }
}

/// Where a child stands in its parent's box.
struct Spot {
    child: usize,
    x: f64,
    y: f64,
    /// The top of its block of columns, if it is in one.
    top: Option<f64>,
}

/// Sets the children of a cell in a page of some width: those without children in columns, the others in rows, of which an
/// open one ends its row. Gives their places and the extent of all.
fn set(cells: &[Cell], at: usize, page: f64) -> (Vec<Spot>, f64, f64) {
    let (boxes, leaves): (Vec<usize>, Vec<usize>) =
        cells[at].children.iter().partition(|child| !cells[**child].children.is_empty() || cells[**child].is_open);
    let mut spots = Vec::new();
    let (mut width, mut height) = (0.0f64, 0.0f64);
    if !leaves.is_empty() {
        let rows = rows(cells, &leaves, page);
        for column in leaves.chunks(rows) {
            for (row, leaf) in column.iter().enumerate() {
                spots.push(Spot { child: *leaf, x: width, y: row as f64 * LINE, top: Some(0.0) });
            }
            width += widest(cells, column);
        }
        height = rows as f64 * LINE + 4.0;
    }
    let (mut x, mut row_height, mut is_full) = (0.0f64, 0.0f64, false);
    for child in boxes {
        let cell = &cells[child];
        if x > 0.0 && (is_full || x + cell.width > page) {
            height += row_height;
            (x, row_height) = (0.0, 0.0);
        }
        is_full = cell.is_open;
        spots.push(Spot { child, x, y: height + 4.0, top: None });
        x += cell.width + GAP;
        width = width.max(x);
        row_height = row_height.max(cell.height + 6.0);
    }
    (spots, width, height + row_height)
}

fn widest(cells: &[Cell], column: &[usize]) -> f64 {
    column.iter().map(|leaf| cells[*leaf].line).fold(0.0, f64::max) + GAP
}

/// In how many rows leaves stand: in as few as the page has columns for.
fn rows(cells: &[Cell], leaves: &[usize], page: f64) -> usize {
    let narrowest = leaves.iter().map(|leaf| cells[*leaf].line).fold(f64::INFINITY, f64::min) + GAP;
    let most = ((page / narrowest) as usize).clamp(1, leaves.len());
    let fits = |rows: &usize| leaves.chunks(*rows).map(|column| widest(cells, column)).sum::<f64>() <= page;
    (1..=most).rev().map(|columns| leaves.len().div_ceil(columns)).find(fits).unwrap_or(leaves.len())
}

fn place(mut cells: Vec<Cell>, order: &[usize], page: f64) -> Layout {
    let room = |depth: usize| (page - depth as f64 * INDENT).max(LEAST);
    for at in order.iter().rev() {
        let (_, width, height) = set(&cells, *at, room(cells[*at].depth + 1));
        let cell = &mut cells[*at];
        cell.width = cell.line.max(INDENT + width);
        cell.height = LINE + height;
    }
    let mut places = vec![(0.0, 0.0); cells.len()];
    let mut rails = Vec::new();
    // The roots are set as the children of one that is not drawn.
    let above: Vec<Option<EdgeIndex>> = cells.iter().map(|cell| cell.above).collect();
    let roots: Vec<usize> = order.iter().copied().filter(|at| above[*at].is_none()).collect();
    cells.push(Cell { children: roots, ..Cell::default() });
    let (spots, width, height) = set(&cells, cells.len() - 1, page);
    let mut tops = vec![(0.0, 0.0); cells.len()];
    for spot in spots {
        tops[spot.child] = (spot.x, spot.y);
    }
    for at in order {
        let (left, top) = tops[*at];
        places[*at] = (left, top + LINE / 2.0);
        let (spots, ..) = set(&cells, *at, room(cells[*at].depth + 1));
        for spot in spots {
            let (x, y) = (left + INDENT + spot.x, top + LINE + spot.y);
            tops[spot.child] = (x, y);
            let (start, middle) = ((left, top + LINE / 2.0), y + LINE / 2.0);
            // Lines run above rows and left of columns, through no label.
            let trunk = match spot.top {
                _ if spot.x == 0.0 => vec![start, (left, middle)],
                Some(block) => {
                    let (row, column) = (top + LINE + block - 1.0, x - GAP + 4.0);
                    vec![start, (left, row), (column, row), (column, middle)]
                }
                None => vec![start, (left, y - 1.0), (x, y - 1.0)],
            };
            rails.push(Rail { child: spot.child, trunk });
        }
    }
    Layout { places, above, rails, width, height }
}
