//! Lineages for tests: written as text, generated, or read from real data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use modelkin::lineage::Lineage;
use modelkin::model::Relation;
use modelkin::snapshot::{Builder, Row, Snapshot};
use modelkin::source::edges;
use proptest::prelude::*;

/// The snapshot of a lineage in the notation of `edges`.
pub fn snapshot(text: &str) -> Snapshot {
    with_aliases(text, &[])
}

pub fn with_aliases(text: &str, aliases: &[(&str, &str)]) -> Snapshot {
    let mut builder = Builder::new();
    builder.source("test", "edges");
    edges::read_text("test", text, &mut |found| builder.add(found));
    assert!(builder.rejects().is_empty(), "{:?}", builder.rejects());
    aliases.iter().for_each(|(legacy, canonical)| builder.alias(legacy, canonical));
    builder.finish("test", None, None).unwrap()
}

/// The folder of real data beside the project, where it is.
pub fn real_data() -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let there = folder.is_dir();
    if !there {
        println!("left out: the real data (../shared/data) are not on this machine");
    }
    there.then_some(folder)
}

/// The naive twin: a plain breadth-first search for each model.
pub struct Naive {
    pub children: BTreeMap<Row, BTreeSet<Row>>,
    pub parents: BTreeMap<Row, BTreeMap<Row, Relation>>,
}

impl Naive {
    pub fn of(lineage: &Lineage<'_>) -> Naive {
        let mut naive = Naive { children: BTreeMap::new(), parents: BTreeMap::new() };
        for (parent, child, edge) in lineage.all_links() {
            assert!(naive.children.entry(parent).or_default().insert(child), "one link for each pair");
            naive.parents.entry(child).or_default().insert(parent, edge.relation);
        }
        naive
    }

    /// Every model that can be reached by at least one link from any of `from`; they too, if they are reached.
    pub fn reached(&self, from: &[Row]) -> BTreeSet<Row> {
        let mut reached = BTreeSet::new();
        let mut queue: Vec<Row> = from.to_vec();
        while let Some(at) = queue.pop() {
            for child in self.children.get(&at).into_iter().flatten() {
                if reached.insert(*child) {
                    queue.push(*child);
                }
            }
        }
        reached
    }

    /// The relation of a model's own link towards a set: the strongest, if several.
    pub fn towards(&self, row: Row, set: impl Fn(Row) -> bool) -> Relation {
        self.parents[&row].iter().filter(|(parent, _)| set(**parent)).map(|(_, relation)| *relation).max().unwrap()
    }
}

/// Lineages with everything that is odd: cycles, diamonds, merges of merges, self-links, unlisted parents, mixed
/// relations, missing values.
pub fn any_lineage() -> impl Strategy<Value = String> {
    let link = (0..28u8, 0..28u8, 0..5usize, 0..4u8);
    let links = prop::collection::vec(link, 0..70);
    (links, any::<u64>()).prop_map(|(links, seed)| {
        let owner = |model: u8| format!("o{}/m{model}", u64::from(model) * (seed % 7 + 1) % 5);
        let mut text = String::from("o0/lonely : downloads=5 tags=chat\n");
        for (parent, child, relation, form) in links {
            // Most links lead upward, some anywhere: mostly a hub, with cycles.
            let (parent, child) = if form > 0 && parent > child { (child, parent) } else { (parent, child) };
            let mark = if form == 1 && parent % 5 == 0 { "?" } else { "" };
            let relation = Relation::ALL[relation].name();
            let facts = match child % 3 {
                0 => String::new(),
                1 => format!(" downloads={} likes={}", u32::from(child) * 10, child),
                _ => format!(" downloads_all_time=7 created=2024-0{}-01", child % 9 + 1),
            };
            text += &format!("{mark}{} -> {} : {relation}{facts}\n", owner(parent), owner(child));
        }
        text
    })
}
