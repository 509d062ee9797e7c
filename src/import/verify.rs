//! Whether a snapshot says what its records say: the digest, the counts and all that it keeps, computed again.

use super::keeping::keep_within;
use crate::census;
use crate::lineage::{Anomaly, Lineage};
use crate::reference::Family;
use crate::snapshot::{Counts, Error, Snapshot};

/// A `Verified` is what was found where a snapshot was computed again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// The snapshot says this, and its records do not, each in a line.
    pub lies: Vec<String>,
    /// So many arrays were kept and computed again.
    pub arrays: usize,
    /// This version of the program does not keep these arrays: nobody asks them, and nothing is known of them.
    pub unknown: Vec<String>,
}

/// A `Step` is a step of [`verify`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The digest of the records is computed.
    Digest,
    /// The counts and all that is kept are computed.
    Counts,
}

/// Computes all that can be computed from a snapshot's records, and compares it with what the snapshot says.
///
/// # Errors
/// [`crate::snapshot::Error::Damaged`] if it is not as it was written, or its records are no valid columns;
/// [`census::TooLong`] if counts are kept that would take longer than so many seconds ([`census::Counting::wait`]).
pub fn verify(
    snapshot: &Snapshot,
    families: &[Family],
    wait: Option<u64>,
    tell: &dyn Fn(Step),
) -> Result<Verified, Box<dyn std::error::Error + Send + Sync>> {
    snapshot.verify()?;
    let mut verified = Verified::default();
    let mut lie =
        |what: &str, says: &str, is: &str| verified.lies.push(format!("{what}: it says {says}, and its records {is}"));
    tell(Step::Digest);
    let digest = snapshot.digest()?;
    let provenance = snapshot.provenance();
    if provenance.digest != digest {
        lie("sha256 of the contents", &provenance.digest, &digest);
    }
    tell(Step::Counts);
    let mut bare = snapshot.bare()?;
    // What was left out, since it takes long, is not counted here.
    let is_kept = census::is_kept(snapshot);
    let left_out = keep_within(&mut bare, families, if is_kept { wait } else { Some(0) })?;
    if let Some(too_long) = left_out.filter(|_| is_kept) {
        return Err(too_long.into());
    }
    let counts = counted(&bare)?;
    for (what, says, is) in [
        ("models", provenance.counts.models, counts.models),
        ("links", provenance.counts.links, counts.links),
        ("unlisted parents", provenance.counts.unlisted, counts.unlisted),
        ("old names", provenance.counts.aliases, counts.aliases),
        ("links that moved", provenance.counts.moved, counts.moved),
        ("rejects that are kept", provenance.counts.rejects_kept, counts.rejects_kept),
    ] {
        if says != is {
            lie(what, &says.to_string(), &is.to_string());
        }
    }
    let (differ, unknown) = snapshot.kept_otherwise(&bare);
    verified.arrays = snapshot.kept_names().count() - unknown.len();
    verified.lies.extend(differ.iter().map(|name| format!("kept array {name}: not what its records give")));
    verified.unknown = unknown;
    Ok(verified)
}

/// What a snapshot holds, counted from its records.
fn counted(bare: &Snapshot) -> Result<Counts, Error> {
    let lineage = Lineage::from_snapshot(bare)?;
    let count = |is_so: &dyn Fn(u32) -> bool| bare.rows().filter(|row| is_so(*row)).count() as u64;
    Ok(Counts {
        models: count(&|row| bare.is_listed(row)),
        links: lineage.links() as u64,
        unlisted: count(&|row| lineage.is_unlisted(row) && lineage.children(row).len() > 0),
        aliases: count(&|row| bare.alias_of(row).is_some()),
        moved: lineage.anomalies()?.filter(|odd| matches!(odd, Anomaly::AliasFollowed { .. })).count() as u64,
        rejects: bare.provenance().counts.rejects,
        rejects_kept: bare.rejects().len() as u64,
    })
}
