//! `bom` writes a bill of materials: models, and everything that they descend from.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use modelkin::ask::{Answer, Bom, Question};
use modelkin::export::BomFormat;
use modelkin::ink::plural;
use modelkin::snapshot::FileSet;

use crate::files::Over;
use crate::output::{self, Usage};
use crate::{args, desk, files, models};

pub fn run(args: &args::Bom) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let format = match (args.to, args.output.as_deref()) {
        (Some(format), _) => format,
        (None, Some(path)) => of_name(path)?,
        (None, None) => BomFormat::CycloneDx16,
    };
    let question = Question::Bom(Bom { models: named.models.clone(), filter: (&args.filter).into() });
    desk::check(&question)?;
    let tables = desk::with_owners(desk::families("", None)?, args.owners.as_deref())?;
    let lists = args.models.from.iter().chain(&args.owners).map(std::path::PathBuf::as_path);
    let target = match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        Some(path) => Some(files::target("-o", path, Over::Others, lists)?),
        None => None,
    };
    let answer = desk::ask(&named.atlas(&args.asked, tables)?, &question)?;
    write(&answer, format, target.as_deref())
}

/// The format of a file by its name: bills of SPDX and of CycloneDX end alike, but for a word before.
fn of_name(path: &Path) -> anyhow::Result<BomFormat> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    match name.strip_suffix(".json") {
        Some(stem) if stem.contains("spdx") => Ok(BomFormat::Spdx),
        Some(_) => Ok(BomFormat::CycloneDx16),
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
        "{where_to}{} and {}, as {}",
        plural(upstream.models.len() as u64, "model"),
        plural(upstream.ancestors.len() as u64, "ancestor"),
        format.name()
    ));
    if !naming.missing.is_empty() {
        bail!("{} of the list not in the bill, since the snapshot does not know them", naming.missing.len());
    }
    Ok(ExitCode::SUCCESS)
}
