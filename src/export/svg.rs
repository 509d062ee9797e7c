use std::io::{self, Write};

use super::drawing::{Drawing, Place};
use super::mark::{Font, Mark, Pen, Point, Stroke};
use super::xml::Xml;
use super::{Graph, Lead, Paint, Status};
use crate::ink::hub_page;

/// Draws a picture that needs no other program.
pub(super) fn write(graph: &Graph<'_>, paint: &Paint, out: &mut dyn Write) -> io::Result<()> {
    let drawing = Drawing::new(graph, paint, &|id| hub_page(id, graph.snapshot()), Place::File);
    let mut xml = Xml::begin(out)?;
    let size = [drawing.width.to_string(), drawing.height.to_string()];
    xml.open(
        "svg",
        &[
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("width", &size[0]),
            ("height", &size[1]),
            ("viewBox", &format!("0 0 {} {}", size[0], size[1])),
            ("font-family", "Helvetica, Arial, Liberation Sans, sans-serif"),
            ("fill", "none"),
        ],
    )?;
    xml.text("title", &[], &graph.about.title)?;
    xml.text("desc", &[], &graph.note())?;
    xml.empty("rect", &[("width", "100%"), ("height", "100%"), ("fill", "#FFFFFF")])?;
    marks(&mut xml, &drawing.marks)?;
    xml.finish("svg")
}

impl Graph<'_> {
    /// Draws the graph as it stands inside a page that says itself what it shows: nodes, links, and a legend. A `Lead` says where the
    /// id of a model leads. The colours are those of a file, for the page's style to take others in their places. Beside the SVG stands
    /// how wide it is, in pixels.
    pub fn inside(&self, paint: &Paint, lead: Lead<'_>) -> (String, u64) {
        let drawing = Drawing::new(self, paint, lead, Place::Page);
        let mut out = Vec::new();
        // Memory takes whatever is written.
        _ = inside(&drawing, &self.about.title, &mut out);
        (String::from_utf8_lossy(&out).into_owned(), drawing.width as u64)
    }
}

fn inside(drawing: &Drawing, title: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Xml::within(out);
    let size = [drawing.width.to_string(), drawing.height.to_string()];
    xml.open(
        "svg",
        &[
            ("role", "group"),
            ("aria-label", title),
            ("width", &size[0]),
            ("height", &size[1]),
            ("viewBox", &format!("0 0 {} {}", size[0], size[1])),
            ("fill", "none"),
        ],
    )?;
    marks(&mut xml, &drawing.marks)?;
    xml.finish("svg")
}

fn marks(xml: &mut Xml<'_>, all: &[Mark]) -> io::Result<()> {
    for mark in all {
        match mark {
            Mark::Lines(lines, pen) => {
                let path = lines.iter().map(|corners| format!("M{}", points(corners, "L"))).collect::<String>();
                draw(xml, &path, pen)?;
            }
            Mark::Curve(curve, pen) => {
                draw(xml, &format!("M{}C{}", points(&curve[..1], ""), points(&curve[1..], " ")), pen)?;
            }
            Mark::Dot { at: (x, y), radius, fill, status } => {
                let [x, y, r] = [x, y, radius].map(|number| format!("{number:.1}"));
                let mut attributes = vec![("cx", x.as_str()), ("cy", y.as_str()), ("r", r.as_str()), ("fill", fill)];
                attributes.push(("stroke", "#333333"));
                match status {
                    Status::Listed => attributes.push(("stroke-width", "0.6")),
                    Status::Unlisted => attributes.push(("stroke-dasharray", "2 2")),
                    Status::Collapsed => attributes.push(("stroke-width", "2")),
                }
                xml.empty("circle", &attributes)?;
            }
            Mark::Text { at: (x, y), text, font: Font { size, color, is_bold, is_italic } } => {
                let [x, y, size] = [format!("{x:.1}"), format!("{y:.1}"), size.to_string()];
                let mut attributes = vec![("x", x.as_str()), ("y", &y), ("font-size", &size), ("fill", color)];
                attributes.extend(is_bold.then_some(("font-weight", "bold")));
                attributes.extend(is_italic.then_some(("font-style", "italic")));
                xml.text("text", &attributes, text)?;
            }
            Mark::Told { tip, lead, inner } => {
                let (name, attributes) = match lead {
                    Some(address) => ("a", &[("href", address.as_str())][..]),
                    None => ("g", &[][..]),
                };
                xml.open(name, attributes)?;
                xml.text("title", &[], tip)?;
                marks(xml, inner)?;
                xml.close(name)?;
            }
        }
    }
    Ok(())
}

fn points(points: &[Point], between: &str) -> String {
    points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect::<Vec<_>>().join(between)
}

fn draw(xml: &mut Xml<'_>, path: &str, pen: &Pen) -> io::Result<()> {
    let [width, opacity] = [pen.width, pen.opacity].map(|number| number.to_string());
    let mut attributes = vec![("d", path), ("stroke", pen.color), ("stroke-width", &width)];
    if pen.opacity < 1.0 {
        attributes.push(("stroke-opacity", &opacity));
    }
    match pen.stroke {
        Stroke::Solid => (),
        Stroke::Dashed => attributes.push(("stroke-dasharray", "5 3")),
        Stroke::Dotted => attributes.push(("stroke-dasharray", "1.5 2.5")),
    }
    xml.empty("path", &attributes)
}
