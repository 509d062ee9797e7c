//! Charts of answers become files here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use modelkin::ask::{Answer, Atlas, Question};
use modelkin::ink::Picture;
use modelkin::snapshot::FileSet;

use crate::program::files::Over;
use crate::program::output::Usage;
use crate::program::{args, desk, files, output};

/// The option that names a chart.
const OPTION: &str = "--chart";

/// Looks at the name of a chart before a snapshot is opened for it.
pub fn check(args: &args::Chart) -> anyhow::Result<()> {
    let Some(path) = &args.chart else { return Ok(()) };
    kind(path)?;
    files::has_folder(OPTION, path)
}

fn kind(path: &Path) -> anyhow::Result<Picture> {
    let known = path.extension().and_then(|suffix| Picture::from_suffix(&suffix.to_string_lossy()));
    known.ok_or_else(|| {
        let name = files::named(OPTION, path);
        anyhow!(Usage(format!("{name}: a chart is written as {}; end its name so", suffixes())))
    })
}

fn suffixes() -> String {
    let names: Vec<String> = Picture::ALL.iter().map(|kind| format!(".{}", kind.name())).collect();
    names.join(", ")
}

/// Asks, draws the answer if that is wanted, and writes it.
pub fn answer(args: &args::Drawable, atlas: &Atlas, question: &Question) -> anyhow::Result<ExitCode> {
    let args::Drawable { chart, tables, question: typed, .. } = args;
    let answer = desk::ask(atlas, question)?;
    write(chart, &answer, tables.owners.iter().chain(&tables.families).map(PathBuf::as_path))?;
    desk::write(&answer, typed.form)
}

/// Draws an answer, if that is wanted. It may not take the place of what was read for it.
pub fn write<'p>(
    args: &args::Chart,
    answer: &Answer,
    read: impl Iterator<Item = &'p Path> + Clone,
) -> anyhow::Result<()> {
    let Some(path) = &args.chart else { return Ok(()) };
    let kind = kind(path)?;
    let slides = answer.slides().map_err(desk::worded)?;
    if slides.is_empty() {
        bail!(
            "{}: there is nothing to draw in this answer; ask for something that has numbers, or leave {OPTION} out",
            files::named(OPTION, path)
        );
    }
    let mut set = FileSet::default();
    let mut said = Vec::new();
    for (at, slide) in slides.iter().enumerate() {
        let path = if slides.len() == 1 { path.clone() } else { numbered(path, at + 1) };
        let target = files::target(OPTION, &path, Over::Others, read.clone())?;
        let picture = kind.paint(&slide.svg(args.size), 1.0)?;
        set.write(&target, |out| out.write_all(&picture.bytes))?;
        said.push(format!("{}: {}", path.display(), slide.chart.title));
    }
    answer.snapshot().unchanged()?;
    set.appear()?;
    said.iter().for_each(|line| output::note(line));
    Ok(())
}

/// Of several charts the names: `report.svg` becomes `report-1.svg`, `report-2.svg`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let mut name: OsString = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}."));
    name.push(path.extension().unwrap_or_default());
    path.with_file_name(name)
}
