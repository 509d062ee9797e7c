use rayon::prelude::*;

use crate::lineage::{Lineage, Reach};
use crate::reference::Family;
use crate::snapshot::Row;

/// A `Kin` tells to which families models belong: those that they are members of or descend from. A merge belongs to
/// all of its parents' families.
#[derive(Debug, Clone, Default)]
pub struct Kin {
    names: Vec<String>,
    /// Model and family, in order.
    pairs: Vec<(Row, u16)>,
}

impl Kin {
    /// Finds the families of each of `rows`, which are in order.
    pub fn find(families: &[Family], lineage: &Lineage, rows: &[Row]) -> Kin {
        let snapshot = lineage.snapshot();
        // Whoever hands a family down to them is one of their ancestors.
        let near = lineage.select(rows, Reach::Above, usize::MAX);
        // Many ids at a time, but no more than stay at hand while one family after the other looks for its own.
        const MANY: usize = 8 * 1024;
        let found: Vec<Vec<(u16, Row)>> = near
            .rows()
            .par_chunks(MANY)
            .map(|rows| {
                let ids: Vec<&str> = rows.iter().map(|row| snapshot.id(*row)).collect();
                let members = families.iter().zip(0..).flat_map(|(family, number)| {
                    let is_member = family.members_among(&ids);
                    rows.iter().zip(is_member).filter(|(_, is)| *is).map(move |(row, _)| (number, *row))
                });
                members.collect()
            })
            .collect();
        let of_family = |number: u16| {
            let members = found.iter().flatten().filter(|(other, _)| *other == number).map(|(_, row)| *row);
            let mut belong = near.reached(Reach::Below, members.collect());
            belong.retain(|row| rows.binary_search(row).is_ok());
            belong.into_iter().map(|row| (row, number)).collect::<Vec<_>>()
        };
        let mut pairs: Vec<(Row, u16)> = (0..families.len() as u16).into_par_iter().flat_map_iter(of_family).collect();
        pairs.sort_unstable();
        Kin { names: families.iter().map(|family| family.name.clone()).collect(), pairs }
    }

    /// Gives the names of a model's families, in the table's order.
    pub fn names(&self, row: Row) -> impl Iterator<Item = &str> {
        let start = self.pairs.partition_point(|(other, _)| *other < row);
        let own = self.pairs[start..].iter().take_while(move |(other, _)| *other == row);
        own.filter_map(|(_, family)| self.names.get(*family as usize)).map(String::as_str)
    }
}
