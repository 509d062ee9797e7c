//! Exports: what is selected against a naive twin, what every format says of itself, and what the program answers.
//! `tests/others/read_exports.py` reads them back with other programs.

use std::collections::{BTreeMap, BTreeSet};

use modelkin::census::{Census, Counting, Kin};
use modelkin::export::{About, ColorBy, FilePart, Format, Graph, Layout, Paint, Tables};
use modelkin::ink::Value;
use modelkin::lineage::{Collapse, Lineage, Reach, Selection};
use modelkin::reference::{Aliases, Families, Family, Licences, Publishers};
use modelkin::snapshot::{Row, Snapshot};
use modelkin::survey::{References, Survey};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};

use crate::naive::Naive;
use crate::program::Place;
use crate::support::{any_lineage, snapshot};

fn written(snapshot: &Snapshot, format: Format, part: FilePart) -> String {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let selection = lineage.everything();
    let rows: Vec<Row> = snapshot.rows().collect();
    let tables = Tables {
        kin: Kin::find(&Families::built_in().unwrap().all().unwrap(), &lineage, &rows).unwrap(),
        publishers: Publishers::built_in().unwrap(),
        aliases: Aliases::built_in().unwrap(),
        licences: Licences::built_in().unwrap(),
    };
    let about = About {
        title: "a <title>".into(),
        selection: "all".into(),
        program: "modelkin test".into(),
        written: Vec::new(),
    };
    let graph = Graph::new(&census, &selection, &tables, about).unwrap();
    let mut out = Vec::new();
    format.write(part, &graph, &Paint::new(&graph, ColorBy::Relation), Layout::OUTLINE, &mut out).unwrap();
    String::from_utf8_lossy(&out).into_owned()
}

/// Models within so many links, the slow way.
fn naive_reach(naive: &Naive, start: Row, reach: Reach, depth: usize) -> BTreeSet<Row> {
    let mut reached = BTreeSet::from([start]);
    for _ in 0..depth.min(64) {
        for at in reached.clone() {
            if reach != Reach::Above {
                reached.extend(naive.children.get(&at).into_iter().flatten());
            }
            if reach != Reach::Below {
                reached.extend(naive.parents.get(&at).into_iter().flatten().map(|(parent, _)| parent));
            }
        }
    }
    reached
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn a_selection_holds_what_a_plain_search_finds(text in any_lineage(), depth in 0..5usize, most in 1..6usize) {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        let naive = Naive::of(&lineage);
        let of = |selection: &Selection| selection.rows().iter().copied().collect::<BTreeSet<_>>();
        for row in snapshot.rows() {
            for (reach, depth) in [(Reach::Below, 64), (Reach::Above, 64), (Reach::Below, depth), (Reach::Around, depth)] {
                let found = lineage.select(&[row], reach, depth);
                prop_assert_eq!(of(&found), naive_reach(&naive, row, reach, depth));
                let inside = of(&found);
                let links = naive.children.iter().flat_map(|(parent, children)| children.iter().map(|child| (*parent, *child)));
                let links = links.filter(|(parent, child)| inside.contains(parent) && inside.contains(child)).count();
                prop_assert_eq!(found.links().count(), links);
            }
        }
        let all = lineage.everything();
        let weight = |row: Row| census.facts(row).descendants;
        let top = all.clone().top(most, Reach::Around, weight);
        let mut ranked: Vec<Row> = all.rows().to_vec();
        ranked.sort_by_key(|row| (std::cmp::Reverse(weight(*row)), *row));
        let mut expected: BTreeSet<Row> = ranked.into_iter().take(most).collect();
        for row in expected.clone() {
            expected.extend(naive_reach(&naive, row, Reach::Above, 64));
        }
        prop_assert_eq!(of(&top), expected);

        for which in [Collapse::Leaves, Collapse::Quantized] {
            let collapsed = all.clone().collapse(which);
            prop_assert_eq!(collapsed.models(), all.models(), "nothing vanishes");
            let mut hidden = BTreeSet::new();
            for group in collapsed.groups() {
                prop_assert!(group.models.len() > 1);
                for model in &group.models {
                    prop_assert!(hidden.insert(*model) && !naive.children.contains_key(model));
                    let parents: Vec<Row> = naive.parents[model].keys().copied().collect();
                    prop_assert_eq!(&parents, &group.parents);
                    prop_assert_eq!(naive.parents[model].values().max(), Some(&group.relation));
                }
            }
            prop_assert!(hidden.is_disjoint(&of(&collapsed)));
        }
    }

    #[test]
    fn families_are_handed_down(text in any_lineage()) {
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let naive = Naive::of(&lineage);
        let families = [Family::of_owner("o1"), Family::of_owner("o2"), Family::of_model("o3/m9")];
        let some: Vec<Row> = snapshot.rows().filter(|row| row % 3 > 0).collect();
        let kin = Kin::find(&families, &lineage, &some).unwrap();
        for row in snapshot.rows() {
            let mut expected = Vec::new();
            for family in &families {
                let is_member = family.members_among(&[snapshot.id(row)])[0];
                let members: Vec<Row> =
                    snapshot.rows().filter(|member| family.members_among(&[snapshot.id(*member)])[0]).collect();
                if row % 3 > 0 && (is_member || naive.reached(&members).contains(&row)) {
                    expected.push(family.name.as_str());
                }
            }
            prop_assert_eq!(kin.names(row).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn no_label_of_a_drawing_lies_on_another(text in any_lineage()) {
        let svg = written(&snapshot(&text), Format::Svg, FilePart::Whole);
        let mut reader = Reader::from_str(&svg);
        // Left, right and middle of each label in a group of its own.
        let mut labels: Vec<(f64, f64, f64)> = Vec::new();
        let (mut depth, mut at) = (0, None::<(f64, f64)>);
        loop {
            match reader.read_event().unwrap() {
                Event::Eof => break,
                Event::Start(start) if ["g", "a"].contains(&start.name().as_ref()) => depth += 1,
                Event::End(end) if ["g", "a"].contains(&end.name().as_ref()) => depth -= 1,
                Event::Start(start) if start.name().as_ref() == "text" && depth > 0 => {
                    let number = |name: &str| -> f64 {
                        let value = start.try_get_attribute(name).unwrap().unwrap();
                        value.value.parse().unwrap()
                    };
                    at = Some((number("x"), number("y")));
                }
                Event::Text(text) => {
                    if let Some((x, y)) = at.take() {
                        labels.push((x, x + text.chars().count() as f64 * 6.0, y));
                    }
                }
                _ => (),
            }
        }
        prop_assert!(!labels.is_empty());
        for (number, (left, right, y)) in labels.iter().enumerate() {
            for (other_left, other_right, other_y) in &labels[number + 1..] {
                let apart = (y - other_y).abs() >= 12.0 || right < other_left || other_right < left;
                prop_assert!(apart, "{left} {y} and {other_left} {other_y}");
            }
        }
    }
}

#[test]
fn hostile_words_stay_words() {
    let hostile = r#"=cmd|' /c calc'!A1","x":"--> ]]> </title><script>alert(1)</script> "];n0-->n1;%%{init}"#;
    let row = |id: &str, parent: &str| {
        let json = serde_json::json!({"id": id, "pipeline_tag": format!("{hostile}\u{1b}[31m\u{9b}0m\r"), "tags": [format!("license:{hostile}\u{7}")],
            "baseModels": {"relation": "merge", "models": [{"id": parent}]}});
        format!("{json}\n")
    };
    let mut builder = modelkin::snapshot::Builder::new();
    let rows = row("a/b", "c/d") + &row("c/d", "e/f");
    modelkin::source::read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
    let snapshot = builder.finish("test", None, None).unwrap();
    // These two are painted of the SVG; `read_exports.py` looks at them.
    let is_text = |format: &Format| !matches!(format, Format::Png | Format::Pdf);
    for format in Format::ALL.into_iter().filter(is_text) {
        for part in format.parts() {
            let text = written(&snapshot, format, *part);
            // These have no escapes of their own.
            let is_bare = matches!(format, Format::Dot | Format::Mermaid | Format::Edges);
            assert!(!is_bare || !text.contains(|c: char| c.is_control() && c != '\n'), "{format:?}");
            match format {
                Format::GraphMl | Format::Gexf | Format::Svg => {
                    let mut reader = Reader::from_str(&text);
                    loop {
                        match reader.read_event().unwrap() {
                            Event::Eof => break,
                            Event::Start(start) => assert_ne!(start.name().as_ref(), "script"),
                            _ => (),
                        }
                    }
                    assert!(!text.contains('\u{7}') && !text.contains("<script"));
                    let told = text.contains(" characters that XML cannot carry are written as U+FFFD");
                    assert_eq!(told, text.contains('\u{FFFD}'), "{format:?}");
                    assert!(told || format == Format::Svg);
                }
                Format::Dot => {
                    let graph = graphviz_rust::parse(&text).unwrap();
                    let graphviz_rust::dot_structures::Graph::DiGraph { stmts, .. } = graph else {
                        panic!("a digraph")
                    };
                    use graphviz_rust::dot_structures::Stmt;
                    assert_eq!(stmts.iter().filter(|stmt| matches!(stmt, Stmt::Node(_))).count(), 3);
                    assert_eq!(stmts.iter().filter(|stmt| matches!(stmt, Stmt::Edge(_))).count(), 2);
                }
                Format::Csv => assert!(!text.lines().any(|line| line.contains(",\"=cmd") || line.contains(",=cmd"))),
                Format::Json | Format::Cytoscape => _ = serde_json::from_str::<serde_json::Value>(&text).unwrap(),
                Format::Mermaid => assert!(!text.contains("script") && text.contains("n0[\"a/b\"]")),
                Format::Edges => assert!(text.contains(r"\u{") && !text.contains("changed"), "{text}"),
                _ => (),
            }
        }
    }
}

fn place() -> Place {
    let place = Place::new();
    let lines =
        "a/base -> a/chat, b/x-GGUF, b/y-GGUF : quantized downloads=5\na/chat -> c/one, c/two, c/three : finetune";
    place.file("l.edges", lines);
    assert_eq!(place.run(&["import", "l.edges", "-o", "l"]).code, 0);
    place
}

#[test]
fn a_file_is_told_by_its_suffix_and_says_what_it_holds() {
    let place = place();
    for name in ["x.dot", "x.gv", "x.svg", "x.graphml", "x.gexf", "x.mmd", "x.json", "x.cyjs", "x.edges"] {
        let ran = place.run(&["export", "--below", "A/Base", "-o", name]);
        assert!(ran.code == 0 && ran.err.contains("7 models, 6 links"), "{name}: {}", ran.err);
        let text = std::fs::read_to_string(place.path(name)).unwrap();
        for word in ["eclared lineage", "a/base and its descendants", "modelkin 0."] {
            assert!(text.contains(word), "{name}: {word}");
        }
    }
    for (name, nodes) in [("t.csv", "t-nodes.csv"), ("t.parquet", "t-nodes.parquet")] {
        assert_eq!(place.run(&["export", "--all", "-o", name]).code, 0);
        assert!(place.path(nodes).exists() && place.path(&nodes.replace("nodes", "links")).exists());
    }
    let about = std::fs::read_to_string(place.path("t-about.json")).unwrap();
    let about: serde_json::Value = serde_json::from_str(&about).unwrap();
    assert!(about["definition"].as_str().unwrap().starts_with("Declared lineage"), "{about}");
    assert_eq!(about["sha256"].as_str().unwrap().len(), 64);
    let ran = place.run(&["export", "--below", "a/base", "--collapse", "leaves", "--to", "mermaid"]);
    assert!(ran.out.contains("\"3 finetune\"") && ran.out.contains("\"2 quantized\""), "{}", ran.out);
    assert!(ran.err.contains("7 models, 5 of them in 2 nodes, 3 links"), "{}", ran.err);
    let ran = place.run(&["export", "--below", "a/base", "--min-downloads", "5", "--to", "json"]);
    assert!(
        ran.err.contains("Under 5 downloads in 30 days, or not known: 3 models and 3 links left out."),
        "{}",
        ran.err
    );
    // Again from the program's own text.
    assert_eq!(place.run(&["import", "x.edges", "-o", "again"]).code, 0);
    let ran = place.run(&["export", "--below", "a/base", "--to", "edges", "--snapshot", "again"]);
    assert!(ran.out.contains("a/chat -> c/one : finetune") && !ran.out.contains("changed"), "{}", ran.out);
}

#[test]
fn the_picture_of_the_readme_is_what_its_command_draws() {
    let place = Place::new();
    let ran = place.run(&["export", "--below", "Qwen/Qwen2.5-14B", "--to", "svg", "--snapshot", "sample"]);
    let shown = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/qwen2.5-14b.svg");
    assert!(std::fs::read_to_string(shown).unwrap() == ran.out, "draw {shown} anew");
}

/// The nodes of a drawing, read as a browser reads them: where each leads, and the first line of what is told of it.
fn nodes(svg: &str) -> Vec<(Option<String>, String)> {
    let mut reader = Reader::from_str(svg);
    let (mut nodes, mut within, mut is_title) = (Vec::new(), None, false);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return nodes,
            Event::Start(start) => match start.name().as_ref() {
                "a" => {
                    let lead = start.try_get_attribute("href").unwrap().unwrap();
                    within = Some(Some(lead.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned()));
                }
                "g" => within = Some(None),
                name => is_title = name == "title",
            },
            Event::Text(said) if is_title => {
                is_title = false;
                let told = said.to_string();
                nodes.extend(within.take().map(|lead| (lead, told.lines().next().unwrap_or_default().to_owned())));
            }
            _ => (),
        }
    }
}

#[test]
fn ids_in_a_drawing_lead_to_the_hub_where_it_lists_them() {
    let text = "?gone/base -> a/base : finetune\na/base -> b/merge_1.0 : merge\na/base -> c/leaf-1, c/leaf-2 : quantized\n\
                a/base -> old : finetune";
    let snapshot = snapshot(text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    let selection = lineage.everything().collapse(Collapse::Quantized);
    let tables = Tables::default();
    let about = About { title: "t".into(), selection: "s".into(), program: "p".into(), written: Vec::new() };
    let graph = Graph::new(&census, &selection, &tables, about).unwrap();
    let paint = Paint::new(&graph, ColorBy::Relation);
    let mut svg = Vec::new();
    Format::Svg.write(FilePart::Whole, &graph, &paint, Layout::OUTLINE, &mut svg).unwrap();
    let mut found = nodes(std::str::from_utf8(&svg).unwrap());
    found.sort_by(|(_, one), (_, other)| one.cmp(other));
    let hub = |id: &str| (Some(format!("https://huggingface.co/{id}")), id.to_owned());
    let group = (None, "2 quantized of a/base".to_owned());
    let unlisted = (None, "gone/base".to_owned());
    assert_eq!(found, [group, hub("a/base"), hub("b/merge_1.0"), unlisted, hub("old")]);
    // Within a page they lead where the page wants, and an address is escaped.
    let (inside, width) = graph.inside(&paint, &|id| Some(format!("/x?a=1&id=\"<{id}>\"")));
    let mut found = nodes(&inside);
    found.sort_by(|(_, one), (_, other)| one.cmp(other));
    assert_eq!(found[1].0.as_deref(), Some("/x?a=1&id=\"<a/base>\""));
    assert_eq!(found.iter().filter(|(lead, _)| lead.is_none()).count(), 1, "several models as one lead nowhere");
    assert!(inside.contains(&format!("width=\"{width}\"")));
    assert!(inside.starts_with("<svg ") && !inside.contains("Declared lineage"), "{inside}");
}

#[test]
fn the_same_export_on_one_and_on_eight_threads() {
    let place = Place::new();
    for (format, more) in [("svg", &["--color-by", "owner"][..]), ("gexf", &["--color-by", "owner"]), ("json", &[])] {
        let args = [&["export", "--family", "Qwen", "--snapshot", "sample", "--to", format], more].concat();
        let one = place.run_with(&args, &[("RAYON_NUM_THREADS", "1")]);
        let eight = place.run_with(&args, &[("RAYON_NUM_THREADS", "8")]);
        assert!(one.code == 0 && one.out == eight.out && one.out.len() > 10_000);
    }
}

#[test]
fn an_export_that_cannot_be_is_told() {
    let place = place();
    std::fs::create_dir(place.path("folder.svg")).unwrap();
    for (args, code, word) in [
        (&["--all"][..], 2, "name a format with --to"),
        (&["--all", "-o", "x.docx"], 2, ".docx is no format's"),
        (&["--all", "--to", "word"], 2, "use dot, svg"),
        (&["--all", "--to", "csv"], 2, "csv is several files; name them with -o, such as --to csv -o qwen.csv"),
        (&["--all", "--to", "parquet"], 2, "such as --to parquet -o qwen.parquet"),
        (&["--all", "--to", "neo4j"], 2, "such as --to neo4j -o qwen.csv"),
        (&["--all", "--to", "csv", "-o", "/dev/null"], 2, "csv is several files"),
        (&["--all", "--to", "dot", "-o", "/dev/full"], 1, "/dev/full: No space left"),
        (&["--to", "dot"], 2, "--below <MODEL>"),
        (&["--all", "--below", "a/base", "--to", "dot"], 2, "cannot be used with"),
        (&["--all", "--depth", "1", "--to", "dot"], 2, "--depth goes with"),
        (&["--all", "--layout", "round", "--to", "dot"], 2, "use outline, dot"),
        (
            &["--all", "--layout", "sfdp", "--to", "gexf"],
            2,
            "gexf has no use for --layout; it goes with dot, svg, png, pdf",
        ),
        (&["--all", "--color-by", "owner", "-o", "x.csv"], 2, "csv has no use for --color-by; it goes with dot, svg"),
        (
            &["--all", "--collapse", "leaves", "-o", "x.edges"],
            2,
            "edges has no use for --collapse; it goes with dot, svg",
        ),
        (&["--below", "a/base", "--hops", "3", "--to", "dot"], 2, "--hops goes with --around"),
        (&["--below", "a/bas", "--to", "dot"], 1, "the nearest: a/base"),
        (&["--family", "nobody", "--to", "dot"], 1, "no family, owner or model"),
        (&["--all", "--top", "0", "--to", "dot"], 2, "leaves no model"),
        (&["--all", "--min-downloads", "99999", "--to", "dot"], 1, "nothing is left"),
        (&["--all", "-o", "folder.svg"], 1, "is no file"),
        (&["--all", "-o", "nowhere/x.svg"], 1, "-o nowhere/x.svg: there is no folder nowhere; make it first\n"),
        (&["--all", "--to", "dot", "--snapshot", "gone"], 1, "gone"),
    ] {
        let ran = place.run(&[&["export"], args].concat());
        assert!(ran.code == code && ran.err.contains(word), "{args:?} {}: {}", ran.code, ran.err);
    }
}

#[test]
fn what_is_passed_on_is_written_as_it_comes() {
    let place = place();
    let ran = place.run(&["export", "--all", "--to", "dot", "-o", "/dev/null"]);
    assert!(ran.code == 0 && ran.err.contains("/dev/null: 7 models, 6 links"), "{}", ran.err);
    let program = env!("CARGO_BIN_EXE_modelkin");
    let shell = |script: &str| {
        let mut command = assert_cmd::Command::new("/bin/sh");
        command.args(["-c", script]).current_dir(place.path("")).env("HOME", place.path(""));
        let output = command.timeout(std::time::Duration::from_secs(120)).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (out, _) = shell(&format!("{program} export --all --to dot -o /dev/stdout | cat"));
    assert!(out.contains("digraph") && out.trim_end().ends_with('}'), "{out}");
    // Counts are told of what was written whole alone.
    for to in ["-", "/dev/stdout"] {
        let all = format!("{program} export --all --snapshot sample --to edges -o {to}");
        let (out, err) = shell(&format!("({all}; echo ended with $? >&2) | head -c 9"));
        assert_eq!((out.len(), err.trim()), (9, "ended with 0"), "{to}");
    }
}

#[test]
fn mermaid_counts_links_alone() {
    let place = Place::new();
    for (links, is_told) in [(500, false), (501, true)] {
        let text: String = (0..links).map(|at| format!("a/base -> a/m{at} : finetune\n")).collect();
        place.file("l.edges", text);
        assert_eq!(place.run(&["import", "l.edges", "-o", "l"]).code, 0);
        let ran = place.run(&["export", "--all", "--to", "mermaid"]);
        assert!(ran.code == 0 && ran.err.contains("at most 500 links") == is_told, "{links}: {}", ran.err);
    }
}

#[test]
fn show_takes_the_words_of_export() {
    let place = place();
    let tree = |args: &[&str]| {
        let ran = place.run(&[&["show"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out.split("\n\n").next().unwrap().to_owned()
    };
    let below = tree(&["a/base"]);
    assert_eq!(below, tree(&["--below", "A/Base"]));
    let base = "a/base  6 descendants, 3 direct";
    assert_eq!(tree(&["--around", "a/chat", "--hops", "0"]), "a/chat  3 descendants");
    let above = "c/one\n└── a/chat  finetune  3 descendants\n    └── a/base  quantized  6 descendants, 3 direct";
    assert_eq!(tree(&["--above", "c/one"]), above);
    let collapsed = format!(
        "{base}\n├── a/chat  quantized  3 descendants\n│   └── 3 models in one line  finetune\n└── 2 models in one line  quantized"
    );
    assert_eq!(tree(&["--all", "--collapse", "leaves"]), collapsed);
    assert_eq!(tree(&["--family", "a/*", "--collapse", "leaves"]), collapsed);
    let ran = place.run(&["show", "--all", "--collapse", "quantized"]);
    assert!(
        ran.out.contains("One node stands for quantized siblings without children, 1 for 2 models."),
        "{}",
        ran.out
    );
    let connected = tree(&["a/base", "--min-downloads", "5"]);
    assert_eq!(
        connected,
        format!("{base}\n├── a/chat  quantized  3 descendants\n├── b/x-GGUF  quantized\n└── b/y-GGUF  quantized")
    );
    place.file(
        "deep.edges",
        "r/a -> r/b : finetune\nr/b -> r/c : finetune downloads=9\nr/x -> r/y, r/x : merge\nr/y -> r/x : merge",
    );
    assert_eq!(place.run(&["import", "deep.edges", "-o", "deep"]).code, 0);
    let ran = place.run(&["show", "r/a", "--min-downloads", "9", "--snapshot", "deep"]);
    assert!(ran.out.contains("└── r/b  finetune  1 descendant  not counted\n    └── r/c  finetune\n"), "{}", ran.out);
    let ran = place.run(&["show", "--all", "--format", "json", "--snapshot", "deep", "--siblings", "0"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let ids: Vec<&str> = json["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["r/a", "r/b", "r/c", "r/x", "r/y", "r/x"], "cycles without a way in are there too");
    let ran = place.run(&["show", "--all", "--siblings", "1", "--snapshot", "deep"]);
    assert!(ran.out.contains("\n… 1 more, with 1 descendant\n"), "{}", ran.out);
    assert_eq!(place.run(&["show", "a/base", "--all"]).code, 2);
    assert_eq!(place.run(&["show"]).code, 2);
    assert_eq!(place.run(&["show", "r/a", "--hops", "2"]).code, 2);
}

#[test]
fn publishers_and_licences_are_looked_up_without_regard_to_case() {
    let publishers = Publishers::built_in().unwrap();
    let country = |owner: &str| publishers.publisher(owner).map(|known| known.country.as_str());
    assert_eq!([country("qwen"), country("Qwen"), country("nobody-at-all")], [Some("CN"), Some("CN"), None]);
    let licences = Licences::built_in().unwrap();
    for (licence, class) in [
        ("apache-2.0", "permissive"),
        ("MIT", "permissive"),
        ("cc", "permissive"),
        ("cc-by-4.0", "copyleft"),
        ("gpl-3.0", "copyleft"),
        ("cc-by-nc-sa-4.0", "restricted"),
        ("openrail++", "restricted"),
        ("gemma", "commercial"),
        ("llama3.1", "commercial"),
        ("other", "unclassed"),
        ("ccc", "unclassed"),
        ("gemma-like", "unclassed"),
    ] {
        assert_eq!(licences.class(licence), class, "{licence}");
    }
    let table = |rows: &str| format!("namespace,name,country_iso2,kind\n{rows}");
    for (rows, word) in [
        ("a,A,France,industry", "two letters"),
        ("a,A,FR,shop", "use industry"),
        ("a,A,FR,industry\nA,A,FR,industry", "two rows"),
    ] {
        let error = Publishers::read("t.csv", table(rows).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(word) && error.contains("line"), "{error}");
    }
    for (text, word) in
        [("licence,class\nmit,", "needed"), ("licence,class\nmit,a\nMIT,b", "two rows"), ("licence\nmit", "missing")]
    {
        assert!(Licences::read("t.csv", text.as_bytes()).unwrap_err().to_string().contains(word), "{text}");
    }
}

/// A program that stands in for Graphviz's.
#[cfg(unix)]
fn stand_in(place: &Place, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    place.file("bin/dot", format!("#!/bin/sh\n{script}\n"));
    std::fs::set_permissions(place.path("bin/dot"), std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A shell's command that prints the beginning of a PNG of that size.
#[cfg(unix)]
fn png(width: u32, height: u32) -> String {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend([width.to_be_bytes(), height.to_be_bytes()].concat().into_iter().chain([8, 2, 0, 0, 0, 0, 0, 0, 0]));
    format!("printf '{}'", bytes.iter().map(|byte| format!("\\{byte:03o}")).collect::<String>())
}

#[cfg(unix)]
#[test]
fn graphviz_is_run_from_the_path_and_its_faults_are_told() {
    let place = place();
    std::fs::create_dir(place.path("bin")).unwrap();
    let args = ["export", "--all", "--layout", "dot", "-o", "x.png"];
    let path = format!("{}:/usr/bin:/bin", place.path("bin").display());
    let run = |path: &str| place.run_with(&args, &[("PATH", path)]);
    stand_in(&place, &format!("cat >/dev/null; {}; echo \"$@\"", png(600, 400)));
    assert_eq!(run(&path).code, 0);
    let kept = || String::from_utf8_lossy(&std::fs::read(place.path("x.png")).unwrap()).into_owned();
    let first = kept();
    assert!(first.starts_with('\u{FFFD}') && first.contains("Declared lineage"), "{first}");
    assert!(first.trim_end().ends_with("-Tpng -Kdot"), "{first}");
    // A file of that name that cannot be run hides none that can.
    place.file("first/dot", "");
    assert_eq!(run(&format!("{}:{path}", place.path("first").display())).code, 0);
    // Nothing that lies in the working directory is run.
    for path in ["bin:.", "", "/nowhere"] {
        let ran = run(path);
        assert!(ran.code == 1 && ran.err.contains("apt install graphviz"), "{path}: {}", ran.err);
    }
    for (script, word) in [
        ("echo oh dear >&2; exit 3", "oh dear"),
        ("cat >/dev/null", "it says nothing"),
        ("kill -9 $$", "signal"),
        ("cat >/dev/null; echo '<svg>'", "is no png, it begins with \"<svg>"),
    ] {
        stand_in(&place, script);
        let ran = run(&path);
        assert!(ran.code == 1 && ran.err.contains("Graphviz") && ran.err.contains(word), "{script}: {}", ran.err);
    }
    assert_eq!(kept(), first, "a picture that failed replaces none");
    // A picture that Graphviz had to shrink is kept, and that is told.
    for (width, height, is_told) in [(3_000, 32_767, true), (32_766, 90, true), (30_000, 30_000, false)] {
        stand_in(&place, &format!("cat >/dev/null; {}", png(width, height)));
        let ran = run(&path);
        let told = format!("warning: the picture is shrunk to {width} by {height} dots");
        assert!(ran.code == 0 && ran.err.contains(&told) == is_told, "{}", ran.err);
    }
    // Each kind of picture is known by its beginning.
    for (kind, layout, script, code) in [
        ("pdf", "dot", "echo %PDF-1.7", 0),
        ("pdf", "dot", "echo %!PS", 1),
        ("svg", "dot", "echo '<?xml version=\"1.0\"?>'", 0),
        ("svg", "dot", "echo '<!DOCTYPE svg>'", 0),
        ("svg", "dot", "echo '<svg>'", 0),
        ("svg", "dot", "echo '<html>'", 1),
    ] {
        stand_in(&place, &format!("cat >/dev/null; {script}"));
        let ran = place.run_with(&["export", "--all", "--layout", layout, "--to", kind], &[("PATH", &path)]);
        assert!(ran.code == code && ran.out.is_empty() == (code == 1), "{script}: {}", ran.err);
        assert!(code == 0 || ran.err.contains(&format!("is no {kind}")), "{script}: {}", ran.err);
    }
}

/// What is exported of each listed model: the values of some columns, and the downloads.
fn exported(place: &Place, snapshot: &str) -> Vec<(BTreeMap<&'static str, String>, u64)> {
    assert_eq!(place.run(&["export", "--all", "-o", "whose.parquet", "--snapshot", snapshot]).code, 0);
    let reader = SerializedFileReader::new(std::fs::File::open(place.path("whose-nodes.parquet")).unwrap()).unwrap();
    let mut rows = Vec::new();
    for row in reader.get_row_iter(None).unwrap().map(Result::unwrap) {
        let columns: BTreeMap<&str, String> =
            row.get_column_iter().map(|(name, value)| (name.as_str(), value.to_string())).collect();
        let text = |name: &str| columns[name].trim_matches('"').to_owned();
        if text("status") == "listed" {
            let words = ["owner", "publisher", "country", "kind"].map(|name| (name, text(name)));
            rows.push((words.into(), columns["downloads"].parse().unwrap_or(0)));
        }
    }
    rows
}

#[test]
fn exports_and_the_report_say_alike_whose_a_model_is() {
    let place = Place::new();
    let text = "gpt2 : downloads=1000 tags=x\ngpt2 -> you/tune : finetune downloads=7\nbert-base-uncased : downloads=500\n\
        openai-community/openai-gpt : downloads=30\ndistilbert-base-uncased : downloads=20\nnobody-knows-me : downloads=3\n\
        nobody-knows-me -> Qwen/x : merge downloads=11\nunknown/y : downloads=2";
    place.file("bare.edges", text);
    assert_eq!(place.run(&["import", "bare.edges", "-o", "bare"]).code, 0);
    let references = References::built_in().unwrap();
    for name in ["bare", "sample"] {
        let snapshot = match name {
            "sample" => modelkin::sample().unwrap(),
            name => Snapshot::open(&place.path(name)).unwrap(),
        };
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let census = Census::count(&lineage, &Counting::default()).unwrap();
        let survey = Survey::new(&lineage, &census, &references).unwrap();
        let downloads = survey.sections(|section| section == "downloads").unwrap().remove(0);
        let accounts = survey.accounts(|_| true, usize::MAX).unwrap();
        let rows = exported(&place, name);
        let sums = |column: &str, is_meant: &dyn Fn(&str) -> bool| {
            let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
            for (words, downloads) in rows.iter().filter(|(words, _)| is_meant(&words[column])) {
                let sum = sums.entry(words[column].clone()).or_default();
                *sum = (sum.0 + 1, sum.1 + downloads);
            }
            sums
        };
        let told = |table: &modelkin::ink::Table| -> BTreeMap<String, (u64, u64)> {
            let at = |name: &str| table.columns.iter().position(|column| column.name == name).unwrap();
            let number = |value: &Value| value.number().unwrap_or(0.0) as u64;
            let (models, downloads) = (at("models"), at("downloads_30d"));
            table.rows.iter().map(|row| (row[0].cell(), (number(&row[models]), number(&row[downloads])))).collect()
        };
        for (table, column) in [("countries", "country"), ("kinds", "kind")] {
            assert_eq!(sums(column, &|_| true), told(downloads.table(table).unwrap()), "{name}, {column}");
        }
        let by_account: BTreeMap<String, (u64, u64)> = told(&accounts.tables[0]);
        let by_account = |wanted: &dyn Fn(&String) -> bool| {
            by_account.iter().filter(|(account, _)| wanted(account)).map(|(a, b)| (a.clone(), *b)).collect::<Vec<_>>()
        };
        // An id of no account stands in the table by itself, and is of no owner.
        let ownerless: BTreeSet<&str> =
            snapshot.rows().map(|row| snapshot.id(row)).filter(|id| !id.contains('/')).collect();
        let owned = sums("owner", &|owner| owner != "null");
        assert_eq!(
            by_account(&|account| !ownerless.contains(account.as_str())),
            owned.into_iter().collect::<Vec<_>>(),
            "{name}"
        );
        if name == "bare" {
            let of = |owner: &str| sums("owner", &|known| known == owner).into_values().next();
            assert_eq!([of("openai-community"), of("google-bert")], [Some((2, 1030)), Some((1, 500))]);
            assert_eq!(sums("country", &|_| true)["US"], (4, 1550));
            assert_eq!(sums("country", &|_| true)["unknown"], (3, 12));
        }
    }
}

/// A family of old and new models: what is new hangs from what is old.
const AGES: &str = "a/base -> b/old, b/other : finetune created=2023-05-01\nb/old -> c/new : finetune created=2024-05-01 downloads=9\n\
    b/old, a/base -> c/blend : merge created=2024-06-01\nb/other -> c/old : quantized created=2023-06-01\n\
    c/new -> d/new : quantized created=2024-07-01\nb/old -> c/undated : adapter";

#[test]
fn a_filter_of_models_keeps_what_connects_them_and_marks_it() {
    let place = Place::new();
    place.file("l.edges", AGES);
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    let nodes = |args: &[&str]| -> BTreeMap<String, bool> {
        let ran = place.run(&[&["export", "--to", "json"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        let json: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let nodes = json["nodes"].as_array().unwrap().iter();
        nodes.map(|node| (node["id"].as_str().unwrap().to_owned(), node["counted"] == "yes")).collect()
    };
    let between = |args: &[&str]| {
        let nodes = nodes(args);
        let of = |counted: bool| nodes.iter().filter(move |node| *node.1 == counted).map(|node| node.0.as_str());
        (of(true).collect::<Vec<_>>().join(" "), of(false).collect::<Vec<_>>().join(" "))
    };
    for (args, counted, not_counted) in [
        (&["--below", "a/base"][..], "a/base b/old b/other c/blend c/new c/old c/undated d/new", ""),
        (&["--below", "a/base", "--since", "2024-01-01"], "c/blend c/new d/new", "a/base b/old"),
        (&["--all", "--since", "2024-07-01"], "d/new", "a/base b/old c/new"),
        (&["--below", "a/base", "--min-downloads", "9"], "a/base c/new", "b/old"),
        (&["--above", "d/new", "--until", "2024-01-01"], "b/old", "c/new d/new"),
        (&["--above", "d/new", "--top", "1"], "a/base", "b/old c/new d/new"),
        (&["--around", "c/new", "--hops", "4", "--min-downloads", "9"], "c/new", ""),
        (
            &["--around", "c/old", "--hops", "5", "--since", "2024-06-01"],
            "c/blend d/new",
            "a/base b/old b/other c/new c/old",
        ),
        (&["--below", "a/base", "--min-descendants", "1"], "a/base b/old b/other c/new", ""),
        (&["--below", "b/other", "--min-descendants", "9"], "b/other", ""),
        // A family is named by its name, its members are not: small ones go, but for those that connect.
        (&["--family", "b/*"], "b/old b/other c/blend c/new c/old c/undated d/new", ""),
        (&["--family", "b/*", "--min-descendants", "2"], "b/old", ""),
        (&["--family", "b/*", "--min-downloads", "9"], "c/new", "b/old"),
        // Of several, everything that any leads to; one that is named twice is one.
        (&["--below", "c/new", "--below", "b/other", "--below", "C/New"], "b/other c/new c/old d/new", ""),
        (&["--above", "d/new", "--above", "c/old"], "a/base b/old b/other c/new c/old d/new", ""),
        (&["--above", "d/new", "--above", "c/old", "--depth", "1"], "b/other c/new c/old d/new", ""),
        (&["--around", "c/old", "--around", "d/new"], "b/other c/new c/old d/new", ""),
    ] {
        assert_eq!(between(args), (counted.to_owned(), not_counted.to_owned()), "{args:?}");
    }
    let titled = |ids: &[&str]| {
        let ran = place.run(
            &[&["show", "--depth", "0"][..], &ids.iter().flat_map(|id| ["--below", *id]).collect::<Vec<_>>()].concat(),
        );
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.lines().find(|line| line.contains("descendants.")).unwrap_or_default().to_owned()
    };
    assert_eq!(titled(&["c/new", "b/other"]), "c/new and b/other and their descendants.");
    assert_eq!(titled(&["c/new", "b/other", "c/old"]), "c/new, b/other and c/old and their descendants.");
    assert_eq!(titled(&["c/new", "b/old", "b/other", "c/old"]), "c/new and 3 other models and their descendants.");
    assert!(place.run(&["show", "--below", "c/new", "--below", "c/nwe"]).err.contains("the nearest: c/new"));
    // Show says the same of the same words.
    let show = place.run(&["show", "a/base", "--since", "2024-01-01", "--depth", "9", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&show.out).unwrap();
    let shown: BTreeMap<String, bool> = json["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["id"].as_str().unwrap().to_owned(), row["counted"].as_bool().unwrap()))
        .collect();
    assert_eq!(shown, nodes(&["--below", "a/base", "--since", "2024-01-01"]));
    let export = |format: &str| place.run(&["export", "--below", "a/base", "--since", "2024-01-01", "--to", format]);
    let ran = export("svg");
    assert!(
        ran.err.contains("3 models and 3 links left out.") && ran.err.contains("Not counted: 2 models"),
        "{}",
        ran.err
    );
    for (format, mark) in [
        ("svg", "not counted (2)"),
        ("dot", "not counted (2)"),
        ("mermaid", "fill:#FFFFFF"),
        ("gexf", "for=\"counted\" value=\"no\""),
        ("graphml", "<data key=\"counted\">no</data>"),
        ("cytoscape", "\"counted\":\"no\""),
        ("edges", "# not counted, it only connects others: b/old"),
    ] {
        assert!(export(format).out.contains(mark), "{format}: {}", export(format).out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_model_of_a_filtered_selection_is_cut_off_from_its_start(text in any_lineage(), wanted in 2..5u32) {
        use modelkin::lineage::Named;
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        for row in snapshot.rows() {
            for reach in [Reach::Below, Reach::Above, Reach::Around] {
                let all = lineage.select(&[row], reach, 5);
                let kept = all.clone().keep(reach, Named::AsOthers, |row| row % wanted == 0);
                for model in all.rows() {
                    let is_wanted = model % wanted == 0;
                    prop_assert!(!is_wanted || kept.place(*model).is_some());
                    prop_assert!(kept.place(*model).is_none() || kept.is_counted(*model) == is_wanted);
                }
                // Whatever stays is reached from the start over what stays.
                let mut met = BTreeSet::from([row]);
                let mut open = vec![row];
                while let Some(at) = open.pop() {
                    let below = (reach != Reach::Above).then(|| kept.children(at)).into_iter().flatten();
                    let above = (reach != Reach::Below).then(|| kept.parents(at)).into_iter().flatten();
                    let next: Vec<Row> = below.chain(above).map(|(row, _)| row).collect();
                    open.extend(next.into_iter().filter(|row| met.insert(*row)));
                }
                prop_assert_eq!(&met.into_iter().collect::<Vec<_>>(), &kept.rows().to_vec(), "{:?}", reach);
            }
        }
    }
}

#[test]
fn a_legend_tells_what_has_no_colour_from_what_is_not_known() {
    let place = Place::new();
    let licences = ["mit", "apache-2.0", "gpl-3.0", "gemma", "llama3", "cc-by-4.0", "bsd", "wtfpl", "zlib"];
    let owners =
        ["Qwen", "google", "mistralai", "LGAI-EXAONE", "tiiuae", "CohereLabs", "stabilityai", "SakanaAI", "ai4bharat"];
    let mut text: String = "a/base : tags=x\n".into();
    for (at, (licence, owner)) in licences.iter().zip(owners).enumerate() {
        (0..=at).for_each(|n| text += &format!("a/base -> {owner}/m{n} : finetune licence={licence}\n"));
    }
    text += "a/base -> b/none : finetune\na/base -> b/odd : finetune licence=unknown\n";
    place.file("l.edges", text);
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    let legend = |by: &str| place.run(&["export", "--all", "--color-by", by, "--to", "svg"]).out;
    for (by, entries) in [
        // Two of nine, and one that states a licence called so.
        ("licence", &["other licences (4)", "none stated (2)"][..]),
        ("country", &["other countries (", "unknown country (3)"]),
        ("owner", &["other owners ("]),
        ("licence-class", &["unclassed (", "none stated (2)"]),
        ("family", &["no family ("]),
    ] {
        let svg = legend(by);
        entries.iter().for_each(|entry| assert!(svg.contains(entry), "{by}: {entry}: {}", &svg[..4000]));
        assert!(!svg.contains("other or"), "{by}");
    }
}

#[test]
fn a_file_says_under_which_filters_its_counts_are() {
    let place = place();
    let definition = |more: &[&str]| {
        let ran = place.run(&[&["export", "--below", "a/base", "--to", "json"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let written: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        written["graph"]["definition"].as_str().unwrap().to_owned()
    };
    assert!(definition(&[]).ends_with("in the whole snapshot."), "{}", definition(&[]));
    assert_eq!(definition(&["--depth", "1"]), definition(&[]), "what is selected changes no count");
    for filter in [&["--relation", "finetune,quantized"][..], &["--no-unlisted"], &["--fold-mirrors"]] {
        let said = definition(filter);
        assert!(
            said.ends_with("in the whole snapshot, under the filters of links and days that the selection names."),
            "{said}"
        );
    }
}

#[test]
fn every_node_of_gexf_has_a_place_of_its_own() {
    let gexf = written(
        &snapshot("a/base -> b/one, b/two : finetune\nb/one, b/two -> c/joined : merge"),
        Format::Gexf,
        FilePart::Whole,
    );
    let places: BTreeSet<&str> =
        gexf.split("<viz:position ").skip(1).map(|rest| rest.split("/>").next().unwrap()).collect();
    assert_eq!(places.len(), 4, "{gexf}");
    assert!(places.iter().all(|place| place.starts_with("x=\"") && place.contains("z=\"0\"")), "{places:?}");
}
