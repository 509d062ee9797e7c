//! The import table of ARCHITECTURE.md, checked against `src/`. Where the two disagree, this test wins.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

struct Room {
    name: &'static str,
    may_import: &'static [&'static str],
    foreign: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room { name: "model", may_import: &[], foreign: &[] },
    Room {
        name: "source",
        may_import: &["model"],
        foreign: &[
            "serde",
            "serde_json",
            "csv",
            "parquet",
            "granit_parser",
            "flate2",
            "zstd",
            "jiff",
            "regex",
            "walkdir",
            "memchr",
            "bytes",
            "sha2",
            "thiserror",
            "reqwest",
            "rustls",
            "tokio",
            "fastrand",
            "tempfile",
            "url",
            "percent_encoding",
            "rustix",
        ],
    },
    Room { name: "crawl", may_import: &["source", "snapshot", "model"], foreign: &["tokio", "thiserror"] },
    Room {
        name: "snapshot",
        may_import: &["model"],
        foreign: &[
            "arrow_array",
            "arrow_buffer",
            "arrow_data",
            "arrow_ipc",
            "arrow_schema",
            "memmap2",
            "bytes",
            "tempfile",
            "twox_hash",
            "sha2",
            "hashbrown",
            "strsim",
            "serde",
            "serde_json",
            "thiserror",
        ],
    },
    Room { name: "lineage", may_import: &["snapshot", "model"], foreign: &["petgraph"] },
    Room { name: "reference", may_import: &["model"], foreign: &["csv", "regex", "thiserror"] },
    Room {
        name: "census",
        may_import: &["lineage", "reference", "snapshot", "model"],
        foreign: &["rayon", "thiserror"],
    },
    Room {
        name: "report",
        may_import: &["census", "lineage", "reference", "snapshot", "model"],
        foreign: &["comfy_table", "csv", "jiff", "serde", "serde_json"],
    },
    Room {
        name: "survey",
        may_import: &["report", "census", "lineage", "reference", "snapshot", "model"],
        foreign: &["quick_xml"],
    },
    Room {
        name: "export",
        may_import: &["census", "lineage", "reference", "snapshot", "source", "model"],
        foreign: &["graphviz_rust", "quick_xml", "serde_json", "csv", "parquet", "flate2", "jiff"],
    },
    Room {
        name: "bin",
        may_import: &[],
        foreign: &["modelkin", "anyhow", "clap", "indicatif", "etcetera", "glob", "jiff", "mimalloc", "tokio"],
    },
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            found.push(path);
        }
    }
}

/// The names of the crates in `[dependencies]`, as code spells them.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    section.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.trim().replace('-', "_")).collect()
}

/// Words that stand before `::` in a line of code.
fn heads(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("::").filter_map(move |(at, _)| {
        let word = line[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()?;
        let before = &line[..at - word.len()];
        (!word.is_empty() && !before.ends_with("::")).then_some(word)
    })
}

/// The faults of one file: line number and rule.
fn faults(text: &str, room: &Room, crates: &BTreeSet<String>, at_root: bool) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.trim_start();
        if code.starts_with("//") {
            continue;
        }
        let mut fault = |rule: String| found.push((number + 1, rule));
        for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::").filter(|_| at_root)) {
            let word: String = code[at + 7..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let is_room = ROOMS.iter().any(|room| room.name == word);
            if is_room && word != room.name && !room.may_import.contains(&word.as_str()) {
                fault(format!("`{}` may not import `{word}`", room.name));
            }
        }
        for head in heads(code) {
            if (crates.contains(head) || head == "modelkin") && !room.foreign.contains(&head) {
                fault(format!("the crate `{head}` is not at home in `{}`", room.name));
            }
        }
    }
    found
}

#[test]
fn every_room_imports_only_what_the_table_allows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let crates = dependencies(&fs::read_to_string(root.join("Cargo.toml")).unwrap());
    let mut all = Vec::new();
    for entry in fs::read_dir(root.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !path.is_dir() {
            assert_eq!(name, "lib.rs", "src/{name} stands outside every room");
            continue;
        }
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            panic!("the folder src/{name} is missing from the table in tests/it/layers.rs");
        };
        let mut sources = Vec::new();
        files(&path, &mut sources);
        for file in sources {
            let at_root = file.parent() == Some(&path) && file.ends_with("mod.rs");
            let text = fs::read_to_string(&file).unwrap();
            for (line, rule) in faults(&text, room, &crates, at_root) {
                all.push(format!("{}:{line}: {rule}", file.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn the_guard_finds_upward_imports_and_strange_crates() {
    let crates = BTreeSet::from(["rayon".to_owned()]);
    let room = ROOMS.iter().find(|room| room.name == "lineage").unwrap();
    let text = "use crate::census::Census;\n// rayon::join is fine in a comment\nlet x = rayon::join(a, b);\nuse crate::model::Relation;";
    let found = faults(text, room, &crates, false);
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3]);
}
