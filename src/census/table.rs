use super::kept_rows;
use crate::snapshot::{Array, Error, Numbers, Row, Snapshot, agree};

/// A `Table` is columns of sums beside rows, in order: counted now, or kept in a snapshot.
#[derive(Debug)]
pub(super) struct Table {
    pub rows: Numbers<Row>,
    pub columns: Vec<Numbers<u64>>,
}

impl Table {
    /// Reads so many columns that a snapshot keeps under a name, if it keeps them.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are not as they were written.
    pub fn kept(snapshot: &Snapshot, name: &str, columns: usize) -> Result<Option<Table>, Error> {
        let Some(rows) = kept_rows(snapshot, &format!("{name}/rows"))? else { return Ok(None) };
        let column = |number: usize| {
            let name = format!("{name}/{number}");
            // A sum is less than this, so that those of all models add up.
            let look = |block: &[u64]| match block.iter().fold(0, |all, sum| all | sum) >> 62 == 0 {
                true => Ok(()),
                false => Err("a sum that is higher than any can be".to_owned()),
            };
            let Some(kept) = snapshot.kept_if(&name, look)? else { return Ok(None) };
            agree::as_many("counts", kept.len(), rows.len())
                .map_err(|wrong| snapshot.damaged(format!("kept array {name}: {wrong}")))?;
            Ok(Some(kept))
        };
        let columns = (0..columns).map(column).collect::<Result<Option<_>, Error>>()?;
        Ok(columns.map(|columns| Table { rows, columns }))
    }

    /// Gives what a snapshot keeps of it: arrays, each with its name.
    pub fn to_keep(&self, name: &str) -> Vec<(String, Array)> {
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(number, column)| (format!("{name}/{number}"), Array::Sums(column.to_vec())));
        columns.chain([(format!("{name}/rows"), Array::Numbers(self.rows.to_vec()))]).collect()
    }
}
