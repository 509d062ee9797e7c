//! `crawl --renames` asks the Hub what unlisted parents of a snapshot are called today, and writes it anew.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use modelkin::crawl::renames::{self, Renames};
use modelkin::import::Made;
use modelkin::ink::{grouped, plural};
use modelkin::reference::Aliases;
use modelkin::snapshot::{Builder, FileSet, Snapshot, Taken};
use modelkin::source::digest_bytes;
use modelkin::source::hub::{Hub, runtime};

use crate::program::args::Crawl;
use crate::program::interrupt::stop_on_interrupt;
use crate::program::progress::{Progress, duration};
use crate::program::{files, import, output, snapshots};

/// Requests for files in a second that the Hub allows without a token: 3,000 in 5 minutes.
const PER_SECOND: f64 = 10.0;

/// Asks the Hub what the unlisted parents of a snapshot are called today, and writes it anew with what was learned.
pub fn run(
    args: &Crawl,
    hub: Hub,
    output: &Path,
    old: Option<Snapshot>,
    aliases: &[Aliases],
) -> anyhow::Result<ExitCode> {
    let name = args.output.display();
    let old =
        old.with_context(|| format!("{name}: is not there; make it with `modelkin crawl -o {name}`, or import"))?;
    if let Some(note) = old.provenance().crawl.as_ref().filter(|note| note.endpoint != hub.endpoint()) {
        bail!("{name}: was crawled at {}, and not at {}; set HF_ENDPOINT to ask there", note.endpoint, hub.endpoint());
    }
    FileSet::try_path(output)?;
    let file = files::beside(output, ".renames");
    let endpoint = hub.endpoint().to_owned();
    let mut known = Renames::open(&file, &endpoint)?;
    let pending = known.pending(&old)?.len() as u64;
    let asked = args.limit.map_or(pending, |limit| limit.min(pending));
    let noted = known.counts().iter().sum::<usize>() as u64;
    output::note(&format!(
        "{}, {} of them to be asked for: one request each, for those renamed twice two, out of the quota of files; about {} without a token{}",
        plural(renames::unlisted(&old)?.len() as u64, "unlisted parent"),
        grouped(asked),
        duration(asked as f64 / PER_SECOND),
        match noted {
            0 => String::new(),
            noted => format!("; the answers for {} are in {}", grouped(noted), file.display()),
        }
    ));
    let progress = Arc::new(Progress::new(None, String::new()));
    let shown = file.clone();
    stop_on_interrupt(&progress, move |_| {
        format!("stopped; the answers are kept in {}, and the same command goes on", shown.display())
    })?;
    let hub = Arc::new(hub);
    let failed = runtime()?
        .block_on(renames::ask(&hub, &mut known, &old, args.limit, &|event| progress.tell(&event)))
        .with_context(|| format!("the answers are kept in {}; the same command goes on", file.display()))?;
    progress.end();

    let provenance = old.provenance();
    let mut builder = Builder::on(&old)?;
    let taken = match provenance.taken_from {
        Taken::Given => provenance.taken,
        _ => None,
    };
    if let Some(note) = &provenance.crawl {
        builder.crawled(provenance.taken, note.clone());
    }
    aliases.iter().for_each(|table| builder.aliases(table.iter()));
    // The Hub's own word stands above a table.
    for (legacy, canonical) in known.aliases() {
        builder.alias(legacy, canonical);
    }
    let sources = builder.sources().len();
    if known.aliases().next().is_some() {
        // Its length was seen when it was opened.
        let digest = digest_bytes(&fs::read(&file).with_context(|| file.display().to_string())?);
        builder.source(&format!("renames at {endpoint}"), "renames");
        builder.digest(&digest.sha256, digest.bytes);
    }
    let recipe = import::recipe(Vec::new(), taken, &args.wait)?;
    let Made { snapshot, left_out, known_rejects } = import::make(builder, Vec::new(), &recipe)?;
    if args.keep {
        snapshots::keep_old(&old, output)?;
    }
    import::tell(left_out);
    snapshot.write(output)?;
    let [renamed, there, gone] = known.counts().map(|count| grouped(count as u64));
    let mut text = format!("{renamed} renamed, {gone} gone or private, {there} there and not listed");
    if failed > 0 {
        text += &format!(", {} of which the Hub said nothing", grouped(failed));
    }
    let before = provenance.counts.unlisted;
    text += &format!(
        "\nunlisted parents: {} before, {} now\n",
        grouped(before),
        grouped(snapshot.provenance().counts.unlisted)
    );
    text += &import::summary(&args.output, &snapshot, sources, known_rejects)?;
    output::result(&text)?;
    import::remember(&args.output);
    Ok(ExitCode::SUCCESS)
}
