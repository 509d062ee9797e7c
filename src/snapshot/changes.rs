use std::collections::{BTreeSet, HashMap};

use super::{Error, Link, Row, Snapshot};
use crate::model::{RepositoryKey, Word, WordList};

/// A `Changes` tells what changed between two snapshots of one Hub. Models are matched by the Hub's own key, else by
/// id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The earlier snapshot does not list these ids of the later one.
    pub added: Vec<String>,
    /// The later snapshot does not list these models of the earlier one, under any id.
    pub gone: Vec<String>,
    /// These models have another id: each stands with the one before and the one after.
    pub renamed: Vec<(String, String)>,
    /// The ids of these models are spelled otherwise, in their case alone: each stands with the spelling before and
    /// after.
    pub respelled: Vec<(String, String)>,
    /// The first licence of these models is another: each stands with its id, the licence before and the one after, of
    /// which one may be empty.
    pub relicensed: Vec<(String, String, String)>,
    /// Others may fetch these models than before: each stands with its id, and who could and who can (`false`, `auto` or `manual`), where
    /// both are known.
    pub gated: Vec<(String, String, String)>,
    /// These models have another set of parents, old ids followed.
    pub reparented: Vec<String>,
}

impl Changes {
    /// Finds the row of the same model in the earlier snapshot, for every row of the later one: by the Hub's own key,
    /// else by id.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of either is not as it was written.
    pub fn matches(earlier: &Snapshot, later: &Snapshot) -> Result<Vec<Option<Row>>, Error> {
        let (earlier_keys, later_keys) = (earlier.keys()?, later.keys()?);
        let listed = |snapshot: &Snapshot| snapshot.rows().filter(|row| snapshot.is_listed(*row)).collect::<Vec<_>>();
        let keys: HashMap<RepositoryKey, Row> =
            listed(earlier).into_iter().filter_map(|row| Some((earlier_keys.at(row)?, row))).collect();
        let mut matches = vec![None; later.len()];
        for row in listed(later) {
            let by_key = later_keys.at(row).and_then(|key| keys.get(&key).copied());
            let by_id = || {
                let known = earlier.find(later.id(row)).filter(|known| earlier.is_listed(*known))?;
                // Two repositories that bore one name, one after the other, are two.
                (earlier_keys.at(known).is_none() || later_keys.at(row).is_none()).then_some(known)
            };
            matches[row as usize] = by_key.or_else(by_id);
        }
        Ok(matches)
    }

    /// Finds what changed from the one snapshot to the other.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of either is not as it was written.
    pub fn between(earlier: &Snapshot, later: &Snapshot) -> Result<Changes, Error> {
        let matches = Changes::matches(earlier, later)?;
        let licences = (earlier.list(WordList::Licences)?, later.list(WordList::Licences)?);
        let gated = (earlier.word(Word::Gated)?, later.word(Word::Gated)?);
        let links = (earlier.links()?, later.links()?);
        let mut met = vec![false; earlier.len()];
        let mut changes = Changes::default();
        for row in later.rows().filter(|row| later.is_listed(*row)) {
            let Some(known) = matches[row as usize] else {
                changes.added.push(later.id(row).to_owned());
                continue;
            };
            met[known as usize] = true;
            let id = later.id(row).to_owned();
            if earlier.id(known) != id {
                let is_case = earlier.id(known).eq_ignore_ascii_case(&id);
                let changed = if is_case { &mut changes.respelled } else { &mut changes.renamed };
                changed.push((earlier.id(known).to_owned(), id.clone()));
            }
            let [before, after] = [licences.0.first_at(known), licences.1.first_at(row)];
            if before != after {
                let [before, after] = [before, after].map(|licence| licence.unwrap_or_default().to_owned());
                changes.relicensed.push((id.clone(), before, after));
            }
            if let (Some(before), Some(after)) = (gated.0.at(known), gated.1.at(row))
                && before != after
            {
                changes.gated.push((id.clone(), before.to_owned(), after.to_owned()));
            }
            if parents(earlier, links.0.at(known), later) != parents(later, links.1.at(row), later) {
                changes.reparented.push(id);
            }
        }
        changes.gone = earlier
            .rows()
            .filter(|row| earlier.is_listed(*row) && !met[*row as usize])
            .map(|row| earlier.id(row).to_owned())
            .collect();
        Ok(changes)
    }
}

/// The ids of a model's parents in lower case, by the names that the later snapshot knows them under.
fn parents(snapshot: &Snapshot, links: impl Iterator<Item = Link>, later: &Snapshot) -> BTreeSet<String> {
    let name = |parent: Row| {
        let parent = snapshot.alias_of(parent).unwrap_or(parent);
        let now = later.find(snapshot.id(parent)).map(|now| later.alias_of(now).unwrap_or(now));
        now.map_or(snapshot.id(parent), |now| later.id(now)).to_ascii_lowercase()
    };
    links.map(|link| name(link.parent)).collect()
}
