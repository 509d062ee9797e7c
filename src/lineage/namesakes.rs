use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};

use super::Lineage;
use crate::model::hub_of;
use crate::snapshot::Row;

/// A name that more accounts have (`test`, `bert-base-uncased`) says nothing of who was renamed.
const MOST: usize = 5;
/// Two accounts that share fewer names are no pair.
const LEAST: usize = 3;

/// A `Namesakes` is two accounts that share names of models, of which one alone has children, while none of the models
/// declares the other as its parent: one account under two names, or a re-upload that does not say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namesakes {
    /// These are the models of the account without children, each beside that of the other account with the same name.
    pub models: Vec<(Row, Row)>,
    /// The models of the other account that have these names have so many children.
    pub children: u64,
}

impl Lineage {
    /// Finds the pairs of accounts that share at least three names with all children on one side, in order of the
    /// accounts' names. Names that more than five accounts have do not count. Of the renamings that are known in the
    /// listing of July 2025, all 11 are among them; of 50 pairs that were read one by one, 4 are renamings, 2 more may
    /// be, and 44 are copies.
    pub fn namesakes(&self) -> Vec<Namesakes> {
        let snapshot = &self.snapshot;
        let groups = self.of_one_name();
        let account = |row: Row| snapshot.owner(row).unwrap_or_default().to_ascii_lowercase();
        let children = |row: Row| self.children(row).len() as u64;
        let hub = |row: Row| hub_of(snapshot.id(row));
        // First those with a child on one side alone, then all that they share.
        let mut pairs: BTreeMap<(String, String), Namesakes> = BTreeMap::new();
        for rows in &groups {
            let is_pair = |(bare, kept): &(Row, Row)| {
                // An account of another hub is another account.
                children(*bare) == 0 && children(*kept) > 0 && hub(*bare) == hub(*kept)
            };
            for (bare, kept) in ordered(rows).filter(is_pair) {
                let none = || Namesakes { models: Vec::new(), children: 0 };
                pairs.entry((account(bare), account(kept))).or_insert_with(none);
            }
        }
        let mut refuted = BTreeSet::new();
        for rows in &groups {
            for (bare, kept) in ordered(rows) {
                let key = (account(bare), account(kept));
                let Some(pair) = pairs.get_mut(&key) else { continue };
                pair.models.push((bare, kept));
                pair.children += children(kept);
                let declares = |child: Row, parent: Row| self.parents(child).any(|(row, _)| row == parent);
                if children(bare) > 0 || declares(bare, kept) || declares(kept, bare) {
                    refuted.insert(key);
                }
            }
        }
        let left = pairs.into_iter().filter(|(key, pair)| pair.models.len() >= LEAST && !refuted.contains(key));
        let mut found: Vec<Namesakes> = left.map(|(_, pair)| pair).collect();
        found.iter_mut().for_each(|pair| pair.models.sort_unstable());
        found
    }
}

impl Lineage {
    /// The listed models that have a name in common, two to [`MOST`] of each.
    fn of_one_name(&self) -> Vec<Vec<Row>> {
        let snapshot = &self.snapshot;
        let name = |row: Row| snapshot.id(row).split_once('/').map(|(_, name)| name);
        let is_asked = |row: &Row| snapshot.is_listed(*row) && snapshot.alias_of(*row).is_none();
        // A number for each name, so that millions are sorted quickly.
        let mut numbered: Vec<(u64, Row)> = Vec::new();
        for row in snapshot.rows().filter(is_asked) {
            let Some(name) = name(row) else { continue };
            let mut hash = DefaultHasher::new();
            name.bytes().for_each(|byte| hash.write_u8(byte.to_ascii_lowercase()));
            numbered.push((hash.finish(), row));
        }
        numbered.sort_unstable();
        let groups = numbered.chunk_by(|one, other| one.0 == other.0).filter(|group| (2..=MOST).contains(&group.len()));
        let is_same = |group: &Vec<Row>| {
            group.iter().all(|row| name(*row).zip(name(group[0])).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)))
        };
        groups.map(|group| group.iter().map(|(_, row)| *row).collect()).filter(is_same).collect()
    }
}

/// Every two of some rows, in both orders.
fn ordered(rows: &[Row]) -> impl Iterator<Item = (Row, Row)> {
    rows.iter().flat_map(move |one| rows.iter().filter(move |other| one != *other).map(move |other| (*one, *other)))
}
