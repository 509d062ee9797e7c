//! The files that people have: caches, folders of cards, and what is no source at all.

use std::fs;
use std::io::Write;
use std::path::Path;

use modelkin::model::{Hint, Record, Reject};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::{self, Kind};
use tempfile::TempDir;

use crate::program::Place;

/// A folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

/// Everything that a path gives.
pub fn read(path: &Path) -> Vec<Result<Record<'static>, Reject>> {
    let mut found = Vec::new();
    for source in source::find(path, None).unwrap() {
        source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
    }
    found
}

pub fn snapshot(paths: &[&Path]) -> Snapshot {
    let mut builder = Builder::new();
    for path in paths {
        builder.source(&path.display().to_string(), "");
        read(path).into_iter().for_each(|found| builder.add(found));
    }
    builder.finish("test", None, None).unwrap()
}

fn ids(found: &[Result<Record<'static>, Reject>]) -> String {
    let ids = found.iter().map(|found| match found {
        Ok(record) => record.id.to_string(),
        Err(_) => "reject".to_owned(),
    });
    ids.collect::<Vec<_>>().join(" ")
}

const CARD: &[u8] = b"---\nbase_model: a/base\n---\n";
const MAIN: &str = "0123456789012345678901234567890123456789";

#[test]
fn what_lies_in_a_hub_cache_or_a_folder_of_cards_is_a_model_only_where_it_is_one() {
    let cases: &[(&str, &[&str], &str)] = &[
        (
            "a cached data set",
            &["datasets--o--n/snapshots/abc/README.md", "models--o--m/snapshots/abc/README.md"],
            "o/m",
        ),
        ("a cached space", &["spaces--o--n/snapshots/abc/README.md", "models--o--m/snapshots/abc/README.md"], "o/m"),
        ("a folder of data sets", &["datasets/o/n/README.md", "o/m/README.md"], "o/m"),
        ("a folder of spaces", &["spaces/o/n/README.md", "spaces/README.md", "o/m/README.md"], "o/m"),
        ("data of a model", &["o/m/README.md", "o/m/datasets/README.md"], "o/m"),
        ("a model with that name", &["o/datasets/README.md"], "o/datasets"),
        ("a checkpoint below its model", &["o/m/README.md", "o/m/checkpoint-500/README.md"], "o/m"),
        ("below a model without an owner", &["run1/README.md", "run1/checkpoint-500/README.md"], "run1"),
        ("a checkpoint alone", &["run1/checkpoint-500/README.md"], "reject"),
        (
            "other pages of a repository",
            &["o/m/README.md", "o/m/LICENSE.md", "o/m/README_zh.md", "o/m/docs/usage.md"],
            "o/m",
        ),
        (
            "the same in a cache",
            &["models--o--m/snapshots/abc/README.md", "models--o--m/snapshots/abc/docs/usage.md"],
            "o/m",
        ),
        ("pages of no model beside cards", &["LICENSE.md", "README-zh.md", "o--m.md"], "o/m"),
        ("pages beside a README", &["README.md", "usage.md", "o--m.md"], "reject o/m"),
        ("a translation alone", &["o/m/README_zh.md", "o/n/README.md"], "o/n"),
        ("a card named like a cached folder", &["models--o--m.md", "models--gpt2.md"], "gpt2 o/m"),
        ("a folder named so", &["models--o--m/README.md", "models--o--m/docs/x.md"], "o/m"),
        ("a data set's card named so", &["datasets--o--n.md", "o--m.md"], "reject o/m"),
        ("an account's card", &["o/README.md", "o/m/README.md", "o/n/README.md"], "o/m o/n"),
        ("a card in small letters", &["o/m/readme.md", "o/m/usage.md"], "o/m"),
        (
            "what only a model has, above the models of others",
            &["README.md", "config.json", "me/z/README.md", "you--card.md"],
            "reject me/z you/card",
        ),
        // Names have `__` of their own, but none has `--`.
        ("`__` below an owner", &["o/my__m/README.md", "o/my__n.md", "p/my__m/README.md"], "o/my__m o/my__n p/my__m"),
        ("`__` without one", &["o__m/README.md", "o__n.md", "o__m/x__y/README.md"], "o/m o/n"),
        ("`--` anywhere", &["x/o--m/README.md", "x/o--n.md"], "o/m o/n"),
        ("weights beside", &["m/README.md", "m/config.json", "m/onnx/README.md"], "m"),
    ];
    for (what, files, expected) in cases {
        let folder = folder(&files.iter().map(|file| (*file, CARD)).collect::<Vec<_>>());
        let mut found = Vec::new();
        for source in source::find(folder.path(), Some(Kind::Cards)).unwrap() {
            source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
        }
        assert_eq!(ids(&found), *expected, "{what}");
    }
}

#[test]
fn data_sets_in_a_hub_cache_are_no_data_of_ours() {
    let folder = folder(&[
        ("models--o--m/snapshots/abc/README.md", CARD),
        ("datasets--o--n/snapshots/abc/rows.jsonl", b"{\"id\":\"x/y\"}"),
        ("datasets--o--n/snapshots/abc/data.parquet", b"PAR1"),
        ("spaces--o--n/snapshots/abc/table.csv", b"id,likes\nx/y,1\n"),
    ]);
    assert_eq!(ids(&read(folder.path())), "o/m");
    let folder_of_cards =
        self::folder(&[("o/m/README.md", CARD), ("o/m/log.csv", b"step,loss\n1,2\n"), ("o/m/config.json", b"{}")]);
    assert_eq!(ids(&read(folder_of_cards.path())), "o/m", "tables and JSON lie beside many cards");
    // Named, it is read.
    assert_eq!(ids(&read(&folder.path().join("datasets--o--n/snapshots/abc/rows.jsonl"))), "x/y");
}

#[test]
fn a_revision_that_is_not_there_falls_back_to_the_newest_snapshot() {
    for main in [MAIN, ""] {
        let folder = folder(&[
            ("models--o--m/refs/main", main.as_bytes()),
            ("models--o--m/snapshots/abc/README.md", CARD),
            ("models--o--n/refs/main", b"abc"),
            ("models--o--n/snapshots/abc/config.json", b"{}"),
            ("models--o--n/snapshots/old/README.md", CARD),
        ]);
        // The revision of o/n is there, and has no card.
        assert_eq!(ids(&read(folder.path())), "o/m", "{main:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_missing_blob_is_a_reject() {
    let folder = folder(&[("models--o--m/refs/main", b"abc"), ("models--o--m/snapshots/abc/config.json", b"{}")]);
    let readme = folder.path().join("models--o--m/snapshots/abc/README.md");
    std::os::unix::fs::symlink("../../blobs/gone", readme).unwrap();
    let found = read(folder.path());
    assert_eq!(ids(&found), "reject");
    let reject = found[0].as_ref().unwrap_err();
    assert!(
        reject.file.ends_with("README.md") && reject.reason.contains("a link to a file that is missing"),
        "{reject:?}"
    );
}

#[test]
fn a_card_named_by_its_path_is_checked_too() {
    let folder = folder(&[
        ("models--o--m/snapshots/abc/README.md", CARD),
        ("models--o--m/snapshots/abc/docs/usage.md", CARD),
        ("datasets--o--n/snapshots/abc/README.md", CARD),
        ("x/datasets/o/n/README.md", CARD),
        ("x/o--m.md", CARD),
        ("x/o__m.md", CARD),
        ("o/my__m/README.md", CARD),
    ]);
    for (file, expected) in [
        ("models--o--m/snapshots/abc/README.md", "o/m"),
        ("models--o--m/snapshots/abc/docs/usage.md", "reject"),
        ("datasets--o--n/snapshots/abc/README.md", "reject"),
        ("x/datasets/o/n/README.md", "reject"),
        ("x/o--m.md", "o/m"),
        // Whether `x` is a folder of cards or an owner's is not known.
        ("x/o__m.md", "reject"),
        ("o/my__m/README.md", "reject"),
    ] {
        assert_eq!(ids(&read(&folder.path().join(file))), expected, "{file}");
    }
}

#[test]
fn what_a_folder_above_is_called_says_nothing_of_what_was_named() {
    for (files, root, expected) in [
        (
            &["hub/datasets--lib--cards/snapshots/abc/o/m/README.md"][..],
            "hub/datasets--lib--cards/snapshots/abc",
            "o/m",
        ),
        (&["datasets--lib--cards/snapshots/abc/data/o/m.md"], "datasets--lib--cards/snapshots/abc/data", "o/m"),
        (
            &["datasets--o--n/snapshots/abc/README.md", "datasets--o--n/snapshots/abc/o/m/README.md"],
            "datasets--o--n/snapshots/abc",
            "reject o/m",
        ),
        (&["models--backup/c/o/m/README.md"], "models--backup/c", "o/m"),
        (&["models--backup/o/m/README.md"], "models--backup", "o/m"),
        (&["spaces--old/o/m/README.md"], "spaces--old", "o/m"),
        (&["models--backup/c/models--o--m/snapshots/abc/README.md"], "models--backup", "o/m"),
        // Of a repository of the cache no more than ever is read.
        (&["models--o--m/snapshots/abc/README.md"], "models--o--m/snapshots/abc", "o/m"),
        (&["models--o--m/snapshots/abc/README.md", "models--o--m/snapshots/abc/x/y.md"], "models--o--m", "o/m"),
        (&["models--o--m/snapshots/abc/x/y/README.md"], "models--o--m/snapshots/abc", "reject"),
        (&["models--o--m/snapshots/abc/x/y/README.md"], "models--o--m/snapshots/abc/x", "reject"),
        (&["models--o--m/README.md", "models--o--m/x/y/README.md"], "models--o--m", "o/m"),
    ] {
        let folder = folder(&files.iter().map(|file| (*file, CARD)).collect::<Vec<_>>());
        let mut found = Vec::new();
        for source in source::find(&folder.path().join(root), Some(Kind::Cards)).unwrap() {
            source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
        }
        assert_eq!(ids(&found), expected, "{files:?}, {root}");
    }
    // The data set as a whole is none of models.
    let folder = folder(&[("datasets--lib--cards/snapshots/abc/o/m/README.md", CARD)]);
    assert!(source::find(&folder.path().join("datasets--lib--cards"), None).is_err());
    assert_eq!(ids(&read(&folder.path().join("datasets--lib--cards/snapshots/abc"))), "o/m", "its kind is seen");
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Bytes that are no text of ours, with what is said of them.
fn foreign() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let card = String::from_utf8(CARD.to_vec()).unwrap();
    let marked = |mark: &[u8], rest: Vec<u8>| [mark, &rest].concat();
    let utf_32: Vec<u8> = card.chars().flat_map(|c| (c as u32).to_le_bytes()).collect();
    let mut tar = vec![0; 512];
    tar[..9].copy_from_slice(b"README.md");
    tar[257..262].copy_from_slice(b"ustar");
    vec![
        ("UTF-16 with its mark", marked(b"\xff\xfe", utf_16(&card)), "UTF-16"),
        ("UTF-16 without", utf_16(&card), "UTF-16"),
        ("UTF-16, the other order", card.encode_utf16().flat_map(u16::to_be_bytes).collect(), "UTF-16"),
        ("UTF-32 with its mark", marked(b"\xff\xfe\0\0", utf_32.clone()), "UTF-32"),
        ("UTF-32 without", utf_32, "UTF-32"),
        ("a pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 7\n".to_vec(), "git lfs pull"),
        ("a page", b"\n<!DOCTYPE html><html>a -> b</html>".to_vec(), "HTML"),
        ("a page without its type", b"<HTML>a/b -> c/d</HTML>".to_vec(), "HTML"),
        ("tar", tar, "tar archive"),
        ("zip", b"PK\x03\x04rest".to_vec(), "zip archive"),
        ("lz4", b"\x04\x22\x4d\x18rest".to_vec(), "lz4"),
        ("7z", b"7z\xbc\xaf\x27\x1crest".to_vec(), "7z"),
        ("xz", b"\xfd7zXZ\0rest".to_vec(), "xz"),
        ("an encrypted dump", b"PARErestPARE".to_vec(), "encrypted"),
    ]
}

#[test]
fn what_is_no_source_is_named() {
    for (what, bytes, expected) in foreign() {
        for (name, bytes) in [("rows.jsonl", bytes.clone()), ("rows.gz", gzip(&bytes)), ("links.edges", bytes.clone())]
        {
            let folder = folder(&[(name, &bytes)]);
            let error = source::find(&folder.path().join(name), None).err().unwrap().to_string();
            assert!(error.contains(expected) && error.contains(name), "{what} in {name}: {error}");
        }
    }
}

#[test]
fn what_is_no_card_is_a_reject_and_leaves_what_was_known() {
    let mut cases = foreign();
    cases.push(("packed", gzip(CARD), "packed"));
    cases.push(("binary", b"\x7fELF\x01\x00\x00rest".to_vec(), "binary"));
    cases.push(("a header of more than a MiB", [&b"---\nx: "[..], &vec![b'y'; 2 << 20]].concat(), "does not end"));
    for (what, bytes, expected) in cases {
        let folder = folder(&[("1/x--ft.md", CARD), ("2/x--ft.md", &bytes)]);
        let (known, bad) = (folder.path().join("1"), folder.path().join("2"));
        let found = read(&bad);
        let reason = &found[0].as_ref().unwrap_err().reason;
        assert!(reason.contains(expected), "{what}: {reason}");
        let snapshot = snapshot(&[&known, &bad]);
        assert_eq!(snapshot.links().unwrap().at(snapshot.find("x/ft").unwrap()).count(), 1, "{what}");
    }
}

#[test]
fn a_header_that_does_not_end_says_nothing_of_parents() {
    const OPEN: &str = "---\nlicense: mit\n\n# A model\n";
    let table = format!("id,likes,card\nx/ft,1,\"{OPEN}\"\n");
    for (name, text) in [("x--ft.md", OPEN), ("t.csv", &table)] {
        let folder = folder(&[("1/x--ft.md", CARD), (&format!("2/{name}"), text.as_bytes())]);
        let snapshot = snapshot(&[&folder.path().join("1"), &folder.path().join("2")]);
        let row = snapshot.find("x/ft").unwrap();
        assert_eq!(snapshot.links().unwrap().at(row).count(), 1, "{name}");
        assert_eq!(
            snapshot.oddities().unwrap().at(row).map(|oddity| oddity.kind.name()).collect::<Vec<_>>(),
            ["open-header"],
            "{name}"
        );
    }
}

#[test]
fn kinds_are_guessed_with_care() {
    for (name, text, expected) in [
        ("links", "a/base -> b/ft : finetune\n", Some(Kind::Edges)),
        ("links.txt", "# links\n\n?a/base -> ft\n", Some(Kind::Edges)),
        ("links.edges", "gpt2\n", Some(Kind::Edges)),
        ("notes.txt", "id -> desc\nx -> y\n", None),
        ("notes.txt", "The way from a/b -> c/d is long.\n", None),
        ("notes.txt", "first line\na/b -> c/d\n", None),
        ("notes.txt", "a/b -> c/d : distilled\n", None),
        ("rows.jsonl", "no row -> at all\n", Some(Kind::Jsonl)),
        ("rows", "{\"id\":\"a/b\"}\n", Some(Kind::Jsonl)),
    ] {
        for (name, bytes) in
            [(name.to_owned(), text.as_bytes().to_vec()), (format!("{name}.gz"), gzip(text.as_bytes()))]
        {
            let folder = folder(&[(&name, &bytes)]);
            let found = source::find(&folder.path().join(&name), None);
            assert_eq!(found.as_ref().ok().map(|found| found[0].kind()), expected, "{name}: {text}");
            if let Err(error) = found {
                assert_eq!(error.hint(), Some(Hint::SourceKind), "{error}");
            }
        }
    }
}

#[test]
fn packed_files_in_a_folder_are_not_passed_over() {
    for name in ["more.zip", "below/more.jsonl.xz", "more.tar", "more.tar.bz2"] {
        let rows: (&str, &[u8]) = ("a.jsonl", b"{\"id\":\"a/b\"}\n");
        let folder = folder(&[rows, (name, b"x"), ("notes.txt", b"x")]);
        let error = source::find(folder.path(), None).map(drop).unwrap_err().to_string();
        assert!(error.contains(&format!("holds {name}, which is not read as it is: unpack it")), "{error}");
    }
}

#[test]
fn models_of_a_hub_cache_without_a_readme_are_told() {
    let place = Place::new();
    place.file("hub/models--o--m/snapshots/abc/README.md", "---\nbase_model: a/b\n---\n");
    for id in ["one", "two", "three", "four"] {
        place.file(&format!("hub/models--o--{id}/snapshots/abc/config.json"), "{}");
    }
    place.file("hub/datasets--o--d/snapshots/abc/data.csv", "x");
    let ran = place.run(&["import", "hub", "-o", "s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = "  4 models (o/four, o/one, o/three, ...): models in a Hub cache without a README (";
    assert!(ran.out.contains(told) && ran.out.contains("s: 1 model, 1 link"), "{}", ran.out);
    let ran = place.run(&["check", "--list", "no-card"]);
    assert!(ran.out.contains("hub: 4 models (o/four"), "{}", ran.out);
    assert_eq!(place.run(&["check", "--strict"]).code, 0);
    std::fs::remove_dir_all(place.path("hub/models--o--m")).unwrap();
    // Where the revision of today has none, that of an older one is of another model.
    place.file("hub/models--o--four/refs/main", "abc\n");
    place.file("hub/models--o--four/snapshots/old/README.md", "");
    for more in [&[][..], &["--as", "cards"]] {
        let ran = place.run(&[&["import", "hub", "-o", "t"], more].concat());
        assert!(ran.code == 1 && ran.err.contains("none with a README (of"), "{}", ran.err);
        assert!(ran.err.contains("names one): 4 models (o/four@abc, o/one, o/three, ...); fetch"), "{}", ran.err);
    }
}
