use std::borrow::Cow;
use std::ops::Range;

use super::{Edge, components};
use crate::model::{Learned, Relation};
use crate::snapshot::{Array, Error, Row, Snapshot};

/// Links one way, as arrays: the other ends of row `r` are `ends[offsets[r]..offsets[r + 1]]`, and so are their codes.
#[derive(Debug)]
pub(super) struct Arrows<'s> {
    offsets: Cow<'s, [u32]>,
    ends: Cow<'s, [u32]>,
    codes: Cow<'s, [u8]>,
}

impl<'s> Arrows<'s> {
    pub fn with_capacity(rows: usize, links: usize) -> Arrows<'s> {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Arrows {
            offsets: Cow::Owned(offsets),
            ends: Cow::Owned(Vec::with_capacity(links)),
            codes: Cow::Owned(Vec::with_capacity(links)),
        }
    }

    /// Adds the links of the next row.
    pub fn add(&mut self, links: &[(Row, Edge)]) {
        self.ends.to_mut().extend(links.iter().map(|link| link.0));
        self.codes.to_mut().extend(links.iter().map(|link| link.1.code()));
        let end = self.ends.len() as u32;
        self.offsets.to_mut().push(end);
    }

    /// The same links the other way.
    pub fn turned(&self) -> Arrows<'s> {
        let rows = self.offsets.len() - 1;
        let mut offsets = vec![0u32; rows + 2];
        self.ends.iter().for_each(|end| offsets[*end as usize + 2] += 1);
        (2..offsets.len()).for_each(|at| offsets[at] += offsets[at - 1]);
        let mut ends = vec![0; self.ends.len()];
        let mut codes = vec![0; self.ends.len()];
        for row in 0..rows as Row {
            for at in self.range(row) {
                let place = &mut offsets[self.ends[at] as usize + 1];
                ends[*place as usize] = row;
                codes[*place as usize] = self.codes[at];
                *place += 1;
            }
        }
        offsets.pop();
        Arrows { offsets: offsets.into(), ends: ends.into(), codes: codes.into() }
    }

    /// The links that a snapshot keeps under a name.
    ///
    /// # Errors
    /// If they are not as they were written, or do not agree with each other.
    pub fn kept(snapshot: &'s Snapshot, name: &str) -> Result<Option<Arrows<'s>>, Error> {
        let offsets = snapshot.kept_numbers(&format!("{name}/offsets"))?;
        let ends = snapshot.kept_numbers(&format!("{name}/ends"))?;
        let codes = snapshot.kept_bytes(&format!("{name}/codes"))?;
        let Some(((offsets, ends), codes)) = offsets.zip(ends).zip(codes) else { return Ok(None) };
        let is_rising = offsets.windows(2).fold(true, |is_rising, pair| is_rising & (pair[0] <= pair[1]));
        let wrong = if offsets.len() != snapshot.len() + 1 || codes.len() != ends.len() {
            "they are of lengths that do not agree"
        } else if offsets[0] != 0 || !is_rising || offsets.last().map(|end| *end as usize) != Some(ends.len()) {
            "their offsets do not rise from 0 to the number of links"
        } else if ends.iter().max().is_some_and(|row| *row as usize >= snapshot.len()) {
            "a link leads to a row that there is not"
        } else if !codes.iter().fold(true, |is_known, code| is_known & Edge::is_code(*code)) {
            "a link is of no known kind"
        } else {
            return Ok(Some(Arrows { offsets: offsets.into(), ends: ends.into(), codes: codes.into() }));
        };
        Err(snapshot.damaged(format!("kept arrays {name}: {wrong}")))
    }

    pub fn to_keep(&self, name: &str) -> [(String, Array); 3] {
        [
            (format!("{name}/offsets"), Array::Numbers(self.offsets.to_vec())),
            (format!("{name}/ends"), Array::Numbers(self.ends.to_vec())),
            (format!("{name}/codes"), Array::Bytes(self.codes.to_vec())),
        ]
    }

    /// How many links there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn range(&self, row: Row) -> Range<usize> {
        self.offsets[row as usize] as usize..self.offsets[row as usize + 1] as usize
    }

    /// The other ends of a row's links.
    pub fn ends(&self, row: Row) -> &[Row] {
        &self.ends[self.range(row)]
    }

    pub fn of_row(&self, row: Row) -> impl ExactSizeIterator<Item = (Row, Edge)> {
        let range = self.range(row);
        self.ends[range.clone()].iter().zip(&self.codes[range]).map(|(end, code)| (*end, Edge::of_code(*code)))
    }

    /// The strongly connected components of more than one row, by their smallest members, which are in order.
    pub fn cycles(&self) -> Vec<Vec<Row>> {
        let mut cycles = components(&self.offsets, &self.ends);
        cycles.iter_mut().for_each(|members| members.sort_unstable());
        cycles.sort_unstable();
        cycles
    }
}

impl Edge {
    fn code(self) -> u8 {
        self.relation as u8 | (self.learned as u8) << 4
    }

    fn is_code(code: u8) -> bool {
        usize::from(code & 15) < Relation::ALL.len() && usize::from(code >> 4) < Learned::ALL.len()
    }

    fn of_code(code: u8) -> Edge {
        // That it is one was seen when it was read.
        Edge { learned: Learned::ALL[usize::from(code >> 4)], relation: Relation::ALL[usize::from(code & 15)] }
    }
}
