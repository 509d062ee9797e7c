//! What is computed when a snapshot is made, so that a question finds it there.

use super::owned::{self, Owned};
use super::{AUTHORS, Bursts, CREDIT, Census, Counting, DEEPEST, Error, TooLong, authors, members, tallies};
use crate::lineage::Lineage;
use crate::reference::Family;
use crate::snapshot::{Array, Snapshot};

/// Computes what is asked most and keeps it in the snapshot: the links as arrays, the facts of every model, the counts of
/// every owner, the bursts, the owners, and the members and mentions of some families.
///
/// # Errors
/// It fails if the families' expressions are too large together, or the snapshot is not as it was written.
pub fn keep(snapshot: &mut Snapshot, families: &[Family]) -> Result<(), Error> {
    keep_within(snapshot, families, None).map(|_| ())
}

/// Does what [`keep`] does, but leaves out the counts of models and owners if they take longer than so many seconds
/// ([`Counting::wait`]), and then says how long they take.
///
/// # Errors
/// Those of [`keep`].
pub fn keep_within(snapshot: &mut Snapshot, families: &[Family], wait: Option<u64>) -> Result<Option<TooLong>, Error> {
    let lineage = Lineage::from_snapshot(snapshot)?;
    let (counted, others) = rayon::join(
        || counts(&lineage, &Counting { wait, ..Counting::default() }),
        || {
            let mut arrays = members::to_keep(families, &lineage)?;
            arrays.extend([Bursts::find(&lineage)?.to_keep(), authors::to_keep(lineage.snapshot())?]);
            Ok::<_, Error>(arrays)
        },
    );
    let (counted, left_out) = match counted {
        Ok(counted) => (counted, None),
        Err(Error::TooLong(too_long)) => (Vec::new(), Some(too_long)),
        Err(error) => return Err(error),
    };
    let arrays = lineage.to_keep().into_iter().chain(others?).chain(counted);
    arrays.for_each(|(name, array)| snapshot.keep(&name, array));
    Ok(left_out)
}

/// The counts of models and of owners: all of them, or none where any takes too long.
fn counts(lineage: &Lineage, counting: &Counting) -> Result<Vec<(String, Array)>, Error> {
    let (firsts, sets) = owned::sets(lineage)?;
    let (census, (tallies, authors)) = rayon::join(
        || {
            let census = Census::count(lineage, counting)?;
            let credit = census.credit()?.into_iter().map(f64::to_bits).collect();
            let beside = [(DEEPEST, census.deepest()?), (CREDIT, credit)];
            Ok::<_, Error>((census.table.to_keep(), beside))
        },
        || rayon::join(|| tallies(lineage, &sets, counting), || authors::below(lineage, &sets, counting)),
    );
    let ((mut arrays, beside), (of_models, of_owners)) = (census?, authors?);
    let beside = beside.into_iter().chain([(AUTHORS, of_models)]);
    arrays.extend(beside.map(|(name, numbers)| (name.to_owned(), Array::Sums(numbers))));
    arrays.extend(Owned::new(firsts, tallies?, of_owners).to_keep());
    Ok(arrays)
}
