//! Which models descend from one model, and how? `cargo run --example who_descends -- google/gemma-2-2b`
//!
//! Asks the sample inside the library; open a snapshot of your own with `Snapshot::open`.

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;

use modelkin::lineage::Lineage;

fn main() -> Result<(), Box<dyn Error>> {
    let id = std::env::args().nth(1).unwrap_or_else(|| "google/gemma-2-2b".into());
    let snapshot = modelkin::sample().map_err(|error| error.to_string())?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let model = lineage.find(&id)?;
    let below = lineage.below(&[model]);
    println!("{} models of the sample descend from {}", below.rows.len(), snapshot.id(model));
    for row in below.rows {
        for (parent, edge) in lineage.parents(row) {
            println!("{} -> {} : {}", snapshot.id(parent), snapshot.id(row), edge.relation);
        }
    }
    Ok(())
}
