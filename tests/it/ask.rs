//! The front desk: a question is data, and its answer is what the program prints.

use std::sync::Arc;
use std::thread;

use assert_cmd::Command;
use modelkin::ask::{
    Answer, Atlas, Begin, Blast, Cases, Check, Common, Compare, Contradiction, Diff, Error, Explain, Export, Facts,
    Family, Filter, Flows, Models, Near, Owners, Question, Rank, Report, Search, Select, Show, Siblings, Tables,
    Upstream, What, Why,
};
use modelkin::census::{Group, Measure, Part};
use modelkin::export::{self, Layout, Paint};
use modelkin::ink::Format;
use modelkin::lineage::Collapse;
use modelkin::model::Relation;
use modelkin::reference::Families;
use modelkin::snapshot::Builder;
use modelkin::survey::{Ends, Facet, Figure};

fn sample() -> Atlas {
    let sample = modelkin::sample().unwrap();
    Atlas::new(&sample, Tables::built_in().unwrap()).after(vec![sample])
}

fn json(answer: &Answer) -> String {
    let mut json = Vec::new();
    answer.report().unwrap().write(answer.snapshot(), Format::Json, &mut json).unwrap();
    String::from_utf8(json).unwrap()
}

/// One of each kind, with every part of it somewhere.
pub fn questions() -> Vec<Question> {
    let filter = |json: &str| serde_json::from_str::<Filter>(json).unwrap();
    let family = |name: &str| Family { name: name.into(), ..Family::default() };
    let show = |begin| Show {
        selection: Select::new(begin),
        depth: Some(3),
        siblings: 8,
        lines: None,
        filter: Filter::default(),
    };
    let wide = Select {
        min_descendants: Some(1),
        top: Some(30),
        collapse: Some(Collapse::Quantized),
        ..Select::new(Begin::Family("Llama".into()))
    };
    let around = Select { hops: Some(2), ..Select::new(Begin::Around("google/gemma-2-2b".into())) };
    let list = |list, most| Question::Family(Family { list: Some(list), most, ..family("Gemma") });
    let models = |ids: &[&str]| Models { ids: ids.iter().map(|id| (*id).to_owned()).collect(), listed: vec![] };
    let (deep, base) = ("prithivMLmods/Calcium-Opus-14B-Elite2-R1", "Qwen/Qwen2.5-14B");
    let blast = Blast { models: models(&[base]), ..Blast::default() };
    vec![
        Question::Upstream(Upstream { models: models(&[deep, "bert-base-uncased"]), ..Upstream::default() }),
        Question::Upstream(Upstream {
            models: models(&[deep]),
            filter: filter(r#"{"exclude": ["merge"], "since": "2024-01-01"}"#),
        }),
        Question::Why(Why { model: deep.into(), ancestor: base.into(), most: None, filter: Filter::default() }),
        Question::Why(Why { model: deep.into(), ancestor: base.into(), most: Some(3), filter: Filter::default() }),
        Question::Common(Common { models: models(&[deep, "sthenno-com/miscii-14b-1028"]), ..Common::default() }),
        Question::Siblings(Siblings { models: models(&[deep]), most: Some(5), ..Siblings::default() }),
        Question::Blast(blast.clone()),
        Question::Blast(Blast { list: true, most: Some(4), mine: vec!["arcee-ai/*".into()], ..blast.clone() }),
        Question::Blast(Blast { table: Some("owners".into()), ..blast.clone() }),
        Question::Blast(Blast { family: Some("Gemma".into()), list: true, most: None, ..Blast::default() }),
        Question::Family(family("Qwen")),
        Question::Family(family("mistralai/*")),
        Question::Family(Family { include_members: true, ..family("Qwen/Qwen2.5-7B") }),
        Question::Family(Family {
            filter: filter(r#"{"exclude": ["merge", "quantized"], "no_unlisted": true}"#),
            ..family("Llama")
        }),
        Question::Family(Family {
            filter: filter(r#"{"since": "2024-01-01", "until": "2025-06-01"}"#),
            ..family("Qwen")
        }),
        list(Part::Members, None),
        list(Part::Direct, Some(20)),
        list(Part::All, Some(3)),
        list(Part::Mentions, Some(1)),
        Question::Rank(Rank { most: Some(20), ..Rank::default() }),
        Question::Rank(Rank {
            by: Measure::Credit,
            most: Some(5),
            filter: filter(r#"{"fold_mirrors": true}"#),
            ..Rank::default()
        }),
        Question::Rank(Rank { by: Measure::Growth, days: Some(90), most: Some(4), ..Rank::default() }),
        Question::Rank(Rank { of: Group::Owners, by: Measure::Authors, most: Some(7), ..Rank::default() }),
        Question::Rank(Rank { of: Group::Families, most: None, ..Rank::default() }),
        Question::Rank(Rank {
            by: Measure::Growth,
            beside: vec![Measure::Descendants, Measure::Downloads],
            within: Some("Qwen".into()),
            most: Some(6),
            ..Rank::default()
        }),
        Question::Rank(Rank { of: Group::Authors, within: Some("Llama".into()), most: Some(5), ..Rank::default() }),
        Question::Rank(Rank {
            by: Measure::Likes,
            columns: vec![Measure::Downloads, Measure::Likes, Measure::Merge],
            most: Some(5),
            ..Rank::default()
        }),
        Question::Rank(Rank { of: Group::Countries, most: None, ..Rank::default() }),
        Question::Rank(Rank { of: Group::Licences, most: Some(4), ..Rank::default() }),
        Question::Compare(Compare { names: vec!["Qwen".into(), "google/*".into()], ..Compare::default() }),
        Question::Compare(Compare {
            names: vec!["Qwen".into(), "Llama".into()],
            by: Some(Facet::Country),
            figure: Figure::Downloads,
            most: Some(3),
            ..Compare::default()
        }),
        Question::Compare(Compare {
            names: vec!["Gemma".into()],
            by: Some(Facet::Generation),
            most: Some(20),
            ..Compare::default()
        }),
        Question::Flows(Flows { by: Ends::Converter, most: Some(9), ..Flows::default() }),
        Question::Flows(Flows {
            by: Ends::Family,
            own: Some(false),
            within: Some("Qwen".into()),
            most: None,
            filter: filter(r#"{"exclude": ["quantized"]}"#),
        }),
        Question::Show(show(Begin::Below("Qwen/Qwen2.5-0.5B".into()))),
        Question::Show(Show { depth: None, ..show(Begin::Above("bert-base-uncased".into())) }),
        Question::Show(show(Begin::Below(vec!["Qwen/Qwen2.5-0.5B".into(), "google/gemma-2-2b".into()].into()))),
        Question::Show(Show { selection: wide, siblings: 2, ..show(Begin::All) }),
        Question::Show(Show {
            selection: around,
            depth: None,
            filter: filter(r#"{"relations": ["finetune", "merge"]}"#),
            ..show(Begin::All)
        }),
        search("qwen 7b", Some(20), false),
        search("GGUF", None, false),
        search("qewn", Some(3), true),
        Question::Explain(Explain { name: "Gemma".into(), ..Explain::default() }),
        Question::Owners(Owners { most: Some(20), ..Owners::default() }),
        Question::Owners(Owners { unknown: true, most: Some(3) }),
        report(&["downloads", "derivatives.families", "derivatives.rivals"]),
        Question::Report(Report { filter: filter(r#"{"fold_mirrors": true}"#), sections: vec!["shape".into()] }),
        check(None),
        check(Some(Cases::All)),
        check(Some(Cases::Kind("cycles".into()))),
        check(Some(Cases::Aliases)),
        check(Some(Cases::Bursts)),
        check(Some(Cases::Mirrors)),
        Question::Check(Check { owner: Some("Qwen".into()), kinds: vec!["unlisted".into()], ..Check::default() }),
        Question::Check(Check { below: Some("Qwen/Qwen2.5-0.5B".into()), ..Check::default() }),
        diff(None),
        diff(Some("models")),
    ]
}

fn search(text: &str, most: Option<usize>, nearest: bool) -> Question {
    Question::Search(Search { text: text.into(), most, nearest })
}

fn report(sections: &[&str]) -> Question {
    let sections = sections.iter().map(|section| (*section).to_owned()).collect();
    Question::Report(Report { sections, ..Report::default() })
}

fn check(list: Option<Cases>) -> Question {
    Question::Check(Check { list, most: Some(20), ..Check::default() })
}

fn diff(table: Option<&str>) -> Question {
    Question::Diff(Diff { table: table.map(str::to_owned) })
}

/// Runs the program, and gives what it printed.
fn printed(words: &[&str]) -> String {
    let told = Command::cargo_bin("modelkin").unwrap().env_remove("MODELKIN_SNAPSHOT").args(words).output().unwrap();
    assert!(told.status.success(), "{words:?}: {}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap()
}

#[test]
fn an_answer_is_what_its_command_prints() {
    let atlas = sample();
    for question in questions() {
        let answer = atlas.ask(&question).unwrap();
        // A diff names both snapshots.
        let command = answer.command().replace("EARLIER LATER", "sample sample");
        // The shell's quotes stand around whole words here.
        let mut words: Vec<&str> = command.split(' ').skip(1).map(|word| word.trim_matches('\'')).collect();
        if words[0] != "diff" {
            words.extend(["--snapshot", "sample"]);
        }
        words.extend(["--format", "json"]);
        let printed = printed(&words);
        // What a command is told of the snapshot stands in the commands of `explain`.
        assert_eq!(json(&answer), printed.replace(" --snapshot sample", ""), "{command}");
    }
}

#[test]
fn a_question_is_written_down_and_read_again() {
    for question in questions() {
        let written = serde_json::to_string(&question).unwrap();
        assert_eq!(serde_json::from_str::<Question>(&written).unwrap(), question, "{written}");
    }
    let short: Question = serde_json::from_str(r#"{"rank": {"by": "authors"}}"#).unwrap();
    assert_eq!(short, Question::Rank(Rank { by: Measure::Authors, ..Rank::default() }));
    for (written, said) in [
        (r#"{"rank": {"by": "fame"}}"#, "\"fame\" is none of direct, descendants, finetune"),
        (r#"{"rank": {"filter": {"relations": ["child"]}}}"#, "\"child\" is none of unstated, finetune"),
        (r#"{"rank": {"bye": "likes"}}"#, "unknown field `bye`"),
        (r#"{"family": {"name": "Qwen", "filter": {"since": "May"}}}"#, "\"May\" is no day: write it as 2025-01-31"),
        (r#"{"family": {"name": "Qwen", "filter": {"since": "0000-01-01"}}}"#, "no year from 1 to 9998"),
        (r#"{"guess": {}}"#, "unknown variant `guess`"),
        (r#"{"show": {"selection": {"begin": {"below": 3}}, "siblings": 8}}"#, "an id was expected, or a list of ids"),
    ] {
        let error = serde_json::from_str::<Question>(written).unwrap_err().to_string();
        assert!(error.contains(said), "{written}: {error}");
    }
}

#[test]
fn a_selection_begins_at_one_id_or_at_a_list() {
    for (written, ids) in [(r#"{"below":"a/b"}"#, &["a/b"][..]), (r#"{"around":["a/b","c/d"]}"#, &["a/b", "c/d"])] {
        let begin: Begin = serde_json::from_str(written).unwrap();
        let (Begin::Below(found) | Begin::Around(found)) = &begin else { panic!("{begin:?}") };
        assert_eq!(found.iter().collect::<Vec<_>>(), ids);
        assert_eq!(serde_json::to_string(&begin).unwrap(), written);
    }
    let list: Begin = serde_json::from_str(r#"{"above": ["a/b"]}"#).unwrap();
    assert_eq!(list, Begin::Above("a/b".into()));
}

#[test]
fn eight_threads_are_told_the_same_as_one() {
    let alone: Vec<String> = questions().iter().map(|question| json(&sample().ask(question).unwrap())).collect();
    let atlas = Arc::new(sample());
    let ask = |from: usize| {
        let atlas = Arc::clone(&atlas);
        thread::spawn(move || {
            let all = questions();
            // Each begins elsewhere, so that they ask at once for what another one computes.
            let order = (0..all.len()).map(|at| (at + from) % all.len());
            order.map(|at| (at, json(&atlas.ask(&all[at]).unwrap()))).collect::<Vec<_>>()
        })
    };
    let threads: Vec<_> = (0..8).map(|number| ask(3 * number)).collect();
    for thread in threads {
        for (at, told) in thread.join().unwrap() {
            assert_eq!(told, alone[at]);
        }
    }
}

#[test]
fn what_was_computed_is_kept_and_bounded() {
    let atlas = sample();
    let filter = |relation| Filter { relations: vec![relation], ..Filter::default() };
    let census = |filter: &Filter| atlas.census(filter).unwrap();
    let first = census(&filter(Relation::Finetune));
    // How the same filter is written is no part of it.
    let again = Filter { relations: vec![Relation::Finetune, Relation::Finetune], ..Filter::default() };
    assert!(Arc::ptr_eq(&first, &atlas.clone().census(&again).unwrap()));
    assert!(!Arc::ptr_eq(&first, &census(&filter(Relation::Merge))));
    for relation in [Relation::Quantized, Relation::Adapter, Relation::Unstated] {
        census(&filter(relation));
    }
    assert!(!Arc::ptr_eq(&first, &census(&filter(Relation::Finetune))), "the least used one went");
    // All relations that there are are all links, but whoever names them is told so.
    let all = Filter { relations: Relation::ALL.to_vec(), ..Filter::default() };
    assert!(!Arc::ptr_eq(&census(&all), &census(&Filter::default())));
    // So are small answers, and no others.
    let rank = |most| atlas.ask(&Question::Rank(Rank { most, ..Rank::default() })).unwrap();
    let is_kept = |most| std::ptr::eq(rank(most).facts(), rank(most).facts());
    assert_eq!([Some(5), Some(20_000), None].map(is_kept), [true, false, false]);
    // A diff is of the snapshots before, too, of which a clone may have others.
    let diff = Question::Diff(Diff::default());
    assert_eq!(atlas.ask(&diff).err().map(|error| error.to_string()), None);
    assert!(matches!(atlas.clone().after(Vec::new()).ask(&diff), Err(Error::NothingBefore)));
}

#[test]
fn questions_that_contradict_themselves_are_told_so() {
    let atlas = sample();
    let contradiction = |question: Question| match atlas.ask(&question) {
        Err(Error::Contradiction(contradiction)) => contradiction,
        other => panic!("{other:?}"),
    };
    let rank = |rank| contradiction(Question::Rank(rank));
    assert_eq!(rank(Rank { days: Some(3), ..Rank::default() }), Contradiction::DaysWithoutGrowth);
    let credit = Rank { of: Group::Owners, by: Measure::Credit, ..Rank::default() };
    assert_eq!(rank(credit), Contradiction::ForModelsAlone(Measure::Credit));
    let none = Filter { exclude: Relation::ALL.to_vec(), ..Filter::default() };
    assert_eq!(rank(Rank { filter: none, ..Rank::default() }), Contradiction::NoRelation);
    let day = |text: &str| Some(text.parse().unwrap());
    let filter = Filter { since: day("2024-01-02"), until: day("2024-01-02"), ..Filter::default() };
    assert!(matches!(rank(Rank { filter, ..Rank::default() }), Contradiction::NoDay { .. }));
    let members = Family { name: "Qwen".into(), list: Some(Part::Members), include_members: true, ..Family::default() };
    assert_eq!(contradiction(Question::Family(members)), Contradiction::MembersOfMembers);
    let select = |selection| {
        let filter = Filter::default();
        contradiction(Question::Show(Show { selection, depth: None, siblings: 0, lines: None, filter }))
    };
    let all = Select::new(Begin::All);
    assert_eq!(select(Select { top: Some(0), ..all.clone() }), Contradiction::TopOfNone);
    assert_eq!(select(Select { depth: Some(1), ..all.clone() }), Contradiction::DepthElsewhere);
    assert_eq!(select(Select { hops: Some(1), ..all }), Contradiction::HopsElsewhere);
    assert_eq!(select(Select::new(Begin::Above(Vec::new().into()))), Contradiction::NoModels);
}

#[test]
fn what_no_section_table_or_kind_is_called_is_told() {
    let sample = modelkin::sample().unwrap();
    let alone = Atlas::new(&sample, Tables::built_in().unwrap());
    let told = |question: Question| alone.ask(&question).unwrap_err().to_string();
    assert!(
        told(report(&["downlods"])).starts_with("no section \"downlods\"; there are derivatives, months, downloads")
    );
    assert_eq!(
        told(report(&["sizes", "shape.figure"])),
        "shape has no table \"figure\"; it has figures, generations, relations, bases, components; did you mean figures?"
    );
    assert_eq!(told(report(&["series"])), "the section series is about several snapshots");
    assert_eq!(told(diff(None)), "there is no snapshot before this one to compare it with");
    let compared = alone.clone().after(vec![sample]).ask(&diff(Some("model"))).unwrap_err().to_string();
    assert!(compared.starts_with("diff has no table \"model\"; it has changes,"), "{compared}");
    let some = Filter { no_unlisted: true, ..Filter::default() };
    let some = Question::Report(Report { filter: some, ..Report::default() });
    assert!(matches!(alone.ask(&some), Err(Error::Contradiction(Contradiction::ReportOfSome))));
    assert!(told(check(Some(Cases::Kind("cycel".into())))).starts_with("\"cycel\" is no kind; use reject, unlisted"));
}

#[test]
fn an_export_is_what_the_program_writes() {
    let selection = Select { depth: Some(2), ..Select::new(Begin::Below("Qwen/Qwen2.5-0.5B".into())) };
    let question = Question::Export(Export { selection, filter: Filter::default() });
    let answer = sample().ask(&question).unwrap();
    let graph = answer.graph().unwrap().unwrap();
    let paint = Paint::new(&graph, export::ColorBy::Relation);
    let mut written = Vec::new();
    export::Format::GraphMl.write(export::FilePart::Whole, &graph, &paint, Layout::OUTLINE, &mut written).unwrap();
    let command = answer.command();
    assert_eq!(command, "modelkin export --below Qwen/Qwen2.5-0.5B --depth 2");
    let words: Vec<&str> = command.split(' ').skip(1).chain(["--to", "graphml", "--snapshot", "sample"]).collect();
    assert_eq!(String::from_utf8(written).unwrap(), printed(&words));
    // Asked for its models alone it tells them.
    assert!(json(&answer).contains(r#"{"id":"Qwen/Qwen2.5-0.5B"}"#));
}

#[test]
fn a_name_is_a_family_then_a_model_then_an_owner() {
    let atlas = sample();
    let ask = |name: &str| atlas.ask(&Question::Family(Family { name: name.into(), ..Family::default() }));
    let called = |name: &str| match ask(name).unwrap().facts() {
        Facts::Family { count, .. } => count.name.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(called("qwen"), "Qwen");
    assert_eq!(called("QWEN/*"), "Qwen/*");
    assert_eq!(called("bert-base-uncased"), "google-bert/bert-base-uncased");
    assert_eq!(called("unsloth"), "unsloth/*");
    let unknown = |name: &str| match ask(name) {
        Err(Error::Unknown(unknown)) => unknown,
        other => panic!("{other:?}"),
    };
    assert_eq!(unknown("unslot/*").what, What::Owner);
    assert_eq!(unknown("unslot/*").near[0], Near::Owner("unsloth".into()));
    assert_eq!(unknown("Qwenn").what, What::Any);
    assert!(unknown("Qwenn").near.contains(&Near::Family("Qwen".into())));
}

/// An atlas of rows of the Hub, taken on 2025-06-30.
fn of_rows(rows: &str) -> Atlas {
    const TAKEN: i64 = 1_751_241_600_000;
    let mut builder = Builder::new();
    modelkin::source::read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
    let families = Families::read("families", b"family,namespaces,id_patterns\nbees,b,\nAnts,a,\n").unwrap();
    let snapshot = builder.finish("test", Some(TAKEN), None).unwrap();
    Atlas::new(&snapshot, Tables::built_in().unwrap().with_families(families))
}

fn ranked(atlas: &Atlas, rank: Rank) -> Vec<(String, f64)> {
    match atlas.ask(&Question::Rank(rank)).unwrap().facts() {
        Facts::Ranking { ranking, .. } => ranking.rows.iter().map(|row| (row.id.clone(), row.value)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn growth_ends_with_the_day_of_the_snapshot() {
    let child = |name: &str, day: &str| {
        format!(r#"{{"id": "c/{name}", "createdAt": "{day}.000Z", "tags": ["base_model:a/base"]}}"#)
    };
    let rows = [
        r#"{"id": "a/base", "createdAt": "2025-06-01T00:00:00.000Z"}"#.to_owned(),
        child("before", "2025-05-30T23:59:59"),
        child("first", "2025-05-31T00:00:00"),
        child("that-day", "2025-06-30T23:59:59"),
        child("after", "2025-07-01T00:00:00"),
    ];
    let growth = Rank { by: Measure::Growth, ..Rank::default() };
    assert_eq!(ranked(&of_rows(&rows.join("\n")), growth), [("a/base".to_owned(), 2.0)]);
}

/// Whoever counts by days must see of how many models a day is known.
#[test]
fn what_is_counted_by_days_says_how_many_have_a_date() {
    let text = "Qwen/base : created=2024-01-01\nQwen/base -> a/b, c/d, e/f : finetune\na/b -> g/h : merge created=2025-02-02\n\
                Qwen/base -> i/j : quantized created=2023-01-01\n";
    let atlas = Atlas::new(&crate::support::snapshot(text), Tables::built_in().unwrap());
    for question in [
        r#"{"rank": {"filter": {"since": "2025-01-01"}}}"#,
        r#"{"rank": {"of": "authors", "filter": {"until": "2025-01-01"}}}"#,
        r#"{"family": {"name": "Qwen", "filter": {"since": "2025-01-01"}}}"#,
        r#"{"compare": {"names": ["Qwen"], "filter": {"since": "2025-01-01"}}}"#,
        r#"{"flows": {"filter": {"since": "2025-01-01"}}}"#,
    ] {
        let question: Question = serde_json::from_str(question).unwrap();
        let definition = atlas.ask(&question).unwrap().definition().unwrap().join(" ");
        assert!(definition.contains("A date is known of 2 of the 5 models with a parent."), "{definition}");
    }
    let all = atlas.ask(&Question::Rank(Rank::default())).unwrap().definition().unwrap().join(" ");
    assert!(!all.contains("A date is known"), "{all}");
}

#[test]
fn families_of_equal_value_are_ranked_by_their_names() {
    let rows = r#"{"id": "c/one", "tags": ["base_model:a/base"]}
{"id": "c/two", "tags": ["base_model:b/base"]}"#;
    let names = [("Ants".to_owned(), 1.0), ("bees".to_owned(), 1.0)];
    assert_eq!(ranked(&of_rows(rows), Rank { of: Group::Families, ..Rank::default() }), names);
}
