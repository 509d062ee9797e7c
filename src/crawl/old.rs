//! By which older ids the models of a family were known: children whose tags name one are asked for by it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Alias, Certainty, Record, RepositoryKey, Scope, Witness};
use crate::snapshot::{Listing, Renames};
use crate::source::hub::{listing, wire};
use crate::source::recording::{Head, OldId, PageKind};

/// An `OldIds` is what is known of older ids: tables, and what the rows of a family show. A family's crawl asks for the
/// children of every older id of a model as well as for those of its id of today.
#[derive(Debug, Default)]
pub struct OldIds {
    renames: Renames,
    /// Older ids by those of today, in lower case.
    models: HashMap<String, Vec<String>>,
    /// Older names of accounts by those of today, in lower case.
    accounts: HashMap<String, Vec<String>>,
    /// Other ids by which rows name a model, by each of its ids in lower case.
    shown: HashMap<String, BTreeSet<String>>,
    /// Under which id a key was met first.
    keys: HashMap<RepositoryKey, String>,
    family: Family,
    /// What was found and stands in no page yet.
    wanted: Vec<OldId>,
    /// All that was found, in lower case.
    told: HashSet<String>,
}

/// The models that were met, in lower case.
#[derive(Debug, Default)]
struct Family(HashSet<String>);

impl Listing for Family {
    fn is_listed(&self, id: &str) -> bool {
        self.0.contains(&id.to_ascii_lowercase())
    }
    // What is not listed is not asked about, a copy that names its original is met as a child of it, and then asked for as itself,
    // and the answer shows whose the name is: of the rest nothing is known.
}

impl OldIds {
    /// Notes the rows of a table, which stand above those of earlier tables.
    pub fn of_table<'a>(&mut self, rows: impl Iterator<Item = &'a Alias> + Clone) {
        self.renames.of_table(rows.clone());
        for Alias { old, new, scope, .. } in rows {
            let known = match scope {
                Scope::Model => &mut self.models,
                Scope::Account => &mut self.accounts,
            };
            known.entry(new.to_ascii_lowercase()).or_default().push(old.clone());
        }
    }

    /// Reads a page of a family: which models are in it, and by which ids it names others.
    pub(super) fn read(&mut self, head: &Head, body: &[u8]) {
        if head.take == Some(0) {
            return;
        }
        // Models that are new, or of which an older id is.
        let mut new: Vec<String> = Vec::new();
        match head.kind {
            PageKind::List => _ = listing::rows(body, &mut |row| self.row(row, &mut new)),
            PageKind::Model if head.rows > 0 => self.row(body, &mut new),
            // The model is not on the Hub.
            PageKind::Model => {
                let path = head.path.split('?').next().unwrap_or_default();
                listing::model_of(path).into_iter().for_each(|id| self.meet(id, &mut new));
            }
            PageKind::Licences | PageKind::Cards => (),
        }
        self.told.extend(head.was.iter().map(|was| was.to_ascii_lowercase()));
        // A page may show many names of one model.
        let mut seen = HashSet::new();
        new.retain(|id| seen.insert(id.clone()));
        for id in new {
            if self.family.is_listed(&id) {
                self.look_up(&id);
            }
        }
    }

    /// Notes that a page names these.
    pub(super) fn stand(&mut self, old: &[OldId]) {
        self.wanted.retain(|wanted| !old.contains(wanted));
    }

    /// What was found and stands in no page yet. What is no more than likely is judged by `baseModels`.
    pub(super) fn wanted(&self, has_base_models: bool) -> Vec<OldId> {
        self.wanted.iter().filter(|old| old.sure || has_base_models).cloned().collect()
    }

    /// Whether the children of an id show that it is the name of another model today: the Hub gives the parents in
    /// `baseModels` by their names of today.
    pub(super) fn is_of_another(&self, id: &str, body: &[u8]) -> bool {
        let mut is_other = false;
        let judged = listing::rows(body, &mut |row| {
            let parents = wire::record(row).map(|record| record.parents).unwrap_or_default();
            is_other |= parents.iter().any(|parent| {
                let is_known = |key| self.keys.get(&key).is_some_and(|known| !known.eq_ignore_ascii_case(id));
                parent.id.as_str().eq_ignore_ascii_case(id) && parent.hub_id.is_some_and(|key| !is_known(key))
            });
        });
        judged.is_ok() && is_other
    }

    fn meet(&mut self, id: &str, new: &mut Vec<String>) {
        if self.family.0.insert(id.to_ascii_lowercase()) {
            new.push(id.to_owned());
        }
    }

    fn row(&mut self, row: &[u8], new: &mut Vec<String>) {
        let Ok(record) = wire::record(row) else { return };
        self.meet(record.id.as_str(), new);
        for (one, other) in names_of_one(&record, &mut self.keys) {
            for (id, old) in [(&one, &other), (&other, &one)] {
                if self.shown.entry(id.to_ascii_lowercase()).or_default().insert(old.clone()) {
                    new.push(id.clone());
                }
            }
        }
    }

    /// Finds the older ids of a model, those of older ids too.
    fn look_up(&mut self, id: &str) {
        let mut names = BTreeMap::from([(id.to_ascii_lowercase(), true)]);
        let mut queue = vec![id.to_owned()];
        let ways = self.renames.ways(&self.family);
        while let Some(at) = queue.pop() {
            let key = at.to_ascii_lowercase();
            let mut found: Vec<OldId> = Vec::new();
            let of_account = at.split_once('/').into_iter().flat_map(|(account, name)| {
                let known = self.accounts.get(&account.to_ascii_lowercase()).into_iter().flatten();
                known.map(move |account| format!("{account}/{name}"))
            });
            for old in self.models.get(&key).into_iter().flatten().cloned().chain(of_account) {
                // A row of the model may say otherwise than one of its account, and a later table than an earlier one.
                let Some((today, certainty)) = ways.follow(&old) else { continue };
                if let Some(is_sure) = names.get(&today.to_ascii_lowercase()) {
                    found.push(OldId { id: old, sure: certainty == Certainty::Sure && *is_sure });
                }
            }
            let shown = self.shown.get(&key).into_iter().flatten();
            found.extend(shown.map(|old| OldId { id: old.clone(), sure: false }));
            for old in found {
                let key = old.id.to_ascii_lowercase();
                // What is met as a model is asked for as itself.
                if self.family.0.contains(&key) || names.contains_key(&key) {
                    continue;
                }
                names.insert(key.clone(), old.sure);
                queue.push(old.id.clone());
                if self.told.insert(key) {
                    self.wanted.push(old);
                }
            }
        }
    }
}

/// Pairs of ids that name one model: by its key, or since one tag and one resolved parent are left that name no other.
fn names_of_one(record: &Record<'_>, keys: &mut HashMap<RepositoryKey, String>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let parents = record.parents.iter().map(|parent| (parent.hub_id, &parent.id));
    for (key, id) in [(record.hub_id, &record.id)].into_iter().chain(parents) {
        let Some(key) = key else { continue };
        let first = keys.entry(key).or_insert_with(|| id.as_str().to_owned());
        if !first.eq_ignore_ascii_case(id.as_str()) {
            pairs.push((first.clone(), id.as_str().to_owned()));
        }
    }
    let by = |witness: Witness| record.parents.iter().filter(move |parent| parent.witness == witness);
    let (mut tagged, mut resolved) = (by(Witness::TagAlone), by(Witness::ResolvedAlone));
    if let (Some(tag), None, Some(parent), None) = (tagged.next(), tagged.next(), resolved.next(), resolved.next()) {
        pairs.push((parent.id.as_str().to_owned(), tag.id.as_str().to_owned()));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_one_repository_under_very_many_ids_is_read_in_time() {
        const IDS: usize = 50_000;
        let row = |at: usize| format!("{{\"_id\":\"{:024x}\",\"id\":\"x/p{at}\",\"tags\":[]}}", 1);
        let body = format!("[{}]", (0..IDS).map(row).collect::<Vec<String>>().join(","));
        let mut old = OldIds::default();
        old.read(&Head::new(PageKind::List, String::new(), None), body.as_bytes());
        // Each is met as a model, and asked for as itself.
        assert_eq!((old.family.0.len(), old.shown["x/p0"].len(), old.wanted(true)), (IDS, IDS - 1, Vec::new()));
    }
}
