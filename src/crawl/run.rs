use std::sync::Arc;

use super::error::{ANEW, Error, refusal, refuses_token};
use super::event::{Brought, Event, Tell};
use super::frontier::{Frontier, Task};
use super::{OldIds, cards, fields};
use crate::snapshot::{CrawlNote, Snapshot};
use crate::source::hub::listing::{self, Glance, HUB_MODELS};
use crate::source::hub::{Answer, Hub};
use crate::source::recording::{Head, PageKind, Recording};

/// The field that names the parents of a model as they are called today.
const BASE_MODELS: &str = "baseModels";

/// How many times the last known size of the Hub a listing may have.
const TIMES: u64 = 10;

/// Overlap of an update with what is known, in milliseconds: clocks differ, and the Hub's index lags.
const OVERLAP: i64 = 60 * 60 * 1000;

/// The instant since which an update asks, for a snapshot that describes `taken`.
pub fn since(taken: i64) -> i64 {
    taken - OVERLAP
}

/// How many models a crawl may bring where nobody says: ten times what the Hub had when it was last counted, by a census or
/// by the snapshot of the whole Hub that is there.
pub fn most_models(known: Option<&Snapshot>) -> u64 {
    let known = known.map(Snapshot::provenance).filter(|known| known.crawl.as_ref().is_some_and(CrawlNote::is_whole));
    HUB_MODELS.max(known.map_or(0, |known| known.counts.models)).saturating_mul(TIMES)
}

/// Fetches what is not in the recording yet, to the end of its plan, of `most` models at most. Below a model children are asked for by its older ids
/// too, as far as they are known before or show on the way.
///
/// # Errors
/// See [`Error`]; the recording can be resumed.
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
            return Err(format!("a listing that is not in the order of changes; {ANEW}"));
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
        return Err(Error::Refused { what: hub.name(path), status: answer.status, message, advice: ANEW });
    }
    // The frontier has not moved: the same listing is asked for again.
    Ok(recording.set_fields(kept)?)
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
