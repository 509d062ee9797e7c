use std::sync::Arc;

use rayon::prelude::*;

use super::members;
use crate::lineage::{Lineage, Reach, RowSet};
use crate::reference::Family;
use crate::snapshot::{Error, Row};

/// A `Kin` tells to which families models belong: those that they are members of or descend from. A merge belongs to
/// all of its parents' families.
#[derive(Debug, Clone, Default)]
pub struct Kin {
    names: Vec<String>,
    belong: Option<Arc<Belong>>,
}

/// Who belongs to any family, and to which: those of the one at a place are `families[starts[place]..starts[place + 1]]`.
#[derive(Debug)]
struct Belong {
    rows: RowSet,
    starts: Vec<u32>,
    families: Vec<u16>,
}

impl Kin {
    /// Finds the families of each of `rows`, which are in order.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the members that the snapshot keeps are not as they were written.
    pub fn find(families: &[Family], lineage: &Lineage, rows: &[Row]) -> Result<Kin, Error> {
        let (snapshot, all) = (lineage.snapshot(), lineage.snapshot().len());
        // Whoever hands a family down to them is one of their ancestors.
        let near = lineage.select(rows, Reach::Above, usize::MAX);
        let members: Vec<Option<Vec<Row>>> =
            families.iter().map(|family| members::kept(family, snapshot)).collect::<Result<_, _>>()?;
        let sought: Vec<(u16, &Family)> =
            (0..).zip(families).filter(|(number, _)| members[*number as usize].is_none()).collect();
        // Many ids at a time, but no more than stay at hand while one family after the other looks for its own.
        const MANY: usize = 8 * 1024;
        let chunks = if sought.is_empty() { &[] } else { near.rows() };
        let found: Vec<Vec<(u16, Row)>> = chunks
            .par_chunks(MANY)
            .map(|rows| {
                let ids: Vec<&str> = rows.iter().map(|row| snapshot.id(*row)).collect();
                let members = sought.iter().flat_map(|(number, family)| {
                    let is_member = family.members_among(&ids);
                    rows.iter().zip(is_member).filter(|(_, is)| *is).map(move |(row, _)| (*number, *row))
                });
                members.collect()
            })
            .collect();
        let wanted = RowSet::from_rows(all, rows);
        let of_family = |number: u16| {
            let members: Vec<Row> = match &members[number as usize] {
                Some(kept) => kept.iter().copied().filter(|row| near.place(*row).is_some()).collect(),
                None => found.iter().flatten().filter(|(other, _)| *other == number).map(|(_, row)| *row).collect(),
            };
            let mut belong = near.reached(Reach::Below, members);
            belong.retain(|row| wanted.holds(*row));
            belong.into_iter().map(|row| (row, number)).collect::<Vec<_>>()
        };
        let mut pairs: Vec<(Row, u16)> = (0..families.len() as u16).into_par_iter().flat_map_iter(of_family).collect();
        pairs.par_sort_unstable();
        let rows = RowSet::from_rows(all, &pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
        let changes = (1..=pairs.len()).filter(|at| pairs.get(*at).is_none_or(|next| next.0 != pairs[at - 1].0));
        let starts = [0].into_iter().chain(changes.map(|at| at as u32)).collect();
        let belong = Belong { rows, starts, families: pairs.iter().map(|pair| pair.1).collect() };
        Ok(Kin { names: families.iter().map(|family| family.name.clone()).collect(), belong: Some(Arc::new(belong)) })
    }

    /// Gives the names of a model's families, in the table's order.
    pub fn names(&self, row: Row) -> impl Iterator<Item = &str> {
        let belong = self.belong.as_deref().filter(|belong| belong.rows.holds(row));
        let own = belong.map_or(&[][..], |belong| {
            let place = belong.rows.place(row) as usize;
            &belong.families[belong.starts[place] as usize..belong.starts[place + 1] as usize]
        });
        own.iter().filter_map(|family| self.names.get(*family as usize)).map(String::as_str)
    }
}
