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
mod facts;
mod family;
mod groups;
mod kin;
mod layout;
mod members;
mod numbers;
mod ranking;
mod runs;
mod segments;
mod shadow;
mod tally;
mod targets;
mod threads;
mod tree;
mod verify;

use std::ops::Range;

use std::sync::OnceLock;

use crate::lineage::Lineage;
use crate::model::{Hint, once};
use crate::reference::{self, Family};
use crate::snapshot::{self, Array, NumberColumn, Numbers, Row, Snapshot, agree};
use facts::FactsTable;
use layout::{Layout, Unit};

pub use authors::owners;
pub use burst::{Burst, Bursts, Shared};
pub use closure::TooLong;
pub use clusters::Clusters;
pub use coverage::Coverage;
pub use derived::{Counted, Derived};
pub use descendants::{Descendants, derivatives};
pub use facts::Facts;
pub use family::{FamilyCount, Listing, Part, tallies};
pub use kin::Kin;
pub use members::members;
pub use ranking::{Group, Measure, Ranked, Ranking};
pub use tally::{Sum, Tally};
pub use threads::threads;
pub use tree::{Branch, Drawn, Extent, Shown, tree};
pub use verify::{Step, Verified, verify};

/// A `Census` is every model's counts (docs/definitions.md, 2). It holds the snapshot, and the lineage that was counted
/// once that is asked for: where the counts are kept they say themselves what is asked most.
#[derive(Debug)]
pub struct Census {
    snapshot: Snapshot,
    /// Not read yet: that of all links.
    lineage: OnceLock<Lineage>,
    layout: OnceLock<Layout>,
    table: FactsTable,
    counting: Counting,
}

/// Computes what is asked most and keeps it in the snapshot: the links as arrays, the facts of every model, the bursts, the
/// owners, and the members and mentions of some families.
///
/// # Errors
/// It fails if the families' expressions are too large together, or the snapshot is not as it was written.
pub fn keep(snapshot: &mut Snapshot, families: &[Family]) -> Result<(), Error> {
    keep_within(snapshot, families, None).map(|_| ())
}

/// Does what [`keep`] does, but leaves out the facts of the models if they take longer than so many seconds
/// ([`Counting::wait`]), and then says how long they take.
///
/// # Errors
/// Those of [`keep`].
pub fn keep_within(snapshot: &mut Snapshot, families: &[Family], wait: Option<u64>) -> Result<Option<TooLong>, Error> {
    let lineage = Lineage::from_snapshot(snapshot)?;
    let mut arrays = lineage.to_keep();
    let left_out = match Census::count(&lineage, &Counting { wait, ..Counting::default() }) {
        Ok(census) => {
            arrays.append(&mut census.to_keep());
            None
        }
        Err(Error::TooLong(too_long)) => Some(too_long),
        Err(error) => return Err(error),
    };
    arrays.push(Bursts::find(&lineage)?.to_keep());
    arrays.push(authors::to_keep(lineage.snapshot())?);
    arrays.append(&mut members::to_keep(families, &lineage)?);
    arrays.into_iter().for_each(|(name, array)| snapshot.keep(&name, array));
    Ok(left_out)
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
        if let Some(kept) = Census::kept_of(lineage, counting)? {
            return Ok(Census { lineage: lineage.clone().into(), ..kept });
        }
        let layout = Layout::new(lineage);
        let table = FactsTable::count(lineage, &layout, counting)?;
        let (snapshot, lineage) = (lineage.snapshot().clone(), lineage.clone().into());
        Ok(Census { snapshot, lineage, layout: layout.into(), table, counting: counting.clone() })
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
        let (lineage, layout) = (OnceLock::new(), OnceLock::new());
        let (snapshot, table, counting) = (snapshot.clone(), FactsTable::kept(snapshot)?, counting.clone());
        Ok(table.map(|table| Census { snapshot, lineage, layout, table, counting }))
    }

    /// The same, if a lineage has all links.
    fn kept_of(lineage: &Lineage, counting: &Counting) -> Result<Option<Census>, snapshot::Error> {
        if lineage.is_whole() { Census::kept(lineage.snapshot(), counting) } else { Ok(None) }
    }

    /// What a snapshot keeps so that nothing need be counted again: name and numbers.
    fn to_keep(&self) -> Vec<(String, Array)> {
        self.table.to_keep()
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
        self.table.rows().binary_search(&model).map(|at| self.table.at(at)).unwrap_or_default()
    }

    /// Gives the models with children, in order of the ids.
    pub fn models(&self) -> &[Row] {
        self.table.rows()
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
        let authors = authors::below(self.lineage()?, &self.counting)?;
        match authors.len() == self.models().len() {
            true => Ok(authors),
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
        let lineage = self.lineage()?;
        let layout = self.layout.get_or_init(|| Layout::new(lineage));
        let mut longest = vec![0; layout.len()];
        for unit in layout.units() {
            let above = layout.parents(unit).iter().map(|parent| longest[parent.index()]);
            longest[unit.index()] = above.max().map_or(0, |links| links + 1);
        }
        Ok(longest.into_iter().max().unwrap_or(0))
    }
}

/// The highest generation below every unit, its own members left out.
fn deepest(layout: &Layout, generations: &[u32]) -> Vec<u32> {
    let mut deepest = vec![0; layout.len()];
    for unit in layout.units().rev() {
        let own = layout.members(unit).iter().map(|row| generations[*row as usize]).max().unwrap_or(0);
        let below = own.max(deepest[unit.index()]);
        for parent in layout.parents(unit) {
            deepest[parent.index()] = below.max(deepest[parent.index()]);
        }
    }
    deepest
}

/// The two highest generations among the members of a cycle: a member is not its own descendant.
#[derive(Debug, Default, Clone, Copy)]
struct Deepest {
    highest: u32,
    of: Row,
    second: u32,
}

impl Deepest {
    /// Of every cycle.
    fn in_cycles(layout: &Layout, generations: &[u32]) -> Vec<Deepest> {
        let of = |members: &Vec<Row>| {
            let mut deepest = Deepest::default();
            for row in members {
                let own = generations[*row as usize];
                if own > deepest.highest {
                    deepest = Deepest { highest: own, of: *row, second: deepest.highest };
                } else {
                    deepest.second = deepest.second.max(own);
                }
            }
            deepest
        };
        layout.cycles().iter().map(of).collect()
    }

    /// The highest among the members other than this one.
    fn beside(self, member: Row) -> u32 {
        if member == self.of { self.second } else { self.highest }
    }
}

/// The fractional credit of every unit; only counted models give any. A cycle is credited as one: its members are derived
/// models, and what they and their descendants are worth goes to the links that come from outside, in equal parts; each
/// member shows the whole, itself counted, so that the credits of all roots add up to the derived models.
fn credit(layout: &Layout, lineage: &Lineage, counts: impl Fn(Row) -> bool) -> Vec<f64> {
    let mut credit = vec![0.0; layout.len()];
    for unit in layout.units().rev() {
        let members = layout.members(unit);
        let outside: Vec<Unit> = members
            .iter()
            .flat_map(|row| lineage.parents(*row))
            .filter_map(|(parent, _)| layout.unit(parent).filter(|parent| *parent != unit))
            .collect();
        let counted = members.iter().filter(|row| counts(**row)).count() as f64;
        let worth = credit[unit.index()] + counted;
        if members.len() > 1 {
            credit[unit.index()] = worth;
        }
        for parent in &outside {
            credit[parent.index()] += worth / outside.len() as f64;
        }
    }
    credit
}
