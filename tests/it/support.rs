//! Lineages for tests: written as text, generated, or read from real data.

use std::path::PathBuf;

use modelkin::model::Relation;
use modelkin::snapshot::{Builder, Snapshot};
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
