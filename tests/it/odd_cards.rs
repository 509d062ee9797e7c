//! Folders of cards with what is no card in them: names that are no text, pipes, devices, links without end.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use modelkin::model::{Record, Reject};
use tempfile::TempDir;

use crate::files::{folder, read};

const CARD: &[u8] = b"---\nbase_model: a/base\n---\n";

/// What became of each card, with the reasons of the rejects.
fn said(path: &Path) -> Vec<String> {
    let place = format!("{}/", path.display());
    let bare = |text: String| text.replace(&place, "");
    let said = |found| match found {
        Ok(Record { id, parents, .. }) => {
            format!("{id}{}", parents.iter().map(|parent| format!(" < {}", parent.id)).collect::<String>())
        }
        Err(Reject { file, reason, .. }) => format!("{:?}", (bare(file), bare(reason))),
    };
    read(path).into_iter().map(said).collect()
}

fn put(folder: &Path, path: &[u8]) {
    let path = folder.join(OsStr::from_bytes(path));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, CARD).unwrap();
}

#[test]
fn a_name_that_is_no_text_gives_its_card_to_nobody_else() {
    let reject = |shown: &str, name: &str| {
        let reason = format!("the name {name} is no UTF-8, as every model's id is; rename it");
        vec![format!("{:?}", (shown, reason))]
    };
    for (path, expected) in [
        (&b"ow\xffner/model/README.md"[..], reject("ow\u{fffd}ner/model/README.md", r#""ow\xFFner""#)),
        (b"owner/mo\xffdel/README.md", reject("owner/mo\u{fffd}del/README.md", r#""mo\xFFdel""#)),
        (b"owner/mo\xffdel.md", reject("owner/mo\u{fffd}del.md", r#""mo\xFFdel""#)),
        (b"owner--mo\xffdel.md", reject("owner--mo\u{fffd}del.md", r#""owner--mo\xFFdel""#)),
        (b"ow\xff--model/README.md", reject("ow\u{fffd}--model/README.md", r#""ow\xFF--model""#)),
        (b"\xff/README.md", reject("\u{fffd}/README.md", r#""\xFF""#)),
        (
            b"models--o--\xff/snapshots/abc/README.md",
            reject("models--o--\u{fffd}/snapshots/abc/README.md", r#""models--o--\xFF""#),
        ),
        // What a folder further up is called says nothing.
        (b"\xff/owner/model/README.md", vec!["owner/model < a/base".to_owned()]),
        (b"\xff/owner--model/README.md", vec!["owner/model < a/base".to_owned()]),
    ] {
        for beside in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            put(folder.path(), path);
            let mut expected = expected.clone();
            if beside {
                put(folder.path(), b"o/other/README.md");
                expected.push("o/other < a/base".into());
            }
            let mut found = said(folder.path());
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{path:?}");
        }
    }
    // So is a name that is text and no id, as deep.
    let folder = folder(&[("o--b ad/README.md", CARD), ("o/other/README.md", CARD)]);
    let found = said(folder.path());
    let is_told = |said: &String| said.contains("o--b ad/README.md") && said.contains("no model's id");
    assert!(found.len() == 2 && found.iter().any(is_told), "{found:?}");
}

/// A cached model whose `refs/main` says so, with cards wherever that might lead.
fn cached(main: &[u8]) -> TempDir {
    let folder =
        folder(&[("cache/models--o--m/refs/main", main), ("cache/models--o--ok/snapshots/abc/README.md", CARD)]);
    for (place, parent) in [
        ("", "above/all"),
        ("evil", "evil/base"),
        ("cache/models--o--m", "repository/base"),
        ("cache/models--o--m/snapshots", "snapshots/base"),
        ("cache/models--o--m/snapshots/abc", "a/base"),
        ("cache/models--o--m/snapshots/abc/def", "below/base"),
    ] {
        let readme = folder.path().join(place).join("README.md");
        fs::create_dir_all(readme.parent().unwrap()).unwrap();
        fs::write(readme, format!("---\nbase_model: {parent}\n---\n")).unwrap();
    }
    folder
}

#[test]
fn a_revision_is_one_folder_of_the_snapshots() {
    let right = "o/m < a/base".to_owned();
    let refused = |what: &str| {
        let reason = format!("{what:?} is no revision, which is one folder of snapshots; fetch the model again");
        format!("{:?}", ("models--o--m/refs/main", reason))
    };
    for (main, expected) in [
        ("abc", right.clone()),
        (" abc\n", right.clone()),
        ("", right.clone()),
        ("gone", right.clone()),
        ("../../../../evil", refused("../../../../evil")),
        ("..", refused("..")),
        (".", refused(".")),
        ("../..", refused("../..")),
        ("abc/", refused("abc/")),
        ("abc/def", refused("abc/def")),
        ("abc/..", refused("abc/..")),
        ("./abc", refused("./abc")),
        ("/", refused("/")),
    ] {
        let folder = cached(main.as_bytes());
        assert_eq!(said(&folder.path().join("cache")), [expected, "o/ok < a/base".to_owned()], "{main}");
    }
    let folder = cached(b"");
    let evil = folder.path().join("evil").display().to_string();
    fs::write(folder.path().join("cache/models--o--m/refs/main"), &evil).unwrap();
    let found = said(&folder.path().join("cache"));
    assert!(found[0].contains("/evil") && found[0].contains("is no revision"), "{found:?}");
}

/// A name, what is made in the place of a file, and what is said of it.
type Odd<'f> = (&'static str, Box<dyn Fn(&Path) + 'f>, &'static str);

fn oddities(far: &Path) -> Vec<Odd<'_>> {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    vec![
        ("a pipe", Box::new(pipe), "is a pipe and no ordinary file"),
        ("a socket", Box::new(|path| drop(UnixListener::bind(path).unwrap())), "is a socket and no ordinary file"),
        ("a folder", Box::new(|path| fs::create_dir(path).unwrap()), "is a folder"),
        ("a device", Box::new(|path| symlink("/dev/zero", path).unwrap()), "is a device and no ordinary file"),
        (
            "a link to a pipe",
            Box::new(move |path| {
                let there = far.join("pipe");
                if !there.exists() {
                    pipe(&there);
                }
                symlink(there, path).unwrap();
            }),
            "is a pipe and no ordinary file",
        ),
        ("a link to itself", Box::new(|path| symlink(path.file_name().unwrap(), path).unwrap()), "symbolic links"),
        (
            "100 GB of nothing",
            Box::new(|path| File::create(path).unwrap().set_len(100 << 30).unwrap()),
            "is longer than",
        ),
    ]
}

#[test]
fn what_is_no_ordinary_file_is_a_reject_wherever_a_card_may_lie() {
    let far = tempfile::tempdir().unwrap();
    for (what, make, says) in oddities(far.path()) {
        for place in [
            "o/m/README.md",
            "o--m.md",
            "o--m/README.md",
            "o/m.md",
            "models--o--m/snapshots/abc/README.md",
            "models--o--m/refs/main",
        ] {
            // A folder of that name may hold cards, and is none.
            if what == "a folder" && !place.ends_with("main") {
                continue;
            }
            let folder = folder(&[("o/ok/README.md", CARD), ("models--o--m/snapshots/abc/config.json", b"{}")]);
            let path = folder.path().join(place);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            make(&path);
            let found = said(folder.path());
            let rejects: Vec<_> = found.iter().filter(|said| said.contains(place) && said.contains(says)).collect();
            assert!(rejects.len() == 1 && found.contains(&"o/ok < a/base".to_owned()), "{what} {place}: {found:?}");
            assert_eq!(found.len(), 2, "{what} {place}: {found:?}");
        }
    }
}

#[test]
fn links_without_end_are_rejects() {
    let folder = folder(&[("root/o/ok/README.md", CARD)]);
    let root = folder.path().join("root");
    symlink(&root, root.join("o/back")).unwrap();
    symlink("two", root.join("one")).unwrap();
    symlink("one", root.join("two")).unwrap();
    symlink("nowhere", root.join("gone")).unwrap();
    symlink("nowhere", root.join("gone.json")).unwrap();
    symlink("..", root.join(".hidden")).unwrap();
    let found = said(&root);
    let said = |place: &str, reason: &str| found.iter().any(|said| said.contains(place) && said.contains(reason));
    assert!(said("o/back", "is a link back to") && said("o/ok", " < a/base"), "{found:?}");
    assert!(said("one", "leads nowhere") && said("two", "leads nowhere") && said("gone", "is missing"), "{found:?}");
    assert_eq!(found.len(), 5, "{found:?}");
}

/// Folders of which each has two links to the next: as many ways as 2 to the power of their number.
fn ladder(root: &Path) -> PathBuf {
    const STEPS: usize = 30;
    let step = |at: usize| root.join(format!("step{at:02}"));
    (0..STEPS).for_each(|at| fs::create_dir_all(step(at)).unwrap());
    for at in 1..STEPS {
        symlink(step(at), step(at - 1).join("a")).unwrap();
        symlink(step(at), step(at - 1).join("b")).unwrap();
    }
    step(STEPS - 1)
}

#[test]
fn links_that_make_a_forest_of_a_few_folders_are_not_followed_for_ever() {
    let folder = folder(&[("o/ok/README.md", CARD)]);
    let last = ladder(folder.path());
    fs::create_dir(last.join("m")).unwrap();
    fs::write(last.join("m/README.md"), CARD).unwrap();
    let found = said(folder.path());
    assert!(found.contains(&"o/ok < a/base".to_owned()));
    let refused = found.iter().filter(|said| said.contains("to which 100 links led already")).count();
    assert!(refused > 0 && found.len() < 10_000, "{refused} of {}", found.len());
    let folder = crate::files::folder(&[("rows.jsonl", b"{\"id\":\"a/b\"}")]);
    ladder(folder.path());
    let error = modelkin::source::find(folder.path(), None).err().unwrap().to_string();
    assert!(error.contains("step") && error.contains("to which 100 links led already"), "{error}");
}
