/// A `Bits` is a bit for each hash, by which those that are new are told.
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Makes room for that many bits, rounded up to a power of two.
    pub fn zeros(bits: usize) -> Bits {
        Bits(vec![0; bits.div_ceil(64).next_power_of_two()])
    }

    fn word(&self, hash: u32) -> usize {
        (hash as usize / 64) & (self.0.len() - 1)
    }

    pub fn has(&self, hash: u32) -> bool {
        self.0[self.word(hash)] >> (hash % 64) & 1 == 1
    }

    /// Sets a bit, and says whether it was set before.
    pub fn set(&mut self, hash: u32) -> bool {
        let was = self.has(hash);
        let word = self.word(hash);
        self.0[word] |= 1 << (hash % 64);
        was
    }

    pub fn clear(&mut self) {
        self.0.fill(0);
    }
}
