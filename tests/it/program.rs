//! The program as its users type it: what it prints, where, and how it ends.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use modelkin::ink::plural;
use tempfile::TempDir;

/// A place of its own for each test: nothing is remembered from one to the next.
pub struct Place {
    folder: TempDir,
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new() -> Place {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs within 2 GB of address space and two minutes.
    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        self.run_under(&[], args, env)
    }

    /// The same by way of another program, which starts what stands behind its own arguments.
    pub fn run_under(&self, starter: &[&str], args: &[&str], env: &[(&str, &str)]) -> Ran {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", "ulimit -v 2000000; exec \"$@\"", "sh"])
            .args(starter)
            .arg(env!("CARGO_BIN_EXE_modelkin"))
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .envs(env.iter().copied())
            .timeout(Duration::from_secs(120));
        let output = command.output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

const LINEAGE: &str = "Qwen/Qwen2.5-7B -> Qwen/Qwen2.5-7B-Instruct, x/ft : finetune\n\
    Qwen/Qwen2.5-7B-Instruct -> y/chat-GGUF : quantized downloads=12\n\
    x/ft, ?gone/other -> z/blend : merge\nz/blend -> z/blend : finetune";

fn with_lineage() -> Place {
    let place = Place::new();
    place.file("lineage.edges", LINEAGE);
    let ran = place.run(&["import", "lineage.edges", "-o", "snapshot.modelkin", "--date", "2025-01-31"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("snapshot.modelkin: 5 models, 5 links, 1 unlisted parent\n"), "{}", ran.out);
    place
}

fn json(ran: &Ran) -> serde_json::Value {
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn cards_are_laid_over_a_hub_and_gated() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("hub.edges"), "a/base -> b/ft : finetune\na/base -> a/base : finetune").unwrap();
    std::fs::create_dir_all(path("cards/me/mine")).unwrap();
    std::fs::write(path("cards/me/mine/README.md"), "---\nbase_model: b/ft\nlicense: mit\n---\n").unwrap();
    let run = |args: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("modelkin").unwrap();
        let done =
            command.env("XDG_DATA_HOME", folder.path()).env_remove("MODELKIN_SNAPSHOT").args(args).output().unwrap();
        (
            done.status.code().unwrap(),
            String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap(),
        )
    };
    assert_eq!(run(&["import", &path("hub.edges"), "--date", "2026-01-01", "-o", &path("hub.mk")]).0, 0);
    let (code, text) = run(&["import", &path("hub.mk"), &path("cards"), "-o", &path("both.mk")]);
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("(snapshot): 2 records")
            && text.contains("3 models, 2 links")
            && text.contains("date 2026-01-01"),
        "{text}"
    );
    let (_, text) = run(&["show", "a/base", "--snapshot", &path("both.mk")]);
    assert!(text.contains("me/mine"), "{text}");
    // The Hub's own fault is not that of the card.
    assert_eq!(run(&["check", "--strict", "--snapshot", &path("both.mk")]).0, 3);
    assert_eq!(run(&["check", "--strict", "--owner", "me", "--snapshot", &path("both.mk")]).0, 0);
    // What begins as a snapshot and is none is told.
    std::fs::write(path("bad.mk"), b"ARROW1 and nothing").unwrap();
    let (code, text) = run(&["import", &path("bad.mk"), "-o", &path("out.mk")]);
    assert!(code == 1 && text.contains("bad.mk: damaged"), "{code} {text}");
}

#[test]
fn the_last_import_is_asked_and_standard_error_says_which() {
    let place = with_lineage();
    let ran = place.run(&["rank"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.ends_with("snapshot.modelkin\n") && ran.out.contains("snapshot of 2025-01-31"), "{}", ran.err);
    let ran = Place::new().run(&["rank", "--top", "3"]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("sample inside the program; import a dump"), "{}", ran.err);
    assert!(ran.out.contains("which is no census"), "{}", ran.out);
    let ran = place.run_with(&["rank"], &[("MODELKIN_SNAPSHOT", "nowhere")]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("nowhere"), "{}", ran.err);
}

#[test]
fn every_command_writes_the_same_json_frame_and_csv_has_its_columns() {
    let place = with_lineage();
    for (args, columns) in [
        (vec!["rank"], vec!["rank", "id", "direct", "descendants"]),
        (vec!["rank", "--by", "authors"], vec!["rank", "id", "direct", "descendants", "authors"]),
        (vec!["rank", "--of", "owners", "--by", "downloads"], vec!["rank", "id", "direct", "descendants", "downloads"]),
        (vec!["family", "qwen"], vec!["family", "members", "f1", "f2", "f3", "by_relation", "authors", "unlisted"]),
        (vec!["family", "qwen", "--list", "f2"], vec!["id", "listed", "created", "downloads", "likes", "relation"]),
        (vec!["family", "qwen", "--list", "members", "--top", "1"], vec!["id", "listed", "created", "downloads"]),
        (vec!["show", "x/ft"], vec!["depth", "id", "of", "relation", "direct", "descendants"]),
        (vec!["check"], vec!["kind", "cases", "about", "examples"]),
        (vec!["check", "--list", "all"], vec!["kind", "case"]),
    ] {
        let frame = json(&place.run(&[&args[..], &["--format", "json"]].concat()));
        assert_eq!(frame["modelkin"], env!("CARGO_PKG_VERSION"));
        assert_eq!(frame["snapshot"]["date"], "2025-01-31");
        assert_eq!(frame["snapshot"]["models"], 5);
        assert_eq!(frame["snapshot"]["digest"].as_str().unwrap().len(), 64);
        assert!(!frame["definition"].as_str().unwrap().is_empty());
        let rows = frame["rows"].as_array().unwrap();
        assert!(!rows.is_empty(), "{args:?}");
        for row in rows {
            columns.iter().for_each(|column| assert!(row.get(column).is_some(), "{args:?}: {column}"));
        }
        let csv = place.run(&[&args[..], &["--format", "csv"]].concat());
        let mut lines = csv::Reader::from_reader(csv.out.as_bytes());
        let heads: Vec<String> =
            lines.headers().unwrap().iter().map(|head| head.split('.').next().unwrap().to_owned()).collect();
        assert_eq!(lines.records().collect::<Result<Vec<_>, _>>().unwrap().len(), rows.len(), "{args:?}");
        columns.iter().for_each(|column| assert!(heads.iter().any(|head| head == column), "{args:?}: {column}"));
        let markdown = place.run(&[&args[..], &["--format", "markdown"]].concat());
        assert!(markdown.out.contains('|') || markdown.out.contains("```"), "{args:?}");
    }
}

#[test]
fn a_family_is_counted_under_its_filters() {
    let place = with_lineage();
    let count = |args: &[&str]| {
        let frame = json(&place.run(&[&["family"], args, &["--format", "json"]].concat()));
        let row = &frame["rows"][0];
        (row["members"].as_u64().unwrap(), row["f1"].as_u64().unwrap(), row["f2"].as_u64().unwrap())
    };
    assert_eq!(count(&["Qwen"]), (2, 2, 3));
    assert_eq!(count(&["qwen/*"]), (2, 2, 3));
    assert_eq!(count(&["Qwen/Qwen2.5-7B"]), (1, 2, 4));
    assert_eq!(count(&["Qwen", "--include-members"]), (2, 3, 4));
    assert_eq!(count(&["Qwen", "--relation", "finetune"]), (2, 1, 1));
    assert_eq!(count(&["Qwen", "--exclude", "finetune"]), (2, 1, 1));
    assert_eq!(count(&["Qwen", "--since", "2024-01-01"]), (2, 0, 0));
    assert_eq!(count(&["gone/other"]), (1, 1, 1));
    place.file("rules.csv", "family,namespaces,id_patterns\nMine,x;y,\n");
    assert_eq!(count(&["mine", "--rules", "rules.csv"]), (2, 1, 1));
}

#[test]
fn what_a_date_filter_leaves_out_is_said() {
    let place = Place::new();
    let text = "a/base -> b/old : finetune created=2023-05-01\na/base -> b/new, b/newer : finetune created=2024-05-01\n\
        a/base -> b/undated : finetune\nb/new -> c/q : quantized created=2030-01-01\nb/old -> c/r : quantized created=2023-06-01";
    place.file("l.edges", text);
    place.run(&["import", "l.edges", "-o", "s", "--date", "2024-12-31"]);
    let frame = json(&place.run(&["family", "a/base", "--since", "2024-01-01", "--format", "json"]));
    assert_eq!((&frame["rows"][0]["f1"], &frame["rows"][0]["undated"]["f1"]), (&2.into(), &1.into()));
    let ran = place.run(&["family", "a/base", "--since", "2024-01-01"]);
    assert!(ran.out.contains("for want of a date  F1 1, F2 1"), "{}", ran.out);
    let tree = place.run(&["show", "a/base", "--since", "2024-01-01", "--siblings", "1"]).out;
    assert!(tree.starts_with("a/base  3 descendants, 2 direct  not counted\n├── b/new"), "{tree}");
    assert!(tree.contains("└── … 1 more\n"), "{tree}");
    assert!(place.run(&["check"]).out.contains("c/q: 2030-01-01"));
    for args in [["--since", "2025-01-01", "--until", "2024-01-01"], ["--relation", "merge", "--exclude", "merge"]] {
        let ran = place.run(&[&["family", "a/base"][..], &args].concat());
        assert_eq!(ran.code, 2, "{args:?}");
    }
    // A year and a month are their first day.
    let rows = |day: &str| json(&place.run(&["rank", "--since", day, "--format", "json"]));
    assert_eq!(rows("2024"), rows("2024-01-01"));
    assert_eq!(rows("2024-05"), rows("2024-05-01"));
    for day in ["20255", "2024-5", "2024-13", "May", "2024-02-30", ""] {
        let ran = place.run(&["rank", "--since", day]);
        assert_eq!(ran.code, 2, "{day}");
        assert!(ran.err.contains("write it as 2025-01-31, or as 2025-01 or 2025"), "{day}: {}", ran.err);
    }
}

#[test]
fn csv_says_its_definition_and_snapshot_on_standard_error() {
    let ran = Place::new().run(&["family", "Qwen", "--format", "csv"]);
    assert!(ran.err.contains("F1: distinct models") && ran.err.contains("which is no census"), "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 2);
}

#[test]
fn a_snapshot_that_is_gone_is_an_error_and_the_sample_can_be_named() {
    let place = with_lineage();
    fs::remove_file(place.folder.path().join("snapshot.modelkin")).unwrap();
    let ran = place.run(&["rank"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("imported last") && ran.err.contains("--snapshot sample"), "{}", ran.err);
    assert_eq!(place.run(&["rank", "--snapshot", "sample"]).code, 0);
}

/// Whatever byte of a snapshot is altered: a question gets the right answer, since it does not touch it, or none.
#[test]
fn nothing_is_answered_from_a_damaged_part_of_a_snapshot() {
    let place = with_lineage();
    let bytes = fs::read(place.path("snapshot.modelkin")).unwrap();
    let questions = [
        &["family", "Qwen"][..],
        &["family", "Qwen", "--list", "f2"],
        &["show", "x/ft"],
        &["rank", "--of", "owners"],
        &["check"],
    ];
    let ask = |args: &[&str]| place.run(&[args, &["--snapshot", "snapshot.modelkin"]].concat());
    let answers = questions.map(ask);
    let mut refused = 0;
    for at in (0..bytes.len()).step_by(331) {
        let mut altered = bytes.clone();
        altered[at] ^= 1 << (at % 8);
        fs::write(place.path("snapshot.modelkin"), &altered).unwrap();
        for (question, answer) in questions.iter().zip(&answers) {
            let ran = ask(question);
            let is_refused = ran.code == 1 && ran.out.is_empty() && ran.err.starts_with("error: snapshot.modelkin: ");
            assert!(
                is_refused || (ran.code == 0 && ran.out == answer.out),
                "byte {at}, {question:?}: {}{}",
                ran.out,
                ran.err
            );
            assert!(is_refused || question != &["check"], "byte {at}");
            refused += usize::from(is_refused);
        }
    }
    assert!(refused > 0);
}

#[test]
fn a_mistyped_name_gives_the_nearest() {
    let place = with_lineage();
    for (args, near) in [
        (vec!["show", "qwen/qwen2.5-7b-instuct"], "Qwen/Qwen2.5-7B-Instruct"),
        (vec!["family", "Qwne"], "Qwen"),
        (vec!["family", "mixtra"], "Mistral and Mixtral"),
        (vec!["family", "Qwn/*"], "Qwen"),
    ] {
        let ran = place.run(&args);
        assert_eq!(ran.code, 1);
        let is_told = ["the nearest: ", "did you mean "].iter().any(|words| ran.err.contains(words));
        assert!(is_told && ran.err.contains(near), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_tree_marks_merges_and_what_is_not_drawn() {
    let place = Place::new();
    place.file("l.edges", "a/r -> a/x, a/y, a/z\na/x, a/y -> b/m : merge\nb/m -> c/q : quantized\nc/q -> d/deep");
    place.run(&["import", "l.edges", "-o", "s"]);
    let tree = place.run(&["show", "a/r", "--depth", "3"]).out;
    let expected = "\
a/r  6 descendants, 3 direct
├── a/x  unstated  3 descendants, 1 direct
│   └── b/m  merge  2 descendants, 1 direct
│       └── c/q  quantized  1 descendant  …
├── a/y  unstated  3 descendants, 1 direct
│   └── b/m  merge  2 descendants, 1 direct  (*)
└── a/z  unstated
";
    assert!(tree.starts_with(expected), "{tree}");
    let tree = place.run(&["show", "a/r", "--siblings", "1", "--depth", "1"]).out;
    assert!(tree.contains("└── … 2 more, with 3 descendants"), "{tree}");
    let tree = place.run(&["show", "--above", "d/deep", "--depth", "9"]).out;
    assert!(tree.starts_with("d/deep\n└── c/q  unstated"), "{tree}");
    assert!(
        tree.contains("a/y  merge") && tree.contains("a/r  unstated  6 descendants, 3 direct  (*)")
            || tree.contains("a/r"),
        "{tree}"
    );
}

#[test]
fn check_lists_what_is_odd_and_strict_exits_with_three() {
    let place = with_lineage();
    let ran = place.run(&["check", "--strict"]);
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains("self-link") && ran.out.contains("z/blend"), "{}", ran.out);
    let ran = place.run(&["check", "--list", "unlisted"]);
    assert!(ran.out.contains("gone/other: parent of 1"), "{}", ran.out);
    let ran = place.run(&["check", "--list", "cycle"]);
    assert_eq!(ran.code, 0);
    let ran = place.run(&["check", "--list", "colours"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("is no kind; use all, reject, unlisted"), "{}", ran.err);
    place.file("clean.edges", "a/b -> c/d : finetune");
    place.run(&["import", "clean.edges", "-o", "clean"]);
    assert_eq!(place.run(&["check", "clean", "--strict"]).code, 0);
}

#[test]
fn rejects_are_printed_by_import_and_listed_by_check() {
    let place = Place::new();
    let rows: String = (0..20).map(|at| format!("{{\"id\":\"bad id {at}\"}}\n")).collect();
    place.file("rows.jsonl", format!("{{\"id\":\"a/b\"}}\n{rows}"));
    let ran = place.run(&["import", "rows.jsonl", "-o", "s"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.contains("20 rejects") && ran.out.contains("rows.jsonl, line 2: \"bad id 0\" is no model id"),
        "{}",
        ran.out
    );
    let ran = place.run(&["check", "--list", "rejects"]);
    assert!(ran.out.contains("rows.jsonl, line 21: \"bad id 19\""), "{}", ran.out);
}

#[test]
fn what_is_said_of_a_whole_source_is_printed_by_import_and_listed_by_check() {
    let place = Place::new();
    let rows: String = (0..1001).map(|at| format!("m/{at},1,a/base\n")).collect();
    place.file("table.csv", format!("id,likes,made_from_base\n{rows}"));
    let ran = place.run(&["import", "table.csv", "-o", "s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("  made_from_base: a column that looks like lineage and is not read"), "{}", ran.out);
    assert!(ran.out.contains("  1,001 records: a source of more than 1,000 records"), "{}", ran.out);
    let ran = place.run(&["check", "--list", "column-not-read"]);
    assert!(ran.out.contains("table.csv: made_from_base"), "{}", ran.out);
    let strict = || place.run(&["check", "--strict"]).code;
    assert_eq!(strict(), 3);
    // Counts laid over a lineage are no fault.
    place.file("links.edges", "a/base -> m/1 : finetune\n");
    assert_eq!(place.run(&["import", "table.csv", "links.edges", "-o", "s"]).code, 0);
    assert_eq!(strict(), 0);
    let ran = place.run(&["import", "table.csv", "--column", "parent=made_from_base", "-o", "s"]);
    assert!(ran.out.contains("1,001 models, 1,001 links") && !ran.out.contains("  made_from_base"), "{}", ran.out);
    assert_eq!(strict(), 0);
    for (args, expected) in [
        (["import", "table.csv", "--column", "base=made_from_base"], "no such word"),
        (["import", "links.edges", "--column", "parent=x"], "names columns of tables"),
    ] {
        let ran = place.run(&[&args[..], &["-o", "s"]].concat());
        assert!(ran.code == 2 && ran.err.contains(expected), "{}", ran.err);
    }
}

#[test]
fn the_same_snapshot_gives_the_same_bytes_on_one_and_on_eight_threads() {
    let place = with_lineage();
    let threads = |count: &str, args: &[&str]| {
        let ran = place.run_with(args, &[("RAYON_NUM_THREADS", count), ("SOURCE_DATE_EPOCH", "1750000000")]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    for file in ["one", "eight"] {
        threads(if file == "one" { "1" } else { "8" }, &["import", "lineage.edges", "-o", file]);
    }
    let read = |name: &str| fs::read(place.folder.path().join(name)).unwrap();
    assert!(read("one") == read("eight"));
    let sample = Place::new();
    for args in [
        vec!["rank", "--top", "0", "--format", "json"],
        vec!["rank", "--by", "authors", "--top", "0", "--format", "csv"],
        vec!["rank", "--by", "credit", "--top", "0", "--format", "csv"],
        vec!["rank", "--of", "owners", "--top", "0", "--format", "json"],
        vec!["rank", "--of", "families", "--top", "0", "--format", "json"],
        vec!["family", "Llama", "--format", "json"],
        vec!["show", "mistralai/Mistral-7B-v0.1", "--siblings", "0", "--depth", "99"],
    ] {
        let one = sample.run_with(&args, &[("RAYON_NUM_THREADS", "1")]);
        let eight = sample.run_with(&args, &[("RAYON_NUM_THREADS", "8")]);
        assert_eq!((one.code, eight.code), (0, 0), "{} {}", one.err, eight.err);
        assert!(one.out == eight.out, "{args:?}");
    }
}

#[test]
fn wrong_usage_exits_with_two() {
    let place = Place::new();
    for args in [
        vec!["rank", "--by", "beauty"],
        vec!["import"],
        vec!["family", "x", "--relation", "cousin"],
        vec!["rank", "--top", "-1"],
        vec!["rank", "--since", "9999-12-31"],
    ] {
        assert_eq!(place.run(&args).code, 2, "{args:?}");
    }
    let ran = place.run(&["rank", "--of", "owners", "--by", "credit"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("defined for models alone"), "{}", ran.err);
}

#[test]
fn what_is_read_cannot_speak_to_the_terminal() {
    let place = Place::new();
    let red = "\u{1b}[31mred\u{1b}[0m \u{202e}\u{61c}";
    place.file("l.edges", "a/b -> c/d : finetune");
    let ran = place.run(&["import", "l.edges", "-o", &format!("out{red}")]);
    assert!(ran.code == 0 && ran.out.contains("\\u{1b}[31mred") && !ran.out.contains('\u{1b}'), "{:?}", ran.out);
    let ran = place.run(&["rank"]);
    assert!(ran.code == 0 && !(ran.out + &ran.err).contains(['\u{1b}', '\u{202e}', '\u{61c}']), "{:?}", ran.err);
    place.file("rules.csv", format!("family,namespaces,id_patterns\nMine{red},a,\n"));
    for format in ["table", "markdown"] {
        let ran = place.run(&["family", &format!("Mine{red}"), "--rules", "rules.csv", "--format", format]);
        assert!(ran.code == 0 && !ran.out.contains(['\u{1b}', '\u{202e}', '\u{61c}']), "{:?}", ran.out);
    }
}

#[test]
fn a_deep_tree_stays_narrow() {
    let place = Place::new();
    let chain: String = (0..3000).map(|at| format!("a/m{at} -> a/m{}\n", at + 1)).collect();
    place.file("chain.edges", chain);
    place.run(&["import", "chain.edges", "-o", "s"]);
    let ran = place.run(&["show", "a/m0", "--depth", "5000"]);
    assert!(ran.code == 0 && ran.out.contains("2,999 links down  └── a/m2999"), "{}", ran.err);
    assert!(ran.out.lines().all(|line| line.chars().count() < 300) && ran.out.lines().count() > 3000);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::new();
    let mut command = Command::new("/bin/sh");
    let script = format!(
        "{} rank --top 0 --format json | head -c 100; exit \"${{PIPESTATUS:-0}}\"",
        env!("CARGO_BIN_EXE_modelkin")
    );
    let output = command.args(["-c", &script]).env("HOME", place.folder.path()).output().unwrap();
    assert!(output.status.success());
    assert!(!String::from_utf8_lossy(&output.stderr).contains("error"), "{}", String::from_utf8_lossy(&output.stderr));
}

fn gzip(parts: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    parts.into_iter().for_each(|part| packer.write_all(&part).unwrap());
    packer.finish().unwrap()
}

/// Each bad input gets a message that names the file, and the place or the reason; exit 1; within the bounds of
/// [`Place::run_with`].
#[test]
fn bad_input_gets_a_clear_error() {
    let place = Place::new();
    let many = |byte: u8, megabytes: usize| std::iter::repeat_with(move || vec![byte; 1 << 20]).take(megabytes);
    let rows: String = (0..5000)
        .map(|at| format!("{{\"id\":\"a/model-{at}\",\"tags\":[\"base_model:b/{}\"]}}\n", at * 7919 % 4999))
        .collect();
    let packed = gzip([rows.clone().into_bytes()]);
    fs::create_dir(place.folder.path().join("empty-folder")).unwrap();
    let fixture = |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap();
    let whole = fixture("today.parquet");
    for (name, bytes, expected) in [
        ("empty.jsonl", Vec::new(), "is empty"),
        ("blank.jsonl", b"\n\n  \n".to_vec(), "is empty: it holds no row"),
        ("no-rows.json", b"[]".to_vec(), "holds no row"),
        ("no-id.parquet", fixture("no-id.parquet"), "has no text column `id`"),
        ("cut.parquet", whole[..whole.len() / 2].to_vec(), "no readable Parquet"),
        ("cut.jsonl.gz", packed[..packed.len() / 2].to_vec(), "too early"),
        ("head.jsonl.gz", packed[..5].to_vec(), "too early"),
        ("cut.json", format!("[{{\"id\":\"a/b\"}},{}", &rows[..100]).into_bytes(), "the JSON ends inside"),
        ("brackets.json.gz", gzip(many(b'[', 1024)), "row 1: nested deeper than 128"),
        ("one-line.jsonl.gz", gzip([b"{".to_vec()].into_iter().chain(many(b'x', 100))), "a line of more than 16 MiB"),
        ("long-row.json.gz", gzip([b"[\"".to_vec()].into_iter().chain(many(b'x', 1024))), "a row of more than 16 MiB"),
        ("deep.jsonl", format!("{{\"id\":{}", "[".repeat(100_000)).into_bytes(), "line 1"),
        ("long-id.jsonl", format!("{{\"id\":\"{}\"}}", "x".repeat(10 << 20)).into_bytes(), "longer than 500 bytes"),
        ("latin.jsonl", b"{\"id\":\"a/b\xff\"}\n".to_vec(), "line 1"),
        ("noise.bin", vec![0x93; 1000], "is neither JSON, Parquet"),
        ("rows.jsonl.xz", b"\xfd7zXZ\0...".to_vec(), "is packed with xz"),
        ("wide.jsonl", b"\xff\xfe{\0".to_vec(), "is UTF-16"),
        ("a--huge.md", format!("---\nx: {}\n---\n", "y".repeat(5 << 20)).into_bytes(), "does not end within 1 MiB"),
        ("no model.md", b"---\nlicense: mit\n---\n".to_vec(), "no model's id in this path"),
        ("x.edges", b"a/b => c/d\n".to_vec(), "line 1"),
        ("latin.edges", b"a/b -> c/\xff\n".to_vec(), "line 1: not UTF-8 from byte 10"),
    ] {
        place.file(name, bytes);
        let ran = place.run(&["import", name, "-o", "out"]);
        assert_eq!(ran.code, 1, "{name}: {} {}", ran.out, ran.err);
        assert!(ran.err.contains(name) && ran.err.contains(expected), "{name}: {}", ran.err);
        assert!(!ran.err.contains("panicked") && ran.err.len() < 2000, "{name}: {}", ran.err);
        assert!(!place.folder.path().join("out").exists(), "{name}");
    }
    place.file("mixed/o--m.md", "---\nbase_model: a/b\n---\n");
    place.file("mixed/dump.JSONL", "{\"id\":\"a/b\"}");
    assert!(Command::new("mkfifo").arg(place.folder.path().join("pipe")).output().unwrap().status.success());
    for (args, expected) in [
        (vec!["import", "empty-folder", "-o", "out"], "empty-folder: holds no model cards"),
        (vec!["import", "empty-folder", "--as", "cards", "-o", "out"], "empty-folder: holds no model card"),
        (vec!["import", "nowhere", "-o", "out"], "nowhere: there is no such file"),
        (vec!["import", "x.edges", "--aliases", "nowhere", "-o", "out"], "nowhere"),
        (vec!["import", "latin.edges", "-o", "x.edges"], "x.edges: is there already and is no snapshot"),
        (vec!["import", "latin.edges", "-o", "/dev/null"], "/dev/null: is no file"),
        (vec!["import", "latin.edges", "-o", "empty-folder"], "empty-folder: is no file"),
        (vec!["import", "latin.edges", "-o", "no/where"], "no/where: there is no folder no"),
        (vec!["import", "mixed", "-o", "out"], "mixed: holds model cards and data files such as dump.JSONL"),
        (vec!["import", "mixed", "--as", "hub-stats", "-o", "out"], "mixed: holds no data files (.parquet)"),
        (vec!["import", "pipe", "-o", "out"], "pipe: is no ordinary file"),
        (vec!["import", "x.edges", "--aliases", "pipe", "-o", "out"], "pipe: is no table"),
        (vec!["rank", "--snapshot", "pipe"], "pipe: is no ordinary file"),
        (vec!["rank", "--snapshot", "noise.bin"], "noise.bin: is no snapshot"),
        (vec!["rank", "--snapshot", "empty.jsonl"], "empty.jsonl: is empty"),
    ] {
        let ran = place.run(&args);
        assert_eq!(ran.code, 1, "{args:?}");
        assert!(ran.err.contains(expected), "{args:?}: {}", ran.err);
    }
    // Aliases of a long text do not fill the memory.
    let bomb =
        format!("---\nbase_model: x/y\na: &a \"{}\"\nb: [{}]\n---\n", "x".repeat(900_000), ["*a"; 20_000].join(","));
    place.file("a--bomb.md", bomb);
    assert_eq!(place.run(&["import", "a--bomb.md", "-o", "out"]).code, 0);
    // A card of 5 MB with its front matter at the top is read.
    place.file("a--long.md", format!("---\nbase_model: a/b\n---\n{}", "text\n".repeat(1 << 20)));
    assert_eq!(place.run(&["import", "a--long.md", "-o", "out"]).code, 0);
}

#[test]
fn what_is_not_judged_is_no_number_in_any_format() {
    let place = Place::new();
    let text: String =
        (0..8).map(|at| format!("a/base -> b/m{at} : finetune{}\n", ["", " created=2024-01-01"][at / 6])).collect();
    place.file("l.edges", text);
    place.run(&["import", "l.edges", "-o", "s"]);
    let ask = |format: &str| place.run(&["family", "a/base", "--format", format]);
    for format in ["table", "markdown"] {
        let out = ask(format).out;
        assert!(out.contains("not judged (25.0% dated)") && out.contains("Without bursts is not judged"), "{out}");
        assert!(out.contains("not known") && out.contains("F3 is not known: this snapshot has no tags"), "{out}");
    }
    let frame = json(&ask("json"));
    let row = &frame["rows"][0];
    assert!(row["without_bursts"]["f1"].is_null() && row["without_bursts"]["f2"].is_null() && row["f3"].is_null());
    assert_eq!((&row["dated"]["f1"], &row["f1"]), (&2.into(), &8.into()));
    let csv = ask("csv");
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let at = reader.headers().unwrap().iter().position(|head| head == "without_bursts.f1").unwrap();
    assert_eq!(&reader.records().next().unwrap().unwrap()[at], "");
    let explain = place.run(&["explain", "a/base"]).out;
    assert!(
        explain.contains("not judged") && explain.contains("F3 is not known: this snapshot has no tags"),
        "{explain}"
    );
    // With the dates of all, it is a number again.
    place.run(&["import", "l.edges", "-o", "s"]);
    let ran = place.run(&["family", "a/base", "--since", "2023-01-01"]);
    assert!(!ran.out.contains("not judged ("), "{}", ran.out);
}

#[test]
fn a_listing_says_how_many_have_no_date_in_every_format() {
    let place = Place::new();
    let text = "a/base -> b/new : finetune created=2024-05-01 tags=base\na/base -> b/old : finetune created=2023-05-01\n\
        a/base -> b/undated, b/another : finetune\nc/base-like\nd/base-new : created=2024-06-01";
    place.file("l.edges", text);
    place.run(&["import", "l.edges", "-o", "s"]);
    for (part, listed, undated) in [("f1", 1, Some(2)), ("f2", 1, Some(2)), ("f3", 2, Some(1)), ("members", 1, None)] {
        let ask = |format: &str| {
            let args = ["family", "a/base", "--list", part, "--since", "2024-01-01", "--format", format];
            place.run(&args)
        };
        let frame = json(&ask("json"));
        assert_eq!(frame["rows"].as_array().unwrap().len(), listed, "{part}");
        assert_eq!(frame.get("undated").and_then(|undated| undated.as_u64()), undated, "{part}");
        let words = undated.map_or("for want of a date: 9".into(), |undated| {
            format!("for want of a date: {}.", plural(undated, "model"))
        });
        for (format, text) in [
            ("table", ask("table").out),
            ("markdown", ask("markdown").out),
            ("csv", ask("csv").err),
            ("json", frame["definition"].as_str().unwrap().to_owned()),
        ] {
            assert_eq!(text.contains(&words), undated.is_some(), "{part}, {format}: {text}");
        }
    }
    let frame = json(&place.run(&["family", "a/base", "--list", "f2", "--format", "json"]));
    assert!(frame.get("undated").is_none(), "without a date filter nothing is left out");
}

#[test]
fn strict_gates_some_models_or_some_kinds_alone() {
    let place = Place::new();
    place.file(
        "hub.edges",
        "lab/base -> lab/ring : finetune\nlab/ring -> lab/base : finetune\nlab/self -> lab/self : merge\n\
         lab/base -> me/tune : finetune\n?gone/away -> me/odd : finetune\nme/self -> me/self : finetune\nlab/clean -> you/fine : finetune",
    );
    place.file("cards/me/no id.md", "---\nlicense: mit\n---\n");
    place.file("cards/you/fine.md", "---\nlicense: mit\n---\n");
    let ran = place.run(&["import", "hub.edges", "cards", "-o", "s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for (args, code, faults) in [
        (&[][..], 3, "strict: reject, self-link, cycle"),
        (&["--owner", "me"], 3, "strict: reject, self-link"),
        (&["--owner", "ME", "--kinds", "cycles"], 0, ""),
        (&["--owner", "me", "--kinds", "unlisted"], 3, "strict: unlisted"),
        (&["--owner", "you"], 0, ""),
        (&["--owner", "lab"], 3, "strict: self-link, cycle"),
        (&["--below", "lab/clean"], 0, ""),
        (&["--below", "lab/base"], 3, "strict: cycle"),
        (&["--below", "lab/base", "--owner", "me"], 0, ""),
        (&["--kinds", "path,relation-conflict"], 0, ""),
        (&["--kinds", "self-link"], 3, "strict: self-link"),
    ] {
        let ran = place.run(&[&["check", "--strict"], args].concat());
        assert_eq!(ran.code, code, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(faults), "{args:?}: {}", ran.err);
        assert_eq!(ran.out.contains("Left out: "), !args.is_empty(), "{args:?}: {}", ran.out);
    }
    let frame = json(&place.run(&["check", "--owner", "me", "--list", "all", "--format", "json"]));
    let cases: Vec<&str> = frame["rows"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(cases, ["reject", "unlisted", "self-link"]);
    assert_eq!(frame["left_out"], 2);
    for (args, code, says) in [
        (["--owner", "nobody"], 1, "no model of the owner"),
        (["--below", "lab/bse"], 1, "the nearest: lab/base"),
        (["--kinds", "colours"], 2, "is no kind; use reject, unlisted"),
        (["--owner", "a/b"], 2, "no owner's name"),
    ] {
        let ran = place.run(&[&["check", "--strict"][..], &args].concat());
        assert!(ran.code == code && ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}
