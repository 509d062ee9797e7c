use std::ops::Range;

use super::blocks::Blocks;
use super::making::{Made, make};
use super::order::Order;
use crate::snapshot::{Array, Error, Numbers, Snapshot, agree};

/// Under which names it is kept: this version of what grams and blocks are.
const GRAMS: &str = "search/2/grams";
const ENDS: &str = "search/2/ends";
const LISTS: &str = "search/2/lists";

/// An `Index` says of every three bytes in a row in which blocks of ids they stand.
#[derive(Debug, Clone)]
pub(super) struct Index {
    grams: Numbers<u32>,
    ends: Numbers<u64>,
    lists: Numbers<u8>,
}

impl Index {
    /// Goes through all ids.
    pub fn make(snapshot: &Snapshot, order: &Order) -> Index {
        let Made { grams, ends, lists } = make(snapshot, &Blocks::new(order, snapshot.len()));
        Index { grams: grams.into(), ends: ends.into(), lists: lists.into() }
    }

    /// Reads the one that a snapshot keeps, if it keeps one.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not as it was written, or does not agree with itself. What is wrong inside a list is seen when that
    /// is read.
    pub fn kept(snapshot: &Snapshot) -> Result<Option<Index>, Error> {
        let Some(grams) = snapshot.kept_if(GRAMS, |block| agree::rows(block, super::grams::ALL))? else {
            return Ok(None);
        };
        let Some(ends) = snapshot.kept_if(ENDS, agree::rising)? else { return Ok(None) };
        let Some(lists) = snapshot.kept_if(LISTS, agree::any)? else { return Ok(None) };
        let is_whole = ends.last().map_or(0, |end| *end) == lists.len() as u64;
        let wrong = |reason: String| snapshot.damaged(format!("kept array {ENDS}: {reason}"));
        agree::as_many("lists", ends.len(), grams.len()).map_err(wrong)?;
        match is_whole {
            true => Ok(Some(Index { grams, ends, lists })),
            false => Err(wrong(format!("its lists do not end at {}", lists.len()))),
        }
    }

    pub fn to_keep(&self) -> [(&'static str, Array); 3] {
        [
            (GRAMS, Array::Numbers(self.grams.to_vec())),
            (ENDS, Array::Sums(self.ends.to_vec())),
            (LISTS, Array::Bytes(self.lists.to_vec())),
        ]
    }

    /// The list of a gram, if it stands anywhere.
    pub fn list(&self, gram: u32) -> Option<&[u8]> {
        let at = self.grams.binary_search(&gram).ok()?;
        self.lists_at(at..at + 1).next()
    }

    /// The lists of some grams.
    pub fn lists(&self, grams: Range<u32>) -> impl Iterator<Item = &[u8]> {
        let place = |gram: u32| self.grams.partition_point(|known| *known < gram);
        self.lists_at(place(grams.start)..place(grams.end))
    }

    fn lists_at(&self, range: Range<usize>) -> impl Iterator<Item = &[u8]> {
        range.map(|at| {
            let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
            &self.lists[from as usize..self.ends[at] as usize]
        })
    }
}
