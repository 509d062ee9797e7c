//! Somebody's lists of models, folders of models that are on no hub yet, and what the verbs make of them at the command line.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use modelkin::source::{Inventory, LocalModel};
use serde_json::{Value, json};

fn listed(text: &str) -> Vec<(String, u64)> {
    let found = Inventory::read(Path::new("list"), text.as_bytes()).unwrap();
    found.models.into_iter().map(|model| (model.id, model.line)).collect()
}

fn named(text: &str) -> Vec<String> {
    listed(text).into_iter().map(|(id, _)| id).collect()
}

#[test]
fn lines_name_models_by_what_they_begin_with() {
    let text = "\u{feff}# our models\nQwen/Qwen2.5-7B\n\n  google/gemma-2-2b==main  # pinned\n- meta-llama/Llama-3.1-8B\n\
                https://huggingface.co/openai/whisper-large-v3/tree/main\npkg:huggingface/BAAI/bge-m3@ABCDEF?x=y#z\n\
                \"mistralai/Mistral-7B-v0.1\",production,2025\ngpt2\nmodelscope:owner/name\nnot a model\n";
    let wanted = [
        ("Qwen/Qwen2.5-7B", 2),
        ("google/gemma-2-2b", 4),
        ("meta-llama/Llama-3.1-8B", 5),
        ("openai/whisper-large-v3", 6),
        ("BAAI/bge-m3", 7),
        ("mistralai/Mistral-7B-v0.1", 8),
        ("gpt2", 9),
        ("modelscope:owner/name", 10),
        ("not", 11),
    ];
    assert_eq!(listed(text), wanted.map(|(id, line)| (id.to_owned(), line)));
    // A table's head is none, and a model may be called as one.
    assert_eq!(named("id,use\na/b,chat\nid\n"), ["a/b", "id"]);
    assert_eq!(
        named("pkg:huggingface/a%2Fb\npkg:HuggingFace/gpt2@1\npkg:pypi/requests@2\n"),
        ["a/b", "gpt2", "pkg:pypi/requests@2"]
    );
    assert_eq!(named(""), [""; 0]);
}

#[test]
fn bills_of_materials_name_models_and_other_things() {
    let bill = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "metadata": {"component": {"type": "application", "name": "app"}},
        "components": [
            {"type": "machine-learning-model", "group": "acme", "name": "one"},
            {"type": "library", "name": "requests", "purl": "pkg:pypi/requests@2"},
            {"type": "library", "name": "two", "purl": "pkg:huggingface/acme/two@abc",
             "components": [{"type": "machine-learning-model", "name": "gpt2"}]},
        ],
    });
    let found = Inventory::read(Path::new("bill"), serde_json::to_string_pretty(&bill).unwrap().as_bytes()).unwrap();
    let ids: Vec<&str> = found.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!((ids, found.others), (vec!["acme/one", "acme/two", "gpt2"], 2));

    let spdx = json!({"@context": "x", "@graph": [
        {"type": "SpdxDocument", "name": "doc"},
        {"type": "ai_AIPackage", "name": "acme/one"},
        {"type": "software_Package", "name": "x", "software_packageUrl": "pkg:huggingface/acme/two"},
        {"type": "software_Package", "name": "y", "externalIdentifier": [{"identifier": "pkg:huggingface/acme/three"}]},
        {"type": "software_Package", "name": "requests"},
    ]});
    let found = Inventory::read(Path::new("bill"), spdx.to_string().as_bytes()).unwrap();
    let ids: Vec<&str> = found.models.iter().map(|model| model.id.as_str()).collect();
    assert_eq!((ids, found.others), (vec!["acme/one", "acme/two", "acme/three"], 1));

    let older = json!({"spdxVersion": "SPDX-2.3", "packages": [
        {"name": "x", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:huggingface/acme/two@1"}]},
        {"name": "requests"},
    ]});
    let found = Inventory::read(Path::new("bill"), older.to_string().as_bytes()).unwrap();
    assert_eq!((found.models[0].id.as_str(), found.models.len(), found.others), ("acme/two", 1, 1));

    // Each stands in the line of its text, also if one text stands there twice.
    assert_eq!(
        listed("[\n\"a/b\",\n{\"id\": \"c/d\"},\n\n\"a/b\"]"),
        [("a/b".into(), 2), ("c/d".into(), 3), ("a/b".into(), 5)]
    );
}

#[test]
fn what_is_no_list_is_refused_with_its_reason() {
    let refused = |bytes: &[u8]| Inventory::read(Path::new("list"), bytes).unwrap_err().to_string();
    assert!(refused(b"\xff\xfe").contains("no UTF-8"));
    assert!(refused(b"<bom/>").contains("is XML"));
    assert!(refused(b"{\"a\": 1}").contains("no bill of materials"));
    assert!(refused(b"[1, 2]").contains("entry 1"));
    assert!(refused(b"{\"a\"").contains("no JSON"));
    assert!(refused(b"SPDXVersion: SPDX-2.3\n").contains("tag form"));
    let deep = "[".repeat(100_000);
    refused(format!("{{\"bomFormat\": {deep}").as_bytes());
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder =
        tempfile::Builder::new().prefix("my-model").rand_bytes(0).tempdir_in(tempfile::tempdir().unwrap().keep());
    let folder = folder.unwrap();
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    folder
}

#[test]
fn a_folder_tells_of_parents_by_its_card_and_by_its_files() {
    let merge = "slices:\n- sources:\n  - model: a/one\n  - model: {model: {path: a/two}}\nmodels: [{model: a/three+a/lora}, {model: ./x}]\nbase_model: a/base\n";
    let made = folder(&[
        ("README.md", "---\nbase_model: a/card\nlicense: mit\n---\n# Hello\n"),
        ("adapter_config.json", r#"{"base_model_name_or_path": "a/adapted"}"#),
        ("config.json", r#"{"_name_or_path": "/home/me/models", "quantization_config": {}}"#),
        ("mergekit_config.yml", merge),
    ]);
    let local = LocalModel::read(made.path()).unwrap();
    assert_eq!(local.id().to_string(), "local:my-model");
    assert_eq!(local.files, ["README.md", "adapter_config.json", "config.json", "mergekit_config.yml"]);
    assert_eq!(local.record.parents.len(), 1);
    let told: Vec<(&str, &str, Option<String>, &str)> = local
        .named
        .iter()
        .map(|named| {
            (named.file, named.text.as_str(), named.id.as_ref().map(ToString::to_string), named.relation.name())
        })
        .collect();
    let merged = |text: &'static str| ("mergekit_config.yml", text, Some(text.to_owned()), "merge");
    let wanted = [
        ("adapter_config.json", "a/adapted", Some("a/adapted".to_owned()), "adapter"),
        ("config.json", "/home/me/models", None, "quantized"),
        merged("a/base"),
        merged("a/three"),
        merged("a/lora"),
        ("mergekit_config.yml", "./x", None, "merge"),
        merged("a/one"),
        merged("a/two"),
    ];
    assert_eq!(told, wanted);

    let refused = |files: &[(&str, &str)]| LocalModel::read(folder(files).path()).unwrap_err().to_string();
    assert!(refused(&[]).contains("holds no README.md"));
    assert!(refused(&[("config.json", "{")]).contains("config.json: cannot be read"));
    assert!(refused(&[("mergekit_config.yml", "a: [")]).contains("mergekit_config.yml: cannot be read"));
    assert!(LocalModel::read(Path::new("/no/such/folder")).is_err());
}

struct Told {
    code: i32,
    out: String,
    err: String,
}

fn run(words: &[&str]) -> Told {
    let mut command = Command::cargo_bin("modelkin").unwrap();
    let told = command.env("MODELKIN_SNAPSHOT", "sample").args(words).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Told { code: told.status.code().unwrap(), out: text(told.stdout), err: text(told.stderr) }
}

fn json_of(words: &[&str]) -> Value {
    let told = run(&[words, &["--format", "json"]].concat());
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{words:?}: {error}: {}", told.err))
}

#[test]
fn exit_codes_say_what_stops_a_pipeline() {
    let (base, model) = ("Qwen/Qwen2.5-14B", "sthenno-com/miscii-14b-1028");
    assert_eq!(run(&["why", model, base]).code, 0);
    assert_eq!(run(&["why", base, model]).code, 3);
    assert_eq!(run(&["why", base, model, "--exit-code", "7"]).code, 7);
    assert_eq!(run(&["common", base, "openai-community/gpt2"]).code, 3);
    assert_eq!(run(&["common", base, model]).code, 0);
    assert_eq!(run(&["common", base]).code, 2);
    assert_eq!(run(&["upstream"]).code, 2);
    assert_eq!(run(&["upstream", "no/such-model"]).code, 1);
    assert_eq!(run(&["licences", model]).code, 0);
    assert_eq!(run(&["licences", model, "--allow", "mit"]).code, 3);
    assert_eq!(run(&["licences", model, "--unknown", "deny", "--exit-code", "9"]).code, 9);
    assert_eq!(run(&["licences", model, "--deny-terms", "X"]).code, 2);
    assert_eq!(run(&["blast", base]).code, 0);
    assert_eq!(run(&["blast", base, "--format", "csv"]).code, 2);
    assert_eq!(run(&["blast", base, "--mine", "["]).code, 2);
    assert_eq!(run(&["blast", "--changed", "sample", "--mine", "Qwen/*"]).code, 0);
    assert_eq!(run(&["bom", model, "--since", "2024-01-01"]).code, 2);
    assert_eq!(run(&["export", "--below", base, "--to", "cyclonedx"]).code, 2);
    assert_eq!(run(&["export", "--above", model, "--depth", "1", "--to", "spdx"]).code, 2);

    let folder = tempfile::tempdir().unwrap();
    let flagged = folder.path().join("flagged.csv");
    fs::write(&flagged, format!("id,reason,since,source\n{base},poisoned,2024-10-01,us\nno/such,,,\n")).unwrap();
    let flagged = flagged.to_str().unwrap();
    assert_eq!(run(&["blast", "--flagged", flagged]).code, 0);
    assert_eq!(run(&["blast", "--flagged", flagged, "--mine", "ARCEE-AI/*"]).code, 3);
    assert_eq!(run(&["blast", "--flagged", flagged, "--mine", "acme/*"]).code, 0);
    // An account is meant by its name alone, and that is said; the id of a model without an owner stays one.
    let listed = |mine| run(&["blast", base, "--mine", mine, "--list", "--format", "csv"]);
    assert_eq!(listed("Arcee-AI").out, listed("arcee-ai/*").out);
    assert_eq!(listed("acme").out.lines().count(), 1, "the heads alone");
    assert!(listed("Arcee-AI").err.contains("\"Arcee-AI\" is an account: all of its models are meant."));
    let told = json_of(&["blast", "--flagged", flagged]);
    assert_eq!(told["unknown"], json!(["no/such"]));
    let base_row = &told["rows"][0]["tables"]["bases"][0];
    assert_eq!((&base_row["reason"], &base_row["since"]), (&json!("poisoned"), &json!("2024-10-01")));
    fs::write(folder.path().join("bad.csv"), "id,since\na/b,yesterday\n").unwrap();
    let told = run(&["blast", "--flagged", folder.path().join("bad.csv").to_str().unwrap()]);
    assert!(told.code == 1 && told.err.contains("line 2") && told.err.contains("2025-01-31"), "{}", told.err);
}

#[test]
fn what_a_snapshot_does_not_know_of_a_list_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("models.txt");
    fs::write(&list, "bert-base-uncased\n# x\nno/such-model\nQwen/Qwen2.5-14B-Instruct\n").unwrap();
    let list = list.to_str().unwrap();
    let told = json_of(&["upstream", "--from", list]);
    assert_eq!(told["models"], json!(["google-bert/bert-base-uncased", "Qwen/Qwen2.5-14B-Instruct"]));
    assert_eq!(told["unknown"], json!(["no/such-model"]));
    assert_eq!(told["renamed"], json!([{"old": "bert-base-uncased", "today": "google-bert/bert-base-uncased"}]));
    assert!(run(&["upstream", "--from", list]).out.contains("models.txt:3: no/such-model is not known"));

    let told = json_of(&["licences", "--from", list, "--unknown", "deny"]);
    let verdicts: Vec<(&Value, &Value)> =
        told["models"].as_array().unwrap().iter().map(|model| (&model["id"], &model["fails"])).collect();
    assert!(verdicts.contains(&(&json!("no/such-model"), &json!(true))), "{verdicts:?}");

    let sarif: Value = serde_json::from_str(&run(&["licences", "--from", list, "--format", "sarif"]).out).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let of =
        |id: &str| results.iter().find(|result| result["message"]["text"].as_str().unwrap().starts_with(id)).unwrap();
    let place = &of("no/such-model")["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startLine"], json!(3));
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("models.txt"));
    assert_eq!(of("no/such-model")["level"], json!("warning"));
    assert!(results.iter().all(|result| result["message"]["text"].as_str().unwrap().contains("not legal advice")));

    let told = run(&["bom", "--from", list]);
    assert!(told.code == 1 && told.err.contains("1 of the list not in the bill"), "{}", told.err);
    let bill: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(bill["specVersion"], json!("1.6"));
    // A bill is a list too.
    let bill = folder.path().join("bill.cdx.json");
    fs::write(&bill, &told.out).unwrap();
    let again = json_of(&["upstream", "--from", bill.to_str().unwrap()]);
    assert!(again["models"].as_array().unwrap().contains(&json!("Qwen/Qwen2.5-14B")));
}

#[test]
fn a_policy_is_said_with_its_exceptions() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let model = "Qwen/Qwen2.5-14B-Instruct";
    let exception = |until: &str| {
        format!(
            r#"{{"allow": ["mit"], "exceptions": [{{"model": "Qwen/*", "reason": "signed", "until": "{until}"}}]}}"#
        )
    };
    assert_eq!(run(&["licences", model, "--policy", &write("a.json", r#"{"allow": ["mit"]}"#)]).code, 3);
    assert_eq!(run(&["licences", model, "--policy", &write("b.json", &exception("9998-12-31"))]).code, 0);
    let told = run(&["licences", model, "--policy", &write("c.json", &exception("2020-12-31"))]);
    assert!(told.code == 3 && told.out.contains("held until 2020-12-31"), "{}", told.out);
    let told = run(&["licences", "openai-community/gpt2", "--policy", &write("d.json", &exception("9998-12-31"))]);
    assert!(told.out.contains("matches nothing"), "{}", told.out);
    let told = run(&["licences", model, "--policy", &write("e.json", r#"{"alow": []}"#)]);
    assert!(told.code == 1 && told.err.contains("line 1") && told.err.contains("alow"), "{}", told.err);
    let rules =
        write("rules.csv", "pattern,kind,terms,clauses,source\napache-2.0,id,N C,N 1: notice; C 2: research only,us\n");
    let told = json_of(&["licences", model, "--rules", &rules, "--deny-terms", "C"]);
    assert_eq!(told["failed"], json!(1));
    let plain = json_of(&["licences", model]);
    assert_ne!(told["rules"], plain["rules"], "other rules have another version");
    assert_eq!(plain["advice"], json!("Declared metadata, not legal advice."));
}

#[test]
fn a_folder_is_laid_over_the_snapshot_for_one_answer() {
    let made = folder(&[
        ("README.md", "---\nlicense: apache-2.0\nbase_model: google-bert/bert-base-uncased\n---\n"),
        ("adapter_config.json", r#"{"base_model_name_or_path": "sthenno-com/miscii-14b-1028"}"#),
    ]);
    let path = made.path().to_str().unwrap();
    let told = json_of(&["upstream", "--folder", path]);
    let learned = |id: &str| {
        let rows = told["rows"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == json!(id)).map(|row| row["learned"].clone())
    };
    assert_eq!(learned("sthenno-com/miscii-14b-1028"), Some(json!("file")));
    assert_eq!(learned("google-bert/bert-base-uncased"), Some(json!("inferred")));
    assert_eq!(learned("Qwen/Qwen2.5-14B"), Some(json!("declared")));
    let remarks = told["remarks"].to_string();
    assert!(
        remarks.contains("adapter_config.json names sthenno-com/miscii-14b-1028, which the card does not"),
        "{remarks}"
    );
    assert!(remarks.contains("The card names google-bert/bert-base-uncased, which no file"), "{remarks}");
    // The snapshot is named as it is, and knows nothing of it afterwards.
    let plain = json_of(&["upstream", "sthenno-com/miscii-14b-1028"]);
    assert_eq!(told["snapshot"], plain["snapshot"]);
    assert_eq!(run(&["upstream", "local:my-model"]).code, 1);
    // What is above a parent is the same with and without it.
    let above =
        |told: &Value| -> Vec<Value> { told["rows"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect() };
    assert!(above(&plain).iter().all(|id| above(&told).contains(id)));
    assert_eq!(json_of(&["licences", "--folder", path])["models"][0]["id"], json!("local:my-model"));
    let sarif: Value = serde_json::from_str(&run(&["licences", "--folder", path, "--format", "sarif"]).out).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().ends_with("my-model/README.md"), "{place}");
    // An old id beside a folder leads to the model of today.
    let told = json_of(&["upstream", "bert-base-uncased", "--folder", path]);
    assert_eq!(told["renamed"][0]["old"], json!("bert-base-uncased"));
}

#[test]
fn what_lies_on_somebodys_disk_is_a_parent_that_nobody_knows() {
    for (file, text) in [
        ("README.md", "---\nlicense: mit\nbase_model: ../ckpt/llama\n---\n"),
        ("adapter_config.json", r#"{"base_model_name_or_path": "/home/me/models/llama"}"#),
    ] {
        let made = folder(&[(file, text)]);
        let path = made.path().to_str().unwrap();
        let told = json_of(&["licences", "--folder", path, "--unknown", "deny"]);
        assert_eq!((&told["failed"], &told["models"][0]["ancestors"]), (&json!(1), &json!(1)), "{file}: {told}");
        assert!(told["remarks"].to_string().contains("disk:llama stands for it"), "{told}");
    }
    // Folders of one name are two models.
    let [one, other] =
        ["mit", "gpl-3.0"].map(|licence| folder(&[("README.md", &format!("---\nlicense: {licence}\n---\n"))]));
    let told =
        json_of(&["licences", "--folder", one.path().to_str().unwrap(), "--folder", other.path().to_str().unwrap()]);
    let ids: Vec<&Value> = told["models"].as_array().unwrap().iter().map(|model| &model["id"]).collect();
    assert_eq!(ids, [&json!("local:my-model"), &json!("local:my-model-2")]);
}

#[test]
fn a_base_that_is_ours_is_a_hit_and_more_flags_are_no_fewer_hits() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let base = "Qwen/Qwen2.5-14B";
    let ours = "sthenno-com/miscii-14b-1028";
    for flagged in
        [base.to_owned(), format!("{base}\n{ours}"), ours.to_owned(), format!("https://huggingface.co/{base}")]
    {
        let flagged = write("flagged.csv", &format!("id\n{flagged}\n"));
        assert_eq!(run(&["blast", "--flagged", &flagged, "--mine", ours]).code, 3, "{flagged}");
        let list = write("ours.txt", &format!("# ours\n{ours}\n"));
        assert_eq!(run(&["blast", "--flagged", &flagged, "--mine-from", &list]).code, 3);
    }
    let flagged = write("flagged.csv", &format!("id\n{ours}\n"));
    assert_eq!(json_of(&["blast", "--flagged", &flagged, "--mine", ours])["own_bases"], json!([ours]));
    let told = run(&["blast", "--flagged", &flagged, "--mine", "acmee/*", "--list", "--format", "csv"]);
    assert!(told.code == 0 && told.err.contains("No model of this snapshot matches"), "{}", told.err);
    assert_eq!(run(&["blast", "--flagged", &flagged, "--mine", ""]).code, 2);
    // What is told of names is told in every format.
    let list = write("list.txt", "no/such-model\nQwen/Qwen2.5-14B\n");
    assert!(run(&["upstream", "--from", &list, "--format", "csv"]).err.contains("list.txt:1: no/such-model"));
    let told = run(&["upstream", "--from", &write("empty.txt", "# nothing\n")]);
    assert!(told.code == 1 && told.err.contains("empty.txt: names no model"), "{}", told.err);
    // Line breaks in a name are none in a log.
    let told = run(&["licences", "--from", &write("evil.txt", "pkg:huggingface/x%0a::error%20title\n")]);
    assert!(!told.out.contains("\n::error") && !told.err.contains("\n::error"), "{}", told.out);
    // A model's files are not written over by its bill.
    let model = folder.path().join("model");
    fs::create_dir(&model).unwrap();
    fs::write(model.join("README.md"), "---\nlicense: mit\n---\n").unwrap();
    let (model, card) = (model.to_str().unwrap(), model.join("README.md"));
    let told = run(&["bom", "--folder", model, "--to", "cyclonedx", "-o", card.to_str().unwrap()]);
    assert!(told.code == 1 && told.err.contains("one of the files that are read"), "{}", told.err);
}
