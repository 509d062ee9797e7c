use std::collections::HashMap;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::Error;
use super::classes::{Classes, Colour};
use super::forest::Forest;
use super::place::Place;
use super::trees::Node;
use super::view::Asked;
use crate::model::{Count, Relation, WordList};
use crate::snapshot::Row;

/// A `Packed` is a whole forest as the bytes that the page reads: a line of JSON, and behind it one column after the other, whose
/// lengths the line says (docs/explorer.md, 4). Numbers are in LEB128, and every column is for all nodes in the order of the map unless it
/// says otherwise.
#[derive(Debug, Default)]
pub struct Packed {
    columns: Vec<(&'static str, Vec<u8>)>,
    header: serde_json::Value,
}

/// What is so of a node beside its relation, which is the low three bits.
const FAMILY: u8 = 6;
const OWNER: u8 = 7;
const UNLISTED: u8 = 8;
/// It has descendants, and so a place in the columns of facts.
const COUNTED: u8 = 16;
/// It has parents beside the one that it stands below, or stands below one without being its child.
const FURTHER: u8 = 32;

/// So many owners of models without any link are named, more than are ever shown; of the others the number is told.
const MOST_ALONE: usize = Asked::MARKS;

/// Adds a number, seven bits a byte, the lowest first.
fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

impl Packed {
    /// Packs all of a forest.
    ///
    /// # Errors
    /// [`Error::Census`] if a column is not as it was written.
    pub fn pack(forest: &Forest) -> Result<Packed, Error> {
        let (trees, snapshot) = (&forest.trees, forest.snapshot());
        let nodes = trees.len() as Node;
        let (licences, downloads) = (snapshot.list(WordList::Licences)?, snapshot.count(Count::Downloads)?);
        let mut packed = Packed::default();

        let (mut names, mut slots, mut flags, mut loads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut stated: Vec<Option<u32>> = Vec::with_capacity(nodes as usize);
        let (mut further, mut outside, mut numbers) = (Vec::new(), Vec::new(), HashMap::new());
        let mut last: Node = 0;
        for node in 0..nodes {
            number(&mut slots, u64::from(trees.range(node).end - node));
            if !trees.is_model(node) {
                let (kind, name) = match (node, forest.place(node)) {
                    (0, _) => (OWNER, String::new()),
                    (_, Place::Family(name)) => (FAMILY, name),
                    (_, Place::Owner(name)) => (OWNER, name),
                    (_, other) => (OWNER, other.to_string()),
                };
                names.extend_from_slice(name.as_bytes());
                names.push(b'\n');
                flags.push(kind);
                number(&mut loads, 0);
                stated.push(None);
                continue;
            }
            let row = trees.row(node);
            names.extend_from_slice(snapshot.id_bytes(row));
            names.push(b'\n');
            let mut flag = trees.relation(node);
            flag |= if snapshot.is_listed(row) { 0 } else { UNLISTED };
            flag |= if forest.census.facts(row).descendants > 0 { COUNTED } else { 0 };
            let up = trees.up(node);
            let placed_below = trees.is_model(up).then(|| trees.row(up));
            let parents: Vec<(Row, Relation)> =
                forest.lineage.parents(row).map(|(parent, edge)| (parent, edge.relation)).collect();
            let is_plain = parents.len() == usize::from(placed_below.is_some())
                && parents
                    .iter()
                    .all(|(parent, relation)| Some(*parent) == placed_below && *relation as u8 == trees.relation(node));
            if !is_plain {
                // All of its parents are told, so that nothing is said of whether the one above is among them.
                flag |= FURTHER;
                number(&mut further, u64::from(node - last));
                number(&mut further, parents.len() as u64);
                last = node;
                for (parent, relation) in parents {
                    let at = trees.node(parent).unwrap_or_else(|| {
                        *numbers.entry(parent).or_insert_with(|| {
                            outside.push(snapshot.id(parent));
                            nodes + outside.len() as Node - 1
                        })
                    });
                    number(&mut further, u64::from(at));
                    further.push(relation as u8);
                }
            }
            flags.push(flag);
            number(&mut loads, downloads.at(row).map_or(0, |downloads| downloads + 1));
            stated.push(licences.at(row).first().copied());
        }
        packed.columns.extend([
            ("names", names),
            ("slots", slots),
            ("flags", flags),
            ("downloads", loads),
            ("further", further),
        ]);

        let words: Vec<&str> = licences.words().collect();
        let class = |word: &str| forest.books.licences.class(word).to_owned();
        let (column, table) = ranked(&stated);
        let table: Vec<[String; 2]> =
            table.into_iter().map(|word| [words[word as usize].to_owned(), class(words[word as usize])]).collect();
        packed.columns.push(("licences", column));
        let classes = |colour: Colour| Ok::<&Classes, Error>(forest.classes(colour)?.unwrap_or(&NONE));
        let (countries, months) = (classes(Colour::Country)?, classes(Colour::Month)?);
        packed.columns.extend([("countries", countries.of.clone()), ("months", months.of.clone())]);

        packed.facts(forest)?;
        let alone = forest.alone();
        let owner = |first| snapshot.owner(first).unwrap_or_default();
        let owners: Vec<(&str, u64)> = alone.iter().take(MOST_ALONE).map(|of| (owner(of.first), of.models)).collect();
        packed.header = json!({
            "version": 1,
            "nodes": nodes,
            "columns": packed.columns.iter().map(|(name, bytes)| json!([name, bytes.len()])).collect::<Vec<_>>(),
            "words": {
                "licence": classes(Colour::Licence)?.words,
                "country": countries.words,
                "month": months.words,
                "downloads": classes(Colour::Downloads)?.words,
            },
            "licences": table,
            "outside": outside,
            "alone": {"models": forest.all_lonely(), "owners": owners},
            "title": forest.title(&Place::Hub),
            "start": forest.part().map_or(Place::Hub, |part| part.start.clone()).to_string(),
        });
        Ok(packed)
    }

    /// The columns of what is counted, each for the models that have descendants: direct children, descendants, these by
    /// relation, their owners, their downloads, and of how many these are known.
    fn facts(&mut self, forest: &Forest) -> Result<(), Error> {
        const NAMES: [&str; 10] = [
            "direct",
            "descendants",
            "unstated",
            "finetune",
            "quantized",
            "adapter",
            "merge",
            "authors",
            "below",
            "known",
        ];
        let mut columns: [Vec<u8>; 10] = Default::default();
        let authors = forest.authors()?;
        for node in (0..forest.trees.len() as Node).filter(|node| forest.trees.is_model(*node)) {
            let row = forest.trees.row(node);
            let facts = forest.census.facts(row);
            if facts.descendants == 0 {
                continue;
            }
            let authors = forest.census.models().binary_search(&row).map_or(0, |at| authors[at]);
            let [unstated, finetune, quantized, adapter, merge] = facts.by_relation;
            let (below, known) = (facts.downloads.total, facts.downloads.of);
            let values =
                [facts.direct, facts.descendants, unstated, finetune, quantized, adapter, merge, authors, below, known];
            columns.iter_mut().zip(values).for_each(|(column, value)| number(column, value));
        }
        self.columns.extend(NAMES.into_iter().zip(columns));
        Ok(())
    }

    /// Writes the bytes, packed by gzip.
    ///
    /// # Errors
    /// It fails if the writer does.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        let mut gzip = GzEncoder::new(out, Compression::best());
        writeln!(gzip, "{}", self.header)?;
        self.columns.iter().try_for_each(|(_, column)| gzip.write_all(column))?;
        gzip.finish()?.flush()
    }

    /// Tells how many bytes each column has before it is packed.
    pub fn lengths(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.columns.iter().map(|(name, bytes)| (*name, bytes.len()))
    }
}

/// What colours nothing.
static NONE: Classes = Classes { of: Vec::new(), words: Vec::new() };

/// Words by how often they occur, as numbers from 1 on, 0 being none; and the words in that order.
fn ranked(words: &[Option<u32>]) -> (Vec<u8>, Vec<u32>) {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    words.iter().flatten().for_each(|word| *counts.entry(*word).or_default() += 1);
    let mut order: Vec<(u32, u32)> = counts.into_iter().collect();
    order.sort_unstable_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    let numbers: HashMap<u32, u64> = order.iter().zip(1..).map(|((word, _), at)| (*word, at)).collect();
    let mut column = Vec::with_capacity(words.len());
    words.iter().for_each(|word| number(&mut column, word.map_or(0, |word| numbers[&word])));
    (column, order.into_iter().map(|(word, _)| word).collect())
}
