//! Whose models are, as numbers, and the distinct owners of what descends from models and from owners.

use super::Counting;
use super::distinct::Distinct;
use crate::lineage::Lineage;
use crate::snapshot::{Array, Error, Numbers, Row, Snapshot};

/// Under which name the owners are kept: this version of what they are.
const NAME: &str = "census/1/owners";
/// The number of the first owner.
const FIRST: u32 = 1;

/// Gives the owner of each row as a number. Rows are sorted, so that an owner's lie together. A model without an owner
/// is its own. The numbers grow with the rows.
///
/// # Errors
/// [`Error::Damaged`] if the numbers that the snapshot keeps cannot be.
pub fn owners(snapshot: &Snapshot) -> Result<Numbers<u32>, Error> {
    let wrong = || "its numbers do not go on from row to row".to_owned();
    let go_on = |block: &[u32]| {
        let goes_on = |(one, next): (&u32, &u32)| next.wrapping_sub(*one) <= 1;
        let pairs = block.iter().zip(block.iter().skip(1));
        pairs.fold(true, |is_so, pair| is_so & goes_on(pair)).then_some(()).ok_or_else(wrong)
    };
    if let Some(owners) = snapshot.kept_if(NAME, go_on)? {
        if owners.len() != snapshot.len() || owners.first().is_some_and(|first| *first != FIRST) {
            return Err(snapshot.damaged(format!("kept array {NAME}: {}", wrong())));
        }
        return Ok(owners);
    }
    let mut owners = Vec::with_capacity(snapshot.len());
    let mut number = FIRST - 1;
    for row in snapshot.rows() {
        number += u32::from(row == 0 || !snapshot.share_owner(row - 1, row));
        owners.push(number);
    }
    Ok(owners.into())
}

pub(super) fn to_keep(snapshot: &Snapshot) -> Result<(String, Array), Error> {
    Ok((NAME.into(), Array::Numbers(owners(snapshot)?.to_vec())))
}

/// Counts the distinct owners of the counted descendants of every model with children, in order; and of what descends from
/// each of some owners' models and is not theirs.
///
/// # Errors
/// [`super::Error::Snapshot`] if a column is not as it was written, and [`super::Error::TooLong`].
pub(super) fn below(
    lineage: &Lineage,
    sets: &[Vec<Row>],
    counting: &Counting,
) -> Result<(Vec<u64>, Vec<u64>), super::Error> {
    let (snapshot, owners) = (lineage.snapshot(), owners(lineage.snapshot())?);
    let wanted = counting.wanted(snapshot)?;
    let distinct = Distinct::gather(snapshot.len(), &lineage.pairs(), &owners, |row| wanted.holds(row));
    Ok(distinct.below(sets, counting.wait)?)
}
