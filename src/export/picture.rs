use std::io::{self, Write};

use flate2::Crc;

use super::dot::quoted;
use super::drawing::Drawing;
use super::engine::{Engine, Layout, Painting};
use super::graph::blanked;
use super::mark::{Font, Mark, Pen, Point, Stroke};
use super::{Graph, Paint, Status, dot};

/// Dots to the inch of a picture: as many as the larger side has room for, but never fewer than a screen's.
const DENSITIES: (f64, f64) = (96.0, 192.0);
/// The most dots along a side. Of more than 32,767 Graphviz makes so many itself, whatever the density.
const MOST: f64 = 30_000.0;
const SHRUNK: u32 = 32_766;
/// Faces of the same width, of which every system has one; the comma ends the list.
const FONTS: &str = "Liberation Sans,Arial,Helvetica,";

/// Paints a picture (`svg`, `png` or `pdf`) with Graphviz: our own drawing, or what an engine makes of the graph. Gives
/// what is to be told of it.
pub(super) fn write(
    graph: &Graph<'_>,
    paint: &Paint,
    Layout { engine, painter }: Layout<'_>,
    kind: &'static str,
    out: &mut dyn Write,
) -> io::Result<Option<String>> {
    let mut text = Vec::new();
    let mut arguments: Vec<String> = Vec::new();
    if engine == Engine::Outline {
        let drawing = Drawing::new(graph, paint);
        let density = (MOST * 96.0 / drawing.width.max(drawing.height)).clamp(DENSITIES.0, DENSITIES.1);
        // Everything has its place already.
        arguments.extend(["-Kneato".into(), "-n2".into()]);
        if kind == "png" {
            arguments.push(format!("-Gdpi={density:.0}"));
        }
        placed(&drawing, &mut text)?;
    } else {
        arguments.push(format!("-K{}", engine.name()));
        dot::write(graph, paint, engine, &mut text)?;
    }
    let painted = painter(Painting { kind, arguments, text })?;
    if kind != "png" {
        return out.write_all(&painted).map(|()| None);
    }
    let told = shrunk(&painted);
    out.write_all(&with_notes(graph, painted))?;
    Ok(told)
}

/// What is to be told of a PNG that is smaller than it was drawn. Its header begins with width and height.
fn shrunk(png: &[u8]) -> Option<String> {
    let side = |at: usize| Some(u32::from_be_bytes(*png.get(at..)?.first_chunk()?));
    let (width, height) = (side(16)?, side(20)?);
    (width.max(height) >= SHRUNK).then(|| {
        format!(
            "the picture is shrunk to {width} by {height} dots, the most that Graphviz paints: letters may be too small \
             to read. Choose fewer models, or write SVG or PDF"
        )
    })
}

/// A drawing as DOT in which everything has its place: texts and dots are nodes, lines are edges between the corners.
fn placed(drawing: &Drawing, out: &mut Vec<u8>) -> io::Result<()> {
    let Drawing { width, height, marks } = drawing;
    writeln!(out, "graph {{\n graph [outputorder=edgesfirst, bgcolor=\"#FFFFFF\", pad=0, margin=0]")?;
    writeln!(out, " node [shape=none, label=\"\", width=0, height=0, fixedsize=true, margin=0]")?;
    let mut picture = Placed { size: (*width, *height), nodes: 0, out };
    picture.node((0.0, 0.0), "style=invis")?;
    picture.node((*width, *height), "style=invis")?;
    picture.marks(marks)?;
    writeln!(out, "}}")
}

struct Placed<'o> {
    size: Point,
    nodes: usize,
    out: &'o mut Vec<u8>,
}

impl Placed<'_> {
    fn marks(&mut self, marks: &[Mark]) -> io::Result<()> {
        for mark in marks {
            match mark {
                Mark::Lines(lines, pen) => {
                    for corners in lines.iter().flat_map(|line| line.windows(2)) {
                        for (from, to) in dashes(corners[0], corners[1], pen.stroke) {
                            let curve = [from, between(from, to, 1.0 / 3.0), between(from, to, 2.0 / 3.0), to];
                            self.curve(&curve, &Pen { stroke: Stroke::Solid, ..*pen })?;
                        }
                    }
                }
                Mark::Curve(points, pen) => self.curve(points, pen)?,
                Mark::Dot { at, radius, fill, status } => {
                    let style = match status {
                        Status::Listed => "style=filled, penwidth=0.5",
                        Status::Unlisted => "style=\"filled,dashed\", penwidth=0.7",
                        Status::Collapsed => "style=filled, penwidth=1.5",
                    };
                    let wide = inches(2.0 * radius);
                    let more = format!(
                        "shape=circle, width={wide}, height={wide}, fillcolor=\"{fill}\", color=\"#333333\", {style}"
                    );
                    self.node(*at, &more)?;
                }
                Mark::Text { at: (x, y), text, font: Font { size, color, is_bold, is_italic } } => {
                    let bold = if *is_bold { " Bold" } else { "" };
                    let italic = if *is_italic { " Italic" } else { "" };
                    // The node is as wide as the page allows; `\l` sets the text at its left end.
                    let wide = (self.size.0 - x).max(*size);
                    let label = quoted(text).trim_end_matches('"').to_owned() + "\\l\"";
                    let more = format!(
                        "label={label}, width={}, height={}, fontsize={:.2}, fontname=\"{FONTS}{bold}{italic}\", fontcolor=\"{color}\"",
                        inches(wide),
                        inches(size * 1.3),
                        points(*size)
                    );
                    self.node((x + wide / 2.0, y - size * 0.35), &more)?;
                }
                Mark::Told(_, inner) => self.marks(inner)?,
            }
        }
        Ok(())
    }

    fn node(&mut self, at: Point, more: &str) -> io::Result<()> {
        let place = self.place(at);
        writeln!(self.out, " n{} [pos=\"{place}\", {more}]", self.nodes)?;
        self.nodes += 1;
        Ok(())
    }

    fn curve(&mut self, curve: &[Point; 4], pen: &Pen) -> io::Result<()> {
        let places = curve.map(|at| self.place(at)).join(" ");
        let style = match pen.stroke {
            Stroke::Solid => "solid",
            Stroke::Dashed => "dashed",
            Stroke::Dotted => "dotted",
        };
        let (color, width, alpha) = (pen.color, points(pen.width), (pen.opacity * 255.0).round() as u8);
        writeln!(
            self.out,
            " n0 -- n1 [pos=\"{places}\", color=\"{color}{alpha:02x}\", penwidth={width:.2}, style={style}]"
        )
    }

    /// Graphviz counts in points, upward.
    fn place(&self, (x, y): Point) -> String {
        format!("{:.2},{:.2}", points(x), points(self.size.1 - y))
    }
}

fn between(from: Point, to: Point, part: f64) -> Point {
    (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
}

/// The pieces of a straight line. Graphviz's own dashes are longer than most of the lines.
fn dashes(from: Point, to: Point, stroke: Stroke) -> Vec<(Point, Point)> {
    let (dash, gap) = match stroke {
        Stroke::Solid => return vec![(from, to)],
        Stroke::Dashed => (5.0, 3.0),
        Stroke::Dotted => (1.5, 2.5),
    };
    let length = (to.0 - from.0).hypot(to.1 - from.1);
    let pieces = (length / (dash + gap)).ceil() as usize;
    let at = |along: f64| between(from, to, (along / length).min(1.0));
    (0..pieces).map(|piece| (at(piece as f64 * (dash + gap)), at(piece as f64 * (dash + gap) + dash))).collect()
}

/// Pixels at 96 to the inch as points, and as inches.
fn points(pixels: f64) -> f64 {
    pixels * 0.75
}

fn inches(pixels: f64) -> String {
    format!("{:.4}", pixels / 96.0)
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
