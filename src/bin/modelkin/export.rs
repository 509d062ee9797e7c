//! `export` writes a part of the lineage as a graph file, and says what was left out of it.

use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType};
use std::io::{BufWriter, ErrorKind, Write};
#[cfg(unix)]
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use modelkin::ask::{Answer, Bom, Export, Facts, Filter, Models, Question, Select};
use modelkin::export::{BomFormat, Engine, FilePart, Format, Layout, Paint};
use modelkin::ink::{grouped, plural};
use modelkin::snapshot::{FileSet, Snapshot};

use crate::program::args::ColorArg;
use crate::program::busy::Busy;
use crate::program::files::Over;
use crate::program::output::{self, Usage};
use crate::program::values::To;
use crate::program::{args, bom, desk, files, graphviz, snapshots, terminal};

/// Names of the standard output.
const STANDARD: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// A side of a picture, and its pixels, from which on a warning is given before it is painted: some six screens.
const LARGE: (u64, u64) = (5_000, 12_000_000);
const REMEDY: &str = "narrow it with --top, --depth, --min-descendants or --collapse leaves";

pub fn run(args: &args::Export) -> anyhow::Result<ExitCode> {
    if let Some(form) = args.cite {
        return desk::cite(&answer(args, &snapshots::open(&args.asked, None)?)?, form);
    }
    let by_name = || args.output.as_deref().and_then(bom::by_custom);
    match args.to {
        Some(To::Bom(format)) => return bill(args, format),
        None => {
            if let Some(format) = by_name() {
                return bill(args, format);
            }
        }
        Some(To::Graph(_)) => (),
    }
    let format = format(args)?;
    fits(args, format)?;
    let output = args.output.as_deref().filter(|path| !STANDARD.iter().any(|name| *path == Path::new(name)));
    let passed_on = output.is_none_or(is_stream);
    if passed_on && format.parts().len() > 1 {
        let name = format.name();
        let suffix = if format == Format::Parquet { "parquet" } else { "csv" };
        bail!(Usage(format!("{name} is several files; name them with -o, such as --to {name} -o qwen.{suffix}")));
    }
    if output.is_none() && !format.is_text() && terminal::is_terminal() {
        bail!(Usage(format!("{} is no text for a terminal; name a file with -o", format.name())));
    }
    let read = || args.selection.families.iter().chain(&args.owners).map(PathBuf::as_path);
    let place = |path: &Path, part| files::target("-o", &name_of(path, part), Over::Others, read());
    let targets: Vec<PathBuf> = match output.filter(|_| !passed_on) {
        Some(path) => format.parts().iter().map(|part| place(path, *part)).collect::<anyhow::Result<_>>()?,
        None => Vec::new(),
    };
    desk::check(&question(args))?;
    let snapshot = snapshots::open(&args.asked, None)?;
    let answer = answer(args, &snapshot)?;
    let (Facts::Graph { chosen, .. }, Some(mut graph)) = (answer.facts(), answer.graph().map_err(desk::worded)?) else {
        bail!("an export has no graph");
    };
    desk::tell(chosen);
    let selection = &chosen.models;
    let paint = Paint::new(&graph, args.color_by.unwrap_or(args::ColorArg::Relation).into());
    let engine = args.layout.unwrap_or(Engine::Outline);
    let layout = Layout { engine, painter: &graphviz::paint };

    let links = graph.link_count();
    if let Some((width, height)) = format.extent(&graph, &paint, engine) {
        if width.max(height) > LARGE.0 || width * height > LARGE.1 {
            output::note(&format!(
                "warning: the picture will be {} by {} pixels, more than anybody sees at once; {REMEDY}",
                grouped(width),
                grouped(height)
            ));
        }
    } else if let Some(why) = format.strain(selection.nodes(), links) {
        output::note(&format!(
            "warning: {} and {}; {why}; {REMEDY}",
            plural(selection.nodes() as u64, "node"),
            plural(links as u64, "link")
        ));
    }
    let mut set = FileSet::default();
    for (at, part) in format.parts().iter().enumerate() {
        let mut told = None;
        let mut fill = |out: &mut (dyn Write + Send)| {
            told = format.write(*part, &graph, &paint, layout, out)?;
            Ok(())
        };
        match targets.get(at) {
            Some(target) => {
                let _busy = Busy::new("writing");
                let sha256 = set.write(target, fill)?;
                graph.about.written.push((*part, sha256));
            }
            None => {
                let mut out = BufWriter::new(stream(output)?);
                match fill(&mut out).and_then(|()| out.flush()) {
                    // A reader that has gone away is no failure; but not everything was written.
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
                    done => {
                        done.with_context(|| output.map_or(output::STANDARD.into(), |path| path.display().to_string()))?
                    }
                }
            }
        }
        if let Some(told) = told {
            output::note(&format!("warning: {told}"));
        }
    }
    snapshot.unchanged()?;
    set.appear()?;
    let groups: usize = selection.groups().iter().map(|group| group.models.len()).sum();
    let collapsed = match groups {
        0 => String::new(),
        models => {
            format!(", {} of them in {}", grouped(models as u64), plural(selection.groups().len() as u64, "node"))
        }
    };
    let files: Vec<String> = targets_named(output, format);
    let where_to = if files.is_empty() { String::new() } else { format!("{}: ", files.join(", ")) };
    let unlisted = selection.rows().iter().filter(|row| !snapshot.is_listed(**row)).count() as u64;
    let unlisted = if unlisted == 0 { String::new() } else { format!(", {} of them unlisted", grouped(unlisted)) };
    output::note(&format!(
        "{where_to}{}{unlisted}{collapsed}, {}",
        plural(selection.models() as u64, "model"),
        plural(links as u64, "link")
    ));
    Ok(ExitCode::SUCCESS)
}

fn question(args: &args::Export) -> Question {
    Question::Export(Export { selection: Select::from(&args.selection), filter: Filter::from(&args.filter) })
}

fn answer(args: &args::Export, snapshot: &Snapshot) -> anyhow::Result<Answer> {
    let tables = desk::families("--families", args.selection.families.as_deref())?;
    let tables = desk::with_owners(tables, args.owners.as_deref())?;
    desk::ask(&desk::over(snapshot, &args.asked.wait, tables), &question(args))
}

/// A bill of materials is of a model and all that it descends from, and leaves nothing out.
fn bill(args: &args::Export, format: BomFormat) -> anyhow::Result<ExitCode> {
    let selection = &args.selection;
    if selection.begin.above.is_empty() {
        bail!(Usage(format!(
            "{} is a bill of materials of what a model descends from; name one with --above",
            format.name()
        )));
    }
    let options = [
        ("--depth", selection.depth.is_some()),
        ("--top", selection.top.is_some()),
        ("--min-downloads", selection.min_downloads.is_some()),
        ("--min-descendants", selection.min_descendants.is_some()),
        ("--collapse", selection.collapse.is_some()),
        ("--hops", selection.hops.is_some()),
        ("--families", selection.families.is_some()),
        ("--color-by", args.color_by.is_some()),
        ("--layout", args.layout.is_some()),
    ];
    if let Some((option, _)) = options.iter().find(|(_, is_given)| *is_given) {
        bail!(Usage(format!("{} leaves nothing out and draws nothing, so it has no use for {option}", format.name())));
    }
    let models = Models { ids: selection.begin.above.clone(), ..Models::default() };
    let question = Question::Bom(Bom { models, filter: (&args.filter).into() });
    desk::check(&question)?;
    let output = args.output.as_deref().filter(|path| !STANDARD.iter().any(|name| *path == Path::new(name)));
    let target = match output {
        Some(path) => Some(files::target("-o", path, Over::Others, args.owners.iter().map(PathBuf::as_path))?),
        None => None,
    };
    let tables = desk::with_owners(desk::families("", None)?, args.owners.as_deref())?;
    bom::write(&desk::ask(&desk::atlas(&args.asked, tables)?, &question)?, format, target.as_deref())
}

fn format(args: &args::Export) -> anyhow::Result<Format> {
    let suffix = args.output.as_deref().and_then(Path::extension).map(|suffix| suffix.to_string_lossy().to_lowercase());
    if let Some(To::Graph(format)) = args.to {
        return match suffix {
            Some(suffix) if !format.fits(&suffix) => {
                bail!(Usage(format!(
                    "--to {} does not go with a file that ends with .{suffix}; leave one out",
                    format.name()
                )))
            }
            _ => Ok(format),
        };
    }
    let known = || Format::ALL.map(Format::name).join(", ");
    match suffix {
        Some(suffix) => Format::from_suffix(&suffix)
            .ok_or_else(|| anyhow!(Usage(format!(".{suffix} is no format's; name one with --to: {}", known())))),
        None => bail!(Usage(format!("name a format with --to, or a file with its suffix: {}", known()))),
    }
}

/// Refuses options that the format has no use for, so that none is passed over in silence.
fn fits(args: &args::Export, format: Format) -> anyhow::Result<()> {
    type IsFor = fn(Format) -> bool;
    // Pictures show of publishers and families what their colours tell.
    let colours = |by: ColorArg| args.color_by == Some(by) && format.has_colors();
    if args.owners.is_some() && !format.has_fields() && !colours(ColorArg::Country) {
        bail!(Usage(format!(
            "{} shows no publishers, so it has no use for --owners but with --color-by country",
            format.name()
        )));
    }
    let has_families = format.has_fields() || args.selection.begin.family.is_some() || colours(ColorArg::Family);
    if args.selection.families.is_some() && !has_families {
        bail!(Usage(format!(
            "{} shows no families, so it has no use for --families but with --family or --color-by family",
            format.name()
        )));
    }
    let options: [(&str, bool, IsFor); 3] = [
        ("--layout", args.layout.is_some(), Format::has_layout),
        ("--color-by", args.color_by.is_some(), Format::has_colors),
        ("--collapse", args.selection.collapse.is_some(), Format::has_groups),
    ];
    for (option, is_given, is_for) in options {
        if is_given && !is_for(format) {
            let formats: Vec<_> = Format::ALL.into_iter().filter(|one| is_for(*one)).map(Format::name).collect();
            bail!(Usage(format!("{} has no use for {option}; it goes with {}", format.name(), formats.join(", "))));
        }
    }
    Ok(())
}

/// The files that an export is written to, as they were named; standard output is none.
fn targets_named(output: Option<&Path>, format: Format) -> Vec<String> {
    let parts = |path: &Path| match is_stream(path) {
        true => vec![path.to_owned()],
        false => format.parts().iter().map(|part| name_of(path, *part)).collect(),
    };
    output.map(parts).unwrap_or_default().iter().map(|path| path.display().to_string()).collect()
}

/// Of several files the names: `qwen.csv` becomes `qwen-nodes.csv`, `qwen-links.csv` and `qwen-about.json`.
fn name_of(path: &Path, part: FilePart) -> PathBuf {
    let word = match part {
        FilePart::Whole => return path.to_owned(),
        FilePart::Nodes => "-nodes",
        FilePart::Links => "-links",
        FilePart::About => "-about",
    };
    let mut name: OsString = path.file_stem().unwrap_or_default().to_owned();
    name.push(word);
    let suffix = if part == FilePart::About { Some(OsStr::new("json")) } else { path.extension() };
    if let Some(suffix) = suffix {
        name.push(".");
        name.push(suffix);
    }
    path.with_file_name(name)
}

/// Whether what is written there is passed on and not kept, as by a pipe, a terminal or `/dev/null`.
fn is_stream(path: &Path) -> bool {
    #[cfg(unix)]
    let passes_on = |kind: FileType| FileTypeExt::is_char_device(&kind) || FileTypeExt::is_fifo(&kind);
    #[cfg(not(unix))]
    let passes_on = |_: FileType| false;
    std::fs::metadata(path).is_ok_and(|known| passes_on(known.file_type()))
}

/// What is written to as it comes: standard output if nothing is named.
fn stream(path: Option<&Path>) -> anyhow::Result<Box<dyn Write + Send>> {
    let Some(path) = path else { return output::standard() };
    let file = File::options().write(true).open(path).with_context(|| path.display().to_string())?;
    Ok(output::shown(file))
}
