//! Lineages that are not like a Hub: every count of them equals a naive twin's, also where they are so large that sets are
//! kept another way.

use std::collections::BTreeMap;
use std::fmt::Write;

use modelkin::census::{Census, Counting, Error, Measure, Ranking, TooLong};
use modelkin::import::{keep_within, verify};
use modelkin::lineage::Lineage;
use modelkin::model::Relation;
use modelkin::snapshot::Snapshot;

use crate::naive::compare;
use crate::program::Place;
use crate::support::snapshot;

#[path = "../hub/shapes.rs"]
mod shapes;

use shapes::{KINDS, Made, make};

/// Its links as text, with relations of every kind and some dates and downloads.
fn text(made: &Made, is_mixed: bool) -> String {
    let id = |node: u32| format!("o{}/n{node}", made.owners[node as usize]);
    let mut text = String::new();
    for (parent, child) in &made.links {
        let facts = match (is_mixed, child % 3) {
            (false, _) => String::new(),
            (true, 0) => format!(" : {}", Relation::ALL[(parent + child) as usize % 5].name()),
            (true, 1) => format!(" : merge downloads={child} likes=1"),
            (true, _) => format!(" : finetune downloads_all_time={child} created=2024-0{}-01", child % 9 + 1),
        };
        writeln!(text, "{} -> {}{facts}", id(*parent), id(*child)).unwrap();
    }
    text
}

/// What takes long to count, as the links of a file.
pub fn window(size: u32) -> String {
    text(&make("window", size, 7).unwrap(), false)
}

#[test]
fn every_count_of_odd_shapes_equals_the_naive_twins() {
    for (kind, _) in KINDS {
        for (size, seed) in [(45, 1), (80, 2), (130, 3)] {
            let snapshot = snapshot(&text(&make(kind, size, seed).unwrap(), true));
            let since = Some(1_709_000_000_000);
            compare(&snapshot, &Counting { recent: since.map(|since| since..i64::MAX), ..Counting::default() });
            compare(&snapshot, &Counting { since, ..Counting::default() });
        }
    }
}

/// Of every node, the nodes below it and their owners; of every owner, what is below its nodes and not its own, and the
/// owners of that. By sets of bits, some columns at a time, children first.
struct Twin {
    below: Vec<[u64; 2]>,
    of_owner: BTreeMap<u32, [u64; 2]>,
}

impl Twin {
    fn of(made: &Made) -> Twin {
        const WORDS: usize = 64;
        let nodes = made.owners.len();
        let mut children = vec![Vec::new(); nodes];
        let mut waiting = vec![0; nodes];
        for (parent, child) in &made.links {
            children[*parent as usize].push(*child as usize);
            waiting[*child as usize] += 1;
        }
        let mut order: Vec<usize> = (0..nodes).filter(|node| waiting[*node] == 0).collect();
        let mut next = 0;
        while let Some(node) = order.get(next).copied() {
            for child in &children[node] {
                waiting[*child] -= 1;
                order.extend((waiting[*child] == 0).then_some(*child));
            }
            next += 1;
        }
        assert_eq!(order.len(), nodes, "no cycles");
        let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        made.owners.iter().enumerate().for_each(|(node, owner)| members.entry(*owner).or_default().push(node));
        let mut twin =
            Twin { below: vec![[0; 2]; nodes], of_owner: members.keys().map(|key| (*key, [0; 2])).collect() };
        let owners = *members.keys().next_back().unwrap() as usize + 1;
        let numbers: [(usize, Vec<usize>); 2] =
            [(nodes, (0..nodes).collect()), (owners, made.owners.iter().map(|owner| *owner as usize).collect())];
        for (what, (count, number)) in numbers.iter().enumerate() {
            for first in (0..*count).step_by(64 * WORDS) {
                let mut sets = vec![[0u64; WORDS]; nodes];
                for node in order.iter().rev() {
                    let mut set = [0; WORDS];
                    for child in &children[*node] {
                        set.iter_mut().zip(&sets[*child]).for_each(|(to, bits)| *to |= bits);
                        if let Some(at) = number[*child].checked_sub(first).filter(|at| *at < 64 * WORDS) {
                            set[at / 64] |= 1 << (at % 64);
                        }
                    }
                    sets[*node] = set;
                    twin.below[*node][what] += set.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
                }
                for (owner, members) in &members {
                    let mut set = [0; WORDS];
                    for member in members {
                        set.iter_mut().zip(&sets[*member]).for_each(|(to, bits)| *to |= bits);
                    }
                    for member in members {
                        if let Some(at) = number[*member].checked_sub(first).filter(|at| *at < 64 * WORDS) {
                            set[at / 64] &= !(1 << (at % 64));
                        }
                    }
                    let found = set.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
                    twin.of_owner.get_mut(owner).unwrap()[what] += found;
                }
            }
        }
        twin
    }
}

/// The numbers of an id: owner and node.
fn numbers(id: &str) -> (u32, Option<u32>) {
    let (owner, name) = id.split_once('/').map_or((id, None), |(owner, name)| (owner, Some(name)));
    (owner[1..].parse().unwrap(), name.map(|name| name[1..].parse().unwrap()))
}

fn check(made: &Made, snapshot: &Snapshot, what: &str) {
    let twin = Twin::of(made);
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let counting = Counting::default();
    let census = Census::count(&lineage, &counting).unwrap();
    let authors = census.authors().unwrap();
    for ((row, facts), authors) in census.all().zip(authors) {
        let id = snapshot.id(row);
        let node = numbers(id).1.unwrap() as usize;
        assert_eq!([facts.descendants, authors], twin.below[node], "{id} of {what}");
    }
    for (at, measure) in [Measure::Descendants, Measure::Authors].into_iter().enumerate() {
        let ranking = Ranking::of_groups(&lineage, None, &[measure], &counting, 0).unwrap();
        let found = twin.of_owner.values().filter(|counts| counts[0] > 0).count();
        assert_eq!(ranking.rows.len(), found, "owners of {what}");
        for row in &ranking.rows {
            let expected = twin.of_owner[&numbers(&row.id).0];
            assert_eq!((row.descendants, row.value), (expected[0], expected[at] as f64), "{} of {what}", row.id);
        }
    }
}

/// So large that sets become runs where runs are few, and stay bits where they are many.
#[test]
fn every_count_of_large_odd_shapes_equals_the_naive_twins() {
    for (kind, size) in [("layers-pairs", 48_000), ("window", 56_000)] {
        let made = make(kind, size, 7).unwrap();
        let snapshot = snapshot(&text(&made, false));
        check(&made, &snapshot, kind);
        // Where runs are few, nothing is long.
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let counting = Counting { wait: Some(0), ..Counting::default() };
        match Census::count(&lineage, &counting) {
            Ok(_) => assert_ne!(kind, "window"),
            Err(Error::TooLong(TooLong { seconds })) => assert!(kind == "window" && seconds > 0, "{kind}"),
            Err(error) => panic!("{kind}: {error}"),
        }
    }
}

#[test]
fn what_takes_long_is_left_out_and_said() {
    let place = Place::new();
    place.file("window.edges", window(56_000));
    let imported = place.run(&["import", "window.edges", "-o", "w.mk", "--wait=0"]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    assert!(imported.err.contains("left out: the counts of every model, which would take about "), "{}", imported.err);
    let asked = place.run(&["rank", "--snapshot", "w.mk", "--wait=0"]);
    assert_eq!((asked.code, &asked.out[..]), (1, ""));
    assert!(asked.err.contains("counting would take about ") && asked.err.contains("--wait does it"), "{}", asked.err);
    assert_eq!(place.run(&["family", "o7/*", "--list", "f1", "--snapshot", "w.mk", "--wait=0"]).code, 0);
    let verified = place.run(&["verify", "w.mk"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    // Who waits is told the same as where it is kept.
    let waited = place.run(&["rank", "--snapshot", "w.mk", "--wait", "--format", "csv"]);
    assert_eq!(waited.code, 0, "{}", waited.err);
    place.run(&["import", "window.edges", "-o", "kept.mk", "--wait"]);
    assert_eq!(waited.out, place.run(&["rank", "--snapshot", "kept.mk", "--wait=0", "--format", "csv"]).out);
    let verified = place.run(&["verify", "kept.mk"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
}

#[test]
fn what_is_left_out_of_a_small_snapshot_is_nothing() {
    let mut made = snapshot(&text(&make("random", 60, 1).unwrap(), true));
    assert_eq!(keep_within(&mut made, &[], Some(0)).unwrap(), None);
    assert!(verify(&made, &[], None, &|_| ()).unwrap().lies.is_empty());
}
