use std::process::ExitCode;

use anyhow::bail;
use modelkin::lineage::Lineage;
use modelkin::report;

use crate::args::{self, Global};
use crate::{POLICY, output, snapshots};

pub fn run(args: &args::Check, global: &Global) -> anyhow::Result<ExitCode> {
    let snapshot = snapshots::open(global, args.file.as_deref())?;
    let lineage = Lineage::from_snapshot(&snapshot);
    let findings = report::findings(&snapshot, &lineage);
    let report = match args.list.as_deref() {
        None => report::check(&findings),
        Some("all") => report::list(findings.iter()),
        Some(kind) => {
            let wanted = kind.to_ascii_lowercase();
            let is_wanted = |name: &str| name == wanted || format!("{name}s") == wanted;
            if !findings.iter().any(|finding| is_wanted(finding.kind)) {
                let kinds: Vec<_> = findings.iter().map(|finding| finding.kind).collect();
                bail!(
                    "nothing of the kind {kind:?} here; there is: {}",
                    if kinds.is_empty() { "nothing odd".into() } else { kinds.join(", ") }
                );
            }
            report::list(findings.iter().filter(|finding| is_wanted(finding.kind)))
        }
    };
    output::result(&report.render(&snapshot, global.format.into()))?;
    let faults: Vec<_> = findings.iter().filter(|finding| finding.is_fault).map(|finding| finding.kind).collect();
    if args.strict && !faults.is_empty() {
        output::note(&format!("strict: {}", faults.join(", ")));
        return Ok(ExitCode::from(POLICY));
    }
    Ok(ExitCode::SUCCESS)
}
