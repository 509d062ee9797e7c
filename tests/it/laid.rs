//! Sources laid over one another: which one's word holds, and that a snapshot means what its own sources meant.

use std::fs;
use std::path::Path;

use modelkin::lineage::{Anomaly, Lineage};
use modelkin::model::{OddityKind, WordList};
use modelkin::reference::Aliases;
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::{edges, find};

/// A source: the end of its file's name, and what stands in it. A README is that of `o/child`.
type Text<'a> = (&'a str, &'a str);

fn add(builder: &mut Builder, (kind, text): Text<'_>) {
    if kind == "edges" {
        builder.source("text", "edges");
        edges::read_text("text", text, &mut |found| builder.add(found));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = match kind {
        "card" => folder.path().join("o/child/README.md"),
        _ => folder.path().join(format!("rows.{kind}")),
    };
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    let named = if kind == "card" { folder.path() } else { &path };
    read(builder, named);
}

fn read(builder: &mut Builder, path: &Path) {
    for source in find(path, None).unwrap() {
        builder.source("source", "test");
        source.read(&mut |found| builder.add(found)).unwrap();
    }
}

/// The snapshot of sources in order.
fn of(sources: &[Text<'_>]) -> Snapshot {
    let mut builder = Builder::new();
    sources.iter().for_each(|source| add(&mut builder, *source));
    builder.finish("test", None, None).unwrap()
}

/// The same, each source made a snapshot first.
fn of_snapshots(sources: &[Text<'_>]) -> Snapshot {
    let mut builder = Builder::new();
    sources.iter().for_each(|source| builder.add_snapshot("source", &of(&[*source])).unwrap());
    builder.finish("test", None, None).unwrap()
}

fn links(snapshot: &Snapshot) -> Vec<String> {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let mut links: Vec<String> = lineage
        .all_links()
        .map(|(parent, child, edge)| format!("{} {} {}", snapshot.id(parent), snapshot.id(child), edge.relation))
        .collect();
    links.sort();
    links
}

fn odd(snapshot: &Snapshot) -> Vec<(&'static str, usize)> {
    let counts = snapshot.oddities().unwrap().counts();
    // What is told without reading a column.
    for list in WordList::ALL {
        assert_eq!(snapshot.has_words(list), snapshot.list(list).unwrap().words().len() > 0, "{}", list.name());
    }
    assert_eq!(snapshot.all_oddities(), counts.iter().map(|(_, count)| *count as u64).sum::<u64>());
    counts.into_iter().map(|(kind, count)| (kind.name(), count)).collect()
}

const ROW: Text<'_> = ("jsonl", r#"{"id":"o/child","tags":["en","base_model:a/b","base_model:finetune:a/b"]}"#);
const NONE: Text<'_> = ("jsonl", r#"{"id":"o/child","tags":["en"]}"#);

#[test]
fn a_snapshot_means_what_its_sources_meant() {
    let others: [Text<'_>; 11] = [
        ROW,
        NONE,
        ("card", "---\nlicense: mit\n---\n"),
        ("card", "---\nbase_model: x/y\n---\n"),
        ("card", "---\nbase_model: x/y\nbase_model_relation: merge\n"),
        ("card", "no header"),
        ("csv", "id,license,downloads\no/child,mit,5\n"),
        ("csv", "id,base_model\no/child,x/y\n"),
        ("jsonl", r#"{"id":"o/child","downloads":-3}"#),
        ("jsonl", "{\"id\":\"o/Child\",\"downloads\":3}\n{\"id\":\"o/child\",\"downloads\":3}"),
        ("edges", "o/child : likes=3"),
    ];
    let (mut kept, mut changed) = (0, 0);
    for first in others {
        for then in others {
            let direct = of(&[first, then]);
            assert_eq!(links(&direct), links(&of_snapshots(&[first, then])), "{first:?}, then {then:?}");
            // A card stays a card, and nobody's word is nobody's, also in what is made of both.
            for last in others.into_iter().step_by(3) {
                let mut builder = Builder::new();
                builder.add_snapshot("both", &direct).unwrap();
                add(&mut builder, last);
                let both = builder.finish("test", None, None).unwrap();
                assert_eq!(links(&both), links(&of(&[first, then, last])), "{first:?}, {then:?}, {last:?}");
            }
            *if links(&direct) == links(&of(&[first])) { &mut kept } else { &mut changed } += 1;
        }
    }
    assert!(kept > 60 && changed > 20, "{kept} {changed}");
}

#[test]
fn a_snapshot_brought_up_to_date_with_nothing_is_the_same() {
    let rows = [
        // Two names of one model; of today's row it is known that it has no parent.
        "{\"id\":\"acc/x\",\"tags\":[\"base_model:a/b\"]}\n{\"id\":\"now/x\",\"tags\":[\"en\"]}",
        // The key of a parent tells that the table errs.
        "{\"id\":\"now/m\",\"_id\":\"000000000000000000000001\",\"tags\":[\"en\"]}\n\
         {\"id\":\"c/c\",\"tags\":[\"base_model:acc/m\"],\"baseModels\":{\"relation\":\"finetune\",\
         \"models\":[{\"id\":\"acc/m\",\"_id\":\"000000000000000000000002\"}]}}\n\
         {\"id\":\"c/tag\",\"tags\":[\"base_model:acc/m\"]}",
    ];
    let table = Aliases::read("t", b"old,new,kind,confidence\nacc,now,account,sure\nacc/x,now/x,model,sure\n").unwrap();
    for rows in rows {
        let mut builder = Builder::new();
        add(&mut builder, ("jsonl", rows));
        builder.aliases(table.iter());
        let made = builder.finish("test", None, None).unwrap();
        let mut builder = Builder::on(&made).unwrap();
        builder.aliases(table.iter());
        let again = builder.finish("test", None, None).unwrap();
        assert_eq!((links(&again), odd(&again)), (links(&made), odd(&made)));
        assert_eq!(again.provenance().digest, made.provenance().digest);
        assert_eq!(made.provenance().counts.links, links(&made).len() as u64);
    }
}

/// Edge text of a lineage, read again, is the same lineage: also where one of two names of a model has no parent.
#[test]
fn what_is_known_to_have_no_parents_is_so_in_edge_text() {
    let table = Aliases::read("t", b"old,new,kind,confidence\nacc,now,account,sure\n").unwrap();
    let rows =
        "{\"id\":\"acc/x\",\"tags\":[\"base_model:a/b\"]}\n{\"id\":\"now/x\",\"tags\":[\"en\"]}\n{\"id\":\"a/b\"}";
    let with_table = |source| {
        let mut builder = Builder::new();
        add(&mut builder, source);
        builder.aliases(table.iter());
        builder.finish("test", None, None).unwrap()
    };
    let made = with_table(("jsonl", rows));
    let mut text = Vec::new();
    let known = made.records().unwrap();
    let records: Vec<_> = made.rows().filter_map(|row| known.at(row)).collect();
    edges::write(&records, |_| true, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text, "a/b\nacc/x\na/b -> acc/x : unstated\n- -> now/x : tags=en\n");
    assert_eq!(links(&with_table(("edges", &text))), links(&made));
    assert_eq!(links(&of(&[ROW, ("edges", "o/child")])).len(), 1);
    assert_eq!(links(&of(&[ROW, ("edges", "- -> o/child")])).len(), 0);
}

#[test]
fn a_declared_relation_stays_when_the_hub_repeats_itself() {
    let card = ("card", "---\nbase_model: a/b\nbase_model_relation: merge\n---\n");
    for sources in [&[ROW, card][..], &[card, ROW], &[ROW, card, ROW], &[card, ROW, ROW], &[ROW, ROW, card, ROW]] {
        assert_eq!(links(&of(sources)), ["a/b o/child merge"], "{sources:?}");
        assert_eq!(links(&of_snapshots(sources)), ["a/b o/child merge"], "{sources:?}");
    }
    // Who has the card knows that it declares nothing now.
    let carded = (
        "jsonl",
        r#"{"id":"o/child","tags":["base_model:a/b","base_model:finetune:a/b"],"cardData":{"base_model":"a/b"}}"#,
    );
    assert_eq!(links(&of(&[ROW, card, carded])), ["a/b o/child finetune"]);
}

#[test]
fn an_oddity_counts_once_and_goes_with_the_parents_that_were_odd() {
    let odd_row = ("jsonl", r#"{"id":"o/child","downloads":-3,"tags":["base_model:/home/x/y"]}"#);
    let mended = ("card", "---\nbase_model: a/b\n---\n");
    assert_eq!(odd(&of(&[odd_row])), [("path", 1), ("bad-value", 1)]);
    assert_eq!(odd(&of(&[odd_row, odd_row])), [("path", 1), ("bad-value", 1)]);
    assert_eq!(odd(&of_snapshots(&[odd_row, odd_row])), [("path", 1), ("bad-value", 1)]);
    let both = of(&[odd_row, mended]);
    assert_eq!((links(&both), odd(&both)), (vec!["a/b o/child finetune".to_owned()], vec![("bad-value", 1)]));
    // What does not count is odd all the same.
    let card = ("card", "---\nbase_model: /home/x/y\n---\n");
    assert_eq!(odd(&of(&[ROW, card])), [("path", 1)]);
}

#[test]
fn a_key_of_the_child_itself_is_a_link_to_itself() {
    let row = |listed: &str| {
        format!(
            "{listed}{{\"id\":\"o/x\",\"_id\":\"000000000000000000000001\",\"tags\":[\"en\"],\"baseModels\":{{\
             \"relation\":\"finetune\",\"models\":[{{\"_id\":\"000000000000000000000001\",\"id\":\"old/x\"}}]}}}}\n"
        )
    };
    let snapshot = of(&[("jsonl", &row(""))]);
    assert_eq!((links(&snapshot).len(), snapshot.provenance().counts.unlisted), (0, 0));
    let itself = |odd: &Anomaly| matches!(odd, Anomaly::SelfLink { .. });
    assert_eq!(Lineage::from_snapshot(&snapshot).unwrap().anomalies().unwrap().filter(itself).count(), 1);
    assert_eq!(odd(&snapshot), [(OddityKind::RenamedParent.name(), 1)]);
    // The name is that of another model: the key is a mistake.
    let snapshot = of(&[("jsonl", &row("{\"id\":\"old/x\",\"tags\":[\"en\"]}\n"))]);
    assert_eq!(links(&snapshot), ["old/x o/x finetune"]);
}

#[test]
fn a_table_of_licences_has_records() {
    let rows: String = (0..3).map(|at| format!("o/m{at},community\n")).collect();
    let snapshot = of(&[("csv", &format!("id,license_name\n{rows}"))]);
    let source = &snapshot.provenance().sources[0];
    assert_eq!((source.records, source.licence_rows), (3, 0));
    let snapshot = of(&[ROW, ("csv", "id,license_name\no/child,community\no/new,community\n")]);
    let source = &snapshot.provenance().sources[1];
    assert_eq!((source.records, source.licence_rows), (1, 1));
}
