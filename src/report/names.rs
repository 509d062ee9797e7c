use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::listed::listed;
use super::{Case, Finding};
use crate::ink::{Grid, Report, grouped, plural};
use crate::lineage::{Anomaly, Lineage};
use crate::snapshot::{Error, Row, Snapshot};

/// Accounts that may be one under two names.
pub(super) fn namesakes(snapshot: &Snapshot, lineage: &Lineage) -> Finding {
    const SHOWN: usize = 3;
    let account = |row: Row| snapshot.owner(row).unwrap_or_default();
    let pairs = lineage.namesakes();
    let cases: Vec<Case> = pairs
        .iter()
        .filter_map(|pair| {
            let (bare, kept) = pair.models.first()?;
            let names =
                pair.models.iter().map(|(bare, _)| snapshot.id(*bare).split_once('/').map_or("", |(_, name)| name));
            let text = format!(
                "{} and {}: {}, {} under the latter alone: {}{}",
                account(*bare),
                account(*kept),
                plural(pair.models.len() as u64, "name"),
                if pair.children == 1 { "1 child".to_owned() } else { format!("{} children", grouped(pair.children)) },
                names.take(SHOWN).collect::<Vec<_>>().join(", "),
                if pair.models.len() > SHOWN { ", ..." } else { "" },
            );
            let models = pair.models.iter().flat_map(|(bare, kept)| [*bare, *kept]).collect();
            Some(Case::new(models, text))
        })
        .collect();
    Finding {
        kind: ACCOUNT_PAIR,
        about: "accounts that share three names or more, with all children on one side: one renamed, or a copy",
        is_fault: false,
        count: cases.len() as u64,
        cases,
    }
}

pub(super) const ACCOUNT_PAIR: &str = "account-pair";

/// An old name, or all old ids of an account that kept their names under another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The old id, or `account/*`.
    pub old: String,
    /// That of today.
    pub new: String,
    /// How many old ids they are.
    pub ids: u64,
    /// How many links were moved.
    pub links: u64,
    /// How many of the ids are listed beside those of today.
    pub both: u64,
}

/// The links that old names moved, those that moved most first.
///
/// # Errors
/// [`Error::Damaged`].
pub fn moved(lineage: &Lineage) -> Result<Vec<Moved>, Error> {
    let snapshot = lineage.snapshot();
    let mut known: BTreeMap<(String, String), Moved> = BTreeMap::new();
    let mut moved = |old: Row, new: Row, ids: u64, links: u64, both: u64| {
        let names = (snapshot.id(old), snapshot.id(new));
        let (old, new) = match (names.0.split_once('/'), names.1.split_once('/')) {
            (Some((old, name)), Some((new, same))) if name.eq_ignore_ascii_case(same) => {
                (format!("{old}/*"), format!("{new}/*"))
            }
            _ => (names.0.to_owned(), names.1.to_owned()),
        };
        let none = Moved { old: old.clone(), new: new.clone(), ids: 0, links: 0, both: 0 };
        let moved = known.entry((old, new)).or_insert(none);
        (moved.ids, moved.links, moved.both) = (moved.ids + ids, moved.links + links, moved.both + both);
    };
    for (old, new) in snapshot.rows().filter_map(|row| Some((row, snapshot.alias_of(row)?))) {
        moved(old, new, 1, 0, u64::from(snapshot.is_listed(old) && snapshot.is_listed(new)));
    }
    for anomaly in lineage.anomalies()? {
        if let Anomaly::AliasFollowed { alias, model, .. } = anomaly {
            moved(alias, model, 0, 1, 0);
        }
    }
    let mut order: Vec<Moved> = known.into_values().collect();
    // Those of as many links stay in the order of their names.
    order.sort_by_key(|moved| Reverse(moved.links));
    Ok(order)
}

/// Old names, of which people are shown `most`.
pub fn aliases(moved: &[Moved], most: usize) -> Report<'static> {
    let mut grid = Grid::new(["old name", "name of today", "ids", "links moved", "both listed"]);
    let mut values = Vec::new();
    for (at, Moved { old, new, ids, links, both }) in moved.iter().enumerate() {
        if at < most {
            grid.row([old.clone(), new.clone(), grouped(*ids), grouped(*links), grouped(*both)]);
        }
        values.push([old.as_str().into(), new.as_str().into(), (*ids).into(), (*links).into(), (*both).into()]);
    }
    let links = moved.iter().map(|moved| moved.links).sum();
    let words = format!("{}, {} moved.", plural(moved.len() as u64, "old name"), plural(links, "link"));
    listed(
        grid,
        ["old", "new", "ids", "links", "both_listed"],
        values,
        words,
        most,
        &[
            "Links to an old name lead to the model under its name of today: by a table, or as a crawl or a listing's keys showed.",
            "A line with * is of all models that kept their names under another account; the account itself may live on.",
            "Where both are listed they are two models, and links go to the one of today. A parent that a row's own key leads to is no such link: see renamed-parent.",
        ],
    )
}
