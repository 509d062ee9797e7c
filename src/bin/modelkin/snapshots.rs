//! This finds and opens the snapshot that a command is about: the one that was named, else the last one imported, else
//! the sample inside the program.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use etcetera::BaseStrategy;
use modelkin::ink::day;
use modelkin::snapshot::{Error, FileSet, Snapshot};
use modelkin::source::read_whole;

use crate::program::args::{Asked, Trust};
use crate::program::busy::Busy;
use crate::program::files;
use crate::program::output::{self, Usage};

/// Opens the snapshot that is meant, and says on standard error which it is if nobody named one: the last one imported,
/// else the sample.
pub fn open(question: &Asked, named: Option<&Path>) -> anyhow::Result<Snapshot> {
    trusted(meant(question, named)?, question.trust)
}

/// The snapshot that is meant, as it is.
pub fn meant(question: &Asked, named: Option<&Path>) -> anyhow::Result<Snapshot> {
    match named {
        Some(path) => open_named("", path),
        None => open_asked(question.snapshot.as_deref()),
    }
}

/// The snapshot as it is asked: with `--trust-nothing` nothing but its records, which must be those of its digest.
pub fn trusted(snapshot: Snapshot, trust: Trust) -> anyhow::Result<Snapshot> {
    if !trust.trust_nothing {
        return Ok(snapshot);
    }
    let _busy = Busy::new("computing the digest of the records");
    Ok(snapshot.proven()?)
}

/// Opens the snapshot that an option names, or an argument where that is empty.
pub fn open_named(option: &str, path: &Path) -> anyhow::Result<Snapshot> {
    if path == Path::new(SAMPLE) {
        return sample();
    }
    let _busy = Busy::new("opening the snapshot");
    Snapshot::open(path).map_err(|error| match &error {
        Error::Io { error, .. } => files::refused(option, path, error, NO_SNAPSHOT),
        _ => error.into(),
    })
}

/// What to do where there is no snapshot.
const NO_SNAPSHOT: &str = "make a snapshot with `modelkin import` or `modelkin crawl`, or name another one";

/// What names the snapshot that is asked: the option, or its variable.
fn option(path: &Path) -> &'static str {
    if is_of_variable(path) { VARIABLE } else { "--snapshot" }
}

/// Whether it is the variable that names a snapshot, and no option.
fn is_of_variable(path: &Path) -> bool {
    std::env::var_os(VARIABLE).is_some_and(|known| known == path.as_os_str())
}

/// The snapshots that --snapshots names, the earliest first.
pub fn all(patterns: &[String], trust: Trust) -> anyhow::Result<Vec<Snapshot>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for pattern in patterns {
        if pattern == SAMPLE || Path::new(pattern).exists() {
            paths.push(pattern.into());
            continue;
        }
        let found = glob::glob(pattern).map_err(|error| Usage(format!("--snapshots {pattern}: {error}")))?;
        let before = paths.len();
        for path in found {
            paths.push(path?);
        }
        if paths.len() == before {
            bail!("--snapshots {pattern}: no such file; name snapshots, or a pattern in quotes as 'weeks/*.modelkin'");
        }
    }
    let mut all: Vec<(i64, Snapshot)> = Vec::new();
    for path in &paths {
        let snapshot = trusted(open_named("--snapshots", path)?, trust)?;
        let Some(taken) = snapshot.provenance().taken else {
            bail!("{}: has no date, so it has no place in a series; import it again with --date", path.display());
        };
        if all.iter().any(|(other, _)| *other == taken) {
            bail!("{}: of {}, as another of --snapshots; name one of the two", path.display(), day(taken));
        }
        all.push((taken, snapshot));
    }
    all.sort_by_key(|(taken, _)| *taken);
    Ok(all.into_iter().map(|(_, snapshot)| snapshot).collect())
}

/// Says where an earlier snapshot is of a later day than the other one.
pub fn in_order(earlier: &Snapshot, path: &Path, later: &Snapshot, what: &str) {
    let date = |snapshot: &Snapshot| snapshot.provenance().taken;
    if let Some((first, _)) = date(earlier).zip(date(later)).filter(|(first, second)| first > second) {
        let (path, day) = (path.display(), day(first));
        output::note(&format!("note: {path} is of {day}, after {what}; is the order the other way?"));
    }
}

/// The variable that names a snapshot where no option does.
const VARIABLE: &str = "MODELKIN_SNAPSHOT";

/// Refuses --snapshot beside what names other snapshots; the variable is passed over then.
pub fn none_beside(question: &Asked, what: &str) -> anyhow::Result<()> {
    match question.snapshot.as_deref().filter(|path| !path.as_os_str().is_empty() && !is_of_variable(path)) {
        Some(_) => {
            bail!(Usage(format!("{what} names what is asked, and so does --snapshot; leave one of the two out")))
        }
        None => Ok(()),
    }
}

/// The snapshot that is asked, which may be named.
pub fn open_asked(named: Option<&Path>) -> anyhow::Result<Snapshot> {
    // An empty MODELKIN_SNAPSHOT is none.
    if let Some(path) = named.filter(|path| !path.as_os_str().is_empty()) {
        return open_named(option(path), path);
    }
    let (snapshot, what) = match last() {
        Some(path) => {
            let advice = || "the snapshot that was imported last; name another with --snapshot, or --snapshot sample";
            let busy = Busy::new("opening the snapshot");
            let snapshot = Snapshot::open(&path).with_context(advice)?;
            drop(busy);
            (snapshot, path.display().to_string())
        }
        None => (sample()?, "the sample inside the program; import a dump to count the Hub".to_owned()),
    };
    // Of which day it is stands at the foot of every answer.
    output::note(&format!("snapshot: {what}"));
    Ok(snapshot)
}

/// The snapshot that is asked where nobody names one, without a word.
pub fn last_or_sample() -> anyhow::Result<Snapshot> {
    let named = std::env::var_os(VARIABLE).map(PathBuf::from).filter(|path| !path.as_os_str().is_empty());
    named.or_else(last).map_or_else(sample, |path| open_named("", &path))
}

/// The name of the sample where a snapshot is named.
pub const SAMPLE: &str = "sample";

fn sample() -> anyhow::Result<Snapshot> {
    modelkin::sample().map_err(anyhow::Error::from_boxed)
}

/// Remembers a snapshot as the last one.
pub fn remember(path: &Path) -> anyhow::Result<()> {
    let Some(note) = note() else { return Ok(()) };
    let path = fs::canonicalize(path)?;
    let path = path.to_str().context("its path is not UTF-8")?;
    if let Some(folder) = note.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut set = FileSet::default();
    set.write(&note, |out| out.write_all(path.as_bytes()))?;
    Ok(set.appear()?)
}

fn last() -> Option<PathBuf> {
    const LONGEST: u64 = 64 << 10;
    let path = String::from_utf8(read_whole(&note()?, LONGEST).ok()?).ok()?;
    Some(PathBuf::from(path.trim_end()))
}

/// Where the path of the last snapshot is kept.
fn note() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.data_dir().join("modelkin").join("last-snapshot"))
}

/// Gives a snapshot a second name with its date: `hub.modelkin` becomes `hub-2025-07-02.modelkin` too.
pub fn keep_old(old: &Snapshot, path: &Path) -> anyhow::Result<()> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let suffix = path.extension().map(|suffix| format!(".{}", suffix.to_string_lossy())).unwrap_or_default();
    let date = old.provenance().taken.map_or_else(|| "undated".into(), day);
    let digest = old.provenance().short_digest();
    let kept = path.with_file_name(format!("{stem}-{date}{suffix}"));
    // Another one of the same day is told apart by its digest.
    let kept = if kept.exists() { path.with_file_name(format!("{stem}-{date}-{digest}{suffix}")) } else { kept };
    if !kept.exists() {
        // Where a file has one name alone it is written once more.
        fs::hard_link(path, &kept).or_else(|_| old.write(&kept))?;
    }
    output::note(&format!("the old snapshot is kept as {}", kept.display()));
    Ok(())
}
