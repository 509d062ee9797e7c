//! Lineages that are not like a Hub, in the notation of links: what does counting cost on them? See docs/shapes.md.
//!
//! ```sh
//! cargo run --release --example odd_shapes -- ladder 20000 > ladder.edges
//! ```
//!
//! Without words it is a ladder of three; another kind's name is told which there are.

#![allow(clippy::print_stdout, reason = "an example speaks")]

#[path = "../tests/hub/shapes.rs"]
mod shapes;

use std::error::Error;
use std::io::{BufWriter, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let made = match &words[..] {
        [] => shapes::make("ladder", 3, 1),
        [kind, size] => shapes::make(kind, size.parse()?, 1),
        _ => None,
    };
    let Some(made) = made else {
        let kinds = shapes::KINDS.iter().map(|(kind, about)| format!("\n  {kind:14} {about}"));
        return Err(format!("name a kind and a size{}", kinds.collect::<String>()).into());
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let id = |node: u32| format!("o{}/n{node}", made.owners[node as usize]);
    for (parent, child) in &made.links {
        writeln!(out, "{} -> {}", id(*parent), id(*child))?;
    }
    Ok(out.flush()?)
}
