use std::io::{self, Write};

use serde_json::{Map, Value as Json};

use super::graph::LINK_FIELDS;
use super::{Attribute, Graph, NODE_FIELDS};

/// Writes the node-link JSON of networkx and d3: `{"directed": true, "graph": {...}, "nodes": [...], "links": [...]}`.
pub(super) fn write(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"directed\":true,\"multigraph\":false,\"graph\":{},\n\"nodes\":[", Json::Object(notes(graph)))?;
    for node in graph.nodes() {
        let mut data = Map::from_iter([("id".to_owned(), Json::from(&*node.id))]);
        data.extend(fields(NODE_FIELDS.iter().map(|(name, _)| *name).zip(node.values())));
        write!(out, "{}{}", if node.number == 0 { "\n" } else { ",\n" }, Json::Object(data))?;
    }
    write!(out, "\n],\n\"links\":[")?;
    for (number, link) in graph.links().enumerate() {
        let mut data = Map::from_iter([
            ("source".to_owned(), Json::from(&*graph.id(link.parent))),
            ("target".to_owned(), Json::from(&*graph.id(link.child))),
        ]);
        data.extend(fields(LINK_FIELDS.iter().map(|(name, _)| *name).zip(link.values())));
        write!(out, "{}{}", if number == 0 { "\n" } else { ",\n" }, Json::Object(data))?;
    }
    writeln!(out, "\n]}}")
}

/// Writes what tables cannot say of themselves, and `more` of how they are written.
pub(super) fn write_about(graph: &Graph<'_>, more: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let mut about = notes(graph);
    about.extend(more.map(|more| ("cells".to_owned(), more.into())));
    about.extend(graph.marks().map(|(name, sha256)| (name.to_owned(), sha256.into())));
    writeln!(out, "{:#}", Json::Object(about))
}

/// What a file says of itself.
pub(super) fn notes(graph: &Graph<'_>) -> Map<String, Json> {
    graph.notes().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// What is known, as JSON.
pub(super) fn fields<'v>(
    values: impl Iterator<Item = (&'static str, Attribute<'v>)>,
) -> impl Iterator<Item = (String, Json)> {
    let known = values.filter(|(_, value)| *value != Attribute::Missing);
    known.map(|(name, value)| {
        let json = match value {
            Attribute::Number(number) => Json::from(number),
            other => Json::from(other.plain().into_owned()),
        };
        (name.to_owned(), json)
    })
}
