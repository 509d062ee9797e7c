//! Calls that say too much, files that are not there, and counts with their nouns.

use modelkin::ink::plural;

use crate::program::Place;

fn place() -> Place {
    let place = Place::new();
    place.file("l.edges", "a/base -> b/ft : finetune created=2024-05-01\n?gone/x -> c/y : finetune");
    let ran = place.run(&["import", "l.edges", "-o", "s", "--date", "2025-01-31"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    place.file("rules.csv", "family,namespaces,id_patterns\nMine,a,\n");
    place.file("owners.csv", "namespace,name,country_iso2,kind\na,A,FR,industry\n");
    place
}

#[test]
fn options_that_would_change_nothing_are_refused_with_what_would() {
    let place = place();
    for (args, says) in [
        (&["rank", "--rules", "rules.csv"][..], "use it with --of families"),
        (&["rank", "--of", "owners", "--families", "rules.csv"], "use it with --of families"),
        (&["rank", "--days", "7"], "use it with --by growth"),
        (&["family", "a/*", "--list", "members", "--include-members"], "leave it out with --list members"),
        (&["family", "a/*", "--top", "3"], "--list"),
        (&["show", "a/base", "--rules", "rules.csv"], "use it with --family"),
        (&["show", "a/base", "--hops", "2"], "--hops goes with --around"),
        (&["export", "--all", "--to", "edges", "--owners", "owners.csv"], "no use for --owners"),
        (&["export", "--all", "--to", "svg", "--owners", "owners.csv"], "--color-by country"),
        (&["export", "--all", "--to", "edges", "--rules", "rules.csv"], "no use for --families"),
        (&["export", "--all", "--to", "mermaid", "--rules", "rules.csv"], "--color-by family"),
        (&["report", "--snapshots", "s", "--snapshot", "s"], "so does --snapshot"),
        (&["report", "--out", "r.html", "--format", "json"], "leave --format out"),
        (&["check", "--top", "3"], "--list KIND lists every case"),
        (&["check", "s", "--snapshot", "s"], "so does --snapshot"),
        (&["owners", "--families", "rules.csv"], "--families"),
        (&["explain", "a/*", "--owners", "owners.csv"], "--owners"),
        (&["crawl", "--below", "a/b", "--no-licence-names"], "--no-licence-names"),
        (&["crawl", "--limit", "9", "--no-licence-names"], "--no-licence-names"),
        (&["crawl", "--renames", "--no-licence-names"], "--no-licence-names"),
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
    for args in [
        &["rank", "--of", "families", "--rules", "rules.csv"][..],
        &["rank", "--by", "growth", "--days", "7"],
        &["show", "--family", "Mine", "--rules", "rules.csv"],
        &["export", "--all", "--to", "json", "--owners", "owners.csv", "--rules", "rules.csv"],
        &["export", "--all", "--to", "svg", "--owners", "owners.csv", "--color-by", "country"],
        &["export", "--family", "Mine", "--to", "edges", "--rules", "rules.csv"],
        &["check", "--bursts", "--top", "3"],
        &["explain", "Mine", "--families", "rules.csv"],
        &["owners", "--owners", "owners.csv"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    }
    // A variable is no option of this call: what is named stands above it.
    let ran = place.run_with(&["check", "s"], &[("MODELKIN_SNAPSHOT", "nowhere")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn a_file_that_cannot_be_had_is_named_with_its_option_and_a_remedy() {
    let place = place();
    std::fs::create_dir(place.path("folder")).unwrap();
    for (args, says) in [
        (
            &["rank", "--of", "families", "--rules", "no.csv"][..],
            "--families no.csv: there is no such file; name a CSV file",
        ),
        (&["family", "Mine", "--families", "folder"], "--families folder: is no table"),
        (&["report", "--owners", "no.csv"], "--owners no.csv: there is no such file; name a CSV file"),
        (&["report", "--families", "folder"], "--families folder: is no table"),
        (&["export", "--all", "--to", "json", "--owners", "no.csv"], "--owners no.csv: there is no such file"),
        (&["import", "l.edges", "--aliases", "no.csv", "-o", "t"], "--aliases no.csv: there is no such file"),
        (&["import", "no.jsonl", "-o", "t"], "no.jsonl: there is no such file; name a file, a folder"),
        (&["import", "l.edges", "-o", "no/t"], "-o no/t: there is no folder no; make it first"),
        (&["check", "nofile"], "nofile: there is no such file; make a snapshot with `modelkin import`"),
        (&["rank", "--snapshot", "nofile"], "--snapshot nofile: there is no such file; make a snapshot"),
        (&["diff", "s", "nofile"], "nofile: there is no such file; make a snapshot"),
        (&["report", "--snapshots", "nofile"], "--snapshots nofile: no such file; name snapshots"),
        (&["export", "--all", "-o", "no/x.json"], "-o no/x.json: there is no folder no; make it first"),
        (
            &["report", "--out", "l.edges/r.html"],
            "--output l.edges/r: a part of its path is a file and no folder; choose",
        ),
        (&["crawl", "-o", "no/t"], "-o no/t: there is no folder no; make it first"),
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 1, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(says) && !ran.err.contains("os error"), "{args:?}: {}", ran.err);
    }
    let ran = place.run_with(&["rank"], &[("MODELKIN_SNAPSHOT", "nofile")]);
    assert!(ran.code == 1 && ran.err.contains("MODELKIN_SNAPSHOT nofile: there is no such file"), "{}", ran.err);
}

#[test]
fn columns_that_are_named_twice_or_of_no_table_are_refused() {
    let place = place();
    place.file("t.csv", "id,trained_from,also\nx/y,a/base,c/d\n");
    place.file("o--m.md", "---\nbase_model: a/b\n---\n");
    for (args, says) in [
        (&["t.csv", "--column", "parent=also", "--column", "parent=also"][..], "--column parent=also stands twice"),
        (&["t.csv", "--column", "parent=also", "--column", "id=also"], "also is either parent or id"),
        (&["o--m.md", "--column", "parent=also"], "names columns of tables"),
        (&["s", "--column", "parent=also"], "names columns of tables"),
        (&["l.edges", "o--m.md", "--column", "parent=also"], "names columns of tables"),
    ] {
        let ran = place.run(&[&["import", "-o", "t"], args].concat());
        assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
    // Two columns of parents add up, and other sources may stand beside a table.
    let both = ["import", "-o", "t", "t.csv", "l.edges", "--column", "parent=also", "--column", "parent=trained_from"];
    let ran = place.run(&both);
    assert!(ran.code == 0 && ran.out.contains("4 models, 4 links"), "{}{}", ran.out, ran.err);
}

#[test]
fn one_of_a_kind_is_no_plural() {
    assert_eq!(plural(0, "model"), "0 models");
    assert_eq!(plural(1, "model"), "1 model");
    assert_eq!(plural(1_200, "unlisted parent"), "1,200 unlisted parents");
    assert_eq!((plural(1, "oddity"), plural(2, "oddity")), ("1 oddity".into(), "2 oddities".into()));
    let place = Place::new();
    place.file("l.edges", "?gone/x -> c/y : finetune\nc/y -> c/y : finetune\n");
    place.file("l.jsonl", "{\"id\":\"C/y\"}\n{\"id\":\"no id\"}\n");
    let ran = place.run(&["import", "l.edges", "l.jsonl", "-o", "s"]);
    for said in [
        "(edges): 1 record, 0 of models",
        "(jsonl): 1 record, 1 of models known before, 1 reject\n",
        "\n1 reject, such as\n",
        "\n1 oddity: 1 case-collision\n",
        "s: 1 model, 1 link, 1 unlisted parent\n",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    place.file("one.edges", "a/base -> b/ft : finetune created=2024-05-01 downloads=1\na/base : downloads=1 likes=1 licence=mit created=2024-04-01\n");
    let ran = place.run(&["import", "one.edges", "-o", "one", "--date", "2025-01-31"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    place.file("more.edges", "b/ft -> c/q : quantized downloads=1 created=2024-06-01\n?x/y -> z/w : merge");
    let ran = place.run(&["import", "one", "more.edges", "-o", "more", "--date", "2025-02-28"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    place.file("flagged.csv", "id\na/base\n");
    for call in [
        "rank --snapshot s",
        "family c/* --list members --snapshot s",
        "family gone/x --snapshot s",
        "check s",
        "check --kinds cycle --snapshot s",
        "check --aliases --snapshot s",
        "rank --by downloads --snapshot one",
        "rank --of owners --snapshot one",
        "family a/* --snapshot one",
        "family a/base --list f2 --snapshot one",
        "family x/* --snapshot more",
        "explain a/* --snapshot one",
        "explain a/* --snapshot more",
        "show a/base --min-descendants 1 --snapshot more",
        "show --family a/* --since 2024-05-15 --snapshot more",
        "report --snapshot one",
        "report --snapshots one more",
        "owners --snapshot one",
        "search a --snapshot one",
        "search base --top 1 --snapshot more",
        "upstream b/ft --snapshot one",
        "why b/ft a/base --snapshot one",
        "common b/ft c/q --snapshot more",
        "siblings b/ft --snapshot one",
        "blast a/base --snapshot one",
        "blast a/base --list --snapshot one",
        "blast --flagged flagged.csv --mine b/* --snapshot one",
        "licences b/ft --snapshot one",
        "licences c/q --unknown deny --snapshot more",
        "bom b/ft -o b.cdx.json --snapshot one",
        "export --below b/ft -o x.dot --collapse leaves --snapshot more",
        "check more --list all",
        "verify one",
        "diff one more",
    ] {
        let args: Vec<&str> = call.split(' ').collect();
        let ran = place.run(&args);
        assert!([0, 3].contains(&ran.code), "{call}: {}", ran.err);
        // Verbs of one end so, and heads of columns may.
        let is_fine =
            |word: &str| ["hangs", "fails", "names", "has", "is", "breaks", "descends", "authors"].contains(&word);
        let is_wrong = |pair: &[&str]| {
            let word = pair[1].trim_end_matches([',', '.', ':', ';', ')']);
            pair[0].trim_start_matches('(') == "1"
                && (["are", "have"].contains(&word) || word.ends_with('s') && !is_fine(word))
        };
        // In a table two blanks and more stand between the cells.
        let all = ran.out.clone() + &ran.err;
        let sentences = all.lines().flat_map(|line| line.split("  "));
        let wrong =
            sentences.map(|text| text.split(' ').collect::<Vec<_>>()).find(|words| words.windows(2).any(is_wrong));
        assert!(wrong.is_none(), "{call}: {wrong:?}: {all}");
    }
}

#[test]
fn a_year_that_no_snapshot_has_is_told_as_such() {
    let place = Place::new();
    for (day, said) in [("9999-12-31", "no year from 1 to 9998"), ("31.12.2025", "write it as 2025-01-31")] {
        let ran = place.run(&["rank", "--since", day]);
        assert!(ran.code == 2 && ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn a_family_of_another_hub_is_mentioned_by_its_name_there() {
    let place = Place::new();
    let text = "Qwen/base\nu/Qwen-ft : tags=qwen\nv/m : tags=Qwen\nv/other";
    let far = text.lines().map(|line| format!("ms:{line}\n")).collect::<String>();
    for (name, text, family) in [("here", text.to_owned(), "Qwen/*"), ("far", far, "ms:Qwen/*")] {
        place.file("l.edges", &text);
        assert_eq!(place.run(&["import", "l.edges", "-o", name]).code, 0);
        let ran = place.run(&["family", family, "--list", "f3", "--format", "csv", "--snapshot", name]);
        assert_eq!((ran.code, ran.out.lines().count()), (0, 3), "{name}: {}{}", ran.out, ran.err);
        assert_eq!(place.run(&["check", "--below", "huggingface:Qwen/base", "--snapshot", "here"]).code, 0);
    }
    assert_eq!(place.run(&["check", "--below", "ms:Qwen/base", "--owner", "ms:Qwen", "--snapshot", "far"]).code, 0);
}

/// What is wrong with a number is said in words, whatever option it is of.
#[test]
fn a_number_that_is_none_or_none_of_those_that_are_wanted_is_told() {
    let place = Place::new();
    for (args, says) in [
        (&["serve", "--port", "x"][..], "'--port <N>': no whole number, such as 20"),
        (&["serve", "--port", "70000"], "'--port <N>': too large a number"),
        (&["serve", "--port", "-1"], "'--port <N>': no whole number, such as 20"),
        (&["rank", "--top", "x"], "'--top <N>': no whole number, such as 20"),
        (&["serve", "--wait", "soon"], "'--wait <SECONDS>': no whole number, such as 20"),
        (&["mcp", "--wait", "-1"], "'--wait <SECONDS>': no whole number, such as 20"),
        (&["rank", "--wait=soon"], "'--wait[=<SECONDS>]': no whole number, such as 20"),
        (&["rank", "--top", "-1"], "'--top <N>': no whole number, such as 20"),
        (&["rank", "--top", "99999999999999999999999"], "'--top <N>': too large a number"),
        (&["rank", "--by", "growth", "--days", "0"], "'--days <N>': a number from 1 on is wanted"),
        (&["rank", "--by", "growth", "--days", "a"], "'--days <N>': no whole number, such as 20"),
        (
            &["why", "a/a", "a/b", "--all", "--max-paths", "1001"],
            "'--max-paths <N>': a number from 1 to 1000 is wanted",
        ),
        (&["crawl", "--limit", "0"], "'--limit <N>': a number from 1 on is wanted"),
        (&["crawl", "--timeout", "3601"], "'--timeout <SECONDS>': a number from 1 to 3600 is wanted"),
        (&["crawl", "--patience", "10001"], "'--patience <MINUTES>': a number from 0 to 10000 is wanted"),
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}
