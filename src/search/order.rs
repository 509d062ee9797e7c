use crate::lineage::RowSet;
use crate::snapshot::{Array, Error, Numbers, Row, Snapshot, agree};

/// Under which name it is kept: this version of what it is.
const NAME: &str = "search/1/order";

/// An `Order` is the models that others descend from, those with most descendants first, and among equals in order of their ids. All
/// others follow in order of their ids.
#[derive(Debug, Clone)]
pub(super) struct Order(pub Numbers<Row>);

impl Order {
    /// Takes them as somebody who counted them gives them.
    pub fn of(best: Vec<Row>) -> Order {
        Order(best.into())
    }

    /// Reads the one that a snapshot keeps, if it keeps one.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it is not as it was written, or names a model twice.
    pub fn kept(snapshot: &Snapshot) -> Result<Option<Order>, Error> {
        let distinct = |block: &[Row]| {
            agree::below("a row", block, snapshot.len())?;
            agree::as_many("models", RowSet::from_rows(snapshot.len(), block).len(), block.len())
        };
        Ok(snapshot.kept_if(NAME, distinct)?.map(Order))
    }

    pub fn to_keep(&self) -> [(&'static str, Array); 1] {
        [(NAME, Array::Numbers(self.0.to_vec()))]
    }
}
