use std::collections::HashMap;

use super::References;
use crate::model::side_by_side;
use crate::reference::Publisher;
use crate::snapshot::{Row, Snapshot};

/// So many owners are looked up at a time.
const MANY: usize = 16 * 1024;

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
        let mut firsts: Vec<(Row, u32)> = Vec::new();
        for (row, number) in (0..).zip(owners) {
            if firsts.last().is_none_or(|(_, last)| number > last) {
                firsts.push((row, *number));
            }
        }
        // There are nearly as many owners as there are models with links, and each is looked up.
        let pieces: Vec<&[(Row, u32)]> = firsts.chunks(MANY).collect();
        let found = side_by_side(pieces.len(), |at| {
            let of = |(row, _): &(Row, u32)| {
                let publisher = references.publishers.whose(snapshot.id(*row), &references.aliases).publisher;
                let name = match (publisher, snapshot.owner(*row)) {
                    (Some(publisher), _) => publisher.name.clone(),
                    // An account may be named like an organisation of which it is none.
                    (None, Some(owner)) => format!("{owner}/*"),
                    (None, None) => snapshot.id(*row).to_owned(),
                };
                (publisher, name)
            };
            pieces[at].iter().map(of).collect::<Vec<_>>()
        });
        let (mut publishers, mut organisations, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let mut known: HashMap<&str, u32> = HashMap::new();
        for ((_, number), (publisher, name)) in firsts.iter().zip(found.into_iter().flatten()) {
            let new = names.len() as u32;
            let organisation = publisher.map_or(new, |publisher| *known.entry(&publisher.name).or_insert(new));
            names.extend((organisation == new).then_some(name));
            publishers.resize(*number as usize, None);
            publishers.push(publisher);
            organisations.resize(*number as usize, 0);
            organisations.push(organisation);
        }
        Behind { publishers, organisations, names }
    }
}
