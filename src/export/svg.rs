use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};

use super::graph::LinkOut;
use super::layout::{LINE, Layout};
use super::xml::Xml;
use super::{Graph, Node, Paint, Status};
use crate::model::Relation;

/// Pixels that a letter of a label takes, somewhat more than Helvetica and Arial do at this size.
const LETTER: f64 = 6.1;
const FONT: f64 = 11.0;
/// Letters of a label that are drawn; the whole id stands in the tooltip.
const LONGEST: usize = 46;
const MARGIN: f64 = 24.0;

/// Draws a picture that needs no other program: an outline with a title, its definition and a legend.
pub(super) fn write(graph: &Graph<'_, '_>, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let nodes: Vec<Node<'_>> = graph.nodes().collect();
    let links: Vec<LinkOut> = graph.links().collect();
    let labels: Vec<String> = nodes.iter().map(label).collect();
    let widths: Vec<f64> =
        nodes.iter().zip(&labels).map(|(node, label)| 2.0 * radius(node) + 6.0 + wide(label)).collect();
    let weights: Vec<u64> = nodes.iter().map(|node| node.descendants.max(node.models - 1)).collect();
    let starts: Vec<usize> = graph.selection().start().iter().filter_map(|row| graph.selection().place(*row)).collect();
    let layout = Layout::of(&widths, &weights, &links, &starts);

    let width = (layout.width + 2.0 * MARGIN).max(880.0);
    let mut head = heading(graph, width - 2.0 * MARGIN);
    let legend_top = MARGIN + 10.0 + head.len() as f64 * 15.0 + 8.0;
    let top = legend_top + 2.0 * 22.0 + 10.0;
    let height = top + layout.height + MARGIN;
    let mut xml = Xml::begin(out)?;
    let size = [format!("{width:.0}"), format!("{height:.0}")];
    xml.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", &size[0]),
            ("height", &size[1]),
            ("viewBox", &format!("0 0 {} {}", size[0], size[1])),
            ("font-family", "Helvetica, Arial, Liberation Sans, sans-serif"),
            ("font-size", &FONT.to_string()),
        ],
    )?;
    xml.text("title", &[], &graph.about.title)?;
    xml.text("desc", &[], &graph.note())?;
    xml.empty("rect", &[("width", "100%"), ("height", "100%"), ("fill", "#FFFFFF")])?;
    let title = head.remove(0);
    say(&mut xml, MARGIN, MARGIN + 8.0, &title, &[("font-size", "17"), ("font-weight", "bold")])?;
    for (at, line) in head.iter().enumerate() {
        say(&mut xml, MARGIN, MARGIN + 26.0 + at as f64 * 15.0, line, &[("fill", "#555555")])?;
    }
    legend(&mut xml, paint, legend_top + 8.0)?;

    let at = |number: usize| {
        let (x, y) = layout.places[number];
        (x + MARGIN + radius(&nodes[number]), y + top)
    };
    xml.open("g", &[("fill", "none")])?;
    let relations: HashMap<(usize, usize), Relation> =
        links.iter().map(|link| ((link.parent, link.child), link.relation)).collect();
    let mut trunks: BTreeSet<String> = BTreeSet::new();
    for rail in &layout.rails {
        let corners: Vec<String> =
            rail.trunk.iter().map(|(x, y)| format!("{:.1} {:.1}", x + MARGIN + 4.0, y + top)).collect();
        // Siblings share their trunk's pieces: each is drawn once.
        trunks.extend(corners.windows(2).map(|pair| format!("M{}L{}", pair[0], pair[1])));
        let (to_x, to_y) = at(rail.child);
        let path = corners.last().map_or_else(String::new, |last| format!("M{last}L{to_x:.1} {to_y:.1}"));
        let relation = relations.get(&(rail.parent, rail.child)).copied().unwrap_or(Relation::Unstated);
        line(&mut xml, &path, relation, "1")?;
    }
    let trunks: String = trunks.into_iter().collect();
    xml.empty("path", &[("d", &trunks), ("stroke", "#999999"), ("stroke-width", "0.8")])?;
    for link in links.iter().filter(|link| layout.above[link.child] != Some(link.parent)) {
        let ((x, y), (to_x, to_y)) = (at(link.parent), at(link.child));
        let middle = (x + to_x) / 2.0;
        line(
            &mut xml,
            &format!("M{x:.1} {y:.1}C{middle:.1} {y:.1} {middle:.1} {to_y:.1} {to_x:.1} {to_y:.1}"),
            link.relation,
            "0.25",
        )?;
    }
    xml.close("g")?;
    for (node, label) in nodes.iter().zip(&labels) {
        let (x, y) = at(node.number);
        xml.open("g", &[])?;
        xml.text("title", &[], &tooltip(node))?;
        dot(&mut xml, x, y, radius(node), paint.color(node), node.status)?;
        let weight = if node.descendants > 0 { "bold" } else { "normal" };
        let style = if node.status == Status::Unlisted { "italic" } else { "normal" };
        say(&mut xml, x + radius(node) + 4.0, y + 3.8, label, &[("font-weight", weight), ("font-style", style)])?;
        xml.close("g")?;
    }
    xml.close("svg")
}

/// The title, then the rest of what the picture says of itself, in lines as wide as the page.
fn heading(graph: &Graph<'_, '_>, width: f64) -> Vec<String> {
    let notes = graph.notes();
    let note = |name: &str| notes.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str());
    let mut lines = vec![note("title").to_owned()];
    let snapshot = format!(
        "Snapshot of {}, sha256 {}; {}.",
        note("snapshot"),
        &note("sha256")[..12.min(note("sha256").len())],
        note("program")
    );
    // The title stands above already.
    let selection = note("selection").strip_prefix(&format!("{}.", note("title"))).unwrap_or(note("selection"));
    for text in [note("definition"), selection.trim(), &snapshot] {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if wide(&line) + wide(word) + LETTER > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line += if line.is_empty() { "" } else { " " };
            line += word;
        }
        lines.extend(Some(line).filter(|line| !line.is_empty()));
    }
    lines
}

/// What colours, sizes and lines mean.
fn legend(xml: &mut Xml<'_>, paint: &Paint, top: f64) -> io::Result<()> {
    let mut x = MARGIN;
    let word = |xml: &mut Xml<'_>, x: &mut f64, y: f64, text: &str| {
        let at = *x;
        *x += wide(text) + 16.0;
        say(xml, at, y + 4.0, text, &[])
    };
    word(xml, &mut x, top, &format!("{}:", paint.by().name()))?;
    for (name, color, count) in paint.legend() {
        dot(xml, x, top, 5.0, color, Status::Listed)?;
        x += 9.0;
        word(xml, &mut x, top, &format!("{name} ({count})"))?;
    }
    let (mut x, top) = (MARGIN, top + 22.0);
    word(xml, &mut x, top, "links:")?;
    for relation in [Relation::Finetune, Relation::Quantized, Relation::Adapter, Relation::Merge, Relation::Unstated] {
        line(xml, &format!("M{x:.1} {top:.1}h26"), relation, "1")?;
        x += 31.0;
        word(xml, &mut x, top, relation.name())?;
    }
    word(xml, &mut x, top, "descendants:")?;
    for descendants in [0u64, 10, 100, 1000] {
        let radius = size(descendants);
        dot(xml, x + radius, top, radius, "#FFFFFF", Status::Listed)?;
        x += 2.0 * radius + 4.0;
        word(xml, &mut x, top, &descendants.to_string())?;
    }
    dot(xml, x, top, 5.0, "#FFFFFF", Status::Unlisted)?;
    x += 9.0;
    word(xml, &mut x, top, "unlisted")
}

fn line(xml: &mut Xml<'_>, path: &str, relation: Relation, opacity: &str) -> io::Result<()> {
    let (dashes, width) = match relation {
        Relation::Quantized => ("5 3", "1"),
        Relation::Adapter => ("8 2 2 2", "1"),
        Relation::Merge => ("", "2"),
        Relation::Unstated => ("1.5 2.5", "1"),
        Relation::Finetune => ("", "1"),
    };
    let mut attributes = vec![
        ("d", path),
        ("fill", "none"),
        ("stroke", "#333333"),
        ("stroke-width", width),
        ("stroke-opacity", opacity),
    ];
    if !dashes.is_empty() {
        attributes.push(("stroke-dasharray", dashes));
    }
    xml.empty("path", &attributes)
}

fn dot(xml: &mut Xml<'_>, x: f64, y: f64, radius: f64, color: &str, status: Status) -> io::Result<()> {
    let [x, y, r] = [x, y, radius].map(|number| format!("{number:.1}"));
    let mut attributes = vec![("cx", x.as_str()), ("cy", y.as_str()), ("r", r.as_str()), ("fill", color)];
    attributes.push(("stroke", "#333333"));
    match status {
        Status::Listed => attributes.push(("stroke-width", "0.6")),
        Status::Unlisted => attributes.push(("stroke-dasharray", "2 2")),
        Status::Collapsed => attributes.push(("stroke-width", "2")),
    }
    xml.empty("circle", &attributes)
}

fn say(xml: &mut Xml<'_>, x: f64, y: f64, text: &str, more: &[(&str, &str)]) -> io::Result<()> {
    let [x, y] = [x, y].map(|number| format!("{number:.1}"));
    let mut attributes = vec![("x", x.as_str()), ("y", y.as_str())];
    attributes.extend_from_slice(more);
    xml.text("text", &attributes, text)
}

/// A node's radius: its area grows with the logarithm of its descendants, so that a line holds it.
fn radius(node: &Node<'_>) -> f64 {
    size(node.descendants.max(node.models - 1))
}

fn size(descendants: u64) -> f64 {
    (3.0 + ((descendants + 1) as f64).ln() * 0.75).min(LINE / 2.0 - 0.5)
}

fn wide(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { LETTER } else { 2.0 * LETTER }).sum()
}

fn label(node: &Node<'_>) -> String {
    let mut text = node.label().into_owned();
    let letters = text.chars().count();
    if letters > LONGEST {
        // The end tells versions and formats apart.
        let half = LONGEST / 2;
        let end: String = text.chars().skip(letters - half + 1).collect();
        text = text.chars().take(half).collect::<String>() + "…" + &end;
    }
    match node.descendants {
        0 => text,
        some => format!("{text} ({some})"),
    }
}

fn tooltip(node: &Node<'_>) -> String {
    let relation = node.relation.map_or("no parent", Relation::name);
    let mut text = format!("{}\n{relation}, {}", node.id, node.status.name());
    for (name, value) in [("downloads in 30 days", node.downloads), ("likes", node.likes)] {
        if let Some(value) = value {
            text += &format!("\n{name}: {value}");
        }
    }
    text + &format!("\ndescendants: {}, direct: {}", node.descendants, node.direct)
}
