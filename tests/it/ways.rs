//! Ways, unavoidable ancestors, nearest common ancestors and what hangs only through a model, each beside a naive twin that follows the
//! definitions word by word over the graph in which a cycle is one node.

use std::collections::{BTreeMap, BTreeSet};

use modelkin::lineage::{Lineage, WayCount, Ways};
use modelkin::snapshot::{Row, Snapshot};
use proptest::prelude::*;

use crate::naive::Naive;
use crate::support::{any_lineage, snapshot};

/// Every model's node, by the least of those that reach each other, and the links between nodes.
pub struct Condensed {
    pub node: BTreeMap<Row, Row>,
    pub parents: BTreeMap<Row, BTreeSet<Row>>,
}

impl Condensed {
    pub fn of(lineage: &Lineage) -> Condensed {
        let naive = Naive::of(lineage);
        let reached: BTreeMap<Row, BTreeSet<Row>> =
            lineage.snapshot().rows().map(|row| (row, naive.reached(&[row]))).collect();
        let together = |one: Row, other: Row| reached[&one].contains(&other) && reached[&other].contains(&one);
        let node = |row: Row| reached.keys().copied().find(|other| *other == row || together(row, *other)).unwrap();
        let node: BTreeMap<Row, Row> = reached.keys().map(|row| (*row, node(*row))).collect();
        let mut parents: BTreeMap<Row, BTreeSet<Row>> = node.values().map(|at| (*at, BTreeSet::new())).collect();
        for (parent, child, _) in lineage.all_links().filter(|(parent, child, _)| node[parent] != node[child]) {
            parents.get_mut(&node[&child]).unwrap().insert(node[&parent]);
        }
        Condensed { node, parents }
    }

    /// Whether some way leads from a root to a node and passes none of these.
    pub fn leads_around(&self, to: Row, passed: &BTreeSet<Row>) -> bool {
        let (mut left, mut met) = (vec![to], BTreeSet::from([to]));
        while let Some(at) = left.pop() {
            if passed.contains(&at) {
                continue;
            }
            if self.parents[&at].is_empty() {
                return true;
            }
            left.extend(self.parents[&at].iter().filter(|parent| met.insert(**parent)));
        }
        false
    }

    /// The number of ways from one node to another.
    pub fn ways(&self, from: Row, to: Row, known: &mut BTreeMap<(Row, Row), u64>) -> u64 {
        if from == to {
            return 1;
        }
        if let Some(known) = known.get(&(from, to)) {
            return *known;
        }
        let ways = self.parents[&to].iter().map(|parent| self.ways(from, *parent, known)).sum();
        known.insert((from, to), ways);
        ways
    }
}

fn compare(snapshot: &Snapshot) {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let (naive, condensed) = (Naive::of(&lineage), Condensed::of(&lineage));
    let node = |row: Row| condensed.node[&row];
    let below: BTreeMap<Row, BTreeSet<Row>> = snapshot.rows().map(|row| (row, naive.reached(&[row]))).collect();
    let is_above = |row: Row, other: Row| row == other || below[&row].contains(&other);
    let above = |row: Row| snapshot.rows().filter(|other| is_above(*other, row)).collect::<Vec<Row>>();
    let mut known = BTreeMap::new();
    for to in snapshot.rows() {
        let found = Ways::from_roots(&lineage, to);
        assert_eq!(found.rows(), above(to));
        for row in snapshot.rows() {
            let Some(between) = Ways::between(&lineage, row, to) else {
                assert!(!is_above(row, to));
                continue;
            };
            let on_all = !condensed.leads_around(node(to), &BTreeSet::from([node(row)]));
            assert_eq!(found.is_unavoidable(row), on_all, "{} above {}", snapshot.id(row), snapshot.id(to));
            let count = Some(condensed.ways(node(row), node(to), &mut known));
            assert_eq!((found.count_from(row).get(), between.count_from(row).get()), (count, count));
            let wanted: Vec<Row> =
                snapshot.rows().filter(|other| is_above(row, *other) && is_above(*other, to)).collect();
            assert_eq!(between.rows(), wanted, "from {} to {}", snapshot.id(row), snapshot.id(to));
        }
        // What hangs only through it, and through it and another one.
        for set in [vec![to], vec![to, (to + 7) % snapshot.len() as Row]] {
            let reached = lineage.below(&set).rows;
            let passed: BTreeSet<Row> = set.iter().map(|row| node(*row)).collect();
            let wanted: Vec<Row> =
                reached.iter().copied().filter(|row| !condensed.leads_around(node(*row), &passed)).collect();
            assert_eq!(lineage.only_through(&set, &reached), wanted, "{set:?}");
        }
    }
    for one in snapshot.rows() {
        for other in snapshot.rows().skip(one as usize) {
            let third = (one + other) % snapshot.len() as Row;
            for models in [vec![one, other], vec![one, other, third]] {
                let common: Vec<Row> =
                    snapshot.rows().filter(|row| models.iter().all(|model| is_above(*row, *model))).collect();
                let is_over = |row: Row, other: Row| node(row) != node(other) && is_above(row, other);
                let is_nearest = |row: &&Row| !common.iter().any(|other| is_over(**row, *other));
                let wanted: Vec<Row> = common.iter().filter(is_nearest).copied().collect();
                assert_eq!(lineage.nearest_common(&models), wanted, "{models:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn ways_are_those_that_the_definitions_mean(text in any_lineage()) {
        compare(&snapshot(&text));
    }
}

#[test]
fn ways_are_counted_no_further_than_a_million_million_million() {
    let mut text = String::new();
    // A diamond below the other doubles the ways.
    for at in 0..80 {
        text += &format!("a/m{at} -> a/l{at}\na/m{at} -> a/r{at}\na/l{at}, a/r{at} -> a/m{}\n", at + 1);
    }
    let made = snapshot(&text);
    let lineage = Lineage::from_snapshot(&made).unwrap();
    let count = |from: &str, to: &str| {
        let ways = Ways::between(&lineage, made.find(from).unwrap(), made.find(to).unwrap()).unwrap();
        (ways.count_from(made.find(from).unwrap()), ways.is_unavoidable(made.find("a/m40").unwrap()))
    };
    let (all, is_unavoidable) = count("a/m0", "a/m80");
    assert_eq!((all.get(), all.to_string().as_str(), is_unavoidable), (None, "more than 10^18", true));
    assert_eq!(count("a/m20", "a/m79").0.get(), Some(1 << 59));
    assert!(all > count("a/m20", "a/m79").0 && 1 << 59 < WayCount::MOST);
}
