//! The types of `schema` say what the program writes, no more and no less: real answers of every form are read into them, written again and
//! compared, and what is no answer any more is refused. What the published schemas allow is looked at from outside by
//! `tests/others/check_schemas.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use modelkin::census::Measure;
use modelkin::model;
use modelkin::provenance;
use modelkin::report;
use modelkin::schema::{
    AliasList, BlastList, BlastSection, BlastTable, BurstList, CheckAnswer, CheckList, CommonAnswer, Comparison,
    ComparisonAlong, ComparisonBy, FORMS, FamilyAnswer, FamilyList, Flows, Form, Found, KINDS, Learned, LicencesAnswer,
    Measures, MirrorList, OwnersAnswer, Ranking, Relation, Rows, Sections, SiblingsAnswer, Tree, UpstreamAnswer,
    Verdict, WhyAnswer,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::program::Place;

/// An answer as its type reads it, written again.
fn again(form: &str, answer: &Value) -> Result<Value, serde_json::Error> {
    fn through<T: DeserializeOwned + Serialize>(answer: &Value) -> Result<Value, serde_json::Error> {
        serde_json::to_value(serde_json::from_str::<T>(&answer.to_string())?)
    }
    match form {
        "rank" => through::<Ranking>(answer),
        "compare" => through::<Comparison>(answer),
        "compare-by" => through::<ComparisonBy>(answer),
        "compare-snapshots" => through::<ComparisonAlong>(answer),
        "flows" => through::<Flows>(answer),
        "family" => through::<FamilyAnswer>(answer),
        "family-list" => through::<FamilyList>(answer),
        "show" => through::<Tree>(answer),
        "search" => through::<Found>(answer),
        "owners" => through::<OwnersAnswer>(answer),
        "upstream" => through::<UpstreamAnswer>(answer),
        "why" => through::<WhyAnswer>(answer),
        "common" => through::<CommonAnswer>(answer),
        "siblings" => through::<SiblingsAnswer>(answer),
        "blast" => through::<BlastSection>(answer),
        "blast-table" => through::<BlastTable>(answer),
        "blast-list" => through::<BlastList>(answer),
        "licences" => through::<LicencesAnswer>(answer),
        "report" | "explain" | "diff" => through::<Sections>(answer),
        "report-table" | "diff-table" => through::<Rows>(answer),
        "check" => through::<CheckAnswer>(answer),
        "check-list" => through::<CheckList>(answer),
        "check-bursts" => through::<BurstList>(answer),
        "check-mirrors" => through::<MirrorList>(answer),
        "check-aliases" => through::<AliasList>(answer),
        other => panic!("{other} is no form"),
    }
}

/// What the schema of a form says of a row.
fn row_of(schema: &Value) -> &Value {
    let place = schema["properties"]["rows"]["items"]["$ref"].as_str().unwrap();
    schema.pointer(place.strip_prefix('#').unwrap()).unwrap()
}

/// Whether the schema names a key of a row, or takes any.
fn is_named(row: &Value, key: &str) -> bool {
    let is_measure = !row["patternProperties"].is_null() && key.ends_with("-known");
    !row["properties"][key].is_null() || is_measure || row["additionalProperties"].is_object()
}

/// What is wrong with an answer, if anything is.
fn fault(form: &str, schema: &Value, answer: &Value) -> Option<String> {
    match again(form, answer) {
        Err(error) => return Some(error.to_string()),
        Ok(read) if read != *answer => return Some(format!("read as {read}, of {answer}")),
        Ok(_) => (),
    }
    let rows = answer["rows"].as_array().unwrap();
    let keys = rows.iter().flat_map(|row| row.as_object().unwrap().keys());
    keys.into_iter().find(|key| !is_named(row_of(schema), key)).map(|key| format!("no schema names {key}"))
}

/// Answers that are none: a key renamed, a value of another kind, in the frame, in the snapshot and in a row.
fn mutants(form: &str, answer: &Value) -> Vec<(String, Value)> {
    let (mut found, mut answer) = (Vec::new(), answer.clone());
    let rows = answer["rows"].as_array_mut().unwrap();
    rows.truncate(1);
    let has_row = !rows.is_empty();
    let places = ["", "/snapshot"].into_iter().chain(has_row.then_some("/rows/0"));
    for place in places {
        let keys: Vec<String> = answer.pointer(place).unwrap().as_object().unwrap().keys().cloned().collect();
        // What columns a table has, and of which kind, no schema says; nor which names are compared.
        let is_table = form.ends_with("-table") && place == "/rows/0";
        let is_by_name = ["compare-by", "compare-snapshots"].contains(&form) && place == "/rows/0";
        for key in keys {
            let mut change = |what: &str, change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
                let mut mutant = answer.clone();
                change(mutant.pointer_mut(place).unwrap().as_object_mut().unwrap());
                found.push((format!("{place}/{key}: {what}"), mutant));
            };
            if !is_table && !is_by_name {
                change("renamed", &|object| {
                    let value = object.remove(&key).unwrap();
                    object.insert(format!("{key}s"), value);
                });
            }
            change("an object", &|object| drop(object.insert(key.clone(), json!({"a": true}))));
            let other = match answer.pointer(place).unwrap()[&key] {
                Value::Number(_) => json!("7"),
                Value::String(_) => json!(-7),
                _ => json!(-0.5),
            };
            let is_number_or_nothing = answer.pointer(place).unwrap()[&key].is_null();
            if !is_table && !is_number_or_nothing {
                change("of another kind", &|object| drop(object.insert(key.clone(), other.clone())));
            }
        }
    }
    found
}

/// More than 10^18 ways, a cycle, mirrors, a burst, every word that a model can have, and names that are none of the usual.
fn odd() -> String {
    let mut text = String::from(
        "?gone/base -> a/one : finetune downloads=5 likes=1 created=2024-05-01 licences=other licence_name=own\\u{20}words gated=auto\n\
         a/one -> b/two : quantized downloads=7 downloads_all_time=70 created=2024-06-01 licences=mit,apache-2.0 gated=manual disabled=true\n\
         a/one -> m/one : finetune created=2021-01-01 sha=0123456789abcdef0123456789abcdef01234567\n\
         a/one, b/two, ?gone/other -> c/blend : merge created=2024-07-01 licences=cc-by-nc-4.0\n\
         c/blend -> c/kept : adapter licences=mit licence_link=https://example.org/l gated=false\n\
         c/kept -> d/loop : finetune\nd/loop -> d/back : unstated\nd/back -> d/loop : finetune\n\
         c/blend -> bare, month, all : quantized\nmonth -> year : finetune\n\
         Qwen/Qwen2.5-7B -> x/__proto__, x/constructor : finetune created=2025-01-20\n\
         Qwen/Qwen2.5-7B -> gpt2 : finetune\n",
    );
    for at in 0..61 {
        text += &format!("w/n{at} -> w/x{at}, w/y{at} : finetune\nw/x{at}, w/y{at} -> w/n{} : merge\n", at + 1);
    }
    (0..60).for_each(|at| text += &format!("a/one -> mass/model-{at} : quantized created=2024-05-02\n"));
    text
}

/// The snapshots that are asked, and lists and tables beside them.
fn place() -> Place {
    let place = Place::new();
    place.file("odd.edges", odd());
    let rows = [
        json!({"id": "a/\u{1b}[31m\u{202e}", "tags": ["base_model:finetune:a/one", "license:<b>"], "downloads": 3}),
        json!({"id": format!("l/{}", "n".repeat(400)), "tags": ["base_model:a/one"], "gated": true}),
        json!({"id": "https://huggingface.co/p/q", "tags": ["base_model:./local"]}),
        json!({"id": "a/self", "tags": ["base_model:a/self", "base_model:quantized:a/self"], "createdAt": "2099-01-01T00:00:00Z"}),
        json!({"id": 5}),
    ];
    place.file("rows.jsonl", rows.map(|row| row.to_string() + "\n").concat());
    place.file("bare.edges", "a/base -> b/x, b/y\nb/x -> c/z\n");
    place.file("none.edges", "a/lone\nb/lone\n");
    place.file(
        "later.edges",
        odd().replace("licences=mit ", "licences=gpl-3.0 ").replace("d/back -> d/loop", "a/new -> d/loop"),
    );
    for (name, args) in [
        ("odd", &["odd.edges", "rows.jsonl", "--date", "2025-01-31"][..]),
        ("later", &["later.edges", "--date", "2025-03-31"]),
        ("bare", &["bare.edges"]),
        ("none", &["none.edges"]),
    ] {
        let ran = place.run(&[&["import"], args, &["-o", name]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    place.file("list.txt", "a/one\nb/two\nnobody/nothing\n");
    place.file("old.txt", "gpt2\nQwen/Qwen2.5-7B\n");
    place.file("flags.csv", "id,reason,since,source\na/one,leaked,2024-06-15,us\ngone/base,,,\nno/such,bad,,\n");
    place.file("mine/README.md", "---\nlicense: mit\nbase_model: c/blend\n---\n");
    place.file("mine/adapter_config.json", r#"{"base_model_name_or_path": "b/two", "peft_type": "LORA"}"#);
    place
}

/// What is asked, of which snapshot, and which form the answer has. A `|` stands where words are apart.
const QUESTIONS: &[(&str, &str, &str)] = &[
    ("rank", "sample", "rank"),
    (
        "rank",
        "sample",
        "rank --top 0 --by descendants,authors,downloads,downloads-with-own,likes,likes-with-own,credit,deepest,first-degree",
    ),
    ("rank", "sample", "rank --by downloads-all-time"),
    ("rank", "sample", "rank --by growth --days 365 --exclude quantized"),
    ("rank", "sample", "rank --of owners --by authors,downloads"),
    ("rank", "sample", "rank --of families --columns likes,merge,direct"),
    ("rank", "sample", "rank --of authors --within Qwen2.5-7B"),
    ("rank", "sample", "rank --of countries --by downloads"),
    ("rank", "sample", "rank --of licences --by authors,likes --top 3"),
    ("rank", "odd", "rank --by downloads,growth,credit"),
    ("rank", "bare", "rank --by likes"),
    ("rank", "none", "rank --of authors"),
    ("compare", "sample", "compare Qwen Llama mistralai/* Qwen/Qwen2.5-7B Qwen/Qwen3*"),
    ("compare", "sample", "compare Qwen2.5-7B"),
    ("compare", "odd", "compare a/one month gone/base d/loop"),
    ("compare", "bare", "compare a/base b/x c/z"),
    ("compare-by", "sample", "compare Qwen Llama --by month"),
    ("compare-by", "sample", "compare Qwen --by quarter --show downloads"),
    ("compare-by", "sample", "compare Qwen Gemma --by year --show share"),
    ("compare-by", "sample", "compare Qwen --by relation --show authors"),
    ("compare-by", "sample", "compare Qwen Llama --by country --top 2"),
    ("compare-by", "sample", "compare Qwen --by licence --show f1"),
    ("compare-by", "sample", "compare Qwen --by size"),
    ("compare-by", "sample", "compare Qwen Llama --by generation"),
    ("compare-by", "odd", "compare month a/one --by owner --top 0"),
    ("compare-by", "odd", "compare c/blend month --by quarter"),
    ("compare-by", "odd", "compare month year --by relation"),
    ("compare-by", "bare", "compare a/base --by month --show downloads"),
    ("compare-by", "none", "compare a/lone --by country"),
    ("compare-snapshots", "", "compare a/one month --snapshots odd later"),
    ("compare-snapshots", "", "compare a/one --show share --snapshots odd later"),
    ("flows", "sample", "flows"),
    ("flows", "sample", "flows --by country --top 0"),
    ("flows", "sample", "flows --by converter --within Qwen"),
    ("flows", "sample", "flows --by family --own leave-out --top 3"),
    ("flows", "odd", "flows --by publisher --own count"),
    ("flows", "bare", "flows --by kind"),
    ("flows", "none", "flows"),
    ("family", "sample", "family Qwen"),
    ("family", "sample", "family Llama --include-members --since 2024-06-01"),
    ("family", "sample", "family Qwen2.5-7B --exclude quantized"),
    ("family", "odd", "family a/*"),
    ("family", "odd", "family gone/base --no-unlisted"),
    ("family", "bare", "family a/base"),
    ("family", "none", "family a/lone"),
    ("family-list", "sample", "family Qwen --list members"),
    ("family-list", "sample", "family Qwen --list f1"),
    ("family-list", "sample", "family Llama --list f2 --since 2024-06-01"),
    ("family-list", "sample", "family Llama --list f3"),
    ("family-list", "odd", "family a/* --list f2"),
    ("family-list", "odd", "family gone/* --list members"),
    ("family-list", "none", "family a/lone --list f2"),
    ("show", "sample", "show Qwen/Qwen2.5-14B"),
    ("show", "sample", "show Qwen2.5-7B --collapse leaves"),
    ("show", "sample", "show --above Qwen/Qwen2.5-14B-Instruct"),
    ("show", "sample", "show --family Gemma --depth 1 --siblings 2 --min-downloads 1000"),
    ("show", "odd", "show --around d/loop --hops 3"),
    ("show", "odd", "show --all --siblings 0"),
    ("show", "odd", "show --below gone/base --depth 9 --relation finetune --relation merge --relation quantized"),
    ("search", "sample", "search qwen instruct"),
    ("search", "sample", "search qwenn"),
    ("search", "odd", "search proto --top 0"),
    ("search", "odd", "search gone"),
    ("search", "none", "search nothing-like-it"),
    ("owners", "sample", "owners"),
    ("owners", "sample", "owners --unknown --top 3"),
    ("owners", "odd", "owners --top 0"),
    ("owners", "bare", "owners"),
    ("upstream", "sample", "upstream Qwen/Qwen2.5-14B-Instruct"),
    ("upstream", "odd", "upstream c/kept d/loop w/n61"),
    ("upstream", "odd", "upstream --from list.txt"),
    ("upstream", "odd", "upstream --folder mine"),
    ("upstream", "odd", "upstream one"),
    ("upstream", "bare", "upstream a/base"),
    ("why", "sample", "why Qwen/Qwen2.5-14B-Instruct Qwen/Qwen2.5-14B"),
    ("why", "odd", "why c/blend gone/base --all"),
    ("why", "odd", "why w/n61 w/n0"),
    ("why", "odd", "why d/loop d/back"),
    ("why", "odd", "why a/one c/blend"),
    ("common", "sample", "common Qwen/Qwen2.5-14B-Instruct Qwen/Qwen2.5-14B"),
    ("common", "odd", "common c/kept m/one b/two"),
    ("common", "odd", "common a/one w/n3"),
    ("siblings", "sample", "siblings Qwen/Qwen2.5-14B-Instruct"),
    ("siblings", "odd", "siblings b/two d/loop"),
    ("siblings", "bare", "siblings a/base"),
    ("blast", "sample", "blast Qwen/Qwen2.5-14B"),
    ("blast", "odd", "blast --flagged flags.csv --mine c/*"),
    ("blast", "odd", "blast --from list.txt --mine a/*"),
    ("blast", "later", "blast --changed odd"),
    ("blast", "none", "blast a/lone"),
    ("blast-table", "odd", "blast --flagged flags.csv --table bases"),
    ("blast-table", "odd", "blast a/one --table months"),
    ("blast-table", "sample", "blast --family Qwen --table owners"),
    ("blast-table", "none", "blast a/lone --table licences"),
    ("blast-list", "sample", "blast Qwen/Qwen2.5-14B --list"),
    ("blast-list", "odd", "blast --flagged flags.csv --mine c/* --mine a/one --list"),
    ("blast-list", "odd", "blast gone/base --list --since 2024-06-01"),
    ("blast-list", "none", "blast a/lone --list"),
    ("licences", "sample", "licences Qwen/Qwen2.5-14B-Instruct prithivMLmods/Calcium-Opus-14B-Elite2"),
    ("licences", "odd", "licences c/kept d/loop b/two --unknown deny"),
    ("licences", "odd", "licences --from list.txt --allow mit --deny-terms C"),
    ("licences", "odd", "licences --folder mine"),
    ("licences", "bare", "licences a/base"),
    ("report", "sample", "report"),
    ("report", "odd", "report --fold-mirrors"),
    ("report", "bare", "report"),
    ("report", "none", "report"),
    ("report", "", "report --snapshots odd later"),
    ("explain", "sample", "explain Qwen"),
    ("explain", "odd", "explain a/*"),
    ("explain", "bare", "explain b/x"),
    ("diff", "", "diff odd later"),
    ("diff", "", "diff bare none"),
    ("diff-table", "", "diff odd later --table models"),
    ("diff-table", "", "diff odd later --table families"),
    ("diff-table", "", "diff none none --table kinds"),
    ("check", "sample", "check"),
    ("check", "odd", "check"),
    ("check", "odd", "check --below month"),
    ("check", "none", "check"),
    ("check-list", "sample", "check --list alias-followed"),
    ("check-list", "odd", "check --list all --owner a"),
    ("check-list", "none", "check --list all"),
    ("check-bursts", "odd", "check --bursts"),
    ("check-bursts", "none", "check --bursts"),
    ("check-mirrors", "sample", "check --mirrors"),
    ("check-mirrors", "odd", "check --mirrors --top 0"),
    ("check-aliases", "sample", "check --aliases"),
    ("check-aliases", "bare", "check --aliases"),
];

#[test]
fn every_answer_is_what_its_type_says_and_no_mutant_is() {
    let place = place();
    let (mut with_rows, mut killed) = (BTreeSet::new(), 0);
    let schemas: BTreeMap<&str, Value> = FORMS.iter().map(|form| (form.name, form.schema().to_value())).collect();
    let mut seen = Vec::new();
    for (form, snapshot, words) in QUESTIONS {
        let words = words.split(' ').chain(["--format", "json"]);
        let words = words.chain((!snapshot.is_empty()).then_some(["--snapshot", snapshot]).into_iter().flatten());
        let words: Vec<&str> = words.collect();
        let ran = place.run(&words);
        assert!([0, 3].contains(&ran.code), "{words:?}: {} {}", ran.code, ran.err);
        seen.push((*form, words.join(" "), serde_json::from_str(&ran.out).unwrap()));
    }
    // The files beside a report's page are the rows of its tables.
    assert_eq!(place.run(&["report", "--snapshot", "odd", "--output", "page.html"]).code, 0);
    for file in fs::read_dir(place.path("page")).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|suffix| suffix == "json") && !file.ends_with("report.json") {
            let text = fs::read_to_string(&file).unwrap();
            seen.push(("report-table", file.display().to_string(), serde_json::from_str(&text).unwrap()));
        }
    }
    for (form, asked, answer) in seen {
        let schema = &schemas[form];
        assert_eq!(fault(form, schema, &answer), None, "{asked}");
        for (what, mutant) in mutants(form, &answer) {
            assert!(fault(form, schema, &mutant).is_some(), "{asked}: {what}: {mutant}");
            killed += 1;
        }
        if !answer["rows"].as_array().unwrap().is_empty() {
            with_rows.insert(form);
        }
    }
    let all: BTreeSet<&str> = FORMS.iter().map(|form| form.name).collect();
    assert_eq!(with_rows, all, "each form was seen with a row");
    assert!(killed > 2000, "{killed}");
}

/// A key that a later program may write is passed over.
#[test]
fn a_key_that_nobody_knows_is_no_fault() {
    let place = Place::new();
    let ran = place.run(&["rank", "--top", "1", "--format", "json", "--snapshot", "sample"]);
    let mut answer: Value = serde_json::from_str(&ran.out).unwrap();
    answer["later"] = json!("a text");
    answer["snapshot"]["later"] = json!({});
    let read: Ranking = serde_json::from_value(answer).unwrap();
    assert_eq!(read.rows[0].rank, 1);
}

#[test]
fn words_are_those_of_the_rooms() {
    let names = |words: &mut dyn Iterator<Item = &'static str>| words.collect::<BTreeSet<_>>();
    let relations = Relation::ALL.iter().map(|relation| relation.name());
    assert!(relations.eq(model::Relation::SHOWN.iter().map(|relation| relation.name())));
    let learned = model::Learned::ALL.iter().map(|learned| learned.name()).chain(["file"]);
    assert_eq!(names(&mut Learned::ALL.iter().map(|learned| learned.name())), names(&mut { learned }));
    let verdicts = provenance::Verdict::ALL.iter().map(|verdict| verdict.name());
    assert!(Verdict::ALL.iter().map(|verdict| verdict.name()).eq(verdicts));
    assert_eq!(names(&mut KINDS.into_iter()), report::kinds().collect());
    assert_eq!(KINDS.len(), report::kinds().collect::<BTreeSet<_>>().len());
    let measures = Measure::ALL.iter().map(|measure| (measure.name(), measure.about()));
    let known: BTreeMap<&str, &str> = Measures::NAMES.into_iter().filter(|(name, _)| *name != "models").collect();
    assert_eq!(known, measures.collect());
}

/// `modelkin schemas docs/schemas` writes them anew.
#[test]
fn the_schemas_in_docs_are_those_of_the_types() {
    let place = Place::new();
    assert_eq!(place.run(&["schemas", "made"]).code, 0);
    let files = |folder: &Path| -> BTreeMap<String, String> {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files.map(|file| (file.file_name().unwrap().display().to_string(), fs::read_to_string(file).unwrap())).collect()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (made, kept) = (files(&place.path("made")), files(&root.join("docs/schemas")));
    assert!(made.keys().eq(kept.keys()), "{:?}\n{:?}", made.keys(), kept.keys());
    for (name, text) in &made {
        assert!(*text == kept[name], "docs/schemas/{name} is not what the types say; `modelkin schemas docs/schemas`");
    }
    let page = fs::read_to_string(root.join("docs/json.md")).unwrap();
    for form in FORMS {
        let link = format!("schemas/{}.json", form.name);
        assert!(page.contains(&format!("({link})")), "docs/json.md links to {link}");
        assert_eq!(Form::find(form.name).unwrap().id(), form.id());
        assert!(form.id().ends_with(&format!(":{}:{}", form.name, form.version)) && form.version > 0);
    }
    assert_eq!(FORMS.iter().map(Form::id).collect::<BTreeSet<_>>().len(), FORMS.len());
}

/// Every key is explained, and every text of a few words lists them.
#[test]
fn every_key_of_a_schema_is_explained() {
    fn look(value: &Value, within: &str, missing: &mut Vec<String>) {
        let properties = value["properties"].as_object();
        for (key, about) in properties.into_iter().flatten() {
            if about["description"].as_str().is_none_or(str::is_empty) {
                missing.push(format!("{within}/{key}"));
            }
        }
    }
    for form in FORMS {
        let (schema, mut missing) = (form.schema().to_value(), Vec::new());
        look(&schema, form.name, &mut missing);
        for (name, about) in schema["$defs"].as_object().unwrap() {
            look(about, &format!("{}: {name}", form.name), &mut missing);
        }
        assert!(missing.is_empty(), "{missing:?}");
        let text = form.text();
        assert!(text.ends_with("}\n") && text.contains("https://json-schema.org/draft/2020-12/schema"));
    }
}
