/// This number stands for no set.
pub(super) const NONE: u32 = u32::MAX;

/// A `Targets` is pairs of numbers, as the targets of each source.
pub(super) struct Targets {
    offsets: Vec<u32>,
    targets: Vec<u32>,
}

impl Targets {
    pub fn from_pairs(sources: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone, count: usize) -> Targets {
        let mut offsets = vec![0u32; sources + 2];
        for (source, _) in pairs.clone() {
            offsets[source as usize + 2] += 1;
        }
        for at in 2..offsets.len() {
            offsets[at] += offsets[at - 1];
        }
        let mut targets = vec![0; count];
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

    pub fn targets(&self) -> &[u32] {
        &self.targets
    }

    pub fn of_source(&self, source: u32) -> &[u32] {
        &self.targets[self.offsets[source as usize] as usize..self.offsets[source as usize + 1] as usize]
    }
}
