use std::io::{self, Write};

use serde_json::{Map, Value as Json};

use super::graph::LINK_FIELDS;
use super::node_link::{fields, notes};
use super::{Graph, NODE_FIELDS};

/// Writes Cytoscape's JSON: `{"data": {...}, "elements": {"nodes": [{"data": {...}}], "edges": [...]}}`.
pub(super) fn write(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut about = notes(graph);
    about.insert("name".into(), graph.about.title.as_str().into());
    let program = Json::from(graph.about.program.as_str());
    write!(
        out,
        "{{\"format_version\":\"1.0\",\"generated_by\":{program},\"data\":{},\n\"elements\":{{\"nodes\":[",
        Json::Object(about)
    )?;
    for node in graph.nodes() {
        let id = Json::from(&*node.id);
        let mut data = Map::from_iter([("id".to_owned(), id.clone()), ("name".to_owned(), id)]);
        data.extend(fields(NODE_FIELDS.iter().map(|(name, _)| *name).zip(node.values())));
        write!(out, "{}{{\"data\":{}}}", if node.number == 0 { "\n" } else { ",\n" }, Json::Object(data))?;
    }
    write!(out, "\n],\n\"edges\":[")?;
    for (number, link) in graph.links().enumerate() {
        let mut data = Map::from_iter([
            // A slash and a blank: no model's id.
            ("id".to_owned(), Json::from(format!("link/ {number}"))),
            ("source".to_owned(), Json::from(&*graph.id(link.parent))),
            ("target".to_owned(), Json::from(&*graph.id(link.child))),
            ("interaction".to_owned(), Json::from(link.relation.name())),
        ]);
        data.extend(fields(LINK_FIELDS.iter().map(|(name, _)| *name).zip(link.values())));
        write!(out, "{}{{\"data\":{}}}", if number == 0 { "\n" } else { ",\n" }, Json::Object(data))?;
    }
    writeln!(out, "\n]}}}}")
}
