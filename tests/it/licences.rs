//! Licence verdicts: every cell of the parent and child table, merges, copies, names, policies, and all models at once beside the walk for each.

use std::collections::BTreeSet;

use modelkin::lineage::Lineage;
use modelkin::provenance::{Day, Finding, Judge, Policy, Rule, Unknown, Verdict};
use modelkin::reference::{Bases, Term, Terms};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source;
use proptest::prelude::*;

use crate::support::{any_lineage, real_data, snapshot};

/// What is tested is judged by the built-in tables.
struct Court {
    snapshot: Snapshot,
    lineage: Lineage,
    terms: Terms,
    bases: Bases,
    policy: Policy,
}

impl Court {
    fn of(text: &str) -> Court {
        Court::with(text, Policy::default())
    }

    fn with(text: &str, policy: Policy) -> Court {
        let snapshot = snapshot(text);
        let lineage = Lineage::from_snapshot(&snapshot).unwrap();
        Court { snapshot, lineage, terms: Terms::built_in().unwrap(), bases: Bases::built_in().unwrap(), policy }
    }

    fn judge(&self) -> Judge<'_> {
        Judge::new(&self.lineage, &self.terms, &self.bases, &self.policy).unwrap()
    }

    /// The findings of a model: the verdict, the terms and the ancestor of each, and whom it meets in a merge.
    fn findings(&self, id: &str) -> Vec<String> {
        let judge = self.judge();
        let row = self.snapshot.find(id).unwrap();
        let id = |row| self.snapshot.id(row);
        let line = |finding: &Finding<'_>| {
            let meeting = finding.meeting.map(|meeting| format!(" and {} at {}", id(meeting.ancestor), id(meeting.at)));
            let text = format!("{} {} {}", finding.verdict, finding.terms, id(finding.ancestor));
            text.replace("  ", " ") + &meeting.unwrap_or_default()
        };
        judge.model(row).findings.iter().map(line).collect()
    }

    fn verdict(&self, id: &str) -> Verdict {
        self.judge().model(self.snapshot.find(id).unwrap()).verdict
    }
}

/// What a parent and a child state, as attributes; `-` states nothing, `?` is a parent that nobody lists.
fn link(parent: &str, child: &str, relation: &str) -> String {
    let facts = |licence: &str| match licence {
        "-" | "?" => String::new(),
        other if other.starts_with("other:") => format!(" licence=other licence_name={}", &other[6..]),
        licence => format!(" licence={licence}"),
    };
    let mark = if parent == "?" { "?" } else { "" };
    let above = if parent == "?" { String::new() } else { format!("- -> a/base :{}\n", facts(parent)) };
    format!("{above}{mark}a/base -> b/Llama-child : {relation}{}\n", facts(child))
}

/// The verdict on a link, and the terms that led to it.
fn said(parent: &str, child: &str, relation: &str) -> String {
    let court = Court::of(&link(parent, child, relation));
    let judge = court.judge();
    let judged = judge.model(court.snapshot.find("b/Llama-child").unwrap());
    let [finding] = &judged.findings[..] else { panic!("{parent} {child}: {:?}", judged.findings) };
    let all = judge.all();
    let row = court.snapshot.find("b/Llama-child").unwrap() as usize;
    assert_eq!((all.chains[row], all.parents[row]), (Some(judged.verdict), Some(judged.verdict)), "{parent} {child}");
    format!("{} {}", finding.verdict, finding.terms).trim().to_owned()
}

/// Rows stand for what a parent states, columns for what its child does.
#[test]
fn every_cell_of_the_table_is_as_it_is_written() {
    let columns = [
        "apache-2.0",
        "gpl-3.0",
        "cc-by-nc-4.0",
        "cc-by-nd-4.0",
        "gemma",
        "llama3.1",
        "other",
        "not-in-any-table",
        "-",
    ];
    let table: &[(&str, [&str; 9])] = &[
        ("mit", ["ok", "ok", "ok", "ok", "ok", "ok", "unknown", "unknown", "silent"]),
        (
            "agpl-3.0",
            [
                "conflict S",
                "conflict S",
                "conflict S",
                "conflict S",
                "conflict S",
                "conflict S",
                "unknown S",
                "unknown S",
                "silent S",
            ],
        ),
        (
            "gpl-3.0",
            [
                "conflict S",
                "ok S",
                "conflict S",
                "conflict S",
                "conflict S",
                "conflict S",
                "unknown S",
                "unknown S",
                "silent S",
            ],
        ),
        (
            "cc-by-nc-4.0",
            [
                "conflict C",
                "conflict C",
                "ok C",
                "conflict C",
                "conflict C",
                "conflict C",
                "unknown C",
                "unknown C",
                "silent C",
            ],
        ),
        (
            "cc-by-nd-4.0",
            [
                "conflict D",
                "conflict D",
                "conflict D",
                "conflict D",
                "conflict D",
                "conflict D",
                "unknown D",
                "unknown D",
                "silent D",
            ],
        ),
        (
            "gemma",
            [
                "conflict U",
                "conflict U",
                "conflict U",
                "conflict U",
                "ok U",
                "restricts U",
                "unknown U",
                "unknown U",
                "silent U",
            ],
        ),
        (
            "llama3.1",
            [
                "conflict B M U K",
                "conflict B M U K",
                "conflict B M U K",
                "conflict B M U K",
                "conflict B M U K",
                "ok B M U K",
                "unknown B M U K",
                "unknown B M U K",
                "silent B M U K",
            ],
        ),
        ("other", ["unknown"; 9]),
        ("not-in-any-table", ["unknown"; 9]),
        ("-", ["unknown"; 9]),
        ("?", ["unknown"; 9]),
    ];
    let mut wrong = String::new();
    for (parent, cells) in table {
        for (child, wanted) in columns.iter().zip(cells) {
            let found = said(parent, child, "finetune");
            if found != *wanted {
                wrong += &format!("{parent} -> {child} is {found} and not {wanted}\n");
            }
            // An adapter is judged in the same way.
            assert_eq!(said(parent, child, "adapter"), found);
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn pairs_that_the_terms_decide_in_their_own_way() {
    for (parent, child, wanted) in [
        // The same licence by another name, a later version, a declared pair.
        ("deepseek", "other:deepseek-license", "ok U"),
        ("cc-by-sa-3.0", "cc-by-sa-4.0", "ok S"),
        ("cc-by-sa-4.0", "cc-by-sa-3.0", "conflict S"),
        ("cc-by-sa-4.0", "gpl-3.0", "ok S"),
        ("gpl-3.0", "agpl-3.0", "ok S"),
        ("gpl-2.0", "gpl-3.0", "unknown S"),
        ("gpl", "gpl-3.0", "unknown S"),
        ("eupl-1.2", "gpl-3.0", "unknown S"),
        ("eupl-1.2", "mit", "conflict S"),
        // Whether a model is the modified work is not settled.
        ("lgpl-3.0", "mit", "unknown S"),
        ("mpl-2.0", "cc-by-nc-4.0", "unknown S"),
        ("epl-2.0", "epl-2.0", "ok S"),
        // Non-commercial, with more.
        ("cc-by-nc-4.0", "cc-by-nc-sa-4.0", "ok C"),
        ("cc-by-nc-4.0", "cc-by-nc-nd-4.0", "ok C"),
        ("cc-by-nc-sa-4.0", "cc-by-nc-4.0", "conflict S"),
        ("cc-by-nc-sa-4.0", "apache-2.0", "conflict C S"),
        ("cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "ok C S"),
        ("mrl", "apache-2.0", "conflict C"),
        ("cc-by-nc-nd-4.0", "cc-by-nc-nd-4.0", "conflict D"),
        // Restrictions of use.
        ("creativeml-openrail-m", "openrail++", "restricts U"),
        ("gemma", "openrail", "unknown U"),
        ("nvidia-open-model-license", "apache-2.0", "unknown U"),
        // Companies: versions of one family, and others.
        ("llama3", "llama3.1", "conflict T"),
        ("llama3.1", "llama3.3", "restricts B M U K"),
        ("llama3.1", "llama3.2", "restricts B M U K"),
        ("llama3.2", "llama3.3", "restricts B M U K"),
        ("llama2", "gemma", "conflict U K T"),
        ("qwen", "llama3.1", "conflict B K"),
        ("qwen-research", "qwen", "conflict C"),
        ("qwen-community-1.0", "apache-2.0", "unknown B"),
        ("kimi-k3", "apache-2.0", "conflict K"),
        ("other:modified-mit", "mit", "unknown B"),
    ] {
        assert_eq!(said(parent, child, "finetune"), wanted, "{parent} -> {child}");
    }
}

#[test]
fn a_quantized_copy_keeps_its_label() {
    for (parent, child, wanted) in [
        ("mit", "apache-2.0", "ok"),
        ("llama3.1", "llama3.1", "ok B M U K"),
        ("llama3.1", "llama3.3", "relabelled B M U K"),
        ("llama3.1", "apache-2.0", "relabelled B M U K"),
        ("gemma", "llama3.1", "relabelled U"),
        ("cc-by-sa-3.0", "cc-by-sa-4.0", "relabelled S"),
        ("lgpl-3.0", "mit", "relabelled S"),
        ("cc-by-nd-4.0", "cc-by-nd-4.0", "unknown D"),
        ("cc-by-nd-4.0", "apache-2.0", "unknown D"),
        ("cc-by-nc-nd-4.0", "cc-by-nc-nd-4.0", "unknown D"),
        ("cc-by-nc-nd-4.0", "apache-2.0", "relabelled C"),
        ("gemma", "-", "silent U"),
        // Nobody has read these, and a copy that states the same is fine.
        ("other:glm-5.3", "other:GLM-5.3", "ok"),
        ("other:no-such-licence", "other:no\\u{20}such\\u{20}licence", "ok"),
        ("grok2-community", "grok2-community", "ok"),
        ("other:glm-5.3", "other:glm-4", "unknown"),
        ("other", "other", "unknown"),
        ("openrail", "openrail", "unknown"),
        ("-", "-", "unknown"),
    ] {
        assert_eq!(said(parent, child, "quantized"), wanted, "{parent} -> {child}");
    }
    assert_eq!(said("other:glm-5.3", "other:glm-5.3", "finetune"), "unknown");
}

#[test]
fn terms_reach_through_whatever_lies_between() {
    let text = "- -> k/drt : licence=cc-by-nc-sa-4.0\n- -> m/free : licence=mit\n\
        k/drt, m/free -> s/lamarck : merge licence=apache-2.0\ns/lamarck -> h/hyperion : finetune\n\
        h/hyperion -> c/ultima : finetune licence=apache-2.0\nc/ultima -> q/ultima-GGUF : quantized licence=apache-2.0\n";
    let court = Court::of(text);
    assert_eq!(court.findings("c/ultima"), ["conflict C S k/drt", "unknown h/hyperion", "ok s/lamarck", "ok m/free"]);
    let judge = court.judge();
    let judged = judge.model(court.snapshot.find("q/ultima-GGUF").unwrap());
    let worst = &judged.findings[0];
    let way: Vec<&str> = worst.way.iter().map(|row| court.snapshot.id(*row)).collect();
    assert_eq!(way, ["k/drt", "s/lamarck", "h/hyperion", "c/ultima", "q/ultima-GGUF"]);
    assert_eq!(
        (worst.distance, worst.edges.len(), worst.marks.is_copy, worst.verdict),
        (4, 4, false, Verdict::Conflict)
    );
    assert!(worst.reason.contains("cc-by-nc-sa-4.0") && worst.reason.contains("apache-2.0"), "{}", worst.reason);
    let clause = worst.clauses.iter().find(|cited| cited.term == Some(Term::SameLicence)).unwrap();
    assert!(clause.text.starts_with("3(b)(1)") && clause.address.starts_with("https://"), "{clause:?}");
    let counts = judge.all().counts;
    assert_eq!((counts.derived_known, counts.broken_by_parent, counts.broken_above), (3, 1, 2));
    // A copy of a copy is one, and a copy of what was trained is none of what that was made of.
    let text = "- -> a/base : licence=gemma\na/base -> b/one : quantized licence=gemma\nb/one -> c/two : quantized licence=llama3.1\n\
        a/base -> d/tuned : finetune licence=gemma\nd/tuned -> e/copy : quantized licence=llama3.1\n";
    let court = Court::of(text);
    assert_eq!(court.findings("c/two"), ["relabelled U b/one", "relabelled U a/base"]);
    assert_eq!(court.findings("e/copy"), ["relabelled U d/tuned", "restricts U a/base"]);
}

#[test]
fn what_meets_in_a_merge_is_kept_by_one_licence_or_by_none() {
    let merge = |one: &str, other: &str, child: &str| {
        let text = format!(
            "- -> a/one : licence={one}\n- -> b/two : licence={other}\na/one, b/two -> c/Llama-blend : merge licence={child}\n\
             c/Llama-blend -> d/Llama-below : finetune licence={child}\n"
        );
        let court = Court::of(&text);
        let all = court.judge().all();
        let below = court.snapshot.find("d/Llama-below").unwrap();
        assert_eq!(all.chains[below as usize], Some(court.verdict("d/Llama-below")), "{one} {other} {child}");
        let findings = court.findings("d/Llama-below");
        findings.iter().find(|line| line.contains(" at ")).cloned().unwrap_or_default()
    };
    let at = |terms: &str, rest: &str| format!("{terms} a/one and b/two at c/Llama-blend{rest}");
    assert_eq!(merge("gpl-3.0", "cc-by-sa-3.0", "gpl-3.0"), at("conflict S", ""));
    assert_eq!(merge("cc-by-sa-4.0", "gpl-3.0", "gpl-3.0"), "");
    assert_eq!(merge("gpl-2.0", "gpl-3.0", "gpl-3.0"), at("unknown S", ""));
    assert_eq!(merge("gpl-3.0", "mpl-2.0", "gpl-3.0"), at("unknown S", ""));
    assert_eq!(merge("gpl-3.0", "cc-by-nc-4.0", "gpl-3.0"), at("conflict C S", ""));
    assert_eq!(merge("gpl-3.0", "gemma", "gpl-3.0"), at("conflict U S", ""));
    assert_eq!(merge("cc-by-nc-sa-4.0", "cc-by-nc-4.0", "cc-by-nc-sa-4.0"), "");
    assert_eq!(merge("llama2", "gemma", "llama2"), at("conflict T", ""));
    assert_eq!(merge("llama2", "llama3.1", "llama2"), "");
    assert_eq!(merge("llama3.1", "gemma", "llama3.1"), "");
    assert_eq!(merge("mit", "apache-2.0", "mit"), "");
    assert!(merge("llama3.1", "exaone", "llama3.1").starts_with("conflict M T "));
    // Two licences one below the other meet in no merge.
    let text = "- -> a/one : licence=gpl-3.0\na/one -> b/two : finetune licence=gemma\nb/two -> c/three : finetune licence=gemma\n";
    assert_eq!(Court::of(text).findings("c/three"), ["conflict S a/one", "ok U b/two"]);
}

#[test]
fn several_licences_on_one_model_are_taken_together_and_told() {
    let said = |text: &str| {
        let court = Court::of(text);
        let judge = court.judge();
        let judged = judge.model(court.snapshot.find("b/child").unwrap());
        let finding = &judged.findings[0];
        assert!(finding.marks.is_several);
        assert_eq!(judge.all().chains[court.snapshot.find("b/child").unwrap() as usize], Some(judged.verdict));
        format!("{} {}", finding.verdict, finding.terms).trim().to_owned()
    };
    let link = |parent: &str, child: &str| {
        format!("- -> a/base : licences={parent}\na/base -> b/child : finetune licences={child}\n")
    };
    assert_eq!(said(&link("mit,apache-2.0", "mit")), "ok");
    assert_eq!(said(&link("mit,gpl-3.0", "mit")), "conflict S");
    assert_eq!(said(&link("gpl-3.0,cc-by-nc-4.0", "mit")), "conflict C S");
    assert_eq!(said(&link("gpl-3.0", "mit,gpl-3.0")), "ok S");
    assert_eq!(said(&link("mit,other", "mit")), "unknown");
    assert_eq!(said(&link("mit", "mit,other")), "ok");
    assert_eq!(said(&link("apache-2.0", "mit,other")), "unknown");
}

#[test]
fn a_reason_calls_a_version_what_is_of_one_family_and_one_of_several() {
    let reason = |parent: &str, child: &str| {
        let court = Court::of(&format!(
            "- -> a/base : licences={parent}\na/base -> b/Llama-child : finetune licences={child}\n"
        ));
        let judge = court.judge();
        let finding = judge.model(court.snapshot.find("b/Llama-child").unwrap()).findings.remove(0);
        (finding.verdict, finding.reason)
    };
    let said = |verdict, text: &str| (verdict, text.to_owned());
    let binds = "whose own text goes on to bind: ";
    let (verdict, text) = reason("llama3.1", "llama3.2");
    assert!(
        verdict == Verdict::Restricts && text.starts_with(&format!("llama3.2 is another version of llama3.1, {binds}")),
        "{text}"
    );
    let (_, text) = reason("llama3.1", "gemma,llama3.2");
    assert!(text.starts_with(&format!("Of gemma + llama3.2 one is another version of llama3.1, {binds}")), "{text}");
    // What a licence asks may stand in one of somebody else, which is no version of it.
    let kept = "cc-by-nc-4.0 keeps what apple-amlr asks: no commercial use (C).";
    assert_eq!(reason("apple-amlr", "cc-by-nc-4.0"), said(Verdict::Ok, kept));
}

#[test]
fn what_other_means_is_told_by_its_name_then_by_the_tables_then_by_the_user() {
    let mut policy = Policy::default();
    for (model, licence) in [
        ("black-forest-labs/FLUX.1-dev", "mit"),
        ("d/silent", "gpl-3.0"),
        ("e/gone", "cc-by-nc-4.0"),
        ("f/stated", "mit"),
        ("g/wrong", "no-such-licence"),
    ] {
        policy.clarify.insert(model.into(), licence.into());
    }
    let text = "- -> a/named : licence=other licence_name=gemma-terms-of-use\n- -> black-forest-labs/FLUX.1-dev : licence=other\n\
        - -> FacebookAI/roberta-base : downloads=1\nd/silent\n?e/gone -> x/child\n- -> f/stated : licence=gemma\n- -> g/wrong : licence=other\n";
    let court = Court::with(text, policy);
    let judge = court.judge();
    let said = |id: &str| {
        let stated = judge.stated(court.snapshot.find(id).unwrap());
        format!("{}, by {}", stated.said(&court.terms), stated.by.name())
    };
    assert_eq!(said("a/named"), "gemma, by name");
    assert_eq!(said("black-forest-labs/FLUX.1-dev"), "flux-1-dev-non-commercial-license, by base table");
    // The table of bases speaks for `other` alone: a licence that is missing is missing.
    assert_eq!(said("FacebookAI/roberta-base"), "no licence, by nothing stated");
    assert_eq!(said("d/silent"), "gpl-3.0, by clarified");
    assert_eq!(said("e/gone"), "cc-by-nc-4.0, by clarified");
    assert_eq!(said("f/stated"), "gemma, by id");
    assert_eq!(said("g/wrong"), "other, by id");
    assert_eq!(court.policy.strange(&court.terms).len(), 1);
    // Each base's licence is one of the table of terms.
    for (model, licence) in court.bases.iter().filter_map(|(model, licence)| Some((model, licence?))) {
        assert!(court.terms.find(licence).is_some(), "{model}: {licence}");
    }
    assert!(court.bases.iter().count() >= 50);
}

#[test]
fn names_begin_as_the_licence_asks() {
    let verdict = |licence: &str, name: &str| {
        let text = format!("- -> a/base : licence={licence}\na/base -> b/{name} : finetune licence={licence}\n");
        let court = Court::of(&text);
        let row = court.snapshot.find(&format!("b/{name}")).unwrap();
        let judge = court.judge();
        let judged = judge.model(row);
        let all = judge.all();
        assert_eq!(all.chains[row as usize], Some(judged.verdict));
        assert_eq!((all.counts.to_be_named, all.counts.named == 1), (1, judged.findings[0].marks.is_named.unwrap()));
        (judged.verdict, judged.findings[0].terms.to_string())
    };
    let ok = |terms: &str| (Verdict::Ok, terms.to_owned());
    let not = (Verdict::Restricts, "M".to_owned());
    assert_eq!(verdict("llama3.1", "Llama-3.1-mine"), ok("B M U K"));
    assert_eq!(verdict("llama3.1", "llama_mine"), ok("B M U K"));
    assert_eq!(verdict("llama3.1", "Meta-Llama-3.1-8B"), not);
    assert_eq!(verdict("llama3.1", "Hermes-Llama"), not);
    assert_eq!(verdict("llama3", "Llama-3-8B-mine"), ok("B M U K T"));
    assert_eq!(verdict("llama3", "LLaMA3mine"), ok("B M U K T"));
    assert_eq!(verdict("llama3", "Llama-mine-3"), not);
    // Without the clause no name is looked at.
    let court = Court::of("- -> a/base : licence=llama2\na/base -> b/mine : finetune licence=llama2\n");
    assert_eq!((court.verdict("b/mine"), court.judge().all().counts.to_be_named), (Verdict::Ok, 0));
}

#[test]
fn a_model_without_ancestors_is_judged_by_what_it_states() {
    let court = Court::of(
        "- -> a/mit : licence=mit\n- -> b/none\n- -> c/other : licence=other\n?d/gone -> e/child : licence=mit\n",
    );
    assert_eq!(court.verdict("a/mit"), Verdict::Ok);
    assert_eq!(court.verdict("b/none"), Verdict::Silent);
    assert_eq!(court.verdict("c/other"), Verdict::Unknown);
    assert_eq!(court.verdict("d/gone"), Verdict::Unknown);
    let counts = court.judge().all().counts;
    assert_eq!((counts.derived, counts.links.iter().sum::<u64>(), counts.listed.iter().sum::<u64>()), (1, 1, 4));
}

const EXCEPTIONS: &str = r#"{
    "allow": ["apache-2.0", "gemma"],
    "deny_terms": ["C"],
    "unknown": "deny",
    "exceptions": [
        {"model": "b/*", "ancestor": "a/nc", "reason": "bought", "until": "2026-12-31"},
        {"model": "d/late", "reason": "until the move", "until": "2026-11-01"},
        {"model": "no/body", "reason": "none", "until": "2027-01-01"},
        {"model": "e/silent", "licence": "gemma", "reason": "asked", "until": "2026-11-28"}
    ]
}"#;

#[test]
fn a_policy_says_what_fails_and_exceptions_end() {
    let policy = Policy::read("policy.json", EXCEPTIONS).unwrap();
    let text = "- -> a/nc : licence=cc-by-nc-4.0\n- -> a/gemma : licence=gemma\na/nc -> b/child : finetune licence=apache-2.0\n\
        - -> c/mit : licence=mit\na/gemma -> d/late : finetune licence=apache-2.0\na/gemma -> e/silent : finetune\n\
        a/gemma -> f/fine : finetune licence=gemma\n";
    let mut court = Court::with(text, policy);
    let told = |court: &Court| {
        let judge = court.judge();
        let ids = ["b/child", "c/mit", "d/late", "e/silent", "f/fine"];
        let judged: Vec<_> = ids.iter().map(|id| judge.model(court.snapshot.find(id).unwrap())).collect();
        let today: Day = "2026-11-28".parse().unwrap();
        let rulings = judge.rule(&judged, today);
        let line = |(id, ruling): (&&str, &modelkin::provenance::Ruling)| {
            let of = |faults: Vec<&Rule>| faults.iter().map(|rule| rule.said()).collect::<Vec<_>>().join(", ");
            let fails = of(ruling.fails.iter().map(|fault| &fault.rule).collect());
            let warns = of(ruling.warns.iter().map(|fault| &fault.rule).collect());
            let excused = of(ruling.excused.iter().map(|(fault, _)| &fault.rule).collect());
            format!("{id} fails: {fails}; warns: {warns}; excused: {excused}")
        };
        let lines: Vec<String> = ids.iter().zip(&rulings.models).map(line).collect();
        (lines, rulings.unmatched, rulings.expired)
    };
    let (lines, unmatched, expired) = told(&court);
    assert_eq!(
        lines,
        [
            "b/child fails: ; warns: ; excused: terms are broken (conflict), the licence cc-by-nc-4.0 is not allowed, terms are denied: C",
            "c/mit fails: the licence mit is not allowed; warns: ; excused: ",
            "d/late fails: terms are broken (conflict); warns: ; excused: ",
            "e/silent fails: it cannot be told (silent); warns: ; excused: it cannot be told (silent)",
            "f/fine fails: ; warns: ; excused: ",
        ]
    );
    assert_eq!((unmatched, expired), (vec![2], vec![1]));
    court.policy.unknown = Unknown::Warn;
    assert!(told(&court).0[3].starts_with("e/silent fails: ; warns: it cannot be told (silent); excused: it cannot"));
    court.policy.unknown = Unknown::Allow;
    assert_eq!(told(&court).0[3], "e/silent fails: ; warns: ; excused: ");
}

#[test]
fn a_policy_that_cannot_be_read_says_where_and_what() {
    let wrong = |text: &str| Policy::read("p.json", text).unwrap_err().to_string();
    for (text, part) in [
        ("{", "line 1"),
        ("{\n\"alow\": []}", "p.json, line 2"),
        ("{\"alow\": []}", "unknown field `alow`, expected one of `allow`"),
        ("{\"deny_terms\": [\"X\"]}", "\"X\" is no term; the letters are N B M"),
        ("{\"unknown\": \"maybe\"}", "expected one of `warn`, `deny`, `allow`"),
        ("{\"exceptions\": [{\"model\": \"a/b\", \"until\": \"2026-01-01\"}]}", "missing field `reason`"),
        ("{\"exceptions\": [{\"model\": \"a/b\", \"reason\": \"x\"}]}", "missing field `until`"),
        (
            "{\"exceptions\": [{\"model\": \"a/b\", \"reason\": \" \", \"until\": \"2026-01-01\"}]}",
            "exception 1: a model and a reason",
        ),
        (
            "{\"exceptions\": [{\"model\": \"a/b\", \"reason\": \"x\", \"until\": \"2026-02-30\"}]}",
            "is no day: write it as 2025-01-31",
        ),
        (
            "{\"exceptions\": [{\"model\": \"a/b\", \"reason\": \"x\", \"until\": \"soon\"}]}",
            "is no day: write it as 2025-01-31",
        ),
    ] {
        assert!(wrong(text).contains(part), "{text}: {}", wrong(text));
    }
    assert_eq!(Policy::read("p.json", "{}").unwrap(), Policy::default());
}

/// A lineage whose models state licences: known ones of every group, several, and none.
fn licensed() -> impl Strategy<Value = String> {
    const STATED: [&str; 24] = [
        "mit",
        "apache-2.0",
        "apache-2.0",
        "gpl-3.0",
        "lgpl-3.0",
        "cc-by-sa-4.0",
        "cc-by-nc-4.0",
        "cc-by-nc-sa-4.0",
        "cc-by-nd-4.0",
        "cc-by-nc-nd-4.0",
        "gemma",
        "deepseek",
        "llama2",
        "llama3",
        "llama3.1",
        "llama3.1",
        "exaone",
        "kimi-k3",
        "other",
        "glm-4",
        "openrail",
        "mit,gpl-3.0",
        "gemma,other",
        "",
    ];
    (any_lineage(), prop::collection::vec(0..STATED.len(), 28)).prop_map(|(mut text, stated)| {
        let made = snapshot(&text);
        for (row, licence) in
            made.rows().filter(|row| made.is_listed(*row)).zip(stated.into_iter().map(|at| STATED[at]))
        {
            if !licence.is_empty() {
                text += &format!("{} : licences={licence}\n", made.id(row));
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn all_models_at_once_are_judged_as_each_alone(text in licensed()) {
        let court = Court::of(&text);
        let judge = court.judge();
        let all = judge.all();
        let mut chains = [0; 6];
        for row in court.snapshot.rows() {
            let judged = judge.model(row);
            let is_derived = !court.lineage.is_root(row);
            let wanted = is_derived.then_some(judged.verdict);
            prop_assert_eq!(all.chains[row as usize], wanted, "{} in\n{}", court.snapshot.id(row), text);
            wanted.iter().for_each(|verdict| chains[*verdict as usize] += 1);
            // Every ancestor is found once, and every way is one.
            let met: BTreeSet<u32> = judged.findings.iter().filter(|one| one.meeting.is_none()).map(|one| one.ancestor).collect();
            let above: BTreeSet<u32> = court.lineage.above(&[row]).rows.into_iter().filter(|other| *other != row).collect();
            prop_assert_eq!(met, above);
            for finding in &judged.findings {
                prop_assert_eq!(finding.way.last(), Some(&row));
                prop_assert_eq!(finding.way.first(), Some(&finding.ancestor));
                prop_assert_eq!(finding.way.len(), finding.edges.len() + 1);
                for (two, edge) in finding.way.windows(2).zip(&finding.edges) {
                    prop_assert!(court.lineage.children(two[0]).any(|link| link == (two[1], *edge)));
                }
            }
            // A parent alone: what is found of it, when nothing else is above.
            if let Some(by_parent) = all.parents[row as usize] {
                prop_assert!(by_parent <= judged.verdict);
            }
        }
        prop_assert_eq!(all.counts.chains, chains);
        prop_assert_eq!(all.counts.links.iter().sum::<u64>(), court.lineage.links() as u64);
        let cells: u64 = all.counts.cells.values().flatten().sum();
        prop_assert_eq!(cells, court.lineage.links() as u64);
    }
}

/// The figures of docs/licences.md, 9: they move with the tables, and the page with them.
#[test]
fn the_sample_is_judged_as_the_page_says() {
    let snapshot = modelkin::sample().unwrap();
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let (terms, bases, policy) = (Terms::built_in().unwrap(), Bases::built_in().unwrap(), Policy::default());
    let judge = Judge::new(&lineage, &terms, &bases, &policy).unwrap();
    let counts = judge.all().counts;
    assert_eq!((counts.derived, counts.derived_known), (4_470, 972));
    assert_eq!(counts.links, [763, 30, 1_337, 2_366, 11, 26]);
    assert_eq!(counts.chains_known, [705, 37, 193, 0, 5, 32]);
    let page = include_str!("../../docs/licences.md");
    assert!(
        page.contains(&format!("`{}`", judge.rules())),
        "docs/licences.md, 9 is of other rules than {}",
        judge.rules()
    );
}

#[test]
fn a_conflict_of_the_real_data_is_seen_three_links_up() {
    let Some(data) = real_data() else { return };
    let mut builder = Builder::new();
    for source in source::find(&data.join("hub-2025-07.jsonl.gz"), None).unwrap() {
        source.read(&mut |found| builder.add(found)).unwrap();
    }
    let snapshot = builder.finish("test", None, None).unwrap();
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    let (terms, bases, policy) = (Terms::built_in().unwrap(), Bases::built_in().unwrap(), Policy::default());
    let judge = Judge::new(&lineage, &terms, &bases, &policy).unwrap();
    let judged = judge.model(snapshot.find("CultriX/Qwen2.5-14B-Ultimav2").unwrap());
    let broken = judged.findings.iter().filter(|finding| finding.verdict.is_conflict());
    let broken: Vec<(&str, u32)> = broken.map(|finding| (snapshot.id(finding.ancestor), finding.distance)).collect();
    assert_eq!((judged.verdict, &broken[..]), (Verdict::Conflict, &[("Krystalan/DRT-o1-14B", 3)][..]));
    let all = judge.all();
    let (counts, known) = (&all.counts, all.counts.derived_known);
    assert!(counts.broken_by_parent > 100 && counts.broken_above > 30 && known > 1_500, "{counts:?}");
    for row in snapshot.rows().filter(|row| !lineage.is_root(*row)).step_by(101) {
        assert_eq!(all.chains[row as usize], Some(judge.model(row).verdict), "{}", snapshot.id(row));
    }
}
