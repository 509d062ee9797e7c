//! The file: whole or refused, the same bytes for the same contents.

use std::fs;
use std::path::Path;

use modelkin::lineage::Lineage;
use modelkin::model::{
    Count, Counts, Flag, Flags, Learned, ModelId, Parent, Record, Relation, Word, WordList, WordLists, Words,
};
use modelkin::report::findings;
use modelkin::snapshot::{Builder, Claims, CrawlNote, Error, Links, Snapshot, Taken};
use modelkin::source::{edges, read_rows};
use proptest::prelude::*;

use crate::support::{any_lineage, snapshot};

const TEXT: &str = "a/base -> b/ft : finetune downloads=3 created=2024-05-01 tags=x,y\n?gone/x -> b/ft : merge\nb/ft -> c/q : quantized";

/// Everything that can be asked of a snapshot, row by row.
fn contents(snapshot: &Snapshot) -> Result<Vec<String>, Error> {
    let (links, created, commits) = (snapshot.links()?, snapshot.created()?, snapshot.commits()?);
    let (counts, words) =
        (Counts::try_from_fn(|count| snapshot.count(count))?, Words::try_from_fn(|word| snapshot.word(word))?);
    let (flags, lists) =
        (Flags::try_from_fn(|flag| snapshot.flag(flag))?, WordLists::try_from_fn(|list| snapshot.list(list))?);
    let oddities = snapshot.oddities()?;
    let row = |row| {
        format!(
            "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            snapshot.id(row),
            snapshot.is_listed(row),
            snapshot.alias_of(row),
            links.at(row).collect::<Vec<_>>(),
            created.at(row),
            commits.at(row),
            Count::ALL.map(|count| counts[count].at(row)),
            Word::ALL.map(|word| words[word].at(row)),
            Flag::ALL.map(|flag| flags[flag].at(row)),
            WordList::ALL.map(|list| lists[list].words_at(row).collect::<Vec<_>>()),
            oddities.at(row).collect::<Vec<_>>(),
        )
    };
    Ok(snapshot.rows().map(row).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_is_read(text in any_lineage()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let made = snapshot(&text);
        made.write(&path).unwrap();
        let read = Snapshot::open(&path).unwrap();
        prop_assert_eq!(contents(&made).unwrap(), contents(&read).unwrap());
        prop_assert_eq!(made.provenance(), read.provenance());
        let bytes = fs::read(&path).unwrap();
        read.write(&path).unwrap();
        prop_assert_eq!(bytes, fs::read(&path).unwrap());
    }
}

/// A row with every column, as the Hub, as edge text and as an update of a snapshot have it.
#[test]
fn every_column_is_kept_by_every_way() {
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let row = format!(
        r#"{{"id":"a/b","createdAt":"2024-05-01T00:00:00Z","sha":"{sha}","downloads":1,"downloadsAllTime":2,"likes":3,
        "safetensors":{{"total":4}},"pipeline_tag":"text-generation","library_name":"peft","gated":"manual","disabled":true,
        "tags":["x","license:mit","license:apache-2.0"]}}"#
    );
    let mut builder = Builder::new();
    read_rows("t", row.replace('\n', "").as_bytes(), &mut |found| builder.add(found)).unwrap();
    let made = builder.finish("test", None, None).unwrap();
    let text = format!(
        "- -> a/b : downloads=1 downloads_all_time=2 likes=3 parameters=4 created=2024-05-01 sha={sha} task=text-generation \
         library=peft gated=manual disabled=true licences=mit,apache-2.0 tags=x"
    );
    assert_eq!(contents(&made).unwrap(), contents(&snapshot(&text)).unwrap());
    assert_eq!(made.provenance().digest, snapshot(&text).provenance().digest);
    let again = Builder::on(&made).unwrap().finish("test", None, None).unwrap();
    assert_eq!(
        (contents(&again).unwrap(), &again.provenance().digest),
        (contents(&made).unwrap(), &made.provenance().digest)
    );
    let licences = made.list(WordList::Licences).unwrap();
    assert_eq!(licences.words_at(0).collect::<Vec<_>>(), ["mit", "apache-2.0"]);
    assert_eq!((licences.first_at(0), made.flag(Flag::Disabled).unwrap().at(0)), (Some("mit"), Some(true)));
    let rare = snapshot("a/b : licence_name=own licence_link=LICENSE hub=modelscope");
    assert_eq!(
        [Word::LicenceName, Word::LicenceLink, Word::Hub].map(|word| rare.word(word).unwrap().at(0).unwrap()),
        ["own", "LICENSE", "modelscope"]
    );
    assert_eq!(rare.id(0), "modelscope:a/b");
    // What the new columns do not say changes no digest, and a bad value is told.
    let mut records = Vec::new();
    for gated in ["false", "\"auto\"", "true", "7", "\"maybe\"", "null"] {
        let row = format!("{{\"id\":\"a/b\",\"gated\":{gated},\"disabled\":{gated},\"sha\":\"{gated}\"}}");
        let row = row.replace("\"\"", "\"");
        read_rows("t", row.as_bytes(), &mut |found| {
            let record = found.unwrap();
            records.push(format!(
                "{:?} {:?} {}",
                record.words[Word::Gated],
                record.flags[Flag::Disabled],
                record.oddities.len()
            ));
        })
        .unwrap();
    }
    assert_eq!(
        records,
        [
            "Some(\"false\") Some(false) 1",
            "Some(\"auto\") None 2",
            "Some(\"true\") Some(true) 1",
            "None None 3",
            "None None 3",
            "None None 1"
        ]
    );
    let mut lines = Vec::new();
    edges::read_text("t", "a/b : sha=12\na/b : disabled=perhaps\na/b : lisense=mit", &mut |found| {
        lines.extend(found.err().map(|reject| reject.reason));
    });
    assert_eq!(lines[..2], ["sha=12: no 40 hex digits", "disabled=perhaps: neither true nor false"]);
    assert!(lines[2].contains("use one of downloads, ") && lines[2].ends_with("licences, tags"), "{}", lines[2]);
}

/// Cards laid over a Hub, and a Hub over cards: the later source wins, as with any two.
#[test]
fn a_snapshot_is_a_source_beside_others() {
    let made = |text: &str| snapshot(text);
    let hub = made("a/base -> b/ft : finetune downloads=3\n?gone/x -> c/q : merge\nd/alone : likes=2");
    let mut again = Builder::new();
    again.add_snapshot("hub.modelkin", &hub).unwrap();
    let same = again.finish("test", None, None).unwrap();
    assert_eq!(
        (contents(&same).unwrap(), &same.provenance().digest),
        (contents(&hub).unwrap(), &hub.provenance().digest)
    );
    assert_eq!((same.provenance().sources[0].kind.as_str(), same.provenance().sources[0].records), ("snapshot", 4));
    let joined = |first: &str, then: &str| {
        let mut builder = Builder::new();
        builder.add_snapshot("first", &made(first)).unwrap();
        builder.add_snapshot("then", &made(then)).unwrap();
        contents(&builder.finish("test", None, None).unwrap()).unwrap()
    };
    let both = "a/base -> b/ft : finetune downloads=5 likes=1";
    assert_eq!(
        joined("x/y -> b/ft : merge likes=1\na/base", "a/base -> b/ft : finetune downloads=5")[1..2],
        contents(&made(both)).unwrap()[1..2]
    );
    // What knows nothing of parents takes none away.
    assert_eq!(
        joined("a/base -> b/ft : finetune", "b/ft : likes=1")[1..],
        contents(&made("a/base -> b/ft : finetune likes=1")).unwrap()[1..]
    );
    // Old names and the date come along.
    let mut builder = Builder::new();
    builder
        .add_snapshot("old", &crate::support::with_aliases("?old/m -> b/c : merge\nnew/m", &[("old/m", "new/m")]))
        .unwrap();
    let mut dated = Builder::new();
    edges::read_text("t", "x/y : created=2024-05-01", &mut |found| dated.add(found));
    let dated = dated.finish("test", Some(1_800_000_000_000), None).unwrap();
    builder.add_snapshot("dated", &dated).unwrap();
    let snapshot = builder.finish("test", None, None).unwrap();
    assert_eq!(snapshot.alias_of(snapshot.find("old/m").unwrap()), snapshot.find("new/m"));
    assert_eq!(snapshot.provenance().taken, Some(1_800_000_000_000));
    // A record of its own that is dated later does not date it; one of another source does.
    let (day, later, last) = (1_700_000_000_000, "x/y : created=2024-05-01", "z/z : created=2024-06-01");
    let of = |older: Option<&Snapshot>, text: &str, taken| {
        let mut builder = Builder::new();
        older.into_iter().for_each(|older| builder.add_snapshot("older", older).unwrap());
        builder.source("text", "edges");
        edges::read_text("t", text, &mut |found| builder.add(found));
        builder.finish("test", taken, None).unwrap()
    };
    let given = of(None, later, Some(day));
    assert_eq!(of(Some(&given), "a/b", None).provenance().taken, Some(day));
    let joined = of(Some(&given), last, None);
    assert_eq!(joined.provenance().taken, joined.created().unwrap().at(joined.find("z/z").unwrap()));
    // A date that is no more than that of the newest record stays so.
    let found = of(None, later, None);
    let again = of(Some(&found), "a/b", None);
    assert_eq!(
        (again.provenance().taken, again.provenance().taken_from),
        (found.created().unwrap().at(0), Taken::NewestRecord)
    );
}

#[test]
fn a_flipped_bit_anywhere_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    snapshot(TEXT).write(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let whole = contents(&snapshot(TEXT)).unwrap();
    let mut refused = 0;
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        fs::write(&path, &altered).unwrap();
        let error = Snapshot::open(&path).and_then(|snapshot| snapshot.verify()).unwrap_err();
        assert!(error.to_string().starts_with(&path.display().to_string()), "byte {at}: {error}");
        // What is asked of it all the same is answered as of the whole file, or with an error that names the file.
        if let Ok(snapshot) = Snapshot::open(&path) {
            match contents(&snapshot) {
                Ok(found) => assert_eq!(found, whole, "byte {at}"),
                Err(error) => {
                    let error = error.to_string();
                    assert!(error.starts_with(&format!("{}: damaged: column ", path.display())), "byte {at}: {error}");
                    assert!(
                        error.ends_with("are not those that were written; import its sources again"),
                        "byte {at}: {error}"
                    );
                    refused += 1;
                }
            }
            snapshot.verify().unwrap_err();
        }
    }
    fs::write(&path, &bytes).unwrap();
    Snapshot::open(&path).unwrap().verify().unwrap();
    assert!(refused > 0);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    snapshot(TEXT).write(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    for length in (0..bytes.len()).step_by(7) {
        fs::write(&path, &bytes[..length]).unwrap();
        let error = Snapshot::open(&path).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. } | Error::Foreign { .. }), "{length} bytes: {error}");
    }
}

#[test]
fn other_files_are_named_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    fs::write(&path, "{\"id\":\"a/b\"}").unwrap();
    assert!(Snapshot::open(&path).unwrap_err().to_string().contains("is no snapshot"));
    assert!(Snapshot::open(folder.path()).unwrap_err().to_string().contains(&folder.path().display().to_string()));
    assert!(matches!(Snapshot::open(Path::new("/nowhere/at/all")), Err(Error::Io { .. })));
}

#[test]
fn a_snapshot_that_cannot_be_written_leaves_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    snapshot(TEXT).write(&path).unwrap();
    // A folder in the file's place: the new one cannot take it.
    let taken = folder.path().join("taken");
    fs::create_dir_all(taken.join("inside")).unwrap();
    snapshot("a/b").write(&taken).unwrap_err();
    snapshot("a/b").write(&folder.path().join("no/such/folder/s")).unwrap_err();
    Snapshot::open(&path).unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn equal_contents_have_equal_digests_in_whatever_order_they_came() {
    let digest = |text: &str| snapshot(text).provenance().digest.clone();
    assert_eq!(digest("a/b -> c/d : merge\nx/y : tags=q,r"), digest("x/y : tags=q,r\n\na/b -> c/d : merge"));
    assert_ne!(digest("a/b -> c/d : merge"), digest("a/b -> c/d : finetune"));
    assert_ne!(digest("a/b : likes=0"), digest("a/b"));
}

#[test]
fn the_sample_is_as_large_as_it_says_and_marked() {
    let sample = modelkin::sample().unwrap();
    let counts = &sample.provenance().counts;
    assert!(sample.provenance().sample);
    assert_eq!(counts.rejects, 0);
    assert!(counts.models >= 15_000 && counts.links >= 4_000, "{counts:?}");
    let lineage = modelkin::lineage::Lineage::from_snapshot(&sample).unwrap();
    let relations: std::collections::BTreeSet<_> =
        lineage.all_links().map(|(_, _, edge)| edge.relation.name()).collect();
    assert!(["adapter", "finetune", "merge", "quantized"].iter().all(|name| relations.contains(name)));
    assert!(lineage.generations().into_iter().filter(|at| *at < u32::MAX).max() >= Some(4));
}

#[test]
fn the_built_in_tables_are_in_order() {
    use modelkin::reference::{Aliases, Families};
    assert!(Aliases::built_in().unwrap().iter().count() > 60);
    let families = Families::built_in().unwrap();
    assert_eq!(families.all().unwrap().len(), families.names().len());
    let wrong = |text: &str| Families::read("mine.csv", text.as_bytes()).map(|_| ()).unwrap_err().to_string();
    assert!(wrong("family,namespaces\n").contains("id_patterns"));
    assert!(wrong("family,namespaces,id_patterns\nX,,id:(\n").starts_with("mine.csv, line 2"));
    assert!(wrong("family,namespaces,id_patterns\nX,,name:x\n").contains("neither namespaces nor an id: pattern"));
    assert!(wrong("family,namespaces,id_patterns\nX,a,\nx,b,\n").contains("twice"));
    assert!(
        wrong("family,namespaces,id_patterns\nX;Y,a,\n").starts_with("mine.csv, line 2: the family \"X;Y\" has a `;`")
    );
    assert!(wrong("family,namespaces,id_patterns\n").contains("no family"));
}

/// What is told apart by its bytes alone would not have been near.
#[test]
fn the_nearest_are_those_of_a_measure_of_every_id() {
    let sample = modelkin::sample().unwrap();
    let ids: Vec<&str> = sample.rows().map(|row| sample.id(row)).collect();
    let name = |id: &str| id.rsplit('/').next().unwrap_or(id).to_owned();
    let mut some = 0;
    for wanted in [
        "qwen/Qwen2.5-7b-instrct",
        "Qwen2.5-7B",
        "gpt3",
        "meta-lama/Llama-3.1-8B",
        "x",
        "",
        "é/ü",
        "mistralai/",
        "aaaa",
    ] {
        let wanted = wanted.to_owned() + if wanted == "aaaa" { "a" } else { "" }.repeat(300).as_str();
        let lower = wanted.to_ascii_lowercase();
        let mut all: Vec<(f64, &str)> = Vec::new();
        for id in &ids {
            let known = id.to_ascii_lowercase();
            let part = if name(&known) == name(&lower) { 0.97 } else { 0.0 };
            let alike = strsim::jaro_winkler(&lower, &known).max(part);
            if alike > 0.85 && id.len().abs_diff(wanted.len()) <= wanted.len() / 2 + 12 {
                all.push((alike, id));
            }
        }
        all.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(other.1)));
        let all: Vec<&str> = all.into_iter().map(|(_, id)| id).collect();
        assert_eq!(modelkin::snapshot::nearest(&wanted, ids.iter().copied(), usize::MAX), all, "{wanted}");
        some += all.len();
    }
    assert!(some > 100, "{some}");
}

fn of_rows(rows: &str, written: Option<i64>) -> Snapshot {
    let mut builder = Builder::new();
    builder.source("rows", "jsonl");
    read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
    builder.finish("test", None, written).unwrap()
}

#[test]
fn another_spelling_of_an_id_is_told_once() {
    let cases = |rows: &str| {
        let snapshot = of_rows(rows, None);
        let findings = self::findings(&snapshot, &Lineage::from_snapshot(&snapshot).unwrap()).unwrap();
        let found = findings.iter().find(|finding| finding.kind == "case-collision");
        found.map_or(Vec::new(), |found| found.cases.iter().map(|case| case.text.clone()).collect())
    };
    let row = |id: &str| format!("{{\"id\":\"{id}\"}}\n");
    assert_eq!(cases(&["A/b", "a/B"].map(row).concat()), ["a/B: also spelled A/b"]);
    // However often they alternate, and whichever comes last.
    assert_eq!(cases(&["A/b", "a/B", "A/b", "a/B"].map(row).concat()), ["a/B: also spelled A/b"]);
    assert_eq!(cases(&["A/b", "a/B", "A/b"].map(row).concat()), ["A/b: also spelled a/B"]);
    assert_eq!(cases(&["A/b", "a/B", "A/B"].map(row).concat()), ["A/B: also spelled A/b", "A/B: also spelled a/B"]);
    assert!(cases(&["A/b", "A/b"].map(row).concat()).is_empty());
    // A snapshot that noted it, beside the rows that it noted it of.
    let rows = ["A/b", "a/B"].map(row).concat();
    let mut builder = Builder::new();
    builder.add_snapshot("old", &of_rows(&rows, None)).unwrap();
    builder.source("rows", "jsonl");
    read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
    let snapshot = builder.finish("test", None, None).unwrap();
    assert_eq!(snapshot.oddities().unwrap().counts().iter().map(|(_, count)| *count).sum::<usize>(), 1);
}

#[test]
fn a_record_of_a_day_to_come_dates_no_snapshot_and_is_told() {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let now = 1_750_000_000_000; // 2025-06-15
    let row = |id: &str, created: &str| format!("{{\"id\":\"{id}\",\"createdAt\":\"{created}\"}}\n");
    let rows = row("a/old", "2025-06-01T00:00:00.000Z") + &row("a/odd", "2099-01-01T00:00:00.000Z");
    let snapshot = of_rows(&rows, Some(now));
    let provenance = snapshot.provenance();
    assert_eq!((provenance.taken, provenance.taken_from), (Some(1_748_736_000_000), Taken::NewestRecord));
    let findings = self::findings(&snapshot, &Lineage::from_snapshot(&snapshot).unwrap()).unwrap();
    let future = findings.iter().find(|finding| finding.kind == "future-date").unwrap();
    assert_eq!(future.cases.iter().map(|case| case.text.as_str()).collect::<Vec<_>>(), ["a/odd: 2099-01-01"]);
    // Without another date there is none, and it is told all the same.
    let snapshot = of_rows(&row("a/odd", "9998-01-01T00:00:00.000Z"), Some(now));
    assert_eq!((snapshot.provenance().taken, snapshot.provenance().taken_from), (None, Taken::Unknown));
    let found = self::findings(&snapshot, &Lineage::from_snapshot(&snapshot).unwrap()).unwrap();
    assert!(found.iter().any(|finding| finding.kind == "future-date"));
    // Clocks differ by hours; and who says no day has no bound.
    let rows = row("a/now", "2025-06-15T20:00:00.000Z");
    assert_eq!(of_rows(&rows, Some(now)).provenance().taken, Some(1_750_017_600_000));
    assert_eq!(of_rows(&rows, Some(now - 2 * DAY)).provenance().taken, None);
    assert_eq!(of_rows(&rows, None).provenance().taken, Some(1_750_017_600_000));
}

#[test]
fn parents_outside_of_what_was_crawled_are_called_so() {
    let about = |note: Option<CrawlNote>| {
        let mut builder = Builder::new();
        builder.source("rows", "jsonl");
        let row = "{\"id\":\"a/b\",\"tags\":[\"base_model:x/y\"]}\n";
        read_rows("rows", row.as_bytes(), &mut |found| builder.add(found)).unwrap();
        note.into_iter().for_each(|note| builder.crawled(None, note));
        let snapshot = builder.finish("test", None, None).unwrap();
        let findings = self::findings(&snapshot, &Lineage::from_snapshot(&snapshot).unwrap()).unwrap();
        findings.iter().find(|finding| finding.kind == "unlisted").unwrap().about
    };
    let whole = CrawlNote {
        endpoint: "https://huggingface.co".into(),
        owner: None,
        filters: Vec::new(),
        below: None,
        limit: None,
        cards: false,
        licence_names: true,
        without: Vec::new(),
        hosts: Vec::new(),
    };
    for note in [None, Some(whole.clone())] {
        assert!(about(note).contains("(deleted, private, misspelt)"));
    }
    for part in [
        CrawlNote { owner: Some("a".into()), ..whole.clone() },
        CrawlNote { filters: vec!["gguf".into()], ..whole.clone() },
        CrawlNote { below: Some("x/y".into()), ..whole.clone() },
        CrawlNote { limit: Some(5), ..whole.clone() },
    ] {
        assert!(about(Some(part)).contains("(outside of what was crawled, or deleted"));
    }
}

/// The links of a snapshot, as text.
fn links(made: &Snapshot) -> Vec<String> {
    let links = made.links().unwrap();
    let of = |row| links.at(row).map(move |link| (row, link.parent)).collect::<Vec<_>>();
    made.rows().flat_map(of).map(|(child, parent)| format!("{} < {}", made.id(child), made.id(parent))).collect()
}

#[test]
fn a_parent_without_a_hub_is_listed_at_each_of_its_childrens_hubs() {
    for (text, ids, all) in [
        ("Q/b -> modelscope:a/x", vec!["modelscope:a/x", "modelscope:Q/b"], vec!["modelscope:a/x < modelscope:Q/b"]),
        (
            "Q/b -> a/x : hub=ModelScope",
            vec!["modelscope:a/x", "modelscope:Q/b"],
            vec!["modelscope:a/x < modelscope:Q/b"],
        ),
        ("Q/b -> MS:d/x, c/d", vec!["c/d", "ms:d/x", "ms:Q/b", "Q/b"], vec!["c/d < Q/b", "ms:d/x < ms:Q/b"]),
        ("x/y, ms:d/x -> ab:c/d", vec!["ab:c/d", "ab:x/y", "ms:d/x"], vec!["ab:c/d < ab:x/y", "ab:c/d < ms:d/x"]),
        ("x/y -> huggingface:c/d", vec!["c/d", "x/y"], vec!["c/d < x/y"]),
        ("a/b -> ms:a/b : merge", vec!["ms:a/b"], vec!["ms:a/b < ms:a/b"]),
    ] {
        let made = snapshot(text);
        let listed: Vec<&str> = made.rows().filter(|row| made.is_listed(*row)).map(|row| made.id(row)).collect();
        assert_eq!((listed, links(&made)), (ids, all.into_iter().map(str::to_owned).collect()), "{text}");
        assert_eq!(made.find("huggingface:Q/b"), made.find("Q/b"));
    }
}

#[test]
fn what_two_hubs_call_alike_is_two_models_and_two_accounts() {
    let text = "Qwen/base -> a/ft : finetune\nQwen/base -> a/ft : adapter hub=modelscope\n\
                huggingface:Qwen/base -> modelscope:a/port : quantized\n?modelscope:gone/x -> b/here : finetune\n\
                modelscope:a/alone\nhuggingface:gpt2 -> modelscope:none : merge\na/old->a/tight:finetune\na/bad : hub=Not!";
    let made = snapshot(text);
    let links: Vec<String> = made
        .rows()
        .flat_map(|row| made.links().unwrap().at(row).map(move |link| (row, link.parent)).collect::<Vec<_>>())
        .map(|(child, parent)| format!("{} < {}", made.id(child), made.id(parent)))
        .collect();
    assert_eq!(
        links,
        [
            "a/ft < Qwen/base",
            "a/tight < a/old",
            "b/here < modelscope:gone/x",
            "modelscope:a/ft < modelscope:Qwen/base",
            "modelscope:a/port < Qwen/base",
            "modelscope:none < gpt2"
        ]
    );
    let hub = made.word(Word::Hub).unwrap();
    let hubs: Vec<_> = made.rows().map(|row| (made.id(row), made.owner(row), hub.at(row))).collect();
    assert!(hubs.contains(&("modelscope:Qwen/base", Some("modelscope:Qwen"), Some("modelscope"))), "{hubs:?}");
    assert!(hubs.contains(&("Qwen/base", Some("Qwen"), None)), "{hubs:?}");
    let bad = made.find("a/bad").unwrap();
    assert_eq!(made.oddities().unwrap().at(bad).map(|oddity| oddity.text).collect::<Vec<_>>(), ["hub: not!"]);
    assert!(made.verify().is_ok());
    // Whoever takes the records finds the same again: another snapshot, an update, edge text.
    let mut second = Builder::new();
    second.add_snapshot("first", &made).unwrap();
    for again in [second, Builder::on(&made).unwrap()] {
        let again = again.finish("test", None, None).unwrap();
        assert_eq!(contents(&again).unwrap(), contents(&made).unwrap());
    }
    let mut written = Vec::new();
    let records = made.records().unwrap();
    let all: Vec<_> = made.rows().filter_map(|row| records.at(row)).collect();
    let is_listed = |id: &modelkin::model::ModelId| id.as_str() != "modelscope:gone/x";
    edges::write(&all, is_listed, &mut written).unwrap();
    let again = snapshot(&String::from_utf8(written).unwrap());
    let ids = |snapshot: &Snapshot| snapshot.rows().map(|row| snapshot.id(row).to_owned()).collect::<Vec<_>>();
    assert_eq!((ids(&again), again.provenance().counts.links), (ids(&made), made.provenance().counts.links));
    // Links alone tell the same, and one parent that is named in two ways is one.
    let mut parts = Vec::new();
    edges::read_text("t", text, &mut |found| parts.push(found.unwrap().into_owned()));
    let mut twice = Record::new(ModelId::parse("d/twice").unwrap());
    let parent = |id: &str| Parent::new(ModelId::read(id).unwrap(), Relation::Finetune, Learned::Declared);
    twice.parents = ["huggingface:gpt2", "gpt2"].map(parent).to_vec();
    let mut claims = Claims::default();
    parts.into_iter().chain([twice]).for_each(|record| claims.add(Ok(record)));
    let mut links = Links::default();
    links.add(&claims);
    let links = links.finish();
    let times = |link: (&str, &str)| {
        links.pairs.iter().filter(|(parent, child)| (links.id(*parent), links.id(*child)) == link).count()
    };
    for link in [("modelscope:Qwen/base", "modelscope:a/ft"), ("Qwen/base", "modelscope:a/port"), ("gpt2", "d/twice")] {
        assert_eq!(times(link), 1, "{link:?} {links:?}");
    }
}
