use std::collections::{HashMap, HashSet};

use super::origin::{NO_ADVICE, texts};
use crate::ink::{Block, Grid, Named, Report, SarifLevel, SarifResult, Value, named, plural, printable};
use crate::provenance::{AncestorVerdict, ModelVerdict, Outcome, Rule, Verdict, Verdicts};

/// Findings that are the same in kind are told one by one up to so many.
const SHOWN: usize = 3;

/// Lists the verdicts on models: one for each ancestor whose terms reach them, and one on their own licence.
pub fn licences(verdicts: &Verdicts, words: &str) -> Report<'static> {
    let rows = verdicts.models.iter().flat_map(|model| {
        let own = row(verdicts, model, None);
        [own].into_iter().chain((0..model.findings.len()).map(|at| row(verdicts, model, Some(at))))
    });
    let rows: Vec<Named> = rows.collect();
    let mut blocks = vec![Block::Line(summary(verdicts))];
    let mut grid = Grid::new(["model", "licence", "verdict", "ancestors", "policy"]);
    for model in &verdicts.models {
        let policy = if model.is_failed() {
            "fails"
        } else if model.faults.iter().any(|fault| fault.outcome == Outcome::Warns) {
            "warns"
        } else if model.faults.is_empty() {
            ""
        } else {
            "accepted"
        };
        let mark = if model.is_listed { "" } else { " (unlisted)" };
        grid.row([
            format!("{}{mark}", model.id),
            model.licence.clone(),
            model.verdict.name().into(),
            ancestors(model).to_string(),
            policy.into(),
        ]);
    }
    blocks.extend((!verdicts.models.is_empty()).then_some(Block::Grid(grid)));
    // What a text says is told once for each of its terms.
    let mut told = HashSet::new();
    for model in &verdicts.models {
        let lines = lines(model, &mut told);
        if !lines.is_empty() {
            blocks.push(Block::Line(printable(&format!("{}, {}: {}", model.id, model.licence, model.verdict))));
            blocks.push(Block::Fixed(lines.join("\n")));
        }
    }
    let warnings: Vec<String> =
        verdicts.warnings.iter().map(|warning| printable(&format!("Policy: {warning}."))).collect();
    blocks.extend((!warnings.is_empty()).then(|| Block::Line(warnings.join("\n"))));
    let mut definition = vec![
        format!("{NO_ADVICE} Verdicts by the rules {}; docs/licences.md says what they mean.", verdicts.rules),
        "ok: what the model states keeps the ancestor's terms. restricts: the terms go on to bind beside it. unknown: it cannot be told. silent: the model states no licence. relabelled: a copy states another licence. conflict: what it states breaks the terms.".to_owned(),
    ];
    definition.extend((!words.is_empty()).then(|| words.to_owned()));
    let mut report = Report::new(definition, rows, blocks).headed(VERDICTS);
    let models = verdicts.models.iter().map(|model| {
        Value::group([
            ("id", model.id.as_str().into()),
            ("licence", model.licence.as_str().into()),
            ("verdict", model.verdict.name().into()),
            ("fails", model.is_failed().into()),
            ("warns", model.faults.iter().any(|fault| fault.outcome == Outcome::Warns).into()),
            ("accepted", model.faults.iter().any(|fault| matches!(fault.outcome, Outcome::Excused(..))).into()),
            ("ancestors", Value::Count(ancestors(model) as u64)),
            ("listed", Value::from(model.is_listed)),
        ])
    });
    report.beside.push(("rules".into(), verdicts.rules.as_str().into()));
    report.beside.push(("advice".into(), NO_ADVICE.into()));
    report.beside.push(("models".into(), Value::List(models.collect())));
    report.beside.push(("failed".into(), Value::Count(verdicts.failed() as u64)));
    report.beside.push(("policy_warnings".into(), texts(verdicts.warnings.iter().map(String::as_str))));
    report
}

fn ancestors(model: &ModelVerdict) -> usize {
    model.findings.iter().filter(|finding| finding.meeting.is_none()).count()
}

/// Says how many models have which verdict, and how many fail.
pub fn summary(verdicts: &Verdicts) -> String {
    let all = verdicts.models.len() as u64;
    let counts = Verdict::ALL.iter().rev().map(|verdict| (verdicts.count(*verdict), verdict.name()));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    let failed = match verdicts.failed() {
        0 => "none fails".to_owned(),
        1 => "1 fails".to_owned(),
        failed => format!("{failed} fail"),
    };
    let alone = |model: &&ModelVerdict| model.verdict == Verdict::Ok && model.findings.is_empty();
    let alone = match verdicts.models.iter().filter(alone).count() {
        0 => String::new(),
        alone => format!(
            " Of those that are ok, {alone} {}: the own licence is known, and there was no more to look at.",
            if alone == 1 { "names no parent" } else { "name no parent" }
        ),
    };
    let counts = if counts.is_empty() { "nothing to judge".to_owned() } else { counts.join(", ") };
    format!("{}: {counts}; {failed} by the policy.{alone}", plural(all, "model"))
}

/// What is told of a model: breaches and bindings one by one, what nobody can tell in a line.
fn lines(model: &ModelVerdict, told: &mut HashSet<[String; 4]>) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, finding) in model.findings.iter().enumerate() {
        if !(finding.verdict.is_conflict() || finding.verdict == Verdict::Restricts) {
            continue;
        }
        lines.push(format!("  {}{}: {}", finding.verdict, outcome(model, Some(at)), finding.reason));
        let away = plural(finding.distance.into(), "link");
        let meeting = finding
            .meeting
            .as_ref()
            .map_or_else(String::new, |[other, licence, at]| format!("; meets {other} ({licence}) in {at}"));
        lines.push(format!("    {} ({}), {away} up{meeting}", finding.ancestor, finding.licence));
        for [letter, text, address, read] in finding.clauses.iter().filter(|clause| told.insert((*clause).clone())) {
            let letter = if letter.is_empty() { String::new() } else { format!("{letter}: ") };
            let read = if read.is_empty() { String::new() } else { format!(" (read by {read})") };
            lines.push(format!("    {letter}{text}; {address}{read}"));
        }
        lines.extend((finding.way.len() > 2).then(|| format!("    by {}", finding.way.join(" -> "))));
        lines.extend(
            finding.marks.binds_combination.then(|| "    it binds the adapter together with its base".to_owned()),
        );
        lines.extend(finding.marks.is_several.then(|| "    several licences are stated, and all are taken".to_owned()));
        lines.extend(finding.marks.is_same_owner.then(|| "    both are of one account".to_owned()));
        if finding.marks.is_named == Some(false) {
            lines.push("    the model's name does not begin as the licence asks".to_owned());
        }
    }
    for verdict in [Verdict::Silent, Verdict::Unknown] {
        let found: Vec<&AncestorVerdict> = model.findings.iter().filter(|finding| finding.verdict == verdict).collect();
        if found.is_empty() {
            continue;
        }
        let named: Vec<String> =
            found.iter().take(SHOWN).map(|finding| format!("{} ({})", finding.ancestor, finding.licence)).collect();
        let more = found.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        lines.push(format!("  {verdict}: {}: {}{more}", plural(found.len() as u64, "ancestor"), named.join(", ")));
    }
    for fault in model.faults.iter().filter(|fault| fault.finding.is_none()) {
        lines.push(format!("  its own licence: {}{}", fault.rule.said(), said(&fault.outcome)));
    }
    for fault in &model.faults {
        if let (Some(at), Rule::NotAllowed(_) | Rule::Denied(_)) = (fault.finding, &fault.rule) {
            lines.push(format!("  {}: {}{}", model.findings[at].ancestor, fault.rule.said(), said(&fault.outcome)));
        }
    }
    // One line each, whatever stands in the names.
    lines.iter().map(|line| printable(line)).collect()
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Fails => " [fails]".into(),
        Outcome::Warns => String::new(),
        Outcome::Excused(reason, until) => format!(" [accepted until {until}: {reason}]"),
    }
}

/// What the policy makes of a finding, or of the model's own licence: the strictest.
fn outcome(model: &ModelVerdict, finding: Option<usize>) -> String {
    let own = model.faults.iter().filter(|fault| fault.finding == finding);
    own.map(|fault| said(&fault.outcome)).find(|said| !said.is_empty()).unwrap_or_default()
}

const VERDICTS: [&str; 24] = [
    "id",
    "licence",
    "verdict",
    "terms",
    "ancestor",
    "ancestor_licence",
    "ancestor_listed",
    "ancestor_gated",
    "distance",
    "way",
    "relations",
    "reason",
    "clauses",
    "copy",
    "binds_combination",
    "several_licences",
    "same_owner",
    "name_begins_so",
    "meets",
    "meets_licence",
    "meets_in",
    "policy",
    "policy_rules",
    "rules",
];

fn row(verdicts: &Verdicts, model: &ModelVerdict, at: Option<usize>) -> Named {
    let finding = at.map(|at| &model.findings[at]);
    let of = |value: &dyn Fn(&AncestorVerdict) -> Value| finding.map_or(Value::Missing, value);
    let faults: Vec<_> = model.faults.iter().filter(|fault| fault.finding == at).collect();
    let policy = match () {
        () if faults.iter().any(|fault| fault.outcome == Outcome::Fails) => "fails",
        () if faults.iter().any(|fault| fault.outcome == Outcome::Warns) => "warns",
        () if faults.is_empty() => "",
        () => "accepted",
    };
    let clauses = of(&|finding| {
        let clause = |[term, text, address, read]: &[String; 4]| {
            let value = |text: &String| Value::from(Some(text.as_str()).filter(|text| !text.is_empty()));
            Value::group([
                ("term", value(term)),
                ("text", value(text)),
                ("address", value(address)),
                ("read", value(read)),
            ])
        };
        Value::List(finding.clauses.iter().map(clause).collect())
    });
    let meets = |part: usize| of(&|finding| finding.meeting.as_ref().map(|meeting| meeting[part].as_str()).into());
    let values = [
        model.id.as_str().into(),
        model.licence.as_str().into(),
        finding.map_or(model.own, |finding| finding.verdict).name().into(),
        of(&|finding| finding.terms.to_string().into()),
        of(&|finding| finding.ancestor.as_str().into()),
        of(&|finding| finding.licence.as_str().into()),
        of(&|finding| finding.is_listed.into()),
        of(&|finding| finding.gated.as_deref().into()),
        of(&|finding| Value::Count(finding.distance.into())),
        of(&|finding| texts(finding.way.iter().map(String::as_str))),
        of(&|finding| texts(finding.relations.iter().copied())),
        of(&|finding| finding.reason.as_str().into()),
        clauses,
        of(&|finding| finding.marks.is_copy.into()),
        of(&|finding| finding.marks.binds_combination.into()),
        of(&|finding| finding.marks.is_several.into()),
        of(&|finding| finding.marks.is_same_owner.into()),
        of(&|finding| finding.marks.is_named.into()),
        meets(0),
        meets(1),
        meets(2),
        Value::from(Some(policy).filter(|policy| !policy.is_empty())),
        texts(faults.iter().map(|fault| fault.rule.said()).collect::<Vec<_>>().iter().map(String::as_str)),
        verdicts.rules.as_str().into(),
    ];
    named(VERDICTS, values)
}

/// These are the rules of SARIF logs of licences, with what each means.
pub const LICENCE_RULES: [(&str, &str); 6] = [
    ("licence/conflict", "What a model states breaks the terms of something that it descends from."),
    ("licence/relabelled", "A copy states another licence than what it is a copy of."),
    ("licence/silent", "A model states no licence, and terms reach it."),
    ("licence/unknown", "Whether the terms are kept cannot be told."),
    ("licence/not-allowed", "A licence is none of those that the policy allows."),
    ("licence/denied-term", "A licence has a term that the policy denies."),
];

fn rule(rule: &Rule) -> &'static str {
    match rule {
        Rule::Broken(Verdict::Relabelled) => "licence/relabelled",
        Rule::Broken(_) => "licence/conflict",
        Rule::Untold(Verdict::Silent) => "licence/silent",
        Rule::Untold(_) => "licence/unknown",
        Rule::NotAllowed(_) => "licence/not-allowed",
        Rule::Denied(_) => "licence/denied-term",
    }
}

/// Makes results and notes of a SARIF log. `places` say where the models stand in somebody's lists. What nobody can tell of a model is one
/// result for each verdict.
pub fn findings_of_licences(
    verdicts: &Verdicts,
    places: &HashMap<String, (String, u64)>,
    remarks: &[String],
) -> (Vec<SarifResult>, Vec<String>) {
    let mut results = Vec::new();
    for model in &verdicts.models {
        let result = |rule, outcome: &Outcome, text: String| SarifResult {
            rule,
            level: if *outcome == Outcome::Fails { SarifLevel::Error } else { SarifLevel::Warning },
            text: format!("{}: {text} {NO_ADVICE}", model.id),
            subject: model.id.clone(),
            about: String::new(),
            place: places.get(&model.id).cloned(),
            accepted: match outcome {
                Outcome::Excused(reason, until) => Some(format!("{reason} (until {until})")),
                _ => None,
            },
        };
        let mut untold: Vec<(&'static str, &Outcome, Vec<String>)> = Vec::new();
        for fault in &model.faults {
            let finding = fault.finding.map(|at| &model.findings[at]);
            let name = rule(&fault.rule);
            match (&fault.rule, finding) {
                (Rule::Untold(_), _) => {
                    let of = finding.map_or_else(
                        || format!("its own licence ({})", model.licence),
                        |finding| format!("{} ({})", finding.ancestor, finding.licence),
                    );
                    match untold.iter_mut().find(|(known, outcome, _)| *known == name && **outcome == fault.outcome) {
                        Some((.., all)) => all.push(of),
                        None => untold.push((name, &fault.outcome, vec![of])),
                    }
                }
                (Rule::Broken(_), Some(finding)) => {
                    let clauses = finding.clauses.iter().map(|[_, text, address, _]| format!("{text} [{address}]"));
                    let clauses: Vec<String> = clauses.collect();
                    let from = format!("{}, {} up", finding.ancestor, plural(finding.distance.into(), "link"));
                    let clauses = if clauses.is_empty() { String::new() } else { format!(" {}.", clauses.join("; ")) };
                    let text = format!("{} From {from}.{clauses}", finding.reason);
                    let about = finding
                        .meeting
                        .iter()
                        .fold(finding.ancestor.clone(), |of, [other, ..]| format!("{of} {other}"));
                    results.push(SarifResult { about, ..result(name, &fault.outcome, text) });
                }
                (other, finding) => {
                    let of = finding.map_or_else(|| "its own licence".to_owned(), |finding| finding.ancestor.clone());
                    let text = format!("{of}: {}.", other.said());
                    results.push(SarifResult { about: of, ..result(name, &fault.outcome, text) });
                }
            }
        }
        for (name, outcome, of) in untold {
            let (many, named) = (of.len(), of.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", "));
            let more = if many > SHOWN { format!(" and {} more", many - SHOWN) } else { String::new() };
            let what = if name == "licence/silent" { "no licence is stated" } else { "it cannot be told" };
            results.push(result(name, outcome, format!("{what}; {named}{more}.")));
        }
    }
    let mut notes = vec![NO_ADVICE.to_owned(), format!("Verdicts by the rules {}.", verdicts.rules)];
    notes.extend(verdicts.warnings.iter().cloned());
    notes.extend(remarks.iter().cloned());
    (results, notes)
}
