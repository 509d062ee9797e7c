use super::{Lineage, Reach};
use crate::snapshot::Row;

/// What a walk reached: every model once, nearest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// The models, in order of their distance, then as the walk met them; those it began from are not among them.
    pub rows: Vec<Row>,
    /// How many of `rows` lie at each distance: at 0 the links from the start are 1.
    pub levels: Vec<usize>,
}

impl Lineage<'_> {
    /// Every model that descends from any of `from`, those left out.
    pub fn below(&self, from: &[Row]) -> Reached {
        self.within(from, Reach::Below, usize::MAX)
    }

    /// Every ancestor of any of `from`, those left out.
    pub fn above(&self, from: &[Row]) -> Reached {
        self.within(from, Reach::Above, usize::MAX)
    }

    /// Every model at most `depth` links from any of `from`, those left out.
    pub fn within(&self, from: &[Row], reach: Reach, depth: usize) -> Reached {
        let mut seen = vec![false; self.snapshot.len()];
        from.iter().for_each(|row| seen[*row as usize] = true);
        let mut rows: Vec<Row> = Vec::new();
        let mut levels = Vec::new();
        let mut edge = from.to_vec();
        while !edge.is_empty() && levels.len() < depth {
            let start = rows.len();
            for at in edge {
                let mut met = |next: Row| {
                    if !std::mem::replace(&mut seen[next as usize], true) {
                        rows.push(next);
                    }
                };
                if reach != Reach::Above {
                    self.children(at).for_each(|(child, _)| met(child));
                }
                if reach != Reach::Below {
                    self.parents(at).for_each(|(parent, _)| met(parent));
                }
            }
            edge = rows[start..].to_vec();
            if !edge.is_empty() {
                levels.push(edge.len());
            }
        }
        Reached { rows, levels }
    }

    /// The generation of every model: the fewest links from any root, roots being 0. All members of a cycle without a
    /// parent outside are one root.
    pub fn generations(&self) -> Vec<u32> {
        let mut generation = vec![u32::MAX; self.snapshot.len()];
        let mut edge: Vec<Row> = self.snapshot.rows().filter(|row| self.is_root(*row)).collect();
        for members in self.cycles() {
            let is_inside = |row: Row| members.binary_search(&row).is_ok();
            if members.iter().all(|member| self.parents(*member).all(|(parent, _)| is_inside(parent))) {
                edge.extend(members);
            }
        }
        edge.iter().for_each(|row| generation[*row as usize] = 0);
        for level in 1.. {
            let mut next = Vec::new();
            for at in &edge {
                for (child, _) in self.children(*at) {
                    if generation[child as usize] == u32::MAX {
                        generation[child as usize] = level;
                        next.push(child);
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            edge = next;
        }
        generation
    }
}
