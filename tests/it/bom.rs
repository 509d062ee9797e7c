//! Bills of materials: what stands in them beside the lineage's own walks, and what is odd. `tests/others/read_boms.py` validates them with
//! other programs.

use std::collections::{BTreeMap, BTreeSet};

use modelkin::export::{Bom, BomFormat, Extra};
use modelkin::lineage::Lineage;
use modelkin::provenance::{About, Books, Upstream};
use modelkin::reference::Publishers;
use modelkin::snapshot::{Builder, Row, Snapshot};
use proptest::prelude::*;
use serde_json::Value as Json;

use crate::support::{any_lineage, snapshot, with_aliases};

fn bom(snapshot: &Snapshot, ids: &[&str], extra: &Extra) -> Bom {
    let books = Books::with(Publishers::built_in().unwrap()).unwrap();
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let rows: Vec<Row> = ids.iter().map(|id| snapshot.find(id).unwrap()).collect();
    let about = About::new(snapshot, &books).unwrap();
    Bom::new(&lineage, &Upstream::of(&lineage, &rows), &about, extra).unwrap()
}

fn text(bom: &Bom, format: BomFormat) -> String {
    let mut out = Vec::new();
    bom.write(format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read(bom: &Bom, format: BomFormat) -> Json {
    serde_json::from_str(&text(bom, format)).unwrap()
}

fn cyclonedx(snapshot: &Snapshot, ids: &[&str]) -> Json {
    read(&bom(snapshot, ids, &Extra::default()), BomFormat::CycloneDx16)
}

fn spdx(snapshot: &Snapshot, ids: &[&str]) -> Vec<Json> {
    let document = read(&bom(snapshot, ids, &Extra::default()), BomFormat::Spdx);
    document["@graph"].as_array().unwrap().clone()
}

/// A snapshot of rows as the Hub gives them, with or without a date.
fn rows(rows: &[Json], taken: Option<i64>) -> Snapshot {
    let mut builder = Builder::new();
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    modelkin::source::read_rows("rows", text.as_bytes(), &mut |found| builder.add(found)).unwrap();
    builder.finish("test", taken, None).unwrap()
}

fn array(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word<'j>(value: &'j Json, name: &str) -> &'j str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// The components that are models, with the root if it is one.
fn models(document: &Json) -> Vec<&Json> {
    let root = &document["metadata"]["component"];
    let root = (root["type"] == "machine-learning-model").then_some(root);
    array(&document["components"]).iter().chain(root).collect()
}

fn model<'j>(document: &'j Json, id: &str) -> &'j Json {
    models(document).into_iter().find(|model| name_of(model) == id).unwrap_or_else(|| panic!("no {id}"))
}

fn name_of(component: &Json) -> String {
    match component["group"].as_str() {
        Some(group) => format!("{group}/{}", word(component, "name")),
        None => word(component, "name").to_owned(),
    }
}

fn property<'j>(component: &'j Json, name: &str) -> Option<&'j str> {
    let name = format!("modelkin:{name}");
    let mut values = array(&component["properties"]).iter().filter(|one| one["name"] == *name);
    values.next().map(|one| word(one, "value"))
}

/// Every reference that can be referred to, wherever it stands.
fn refs(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            found.extend(fields.get("bom-ref").map(|own| own.as_str().unwrap().to_owned()));
            fields.values().for_each(|inner| refs(inner, found));
        }
        Json::Array(values) => values.iter().for_each(|inner| refs(inner, found)),
        _ => (),
    }
}

/// All that can be reached from an id, itself left out unless a cycle leads back to it.
fn reached(links: &BTreeSet<(String, String)>, start: &str) -> BTreeSet<String> {
    let (mut found, mut left) = (BTreeSet::new(), vec![start.to_owned()]);
    while let Some(at) = left.pop() {
        let next = links.iter().filter(|(from, _)| *from == at).map(|(_, to)| to.clone());
        left.extend(next.filter(|to| found.insert(to.clone())).collect::<Vec<_>>());
    }
    found
}

/// Reads the ancestors of the models that were asked for back, from every place where they stand.
fn compare(snapshot: &Snapshot, ids: &[&str]) {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let above = |id: &str| -> BTreeSet<String> {
        let above = lineage.above(&[snapshot.find(id).unwrap()]);
        above.rows.iter().map(|row| snapshot.id(*row).to_owned()).collect()
    };
    let bom = bom(snapshot, ids, &Extra::default());
    for format in [BomFormat::CycloneDx16, BomFormat::CycloneDx17] {
        let document = read(&bom, format);
        let mut own = Vec::new();
        refs(&document, &mut own);
        let distinct: BTreeSet<String> = own.iter().map(|one| one.to_lowercase()).collect();
        assert_eq!(distinct.len(), own.len(), "{own:?}");
        let names: BTreeMap<&str, String> =
            models(&document).iter().map(|model| (word(model, "bom-ref"), name_of(model))).collect();
        let mut links = BTreeSet::new();
        let mut entries = BTreeSet::new();
        for entry in array(&document["dependencies"]) {
            assert!(entries.insert(word(entry, "ref")), "one entry each");
            let parents: Vec<&str> = array(&entry["dependsOn"]).iter().map(|to| to.as_str().unwrap()).collect();
            assert_eq!(parents.iter().collect::<BTreeSet<_>>().len(), parents.len());
            let from = names.get(word(entry, "ref")).cloned();
            assert!(from.is_some() || ids.len() > 1);
            links.extend(parents.iter().map(|to| (from.clone().unwrap_or_default(), names[to].clone())));
        }
        for id in ids {
            let expected = above(id);
            let mut found = reached(&links, id);
            found.remove(*id);
            assert_eq!(found, expected, "dependsOn of {id}");
            let pedigree = &model(&document, id)["pedigree"];
            let stubs: Vec<String> = array(&pedigree["ancestors"]).iter().map(name_of).collect();
            assert_eq!(stubs.iter().cloned().collect::<BTreeSet<_>>(), expected, "pedigree of {id}");
            assert_eq!(stubs.len(), expected.len());
            for link in lineage.parents(snapshot.find(id).unwrap()) {
                let words = property(model(&document, id), &format!("link:{}", snapshot.id(link.0)));
                assert_eq!(words.unwrap(), format!("{}, {}", link.1.relation.name(), link.1.learned.name()));
            }
        }
        let ends = array(&document["compositions"][0]["dependencies"]);
        assert!(!ends.is_empty() && ends.iter().all(|end| names.contains_key(end.as_str().unwrap())));
        for (id, name) in &names {
            let is_known = ends.iter().any(|end| end == id);
            assert!(is_known || !lineage.is_root(snapshot.find(name).unwrap()), "{name} is a root");
        }
    }
    let document = read(&bom, BomFormat::Spdx);
    let graph = array(&document["@graph"]);
    let own: Vec<&str> = graph.iter().filter_map(|element| element["spdxId"].as_str()).collect();
    assert_eq!(own.iter().collect::<BTreeSet<_>>().len() + 1, graph.len(), "an id each, but for the creation");
    let packages = graph.iter().filter(|one| one["type"] == "ai_AIPackage" || one["type"] == "software_Package");
    let names: BTreeMap<&str, &str> = packages.map(|one| (word(one, "spdxId"), word(one, "name"))).collect();
    for kind in ["descendantOf", "dependsOn"] {
        let mut links = BTreeSet::new();
        for link in graph.iter().filter(|one| one["relationshipType"] == kind) {
            let to = array(&link["to"]).iter().map(|to| names[to.as_str().unwrap()].to_owned());
            links.extend(to.map(|to| (names[word(link, "from")].to_owned(), to)));
        }
        for id in ids {
            let mut found = reached(&links, id);
            found.remove(*id);
            assert_eq!(found, above(id), "{kind} of {id}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn ancestors_are_read_back(text in any_lineage(), seed in any::<usize>()) {
        let snapshot = snapshot(&text);
        let models: Vec<Row> = snapshot.rows().filter(|row| snapshot.alias_of(*row).is_none()).collect();
        let id = |number: usize| snapshot.id(models[number % models.len()]);
        compare(&snapshot, &[id(seed)]);
        compare(&snapshot, &[id(models.len() - 1)]);
        let some: BTreeSet<&str> = [id(seed), id(seed / 7), id(seed / 11)].into();
        compare(&snapshot, &some.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn the_root_is_the_model_or_all_that_were_asked_for() {
    let snapshot = snapshot("a/base -> a/one : finetune\na/base, c/gone -> a/two : merge\na/one -> a/two : adapter\n");
    let one = cyclonedx(&snapshot, &["a/two"]);
    assert_eq!(name_of(&one["metadata"]["component"]), "a/two");
    let names = |document: &Json| array(&document["components"]).iter().map(name_of).collect::<Vec<_>>();
    assert_eq!(names(&one), ["a/base", "a/one", "c/gone"]);
    // An ancestor of one that was asked for itself, and twice.
    let several = cyclonedx(&snapshot, &["a/two", "a/one", "a/two"]);
    let root = &several["metadata"]["component"];
    assert_eq!((word(root, "type"), word(root, "name")), ("application", "2 models"));
    assert_eq!(names(&several), ["a/base", "a/one", "a/two", "c/gone"]);
    assert_eq!(
        several["dependencies"][0],
        serde_json::json!({"ref": "asked", "dependsOn": ["model:a/one", "model:a/two"]})
    );
    assert!(several["components"][0].get("pedigree").is_none() && several["components"][1].get("pedigree").is_some());
    let graph = spdx(&snapshot, &["a/two", "a/one"]);
    let bill = graph.iter().find(|one| one["type"] == "software_Sbom").unwrap();
    assert_eq!(array(&bill["rootElement"]).len(), 2);
    // Nobody: a bill of nothing is one.
    let none = cyclonedx(&snapshot, &[]);
    assert_eq!((array(&none["components"]).len(), none.get("compositions")), (0, None));
}

#[test]
fn cycles_are_kept() {
    let snapshot = snapshot("a/x -> a/y\na/y -> a/z\na/z -> a/x\na/x -> a/out\n");
    for ids in [&["a/x"][..], &["a/out"], &["a/x", "a/y", "a/z"]] {
        compare(&snapshot, ids);
    }
    let document = cyclonedx(&snapshot, &["a/out"]);
    let ends = array(&document["compositions"][0]["dependencies"]);
    assert_eq!(ends, ["model:a/x", "model:a/y", "model:a/z"], "the cycle is a root");
}

#[test]
fn unlisted_models_are_marked() {
    let snapshot = snapshot("?c/gone -> a/one : finetune downloads=5\n");
    let document = cyclonedx(&snapshot, &["a/one"]);
    let gone = model(&document, "c/gone");
    assert_eq!(property(gone, "listed"), Some("no"));
    assert!(word(gone, "description").contains("does not list it") && gone.get("externalReferences").is_none());
    assert_eq!(property(model(&document, "a/one"), "listed"), Some("yes"));
    let kinds: Vec<Json> =
        spdx(&snapshot, &["a/one"]).into_iter().filter(|one| one["software_primaryPurpose"] == "model").collect();
    let kinds: Vec<_> = kinds.iter().map(|one| (word(one, "name"), word(one, "type"))).collect();
    assert_eq!(kinds, [("a/one", "ai_AIPackage"), ("c/gone", "software_Package")]);
    // An unlisted one can be asked for too.
    assert_eq!(name_of(&cyclonedx(&snapshot, &["c/gone"])["metadata"]["component"]), "c/gone");
}

#[test]
fn purls_have_a_namespace_and_a_revision_or_none() {
    let sha = "ABCDEF0123456789abcdef0123456789ABCDEF01";
    let json = |id: &str, parent: &str| serde_json::json!({"id": id, "sha": sha, "baseModels": {"relation": "merge", "models": [{"id": parent}]}});
    let known =
        rows(&[json("Own-er/Na_me.V2", "GPT2"), json("b/c", "own-er/na_me.v2"), json("my-old-thing", "b/c")], None);
    let document = cyclonedx(&known, &["my-old-thing"]);
    let lower = sha.to_lowercase();
    let purl = |id: &str| model(&document, id).get("purl").map(|purl| purl.as_str().unwrap().to_owned());
    assert_eq!(purl("Own-er/Na_me.V2").unwrap(), format!("pkg:huggingface/Own-er/Na_me.V2@{lower}"));
    assert_eq!(word(model(&document, "b/c"), "version"), lower);
    // Nobody knows the commit of an unlisted model, and an old id has the purl of the one of today.
    assert_eq!(purl("GPT2").unwrap(), "pkg:huggingface/openai-community/gpt2");
    assert_eq!(purl("my-old-thing"), None, "no table knows it");
    assert_eq!(word(&document["metadata"]["component"], "name"), "my-old-thing");

    // Where both are models of the snapshot, the purl is of one alone.
    let both = snapshot("gpt2 -> a/one\nopenai-community/gpt2 -> a/one\n");
    let document = cyclonedx(&both, &["a/one"]);
    let purls: Vec<&str> = models(&document).iter().filter_map(|model| model["purl"].as_str()).collect();
    assert_eq!(purls, ["pkg:huggingface/openai-community/gpt2", "pkg:huggingface/a/one"]);
    // Where the snapshot knows that they are one, there is one.
    let one =
        with_aliases("gpt2 -> a/one\nopenai-community/gpt2 : downloads=1\n", &[("gpt2", "openai-community/gpt2")]);
    assert_eq!(array(&cyclonedx(&one, &["a/one"])["components"]).len(), 1);
    compare(&one, &["a/one"]);
}

#[test]
fn models_of_other_hubs_have_no_purl_and_refs_of_their_own() {
    let snapshot = snapshot("modelscope:a/one, a/one -> a/two\nmodelscope:a/one -> modelscope:a/two\n");
    let document = cyclonedx(&snapshot, &["a/two", "modelscope:a/two"]);
    let other = model(&document, "modelscope:a/one");
    assert_eq!((other.get("purl"), word(other, "bom-ref")), (None, "model:modelscope:a/one"));
    assert_eq!(word(&other["supplier"], "name"), "a");
    compare(&snapshot, &["a/two", "modelscope:a/two"]);
    let accounts = spdx(&snapshot, &["a/two"]).iter().filter(|one| one["type"] == "Agent").count();
    assert_eq!(accounts, 2, "two hubs, two accounts");
}

#[test]
fn licences_are_ids_or_names() {
    let card = |licence: &str, name: &str, link: &str| serde_json::json!({"license": licence, "license_name": name, "license_link": link});
    let one = |id: &str, tags: &[&str], card: Json| {
        let tags: Vec<String> = tags.iter().map(|tag| format!("license:{tag}")).collect();
        serde_json::json!({"id": id, "tags": tags, "cardData": card})
    };
    let snapshot = rows(
        &[
            one("a/two", &["apache-2.0", "llama3.1", "Apache-2.0"], Json::Null),
            one("a/gpl", &["gpl-3.0"], Json::Null),
            one("a/flux", &["other"], card("other", "flux 1/dev", "https://a.example/LICENSE")),
            one("a/flux-too", &["other"], card("other", "flux 1:dev", "LICENSE.md")),
            one("a/other", &["other"], Json::Null),
            one("a/none", &[], Json::Null),
        ],
        None,
    );
    let ids = ["a/flux", "a/flux-too", "a/gpl", "a/none", "a/other", "a/two"];
    let document = cyclonedx(&snapshot, &ids);
    let licences = |id: &str| model(&document, id).get("licenses").cloned().unwrap_or_default();
    let named = |name: &str| serde_json::json!([{"license": {"name": name, "acknowledgement": "declared"}}]);
    assert_eq!(
        licences("a/two"),
        serde_json::json!([
            {"license": {"id": "Apache-2.0", "acknowledgement": "declared"}},
            {"license": {"name": "llama3.1", "acknowledgement": "declared"}},
        ])
    );
    assert_eq!(property(model(&document, "a/two"), "licences"), Some("apache-2.0;llama3.1;Apache-2.0"));
    assert_eq!(licences("a/gpl"), named("gpl-3.0"), "whether later versions are meant is not said");
    assert_eq!(licences("a/flux")[0]["license"]["url"], "https://a.example/LICENSE");
    assert_eq!(licences("a/flux-too"), named("flux 1:dev"));
    assert_eq!((licences("a/other"), licences("a/none")), (named("other"), Json::Null));

    let graph = spdx(&snapshot, &ids);
    let expressions: BTreeSet<&str> =
        graph.iter().filter_map(|one| one["simplelicensing_licenseExpression"].as_str()).collect();
    let expected = [
        "Apache-2.0",
        "LicenseRef-flux-1-dev",
        "LicenseRef-flux-1-dev-2",
        "LicenseRef-gpl-3.0",
        "LicenseRef-llama3.1",
        "LicenseRef-other",
    ];
    assert_eq!(expressions, BTreeSet::from(expected), "two names that look alike stay two");
    for custom in graph.iter().filter(|one| one.get("simplelicensing_customIdToUri").is_some()) {
        let entry = &custom["simplelicensing_customIdToUri"][0];
        assert_eq!(entry["key"], custom["simplelicensing_licenseExpression"]);
        assert!(
            graph
                .iter()
                .any(|one| one["spdxId"] == entry["value"] && one["type"] == "simplelicensing_SimpleLicensingText")
        );
    }
    let both = graph
        .iter()
        .find(|one| array(&one["to"]).len() == 2 && one["relationshipType"] == "hasDeclaredLicense")
        .unwrap();
    assert!(word(both, "description").contains("neither AND nor OR"));
}

#[test]
fn hostile_words_stay_words() {
    let hostile = "\"},{\"bom-ref\":\"model:a/b\",\"x\":\"\u{0}\u{1b}[31m\u{9b}</script>\u{202e}\r\n";
    let row = serde_json::json!({"id": "a/b", "pipeline_tag": hostile, "library_name": hostile, "tags": [
        format!("license:{hostile}"), format!("dataset:{hostile}"), "dataset:x/Y", "dataset:X/y", "dataset:", "dataset:\u{1f680}/..", "dataset:a/b"],
        "baseModels": {"relation": "merge", "models": [{"id": "c/d"}]}});
    let snapshot = rows(&[row], Some(1_751_414_400_000));
    compare(&snapshot, &["a/b"]);
    let document = cyclonedx(&snapshot, &["a/b"]);
    let known = model(&document, "a/b");
    let data: Vec<&str> =
        array(&known["modelCard"]["modelParameters"]["datasets"]).iter().map(|data| word(data, "name")).collect();
    assert_eq!(data.len(), 4, "each once whatever its case: {data:?}");
    assert!(data.contains(&"X/y") && data.iter().any(|name| name.contains("bom-ref")));
    let graph = spdx(&snapshot, &["a/b"]);
    let sets = graph.iter().filter(|one| one["type"] == "dataset_DatasetPackage");
    // One is called as the model is.
    assert_eq!(sets.map(|one| word(one, "spdxId")).filter(|id| id.ends_with("#dataset/a/b")).count(), 1);
    for element in &graph {
        let id = element["spdxId"].as_str().unwrap_or_default();
        assert!(id.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)), "{id}");
    }
    let trained = graph.iter().find(|one| one["relationshipType"] == "trainedOn").unwrap();
    assert_eq!(array(&trained["to"]).len(), 4);
}

#[test]
fn the_same_snapshot_gives_the_same_bytes() {
    let make = |sha: &str| {
        let row = |id: &str, parent: &str| {
            serde_json::json!({"id": id, "sha": sha, "createdAt": "2024-05-01T09:30:00.123Z", "downloads": 5,
                "baseModels": {"relation": "merge", "models": [{"id": parent}]}})
        };
        rows(&[row("a/one", "a/two"), row("a/two", "b/three")], Some(1_751_414_400_123))
    };
    let digits = "0123456789abcdef0123456789abcdef01234567";
    let (snapshot, same, other) = (make(digits), make(digits), make(&digits.replace('7', "8")));
    let plain = Extra::default();
    let mut numbers = BTreeSet::new();
    for format in BomFormat::ALL {
        let first = text(&bom(&snapshot, &["a/one"], &plain), format);
        assert_eq!(first, text(&bom(&same, &["a/one"], &plain), format));
        assert!(first.contains("2025-07-02T00:00:00Z") && first.contains("2024-05-01T09:30:00Z"));
        assert!(first.contains("Declared lineage: ") && first.contains("Declared metadata, not legal advice."));
        assert!(first.contains(&snapshot.provenance().digest) && first.contains("hashes of files"));
        let own = Extra { properties: BTreeMap::from([(0, vec![("terms".to_owned(), "N".to_owned())])]) };
        let told = text(&bom(&snapshot, &["a/one"], &own), format);
        assert!(told.contains("modelkin:terms"));
        for written in [
            first,
            text(&bom(&snapshot, &["a/two"], &plain), format),
            text(&bom(&other, &["a/one"], &plain), format),
            told,
        ] {
            let at = written.find("urn:uuid:").unwrap();
            assert!(numbers.insert(written[at..at + 45].to_owned()), "another bill, another number");
        }
    }
    assert_eq!(numbers.len(), 12);
}

#[test]
fn a_bill_without_a_date_says_so() {
    let bom = bom(&snapshot("a/base -> a/one\n"), &["a/one"], &Extra::default());
    for format in [BomFormat::CycloneDx16, BomFormat::CycloneDx17] {
        let document = read(&bom, format);
        assert!(document["metadata"].get("timestamp").is_none() && document.get("citations").is_none());
        assert_eq!(property(&document["metadata"], "snapshot:date"), Some("no date"));
    }
    let document = read(&bom, BomFormat::Spdx);
    let creation = array(&document["@graph"]).iter().find(|one| one["type"] == "CreationInfo").unwrap();
    assert_eq!(word(creation, "created"), "1970-01-01T00:00:00Z");
    assert!(word(creation, "comment").contains("no date"));
}

#[test]
fn citations_name_what_there_is() {
    let sample = modelkin::sample().unwrap();
    let bom = bom(&sample, &["djuna/Q2.5-Veltha-14B"], &Extra::default());
    let document = read(&bom, BomFormat::CycloneDx17);
    let citation = &document["citations"][0];
    for pointer in array(&citation["pointers"]) {
        assert!(document.pointer(pointer.as_str().unwrap()).is_some());
    }
    let mut own = Vec::new();
    refs(&document, &mut own);
    assert!(own.iter().any(|one| one == word(citation, "attributedTo")));
    assert!(property(&document["metadata"], "snapshot:sample").unwrap().contains("no census"));
    assert!(read(&bom, BomFormat::CycloneDx16).get("citations").is_none());
}

#[test]
fn formats_have_names() {
    for format in BomFormat::ALL {
        assert_eq!(BomFormat::from_name(format.name()), Some(format));
    }
    assert_eq!(BomFormat::from_name("cyclonedx-1.6"), Some(BomFormat::CycloneDx16));
    assert_eq!(BomFormat::from_name("CycloneDX"), None);
}

#[test]
fn ids_of_licences_are_those_of_the_table_of_terms() {
    for licence in modelkin::reference::Terms::built_in().unwrap().licences().iter().filter(|licence| licence.is_id) {
        // Whether later versions are meant is not said; and the newest list alone has the last one.
        let is_open =
            ["gpl-", "agpl-", "lgpl-2", "lgpl-3", "openmdw"].iter().any(|begin| licence.pattern.starts_with(begin));
        let wanted = licence.spdx.as_deref().filter(|spdx| !is_open && !spdx.starts_with("LicenseRef-"));
        assert_eq!(modelkin::export::spdx_id(&licence.pattern), wanted, "{}", licence.pattern);
    }
}
