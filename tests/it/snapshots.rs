//! The file: whole or refused, the same bytes for the same contents.

use std::fs;
use std::path::Path;

use modelkin::snapshot::{Error, Snapshot};
use proptest::prelude::*;

use crate::support::{any_lineage, snapshot};

const TEXT: &str = "a/base -> b/ft : finetune downloads=3 created=2024-05-01 tags=x,y\n?gone/x -> b/ft : merge\nb/ft -> c/q : quantized";

/// Everything that can be asked of a snapshot, row by row.
fn contents(snapshot: &Snapshot) -> Vec<String> {
    let words: Vec<&str> = snapshot.tag_words().collect();
    let row = |row| {
        let tags: Vec<&str> = snapshot.tags(row).iter().map(|tag| words[*tag as usize]).collect();
        format!(
            "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {tags:?} {:?}",
            snapshot.id(row),
            snapshot.is_listed(row),
            snapshot.alias_of(row),
            snapshot.links(row).collect::<Vec<_>>(),
            snapshot.created(row),
            snapshot.downloads(row),
            snapshot.likes(row),
            snapshot.licence(row),
            snapshot.oddities(row).collect::<Vec<_>>(),
        )
    };
    snapshot.rows().map(row).collect()
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
        prop_assert_eq!(contents(&made), contents(&read));
        prop_assert_eq!(made.provenance(), read.provenance());
        let bytes = fs::read(&path).unwrap();
        read.write(&path).unwrap();
        prop_assert_eq!(bytes, fs::read(&path).unwrap());
    }
}

#[test]
fn a_flipped_bit_anywhere_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    snapshot(TEXT).write(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        fs::write(&path, &altered).unwrap();
        let error = Snapshot::open(&path).and_then(|snapshot| snapshot.verify()).unwrap_err();
        assert!(error.to_string().starts_with(&path.display().to_string()), "byte {at}: {error}");
        // What is asked of it all the same is answered somehow, and the answer is known to be worth nothing.
        if let Ok(snapshot) = Snapshot::open(&path) {
            contents(&snapshot);
            snapshot.verify().unwrap_err();
        }
    }
    fs::write(&path, &bytes).unwrap();
    Snapshot::open(&path).unwrap().verify().unwrap();
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
    let lineage = modelkin::lineage::Lineage::from_snapshot(&sample);
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
