use std::process::ExitCode;

use anyhow::bail;
use modelkin::census::{Bursts, Census, Counting};
use modelkin::lineage::{Lineage, Mirror};
use modelkin::report;

use crate::args;
use crate::output::Usage;
use crate::{POLICY, output, snapshots};

pub fn run(args: &args::Check) -> anyhow::Result<ExitCode> {
    let snapshot = snapshots::open(&args.question, args.file.as_deref())?;
    snapshot.verify()?;
    let lineage = Lineage::from_snapshot(&snapshot);
    let most = if args.top == 0 { usize::MAX } else { args.top };
    if args.bursts || args.mirrors {
        let report = match args.bursts {
            true => report::bursts(&Bursts::list(&lineage), &snapshot, most),
            false => {
                let census = Census::take(&lineage, &Counting::default());
                let below = |mirror: Mirror| (mirror, census.of(mirror.model).descendants);
                report::mirrors(&lineage.mirrors().map(below).collect::<Vec<_>>(), &snapshot, most)
            }
        };
        output::report(&report, &snapshot, args.question.format.into())?;
        return Ok(ExitCode::SUCCESS);
    }
    let findings = report::findings(&snapshot, &lineage);
    let report = match args.list.as_deref() {
        None => report::check(&findings),
        Some("all") => report::list(findings.iter()),
        Some(kind) => {
            let wanted = kind.to_ascii_lowercase();
            let is_wanted = |name: &str| name == wanted || format!("{name}s") == wanted;
            if !report::kinds().any(is_wanted) {
                let kinds: Vec<_> = report::kinds().collect();
                bail!(Usage(format!("{kind:?} is no kind; use all, {}", kinds.join(", "))));
            }
            report::list(findings.iter().filter(|finding| is_wanted(finding.kind)))
        }
    };
    output::report(&report, &snapshot, args.question.format.into())?;
    let faults: Vec<_> = findings.iter().filter(|finding| finding.is_fault).map(|finding| finding.kind).collect();
    if args.strict && !faults.is_empty() {
        output::note(&format!("strict: {}", faults.join(", ")));
        return Ok(ExitCode::from(POLICY));
    }
    Ok(ExitCode::SUCCESS)
}
