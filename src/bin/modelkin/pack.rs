//! `pack` and `unpack`: a snapshot in a sixth of the room, to be kept or sent, and back again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use modelkin::snapshot::{FileSet, Snapshot};

use crate::program::busy::Busy;
use crate::program::files::{FromTo, Over};
use crate::program::output::Usage;
use crate::program::{files, output, snapshots};

pub fn pack(args: &FromTo) -> anyhow::Result<ExitCode> {
    let output = target(args)?;
    let snapshot = snapshots::open_named("", &args.file)?;
    if is_packed(&args.file)? {
        bail!(Usage(format!(
            "{}: is packed already; `modelkin unpack` gives the snapshot back",
            files::named("", &args.file)
        )));
    }
    let busy = Busy::new("packing");
    snapshot.pack(&output)?;
    drop(busy);
    told(args, &output, &snapshot)
}

pub fn unpack(args: &FromTo) -> anyhow::Result<ExitCode> {
    let output = target(args)?;
    let snapshot = snapshots::open_named("", &args.file)?;
    if !is_packed(&args.file)? {
        bail!(Usage(format!("{}: is not packed; it is read as it is", files::named("", &args.file))));
    }
    let busy = Busy::new("unpacking");
    snapshot.write(&output)?;
    drop(busy);
    told(args, &output, &snapshot)
}

fn target(args: &FromTo) -> anyhow::Result<PathBuf> {
    if args.file == Path::new(snapshots::SAMPLE) {
        bail!(Usage("the sample is inside the program, and no file; name a snapshot".into()));
    }
    let output = files::target("-o", &args.output, Over::Snapshots, [args.file.as_path()].into_iter())?;
    FileSet::try_path(&output)?;
    Ok(output)
}

fn is_packed(path: &Path) -> anyhow::Result<bool> {
    Ok(Snapshot::is_packed(&files::head(path, 64).with_context(|| files::named("", path))?))
}

/// How large both files are, and what they hold.
fn told(args: &FromTo, output: &Path, snapshot: &Snapshot) -> anyhow::Result<ExitCode> {
    let size = |path: &Path| fs::metadata(path).map_or(0.0, |known| known.len() as f64 / 1e6);
    output::result(&format!(
        "{}: {:.1} MB, {:.1} before\nsha256 of the contents {}\n",
        files::named("", &args.output),
        size(output),
        size(&args.file),
        snapshot.provenance().digest
    ))?;
    Ok(ExitCode::SUCCESS)
}
