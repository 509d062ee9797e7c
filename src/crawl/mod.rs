//! From the Hub to a finished recording: page after page, each kept before the next is asked for, so that whatever
//! happens costs the page under way and no more.

mod cards;
mod fields;
mod frontier;
mod note;
mod old;
pub mod renames;

use std::sync::Arc;

use crate::snapshot::{CrawlNote, Snapshot};
use crate::source::hub::listing::{self, Glance, HUB_MODELS};
use crate::source::hub::{self, Answer, Hub, Pause, Quota};
use crate::source::recording::{CardState, Head, PageKind, Recording};
use frontier::{Frontier, Task};

pub use note::{describe, ends_early, lists_the_same, note, note_of, plan};
pub use old::OldIds;

/// An `Error` says why a crawl stops before its end. What was fetched is kept: the same crawl goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There was no answer, for as long as was allowed.
    #[error(transparent)]
    Hub(#[from] hub::Error),
    /// The Hub says no.
    #[error("{what}: the Hub answers {status}{}{message}; {advice}", if message.is_empty() { "" } else { ": " })]
    Refused {
        /// This is the path and query.
        what: String,
        /// This is the HTTP status.
        status: u16,
        /// These are its words.
        message: String,
        /// It says what to do.
        advice: &'static str,
    },
    /// A listing goes on and on with the same models, or none.
    #[error(
        "{what}: {MOST_STALE} pages in a row without a model that the listing did not give before: such a listing has no end; \
         try again later"
    )]
    Endless {
        /// This is the path and query.
        what: String,
    },
    /// A listing has more models than the Hub can have.
    #[error(
        "{what}: more than {most} models, and the Hub had {HUB_MODELS} on 2026-10-03: this may be a listing without end; if it \
         is none, go on with a greater --max-models"
    )]
    TooMany {
        /// This is the path and query.
        what: String,
        /// So many models were allowed.
        most: u64,
    },
    /// The recording cannot be written or read.
    #[error(transparent)]
    Recording(#[from] crate::source::Error),
    /// The snapshot whose parents are asked for cannot be read.
    #[error(transparent)]
    Snapshot(#[from] crate::snapshot::Error),
}

/// An `Event` is something that happens on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An earlier run's pages are taken over.
    Resumed {
        /// There are so many.
        pages: u64,
        /// They have so many rows.
        rows: u64,
    },
    /// A page was kept.
    Page {
        /// There are so many pages so far, earlier runs' included.
        pages: u64,
        /// There are so many rows so far.
        rows: u64,
        /// So much is left of the quota, if the Hub tells.
        quota: Option<Quota>,
    },
    /// Nothing is asked for a while.
    Waits(Pause),
    /// The Hub does not know these fields: the crawl goes on without them.
    WithoutFields(Vec<String>),
    /// Rows of a listing that was to be in the order of their making are not: while pages are read, models may be missed.
    Falls {
        /// This is a row's id.
        earlier: String,
        /// This is the id of the next row, which was made earlier.
        later: String,
    },
    /// So much is still to be asked for below a model: a generation begins, or it has become more than the whole Hub.
    Pending {
        /// The children of this generation are asked for, the model itself being the first.
        generation: u64,
        /// There are so many requests, at least.
        requests: u64,
        /// So much is left of the quota, if the Hub tells.
        quota: Option<Quota>,
    },
    /// The model below which was asked is not on the Hub; its descendants may be.
    NoRoot {
        /// This is the model's id.
        id: String,
        /// These are the Hub's words.
        message: String,
    },
    /// The Hub counts so many more children of the model below which was asked than its tag lists: they may name an older
    /// id of it.
    Missed(u64),
    /// Unlisted parents were asked for.
    Renames {
        /// So many were asked for.
        done: u64,
        /// There are so many in all.
        of: u64,
        /// So many of those that were asked for were renamed.
        found: u64,
    },
    /// A card, or the fate of an id, cannot be had for this reason, and the others are asked for all the same.
    Unanswered(String),
    /// Cards were kept.
    Cards {
        /// So many models were asked for theirs.
        done: u64,
        /// There are so many in all.
        of: u64,
    },
}

/// A `Brought` is what a crawl brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// It brought so many pages, earlier runs' included.
    pub pages: u64,
    /// They have so many rows.
    pub rows: u64,
    /// The second listing, of models whose licence is none of the Hub's list, has so many rows.
    pub licences: u64,
    /// So many pages without rows named a next one.
    pub empty: u64,
    /// So many rows were made before the row before them, though that was not asked for, in this run alone.
    pub falls: u64,
    /// It tells how often each thing came of the cards that were asked for.
    pub cards: std::collections::BTreeMap<CardState, u64>,
}

/// A `Tell` is told of events.
pub type Tell<'t> = &'t (dyn Fn(Event) + Send + Sync);

/// The field that names the parents of a model as they are called today.
const BASE_MODELS: &str = "baseModels";

/// What to do where the Hub no longer lists by changes.
const FULL: &str = "use --update --full";

/// Pages in a row without a new model after which a listing has no end.
const MOST_STALE: u64 = 100;

/// How many times the last known size of the Hub a listing may have.
const TIMES: u64 = 10;

/// Overlap of an update with what is known, in milliseconds: clocks differ, and the Hub's index lags.
const OVERLAP: i64 = 60 * 60 * 1000;

/// Gives the instant since which an update asks, for a snapshot that describes `taken`; both are milliseconds since
/// 1970, UTC.
pub fn since(taken: i64) -> i64 {
    taken - OVERLAP
}

/// Tells how many models a crawl may bring where nobody says: ten times what the Hub had when it was last counted, by a
/// census or by the snapshot of the whole Hub that is there.
pub fn most_models(known: Option<&Snapshot>) -> u64 {
    let known = known.map(Snapshot::provenance).filter(|known| known.crawl.as_ref().is_some_and(CrawlNote::is_whole));
    HUB_MODELS.max(known.map_or(0, |known| known.counts.models)).saturating_mul(TIMES)
}

/// Fetches what is not in the recording yet, to the end of its plan, of `most` models at most. Below a model children are asked for by its older ids
/// too, as far as they are known before or show on the way.
///
/// # Errors
/// [`Error`] says why it stopped; the recording can be resumed.
pub async fn run(
    hub: &Arc<Hub>,
    recording: &mut Recording,
    mut old: OldIds,
    most: u64,
    tell: Tell<'_>,
) -> Result<Brought, Error> {
    let mut frontier = Frontier::new(recording.plan().clone(), most);
    // The first page of the listing under way.
    let mut first = 0;
    for page in 0..recording.pages() {
        if page < recording.earlier_pages() {
            frontier.passed(&recording.head(page)?);
            continue;
        }
        // Only a family's way leads through the rows.
        let (head, glances) = match frontier.reads_rows() {
            true => {
                let (head, body) = recording.page(page)?;
                old.read(&head, &body);
                old.stand(&head.old);
                let glances = glances(&head, &body);
                (head, glances)
            }
            false => (recording.head(page)?, Vec::new()),
        };
        if !frontier.expects(&head) {
            return Err(recording.damaged(page, &"it does not follow from the pages before it").into());
        }
        if frontier.begins() {
            first = page;
        }
        frontier.saw(&head, &glances);
    }
    if recording.pages() > 0 {
        tell(Event::Resumed { pages: frontier.pages, rows: frontier.rows });
    }
    if frontier.goes_on() {
        for page in first..recording.pages() {
            let (head, body) = recording.page(page)?;
            if matches!(head.kind, PageKind::List | PageKind::Licences) {
                frontier.meet(&glances(&head, &body));
            }
        }
    }
    let mut told = (0, false);
    while let Some(task) = frontier.next(recording.fields()) {
        if let Some((generation, requests)) = frontier.pending() {
            let now = (generation, told.1 || requests > listing::WHOLE_HUB);
            if now != told {
                tell(Event::Pending { generation, requests, quota: hub.quota() });
            }
            told = now;
        }
        match task {
            Task::Root(id) => root(hub, recording, (&mut frontier, &mut old), &id, tell).await?,
            Task::List(kind, path) => list(hub, recording, (&mut frontier, &mut old), (kind, path), tell).await?,
        }
        tell(Event::Page { pages: frontier.pages, rows: frontier.rows, quota: hub.quota() });
    }
    if frontier.missed() > 0 && recording.plan().limit.is_none() {
        tell(Event::Missed(frontier.missed()));
    }
    let Frontier { pages, rows, licences, empty, falls, .. } = frontier;
    let mut brought = Brought { pages, rows, licences, empty, falls, ..Brought::default() };
    if recording.plan().cards {
        brought.cards = cards::fetch(hub, recording, tell).await?;
    }
    if !recording.is_complete() {
        recording.finish()?;
    }
    Ok(brought)
}

/// An answer that says that the token is not one: nothing more is to be had with it.
fn refuses_token(answer: &Answer) -> bool {
    answer.status == 401 && answer.message.starts_with("Invalid credentials")
}

fn glances(head: &Head, body: &[u8]) -> Vec<Glance> {
    match head.kind {
        PageKind::List | PageKind::Licences => listing::glance(body).unwrap_or_default(),
        PageKind::Model if head.rows > 0 => vec![listing::glance_row(body)],
        _ => Vec::new(),
    }
}

/// Fetches one page of a listing.
async fn list(
    hub: &Hub,
    recording: &mut Recording,
    (frontier, old): (&mut Frontier, &mut OldIds),
    (kind, path): (PageKind, String),
    tell: Tell<'_>,
) -> Result<(), Error> {
    let is_update = recording.plan().since.is_some();
    let read = |answer: &Answer| {
        if answer.status != 200 {
            return Ok(Vec::new());
        }
        let glances = listing::glance(&answer.body)?;
        if is_update && !listing::is_latest_first(&glances) {
            return Err(format!("a listing that is not in the order of changes; {FULL}"));
        }
        match answer.next.as_deref() {
            Some("") => Err("a next link that leads nowhere".into()),
            Some(next) if frontier.has_been_at(next) => {
                Err("a next link that leads back to a page that was read".into())
            }
            _ => Ok(glances),
        }
    };
    let (answer, glances) = hub.get(&path, &read, &|pause| tell(Event::Waits(pause))).await?;
    if answer.status == 400 && kind == PageKind::Licences {
        // Everything else is there.
        tell(Event::WithoutFields(vec!["cardData".to_owned()]));
        frontier.without_licences();
        return Ok(recording.give_up_licence_names()?);
    }
    if answer.status != 200 {
        return refused(hub, recording, &path, &answer, tell).await;
    }
    let rows = glances.len() as u64;
    if frontier.is_too_much(rows) {
        return Err(Error::TooMany { what: hub.name(&path), most: frontier.most() });
    }
    if frontier.is_endless(&glances) && answer.next.is_some() {
        return Err(Error::Endless { what: hub.name(&path) });
    }
    let falls_before = frontier.falls;
    if let Some((earlier, later)) = frontier.falls(&glances).filter(|_| falls_before == 0) {
        let name = |glance: Glance| glance.id.unwrap_or_default();
        tell(Event::Falls { earlier: name(earlier), later: name(later) });
    }
    let mut head = Head {
        next: answer.next,
        rows,
        take: frontier.left().filter(|left| kind == PageKind::List && *left < rows),
        newest: glances.iter().filter_map(|glance| glance.modified).max(),
        made: recording.newest(&glances),
        ..Head::new(kind, path, answer.date)
    };
    // What others say is an older id may be the name of another model today: its children are none of the family.
    if frontier.doubtful().is_some_and(|id| old.is_of_another(id, &answer.body)) {
        (head.take, head.next) = (Some(0), None);
    }
    if frontier.reads_rows() {
        meet(recording, old, &mut head, &answer.body);
    }
    recording.answered(&answer.host)?;
    recording.add(&head, &answer.body)?;
    frontier.saw(&head, &glances);
    Ok(())
}

/// Notes in a page's head which older ids are to be asked for behind it.
fn meet(recording: &Recording, old: &mut OldIds, head: &mut Head, body: &[u8]) {
    old.read(head, body);
    head.old = old.wanted(recording.fields().iter().any(|field| field == BASE_MODELS));
    old.stand(&head.old);
}

/// A refusal: of fields, which are left out then; of anything else, which ends the crawl.
async fn refused(
    hub: &Hub,
    recording: &mut Recording,
    path: &str,
    answer: &Answer,
    tell: Tell<'_>,
) -> Result<(), Error> {
    let kept = match answer.status {
        400 => fields::kept(hub, path, recording.fields(), answer, tell).await?,
        _ => None,
    };
    let Some(kept) = kept else { return Err(refusal(hub, path, answer)) };
    if recording.plan().since.is_some() && !kept.iter().any(|field| field == "lastModified") {
        let message = "it gives no lastModified, by which an update knows its end".to_owned();
        return Err(Error::Refused { what: hub.name(path), status: answer.status, message, advice: FULL });
    }
    // The frontier has not moved: the same listing is asked for again.
    Ok(recording.set_fields(kept)?)
}

fn refusal(hub: &Hub, path: &str, answer: &Answer) -> Error {
    let advice = match answer.status {
        401 | 403 => "see whether HF_TOKEN is right, or is needed",
        400 if path.contains("cursor=") => "it may have forgotten the place: remove the folder and begin anew",
        400 if path.contains("sort=lastModified") => FULL,
        400 | 404 => "see what was asked for, and HF_ENDPOINT",
        _ => "no Hub answers so; see HF_ENDPOINT",
    };
    Error::Refused { what: hub.name(path), status: answer.status, message: answer.message.clone(), advice }
}

/// Fetches the model below which a family is followed.
async fn root(
    hub: &Hub,
    recording: &mut Recording,
    (frontier, old): (&mut Frontier, &mut OldIds),
    id: &str,
    tell: Tell<'_>,
) -> Result<(), Error> {
    // A single model takes other fields than a listing does.
    let mut asked: Vec<String> = recording.fields().to_vec();
    asked.push(listing::CHILDREN.to_owned());
    let read = |answer: &Answer| match (answer.status, listing::glance_row(&answer.body).id) {
        (200, None) => Err("an answer that is no model".to_owned()),
        (_, id) => Ok(id),
    };
    loop {
        let path = listing::one_model(id, &asked);
        let (answer, found) = hub.get(&path, &read, &|pause| tell(Event::Waits(pause))).await?;
        let mut head = Head::new(PageKind::Model, path, answer.date);
        match answer.status {
            200 => {
                head.rows = 1;
                head.made = recording.newest(&[listing::glance_row(&answer.body)]);
                head.was = found.filter(|found| !found.eq_ignore_ascii_case(id)).map(|_| id.to_owned());
                meet(recording, old, &mut head, &answer.body);
                recording.answered(&answer.host)?;
                recording.add(&head, &answer.body)?;
                frontier.saw(&head, &[listing::glance_row(&answer.body)]);
                return Ok(());
            }
            401 | 403 | 404 if !refuses_token(&answer) => {
                recording.answered(&answer.host)?;
                tell(Event::NoRoot { id: id.to_owned(), message: answer.message });
                meet(recording, old, &mut head, b"");
                recording.add(&head, b"")?;
                frontier.saw(&head, &[]);
                return Ok(());
            }
            400 => match fields::kept(hub, &head.path, &asked, &answer, tell).await? {
                Some(kept) => asked = kept,
                None => return Err(refusal(hub, &head.path, &answer)),
            },
            _ => return Err(refusal(hub, &head.path, &answer)),
        }
    }
}
