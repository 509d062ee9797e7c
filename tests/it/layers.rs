//! The import table of ARCHITECTURE.md, checked against `src/`. Where the two disagree, this test wins.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

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
            "rayon",
            "zstd",
            "fastrand",
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
    Room { name: "lineage", may_import: &["snapshot", "model"], foreign: &["petgraph", "fixedbitset"] },
    Room { name: "reference", may_import: &["model"], foreign: &["csv", "regex", "sha2", "thiserror"] },
    Room { name: "search", may_import: &["lineage", "snapshot", "model"], foreign: &["memchr"] },
    Room {
        name: "census",
        may_import: &["search", "lineage", "reference", "snapshot", "model"],
        foreign: &["rayon", "thiserror"],
    },
    Room {
        name: "ink",
        may_import: &["census", "reference", "snapshot", "model"],
        foreign: &[
            "anstyle",
            "base64",
            "csv",
            "jiff",
            "flate2",
            "pdf_writer",
            "percent_encoding",
            "quick_xml",
            "resvg",
            "serde",
            "serde_json",
            "sha2",
            "textwrap",
            "ttf_parser",
        ],
    },
    Room {
        name: "import",
        may_import: &["census", "search", "lineage", "reference", "snapshot", "source", "model"],
        foreign: &["thiserror"],
    },
    Room {
        name: "provenance",
        may_import: &["census", "lineage", "reference", "snapshot", "model"],
        foreign: &["jiff", "serde", "serde_json", "thiserror"],
    },
    Room {
        name: "report",
        may_import: &["provenance", "search", "ink", "census", "lineage", "reference", "snapshot", "model"],
        foreign: &[],
    },
    Room {
        name: "survey",
        may_import: &["provenance", "ink", "census", "lineage", "reference", "snapshot", "model"],
        foreign: &[],
    },
    Room {
        name: "export",
        may_import: &["provenance", "ink", "census", "lineage", "reference", "snapshot", "source", "model"],
        foreign: &[
            "graphviz_rust",
            "quick_xml",
            "serde_json",
            "csv",
            "parquet",
            "bytes",
            "flate2",
            "jiff",
            "petgraph",
            "percent_encoding",
            "sha2",
        ],
    },
    Room {
        name: "explorer",
        may_import: &["ink", "census", "lineage", "reference", "snapshot", "model"],
        foreign: &["base64", "flate2", "jiff", "serde", "serde_json", "thiserror"],
    },
    Room {
        name: "ask",
        may_import: &[
            "explorer",
            "export",
            "survey",
            "report",
            "provenance",
            "import",
            "search",
            "ink",
            "census",
            "lineage",
            "reference",
            "snapshot",
            "source",
            "model",
        ],
        foreign: &["glob", "serde", "thiserror"],
    },
    Room { name: "schema", may_import: &[], foreign: &["schemars", "serde"] },
    Room {
        name: "bin",
        may_import: &[],
        foreign: &[
            "modelkin",
            "anstream",
            "anyhow",
            "clap",
            "clap_complete",
            "clap_complete_nushell",
            "clap_mangen",
            "indicatif",
            "etcetera",
            "glob",
            "http_body_util",
            "hyper",
            "hyper_util",
            "jiff",
            "libmimalloc_sys",
            "mimalloc",
            "percent_encoding",
            "rmcp",
            "schemars",
            "serde",
            "serde_json",
            "serde_path_to_error",
            "sha2",
            "terminal_size",
            "thiserror",
            "tokio",
        ],
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

type Module = Vec<String>;

/// A path as code writes it, `use` trees taken apart.
struct Written {
    line: usize,
    /// The module that it stands in.
    within: Module,
    words: Vec<String>,
}

/// All paths of more than one word in some code, those inside macros too; comments and texts are none.
fn paths(code: TokenStream, within: &Module, before: &[String], found: &mut Vec<Written>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let word = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    };
    let mut at = 0;
    while at < tokens.len() {
        let line = tokens[at].span().start().line;
        match &tokens[at] {
            TokenTree::Group(group) => {
                let is_module =
                    at > 1 && word(at - 2).as_deref() == Some("mod") && group.delimiter() == Delimiter::Brace;
                let name = word(at.wrapping_sub(1)).filter(|_| is_module);
                let inner: Module = within.iter().cloned().chain(name).collect();
                paths(group.stream(), &inner, &[], found);
            }
            TokenTree::Ident(first) if first != "as" => {
                let mut words: Vec<String> = before.to_vec();
                words.push(first.to_string());
                while is_colon(at + 1) && is_colon(at + 2) {
                    match tokens.get(at + 3) {
                        Some(TokenTree::Ident(next)) => words.push(next.to_string()),
                        Some(TokenTree::Group(tree)) if tree.delimiter() == Delimiter::Brace => {
                            paths(tree.stream(), within, &words, found);
                        }
                        _ => break,
                    }
                    at += 3;
                }
                if words.len() > 1 {
                    found.push(Written { line, within: within.clone(), words });
                }
            }
            _ => (),
        }
        at += 1;
    }
}

/// What is looked at: the code of every module.
#[derive(Default)]
struct House {
    modules: BTreeMap<Module, Vec<Written>>,
    /// The modules that have others inside.
    folders: BTreeSet<Module>,
}

impl House {
    /// Adds a file by its path below `src`.
    fn add(&mut self, path: &Path, text: &str) {
        let mut module: Module = path.with_extension("").iter().map(|word| word.to_str().unwrap().to_owned()).collect();
        let file = module.last().unwrap().clone();
        // `program.rs` lies beside the files that are inside it.
        if module[0] == "bin" && !["main", "program"].contains(&file.as_str()) {
            module.insert(2, "program".to_owned());
        }
        match file.as_str() {
            "mod" | "main" => drop(module.pop()),
            "program" => (),
            _ => drop(self.folders.insert(module[..module.len() - 1].to_vec())),
        }
        let mut found = Vec::new();
        paths(text.parse().unwrap(), &module, &[], &mut found);
        self.modules.insert(module, found);
    }

    /// Where a path leads from the crate's root, unless it leads to another crate.
    fn resolve(&self, written: &Written) -> Option<Module> {
        // The program is a crate of its own.
        let root: &[String] = if written.within[0] == "bin" { &written.within[..2] } else { &[] };
        let mut words = written.words.iter().peekable();
        let mut place: Module = match words.peek()?.as_str() {
            "crate" => words.next().map(|_| root.to_vec())?,
            "self" => words.next().map(|_| written.within.clone())?,
            "super" => written.within.clone(),
            first => {
                let inside: Module = written.within.iter().cloned().chain([first.to_owned()]).collect();
                self.modules.contains_key(&inside).then(|| written.within.clone())?
            }
        };
        while words.peek().is_some_and(|word| *word == "super") {
            words.next();
            place.pop();
        }
        place.extend(words.cloned());
        Some(place)
    }

    /// The module that a path means: where a folder hands on what is inside it, that.
    fn meant(&self, path: &Module) -> Option<&Module> {
        let lengths = (1..=path.len()).rev();
        let (module, code) = lengths.filter_map(|length| self.modules.get_key_value(&path[..length])).next()?;
        if !self.folders.contains(module) {
            return Some(module);
        }
        let name = path.get(module.len())?;
        let handed = code.iter().filter(|written| written.words.last() == Some(name));
        let target =
            handed.filter_map(|written| self.resolve(written)).find(|target| target.len() > module.len() + 1)?;
        (target != *path).then(|| self.meant(&target))?
    }

    /// What the table forbids.
    fn faults(&self, crates: &BTreeSet<String>) -> Vec<String> {
        let mut found = Vec::new();
        for (module, code) in &self.modules {
            let Some(room) = ROOMS.iter().find(|room| Some(room.name) == module.first().map(String::as_str)) else {
                found.push(format!("{} stands outside every room of the table", module.join("::")));
                continue;
            };
            for written in code {
                let mut fault = |rule| found.push(format!("{}:{}: {rule}", module.join("::"), written.line));
                match self.resolve(written) {
                    Some(path) => {
                        let other = path.first().and_then(|word| ROOMS.iter().find(|room| room.name == word));
                        let other = other.filter(|other| other.name != room.name);
                        if let Some(other) = other.filter(|other| !room.may_import.contains(&other.name)) {
                            fault(format!("`{}` may not import `{}`", room.name, other.name));
                        }
                    }
                    None => {
                        let head = &written.words[0];
                        let is_crate = crates.contains(head) || head == "modelkin";
                        if is_crate && !room.foreign.contains(&head.as_str()) {
                            fault(format!("the crate `{head}` is not at home in `{}`", room.name));
                        }
                    }
                }
            }
        }
        found
    }

    /// Modules that import each other, by whatever way: of each circle who imports whom. A folder and what is inside it are
    /// one; tests are left out.
    fn circles(&self) -> Vec<Vec<String>> {
        let names: Vec<&Module> = self.modules.keys().filter(|module| !self.folders.contains(*module)).collect();
        let number = |module: &Module| names.binary_search(&module).ok().map(|at| at as u32);
        let mut imports = BTreeSet::new();
        for (module, from) in names.iter().zip(0..) {
            let code = self.modules[*module].iter().filter(|written| written.within == **module);
            let targets = code.filter_map(|written| self.resolve(written));
            imports.extend(targets.filter_map(|path| Some((from, number(self.meant(&path)?)?))));
        }
        let graph: DiGraph<(), ()> = DiGraph::from_edges(imports.iter().filter(|(from, to)| from != to));
        let circles = tarjan_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
        let name = |at: u32| names[at as usize].join("::");
        circles
            .map(|circle| {
                let inside = |at: &u32| circle.iter().any(|node| node.index() as u32 == *at);
                let own = imports.iter().filter(|(from, to)| from != to && inside(from) && inside(to));
                own.map(|(from, to)| format!("{} -> {}", name(*from), name(*to))).collect()
            })
            .collect()
    }
}

/// A house of files, each its path and its code.
fn house(files: &[(&str, &str)]) -> House {
    let mut house = House::default();
    files.iter().for_each(|(path, text)| house.add(Path::new(path), text));
    house
}

fn our_house() -> (House, BTreeSet<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(&root.join("src"), &mut paths);
    let mut house = House::default();
    for path in paths.iter().filter(|path| !path.ends_with("src/lib.rs")) {
        house.add(path.strip_prefix(root.join("src")).unwrap(), &fs::read_to_string(path).unwrap());
    }
    (house, dependencies(&fs::read_to_string(root.join("Cargo.toml")).unwrap()))
}

#[test]
fn every_room_imports_only_what_the_table_allows() {
    let (house, crates) = our_house();
    assert!(house.modules.len() > 100);
    let faults = house.faults(&crates);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_files_import_each_other() {
    let circles = our_house().0.circles();
    assert!(circles.is_empty(), "\n{circles:#?}");
}

/// Each way to write an import that the table forbids.
#[test]
fn the_guard_finds_upward_imports_and_strange_crates() {
    let crates = BTreeSet::from(["rayon".to_owned()]);
    let lines = |text: &str| {
        let house = house(&[("lineage/deep/mod.rs", ""), ("lineage/deep/walk.rs", text), ("lineage/mod.rs", "")]);
        let line = |fault: &String| fault.rsplit(':').nth(1).unwrap().parse::<usize>().unwrap();
        house.faults(&crates).iter().map(line).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    };
    assert_eq!(
        lines("use crate::model::Relation;\n// use crate::census::X, rayon::join\nlet x = \"rayon::join\";"),
        [0; 0]
    );
    assert_eq!(lines("use crate::census::Census;"), [1]);
    assert_eq!(lines("use crate::{census::Census, model::Relation};"), [1]);
    assert_eq!(lines("use super::super::super::census::Census;"), [1]);
    assert_eq!(lines("use crate::{\n    model::Relation,\n    census::{\n        Census,\n    },\n};"), [3, 4]);
    assert_eq!(lines("fn f() {\n    let x = rayon::join(a, b);\n    g!(rayon::join(a, b))\n}"), [2, 3]);
    assert_eq!(lines("#[derive(rayon::Thing)]\nmod inner {\n    use crate::{census as counts};\n}"), [1, 3]);
}

#[test]
fn the_guard_finds_files_that_import_each_other() {
    let circles = |one: &str, other: &str| {
        house(&[
            ("lineage/mod.rs", "mod a;\nmod b;\npub use a::A;\npub(crate) use b::{B, inner::C};"),
            ("lineage/a.rs", one),
            ("lineage/b.rs", other),
        ])
        .circles()
    };
    let both = vec![vec!["lineage::a -> lineage::b".to_owned(), "lineage::b -> lineage::a".to_owned()]];
    assert_eq!(circles("use super::B;", "fn f() {}"), Vec::<Vec<String>>::new());
    assert_eq!(circles("use super::B;", "use super::a::A;"), both);
    assert_eq!(circles("use super::{B};", "use crate::lineage::A;"), both);
    assert_eq!(circles("use super::b::f;", "fn f() -> super::A {}"), both);
    assert_eq!(circles("use super::B;", "mod tests { use super::super::A; }"), Vec::<Vec<String>>::new());
}
