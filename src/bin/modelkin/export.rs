use std::ffi::{OsStr, OsString};
use std::fs::{File, FileType};
use std::io::{self, BufWriter, ErrorKind, Write};
#[cfg(unix)]
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use modelkin::census::{Census, Kin};
use modelkin::export::{About, Engine, Format, Graph, Paint, Part, Tables};
use modelkin::lineage::Lineage;
use modelkin::reference::{Aliases, Licences};
use modelkin::report::{grouped, plural};

use crate::args::ColorArg;
use crate::output::{self, Usage};
use crate::{args, family, files, report, snapshots};

pub fn run(args: &args::Export) -> anyhow::Result<ExitCode> {
    let format = format(args)?;
    fits(args, format)?;
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let passed_on = output.is_none_or(is_stream);
    if passed_on && format.parts().len() > 1 {
        let name = format.name();
        let suffix = if format == Format::Parquet { "parquet" } else { "csv" };
        bail!(Usage(format!("{name} is several files; name them with -o, such as --to {name} -o qwen.{suffix}")));
    }
    let families = family::rules("--rules", args.selection.rules.as_deref())?;
    let snapshot = snapshots::trusted(snapshots::open_asked(args.snapshot.as_deref())?, args.trust)?;
    // An export goes out as it is made.
    snapshot.verify()?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let start = args.selection.start(&families, &lineage)?;
    let counting = args.filter.counting()?;
    let lineage = args.filter.links(lineage);
    let census = Census::take(&lineage, &counting)?;
    let mut chosen = args.selection.choose(start, &census, &counting)?;
    chosen.collapse(args.selection.collapse);
    let selection = &chosen.selection;
    let mut rows: Vec<_> = selection.rows().to_vec();
    rows.extend(selection.groups().iter().flat_map(|group| group.models.iter().copied()));
    rows.sort_unstable();
    let tables = Tables {
        kin: Kin::of(&families.all()?, &lineage, &rows),
        publishers: report::publishers(args.owners.as_deref())?,
        aliases: Aliases::built_in()?,
        licences: Licences::built_in()?,
    };
    let words = [chosen.words.join(" "), args.filter.words(&counting)].join(" ").trim_end().to_owned();
    let program = concat!("modelkin ", env!("CARGO_PKG_VERSION")).to_owned();
    let about = About { title: chosen.title.clone(), selection: words, program };
    let graph = Graph::new(&census, selection, &tables, about)?;
    let paint = Paint::new(&graph, args.color_by.unwrap_or(args::ColorArg::Relation).into());
    let layout = args.layout.unwrap_or(Engine::Outline);

    let links = graph.link_count();
    if let Some(why) = format.strain(selection.nodes(), links) {
        output::note(&format!(
            "warning: {} and {}; {why}. Narrow it with --depth, --top, --min-descendants or --collapse",
            plural(selection.nodes() as u64, "node"),
            plural(links as u64, "link")
        ));
    }
    for part in format.parts() {
        let mut told = None;
        let mut fill = |out: &mut (dyn Write + Send)| {
            told = format.write(*part, &graph, &paint, layout, out)?;
            Ok(())
        };
        match output {
            Some(path) if !passed_on => write_file(&name_of(path, *part), &mut fill)?,
            _ => match write_out(output, &mut fill) {
                // A reader that has gone away is no failure; but not everything was written.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
                done => done.with_context(|| output.unwrap_or(Path::new("standard output")).display().to_string())?,
            },
        }
        if let Some(told) = told {
            output::note(&format!("warning: {told}"));
        }
    }
    let groups: usize = selection.groups().iter().map(|group| group.models.len()).sum();
    let collapsed = match groups {
        0 => String::new(),
        models => {
            format!(", {} of them in {}", grouped(models as u64), plural(selection.groups().len() as u64, "node"))
        }
    };
    let where_to = output.map(|path| format!("{}: ", path.display())).unwrap_or_default();
    output::note(&format!(
        "{where_to}{}{collapsed}, {}",
        plural(selection.models() as u64, "model"),
        plural(links as u64, "link")
    ));
    Ok(ExitCode::SUCCESS)
}

fn format(args: &args::Export) -> anyhow::Result<Format> {
    if let Some(format) = args.to {
        return Ok(format);
    }
    let suffix = args.output.as_deref().and_then(Path::extension).map(|suffix| suffix.to_string_lossy().to_lowercase());
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
    if args.selection.rules.is_some() && !has_families {
        bail!(Usage(format!(
            "{} shows no families, so it has no use for --rules but with --family or --color-by family",
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

/// Of several files the names: `qwen.csv` becomes `qwen-nodes.csv`, `qwen-links.csv` and `qwen-about.json`.
fn name_of(path: &Path, part: Part) -> PathBuf {
    let word = match part {
        Part::Whole => return path.to_owned(),
        Part::Nodes => "-nodes",
        Part::Links => "-links",
        Part::About => "-about",
    };
    let mut name: OsString = path.file_stem().unwrap_or_default().to_owned();
    name.push(word);
    let suffix = if part == Part::About { Some(OsStr::new("json")) } else { path.extension() };
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

type Fill<'f> = &'f mut dyn FnMut(&mut (dyn Write + Send)) -> io::Result<()>;

/// Writes a file whole or not at all.
fn write_file(path: &Path, fill: Fill<'_>) -> anyhow::Result<()> {
    let name = || path.display().to_string();
    if std::fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        bail!("{}: is there and is no file; name another one", name());
    }
    files::has_folder("-o", path)?;
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made and written to as a plain file, so that its rights are any file's and no error names it.
    let part = tempfile::Builder::new().make_in(folder, |part| File::create_new(part)).with_context(name)?;
    let mut out = BufWriter::new(part.as_file());
    fill(&mut out).and_then(|()| out.flush()).with_context(name)?;
    drop(out);
    part.persist(&path).map_err(|error| error.error).with_context(name)?;
    Ok(())
}

/// Writes to a stream as it comes; if none is named, to standard output.
fn write_out(path: Option<&Path>, fill: Fill<'_>) -> io::Result<()> {
    let to: Box<dyn Write + Send> = match path {
        Some(path) => Box::new(File::options().write(true).open(path)?),
        None => Box::new(io::stdout()),
    };
    let mut out = BufWriter::new(to);
    fill(&mut out)?;
    out.flush()
}
