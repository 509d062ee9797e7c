use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Atlas, Tables};
use modelkin::census::{self, Bursts, Census};
use modelkin::crawl;
use modelkin::ink::{plural, printable};
use modelkin::lineage::{Lineage, Mirror};
use modelkin::reference::Families;
use modelkin::report::{self, Scope, kind};
use modelkin::snapshot::{CrawlNote, Snapshot};

use crate::args;
use crate::output::Usage;
use crate::{POLICY, output, snapshots};

pub fn run(args: &args::Check) -> anyhow::Result<ExitCode> {
    if args.top.is_some() && !(args.bursts || args.mirrors || args.aliases) {
        bail!(Usage("--top is for --bursts, --mirrors and --aliases; --list KIND lists every case".into()));
    }
    if args.file.is_some() {
        snapshots::none_beside(&args.question, "the file")?;
    }
    let snapshot = snapshots::meant(&args.question, args.file.as_deref())?;
    if args.aliases || args.bursts || args.mirrors {
        let snapshot = snapshots::trusted(snapshot, args.question.trust)?;
        return list(args, &snapshot);
    }
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let scope = scope(args, &lineage)?;
    let wanted = match args.list.as_deref() {
        None | Some("all") => None,
        Some(name) => Some(kind(name).ok_or_else(|| Usage(format!("{name:?} is no kind; use all, {}", known())))?),
    };
    // Of the file as it is: what it says of itself is computed again, whatever is trusted.
    let families = Families::built_in()?.all()?;
    let lies = census::verify(&snapshot, &families, args.question.wait.seconds(), &|_| ())
        .map_err(anyhow::Error::from_boxed)?
        .lies;
    let mut findings = report::findings(&snapshot, &lineage)?;
    let left_out = scope.narrow(&mut findings, &snapshot);
    if !lies.is_empty() {
        // Of no model, so no scope leaves them out.
        findings.insert(0, report::lies(&lies));
    }
    let mut report = match args.list {
        None => {
            let mut report = report::check(&findings);
            report.definition.extend(snapshot.provenance().crawl.as_ref().map(crawled));
            report
        }
        Some(_) => report::list(findings.iter().filter(|finding| wanted.is_none_or(|wanted| finding.kind == wanted))),
    };
    if !scope.is_everything() {
        let others = plural(left_out, "other case");
        report.definition.push(format!("{} Left out: {others}.", scope.words()));
        report.beside.push(("left_out".into(), left_out.into()));
    }
    output::report(&report, &snapshot, args.question.format.into())?;
    if !lies.is_empty() {
        output::note("check: the snapshot does not say what its records say; import its sources again");
        return Ok(ExitCode::from(POLICY));
    }
    let faults: Vec<_> = findings.iter().filter(|finding| finding.is_fault).map(|finding| finding.kind).collect();
    if args.strict && !faults.is_empty() {
        output::note(&format!("strict: {}", faults.join(", ")));
        return Ok(ExitCode::from(POLICY));
    }
    Ok(ExitCode::SUCCESS)
}

/// Old names, bursts or mirrors.
fn list(args: &args::Check, snapshot: &Snapshot) -> anyhow::Result<ExitCode> {
    snapshot.verify()?;
    let lineage = Lineage::from_snapshot(snapshot)?;
    let most = match args.top.unwrap_or(20) {
        0 => usize::MAX,
        top => top,
    };
    let report = if args.aliases {
        report::aliases(&lineage, most)?
    } else if args.bursts {
        report::bursts(&Bursts::list(&lineage)?, snapshot, most)?
    } else {
        let census = Census::take(&lineage, &args.question.wait.everything())?;
        let below = |mirror: Mirror| (mirror, census.of(mirror.model).descendants);
        report::mirrors(&lineage.mirrors().map(below).collect::<Vec<_>>(), snapshot, most)
    };
    output::report(&report, snapshot, args.question.format.into())?;
    Ok(ExitCode::SUCCESS)
}

/// What was crawled, and who answered.
fn crawled(note: &CrawlNote) -> String {
    let hosts = if note.hosts.is_empty() { String::new() } else { format!("; answered by {}", note.hosts.join(", ")) };
    printable(&format!("Crawled: {}{hosts}.", crawl::describe(note)))
}

/// The models and the kinds that are asked for.
fn scope(args: &args::Check, lineage: &Lineage) -> anyhow::Result<Scope> {
    let mut scope = Scope { owner: args.owner.clone(), ..Scope::default() };
    for name in &args.kinds {
        scope.kinds.push(kind(name).ok_or_else(|| Usage(format!("{name:?} is no kind; use {}", known())))?);
    }
    if let Some(id) = &args.below {
        let row = lineage.find(id)?;
        let mut rows = lineage.below(&[row]).rows;
        rows.push(row);
        rows.sort_unstable();
        rows.dedup();
        scope.models = Some(rows);
    }
    if let Some(owner) = &args.owner {
        // A name that nobody has would pass every check.
        Atlas::new(lineage.snapshot(), Tables::built_in()?).owner(owner)?;
    }
    Ok(scope)
}

/// The names of the kinds.
fn known() -> String {
    report::kinds().collect::<Vec<_>>().join(", ")
}
