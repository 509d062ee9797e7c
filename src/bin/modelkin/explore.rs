//! `explore` writes a map that can be looked at in a browser, as one file.

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Begin, Select, command_line};
use modelkin::explorer::{Forest, Packed, Page};
use modelkin::ink::{Citation, CitationFormat, day, footer, grouped, plural};
use modelkin::snapshot::FileSet;

use crate::program::busy::Busy;
use crate::program::files::Over;
use crate::program::output::Usage;
use crate::program::{args, desk, files, output, snapshots};

pub fn run(args: &args::Explore) -> anyhow::Result<ExitCode> {
    let is_page = |end: &std::ffi::OsStr| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm");
    if !args.output.extension().is_some_and(is_page) {
        bail!(Usage(format!("--output {}: a map is a page; end its name with .html", args.output.display())));
    }
    let read = args.tables.families.iter().chain(&args.tables.owners).map(PathBuf::as_path);
    let target = files::target("--output", &args.output, Over::Others, read)?;
    let begin = match (&args.family, &args.below[..]) {
        (Some(name), _) => Begin::Family(name.clone()),
        (None, []) => Begin::All,
        (None, ids) => Begin::Below(ids.to_vec().into()),
    };
    Select::new(begin.clone()).check().map_err(|error| desk::worded(error.into()))?;
    let tables = desk::tables(&args.tables)?;
    let snapshot = snapshots::open(&args.asked, None)?;
    let atlas = desk::over(&snapshot, &args.asked.wait, tables);
    let busy = Busy::new("placing the models");
    let forest = atlas.forest_of(&begin).map_err(desk::worded)?;
    drop(busy);
    let busy = Busy::new("writing the map");
    let packed = Packed::pack(&forest)?;
    let page = page(&forest, &command(args));
    let mut set = FileSet::default();
    set.write(&target, |out| page.write(&packed, BufWriter::new(out)))?;
    snapshot.unchanged()?;
    set.appear()?;
    drop(busy);
    output::result(&format!("{}: {}\n", args.output.display(), plural(forest.models(), "model")))?;
    Ok(ExitCode::SUCCESS)
}

/// The page of a map, which that command shows.
pub fn page(forest: &Forest, command: &str) -> Page {
    let snapshot = forest.snapshot();
    let title = forest.part().map_or_else(|| "The lineage of open AI models".to_owned(), |part| part.title.clone());
    let part = forest.part().map(|part| {
        let (here, models) = (grouped(forest.models()), grouped(snapshot.provenance().counts.models));
        format!("This file holds a part of the snapshot: {}, {here} of its {models} models.", part.title)
    });
    let citation = Citation { command, definition: &[], snapshot }.write(CitationFormat::Text);
    Page {
        description: format!("{} by declared lineage, as a map: who descends from whom, with exact counts", title),
        title,
        footer: footer(snapshot),
        citation: citation.trim_end().to_owned(),
        date: snapshot.provenance().taken.map(day),
        part,
    }
}

/// The command that makes the same map again.
fn command(args: &args::Explore) -> String {
    let mut words = vec!["modelkin".to_owned(), "explore".to_owned()];
    let mut option = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
    args.family.iter().for_each(|name| option("--family", name));
    args.below.iter().for_each(|id| option("--below", id));
    words.extend(args.all.then(|| "--all".to_owned()));
    let output = args.output.file_name().map(Path::new).unwrap_or(&args.output);
    words.extend(["-o".to_owned(), output.display().to_string()]);
    command_line(words)
}
