use std::io::{self, Write};

use super::paint::ink;
use super::{Graph, Paint, Status};
use crate::model::Relation;

/// Writes a Mermaid flowchart. Nodes are `n0`, `n1`, ...; ids are quoted labels, in which nothing is code.
pub(super) fn write(graph: &Graph<'_>, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    // Front matter would be YAML; comments are read by people alone.
    for line in graph.note().lines() {
        writeln!(out, "%% {}", line.replace(['{', '}'], " "))?;
    }
    writeln!(out, "flowchart LR")?;
    for (number, (_, color, _)) in paint.legend().iter().enumerate() {
        writeln!(out, "  classDef c{number} fill:{color},stroke:#333,color:{}", ink(color))?;
    }
    let class = |color: &str| paint.legend().iter().position(|(_, known, _)| *known == color);
    for node in graph.nodes() {
        let (open, close) = if node.status == Status::Listed { ("[", "]") } else { ("([", "])") };
        write!(out, "  n{}{open}\"{}\"{close}", node.number, label(&node.label()))?;
        match class(paint.color(&node)) {
            Some(class) => writeln!(out, ":::c{class}")?,
            None => writeln!(out)?,
        }
    }
    for link in graph.links() {
        let arrow = match link.relation {
            Relation::Quantized => "-.->",
            Relation::Unstated => "---",
            Relation::Merge => "==>",
            _ => "-->",
        };
        writeln!(out, "  n{} {arrow}|{}| n{}", link.parent, link.relation.name(), link.child)?;
    }
    Ok(())
}

/// A label's text. Mermaid takes `#name;` for a character, and Markdown and HTML for themselves; so every sign that is
/// neither letter, digit nor one of a few harmless ones is written by its number.
fn label(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_alphanumeric() || matches!(c, ' ' | '/' | '-' | '.' | '_' | '+' | ',') => written.push(c),
            // No text of a page can hold one.
            c if c.is_control() => written.push('\u{FFFD}'),
            c => written += &format!("#{};", c as u32),
        }
    }
    written
}
