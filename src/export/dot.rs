use std::io::{self, Write};

use graphviz_rust::dot_structures::{Attribute, Edge, EdgeTy, GraphAttributes, Id, Node, NodeId, Stmt, Vertex};
use graphviz_rust::printer::{DotPrinter, PrinterContext};

use super::engine::Engine;
use super::graph::blanked;
use super::letters::{folded, shortened};
use super::mark::{Stroke, stroke};
use super::paint::ink;
use super::xml::allowed;
use super::{Graph, NODE_FIELDS, Paint, Status};
use crate::ink::grouped;

/// Writes DOT, statement by statement: a node's name is its id. An engine that is named stands in it, so that `dot` takes
/// it too.
pub(super) fn write(graph: &Graph<'_>, paint: &Paint, engine: Engine, out: &mut dyn Write) -> io::Result<()> {
    let mut context = PrinterContext::default();
    // The printer learns that links are arrows from a whole graph alone.
    graphviz_rust::dot_structures::Graph::DiGraph { id: word("modelkin"), strict: true, stmts: Vec::new() }
        .print(&mut context);
    for line in graph.note().lines() {
        writeln!(out, "// {line}")?;
    }
    writeln!(out, "// control characters but tabs, which DOT or what is drawn of it cannot carry, stand as blanks")?;
    writeln!(out, "digraph {} {{", word("modelkin").print(&mut context))?;
    let mut say = |statement: Stmt| writeln!(out, "  {}", statement.print(&mut context));
    let note = graph.note();
    let mut settings = [
        ("rankdir", "LR"),
        ("comment", &note),
        ("fontname", "Liberation Sans,Arial,Helvetica"),
        ("labelloc", "t"),
        ("labeljust", "l"),
        ("ranksep", "1.2"),
        ("nodesep", "0.08"),
        ("overlap", "false"),
    ]
    .map(attribute)
    .to_vec();
    settings.push(Attribute(Id::Plain("label".into()), legend(graph, paint)));
    settings.extend((engine != Engine::Outline).then(|| attribute(("layout", engine.name()))));
    say(Stmt::GAttribute(GraphAttributes::Graph(settings)))?;
    let settings = [
        ("shape", "box"),
        ("style", "filled"),
        ("fontname", "Liberation Sans,Arial,Helvetica"),
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
            // Black is not seen around what is black.
            attributes.push(attribute(("color", "#999999")));
            attributes.push(attribute(("penwidth", "2")));
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
        let (stroke, width) = stroke(link.relation);
        match stroke {
            Stroke::Solid => (),
            Stroke::Dashed => attributes.push(attribute(("style", "dashed"))),
            Stroke::Dotted => attributes.push(attribute(("style", "dotted"))),
        }
        if width > 1.0 {
            attributes.push(attribute(("penwidth", &width.to_string())));
        }
        say(Stmt::Edge(Edge { ty: EdgeTy::Pair(end(link.parent), end(link.child)), attributes }))?;
    }
    writeln!(out, "}}")
}

/// Title, notes and legend, as one of Graphviz's labels that are written like HTML: no node is made up for it.
fn legend(graph: &Graph<'_>, paint: &Paint) -> Id {
    let escaped = |text: &str| {
        let text = allowed(text).0.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace(['\n', '\r', '\t'], " ")
    };
    let notes = graph.notes();
    let mut rows = vec![format!("<B>{}</B>", escaped(&notes[0].1))];
    rows.extend(notes[1..].iter().map(|(name, value)| {
        let lines = folded(&format!("{name}: {value}"), |line| line.chars().count() <= 110);
        lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<BR ALIGN=\"LEFT\"/>")
    }));
    let colors = paint.legend().iter().map(|(word, color, count)| {
        let ink = ink(color);
        format!(
            "<TD BGCOLOR=\"{color}\"><FONT COLOR=\"{ink}\">{} ({})</FONT></TD>",
            escaped(&shortened(word, 46)),
            grouped(*count)
        )
    });
    let colors = format!("<TD>{}:</TD>{}", paint.by().name(), colors.collect::<String>());
    let table =
        |cells: &str| format!("<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"4\"><TR>{cells}</TR></TABLE>");
    rows.push(table(&colors));
    rows.push(
        "links: solid, finetune; thick, merge; dashed, quantized; thick and dashed, adapter; dotted, unstated. \
         Dashed frame: unlisted, or several models in one."
            .to_owned(),
    );
    let rows: String =
        rows.iter().map(|row| format!("<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\">{row}</TD></TR>")).collect();
    Id::Html(format!("<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\">{rows}</TABLE>>"))
}

fn name(id: &str) -> NodeId {
    NodeId(word(id), None)
}

fn attribute((name, value): (&str, &str)) -> Attribute {
    Attribute(Id::Plain(name.to_owned()), word(value))
}

/// A text between quotes, so that it is one word whatever it holds: of the printer and of Graphviz, only `\"` is an
/// escape. A backslash is written twice, since in labels it begins one; a line break becomes `\n`. NUL and carriage
/// returns cannot stand in DOT, nor most other control characters in the SVG that Graphviz makes of it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in blanked(text).chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn word(text: &str) -> Id {
    Id::Escaped(quoted(text))
}
