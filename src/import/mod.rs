//! From sources to a finished snapshot: records are gathered, the snapshot is made of them, and what is asked most is computed and
//! kept in it. Whoever makes a snapshot makes it here, so that the same sources give the same bytes.

pub mod crawled;
mod error;
mod given;
mod keeping;
mod overlay;
mod verify;

pub use error::Error;
pub use given::Given;
pub use keeping::{keep, keep_within};
pub use overlay::Overlay;
pub use verify::{Step, Verified, verify};

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::census::TooLong;
use crate::model::{Reject, beside};
use crate::reference::{Aliases, Family};
use crate::snapshot::{Batch, Builder, Claims, CrawlNote, Draft, Links, Numbered, Snapshot};
use crate::source::recording::Recording;
use crate::source::{self, Fill, Projection, Source};

/// What a snapshot is made by, beside its sources.
#[derive(Debug, Default)]
pub struct Recipe<'r> {
    /// Tables of old ids; a later one wins.
    pub aliases: Vec<Aliases>,
    /// The families whose members are kept in it.
    pub families: Vec<Family>,
    /// The instant that the records describe, in milliseconds since 1970, UTC; none: that of the crawl, or of the newest record.
    pub taken: Option<i64>,
    /// Now, in milliseconds since 1970, UTC. A snapshot of a crawl alone is dated by its last page instead.
    pub written: i64,
    /// The crawl that is brought up to date.
    pub before: Option<&'r CrawlNote>,
    /// Where it is written, as [`Snapshot::write`] does; none: it stays in memory.
    pub output: Option<&'r Path>,
    /// How many seconds the counts of every model may take ([`Counting::wait`](crate::census::Counting::wait)); none: as long as they take.
    pub wait: Option<u64>,
}

/// What happens on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A source begins.
    Source {
        /// What it is called.
        label: String,
    },
    /// So many records more were read.
    Records(u64),
    /// A crawl is dated by the clock of the machine that made it, since the Hub's cannot be right.
    Disbelieved {
        /// What the recording is called.
        label: String,
        /// What the Hub's clock told, in milliseconds since 1970, UTC.
        told: i64,
    },
}

/// A snapshot that was made.
#[derive(Debug)]
pub struct Made {
    /// The snapshot, which is written where [`Recipe::output`] says.
    pub snapshot: Snapshot,
    /// How long the counts of every model would have taken, where they were left out for it.
    pub left_out: Option<TooLong>,
    /// How many of its kept rejects were there before its sources were read.
    pub known_rejects: usize,
}

/// How many rejects an error tells.
const SHOWN: usize = 5;

/// Makes a snapshot: what the builder holds, then the sources in their order, later records standing above earlier ones.
///
/// # Errors
/// [`Error`], with the first rejects where nothing else was read.
pub fn make(
    mut builder: Builder,
    sources: Vec<Given>,
    recipe: &Recipe<'_>,
    tell: &mut (dyn FnMut(Event) + Send),
) -> Result<Made, Error> {
    let is_new = builder.is_empty();
    let updates = sources.iter().filter_map(Given::recording).find(|recording| recording.plan().since.is_some());
    if let Some(update) = updates.filter(|_| is_new) {
        return Err(Error::Update { folder: update.folder().to_owned() });
    }
    // The same pages give the same bytes, now and later.
    let ended = match &sources[..] {
        [source] => source.recording().map(Recording::span).transpose()?.and_then(|span| span.ended),
        _ => None,
    };
    let known_rejects = builder.rejects().len();
    for source in sources {
        match source {
            Given::Source(source) => read(&mut builder, source, recipe, tell)?,
            Given::Snapshot(path) => add(&mut builder, &path)?,
        }
    }
    recipe.aliases.iter().for_each(|table| builder.aliases(table.iter()));
    let rejects: Vec<_> = builder.rejects().iter().skip(known_rejects).take(SHOWN).cloned().collect();
    let program = concat!("modelkin ", env!("CARGO_PKG_VERSION"));
    let mut snapshot = builder
        .finish(program, recipe.taken, Some(ended.unwrap_or(recipe.written)))
        .map_err(|error| Error::Unmade { error, rejects })?;
    let left_out = finish(&mut snapshot, recipe)?;
    Ok(Made { snapshot, left_out, known_rejects })
}

/// Computes what the snapshot keeps, while its columns go to the disk.
fn finish(snapshot: &mut Snapshot, recipe: &Recipe<'_>) -> Result<Option<TooLong>, Error> {
    let columns = snapshot.clone();
    let draft = || recipe.output.map_or(Ok(None), |path| Draft::begin(&columns, path));
    let (draft, left_out) = beside(draft, || keep_within(snapshot, &recipe.families, recipe.wait));
    let left_out = left_out?;
    if let Some(draft) = draft? {
        draft.finish(snapshot)?;
    }
    Ok(left_out)
}

fn add(builder: &mut Builder, path: &Path) -> Result<(), Error> {
    let snapshot = Snapshot::open(path)?;
    snapshot.verify()?;
    Ok(builder.add_snapshot(&path.display().to_string(), &snapshot)?)
}

fn read(
    builder: &mut Builder,
    source: Box<dyn Source>,
    recipe: &Recipe<'_>,
    tell: &mut (dyn FnMut(Event) + Send),
) -> Result<(), Error> {
    let label = source.label()?;
    tell(Event::Source { label: label.clone() });
    builder.source(&label, source.kind().name());
    if let Some(recording) = source.recording() {
        let span = recording.span()?;
        if let Some(told) = span.disbelieved {
            tell(Event::Disbelieved { label, told });
        }
        builder.crawled(Some(span.began), crawled::note_of(recording, recipe.before));
    }
    let tell = Mutex::new(tell);
    let told = |records| tell.lock().unwrap_or_else(PoisonError::into_inner)(Event::Records(records));
    let add = |batches: Vec<Batch>| batches.into_iter().for_each(|batch| builder.batch(batch));
    let digest = source::read_gathered(source, Projection::All, |fill| batches(fill, told), add)?;
    builder.digest(&digest.sha256, digest.bytes);
    digest.remarks.iter().for_each(|remark| builder.remark(remark));
    Ok(())
}

/// The batches of a part. Every so many records are told.
fn batches(fill: Fill<'_>, told: impl Fn(u64)) -> Result<Vec<Batch>, source::Error> {
    /// Telling of each record would take as long as some of the work.
    const TOLD: u64 = 1024;
    let (mut batch, mut full, mut records) = (Batch::default(), Vec::new(), 0);
    fill(&mut |found| {
        batch.add(found);
        if batch.is_full() {
            full.push(batch.take());
        }
        records += 1;
        if records % TOLD == 0 {
            told(TOLD);
        }
    })?;
    full.push(batch.take());
    Ok(full)
}

/// Reads the sources for their links alone, on all processors, without making a snapshot: for those who want counts. Old ids and
/// renamings are not followed. Gives the rejects too.
///
/// # Errors
/// A source cannot be read.
pub fn links(sources: Vec<Box<dyn Source>>) -> Result<(Numbered, Vec<Reject>), source::Error> {
    let (mut links, mut rejects) = (Links::default(), Vec::new());
    let claims = |fill: Fill<'_>| {
        let mut claims = Claims::default();
        fill(&mut |found| claims.add(found)).map(|()| claims)
    };
    for source in sources {
        source::read_gathered(source, Projection::Links, claims, |mut part| {
            rejects.append(&mut part.rejects);
            links.add(&part);
        })?;
    }
    Ok((links.finish(), rejects))
}
