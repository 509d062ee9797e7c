use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::error::{Error, refusal, refuses_token};
use super::event::{Event, Tell};
use crate::source::hub::{self, Answer, Fault, Hub, listing};
use crate::source::recording::{CardState, FetchedCard, Head, PageKind, Recording, split_cards, write_cards};

/// Cards in a page of the recording: what an accident costs at most.
const BATCH: usize = 100;
/// Cards that are asked for at once.
const AT_ONCE: usize = 8;

/// Fetches the cards of the recorded models that have parents, but for those that are there. Tells what came of each.
pub(super) async fn fetch(
    hub: &Arc<Hub>,
    recording: &mut Recording,
    tell: Tell<'_>,
) -> Result<BTreeMap<CardState, u64>, Error> {
    let mut states: BTreeMap<CardState, u64> = BTreeMap::new();
    let mut asked: HashSet<String> = HashSet::new();
    let mut date = None;
    for page in 0..recording.pages() {
        let head = recording.head(page)?;
        date = date.max(head.date);
        if head.kind == PageKind::Cards {
            let (_, body) = recording.page(page)?;
            for (card, _) in split_cards(&body).unwrap_or_default() {
                *states.entry(card.state).or_default() += 1;
                asked.insert(card.was.unwrap_or(card.id).to_ascii_lowercase());
            }
        }
    }
    let mut derived: Vec<String> = Vec::new();
    recording.listed(&mut |found| {
        if let Ok(record) = found
            && !record.parents.is_empty()
            && asked.insert(record.id.key())
        {
            derived.push(record.id.to_string());
        }
    })?;
    let of = states.values().sum::<u64>() + derived.len() as u64;
    for ids in derived.chunks(BATCH) {
        let (cards, hosts) = batch(hub, ids, tell).await?;
        for host in hosts {
            recording.answered(&host)?;
        }
        for (card, _) in &cards {
            *states.entry(card.state).or_default() += 1;
        }
        let rows = cards.len() as u64;
        let head = Head { rows, ..Head::new(PageKind::Cards, listing::card(&ids[0]), date) };
        recording.add(&head, &write_cards(&cards))?;
        tell(Event::Cards { done: states.values().sum(), of });
    }
    Ok(states)
}

/// Some cards, and the hosts that gave them.
type Batch = (Vec<(FetchedCard, Vec<u8>)>, BTreeSet<String>);

/// The cards of some models, in the models' order.
async fn batch(hub: &Arc<Hub>, ids: &[String], tell: Tell<'_>) -> Result<Batch, Error> {
    let (pauses, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut under_way = JoinSet::new();
    let mut waiting = ids.iter().cloned().enumerate();
    let (mut cards, mut hosts) = (BTreeMap::new(), BTreeSet::new());
    loop {
        while under_way.len() < AT_ONCE {
            let Some((at, id)) = waiting.next() else { break };
            let (hub, pauses) = (Arc::clone(hub), pauses.clone());
            under_way.spawn(async move {
                // Nobody listens any more only if the crawl has ended.
                let tell = move |pause| _ = pauses.send(pause);
                match hub.get(&listing::card(&id), &|_: &Answer| Ok(()), &tell).await {
                    Ok((answer, ())) if refuses_token(&answer) => Err(refusal(&hub, &listing::card(&id), &answer)),
                    Ok((answer, ())) => Ok((at, Ok(answer.host.clone()), card(id, answer))),
                    // One card that cannot be had does not keep the others away; a broken line does.
                    Err(error @ (hub::Error::GivenUp { fault: Fault::Answer, .. } | hub::Error::Redirect { .. })) => {
                        let failed = FetchedCard { id, was: None, state: CardState::Failed, bytes: 0 };
                        Ok((at, Err(error), (failed, Vec::new())))
                    }
                    Err(error) => Err(error.into()),
                }
            });
        }
        tokio::select! {
            Some(pause) = told.recv() => tell(Event::Waits(pause)),
            done = under_way.join_next() => match done {
                None => return Ok((cards.into_values().collect(), hosts)),
                Some(Ok(done)) => {
                    let (at, host, card) = done?;
                    match host {
                        Ok(host) => _ = hosts.insert(host),
                        Err(error) => tell(Event::Unanswered(error.to_string())),
                    }
                    cards.insert(at, card);
                }
                // A task ends otherwise only if it panicked; that is passed on.
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            },
        }
    }
}

fn card(id: String, answer: Answer) -> (FetchedCard, Vec<u8>) {
    let now = listing::model_of(&answer.path).map(str::to_owned);
    let state = match (answer.status, answer.code.as_deref()) {
        // A page of something else, such as a login.
        _ if now.is_none() => CardState::Failed,
        (200, _) => CardState::Read,
        (_, Some("EntryNotFound")) => CardState::None,
        (_, Some("GatedRepo")) => CardState::Gated,
        (401 | 403 | 404 | 410 | 451, _) => CardState::Gone,
        _ => CardState::Failed,
    };
    let text = if state == CardState::Read { answer.body } else { Vec::new() };
    let (id, was) = match now.filter(|now| !now.eq_ignore_ascii_case(&id)) {
        Some(now) => (now, Some(id)),
        None => (id, None),
    };
    (FetchedCard { id, was, state, bytes: text.len() }, text)
}
