//! Why does the census keep its own sums? Counts the descendants of every model by them and by petgraph's searches over the
//! same lineage, in turns, and says what each took: CPU seconds, medians.
//!
//! ```sh
//! cargo run --release --example own_sums -- 3000000
//! ```
//!
//! The Hub is made up; `--merges` makes its merges overlap, `--turns 3` takes fewer turns than five.

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;
use std::fmt::Write;

use modelkin::census::{Census, Counting, Descendants};
use modelkin::lineage::Lineage;
use modelkin::snapshot::{Builder, Row};
use modelkin::source::edges;
use modelkin::source::synthetic::{Shape, Synthetic};
use petgraph::visit::{Dfs, VisitMap};
use rustix::time::{ClockId, clock_gettime};

/// Models with children, in order, and how many descend from each.
type Counts = Vec<(Row, u32)>;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let (mut models, mut shape, mut turns) = (10_000, Shape::Hub, 5);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--merges" => shape = Shape::Merges,
            "--turns" => turns = words.next().ok_or("how many turns?")?.parse()?,
            number => models = number.parse()?,
        }
    }
    let lineage = made_up(&Synthetic::new(models, shape, 1))?;
    let heads: Vec<Row> = lineage.snapshot().rows().filter(|row| !lineage.is_leaf(*row)).collect();
    println!("{} models, {} links, {} models with children", lineage.snapshot().len(), lineage.links(), heads.len());

    let sums = || Descendants::count(lineage.snapshot().len(), &lineage.pairs()).all().collect::<Counts>();
    let fresh = || heads.iter().map(|head| (*head, search(&lineage, *head))).collect::<Counts>();
    let reused = || searches(&lineage, &heads);
    let ways: [(&str, &dyn Fn() -> Counts); 3] = [
        ("the census's sums", &sums),
        ("petgraph, a search from every model", &fresh),
        ("petgraph, the same, forgetting only what was met", &reused),
    ];
    compare(turns, &ways)?;
    let counts = sums();
    let below: u64 = counts.iter().map(|(_, count)| u64::from(*count)).sum();
    println!("all three: {below} pairs of a model and a descendant");

    let (base, most) = counts.into_iter().max_by_key(|(_, count)| *count).ok_or("nothing has children")?;
    let census =
        || Census::count(&lineage, &Counting::default()).map_or(0, |census| census.facts(base).descendants as u32);
    let own = || lineage.below(&[base]).rows.len() as u32;
    let one: [(&str, &dyn Fn() -> Counts); 3] = [
        ("the library's search from one", &|| vec![(base, own())]),
        ("petgraph's search from one", &|| vec![(base, search(&lineage, base))]),
        ("the whole census, every figure of every model", &|| vec![(base, census())]),
    ];
    println!("{}, {most} descendants:", lineage.snapshot().id(base));
    compare(turns, &one)
}

/// The lineage of a made-up Hub.
fn made_up(hub: &Synthetic) -> Result<Lineage, Box<dyn Error + Send + Sync>> {
    let mut text = String::new();
    for model in 0..hub.models {
        writeln!(text, "{}", hub.id(model))?;
    }
    for (parent, child) in &hub.links {
        writeln!(text, "{} -> {}", hub.id(*parent), hub.id(*child))?;
    }
    let mut builder = Builder::new();
    edges::read_text("made up", &text, &mut |found| builder.add(found));
    Ok(Lineage::from_snapshot(&builder.finish("made up", None, None)?)?)
}

/// The descendants of one model.
fn search(lineage: &Lineage, head: Row) -> u32 {
    let mut walk = Dfs::new(lineage, head);
    std::iter::from_fn(|| walk.next(lineage)).skip(1).count() as u32
}

/// Those of many: a new set of visited models is as large as the Hub, taking back what was visited is not.
fn searches(lineage: &Lineage, heads: &[Row]) -> Counts {
    let mut walk = Dfs::empty(lineage);
    let mut met = Vec::new();
    let mut count = |head: &Row| {
        walk.move_to(*head);
        met.extend(std::iter::from_fn(|| walk.next(lineage)));
        let below = met.len() as u32 - 1;
        met.drain(..).for_each(|row| _ = walk.discovered.unvisit(row));
        (*head, below)
    };
    heads.iter().map(&mut count).collect()
}

/// Takes each way in turns; all have to find the same.
fn compare(turns: usize, ways: &[(&str, &dyn Fn() -> Counts)]) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut took = vec![Vec::new(); ways.len()];
    let expected = ways.first().map_or_else(Vec::new, |(_, way)| way());
    for _ in 0..turns {
        for ((name, way), took) in ways.iter().zip(&mut took) {
            let start = cpu();
            let found = way();
            took.push(cpu() - start);
            if found != expected {
                return Err(format!("{name} finds something else").into());
            }
        }
    }
    let median = |took: &mut Vec<f64>| {
        took.sort_by(f64::total_cmp);
        took.get(took.len() / 2).copied().unwrap_or_default()
    };
    let medians: Vec<f64> = took.iter_mut().map(median).collect();
    for ((name, _), median) in ways.iter().zip(&medians) {
        println!("  {name:<50} {median:>9.4} s   {:>8.1} times", median / medians[0]);
    }
    Ok(())
}

/// CPU seconds of this process, all threads.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
