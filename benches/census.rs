//! What questions cost, on made-up Hubs of 10,000 and 300,000 models and, of links alone, 3,000,000; on Hubs whose merges
//! overlap; and on shapes that are not like trees. `cargo bench`; see `benches/README.md`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use modelkin::census::{self, Census, Counted, Counting, Descendants, FamilyCount, Group, Measure, Ranking};
use modelkin::export::{About, ColorBy, Format, Graph, Layout, Paint, Tables};
use modelkin::lineage::{Lineage, Reach};
use modelkin::reference::{Families, Family};
use modelkin::report;
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::synthetic::{Shape, Synthetic};

#[path = "../tests/hub/shapes.rs"]
mod shapes;

/// List rows, as the Hub has them.
fn rows(hub: &Synthetic) -> String {
    hub.rows().fold(String::new(), |mut text, row| {
        let tags = row.tags.join("\",\"");
        writeln!(text, "{{\"id\":\"{}\",\"downloads\":{},\"tags\":[\"{tags}\"]}}", row.id, row.downloads).unwrap();
        text
    })
}

fn snapshot(rows: &str) -> Snapshot {
    let mut builder = Builder::new();
    modelkin::source::read_rows("bench", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
    builder.finish("bench", None, None).unwrap()
}

fn questions(c: &mut Criterion) {
    let counting = Counting::default();
    let families = Families::built_in().unwrap().all().unwrap();
    let qwen = Families::built_in().unwrap().find("Qwen").unwrap().unwrap();
    for (name, models, shape) in
        [("hub 10k", 10_000, Shape::Hub), ("hub 300k", 300_000, Shape::Hub), ("merges 300k", 300_000, Shape::Merges)]
    {
        let rows = rows(&Synthetic::new(models, shape, 1));
        c.bench_function(&format!("import, {name}"), |b| b.iter(|| snapshot(&rows).len()));
        let mut made = snapshot(&rows);
        let lineage = Lineage::from_snapshot(&made).unwrap();
        c.bench_function(&format!("lineage, {name}"), |b| b.iter(|| Lineage::from_snapshot(&made).unwrap().links()));
        c.bench_function(&format!("census, {name}"), |b| {
            b.iter(|| Census::count(&lineage, &counting).unwrap().all().len())
        });
        c.bench_function(&format!("family, {name}"), |b| {
            b.iter(|| FamilyCount::count(&qwen, &lineage, &counting, Counted::Others).unwrap().f2.models);
        });
        drop(lineage);
        census::keep(&mut made, &families).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hub");
        made.write(&path).unwrap();
        let cold = |c: &mut Criterion, what: &str, ask: &dyn Fn(&Snapshot) -> u64| {
            c.bench_function(&format!("open and {what}, {name}"), |b| b.iter(|| ask(&Snapshot::open(&path).unwrap())));
        };
        cold(c, "look", &|snapshot| u64::from(snapshot.find("Qwen/Qwen3-8B-7").is_some()));
        cold(c, "family", &|snapshot| {
            FamilyCount::count(&qwen, &Lineage::from_snapshot(snapshot).unwrap(), &counting, Counted::Others)
                .unwrap()
                .f2
                .models
        });
        cold(c, "rank models", &|snapshot| {
            let lineage = Lineage::from_snapshot(snapshot).unwrap();
            let ranking =
                Ranking::of_models(&Census::count(&lineage, &counting).unwrap(), &[Measure::Descendants], None, 20)
                    .unwrap();
            report::rank(&ranking, Group::Models, &[], false, "").rows.len() as u64
        });
        cold(c, "rank owners", &|snapshot| {
            let lineage = Lineage::from_snapshot(snapshot).unwrap();
            Ranking::of_groups(&lineage, None, &[Measure::Descendants], &counting, 20).unwrap().of as u64
        });
        if shape == Shape::Hub {
            exports(c, name, &Snapshot::open(&path).unwrap());
        }
    }
}

/// Everything that descends from the largest base model, in every format that needs no other program.
fn exports(c: &mut Criterion, name: &str, snapshot: &Snapshot) {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let (root, _) = census.all().max_by_key(|(_, facts)| facts.descendants).unwrap();
    let selection = lineage.select(&[root], Reach::Below, usize::MAX);
    let tables = Tables::default();
    let about = About { title: name.into(), selection: String::new(), program: String::new(), written: Vec::new() };
    let graph = Graph::new(&census, &selection, &tables, about).unwrap();
    let paint = Paint::new(&graph, ColorBy::Relation);
    for format in Format::ALL.into_iter().filter(|format| !matches!(format, Format::Png | Format::Pdf | Format::Svg)) {
        c.bench_function(&format!("{} of {} models, {name}", format.name(), selection.nodes()), |b| {
            b.iter(|| {
                for part in format.parts() {
                    let mut out = Vec::new();
                    format.write(*part, &graph, &paint, Layout::OUTLINE, &mut out).unwrap();
                    black_box(out.len());
                }
            });
        });
    }
}

fn descendants(c: &mut Criterion) {
    let mut count = |name: &str, nodes: usize, links: &[(u32, u32)]| {
        c.bench_function(&format!("descendants, {name}"), |b| {
            b.iter(|| Descendants::count(nodes, links).all().count())
        });
    };
    for models in [10_000, 300_000, 3_000_000] {
        for (name, shape) in [("hub", Shape::Hub), ("merges", Shape::Merges)] {
            let hub = Synthetic::new(models, shape, 1);
            count(&format!("{name} {models}"), hub.nodes(), &hub.links);
        }
    }
    const MILLION: u32 = 1_000_000;
    let chain: Vec<_> = (1..MILLION).map(|at| (at - 1, at)).collect();
    count("chain of 1,000,000", MILLION as usize, &chain);
    let circle: Vec<_> = (0..MILLION).map(|at| (at, (at + 1) % MILLION)).collect();
    count("cycle of 1,000,000", MILLION as usize, &circle);
    let star: Vec<_> = (1..3 * MILLION).map(|leaf| (0, leaf)).collect();
    count("star of 3,000,000", 3 * MILLION as usize, &star);
    let rungs = |at: u32| [(at, at + 1), (at, at + 2), (at + 1, at + 3), (at + 2, at + 3)];
    let ladder: Vec<_> = (0..200_000).flat_map(|rung| rungs(3 * rung)).collect();
    count("ladder of 200,000 diamonds", 600_001, &ladder);
    let layer = |at: u32| (0..250_000).map(move |pair| (at * 500 + pair / 500, (at + 1) * 500 + pair % 500));
    let layers: Vec<_> = (0..19).flat_map(layer).collect();
    count("20 layers of 500, each on each", 10_000, &layers);
}

fn owners(c: &mut Criterion) {
    let made = snapshot(&rows(&Synthetic::new(100_000, Shape::Hub, 1)));
    let lineage = Lineage::from_snapshot(&made).unwrap();
    c.bench_function("an owner's family, hub 100k", |b| {
        let family = Family::of_owner("google");
        b.iter(|| FamilyCount::count(&family, &lineage, &Counting::default(), Counted::Others).unwrap().f2.models);
    });
}

/// Shapes that could take the square of the time. `benches/shapes.py` asks the whole program about them.
fn odd(c: &mut Criterion) {
    for (kind, _) in shapes::KINDS {
        for size in [20_000, 80_000] {
            let made = shapes::make(kind, size, 1).unwrap();
            c.bench_function(&format!("descendants, {kind} {size}"), |b| {
                b.iter(|| Descendants::count(made.owners.len(), &made.links).all().count())
            });
            let id = |node: u32| format!("o{}/n{node}", made.owners[node as usize]);
            let mut text = String::new();
            made.links.iter().for_each(|(parent, child)| writeln!(text, "{} -> {}", id(*parent), id(*child)).unwrap());
            let mut builder = Builder::new();
            modelkin::source::edges::read_text("bench", &text, &mut |found| builder.add(found));
            let made = builder.finish("bench", None, None).unwrap();
            let (lineage, counting) = (Lineage::from_snapshot(&made).unwrap(), Counting::default());
            c.bench_function(&format!("census, {kind} {size}"), |b| {
                b.iter(|| Census::count(&lineage, &counting).unwrap().all().len())
            });
            let census = Census::count(&lineage, &counting).unwrap();
            c.bench_function(&format!("authors, {kind} {size}"), |b| b.iter(|| census.authors().unwrap().len()));
            c.bench_function(&format!("owners, {kind} {size}"), |b| {
                b.iter(|| Ranking::of_groups(&lineage, None, &[Measure::Descendants], &counting, 20).unwrap().of)
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = questions, owners, descendants, odd
}
criterion_main!(benches);
