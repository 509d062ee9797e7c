//! A small lineage: every count against a search from every model, computed and kept.
//!
//! The first byte says how often the lineage is repeated; each link is three bytes: two models and how they are linked.
#![no_main]

#[path = "../../tests/it/naive.rs"]
mod naive;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use modelkin::census::{Bursts, Census, Counted, Counting, FamilyCount, Measure, Ranking};
use modelkin::import::{keep, verify};
use modelkin::lineage::Lineage;
use modelkin::model::Relation;
use modelkin::reference::Family;
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::edges;
use modelkin_fuzz::path;
use naive::{compare, compare_credits, compare_families};

static FAMILIES: LazyLock<[Family; 2]> = LazyLock::new(|| [Family::of_owner("o0"), Family::of_owner("o3")]);

const JULY: i64 = 1_719_792_000_000;

fn made(bytes: &[u8]) -> Option<Snapshot> {
    let (first, links) = bytes.split_first()?;
    let copies = [1, 1, 1, 1, 1, 2, 3, 10][usize::from(*first & 7)];
    let owners = 1 + u32::from(*first >> 3) % 8;
    let (mut builder, mut text) = (Builder::new(), String::from("o0/lonely : downloads=5 tags=chat\n"));
    for copy in 0..copies {
        for link in links.chunks_exact(3).take(120) {
            let [parent, child, how] = [link[0], link[1], link[2]];
            // Some lead on to the next copy.
            let next = if how & 64 > 0 { (copy + 1) % copies } else { copy };
            let id = |copy: u32, model: u8| {
                let model = copy * 64 + u32::from(model & 63);
                format!("o{}/m{model}", model * 7 % owners)
            };
            let (parent, child) = (id(copy, parent), id(next, child));
            let Some(relation) = Relation::ALL.get(usize::from(how & 7)) else {
                builder.alias(&parent, &child);
                continue;
            };
            let mark = if how & 128 > 0 { "?" } else { "" };
            let facts = match how >> 3 & 7 {
                0..3 => String::new(),
                fact @ 3..6 => format!(" downloads={fact} likes={how}"),
                fact => format!(" downloads_all_time=7 created=2024-0{fact}-01"),
            };
            text += &format!("{mark}{parent} -> {child} : {}{facts}\n", relation.name());
        }
    }
    edges::read_text("fuzz", &text, &mut |found| builder.add(found));
    builder.finish("fuzz", None, None).ok()
}

/// What is asked of it, in one text.
fn answers(snapshot: &Snapshot, families: &[Family]) -> String {
    let lineage = Lineage::from_snapshot(snapshot).expect("links");
    let census = Census::count(&lineage, &Counting::default()).expect("counts");
    let all = Counting::default();
    let rankings = Measure::ALL.iter().map(|measure| {
        let groups = |of| Ranking::of_groups(&lineage, of, &[*measure], &all, 0).expect("groups");
        (Ranking::of_models(&census, &[*measure], None, 0).expect("models"), groups(None), groups(Some(families)))
    });
    let rankings = rankings.collect::<Vec<_>>();
    let bursts = Bursts::find(&lineage).expect("bursts");
    let counts = families.iter().map(|of| FamilyCount::count(of, &lineage, &all, Counted::Others).expect("a family"));
    let facts = census.all().collect::<Vec<_>>();
    let authors = census.authors().expect("authors");
    let links = lineage.all_links().collect::<Vec<_>>();
    let odd = lineage.anomalies().expect("anomalies").collect::<Vec<_>>();
    let counts = counts.collect::<Vec<_>>();
    let families = FamilyCount::count_all(families, &bursts).expect("families");
    format!("{links:?}{facts:?}{authors:?}{rankings:?}{counts:?}{families:?}{odd:?}")
}

fuzz_target!(|bytes: &[u8]| {
    let Some(mut snapshot) = made(bytes) else { return };
    let (since, until) = (Some(JULY), Some(JULY + 30 * 86_400_000));
    let all = Counting::default();
    compare(&snapshot, &Counting { recent: since.map(|since| since..i64::MAX), ..all.clone() });
    let is_small = snapshot.rows().len() < 200;
    if is_small {
        for counting in [all.clone(), Counting { since, until, ..all.clone() }] {
            compare(&snapshot, &counting);
            compare_families(&snapshot, &counting, Counted::Others);
            compare_families(&snapshot, &counting, Counted::Everybody);
            compare_credits(&snapshot, &counting);
        }
    }
    let families = &*FAMILIES;
    let right = answers(&snapshot, families);
    keep(&mut snapshot, families).expect("counts");
    let path = path("census.mk");
    snapshot.write(&path).expect("room");
    let kept = Snapshot::open(&path).expect("what was written");
    assert_eq!(answers(&kept, families), right);
    assert_eq!(answers(&kept.bare().expect("its records"), families), right);
    assert_eq!(verify(&kept, families, None, &|_| ()).expect("a whole file").lies, Vec::<String>::new());
});
