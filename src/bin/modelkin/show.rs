use std::process::ExitCode;

use anyhow::bail;
use modelkin::census::{Census, Counting, Extent, tree};
use modelkin::lineage::{Lineage, Reach};
use modelkin::report;

use crate::args::{self, FormatArg};
use crate::output::Usage;
use crate::{family, output, snapshots};

/// How many links deep a tree is drawn, if nothing is said.
const DEPTH: usize = 3;

pub fn run(args: &args::Show) -> anyhow::Result<ExitCode> {
    let mut named = args.selection.clone();
    if let Some(model) = &args.model {
        named.begin.below = Some(model.clone());
    }
    if named.rules.is_some() && named.begin.family.is_none() {
        bail!(Usage("--rules says which families there are; use it with --family".into()));
    }
    // How deep is drawn does not change what is selected: what lies deeper is marked.
    let deepest = if named.begin.around.is_some() { usize::MAX } else { DEPTH };
    let depth = named.depth.take().unwrap_or(deepest);
    let families = family::rules("--rules", named.rules.as_deref())?;
    let snapshot = snapshots::open(&args.question, None)?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let start = named.start(&families, &lineage)?;
    if let args::Begin { below: Some(id), .. }
    | args::Begin { above: Some(id), .. }
    | args::Begin { around: Some(id), .. } = &named.begin
        && let [row] = start.rows[..]
        && !snapshot.id(row).eq_ignore_ascii_case(id)
    {
        output::note(&format!("{id} is called {} today", snapshot.id(row)));
    }
    let reach = start.reach.unwrap_or(Reach::Around);
    let counting = Counting { wait: args.question.wait.seconds(), ..args.filter.counting()? };
    let lineage = args.filter.links(lineage);
    let census = Census::take(&lineage, &counting)?;
    let mut chosen = named.choose(start, &census, &counting)?;
    chosen.collapse(named.collapse);
    // Programs are given every line.
    let is_for_people = matches!(args.question.format, FormatArg::Table | FormatArg::Markdown);
    let lines = if is_for_people { report::LINES } else { usize::MAX };
    let drawn = tree(&census, &chosen.selection, reach, Extent { depth, siblings: args.siblings, lines });
    let words = [chosen.words.join(" "), args.filter.words(&counting)].join(" ");
    let report = report::show(&census, &drawn, reach, words.trim_end());
    output::report(&report, &snapshot, args.question.format.into())?;
    Ok(ExitCode::SUCCESS)
}
