use std::io::{self, Write};

use graphviz_rust::dot_structures::{Attribute, Edge, EdgeTy, GraphAttributes, Id, Node, NodeId, Stmt, Vertex};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::paint::ink;
use super::{Graph, NODE_FIELDS, Paint, Status};
use crate::model::Relation;

/// Writes DOT, statement by statement: a node's name is its id.
pub(super) fn write(graph: &Graph<'_, '_>, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let mut context = PrinterContext::default();
    // The printer learns that links are arrows from a whole graph alone.
    graphviz_rust::dot_structures::Graph::DiGraph { id: quoted("modelkin"), strict: true, stmts: Vec::new() }
        .print(&mut context);
    for line in graph.note().lines() {
        writeln!(out, "// {}", line.replace(['\r', '\0'], " "))?;
    }
    writeln!(out, "digraph {} {{", quoted("modelkin").print(&mut context))?;
    let mut say = |statement: Stmt| writeln!(out, "  {}", statement.print(&mut context));
    let note = graph.note();
    let settings = [
        ("rankdir", "LR"),
        ("label", &graph.about.title),
        ("comment", &note),
        ("fontname", "Helvetica"),
        ("ranksep", "1.2"),
        ("nodesep", "0.08"),
    ];
    say(Stmt::GAttribute(GraphAttributes::Graph(settings.map(attribute).into())))?;
    let settings = [
        ("shape", "box"),
        ("style", "filled"),
        ("fontname", "Helvetica"),
        ("fontsize", "10"),
        ("height", "0.2"),
        ("margin", "0.08,0.03"),
    ];
    say(Stmt::GAttribute(GraphAttributes::Node(settings.map(attribute).into())))?;
    let settings = [("color", "#00000055"), ("arrowsize", "0.5")];
    say(Stmt::GAttribute(GraphAttributes::Edge(settings.map(attribute).into())))?;
    for node in graph.nodes() {
        let mut attributes = Vec::new();
        attributes.push(attribute(("label", &node.label())));
        let color = paint.color(&node);
        attributes.push(attribute(("fillcolor", color)));
        attributes.push(attribute(("fontcolor", ink(color))));
        if node.status != Status::Listed {
            attributes.push(attribute(("style", "filled,dashed")));
        }
        for ((name, _), value) in NODE_FIELDS.iter().zip(node.values()) {
            let value = value.plain();
            if !value.is_empty() {
                attributes.push(attribute((name, &value)));
            }
        }
        say(Stmt::Node(Node { id: name(&node.id), attributes }))?;
    }
    for link in graph.links() {
        let end = |number: usize| Vertex::N(name(&graph.id(number)));
        let mut attributes = vec![attribute(("relation", link.relation.name()))];
        attributes.extend(link.learned.map(|learned| attribute(("learned", learned.name()))));
        attributes.push(attribute(("models", &link.models.to_string())));
        attributes.extend(style(link.relation).map(|style| attribute(("style", style))));
        say(Stmt::Edge(Edge { ty: EdgeTy::Pair(end(link.parent), end(link.child)), attributes }))?;
    }
    writeln!(out, "}}")
}

/// How a link of a relation is drawn, if not as a plain line.
fn style(relation: Relation) -> Option<&'static str> {
    match relation {
        Relation::Quantized => Some("dashed"),
        Relation::Unstated => Some("dotted"),
        _ => None,
    }
}

fn name(id: &str) -> NodeId {
    NodeId(quoted(id), None)
}

fn attribute((name, value): (&str, &str)) -> Attribute {
    Attribute(Id::Plain(name.to_owned()), quoted(value))
}

/// A text between quotes, so that it is one word whatever it holds: of the printer and of Graphviz, only `\"` is an
/// escape. A backslash is written twice, since in labels it begins one; a line break becomes `\n`. NUL and carriage
/// returns cannot stand in DOT.
fn quoted(text: &str) -> Id {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\0' | '\r' => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    Id::Escaped(quoted)
}
