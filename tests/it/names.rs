//! Names as people type them, in every question alike.

use modelkin::ask::{
    Atlas, Begin, Blast, Check, Common, Entry, Error, Explain, Export, Facts, Family, Filter, How, Meant, Models, Near,
    Question, Select, Show, Siblings, Tables, Unknown, Upstream, What, Why,
};
use modelkin::ink::Format;
use modelkin::source::{NoModel, model_at};

use crate::program::Place;
use crate::support::snapshot;

const LINEAGE: &str = "\
Qwen/Qwen2.5-7B -> a/ft, b/q : finetune
a/ft -> c/merge : merge
u/qwen2.5-7b -> u/tuned : finetune
v/Qwen2.5-7B : downloads=1000000
x/tie -> x/one : finetune
y/tie -> y/one : finetune
z/alone : likes=1
mistralai/Mistral-7B-v0.1 -> m/ft : finetune
?gone/Lost -> g/kept : finetune
";

fn atlas() -> Atlas {
    Atlas::new(&snapshot(LINEAGE), Tables::built_in().unwrap())
}

fn show(name: &str) -> Question {
    let selection = Select::new(Begin::Below(name.into()));
    Question::Show(Show { selection, depth: None, siblings: 0, lines: None, filter: Filter::default() })
}

fn family(name: &str) -> Question {
    Question::Family(Family { name: name.into(), ..Family::default() })
}

fn meant(question: &Question) -> Vec<Meant> {
    atlas().ask(question).unwrap().meant().to_vec()
}

fn unknown(question: &Question) -> Unknown {
    match atlas().ask(question) {
        Err(Error::Unknown(unknown)) => unknown,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_word_of_one_familys_name_is_that_family() {
    let meant = meant(&family("mistral"));
    assert_eq!(meant, [Meant { asked: "mistral".into(), id: "Mistral and Mixtral".into(), how: How::Family }]);
    assert_eq!(meant[0].note().unwrap(), "mistral: the family \"Mistral and Mixtral\" is meant");
    // A word of several is none, and where a model is asked for no family is.
    assert!(unknown(&family("and")).near.iter().any(|near| matches!(near, Near::Family(_))));
    assert_eq!(unknown(&show("Mistral")).what, What::Model);
}

#[test]
fn a_name_without_its_owner_is_the_model_with_most_descendants() {
    let name = |asked: &str, id: &str, descendants, others| {
        vec![Meant { asked: asked.into(), id: id.into(), how: How::Name { descendants, others } }]
    };
    for asked in ["Qwen2.5-7B", "qwen2.5-7b"] {
        assert_eq!(meant(&show(asked)), name(asked, "Qwen/Qwen2.5-7B", 3, 2));
    }
    assert_eq!(meant(&family("merge")), name("merge", "c/merge", 0, 0));
    // One alone is meant whatever descends from it, one that is not listed never.
    assert_eq!(meant(&show("alone")), name("alone", "z/alone", 0, 0));
    assert_eq!(unknown(&show("Lost")).what, What::Model);
    let note = meant(&show("qwen2.5-7b"))[0].note().unwrap();
    assert_eq!(
        note,
        "qwen2.5-7b: Qwen/Qwen2.5-7B is meant, with 3 descendants; 2 other models are called so, and have fewer"
    );
    // An id is what it is, in whatever case.
    assert_eq!(meant(&show("V/qwen2.5-7b")), []);
    // Of two that are alike none is guessed.
    let several = unknown(&show("tie"));
    assert_eq!(several.what, What::Several(2));
    assert_eq!(several.near, [Near::Model("x/tie".into(), 1), Near::Model("y/tie".into(), 1)]);
    assert!(several.to_string().ends_with("; name one by its whole id: x/tie (1 descendant), y/tie (1 descendant)"));
}

#[test]
fn an_address_means_the_model_whose_page_it_is() {
    for address in [
        "https://huggingface.co/Qwen/Qwen2.5-7B",
        "http://huggingface.co/Qwen/Qwen2.5-7B/",
        "huggingface.co/qwen/qwen2.5-7b",
        "hf.co/Qwen/Qwen2.5-7B?library=x#model",
        "https://www.hf.co/Qwen/Qwen2.5-7B/tree/main",
        "https://huggingface.co/Qwen/Qwen2.5-7B/blob/main/config.json?download=true",
        "https://huggingface.co/api/models/Qwen/Qwen2.5-7B",
        "hf://Qwen/Qwen2.5-7B",
        " https://huggingface.co/Qwen/Qwen2.5-7B ",
    ] {
        let meant = meant(&show(address));
        assert!(
            meant[0].id.eq_ignore_ascii_case("Qwen/Qwen2.5-7B") && meant[0].how == How::Address,
            "{address}: {meant:?}"
        );
        assert_eq!(meant[0].note(), None, "it is plain what an address means");
        assert_eq!(atlas().model(address).unwrap().to_lowercase(), "qwen/qwen2.5-7b");
    }
    for (address, fault) in [
        ("https://huggingface.co/datasets/a/b", NoModel::Dataset),
        ("hf.co/datasets/a/b", NoModel::Dataset),
        ("https://huggingface.co/api/datasets/a/b", NoModel::Dataset),
        ("hf://datasets/a/b", NoModel::Dataset),
        ("https://huggingface.co/spaces/a/b?x", NoModel::Space),
        ("https://huggingface.co/papers/2401.1", NoModel::Elsewhere),
        ("https://huggingface.co", NoModel::Elsewhere),
        ("https://example.org/Qwen/Qwen2.5-7B", NoModel::Elsewhere),
    ] {
        assert_eq!(model_at(address), Some(Err(fault)), "{address}");
        let unknown = unknown(&show(address));
        assert_eq!(unknown.what, What::Address(fault));
        assert!(unknown.to_string().contains("model"), "{unknown}");
    }
    for id in ["Qwen/Qwen2.5-7B", "01.AI/Yi", "hf", "a.b/c", "modelscope:a/b", "gpt2"] {
        assert_eq!(model_at(id), None, "{id}");
    }
    // A page that is not there is told by its id, with what is near.
    let far = unknown(&show("https://huggingface.co/Qwen/Qwen2.5-7"));
    assert_eq!((far.wanted.as_str(), far.what), ("Qwen/Qwen2.5-7", What::Model));
    assert_eq!(far.near[0], Near::Model("Qwen/Qwen2.5-7B".into(), 3));
}

#[test]
fn a_family_is_offered_where_a_model_is_asked_for_and_none_is_guessed() {
    let qwen = unknown(&show("qwen"));
    assert_eq!(qwen.near[..2], [Near::Family("Qwen".into()), Near::Owner("Qwen".into())]);
    assert!(
        qwen.to_string()
            .starts_with("no model \"qwen\" in this snapshot; did you mean the family \"Qwen\" or all of Qwen/*?")
    );
    let mistral = unknown(&family("Mistra"));
    assert_eq!(mistral.near[0], Near::Family("Mistral and Mixtral".into()));
    assert!(mistral.to_string().contains("did you mean the family \"Mistral and Mixtral\"?"), "{mistral}");
    assert_eq!(unknown(&show("Qwen/*")).near[..2], [Near::Family("Qwen".into()), Near::Owner("Qwen".into())][..2]);
    // An owner's page is the family that is called so.
    let answer = atlas().ask(&family("https://huggingface.co/Qwen")).unwrap();
    assert!(matches!(answer.facts(), Facts::Family { count, .. } if count.name == "Qwen"));
}

#[test]
fn what_is_spelled_like_a_name_is_told_by_its_descendants() {
    let text: String = (0..9).map(|at| format!("lab/model-{at} : likes=1\n")).collect();
    let text = text + "lab/model-7 -> x/a, x/b : finetune\nlab/model-3 -> y/a : finetune\n";
    let atlas = Atlas::new(&snapshot(&text), Tables::built_in().unwrap());
    let Err(Error::Unknown(unknown)) = atlas.ask(&show("lab/model-x")) else { panic!() };
    let model = |id: &str, descendants| Near::Model(id.into(), descendants);
    assert_eq!(unknown.near[..3], [model("lab/model-7", 2), model("lab/model-3", 1), model("lab/model-0", 0)]);
    assert!(unknown.to_string().ends_with(
        "; the nearest: lab/model-7 (2 descendants), lab/model-3 (1 descendant), lab/model-0 (0 descendants), \
         lab/model-1 (0 descendants), lab/model-2 (0 descendants)"
    ));
}

#[test]
fn every_question_understands_the_same_names_and_lists_are_strict() {
    let (name, address) = ("Qwen2.5-7B".to_owned(), "hf.co/c/merge".to_owned());
    let models = || Models { ids: vec![name.clone(), address.clone()], listed: Vec::new() };
    let selection = Select::new(Begin::Around(vec![name.clone()].into()));
    for (question, names) in [
        (Question::Explain(Explain { name: name.clone(), ..Explain::default() }), 1),
        (Question::Export(Export { selection, filter: Filter::default() }), 1),
        (Question::Check(Check { below: Some(name.clone()), ..Check::default() }), 1),
        (Question::Upstream(Upstream { models: models(), ..Upstream::default() }), 2),
        (Question::Common(Common { models: models(), ..Common::default() }), 2),
        (Question::Siblings(Siblings { models: models(), ..Siblings::default() }), 2),
        (Question::Blast(Blast { models: models(), family: Some(name.clone()), ..Blast::default() }), 3),
        (
            Question::Why(Why {
                model: address.clone(),
                ancestor: name.clone(),
                most: None,
                filter: Filter::default(),
            }),
            2,
        ),
    ] {
        let answer = atlas().ask(&question).unwrap();
        assert_eq!(answer.meant().len(), names, "{question:?}");
        assert_eq!(answer.question(), &question, "the question stays what was asked");
        let mut json = Vec::new();
        answer.report().unwrap().write(answer.snapshot(), Format::Json, &mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let told = json["named"].as_array().unwrap();
        assert!(told.iter().any(|told| told["asked"] == "Qwen2.5-7B" && told["id"] == "Qwen/Qwen2.5-7B"), "{json}");
    }
    let listed = vec![Entry { id: name, ..Entry::default() }];
    let question =
        Question::Upstream(Upstream { models: Models { ids: vec!["c/merge".into()], listed }, ..Upstream::default() });
    let answer = atlas().ask(&question).unwrap();
    assert!(
        answer.meant().is_empty() && answer.said()[0].starts_with("Qwen2.5-7B is not known"),
        "{:?}",
        answer.said()
    );
}

#[test]
fn the_program_says_once_what_a_name_means_and_words_near_a_mistyped_one() {
    let place = Place::new();
    place.file("l.edges", LINEAGE.replace("?gone/Lost -> g/kept : finetune\n", ""));
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    let ran = place.run(&["show", "Qwen2.5-7B", "--snapshot", "s"]);
    let note =
        "Qwen2.5-7B: Qwen/Qwen2.5-7B is meant, with 3 descendants; 2 other models are called so, and have fewer\n";
    assert!(ran.code == 0 && ran.err == note && !ran.out.contains("is meant"), "{}{}", ran.out, ran.err);
    place.file("mine/README.md", "---\nbase_model: a/ft\n---\n");
    let ran = place.run(&["upstream", "merge", "--folder", "mine", "--snapshot", "s"]);
    assert!(
        ran.code == 0 && ran.err.starts_with("merge: c/merge is meant") && ran.out.contains("a/ft"),
        "{}{}",
        ran.out,
        ran.err
    );
    for (args, code, near) in [
        (&["rank", "--of", "modles"][..], 2, "'models'"),
        (&["rank", "--format", "jsn"], 2, "'json'"),
        (&["rank", "--by", "desendants"], 2, "did you mean descendants?"),
        (&["rank", "--relation", "fintune"], 2, "did you mean finetune?"),
        (&["export", "--all", "--to", "grapml"], 2, "did you mean graphml?"),
        (&["export", "--all", "--to", "cyclondx"], 2, "did you mean cyclonedx?"),
        (&["export", "--all", "--to", "svg", "--layout", "netao"], 2, "did you mean neato?"),
        (&["bom", "a/ft", "--to", "spdxx"], 2, "did you mean spdx?"),
        (&["check", "--list", "cycel"], 2, "did you mean cycle?"),
        (&["check", "--kinds", "unlistd"], 2, "did you mean unlisted?"),
        (&["report", "--section", "derivativs"], 2, "did you mean derivatives?"),
        (&["report", "--section", "sizes.clases"], 2, "did you mean classes?"),
        (&["family", "Qwenn"], 1, "did you mean the family \"Qwen\"?"),
        (&["show", "Qwen"], 1, "tip: `modelkin family` is about a family"),
        (&["check", "--owner", "Qwem"], 1, "did you mean all of Qwen/*?"),
        (&["show", "https://huggingface.co/spaces/a/b"], 1, "leads to a space of the Hub, and not to a model"),
    ] {
        let ran = place.run(args);
        assert!(ran.code == code && ran.err.contains(near), "{args:?}: {} {}", ran.code, ran.err);
    }
}

#[test]
fn a_pattern_of_ids_is_a_family_wherever_one_is_named() {
    let place = Place::new();
    let text = "Qwen/Qwen3-8B -> u/a, u/b : quantized created=2025-05-02\nQwen/Qwen3-8B -> Qwen/Qwen3-8B-FP8 : quantized\n\
                ?Qwen/Qwen3-Gone -> v/kept : quantized created=2025-04-30\nQwen/Qwen2-7B -> u/c : finetune\n\
                v/Qwen3-tale : likes=1\nu/a : tags=gguf\nv/kept -> w/late : quantized\n";
    place.file("l.edges", text);
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    let json = |args: &[&str]| -> serde_json::Value {
        let ran = place.run(&[args, &["--snapshot", "s", "--format", "json"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    };
    let row = json(&["family", "qwen/QWEN3*"])["rows"][0].clone();
    assert_eq!((&row["members"], &row["unlisted"]["members"]), (&3.into(), &1.into()), "{row}");
    assert_eq!((&row["f1"], &row["f2"], &row["f3"]), (&3.into(), &4.into(), &1.into()), "{row}");
    let rule = "members: every model whose id matches \"qwen/QWEN3*\"; mentions: \"QWEN3\" in a name or as a tag";
    assert_eq!(row["rule"], rule);
    // What is too short to be a mention is none, which is said.
    let short = json(&["family", "Qwen/*-?B"]);
    assert!(short["rows"][0]["f3"].is_null() && short["definition"].to_string().contains("three letters"), "{short}");
    let said = place.run(&["explain", "Qwen/*-?B", "--snapshot", "s"]);
    assert!(said.code == 0 && said.out.contains("three letters"), "{}{}", said.out, said.err);
    let compared = json(&["compare", "Qwen/Qwen3*", "Qwen/*", "Qwen*/*"])["rows"].clone();
    let told = |at: usize| (compared[at]["name"].as_str().unwrap(), compared[at]["kind"].as_str().unwrap());
    assert_eq!([told(0), told(1), told(2)], [("Qwen/Qwen3*", "family"), ("Qwen/*", "owner"), ("Qwen*/*", "family")]);
    let makers =
        json(&["rank", "--of", "authors", "--relation", "quantized", "--within", "Qwen/Qwen3*"])["rows"].clone();
    let of = |row: &serde_json::Value| (row["author"].as_str().unwrap().to_owned(), row["models"].as_u64());
    let makers: Vec<_> = makers.as_array().unwrap().iter().map(of).collect();
    assert_eq!(makers, [("u".to_owned(), Some(2)), ("v".to_owned(), Some(1)), ("w".to_owned(), Some(1))]);
    let flows = json(&["flows", "--by", "owner", "--within", "Qwen/Qwen3*"])["rows"].clone();
    let of = |row: &serde_json::Value| {
        let text = |column: &str| row[column].as_str().unwrap_or("none").to_owned();
        (text("source"), text("builder"), row["dates_known_of"].as_u64().unwrap(), text("first"))
    };
    let flows: Vec<_> = flows.as_array().unwrap().iter().map(of).collect();
    let row = |source: &str, builder: &str, dated, first: &str| {
        (source.to_owned(), builder.to_owned(), dated, first.to_owned())
    };
    let wanted = [row("Qwen", "u", 2, "2025-05-02"), row("Qwen", "v", 1, "2025-04-30"), row("v", "w", 0, "none")];
    assert_eq!(flows, wanted);
    for args in [
        &["rank", "--within", "Qwen/Qwen3*"][..],
        &["blast", "--family", "Qwen/Qwen3*"],
        &["export", "--family", "Qwen/Qwen3*", "-o", "x.dot"],
        &["explore", "--family", "Qwen/Qwen3*", "-o", "x.html"],
    ] {
        let ran = place.run(&[args, &["--snapshot", "s"]].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    }
    for (pattern, words) in [
        ("Qwen/Qen3*", &["matches \"Qwen/Qen3*\"", "Qwen/Qwen3-8B", "tip: in quotes, 'Qwen/Qwen3*'"][..]),
        ("Qwen3*", &["owner and all; '*/Qwen3*' is whoever's"]),
        ("?", &["matches \"?\""]),
    ] {
        let ran = place.run(&["family", pattern, "--snapshot", "s"]);
        assert!(ran.code == 1 && words.iter().all(|word| ran.err.contains(word)), "{pattern}: {}", ran.err);
    }
    let long = place.run(&["family", &"?".repeat(100_000), "--snapshot", "s"]);
    assert!(long.code == 1 && long.err.contains("too long"), "{}", long.err);
}
