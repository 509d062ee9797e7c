//! The survey: its sections on any lineage, its reference data, what the page does with hostile words, and the commands.
//! `tests/others/read_report.py` computes every table a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use assert_cmd::Command;
use modelkin::census::{Bursts, Census, Counted, Counting, FamilyCount, Shared, members};
use modelkin::ink;
use modelkin::ink::Section;
use modelkin::ink::Value;
use modelkin::lineage::Lineage;
use modelkin::model::Relation;
use modelkin::reference::{Families, Family, Kind, Publishers, Rivals};
use modelkin::snapshot::{Row, Snapshot};
use modelkin::survey::{self, References, Survey};
use proptest::prelude::*;

use crate::support::{any_lineage, snapshot};

fn sections(snapshot: &Snapshot, references: &References) -> Vec<Section> {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    Survey::new(&lineage, &census, references).unwrap().sections(|_| true).unwrap()
}

/// References with families of the owners that generated lineages have.
fn references() -> References {
    let table = "family,namespaces,id_patterns,part_of\nzero,o0,,\none,o1,,\ntwo,o2;o3,,\nhalf,,id:^o2/,two\n";
    let owners = "namespace,name,country_iso2,kind\no0,Zero,FR,industry\no1,One,KR,university\no3,Zero,FR,industry\n";
    References {
        families: Families::read("test", table.as_bytes()).unwrap().all().unwrap(),
        publishers: Publishers::read("test", owners.as_bytes()).unwrap(),
        ..References::built_in().unwrap()
    }
}

fn number(section: &Section, table: &str, row: &str, column: &str) -> f64 {
    let value = section.table(table).unwrap().cell(row, column);
    value.and_then(Value::number).unwrap_or_else(|| panic!("{table}, {row}, {column}: {value:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_section_is_made_of_any_lineage(text in any_lineage()) {
        let (snapshot, references) = (snapshot(&text), references());
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let found = sections(&snapshot, &references);
        for section in &found {
            for table in &section.tables {
                let mut keys = BTreeSet::new();
                for row in &table.rows {
                    prop_assert_eq!(row.len(), table.columns.len(), "{}", table.name);
                    let key: Vec<String> = row[..table.keys].iter().map(Value::cell).collect();
                    prop_assert!(keys.insert(key.clone()), "{} {:?} twice", table.name, key);
                    for (column, value) in table.columns.iter().zip(row) {
                        if column.unit == ink::Unit::Share && let Some(share) = value.number() {
                            prop_assert!((-1e-9..=1.0 + 1e-9).contains(&share), "{} {}: {share}", table.name, column.name);
                        }
                    }
                }
                let mut csv = Vec::new();
                table.csv(&mut csv).unwrap();
                prop_assert_eq!(csv::Reader::from_reader(&csv[..]).records().map(Result::unwrap).count(), table.rows.len());
            }
        }
        // The families' split credit is that of the models that any of them reaches.
        let derivatives = found.iter().find(|section| section.name == "derivatives").unwrap();
        let split: f64 = ["zero", "one", "two"].iter().map(|family| number(derivatives, "families", family, "split")).sum();
        let reached: BTreeSet<Row> = references.families.iter().filter(|family| family.part_of.is_none()).flat_map(|family| {
            let own = members(family, &lineage).unwrap();
            lineage.below(&own).rows
        }).collect();
        // A member of one family counts where another reaches it.
        let foreign = reached.iter().filter(|row| {
            references.families.iter().filter(|family| family.part_of.is_none()).any(|family| {
                let own = members(family, &lineage).unwrap();
                own.binary_search(row).is_err() && lineage.below(&own).rows.contains(row)
            })
        }).count();
        prop_assert!((split - foreign as f64).abs() < 1e-9, "{split} and {foreign}");
        for family in &references.families {
            let count = FamilyCount::count(family, &lineage, &Counting::default(), Counted::Others).unwrap();
            for (column, wanted) in [("f1", count.f1.models), ("f2", count.f2.models), ("f3", count.f3.unwrap())] {
                prop_assert_eq!(number(derivatives, "families", &family.name, column), wanted as f64);
            }
        }
        let page = ink::page(&found, &references.published, &snapshot, "tables").unwrap();
        prop_assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn folding_gives_each_mirrors_children_to_what_it_mirrors(
        links in prop::collection::vec((0..5u8, 0..3u8, 0..5u8, 0..3u8, 0..5usize), 0..25)
    ) {
        let mut text = String::from("o0/alone : downloads=1\n");
        for (owner, name, other, name_of_other, relation) in links {
            let relation = Relation::ALL[relation].name();
            text += &format!("o{owner}/n{name} -> o{other}/n{name_of_other} : {relation}\n");
        }
        let snapshot = snapshot(&text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        let links: Vec<(Row, Row, Relation)> = lineage.all_links().map(|(parent, child, edge)| (parent, child, edge.relation)).collect();
        let name = |row: Row| snapshot.id(row).split_once('/').unwrap().1;
        // The first parent of the same name, over and over, until there is none or it was met.
        let mirrored = |model: Row| {
            let of = |model: Row| links.iter().filter(|link| link.1 == model).find(|(parent, child, relation)| {
                name(*parent) == name(*child) && matches!(relation, Relation::Finetune | Relation::Quantized)
            }).map(|link| link.0);
            let mut way = vec![model];
            while let Some(next) = of(*way.last().unwrap()) {
                if let Some(start) = way.iter().position(|row| *row == next) {
                    return *way[start..].iter().min().unwrap();
                }
                way.push(next);
            }
            *way.last().unwrap()
        };
        let mut wanted: BTreeMap<(Row, Row), Relation> = BTreeMap::new();
        for (parent, child, relation) in &links {
            let parent = mirrored(*parent);
            if mirrored(*child) == *child && parent != *child {
                let known = wanted.entry((parent, *child)).or_insert(*relation);
                *known = (*known).max(*relation);
            }
        }
        let folded: BTreeMap<(Row, Row), Relation> =
            lineage.folded().all_links().map(|(parent, child, edge)| ((parent, child), edge.relation)).collect();
        prop_assert_eq!(folded, wanted);
    }
}

#[test]
fn a_mirror_is_listed_and_folded_on_request_alone() {
    let snapshot = snapshot(
        "lab/base -> unsloth/base : finetune\nunsloth/base -> you/tune : adapter\nlab/base -> lab/base-chat : finetune\nlab/base -> we/base : merge",
    );
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let mirrors: Vec<(&str, &str)> =
        lineage.mirrors().map(|mirror| (snapshot.id(mirror.model), snapshot.id(mirror.of))).collect();
    assert_eq!(mirrors, [("unsloth/base", "lab/base")]);
    let family = Family::of_owner("lab");
    let count =
        |lineage: &Lineage| FamilyCount::count(&family, lineage, &Counting::default(), Counted::Others).unwrap();
    let (as_it_is, folded) = (count(&lineage), count(&lineage.folded()));
    assert_eq!((as_it_is.f1.models, as_it_is.f2.models), (2, 3));
    assert_eq!((folded.f1.models, folded.f2.models), (2, 2));
    assert_eq!(folded.f1.by_relation[Relation::Adapter as usize], 1);
}

#[test]
fn bursts_are_listed_by_author_and_by_template() {
    let mut text = String::new();
    for at in 0..60 {
        text += &format!("a/base -> u{at}/run-{at}{} : finetune created=2024-09-01T{:02}:00:00Z\n", at * 7, at % 20);
        text += &format!(
            "a/base -> one/word{}x : finetune created=2024-09-0{}\n",
            "abcdefghij".repeat(at / 10 + 1).get(..at / 10 + at % 10 + 1).unwrap(),
            at / 20 + 1
        );
    }
    let snapshot = snapshot(&text);
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let bursts = Bursts::list(&lineage).unwrap();
    let by: Vec<(&Shared, usize)> = bursts.iter().map(|burst| (&burst.by, burst.children.len())).collect();
    // One author's 60 spread over three days are none; sixty authors with one template within 20 hours are.
    assert_eq!(by, [(&Shared::Template("run-#".into()), 60)]);
    let flags = Bursts::find(&lineage).unwrap();
    let flagged = snapshot.rows().filter(|row| flags.holds(*row, |_| true)).count();
    assert_eq!(flagged, 60);
}

#[test]
fn nested_families_are_declared() {
    let snapshot = modelkin::sample().unwrap();
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let families = Families::built_in().unwrap().all().unwrap();
    let sets: Vec<BTreeSet<Row>> =
        families.iter().map(|family| members(family, &lineage).unwrap().into_iter().collect()).collect();
    for (one, of_one) in families.iter().zip(&sets) {
        for (other, of_other) in families.iter().zip(&sets).filter(|(other, _)| other.name != one.name) {
            let is_declared = one.part_of.as_ref() == Some(&other.name) || other.part_of.as_ref() == Some(&one.name);
            let common = of_one.intersection(of_other).next().map(|row| snapshot.id(*row));
            assert!(common.is_none() || is_declared, "{} and {} share {common:?}", one.name, other.name);
            if one.part_of.as_ref() == Some(&other.name) {
                assert!(of_one.is_subset(of_other), "{} is part of {}", one.name, other.name);
            }
        }
        assert!(one.country.is_some(), "{} has no country", one.name);
    }
}

#[test]
fn the_reference_data_have_their_form() {
    const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ZZ";
    let countries: BTreeSet<&str> = COUNTRIES.split(' ').collect();
    let read = |name: &str| csv::Reader::from_path(format!("data/reference/{name}.csv")).unwrap();
    let mut orgs = read("orgs");
    let heads = orgs.headers().unwrap().clone();
    let at = |name: &str| heads.iter().position(|head| head == name).unwrap();
    for row in orgs.records().map(Result::unwrap) {
        assert!(countries.contains(&row[at("country_iso2")]), "{row:?}");
        assert!(
            !row[at("source")].is_empty() && ["high", "medium", "low"].contains(&&row[at("confidence")]),
            "{row:?}"
        );
    }
    for family in read("families").records().map(Result::unwrap) {
        assert!(countries.contains(&family[4]) && !family[6].is_empty(), "{family:?}");
    }
    for table in ["sizes", "tasks", "languages", "licences", "published", "rivals"] {
        let mut reader = read(table);
        let source = reader.headers().unwrap().iter().position(|head| head == "source").unwrap();
        assert!(
            reader.records().map(Result::unwrap).all(|row| !row[source].is_empty()),
            "{table}: a row without source"
        );
    }
}

#[test]
fn every_published_figure_has_a_place() {
    let (snapshot, references) = (modelkin::sample().unwrap(), References::built_in().unwrap());
    let found = sections(&snapshot, &references);
    let mut claims = 0;
    for section in &found {
        for claim in references.published.claims(section.name) {
            claims += 1;
            let table = section.table(&claim.table).unwrap_or_else(|| panic!("{claim:?}: no such table"));
            assert!(table.columns.iter().any(|column| column.name == claim.column), "{claim:?}: no such column");
            assert_eq!(claim.row.split('|').count(), table.keys, "{claim:?}: a row has other keys");
        }
    }
    assert_eq!(claims, csv::Reader::from_path("data/reference/published.csv").unwrap().records().count());
    let derivatives = &found[0];
    let compared = ink::compared(derivatives, &references.published).unwrap();
    let here = compared.rows.iter().find(|row| row[0].cell().contains("113k")).unwrap();
    assert_eq!(here[3].number(), derivatives.table("families").unwrap().cell("Qwen", "f1").unwrap().number());
}

#[test]
fn hostile_words_do_no_harm_on_the_page() {
    let evil = "<script>alert(1)</script>\"'&]]>-->\u{202e}";
    let owners = format!("namespace,name,country_iso2,kind\no0,\"{}\",FR,industry\n", evil.replace('"', "\"\""));
    let families = format!("family,namespaces,id_patterns\n\"{}\",o0,\n", evil.replace('"', "\"\""));
    let references = References {
        families: Families::read("test", families.as_bytes()).unwrap().all().unwrap(),
        publishers: Publishers::read("test", owners.as_bytes()).unwrap(),
        ..References::built_in().unwrap()
    };
    let snapshot = snapshot(
        "o0/a -> o1/b : finetune downloads=3 created=2024-01-01\no0/a -> o1/c : quantized downloads=9 created=2025-02-02",
    );
    let found = sections(&snapshot, &references);
    let page = ink::page(&found, &references.published, &snapshot, evil).unwrap();
    assert!(page.contains("&lt;script&gt;"), "the words are shown");
    // The page has one script, its own.
    assert!(page.matches("<script").count() == 1 && !page.contains("<script>") && !page.contains('\u{202e}'));
    // What is between the tags is text alone: a reader of XML finds the same elements as on a harmless page.
    let tags = |page: &str| page.matches('<').count();
    let harmless =
        ink::page(&sections(&snapshot, &self::references()), &references.published, &snapshot, "tables").unwrap();
    assert!(tags(&page) > 100 && tags(&harmless) > 100);
    let elsewhere = harmless.replace("<a href=\"https://huggingface.co/", "");
    for bad in ["onerror=", "javascript:", "http://", "https://", "src="] {
        assert!(!elsewhere.contains(bad), "{bad}");
    }
}

fn modelkin(home: &std::path::Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
    command.env("HOME", home).env("XDG_DATA_HOME", home).env_remove("MODELKIN_SNAPSHOT").args(words);
    command
}

#[test]
fn a_report_is_written_as_a_page_with_its_tables() {
    let home = tempfile::tempdir().unwrap();
    let page = home.path().join("hub.html");
    let out =
        modelkin(home.path(), &["report", "--snapshot", "sample", "--out", page.to_str().unwrap()]).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.contains("is no census"));
    let links = text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for link in links.filter(|link| !link.starts_with('#') && !link.starts_with("https://huggingface.co/")) {
        assert!(home.path().join(link).is_file(), "{link} is linked and not there");
    }
    let markdown = fs::read_to_string(home.path().join("hub/report.md")).unwrap();
    assert!(markdown.starts_with("This is a report on the sample inside the program, which is no census"));
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(home.path().join("hub/report.json")).unwrap()).unwrap();
    assert_eq!(json["rows"].as_array().unwrap().len(), survey::names().count());
    assert_eq!(json["snapshot"]["sample"], true);
}

#[test]
fn wrong_calls_of_the_report_say_what_there_is() {
    let home = tempfile::tempdir().unwrap();
    for (words, code, says) in [
        (&["report", "--section", "sizez"][..], 2, "no section \"sizez\"; there are derivatives"),
        (&["report", "--section", "sizes.classez"], 2, "did you mean classes?"),
        (&["report", "--section", "sizes", "--format", "csv"], 2, "CSV is one table"),
        (&["report", "--snapshots", "nowhere/*.modelkin"], 1, "no such file"),
        (&["report", "--owners", "nowhere.csv"], 1, "nowhere.csv"),
        (&["explain", "Nobody-At-All"], 1, "Nobody-At-All"),
        (&["diff", "sample", "nowhere.modelkin"], 1, "the later snapshot"),
        (&["diff", "sample", "sample", "--table", "nothing"], 2, "no table \"nothing\""),
    ] {
        let out = modelkin(home.path(), words).output().unwrap();
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(code), "{words:?}: {error}");
        assert!(error.contains(says), "{words:?}: {error}");
    }
}

#[test]
fn owners_of_ones_own_move_the_shares() {
    let home = tempfile::tempdir().unwrap();
    let unknown =
        modelkin(home.path(), &["owners", "--unknown", "--top", "1", "--format", "json", "--snapshot", "sample"])
            .output()
            .unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&unknown.stdout).unwrap();
    let account = rows["rows"][0]["account"].as_str().unwrap().to_owned();
    assert_eq!(rows["rows"][0]["country"], "unknown");
    let table = home.path().join("mine.csv");
    fs::write(&table, format!("namespace,name,country_iso2,kind\n{account},Somebody,IS,community\n")).unwrap();
    let words = ["report", "--section", "downloads.countries", "--format", "csv", "--snapshot", "sample", "--owners"];
    let out = modelkin(home.path(), &words).arg(&table).output().unwrap();
    assert!(String::from_utf8_lossy(&out.stdout).lines().any(|line| line.starts_with("IS,")));
}

#[test]
fn diff_tells_what_became_of_models() {
    let before = snapshot("a/base -> b/one : finetune\na/base -> c/two : quantized\na/base -> d/Case : merge");
    let after =
        snapshot("a/base -> b/one : finetune licence=mit\na/other -> c/new : adapter\na/base -> d/case : merge");
    let references = references();
    let lineages = [Lineage::from_snapshot(&before).unwrap(), Lineage::from_snapshot(&after).unwrap()];
    let censuses = lineages.each_ref().map(|lineage| Census::count(lineage, &Counting::default()).unwrap());
    let earlier = Survey::new(&lineages[0], &censuses[0], &references).unwrap();
    let section = Survey::new(&lineages[1], &censuses[1], &references).unwrap().since(&earlier).unwrap();
    let changes = |change: &str| number(&section, "changes", change, "models");
    assert_eq!(
        ["appeared", "vanished", "licence stated", "relicensed", "respelled"].map(changes),
        [2.0, 1.0, 1.0, 0.0, 1.0]
    );
    assert_eq!(number(&section, "relations", "adapter", "appeared"), 1.0);
    assert_eq!(number(&section, "relations", "quantized", "vanished"), 1.0);
    assert_eq!(number(&section, "relations", "merge", "respelled_after"), 1.0);
}

#[test]
fn tables_that_cannot_be_meant_are_refused() {
    for (rows, says) in [
        ("A,,id:\\Aqwen/", "use ^ and $"),
        ("A,,id:(?-m)^qwen/", "use ^ and $"),
        ("A,,name:gguf\\z", "use ^ and $"),
        ("X,\"unsloth,\nY,Qwen,", "is no owner's name"),
        ("\"a\nb\",Qwen,", "line break"),
    ] {
        let error = Families::read("test", format!("family,namespaces,id_patterns\n{rows}\n").as_bytes()).unwrap_err();
        assert!(error.to_string().contains(says), "{rows}: {error}");
    }
    let escaped = Families::read("test", b"family,namespaces,id_patterns\nA,,id:^a/\\\\Ab\n");
    assert!(escaped.is_ok(), "a backslash before an A is no anchor: {escaped:?}");
    let families = "family,namespaces,id_patterns,part_of,origin_country\nA,a,,B,FR\nB,b,,,Germany\n";
    assert!(Families::read("test", families.as_bytes()).unwrap_err().to_string().contains("Germany"));
    let families = "family,namespaces,id_patterns,part_of\nA,a,,B\nB,b,,A\n";
    assert!(Families::read("test", families.as_bytes()).unwrap_err().to_string().contains("part of none"));
    for (row, says) in [
        ("unsloth,,US,industry", "no publisher's name"),
        ("unsloth,Unknown,US,industry", "no publisher's name"),
        ("unsloth/,Unsloth,US,industry", "no account"),
        (",Unsloth,US,industry", "no account"),
    ] {
        let error =
            Publishers::read("test", format!("namespace,name,country_iso2,kind\n{row}\n").as_bytes()).unwrap_err();
        assert!(error.to_string().contains(says), "{row}: {error}");
    }
}

#[test]
fn rivals_are_rows_of_a_table_that_name_somebody() {
    let references = References::built_in().unwrap();
    let comparisons = references.rivals.comparisons();
    let publishers: BTreeSet<String> = {
        let mut orgs = csv::Reader::from_path("data/reference/orgs.csv").unwrap();
        orgs.records().map(|row| row.unwrap()[1].to_owned()).collect()
    };
    for comparison in comparisons {
        for name in comparison.others.iter().chain([&comparison.one]) {
            let is_known = match comparison.kind {
                Kind::Publisher => publishers.contains(name),
                Kind::Family => references.families.iter().any(|family| family.name == *name),
            };
            assert!(is_known, "{name} of {comparison:?} stands in no table");
        }
    }
    let read = |rows: &str| Rivals::read("test", format!("counted_as,kind,one,others\n{rows}").as_bytes());
    for (rows, says) in [
        ("", "test, rows: no comparison"),
        ("a,family,X,\n", "test, line 2: counted_as, one and two or more others are needed"),
        ("a,family,X,Y\n", "two or more others"),
        ("a,family,X,Y;;Z\n", "two or more others"),
        ("a,family,,Y;Z\n", "two or more others"),
        (",family,X,Y;Z\n", "two or more others"),
        ("a,house,X,Y;Z\n", "kind \"house\" is none"),
        ("a,family,X,Y; x\n", "name each once"),
        ("a,family,X,Y;Z\nb,family,X,Y;Z;W\n", "test, line 3: the first row has 2 others"),
    ] {
        let error = read(rows).unwrap_err().to_string();
        assert!(error.contains(says), "{rows:?}: {error}");
    }
    assert!(Rivals::read("test", b"counted_as,one,others\n").unwrap_err().to_string().contains("\"kind\" is missing"));

    // Columns are called as the first row has it, and of whom nothing is known nothing is said.
    let rivals = read("by family,family,half,one;Zero 2\naccounts,publisher,Nobody,Zero;One\n").unwrap();
    let references = References { rivals, ..self::references() };
    let found = sections(&snapshot("o0/a -> you/a, you/b : finetune\no1/a -> you/b : finetune"), &references);
    let table = found[0].table("rivals").unwrap();
    let columns: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
    assert_eq!(columns, ["counted_as", "half", "one", "zero_2", "one_and_zero_2", "half_has_more"]);
    assert_eq!(table.title, "\"More than one and Zero 2 combined\", under each definition");
    let row = |name: &str| &table.rows.iter().find(|row| row[0].cell() == name).unwrap()[1..];
    assert!(row("F1, by family").iter().all(|value| *value == Value::Missing), "there is no family Zero 2");
    let counts = [Value::Missing, Value::Count(2), Value::Count(1), Value::Count(2), Value::Missing];
    assert_eq!(row("F1, accounts"), counts, "Nobody is counted as nobody, what two share counts once");
    let sentence = &found[0].definition[6];
    assert!(sentence.starts_with("one and Zero 2 (and Zero and One) together are counted as one"), "{sentence}");
}

/// Facts come before ink: a figure that a sentence, a picture or an order needs is a number, not a cell that was written.
#[test]
fn no_section_reads_a_table_back() {
    for entry in fs::read_dir("src/survey").unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for word in [".cell(", ".number()", ".shown(", ".columns", ".rows.iter", ".rows.first", ".rows.sort", ".rows["]
        {
            assert!(!text.contains(word), "{} reads a table: {word}", path.display());
        }
    }
}

#[test]
fn models_without_an_owner_are_no_burst_of_one_author() {
    let lines = |name: fn(usize) -> String| -> String {
        (0..60).map(|at| format!("a/base -> {} : finetune created=2024-09-01\n", name(at))).collect()
    };
    let without = snapshot(&lines(|at| {
        format!("{}{}", ["red", "blue", "gold", "grey"][at % 4], "abcdefghijklmno".split_at(at / 4 + 1).0)
    }));
    assert_eq!(Bursts::list(&Lineage::from_snapshot(&without).unwrap()).unwrap(), []);
    let one = snapshot(&lines(|at| {
        format!("one/{}{}", ["red", "blue", "gold", "grey"][at % 4], "abcdefghijklmno".split_at(at / 4 + 1).0)
    }));
    assert_eq!(Bursts::list(&Lineage::from_snapshot(&one).unwrap()).unwrap().len(), 1);
}

/// A snapshot of rows with the Hub's key: `key id downloads`.
fn keyed(rows: &[(&str, &str, u64)], date: i64) -> Snapshot {
    let mut builder = modelkin::snapshot::Builder::new();
    builder.source("test", "jsonl");
    let text: String = rows
        .iter()
        .map(|(key, id, downloads)| {
            format!("{{\"_id\":\"{key:0>24}\",\"id\":\"{id}\",\"downloadsAllTime\":{downloads}}}\n")
        })
        .collect();
    modelkin::source::read_rows("test", text.as_bytes(), &mut |found| builder.add(found)).unwrap();
    builder.finish("test", Some(date), None).unwrap()
}

#[test]
fn downloads_between_two_snapshots_follow_a_model_through_its_renaming() {
    let before = keyed(&[("a1", "o0/old", 1_000), ("b2", "o1/reused", 900)], 1_700_000_000_000);
    let after = keyed(&[("a1", "o0/new", 1_100), ("c3", "o1/reused", 950)], 1_710_000_000_000);
    let references = references();
    let lineages = [Lineage::from_snapshot(&before).unwrap(), Lineage::from_snapshot(&after).unwrap()];
    let censuses = lineages.each_ref().map(|lineage| Census::count(lineage, &Counting::default()).unwrap());
    let surveys = [0, 1].map(|at| Survey::new(&lineages[at], &censuses[at], &references).unwrap());
    let section = surveys[1].since(&surveys[0]).unwrap();
    assert_eq!(number(&section, "changes", "renamed", "models"), 1.0);
    assert_eq!(["FR", "KR"].map(|country| number(&section, "countries", country, "downloads")), [100.0, 950.0]);
    let series = survey::series(&surveys).unwrap();
    assert_eq!(number(&series, "countries", "2023-11-14|2024-03-09|FR", "downloads"), 100.0);
}

#[test]
fn several_snapshots_are_told_in_order_and_folded_alike() {
    let home = tempfile::tempdir().unwrap();
    let text = "lab/base -> unsloth/base : finetune\nunsloth/base -> you/tune : adapter\n";
    for (date, more) in [("2025-02-01", "lab/base -> we/tune : merge\n"), ("2025-01-01", "")] {
        let source = home.path().join("l.edges");
        fs::write(&source, format!("{text}{more}")).unwrap();
        let target = home.path().join(format!("{date}.modelkin"));
        let words = ["import", source.to_str().unwrap(), "--date", date, "-o", target.to_str().unwrap()];
        assert!(modelkin(home.path(), &words).output().unwrap().status.success());
    }
    let pattern = home.path().join("*.modelkin");
    let links = |fold: &[&str]| {
        let words =
            ["report", "--section", "series.totals", "--format", "csv", "--snapshots", pattern.to_str().unwrap()];
        let out = modelkin(home.path(), &words).args(fold).output().unwrap();
        let mut reader = csv::Reader::from_reader(&out.stdout[..]);
        reader.records().map(Result::unwrap).map(|row| format!("{} {}", &row[0], &row[4])).collect::<Vec<_>>()
    };
    assert_eq!(links(&[]), ["2025-01-01 2", "2025-02-01 3"]);
    assert_eq!(links(&["--fold-mirrors"]), ["2025-01-01 1", "2025-02-01 2"]);
}

#[test]
fn the_commands_that_explain_prints_give_the_numbers_again() {
    let home = tempfile::tempdir().unwrap();
    let rules = home.path().join("my rules.csv");
    fs::write(&rules, "family,namespaces,id_patterns\nMy Qwen,,id:^qwen/ name:qwen\n").unwrap();
    let words =
        ["explain", "my qwen", "--snapshot", "sample", "--format", "csv", "--families", rules.to_str().unwrap()];
    let out = modelkin(home.path(), &words).output().unwrap();
    let mut reader = csv::Reader::from_reader(&out.stdout[..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() > 25, "{}", String::from_utf8_lossy(&out.stderr));
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    let mut checked = 0;
    for row in &rows {
        // What is not judged is empty here, and null there.
        let (figure, models, command) = (&row[0], row[1].parse::<u64>().ok(), &row[3]);
        assert_eq!(models.is_none(), figure.contains("without bursts"), "{figure}");
        let is_csv = command.contains("--format csv");
        let answer = answers.entry(command.to_owned()).or_insert_with(|| {
            let json = if is_csv { "" } else { " --format json" };
            let command = command.replacen("modelkin", env!("CARGO_BIN_EXE_modelkin"), 1) + json;
            let mut shell = std::process::Command::new("sh");
            let out = shell
                .env("HOME", home.path())
                .env("XDG_DATA_HOME", home.path())
                .args(["-c", &command])
                .output()
                .unwrap();
            assert!(out.status.success(), "{command}: {}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8(out.stdout).unwrap()
        });
        let found = if is_csv {
            let mut reader = csv::Reader::from_reader(answer.as_bytes());
            let heads = reader.headers().unwrap().clone();
            let at = |name: &str| heads.iter().position(|head| head == name);
            let listed: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let count =
                |keep: &dyn Fn(&csv::StringRecord) -> bool| listed.iter().filter(|row| keep(row)).count() as u64;
            match figure {
                "F2 with several parents" => count(&|row| row[at("parents").unwrap()].parse::<u64>().unwrap() > 1),
                "F3 that are in F2" => count(&|row| !row[at("relation").unwrap()].is_empty()),
                "F3 without any parent" => count(&|row| &row[at("parents").unwrap()] == "0"),
                "unlisted members" => count(&|row| &row[at("listed").unwrap()] == "false"),
                "F2, exclusive credit" => listed[0][at("exclusive").unwrap()].parse().unwrap(),
                "F2, split credit" => listed[0][at("split").unwrap()].parse::<f64>().unwrap().round() as u64,
                _ => count(&|_| true),
            }
        } else {
            let json: serde_json::Value = serde_json::from_str(answer).unwrap();
            let row = &json["rows"][0];
            let is_f2 = figure.contains("F2");
            let part = if is_f2 { "f2" } else { "f1" };
            if let Some(relation) = figure.strip_prefix("F1, ").filter(|words| Relation::from_name(words).is_some()) {
                row["by_relation"]["f1"][relation].as_u64().unwrap()
            } else if let Some(generation) = figure.strip_prefix("F2, generation ") {
                row["generations"][generation.parse::<usize>().unwrap() - 1].as_u64().unwrap()
            } else if figure.contains("without bursts") {
                assert!(row["without_bursts"][part].is_null() && row["dated"][part].is_u64(), "{row}");
                checked += 1;
                continue;
            } else if figure.starts_with("authors") {
                row["authors"][part].as_u64().unwrap()
            } else {
                row[part].as_u64().unwrap_or_else(|| panic!("{figure}: {row}"))
            }
        };
        assert_eq!(Some(found), models, "{figure}: {command}");
        checked += 1;
    }
    assert_eq!(checked, rows.len());
}

/// `all` derived models of one family and country, `dated` of them with a date in the month, and what else they say.
fn derived(all: usize, dated: usize, month: &str, more: &str) -> String {
    let date = |at: usize| if at < dated { format!(" created={month}-{:02}", at % 28 + 1) } else { String::new() };
    (0..all).map(|at| format!("o0/base -> you/m{at} : finetune{more}{}\n", date(at))).collect()
}

fn findings(text: &str, section: &str) -> Vec<String> {
    findings_on(text, section, None)
}

/// What a section concludes from a snapshot of that day.
fn findings_on(text: &str, section: &str, taken: Option<i64>) -> Vec<String> {
    let mut builder = modelkin::snapshot::Builder::new();
    builder.source("test", "edges");
    modelkin::source::edges::read_text("test", text, &mut |found| builder.add(found));
    let snapshot = builder.finish("test", taken, None).unwrap();
    let found = sections(&snapshot, &references());
    let section = found.into_iter().find(|known| known.name == section).unwrap();
    assert!(section.definition.iter().any(|sentence| sentence.contains("for at least 30")), "{section:?}");
    section.findings
}

#[test]
fn a_conclusion_is_drawn_where_half_is_known_and_thirty() {
    // The sentence, what makes it, and how many of the models have the value behind it.
    let months = |all, dated| derived(all, dated, "2024-05", "");
    let downloads = |all: usize, known: usize| -> String {
        (0..all)
            .map(|at| format!("o0/m{at} : tags=x{}\n", if at < known { " downloads=100 likes=3" } else { "" }))
            .collect()
    };
    let releases = |all: usize, known: usize| -> String {
        (0..all)
            .map(|at| format!("o0/m{at} : tags=x{}\n", if at < known { " created=2024-05-01" } else { "" }))
            .collect()
    };
    let sizes = |all: usize, known: usize| -> String {
        (0..all)
            .map(|at| format!("o0/m{at} : downloads=9{}\n", if at < known { " parameters=7000000000" } else { "" }))
            .collect()
    };
    let drift = |all: usize, known: usize| -> String {
        let licence = |at: usize| if at < known { " licence=mit" } else { "" };
        "o0/base : licence=mit\n".to_owned()
            + &(0..all).map(|at| format!("o0/base -> you/m{at} : finetune{}\n", licence(at))).collect::<String>()
    };
    let regions = |all: usize, known: usize| -> String {
        (0..all).map(|at| format!("{} -> you/m{at} : finetune\n", if at < known { "o0/base" } else { "x/y" })).collect()
    };
    type Case<'c> = (&'c str, &'c str, &'c dyn Fn(usize, usize) -> String);
    let cases: [Case<'_>; 8] = [
        ("months", "came to lead in 2024-05", &months),
        ("downloads", "By country, FR has most downloads", &downloads),
        ("concentration", "Of the downloads in 30 days", &downloads),
        ("growth", "Of the 25 models with most downloads", &downloads),
        ("releases", "Zero made most repositories in 2024", &releases),
        ("sizes", "of models that declare a size", &sizes),
        ("drift", "Along finetune links the licence changes", &drift),
        ("regions", "Publishers in FR", &regions),
    ];
    for (section, sentence, text) in cases {
        let is_drawn = |all, known| findings(&text(all, known), section).iter().any(|found| found.contains(sentence));
        for (all, known, expected) in [(62, 31, true), (62, 30, false), (30, 30, true), (29, 29, false)] {
            assert_eq!(is_drawn(all, known), expected, "{section}: {known} of {all}");
        }
    }
    for (section, sentence) in [("derivatives", "leads with"), ("intermediaries", "publishes most quantized models")] {
        for (all, expected) in [(30, true), (29, false)] {
            let text = derived(all, all, "2024-05", "").replace("finetune", "quantized");
            assert_eq!(findings(&text, section).iter().any(|found| found.contains(sentence)), expected, "{section}");
        }
    }
}

#[test]
fn nothing_is_concluded_of_years_and_months_after_the_snapshot() {
    let taken = Some(1_717_200_000_000); // 2024-06-01
    let text = derived(40, 40, "2024-05", "") + &derived(90, 90, "2025-02", "").replace("you/", "o1/late");
    let months = findings_on(&text, "months", taken);
    assert!(months[0].contains("came to lead in 2024-05"), "{months:?}");
    let text = text.replace("you/", "o0/of");
    let releases = findings_on(&text, "releases", taken);
    assert!(releases[0].contains("Zero made most repositories in 2024: 40"), "{releases:?}");
}

#[test]
fn months_of_few_models_are_not_drawn() {
    let months = [("2024-01", 29), ("2024-02", 30), ("2024-03", 29), ("2024-04", 45), ("2024-05", 3)];
    let text: String = months
        .iter()
        .map(|(month, made)| derived(*made, *made, month, "").replace("you/", &format!("you/of-{month}-")))
        .collect();
    let snapshot = snapshot(&(text + "o0/base -> you/undated : finetune\n"));
    for (section, plot) in [("months", 0), ("growth", 0)] {
        let found = sections(&snapshot, &references());
        let section = found.iter().find(|known| known.name == section).unwrap();
        let chart = &section.charts[plot];
        let (title, ink::Shape::Lines { steps, series }) = (&chart.title, &chart.shape) else { panic!("lines") };
        assert!(title.contains("% with a date"), "{title}");
        if section.name == "growth" {
            // A sum of all months is as good where few were added.
            assert_eq!(steps, &["2024-01", "2024-02", "2024-03", "2024-04"], "{title}");
            assert_eq!(series[0].values, [Some(29.0), Some(59.0), Some(88.0), Some(133.0)], "{title}");
            continue;
        }
        assert_eq!(steps, &["2024-02", "2024-03", "2024-04"], "{title}");
        let known: Vec<bool> = series[0].values.iter().map(Option::is_some).collect();
        assert_eq!(known, [true, false, true], "{title}");
    }
    // What stands alone between gaps is drawn as a point.
    let mut months = sections(&snapshot, &references());
    months.retain(|section| section.name == "months");
    let page = ink::page(&months, &references().published, &snapshot, "tables").unwrap();
    assert!(page.matches("<circle").count() >= 4 && !page.contains("<polyline"));
}

#[test]
fn what_no_model_states_has_no_count_and_shares_are_over_what_both_sides_state() {
    let silent = snapshot("o0/base -> you/a, you/b : quantized\no0/base -> you/c : finetune created=2024-05-01");
    let found = sections(&silent, &references());
    let section = |name: &str| found.iter().find(|section| section.name == name).unwrap();
    let cell = |of: &str, table: &str, row: &str, column: &str| {
        section(of)
            .table(table)
            .unwrap()
            .cell(row, column)
            .unwrap_or_else(|| panic!("{table}, {row}, {column}"))
            .clone()
    };
    for (of, table, row, column, expected) in [
        ("derivatives", "families", "zero", "f1", Value::Count(3)),
        ("derivatives", "families", "zero", "f1_without_bursts", Value::NotJudged),
        ("derivatives", "families_in_every_way", "zero", "f2_without_bursts", Value::NotJudged),
        ("derivatives", "families", "zero", "f3", Value::Count(0)),
        ("derivatives", "organisations_in_every_way", "Zero", "f2_without_bursts", Value::NotJudged),
        ("derivatives", "organisations_in_every_way", "Zero", "f3", Value::Missing),
        ("months", "months_families", "2024-05|zero", "without_bursts", Value::NotJudged),
        ("months", "months_families", "2024-05|zero", "share_without_bursts", Value::NotJudged),
        ("intermediaries", "conversions", "zero", "quantized", Value::Count(2)),
        ("intermediaries", "conversions", "zero", "gguf", Value::NotJudged),
        ("sizes", "classes", "unknown", "models", Value::Count(4)),
        ("drift", "drift", "licence|all", "both_known", Value::Count(0)),
        ("drift", "drift", "licence|all", "changed", Value::Missing),
    ] {
        assert_eq!(cell(of, table, row, column), expected, "{table}, {row}, {column}");
    }
    let classes = section("sizes").table("classes").unwrap();
    let known = classes.rows.iter().filter(|row| row[0].cell() != "unknown");
    assert!(known.flat_map(|row| &row[1..]).all(|value| *value == Value::Missing), "{classes:?}");
    let mut text = Vec::new();
    ink::report(&found, &references().published, &silent)
        .unwrap()
        .write(&silent, ink::Format::Markdown, &mut text)
        .unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("| not judged") && text.contains("Models by language: none is known."), "{text}");
    let mut csv = Vec::new();
    section("derivatives").table("families_in_every_way").unwrap().csv(&mut csv).unwrap();
    assert!(String::from_utf8(csv).unwrap().contains("\nzero,3,,3,1,3,,3,1,"));

    let spoken = snapshot(
        "o0/base : licence=gpl-3.0 task=text-generation\no0/base -> you/a : finetune licence=mit task=to-dance\n\
         o0/base -> you/b : finetune licence=gpl-3.0 tags=gguf\no0/base -> you/c, you/d : finetune tags=x",
    );
    let found = sections(&spoken, &references());
    let section = |name: &str| found.iter().find(|section| section.name == name).unwrap();
    let share = |child: &str| {
        section("drift")
            .table("licence_classes")
            .unwrap()
            .cell(&format!("copyleft|{child}"), "share_of_parent")
            .cloned()
    };
    assert_eq!(["permissive", "copyleft"].map(share), [Some(Value::Number(0.5)), Some(Value::Number(0.5))]);
    assert_eq!(share("(none)"), Some(Value::Missing), "a licence does not become none: none is stated");
    assert_eq!(number(section("intermediaries"), "conversions", "zero", "gguf"), 1.0);
    assert_eq!(number(section("growth"), "modalities", "other", "models"), 1.0);
}

#[test]
fn the_drift_of_licences_is_over_all_of_a_models_licences() {
    let text = "o0/base : licences=mit,gpl-3.0\no0/base -> you/one : finetune licences=mit\n\
        o0/base -> you/two : finetune licences=gpl-3.0,mit\no0/base -> you/three : finetune licences=apache-2.0\n\
        o0/base -> you/four : finetune";
    let found = sections(&snapshot(text), &references());
    let drift = found.iter().find(|section| section.name == "drift").unwrap();
    let of = |what: &str, column| number(drift, "drift", &format!("{what}|finetune"), column);
    // Of two licences one is not shared, then none, then all three that there are.
    assert_eq!((of("licence", "both_known"), of("licence", "changed")), (3.0, 1.5));
    assert_eq!((of("licence class", "both_known"), of("licence class", "changed")), (3.0, 1.0));
    // What became what is by the first licence alone.
    assert_eq!(number(drift, "licences", "mit|gpl-3.0", "links"), 1.0);
}
