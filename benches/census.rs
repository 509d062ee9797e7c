//! The census on a Hub-shaped lineage and on shapes that are not like trees, beside the naive search from every model.
//! `cargo bench`

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use modelkin::census::{Census, Counted, Counting, FamilyCount};
use modelkin::lineage::Lineage;
use modelkin::reference::Family;
use modelkin::snapshot::{Builder, Snapshot};

fn snapshot(text: &str) -> Snapshot {
    let mut builder = Builder::new();
    modelkin::source::edges::read_text("bench", text, &mut |found| builder.add(found));
    builder.finish("bench", None, None).unwrap()
}

/// A lineage of `models` in which parents are chosen by their fame, and every thirtieth child is a merge of three.
fn hub(models: u64) -> String {
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let mut text = String::new();
    for child in 100..models {
        let mut parent = || (child as f64 * random().powi(6)) as u64;
        let id = |model: u64| format!("o{}/m{model}", model * 7919 % (models / 20));
        let parents = if child % 30 == 0 { vec![parent(), parent(), parent()] } else { vec![parent()] };
        let parents: Vec<String> = parents.into_iter().map(id).collect();
        writeln!(
            text,
            "{} -> {} : {}",
            parents.join(", "),
            id(child),
            if parents.len() > 1 { "merge" } else { "finetune" }
        )
        .unwrap();
    }
    text
}

fn ladder(diamonds: usize) -> String {
    (0..diamonds).fold(String::new(), |mut text, at| {
        writeln!(text, "l/{at}a -> l/{at}b, l/{at}c : finetune\nl/{at}b, l/{at}c -> l/{}a : merge", at + 1).unwrap();
        text
    })
}

fn chain(links: usize) -> String {
    (0..links).fold(String::new(), |mut text, at| {
        writeln!(text, "c/{at} -> c/{} : finetune", at + 1).unwrap();
        text
    })
}

fn census(c: &mut Criterion) {
    for (name, text) in [("hub 100k", hub(100_000)), ("ladder 30k", ladder(10_000)), ("chain 100k", chain(100_000))] {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot);
        c.bench_function(&format!("lineage, {name}"), |b| {
            b.iter(|| black_box(Lineage::from_snapshot(&snapshot).links()))
        });
        c.bench_function(&format!("census, {name}"), |b| {
            b.iter(|| black_box(Census::take(&lineage, &Counting::default()).all().len()));
        });
        if name.starts_with("hub") {
            c.bench_function(&format!("naive search, {name}"), |b| {
                b.iter(|| {
                    // Its cost is the sum of all counts; on a chain that would be the square of its length.
                    let inner = snapshot.rows().filter(|row| !lineage.is_leaf(*row));
                    black_box(inner.take(2_000).map(|row| lineage.below(&[row]).rows.len()).sum::<usize>())
                });
            });
            c.bench_function(&format!("family, {name}"), |b| {
                let family = Family::of_owner("o0");
                b.iter(|| {
                    black_box(FamilyCount::of(&family, &lineage, &Counting::default(), Counted::Others).f2.models)
                });
            });
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = census
}
criterion_main!(benches);
