use std::fmt::Write;

use super::glossary::Glossary;
use super::printable::html as text;
use super::{Block, Grid, Head, Report, Slide};
use crate::model::ModelId;
use crate::snapshot::Snapshot;

/// A `Lead` says where a text in an answer leads, if anywhere: the head of its column (empty outside of tables) and the text are
/// given, and an address is wanted.
pub type Lead<'l> = &'l dyn Fn(&str, &str) -> Option<String>;

impl Report<'_> {
    /// Writes what people read as HTML, without a page around it: titles, sentences, and tables whose columns have classes, `n` for
    /// numbers and `t` for texts; what the columns mean stands below them all. Every text is escaped. `label` names what scrolls in it, for who hears a page.
    pub fn html(&self, label: &str, lead: Lead<'_>) -> String {
        let (mut out, mut glossary) = (String::new(), Glossary::new(label));
        let mut scrolls = 0;
        let mut label = || {
            scrolls += 1;
            text(&format!("{label}, table {scrolls}"))
        };
        for block in &self.blocks {
            match block {
                Block::Title(title) => _ = writeln!(out, "<h3>{}</h3>", text(title)),
                Block::Line(lines) => paragraphs(&mut out, lines, lead),
                Block::Hinted(line, hint, end) => {
                    paragraphs(&mut out, &format!("{line}{}{end}", (self.words)(*hint)), lead)
                }
                Block::Fixed(lines) => {
                    let lines: Vec<String> = lines.split('\n').map(|line| words(line, lead)).collect();
                    _ = writeln!(
                        out,
                        "<div class=\"table\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><pre>{}</pre></div>",
                        label(),
                        lines.join("\n")
                    );
                }
                Block::Grid(grid) => self::grid(&mut out, grid, &label(), lead, &mut glossary),
            }
        }
        glossary.write(&mut out);
        out
    }
}

impl Slide {
    /// Draws the chart as it stands inside a page, in that page's colours; `number` tells it from others there.
    pub fn inside(&self, number: usize) -> String {
        self.chart.inside(number)
    }
}

fn paragraphs(out: &mut String, lines: &str, lead: Lead<'_>) {
    for line in lines.split('\n').filter(|line| !line.trim().is_empty()) {
        _ = writeln!(out, "<p>{}</p>", words(line, lead));
    }
}

/// A line in which names lead somewhere.
fn words(line: &str, lead: Lead<'_>) -> String {
    let mut out = String::new();
    for part in line.split_inclusive(' ') {
        let bare = part.trim_end_matches(' ').trim_start_matches('(').trim_end_matches([',', ';', ':', ')', '.']);
        match (part.find(bare), lead("", bare)) {
            (Some(at), Some(address)) if bare.contains('/') => {
                let (before, after) = (&part[..at], &part[at + bare.len()..]);
                _ = write!(out, "{}{}{}", text(before), link(&address, bare), text(after));
            }
            _ => out += &text(part),
        }
    }
    out
}

fn grid(out: &mut String, grid: &Grid, label: &str, lead: Lead<'_>, glossary: &mut Glossary) {
    let class = |column| if grid.is_numeric(column) { 'n' } else { 't' };
    let classes: Vec<char> = (0..grid.heads.len()).map(class).collect();
    _ = write!(
        out,
        "<div class=\"table\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\">\n<table>\n<thead><tr>"
    );
    for (head, class) in grid.heads.iter().zip(&classes) {
        glossary.head(out, Head::of(&grid.name, head), &format!(" class=\"{class}\""));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &grid.rows {
        out.push_str("<tr>");
        for ((cell, head), class) in row.iter().zip(&grid.heads).zip(&classes) {
            let (name, mark) =
                cell.split_once(" (unlisted)").map_or((cell.as_str(), ""), |(name, _)| (name, " (unlisted)"));
            match lead(head, name).filter(|_| *class == 't') {
                Some(address) => _ = write!(out, "<td class=\"{class}\">{}{mark}</td>", link(&address, name)),
                None => _ = write!(out, "<td class=\"{class}\">{}</td>", text(cell)),
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn link(address: &str, name: &str) -> String {
    format!("<a href=\"{}\">{}</a>", text(address), text(name))
}

/// Gives the address of a model's page on the Hub, if the snapshot lists it there.
pub fn hub_page(id: &str, snapshot: &Snapshot) -> Option<String> {
    let is_there = ModelId::parse(id).is_ok() && snapshot.find(id).is_some_and(|row| snapshot.is_listed(row));
    is_there.then(|| format!("https://huggingface.co/{id}"))
}
