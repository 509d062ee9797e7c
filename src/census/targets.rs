/// This number stands for nothing.
pub(super) const NONE: u32 = u32::MAX;

/// A `Targets` is pairs of numbers, as the targets of each source.
pub(super) struct Targets<T = u32> {
    offsets: Vec<u32>,
    targets: Vec<T>,
}

impl<T: Copy + Default> Targets<T> {
    pub fn from_pairs(sources: usize, pairs: impl Iterator<Item = (u32, T)> + Clone, count: usize) -> Targets<T> {
        let mut offsets = vec![0u32; sources + 2];
        for (source, _) in pairs.clone() {
            offsets[source as usize + 2] += 1;
        }
        for at in 2..offsets.len() {
            offsets[at] += offsets[at - 1];
        }
        let mut targets = vec![T::default(); count];
        for (source, target) in pairs {
            let at = &mut offsets[source as usize + 1];
            targets[*at as usize] = target;
            *at += 1;
        }
        offsets.pop();
        Targets { offsets, targets }
    }

    /// Counts the sources.
    pub fn sources(&self) -> usize {
        self.offsets.len() - 1
    }

    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    pub fn targets(&self) -> &[T] {
        &self.targets
    }

    pub fn of_source(&self, source: u32) -> &[T] {
        &self.targets[self.offsets[source as usize] as usize..self.offsets[source as usize + 1] as usize]
    }
}
