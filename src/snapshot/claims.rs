use super::names::Names;
use crate::model::{Authority, Record, Reject};

/// A `Claims` holds what the rows of a part of a source say of their parents, and nothing else of them, for [`super::Links`].
#[derive(Debug)]
pub struct Claims {
    /// The ids of the rows, one after the other.
    pub(super) ids: String,
    /// The parents that rows name, in words of the part's own.
    pub(super) names: Names,
    /// The parents of the rows by their names' numbers, row after row, of each row once.
    pub(super) parents: Vec<u32>,
    pub(super) rows: Vec<Claim>,
    /// These are the rows that could not be read.
    pub rejects: Vec<Reject>,
}

/// A `Claim` is what a row says of its parents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    /// Where its id ends.
    pub id: usize,
    /// Where its parents end.
    pub parents: usize,
    pub authority: Authority,
}

impl Default for Claims {
    fn default() -> Claims {
        let (ids, parents, rows, rejects) = (String::new(), Vec::new(), Vec::new(), Vec::new());
        Claims { ids, names: Names::of_ids(), parents, rows, rejects }
    }
}

impl Claims {
    /// Adds what a source gave: a record, of which id and parents are taken, or a reject.
    pub fn add(&mut self, found: Result<Record<'_>, Reject>) {
        let record = match found {
            Ok(record) => record,
            Err(reject) => return self.rejects.push(reject),
        };
        self.ids.push_str(record.id.as_str());
        let first = self.parents.len();
        self.parents.extend(record.parents.iter().map(|parent| self.names.intern(parent.id.here())));
        if record.parents.len() > 1 {
            // What is called alike here may have been told apart by its hub.
            let mut named = self.parents.split_off(first);
            named.sort_unstable();
            named.dedup();
            self.parents.append(&mut named);
        }
        self.rows.push(Claim { id: self.ids.len(), parents: self.parents.len(), authority: record.authority });
    }
}
