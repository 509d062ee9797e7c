//! Derived models, told apart by something: each part is counted, and so is who builds on whom.

use rayon::prelude::*;

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

/// Counts parts of some distinct models, which are in order, each with its relation; `numbers` are those of their parts, one for
/// each model. The parts stand in order of their numbers; one without a model is left out.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn parts(
    lineage: &Lineage,
    models: &[(Row, Relation)],
    numbers: &[u32],
    counting: &Counting,
) -> Result<Vec<(u32, Tally)>, Error> {
    let (worth, owners) = (Worth::read(lineage.snapshot())?, authors::owners(lineage.snapshot())?);
    let mut by_part: Vec<(u32, (Row, Relation))> = numbers.iter().copied().zip(models.iter().copied()).collect();
    by_part.par_sort_unstable();
    let tally = |part: &[(u32, (Row, Relation))]| {
        let models: Vec<(Row, Relation)> = part.iter().map(|(_, model)| *model).collect();
        (part[0].0, Tally::count(&worth, &owners, &models, counting))
    };
    let parts: Vec<&[_]> = by_part.chunk_by(|one, next| one.0 == next.0).collect();
    Ok(parts.into_par_iter().map(tally).collect())
}

/// A `Flow` is how many models one group has built on another's: they are the builder's, and have a parent of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// The parents are of this group, or of any if it is [`Flow::ANY`].
    pub source: u32,
    /// The models are of this group, or of any if it is [`Flow::ANY`].
    pub builder: u32,
    /// There are so many distinct models.
    pub models: u64,
    /// They have so many downloads in 30 days.
    pub downloads: Sum,
}

impl Flow {
    /// This number stands for all groups together.
    pub const ANY: u32 = u32::MAX;
}

/// Counts who builds on whom: every pair of groups with at least one model, and the same with [`Flow::ANY`] on either side and on
/// both. `groups` gives a model's groups to the function that it is handed, each once; `is_wanted` says of which pairs of groups,
/// source first, and of which models.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn flows(
    lineage: &Lineage,
    counting: &Counting,
    groups: impl Fn(Row, &mut dyn FnMut(u32)) + Sync,
    is_wanted: impl Fn(Row, u32, u32) -> bool + Sync,
) -> Result<Vec<Flow>, Error> {
    let (snapshot, counted) = (lineage.snapshot(), counting.wanted(lineage.snapshot())?);
    let downloads = snapshot.count(Count::Downloads)?;
    let pairs = |row: Row| {
        let (mut sources, mut pairs) = (Vec::new(), Vec::new());
        if lineage.is_root(row) || !counted.holds(row) {
            return pairs;
        }
        lineage.parents(row).for_each(|(parent, _)| groups(parent, &mut |source| sources.push(source)));
        sources.sort_unstable();
        sources.dedup();
        groups(row, &mut |builder| {
            let sources = sources.iter().filter(|source| is_wanted(row, **source, builder));
            pairs.extend(sources.map(|source| (*source, builder, row)));
        });
        // Each stands once with all groups on the other side.
        let margins = pairs.iter().flat_map(|pair| [(pair.0, Flow::ANY, row), (Flow::ANY, pair.1, row)]);
        let mut margins: Vec<(u32, u32, Row)> = margins.collect();
        margins.extend((!pairs.is_empty()).then_some((Flow::ANY, Flow::ANY, row)));
        margins.sort_unstable();
        margins.dedup();
        pairs.extend(margins);
        pairs
    };
    let mut all: Vec<(u32, u32, Row)> =
        snapshot.rows().into_par_iter().with_min_len(4 * 1024).flat_map_iter(pairs).collect();
    all.par_sort_unstable();
    let flow = |pair: &[(u32, u32, Row)]| {
        let mut sum = Sum::default();
        pair.iter().for_each(|(_, _, row)| sum.add(downloads.at(*row)));
        Flow { source: pair[0].0, builder: pair[0].1, models: pair.len() as u64, downloads: sum }
    };
    Ok(all.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)).map(flow).collect())
}
