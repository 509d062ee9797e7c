//! What does a crawl look like? A made-up Hub on loopback, to be crawled by hand:
//!
//! ```text
//! cargo run --release --example stand_in_hub -- --models 300000
//! HF_ENDPOINT=http://127.0.0.1:8099 modelkin crawl -o made-up.modelkin
//! ```
//!
//! `--faults` makes every tenth answer a bad one, `--quota 500/300` limits requests to 500 in 300 s, `--lines FILE`
//! writes what must come out, `--renamed FILE` the old ids with the new ones. `--days N` lets N days pass before it starts; a
//! request for `/stand-in/live` lets one more pass, `/stand-in/lines` gives what must come out then.
//! `--refuse gated,sha` refuses fields, in the words that `--form pretty|oneline|named|old|list|errors|header|unread` names;
//! `--odd` makes rows as odd as some of the Hub's, `--stale N` renames N parents whose children go on naming the old ids.
//!
//! `--file models.parquet` gives that file instead, as the data set that `modelkin import hub` reads.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example, for the eyes of a developer")]

#[path = "../tests/hub/mod.rs"]
mod hub;

use std::time::Duration;

use hub::dataset::{Files, Version, Ways};
use hub::{Fault, Form, Limit, Manner, StandIn, World};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    const KNOWN: &str = "--file --models --seed --port --faults --quota --page --lines --renamed --days --changes --additions --renames --deletions --refuse --form --odd --stale";
    if let Some(unknown) = args.iter().find(|arg| arg.starts_with("--") && !KNOWN.split(' ').any(|known| known == *arg))
    {
        println!("{unknown}: the options are {KNOWN}; the head of this example's file says what they do");
        return;
    }
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1)).cloned();
    if let Some(file) = value("--file") {
        let version = Version::new(1, "2026-10-02T06:00:00.000Z", std::fs::read(file).unwrap());
        let ways = Ways { named: Some(("cfahlgren1/hub-stats", "models.parquet")), ..Ways::default() };
        let files = Files::start(vec![version], ways);
        println!("{}", files.address());
        std::thread::park();
    }
    let number = |name: &str, default: u64| value(name).map_or(default, |value| value.parse().unwrap());
    let day = [("--changes", 1000), ("--additions", 200), ("--renames", 100), ("--deletions", 50)]
        .map(|(name, default)| number(name, default) as usize);
    let mut world = World::new(number("--models", 10_000) as usize, number("--seed", 1));
    for _ in 0..number("--days", 0) {
        world.live(day[0], day[1], day[2], day[3]);
    }
    if args.iter().any(|arg| arg == "--odd") {
        world = world.odd();
    }
    world.rename_parents(number("--stale", 0) as usize);
    if let Some(file) = value("--lines") {
        std::fs::write(file, world.lines()).unwrap();
    }
    if let Some(file) = value("--renamed") {
        let lines: String = world.renamed.iter().map(|(old, new)| format!("{old} {new}\n")).collect();
        std::fs::write(file, lines).unwrap();
    }
    let limit = value("--quota").map(|quota| {
        let (requests, window) = quota.split_once('/').unwrap();
        Limit { requests: requests.parse().unwrap(), window: Duration::from_secs(window.parse().unwrap()) }
    });
    let rota = args.iter().any(|arg| arg == "--faults").then(|| (10, Fault::every()));
    let refused_fields = value("--refuse").map_or(Vec::new(), |fields| {
        // Until the program ends, as the Hub.
        fields.leak().split(',').collect()
    });
    let form = value("--form").map_or(Form::default(), |form| Form::named(&form).unwrap());
    let port = number("--port", 8099) as u16;
    let page = number("--page", 1000) as usize;
    let hub = StandIn::with(world, Manner { port, limit, rota, page, day, refused_fields, form, ..Manner::default() });
    println!("{}", hub.address());
    // Until somebody ends it.
    std::thread::park();
}
