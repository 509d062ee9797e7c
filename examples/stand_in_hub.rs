//! What does a crawl look like? A made-up Hub on loopback, to be crawled by hand:
//!
//! ```text
//! cargo run --release --example stand_in_hub -- --models 300000
//! HF_ENDPOINT=http://127.0.0.1:8099 modelkin crawl -o made-up.modelkin
//! ```
//!
//! `--faults` makes every tenth answer a bad one, `--quota 500/300` limits requests to 500 in 300 s, `--lines FILE`
//! writes what must come out. A line on standard input makes the made-up Hub live on for a day.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "an example, for the eyes of a developer")]

#[path = "../tests/hub/mod.rs"]
mod hub;

use std::time::Duration;

use hub::{Fault, Limit, Manner, StandIn, World};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1)).cloned();
    let number = |name: &str, default: u64| value(name).map_or(default, |value| value.parse().unwrap());
    let world = World::new(number("--models", 10_000) as usize, number("--seed", 1));
    let lines = value("--lines");
    let write = |world: &World| _ = lines.as_ref().map(|file| std::fs::write(file, world.lines()).unwrap());
    write(&world);
    let limit = value("--quota").map(|quota| {
        let (requests, window) = quota.split_once('/').unwrap();
        Limit { requests: requests.parse().unwrap(), window: Duration::from_secs(window.parse().unwrap()) }
    });
    let rota = args.iter().any(|arg| arg == "--faults").then(|| (10, Fault::every()));
    let port = number("--port", 8099) as u16;
    let hub =
        StandIn::with(world, Manner { port, limit, rota, page: number("--page", 1000) as usize, ..Manner::default() });
    println!("{}", hub.address());
    let mut changes = [0; 4];
    for (at, name) in ["--changes", "--additions", "--renames", "--deletions"].into_iter().enumerate() {
        changes[at] = number(name, [1000, 200, 100, 50][at]) as usize;
    }
    for line in std::io::stdin().lines() {
        if line.is_err() {
            break;
        }
        hub.world(|world| {
            world.live(changes[0], changes[1], changes[2], changes[3]);
            write(world);
        });
        println!("a day later, after {} requests", hub.log().len());
    }
    // Standard input has ended: serve until somebody ends this.
    std::thread::park();
}
