//! Ranges of a file's bytes: what is wanted, and what is there.

use std::iter::once;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Bytes of a file, as ranges in order that do not touch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    pub fn new(ranges: impl IntoIterator<Item = Range<u64>>) -> Ranges {
        let mut all: Vec<(u64, u64)> =
            ranges.into_iter().filter(|range| !range.is_empty()).map(|range| (range.start, range.end)).collect();
        all.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::with_capacity(all.len());
        for (start, end) in all {
            match joined.last_mut().filter(|last| start <= last.1) {
                Some(last) => last.1 = last.1.max(end),
                None => joined.push((start, end)),
            }
        }
        Ranges(joined)
    }

    /// What a note says, if it can be: in order, and within a file of so many bytes.
    pub fn is_within(&self, size: u64) -> bool {
        self.0.iter().all(|(start, end)| start < end && *end <= size)
            && self.0.windows(2).all(|pair| pair[0].1 < pair[1].0)
    }

    pub fn add(&mut self, range: Range<u64>) {
        let known = std::mem::take(&mut self.0).into_iter().map(|(start, end)| start..end);
        *self = Ranges::new(known.chain(once(range)));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|(start, end)| end - start).sum()
    }

    /// How far the file is there from its first byte on.
    pub fn first(&self) -> u64 {
        self.0.first().filter(|(start, _)| *start == 0).map_or(0, |(_, end)| *end)
    }

    /// What of these is not there.
    pub fn without(&self, there: &Ranges) -> Ranges {
        let mut left = Vec::new();
        for (mut start, end) in self.0.iter().copied() {
            for (from, to) in there.0.iter().copied() {
                if to > start && from < end {
                    left.extend((from > start).then_some(start..from));
                    start = to;
                }
            }
            left.extend((start < end).then_some(start..end));
        }
        Ranges::new(left)
    }

    /// The same with the narrowest gaps closed, as long as they add no more than a twentieth: a request costs more than a
    /// few bytes.
    pub fn closed(self) -> Ranges {
        let mut most = self.bytes() / 20;
        let mut gaps: Vec<(u64, u64)> = self.0.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect();
        gaps.sort_unstable_by_key(|(from, to)| to - from);
        let narrow = gaps.into_iter().take_while(|(from, to)| {
            let is_narrow = to - from <= most;
            most = most.saturating_sub(to - from);
            is_narrow
        });
        let narrow: Vec<(u64, u64)> = narrow.collect();
        Ranges::new(self.0.into_iter().chain(narrow).map(|(start, end)| start..end))
    }

    /// The ranges in pieces of at most so many bytes.
    pub fn pieces(&self, most: u64) -> impl Iterator<Item = Range<u64>> {
        self.0.iter().flat_map(move |(start, end)| {
            (*start..*end).step_by(most as usize).map(move |from| from..end.saturating_sub(from).min(most) + from)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &str) -> Ranges {
        Ranges::new(text.split_whitespace().map(|range| {
            let (start, end) = range.split_once('-').unwrap();
            start.parse().unwrap()..end.parse().unwrap()
        }))
    }

    #[test]
    fn ranges_are_joined_taken_away_and_cut() {
        assert_eq!(ranges("5-9 0-3 3-4 8-12 20-20").0, [(0, 4), (5, 12)]);
        assert_eq!(ranges("0-10 20-30").without(&ranges("2-4 8-22 29-40")), ranges("0-2 4-8 22-29"));
        assert_eq!(ranges("0-10").without(&ranges("")), ranges("0-10"));
        assert_eq!(ranges("0-10").without(&ranges("0-10")), ranges(""));
        let mut there = ranges("0-4 6-8");
        there.add(4..6);
        assert_eq!((there.0.as_slice(), there.bytes(), there.first()), (&[(0, 8)][..], 8, 8));
        assert_eq!(ranges("1-4").first(), 0);
        assert_eq!(ranges("0-5 7-8").pieces(2).collect::<Vec<_>>(), [0..2, 2..4, 4..5, 7..8]);
        // A twentieth of 2,100 bytes is 105: the gaps of 5 and 60 are closed, that of 90 is not.
        assert_eq!(ranges("0-1000 1005-1105 1165-1265 1355-2255").closed(), ranges("0-1265 1355-2255"));
        assert!(
            ranges("0-5 7-8").is_within(8) && !ranges("0-5 7-9").is_within(8) && !Ranges(vec![(3, 2)]).is_within(8)
        );
    }
}
