//! What is written: whole or not at all, where it was said, and nothing that a terminal or a reader of Markdown takes for
//! more than words.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use modelkin::ink::markdown;
use modelkin::snapshot::FileSet;
use modelkin::source::digest_bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::program::{Place, Ran};

const PROGRAM: &str = env!("CARGO_BIN_EXE_modelkin");

/// A snapshot `s` and a second one `t`, whose links take more room than its nodes.
fn place() -> Place {
    let place = Place::new();
    place.file("l.edges", "a/base -> b/ft, c/x : finetune\n");
    let bases: Vec<String> = (0..40).map(|at| format!("a/b{at}")).collect();
    let merges: String = (0..40).map(|at| format!("{} -> m/m{at} : merge\n", bases.join(", "))).collect();
    place.file("m.edges", merges);
    for (source, snapshot) in [("l.edges", "s"), ("m.edges", "t")] {
        assert_eq!(place.run(&["import", source, "-o", snapshot, "--date", "2025-01-31"]).code, 0);
    }
    place
}

/// Runs a script in which the program is `$0`.
fn shell(place: &Place, script: &str) -> Ran {
    let mut command = assert_cmd::Command::new("/bin/sh");
    command.args(["-c", script, PROGRAM]).current_dir(place.path("")).env_clear();
    command.env("HOME", place.path("")).env("PATH", "/usr/bin:/bin").timeout(std::time::Duration::from_secs(120));
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

fn sha256(path: &Path) -> String {
    digest_bytes(&fs::read(path).unwrap()).sha256
}

#[test]
fn a_set_whose_second_file_finds_no_room_leaves_the_old_one() {
    let place = place();
    for (suffix, files) in [("csv", &["x-nodes.csv", "x-links.csv", "x-about.json"][..]), ("neo4j", &["n-nodes.csv"])] {
        let name = if suffix == "csv" { "x.csv" } else { "n.csv" };
        let export = format!("export --all --to {suffix} -o {name}");
        assert_eq!(shell(&place, &format!("\"$0\" {export} --snapshot s")).code, 0);
        let before: Vec<String> = files.iter().map(|file| sha256(&place.path(file))).collect();
        let ran = shell(&place, &format!("trap '' XFSZ; ulimit -f 24; \"$0\" {export} --snapshot t"));
        let second = name.replace('.', "-links.");
        assert!(ran.code == 1 && ran.err.contains(&format!("{second}: File too large")), "{} {}", ran.code, ran.err);
        assert_eq!(before, files.iter().map(|file| sha256(&place.path(file))).collect::<Vec<_>>(), "{suffix}");
        assert!(!names(&place.path("")).iter().any(|name| name.ends_with(".part")), "{:?}", names(&place.path("")));
    }
}

#[test]
fn a_set_of_which_one_file_cannot_take_its_place_is_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a"), "old").unwrap();
    let mut set = FileSet::default();
    for name in ["a", "b", "c"] {
        set.write(&path(name), |out| out.write_all(b"new")).unwrap();
    }
    fs::create_dir(path("c")).unwrap();
    let error = set.appear().unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}: ", path("c").display())), "{error}");
    assert_eq!(fs::read(path("a")).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["a", "c"]);
    // Two files of one place are none of a set.
    let mut set = FileSet::default();
    set.write(&path("d"), |out| out.write_all(b"one")).unwrap();
    let error = set.write(&folder.path().join("./d"), |out| out.write_all(b"two")).unwrap_err().to_string();
    assert!(error.contains("two files of the same set lead there"), "{error}");
    drop(set);
    assert_eq!(names(folder.path()), ["a", "c"]);
}

#[test]
fn the_files_of_an_export_name_each_other() {
    let place = place();
    for format in ["csv", "neo4j"] {
        assert_eq!(place.run(&["export", "--all", "--snapshot", "s", "--to", format, "-o", "x.csv"]).code, 0);
        let about: serde_json::Value = serde_json::from_slice(&fs::read(place.path("x-about.json")).unwrap()).unwrap();
        assert_eq!(about["nodes_sha256"], sha256(&place.path("x-nodes.csv")));
        assert_eq!(about["links_sha256"], sha256(&place.path("x-links.csv")));
        assert_eq!(about["cells"].is_string(), format == "csv", "{about}");
    }
    assert_eq!(place.run(&["export", "--all", "--snapshot", "s", "-o", "x.parquet"]).code, 0);
    let links = SerializedFileReader::new(File::open(place.path("x-links.parquet")).unwrap()).unwrap();
    let notes = links.metadata().file_metadata().key_value_metadata().unwrap();
    let mark = notes.iter().find(|note| note.key == "modelkin.nodes_sha256").unwrap();
    assert_eq!(mark.value.as_ref().unwrap(), &sha256(&place.path("x-nodes.parquet")));
    assert_eq!(place.run(&["report", "--snapshot", "s", "--out", "r.html", "--section", "shape"]).code, 0);
    let sums = fs::read_to_string(place.path("r/SHA256SUMS")).unwrap();
    let mut listed: Vec<String> = Vec::new();
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, sha256(&place.path("r").join(name)), "{name}");
        listed.push(name.trim_start_matches("../").to_owned());
    }
    listed.push("SHA256SUMS".into());
    listed.sort();
    let mut there = names(&place.path("r"));
    there.retain(|name| name != "charts");
    there.extend(names(&place.path("r/charts")).into_iter().map(|name| format!("charts/{name}")));
    assert!(there.contains(&"charts/shape.svg".to_owned()), "{there:?}");
    there.push("r.html".into());
    there.sort();
    assert_eq!(listed, there);
    // A report of other sections leaves no table and no chart of this one.
    assert_eq!(place.run(&["report", "--snapshot", "s", "--out", "r.html", "--section", "sizes"]).code, 0);
    for folder in ["r", "r/charts"] {
        let there = names(&place.path(folder));
        assert!(!there.iter().any(|name| name.starts_with("shape.")), "{there:?}");
    }
}

#[test]
fn what_a_killed_program_left_is_removed_by_the_next_one_and_nothing_else_is() {
    let place = place();
    let left = [".s-aB3dE6.part", ".x.dot-aB3dE6.part"];
    left.iter().for_each(|name| _ = place.file(name, "half"));
    // Its writer lives.
    let living = File::create(place.path(".s-zzzzzz.part")).unwrap();
    living.lock().unwrap();
    let others = [".s-notes.part", ".s-aB3dE6x.part", ".other-aB3dE6.part", "s-aB3dE6.part"];
    others.iter().for_each(|name| _ = place.file(name, "mine"));
    fs::create_dir(place.path(".s-folder.part")).unwrap();
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    assert_eq!(place.run(&["export", "--all", "--snapshot", "s", "-o", "x.dot"]).code, 0);
    let there = names(&place.path(""));
    assert!(left.iter().all(|name| !there.contains(&(*name).to_owned())), "{there:?}");
    for name in others.iter().chain(&[".s-zzzzzz.part", ".s-folder.part"]) {
        assert!(there.contains(&(*name).to_owned()), "{name}: {there:?}");
    }
    drop(living);
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    assert!(!place.path(".s-zzzzzz.part").exists());
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_to_a_file_that_is_there_or_not() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let place = place();
    fs::create_dir(place.path("below")).unwrap();
    symlink("below/there", place.path("to-there")).unwrap();
    symlink("to-there", place.path("to-link")).unwrap();
    symlink("below/new", place.path("to-new")).unwrap();
    symlink("nowhere/new", place.path("to-nowhere")).unwrap();
    symlink("loop", place.path("loop")).unwrap();
    let calls: [&[&str]; 2] =
        [&["import", "l.edges", "-o"], &["export", "--all", "--snapshot", "s", "--to", "dot", "-o"]];
    for call in calls {
        fs::write(place.path("below/there"), "").unwrap();
        fs::set_permissions(place.path("below/there"), fs::Permissions::from_mode(0o640)).unwrap();
        for (link, target) in [("to-link", "below/there"), ("to-new", "below/new")] {
            let ran = place.run(&[call, &[link]].concat());
            assert_eq!(ran.code, 0, "{call:?} {link}: {}", ran.err);
            assert!(fs::symlink_metadata(place.path(link)).unwrap().is_symlink(), "{call:?} {link}");
            assert!(fs::metadata(place.path(target)).unwrap().len() > 100, "{call:?} {target}");
        }
        let mode = fs::metadata(place.path("below/there")).unwrap().mode();
        assert_eq!(mode & 0o777, 0o640, "who may read the file does not change");
        fs::remove_file(place.path("below/new")).unwrap();
        let ran = place.run(&[call, &["to-nowhere"]].concat());
        assert!(
            ran.code == 1 && ran.err.contains("-o nowhere/new: there is no folder nowhere; make it first"),
            "{}",
            ran.err
        );
        let ran = place.run(&[call, &["loop"]].concat());
        assert!(ran.code == 1 && ran.err.contains("-o loop: ") && ran.err.contains("name another file"), "{}", ran.err);
        // What was written through a link would stand in the way of the next call.
        fs::remove_file(place.path("below/there")).unwrap();
    }
    // A page too.
    symlink("below/page", place.path("r.html")).unwrap();
    assert_eq!(place.run(&["report", "--snapshot", "s", "--section", "sizes", "--out", "r.html"]).code, 0);
    assert!(fs::read_to_string(place.path("below/page")).unwrap().starts_with("<!DOCTYPE html>"));
}

#[test]
fn an_output_takes_the_place_of_what_it_may_alone() {
    let place = place();
    place.file("rules.txt", "family,namespaces,id_patterns\nMine,a,\n");
    place.file("owners.txt", "namespace,name,country_iso2,kind\na,A,FR,industry\n");
    place.file("foreign.arrow", b"ARROW1\0\0 of another program");
    place.file("notes.txt", "mine");
    let is_none = "is there already and is no snapshot; name another file, or remove this one";
    let is_one = "is a snapshot, whose place only another one may take; name another file, or remove this one";
    let is_read = "is one of the files that are read for it; name another one";
    let export = ["export", "--all", "--snapshot", "s"];
    let before: Vec<String> =
        ["s", "rules.txt", "owners.txt", "foreign.arrow", "l.edges"].map(|name| sha256(&place.path(name))).into();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["import", "l.edges", "-o", "notes.txt"], is_none),
        (vec!["import", "l.edges", "-o", "foreign.arrow"], is_none),
        (vec!["import", "l.edges", "-o", "l.edges"], is_read),
        (vec!["import", "s", "l.edges", "-o", "./s"], is_read),
        (vec!["import", "l.edges", "-o", "s/"], "is no file; name another one"),
        (vec!["import", "l.edges", "-o", "."], "is no file; name another one"),
        ([&export[..], &["--to", "json", "-o", "s"]].concat(), is_one),
        ([&export[..], &["--to", "json", "-o", "t"]].concat(), is_one),
        ([&export[..], &["--to", "dot", "--rules", "rules.txt", "-o", "rules.txt"]].concat(), is_read),
        ([&export[..], &["--to", "dot", "--owners", "owners.txt", "-o", "./owners.txt"]].concat(), is_read),
    ];
    for (args, says) in cases {
        let ran = place.run(&args);
        assert!(ran.code == 1 && ran.err.contains(says), "{args:?}: {} {}", ran.code, ran.err);
    }
    fs::copy(place.path("s"), place.path("r.html")).unwrap();
    let ran = place.run(&["report", "--snapshot", "s", "--section", "sizes", "--out", "r.html"]);
    assert!(ran.code == 1 && ran.err.contains(is_one), "{}", ran.err);
    assert!(!place.path("r").exists(), "nothing of it appears");
    let after: Vec<String> =
        ["s", "rules.txt", "owners.txt", "foreign.arrow", "l.edges"].map(|name| sha256(&place.path(name))).into();
    assert_eq!(before, after);
    // Any other file is replaced, as by the shell's `>`.
    assert_eq!(place.run(&[&export[..], &["--to", "dot", "-o", "notes.txt"]].concat()).code, 0);
    assert!(fs::read_to_string(place.path("notes.txt")).unwrap().contains("digraph"));
}

#[test]
fn a_standard_output_that_takes_nothing_is_an_error_and_a_reader_that_goes_away_is_none() {
    let place = place();
    for command in [
        "rank --snapshot s",
        "rank --snapshot s --format json",
        "rank --snapshot s --format csv",
        "family a/* --snapshot s",
        "show a/base --snapshot s --format markdown",
        "export --all --snapshot s --to dot",
        "export --all --snapshot s --to json -o -",
        "export --all --snapshot s --to json -o /dev/stdout",
        "report --snapshot s --section sizes",
        "report --snapshot s --section sizes.classes --format csv",
        "report --snapshot s --section sizes --out r.html",
        "explain a/* --snapshot s",
        "owners --snapshot s",
        "search a --snapshot s",
        "diff s t",
        "check s",
        "verify s",
        "import l.edges -o new",
        "--help",
        "--version",
        "rank --help",
        "help rank",
    ] {
        for (to, says) in [
            (">&-", "error: standard output: it is closed, so nobody would see the answer"),
            (">/dev/full", "standard output: No space left on device"),
            ("1</dev/null", "standard output: "),
        ] {
            let ran = shell(&place, &format!("set -f; \"$0\" {command} {to}"));
            assert!(ran.code == 1 && ran.err.contains(says), "{command} {to}: {} {}", ran.code, ran.err);
        }
        let ran = shell(&place, &format!("set -f; {{ \"$0\" {command}; echo $? >code; }} | true"));
        let code = fs::read_to_string(place.path("code")).unwrap();
        assert!(code == "0\n" && !ran.err.contains("error"), "{command}: {code} {}", ran.err);
        let ran = shell(&place, &format!("set -f; \"$0\" {command} >/dev/null"));
        assert_eq!(ran.code, 0, "{command}: {}", ran.err);
    }
    // Nothing is written there, and nothing is missed.
    let ran = shell(&place, "\"$0\" export --all --snapshot s --to dot -o x.dot >&-");
    assert_eq!(ran.code, 0, "{}", ran.err);
    // What is added to stays.
    let ran =
        shell(&place, "echo before >log; \"$0\" export --all --snapshot s --to edges -o /dev/stdout >>log; cat log");
    assert!(ran.out.starts_with("before\n# title: "), "{}", ran.out);
}

/// What a command writes to a terminal that does not know how wide it is.
#[cfg(target_os = "linux")]
fn on_a_terminal(place: &Place, args: &[&str]) -> String {
    crate::terminal::on_a_terminal(place, args, (0, 0), true, &[("NO_COLOR", "1")]).text
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_sent_no_control_characters_and_a_pipe_the_bytes_as_they_are() {
    let place = Place::new();
    let red = "\u{1b}[31m\u{9b}1m\u{7}\u{202e}";
    let row = serde_json::json!({"id": "a/b", "pipeline_tag": red, "tags": ["license:other", "base_model:a/base"],
        "cardData": {"license": "other", "license_name": red}});
    place.file("rows.jsonl", format!("{row}\n{{\"id\":\"no id{red}\"}}\n"));
    assert_eq!(place.run(&["import", "rows.jsonl", "-o", "s"]).code, 0);
    let listed = ["family", "a/*", "--list", "members", "--format", "csv", "--snapshot", "s"];
    let ran = place.run(&listed);
    assert!(ran.code == 0 && ran.out.contains(red), "{:?}", ran.out);
    let shown = on_a_terminal(&place, &listed);
    assert!(shown.contains(r"\u{1b}[31m\u{9b}1m\u{7}\u{202e}"), "{shown:?}");
    let is_raw = |text: &str| text.contains(|c: char| (c.is_control() && !"\r\n\t".contains(c)) || c == '\u{202e}');
    for format in ["dot", "edges", "json", "graphml", "gexf", "mermaid", "cytoscape", "svg"] {
        let shown = on_a_terminal(&place, &["export", "--all", "--to", format, "--snapshot", "s"]);
        assert!(shown.contains("a/b") && !is_raw(&shown), "{format}: {shown:?}");
    }
    for args in [
        &["check", "--list", "reject", "--snapshot", "s", "--format", "csv"][..],
        &["check", "--list", "reject", "--snapshot", "s", "--format", "json"],
        &["verify", "s"],
        &["show", &format!("no{red}"), "--snapshot", "s"],
        &["rank", &format!("--by={red}")],
        &["rank", &format!("--snapshot=no{red}")],
        &[&format!("no{red}")],
        &["report", "--section", &format!("no{red}")],
        &["export", "--all", "--to", "dot", "-o", &format!("no{red}/x")],
        &["import", &format!("no{red}"), "-o", "t"],
        &["import", "rows.jsonl", "-o", &format!("no{red}/t")],
    ] {
        let shown = on_a_terminal(&place, args);
        assert!(!shown.is_empty() && !is_raw(&shown), "{args:?}: {shown:?}");
    }
    let shown = on_a_terminal(&place, &["export", "--all", "--to", "png", "--snapshot", "s"]);
    assert!(shown.contains("png is no text for a terminal; name a file with -o"), "{shown:?}");
    // Progress renews its line by control characters of its own, and by no others.
    place.file(&format!("x{red}.jsonl"), format!("{row}\n"));
    let shown = on_a_terminal(&place, &["import", &format!("x{red}.jsonl"), "-o", "t"]);
    assert!(!shown.contains("\u{1b}[31m") && !shown.contains(['\u{9b}', '\u{7}', '\u{202e}']), "{shown:?}");
}

/// A name that is HTML and a link.
const EVIL: &str = "<img src=x onerror=alert(1)>|[a](javascript:1) `b` *c* _d_ ~~e~~ $f$ &lt \\ https://g.h www.g.h";

#[test]
fn what_is_written_in_markdown_is_words() {
    for (text, written) in [
        ("<img src=x>|[a](javascript:1)", r"&lt;img src=x&gt;\|\[a\](javascript:1)"),
        ("a&lt;b `c` *d* _e_ ~f~ $g$ \\", r"a&amp;lt;b \`c\` \*d\* \_e\_ \~f\~ \$g\$ \\"),
        ("see https://g.h, http://g.h or WWW.g.h", r"see https\://g.h, http\://g.h or WWW\.g.h"),
        ("# a # b", r"\# a # b"),
        ("- a - b", r"\- a - b"),
        ("===", r"\==="),
        ("1. a 2. b", r"1\. a 2. b"),
        ("12) a", r"12\) a"),
        ("1.5 and 1,000", "1.5 and 1,000"),
        ("a\nb\u{1b}", r"a\\u{a}b\\u{1b}"),
        ("Qwen2.5-7B, in all: é", "Qwen2.5-7B, in all: é"),
    ] {
        assert_eq!(markdown(text), written);
    }
    let place = place();
    place.file("rules.csv", format!("family,namespaces,id_patterns\n\"{EVIL}\",a,\n"));
    place.file("owners.csv", format!("namespace,name,country_iso2,kind\nb,\"{EVIL}\",FR,industry\n"));
    let row =
        serde_json::json!({"id": "b/c", "tags": [format!("license:{EVIL}"), "base_model:a/base"], "downloads": 5});
    place.file("rows.jsonl", format!("{row}\n{}\n", serde_json::json!({"id": format!("```\n{EVIL}")})));
    assert_eq!(place.run(&["import", "rows.jsonl", "-o", "e"]).code, 0);
    for args in [
        &["family", EVIL, "--rules", "rules.csv"][..],
        &["family", EVIL, "--rules", "rules.csv", "--list", "members"],
        &["rank", "--of", "families", "--rules", "rules.csv"],
        &["owners", "--owners", "owners.csv"],
        &["report", "--owners", "owners.csv", "--families", "rules.csv"],
        &["explain", EVIL, "--families", "rules.csv"],
        &["show", "--family", EVIL, "--rules", "rules.csv"],
        &["check", "--list", "reject"],
    ] {
        let ran = place.run(&[args, &["--format", "markdown", "--snapshot", "e"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        // What stands in a block of code is words already.
        let (mut fence, mut words) = (None, String::new());
        for line in ran.out.lines() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            match fence {
                Some(opened) if ticks >= opened && line.len() == ticks => fence = None,
                Some(_) => (),
                None if ticks >= 3 => fence = Some(ticks),
                None => words += &format!("{line}\n"),
            }
        }
        assert!(fence.is_none(), "{args:?}: {}", ran.out);
        assert!(ran.out.contains("img src=x") || words.contains("lt;img"), "{args:?}: {}", ran.out);
        // Without what a backslash stands before, no sign of markup is left.
        let mut bare = String::new();
        let mut signs = words.chars();
        while let Some(sign) = signs.next() {
            match sign {
                '\\' => _ = signs.next(),
                sign => bare.push(sign),
            }
        }
        for bad in ["<", ">", "[", "]", "`", "*", "_", "~", "$", "://", "www.", "&lt ", "&#"] {
            assert!(!bare.contains(bad), "{args:?} {bad}: {words}");
        }
    }
}

#[test]
fn a_tree_of_any_depth_ends_and_says_what_it_leaves_out() {
    const LONG: usize = 110_000;
    let place = Place::new();
    let mut chain = io::BufWriter::new(File::create(place.path("chain.edges")).unwrap());
    (0..LONG).for_each(|at| writeln!(chain, "a/m{at} -> a/m{}", at + 1).unwrap());
    chain.into_inner().unwrap();
    assert_eq!(place.run(&["import", "chain.edges", "-o", "s"]).code, 0);
    let show = ["show", "a/m0", "--depth", "100000000", "--snapshot", "s"];
    let ran = place.run(&show);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let said = "Only the first 100,000 lines are drawn; left out: 10,001 models of the selection.";
    assert!(ran.out.contains(said), "{}", &ran.out[ran.out.len() - 900..]);
    assert!(ran.out.contains("99,999 links down  └── a/m99999") && !ran.out.contains("a/m100000"));
    assert!(ran.out.len() < 40_000_000);
    let ran = place.run(&[&show[..], &["--format", "csv"]].concat());
    assert!(ran.code == 0 && !ran.err.contains("lines are drawn"), "{}", ran.err);
    assert_eq!(ran.out.lines().count(), LONG + 2, "programs have every line");
    assert!(ran.out.lines().last().unwrap().starts_with("110000,a/m110000,a/m109999,"));
    let ran = place.run(&["show", "--above", "a/m110000", "--depth", "18446744073709551615", "--snapshot", "s"]);
    assert!(ran.code == 0 && ran.out.contains("Only the first 100,000 lines are drawn"), "{}", ran.err);
}

#[test]
fn below_what_is_not_drawn_is_counted_as_long_as_it_takes_no_time() {
    // A ladder: whatever is left out on one rung has all the others below it.
    let place = Place::new();
    let rungs: String =
        (0..6_000).map(|at| format!("o/n{at} -> a/x{at}, b/y{at}\na/x{at}, b/y{at} -> o/n{}\n", at + 1)).collect();
    place.file("ladder.edges", rungs);
    assert_eq!(place.run(&["import", "ladder.edges", "-o", "s"]).code, 0);
    let show = ["show", "o/n0", "--depth", "100000", "--siblings", "1", "--snapshot", "s"];
    let ran = place.run(&show);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("… 1 more, with 17,998 descendants\n"), "{}", &ran.out[..1000]);
    assert!(
        ran.out.contains("lines of models that are not drawn, what is below them is not counted: it takes too long.")
    );
    let ran = place.run(&[&show[..], &["--format", "csv"]].concat());
    assert!(ran.out.contains(",,,,true,1\n"), "what is not counted is missing: {}", &ran.out[..1000]);
    let ran = place.run(&["show", "o/n0", "--depth", "20", "--siblings", "1", "--snapshot", "s"]);
    assert!(!ran.out.contains("takes too long"), "{}", ran.out);
}

#[test]
fn numbers_of_any_size_are_taken() {
    const MOST: &str = "18446744073709551615";
    let place = place();
    for args in [
        &["rank", "--top", MOST][..],
        &["rank", "--of", "owners", "--top", MOST],
        &["rank", "--by", "authors", "--top", MOST],
        &["owners", "--top", MOST],
        &["search", "a", "--top", MOST],
        &["family", "a/*", "--list", "f1", "--top", MOST],
        &["check", "--bursts", "--top", MOST],
        &["check", "--aliases", "--top", MOST],
        &["show", "a/base", "--depth", MOST, "--siblings", MOST],
        &["show", "--around", "a/base", "--hops", MOST, "--top", MOST],
        &["show", "--family", "a/*", "--depth", MOST, "--min-descendants", "0"],
        &["show", "--below", "a/base", "--depth", MOST, "--min-downloads", "0", "--min-descendants", "0"],
        &["export", "--below", "a/base", "--depth", MOST, "--top", MOST, "--to", "dot"],
        &["export", "--above", "b/ft", "--depth", MOST, "--to", "svg"],
        &["export", "--around", "a/base", "--hops", MOST, "--to", "edges", "--min-downloads", MOST],
    ] {
        let ran = place.run(&[args, &["--snapshot", "s"]].concat());
        assert!(ran.code == 0 && !ran.out.is_empty(), "{args:?}: {} {}", ran.code, ran.err);
    }
    for args in [
        &["rank", "--top", "18446744073709551616"][..],
        &["show", "a/base", "--depth", "-1"],
        &["rank", "--by", "growth", "--days", "65536"],
    ] {
        let ran = place.run(args);
        assert!(ran.code == 2 && ran.err.contains("error: "), "{args:?}: {} {}", ran.code, ran.err);
    }
}

#[test]
fn a_report_that_finds_no_room_leaves_no_folder() {
    let place = place();
    let ran = shell(&place, "trap '' XFSZ; ulimit -f 0; \"$0\" report --snapshot s --section shape --out new/rep");
    assert!(ran.code == 1 && ran.err.contains("File too large"), "{}", ran.err);
    assert!(!place.path("new").exists());
    std::os::unix::fs::symlink("nowhere", place.path("link")).unwrap();
    for out in ["link", "link/rep", "link.html"] {
        let ran = shell(&place, &format!("\"$0\" report --snapshot s --section shape --out {out}"));
        let said = "link: is a link to a folder that is not there; make that one, or choose another --output";
        assert!(ran.code == 1 && ran.err.contains(said), "{out}: {}", ran.err);
    }
    fs::create_dir(place.path("nowhere")).unwrap();
    assert_eq!(shell(&place, "\"$0\" report --snapshot s --section shape --out link").code, 0);
    assert!(place.path("nowhere/index.html").is_file());
}

#[test]
fn too_many_threads_are_not_made() {
    let place = place();
    let ran = shell(&place, "RAYON_NUM_THREADS=1000000 \"$0\" rank --snapshot s --format csv; echo $?");
    assert!(ran.out.ends_with("\n0\n"), "{} {}", ran.out, ran.err);
}

#[test]
fn an_answer_without_rows_has_the_heads_of_one_with_rows() {
    let place = Place::new();
    place.file("l.edges", "a/base -> b/ft, c/x : finetune licence=mit\nb/ft -> b/ft : finetune\n");
    place.file("clean.edges", "a/base -> b/ft : finetune\n");
    let bursts = (0..60).map(|at| format!("a/base -> b/m{at} : finetune created=2025-01-02\n")).collect::<String>();
    place.file("full.edges", format!("{bursts}a/base -> d/base : finetune\ngoogle/bert -> e/x : finetune\n"));
    for (source, snapshot) in [("l.edges", "s"), ("clean.edges", "clean"), ("full.edges", "full")] {
        assert_eq!(place.run(&["import", source, "-o", snapshot, "--date", "2025-01-31"]).code, 0);
    }
    let pairs: &[(&str, &str)] = &[
        ("rank --snapshot s", "rank --within c/x --snapshot s"),
        ("rank --of authors --within a/base --snapshot s", "rank --of authors --within c/x --snapshot s"),
        ("search ft --snapshot s", "search nothing --snapshot s"),
        ("upstream b/ft --snapshot s", "upstream a/base --snapshot s"),
        ("why b/ft a/base --snapshot s", "why a/base b/ft --snapshot s"),
        ("common b/ft c/x --snapshot s", "common a/base google/bert --snapshot full"),
        ("siblings b/ft --snapshot s", "siblings a/base --snapshot s"),
        ("blast a/base --list --snapshot s", "blast c/x --list --snapshot s"),
        ("family a/base --list f2 --snapshot s", "family c/x --list f2 --snapshot s"),
        ("check --snapshot s", "check --snapshot clean"),
        ("check --list self-link --snapshot s", "check --list cycle --snapshot s"),
        ("check --bursts --snapshot full", "check --bursts --snapshot s"),
        ("check --mirrors --snapshot full", "check --mirrors --snapshot s"),
        ("flows --snapshot s", "flows --since 2026-01-01 --snapshot s"),
    ];
    for (with, without) in pairs {
        let [with, without] = [with, without].map(|command| {
            let mut args: Vec<&str> = command.split(' ').collect();
            args.extend(["--format", "csv", "--quiet"]);
            let ran = place.run(&args);
            assert!(ran.err.is_empty(), "{command}: {}", ran.err);
            ran.out
        });
        assert!(with.lines().count() > 1, "{with}");
        assert_eq!(without.lines().collect::<Vec<_>>(), [with.lines().next().unwrap()]);
    }
}
