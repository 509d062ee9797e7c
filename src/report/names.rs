use std::collections::BTreeMap;

use super::listed::listed;
use super::{Case, Finding};
use crate::ink::{Grid, Report, Value, grouped, plural};
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
            Some(Case::of(models, text))
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

/// Writes the links that old names moved, in one line where the models of an account kept their names under another
/// one; those that moved most come first, and people are shown `most` of them.
///
/// # Errors
/// [`Error::Damaged`] if the links are not as they were written.
pub fn aliases(lineage: &Lineage, most: usize) -> Result<Report<'static>, Error> {
    let snapshot = lineage.snapshot();
    // Ids, links, and ids that are listed beside those of today.
    let mut rows: BTreeMap<(String, String), [u64; 3]> = BTreeMap::new();
    let key = |old: Row, new: Row| {
        let ids = (snapshot.id(old), snapshot.id(new));
        match (ids.0.split_once('/'), ids.1.split_once('/')) {
            (Some((old, name)), Some((new, same))) if name.eq_ignore_ascii_case(same) => {
                (format!("{old}/*"), format!("{new}/*"))
            }
            _ => (ids.0.to_owned(), ids.1.to_owned()),
        }
    };
    for (old, new) in snapshot.rows().filter_map(|row| Some((row, snapshot.alias_of(row)?))) {
        let row = rows.entry(key(old, new)).or_default();
        row[0] += 1;
        row[2] += u64::from(snapshot.is_listed(old) && snapshot.is_listed(new));
    }
    let mut moved = 0;
    for anomaly in lineage.anomalies()? {
        if let Anomaly::AliasFollowed { alias, model, .. } = anomaly {
            moved += 1;
            rows.entry(key(alias, model)).or_default()[1] += 1;
        }
    }
    let mut order: Vec<_> = rows.into_iter().collect();
    order.sort_by(|one, other| other.1[1].cmp(&one.1[1]).then_with(|| one.0.cmp(&other.0)));
    let mut grid = Grid::new(["old name", "name of today", "ids", "links moved", "both listed"]);
    let mut values = Vec::new();
    let count = order.len() as u64;
    for (at, ((old, new), [ids, links, both])) in order.into_iter().enumerate() {
        if at < most {
            grid.row([old.clone(), new.clone(), grouped(ids), grouped(links), grouped(both)]);
        }
        values.push(vec![
            ("old".into(), Value::from(old)),
            ("new".into(), new.into()),
            ("ids".into(), ids.into()),
            ("links".into(), links.into()),
            ("both_listed".into(), both.into()),
        ]);
    }
    let words = format!("{}, {} moved.", plural(count, "old name"), plural(moved, "link"));
    Ok(listed(
        grid,
        values,
        words,
        most,
        &[
            "Links to an old name lead to the model under its name of today: by a table, or as a crawl or a listing's keys showed.",
            "A line with * is of all models that kept their names under another account; the account itself may live on.",
            "Where both are listed they are two models, and links go to the one of today. A parent that a row's own key leads to is no such link: see renamed-parent.",
        ],
    ))
}
