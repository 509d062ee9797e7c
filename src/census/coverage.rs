/// A `Coverage` says of how many things a value is known. What is known of too few is not judged: no number stands in
/// its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The value is known of so many.
    pub known: u64,
    /// There are so many in all.
    pub of: u64,
}

impl Coverage {
    /// No conclusion is drawn where fewer values are known, however few there are in all.
    pub const FEWEST: u64 = 30;

    /// This sentence says when a count is judged.
    pub const JUDGED: &'static str = "Without bursts is not judged, which is no number, where fewer than half of the counted models have a date (one since the Hub keeps dates, 2022-03-03).";

    /// This sentence says when a conclusion is drawn.
    pub const CONCLUDED: &'static str = "A sentence that draws a conclusion stands here only where the values behind it are known for at least half of what it speaks of, and for at least 30.";

    /// Counts of how many of some things a value is known.
    pub fn count<T>(things: impl IntoIterator<Item = T>, is_known: impl Fn(T) -> bool) -> Coverage {
        let mut coverage = Coverage::default();
        for thing in things {
            coverage.of += 1;
            coverage.known += u64::from(is_known(thing));
        }
        coverage
    }

    /// Makes the coverage of what is known of all of so many.
    pub fn whole(of: u64) -> Coverage {
        Coverage { known: of, of }
    }

    /// Tells whether enough is known for a count: at least half. Of nothing, everything is known.
    pub fn is_judged(self) -> bool {
        self.known >= self.of.div_ceil(2)
    }

    /// Tells whether enough is known for a conclusion: at least half, and [`Coverage::FEWEST`].
    pub fn is_conclusive(self) -> bool {
        self.is_judged() && self.known >= Coverage::FEWEST
    }

    /// Gives the value, if enough is known for it.
    pub fn judged<T>(self, value: T) -> Option<T> {
        self.is_judged().then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Coverage;

    #[test]
    fn half_is_enough_for_a_count_and_thirty_for_a_conclusion() {
        let of = |known, of| Coverage { known, of };
        for (coverage, is_judged, is_conclusive) in [
            (of(0, 0), true, false),
            (of(0, 1), false, false),
            (of(1, 2), true, false),
            (of(1, 3), false, false),
            (of(29, 29), true, false),
            (of(30, 60), true, true),
            (of(30, 61), false, false),
            (of(u64::MAX, u64::MAX), true, true),
        ] {
            assert_eq!((coverage.is_judged(), coverage.is_conclusive()), (is_judged, is_conclusive), "{coverage:?}");
        }
        assert_eq!(of(1, 3).judged(7), None);
    }
}
