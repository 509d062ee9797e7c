//! The census against a naive twin, and the definitions one by one.

use std::collections::{BTreeMap, BTreeSet};

use modelkin::census::{
    Bursts, Census, Counted, Counting, Descendants, Explained, FamilyCount, Measure, Part, Ranking, derivatives,
};
use modelkin::lineage::Lineage;
use modelkin::model::Relation;
use modelkin::reference::{Families, Family};
use modelkin::snapshot::{Builder, Row, Snapshot};
use modelkin::source::synthetic::{Shape, Synthetic};
use proptest::prelude::*;

use crate::naive::{compare, compare_credits, compare_families};
use crate::support::{any_lineage, snapshot};

/// The same snapshot with what it keeps, written and read again.
fn kept(mut snapshot: Snapshot, families: &[Family]) -> Snapshot {
    modelkin::census::keep(&mut snapshot, families).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    snapshot.write(&path).unwrap();
    let kept = Snapshot::open(&path).unwrap();
    kept.verify().unwrap();
    assert_eq!(kept.provenance(), snapshot.provenance());
    kept
}

#[test]
fn every_family_of_the_table_is_kept_as_it_is_counted() {
    let families = Families::built_in().unwrap().all().unwrap();
    let made = modelkin::sample().unwrap();
    let kept = kept(modelkin::sample().unwrap(), &families);
    let (made, kept) = (Lineage::from_snapshot(&made).unwrap(), Lineage::from_snapshot(&kept).unwrap());
    let counting = Counting { since: Some(1_735_689_600_000), ..Counting::default() };
    for family in &families {
        for (counting, counted) in [(&Counting::default(), Counted::Others), (&counting, Counted::Everybody)] {
            assert_eq!(
                FamilyCount::count(family, &made, counting, counted).unwrap(),
                FamilyCount::count(family, &kept, counting, counted).unwrap()
            );
        }
    }
    for measure in Measure::ALL {
        let ranking = |lineage: &Lineage, top| {
            Ranking::of_models(&Census::count(lineage, &Counting::default()).unwrap(), &[*measure], None, top).unwrap()
        };
        let (all, first) = (ranking(&made, 0), ranking(&kept, 7));
        assert_eq!(
            (&all.rows[..all.rows.len().min(7)], all.of, all.missing),
            (&first.rows[..], first.of, first.missing)
        );
    }
}

/// Two tables that say the same of a family but whose it is.
#[test]
fn what_is_kept_of_one_table_is_not_taken_for_another() {
    let family = |owner: &str| {
        let table = format!("family,namespaces,id_patterns\nQwen,{owner},name:qwen\n");
        Families::read("test", table.as_bytes()).unwrap().all().unwrap().pop().unwrap()
    };
    let (one, other) = (family("o0"), family("o3"));
    assert_eq!((&one.name, &one.rule), (&other.name, &other.rule));
    let text = "o0/base -> you/a : finetune\no0/base -> you/b : finetune\no3/base -> you/c-qwen : finetune";
    let (made, kept) = (snapshot(text), kept(snapshot(text), std::slice::from_ref(&one)));
    let count = |snapshot: &Snapshot, family: &Family| {
        let lineage = Lineage::from_snapshot(snapshot).unwrap();
        FamilyCount::count(family, &lineage, &Counting::default(), Counted::Others).unwrap()
    };
    assert_eq!((count(&kept, &one).f1.models, count(&kept, &other).f1.models), (2, 1));
    for family in [&one, &other] {
        assert_eq!(count(&kept, family), count(&made, family));
    }
    // What a family is called changes nothing.
    let mut renamed = one.clone();
    renamed.name = "Another".into();
    assert_eq!((renamed.key(), one.key() == other.key()), (one.key(), false));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_count_equals_the_naive_twins(text in any_lineage(), month in 1..10u8) {
        let at = 1_704_067_200_000 + i64::from(month) * 30 * 86_400_000;
        let snapshot = snapshot(&text);
        compare(&snapshot, &Counting { recent: Some(at..at + 60 * 86_400_000), ..Counting::default() });
        compare(&snapshot, &Counting { since: Some(at), until: Some(at + 90 * 86_400_000), ..Counting::default() });
    }

    #[test]
    fn every_family_count_equals_the_naive_twins(text in any_lineage()) {
        let snapshot = snapshot(&text);
        compare_families(&snapshot, &Counting::default(), Counted::Others);
        compare_families(&snapshot, &Counting::default(), Counted::Everybody);
        compare_families(&snapshot, &Counting { since: Some(1_710_000_000_000), ..Counting::default() }, Counted::Others);
    }

    #[test]
    fn what_a_snapshot_keeps_is_what_is_counted(text in any_lineage()) {
        let made = snapshot(&text);
        let kept = kept(snapshot(&text), &[Family::of_owner("o0"), Family::of_owner("o3")]);
        compare(&kept, &Counting::default());
        compare_families(&kept, &Counting::default(), Counted::Others);
        compare_families(&kept, &Counting::default(), Counted::Everybody);
        compare_families(&kept, &Counting { since: Some(1_710_000_000_000), ..Counting::default() }, Counted::Others);
        let (made, kept) = (Lineage::from_snapshot(&made).unwrap(), Lineage::from_snapshot(&kept).unwrap());
        prop_assert_eq!(made.all_links().collect::<Vec<_>>(), kept.all_links().collect::<Vec<_>>());
        for row in made.snapshot().rows() {
            prop_assert_eq!(made.children(row).collect::<Vec<_>>(), kept.children(row).collect::<Vec<_>>());
        }
        prop_assert_eq!(made.anomalies().unwrap().collect::<Vec<_>>(), kept.anomalies().unwrap().collect::<Vec<_>>());
        let only = kept.only(|_, _, edge| edge.relation != Relation::Quantized);
        prop_assert!(!only.is_whole());
        let facts = |lineage: &Lineage| Census::count(lineage, &Counting::default()).unwrap().all().collect::<Vec<_>>();
        prop_assert_eq!(facts(&only), facts(&made.only(|_, _, edge| edge.relation != Relation::Quantized)));
        for recent in [None, Some(1_715_000_000_000..1_730_000_000_000)] {
            let counting = Counting { recent, ..Counting::default() };
            for measure in Measure::ALL {
                let rankings = |lineage: &Lineage| {
                    let census = Census::count(lineage, &counting).unwrap();
                    let models = Ranking::of_models(&census, &[*measure], None, 0).unwrap();
                    (models, Ranking::of_groups(lineage, None, &[*measure], &counting, 0).unwrap())
                };
                prop_assert_eq!(rankings(&made), rankings(&kept));
                prop_assert_eq!(rankings(&only), rankings(&made.only(|_, _, edge| edge.relation != Relation::Quantized)));
            }
        }
    }

    /// Each of the numbers that explain a family by the way that costs more.
    #[test]
    fn what_explains_a_family_is_what_is_counted_under_each_definition(text in any_lineage()) {
        let snapshot = snapshot(&text.replace("/m1", "/m").replace("/m2", "/m"));
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let owners = ["o0", "o1", "o2", "o3", "o4"].map(Family::of_owner);
        let count = |family: &Family, lineage: &Lineage, counted| {
            FamilyCount::count(family, lineage, &Counting::default(), counted).unwrap()
        };
        let both = |count: FamilyCount| (count.f1.models, count.f2.models);
        for family in &owners {
            let others: Vec<&Family> = owners.iter().filter(|other| other.name != family.name).collect();
            let explained = Explained::count(family, &lineage, Some(&others)).unwrap();
            let counted = FamilyCount { top_children: Vec::new(), ..count(family, &lineage, Counted::Others) };
            prop_assert_eq!(&explained.count, &counted);
            prop_assert_eq!(explained.with_own, both(count(family, &lineage, Counted::Everybody)));
            prop_assert_eq!(explained.folded, both(count(family, &lineage.folded(), Counted::Others)), "{}", text);
            let listed = lineage.only(|parent, _, _| !lineage.is_unlisted(parent));
            prop_assert_eq!(explained.listed, both(count(family, &listed, Counted::Others)));
            let straight = lineage.only(|_, _, edge| edge.relation != Relation::Quantized);
            prop_assert_eq!(explained.straight, count(family, &straight, Counted::Others).f2.models);
            let list = |part: Part, family: &Family| {
                part.list(family, &lineage, &Counting::default(), Counted::Others).unwrap().rows
            };
            let all = list(Part::All, family);
            let of = |row: Row| others.iter().filter(|other| list(Part::All, other).iter().any(|of| of.0 == row)).count();
            let exclusive = all.iter().filter(|(row, _)| of(*row) == 0).count() as u64;
            let split = all.iter().map(|(row, _)| 1.0 / (of(*row) + 1) as f64).sum();
            prop_assert_eq!(explained.credit, Some((exclusive, split)));
            let mentions = list(Part::Mentions, family);
            let derived = mentions.iter().filter(|(_, relation)| relation.is_some()).count() as u64;
            let roots = mentions.iter().filter(|(row, _)| lineage.is_root(*row)).count() as u64;
            prop_assert_eq!((explained.mentions_derived, explained.mentions_roots), (derived, roots));
            let several = all.iter().filter(|(row, _)| lineage.parents(*row).len() > 1).count() as u64;
            prop_assert_eq!(explained.several, several);
        }
    }

    #[test]
    fn the_credits_of_all_roots_add_up_to_the_derived_models(text in any_lineage(), month in 0..10i64) {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let since = (month > 0).then_some(1_704_067_200_000 + month * 30 * 86_400_000);
        let counting = Counting { since, ..Counting::default() };
        let census = Census::count(&lineage, &counting).unwrap();
        let created = snapshot.created().unwrap();
        let counts = |row: &Row| counting.counts(created.at(*row));
        let derived = snapshot.rows().filter(|row| !lineage.is_root(*row)).filter(counts).count();
        let credit: BTreeMap<Row, f64> = census.models().iter().copied().zip(census.credit().unwrap()).collect();
        let roots: f64 = credit.iter().filter(|(row, _)| lineage.is_root(**row)).map(|(_, credit)| credit).sum();
        let inside = |members: &[Row], row: Row| members.contains(&row);
        let cycles: f64 = lineage.cycles().iter()
            .filter(|members| members.iter().all(|member| lineage.parents(*member).all(|(parent, _)| inside(members, parent))))
            .map(|members| credit[&members[0]])
            .sum();
        prop_assert!((roots + cycles - derived as f64).abs() < 1e-6, "{roots} + {cycles} of {derived}");
    }

    #[test]
    fn the_owners_ranking_equals_their_families(text in any_lineage()) {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        for (counting, measure) in [
            (Counting::default(), Measure::Descendants),
            (Counting::default(), Measure::Authors),
            (Counting { since: Some(1_710_000_000_000), recent: Some(1_715_000_000_000..1_730_000_000_000), ..Counting::default() }, Measure::Downloads),
            (Counting { recent: Some(1_715_000_000_000..1_730_000_000_000), ..Counting::default() }, Measure::Growth),
        ] {
            let ranking = Ranking::of_groups(&lineage, None, &[measure], &counting, 0).unwrap();
            for row in &ranking.rows {
                let count = FamilyCount::count(&Family::of_owner(&row.id), &lineage, &counting, Counted::Others).unwrap();
                prop_assert_eq!((row.direct, row.descendants), (count.f1.models, count.f2.models), "{}", &row.id);
                prop_assert_eq!(row.by_relation, count.f2.by_relation, "{}", &row.id);
                let value = match measure {
                    Measure::Authors => count.f2.authors,
                    Measure::Downloads => count.f2.downloads.total,
                    Measure::Growth => count.f2.recent.total,
                    _ => count.f2.models,
                };
                prop_assert_eq!(row.value, value as f64, "{:?} of {}", measure, &row.id);
            }
        }
        let ranking = Ranking::of_groups(&lineage, None, &[Measure::Descendants], &Counting::default(), 0).unwrap();
        prop_assert!(ranking.rows.windows(2).all(|pair| pair[0].value >= pair[1].value));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_credit_equals_the_naive_twins(text in any_lineage(), month in 0..10i64) {
        let snapshot = snapshot(&text);
        let since = (month > 0).then_some(1_704_067_200_000 + month * 30 * 86_400_000);
        compare_credits(&snapshot, &Counting { since, ..Counting::default() });
    }
}

#[test]
fn a_cycle_is_credited_as_one_with_its_own_members() {
    let credits = |text: &str| {
        let snapshot = snapshot(text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        let credit: BTreeMap<Row, f64> = census.models().iter().copied().zip(census.credit().unwrap()).collect();
        ["a/x", "a/y", "b/z"].map(|id| lineage.find(id).map_or(0.0, |row| credit[&row]))
    };
    assert_eq!(credits("a/x -> a/y\na/y -> a/x\na/y -> c/leaf"), [3.0, 3.0, 0.0]);
    // Of two links from outside each gets half of the three models below.
    assert_eq!(credits("a/x -> a/y\na/y -> a/x\na/y -> c/leaf\nb/z, b/w -> a/x"), [3.0, 3.0, 1.5]);
    assert!(Measure::Credit.about().contains("its own members counted"));
}

fn facts(text: &str, id: &str) -> (u64, u64) {
    let snapshot = snapshot(text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let facts = census.facts(lineage.find(id).unwrap());
    (facts.direct, facts.descendants)
}

#[test]
fn a_model_reached_by_several_ways_counts_once() {
    assert_eq!(facts("a/r -> a/x, a/y\na/x, a/y -> a/m : merge\na/m -> a/q : quantized", "a/r"), (2, 4));
}

#[test]
fn the_members_of_a_cycle_descend_from_each_other_and_not_from_themselves() {
    let text = "a/x -> a/y\na/y -> a/z\na/z -> a/x\na/z -> a/leaf";
    assert_eq!(facts(text, "a/x"), (1, 3));
    assert_eq!(facts(text, "a/z"), (2, 3));
}

#[test]
fn a_merge_belongs_to_both_families() {
    let snapshot = snapshot("a/base -> c/merged : merge\nb/base -> c/merged : merge\nc/merged -> d/gguf : quantized");
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    for owner in ["a", "b"] {
        let count =
            FamilyCount::count(&Family::of_owner(owner), &lineage, &Counting::default(), Counted::Others).unwrap();
        assert_eq!((count.f1.models, count.f2.models), (1, 2));
        assert_eq!(count.f2.by_relation[Relation::Merge as usize], 1);
    }
}

#[test]
fn a_model_is_classed_by_its_strongest_link_towards_the_ancestor() {
    // From a/one only the finetune link is seen; from a/root both are.
    let text = "a/root -> a/one, a/two : finetune\na/one -> b/x : finetune\na/two -> b/x : merge";
    let snapshot = snapshot(text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let of = |id| census.facts(lineage.find(id).unwrap()).by_relation;
    assert_eq!(of("a/one")[Relation::Finetune as usize], 1);
    assert_eq!(of("a/two")[Relation::Merge as usize], 1);
    assert_eq!(of("a/root"), [0, 2, 0, 0, 1]);
}

#[test]
fn mentions_are_models_that_name_or_tag_the_family_and_are_no_members() {
    let text =
        "Qwen/Qwen2.5-7B -> x/My-QWEN-ft : finetune\ny/other : tags=qwen2,gguf\nz/nothing : tags=llama\nw/QwQ-like";
    let snapshot = snapshot(text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let families = Families::built_in().unwrap();
    let family = families.find("qwen").unwrap().unwrap();
    let count = FamilyCount::count(&family, &lineage, &Counting::default(), Counted::Others).unwrap();
    assert_eq!((count.members, count.f1.models, count.f3), (1, 1, Some(3)));
    // Without any tag in the snapshot, names alone would pass for all mentions.
    let without = self::snapshot("Qwen/Qwen2.5-7B -> x/My-QWEN-ft : finetune\nw/QwQ-like");
    let lineage = Lineage::from_snapshot(&without).unwrap();
    let f3 = |family: &Family| FamilyCount::count(family, &lineage, &Counting::default(), Counted::Others).unwrap().f3;
    assert_eq!(f3(&family), None);
    let by_name = Families::read("test", b"family,namespaces,id_patterns\nQ,,id:^qwen/ name:qwen").unwrap();
    assert_eq!(f3(&by_name.find("q").unwrap().unwrap()), Some(1));
}

#[test]
fn a_burst_is_fifty_children_of_one_parent_within_a_day_by_one_author_or_template() {
    let mut text = String::new();
    for number in 0..50 {
        text += &format!("a/base -> bot/run-{number} : adapter created=2024-03-01T{:02}:00:00Z\n", number % 24);
        text += &format!("a/base -> user{number}/base-Swarm-sly_red_fox{number} : adapter created=2024-04-01\n");
    }
    for number in 0..49 {
        text += &format!("a/base -> slow/run-{number} : adapter created=2024-05-01\n");
        text += &format!("a/base -> old/run-{number} : adapter created=2022-03-02T23:29:04Z\n");
        text += &format!("a/base -> old/more-{number} : adapter created=2022-03-02T23:29:04Z\n");
    }
    let snapshot = snapshot(&text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let count = FamilyCount::count(&Family::of_owner("a"), &lineage, &Counting::default(), Counted::Others).unwrap();
    assert_eq!(count.f1.models, 50 + 50 + 49 * 3);
    assert_eq!(count.without_bursts, (Some(49 * 3), Some(49 * 3)));
}

#[test]
fn without_bursts_is_judged_where_half_have_a_date_since_the_hub_keeps_dates() {
    for (dated, undated, old, judged) in
        [(60, 60, 0, Some(60)), (60, 61, 0, None), (60, 0, 61, None), (0, 0, 0, Some(0)), (0, 1, 0, None)]
    {
        let mut text = String::from("a/base\n");
        (0..dated).for_each(|at| text += &format!("a/base -> bot/run-{at} : adapter created=2024-03-01\n"));
        (0..undated).for_each(|at| text += &format!("a/base -> calm/{} : adapter\n", "x".repeat(at + 1)));
        (0..old).for_each(|at| text += &format!("a/base -> old/{} : adapter created=2022-03-02\n", "x".repeat(at + 1)));
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let family = Family::of_owner("a");
        let count = FamilyCount::count(&family, &lineage, &Counting::default(), Counted::Others).unwrap();
        assert_eq!(count.without_bursts, (judged, judged), "{dated}, {undated}, {old}");
        assert_eq!(
            FamilyCount::count_all(&[family], &Bursts::find(&lineage).unwrap()).unwrap()[0][0].without_bursts,
            (judged, judged)
        );
    }
}

#[test]
fn ranks_break_ties_by_id_and_leave_out_what_is_not_known() {
    let text = "b/b -> x/1\na/a -> x/2\nc/c -> x/3, x/4\nd/d -> x/5 : downloads=0";
    let snapshot = snapshot(text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let ids = |ranking: &Ranking| ranking.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let ranking = Ranking::of_models(&census, &[Measure::Descendants], None, 0).unwrap();
    assert_eq!(ids(&ranking), ["c/c", "a/a", "b/b", "d/d"]);
    assert_eq!(ranking.rows[3].rank, 4);
    let ranking = Ranking::of_models(&census, &[Measure::Downloads], None, 0).unwrap();
    assert_eq!((ids(&ranking), ranking.missing), (vec!["d/d".to_owned()], 3));
}

/// A chain of a million, a ladder of diamonds and ten thousand merges of merges, each with its known answer.
#[test]
fn shapes_that_are_not_like_trees_are_counted_exactly() {
    use std::fmt::Write;
    let mut chain = String::new();
    for at in 0..1_000_000 {
        writeln!(chain, "c/{at:07} -> c/{:07} : finetune", at + 1).unwrap();
    }
    assert_eq!(facts(&chain, "c/0000000"), (1, 1_000_000));

    let mut ladder = String::new();
    for at in 0..50_000 {
        writeln!(ladder, "l/{at}a -> l/{at}b, l/{at}c : finetune").unwrap();
        writeln!(ladder, "l/{at}b, l/{at}c -> l/{}a : merge", at + 1).unwrap();
    }
    assert_eq!(facts(&ladder, "l/0a"), (2, 150_000));
    assert_eq!(facts(&ladder, "l/0b"), (1, 149_998));

    // Merge n has the parents n - 1 and n - 2: from merge k on, all later ones are reached.
    let mut merges = String::new();
    for at in 2..10_000 {
        writeln!(merges, "m/{}, m/{} -> m/{at} : merge", at - 1, at - 2).unwrap();
    }
    assert_eq!(facts(&merges, "m/0"), (1, 9_998));
    assert_eq!(facts(&merges, "m/5000"), (2, 4_999));

    // Every merge has three parents from the layer before; nothing dominates anything.
    let mut dense = String::new();
    for layer in 1..40 {
        for at in 0..50 {
            let parent = |step: usize| format!("d/{}x{}", layer - 1, (at + step) % 50);
            writeln!(dense, "{}, {}, {} -> d/{layer}x{at} : merge", parent(0), parent(1), parent(37)).unwrap();
        }
    }
    let snapshot = snapshot(&dense);
    compare(&snapshot, &Counting::default());
}

/// The distinct nodes other than each that can be reached from it, by a plain search.
fn search(nodes: usize, links: &[(u32, u32)]) -> Vec<u32> {
    let mut children = vec![BTreeSet::new(); nodes];
    links.iter().for_each(|(parent, child)| _ = children[*parent as usize].insert(*child));
    let below = |start: u32| {
        let mut seen = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            open.extend(children[at as usize].iter().filter(|child| seen.insert(**child)));
        }
        seen.len() as u32 - 1
    };
    (0..nodes as u32).map(below).collect()
}

fn check_links(nodes: usize, links: &[(u32, u32)]) {
    let descendants = Descendants::count(nodes, links);
    let found: Vec<u32> = (0..nodes as u32).map(|node| descendants.below(node)).collect();
    assert_eq!(found, search(nodes, links), "{links:?}");
    assert!(descendants.all().all(|(node, count)| descendants.below(node) == count));
    // Groups of three kinds: neighbours, every fifth node, all of them; and one without a member.
    let all: Vec<u32> = (0..nodes as u32).collect();
    let groups: Vec<Vec<u32>> = all
        .chunks(4)
        .map(<[u32]>::to_vec)
        .chain((0..5).map(|start| all.iter().copied().skip(start).step_by(5).collect()))
        .chain([all.clone(), Vec::new()])
        .collect();
    let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).take(40).collect();
    let mut children = vec![Vec::new(); nodes];
    links.iter().for_each(|(parent, child)| children[*parent as usize].push(*child));
    let reached = |group: &&[u32]| {
        let mut seen: BTreeSet<u32> = group.iter().copied().collect();
        let mut open = group.to_vec();
        while let Some(at) = open.pop() {
            open.extend(children[at as usize].iter().filter(|child| seen.insert(**child)));
        }
        (seen.len() - group.len()) as u32
    };
    assert_eq!(derivatives(nodes, links, &groups), groups.iter().map(reached).collect::<Vec<_>>(), "{links:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn descendants_of_any_links_equal_a_search(
        nodes in 1..90usize,
        dense in 1..4usize,
        forward in 0..100u32,
        links in prop::collection::vec((any::<u32>(), any::<u32>(), 0..100u32), 0..300),
    ) {
        // Few links make trees, many make cycles; most run forward where `forward` is high.
        let node = |number: u32| number % nodes as u32;
        let links: Vec<(u32, u32)> = links.into_iter().take(nodes * dense / 2).map(|(one, other, turn)| {
            let (one, other) = (node(one), node(other));
            if turn < forward { (one.min(other), one.max(other)) } else { (one, other) }
        }).collect();
        check_links(nodes, &links);
    }
}

#[test]
fn descendants_of_a_made_up_hub_equal_a_search() {
    for (shape, seed) in [(Shape::Hub, 1), (Shape::Merges, 2), (Shape::Merges, 3)] {
        let hub = Synthetic::new(6_000, shape, seed);
        let distinct: BTreeSet<_> = hub.links.iter().collect();
        assert_eq!(distinct.len(), hub.links.len());
        check_links(hub.nodes(), &hub.links);
    }
}

#[test]
fn the_shapes_that_break_others_are_counted_exactly() {
    const MILLION: u32 = 1_000_000;
    let chain: Vec<_> = (1..MILLION).map(|at| (at - 1, at)).collect();
    let descendants = Descendants::count(MILLION as usize, &chain);
    assert!((0..MILLION).all(|node| descendants.below(node) == MILLION - 1 - node));

    let circle: Vec<_> = (0..MILLION).map(|at| (at, (at + 1) % MILLION)).collect();
    let descendants = Descendants::count(MILLION as usize, &circle);
    assert!((0..MILLION).all(|node| descendants.below(node) == MILLION - 1));

    let star: Vec<_> = (1..=3 * MILLION).map(|leaf| (0, leaf)).collect();
    let descendants = Descendants::count(star.len() + 1, &star);
    assert_eq!((descendants.below(0), descendants.below(7)), (3 * MILLION, 0));

    const RUNGS: u32 = 100_000;
    let ladder: Vec<_> = (0..RUNGS)
        .map(|at| 3 * at)
        .flat_map(|at| [(at, at + 1), (at, at + 2), (at + 1, at + 3), (at + 2, at + 3)])
        .collect();
    let descendants = Descendants::count(3 * RUNGS as usize + 1, &ladder);
    assert!((0..RUNGS).all(|rung| descendants.below(3 * rung) == 3 * (RUNGS - rung)));

    // Twenty layers, every model of one a parent of all of the next.
    const WIDE: u32 = 100;
    let layers: Vec<_> = (0..19)
        .flat_map(|layer| (0..WIDE).map(move |parent| (layer, parent)))
        .flat_map(|(layer, parent)| (0..WIDE).map(move |child| (layer * WIDE + parent, (layer + 1) * WIDE + child)))
        .collect();
    let descendants = Descendants::count(20 * WIDE as usize, &layers);
    assert!((0..20 * WIDE).all(|node| descendants.below(node) == (19 - node / WIDE) * WIDE));
}

#[test]
fn a_made_up_hub_is_read_as_it_was_made() {
    let hub = Synthetic::new(3_000, Shape::Hub, 5);
    let links: BTreeSet<(String, String)> =
        hub.links.iter().map(|(parent, child)| (hub.id(*parent), hub.id(*child))).collect();
    let mut lines = String::new();
    for row in hub.rows() {
        lines.push_str(&format!("{{\"id\": \"{}\", \"tags\": [\"{}\"]}}\n", row.id, row.tags.join("\", \"")));
    }
    let mut builder = Builder::new();
    modelkin::source::read_rows("rows", lines.as_bytes(), &mut |found| builder.add(found)).unwrap();
    let snapshot = builder.finish("test", None, None).unwrap();
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let read = lineage.all_links().map(|(parent, child, _)| (snapshot.id(parent).into(), snapshot.id(child).into()));
    assert_eq!(read.collect::<BTreeSet<(String, String)>>(), links);
    assert_eq!(snapshot.provenance().counts.models, 3_000);
}
