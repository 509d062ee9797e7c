//! What a drawing says of itself: its title, its definition, and what its colours, sizes and lines mean.

use std::collections::BTreeSet;

use super::letters::{folded, shortened, width};
use super::mark::{FONT, Font, LINE, MARGIN, Mark, PLAIN, Pen, Point, dot, size};
use super::{ColorBy, Graph, Paint, Status};
use crate::ink::grouped;
use crate::model::Relation;

/// Letters of a digest by which a snapshot is known to people.
const DIGEST: usize = 12;
/// Letters of a word in the legend.
const LONGEST: usize = 46;

/// Writes title, definition, what is told of the links, and legend as wide as the page; gives the top of what stands under them.
pub(super) fn write(marks: &mut Vec<Mark>, graph: &Graph<'_>, paint: &Paint, told: &str, page: f64) -> f64 {
    let mut y = MARGIN + 8.0;
    for text in folded(&graph.about.title, |line| width(line, 17.0, true) <= page - 2.0 * MARGIN) {
        let font = Font { size: 17.0, is_bold: true, ..PLAIN };
        marks.push(Mark::Text { at: (MARGIN, y), text, font });
        y += 20.0;
    }
    for text in heading(graph, told, page - 2.0 * MARGIN) {
        let font = Font { color: "#555555", ..PLAIN };
        marks.push(Mark::Text { at: (MARGIN, y - 2.0), text, font });
        y += 15.0;
    }
    signs(marks, graph, paint, page, y + 2.0)
}

/// Writes what colours, sizes and lines mean, from a height on; gives the top of what stands under it.
pub(super) fn signs(marks: &mut Vec<Mark>, graph: &Graph<'_>, paint: &Paint, page: f64, top: f64) -> f64 {
    let mut legend = Legend { marks, page, at: (MARGIN, top) };
    legend.fill(graph, paint);
    legend.at.1 + 22.0
}

/// What the picture says of itself under its title, in lines as wide as the page.
fn heading(graph: &Graph<'_>, told: &str, page: f64) -> Vec<String> {
    let notes = graph.notes();
    let note = |name: &str| notes.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str());
    // The whole digest stands in the file's description.
    let digest = note("sha256").get(..DIGEST).unwrap_or_default();
    let snapshot = format!("Snapshot of {}, sha256 {digest}; {}.", note("snapshot"), note("program"));
    // The title stands above already.
    let selection = note("selection").strip_prefix(&format!("{}.", note("title"))).unwrap_or(note("selection"));
    let fits = |line: &str| width(line, FONT, false) <= page;
    let has_numbers = graph.nodes().any(|node| node.descendants > 0);
    let definition = if has_numbers { graph.shown() } else { note("definition").to_owned() };
    [&definition, told, selection.trim(), &snapshot].iter().flat_map(|text| folded(text, fits)).collect()
}

struct Legend<'l> {
    marks: &'l mut Vec<Mark>,
    page: f64,
    at: Point,
}

impl Legend<'_> {
    /// Says what occurs, and nothing else.
    fn fill(&mut self, graph: &Graph<'_>, paint: &Paint) {
        let mut relations: BTreeSet<Relation> = graph.links().map(|link| link.relation).collect();
        let by_relation = paint.by() == ColorBy::Relation;
        let line = |(x, y): Point, relation| {
            vec![Mark::Lines(vec![vec![(x, y), (x + 26.0, y)]], Pen::of(relation, paint.by()))]
        };
        self.word(&format!("{} (models):", paint.by().name()), true);
        for (name, color, count) in paint.legend() {
            let word = format!("{} ({})", shortened(name, LONGEST), grouped(*count));
            let dot = |(x, y): Point| dot((x + 5.0, y), 5.0, color, Status::Listed);
            // Where colours tell relations, a link and its model are one entry.
            match Relation::from_name(name).filter(|relation| by_relation && relations.remove(relation)) {
                Some(relation) => self.entry(&word, 40.0, |(x, y)| {
                    line((x, y), relation).into_iter().chain(dot((x + 26.0, y))).collect()
                }),
                None => self.entry(&word, 14.0, dot),
            }
        }
        if !relations.is_empty() {
            self.word("links:", true);
        }
        for relation in relations {
            self.entry(relation.name(), 31.0, |at| line(at, relation));
        }
        let most = graph.nodes().map(|node| node.descendants).max().unwrap_or(0);
        let sizes: Vec<u64> = [0, 10, 100, 1_000, 10_000, 100_000].into_iter().filter(|size| *size <= most).collect();
        if most > 0 {
            self.word("descendants:", by_relation);
            for descendants in sizes {
                let radius = size(descendants);
                self.entry(&grouped(descendants), 2.0 * radius + 4.0, |(x, y)| {
                    dot((x + radius, y), radius, "#FFFFFF", Status::Listed)
                });
            }
        }
        for (status, word) in [(Status::Unlisted, "unlisted"), (Status::Collapsed, "several models")] {
            if graph.nodes().any(|node| node.status == status) {
                self.entry(word, 14.0, |(x, y)| dot((x + 5.0, y), 5.0, "#BBBBBB", status));
            }
        }
    }

    /// A word that begins a part, on a line of its own or in the same.
    fn word(&mut self, word: &str, is_first: bool) {
        if is_first && self.at.0 > MARGIN {
            self.at = (MARGIN, self.at.1 + 20.0);
        }
        self.entry(word, 0.0, |_| Vec::new());
    }

    /// A sign, with its word to the right of it.
    fn entry(&mut self, word: &str, room: f64, sign: impl Fn(Point) -> Vec<Mark>) {
        let step = room + width(word, FONT, false) + 16.0;
        if self.at.0 > MARGIN && self.at.0 + step > self.page - MARGIN {
            self.at = (MARGIN, self.at.1 + LINE + 4.0);
        }
        let (x, y) = self.at;
        self.marks.extend(sign(self.at));
        self.marks.push(Mark::Text { at: (x + room, y + 4.0), text: word.to_owned(), font: PLAIN });
        self.at.0 = x + step;
    }
}
