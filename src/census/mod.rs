//! Counting: how many models descend from each, of which kinds, by whom.

mod authors;
mod blocks;
mod burst;
mod closure;
mod clusters;
mod coverage;
mod derived;
mod descendants;
mod distinct;
mod explained;
mod facts;
mod family;
mod groups;
mod keep;
mod kin;
mod layout;
mod members;
mod numbers;
mod owned;
mod parts;
mod passes;
mod ranking;
mod runs;
mod segments;
mod shadow;
mod table;
mod tally;
mod targets;
mod threads;
mod tree;

use std::cmp::Reverse;
use std::ops::Range;

use std::sync::OnceLock;

use crate::lineage::{Lineage, RowSet};
use crate::model::{Hint, once};
use crate::reference;
use crate::snapshot::{self, NumberColumn, Numbers, Row, Snapshot, agree};
use facts::FactsTable;
use layout::Layout;

pub use authors::owners;
pub use burst::{Burst, Bursts, Shared};
pub use closure::TooLong;
pub use clusters::Clusters;
pub use coverage::Coverage;
pub use derived::{Counted, Derived, reached_by};
pub use descendants::{Descendants, derivatives};
pub use explained::Explained;
pub use facts::Facts;
pub use family::{FamilyCount, Listing, Part, counted, tallies};
pub use keep::{keep, keep_within};
pub use kin::Kin;
pub use members::members;
pub use parts::{Flow, Flows, count_derived, derived, flows, parts, sizes};
pub use ranking::{Group, Measure, Ranked, Ranking, Valued};
pub use tally::{Sum, Tally};
pub use threads::threads;
pub use tree::{Branch, Drawn, Extent, Shown, tree};

/// A `Census` is every model's counts (docs/definitions.md, 2). It holds the snapshot, and the lineage that was counted
/// once that is asked for: where the counts are kept they say themselves what is asked most.
#[derive(Debug)]
pub struct Census {
    snapshot: Snapshot,
    /// Not read yet: that of all links.
    lineage: OnceLock<Lineage>,
    layout: OnceLock<Layout>,
    table: FactsTable,
    /// The models with children, to be looked up.
    inner: OnceLock<RowSet>,
    counting: Counting,
}

/// A `Wanted` tells which models of a snapshot are counted; see [`Counting::wanted`].
#[derive(Debug, Clone)]
pub struct Wanted<'s> {
    counting: Counting,
    /// The dates, where they are asked for.
    created: Option<&'s NumberColumn<i64>>,
}

impl Wanted<'_> {
    /// Tells whether a model is counted.
    pub fn holds(&self, row: Row) -> bool {
        self.created.is_none_or(|created| self.counting.counts(created.at(row)))
    }
}

/// An `Error` says why something cannot be counted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The snapshot is not as it was written.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// The families' expressions are too large together.
    #[error(transparent)]
    Reference(#[from] reference::Error),
    /// It would take longer than [`Counting::wait`].
    #[error(transparent)]
    TooLong(#[from] TooLong),
}

impl Error {
    /// Gives what could be asked for, so that it is counted.
    pub fn hint(&self) -> Option<Hint> {
        matches!(self, Error::TooLong(_)).then_some(Hint::Wait)
    }
}

/// Under which names numbers are kept beside the facts of every model with children: this version of what they are.
const AUTHORS: &str = "census/1/authors";
const DEEPEST: &str = "census/1/deepest";
const CREDIT: &str = "census/1/credit";

/// Tells whether a snapshot keeps the counts of its models.
pub(crate) fn is_kept(snapshot: &Snapshot) -> bool {
    FactsTable::is_kept(snapshot)
}

/// The rows that a snapshot keeps under a name, in order.
fn kept_rows(snapshot: &Snapshot, name: &str) -> Result<Option<Numbers<Row>>, snapshot::Error> {
    snapshot.kept_if(name, |block| agree::rows(block, snapshot.len()))
}

/// A `Counting` says which models are counted. All are walked through, counted or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counting {
    /// Only models created at this instant or later are counted (milliseconds since 1970, UTC).
    pub since: Option<i64>,
    /// Only models created before this instant are counted (milliseconds since 1970, UTC).
    pub until: Option<i64>,
    /// What was created at the first of these instants or later, and before the second, is recent (milliseconds since 1970, UTC).
    pub recent: Option<Range<i64>>,
    /// Counting may take so many seconds, as far as can be told before, or any time if nothing is said. No lineage of a
    /// Hub takes one.
    pub wait: Option<u64>,
}

impl Counting {
    /// Tells whether all models are counted, so that their dates need not be known.
    pub fn is_everything(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }

    /// Finds out which models of a snapshot are counted.
    ///
    /// # Errors
    /// [`snapshot::Error::Damaged`] if the dates are asked for, and not as they were written.
    pub fn wanted<'s>(&self, snapshot: &'s Snapshot) -> Result<Wanted<'s>, snapshot::Error> {
        let created = (!self.is_everything()).then(|| snapshot.created()).transpose()?;
        Ok(Wanted { counting: self.clone(), created })
    }

    /// Tells whether a model created at this instant is counted. Under a date filter, models without a date are not.
    pub fn counts(&self, created: Option<i64>) -> bool {
        let after = self.since.is_none_or(|since| created.is_some_and(|created| created >= since));
        let before = self.until.is_none_or(|until| created.is_some_and(|created| created < until));
        after && before
    }
}

impl Census {
    /// Counts below every model; where nothing is asked but what the snapshot keeps, that is taken.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written, and [`Error::TooLong`].
    pub fn count(lineage: &Lineage, counting: &Counting) -> Result<Census, Error> {
        let snapshot = lineage.snapshot();
        let is_everything = lineage.is_whole() && counting.is_everything();
        let table = match if is_everything { FactsTable::kept(snapshot)? } else { None } {
            Some(kept) => kept.with_recent(lineage, counting)?,
            None => FactsTable::count(lineage, counting)?,
        };
        let (lineage, (layout, inner)) = (lineage.clone().into(), Default::default());
        Ok(Census { snapshot: snapshot.clone(), lineage, layout, table, inner, counting: counting.clone() })
    }

    /// Takes the census of all links that a snapshot keeps, if that is what is asked for. The links are not read for
    /// it.
    ///
    /// # Errors
    /// [`snapshot::Error::Damaged`] if the counts are not as they were written.
    pub fn kept(snapshot: &Snapshot, counting: &Counting) -> Result<Option<Census>, snapshot::Error> {
        if *counting != (Counting { wait: counting.wait, ..Counting::default() }) {
            return Ok(None);
        }
        let (lineage, layout, inner) = Default::default();
        let (snapshot, table, counting) = (snapshot.clone(), FactsTable::kept(snapshot)?, counting.clone());
        Ok(table.map(|table| Census { snapshot, lineage, layout, table, inner, counting }))
    }

    /// The same, if a lineage has all links.
    fn kept_of(lineage: &Lineage, counting: &Counting) -> Result<Option<Census>, snapshot::Error> {
        if lineage.is_whole() { Census::kept(lineage.snapshot(), counting) } else { Ok(None) }
    }

    /// Gives the snapshot whose models were counted.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Gives the lineage that was counted.
    ///
    /// # Errors
    /// [`snapshot::Error::Damaged`] if the links are not as they were written.
    pub fn lineage(&self) -> Result<&Lineage, snapshot::Error> {
        once(&self.lineage, || Lineage::from_snapshot(&self.snapshot))
    }

    /// Says which models are counted.
    pub fn counting(&self) -> &Counting {
        &self.counting
    }

    /// Tells whether all links are followed and all models counted: no filter stands between the counts and the
    /// snapshot.
    pub fn is_everything(&self) -> bool {
        self.lineage.get().is_none_or(Lineage::is_whole) && self.counting.is_everything()
    }

    /// Gives the counts of a model, which are all zero where nothing descends from it.
    pub fn facts(&self, model: Row) -> Facts {
        let inner = self.inner.get_or_init(|| RowSet::from_rows(self.snapshot.len(), self.table.rows()));
        if inner.holds(model) { self.table.at(inner.place(model) as usize) } else { Facts::default() }
    }

    /// Tells how many models have more descendants than a model, or as many and an id that sorts before: its place by descendants,
    /// from 0. Whatever has no counted descendant has no place.
    pub fn place(&self, model: Row) -> Option<usize> {
        let own = self.facts(model).descendants;
        let is_before =
            |(row, facts): &(Row, Facts)| facts.descendants > own || (facts.descendants == own && *row < model);
        (own > 0).then(|| self.all().filter(is_before).count())
    }

    /// Gives the models with children, in order of the ids.
    pub fn models(&self) -> &[Row] {
        self.table.rows()
    }

    /// Gives the models with counted descendants, those with most first, and among equals in order of their ids.
    pub fn best(&self) -> Vec<Row> {
        let counted = self.all().filter(|(_, facts)| facts.descendants > 0);
        let mut ordered: Vec<(Reverse<u64>, Row)> =
            counted.map(|(row, facts)| (Reverse(facts.descendants), row)).collect();
        ordered.sort_unstable();
        ordered.into_iter().map(|(_, row)| row).collect()
    }

    /// The counts of the model at a place among [`Census::models`].
    fn at(&self, at: usize) -> Facts {
        self.table.at(at)
    }

    /// Gives every model with children, in order of the ids, and its counts.
    pub fn all(&self) -> impl ExactSizeIterator<Item = (Row, Facts)> {
        self.table.rows().iter().enumerate().map(|(at, row)| (*row, self.table.at(at)))
    }

    /// Counts the distinct owners of the counted descendants of every model of [`Census::all`], in that order. A model
    /// without an owner is its own.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if the links are not as they were written, and [`Error::TooLong`].
    pub fn authors(&self) -> Result<Vec<u64>, Error> {
        self.beside(AUTHORS, || Ok(authors::below(self.lineage()?, &[], &self.counting)?.0))
    }

    /// Finds the highest generation among the counted descendants of every model of [`Census::all`], in that order: the
    /// fewest links from any root.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if the links are not as they were written.
    pub fn deepest(&self) -> Result<Vec<u64>, Error> {
        self.beside(DEEPEST, || Ok(passes::deepest(self.layout()?, self.lineage()?, &self.counting)?))
    }

    /// Computes the fractional credit of every model of [`Census::all`], in that order, in models: each counted descendant
    /// gives 1/k of itself to each of its k parents, recursively (docs/definitions.md, 3.3).
    ///
    /// # Errors
    /// [`Error::Snapshot`] if the links are not as they were written.
    pub fn credit(&self) -> Result<Vec<f64>, Error> {
        let credit = self.beside(CREDIT, || Ok(passes::credit(self.layout()?, self.lineage()?, &self.counting)?))?;
        Ok(credit.into_iter().map(f64::from_bits).collect())
    }

    /// Numbers for every model with children: those that the snapshot keeps under a name, or those that `count` gives.
    fn beside(&self, name: &str, count: impl FnOnce() -> Result<Vec<u64>, Error>) -> Result<Vec<u64>, Error> {
        let kept = if self.is_everything() { self.snapshot.kept_if(name, agree::any::<u64>)? } else { None };
        let numbers = kept.map_or_else(count, |kept| Ok(kept.to_vec()))?;
        match numbers.len() == self.models().len() {
            true => Ok(numbers),
            // Only what is kept can contradict itself.
            false => {
                let reason = "the links that it keeps are not of the models whose counts it keeps";
                Err(self.snapshot.damaged(reason).into())
            }
        }
    }

    /// Counts the links of the longest chain; the links inside a cycle count nothing.
    ///
    /// # Errors
    /// [`snapshot::Error::Damaged`] if the links are not as they were written.
    pub fn longest_chain(&self) -> Result<usize, snapshot::Error> {
        Ok(passes::longest_chain(self.layout()?))
    }

    /// The lineage in order.
    fn layout(&self) -> Result<&Layout, snapshot::Error> {
        let lineage = self.lineage()?;
        Ok(self.layout.get_or_init(|| Layout::new(lineage)))
    }
}
