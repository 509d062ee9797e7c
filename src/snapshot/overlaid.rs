//! A few of a snapshot's models with others laid over them, for one answer.

use super::{Builder, Error, Row, Snapshot};
use crate::model::{Learned, ModelId, Parent, Record, Relation};

/// A model that stays, with the parents that it has under their names of today.
pub type Staying = (Row, Vec<(Row, Relation, Learned)>);

impl Snapshot {
    /// Makes a snapshot in memory of some of its models, some old ids of these, and of records that are laid over them. It goes on saying where this one comes
    /// from, what it holds and under which digest: an answer of it is one about this snapshot. It is never written.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column is not as it was written.
    pub fn overlaid(
        &self,
        staying: impl IntoIterator<Item = Staying>,
        old: impl IntoIterator<Item = Row>,
        records: impl IntoIterator<Item = Record<'static>>,
    ) -> Result<Snapshot, Error> {
        let known = self.records()?;
        let mut builder = Builder::new();
        builder.source("overlaid", "snapshot");
        for (row, parents) in staying {
            let Some(mut record) = known.at(row) else { continue };
            // Who was renamed is decided already.
            record.hub_id = None;
            let parent = |(parent, relation, learned)| {
                let id = Record::named(&record.id, ModelId::read(self.id(parent)).ok()?);
                Some(Parent::new(id, relation, learned))
            };
            record.parents = parents.into_iter().filter_map(parent).collect();
            builder.add(Ok(record));
        }
        records.into_iter().for_each(|record| builder.add(Ok(record)));
        for (row, today) in old.into_iter().filter_map(|row| Some((row, self.alias_of(row)?))) {
            builder.alias(self.id(row), self.id(today));
        }
        let mut made = builder.finish(&self.provenance().program, None, None)?;
        made.provenance = self.provenance.clone();
        made.of_oddities = Some(self.all_oddities());
        self.unchanged()?;
        Ok(made)
    }
}
