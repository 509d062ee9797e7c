//! From the Hub to a finished recording: page after page, each kept before the next is asked for, so that whatever
//! happens costs the page under way and no more.

mod cards;
mod frontier;

use std::sync::Arc;

use crate::snapshot::{CrawlNote, Snapshot};
use crate::source::hub::listing::{self, Glance, Scope};
use crate::source::hub::{self, Answer, Hub, Pause, Quota};
use crate::source::recording::{CardState, Head, PageKind, Plan, Recording};
use frontier::{Frontier, Task};

/// Why a crawl stops before its end. What was fetched is kept: the same crawl goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No answer, for as long as was allowed.
    #[error(transparent)]
    Hub(#[from] hub::Error),
    /// The Hub says no.
    #[error("{what}: the Hub answers {status}{}{message}; {advice}", if message.is_empty() { "" } else { ": " })]
    Refused {
        /// The path and query.
        what: String,
        /// The HTTP status.
        status: u16,
        /// Its words.
        message: String,
        /// What to do.
        advice: &'static str,
    },
    /// The recording cannot be written or read.
    #[error(transparent)]
    Recording(#[from] crate::source::Error),
}

/// What happens on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An earlier run's pages are taken over.
    Resumed {
        /// How many.
        pages: u64,
        /// Rows in them.
        rows: u64,
    },
    /// A page was kept.
    Page {
        /// Pages so far, earlier runs' included.
        pages: u64,
        /// Rows so far.
        rows: u64,
        /// What is left of the quota, if the Hub tells.
        quota: Option<Quota>,
    },
    /// Nothing is asked for a while.
    Waits(Pause),
    /// The Hub does not know these fields: the crawl goes on without them.
    WithoutFields(Vec<String>),
    /// The model below which was asked is not on the Hub; its descendants may be.
    NoRoot {
        /// Its id.
        id: String,
        /// The Hub's words.
        message: String,
    },
    /// Cards were kept.
    Cards {
        /// How many models were asked for theirs.
        done: u64,
        /// Of how many.
        of: u64,
    },
}

/// What a crawl brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Pages, earlier runs' included.
    pub pages: u64,
    /// Rows in them.
    pub rows: u64,
    /// Pages without rows that named a next one.
    pub empty: u64,
    /// What came of the cards that were asked for, with how often.
    pub cards: std::collections::BTreeMap<CardState, u64>,
}

/// Who is told of events.
pub type Tell<'t> = &'t (dyn Fn(Event) + Send + Sync);

/// Pages in a row that bring nothing new, after which a listing has no end.
const MOST_REPEATS: u64 = 100;

/// Overlap of an update with what is known, in milliseconds: clocks differ, and the Hub's index lags.
const OVERLAP: i64 = 60 * 60 * 1000;

/// The instant since which an update asks, for a snapshot that describes `taken`.
pub fn since(taken: i64) -> i64 {
    taken - OVERLAP
}

/// Fetches what is not in the recording yet, to the end of its plan.
///
/// # Errors
/// See [`Error`]; the recording can be resumed.
pub async fn run(hub: &Arc<Hub>, recording: &mut Recording, tell: Tell<'_>) -> Result<Brought, Error> {
    let mut frontier = Frontier::new(recording.plan().clone());
    for page in 0..recording.pages() {
        // Only a family's way leads through the rows.
        let (head, glances) = match frontier.reads_rows() {
            true => {
                let (head, body) = recording.page(page)?;
                let glances = glances(&head, &body);
                (head, glances)
            }
            false => (recording.head(page)?, Vec::new()),
        };
        if !frontier.expects(&head) {
            return Err(recording.damaged(page, &"it does not follow from the pages before it").into());
        }
        frontier.saw(&head, &glances);
    }
    if recording.pages() > 0 {
        tell(Event::Resumed { pages: frontier.pages, rows: frontier.rows });
    }
    while let Some(task) = frontier.next(recording.fields()) {
        match task {
            Task::Root(id) => root(hub, recording, &mut frontier, &id, tell).await?,
            Task::List(path) => list(hub, recording, &mut frontier, path, tell).await?,
        }
        tell(Event::Page { pages: frontier.pages, rows: frontier.rows, quota: hub.quota() });
    }
    let Frontier { pages, rows, empty, .. } = frontier;
    let mut brought = Brought { pages, rows, empty, ..Brought::default() };
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
        PageKind::List => listing::glance(body).unwrap_or_default(),
        PageKind::Model if head.rows > 0 => vec![listing::glance_row(body)],
        _ => Vec::new(),
    }
}

/// Fetches one page of a listing.
async fn list(
    hub: &Hub,
    recording: &mut Recording,
    frontier: &mut Frontier,
    path: String,
    tell: Tell<'_>,
) -> Result<(), Error> {
    let is_update = recording.plan().since.is_some();
    let read = |answer: &Answer| {
        if answer.status != 200 {
            return Ok(Vec::new());
        }
        let glances = listing::glance(&answer.body)?;
        if is_update && !listing::is_latest_first(&glances) {
            return Err("a listing that is not in the order of changes; try --update --full".into());
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
    if answer.status != 200 {
        return refused(hub, recording, &path, &answer, tell);
    }
    if answer.next.is_some() && frontier.repeats(&answer.body) {
        let advice = "such a listing has no end; try again later";
        let message = format!("{MOST_REPEATS} pages in a row without anything new");
        return Err(Error::Refused { what: hub.name(&path), status: answer.status, message, advice });
    }
    let rows = glances.len() as u64;
    let head = Head {
        next: answer.next,
        rows,
        take: frontier.left().filter(|left| *left < rows),
        newest: glances.iter().filter_map(|glance| glance.modified).max(),
        ..Head::new(PageKind::List, path, answer.date)
    };
    recording.add(&head, &answer.body)?;
    frontier.saw(&head, &glances);
    Ok(())
}

/// A refusal: of fields, which are left out then; of anything else, which ends the crawl.
fn refused(hub: &Hub, recording: &mut Recording, path: &str, answer: &Answer, tell: Tell<'_>) -> Result<(), Error> {
    if let (400, Some(taken)) = (answer.status, listing::fields_taken(&answer.message)) {
        let (kept, dropped): (Vec<String>, Vec<String>) =
            recording.fields().iter().cloned().partition(|field| taken.contains(&field.as_str()));
        if !dropped.is_empty() {
            recording.set_fields(kept)?;
            // The frontier has not moved: the same listing is asked for again.
            tell(Event::WithoutFields(dropped));
            return Ok(());
        }
    }
    Err(refusal(hub, path, answer))
}

fn refusal(hub: &Hub, path: &str, answer: &Answer) -> Error {
    let advice = match answer.status {
        401 | 403 => "see whether HF_TOKEN is right, or is needed",
        400 if path.contains("cursor=") => "it may have forgotten the place: remove the folder and begin anew",
        400 | 404 => "see what was asked for, and HF_ENDPOINT",
        _ => "no Hub answers so; see HF_ENDPOINT",
    };
    Error::Refused { what: hub.name(path), status: answer.status, message: answer.message.clone(), advice }
}

/// Fetches the model below which a family is followed.
async fn root(
    hub: &Hub,
    recording: &mut Recording,
    frontier: &mut Frontier,
    id: &str,
    tell: Tell<'_>,
) -> Result<(), Error> {
    let path = listing::one_model(id, recording.fields());
    let read = |answer: &Answer| match (answer.status, listing::glance_row(&answer.body).id) {
        (200, None) => Err("an answer that is no model".to_owned()),
        (_, id) => Ok(id),
    };
    let (answer, found) = hub.get(&path, &read, &|pause| tell(Event::Waits(pause))).await?;
    let mut head = Head::new(PageKind::Model, path, answer.date);
    match answer.status {
        200 => {
            head.rows = 1;
            head.was = found.filter(|found| !found.eq_ignore_ascii_case(id)).map(|_| id.to_owned());
            recording.add(&head, &answer.body)?;
            frontier.saw(&head, &[listing::glance_row(&answer.body)]);
            Ok(())
        }
        401 | 403 | 404 if !refuses_token(&answer) => {
            tell(Event::NoRoot { id: id.to_owned(), message: answer.message });
            recording.add(&head, b"")?;
            frontier.saw(&head, &[]);
            Ok(())
        }
        _ => refused(hub, recording, &head.path, &answer, tell),
    }
}

/// The date of the newest model, if a listing of the whole Hub has none of its last days: thousands are made every day,
/// so such a listing was cut off, whatever its last page said.
pub fn ends_early(snapshot: &Snapshot) -> Option<i64> {
    const DAYS: i64 = 3 * 24 * 60 * 60 * 1000;
    let provenance = snapshot.provenance();
    let note = provenance.crawl.as_ref()?;
    let is_whole = note.owner.is_none() && note.filters.is_empty() && note.below.is_none() && note.limit.is_none();
    let newest = snapshot.rows().filter_map(|row| snapshot.created(row)).max()?;
    (is_whole && newest < provenance.taken? - DAYS).then_some(newest)
}

/// A crawl's plan as a snapshot keeps it.
pub fn note(plan: &Plan) -> CrawlNote {
    CrawlNote {
        endpoint: plan.endpoint.clone(),
        owner: plan.scope.owner.clone(),
        filters: plan.scope.filters.clone(),
        below: plan.below.clone(),
        limit: plan.limit,
        cards: plan.cards,
    }
}

/// What a crawl brings, in words.
pub fn describe(note: &CrawlNote) -> String {
    let mut words = match (&note.below, &note.owner) {
        (Some(id), _) => format!("{id} and what descends from it"),
        (_, Some(owner)) => format!("the models of {owner}"),
        _ if note.filters.is_empty() => "the whole Hub".to_owned(),
        _ => "models".to_owned(),
    };
    if !note.filters.is_empty() {
        words += &format!(" with the tags {}", note.filters.join(", "));
    }
    if let Some(limit) = note.limit {
        words += &format!(", the first {limit} rows");
    }
    format!("{words} at {}", note.endpoint)
}

/// The plan that lists again what a snapshot's crawl listed; with `since`, only what changed from then on.
pub fn plan(note: &CrawlNote, since: Option<i64>) -> Plan {
    Plan {
        endpoint: note.endpoint.clone(),
        scope: Scope { owner: note.owner.clone(), filters: note.filters.clone() },
        below: note.below.clone(),
        limit: note.limit,
        since,
        cards: note.cards,
    }
}
