//! Every kind of source, and every form of it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use modelkin::import;
use modelkin::model::{Count, Record, Reject, Relation, Word, WordList};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::{self, Fill, Kind, Projection, Source, edges, read_rows};
use proptest::prelude::*;

use crate::support::{any_lineage, snapshot};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The one source of a kind at a path.
fn the(path: &Path, kind: Kind) -> Box<dyn Source> {
    source::find(path, Some(kind)).unwrap().remove(0)
}

/// Everything that a path gives: records and rejects, in order.
fn read(path: &Path) -> Vec<Result<Record<'static>, Reject>> {
    let mut found = Vec::new();
    for source in source::find(path, None).unwrap() {
        source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
    }
    found
}

fn licence<'r>(record: &'r Record<'_>) -> Option<&'r str> {
    record.lists[WordList::Licences].as_deref().and_then(|licences| licences.first()).map(AsRef::as_ref)
}

fn records(path: &Path) -> Vec<Record<'static>> {
    read(path).into_iter().map(|record| record.unwrap()).collect()
}

fn gathered(paths: &[&Path]) -> Snapshot {
    let mut builder = Builder::new();
    for path in paths {
        builder.source(&path.display().to_string(), "");
        read(path).into_iter().for_each(|found| builder.add(found));
    }
    builder.finish("test", None, None).unwrap()
}

const A: &str = r#"{"id":"a/base","downloads":10}"#;
const B: &str = r#"{"tags":["base_model:a/base","base_model:adapter:a/base"],"unknown":{"deep":[1,2,{"x":"}]\"{"}]},"id":"b/lora"}"#;

#[test]
fn rows_are_read_from_lines_arrays_and_pretty_json_alike() {
    let pretty =
        serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(&format!("[{A},{B}]")).unwrap())
            .unwrap();
    let object = serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(A).unwrap()).unwrap();
    for (form, text) in [
        ("lines", format!("{A}\n{B}\n")),
        ("no last line end", format!("{A}\r\n\n  {B}")),
        ("array", format!("[{A},{B}]")),
        ("array a line", format!("[{A}]\n[{B}]\n")),
        ("array, rows by line", format!("[\n{A},\n{B}\n]\n")),
        ("pretty", pretty),
        ("pretty objects", format!("{object}\n{B}")),
        ("byte order mark", format!("\u{feff}{A}\n{B}\n")),
        ("byte order mark, array", format!("\u{feff}[{A},{B}]")),
        ("empty array before", format!("[]\n[{A},{B}]")),
    ] {
        let mut found = Vec::new();
        read_rows(form, text.as_bytes(), &mut |record| found.push(record.unwrap().into_owned())).unwrap();
        let ids: Vec<_> = found.iter().map(|record| record.id.as_str()).collect();
        assert_eq!(ids, ["a/base", "b/lora"], "{form}");
        assert_eq!(found[1].parents[0].relation, Relation::Adapter, "{form}");
    }
}

#[test]
fn an_array_on_one_line_may_be_longer_than_any_row() {
    let row = |at: usize| format!("{{\"id\":\"a/{at}\",\"x\":\"{}\"}}", "y".repeat(1 << 20));
    let rows: Vec<String> = (0..70).map(row).collect();
    let mut count = 0;
    read_rows("long", format!("[{}]", rows.join(",")).as_bytes(), &mut |record| count += usize::from(record.is_ok()))
        .unwrap();
    assert_eq!(count, 70);
}

#[test]
fn packed_rows_are_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{A}\n{B}\n");
    let gzip = folder.path().join("rows.jsonl.gz");
    let mut packer = flate2::write::GzEncoder::new(fs::File::create(&gzip).unwrap(), flate2::Compression::default());
    packer.write_all(A.as_bytes()).unwrap();
    packer.finish().unwrap();
    // A second member, as `cat a.gz b.gz` leaves it.
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(format!("\n{B}\n").as_bytes()).unwrap();
    let mut bytes = fs::read(&gzip).unwrap();
    bytes.extend(packer.finish().unwrap());
    fs::write(&gzip, bytes).unwrap();
    let zst = folder.path().join("rows.zst");
    fs::write(&zst, zstd::encode_all(text.as_bytes(), 3).unwrap()).unwrap();
    for path in [gzip, zst] {
        assert_eq!(records(&path).iter().map(|record| record.id.to_string()).collect::<Vec<_>>(), ["a/base", "b/lora"]);
    }
}

#[test]
fn a_bad_row_is_a_reject_with_its_place_and_the_next_is_read() {
    let text = format!("{A}\n{{\"id\": \"b\n\n{{\"id\":7}}\n[1]\n\"x\"\n{{\"id\":\"no id\"}}\n{B}\n");
    let mut found = Vec::new();
    read_rows("rows", text.as_bytes(), &mut |record| found.push(record.map(Record::into_owned))).unwrap();
    let rejects: Vec<String> = found.iter().filter_map(|record| Some(record.as_ref().err()?.place.clone())).collect();
    assert_eq!(rejects, ["line 2", "line 4", "line 5, row 1", "line 6", "line 7"]);
    assert_eq!(found.iter().filter(|record| record.is_ok()).count(), 2);

    // A field is called in a message what it is called in the file.
    for field in [
        "id",
        "modelId",
        "model_id",
        "tags",
        "created_at",
        "safetensors",
        "pipeline_tag",
        "downloadsAllTime",
        "disabled",
    ] {
        let row = format!("{{\"x\":1,\"{field}\":\"a/b\",\"{field}\":\"c/d\"}}");
        let mut reasons = Vec::new();
        read_rows("rows", row.as_bytes(), &mut |record| reasons.push(record.unwrap_err().reason)).unwrap();
        let told =
            format!("no row of a model listing: the field \"{field}\" stands twice; leave one of them out (column ");
        assert!(reasons[0].starts_with(&told), "{}", reasons[0]);
    }

    // serde would read an array as the fields of a row.
    let array = format!("[{}]", ["\"a/b\""; 12].join(","));
    let mut found = Vec::new();
    read_rows("nested", format!("[{array}, [{A}], {A}]").as_bytes(), &mut |record| found.push(record.is_ok())).unwrap();
    assert_eq!(found, [false, false, true], "an array is no row");

    let mut found = Vec::new();
    read_rows("array", format!("[{A}, 7, null, \"x\", {{}}, {B}]").as_bytes(), &mut |record| {
        found.push(record.map(Record::into_owned))
    })
    .unwrap();
    let rejects: Vec<String> = found.iter().filter_map(|record| Some(record.as_ref().err()?.place.clone())).collect();
    assert_eq!(rejects, ["row 2", "row 3", "row 4", "row 5"]);
}

#[test]
fn the_dump_of_today_is_read_with_its_nulls_structs_and_row_groups() {
    let found = read(&fixture("today.parquet"));
    let reject = found[3].as_ref().unwrap_err();
    assert_eq!(reject.place, "row 4");
    let records: Vec<&Record> = found.iter().filter_map(|record| record.as_ref().ok()).collect();
    let [base, chat, gguf, blend] = records[..] else { panic!("{records:?}") };
    assert_eq!(
        (base.created, base.counts[Count::Downloads], base.counts[Count::DownloadsAllTime], base.counts[Count::Likes]),
        (Some(1_714_566_600_000), Some(1000), Some(5000), Some(7))
    );
    assert_eq!(
        (licence(base), base.counts[Count::Parameters], base.words[Word::Task].as_deref()),
        (Some("mit"), Some(7_000_000_000), Some("text-generation"))
    );
    assert_eq!(base.lists[WordList::Tags].as_deref().unwrap(), ["en"]);
    assert_eq!(
        (licence(chat), chat.counts[Count::DownloadsAllTime], chat.words[Word::Library].as_deref()),
        (Some("apache-2.0"), None, None)
    );
    assert_eq!((gguf.created, gguf.counts[Count::Likes], gguf.parents[0].relation), (None, None, Relation::Quantized));
    let parents: Vec<_> = blend.parents.iter().map(|parent| (parent.id.as_str(), parent.relation)).collect();
    assert_eq!(parents, [("a/base", Relation::Merge), ("b/chat", Relation::Merge)]);
    assert_eq!((blend.counts[Count::Downloads], blend.words[Word::Task].as_deref()), (None, None));
    assert!(records.iter().all(|record| record.oddities.is_empty()));
}

#[test]
fn older_dumps_are_read_too() {
    let found = records(&fixture("old.parquet"));
    assert_eq!((found[0].created, found[0].counts[Count::Downloads]), (Some(1_714_566_600_000), Some(1000)));
    assert_eq!((found[1].created, found[1].counts[Count::Downloads], found[1].oddities.len()), (None, None, 1));
    assert_eq!(found[1].parents[0].relation, Relation::Unstated);
    let found = records(&fixture("required.parquet"));
    assert_eq!((found[0].created, found[1].parents[0].relation), (Some(1_714_566_600_000), Relation::Adapter));
}

#[test]
fn types_that_other_writers_choose_are_read_and_impossible_ones_are_refused() {
    let snapshot = gathered(&[&fixture("types.parquet")]);
    let row = |id: &str| snapshot.find(id).unwrap();
    let (base, chat) = (row("a/base"), row("b/chat"));
    let [downloads, likes] = [Count::Downloads, Count::Likes].map(|count| snapshot.count(count).unwrap());
    let (created, oddities) = (snapshot.created().unwrap(), snapshot.oddities().unwrap());
    let known = |row| (downloads.at(row), likes.at(row), created.at(row));
    assert_eq!(known(base), (None, Some(7), Some(1_714_521_600_000)));
    assert_eq!(known(chat), (Some(5), None, None));
    let oddities: Vec<String> =
        [base, chat].into_iter().flat_map(|row| oddities.at(row)).map(|oddity| oddity.text).collect();
    assert_eq!(oddities, ["downloads: 9223372036854775809", "likes: many"]);
    let mut refused = 0;
    for entry in fs::read_dir(fixture("refused")).unwrap() {
        let path = entry.unwrap().path();
        let column = match path.file_stem().unwrap().to_str().unwrap() {
            "relation" => "baseModels".to_owned(),
            "twice" => "tags".to_owned(),
            column => column.to_owned(),
        };
        let error = the(&path, Kind::HubStats).read(&mut |_| ()).unwrap_err().to_string();
        assert!(error.contains("refused") && error.contains(&format!("`{column}`")), "{error}");
        refused += 1;
    }
    assert_eq!(refused, 8);
}

#[test]
fn a_null_column_says_nothing_and_an_empty_one_says_none() {
    let folder = tempfile::tempdir().unwrap();
    let before = folder.path().join("before.edges");
    fs::write(&before, "a/base -> b/chat, c/chat : finetune").unwrap();
    let snapshot = gathered(&[&before, &fixture("nulls.parquet")]);
    let parents = |id: &str| snapshot.links().unwrap().at(snapshot.find(id).unwrap()).count();
    assert_eq!((parents("b/chat"), parents("c/chat")), (1, 1), "the null rows know nothing, c/chat's card names one");
    let link = snapshot.links().unwrap().at(snapshot.find("c/chat").unwrap()).next().unwrap();
    assert_eq!(link.learned.name(), "inferred", "the empty lists took the hand-written link, the card gave this one");
    assert_eq!(snapshot.provenance().counts.models, 3, "the first row's id is under modelId");
}

#[test]
fn base_models_may_be_plain_lists() {
    for name in ["lists.parquet", "objects.parquet"] {
        let found = records(&fixture(name));
        let parents = |at: usize| found[at].parents.iter().map(|parent| parent.id.to_string()).collect::<Vec<_>>();
        assert_eq!((parents(0), parents(1)), (vec!["a/base".into()], vec!["a/base".into(), "b/chat".into()]), "{name}");
    }
}

#[test]
fn cards_are_found_in_every_layout_and_in_a_hub_cache() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let put = |path: &str, front: &str| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("---\n{front}\n---\n")).unwrap();
    };
    put("o1/m1/README.md", "license: mit");
    put("o2--m2.md", "license: mit");
    put("o3__m3.md", "license: mit");
    put("o4--m4/README.md", "license: mit");
    put("o5/m5.md", "license: mit");
    put("gpt2/README.md", "license: mit");
    put(".git/x/README.md", "license: mit");
    put("hub/models--o6--m6/snapshots/aaa/README.md", "license: old");
    put("hub/models--o6--m6/snapshots/bbb/README.md", "license: mit");
    fs::create_dir_all(root.join("hub/models--o6--m6/refs")).unwrap();
    fs::write(root.join("hub/models--o6--m6/refs/main"), "bbb").unwrap();
    put("hub/models--gpt9/snapshots/ccc/README.md", "license: mit");
    fs::create_dir_all(root.join("hub/models--o7--m7/snapshots/ddd")).unwrap();
    put("bad name.md", "license: mit");
    let found = read(root);
    let mut ids: Vec<String> = found.iter().filter_map(|record| Some(record.as_ref().ok()?.id.to_string())).collect();
    ids.sort();
    assert_eq!(ids, ["gpt2", "gpt9", "o1/m1", "o2/m2", "o3/m3", "o4/m4", "o5/m5", "o6/m6"]);
    assert!(found.iter().flatten().all(|record| licence(record) == Some("mit")));
    let rejects: Vec<_> = found.iter().filter_map(|record| record.as_ref().err()).collect();
    assert_eq!(rejects.len(), 1);
    assert!(rejects[0].file.ends_with("bad name.md"));
    assert_eq!(source::find(root, None).unwrap()[0].kind(), Kind::Cards);
}

#[test]
fn a_downloaded_dataset_is_read_past_its_own_readme_and_through_links() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("README.md", "---\nlicense: mit\n---\n");
    put("models.JSONL", r#"{"id":"a/b"}"#);
    put(".cache/blob", r#"{"id":"c/d"}"#);
    put("models--x--y/snapshots/a/config.json", r#"{"id":"x/y"}"#);
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join(".cache/blob"), folder.path().join("more.jsonl")).unwrap();
    let ids: Vec<_> = records(folder.path()).iter().map(|record| record.id.to_string()).collect();
    assert_eq!(ids, ["a/b", "c/d"]);
}

#[test]
fn a_card_that_cannot_be_opened_is_a_reject() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a--b.md"), "---\nlicense: mit\n---\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("nowhere"), folder.path().join("c--d.md")).unwrap();
    let found = read(folder.path());
    assert_eq!((found.len(), found[1].is_err()), (2, true));
    assert_eq!(the(folder.path(), Kind::Cards).read(&mut |_| ()).unwrap().bytes, 21);
}

#[test]
fn the_digest_of_a_file_is_taken_while_it_is_read_and_is_that_of_all_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let rows = (0..50_000).map(|row| format!("{{\"id\":\"a/m{row}\"}}\n")).collect::<String>();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(rows.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(rows.as_bytes(), 1).unwrap();
    let parquet = fs::read(fixture("today.parquet")).unwrap();
    for (name, kind, bytes) in [
        ("plain", Kind::Jsonl, rows.clone().into_bytes()),
        ("array", Kind::Jsonl, br#"[{"id":"a/b"}]"#.to_vec()),
        ("gzip", Kind::Jsonl, gzip),
        ("zstd", Kind::Jsonl, zstd),
        ("edges", Kind::Edges, b"a/b -> c/d".to_vec()),
        ("dump", Kind::HubStats, parquet),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let expected = source::digest_bytes(&bytes);
        assert_eq!(the(&path, kind).read(&mut |_| ()).unwrap(), expected, "{name}");
        if cfg!(unix) && kind != Kind::HubStats {
            let pipe = folder.path().join(format!("{name}.pipe"));
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            assert!(source::find(&pipe, None).is_err() && source::find(&pipe, Some(Kind::HubStats)).is_err());
            let writer = std::thread::spawn({
                let pipe = pipe.clone();
                move || fs::write(pipe, bytes).unwrap()
            });
            let (mut piped, mut read) = (0, 0);
            assert_eq!(the(&pipe, kind).read(&mut |_| piped += 1).unwrap(), expected, "{name} through a pipe");
            writer.join().unwrap();
            the(&path, kind).read(&mut |_| read += 1).unwrap();
            assert_eq!(piped, read, "{name}");
        }
    }
}

#[test]
fn a_folder_of_data_files_is_read_in_order_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("2.jsonl"), r#"{"id":"a/b","likes":2}"#).unwrap();
    fs::write(folder.path().join("1.jsonl"), r#"{"id":"a/b","likes":1}"#).unwrap();
    let snapshot = gathered(&[folder.path()]);
    assert_eq!(snapshot.count(Count::Likes).unwrap().at(snapshot.find("a/b").unwrap()), Some(2));
}

#[test]
fn a_later_record_wins_and_what_it_does_not_know_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let dump = file(
        "dump.jsonl",
        r#"{"id":"x/ft","downloads":5,"likes":1,"tags":["base_model:a/base","base_model:finetune:a/base"]}"#,
    );
    let newer = file("newer.jsonl", r#"{"id":"X/FT","likes":2,"tags":["gguf"]}"#);
    let counts = file("counts.jsonl", r#"{"id":"x/ft","likes":3}"#);
    let card = file("x--ft.md", "---\nbase_model: c/other\n---\n");
    let links = |paths: &[&Path]| {
        let snapshot = gathered(paths);
        let row = snapshot.find("x/ft").unwrap();
        let parents: Vec<String> =
            snapshot.links().unwrap().at(row).map(|link| snapshot.id(link.parent).to_owned()).collect();
        let oddities: Vec<&str> = snapshot.oddities().unwrap().at(row).map(|oddity| oddity.kind.name()).collect();
        (
            snapshot.id(row).to_owned(),
            snapshot.count(Count::Downloads).unwrap().at(row),
            snapshot.count(Count::Likes).unwrap().at(row),
            parents.join(" "),
            oddities.join(" "),
        )
    };
    let is = |id: &str, likes, parents: &str, oddities: &str| {
        (id.to_owned(), Some(5), Some(likes), parents.to_owned(), oddities.to_owned())
    };
    // A full row without parents says that there are none; a row without tags says nothing of parents.
    assert_eq!(links(&[&dump, &newer]), is("X/FT", 2, "", "case-collision"));
    assert_eq!(links(&[&dump, &counts]), is("x/ft", 3, "a/base", ""));
    // The Hub's word stands above a card's, whichever comes first; where the Hub names none, the card's counts.
    assert_eq!(links(&[&dump, &card]), is("x/ft", 1, "a/base", "card-disagrees"));
    assert_eq!(links(&[&card, &dump]).3, "a/base");
    assert_eq!(links(&[&dump, &newer, &card]).3, "c/other");
}

#[test]
fn an_alias_is_followed_unless_the_listing_is_older_than_the_renaming() {
    use modelkin::lineage::Lineage;
    let aliases = [("bert", "google-bert/bert"), ("old/name", "new/name"), ("older/name", "old/name")];
    let snapshot = crate::support::with_aliases(
        "google-bert/bert\n?bert -> a/ft : finetune\n?older/name -> a/y : adapter",
        &aliases,
    );
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let parent = |id: &str| snapshot.id(lineage.parents(lineage.find(id).unwrap()).next().unwrap().0).to_owned();
    assert_eq!((parent("a/ft"), parent("a/y")), ("google-bert/bert".into(), "new/name".into()));
    assert_eq!(lineage.find("BERT").map(|row| snapshot.id(row)), Ok("google-bert/bert"));
    assert_eq!(lineage.anomalies().unwrap().filter(|anomaly| anomaly.name() == "alias-followed").count(), 2);
    // The target takes the alias's place among the unlisted.
    assert_eq!(snapshot.provenance().counts.unlisted, 1);

    let snapshot = crate::support::with_aliases("bert -> a/ft : finetune", &aliases);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    assert_eq!(lineage.find("bert").map(|row| lineage.children(row).count()), Ok(1));
}

#[test]
fn what_is_known_of_a_relation_is_not_lost_to_what_says_less() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    let row = put("row.jsonl", r#"{"id":"k/one","tags":["base_model:a/b","base_model:finetune:a/b"]}"#);
    put("cards/k/one/README.md", "---\nbase_model: a/b\nbase_model_relation: merge\n---\n");
    let cards = folder.path().join("cards");
    let table = put("table.csv", "child_id,parent_id\nk/one,a/b\nk/one,a/two\n");
    let links = |paths: &[&Path]| {
        let snapshot = gathered(paths);
        let links = snapshot.links().unwrap().at(snapshot.find("k/one").unwrap());
        let word = |link: modelkin::snapshot::Link| {
            format!("{} {} {}", snapshot.id(link.parent), link.relation, link.learned.name())
        };
        links.map(word).collect::<Vec<_>>()
    };
    // The card's word holds, whether it came before or after the row.
    assert_eq!(links(&[&row, &cards]), ["a/b merge declared"]);
    assert_eq!(links(&[&cards, &row]), ["a/b merge declared"]);
    // A table without relations knows a further parent, and nothing of how the first one was used.
    assert_eq!(links(&[&row, &table]), ["a/b finetune hub", "a/two unstated inferred"]);
    assert_eq!(links(&[&table, &row]), ["a/b finetune hub"]);
}

#[test]
fn a_name_that_nobody_mentions_any_more_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = (folder.path().join("1.jsonl"), folder.path().join("2.jsonl"));
    fs::write(&old, r#"{"id":"x/ft","tags":["base_model:gone/base","base_model:finetune:gone/base"]}"#).unwrap();
    fs::write(&new, r#"{"id":"x/ft","tags":["base_model:a/base","base_model:finetune:a/base"]}"#).unwrap();
    let snapshot = gathered(&[&old, &new]);
    assert_eq!(snapshot.rows().map(|row| snapshot.id(row)).collect::<Vec<_>>(), ["a/base", "x/ft"]);
    let alone = gathered(&[&new]);
    assert_eq!(snapshot.provenance().digest, alone.provenance().digest);
}

#[test]
fn aliases_never_go_around_in_a_circle() {
    use modelkin::reference::Aliases;
    let table = |rows: &str| {
        Aliases::read("t", format!("legacy_id,canonical_id\n{rows}").as_bytes()).map_err(|error| error.to_string())
    };
    assert!(table("a/x,b/x\nb/x,c/x\na/X,B/x\n").is_ok(), "a chain, and a row said twice");
    for (rows, place, reason) in [
        ("a/x,b/x\nA/x,c/x\n", "line 3", "an old id of b/x already"),
        ("a/x,b/x\nb/x,c/x\nc/x,a/x\n", "line 4", "old ids of each other"),
        ("a/x,A/x\n", "line 2", "old ids of each other"),
    ] {
        let error = table(rows).unwrap_err();
        assert!(error.contains(place) && error.contains(reason), "{error}");
    }
    let wanting = |text: &str| Aliases::read("t", text.as_bytes()).unwrap_err().to_string();
    let said = wanting("a,b\na/x,b/x\n");
    assert!(
        said.contains("\"old\" is missing") && said.contains("old, new (of models also legacy_id, canonical_id)"),
        "{said}"
    );
    let said = wanting("legacy_id,b\na/x,b/x\n");
    assert!(said.ends_with("\"canonical_id\" is missing; the table needs legacy_id, canonical_id"), "{said}");
    // A table of one's own turns the built-in one around.
    let snapshot = crate::support::with_aliases(
        "old/x\nnew/x\n?old/x -> a/y : finetune\nnew/x -> a/z : finetune",
        &[("old/x", "new/x"), ("new/x", "old/x")],
    );
    let row = |id: &str| snapshot.find(id).unwrap();
    assert_eq!((snapshot.alias_of(row("new/x")), snapshot.alias_of(row("old/x"))), (Some(row("old/x")), None));
}

#[test]
fn an_old_id_that_is_listed_beside_the_new_one_is_told() {
    use modelkin::lineage::{Anomaly, Lineage};
    let snapshot = crate::support::with_aliases("old/x\nnew/x\nold/x -> a/y : finetune", &[("old/x", "new/x")]);
    let row = |id: &str| snapshot.find(id).unwrap();
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let told = Anomaly::AliasListed { alias: row("old/x"), model: row("new/x") };
    assert!(lineage.anomalies().unwrap().any(|anomaly| anomaly == told));
}

#[test]
fn lines_of_edge_text_add_up_and_their_conflicts_are_noted() {
    let mut found = Vec::new();
    let text = "a/b -> C/d : finetune\na/b -> c/D : merge\na/b -> c/D\ne/f, E/f -> g/h\nE/f -> g/h : adapter";
    edges::read_text("t", text, &mut |record| found.push(record.unwrap().into_owned()));
    let said = |id: &str| {
        let record = found.iter().find(|record| record.id.as_str() == id).unwrap();
        let parents: Vec<_> =
            record.parents.iter().map(|parent| format!("{} {}", parent.id, parent.relation)).collect();
        let odd: Vec<_> = record.oddities.iter().map(|odd| format!("{} {}", odd.kind.name(), odd.text)).collect();
        (parents.join("; "), odd.join("; "))
    };
    assert_eq!(said("c/D"), ("a/b merge".into(), "case-collision C/d; relation-conflict a/b: finetune, merge".into()));
    assert_eq!(said("g/h"), ("E/f adapter".into(), String::new()));
    assert_eq!(said("E/f").1, "case-collision e/f");
}

#[test]
fn edge_text_says_where_it_cannot_be_read() {
    let text = "a/b -> c/d : finetune\na/b => c/d\na/b -> ?c/d\na/b -> c/d : distilled\na/b : likes=many\na/b : colour=red\n -> c/d\n";
    let mut found = Vec::new();
    edges::read_text("t", text, &mut |record| found.push(record.map(Record::into_owned)));
    let rejects: Vec<_> =
        found.iter().filter_map(|record| record.as_ref().err()).map(|reject| reject.place.as_str()).collect();
    assert_eq!(rejects, ["line 2", "line 3", "line 4", "line 5", "line 6", "line 7"]);

    // No id has a control character, and none comes raw into a message.
    let esc = '\u{1b}';
    let text = format!("a/{esc}[31mb -> c/d\na/b -> c/d : {esc}[31m\na/b : likes={esc}[31m\na/b : {esc}[31m=1\n");
    let mut found = Vec::new();
    edges::read_text("t", &text, &mut |record| found.push(record.map(Record::into_owned)));
    let reasons: Vec<_> = found.into_iter().map(|record| record.unwrap_err().reason).collect();
    assert!(reasons.len() == 4 && reasons.iter().all(|reason| reason.contains("\\u{1b}[31m")), "{reasons:?}");
}

/// Blanks, commas, comments and what looks like an escape.
#[test]
fn edge_text_keeps_every_licence_and_word() {
    let row = r##"{"id":"a/b","pipeline_tag":"two words","library_name":"c\\u{20}\\x{","cardData":{"license":["mit, apache-2.0","x y",
        "p,q","#1","\u001b[31m\u2028x","c:\\d","\\u{2c}","\\u{zz}","é"],"license_name":"a = b #c\td","license_link":"https://x.y/LICENSE%20a,b"}}"##;
    let mut rows = Vec::new();
    read_rows("row", row.replace('\n', " ").as_bytes(), &mut |found| rows.push(found.unwrap().into_owned())).unwrap();
    assert_eq!(rows[0].lists[WordList::Licences].as_ref().unwrap().len(), 9);
    let mut written = Vec::new();
    edges::write(&rows, |_| true, &mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    assert!(
        written
            .contains(r"licences=mit\u{2c}\u{20}apache-2.0,x\u{20}y,p\u{2c}q,\u{23}1,\u{1b}[31m\u{2028}x,c:\u{5c}d,"),
        "{written}"
    );
    let mut again = Vec::new();
    edges::read_text("t", &written, &mut |found| again.push(found.unwrap().into_owned()));
    assert_eq!((&again[0].lists, &again[0].words, again.len()), (&rows[0].lists, &rows[0].words, 1));
    // A backslash that begins no escape is one.
    let mut found = Vec::new();
    edges::read_text("t", r"a/b : licences=\u,\u{},\u{110000},\u{41 task=C:\x", &mut |row| {
        found.push(row.unwrap().into_owned())
    });
    assert_eq!(found[0].lists[WordList::Licences].as_ref().unwrap().join(" "), r"\u \u{} \u{110000} \u{41");
    assert_eq!(found[0].words[Word::Task].as_deref(), Some(r"C:\x"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edge_text_is_read_back_as_it_was_written(text in any_lineage()) {
        let mut records = Vec::new();
        edges::read_text("t", &text, &mut |record| records.push(record.unwrap().into_owned()));
        // The notation has no words for what was odd in it.
        records.iter_mut().for_each(|record| record.oddities.clear());
        let listed: Vec<String> = records.iter().map(|record| record.id.key()).collect();
        let mut written = Vec::new();
        edges::write(&records, |id| listed.contains(&id.key()), &mut written).unwrap();
        let again = snapshot(std::str::from_utf8(&written).unwrap());
        let mut builder = Builder::new();
        records.into_iter().for_each(|record| builder.add(Ok(record)));
        let before = builder.finish("test", None, None).unwrap();
        prop_assert_eq!(again.provenance().digest.clone(), before.provenance().digest.clone());
    }

    #[test]
    fn no_bytes_make_a_source_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:a/ \n\\\\-]{0,80}") {
        let folder = tempfile::tempdir().unwrap();
        for (name, kind) in [("x.jsonl", Kind::Jsonl), ("x.edges", Kind::Edges), ("a--b.md", Kind::Cards), ("x.parquet", Kind::HubStats)] {
            for content in [bytes.as_slice(), text.as_bytes(), format!("---\n{text}\n---\n").as_bytes()] {
                let path = folder.path().join(name);
                fs::write(&path, content).unwrap();
                _ = the(&path, kind).read(&mut |_| ());
            }
        }
    }
}

/// Links by ids in lower case, and how many models and rejects beside them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Read {
    pub links: BTreeSet<(String, String)>,
    pub models: u64,
    pub rejects: usize,
}

/// What a source gives where it is read for its links alone.
pub fn alone(path: &Path, kind: Option<Kind>) -> Result<Read, source::Error> {
    let (links, rejects) = import::links(source::find(path, kind)?)?;
    let rejects = rejects.len();
    let id = |id: &str| id.to_lowercase();
    let (models, ends) = links.by_owner();
    assert_eq!(models.iter().collect::<BTreeSet<_>>().len(), links.nodes());
    let starts = std::iter::once(0).chain(ends.iter().copied());
    for (start, end) in starts.zip(&ends) {
        let owners = models[start..*end].iter().map(|model| {
            let id = id(links.id(*model));
            id.split_once('/').map_or(id.clone(), |(owner, _)| format!("{owner}/"))
        });
        assert_eq!(owners.collect::<BTreeSet<_>>().len(), 1);
    }
    let pairs = links.pairs.iter().map(|(parent, child)| (id(links.id(*parent)), id(links.id(*child)))).collect();
    Ok(Read { links: pairs, models: links.listed as u64, rejects })
}

/// What it gives to an import. Old ids that an import follows stand in neither.
pub fn whole(path: &Path, kind: Option<Kind>) -> Result<Read, source::Error> {
    let (mut builder, mut rejects) = (Builder::new(), 0);
    for source in source::find(path, kind)? {
        source.read(&mut |found| {
            rejects += usize::from(found.is_err());
            // One repository under two ids is another matter.
            builder.add(found.map(|record| Record { hub_id: None, was: None, ..record }));
        })?;
    }
    let snapshot = builder.finish("test", None, None).unwrap();
    let id = |id: &str| id.to_lowercase();
    let links = snapshot.rows().flat_map(|row| {
        let child = snapshot.id(row);
        snapshot.links().unwrap().at(row).map(|link| (id(snapshot.id(link.parent)), id(child))).collect::<Vec<_>>()
    });
    Ok(Read { links: links.collect(), models: snapshot.provenance().counts.models, rejects })
}

fn both_links(path: &Path) -> [BTreeSet<(String, String)>; 2] {
    let (alone, whole) = (alone(path, None).unwrap(), whole(path, None).unwrap());
    assert_eq!((alone.models, alone.rejects), (whole.models, whole.rejects), "{}", path.display());
    [alone.links, whole.links]
}

/// Files that cannot be read.
const UNREADABLE: &[&str] = &["no-id.parquet", "brotli.parquet", "encrypted.parquet", "encrypted-columns.parquet"];

#[test]
fn links_alone_are_those_of_a_whole_import() {
    let mut paths: Vec<PathBuf> = fs::read_dir(fixture("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|suffix| suffix == "parquet")
            && !UNREADABLE.iter().any(|name| path.ends_with(name))
    });
    assert!(paths.len() > 5);
    paths.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample/models.jsonl.gz"));
    let folder = tempfile::tempdir().unwrap();
    let rows = crate::dirt::rows();
    assert!(rows.len() > 9);
    let repeated = [
        r#"{"id":"some/twice","tags":["base_model:a/one"]}"#,
        r#"{"id":"Some/Twice","tags":["base_model:a/two","base_model:a/three"]}"#,
        r#"{"id":"some/twice"}"#,
        r#"{"id":"some/emptied","tags":["base_model:a/one"]}"#,
        r#"{"id":"some/emptied","tags":["x"]}"#,
        r#"{"id":"some/kept","tags":["base_model:a/one"]}"#,
        r#"{"id":"some/kept","tags":null}"#,
        r#"{"id":"some/escaped","tags":["base\u005fmodel:a/one"]}"#,
        r#"{"id":"some\/slash","tags":["base_model:a/one"]}"#,
        r#"{"id":"some/card","tags":["x"],"cardData":{"base\u005fmodel":"a/one"}}"#,
        r#"{"id":"some/both","id":"some/both","tags":["base_model:a/one"]}"#,
        r#"{"config":{"id":"not/this","tags":["base_model:not/this"]},"tags":[],"id":"some/nested","x":[{"a":"}]\"{"}]}"#,
        r#"{"id":"some/models","baseModels":{"relation":"merge","models":[{"id":"a/one"},{"id":"A/One"}]},"tags":null}"#,
        r#"  {"id" : "some/spaced" , "tags" : [ "base_model:a/one" , "x" ] }  "#,
        r#"{"id":"some/broken","tags":["base_model:a/one""#,
        r#"{"id":"some/number","tags":["base_model:a/one",7]}"#,
        r#"[{"id":"some/array","tags":["base_model:a/one"]}]"#,
        "",
        "no row",
        r#"{"id":"b/snake","base_models":{"relation":"finetune","models":[{"id":"a/base"}]}}"#,
        r#"{"id":"b/text","baseModels":"{\"models\":[{\"id\":\"a/base\"}]}"}"#,
        r#"{"id":"b/card","cardData":"{\"base_model\":\"a/base\"}"}"#,
        r#"{"id":"b/yaml","tags":["x"],"cardData":"base_model: a/base"}"#,
        r#"{"id":"b/nan","x":NaN,"tags":["base_model:a/base"]}"#,
        r#"{"id":"b/tags","tags":"[\"base_model:a/base\"]"}"#,
        r#"{"id":"b/placeholder","tags":["base_model:none"],"cardData":{"base_model":"a/base"}}"#,
        r#"{"id":"b/twice","likes":1,"likes":1,"tags":["base_model:a/base"]}"#,
        r#"{"id":"some/last","tags":["base_model:some/last"]}"#,
    ];
    let lines = rows.iter().map(String::as_str).chain(repeated).collect::<Vec<_>>().join("\n");
    let path = folder.path().join("dirty.jsonl");
    fs::write(&path, lines).unwrap();
    paths.push(path);
    for (at, form) in
        [r#"[{"id":"a/b","tags":["base_model:c/d"]}]"#, "{\n\"id\":\"a/b\",\n\"tags\":[\"base_model:c/d\"]}"]
            .iter()
            .enumerate()
    {
        let path = folder.path().join(format!("{at}.json"));
        fs::write(&path, form).unwrap();
        paths.push(path);
    }
    let mut some = 0;
    for path in paths {
        let [mut alone, whole] = both_links(&path);
        // A parent that bears another name today is one link in an import, and two where links alone are wanted.
        alone.retain(|link| link.0 != "gone/x");
        assert_eq!(alone, whole, "{}", path.display());
        some += alone.len();
    }
    assert!(some > 4_000, "{some}");
}

type Rows = Vec<(String, BTreeSet<String>)>;

/// Every row with its parents, in lower case: by way of records, and read for its links alone.
fn both(path: &Path, kind: Kind) -> (Result<(), source::Error>, Result<(), source::Error>, Rows, Rows) {
    let (mut whole, mut alone) = (Vec::new(), Vec::new());
    let read = the(path, kind).read(&mut |found| {
        whole.extend(found.ok().map(|record| {
            let parents = record.parents.iter().map(|parent| parent.id.key());
            (record.id.as_str().to_owned(), parents.collect::<BTreeSet<_>>())
        }))
    });
    let links = each_alone(path, kind, |found| alone.extend(found.ok()));
    (read.map(drop), links, whole, alone)
}

/// A row with its parents, in lower case, or a reject.
type Claim = Result<(String, BTreeSet<String>), Reject>;

/// Every row in parts where links alone are wanted, in order.
fn each_alone(path: &Path, kind: Kind, take: impl FnMut(Claim) + Send) -> Result<(), source::Error> {
    let rows = |fill: Fill<'_>| {
        let mut rows: Vec<Claim> = Vec::new();
        let parents = |record: &Record<'_>| record.parents.iter().map(|parent| parent.id.key()).collect();
        let row = |record: Record<'_>| (record.id.as_str().to_owned(), parents(&record));
        fill(&mut |found| rows.push(found.map(row))).map(|()| rows)
    };
    let mut take = take;
    let add = |rows: Vec<Claim>| rows.into_iter().for_each(&mut take);
    source::read_gathered(the(path, kind), Projection::Links, rows, add).map(drop)
}

/// Rows with what they should have in any order, and with what looks like it in places where it means nothing.
#[test]
fn made_up_rows_have_the_same_parents_for_both_readers() {
    let mut rng = fastrand::Rng::with_seed(5);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let mut parents = 0;
    for _ in 0..60 {
        let mut lines = String::new();
        for row in 0..100 {
            let pick = |rng: &mut fastrand::Rng, of: &[&str]| of[rng.usize(0..of.len())].to_owned();
            let id = |rng: &mut fastrand::Rng| format!("{}/m{}", pick(rng, &["a", "base", "tags", "B"]), rng.u8(0..9));
            let tag = |rng: &mut fastrand::Rng| match rng.u8(0..9) {
                0..3 => pick(rng, &["en", "tags", "id", "base_model", "base_models", "baseModels", "[", "}", "a:b"]),
                3..5 => format!("base_model:{}", id(rng)),
                5 => format!("base_model:{}:{}", pick(rng, &["finetune", "Adapter", "merge", "other"]), id(rng)),
                6 => {
                    let id = id(rng);
                    format!("base_model:{id}\",\"base_model:quantized:{id}")
                }
                7 => pick(
                    rng,
                    &[
                        "base_model:n/a",
                        "base_model:",
                        "base_model:none",
                        "base_model:https://hf.co/a/b",
                        "base_model: a/c",
                    ],
                ),
                _ => pick(rng, &["\\u0062ase_model:a/b", "\\\"tags\\\":[", "\u{e9}", "base_model:\u{e9}/x", "base\\n"]),
            };
            let tags = |rng: &mut fastrand::Rng| {
                let tags: Vec<String> = (0..rng.usize(0..5)).map(|_| format!("\"{}\"", tag(rng))).collect();
                format!("[{}]", tags.join(pick(rng, &[",", " , "]).as_str()))
            };
            let mut fields = vec![format!("\"id\":\"{}-{row}\"", id(&mut rng))];
            if rng.u8(0..8) > 0 {
                fields.push(format!("\"tags\":{}", tags(&mut rng)));
            }
            for _ in 0..rng.usize(0..3) {
                let nested = tags(&mut rng);
                let name = rng.u32(..);
                fields.push(match rng.u8(0..6) {
                    0 => format!("\"config{name}\":{{\"tags\":{nested},\"id\":\"x/y\"}}"),
                    1 => format!("\"x{name}\":\"tags\""),
                    2 => format!("\"y{name}\":[{{\"a\":\"}}]\"}},{nested}]"),
                    3 => format!("\"z{name}\":\"{}\"", tag(&mut rng).replace("\",\"", " ")),
                    _ => format!("\"n{name}\":{}", pick(&mut rng, &["1.5e3", "null", "{}", "[[]]", "\"[{\""])),
                });
            }
            if rng.u8(0..4) == 0 {
                fields.push(format!(
                    "\"baseModels\":{{\"relation\":\"merge\",\"models\":[{{\"id\":\"{}\"}}]}}",
                    id(&mut rng)
                ));
            }
            if rng.u8(0..3) == 0 {
                let nested = tags(&mut rng);
                fields.push(format!("\"cardData\":{{\"tags\":{nested},\"base_model\":\"{}\"}}", id(&mut rng)));
            }
            rng.shuffle(&mut fields);
            lines += &format!("{{{}}}\n", fields.join(","));
        }
        fs::write(&path, &lines).unwrap();
        let (read, links, whole, alone) = both(&path, Kind::Jsonl);
        assert!(read.is_ok() && links.is_ok());
        for ((whole, alone), line) in whole.iter().zip(&alone).zip(lines.lines()) {
            assert_eq!(whole, alone, "{line}");
            parents += whole.1.len();
        }
        assert_eq!((whole.len(), alone.len()), (100, 100));
    }
    assert!(parents > 3000, "{parents}");
}

/// Links are read in parts of some MiB: a row may be longer than that, and one that is too long is a reject, no two.
#[test]
fn long_lines_are_whole_rows_for_both_readers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.jsonl");
    let row = |id: &str, blanks: usize| {
        format!("{{\"id\":\"a/{id}\",\"x\":\"{}\",\"tags\":[\"base_model:b/n\"]}}", " ".repeat(blanks << 20))
    };
    let lines = [row("first", 0), row("long", 9), row("next", 0), row("too-long", 17), row("last", 4)];
    fs::write(&path, lines.join("\r\n")).unwrap();
    let (read, links, whole, alone) = both(&path, Kind::Jsonl);
    assert!(read.is_ok() && links.is_ok());
    assert_eq!(whole, alone);
    assert_eq!(whole.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["a/first", "a/long", "a/next", "a/last"]);
    let mut rejects = Vec::new();
    each_alone(&path, Kind::Jsonl, |found| rejects.extend(found.err())).unwrap();
    assert_eq!(rejects.iter().map(|reject| reject.place.as_str()).collect::<Vec<_>>(), ["line 4"]);
    assert!(rejects[0].reason.contains("more than 16 MiB"), "{}", rejects[0].reason);
}

/// A damaged dump is an error or gives what stands there now, to both readers alike; neither panics nor waits.
#[test]
fn a_damaged_dump_gives_both_readers_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.parquet");
    let (mut good, mut bad) = (0, 0);
    let mut rng = fastrand::Rng::with_seed(3);
    for name in ["today.parquet", "lists.parquet", "objects.parquet", "old.parquet", "nulls.parquet"] {
        let bytes = fs::read(fixture(name)).unwrap();
        for _ in 0..300 {
            let mut damaged = bytes.clone();
            for _ in 0..rng.usize(1..4) {
                let at = rng.usize(0..damaged.len());
                damaged[at] = rng.u8(..);
            }
            fs::write(&path, damaged).unwrap();
            let (read, links, whole, alone) = both(&path, Kind::HubStats);
            if read.is_ok() {
                // What is not read cannot be at fault.
                assert!(links.is_ok(), "{links:?}");
                assert_eq!(whole, alone);
                good += 1;
            } else {
                bad += 1;
            }
        }
    }
    assert!(good > 100 && bad > 100, "{good} {bad}");
}

/// What breaks off is an error of all readers, and none of them waits for the others for ever.
#[test]
fn a_source_that_breaks_off_ends_every_reader() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.jsonl.gz");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    for row in 0..200_000 {
        writeln!(packed, r#"{{"id":"a/m{row}","tags":["base_model:b/n{}"]}}"#, row * 7919 % 1000).unwrap();
    }
    let packed = packed.finish().unwrap();
    fs::write(&path, &packed[..packed.len() / 2]).unwrap();
    let mut rows = 0;
    let error = each_alone(&path, Kind::Jsonl, |_| rows += 1).unwrap_err().to_string();
    assert!(error.contains("cut.jsonl.gz, line") && error.contains("cut off"), "{error}");
    assert!(rows < 200_000);
    fs::write(&path, packed).unwrap();
    let [alone, whole] = both_links(&path);
    assert_eq!((alone.len(), &alone), (200_000, &whole));
}

#[test]
fn counts_that_no_model_can_have_are_odd_and_missing() {
    let mut builder = Builder::new();
    let row = |most: u64, parameters: u64| {
        format!(
            r#"{{"id":"a/m{parameters}","downloads":{most},"downloadsAllTime":{most},"likes":{most},"safetensors":{{"total":{parameters}}}}}"#
        )
    };
    let rows = [row(1_000_000_000_000, 1_000_000_000_000_000), row(1_000_000_000_001, 1_000_000_000_000_001)];
    read_rows("test", rows.join("\n").as_bytes(), &mut |found| builder.add(found)).unwrap();
    let snapshot = builder.finish("test", None, None).unwrap();
    let counts = |row| {
        [Count::Downloads, Count::DownloadsAllTime, Count::Likes, Count::Parameters]
            .map(|count| snapshot.count(count).unwrap().at(row))
    };
    let most = Some(1_000_000_000_000);
    assert_eq!(counts(0), [most, most, most, Some(1_000_000_000_000_000)]);
    assert_eq!(counts(1), [None; 4]);
    let texts: Vec<String> = snapshot.oddities().unwrap().at(1).map(|oddity| oddity.text).collect();
    assert_eq!(texts.len(), 4);
    assert!(texts.contains(&"safetensors.total: 1000000000000001".to_owned()), "{texts:?}");
}
