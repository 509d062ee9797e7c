//! How many models derive from a family, under each definition? `cargo run --example count_a_family -- Gemma`

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;

use modelkin::census::{Counted, Counting, FamilyCount};
use modelkin::lineage::Lineage;
use modelkin::model::Relation;
use modelkin::reference::Families;

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "Gemma".into());
    let snapshot = modelkin::sample().map_err(|error| error.to_string())?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let family = Families::built_in()?.find(&name)?.ok_or("no such family")?;
    let counting = Counting::default();
    let everything = FamilyCount::count(&family, &lineage, &counting, Counted::Others)?;
    // Quantized copies are no new models to some: without the links to them, what hangs from them is cut off too.
    let trained = lineage.only(|_, _, edge| edge.relation != Relation::Quantized);
    let trained = FamilyCount::count(&family, &trained, &counting, Counted::Others)?;
    println!("{}, in the sample", family.name);
    println!("F1 {:>6}   without quantized links {:>6}", everything.f1.models, trained.f1.models);
    println!("F2 {:>6}   without quantized links {:>6}", everything.f2.models, trained.f2.models);
    match everything.f3 {
        Some(f3) => println!("F3 {f3:>6}"),
        None => println!("F3 is not known: the snapshot has no tags"),
    }
    Ok(())
}
