use std::cmp::Reverse;

use super::Lineage;
use crate::snapshot::Row;

/// So many that look most like a name are weighed by what descends from them.
const WEIGHED: usize = 24;

impl Lineage {
    /// Gives models whose ids look like `wanted`, at most `most` of them, each with the number of its descendants: those with most of
    /// them first, then in order of their ids.
    pub fn nearest(&self, wanted: &str, most: usize) -> Vec<(Row, u64)> {
        let mut alike = self.snapshot().alike(wanted);
        // Among those that are as alike, those with children are told of first.
        alike.sort_by_key(|(_, row)| (Reverse(self.children(*row).len()), *row));
        alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        alike.truncate(WEIGHED);
        let mut near = self.weighed(alike.into_iter().map(|(_, row)| row));
        near.truncate(most);
        near
    }

    /// The models with the number of their descendants, those with most first. From each that has children it is walked.
    pub(crate) fn weighed(&self, rows: impl Iterator<Item = Row>) -> Vec<(Row, u64)> {
        let descendants = |row| if self.is_leaf(row) { 0 } else { self.below(&[row]).rows.len() as u64 };
        let mut weighed: Vec<(Row, u64)> = rows.map(|row| (row, descendants(row))).collect();
        weighed.sort_by_key(|(row, descendants)| (Reverse(*descendants), *row));
        weighed
    }
}
