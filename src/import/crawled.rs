//! A crawl as a snapshot keeps it: what an update asks for again, and what the Hub refused.

use crate::model::DAY;
use crate::snapshot::{CrawlNote, Error, Snapshot};
use crate::source::hub::listing::Scope;
use crate::source::recording::{Plan, Recording};

/// Gives the date of the newest model, in milliseconds since 1970, if a listing of the whole Hub has none of its last
/// days: thousands are made every day, so such a listing was cut off, whatever its last page said.
///
/// # Errors
/// [`Error::Damaged`] if the dates are not as they were written.
pub fn ends_early(snapshot: &Snapshot) -> Result<Option<i64>, Error> {
    const DAYS: i64 = 3 * DAY;
    let provenance = snapshot.provenance();
    let is_whole = provenance.crawl.as_ref().is_some_and(CrawlNote::is_whole);
    let Some(taken) = provenance.taken.filter(|_| is_whole) else { return Ok(None) };
    let created = snapshot.created()?;
    // One absurd date must not hide it.
    let is_past = |at: &i64| *at < taken + DAYS;
    let newest = snapshot.rows().filter_map(|row| created.at(row)).filter(is_past).max();
    Ok(newest.filter(|newest| *newest < taken - DAYS))
}

/// Makes a note of a crawl's plan, as a snapshot keeps it.
pub fn note(plan: &Plan) -> CrawlNote {
    CrawlNote {
        endpoint: plan.endpoint.clone(),
        owner: plan.scope.owner.clone(),
        filters: plan.scope.filters.clone(),
        below: plan.below.clone(),
        limit: plan.limit,
        cards: plan.cards,
        licence_names: plan.licence_names,
        without: Vec::new(),
        hosts: Vec::new(),
    }
}

/// Makes a note of a recording's plan, with the fields that the Hub refused and the hosts that answered. What an update
/// did not bring anew is still without those that were refused `before`, and from those that answered then.
pub fn note_of(recording: &Recording, before: Option<&CrawlNote>) -> CrawlNote {
    let plan = recording.plan();
    let before = before.filter(|_| plan.since.is_some());
    let with = |mut all: Vec<String>, before: Option<&Vec<String>>| {
        all.extend(before.into_iter().flatten().cloned());
        all.sort();
        all.dedup();
        all
    };
    let without = with(recording.without(), before.map(|note| &note.without));
    let hosts = with(recording.hosts().map(str::to_owned).collect(), before.map(|note| &note.hosts));
    CrawlNote { without, hosts, ..note(plan) }
}

/// Tells whether two crawls list the same. With or without cards and names of licences it is the same crawl, whatever
/// the Hub refused and whoever answered.
pub fn lists_the_same(one: &CrawlNote, other: &CrawlNote) -> bool {
    let CrawlNote { cards, licence_names, without, hosts, .. } = one.clone();
    *one == CrawlNote { cards, licence_names, without, hosts, ..other.clone() }
}

/// Makes the plan that lists again what a snapshot's crawl listed; with `since`, in milliseconds since 1970, only what
/// changed from then on.
pub fn plan(note: &CrawlNote, since: Option<i64>) -> Plan {
    Plan {
        endpoint: note.endpoint.clone(),
        scope: Scope { owner: note.owner.clone(), filters: note.filters.clone() },
        below: note.below.clone(),
        limit: note.limit,
        since,
        cards: note.cards,
        licence_names: note.licence_names,
    }
}
