use std::io::{self, Write};

use super::graph::LINK_FIELDS;
use super::{Attribute, Graph, Kind, NODE_FIELDS, Status};
use crate::ink::no_formula;

/// Writes the nodes as CSV: `id`, then [`NODE_FIELDS`].
pub(super) fn write_nodes(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["id"].into_iter().chain(NODE_FIELDS.iter().map(|(name, _)| *name)))?;
    for node in graph.nodes() {
        csv.write_field(no_formula(&node.id).as_bytes())?;
        write_values(&mut csv, &node.values())?;
    }
    csv.flush()
}

/// Writes the links as CSV: `source` (the parent), `target` (the child), then their fields.
pub(super) fn write_links(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["source", "target"].into_iter().chain(LINK_FIELDS.iter().map(|(name, _)| *name)))?;
    for link in graph.links() {
        csv.write_field(no_formula(&graph.id(link.parent)).as_bytes())?;
        csv.write_field(no_formula(&graph.id(link.child)).as_bytes())?;
        write_values(&mut csv, &link.values())?;
    }
    csv.flush()
}

fn write_values(csv: &mut csv::Writer<&mut dyn Write>, values: &[Attribute<'_>]) -> io::Result<()> {
    for value in values {
        match value {
            Attribute::Text(text) => csv.write_field(no_formula(text).as_bytes())?,
            other => csv.write_field(other.plain().as_bytes())?,
        }
    }
    Ok(csv.write_record(None::<&[u8]>)?)
}

/// What files say of [`no_formula`].
pub(super) const GUARDED: &str = "A text that begins with = + - @, a tab or a carriage return has a ' before it, so that no \
     spreadsheet takes it for a formula.";

/// Writes the nodes for `neo4j-admin database import`, with the types in the header.
pub(super) fn write_neo4j_nodes(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_field("id:ID")?;
    for (name, kind) in NODE_FIELDS {
        csv.write_field(match (name, kind) {
            ("family", _) => "family:string[]".to_owned(),
            (_, Kind::Text) => name.to_owned(),
            (_, Kind::Number) => format!("{name}:long"),
            (_, Kind::Instant) => format!("{name}:datetime"),
        })?;
    }
    csv.write_field(":LABEL")?;
    csv.write_record(None::<&[u8]>)?;
    for node in graph.nodes() {
        csv.write_field(&*node.id)?;
        for value in node.values() {
            csv.write_field(value.plain().as_bytes())?;
        }
        csv.write_field(match node.status {
            Status::Listed => "Model",
            Status::Unlisted => "Model;Unlisted",
            Status::Collapsed => "Models",
        })?;
        csv.write_record(None::<&[u8]>)?;
    }
    csv.flush()
}

/// Writes the links for `neo4j-admin database import`; their type is the relation.
pub(super) fn write_neo4j_links(graph: &Graph<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([":START_ID", ":END_ID", ":TYPE", "learned", "models:long"])?;
    for link in graph.links() {
        let [relation, learned, models] = link.values();
        csv.write_record([
            graph.id(link.parent).as_bytes(),
            graph.id(link.child).as_bytes(),
            relation.plain().to_uppercase().as_bytes(),
            learned.plain().as_bytes(),
            models.plain().as_bytes(),
        ])?;
    }
    csv.flush()
}
