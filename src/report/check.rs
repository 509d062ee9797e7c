use super::{Block, Grid, Report, Value, day, grouped, printable};
use crate::lineage::{Anomaly, Lineage};
use crate::model::OddityKind;
use crate::snapshot::Snapshot;

/// One kind of odd thing in a snapshot, and each case of it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name, as `--list` takes it.
    pub kind: &'static str,
    /// What it means and what becomes of it.
    pub about: &'static str,
    /// Whether it speaks against the metadata; the others are worth knowing, and no fault.
    pub is_fault: bool,
    /// How many there are.
    pub count: u64,
    /// Each case, or the kept ones.
    pub cases: Vec<String>,
}

/// Everything odd in a snapshot and its lineage, each kind with its cases.
pub fn findings(snapshot: &Snapshot, lineage: &Lineage<'_>) -> Vec<Finding> {
    let mut findings = vec![
        rejects(snapshot.provenance().counts.rejects, snapshot.rejects().iter()),
        unlisted(snapshot, lineage),
        future(snapshot),
    ];
    findings.extend(anomalies(snapshot, lineage));
    let mut cases: Vec<Vec<String>> = vec![Vec::new(); OddityKind::ALL.len()];
    for row in snapshot.rows() {
        for oddity in snapshot.oddities(row) {
            cases[oddity.kind as usize].push(format!("{}: {}", snapshot.id(row), oddity.text));
        }
    }
    for (kind, cases) in OddityKind::ALL.iter().zip(cases) {
        let is_fault = !matches!(kind, OddityKind::Unwrapped | OddityKind::AuthorTag | OddityKind::Renamed);
        merge(
            &mut findings,
            Finding { kind: kind.name(), about: kind.about(), is_fault, count: cases.len() as u64, cases },
        );
    }
    findings.retain(|finding| finding.count > 0);
    findings
}

/// Rejects as a finding: `count` of them, of which `kept` are known in full.
pub fn rejects<'r>(count: u64, kept: impl Iterator<Item = &'r crate::model::Reject>) -> Finding {
    Finding {
        kind: "reject",
        about: "a record that could not be read: no model",
        is_fault: true,
        count,
        cases: kept.map(ToString::to_string).collect(),
    }
}

fn unlisted(snapshot: &Snapshot, lineage: &Lineage<'_>) -> Finding {
    let cases: Vec<String> = snapshot
        .rows()
        .filter(|row| lineage.is_unlisted(*row))
        .map(|row| format!("{}: parent of {}", snapshot.id(row), grouped(lineage.children(row).count() as u64)))
        .collect();
    let about = "a parent that is named but not listed (deleted, private, misspelt): kept and marked";
    Finding { kind: "unlisted", about, is_fault: false, count: cases.len() as u64, cases }
}

/// Models created after the instant that the snapshot describes: its date, or theirs, is wrong.
fn future(snapshot: &Snapshot) -> Finding {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let mut cases = Vec::new();
    if let Some(taken) = snapshot.provenance().taken {
        // The day of the snapshot is known, not its hour.
        let after = |row: &u32| snapshot.created(*row).filter(|created| *created >= taken + DAY);
        cases =
            snapshot.rows().filter_map(|row| Some(format!("{}: {}", snapshot.id(row), day(after(&row)?)))).collect();
    }
    let about = "a model created after the snapshot's date: counted, and one of the two dates is wrong";
    Finding { kind: "future-date", about, is_fault: true, count: cases.len() as u64, cases }
}

fn anomalies(snapshot: &Snapshot, lineage: &Lineage<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let id = |row: &u32| snapshot.id(*row);
    for anomaly in lineage.anomalies() {
        let (about, is_fault, case) = match &anomaly {
            Anomaly::SelfLink { model } => {
                ("a model that names itself as its parent: no link", true, id(model).to_owned())
            }
            Anomaly::RepeatedParent { child, parent } => {
                ("the same parent twice in one list: one link", true, format!("{}: {}", id(child), id(parent)))
            }
            Anomaly::RelationConflict { child, parent, kept, dropped } => (
                "typed tags disagree about one parent: the stronger relation holds",
                true,
                format!("{}: {}: {kept}, not {dropped}", id(child), id(parent)),
            ),
            Anomaly::AliasFollowed { child, alias, model } => (
                "a link to an old id, moved to the model that it names today",
                false,
                format!("{}: {} is {}", id(child), id(alias), id(model)),
            ),
            Anomaly::AliasListed { alias, model } => (
                "an old id listed beside the model that it names today: both are counted, links go to the latter",
                true,
                format!("{} is {}", id(alias), id(model)),
            ),
            Anomaly::Cycle { members } => {
                let members: Vec<&str> = members.iter().map(id).collect();
                (
                    "models that descend from each other: kept",
                    true,
                    format!("{} models: {}", members.len(), members.join(", ")),
                )
            }
        };
        merge(&mut findings, Finding { kind: anomaly.name(), about, is_fault, count: 1, cases: vec![case] });
    }
    findings
}

/// Adds to the finding of that kind, or puts a new one at the end: an oddity and an anomaly may be of one kind.
fn merge(findings: &mut Vec<Finding>, finding: Finding) {
    match findings.iter_mut().find(|known| known.kind == finding.kind) {
        Some(known) => {
            known.count += finding.count;
            known.cases.extend(finding.cases);
        }
        None => findings.push(finding),
    }
}

/// The names of all kinds that a snapshot can have.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    let others = ["reject", "unlisted", "future-date", "self-link", "alias-followed", "alias-listed", "cycle"];
    others.into_iter().chain(OddityKind::ALL.iter().map(|kind| kind.name()))
}

/// How many cases of each kind the overview shows.
const EXAMPLES: usize = 3;

/// An overview: each kind with its count and a few cases.
pub fn check(findings: &[Finding]) -> Report<'static> {
    let mut grid = Grid::new(["kind", "cases", "fault", "what becomes of it"]);
    let mut examples = String::new();
    let mut rows = Vec::new();
    for finding in findings {
        let fault = if finding.is_fault { "yes" } else { "no" };
        grid.row([finding.kind.to_owned(), grouped(finding.count), fault.to_owned(), finding.about.to_owned()]);
        let some: Vec<&String> = finding.cases.iter().take(EXAMPLES).collect();
        for case in &some {
            examples += &format!("{}  {}\n", finding.kind, clipped(case));
        }
        rows.push(vec![
            ("kind".into(), Value::from(finding.kind)),
            ("cases".into(), finding.count.into()),
            ("fault".into(), finding.is_fault.into()),
            ("about".into(), finding.about.into()),
            ("examples".into(), Value::List(some.into_iter().map(|case| case.as_str().into()).collect())),
        ]);
    }
    let blocks = match findings.is_empty() {
        true => vec![Block::Line("Nothing odd.".into())],
        false => vec![
            Block::Grid(grid),
            Block::Line("The first of each kind; --list KIND lists every case:".into()),
            Block::Fixed(examples.trim_end().to_owned()),
        ],
    };
    Report { definition: vec![DEFINITION.into()], rows: rows.into(), blocks }
}

/// Every case of some kinds.
pub fn list<'f>(findings: impl Iterator<Item = &'f Finding>) -> Report<'static> {
    let mut rows = Vec::new();
    let mut text = String::new();
    for finding in findings {
        for case in &finding.cases {
            text += &format!("{}  {}\n", finding.kind, printable(case));
            rows.push(vec![("kind".into(), Value::from(finding.kind)), ("case".into(), case.as_str().into())]);
        }
        let left = finding.count - finding.cases.len() as u64;
        if left > 0 {
            text += &format!("{}  … {} more, counted but not kept\n", finding.kind, grouped(left));
            let about = format!("{left} more, counted but not kept");
            rows.push(vec![("kind".into(), Value::from(finding.kind)), ("case".into(), about.into())]);
        }
    }
    Report {
        definition: vec![DEFINITION.into()],
        rows: rows.into(),
        blocks: vec![Block::Fixed(text.trim_end().to_owned())],
    }
}

const DEFINITION: &str = "What is odd in the metadata, by the rules of docs/dirt.md. Everything odd is counted; nothing is dropped in silence.";

fn clipped(case: &str) -> String {
    printable(&crate::model::clip(case, 160))
}
