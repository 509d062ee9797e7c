use std::collections::{BTreeMap, HashMap};

use super::super::{grouped, printable};
use super::sheet::{Anchor, Area, COLOURS, Letters, Sheet};
use super::{Flow, Unit, labels, shown};

/// A name on one side, with all that flows from or to it.
struct Node {
    name: String,
    value: f64,
    top: f64,
    /// What is filled of it already.
    used: f64,
}

pub(super) fn draw(sheet: &mut Sheet, area: Area, links: &[Flow], unit: Unit) {
    let em = sheet.em;
    let gap = em * labels::LINE;
    let area = Area { top: area.top + 0.5 * em, bottom: area.bottom - 0.5 * em, ..area };
    // A quarter of the height at least is for bands that are wider than a name is high.
    let most = labels::fitting(area.height() * 0.75, gap).max(2);
    let drawn = || links.iter().filter(|flow| flow.value.is_finite() && flow.value > 0.0);
    let [from, to] = [|flow: &Flow| flow.from.clone(), |flow: &Flow| flow.to.clone()]
        .map(|name| side(drawn().map(|flow| (name(flow), flow.value)), most));
    let ([mut left, mut right], [of_left, of_right]) = ([from.0, to.0], [from.1, to.1]);
    let mut bands: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for flow in drawn() {
        if let (Some(from), Some(to)) = (of_left.get(&flow.from), of_right.get(&flow.to)) {
            *bands.entry((*from, *to)).or_default() += flow.value;
        }
    }
    let total: f64 = left.iter().map(|node| node.value).sum();
    if !(total.is_finite() && total > 0.0) {
        return;
    }
    let scale = scale(&[&left, &right], area.height(), gap, total);
    for nodes in [&mut left, &mut right] {
        // In the middle of its room, so that its name stands beside it.
        let mut top = area.top;
        for node in nodes.iter_mut() {
            let (high, room) = (node.value * scale, room(node.value * scale, gap));
            node.top = top + (room - high) / 2.0;
            top += room;
        }
    }
    let widths = left
        .iter()
        .chain(&right)
        .map(|node| sheet.measured(&format!("{} {}", node.name, shown(node.value, unit)), sheet.plain()));
    let side = widths.fold(0.0, f64::max).min(area.width() * 0.36 - 1.3 * em) + 1.25 * em;
    let thick = 0.7 * em;
    let ends = [area.left + side, area.right - side];
    for ((from, to), value) in bands {
        let high = value * scale;
        let (one, other) = (&mut left[from], &mut right[to]);
        let (y0, y1) = (one.top + one.used, other.top + other.used);
        one.used += high;
        other.used += high;
        let (x0, x1) = (ends[0] + thick / 2.0, ends[1] - thick / 2.0);
        let middle = (x0 + x1) / 2.0;
        let path = format!(
            "M{x0:.1} {y0:.1}C{middle:.1} {y0:.1} {middle:.1} {y1:.1} {x1:.1} {y1:.1}L{x1:.1} {:.1}C{middle:.1} {:.1} {middle:.1} {:.1} {x0:.1} {:.1}Z",
            y1 + high,
            y1 + high,
            y0 + high,
            y0 + high
        );
        let told = format!("{} to {}: {}", one.name, other.name, shown(value, unit));
        sheet.area(&path, &format!("c{}", from % COLOURS), 0.38, &told);
    }
    for (nodes, (x, anchor, way)) in [(&left, (ends[0], Anchor::End, -1.0)), (&right, (ends[1], Anchor::Start, 1.0))] {
        let wanted: Vec<f64> = nodes.iter().map(|node| node.top + node.value * scale / 2.0).collect();
        let mut heights = wanted.clone();
        labels::apart(&mut heights, gap, area.top, area.bottom);
        for (at, (node, height)) in nodes.iter().zip(heights).enumerate() {
            let number = shown(node.value, unit);
            let bar = Area {
                left: x - thick / 2.0,
                right: x + thick / 2.0,
                top: node.top,
                bottom: node.top + (node.value * scale).max(0.8),
            };
            // A name has one colour on both sides.
            let colour = if way < 0.0 { Some(at) } else { left.iter().position(|other| other.name == node.name) };
            let class = format!("c{}", colour.unwrap_or(COLOURS - 1) % COLOURS);
            sheet.rect(bar, &class, 1.0, &format!("{}: {number}", node.name));
            let edge = x + way * thick * 0.5;
            if (height - wanted[at]).abs() > 0.3 * em {
                sheet.rule((edge + way * 0.15 * em, wanted[at]), (edge + way * 0.6 * em, height), "base", 0.055 * em);
            }
            let letters: Letters<'_> = sheet.plain();
            let rest = side - 1.2 * em - sheet.measured(&format!(" {number}"), letters);
            let name = sheet.ruler.shortened(&printable(&node.name), letters.size, letters.weight, rest);
            let (text, whole) = match anchor {
                Anchor::End => (format!("{name} {number}"), format!("{} {number}", node.name)),
                _ => (format!("{number} {name}"), format!("{number} {}", node.name)),
            };
            sheet.text((edge + way * 0.7 * em, height + 0.36 * letters.size), anchor, letters, &text, &whole);
        }
    }
}

/// How much of the height something so high has: a line at least, for its name.
fn room(high: f64, gap: f64) -> f64 {
    (high + 0.3 * gap).max(gap)
}

/// How high one is, so that all of each side have room.
fn scale(sides: &[&[Node]], height: f64, gap: f64, total: f64) -> f64 {
    let fits = |scale: f64| {
        let high = |nodes: &[Node]| nodes.iter().map(|node| room(node.value * scale, gap)).sum::<f64>();
        sides.iter().all(|nodes| high(nodes) <= height)
    };
    // The height grows with the scale: between nothing and all of it for bands it is halved again and again.
    let (mut low, mut high) = (0.0, height / total);
    for _ in 0..40 {
        let middle = f64::midpoint(low, high);
        if fits(middle) { low = middle } else { high = middle }
    }
    low
}

/// The names of one side, those with most first; the smallest, which have no room, are one together, and come last. Gives also
/// where each name stands.
fn side(values: impl Iterator<Item = (String, f64)>, most: usize) -> (Vec<Node>, HashMap<String, usize>) {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    values.for_each(|(name, value)| *sums.entry(name).or_default() += value);
    let mut order: Vec<(String, f64)> = sums.into_iter().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let kept = if order.len() > most { most - 1 } else { order.len() };
    let rest: f64 = order[kept..].iter().map(|(_, value)| value).sum();
    let node = |name: String, value| Node { name, value, top: 0.0, used: 0.0 };
    let mut nodes: Vec<Node> = order[..kept].iter().map(|(name, value)| node(name.clone(), *value)).collect();
    if kept < order.len() {
        nodes.push(node(format!("{} others", grouped((order.len() - kept) as u64)), rest));
    }
    let places = order.into_iter().enumerate().map(|(at, (name, _))| (name, at.min(kept))).collect();
    (nodes, places)
}
