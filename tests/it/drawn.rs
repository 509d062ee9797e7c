//! Drawings, read back as a browser reads them: no label lies on another, no line runs through one, nothing leaves the page, and
//! every link can be followed from its parent to its child.

use std::collections::{BTreeMap, BTreeSet};

use modelkin::census::{Census, Counting};
use modelkin::export::{About, ColorBy, FilePart, Format, Graph, Layout, Paint, Tables};
use modelkin::lineage::{Lineage, Reach, Selection};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::support::{any_lineage, snapshot};

type Point = (f64, f64);

#[derive(Debug, Clone)]
struct Label {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Which node it is of, if it is of one.
    node: Option<usize>,
}

/// What is drawn, as far as these tests look.
#[derive(Debug, Default)]
struct Picture {
    size: Point,
    labels: Vec<Label>,
    /// Of each node the middle and the radius of its dot, and the first line of what is told of it: its id.
    nodes: Vec<(Point, f64, String)>,
    /// Lines as many short ones, and the bands behind what was named.
    lines: Vec<Vec<Point>>,
    bands: usize,
    text: String,
}

/// Letters of Helvetica by their widths in thousandths of the size, plain and bold; from Adobe's metrics of its core fonts.
const WIDTHS: [(u32, &str, &str); 15] = [
    (222, "ijl", ""),
    (278, " !,./:;I[\\]ft", " ,./I\\ijl"),
    (333, "()-`r", "!()-:;[]`ft"),
    (389, "*", "*r{}"),
    (500, "Jckvsxyz", "z"),
    (556, "#$0123456789?L_abdeghnopqu", "#$0123456789J_aceksvxy"),
    (584, "+<=>~", "+<=>^~"),
    (611, "FTZ", "?FLTZbdghnopqu"),
    (667, "&ABEKPSVXY", "EPSVXY"),
    (722, "CDHNRUw", "&ABCDHKNRU"),
    (778, "GOQ", "GOQw"),
    (833, "Mm", "M"),
    (889, "%", "%m"),
    (944, "W", "W"),
    (1000, "…", "…"),
];

fn wide(text: &str, size: f64, is_bold: bool) -> f64 {
    let of = |c: char| {
        let has = |(_, plain, bold): &&(u32, &str, &str)| if is_bold { bold.contains(c) } else { plain.contains(c) };
        WIDTHS.iter().find(has).map_or(600, |(width, ..)| *width)
    };
    text.chars().map(of).sum::<u32>() as f64 * size / 1000.0
}

fn drawn(selection: &Selection, census: &Census) -> Picture {
    let tables = Tables::default();
    let about = About {
        title: "a title".into(),
        selection: "a selection".into(),
        program: "modelkin test".into(),
        written: Vec::new(),
    };
    let graph = Graph::new(census, selection, &tables, about).unwrap();
    let mut out = Vec::new();
    let paint = Paint::new(&graph, ColorBy::Relation);
    Format::Svg.write(FilePart::Whole, &graph, &paint, Layout::OUTLINE, &mut out).unwrap();
    Picture::read(String::from_utf8(out).unwrap())
}

impl Picture {
    fn read(text: String) -> Picture {
        let mut picture = Picture::default();
        let mut reader = Reader::from_str(&text);
        let (mut in_node, mut is_title, mut label) = (false, false, None::<(f64, f64, f64, bool)>);
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(start) => match start.name().as_ref() {
                    "svg" => picture.size = (number(&start, "width"), number(&start, "height")),
                    "g" | "a" => in_node = true,
                    "title" => is_title = in_node,
                    "text" => {
                        let is_bold = start.try_get_attribute("font-weight").unwrap().is_some();
                        let [x, y, size] = ["x", "y", "font-size"].map(|name| number(&start, name));
                        label = Some((x, y, size, is_bold));
                    }
                    _ => (),
                },
                Event::End(end) if ["g", "a"].contains(&end.name().as_ref()) => in_node = false,
                Event::Empty(mark) if mark.name().as_ref() == "path" => picture.path(&mark),
                // The first dot of a node is the whole one.
                Event::Empty(mark) if mark.name().as_ref() == "circle" && in_node => {
                    if let Some((at, radius, _)) = picture.nodes.last_mut().filter(|node| node.1 == 0.0) {
                        (*at, *radius) = ((number(&mark, "cx"), number(&mark, "cy")), number(&mark, "r"));
                    }
                }
                Event::Text(said) if is_title => {
                    is_title = false;
                    let id = said.lines().next().unwrap_or_default().to_owned();
                    picture.nodes.push(((0.0, 0.0), 0.0, id));
                }
                Event::Text(said) => {
                    if let Some((left, y, size, is_bold)) = label.take() {
                        let text = said.to_string();
                        let right = left + wide(&text, size, is_bold);
                        let node = in_node.then(|| picture.nodes.len() - 1);
                        // Ascent and descent of a line without accents.
                        let (top, bottom) = (y - 0.72 * size, y + 0.21 * size);
                        picture.labels.push(Label { text, left, right, top, bottom, node });
                    }
                }
                _ => (),
            }
        }
        picture.text = text;
        picture
    }

    fn path(&mut self, mark: &BytesStart<'_>) {
        let value = |name: &str| mark.try_get_attribute(name).unwrap().unwrap().value.to_string();
        if value("stroke") == "#FFD84D" {
            self.bands += 1;
            return;
        }
        for line in value("d").split('M').skip(1) {
            let corners: Vec<Point> = line.split('L').map(point).collect();
            match line.split_once('C') {
                Some((from, rest)) => {
                    let rest: Vec<f64> = rest.split_whitespace().map(|number| number.parse().unwrap()).collect();
                    let ends = [point(from), (rest[0], rest[1]), (rest[2], rest[3]), (rest[4], rest[5])];
                    self.lines.push((0..=40).map(|step| on_curve(&ends, f64::from(step) / 40.0)).collect());
                }
                None => self.lines.push(corners),
            }
        }
    }

    /// What no drawing may do.
    fn is_fair(&self) {
        let (width, height) = self.size;
        for label in &self.labels {
            let is_inside = label.left >= 0.0 && label.right <= width && label.top >= 0.0 && label.bottom <= height;
            assert!(is_inside, "{label:?} leaves {width} by {height}: {}", self.text);
        }
        let mut across: Vec<&Label> = self.labels.iter().collect();
        across.sort_by(|one, other| one.top.total_cmp(&other.top));
        for (at, label) in across.iter().enumerate() {
            for other in across[at + 1..].iter().take_while(|other| other.top < label.bottom) {
                let is_apart = label.right < other.left || other.right < label.left;
                assert!(is_apart, "{label:?} and {other:?}: {}", self.text);
            }
            for (number, ((x, y), radius, id)) in self.nodes.iter().enumerate() {
                let (dx, dy) = (x - x.clamp(label.left, label.right), y - y.clamp(label.top, label.bottom));
                let is_apart = label.node == Some(number) || dx.hypot(dy) > radius - 1.0;
                assert!(is_apart, "{label:?} and the dot of {id}: {}", self.text);
            }
        }
        for line in &self.lines {
            for (from, to) in line.iter().zip(&line[1..]) {
                assert!([from, to].iter().all(|(x, y)| (0.0..=width).contains(x) && (0.0..=height).contains(y)));
                let hit = self.labels.iter().find(|label| crosses(*from, *to, label));
                assert!(hit.is_none(), "a line from {from:?} to {to:?} through {hit:?}: {}", self.text);
            }
        }
    }

    /// The ids that lines lead to from a node's label, from left to right.
    fn followed(&self, id: &str) -> BTreeSet<&str> {
        let near = |one: f64, other: f64| (one - other).abs() < 0.3;
        let number = self.nodes.iter().position(|node| node.2 == id).unwrap();
        let ((x, y), ..) = self.nodes[number];
        let labels = || self.labels.iter().filter(|label| label.node == Some(number));
        // Room is left for the font inside the program, in which letters are up to a fifth wider than in Helvetica.
        let right = labels().map(|label| label.right + (label.right - label.left) * 0.2).fold(x, f64::max);
        let is_begin = |line: &&Vec<Point>| near(line[0].1, y) && (x..right + 8.0).contains(&line[0].0);
        let mut open: Vec<Point> = self.lines.iter().filter(is_begin).map(|line| line[line.len() - 1]).collect();
        let mut met: BTreeSet<(i64, i64)> = BTreeSet::new();
        let mut ids = BTreeSet::new();
        while let Some(end) = open.pop() {
            if !met.insert(((end.0 * 10.0) as i64, (end.1 * 10.0) as i64)) {
                continue;
            }
            let is_there = |((x, y), radius, _): &&(Point, f64, String)| {
                near(*y, end.1) && (x - radius - 4.0..x + radius).contains(&end.0)
            };
            ids.extend(self.nodes.iter().filter(is_there).map(|node| node.2.as_str()));
            let goes_on = |line: &&Vec<Point>| near(line[0].0, end.0) && near(line[0].1, end.1);
            open.extend(self.lines.iter().filter(goes_on).map(|line| line[line.len() - 1]));
        }
        ids
    }
}

fn number(mark: &BytesStart<'_>, name: &str) -> f64 {
    mark.try_get_attribute(name).unwrap().unwrap().value.parse().unwrap()
}

fn point(text: &str) -> Point {
    let text = text.split('C').next().unwrap_or_default();
    let (x, y) = text.trim().split_once(' ').unwrap();
    (x.parse().unwrap(), y.parse().unwrap())
}

fn on_curve([a, b, c, d]: &[Point; 4], t: f64) -> Point {
    let s = 1.0 - t;
    let of = |a: f64, b: f64, c: f64, d: f64| s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d;
    (of(a.0, b.0, c.0, d.0), of(a.1, b.1, c.1, d.1))
}

/// Whether a line runs through a label: whether any of it lies inside (by Liang and Barsky).
fn crosses(from: Point, to: Point, label: &Label) -> bool {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut begin, mut end) = (0.0f64, 1.0f64);
    for (step, room) in
        [(-dx, from.0 - label.left), (dx, label.right - from.0), (-dy, from.1 - label.top), (dy, label.bottom - from.1)]
    {
        if step == 0.0 {
            if room <= 0.0 {
                return false;
            }
        } else if step < 0.0 {
            begin = begin.max(room / step);
        } else {
            end = end.min(room / step);
        }
    }
    begin < end
}

/// A lineage of merges of merges: each model has up to five parents among the `near` before it.
fn merges(parents: &[(Vec<u8>, bool)]) -> String {
    let name = |at: usize| format!("owner-{}/A_Merge-{}B.v{at}-{}X", at % 7, at % 9, "Long-Word".repeat(at % 4));
    let mut text = String::new();
    for (at, (near, is_merge)) in parents.iter().enumerate() {
        let of: BTreeSet<usize> = near.iter().filter_map(|back| at.checked_sub(1 + usize::from(*back))).collect();
        for parent in of {
            let relation = if *is_merge { "merge" } else { "finetune" };
            text += &format!("{} -> {} : {relation}\n", name(parent), name(at));
        }
    }
    text + "owner-0/A_Merge-0B.v0-X -> x/last : adapter\n"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    #[test]
    fn no_line_runs_through_a_label_and_nothing_leaves_the_page(text in any_lineage()) {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        drawn(&lineage.everything(), &census).is_fair();
        for row in snapshot.rows() {
            for reach in [Reach::Above, Reach::Below, Reach::Around] {
                let picture = drawn(&lineage.select(&[row], reach, 6), &census);
                picture.is_fair();
                prop_assert_eq!(picture.bands, 1, "what was named is marked");
            }
        }
    }

    #[test]
    fn every_link_of_merges_can_be_followed(
        parents in prop::collection::vec((prop::collection::vec(0..12u8, 1..6), any::<bool>()), 3..40)
    ) {
        let snapshot = snapshot(&merges(&parents));
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        let last = snapshot.rows().max_by_key(|row| lineage.parents(*row).count()).unwrap();
        let selection = lineage.select(&[last], Reach::Above, usize::MAX);
        let picture = drawn(&selection, &census);
        picture.is_fair();
        for parent in selection.rows() {
            let children: BTreeSet<&str> = selection.children(*parent).map(|(child, _)| snapshot.id(child)).collect();
            prop_assert_eq!(picture.followed(snapshot.id(*parent)), children, "{}", snapshot.id(*parent));
        }
        // What was asked for stands further right than everything else.
        let of = |id: &str| picture.nodes.iter().find(|node| node.2 == id).unwrap().0.0;
        let right = picture.nodes.iter().filter(|node| node.2 != snapshot.id(last)).map(|node| node.0.0).fold(0.0, f64::max);
        prop_assert!(picture.nodes.len() == 1 || of(snapshot.id(last)) > right);
        // All that descends from the first is woven as well, whichever way it is drawn.
        let first = snapshot.rows().max_by_key(|row| census.facts(*row).descendants).unwrap();
        drawn(&lineage.select(&[first], Reach::Below, usize::MAX), &census).is_fair();
    }
}

#[test]
fn real_merges_and_families_are_drawn_fairly() {
    let sample = modelkin::sample().unwrap();
    let lineage = Lineage::from_snapshot(&sample).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let (mut merges, mut trees) = (0, 0);
    for row in sample.rows() {
        if lineage.parents(row).count() > 1 {
            let selection = lineage.select(&[row], Reach::Above, usize::MAX);
            let picture = drawn(&selection, &census);
            picture.is_fair();
            for parent in selection.rows() {
                let children: BTreeSet<&str> = selection.children(*parent).map(|(child, _)| sample.id(child)).collect();
                assert_eq!(picture.followed(sample.id(*parent)), children, "{}", sample.id(row));
            }
            merges += 1;
        }
        if census.facts(row).descendants > 15 {
            drawn(&lineage.select(&[row], Reach::Below, usize::MAX), &census).is_fair();
            trees += 1;
        }
    }
    assert!(merges > 20 && trees > 20, "{merges} {trees}");
}

#[test]
fn further_parents_have_lanes_or_are_named() {
    // Chains whose ends join: each child of two has a lane; of very many the parents are named.
    for (joined, is_named) in [(3, false), (200, true)] {
        let mut text = String::new();
        for at in 0..joined {
            text += &format!(
                "a/base -> b/one{at}, b/other{at} : finetune\nb/one{at}, b/other{at} -> c/joined{at} : merge\n"
            );
            // Enough leaves that the links are no fifth.
            (0..9).for_each(|leaf| text += &format!("b/one{at} -> d/leaf{at}-{leaf} : quantized\n"));
        }
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        let picture = drawn(&lineage.everything(), &census);
        picture.is_fair();
        let notes: Vec<&Label> = picture.labels.iter().filter(|label| label.text.starts_with("+ b/")).collect();
        assert_eq!(notes.len(), if is_named { joined } else { 0 });
        let told = if is_named { "what stands behind + are the others" } else { "arrows at the right" };
        assert!(picture.text.contains(told));
        if !is_named {
            // Each leads from the right end of its parent's label to that of its child's.
            for at in 0..joined {
                let row = |id: String| picture.nodes.iter().find(|node| node.2 == id).unwrap().0.1;
                let child = row(format!("c/joined{at}"));
                let parents = ["one", "other"].map(|kind| row(format!("b/{kind}{at}")));
                let leads = |line: &&Vec<Point>| {
                    let (first, last) = (line[0], line[line.len() - 1]);
                    line.len() == 6
                        && (last.1 - child).abs() < 4.0
                        && parents.iter().any(|parent| (first.1 - parent).abs() < 4.0)
                };
                assert_eq!(picture.lines.iter().filter(leads).count(), 1);
            }
        }
    }
}

#[test]
fn a_legend_says_what_occurs_and_no_more() {
    let words = |text: &str| {
        let snapshot = snapshot(text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        let picture = drawn(&lineage.everything(), &census);
        picture.is_fair();
        let labels = picture.labels.into_iter().filter(|label| label.node.is_none());
        labels.map(|label| label.text).collect::<Vec<_>>()
    };
    let has = |words: &[String], word: &str| words.iter().any(|known| known == word);
    let plain = words("a/b -> c/d : finetune\na/b : downloads=1");
    for (word, is_there) in
        [("finetune", true), ("merge", false), ("adapter", false), ("unlisted", false), ("several models", false)]
    {
        // A link and its model are one entry.
        let is_word = |known: &String| known.split(" (").next() == Some(word);
        assert_eq!(plain.iter().filter(|known| is_word(known)).count(), usize::from(is_there), "{word}: {plain:?}");
    }
    // What brackets are of is said, here and there.
    assert!(
        has(&plain, "relation (models):")
            && plain.join(" ").contains("A number in brackets behind a name counts its descendants")
    );
    // A link may be of a relation that is no model's strongest.
    assert!(has(&words("a/b -> c/d : finetune\nc/e -> c/d : merge"), "finetune"));
    assert!(has(&plain, "0") && !has(&plain, "10"), "{plain:?}");
    assert!(has(&words("?a/b -> c/d : merge"), "unlisted"));
    let many: String = (0..1_500).map(|at| format!("a/b -> c/d{at} : adapter\n")).collect();
    let many = words(&many);
    assert!(has(&many, "adapter (1,500)") && has(&many, "1,000") && !has(&many, "10,000"), "{many:?}");
}

#[test]
fn no_name_is_cut_and_counts_have_commas() {
    let long = format!("an-owner-with-a-long-name/{}", "Model-of_99.Letters".repeat(4));
    let text: String = (0..1_200).map(|at| format!("{long} -> c/d{at} : adapter\n")).collect();
    let snapshot = snapshot(&text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let picture = drawn(&lineage.everything(), &census);
    picture.is_fair();
    let mut of: BTreeMap<usize, String> = BTreeMap::new();
    for label in &picture.labels {
        label.node.iter().for_each(|node| *of.entry(*node).or_default() += &label.text);
    }
    assert!(of.values().any(|label| *label == format!("{long} (1,200)")), "{:?}", of.values().next());
}
