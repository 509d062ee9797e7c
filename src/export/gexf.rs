use std::io::{self, Write};

use super::drawing::Drawing;
use super::graph::{LINK_FIELDS, instant};
use super::xml::Xml;
use super::{Attribute, Graph, Kind, NODE_FIELDS, Node, Paint};

/// Writes GEXF 1.3: a dynamic graph in which a model begins on the day that it was made; sizes tell descendants,
/// and each node stands where our own drawing has it.
pub(super) fn write(graph: &Graph<'_>, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::begin(out)?;
    xml.open(
        "gexf",
        &[
            ("xmlns", "http://gexf.net/1.3"),
            ("xmlns:viz", "http://gexf.net/1.3/viz"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("xsi:schemaLocation", "http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd"),
            ("version", "1.3"),
        ],
    )?;
    xml.open("meta", &[])?;
    xml.text("creator", &[], &graph.about.program)?;
    xml.text("description", &[], &graph.note())?;
    xml.close("meta")?;
    xml.open("graph", &[("defaultedgetype", "directed"), ("mode", "dynamic"), ("timeformat", "date")])?;
    for (class, fields) in [("node", &NODE_FIELDS[..]), ("edge", &LINK_FIELDS[..])] {
        xml.open("attributes", &[("class", class), ("mode", "static")])?;
        for (name, kind) in fields {
            let kind = if *kind == Kind::Number { "long" } else { "string" };
            xml.empty("attribute", &[("id", name), ("title", name), ("type", kind)])?;
        }
        xml.close("attributes")?;
    }
    xml.open("nodes", &[])?;
    let middles = Drawing::middles(graph);
    for (node, (x, y)) in graph.nodes().zip(middles) {
        let start = node.created.map(instant).filter(|day| day.len() > 10);
        let mut attributes: Vec<(&str, &str)> = vec![("id", &node.id), ("label", &node.id)];
        attributes.extend(start.as_ref().map(|day| ("start", &day[..10])));
        xml.open("node", &attributes)?;
        values(&mut xml, NODE_FIELDS.iter().map(|(name, _)| *name).zip(node.values()))?;
        let [r, g, b] = rgb(paint.color(&node));
        xml.empty("viz:color", &[("r", &r), ("g", &g), ("b", &b)])?;
        // Gephi counts upward.
        xml.empty("viz:position", &[("x", &format!("{x:.1}")), ("y", &format!("{:.1}", -y)), ("z", "0")])?;
        xml.empty("viz:size", &[("value", &format!("{:.1}", size(&node)))])?;
        xml.close("node")?;
    }
    xml.close("nodes")?;
    xml.open("edges", &[])?;
    for (number, link) in graph.links().enumerate() {
        let (parent, child) = (graph.id(link.parent), graph.id(link.child));
        let id = number.to_string();
        xml.open("edge", &[("id", &id), ("source", &parent), ("target", &child), ("kind", link.relation.name())])?;
        values(&mut xml, LINK_FIELDS.iter().map(|(name, _)| *name).zip(link.values()))?;
        xml.close("edge")?;
    }
    xml.close("edges")?;
    xml.close("graph")?;
    xml.finish("gexf")
}

fn values<'v>(xml: &mut Xml<'_>, values: impl Iterator<Item = (&'static str, Attribute<'v>)>) -> io::Result<()> {
    xml.open("attvalues", &[])?;
    for (name, value) in values.filter(|(_, value)| *value != Attribute::Missing) {
        xml.empty("attvalue", &[("for", name), ("value", &value.plain())])?;
    }
    xml.close("attvalues")
}

/// A node's size: its area grows with its descendants, or with the models that it stands for.
fn size(node: &Node<'_>) -> f64 {
    4.0 + (node.descendants.max(node.models - 1) as f64).sqrt()
}

fn rgb(color: &str) -> [String; 3] {
    [1, 3, 5].map(|at| color.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0).to_string())
}
