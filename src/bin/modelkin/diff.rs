use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use modelkin::census::Census;
use modelkin::ink::day;
use modelkin::lineage::Lineage;
use modelkin::snapshot::Snapshot;
use modelkin::survey::Survey;

use crate::output::Usage;
use crate::{args, desk, output, snapshots};

pub fn run(args: &args::Diff) -> anyhow::Result<ExitCode> {
    let tables = desk::tables(&args.tables)?;
    let references = tables.references()?;
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
    let (before, after) = (Lineage::from_snapshot(&earlier)?, Lineage::from_snapshot(&later)?);
    let taken = |lineage| Census::take(lineage, &args.wait.everything());
    let censuses = (taken(&before)?, taken(&after)?);
    let before = Survey::of(&before, &censuses.0, references)?;
    let mut section = Survey::of(&after, &censuses.1, references)?.since(&before)?;
    if let Some(name) = &args.table {
        let known: Vec<&str> = section.tables.iter().map(|table| table.name).collect();
        if !known.contains(&name.as_str()) {
            anyhow::bail!(Usage(format!("no table {name:?}; there are {}", known.join(", "))));
        }
        section.tables.retain(|table| table.name == name);
    }
    let is_csv = matches!(args.format, args::FormatArg::Csv);
    if is_csv && section.tables.len() > 1 {
        let known: Vec<&str> = section.tables.iter().map(|table| table.name).collect();
        anyhow::bail!(Usage(format!("CSV is one table: name it with --table ({})", known.join(", "))));
    }
    section.definition.push(format!("Compared with the snapshot {}.", earlier.provenance().short_digest()));
    let report = if args.table.is_some() { section.rows() } else { section.report() };
    earlier.unchanged()?;
    output::report(&report, &later, args.format.into())?;
    Ok(ExitCode::SUCCESS)
}
