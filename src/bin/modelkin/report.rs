//! `report` writes the survey of a snapshot, to standard output or as a page with a folder of tables beside it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use modelkin::ask::{Answer, Error, Facts, Filter, Question, Report};
use modelkin::ink::{CHARTS, Format, Section, plural};
use modelkin::snapshot::FileSet;
use modelkin::survey::{self, SERIES};

use crate::program::args::{self, FormatArg};
use crate::program::busy::Busy;
use crate::program::files::Over;
use crate::program::output::Usage;
use crate::program::{charts, desk, output};

pub fn question(args: &args::Report) -> anyhow::Result<Question> {
    let filter = Filter { fold_mirrors: args.fold_mirrors, ..Filter::default() };
    let asked = Report { sections: args.sections.clone(), filter };
    if args.snapshots.is_empty() && asked.sections.iter().any(|section| section == SERIES) {
        return Err(desk::worded(Error::NoSeries));
    }
    Ok(Question::Report(asked))
}

pub fn run(args: &args::Report) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    if args.output.is_some() && !matches!(args.question.form.format, FormatArg::Table) {
        bail!(Usage("the name of --output says what is written; leave --format out".into()));
    }
    if args.output.is_some() && args.question.form.cite.is_some() {
        bail!(Usage("--cite writes a citation in the place of the report; leave --output out".into()));
    }
    let one_file = args.output.as_deref().and_then(one_file);
    if one_file.is_none() {
        args.output.as_deref().map(places).transpose()?;
    }
    charts::check(&args.chart)?;
    let tables = desk::tables(&args.tables)?;
    tables.references()?;
    let atlas = desk::series(&args.question, &args.snapshots, tables)?;
    let snapshot = atlas.snapshot();
    let answer = desk::ask(&atlas, &question)?;
    charts::write(&args.chart, &answer, args.tables.owners.iter().chain(&args.tables.families).map(PathBuf::as_path))?;
    let Facts::Sections { sections } = answer.facts() else { return desk::write(&answer, args.question.form) };
    match (&args.output, one_file) {
        (Some(out), Some(format)) => {
            let table = if format == Format::Csv { Some(desk::only_table(sections)?) } else { None };
            let read = args.tables.owners.iter().chain(&args.tables.families).map(PathBuf::as_path);
            let target = crate::program::files::target("--output", out, Over::Others, read)?;
            let report = answer.report().map_err(desk::worded)?;
            let mut set = FileSet::default();
            set.write(&target, |file| match table {
                Some(table) => table.csv(file),
                None => report.write(snapshot, format, file),
            })?;
            snapshot.unchanged()?;
            set.appear()?;
            output::result(&format!("{}: {}\n", out.display(), plural(sections.len() as u64, "section")))?;
        }
        (Some(out), None) => {
            let _busy = Busy::new("writing the page and its tables");
            write(args, out, &answer, sections)?;
        }
        (None, _) => return desk::write(&answer, args.question.form),
    }
    Ok(ExitCode::SUCCESS)
}

/// The format of a report that is one file, by its name; another is a page with what stands beside it.
fn one_file(out: &Path) -> Option<Format> {
    let suffix = out.extension()?.to_string_lossy().to_ascii_lowercase();
    match suffix.as_str() {
        "md" | "markdown" => Some(Format::Markdown),
        "json" => Some(Format::Json),
        "csv" => Some(Format::Csv),
        _ => None,
    }
}

/// The list of a report's files with their SHA-256, as `sha256sum` reads it.
const SUMS: &str = "SHA256SUMS";

/// Where a report lies: the page, and the folder of what stands beside it.
fn places(out: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let is_page =
        out.extension().is_some_and(|end| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm"));
    let (page, files) = match is_page {
        true => (out.to_owned(), out.with_extension("")),
        false if out.file_name().is_some_and(|name| name == ".html") => {
            bail!(Usage("--output .html: the page has no name".into()))
        }
        false => (out.join("index.html"), out.join("tables")),
    };
    if page.is_dir() {
        bail!("{}: is a folder, and the page needs that name; choose another --output", page.display());
    }
    // A file of another format was meant, and no folder of that name.
    const STRANGE: [&str; 9] = ["pdf", "png", "svg", "txt", "tex", "doc", "docx", "xlsx", "parquet"];
    if let Some(suffix) =
        out.extension().filter(|suffix| !out.is_dir() && STRANGE.iter().any(|known| suffix.eq_ignore_ascii_case(known)))
    {
        let suffix = suffix.to_string_lossy();
        bail!(Usage(format!(
            "--output {}: a report is no {suffix}; end its name with .html, .md or .json, or .csv for one table, or name a folder (--chart draws)",
            out.display()
        )));
    }
    if files.file_name().is_none() {
        bail!(Usage(format!("--output {}: no name for a page or a folder", out.display())));
    }
    if files.is_file() {
        bail!("{}: is a file, and the tables need a folder of that name; choose another --output", files.display());
    }
    if let Some(link) = files.ancestors().find(|at| at.is_symlink() && !at.exists()) {
        bail!("{}: is a link to a folder that is not there; make that one, or choose another --output", link.display());
    }
    Ok((page, files))
}

/// Folders that are made, the innermost first. Those in which nothing comes to stand are removed again.
struct Folders(Vec<PathBuf>);

impl Folders {
    fn make(path: &Path) -> io::Result<Folders> {
        let missing = path.ancestors().take_while(|at| !at.as_os_str().is_empty() && !at.exists());
        let folders = Folders(missing.map(Path::to_owned).collect());
        fs::create_dir_all(path).map(|()| folders)
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        self.0.iter().for_each(|folder| _ = fs::remove_dir(folder));
    }
}

/// Writes the page, its tables as CSV and JSON, its charts, and the whole as Markdown and JSON: all of them, or none.
fn write(args: &args::Report, out: &Path, answer: &Answer, sections: &[Section]) -> anyhow::Result<()> {
    let snapshot = answer.snapshot();
    let (page, files) = places(out)?;
    let folder = files.file_name().unwrap_or_default().to_string_lossy();
    let text = answer.page(&folder).map_err(desk::worded)?.unwrap_or_default();
    let whole = answer.report().map_err(desk::worded)?;
    let refused = |path: &Path, error| {
        crate::program::files::refused("--output", path, &error, "choose another place with --output")
    };
    let drawn = files.join(CHARTS);
    let _made = Folders::make(&files).map_err(|error| refused(&files, error))?;
    let _drawn = Folders::make(&drawn).map_err(|error| refused(&drawn, error))?;
    let read = || args.tables.owners.iter().chain(&args.tables.families).map(PathBuf::as_path);
    let (mut set, mut sums) = (FileSet::default(), String::new());
    let mut put = |path: &Path, shown: &str, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        let path = crate::program::files::target("--output", path, Over::Others, read())?;
        let sha256 = set.write(&path, |out| fill(out))?;
        sums += &format!("{sha256}  {shown}\n");
        anyhow::Ok(())
    };
    let mut names: Vec<String> = vec![SUMS.into()];
    let mut beside = |name: String, fill: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        put(&files.join(&name), &name, fill)?;
        names.push(name);
        anyhow::Ok(())
    };
    for section in sections {
        for table in section.tables.iter().chain(&answer.compared(section).map_err(desk::worded)?) {
            let name = format!("{}.{}", section.name, table.name);
            beside(format!("{name}.csv"), &|out| table.csv(out))?;
            let report = table.report(&section.definition);
            beside(format!("{name}.json"), &|out| report.write(snapshot, Format::Json, out))?;
        }
    }
    for slide in answer.slides().map_err(desk::worded)? {
        let svg = slide.svg(args.chart.size);
        beside(format!("{CHARTS}/{}.svg", slide.name), &|out| out.write_all(svg.as_bytes()))?;
    }
    beside("report.md".into(), &|out| whole.write(snapshot, Format::Markdown, out))?;
    beside("report.json".into(), &|out| whole.write(snapshot, Format::Json, out))?;
    let shown = format!("../{}", page.file_name().unwrap_or_default().to_string_lossy());
    put(&page, &shown, &|out| out.write_all(text.as_bytes()))?;
    let sums_file = crate::program::files::target("--output", &files.join(SUMS), Over::Others, read())?;
    set.write(&sums_file, |out| out.write_all(sums.as_bytes()))?;
    snapshot.unchanged()?;
    set.appear()?;
    // The tables and charts of an earlier report would pass for this one's.
    for (folder, before, ends) in
        [(&files, String::new(), &["csv", "json"][..]), (&drawn, format!("{CHARTS}/"), &["svg"])]
    {
        for old in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let old = old?.path();
            let name = old.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_ours = survey::names().chain([SERIES]).any(|section| name.starts_with(&format!("{section}.")))
                && ends.iter().any(|end| name.ends_with(&format!(".{end}")));
            if is_ours && !names.contains(&format!("{before}{name}")) && old.is_file() {
                fs::remove_file(&old).with_context(|| old.display().to_string())?;
            }
        }
    }
    output::result(&format!(
        "{}: {}; all tables as CSV and JSON, its charts, and the whole as report.md and report.json, in {}\n",
        page.display(),
        plural(sections.len() as u64, "section"),
        files.display()
    ))
}
