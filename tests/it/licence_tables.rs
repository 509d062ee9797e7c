//! The table of what licences ask: every id of the Hub, names of real cards, rows of somebody's own, and what is wrong in them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;

use modelkin::reference::{Bases, Group, TermSet, Terms, Text};

use crate::support::real_data;

/// The ids of the Hub's list of licences, 2026-08.
const HUB_IDS: &str = "apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m \
    afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 \
    cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 \
    cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 \
    cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl \
    lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl openmdw-1.0 \
    openmdw-1.1 openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr deepfloyd-if-license \
    fair-noncommercial-research-license llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 grok2-community gemma unknown \
    other";

#[test]
fn every_id_of_the_hub_is_found_and_what_was_read_has_its_clauses() {
    let terms = Terms::built_in().unwrap();
    let ids: Vec<&str> = HUB_IDS.split_whitespace().collect();
    assert_eq!(ids.len(), 83);
    for id in &ids {
        let licence = terms.find(id).unwrap_or_else(|| panic!("{id} has no row"));
        assert!(licence.is_id && licence.pattern == *id && licence.key == *id, "{id}");
    }
    let named = terms.licences().iter().filter(|licence| licence.is_id).map(|licence| licence.pattern.as_str());
    assert_eq!(named.collect::<BTreeSet<_>>(), ids.iter().copied().collect());
    for licence in terms.licences() {
        let pattern = &licence.pattern;
        match licence.text {
            Text::Read => {
                let said: TermSet = licence.clauses.iter().filter_map(|clause| clause.term).collect();
                assert_eq!(said, licence.terms, "{pattern}");
                assert!(licence.read.is_some() && !licence.source.is_empty(), "{pattern}");
                assert!(licence.addresses.iter().all(|address| address.starts_with("https://")), "{pattern}");
                assert!(licence.terms.iter().all(|term| !licence.clause(term).unwrap().is_empty()), "{pattern}");
                assert!(licence.group().is_some());
            }
            Text::Open | Text::Unnamed => {
                assert!(licence.terms.is_empty() && licence.group().is_none() && licence.read.is_none(), "{pattern}");
            }
        }
        assert!(!pattern.contains('*') || terms.find(&pattern.replace('*', "")).is_some(), "{pattern}");
    }
    let spdx = |id: &str| terms.find(id).unwrap().spdx.clone().unwrap();
    assert_eq!(
        (spdx("apache-2.0"), spdx("odc-by"), spdx("lgpl-lr")),
        ("Apache-2.0".into(), "ODC-By-1.0".into(), "LGPLLR".into())
    );
}

/// The group of each licence is that of its terms, for one of each kind.
#[test]
fn licences_fall_in_groups_by_their_terms() {
    let terms = Terms::built_in().unwrap();
    let group = |id: &str| terms.find(id).unwrap().group();
    for (ids, wanted) in [
        (
            "mit apache-2.0 cc0-1.0 unlicense cc-by-4.0 odc-by openmdw-1.0 nvidia-nemotron-open-model-license",
            Some(Group::Permissive),
        ),
        ("gpl-3.0 agpl-3.0 cc-by-sa-4.0 cc-by-nc-sa-4.0 mpl-2.0 lgpl-lr ofl-1.1 faipl-1.0", Some(Group::ShareAlike)),
        ("cc-by-nc-4.0 mrl apple-amlr deepfloyd-if-license yi-license llama-license", Some(Group::NonCommercial)),
        ("cc-by-nd-4.0 cc-by-nc-nd-4.0", Some(Group::NoDerivatives)),
        ("gemma deepseek openrail++ creativeml-openrail-m nvidia-open-model-license", Some(Group::UseRestricted)),
        (
            "llama2 llama3 llama4 qwen tongyi-qianwen qwen-research exaone stabilityai-ai-community kimi-k3",
            Some(Group::Company),
        ),
        ("cc openrail other unknown grok2-community lfm1.0 mnpl", None),
    ] {
        for id in ids.split(' ') {
            assert_eq!(group(id), wanted, "{id}");
        }
    }
    assert_eq!(terms.find("llama3").unwrap().company(), terms.find("llama4").unwrap().company());
    assert_eq!(terms.find("nvidia-nemotron-open-model-license").unwrap().company(), None);
}

#[test]
fn names_behind_other_are_found_however_they_are_written() {
    let terms = Terms::built_in().unwrap();
    let key = |name: &str| terms.find(name).map(|licence| licence.key.as_str());
    for (name, wanted) in [
        ("Gemma-Terms-of-Use", Some("gemma")),
        ("llama_3_community_license", Some("llama3")),
        ("Llama 3.1 Community License Agreement", Some("llama3.1")),
        ("llama-2-community-license", Some("llama2")),
        ("Apache License 2.0", Some("apache-2.0")),
        ("  FLUX-1-dev non-commercial license ", Some("flux-1-dev-non-commercial-license")),
        ("tencent-hunyuan-3d-2.0-community", Some("tencent-hunyuan-3d-2.0*")),
        ("ltx-2.3-community-license-agreement", Some("ltx-2*-community-license-agreement")),
        ("deepseek-license", Some("deepseek")),
        ("not a licence of anybody", None),
        ("llama", None),
    ] {
        assert_eq!(key(name), wanted, "{name}");
    }
}

#[test]
fn terms_that_cannot_be_read_say_where_and_what() {
    const HEAD: &str = "pattern,kind,terms,clauses,source\n";
    let wrong = |text: &str| Terms::read("mine.csv", text.as_bytes()).unwrap_err().to_string();
    for (text, part) in [
        ("pattern,kind,terms,source\n".to_owned(), "mine.csv, header: the column \"clauses\" is missing"),
        (
            format!("{HEAD}acme,name,N X,N 1: a; X 2: b,me\n"),
            "line 2: \"X\" is no term; the letters are N B M U C S D K T E R",
        ),
        (
            format!("{HEAD}acme,name,N,N 1: a,me\nAcme,name,N,N 1: a,me\n"),
            "line 3: Acme stands in two rows; leave one out",
        ),
        (format!("{HEAD}acme,name,N C,N 1: a,me\n"), "do not agree: without a clause C"),
        (format!("{HEAD}acme,file,N,N 1: a,me\n"), "neither `id` nor `name`"),
        (format!("{HEAD}acme,name,,,me\n"), "terms are needed"),
        (format!("{HEAD}acme,name,N,N 1: a,\n"), "a source are needed"),
        (format!("{HEAD}acme,name,M,M 1: a,me\n"), "M goes with a `prefix`"),
        ("pattern,kind,terms,clauses,source,same_as\nacme,name,,,me,nobody\n".to_owned(), "nobody has no row"),
    ] {
        assert!(wrong(&text).contains(part), "{text}: {}", wrong(&text));
    }
    // Rows of somebody's own stand over the others, and move the version.
    let built_in = Terms::built_in().unwrap();
    let mine = format!("{HEAD}gemma,id,N,N 1: a,me\nAcme Licence*,name,N C,N 1: a; C 2: b; (limit) 3: c,me\n");
    let over = built_in.over("mine.csv", mine.as_bytes()).unwrap();
    assert_eq!(over.find("gemma-terms-of-use").unwrap().group(), Some(Group::Permissive));
    assert_eq!(over.find("acme_licence 2").unwrap().group(), Some(Group::NonCommercial));
    assert_eq!(over.find("acme licence").unwrap().clauses.len(), 3);
    assert_eq!((built_in.find("acme licence"), over.find("mit")), (None, built_in.find("mit")));
    assert_ne!(over.version(), built_in.version());
    assert_eq!(Terms::built_in().unwrap().version(), built_in.version());
    assert!(
        Bases::read("b.csv", b"model,licence,source\na/b,mit,x\nA/B,mit,x\n")
            .unwrap_err()
            .to_string()
            .contains("two rows")
    );
}

/// Every name of a licence that stands behind `other` in the real cards and lists has a row.
#[test]
fn names_of_the_real_data_have_rows() {
    let Some(data) = real_data() else { return };
    let terms = Terms::built_in().unwrap();
    let ids = fs::read_to_string(data.join("licences/hub_license_ids_2026-08.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(ids.as_bytes());
    let ids: BTreeSet<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(ids, HUB_IDS.split_whitespace().map(str::to_owned).collect());
    let mut cards = String::new();
    let packed = fs::read(data.join("cards/front_matter_modern.jsonl.gz")).unwrap();
    flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut cards).unwrap();
    cards += &fs::read_to_string(data.join("cards/odd_front_matter.jsonl")).unwrap();
    let mut names = BTreeSet::new();
    for card in cards.lines() {
        let card: serde_json::Value = serde_json::from_str(card).unwrap();
        let lines = card["front_matter"].as_str().unwrap().lines();
        names.extend(lines.filter_map(|line| line.strip_prefix("license_name:")).map(|name| name.trim().to_owned()));
    }
    for (file, column) in
        [("llmstats_licenses.csv", 1), ("hub_model_license_other_2023.csv", 3), ("hub_model_no_license_2023.csv", 3)]
    {
        let text = fs::read(data.join("licences").join(file)).unwrap();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(&text[..]);
        names.extend(reader.records().map(|row| row.unwrap()[column].trim().to_owned()));
    }
    // Templates that nobody filled in are no names.
    names.retain(|name| !name.is_empty() && !name.contains('{'));
    let missing: Vec<&String> = names.iter().filter(|name| terms.find(name).is_none()).collect();
    assert!(missing.is_empty() && names.len() > 40, "{} names, of which no row has {missing:?}", names.len());
}
