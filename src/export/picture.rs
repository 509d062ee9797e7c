use std::io::{self, Write};

use flate2::Crc;

use super::engine::{Engine, Layout, Painting};
use super::graph::blanked;
use super::{Graph, Paint, dot, svg};
use crate::ink::Picture;

/// Dots of a PNG for one of the drawing's, if it is not too large for so many.
const DENSITY: f64 = 2.0;
/// Of more than 32,767 dots along a side Graphviz makes so many itself, whatever the density.
const SHRUNK: u32 = 32_766;

/// Paints a picture: our own drawing as PNG or PDF, or what an engine of Graphviz's makes of the graph, as these or as SVG.
/// Gives what is to be told of it.
pub(super) fn write(
    graph: &Graph<'_>,
    paint: &Paint,
    Layout { engine, painter }: Layout<'_>,
    kind: Picture,
    out: &mut dyn Write,
) -> io::Result<Option<String>> {
    let mut text = Vec::new();
    let (painted, told) = if engine == Engine::Outline {
        svg::write(graph, paint, &mut text)?;
        let drawn = kind.paint(&String::from_utf8_lossy(&text), DENSITY).map_err(narrower)?;
        let told = (drawn.scale < 1.0).then(|| small(&format!("drawn at {:.0}% of its size", drawn.scale * 100.0)));
        (drawn.bytes, told)
    } else {
        dot::write(graph, paint, engine, &mut text)?;
        let painted = painter(Painting { kind: kind.name(), arguments: vec![format!("-K{}", engine.name())], text })?;
        let told = if kind == Picture::Png { shrunk(&painted) } else { None };
        (painted, told)
    };
    let painted = if kind == Picture::Png { with_notes(graph, painted) } else { painted };
    out.write_all(&painted)?;
    Ok(told)
}

fn narrower(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{error}; choose fewer models, or write SVG"))
}

/// What is to be told of a PNG that Graphviz made smaller than it was drawn. Its header begins with width and height.
fn shrunk(png: &[u8]) -> Option<String> {
    let side = |at: usize| Some(u32::from_be_bytes(*png.get(at..)?.first_chunk()?));
    let (width, height) = (side(16)?, side(20)?);
    (width.max(height) >= SHRUNK)
        .then(|| small(&format!("shrunk to {width} by {height} dots, the most that Graphviz paints")))
}

fn small(what: &str) -> String {
    format!("the picture is {what}: letters may be too small to read. Choose fewer models, or write SVG or PDF")
}

/// A PNG with what every file says of itself, in text chunks behind its header (PNG specification, 11.3.3.4).
fn with_notes(graph: &Graph<'_>, png: Vec<u8>) -> Vec<u8> {
    /// Signature, and the header's chunk.
    const HEADER: usize = 8 + 25;
    let Some((header, rest)) = png.split_at_checked(HEADER) else { return png };
    let mut noted = header.to_vec();
    for (name, value) in graph.notes() {
        let word = match name {
            "title" => "Title",
            "program" => "Software",
            "definition" => "Description",
            other => other,
        };
        // The word, no compression, no language, the word untranslated, the text.
        let mut chunk = b"iTXt".to_vec();
        chunk.extend(word.bytes().chain([0; 5]).chain(blanked(&value).bytes()));
        let mut crc = Crc::new();
        crc.update(&chunk);
        noted.extend(u32::try_from(chunk.len() - 4).unwrap_or(0).to_be_bytes());
        noted.extend(chunk);
        noted.extend(crc.sum().to_be_bytes());
    }
    noted.extend_from_slice(rest);
    noted
}
