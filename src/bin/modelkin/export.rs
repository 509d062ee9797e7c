use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use modelkin::census::{Census, Kin};
use modelkin::export::{About, Format, Graph, Paint, Part, Tables};
use modelkin::lineage::Lineage;
use modelkin::reference::{Licences, Publishers};
use modelkin::report::grouped;

use crate::output::{self, Usage};
use crate::selection::plural;
use crate::{args, family, snapshots};

pub fn run(args: &args::Export) -> anyhow::Result<ExitCode> {
    let format = format(args)?;
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    if output.is_none() && format.parts().len() > 1 {
        bail!(Usage(format!("{} is several files; name them with -o, such as -o qwen.csv", format.name())));
    }
    let families = family::rules(args.selection.rules.as_deref())?;
    let snapshot = snapshots::open_named(args.snapshot.as_deref())?;
    // An export goes out as it is made.
    snapshot.verify()?;
    let lineage = Lineage::from_snapshot(&snapshot);
    let start = args.selection.start(&families, &lineage)?;
    let counting = args.filter.counting()?;
    let lineage = args.filter.links(lineage);
    let census = Census::take(&lineage, &counting);
    let mut chosen = args.selection.choose(start, &census, &counting)?;
    chosen.collapse(args.selection.collapse);
    let selection = &chosen.selection;
    let mut rows: Vec<_> = selection.rows().to_vec();
    rows.extend(selection.groups().iter().flat_map(|group| group.models.iter().copied()));
    rows.sort_unstable();
    let tables = Tables {
        kin: Kin::of(&families.all()?, &lineage, &rows),
        publishers: Publishers::built_in()?,
        licences: Licences::built_in()?,
    };
    let words = [chosen.words.join(" "), args.filter.words(&counting)].join(" ").trim_end().to_owned();
    let program = concat!("modelkin ", env!("CARGO_PKG_VERSION")).to_owned();
    let about = About { title: chosen.title.clone(), selection: words, program };
    let graph = Graph::new(&census, selection, &tables, about);
    let paint = Paint::new(&graph, args.color_by.into());

    let links = graph.link_count();
    if let Some((most, why)) = format.comfortable()
        && selection.nodes() + links > most
    {
        output::note(&format!(
            "warning: {} nodes and {} links; {why}. Narrow it with --depth, --top, --min-descendants or --collapse",
            grouped(selection.nodes() as u64),
            grouped(links as u64)
        ));
    }
    for part in format.parts() {
        match output {
            Some(path) => {
                write_file(&name_of(path, *part), &mut |out| format.write(*part, &graph, &paint, args.layout, out))?
            }
            None => write_out(&mut |out| format.write(*part, &graph, &paint, args.layout, out))?,
        }
    }
    let groups: usize = selection.groups().iter().map(|group| group.models.len()).sum();
    let collapsed = match groups {
        0 => String::new(),
        models => format!(", {} of them in {}", grouped(models as u64), plural(selection.groups().len(), "node")),
    };
    let where_to = output.map(|path| format!("{}: ", path.display())).unwrap_or_default();
    output::note(&format!("{where_to}{}{collapsed}, {}", plural(selection.models(), "model"), plural(links, "link")));
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

type Fill<'f> = &'f mut dyn FnMut(&mut (dyn Write + Send)) -> io::Result<()>;

/// Writes a file whole or not at all.
fn write_file(path: &Path, fill: Fill<'_>) -> anyhow::Result<()> {
    let name = || path.display().to_string();
    if std::fs::metadata(path).is_ok_and(|known| !known.is_file()) {
        bail!("{}: is there and is no file; name another one", name());
    }
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program's file: what the user's mask leaves of it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let part = builder.tempfile_in(folder).with_context(name)?;
    let mut out = BufWriter::new(part);
    fill(&mut out).with_context(name)?;
    let part = out.into_inner().map_err(io::IntoInnerError::into_error).with_context(name)?;
    part.persist(&path).map_err(|error| error.error).with_context(name)?;
    Ok(())
}

/// Writes to standard output. A reader that has gone away is no failure.
fn write_out(fill: Fill<'_>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout());
    match fill(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.context("standard output"),
    }
}
