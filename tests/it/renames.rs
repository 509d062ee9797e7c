//! Models that have another name today: of renamed accounts, by the Hub's key, by tags that were left behind.

use modelkin::model::{Certainty, OddityKind};
use modelkin::reference::Aliases;
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::read_rows;

/// The snapshot of list rows.
fn of_rows(rows: &str) -> Snapshot {
    let mut builder = Builder::new();
    read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
    assert!(builder.rejects().is_empty(), "{:?}", builder.rejects());
    builder.finish("test", None, None).unwrap()
}

/// Every link as `parent child relation`, with the models of today.
fn links(snapshot: &Snapshot) -> Vec<String> {
    let lineage = modelkin::lineage::Lineage::from_snapshot(snapshot).unwrap();
    let name = |row| snapshot.id(row).to_owned();
    let mut links: Vec<String> = lineage
        .all_links()
        .map(|(parent, child, edge)| format!("{} {} {}", name(parent), name(child), edge.relation))
        .collect();
    links.sort();
    links
}

fn unlisted(snapshot: &Snapshot) -> u64 {
    snapshot.provenance().counts.unlisted
}

fn odd(snapshot: &Snapshot, kind: OddityKind) -> usize {
    snapshot.oddities().unwrap().counts().into_iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| count)
}

/// A child's row: its tags, and its `baseModels` with keys.
fn child(id: &str, relation: &str, tags: &[&str], resolved: &[(&str, &str)]) -> String {
    let tags: Vec<String> =
        tags.iter().map(|parent| format!("\"base_model:{parent}\",\"base_model:{relation}:{parent}\"")).collect();
    let models: Vec<String> =
        resolved.iter().map(|(key, id)| format!("{{\"_id\":\"{key}\",\"id\":\"{id}\"}}")).collect();
    let (tags, models) = (tags.join(","), models.join(","));
    format!(
        "{{\"id\":\"{id}\",\"tags\":[\"en\",{tags}],\"baseModels\":{{\"relation\":\"{relation}\",\"models\":[{models}]}}}}\n"
    )
}

fn key(number: usize) -> String {
    format!("{number:024x}")
}

#[test]
fn a_parent_is_who_bears_its_key() {
    let parent = |id: &str| format!("{{\"_id\":\"{}\",\"id\":\"{id}\",\"tags\":[\"en\"]}}\n", key(1));
    // The dump of the child is older than the renaming; the order of rows makes no difference.
    let row = child("c/c", "quantized", &["old/m"], &[(&key(1), "old/m")]);
    let tagged = "{\"id\":\"d/d\",\"tags\":[\"base_model:old/m\",\"base_model:finetune:old/m\"]}\n";
    for rows in [format!("{}{row}{tagged}", parent("now/m")), format!("{tagged}{row}{}", parent("now/m"))] {
        let snapshot = of_rows(&rows);
        assert_eq!(links(&snapshot), ["now/m c/c quantized", "now/m d/d finetune"]);
        assert_eq!((unlisted(&snapshot), odd(&snapshot, OddityKind::RenamedParent)), (0, 1));
        let oddities = snapshot.oddities().unwrap();
        let texts = snapshot.rows().flat_map(|row| oddities.at(row)).map(|odd| odd.text);
        assert_eq!(texts.collect::<Vec<_>>(), ["old/m is now/m"]);
        let old = snapshot.find("old/m").unwrap();
        assert_eq!(snapshot.alias_of(old).map(|row| snapshot.id(row)), Some("now/m"));
    }
    // Somebody else bears the old name by now: the key decides for whoever has one.
    let taken = format!("{{\"_id\":\"{}\",\"id\":\"old/m\",\"tags\":[\"en\"]}}\n", key(2));
    let snapshot = of_rows(&format!("{}{taken}{row}{tagged}", parent("now/m")));
    assert_eq!(links(&snapshot), ["now/m c/c quantized", "old/m d/d finetune"]);
    // The tag has the name of today already: one link, with the relation of `baseModels`.
    let row = child("c/c", "quantized", &["now/m"], &[(&key(1), "old/m")]).replace(":quantized:", ":merge:");
    let snapshot = of_rows(&format!("{}{row}", parent("now/m")));
    assert_eq!(links(&snapshot), ["now/m c/c quantized"]);
    // Nobody has that key: the name is all there is.
    assert_eq!(links(&of_rows(&child("c/c", "adapter", &["x/y"], &[(&key(9), "x/y")]))), ["x/y c/c adapter"]);
    // A later row replaces an earlier one, and what that one's parents were called.
    let later = "{\"id\":\"c/c\",\"tags\":[\"base_model:else/m\"]}\n";
    let row = child("c/c", "quantized", &["old/m"], &[(&key(1), "old/m")]);
    assert_eq!(links(&of_rows(&format!("{}{row}{later}", parent("now/m")))), ["else/m c/c unstated"]);
}

#[test]
fn a_key_stands_above_a_table_of_old_names() {
    let table = Aliases::read("t", b"old,new,kind,confidence\nold/m,now/m,model,sure\nacc,now,account,sure\n").unwrap();
    let listed = |key_: usize, id: &str| format!("{{\"_id\":\"{}\",\"id\":\"{id}\",\"tags\":[\"en\"]}}\n", key(key_));
    let of = |rows: &str, older: Option<&Snapshot>| {
        let mut builder = Builder::new();
        if let Some(older) = older {
            builder.add_snapshot("older", older).unwrap();
        }
        read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
        builder.aliases(table.iter());
        builder.finish("test", None, None).unwrap()
    };
    for old in ["old/m", "acc/m"] {
        let tagged = format!("{{\"id\":\"d/d\",\"tags\":[\"base_model:{old}\",\"base_model:finetune:{old}\"]}}\n");
        let keyed = child("c/c", "quantized", &[old], &[(&key(2), old)]);
        // Listed or not, the Hub knows the name as that of another model.
        for other in [listed(2, old), String::new()] {
            let rows = format!("{}{other}{tagged}{keyed}", listed(1, "now/m"));
            let expected = [format!("{old} c/c quantized"), format!("{old} d/d finetune")];
            let snapshot = of(&rows, None);
            assert_eq!((&links(&snapshot)[..], odd(&snapshot, OddityKind::NotRenamed)), (&expected[..], 1));
            // As a source beside others it says so still.
            let again = of(&listed(9, "e/e"), Some(&snapshot));
            assert_eq!((&links(&again)[..], odd(&again, OddityKind::NotRenamed)), (&expected[..], 1));
        }
        // The key of the new name, or none, speaks for the table.
        for key in [key(1), String::new()] {
            let keyed = child("c/c", "quantized", &[old], &[(&key, old)]);
            let snapshot = of(&format!("{}{tagged}{keyed}", listed(1, "now/m")), None);
            assert_eq!(links(&snapshot), ["now/m c/c quantized", "now/m d/d finetune"]);
            assert_eq!(odd(&snapshot, OddityKind::NotRenamed), 0);
        }
    }
}

#[test]
fn one_tag_that_nobody_lists_beside_one_parent_that_no_tag_names_are_one() {
    let listed = "{\"id\":\"now/m\",\"tags\":[\"en\"]}\n{\"id\":\"a/b\",\"tags\":[\"en\"]}\n";
    let row = child("c/c", "finetune", &["old/m"], &[("", "now/m")]);
    let tagged = "{\"id\":\"d/d\",\"tags\":[\"base_model:old/m\",\"base_model:adapter:old/m\"]}\n";
    let snapshot = of_rows(&format!("{listed}{row}{tagged}"));
    assert_eq!(links(&snapshot), ["now/m c/c finetune", "now/m d/d adapter"]);
    assert_eq!((unlisted(&snapshot), odd(&snapshot, OddityKind::RenamedParent)), (0, 1));
    // A merge of which one parent was renamed.
    let row = child("c/c", "merge", &["a/b", "old/m"], &[("", "a/b"), ("", "now/m")]);
    assert_eq!(links(&of_rows(&format!("{listed}{row}"))), ["a/b c/c merge", "now/m c/c merge"]);
    // A tag of a model that is listed is a parent of its own.
    let row = child("c/c", "merge", &["a/b"], &[("", "now/m")]);
    assert_eq!(links(&of_rows(&format!("{listed}{row}"))), ["a/b c/c merge", "now/m c/c merge"]);
    // Two and two: which is which is not known, and both count...
    let row = child("c/c", "merge", &["old/m", "old/n"], &[("", "now/m"), ("", "now/n")]);
    assert_eq!((links(&of_rows(&row)).len(), unlisted(&of_rows(&row))), (4, 4));
    // ... unless another row tells of one of them: then the other one is told too.
    let single = child("e/e", "finetune", &["old/n"], &[("", "now/n")]);
    let snapshot = of_rows(&format!("{row}{single}"));
    assert_eq!(links(&snapshot), ["now/m c/c merge", "now/n c/c merge", "now/n e/e finetune"]);
    // The Hub leaves a deleted parent out of `baseModels`: nothing there is without a tag, and both count.
    let row = child("c/c", "merge", &["a/b", "gone/x"], &[("", "a/b")]);
    assert_eq!(links(&of_rows(&format!("{listed}{row}"))), ["a/b c/c merge", "gone/x c/c merge"]);
    // Rows that contradict each other make no alias, and each is believed of itself.
    let rows =
        child("c/c", "finetune", &["old/m"], &[("", "now/m")]) + &child("d/d", "finetune", &["old/m"], &[("", "a/b")]);
    let snapshot = of_rows(&format!("{listed}{rows}{{\"id\":\"e/e\",\"tags\":[\"base_model:old/m\"]}}"));
    assert_eq!(links(&snapshot), ["a/b d/d finetune", "now/m c/c finetune", "old/m e/e unstated"]);
}

#[test]
fn a_thousand_renamed_parents_leave_no_second_parent_and_none_unlisted() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut lines = Vec::new();
    let mut truth = Vec::new();
    for model in 0..1000 {
        lines.push(format!("{{\"_id\":\"{}\",\"id\":\"now/m{model}\",\"tags\":[\"en\"]}}\n", key(model + 1)));
    }
    for number in 0..5000 {
        let parents: Vec<usize> = if number % 5 == 0 {
            let first = rng.usize(..999);
            (first..(first + rng.usize(2..4)).min(1000)).collect()
        } else {
            vec![number % 1000]
        };
        let relation = if parents.len() > 1 { "merge" } else { "quantized" };
        let [old, new] =
            ["old", "now"].map(|owner| parents.iter().map(|at| format!("{owner}/m{at}")).collect::<Vec<_>>());
        let keys: Vec<String> = parents.iter().map(|at| key(at + 1)).collect();
        let old: Vec<&str> = old.iter().map(String::as_str).collect();
        // Half of the dump is from before the renaming: its `baseModels` has the old names too.
        let resolved = if number % 2 == 0 { old.clone() } else { new.iter().map(String::as_str).collect() };
        let resolved: Vec<(&str, &str)> = keys.iter().map(String::as_str).zip(resolved).collect();
        lines.push(child(&format!("c/c{number}"), relation, &old, &resolved));
        truth.extend(new.iter().map(|parent| format!("{parent} c/c{number} {relation}")));
    }
    rng.shuffle(&mut lines);
    truth.sort();
    let snapshot = of_rows(&lines.concat());
    assert_eq!(links(&snapshot), truth);
    assert_eq!(unlisted(&snapshot), 0);
}

#[test]
fn links_of_a_renamed_account_lead_to_its_models_of_today() {
    let table = "old,new,kind,since,evidence,confidence\nTHUDM,zai-org,account,2025-07,x,sure\nlikely,sure,account,,,likely\n\
        a/old,a/new,model,,,likely\n";
    let aliases = Aliases::read("t", table.as_bytes()).unwrap();
    assert_eq!(aliases.iter().map(|alias| alias.certainty).max(), Some(Certainty::Sure));
    let made = |text: &str| {
        let mut builder = Builder::new();
        modelkin::source::edges::read_text("t", text, &mut |found| builder.add(found));
        builder.aliases(aliases.iter());
        builder.finish("test", None, None).unwrap()
    };
    // Children of both names: their union, at the new one; both are listed, which is told.
    let snapshot = made("THUDM/glm -> x/a, x/b : finetune\nzai-org/glm -> x/c, x/b : finetune");
    assert_eq!(links(&snapshot), ["zai-org/glm x/a finetune", "zai-org/glm x/b finetune", "zai-org/glm x/c finetune"]);
    let lineage = modelkin::lineage::Lineage::from_snapshot(&snapshot).unwrap();
    assert_eq!(lineage.anomalies().unwrap().filter(|anomaly| anomaly.name() == "alias-listed").count(), 1);
    assert_eq!(snapshot.provenance().counts.moved, 2);
    // As with two rows under one name: the one of today knows nothing of parents, and takes none away; or it says some.
    let two = |tags: &str| {
        let mut builder = Builder::new();
        let rows = format!(
            "{{\"id\":\"THUDM/ft\",\"tags\":[\"base_model:x/y\"]}}\n{{\"id\":\"zai-org/ft\",\"tags\":[{tags}]}}\n\
             {{\"id\":\"a/q\",\"tags\":[\"base_model:THUDM/ft\"]}}"
        );
        read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
        builder.aliases(aliases.iter());
        links(&builder.finish("test", None, None).unwrap())
    };
    let old = "x/y THUDM/ft unstated";
    assert_eq!(two(""), [old, "x/y zai-org/ft unstated", "zai-org/ft a/q unstated"]);
    assert_eq!(two("\"en\""), [old, "zai-org/ft a/q unstated"]);
    assert_eq!(two("\"base_model:x/z\""), [old, "x/z zai-org/ft unstated", "zai-org/ft a/q unstated"]);
    // A copy that declares its original is no new name.
    let copies = "THUDM/glm -> zai-org/glm : quantized\nTHUDM/glm -> x/a : finetune";
    assert_eq!(links(&made(copies)), ["THUDM/glm x/a finetune", "THUDM/glm zai-org/glm quantized"]);
    // A likely row holds where the listing has moved on.
    assert_eq!(links(&made("?likely/m -> x/a : merge\nsure/m")), ["sure/m x/a merge"]);
    assert_eq!(links(&made("likely/m -> x/a : merge\nsure/m")), ["likely/m x/a merge"]);
    assert_eq!(links(&made("?a/old -> x/a : merge\na/new")), ["a/new x/a merge"]);
    for (text, reason) in [
        ("old,new,kind\na/b,c,account", "no account"),
        ("old,new,kind\na,b,repository", "use model or account"),
        ("old,new,confidence\na/b,c/d,certain", "use sure or likely"),
        ("old,new\na/b,c/d\nc/d,a/b", "old ids of each other"),
        ("old\na/b", "\"new\" is missing"),
    ] {
        let error = Aliases::read("t", text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_row_that_knows_nothing_of_lineage_takes_no_parent_away() {
    let first = "{\"id\":\"a/B\",\"tags\":[\"base_model:x/y\",\"base_model:finetune:x/y\"]}\n";
    for nothing in
        ["\"tags\":[]", "\"tags\":null", "\"downloads\":5", "\"tags\":[],\"baseModels\":null,\"cardData\":null"]
    {
        for rows in [format!("{first}{{\"id\":\"A/b\",{nothing}}}"), format!("{{\"id\":\"A/b\",{nothing}}}\n{first}")] {
            assert_eq!(links(&of_rows(&rows)).len(), 1, "{rows}");
        }
    }
    for none in ["\"tags\":[\"en\"]", "\"tags\":[],\"baseModels\":[]", "\"cardData\":{}"] {
        assert_eq!(
            links(&of_rows(&format!("{first}{{\"id\":\"A/b\",{none}}}"))).len(),
            0,
            "{none} says that there is none"
        );
    }
}

#[test]
fn accounts_that_share_names_with_children_on_one_side_are_told() {
    let three = |old: &str, new: &str| {
        (0..3).map(|n| format!("{old}/m{n} -> x/c{n}, y/d{n} : finetune\n{new}/m{n}\n")).collect::<String>()
    };
    let pairs = |text: &str| {
        let snapshot = crate::support::snapshot(text);
        let lineage = modelkin::lineage::Lineage::from_snapshot(&snapshot).unwrap();
        let findings = modelkin::report::findings(&snapshot, &lineage).unwrap();
        let found = findings.into_iter().find(|finding| finding.kind == "account-pair");
        found.map_or(Vec::new(), |found| found.cases.into_iter().map(|case| case.text).collect())
    };
    let text = three("old", "now");
    assert_eq!(pairs(&text), ["now and old: 3 names, 6 children under the latter alone: m0, m1, m2"]);
    // Two names are too few; a child on the other side, or a copy that says what it is of, speaks against it.
    assert!(pairs(&text.replace("now/m2", "now/other")).is_empty());
    assert!(pairs(&format!("{text}now/m1 -> z/z : merge")).is_empty());
    assert!(pairs(&format!("{text}old/m1 -> now/m1 : quantized")).is_empty());
    // A name that many have says nothing.
    let many: String = (0..5).map(|n| format!("o{n}/m0\n")).collect();
    assert!(pairs(&format!("{text}{many}")).is_empty());
    // What is known to be another name is told as such.
    let snapshot =
        crate::support::with_aliases(&text, &[("old/m0", "now/m0"), ("old/m1", "now/m1"), ("old/m2", "now/m2")]);
    let lineage = modelkin::lineage::Lineage::from_snapshot(&snapshot).unwrap();
    assert!(lineage.namesakes().is_empty());
    let table = modelkin::report::aliases(&modelkin::report::moved(&lineage).unwrap(), 20);
    let modelkin::ink::Block::Grid(_) = &table.blocks[1] else { panic!("no table") };
    assert_eq!(format!("{:?}", table.blocks[0]), "Line(\"1 old name, 6 links moved.\")");
}

/// Worlds that others' records and tables make hard: a snapshot of each, read as a source, gives it again, and the order of rows
/// cannot show.
#[test]
fn a_snapshot_as_a_source_and_rows_in_any_order_give_the_same() {
    let aliases = "old,new\nold1/x,now1/x\nold1/z,now1/z\nold2/x,now1/x\n";
    let table = Aliases::read("t", aliases.as_bytes()).unwrap();
    let accounts = Aliases::built_in().unwrap();
    let row = |id: &str, number: usize, tags: &[&str]| {
        let tags: Vec<String> =
            tags.iter().map(|tag| format!("\"base_model:{tag}\",\"base_model:finetune:{tag}\"")).collect();
        format!("{{\"id\":\"{id}\",\"_id\":\"{}\",\"tags\":[{}]}}\n", key(number), tags.join(","))
    };
    let resolved = |id: &str, parent: &str, number: usize| {
        format!(
            "{{\"id\":\"{id}\",\"baseModels\":{{\"relation\":\"merge\",\"models\":[{{\"id\":\"{parent}\",\"_id\":\"{}\"}}]}}}}\n",
            key(number)
        )
    };
    let worlds = [
        // Both names are listed, with keys of their own.
        vec![row("old1/x", 1, &[]), row("now1/x", 2, &[]), row("k/c", 3, &["old1/x"])],
        // A model that names itself under its old name, and the row of today knows nothing.
        vec![row("THUDM/x", 1, &["THUDM/x", "a/b"]), row("zai-org/x", 2, &[]), row("k/c", 3, &["THUDM/x"])],
        // Two old names of one model.
        vec![row("old1/x", 1, &["a/b"]), row("old2/x", 2, &["c/d"]), row("now1/x", 3, &[])],
        // Keys that contradict each other.
        vec![
            resolved("o/x", "cc/z", 5),
            resolved("cc/y", "cc/z", 10),
            row("mid/z", 10, &[]),
            row("now1/y", 5, &[]),
            row("k/c", 6, &["cc/z"]),
        ],
    ];
    for world in worlds {
        let made = |rows: &[&String]| {
            let mut builder = Builder::new();
            let text: String = rows.iter().map(|row| row.as_str()).collect();
            read_rows("rows", text.as_bytes(), &mut |found| builder.add(found)).unwrap();
            builder.aliases(accounts.iter());
            builder.aliases(table.iter());
            builder.finish("test", None, None).unwrap()
        };
        let rows: Vec<&String> = world.iter().collect();
        let first = made(&rows);
        for turn in 1..rows.len() {
            let mut others = rows.clone();
            others.rotate_left(turn);
            assert_eq!(links(&made(&others)), links(&first), "{others:?}");
            others.reverse();
            assert_eq!(made(&others).provenance().digest, first.provenance().digest, "{others:?}");
        }
        let mut builder = Builder::new();
        builder.add_snapshot("first", &first).unwrap();
        builder.aliases(accounts.iter());
        let again = builder.finish("test", None, None).unwrap();
        assert_eq!(links(&again), links(&first));
    }
}

#[test]
fn one_repository_under_tens_of_thousands_of_ids_is_one_model() {
    const IDS: usize = 40_000;
    let child = "{\"id\":\"c/c\",\"tags\":[\"base_model:x/p0\",\"base_model:finetune:x/p0\"]}\n";
    let rows: String =
        (0..IDS).map(|at| format!("{{\"_id\":\"{}\",\"id\":\"x/p{at}\",\"tags\":[]}}\n", key(1))).collect();
    let snapshot = of_rows(&format!("{child}{rows}"));
    let counts = &snapshot.provenance().counts;
    assert_eq!((counts.models, counts.aliases, counts.unlisted), (2, IDS as u64 - 1, 0));
    assert_eq!(odd(&snapshot, OddityKind::Renamed), IDS - 1);
    assert_eq!(links(&snapshot), [format!("x/p{} c/c finetune", IDS - 1)]);
}

#[test]
fn one_id_in_tens_of_thousands_of_spellings_is_one_model() {
    const ROWS: usize = 60_000;
    let spelling = |at: usize| -> String {
        let letters = ('a'..='p').enumerate();
        letters.map(|(bit, letter)| if at >> bit & 1 == 1 { letter.to_ascii_uppercase() } else { letter }).collect()
    };
    // A parent that is taken back by the next row, and what is odd about it.
    let rows: String = (0..ROWS)
        .map(|at| format!("{{\"id\":\"o/{}\",\"tags\":[\"base_model:/home/{at}/x/y/z\"]}}\n", spelling(at)))
        .collect();
    let snapshot = of_rows(&rows);
    assert_eq!(snapshot.provenance().counts.models, 1);
    assert_eq!(odd(&snapshot, OddityKind::CaseCollision), ROWS - 1);
    assert_eq!(odd(&snapshot, OddityKind::Path), 1);
}

#[test]
fn what_each_record_shows_of_the_next_one_is_found_in_time() {
    const CHILDREN: usize = 15_000;
    let row = |at: usize| {
        let (tags, parents): (Vec<String>, Vec<String>) =
            (at.saturating_sub(1)..=at).map(|at| (format!("a/t{at}"), format!("b/r{at}"))).unzip();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        let keys: Vec<String> = (0..parents.len()).map(|parent| key(1 + at - parent)).collect();
        let resolved: Vec<(&str, &str)> =
            keys.iter().rev().zip(&parents).map(|(key, id)| (key.as_str(), id.as_str())).collect();
        child(&format!("c/w{at}"), "merge", &tags, &resolved)
    };
    let forward: String = (0..CHILDREN).map(row).collect();
    let backward: String = (0..CHILDREN).rev().map(row).collect();
    let (forward, backward) = (of_rows(&forward), of_rows(&backward));
    assert_eq!(forward.provenance().digest, backward.provenance().digest);
    // The others are not said to be one by so long a chain of records.
    assert_eq!(odd(&forward, OddityKind::RenamedParent), 1 + 2 * 31);
}

#[test]
fn a_chain_of_names_that_nobody_lists_has_one_end_from_either_side() {
    const CHILDREN: usize = 30_000;
    let row = |at: usize| {
        let (old, new) = (format!("a/p{at}"), format!("a/p{}", at + 1));
        child(&format!("c/w{at}"), "finetune", &[&old], &[(&key(at), &new)])
    };
    let forward = of_rows(&(0..CHILDREN).map(row).collect::<String>());
    let backward = of_rows(&(0..CHILDREN).rev().map(row).collect::<String>());
    assert_eq!(forward.provenance().digest, backward.provenance().digest);
    assert_eq!(forward.provenance().counts.aliases, CHILDREN as u64);
    assert_eq!(links(&forward)[0], format!("a/p{CHILDREN} c/w0 finetune"));
}
