use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use modelkin::census::{Census, members};
use modelkin::lineage::Lineage;
use modelkin::survey::Survey;

use crate::{args, family, output, report, snapshots};

pub fn run(args: &args::Explain) -> anyhow::Result<ExitCode> {
    let tables = args::Tables { owners: None, families: args.families.clone() };
    let references = report::references(&tables)?;
    let families = family::rules("--families", args.families.as_deref())?;
    let snapshot = snapshots::open(&args.question, None)?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let family = family::resolve(&args.name, &families, &lineage)?;
    if members(&family, &lineage)?.is_empty() {
        bail!("the family {:?} has no member in this snapshot", family.name);
    }
    let census = Census::take(&lineage, &args.question.wait.everything())?;
    let path =
        |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string()).filter(|path| !path.is_empty());
    let (named, rules) = (path(&args.question.snapshot), path(&args.families));
    let mut words: Vec<&str> = Vec::new();
    for (option, value) in [("--snapshot", &named), ("--families", &rules)] {
        words.extend(value.iter().flat_map(|value| [option, value]));
    }
    let section = Survey::of(&lineage, &census, &references)?.explain(&family, &args.name, &words)?;
    // CSV is one table: that of the definitions.
    let is_csv = matches!(args.question.format, args::FormatArg::Csv);
    let report = if is_csv { section.rows() } else { section.report() };
    output::report(&report, &snapshot, args.question.format.into())?;
    Ok(ExitCode::SUCCESS)
}
