//! `diff` tells what changed between two snapshots.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use modelkin::ask::{Diff, Facts, Question};

use crate::output::Usage;
use crate::{args, desk, snapshots};

pub fn run(args: &args::Diff) -> anyhow::Result<ExitCode> {
    let tables = desk::tables(&args.tables)?;
    tables.references()?;
    let open = |path: &Path, what| {
        snapshots::open_named("", path).and_then(|snapshot| snapshots::trusted(snapshot, args.trust)).context(what)
    };
    let (earlier, later) = (open(&args.before, "the earlier snapshot")?, open(&args.after, "the later snapshot")?);
    snapshots::in_order(&earlier, &args.before, &later, &args.after.display().to_string());
    let atlas = desk::over(&later, &args.wait, tables).after(vec![earlier]);
    let answer = desk::ask(&atlas, &Question::Diff(Diff { table: args.table.clone() }))?;
    if let (Facts::Section { section, .. }, args::FormatArg::Csv) = (answer.facts(), args.form.format)
        && section.tables.len() > 1
    {
        let known: Vec<&str> = section.tables.iter().map(|table| table.name).collect();
        anyhow::bail!(Usage(format!("CSV is one table: name it with --table ({})", known.join(", "))));
    }
    desk::write(&answer, args.form)
}
