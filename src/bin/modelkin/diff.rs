//! `diff` tells what changed between two snapshots.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use modelkin::ask::{Diff, Facts, Question};
use modelkin::ink::day;
use modelkin::snapshot::Snapshot;

use crate::output::Usage;
use crate::{args, desk, output, snapshots};

pub fn run(args: &args::Diff) -> anyhow::Result<ExitCode> {
    let tables = desk::tables(&args.tables)?;
    tables.references()?;
    let open = |path: &Path, what| {
        snapshots::open_named("", path).and_then(|snapshot| snapshots::trusted(snapshot, args.trust)).context(what)
    };
    let (earlier, later) = (open(&args.before, "the earlier snapshot")?, open(&args.after, "the later snapshot")?);
    let date = |snapshot: &Snapshot| snapshot.provenance().taken;
    if date(&earlier).zip(date(&later)).is_some_and(|(earlier, later)| earlier > later) {
        output::note(&format!(
            "note: {} is of {}, after {}; is the order the other way?",
            args.before.display(),
            date(&earlier).map_or_else(String::new, day),
            args.after.display()
        ));
    }
    let atlas = desk::over(&later, &args.wait, tables).after(vec![earlier]);
    let answer = desk::ask(&atlas, &Question::Diff(Diff { table: args.table.clone() }))?;
    if let (Facts::Section { section, .. }, args::FormatArg::Csv) = (answer.facts(), args.format)
        && section.tables.len() > 1
    {
        let known: Vec<&str> = section.tables.iter().map(|table| table.name).collect();
        anyhow::bail!(Usage(format!("CSV is one table: name it with --table ({})", known.join(", "))));
    }
    desk::write(&answer, args.format)
}
