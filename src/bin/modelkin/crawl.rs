//! `crawl` asks the Hub itself for its models and writes a snapshot of them; a crawl that was stopped goes on where it
//! was.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use modelkin::crawl::{self, Brought, OldIds};
use modelkin::import::{Error, Given, Made, Recipe, crawled};
use modelkin::ink::{day, grouped, plural, printable};
use modelkin::model::{Alias, Certainty, Scope as Of};
use modelkin::reference::Aliases;
use modelkin::snapshot::{self, Builder, Changes, CrawlNote, FileSet, Snapshot};
use modelkin::source::hub::listing::{Scope, WHOLE_HUB};
use modelkin::source::hub::{Hub, Patience, runtime};
use modelkin::source::recording::{CardState, Plan, Recording};

use crate::program::args::Crawl;
use crate::program::files::Over;
use crate::program::interrupt::stop_on_interrupt;
use crate::program::output::Usage;
use crate::program::progress::Progress;
use crate::program::{files, hints, hub, import, output, renames, snapshots};

/// Names that are shown of each kind of change.
const SHOWN: usize = 3;

pub fn run(args: &Crawl) -> anyhow::Result<ExitCode> {
    if let Some(name) = hub::offline() {
        bail!(Usage(format!("{name} is set, so nothing may be asked of the Hub; unset it to crawl")));
    }
    let output = files::target("-o", &args.output, Over::Snapshots, args.aliases.iter().map(PathBuf::as_path))?;
    let aliases = import::aliases(args.aliases.as_deref())?;
    let old = match fs::metadata(&output).is_ok_and(|known| known.len() > 0) {
        true => Some(whole(&output).context("remove it to crawl anew, or name another file with -o")?),
        false => None,
    };
    let patience = Patience {
        silence: Duration::from_secs(args.timeout),
        total: Duration::from_secs(args.patience * 60),
        ..Patience::default()
    };
    let program = concat!("modelkin/", env!("CARGO_PKG_VERSION"));
    let hub = Hub::new(&hub::endpoint(), hub::token()?, program, patience)?.with_file_hosts(hub::file_hosts());
    if args.renames {
        return renames::run(args, hub, &output, old, &aliases);
    }
    let plan = plan(args, hub.endpoint(), old.as_ref())?;
    let folder = args.record.clone().unwrap_or_else(|| files::beside(&output, ".crawl"));
    if folder == output {
        bail!(Usage(format!("{}: the pages and the snapshot need a name each", folder.display())));
    }
    if args.record.is_some() && Recording::open(&folder).is_ok_and(|known| known.is_complete()) {
        bail!("{}: holds a finished crawl; import it, or name an empty folder", folder.display());
    }
    let mut recording = Recording::resume(&folder, &plan, jiff::Timestamp::now().as_millisecond())?;
    FileSet::try_path(&output)?;

    let expected =
        plan.limit.or_else(|| Some(old.as_ref().filter(|_| plan.since.is_none())?.provenance().counts.models));
    let progress = Arc::new(Progress::new(expected, as_whole(args, &folder, old.is_some())));
    if let Some(below) = recording.earlier() {
        let pages = plural(recording.earlier_pages() as u64, "page");
        progress.line(&format!(
            "goes on as a crawl of the whole Hub, and reads with it {pages} of {below} and its descendants"
        ));
    }
    if plan.is_whole() && recording.pages() == 0 {
        let names = match plan.licence_names {
            true => ", and 100 to 200 more for the names of licences (--no-licence-names leaves them out)",
            false => "",
        };
        progress.line(&format!(
            "the whole Hub takes some {} requests{names}: half an hour to an hour without a token",
            grouped(WHOLE_HUB)
        ));
    }
    let folder_shown = folder.clone();
    stop_on_interrupt(&progress, move |progress| {
        let pages = plural(progress.pages(), "page");
        format!("stopped with {pages} kept in {}, and the same command goes on", folder_shown.display())
    })?;
    let most = args.max_models.unwrap_or_else(|| crawl::most_models(old.as_ref()));
    let brought = fetch(hub, &mut recording, old_ids(old.as_ref(), &aliases), most, &progress).map_err(|error| {
        let kept = format!("what was fetched is kept in {}", folder.display());
        match error {
            crawl::Error::Hub(_) if progress.pages() == 0 => {
                anyhow!("{error}\nnothing was fetched; see HF_ENDPOINT and the line")
            }
            crawl::Error::Hub(_) | crawl::Error::Endless { .. } => anyhow!("{error}\n{kept}; the same command goes on"),
            crawl::Error::TooMany { most, .. } => {
                anyhow!("{error}\n{kept}; the same command goes on with --max-models {}", most.saturating_mul(2))
            }
            _ => anyhow!("{error}{}\n{kept}", error.hint().map_or("", hints::words)),
        }
    })?;
    progress.end();
    // An update may well bring nothing.
    if brought.rows == 0 && plan.since.is_none() {
        recording.remove()?;
        bail!("the Hub lists no model that this asks for; is the name right?");
    }

    let mut builder = match &old {
        Some(old) if plan.since.is_some() => Builder::on(old)?,
        _ => Builder::new(),
    };
    // An update begins with it; a whole crawl would forget the old ids.
    if let Some(old) = old.as_ref().filter(|_| plan.since.is_none()) {
        builder.remember(old)?;
    }
    let known_sources = builder.sources().len();
    let before = old.as_ref().and_then(|old| old.provenance().crawl.as_ref());
    let recipe = Recipe { before, ..import::recipe(aliases, None, &args.wait)? };
    let pages = vec![Given::Source(Box::new(Recording::open(&folder)?))];
    let Made { snapshot, left_out, known_rejects } = match import::make(builder, pages, &recipe) {
        Err(error @ Error::Unmade { error: snapshot::Error::Empty, .. }) if args.record.is_none() => {
            // The same pages would say the same again.
            recording.remove()?;
            return Err(import::worded(error));
        }
        made => made.map_err(import::worded)?,
    };
    let models = |snapshot: &Snapshot| snapshot.provenance().counts.models;
    let newest = crawled::ends_early(&snapshot)?;
    let shrunk = old.as_ref().filter(|old| models(&snapshot) < models(old) / 10 * 9);
    if let Some(newest) = newest {
        output::note(&format!(
            "warning: the newest model is of {}; a whole listing has some of the last days, so the Hub may have cut it off",
            day(newest)
        ));
    }
    if let Some(old) = shrunk {
        output::note(&format!(
            "warning: {}, and {} before; the Hub may have cut its listing off",
            plural(models(&snapshot), "model"),
            grouped(models(old))
        ));
    }
    // Of a doubtful crawl the old snapshot is kept unasked.
    if let Some(old) = old.as_ref().filter(|_| args.keep || newest.is_some() || shrunk.is_some()) {
        snapshots::keep_old(old, &output)?;
    }
    import::tell(left_out);
    snapshot.write(&output)?;
    if args.record.is_none() {
        recording.remove()?;
    }
    let mut text = said(&brought);
    if let Some(old) = old.as_ref().filter(|_| args.update) {
        text += &changes(&Changes::between(old, &snapshot)?, args.full);
    }
    text += &import::summary(&args.output, &snapshot, known_sources, known_rejects)?;
    output::result(&text)?;
    import::remember(&args.output);
    Ok(ExitCode::SUCCESS)
}

/// What is to be crawled: what the options say, or what the snapshot holds.
fn plan(args: &Crawl, endpoint: &str, old: Option<&Snapshot>) -> anyhow::Result<Plan> {
    let name = args.output.display();
    if !args.update {
        let plan = Plan {
            endpoint: endpoint.to_owned(),
            scope: Scope { owner: args.owner.clone(), filters: args.filters.clone() },
            below: args.below.clone(),
            limit: args.limit,
            since: None,
            cards: args.cards,
            // Of what descends from a model the Hub has no such listing.
            licence_names: !args.no_licence_names && args.below.is_none() && args.limit.is_none(),
        };
        // A few models must not take the place of a whole Hub.
        let wanted = crawled::note(&plan);
        let is_same = |note: &CrawlNote| crawled::lists_the_same(note, &wanted);
        if let Some(old) = old.filter(|old| !old.provenance().crawl.as_ref().is_some_and(is_same)) {
            let holds =
                old.provenance().crawl.as_ref().map_or_else(|| "what was imported".to_owned(), CrawlNote::words);
            bail!("{name}: holds {holds}; this is {}: name another file with -o", wanted.words());
        }
        return Ok(plan);
    }
    let old = old.with_context(|| format!("{name}: is not there; make it with `modelkin crawl -o {name}`"))?;
    let provenance = old.provenance();
    let (Some(note), Some(taken)) = (&provenance.crawl, provenance.taken) else {
        bail!("{name}: was not crawled, so it says not what to ask for; make it anew with `modelkin crawl -o {name}`");
    };
    // The token is for the Hub that the environment names, not for one that a file names.
    if note.endpoint != endpoint {
        bail!("{name}: was crawled at {}, and not at {endpoint}; set HF_ENDPOINT to update it", note.endpoint);
    }
    if !args.full && (note.below.is_some() || note.limit.is_some()) {
        bail!("{name}: holds a part of the Hub that the Hub cannot list by its changes; use --update --full");
    }
    // A Hub whose clock is ahead must not hide what changes until then.
    let taken = provenance.written.map_or(taken, |written| taken.min(written));
    let plan = crawled::plan(note, (!args.full).then(|| crawl::since(taken)));
    let licence_names = plan.licence_names && !args.no_licence_names;
    Ok(Plan { licence_names, ..plan })
}

/// The older ids that are known: those of the snapshot that was there, then those of the tables.
fn old_ids(old: Option<&Snapshot>, tables: &[Aliases]) -> OldIds {
    let known = old.into_iter().flat_map(|old| {
        old.rows().filter_map(|row| {
            let (old, new) = (old.id(row).to_owned(), old.id(old.alias_of(row)?).to_owned());
            Some(Alias { old, new, scope: Of::Model, certainty: Certainty::Sure })
        })
    });
    let mut ids = OldIds::default();
    ids.of_table(known.collect::<Vec<_>>().iter());
    tables.iter().for_each(|table| ids.of_table(table.iter()));
    ids
}

fn fetch(
    hub: Hub,
    recording: &mut Recording,
    old: OldIds,
    most: u64,
    progress: &Progress,
) -> Result<Brought, crawl::Error> {
    let folder = || recording.folder().to_owned();
    let runtime = runtime().map_err(|error| modelkin::source::Error::Io { path: folder(), error })?;
    runtime.block_on(crawl::run(&Arc::new(hub), recording, old, most, &|event| progress.tell(&event)))
}

/// The command that goes on with the pages of a family as a crawl of the whole Hub.
fn as_whole(args: &Crawl, folder: &Path, is_there: bool) -> String {
    let folder = folder.display();
    match (&args.record, is_there) {
        // The snapshot of the family stays.
        (_, true) => format!("modelkin crawl -o hub.modelkin --record {folder}"),
        (Some(_), false) => format!("modelkin crawl -o {} --record {folder}", args.output.display()),
        (None, false) => format!("modelkin crawl -o {}", args.output.display()),
    }
}

fn said(brought: &Brought) -> String {
    let mut text = format!("{} on {}\n", plural(brought.rows, "row"), plural(brought.pages, "page"));
    if brought.licences > 0 {
        _ = writeln!(text, "{} of them asked for the names of their licences", grouped(brought.licences));
    }
    if brought.falls > 0 {
        _ = writeln!(text, "{} came after one that was made later", plural(brought.falls, "row"));
    }
    if brought.empty > 0 {
        _ = writeln!(text, "{} that named a next one", plural(brought.empty, "empty page"));
    }
    if !brought.cards.is_empty() {
        let count = |state: CardState| grouped(brought.cards.get(&state).copied().unwrap_or(0));
        _ = writeln!(
            text,
            "cards: {} read, {} without one, {} gated, {} gone, {} that the Hub failed to give",
            count(CardState::Read),
            plural(brought.cards.get(&CardState::None).copied().unwrap_or(0), "model"),
            count(CardState::Gated),
            count(CardState::Gone),
            count(CardState::Failed)
        );
    }
    text
}

fn changes(changes: &Changes, is_full: bool) -> String {
    let mut text = String::new();
    let mut line = |what: &str, count: usize, shown: Vec<String>| {
        let shown = shown.iter().map(|name| format!("\n  {}", printable(name))).collect::<String>();
        let more = if count > SHOWN { "\n  …" } else { "" };
        _ = writeln!(text, "{} {what}{shown}{more}", grouped(count as u64));
    };
    let names = |names: &[String]| names.iter().take(SHOWN).cloned().collect();
    line("added", changes.added.len(), names(&changes.added));
    let renamed = changes.renamed.iter().take(SHOWN).map(|(before, after)| format!("{before} is {after}")).collect();
    line("renamed", changes.renamed.len(), renamed);
    let word = |licence: &str| if licence.is_empty() { "no licence".to_owned() } else { licence.to_owned() };
    let relicensed = changes.relicensed.iter().take(SHOWN);
    let relicensed =
        relicensed.map(|(id, before, after)| format!("{id}: {} to {}", word(before), word(after))).collect();
    line("relicensed", changes.relicensed.len(), relicensed);
    line("with other parents", changes.reparented.len(), names(&changes.reparented));
    match is_full {
        true => line("gone", changes.gone.len(), names(&changes.gone)),
        false => text += "what was deleted shows only with --update --full\n",
    }
    text
}

/// The snapshot that is brought up to date: all of it is read.
fn whole(path: &Path) -> anyhow::Result<Snapshot> {
    let snapshot = Snapshot::open(path)?;
    snapshot.verify()?;
    Ok(snapshot)
}
