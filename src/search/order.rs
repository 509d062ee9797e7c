use std::cmp::Reverse;

use crate::census::Census;
use crate::snapshot::{Array, Error, Numbers, Row, Snapshot, agree};

/// Under which name it is kept: this version of what it is.
const NAME: &str = "search/1/order";

/// An `Order` is the models that others descend from, those with most descendants first, and among equals in order of their ids. All
/// others follow in order of their ids.
#[derive(Debug, Clone)]
pub(super) struct Order(pub Numbers<Row>);

impl Order {
    /// Sorts the models of a census of everything.
    pub fn of(census: &Census) -> Order {
        let mut ordered: Vec<(Reverse<u64>, Row)> = census
            .all()
            .filter(|(_, facts)| facts.descendants > 0)
            .map(|(row, facts)| (Reverse(facts.descendants), row))
            .collect();
        ordered.sort_unstable();
        Order(ordered.into_iter().map(|(_, row)| row).collect::<Vec<Row>>().into())
    }

    /// Reads the one that a snapshot keeps, if it keeps one.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not as it was written, or not of as many models as the census has.
    pub fn kept(snapshot: &Snapshot, census: &Census) -> Result<Option<Order>, Error> {
        let Some(rows) = snapshot.kept_if(NAME, |block| agree::below("a row", block, snapshot.len()))? else {
            return Ok(None);
        };
        // A model with children has descendants, and no other has.
        match agree::as_many("models", rows.len(), census.models().len()) {
            Ok(()) => Ok(Some(Order(rows))),
            Err(wrong) => Err(snapshot.damaged(format!("kept array {NAME}: {wrong}"))),
        }
    }

    pub fn to_keep(&self) -> [(&'static str, Array); 1] {
        [(NAME, Array::Numbers(self.0.to_vec()))]
    }
}
