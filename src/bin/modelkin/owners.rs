use std::process::ExitCode;

use modelkin::census::Census;
use modelkin::lineage::Lineage;
use modelkin::survey::Survey;

use crate::{args, output, report, snapshots};

pub fn run(args: &args::Owners) -> anyhow::Result<ExitCode> {
    let references = report::references(&args::Tables { owners: args.owners.clone(), families: None })?;
    let snapshot = snapshots::open(&args.question, None)?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let census = Census::take(&lineage, &args.question.wait.everything())?;
    let survey = Survey::of(&lineage, &census, &references)?;
    let most = if args.top == 0 { usize::MAX } else { args.top };
    let section = survey.accounts(|publisher| !args.unknown || publisher.is_none(), most)?;
    output::report(&section.rows(), &snapshot, args.question.format.into())?;
    Ok(ExitCode::SUCCESS)
}
