//! A card, in a folder or a Hub cache: one model or a reject that names it, and nobody else's card.
//!
//! The first line may be `main: ...`, what `refs/main` of a cache holds, or `name: ...`, what the file is called.
#![no_main]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use libfuzzer_sys::fuzz_target;
use modelkin::source::Kind;
use modelkin_fuzz::{Found, file, path, read};

/// The card of another, wherever a false path may lead.
const OTHERS: &[u8] = b"---\nbase_model: another/base\n---\n";

fn is_others(found: &Found) -> bool {
    found.as_ref().is_ok_and(|record| record.parents.iter().any(|parent| parent.id.as_str() == "another/base"))
}

fuzz_target!(|bytes: &[u8]| {
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (head, card) = bytes.split_at(line);
    let speaks_of_others = card.windows(12).any(|part| part.eq_ignore_ascii_case(b"another/base"));
    let root = path("cards");
    _ = fs::remove_dir_all(&root);
    if let Some(main) = head.strip_prefix(b"main: ") {
        let cached = root.join("cache/models--o--m");
        fs::create_dir_all(cached.join("snapshots/abc/def")).expect("a folder");
        fs::create_dir_all(cached.join("refs")).expect("a folder");
        for place in [".", "cache/models--o--m", "cache/models--o--m/snapshots", "cache/models--o--m/snapshots/abc/def"]
        {
            fs::write(root.join(place).join("README.md"), OTHERS).expect("room");
        }
        fs::write(cached.join("refs/main"), main).expect("room");
        fs::write(cached.join("snapshots/abc/README.md"), card).expect("room");
        let found = read(&root.join("cache"), Some(Kind::Cards)).expect("cards");
        assert_eq!(found.len(), 1);
        assert!(speaks_of_others || !is_others(&found[0]), "{found:?}");
        return;
    }
    if let Some(name) = head.strip_prefix(b"name: ") {
        let is_name = !name.is_empty() && name.len() < 200 && !name.contains(&b'/') && !name.contains(&0);
        if !is_name || name == b"." || name == b".." {
            return;
        }
        let folder = root.join("o");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("other.md"), OTHERS).expect("room");
        fs::write(folder.join(OsStr::from_bytes(name)), card).expect("room");
        let found = read(&root, Some(Kind::Cards)).expect("cards");
        let others = found.iter().flatten().filter(|record| record.id.as_str() == "o/other").count();
        // What lies beside a README is of its model.
        let is_readme = name.to_ascii_lowercase().starts_with(b"readme");
        assert!(others == 1 || name == b"other.md" || is_readme, "{found:?}");
        return;
    }
    fs::create_dir_all(root.join("o")).expect("a folder");
    let name = file("cards/o/m.md", bytes);
    let found = read(&root, Some(Kind::Cards)).expect("cards");
    assert_eq!(found.len(), 1);
    match &found[0] {
        Ok(record) => assert_eq!(record.id.as_str(), "o/m"),
        Err(reject) => assert_eq!(reject.file, name.display().to_string()),
    }
    assert_eq!(read(&root, Some(Kind::Cards)).expect("cards"), found);
});
