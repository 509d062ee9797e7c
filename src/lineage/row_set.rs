use crate::snapshot::Row;

/// A `RowSet` is a set of rows: a bit for each row there is, and for every word of bits how many come before. Whether a
/// row is in it, and its place among the others, take no search.
#[derive(Debug, Clone)]
pub(crate) struct RowSet {
    /// Bits, and how many rows come before them: side by side, since both are needed at once.
    words: Vec<(u64, u32)>,
    len: usize,
}

impl RowSet {
    /// Makes a set of the rows whose bits are set.
    pub fn from_bits(bits: Vec<u64>) -> RowSet {
        let mut len = 0;
        let counted = |word: u64| {
            len += word.count_ones();
            (word, len - word.count_ones())
        };
        let words = bits.into_iter().map(counted).collect();
        RowSet { words, len: len as usize }
    }

    /// Makes a set of these rows, of `all` that there are.
    pub fn from_rows(all: usize, rows: &[Row]) -> RowSet {
        let mut bits = vec![0u64; all.div_ceil(64)];
        rows.iter().for_each(|row| bits[*row as usize / 64] |= 1 << (row % 64));
        RowSet::from_bits(bits)
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn holds(&self, row: Row) -> bool {
        self.words[row as usize / 64].0 >> (row % 64) & 1 == 1
    }

    /// Gives the place that a row has, or would have, among the rows in order.
    pub fn place(&self, row: Row) -> u32 {
        let (bits, before) = self.words[row as usize / 64];
        before + (bits & ((1 << (row % 64)) - 1)).count_ones()
    }

    /// Gives the rows, in order.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.words.iter().zip(0u32..).flat_map(|((word, _), at)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

/// Tells whether the bit of a row is set.
pub(crate) fn holds(bits: &[u64], row: Row) -> bool {
    bits[row as usize / 64] >> (row % 64) & 1 == 1
}
