//! What a search takes while somebody types: a thousand searches of a snapshot, of which at least a third find fewer models than are
//! shown or none. `cargo bench --bench search -- hub.modelkin`; without a snapshot a Hub of 300,000 models is made up.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use modelkin::ask::{Atlas, Facts, Question, Search, Tables};
use modelkin::census::{Measure, Ranking};
use modelkin::import;
use modelkin::ink::Format;
use modelkin::search::Matches;
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::synthetic::{Shape, Synthetic};

/// So many models are shown.
const SHOWN: usize = 50;
const SEARCHES: usize = 1000;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The first letters of a model that many descend from, one more with every search.
    Typed,
    /// One or two parts of some id.
    Part,
    /// A part of one id and a part of another one, which no id may have both.
    Mixed,
    /// Random letters.
    Random,
    /// The end of some id, which few share.
    End,
}

const KINDS: [Kind; 5] = [Kind::Typed, Kind::Part, Kind::Mixed, Kind::Random, Kind::End];

fn main() {
    let asked = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let folder = tempfile::tempdir().unwrap();
    let path = asked.map_or_else(|| made_up(folder.path()), PathBuf::from);
    let begun = Instant::now();
    let atlas = Atlas::new(&Snapshot::open(&path).unwrap(), Tables::built_in().unwrap());
    ask(&atlas, "qwen");
    println!("opened and asked once: {}", shown(begun.elapsed()));
    let texts = texts(&atlas);
    // The first turn brings the file into memory.
    for turn in ["first turn", "second turn"] {
        let (mut used, mut begun) = (Vec::new(), processor());
        let mut took: Vec<(Kind, &str, Duration, Matches)> = texts
            .iter()
            .map(|(kind, text)| {
                let start = Instant::now();
                let matches = ask(&atlas, text);
                let (elapsed, now) = (start.elapsed(), processor());
                used.push(now - begun);
                begun = now;
                (*kind, text.as_str(), elapsed, matches)
            })
            .collect();
        took.sort_by_key(|(_, _, took, _)| *took);
        println!("{turn}, {SEARCHES} searches for the first {SHOWN}, answer and JSON:");
        let few = |matches: Matches| matches!(matches, Matches::All(all) if all < SHOWN as u64);
        used.sort_unstable();
        tell("processor time of all", used.into_iter());
        tell("all", took.iter().map(|(_, _, took, _)| *took));
        tell("fewer than are shown", took.iter().filter(|of| few(of.3)).map(|of| of.2));
        tell("none", took.iter().filter(|of| of.3 == Matches::All(0)).map(|of| of.2));
        for kind in KINDS {
            tell(&format!("{kind:?}"), took.iter().filter(|of| of.0 == kind).map(|of| of.2));
        }
        for (_, text, took, matches) in took.iter().rev().take(5) {
            println!("  {} {text:?} {matches:?}", shown(*took));
        }
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("Rss")).for_each(|line| println!("{line}"));
}

/// What this thread has had of a processor.
fn processor() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn made_up(folder: &Path) -> PathBuf {
    let text: String = Synthetic::new(300_000, Shape::Hub, 1)
        .rows()
        .map(|row| format!("{{\"id\":\"{}\",\"tags\":[\"{}\"]}}\n", row.id, row.tags.join("\",\"")))
        .collect();
    let mut builder = Builder::new();
    modelkin::source::read_rows("bench", text.as_bytes(), &mut |found| builder.add(found)).unwrap();
    let mut snapshot = builder.finish("bench", None, None).unwrap();
    import::keep(&mut snapshot, &[]).unwrap();
    let path = folder.join("hub.modelkin");
    snapshot.write(&path).unwrap();
    path
}

/// Asks as a server does: the answer is written, too.
fn ask(atlas: &Atlas, text: &str) -> Matches {
    let search = Search { text: text.into(), most: Some(SHOWN), nearest: false };
    let answer = atlas.ask(&Question::Search(search)).unwrap();
    let mut json = Vec::new();
    answer.report().unwrap().write(answer.snapshot(), Format::Json, &mut json).unwrap();
    std::hint::black_box(json.len());
    match answer.facts() {
        Facts::Found { found, .. } => found.matches,
        _ => unreachable!(),
    }
}

fn texts(atlas: &Atlas) -> Vec<(Kind, String)> {
    let mut seed = fastrand::Rng::with_seed(20);
    let snapshot = atlas.snapshot();
    let census = atlas.census(&modelkin::ask::Filter::default()).unwrap();
    let known = Ranking::of_models(&census, &[Measure::Descendants], None, 500).unwrap();
    let known: Vec<&str> = known.rows.iter().map(|row| row.id.as_str()).collect();
    let part = |seed: &mut fastrand::Rng| {
        let id = snapshot.id(seed.u32(..snapshot.len() as u32));
        let length = seed.usize(2..=8).min(id.len());
        let from = seed.usize(..=id.len() - length);
        id[from..from + length].to_owned()
    };
    let text = |at: usize, seed: &mut fastrand::Rng| match KINDS[at % KINDS.len()] {
        Kind::Typed => {
            let id = known[seed.usize(..known.len())];
            let name = id.split_once('/').map_or(id, |(_, name)| name);
            name[..seed.usize(1..=name.len())].to_owned()
        }
        Kind::Part if seed.bool() => part(seed),
        Kind::Part => {
            let id = snapshot.id(seed.u32(..snapshot.len() as u32));
            let middle = id.len() / 2;
            format!("{} {}", &id[middle..(middle + 4).min(id.len())], &id[..4.min(middle)])
        }
        Kind::Mixed => format!("{} {}", part(seed), part(seed)),
        Kind::Random => (0..seed.usize(2..=8)).map(|_| seed.lowercase()).collect(),
        Kind::End => {
            let id = snapshot.id(seed.u32(..snapshot.len() as u32));
            id[id.len().saturating_sub(seed.usize(3..=9))..].to_owned()
        }
    };
    (0..SEARCHES).map(|at| (KINDS[at % KINDS.len()], text(at, &mut seed))).collect()
}

/// How many they are, and what they took; they are in order.
fn tell(what: &str, took: impl Iterator<Item = Duration>) {
    let took: Vec<Duration> = took.collect();
    let at =
        |of: usize| took.get((took.len() * of / 100).min(took.len().saturating_sub(1))).copied().unwrap_or_default();
    println!(
        "  {what}: {}, p50 {}, p90 {}, p99 {}, max {}",
        took.len(),
        shown(at(50)),
        shown(at(90)),
        shown(at(99)),
        shown(at(100))
    );
}

fn shown(took: Duration) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1000.0)
}
