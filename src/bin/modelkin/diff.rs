//! `diff` tells what changed between two snapshots.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use modelkin::ask::{Diff, Question};

use crate::program::{args, desk, snapshots};

pub fn question(args: &args::Diff) -> anyhow::Result<Question> {
    Ok(Question::Diff(Diff { table: args.table.clone() }))
}

pub fn run(args: &args::Diff) -> anyhow::Result<ExitCode> {
    let tables = desk::tables(&args.tables)?;
    tables.references()?;
    let open = |path: &Path, what| {
        snapshots::open_named("", path).and_then(|snapshot| snapshots::trusted(snapshot, args.trust)).context(what)
    };
    let (earlier, later) = (open(&args.before, "the earlier snapshot")?, open(&args.after, "the later snapshot")?);
    snapshots::in_order(&earlier, &args.before, &later, &args.after.display().to_string());
    let atlas = desk::over(&later, &args.wait, tables).after(vec![earlier]);
    let answer = desk::ask(&atlas, &question(args)?)?;
    desk::write(&answer, args.form)
}
