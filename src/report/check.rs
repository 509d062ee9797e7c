use super::listed::listed;
use super::names::{ACCOUNT_PAIR, namesakes};
use super::{Case, Finding};
use crate::census::{Burst, Bursts, Coverage, Shared};
use crate::ink::{Block, Grid, Report, Value, day, grouped, named, plural, printable};
use crate::lineage::{Anomaly, Lineage, Mirror};
use crate::model::{DAY, Hint, OddityKind, RemarkKind};
use crate::snapshot::{CrawlNote, Error, Row, Snapshot, SourceNote};

/// The kind of [`lies`].
pub const LIE: &str = "lie";

/// Finds the kind of that name; `cycles` is `cycle` too.
pub fn kind(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    kinds().find(|kind| name == *kind || name.strip_suffix('s') == Some(kind))
}

/// Finds everything odd in a snapshot and its lineage, each kind with its cases.
///
/// # Errors
/// [`Error::Damaged`] if a column is not as it was written.
pub fn findings(snapshot: &Snapshot, lineage: &Lineage) -> Result<Vec<Finding>, Error> {
    let oddities = snapshot.oddities()?;
    let mut findings = vec![
        rejects(snapshot.provenance().counts.rejects, snapshot.rejects().iter()),
        unlisted(snapshot, lineage),
        future(snapshot)?,
    ];
    findings.extend(RemarkKind::ALL.iter().map(|kind| remarks(snapshot, *kind)));
    findings.extend(anomalies(snapshot, lineage)?);
    findings.push(namesakes(snapshot, lineage));
    let mut cases: Vec<Vec<Case>> = vec![Vec::new(); OddityKind::ALL.len()];
    for row in snapshot.rows() {
        for oddity in oddities.at(row) {
            let also = if oddity.kind == OddityKind::CaseCollision { "also spelled " } else { "" };
            let text = format!("{}: {also}{}", snapshot.id(row), oddity.text);
            cases[oddity.kind as usize].push(Case::new(vec![row], text));
        }
    }
    for (kind, cases) in OddityKind::ALL.iter().zip(cases) {
        let is_fault = !matches!(
            kind,
            OddityKind::Unwrapped | OddityKind::AuthorTag | OddityKind::Renamed | OddityKind::RenamedParent
        );
        merge(
            &mut findings,
            Finding { kind: kind.name(), about: kind.about(), is_fault, count: cases.len() as u64, cases },
        );
    }
    findings.retain(|finding| finding.count > 0);
    Ok(findings)
}

/// Makes a finding of rejects: `count` of them, of which `kept` are known in full.
pub fn rejects<'r>(count: u64, kept: impl Iterator<Item = &'r crate::model::Reject>) -> Finding {
    Finding {
        kind: "reject",
        about: "a record that could not be read: no model",
        is_fault: true,
        count,
        cases: kept
            .map(|reject| Case { text: reject.to_string(), models: Vec::new(), file: Some(reject.file.clone()) })
            .collect(),
    }
}

/// Makes a finding of what a snapshot says and its records do not ([`crate::import::verify`]).
pub fn lies(lies: &[String]) -> Finding {
    Finding {
        kind: LIE,
        about: "what the snapshot says and its records do not: import its sources again",
        is_fault: true,
        count: lies.len() as u64,
        cases: lies.iter().map(|lie| Case::new(Vec::new(), lie.clone())).collect(),
    }
}

/// What was said of whole sources.
fn remarks(snapshot: &Snapshot, kind: RemarkKind) -> Finding {
    let provenance = snapshot.provenance();
    let said = |source: &SourceNote| {
        let remarks = source.remarks.iter().filter(|remark| remark.kind == kind.name());
        let case = |text| Case { file: Some(source.path.clone()), ..Case::new(Vec::new(), text) };
        remarks.map(|remark| case(format!("{}: {}", source.path, remark.text))).collect::<Vec<_>>()
    };
    let cases: Vec<Case> = provenance.sources.iter().flat_map(said).collect();
    // Counts alone, laid over a lineage, are a source of use.
    let is_fault = kind.is_fault() && (kind != RemarkKind::NoLinks || provenance.counts.links == 0);
    Finding { kind: kind.name(), about: kind.about(), is_fault, count: cases.len() as u64, cases }
}

fn unlisted(snapshot: &Snapshot, lineage: &Lineage) -> Finding {
    let case = |row: Row| {
        let children = lineage.children(row);
        let text = format!("{}: parent of {}", snapshot.id(row), grouped(children.len() as u64));
        Case::new(std::iter::once(row).chain(children.map(|(child, _)| child)).collect(), text)
    };
    let cases: Vec<Case> = snapshot.rows().filter(|row| lineage.is_unlisted(*row)).map(case).collect();
    // Of a part of the Hub most parents lie outside.
    let is_part = snapshot.provenance().crawl.as_ref().is_some_and(|crawl| !crawl.is_whole());
    let about = match is_part {
        true => {
            "a parent that is named but not listed (outside of what was crawled, or deleted, private, misspelt): kept and marked"
        }
        false => "a parent that is named but not listed (deleted, private, misspelt): kept and marked",
    };
    Finding { kind: "unlisted", about, is_fault: false, count: cases.len() as u64, cases }
}

/// Models created after the instant that the snapshot describes, or, where that is not known, after it was made: its date,
/// or theirs, is wrong.
fn future(snapshot: &Snapshot) -> Result<Finding, Error> {
    let mut cases = Vec::new();
    let provenance = snapshot.provenance();
    if let Some(taken) = provenance.taken.or(provenance.written) {
        let created = snapshot.created()?;
        // The day of the snapshot is known, not its hour.
        let after = |row| created.at(row).filter(|created| *created >= taken + DAY);
        let case = |row| Some(Case::new(vec![row], format!("{}: {}", snapshot.id(row), day(after(row)?))));
        cases = snapshot.rows().filter_map(case).collect();
    }
    let about =
        "a model created after the snapshot's date, or after it was made: counted, and one of the two dates is wrong";
    Ok(Finding { kind: "future-date", about, is_fault: true, count: cases.len() as u64, cases })
}

fn anomalies(snapshot: &Snapshot, lineage: &Lineage) -> Result<Vec<Finding>, Error> {
    let mut findings: Vec<Finding> = Vec::new();
    let id = |row: &u32| snapshot.id(*row);
    for anomaly in lineage.anomalies()? {
        let models = match &anomaly {
            Anomaly::SelfLink { model } => vec![*model],
            Anomaly::RepeatedParent { child, .. } | Anomaly::RelationConflict { child, .. } => vec![*child],
            Anomaly::AliasFollowed { child, .. } => vec![*child],
            Anomaly::AliasListed { alias, model } => vec![*alias, *model],
            Anomaly::Cycle { members } => members.clone(),
        };
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
                    format!("{}: {}", plural(members.len() as u64, "model"), members.join(", ")),
                )
            }
        };
        merge(
            &mut findings,
            Finding { kind: anomaly.name(), about, is_fault, count: 1, cases: vec![Case::new(models, case)] },
        );
    }
    Ok(findings)
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

/// Gives the names of all kinds that a snapshot can have.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    let others = [
        "reject",
        "unlisted",
        "future-date",
        "self-link",
        "alias-followed",
        "alias-listed",
        "cycle",
        ACCOUNT_PAIR,
        LIE,
    ];
    let remarks = RemarkKind::ALL.iter().map(|kind| kind.name());
    others.into_iter().chain(remarks).chain(OddityKind::ALL.iter().map(|kind| kind.name()))
}

/// How many cases of each kind the overview shows.
const EXAMPLES: usize = 3;

const KINDS: [&str; 5] = ["kind", "cases", "fault", "about", "examples"];

/// An overview: each kind with its count and a few cases; and what was crawled, if the snapshot was.
pub fn check(findings: &[Finding], crawl: Option<&CrawlNote>) -> Report<'static> {
    let mut grid = Grid::new(["kind", "cases", "fault", "what becomes of it"]).named("check");
    let mut examples = String::new();
    let mut rows = Vec::new();
    for finding in findings {
        let fault = if finding.is_fault { "yes" } else { "no" };
        grid.row([finding.kind.to_owned(), grouped(finding.count), fault.to_owned(), finding.about.to_owned()]);
        let some: Vec<&str> = finding.cases.iter().take(EXAMPLES).map(|case| case.text.as_str()).collect();
        for case in &some {
            examples += &format!("{}  {}\n", finding.kind, clipped(case));
        }
        let values = [
            finding.kind.into(),
            finding.count.into(),
            finding.is_fault.into(),
            finding.about.into(),
            Value::List(some.into_iter().map(Value::from).collect()),
        ];
        rows.push(named(KINDS, values));
    }
    let blocks = match findings.is_empty() {
        true => vec![Block::Line("Nothing odd.".into())],
        false => vec![
            Block::Grid(grid),
            Block::Hinted("The first of each kind".into(), Hint::EveryCase, ':'),
            Block::Fixed(examples.trim_end().to_owned()),
        ],
    };
    let definition = std::iter::once(DEFINITION.to_owned()).chain(crawl.map(crawled)).collect();
    Report::new(definition, rows, blocks).headed(KINDS)
}

/// What was crawled, and who answered.
fn crawled(note: &CrawlNote) -> String {
    let hosts = if note.hosts.is_empty() { String::new() } else { format!("; answered by {}", note.hosts.join(", ")) };
    printable(&format!("Crawled: {}{hosts}.", note.words()))
}

const CASES: [&str; 2] = ["kind", "case"];

/// Writes every case of some kinds.
pub fn list<'f>(findings: impl Iterator<Item = &'f Finding>) -> Report<'static> {
    let mut rows = Vec::new();
    let mut text = String::new();
    for finding in findings {
        for case in &finding.cases {
            text += &format!("{}  {}\n", finding.kind, printable(&case.text));
            rows.push(named(CASES, [finding.kind.into(), case.text.as_str().into()]));
        }
        let left = finding.count - finding.cases.len() as u64;
        if left > 0 {
            text += &format!("{}  … {} more, counted but not kept\n", finding.kind, grouped(left));
            let about = format!("{left} more, counted but not kept");
            rows.push(named(CASES, [finding.kind.into(), about.into()]));
        }
    }
    Report::new(vec![DEFINITION.into()], rows, vec![Block::Fixed(text.trim_end().to_owned())]).headed(CASES)
}

/// Writes the bursts of a lineage, the largest first; people are shown `most` of them.
///
/// # Errors
/// [`Error::Damaged`] if the dates are not as they were written.
pub fn bursts(bursts: &[Burst], snapshot: &Snapshot, most: usize) -> Result<Report<'static>, Error> {
    let created = snapshot.created()?;
    let mut order: Vec<&Burst> = bursts.iter().collect();
    order.sort_by_key(|burst| (std::cmp::Reverse(burst.children.len()), burst.parent, &burst.by));
    let mut grid = Grid::new(["parent", "children", "share", "which is", "first", "last", "example"]).named("bursts");
    let mut rows = Vec::new();
    for (at, burst) in order.into_iter().enumerate() {
        let (share, word) = match &burst.by {
            Shared::Author(author) => ("author", author),
            Shared::Template(template) => ("template", template),
        };
        let dates: Vec<i64> = burst.children.iter().filter_map(|row| created.at(*row)).collect();
        let date = |at: Option<&i64>| at.map(|at| day(*at));
        let (first, last) = (date(dates.iter().min()), date(dates.iter().max()));
        let example = burst.children.first().map(|row| snapshot.id(*row));
        let children = burst.children.len() as u64;
        if at < most {
            let cell = |text: Option<String>| text.unwrap_or_default();
            grid.row([
                snapshot.id(burst.parent).to_owned(),
                grouped(children),
                share.to_owned(),
                clipped(word),
                cell(first.clone()),
                cell(last.clone()),
                cell(example.map(str::to_owned)),
            ]);
        }
        let values = [
            snapshot.id(burst.parent).into(),
            children.into(),
            share.into(),
            word.as_str().into(),
            first.into(),
            last.into(),
            example.into(),
        ];
        rows.push(values);
    }
    let models = snapshot.rows().filter(|row| snapshot.is_listed(*row));
    let Coverage { known, of } = Coverage::count(models, |row| Bursts::can_judge(created.at(row)));
    let (found, known, of) = (plural(bursts.len() as u64, "burst"), grouped(known), plural(of, "model"));
    let words = format!("{found}, among the {known} of {of} that have a date since the Hub keeps dates.");
    Ok(listed(
        grid,
        ["parent", "children", "share", "which", "first", "last", "example"],
        rows,
        words,
        most,
        &[
            "Burst: at least 50 children of one parent, by one author or of one name template, within 24 hours. A child may be in two: by its author and by its name.",
            "Nothing is left out for being in a burst; every family is shown with and without them. Models without a date are in none.",
        ],
    ))
}

/// Writes the mirrors of a lineage, those with most descendants first; people are shown `most` of them.
pub fn mirrors(mirrors: &[(Mirror, u64)], snapshot: &Snapshot, most: usize) -> Report<'static> {
    let mut order: Vec<&(Mirror, u64)> = mirrors.iter().collect();
    order.sort_by_key(|(mirror, descendants)| (std::cmp::Reverse(*descendants), mirror.model));
    let mut grid = Grid::new(["model", "mirror of", "relation", "descendants"]);
    let mut rows = Vec::new();
    for (at, (mirror, descendants)) in order.into_iter().enumerate() {
        let (model, of) = (snapshot.id(mirror.model), snapshot.id(mirror.of));
        if at < most {
            grid.row([model.to_owned(), of.to_owned(), mirror.relation.name().to_owned(), grouped(*descendants)]);
        }
        rows.push([model.into(), of.into(), mirror.relation.name().into(), (*descendants).into()]);
    }
    let words = format!("{}.", plural(mirrors.len() as u64, "mirror"));
    listed(
        grid,
        ["model", "mirror_of", "relation", "descendants"],
        rows,
        words,
        most,
        &[
            "Mirror: a model whose name equals its parent's under another owner, made from it as a finetune or quantized.",
            "They are counted as the derivatives that their cards say they are; where mirrors are folded, what descends from a mirror stands below what it mirrors.",
        ],
    )
}

const DEFINITION: &str = "What is odd in the metadata, by the rules of docs/dirt.md. Everything odd is counted; nothing is dropped in silence.";

fn clipped(case: &str) -> String {
    printable(&crate::model::clip(case, 160))
}
