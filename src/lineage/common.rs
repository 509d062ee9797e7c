use fixedbitset::FixedBitSet;

use super::Lineage;
use crate::snapshot::Row;

impl Lineage {
    /// Finds the nearest common ancestors of some models: those above, or equal to, each of them none of which is above another one of
    /// them (docs/definitions.md, 9). There may be several, and members of one cycle stand together; in order of the rows.
    pub fn nearest_common(&self, models: &[Row]) -> Vec<Row> {
        let Some((first, others)) = models.split_first() else { return Vec::new() };
        let mut common = self.above_with(*first);
        for other in others {
            let of_other = self.above_with(*other);
            common.retain(|row| of_other.binary_search(row).is_ok());
        }
        // Whatever lies between two of them is one of them too, so a child tells whether one is above another.
        let cycles = self.cycles_above(&common);
        let is_common = |row: Row| common.binary_search(&row).is_ok();
        let is_nearest = |row: &&Row| {
            let cycle = cycles.iter().find(|cycle| cycle.binary_search(row).is_ok());
            let together = cycle.map_or(std::slice::from_ref(*row), Vec::as_slice);
            let mut children = together.iter().flat_map(|member| self.children(*member)).map(|(child, _)| child);
            !children.any(|child| is_common(child) && together.binary_search(&child).is_err())
        };
        common.iter().filter(is_nearest).copied().collect()
    }

    /// Finds which of the models below some others hang only through these: every way from any root leads through one of them, or
    /// through a cycle that one of them is in. `below` are all models that descend from them ([`Lineage::below`]); in their order.
    pub fn only_through(&self, from: &[Row], below: &[Row]) -> Vec<Row> {
        let set = || FixedBitSet::with_capacity(self.snapshot().len());
        let mut starts = set();
        starts.extend(from.iter().map(|row| *row as usize));
        // A cycle is one node: what is in one with a start is as the start.
        for cycle in self.cycles_above(from) {
            if cycle.iter().any(|row| starts.contains(*row as usize)) {
                starts.extend(cycle.into_iter().map(|row| row as usize));
            }
        }
        let mut inside = starts.clone();
        inside.extend(below.iter().map(|row| *row as usize));
        // Those with a parent elsewhere hang from that too, and so does what is below them.
        let hangs = |row: &Row| self.parents(*row).any(|(parent, _)| !inside.contains(parent as usize));
        let mut free = set();
        let mut left: Vec<Row> =
            below.iter().copied().filter(|row| !starts.contains(*row as usize)).filter(hangs).collect();
        free.extend(left.iter().map(|row| *row as usize));
        while let Some(at) = left.pop() {
            for (child, _) in self.children(at) {
                if !starts.contains(child as usize) && !free.put(child as usize) {
                    left.push(child);
                }
            }
        }
        below.iter().copied().filter(|row| !free.contains(*row as usize)).collect()
    }
}
