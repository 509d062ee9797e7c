use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use serde::{Serialize, Serializer};

use super::classes::{Classes, Colour};
use super::forest::{Forest, Group, Spot};
use super::place::{Place, relation_word};
use super::trees::Node;
use super::{Error, NoPlace};

/// A `Size` is what the areas of the map tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// How many models are placed there.
    Descendants,
    /// How often these were downloaded in 30 days, as far as that is known.
    Downloads,
}

impl Size {
    /// This lists both.
    pub const ALL: [Size; 2] = [Size::Descendants, Size::Downloads];

    /// Gives its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Size::Descendants => "descendants",
            Size::Downloads => "downloads",
        }
    }

    /// Finds the one of that name.
    pub fn from_name(name: &str) -> Option<Size> {
        Size::ALL.into_iter().find(|size| size.name() == name)
    }
}

/// An `Asked` says what of the map is to be seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The map is looked at from here.
    pub at: Place,
    /// Its areas tell this.
    pub size: Size,
    /// Its colours tell this.
    pub colour: Colour,
    /// It is drawn on so many square pixels.
    pub area: f64,
    /// It has at most so many marks.
    pub marks: usize,
}

impl Asked {
    /// So many marks are drawn at once, at most: more take longer than a frame.
    pub const MARKS: usize = 5_000;
    /// No mark has fewer square pixels.
    pub const LEAST: f64 = 3.0;
    /// What has fewer square pixels is not opened: nobody could tell apart what is in it.
    pub const OPEN: f64 = 400.0;
    /// Of what has something below it, one in so many of all marks stand side by side at most, so that marks are left to show what is
    /// inside; what is left is the rest.
    pub const SIDES: usize = 8;
}

/// A `View` is what is to be seen at a place: the marks below it, best first, as far as there is room for them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View {
    /// This is the place's address.
    pub at: String,
    /// These are the addresses of the places from the top down to it, itself included, with what they are called.
    pub path: Vec<(String, String)>,
    /// So many models are placed here, one that the place is itself included.
    pub models: u64,
    /// The marks and the place itself have this weight together: models, or their downloads.
    pub weight: u64,
    /// The model that the place is has so many descendants; nothing is said where the place is none.
    pub descendants: Option<u64>,
    /// Here are so many models without any link, which have no place on the map: at the top alone.
    pub alone: u64,
    /// So many entries are skipped.
    pub skipped: usize,
    /// These classes of models occur here: each its number, its name, and how many models are of it.
    pub classes: Vec<(u8, String, u64)>,
    /// These are the marks, each behind the one that it lies in.
    pub marks: Vec<Mark>,
}

/// A `Mark` is what is drawn as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// It lies in the mark of this number, or in the place itself.
    pub within: Option<usize>,
    /// It stands for this.
    pub kind: MarkKind,
    /// This is the name of a family or an account, the id of a model, the relation of a block.
    pub text: String,
    /// It stands for so many models, one that it is itself included.
    pub models: u64,
    /// Its area tells this: models, or their downloads.
    pub weight: u64,
    /// The model has so many descendants, wherever they are placed.
    pub descendants: u64,
    /// This is the code of the relation by which it stands there.
    pub relation: u8,
    /// This is the class of a model, or of a block each class with how many models are of it; it is empty where relations are
    /// what colours tell, and of what has no class.
    pub classes: Vec<u64>,
}

/// A `MarkKind` says what a mark stands for; its number is what it is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum MarkKind {
    /// It is a family of the table, with its models below it.
    Family,
    /// It is an account, with its models below it.
    Owner,
    /// It is a model, with what is placed below it.
    Model,
    /// It is models that have nothing below them, and are related alike to what they stand below.
    Block,
    /// It is what is left of what stands there.
    Rest,
    /// It is the model in which it lies, without what is below it.
    Itself,
}

impl Serialize for Mark {
    /// A list without names, since there may be thousands of them; −1 lies in the place itself.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let within = self.within.map_or(-1, |within| within as i64);
        let Mark { kind, text, models, weight, descendants, relation, classes, .. } = self;
        (within, *kind as u8, text, models, weight, descendants, relation, classes).serialize(serializer)
    }
}

/// Something that may become a mark.
#[derive(Debug, Clone)]
struct Entry {
    kind: MarkKind,
    /// Its nodes; a block's stand side by side.
    nodes: Range<Node>,
    models: u64,
    weight: u64,
}

/// What is being made.
struct Making<'f> {
    forest: &'f Forest,
    /// The downloads of all nodes before each, where areas tell downloads.
    sums: Option<&'f [u64]>,
    classes: Option<&'f Classes>,
    /// Square pixels for what weighs 1.
    scale: f64,
    /// So many marks may stand side by side.
    side: usize,
    marks: Vec<Mark>,
}

impl Forest {
    /// Finds what is to be seen at a place.
    ///
    /// # Errors
    /// [`Error::NoPlace`] if nothing is there, and [`Error::Census`] if a column is not as it was written.
    pub fn view(&self, asked: &Asked) -> Result<View, Error> {
        let (spot, skipped) = self.find(&asked.at).ok_or_else(|| NoPlace { address: asked.at.to_string() })?;
        let sums = match asked.size {
            Size::Descendants => None,
            Size::Downloads => Some(self.downloads_before()?),
        };
        let classes = self.classes(asked.colour)?;
        let mut making = Making {
            forest: self,
            sums,
            classes,
            scale: 0.0,
            side: (asked.marks / Asked::SIDES).max(1),
            marks: Vec::new(),
        };
        let mut view = View {
            at: asked.at.to_string(),
            path: self.way(&asked.at, &spot),
            models: 0,
            weight: 0,
            descendants: None,
            alone: 0,
            skipped,
            classes: Vec::new(),
            marks: Vec::new(),
        };
        let (mut entries, own) = match &spot {
            Spot::Alone => return Ok(self.owners_alone(view, asked)),
            Spot::Lonely(_) => {
                (view.models, view.descendants) = (1, Some(0));
                return Ok(view);
            }
            Spot::Node(node) => (making.entries(*node), Some(*node)),
            Spot::Block(_, _, nodes) => (making.each(nodes.clone())?, None),
        };
        entries.drain(..skipped.min(entries.len()));
        // Of the rest of what stands at a place the place itself is none.
        let own = own.filter(|node| skipped == 0 && self.trees.is_model(*node));
        let weight = own.map_or(0, |node| making.weigh(node..node + 1));
        view.models = entries.iter().map(|entry| entry.models).sum::<u64>() + u64::from(own.is_some());
        view.weight = entries.iter().map(|entry| entry.weight).sum::<u64>() + weight;
        view.descendants = own.map(|node| self.census.facts(self.trees.row(node)).descendants);
        if spot == Spot::Node(0) {
            view.alone = self.all_lonely();
        }
        let ranges = entries.iter().map(|entry| entry.nodes.clone()).chain(own.map(|node| node..node + 1));
        view.classes = self.occurring(asked.colour, classes, ranges);
        making.scale = asked.area / view.weight.max(1) as f64;
        making.show(entries, own.filter(|_| weight > 0), asked.marks);
        view.marks = making.marks;
        Ok(view)
    }

    /// The places from the top to one, with what each is called.
    fn way(&self, place: &Place, spot: &Spot) -> Vec<(String, String)> {
        let mut path = match spot {
            Spot::Node(node) | Spot::Block(node, ..) => self.path(*node),
            Spot::Alone | Spot::Lonely(_) => vec![Place::Hub],
        };
        match spot {
            Spot::Alone => path.push(Place::Alone),
            Spot::Lonely(row) => path.push(Place::Model(self.snapshot().id(*row).into())),
            _ => (),
        }
        let of = if let Place::Rest(_, of) = place { of } else { place };
        if matches!(of, Place::Block(..)) {
            path.push(of.clone());
        }
        path.extend((of != place).then(|| place.clone()));
        path.iter().map(|place| (place.to_string(), self.title(place))).collect()
    }

    fn owners_alone(&self, mut view: View, asked: &Asked) -> View {
        let owners = self.alone();
        let all = self.all_lonely();
        let shown = owners.len().min(asked.marks.saturating_sub(1));
        let least = |models: u64| models as f64 * asked.area < Asked::LEAST * all as f64;
        let shown = owners[..shown].iter().position(|owner| least(owner.models)).unwrap_or(shown);
        let mark = |kind, text: &str, models| {
            let classes = Vec::new();
            Mark {
                within: None,
                kind,
                text: text.into(),
                models,
                weight: models,
                descendants: 0,
                relation: super::trees::ROOT,
                classes,
            }
        };
        let owner = |first| self.snapshot().owner(first).unwrap_or_default();
        view.marks = owners[..shown].iter().map(|of| mark(MarkKind::Owner, owner(of.first), of.models)).collect();
        let rest: u64 = owners[shown..].iter().map(|owner| owner.models).sum();
        view.marks.extend((rest > 0).then(|| mark(MarkKind::Rest, "", rest)));
        (view.models, view.weight) = (all, all);
        view
    }

    /// The classes that occur among some nodes, those of most models first; of what has an order, in that.
    fn occurring(
        &self,
        colour: Colour,
        classes: Option<&Classes>,
        ranges: impl Iterator<Item = Range<Node>>,
    ) -> Vec<(u8, String, u64)> {
        let mut counts = [0u64; 256];
        let of = classes.map_or(self.trees.relations(), |classes| &classes.of);
        for range in ranges {
            range
                .filter(|node| self.trees.is_model(*node))
                .for_each(|node| counts[usize::from(of[node as usize])] += 1);
        }
        let words = classes.map_or_else(Classes::relations, |classes| classes.words.clone());
        let found = words.into_iter().zip(0u8..).zip(counts).filter(|(_, count)| *count > 0);
        let mut found: Vec<(u8, String, u64)> = found.map(|((word, code), count)| (code, word, count)).collect();
        if matches!(colour, Colour::Relation) {
            found.sort_by_key(|(code, _, count)| (Reverse(*count), *code));
        }
        found
    }
}

impl Making<'_> {
    fn weigh(&self, nodes: Range<Node>) -> u64 {
        match self.sums {
            Some(sums) => sums[nodes.end as usize] - sums[nodes.start as usize],
            None => nodes.filter(|node| self.forest.trees.is_model(*node)).count() as u64,
        }
    }

    /// One node with all below it.
    fn entry(&self, node: Node) -> Entry {
        let trees = &self.forest.trees;
        let (nodes, models) = (trees.range(node), trees.models(node));
        let kind = match trees.is_group(node) {
            false => MarkKind::Model,
            true => match self.forest.groups[trees.row(node) as usize] {
                Group::Family(_) => MarkKind::Family,
                Group::Owner(_) => MarkKind::Owner,
            },
        };
        let weight = if self.sums.is_some() { self.weigh(nodes.clone()) } else { models };
        Entry { kind, nodes, models, weight }
    }

    /// What stands right below a node, the heaviest first, and of equals that which stands first.
    fn entries(&self, node: Node) -> Vec<Entry> {
        let trees = &self.forest.trees;
        let (inner, leaves) = trees.children(node);
        let mut entries: Vec<Entry> = inner.into_iter().map(|node| self.entry(node)).collect();
        let mut from = leaves.start;
        while from < leaves.end {
            let nodes = trees.related(&leaves, trees.relation(from));
            let models = u64::from(nodes.end - nodes.start);
            from = nodes.end;
            // One alone is no block.
            let kind = if models == 1 { MarkKind::Model } else { MarkKind::Block };
            let weight = if self.sums.is_some() { self.weigh(nodes.clone()) } else { models };
            entries.push(Entry { kind, nodes, models, weight });
        }
        entries.sort_by_key(|entry| (Reverse(entry.weight), entry.nodes.start));
        entries
    }

    /// The models of a block, those with most downloads first.
    fn each(&self, nodes: Range<Node>) -> Result<Vec<Entry>, Error> {
        let sums = self.forest.downloads_before()?;
        let downloads = |node: Node| sums[node as usize + 1] - sums[node as usize];
        let mut all: Vec<Node> = nodes.collect();
        all.sort_by_key(|node| (Reverse(downloads(*node)), *node));
        Ok(all.into_iter().map(|node| self.entry(node)).collect())
    }

    /// Makes marks of what stands at the place, and opens one after the other while there is room, the heaviest first.
    fn show(&mut self, entries: Vec<Entry>, own: Option<Node>, most: usize) {
        let mut open: BinaryHeap<(u64, Reverse<Node>, usize)> = BinaryHeap::new();
        // The place itself and the rest are marks too.
        if entries.iter().all(|entry| entry.nodes.end - entry.nodes.start == 1) {
            self.side = most.saturating_sub(2);
        }
        let visible = self.visible(&entries);
        self.fill(None, entries, visible, own, &mut open);
        while let Some((weight, Reverse(node), mark)) = open.pop() {
            if weight as f64 * self.scale < Asked::OPEN {
                break;
            }
            let entries = self.entries(node);
            let visible = self.visible(&entries);
            let own = Some(node).filter(|node| self.forest.trees.is_model(*node));
            let room = visible + usize::from(visible < entries.len()) + usize::from(self.sums.is_some());
            if visible > 0 && self.marks.len() + room <= most {
                self.fill(Some(mark), entries, visible, own, &mut open);
            }
        }
    }

    /// How many entries are large enough to be seen.
    fn visible(&self, entries: &[Entry]) -> usize {
        let is_seen = |entry: &&Entry| entry.weight as f64 * self.scale >= Asked::LEAST;
        entries.iter().take(self.side).take_while(is_seen).count()
    }

    /// Makes marks of some entries, of which so many are visible.
    fn fill(
        &mut self,
        within: Option<usize>,
        entries: Vec<Entry>,
        visible: usize,
        own: Option<Node>,
        open: &mut BinaryHeap<(u64, Reverse<Node>, usize)>,
    ) {
        let own = own.filter(|_| self.sums.is_some());
        if let Some(node) = own {
            let weight = self.weigh(node..node + 1);
            if weight as f64 * self.scale >= Asked::LEAST {
                let own = Entry { kind: MarkKind::Itself, nodes: node..node + 1, models: 1, weight };
                self.mark(within, &own);
            }
        }
        for entry in &entries[..visible] {
            let Entry { weight, ref nodes, .. } = *entry;
            let is_open = entry.kind != MarkKind::Block && nodes.end - nodes.start > 1;
            if is_open {
                open.push((weight, Reverse(nodes.start), self.marks.len()));
            }
            self.mark(within, entry);
        }
        let rest = &entries[visible..];
        if !rest.is_empty() {
            let (models, weight) = rest.iter().fold((0, 0), |sum, entry| (sum.0 + entry.models, sum.1 + entry.weight));
            self.mark(within, &Entry { kind: MarkKind::Rest, nodes: 0..0, models, weight });
        }
    }

    fn mark(&mut self, within: Option<usize>, entry: &Entry) {
        let (forest, node) = (self.forest, entry.nodes.start);
        let row = || forest.trees.row(node);
        let (is_model, is_rest) =
            (matches!(entry.kind, MarkKind::Model | MarkKind::Itself), entry.kind == MarkKind::Rest);
        let relation = if is_rest { super::trees::ROOT } else { forest.trees.relation(node) };
        let text = match entry.kind {
            MarkKind::Family | MarkKind::Owner => match forest.place(node) {
                Place::Family(name) | Place::Owner(name) => name,
                _ => String::new(),
            },
            MarkKind::Model | MarkKind::Itself => forest.snapshot().id(row()).to_owned(),
            MarkKind::Block => relation_word(relation).to_owned(),
            MarkKind::Rest => String::new(),
        };
        let descendants = if is_model { forest.census.facts(row()).descendants } else { 0 };
        let classes = match self.classes {
            Some(classes) if is_model => vec![classes.of[node as usize].into()],
            Some(classes) if entry.kind == MarkKind::Block => {
                let mut counts = [0u64; 256];
                entry.nodes.clone().for_each(|node| counts[usize::from(classes.of[node as usize])] += 1);
                let found = counts.into_iter().zip(0u64..).filter(|(count, _)| *count > 0);
                found.flat_map(|(count, class)| [class, count]).collect()
            }
            _ => Vec::new(),
        };
        let (models, weight, kind) = (entry.models, entry.weight, entry.kind);
        self.marks.push(Mark { within, kind, text, models, weight, descendants, relation, classes });
    }
}
