use rayon::prelude::*;

use crate::lineage::Lineage;
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
    pub fn of(families: &[Family], lineage: &Lineage, rows: &[Row]) -> Kin {
        let snapshot = lineage.snapshot();
        // Whoever hands a family down to them is one of their ancestors.
        let mut all: Vec<Row> = rows.iter().copied().chain(lineage.above(rows).rows).collect();
        all.sort_unstable();
        let place = |row: Row| all.binary_search(&row).ok();
        // Many ids at a time, but no more than stay at hand while one family after the other looks for its own.
        const MANY: usize = 8 * 1024;
        let found: Vec<Vec<(u16, Row)>> = all
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
            let mut belongs = vec![false; all.len()];
            let mut open: Vec<Row> =
                found.iter().flatten().filter(|(other, _)| *other == number).map(|(_, row)| *row).collect();
            open.iter().filter_map(|row| place(*row)).for_each(|place| belongs[place] = true);
            while let Some(at) = open.pop() {
                for (child, _) in lineage.children(at) {
                    if let Some(place) = place(child)
                        && !std::mem::replace(&mut belongs[place], true)
                    {
                        open.push(child);
                    }
                }
            }
            let found = all.iter().zip(belongs).filter(|(row, belongs)| *belongs && rows.binary_search(row).is_ok());
            found.map(|(row, _)| (*row, number)).collect::<Vec<_>>()
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
