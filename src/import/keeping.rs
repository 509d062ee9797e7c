use crate::census::{self, Census, Counting, Error, TooLong};
use crate::reference::Family;
use crate::search;
use crate::snapshot::Snapshot;

/// Computes all that a snapshot keeps: what [`census::keep`] and [`search::keep`] compute.
///
/// # Errors
/// It fails if the families' expressions are too large together, or the snapshot is not as it was written.
pub fn keep(snapshot: &mut Snapshot, families: &[Family]) -> Result<(), Error> {
    keep_within(snapshot, families, None).map(|_| ())
}

/// Does what [`keep`] does, but leaves out the counts of models and owners, and what is computed of them, if they take longer than so
/// many seconds ([`census::Counting::wait`]), and then says how long they take.
///
/// # Errors
/// Those of [`keep`].
pub fn keep_within(snapshot: &mut Snapshot, families: &[Family], wait: Option<u64>) -> Result<Option<TooLong>, Error> {
    let left_out = census::keep_within(snapshot, families, wait)?;
    // There is no order without the counts.
    if let Some(census) = Census::kept(snapshot, &Counting::default())? {
        search::keep(snapshot, census.best());
    }
    Ok(left_out)
}
