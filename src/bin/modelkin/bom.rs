//! `bom` writes a bill of materials: models, and everything that they descend from.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use modelkin::ask::{Answer, Bom, Question};
use modelkin::export::BomFormat;
use modelkin::ink::{grouped, plural};
use modelkin::snapshot::FileSet;

use crate::program::busy::Busy;
use crate::program::files::Over;
use crate::program::output::{self, Usage};
use crate::program::{args, desk, files, models};

pub fn run(args: &args::Bom) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let output = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let format = match (args.to, output) {
        (Some(format), _) => format,
        (None, Some(path)) => of_name(path)?,
        (None, None) => BomFormat::CycloneDx16,
    };
    let question = Question::Bom(Bom { models: named.models.clone(), filter: (&args.filter).into() });
    desk::check(&question)?;
    let tables = desk::with_owners(desk::families("", None)?, args.owners.as_deref())?;
    let folders = named.read();
    let lists = args.models.listed.from.iter().chain(&args.owners).chain(&folders).map(std::path::PathBuf::as_path);
    let target = match output {
        Some(path) => Some(files::target("-o", path, Over::Others, lists)?),
        None => None,
    };
    let answer = desk::ask(&named.atlas(&args.asked, tables)?, &question)?;
    match args.cite {
        Some(form) => desk::cite(&answer, form),
        None => write(&answer, format, target.as_deref()),
    }
}

/// The format of a bill by the custom of its file's name, if that follows one.
pub fn by_custom(path: &Path) -> Option<BomFormat> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match () {
        () if ends(&[".spdx.json", ".spdx3.json"]) => Some(BomFormat::Spdx),
        () if ends(&[".cdx.json"]) => Some(BomFormat::CycloneDx16),
        () => None,
    }
}

/// The format of a file by its name.
fn of_name(path: &Path) -> anyhow::Result<BomFormat> {
    let is_json = path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("json"));
    match by_custom(path).or(is_json.then_some(BomFormat::CycloneDx16)) {
        Some(format) => Ok(format),
        None => bail!(Usage(format!(
            "{} names no format; end it with .cdx.json or .spdx3.json, or name one with --to: {}",
            path.display(),
            BomFormat::ALL.map(BomFormat::name).join(", ")
        ))),
    }
}

/// Writes a bill to a file, or to standard output, and says what is in it.
pub fn write(answer: &Answer, format: BomFormat, target: Option<&Path>) -> anyhow::Result<ExitCode> {
    let Some(bom) = answer.bom() else { bail!("a bill of materials has no facts") };
    match target {
        Some(path) => {
            let _busy = Busy::new("writing");
            let mut set = FileSet::default();
            set.write(path, |out| bom.write(format, out))?;
            answer.snapshot().unchanged()?;
            set.appear()?;
        }
        None => {
            let mut text = Vec::new();
            bom.write(format, &mut text)?;
            answer.snapshot().unchanged()?;
            let mut out = BufWriter::new(output::standard()?);
            match out.write_all(&text).and_then(|()| out.flush()) {
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
                done => done.context(output::STANDARD)?,
            }
        }
    }
    let modelkin::ask::Facts::Bom { upstream, naming, .. } = answer.facts() else { return Ok(ExitCode::SUCCESS) };
    answer.said().iter().for_each(|sentence| output::note(sentence));
    let where_to = target.map_or_else(String::new, |path| format!("{}: ", path.display()));
    output::note(&format!(
        "{where_to}{} and {}, {} in all, as {}",
        plural(upstream.models.len() as u64, "model"),
        plural(upstream.ancestors.len() as u64, "ancestor"),
        grouped(upstream.rows().len() as u64),
        format.name()
    ));
    if !naming.missing.is_empty() {
        bail!("{} of the list not in the bill, since the snapshot does not know them", naming.missing.len());
    }
    Ok(ExitCode::SUCCESS)
}
