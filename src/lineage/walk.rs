use super::{Lineage, Reach};
use crate::snapshot::Row;

/// A `Reached` is what a walk reached: every model once, nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// The models stand in order of their distance, then as the walk met them; those it began from are not among them.
    pub rows: Vec<Row>,
    /// This is the number of models at each distance, from one link away on.
    pub levels: Vec<usize>,
}

impl Reached {
    /// Gives the models with their distances: how many links lie between each and the nearest that the walk began from.
    pub fn distances(&self) -> impl Iterator<Item = (Row, u32)> {
        let levels = self.levels.iter().zip(1..).flat_map(|(models, level)| std::iter::repeat_n(level, *models));
        self.rows.iter().copied().zip(levels)
    }
}

impl Lineage {
    /// Finds every model that descends from any of `from`, those left out.
    pub fn below(&self, from: &[Row]) -> Reached {
        self.within(from, Reach::Below, usize::MAX)
    }

    /// Finds every ancestor of any of `from`, those left out.
    pub fn above(&self, from: &[Row]) -> Reached {
        self.within(from, Reach::Above, usize::MAX)
    }

    /// The ancestors of a model and itself, in order of the rows.
    pub(super) fn above_with(&self, model: Row) -> Vec<Row> {
        let mut rows = self.above(&[model]).rows;
        rows.push(model);
        rows.sort_unstable();
        rows
    }

    /// Finds every model at most `depth` links from any of `from`, those left out.
    pub fn within(&self, from: &[Row], reach: Reach, depth: usize) -> Reached {
        let mut seen = vec![0u64; self.snapshot.len().div_ceil(64)];
        let mut met = |row: Row| {
            let (word, bit) = (&mut seen[row as usize / 64], 1 << (row % 64));
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        };
        let mut rows: Vec<Row> = from.iter().copied().filter(|row| met(*row)).collect();
        let own = rows.len();
        let mut levels = Vec::new();
        let mut edge = 0..own;
        while !edge.is_empty() && levels.len() < depth {
            let end = edge.end;
            for at in edge {
                if reach != Reach::Above {
                    rows.extend(self.down.ends(rows[at]).iter().filter(|child| met(**child)));
                }
                if reach != Reach::Below {
                    rows.extend(self.up.ends(rows[at]).iter().filter(|parent| met(**parent)));
                }
            }
            edge = end..rows.len();
            if !edge.is_empty() {
                levels.push(edge.len());
            }
        }
        rows.drain(..own);
        Reached { rows, levels }
    }

    /// Gives the generation of every row: the fewest links from any root, roots being 0. All members of a cycle without
    /// a parent outside are one root.
    pub fn generations(&self) -> Vec<u32> {
        let mut generation = vec![u32::MAX; self.snapshot.len()];
        let mut edge: Vec<Row> = self.snapshot.rows().filter(|row| self.is_root(*row)).collect();
        for members in self.cycles() {
            let is_inside = |row: Row| members.binary_search(&row).is_ok();
            if members.iter().all(|member| self.parents(*member).all(|(parent, _)| is_inside(parent))) {
                edge.extend(members);
            }
        }
        let below = self.below(&edge);
        edge.iter().for_each(|row| generation[*row as usize] = 0);
        below.distances().for_each(|(row, level)| generation[row as usize] = level);
        generation
    }
}
