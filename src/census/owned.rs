use super::facts::{self, Recent};
use super::groups::Groups;
use super::table::Table;
use super::{Counting, Error, Tally, authors, tallies};
use crate::lineage::Lineage;
use crate::snapshot::{self, Array, Numbers, Row, Snapshot};

/// Under which name the counts are kept: this version of what they mean.
const NAME: &str = "census/1/owned";

/// The columns by whose numbers they are kept: F1, the lanes of F2 but for what is recent, its authors.
const F1: usize = 0;
const F2: usize = F1 + 1;
const AUTHORS: usize = F2 + facts::TIMELESS;
const COLUMNS: usize = AUTHORS + 1;

/// An `Owned` is the owners of models with children, and F1 and F2 of what each has: counted now, or kept in the snapshot.
pub(super) struct Owned {
    /// These are each owner's first model with children, in order.
    pub firsts: Numbers<Row>,
    /// In F1, models alone are counted; the authors of F2 are known if they were asked for.
    pub tallies: Vec<(Tally, Tally)>,
}

/// Gives each owner's first model with children, in order, and all rows that the owner has: those without children have no
/// derivatives, but they must not count among those of the others.
///
/// # Errors
/// [`snapshot::Error::Damaged`] if the owners that the snapshot keeps cannot be.
pub(super) fn sets(lineage: &Lineage) -> Result<(Vec<Row>, Vec<Vec<Row>>), snapshot::Error> {
    let snapshot = lineage.snapshot();
    let (mut firsts, mut sets, mut end) = (Vec::new(), Vec::new(), 0);
    for owned in authors::owners(snapshot)?.chunk_by(|one, next| one == next) {
        let rows = end..end + owned.len() as Row;
        end = rows.end;
        let first = rows.clone().find(|row| !lineage.is_leaf(*row));
        if let Some(first) = first.filter(|first| snapshot.owner(*first).is_some()) {
            firsts.push(first);
            sets.push(rows.collect());
        }
    }
    Ok((firsts, sets))
}

impl Owned {
    /// Counts F1 and F2 of every owner, and the authors of F2 if they are asked for; where nothing is asked but what the
    /// snapshot keeps, that is taken.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written, and [`Error::TooLong`].
    pub fn find(lineage: &Lineage, counting: &Counting, with_authors: bool) -> Result<Owned, Error> {
        let is_everything = lineage.is_whole() && counting.is_everything();
        if let Some(kept) = if is_everything { Owned::kept(lineage.snapshot())? } else { None } {
            return kept.with_recent(lineage, counting);
        }
        let (firsts, sets) = sets(lineage)?;
        let tallies = tallies(lineage, &sets, counting)?;
        let authors = if with_authors { authors::below(lineage, &sets, counting)?.1 } else { Vec::new() };
        Ok(Owned::new(firsts, tallies, authors))
    }

    /// Puts together what was counted; of the authors there may be none.
    pub fn new(firsts: Vec<Row>, mut tallies: Vec<(Tally, Tally)>, authors: Vec<u64>) -> Owned {
        tallies.iter_mut().zip(authors).for_each(|((_, f2), authors)| f2.authors = authors);
        Owned { firsts: firsts.into(), tallies }
    }

    fn kept(snapshot: &Snapshot) -> Result<Option<Owned>, snapshot::Error> {
        let Some(Table { rows, columns }) = Table::kept(snapshot, NAME, COLUMNS)? else { return Ok(None) };
        let tallies = |at: usize| {
            let lane = |lane: usize| if F2 + lane < AUTHORS { columns[F2 + lane][at] } else { 0 };
            let f1 = Tally { models: columns[F1][at], ..Tally::default() };
            (f1, Tally { authors: columns[AUTHORS][at], ..facts::tally_of(lane) })
        };
        let tallies = (0..rows.len()).map(tallies).collect();
        Ok(Some(Owned { firsts: rows, tallies }))
    }

    /// Counts what of F2 is recent, beside all else that is counted already.
    fn with_recent(mut self, lineage: &Lineage, counting: &Counting) -> Result<Owned, Error> {
        let Some(recent) = Recent::read(lineage.snapshot(), counting)? else { return Ok(self) };
        let (firsts, sets) = sets(lineage)?;
        if firsts != *self.firsts {
            let reason = "the links that it keeps are not of the owners whose counts it keeps";
            return Err(lineage.snapshot().damaged(reason).into());
        }
        let (rows, weight) = (lineage.snapshot().len(), |row| recent.lanes(row));
        let groups = Groups::take_apart(rows, &lineage.pairs(), weight);
        let members = |set: usize| sets[set].iter().copied();
        let reached = groups.reached(sets.len(), members, weight);
        let sums = reached.within(counting.wait)?.finish(weight);
        self.tallies.iter_mut().zip(&sums).for_each(|((_, f2), sum)| f2.recent = facts::recent(sum));
        Ok(self)
    }

    /// Gives what a snapshot keeps of it: arrays, each with its name.
    pub fn to_keep(&self) -> Vec<(String, Array)> {
        let column = |number: usize| {
            let value = |(f1, f2): &(Tally, Tally)| match number {
                F1 => f1.models,
                AUTHORS => f2.authors,
                lane => facts::lane_of(f2, lane - F2),
            };
            Numbers::from(self.tallies.iter().map(value).collect::<Vec<u64>>())
        };
        Table { rows: self.firsts.clone(), columns: (0..COLUMNS).map(column).collect() }.to_keep(NAME)
    }
}
