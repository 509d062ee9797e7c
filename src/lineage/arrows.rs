use std::ops::Range;

use super::{Edge, components};
use crate::model::{Learned, Relation};
use crate::snapshot::agree::{Agreed, as_many, below, ends, rising};
use crate::snapshot::{Array, Error, Numbers, Row, Snapshot};

/// An `Arrows` is links one way, as arrays: the other ends of row `r` are `ends[offsets[r]..offsets[r + 1]]`, and so
/// are their codes.
#[derive(Debug, Clone)]
pub(super) struct Arrows {
    offsets: Numbers<u32>,
    ends: Numbers<Row>,
    codes: Numbers<u8>,
}

/// A `Making` is arrows that are made row by row.
pub(super) struct Making {
    offsets: Vec<u32>,
    ends: Vec<Row>,
    codes: Vec<u8>,
}

impl Making {
    pub fn with_capacity(rows: usize, links: usize) -> Making {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Making { offsets, ends: Vec::with_capacity(links), codes: Vec::with_capacity(links) }
    }

    /// Adds the links of the next row.
    pub fn add(&mut self, links: impl IntoIterator<Item = (Row, Edge)>) {
        for (end, edge) in links {
            self.ends.push(end);
            self.codes.push(edge.code());
        }
        self.offsets.push(self.ends.len() as u32);
    }

    pub fn finish(self) -> Arrows {
        Arrows { offsets: self.offsets.into(), ends: self.ends.into(), codes: self.codes.into() }
    }
}

impl Arrows {
    /// Gives the same links the other way.
    pub fn turned(&self) -> Arrows {
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

    /// Reads the links that a snapshot keeps under a name, if it keeps any.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are not as they were written, or do not agree with each other.
    pub fn kept(snapshot: &Snapshot, name: &str) -> Result<Option<Arrows>, Error> {
        let all = snapshot.len();
        let offsets = snapshot.kept_if(&format!("{name}/offsets"), rising::<u32>)?;
        let rows = snapshot.kept_if(&format!("{name}/ends"), |block: &[u32]| below("a link to the row", block, all))?;
        let codes = snapshot.kept_if(&format!("{name}/codes"), Edge::are_codes)?;
        let Some(((offsets, rows), codes)) = offsets.zip(rows).zip(codes) else { return Ok(None) };
        let agreed = ends(&offsets, all, rows.len()).and_then(|()| as_many("kinds of links", codes.len(), rows.len()));
        agreed.map_err(|wrong| snapshot.damaged(format!("kept arrays {name}: {wrong}")))?;
        Ok(Some(Arrows { offsets, ends: rows, codes }))
    }

    pub fn to_keep(&self, name: &str) -> [(String, Array); 3] {
        [
            (format!("{name}/offsets"), Array::Numbers(self.offsets.to_vec())),
            (format!("{name}/ends"), Array::Numbers(self.ends.to_vec())),
            (format!("{name}/codes"), Array::Bytes(self.codes.to_vec())),
        ]
    }

    /// Counts the links.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn range(&self, row: Row) -> Range<usize> {
        self.offsets[row as usize] as usize..self.offsets[row as usize + 1] as usize
    }

    /// Gives the other ends of a row's links.
    #[inline]
    pub fn ends(&self, row: Row) -> &[Row] {
        &self.ends[self.range(row)]
    }

    /// Gives the other ends of all links, row by row.
    pub fn all_ends(&self) -> &Numbers<Row> {
        &self.ends
    }

    /// Gives the other end of the link at a place, and what it carries.
    pub fn at(&self, place: usize) -> (Row, Edge) {
        (self.ends[place], Edge::of_code(self.codes[place]))
    }

    #[inline]
    pub fn of_row(&self, row: Row) -> impl ExactSizeIterator<Item = (Row, Edge)> {
        let range = self.range(row);
        self.ends[range.clone()].iter().zip(&self.codes[range]).map(|(end, code)| (*end, Edge::of_code(*code)))
    }

    /// Finds the strongly connected components of more than one row, by their smallest members, which are in order. These are
    /// links up.
    pub fn cycles(&self) -> Vec<Vec<Row>> {
        // Nearly all rows have no child, or none that has any in the end: these are on no cycle.
        let rows = 0..self.offsets.len().saturating_sub(1) as Row;
        let mut open = vec![0u32; rows.len()];
        self.ends.iter().for_each(|end| open[*end as usize] += 1);
        let leaves: Vec<Row> = rows.clone().filter(|row| open[*row as usize] == 0).collect();
        let mut done: Vec<Row> = Vec::new();
        for leaf in leaves {
            done.push(leaf);
            while let Some(row) = done.pop() {
                for parent in self.ends(row) {
                    open[*parent as usize] -= 1;
                    done.extend((open[*parent as usize] == 0).then_some(*parent));
                }
            }
        }
        // What is above one that is left is left too.
        let left = rows.filter(|row| open[*row as usize] > 0);
        self.cycles_among(left)
    }

    /// Finds those among some rows and what is above them.
    pub fn cycles_from(&self, rows: &[Row]) -> Vec<Vec<Row>> {
        self.cycles_among(rows.iter().copied())
    }

    fn cycles_among(&self, starts: impl Iterator<Item = Row>) -> Vec<Vec<Row>> {
        let mut cycles = components(&self.offsets, &self.ends, starts);
        cycles.iter_mut().for_each(|members| members.sort_unstable());
        cycles.sort_unstable();
        cycles
    }
}

impl Edge {
    fn code(self) -> u8 {
        self.relation as u8 | (self.learned as u8) << 4
    }

    fn are_codes(block: &[u8]) -> Agreed {
        let is_code =
            |code: &u8| (usize::from(code & 15) < Relation::ALL.len()) & (usize::from(code >> 4) < Learned::ALL.len());
        match block.iter().fold(true, |are_codes, code| are_codes & is_code(code)) {
            true => Ok(()),
            false => Err("a link of no known kind".into()),
        }
    }

    fn of_code(code: u8) -> Edge {
        // That it is one was seen when it was read.
        Edge { learned: Learned::ALL[usize::from(code >> 4)], relation: Relation::ALL[usize::from(code & 15)] }
    }
}
