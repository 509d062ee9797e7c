//! Derived models, told apart by something: each part is counted, and so is who builds on whom.

use rayon::prelude::*;

use super::derived::{Counted, reached};
use super::family::Worth;
use super::{Counting, Error, Sum, Tally, authors};
use crate::lineage::Lineage;
use crate::model::{Count, Relation};
use crate::snapshot::Row;

/// Gives every derived model that is counted, in order of the rows, each with the relation of its strongest link to any parent.
///
/// # Errors
/// [`Error::Snapshot`] if the dates are asked for, and not as they were written.
pub fn derived(lineage: &Lineage, counting: &Counting) -> Result<Vec<(Row, Relation)>, Error> {
    let wanted = counting.wanted(lineage.snapshot())?;
    let strongest = |row: Row| lineage.parents(row).map(|(_, edge)| edge.relation).max();
    let of = |row: Row| Some((row, strongest(row).filter(|_| wanted.holds(row))?));
    Ok(lineage.snapshot().rows().into_par_iter().with_min_len(16 * 1024).filter_map(of).collect())
}

/// Counts the models of [`derived`].
///
/// # Errors
/// [`Error::Snapshot`] if the dates are asked for, and not as they were written.
pub fn count_derived(lineage: &Lineage, counting: &Counting) -> Result<u64, Error> {
    let wanted = counting.wanted(lineage.snapshot())?;
    Ok(lineage.snapshot().rows().filter(|row| !lineage.is_root(*row) && wanted.holds(*row)).count() as u64)
}

/// Counts parts of some distinct models, which are in order, each with its relation; `numbers` are those of their parts, one for
/// each model, from 0 on. There is a tally for each number up to the last; a model whose number is [`Flow::ANY`] is in no part.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn parts(
    lineage: &Lineage,
    models: &[(Row, Relation)],
    numbers: &[u32],
    counting: &Counting,
) -> Result<Vec<Tally>, Error> {
    let (worth, owners) = (Worth::read(lineage.snapshot())?, authors::owners(lineage.snapshot())?);
    let is_counted = |number: &&u32| **number != Flow::ANY;
    let last = numbers.iter().filter(is_counted).max().map_or(0, |last| *last as usize + 1);
    // Put part after part, each in the order of the rows.
    let mut ends = vec![0usize; last + 1];
    numbers.iter().filter(is_counted).for_each(|number| ends[*number as usize + 1] += 1);
    (0..last).for_each(|part| ends[part + 1] += ends[part]);
    let mut next = ends.clone();
    let mut sorted = vec![(0, Relation::Unstated); ends[last]];
    for (model, number) in models.iter().zip(numbers).filter(|(_, number)| is_counted(number)) {
        sorted[next[*number as usize]] = *model;
        next[*number as usize] += 1;
    }
    let tally = |part: usize| Tally::count(&worth, &owners, &sorted[ends[part]..ends[part + 1]], counting);
    Ok((0..last).into_par_iter().map(tally).collect())
}

/// Counts F2 of each of some sets of members, in their order, and nothing else.
///
/// # Errors
/// [`Error::Snapshot`] if the dates are asked for, and not as they were written.
pub fn sizes(lineage: &Lineage, sets: &[Vec<Row>], counting: &Counting) -> Result<Vec<u64>, Error> {
    let (rows, wanted) = (lineage.snapshot().len(), counting.wanted(lineage.snapshot())?);
    let children = |row, take: &mut dyn FnMut(Row)| lineage.children(row).for_each(|(child, _)| take(child));
    let size = |set: &Vec<Row>| {
        let (_, reached) = reached(rows, set, Counted::Others, children);
        reached.iter().filter(|row| wanted.holds(**row)).count() as u64
    };
    Ok(sets.par_iter().map(size).collect())
}

/// A `Flow` is how many models one group has built on another's: they are the builder's, and have a parent of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The parents are of this group.
    pub source: u32,
    /// The models are of this group.
    pub builder: u32,
    /// There are so many distinct models.
    pub models: u64,
    /// They have so many downloads in 30 days.
    pub downloads: Sum,
    /// So many of them have a date.
    pub dated: u64,
    /// This is the first of these dates, in milliseconds since 1970.
    pub first: Option<i64>,
}

impl Flow {
    /// This number is no group's, and no part's.
    pub const ANY: u32 = u32::MAX;
}

/// A `Flows` is who builds on whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flows {
    /// These are all pairs of groups with at least one model, in order of the source and then of the builder.
    pub pairs: Vec<Flow>,
    /// So many distinct models are built on each group, by its number.
    pub of_source: Vec<u64>,
    /// So many distinct models each group has built, by its number.
    pub of_builder: Vec<u64>,
    /// There are so many distinct models in all.
    pub models: u64,
    /// They have so many downloads in 30 days.
    pub downloads: Sum,
    /// So many of them have a date.
    pub dated: u64,
}

/// What some rows add to the flows.
#[derive(Default)]
struct Found {
    pairs: Vec<(u32, u32, Row)>,
    /// A model's distinct sources, and builders, one model after the other.
    sources: Vec<u32>,
    builders: Vec<u32>,
    models: u64,
    downloads: Sum,
    dated: u64,
}

/// Counts who builds on whom. `groups` gives a model's groups, numbers from 0 on, to the function that it is handed, each once;
/// `is_wanted` says which models are counted by which pairs of groups, the source first.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn flows(
    lineage: &Lineage,
    counting: &Counting,
    groups: impl Fn(Row, &mut dyn FnMut(u32)) + Sync,
    is_wanted: impl Fn(Row, u32, u32) -> bool + Sync,
) -> Result<Flows, Error> {
    let (snapshot, counted) = (lineage.snapshot(), counting.wanted(lineage.snapshot())?);
    let (downloads, created) = (snapshot.count(Count::Downloads)?, snapshot.created()?);
    const MANY: Row = 32 * 1024;
    let starts: Vec<Row> = snapshot.rows().step_by(MANY as usize).collect();
    let find = |start: Row| {
        let mut found = Found::default();
        let (mut above, mut own) = (Vec::new(), Vec::new());
        for row in start..snapshot.rows().end.min(start + MANY) {
            if lineage.is_root(row) || !counted.holds(row) {
                continue;
            }
            above.clear();
            own.clear();
            lineage.parents(row).for_each(|(parent, _)| groups(parent, &mut |source| above.push(source)));
            above.sort_unstable();
            above.dedup();
            groups(row, &mut |builder| own.push(builder));
            let from = found.pairs.len();
            for builder in &own {
                let sources = above.iter().filter(|source| is_wanted(row, **source, *builder));
                found.pairs.extend(sources.map(|source| (*source, *builder, row)));
            }
            let pairs = &found.pairs[from..];
            if pairs.is_empty() {
                continue;
            }
            found.sources.extend(above.iter().filter(|source| pairs.iter().any(|pair| pair.0 == **source)));
            found.builders.extend(own.iter().filter(|builder| pairs.iter().any(|pair| pair.1 == **builder)));
            found.models += 1;
            found.downloads.add(downloads.at(row));
            found.dated += u64::from(created.at(row).is_some());
        }
        found
    };
    let found: Vec<Found> = starts.into_par_iter().map(find).collect();
    let mut flows = Flows::default();
    let mut all: Vec<(u32, u32, Row)> = Vec::with_capacity(found.iter().map(|found| found.pairs.len()).sum());
    for found in found {
        all.extend(found.pairs);
        for (numbers, counts) in [(found.sources, &mut flows.of_source), (found.builders, &mut flows.of_builder)] {
            for number in numbers {
                let at = number as usize;
                counts.resize(counts.len().max(at + 1), 0);
                counts[at] += 1;
            }
        }
        flows.models += found.models;
        flows.downloads.total += found.downloads.total;
        flows.downloads.of += found.downloads.of;
        flows.dated += found.dated;
    }
    all.par_sort_unstable();
    let flow = |pair: &[(u32, u32, Row)]| {
        let mut sum = Sum::default();
        pair.iter().for_each(|(_, _, row)| sum.add(downloads.at(*row)));
        let dates = || pair.iter().filter_map(|(_, _, row)| created.at(*row));
        Flow {
            source: pair[0].0,
            builder: pair[0].1,
            models: pair.len() as u64,
            downloads: sum,
            dated: dates().count() as u64,
            first: dates().min(),
        }
    };
    flows.pairs = all.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)).map(flow).collect();
    Ok(flows)
}
