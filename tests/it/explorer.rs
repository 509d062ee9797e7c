//! The map: every model is placed once by the rule, and what is shown adds up.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use modelkin::ask::{Atlas, Begin, Tables};
use modelkin::census::{Census, Counting, members};
use modelkin::explorer::{Asked, Colour, Forest, MarkKind, Packed, Page, Place, Size, View, served_script};
use modelkin::lineage::Lineage;
use modelkin::model::Count;
use modelkin::snapshot::{Row, Snapshot};
use proptest::prelude::*;

use crate::naive::Naive;
use crate::program::Place as Desk;
use crate::support::{any_lineage, snapshot};

fn atlas(snapshot: &Snapshot) -> Atlas {
    Atlas::new(snapshot, Tables::built_in().unwrap())
}

/// Where the rule places each model that has a link: below which model, if below one.
fn naive_places(snapshot: &Snapshot) -> BTreeMap<Row, Option<Row>> {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let naive = Naive::of(&lineage);
    let linked: BTreeSet<Row> = naive.children.keys().chain(naive.parents.keys()).copied().collect();
    let reached: BTreeMap<Row, BTreeSet<Row>> = linked.iter().map(|row| (*row, naive.reached(&[*row]))).collect();
    let strength = |row: &Row| reached[row].iter().filter(|below| *below != row).count();
    let strongest = |rows: BTreeSet<Row>| {
        let mut rows: Vec<Row> = rows.into_iter().collect();
        rows.sort_by(|a, b| {
            strength(b)
                .cmp(&strength(a))
                .then_with(|| snapshot.id(*a).to_lowercase().cmp(&snapshot.id(*b).to_lowercase()))
        });
        rows.first().copied()
    };
    let parents = |row: &Row| naive.parents.get(row).into_iter().flat_map(|parents| parents.keys().copied());
    let place = |row: &Row| {
        let cycle: BTreeSet<Row> = reached[row].iter().copied().filter(|other| reached[other].contains(row)).collect();
        let first = cycle.iter().min_by_key(|row| snapshot.id(**row).to_lowercase()).copied();
        match first {
            Some(first) if first != *row => Some(first),
            Some(_) => strongest(cycle.iter().flat_map(parents).filter(|parent| !cycle.contains(parent)).collect()),
            None => strongest(parents(row).collect()),
        }
    };
    linked.iter().map(|row| (*row, place(row))).collect()
}

/// How many models are placed below each, itself included, by walking up from every model.
fn naive_sizes(places: &BTreeMap<Row, Option<Row>>) -> BTreeMap<Row, u64> {
    let mut sizes = BTreeMap::new();
    for row in places.keys() {
        let (mut at, mut steps) = (Some(*row), 0);
        while let Some(row) = at {
            *sizes.entry(row).or_default() += 1;
            at = places[&row];
            steps += 1;
            assert!(steps <= places.len(), "the placement goes round in a circle");
        }
    }
    sizes
}

const AREA: f64 = 800.0 * 600.0;

fn asked(at: Place, size: Size, colour: Colour) -> Asked {
    Asked { at, size, colour, area: AREA, marks: Asked::MARKS }
}

/// Says what does not add up in a view.
fn check(forest: &Forest, asked: &Asked, view: &View) {
    let what = format!("{} {:?} {:?}", view.at, asked.size, asked.colour);
    assert!(view.marks.len() <= asked.marks, "{what}: {} marks", view.marks.len());
    assert_eq!(view.classes.iter().map(|(.., models)| models).sum::<u64>(), view.models, "{what}: classes");
    let mut models = vec![0; view.marks.len() + 1];
    let mut weights = vec![0; view.marks.len() + 1];
    let mut shows_itself = vec![false; view.marks.len() + 1];
    for (at, mark) in view.marks.iter().enumerate() {
        assert!(mark.within.is_none_or(|within| within < at), "{what}: {at} stands before what it lies in");
        let within = mark.within.map_or(0, |within| within + 1);
        models[within] += mark.models;
        weights[within] += mark.weight;
        shows_itself[within] |= mark.kind == MarkKind::Itself;
        let least = mark.weight as f64 * asked.area / view.weight.max(1) as f64;
        assert!(least >= Asked::LEAST - 1e-6 || mark.kind == MarkKind::Rest, "{what}: {mark:?} is too small");
        if mark.kind == MarkKind::Block {
            assert!(mark.models > 1, "{what}: {mark:?}");
            if asked.colour != Colour::Relation {
                let classes = mark.classes.chunks(2).map(|class| class[1]).sum::<u64>();
                assert_eq!(classes, mark.models, "{what}: {mark:?}");
            }
        }
        if mark.kind == MarkKind::Model {
            let row = forest.snapshot().find(&mark.text).unwrap();
            assert!(forest.place_above(row).is_some(), "{what}: {mark:?}");
        }
    }
    let downloads = forest.snapshot().count(Count::Downloads).unwrap();
    let own = |id: &str| forest.snapshot().find(id).and_then(|row| downloads.at(row)).unwrap_or_default();
    let itself = |at: usize, id: Option<&str>| match id {
        Some(id) if !shows_itself[at] => (1, if asked.size == Size::Downloads { own(id) } else { 1 }),
        _ => (0, 0),
    };
    let id = match &asked.at {
        Place::Model(id) => Some(id.as_str()),
        _ => None,
    };
    if !view.marks.is_empty() {
        let (one, weight) = itself(0, id);
        assert_eq!((models[0] + one, weights[0] + weight), (view.models, view.weight), "{what}: the whole");
    }
    for (at, mark) in view.marks.iter().enumerate().filter(|(at, _)| models[at + 1] > 0) {
        let (one, weight) = itself(at + 1, Some(mark.text.as_str()).filter(|_| mark.kind == MarkKind::Model));
        assert_eq!((models[at + 1] + one, weights[at + 1] + weight), (mark.models, mark.weight), "{what}: {mark:?}");
    }
}

/// Looks at a place by every size and colour, and then at everything that it shows.
fn look(forest: &Forest, at: &Place, depth: usize, seen: &mut usize) {
    for size in Size::ALL {
        for colour in Colour::ALL {
            let asked = asked(at.clone(), size, colour);
            let view = forest.view(&asked).unwrap();
            assert_eq!(Place::read(&view.at).as_ref(), Some(at));
            if *at != Place::Alone {
                check(forest, &asked, &view);
            }
            *seen += 1;
            if depth > 0 && colour == Colour::Relation && size == Size::Descendants {
                for mark in view.marks.iter().filter(|mark| mark.within.is_none()).take(12) {
                    let inside = match mark.kind {
                        MarkKind::Family => Place::Family(mark.text.clone()),
                        MarkKind::Owner => Place::Owner(mark.text.clone()),
                        MarkKind::Model => Place::Model(mark.text.clone()),
                        MarkKind::Block => Place::read(&format!("block:{}:{at}", mark.text)).unwrap(),
                        MarkKind::Rest => Place::read(&format!(
                            "rest:{}:{at}",
                            view.marks.iter().filter(|mark| mark.within.is_none()).count() - 1
                        ))
                        .unwrap(),
                        MarkKind::Itself => continue,
                    };
                    if matches!(at, Place::Alone) || (matches!(at, Place::Rest(..)) && mark.kind == MarkKind::Rest) {
                        continue;
                    }
                    let found = forest.view(&self::asked(inside.clone(), size, colour));
                    if !matches!(at, Place::Rest(..) | Place::Block(..)) {
                        assert_eq!(found.unwrap().models, mark.models, "{inside}");
                        look(forest, &inside, depth - 1, seen);
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_model_with_a_link_is_placed_once_and_where_the_rule_says(text in any_lineage()) {
        let snapshot = snapshot(&text);
        let forest = atlas(&snapshot).forest().unwrap().clone();
        let places = naive_places(&snapshot);
        let rows: Vec<Row> = forest.rows().collect();
        let set: BTreeSet<Row> = rows.iter().copied().collect();
        prop_assert_eq!(rows.len(), set.len());
        prop_assert_eq!(&set, &places.keys().copied().collect());
        for (row, above) in &places {
            prop_assert_eq!(forest.placed_below(*row), *above, "{}", snapshot.id(*row));
        }
        for (row, size) in naive_sizes(&places) {
            let view = forest.view(&asked(Place::Model(snapshot.id(row).into()), Size::Descendants, Colour::Relation)).unwrap();
            prop_assert_eq!(view.models, size);
        }
    }

    #[test]
    fn what_is_shown_adds_up(text in any_lineage(), marks in 4usize..40) {
        let snapshot = snapshot(&text);
        let forest = atlas(&snapshot).forest().unwrap().clone();
        look(&forest, &Place::Hub, 1, &mut 0);
        for size in Size::ALL {
            let asked = Asked { marks, ..asked(Place::Hub, size, Colour::Month) };
            check(&forest, &asked, &forest.view(&asked).unwrap());
        }
    }
}

#[test]
fn the_sample_adds_up_wherever_one_looks() {
    let snapshot = modelkin::sample().unwrap();
    let atlas = atlas(&snapshot);
    let forest = atlas.forest().unwrap();
    let mut seen = 0;
    look(forest, &Place::Hub, 2, &mut seen);
    assert!(seen > 500, "{seen}");
    let view = forest.view(&asked(Place::Hub, Size::Descendants, Colour::Relation)).unwrap();
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let linked = snapshot.rows().filter(|row| !lineage.is_root(*row) || !lineage.is_leaf(*row)).count() as u64;
    assert_eq!(view.models, linked);
    assert_eq!(view.alone, snapshot.provenance().counts.models + snapshot.provenance().counts.unlisted - linked);
    let alone = forest.view(&asked(Place::Alone, Size::Descendants, Colour::Relation)).unwrap();
    assert_eq!(alone.models, view.alone);
    assert_eq!(alone.marks.iter().map(|mark| mark.models).sum::<u64>(), alone.models);
}

#[test]
fn a_merge_stands_below_its_strongest_parent_and_equals_below_the_first_id() {
    let text = "a/weak -> m/merge : merge\nz/strong -> m/merge : merge\nz/strong -> x/other : finetune\n\
                b/one -> m/twin : merge\nc/one -> m/twin : merge";
    let snapshot = snapshot(text);
    let forest = atlas(&snapshot).forest().unwrap().clone();
    let row = |id| snapshot.find(id).unwrap();
    assert_eq!(forest.placed_below(row("m/merge")), Some(row("z/strong")));
    assert_eq!(forest.placed_below(row("m/twin")), Some(row("b/one")));
    // It is counted below both, and placed below one.
    let view = forest.view(&asked(Place::Model("a/weak".into()), Size::Descendants, Colour::Relation)).unwrap();
    assert_eq!((view.models, view.descendants), (1, Some(1)));
    let about = forest.about("m/merge").unwrap();
    let ids: Vec<&str> = about.up.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!(ids, ["m/merge", "a/weak", "z/strong"]);
    assert_eq!(about.up.links, [(0, 1, 4), (0, 2, 4)]);
}

#[test]
fn a_cycle_stands_as_one_below_what_leads_to_it() {
    let text = "b/two -> a/one : finetune\na/one -> b/two : finetune\na/one -> c/leaf : quantized\n\
                z/base -> b/two : adapter\ny/base -> b/two : merge\ny/base -> y/more : finetune";
    let snapshot = snapshot(text);
    let forest = atlas(&snapshot).forest().unwrap().clone();
    let row = |id| snapshot.find(id).unwrap();
    assert_eq!(forest.placed_below(row("a/one")), Some(row("y/base")));
    assert_eq!(forest.placed_below(row("b/two")), Some(row("a/one")));
    assert_eq!(forest.placed_below(row("c/leaf")), Some(row("a/one")));
}

#[test]
fn roots_stand_below_the_first_family_of_which_they_are_members_or_else_their_owner() {
    let text = "Qwen/Qwen2.5-7B -> u/ft : finetune\nu/base -> u/x : finetune\nold -> v/y : adapter\nlone/a : likes=1\nlone/b : likes=1";
    let snapshot = snapshot(text);
    let forest = atlas(&snapshot).forest().unwrap().clone();
    let above = |id| forest.place_above(snapshot.find(id).unwrap());
    assert_eq!(above("Qwen/Qwen2.5-7B"), Some(Place::Family("Qwen".into())));
    assert_eq!(above("u/ft"), Some(Place::Model("Qwen/Qwen2.5-7B".into())));
    assert_eq!(above("u/base"), Some(Place::Owner("u".into())));
    assert_eq!(above("old"), Some(Place::Owner(String::new())));
    assert_eq!(above("lone/a"), None);
    let alone = forest.view(&asked(Place::Alone, Size::Descendants, Colour::Relation)).unwrap();
    assert_eq!(alone.marks.iter().map(|mark| (mark.text.as_str(), mark.models)).collect::<Vec<_>>(), [("lone", 2)]);
}

#[test]
fn a_part_places_all_that_descends_from_where_it_begins() {
    let snapshot = modelkin::sample().unwrap();
    let atlas = atlas(&snapshot);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let census = Arc::new(Census::count(&lineage, &Counting::default()).unwrap());
    let id = "Qwen/Qwen2.5-14B";
    let below = atlas.forest_of(&Begin::Below(vec![id.to_owned()].into())).unwrap();
    let descendants = census.facts(snapshot.find(id).unwrap()).descendants;
    assert_eq!(below.models(), descendants + 1);
    let view = below.view(&asked(Place::Model(id.into()), Size::Descendants, Colour::Relation)).unwrap();
    assert_eq!((view.models, view.descendants), (descendants + 1, Some(descendants)));
    look(&below, &Place::Hub, 2, &mut 0);
    // In the whole, merges of stronger parents stand elsewhere.
    let whole =
        atlas.forest().unwrap().view(&asked(Place::Model(id.into()), Size::Descendants, Colour::Relation)).unwrap();
    assert!(whole.models < view.models && whole.descendants == view.descendants);
    let qwen = atlas.forest_of(&Begin::Family("Qwen".into())).unwrap();
    let family = atlas.tables().families().find("Qwen").unwrap().unwrap();
    let all = lineage.select(&members(&family, &lineage).unwrap(), modelkin::lineage::Reach::Below, usize::MAX);
    let alone = qwen.view(&asked(Place::Hub, Size::Descendants, Colour::Relation)).unwrap().alone;
    assert_eq!(qwen.models() + alone, all.models() as u64);
    assert_eq!(qwen.part().unwrap().start, Place::Family("Qwen".into()));
}

/// A page of a forest, as text.
fn page(forest: &Forest, title: &str) -> String {
    let (title, none) = (title.to_owned(), String::new());
    let (description, footer) = (title.clone(), title.clone());
    let page = Page { part: Some(title.clone()), title, description, footer, citation: none, date: None };
    let mut out = Vec::new();
    page.write(&Packed::pack(forest).unwrap(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What stands in the page's element that begins so.
fn inside<'p>(page: &'p str, begin: &str) -> &'p str {
    page.split_once(begin).unwrap().1.split_once("</script>").unwrap().0
}

/// The columns of a page, by their names, and the line before them.
fn unpacked(page: &str) -> (serde_json::Value, BTreeMap<String, Vec<u8>>) {
    let packed = STANDARD.decode(inside(page, "id=\"data\">")).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let header: serde_json::Value = serde_json::from_slice(&bytes[..end]).unwrap();
    let mut from = end + 1;
    let mut columns = BTreeMap::new();
    for column in header["columns"].as_array().unwrap() {
        let length = column[1].as_u64().unwrap() as usize;
        columns.insert(column[0].as_str().unwrap().to_owned(), bytes[from..from + length].to_vec());
        from += length;
    }
    assert_eq!(from, bytes.len());
    (header, columns)
}

fn numbers(bytes: &[u8]) -> Vec<u64> {
    let (mut found, mut value, mut shift) = (Vec::new(), 0, 0);
    for byte in bytes {
        value |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte & 128 == 0 {
            found.push(value);
            (value, shift) = (0, 0);
        }
    }
    assert_eq!(shift, 0, "a number is cut off");
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_packed_is_what_is_placed(text in any_lineage()) {
        let snapshot = snapshot(&text);
        let forest = atlas(&snapshot).forest().unwrap().clone();
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        let downloads = snapshot.count(Count::Downloads).unwrap();
        let (header, columns) = unpacked(&page(&forest, "test"));
        let names: Vec<&str> = std::str::from_utf8(&columns["names"]).unwrap().lines().collect();
        let (flags, slots, loads) = (&columns["flags"], numbers(&columns["slots"]), numbers(&columns["downloads"]));
        prop_assert_eq!(header["nodes"].as_u64().unwrap() as usize, names.len());
        prop_assert_eq!((flags.len(), slots.len(), loads.len()), (names.len(), names.len(), names.len()));
        let mut counted = 0;
        let facts = |what: &str, at: usize| numbers(&columns[what])[at];
        let mut open: Vec<usize> = Vec::new();
        for at in 0..names.len() {
            open.retain(|above| at < above + slots[*above] as usize);
            if flags[at] & 7 < 6 {
                let row = snapshot.find(names[at]).unwrap();
                let above = open.last().filter(|above| flags[**above] & 7 < 6).map(|above| snapshot.find(names[*above]).unwrap());
                prop_assert_eq!(forest.placed_below(row), above, "{}", names[at]);
                prop_assert_eq!(loads[at].checked_sub(1), downloads.at(row), "{}", names[at]);
                prop_assert_eq!(flags[at] & 8 == 0, snapshot.is_listed(row));
                let own = census.facts(row);
                prop_assert_eq!(flags[at] & 16 != 0, own.descendants > 0);
                if own.descendants > 0 {
                    prop_assert_eq!([facts("direct", counted), facts("descendants", counted), facts("merge", counted), facts("below", counted), facts("known", counted)],
                        [own.direct, own.descendants, own.by_relation[4], own.downloads.total, own.downloads.of]);
                    counted += 1;
                }
            }
            open.push(at);
        }
        // Every link is that to the node above, or one of the further ones.
        let mut further = columns["further"].iter();
        let mut next = || {
            let (mut value, mut shift) = (0usize, 0);
            loop {
                let byte = further.next()?;
                value |= usize::from(byte & 127) << shift;
                shift += 7;
                if byte & 128 == 0 {
                    return Some(value);
                }
            }
        };
        let mut links: BTreeSet<(Row, Row)> = BTreeSet::new();
        let mut child = 0;
        while let Some(step) = next() {
            child += step;
            for _ in 0..next().unwrap() {
                let parent = next().unwrap();
                prop_assert!(next().unwrap() < 5);
                links.insert((snapshot.find(names[parent]).unwrap(), snapshot.find(names[child]).unwrap()));
            }
        }
        for at in (0..names.len()).filter(|at| flags[*at] & 7 < 6 && flags[*at] & 32 == 0) {
            let row = snapshot.find(names[at]).unwrap();
            links.extend(forest.placed_below(row).map(|above| (above, row)));
        }
        prop_assert_eq!(links, lineage.pairs().into_iter().collect::<BTreeSet<_>>());
    }
}

#[test]
fn a_chain_of_any_length_has_a_way_that_one_can_follow() {
    let mut text = String::new();
    (0..3000).for_each(|at| text += &format!("a/m{at} -> a/m{} : finetune\n", at + 1));
    let snapshot = snapshot(&text);
    let forest = atlas(&snapshot).forest().unwrap().clone();
    let view = forest.view(&asked(Place::Model("a/m3000".into()), Size::Descendants, Colour::Relation)).unwrap();
    let way: Vec<&str> = view.path.iter().map(|(at, _)| at.as_str()).collect();
    assert_eq!((way.len(), &way[..3]), (63, &["hub", "owner:a", "model:a/m2940"][..]));
    assert_eq!(*way.last().unwrap(), "model:a/m3000");
    let about = forest.about("a/m3000").unwrap();
    assert_eq!((about.up.models.len(), about.up.left_out), (201, 1));
    look(&forest, &Place::Hub, 1, &mut 0);
    page(&forest, "a chain");
}

#[test]
fn nothing_in_a_page_is_markup_but_its_own() {
    let snapshot = snapshot("a/b -> c/d : merge licence=<script>alert(1)</script>\na/b -> c/e : finetune licence=]]>");
    let forest = atlas(&snapshot).forest().unwrap().clone();
    let hostile = "</script><script>alert(2)</script>{script}{data}\"'><img src=x onerror=alert(3)>\u{0}\n";
    let text = page(&forest, hostile);
    assert_eq!(text.matches("<script").count(), 3, "{}", &text[..3000]);
    assert_eq!(text.matches("</script").count(), 3);
    assert!(!text.contains("<img") && !text.contains("{data}\n") && text.matches("alert(2)").count() == 4);
    let about: serde_json::Value = serde_json::from_str(inside(&text, "id=\"about\">")).unwrap();
    assert_eq!(about["part"], hostile);
    // The browser runs this script and no other.
    let script = inside(&text, "<script type=\"module\">");
    let hash = STANDARD.encode(<sha2::Sha256 as sha2::Digest>::digest(script));
    assert!(text.contains(&format!("script-src 'sha256-{hash}'")));
    assert!(!script.contains("innerHTML") && !script.contains("insertAdjacentHTML") && !script.contains("eval("));
}

/// With what is in them to read, comments and indents, they are longer.
#[test]
fn the_scripts_have_forty_kilobytes_at_most() {
    let snapshot = snapshot("a/b -> c/d : merge");
    let forest = atlas(&snapshot).forest().unwrap().clone();
    let alone = inside(&page(&forest, ""), "<script type=\"module\">").len();
    assert!(alone <= 40 << 10, "{alone} bytes");
    let served = served_script().len();
    assert!(served <= 30 << 10, "{served} bytes");
}

#[test]
fn the_program_writes_a_page_that_says_what_it_is_of() {
    let place = Desk::new();
    place.file("l.edges", "Qwen/a -> b/ft : finetune created=2024-05-01\nc/other -> d/x : merge\nlone/one : likes=1");
    assert_eq!(place.run(&["import", "l.edges", "-o", "s", "--date", "2025-01-31"]).code, 0);
    let written = |args: &[&str]| {
        let ran = place.run(&[&["explore", "--snapshot", "s", "-o", "map.html"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        (ran.out, std::fs::read_to_string(place.path("map.html")).unwrap())
    };
    let about = |page: &str| serde_json::from_str::<serde_json::Value>(inside(page, "id=\"about\">")).unwrap();
    let (out, whole) = written(&["--all"]);
    assert_eq!(out, "map.html: 4 models\n");
    assert_eq!((&about(&whole)["part"], &about(&whole)["date"]), (&serde_json::Value::Null, &"2025-01-31".into()));
    assert!(
        about(&whole)["cite"].as_str().unwrap().contains("`modelkin explore --all -o map.html`"),
        "{}",
        about(&whole)["cite"]
    );
    // The same snapshot gives the same bytes.
    assert!(written(&["--all"]).1 == whole);
    let (out, part) = written(&["--family", "Qwen"]);
    assert_eq!(out, "map.html: 2 models\n");
    let said = "This file holds a part of the snapshot: The Qwen family: 1 member and what descends from them, 2 of its 5 models.";
    assert_eq!(about(&part)["part"], said);
    assert_eq!(unpacked(&part).0["start"], "family:Qwen");
    assert_eq!(unpacked(&written(&["--below", "c/other"]).1).0["start"], "model:c/other");
    assert_eq!(written(&["--below", "lone/one"]).0, "map.html: 1 model\n");
    for (args, code, says) in [
        (&["--all", "-o", "s"][..], 2, "a map is a page; end its name with .html"),
        (&["--all", "-o", "no/x.html"], 1, "there is no folder no; make it first"),
        (&["--below", "no/such", "-o", "x.html"], 1, "no model \"no/such\""),
        (&["--family", "nobody", "-o", "x.html"], 1, "\"nobody\""),
        (&["-o", "x.html"], 2, "--all"),
        (&["--all", "--family", "Qwen", "-o", "x.html"], 2, "--family"),
    ] {
        let ran = place.run(&[&["explore", "--snapshot", "s"], args].concat());
        assert!(ran.code == code && ran.err.contains(says), "{args:?}: {} {}", ran.code, ran.err);
    }
    assert!(!place.path("x.html").exists());
}

#[test]
fn an_address_says_where_one_is_whatever_an_id_looks_like() {
    for text in [
        "hub",
        "alone",
        "family:T5 and Flan-T5",
        "owner:",
        "model:modelscope:a/b",
        "block:root:owner:a",
        "rest:40:block:merge:model:a/b",
    ] {
        assert_eq!(Place::read(text).unwrap().to_string(), text);
    }
    for text in [
        "",
        "hub:",
        "owner",
        "block:none:hub",
        "block:merge",
        "rest:x:hub",
        "rest:1:rest:1:rest:1:rest:1:hub",
        "nowhere:a",
    ] {
        assert_eq!(Place::read(text), None, "{text}");
    }
    let snapshot = modelkin::sample().unwrap();
    let forest = atlas(&snapshot).forest().unwrap().clone();
    let view = forest.view(&asked(Place::Model("no/such".into()), Size::Descendants, Colour::Relation));
    assert_eq!(view.unwrap_err().to_string(), "nothing is at \"model:no/such\" on this map");
}
