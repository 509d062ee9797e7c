//! The survey: its sections on any lineage, its reference data, what the page does with hostile words, and the commands.
//! `tests/others/read_report.py` computes every table a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use assert_cmd::Command;
use modelkin::census::{Bursts, Census, Counted, Counting, FamilyCount, Shared, members};
use modelkin::lineage::Lineage;
use modelkin::model::Relation;
use modelkin::reference::{Families, Family, Publishers};
use modelkin::report::Value;
use modelkin::snapshot::{Row, Snapshot};
use modelkin::survey::{self, References, Section, Survey};
use proptest::prelude::*;

use crate::support::{any_lineage, snapshot};

fn sections(snapshot: &Snapshot, references: &References) -> Vec<Section> {
    let lineage = Lineage::from_snapshot(snapshot);
    let census = Census::take(&lineage, &Counting::default());
    Survey::of(&lineage, &census, references).sections(|_| true)
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
        let lineage = Lineage::from_snapshot(&snapshot);
        let found = sections(&snapshot, &references);
        for section in &found {
            for table in &section.tables {
                let mut keys = BTreeSet::new();
                for row in &table.rows {
                    prop_assert_eq!(row.len(), table.columns.len(), "{}", table.name);
                    let key: Vec<String> = row[..table.keys].iter().map(Value::cell).collect();
                    prop_assert!(keys.insert(key.clone()), "{} {:?} twice", table.name, key);
                    for (column, value) in table.columns.iter().zip(row) {
                        if column.unit == survey::Unit::Share && let Some(share) = value.number() {
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
            let own = members(family, &lineage);
            lineage.below(&own).rows
        }).collect();
        // A member of one family counts where another reaches it.
        let foreign = reached.iter().filter(|row| {
            references.families.iter().filter(|family| family.part_of.is_none()).any(|family| {
                let own = members(family, &lineage);
                own.binary_search(row).is_err() && lineage.below(&own).rows.contains(row)
            })
        }).count();
        prop_assert!((split - foreign as f64).abs() < 1e-9, "{split} and {foreign}");
        for family in &references.families {
            let count = FamilyCount::of(family, &lineage, &Counting::default(), Counted::Others);
            for (column, wanted) in [("f1", count.f1.models), ("f2", count.f2.models), ("f3", count.f3)] {
                prop_assert_eq!(number(derivatives, "families", &family.name, column), wanted as f64);
            }
        }
        let page = survey::page(&found, &references.published, &snapshot, "tables");
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
        let lineage = Lineage::from_snapshot(&snapshot);
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
    let lineage = Lineage::from_snapshot(&snapshot);
    let mirrors: Vec<(&str, &str)> =
        lineage.mirrors().map(|mirror| (snapshot.id(mirror.model), snapshot.id(mirror.of))).collect();
    assert_eq!(mirrors, [("unsloth/base", "lab/base")]);
    let family = Family::of_owner("lab");
    let count = |lineage: &Lineage<'_>| FamilyCount::of(&family, lineage, &Counting::default(), Counted::Others);
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
    let lineage = Lineage::from_snapshot(&snapshot);
    let bursts = Bursts::list(&lineage);
    let by: Vec<(&Shared, usize)> = bursts.iter().map(|burst| (&burst.by, burst.children.len())).collect();
    // One author's 60 spread over three days are none; sixty authors with one template within 20 hours are.
    assert_eq!(by, [(&Shared::Template("run-#".into()), 60)]);
    let flags = Bursts::of(&lineage);
    let flagged = snapshot.rows().filter(|row| flags.holds(*row, |_| true)).count();
    assert_eq!(flagged, 60);
}

#[test]
fn nested_families_are_declared() {
    let snapshot = modelkin::sample().unwrap();
    let lineage = Lineage::from_snapshot(&snapshot);
    let families = Families::built_in().unwrap().all().unwrap();
    let sets: Vec<BTreeSet<Row>> =
        families.iter().map(|family| members(family, &lineage).into_iter().collect()).collect();
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
    for table in ["sizes", "tasks", "languages", "licences", "published"] {
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
        for claim in references.published.of(section.name) {
            claims += 1;
            let table = section.table(&claim.table).unwrap_or_else(|| panic!("{claim:?}: no such table"));
            assert!(table.columns.iter().any(|column| column.name == claim.column), "{claim:?}: no such column");
            assert_eq!(claim.row.split('|').count(), table.keys, "{claim:?}: a row has other keys");
        }
    }
    assert_eq!(claims, csv::Reader::from_path("data/reference/published.csv").unwrap().records().count());
    let derivatives = &found[0];
    let compared = survey::compared(derivatives, &references.published).unwrap();
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
    let page = survey::page(&found, &references.published, &snapshot, evil);
    assert!(page.contains("&lt;script&gt;"), "the words are shown");
    assert!(!page.contains("<script") && !page.contains('\u{202e}'));
    // What is between the tags is text alone: a reader of XML finds the same elements as on a harmless page.
    let tags = |page: &str| page.matches('<').count();
    let harmless = survey::page(&sections(&snapshot, &self::references()), &references.published, &snapshot, "tables");
    assert!(tags(&page) > 100 && tags(&harmless) > 100);
    for bad in ["onerror=", "javascript:", "http://", "https://", "src="] {
        assert!(!harmless.contains(bad), "{bad}");
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
    for link in
        text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).filter(|link| !link.starts_with('#'))
    {
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
        (&["report", "--section", "sizes.classez"], 2, "do you mean classes?"),
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
    let lineages = [Lineage::from_snapshot(&before), Lineage::from_snapshot(&after)];
    let censuses = lineages.each_ref().map(|lineage| Census::take(lineage, &Counting::default()));
    let earlier = Survey::of(&lineages[0], &censuses[0], &references);
    let section = Survey::of(&lineages[1], &censuses[1], &references).since(&earlier);
    let changes = |change: &str| number(&section, "changes", change, "models");
    assert_eq!(["appeared", "vanished", "relicensed", "respelled"].map(changes), [2.0, 1.0, 1.0, 1.0]);
    assert_eq!(number(&section, "relations", "adapter", "appeared"), 1.0);
    assert_eq!(number(&section, "relations", "quantized", "vanished"), 1.0);
    assert_eq!(number(&section, "relations", "merge", "respelled_after"), 1.0);
}
