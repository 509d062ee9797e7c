use std::process::ExitCode;

use modelkin::census::{Census, Direction, tree};
use modelkin::lineage::Lineage;
use modelkin::report;

use crate::args;
use crate::{output, snapshots};

pub fn run(args: &args::Show) -> anyhow::Result<ExitCode> {
    let snapshot = snapshots::open(&args.question, None)?;
    let lineage = Lineage::from_snapshot(&snapshot);
    let model = lineage.find(&args.model)?;
    if !snapshot.id(model).eq_ignore_ascii_case(&args.model) {
        output::note(&format!("{} is called {} today", args.model, snapshot.id(model)));
    }
    let counting = args.filter.counting()?;
    let lineage = args.filter.links(lineage);
    let census = Census::take(&lineage, &counting);
    let direction = if args.up { Direction::Up } else { Direction::Down };
    let branches = tree(&census, &counting, model, direction, args.depth, args.top);
    let report = report::show(&census, &branches, direction, &args.filter.words(&counting));
    output::report(&report, &snapshot, args.question.format.into())?;
    Ok(ExitCode::SUCCESS)
}
