use std::collections::HashMap;

use super::References;
use crate::reference::Publisher;
use crate::snapshot::{Row, Snapshot};

/// A `Behind` is who stands behind each owner, by its number.
#[derive(Debug)]
pub(super) struct Behind<'l> {
    pub(super) publishers: Vec<Option<&'l Publisher>>,
    /// The organisation of each owner: all accounts of one name in the table of publishers; who is not there stands alone.
    pub(super) organisations: Vec<u32>,
    pub(super) names: Vec<String>,
}

impl<'l> Behind<'l> {
    pub(super) fn find(snapshot: &'l Snapshot, owners: &[u32], references: &'l References) -> Behind<'l> {
        let (mut publishers, mut organisations, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let mut known: HashMap<&str, u32> = HashMap::new();
        for (row, number) in (0..).zip(owners) {
            let (row, number): (Row, usize) = (row, *number as usize);
            if number < publishers.len() {
                continue;
            }
            let publisher = references.publishers.whose(snapshot.id(row), &references.aliases).publisher;
            publishers.resize(number, None);
            publishers.push(publisher);
            let new = names.len() as u32;
            let organisation = publisher.map_or(new, |publisher| *known.entry(&publisher.name).or_insert(new));
            organisations.resize(number, 0);
            organisations.push(organisation);
            if organisation == new {
                names.push(match (publisher, snapshot.owner(row)) {
                    (Some(publisher), _) => publisher.name.clone(),
                    // An account may be named like an organisation of which it is none.
                    (None, Some(owner)) => format!("{owner}/*"),
                    (None, None) => snapshot.id(row).to_owned(),
                });
            }
        }
        Behind { publishers, organisations, names }
    }
}
