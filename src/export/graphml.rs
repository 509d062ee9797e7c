use std::io::{self, Write};

use super::graph::LINK_FIELDS;
use super::xml::Xml;
use super::{Attribute, Graph, Kind, NODE_FIELDS};

/// Writes GraphML with typed keys. Its ids may hold no slash, so nodes are `n0`, `n1`, ..., and their names are data.
pub(super) fn write(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::begin(out)?;
    xml.open(
        "graphml",
        &[
            ("xmlns", "http://graphml.graphdrawing.org/xmlns"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd",
            ),
        ],
    )?;
    let mut key = |id: String, of: &str, name: &str, kind: Kind| {
        let kind = if kind == Kind::Number { "long" } else { "string" };
        xml.empty("key", &[("id", &id), ("for", of), ("attr.name", name), ("attr.type", kind)])
    };
    for (at, (name, _)) in graph.notes().iter().enumerate() {
        key(format!("g{at}"), "graph", name, Kind::Text)?;
    }
    key("name".into(), "node", "name", Kind::Text)?;
    for (name, kind) in NODE_FIELDS {
        key(name.into(), "node", name, kind)?;
    }
    for (name, kind) in LINK_FIELDS {
        key(format!("link_{name}"), "edge", name, kind)?;
    }
    xml.open("graph", &[("id", "lineage"), ("edgedefault", "directed")])?;
    for (at, (_, value)) in graph.notes().iter().enumerate() {
        xml.text("data", &[("key", &format!("g{at}"))], value)?;
    }
    for node in graph.nodes() {
        xml.open("node", &[("id", &format!("n{}", node.number))])?;
        xml.text("data", &[("key", "name")], &node.id)?;
        for ((name, _), value) in NODE_FIELDS.iter().zip(node.values()) {
            if value != Attribute::Missing {
                xml.text("data", &[("key", name)], &value.plain())?;
            }
        }
        xml.close("node")?;
    }
    for link in graph.links() {
        let ends = [format!("n{}", link.parent), format!("n{}", link.child)];
        xml.open("edge", &[("source", &ends[0]), ("target", &ends[1])])?;
        for ((name, _), value) in LINK_FIELDS.iter().zip(link.values()) {
            if value != Attribute::Missing {
                xml.text("data", &[("key", &format!("link_{name}"))], &value.plain())?;
            }
        }
        xml.close("edge")?;
    }
    xml.close("graph")?;
    xml.finish("graphml")
}
