//! petgraph's algorithms over the whole of a snapshot, without a copy of its graph; and a part of it as a graph to keep.
//!
//! `cargo run --release --example any_algorithm [SNAPSHOT [MODEL]]`; without a snapshot the sample inside the program is asked.

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use modelkin::lineage::{Lineage, Reach};
use modelkin::model::Relation;
use modelkin::snapshot::Snapshot;
use petgraph::Incoming;
use petgraph::algo::{connected_components, dominators, kosaraju_scc};

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut words = std::env::args().skip(1);
    let snapshot = match words.next() {
        Some(path) => Snapshot::open(Path::new(&path))?,
        None => modelkin::sample()?,
    };
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let base = lineage.find(&words.next().unwrap_or_else(|| "Qwen/Qwen2.5-7B".into()))?;

    let begun = Instant::now();
    // Rows that are old ids are parts of their own.
    let parts = connected_components(&lineage);
    println!("connected components   {parts:>10}   {:.1?}", begun.elapsed());

    let begun = Instant::now();
    let cycles = kosaraju_scc(&lineage).into_iter().filter(|members| members.len() > 1).count();
    println!("cycles                 {cycles:>10}   {:.1?}", begun.elapsed());

    let begun = Instant::now();
    let above = dominators::simple_fast(&lineage, base);
    let through_one = above.immediately_dominated_by(base).filter(|row| *row != base).count();
    println!("models below {} that hang from no single other one below it", snapshot.id(base));
    println!("                       {through_one:>10}   {:.1?}", begun.elapsed());

    let mut near = lineage.select(&[base], Reach::Below, 2).graph();
    let models = near.node_count();
    near.retain_nodes(|graph, node| {
        graph.edges_directed(node, Incoming).all(|link| *link.weight() != Relation::Quantized)
    });
    println!("of {models} models within two links, no quantized copies");
    println!("                       {:>10}", near.node_count());
    Ok(())
}
