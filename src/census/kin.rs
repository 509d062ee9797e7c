use rayon::prelude::*;

use crate::lineage::Lineage;
use crate::reference::Family;
use crate::snapshot::Row;

/// To which families models belong: those that they are members of or descend from. A merge belongs to all of its
/// parents' families.
#[derive(Debug, Default)]
pub struct Kin {
    names: Vec<String>,
    /// Model and family, in order.
    pairs: Vec<(Row, u16)>,
}

impl Kin {
    /// The families of each of `rows`, which are in order.
    pub fn of(families: &[Family], lineage: &Lineage<'_>, rows: &[Row]) -> Kin {
        let snapshot = lineage.snapshot();
        // Whoever hands a family down to them is one of their ancestors.
        let mut all: Vec<Row> = rows.iter().copied().chain(lineage.above(rows).rows).collect();
        all.sort_unstable();
        let ids: Vec<&str> = all.iter().map(|row| snapshot.id(*row)).collect();
        let place = |row: Row| all.binary_search(&row).ok();
        let of_family = |(number, family): (usize, &Family)| {
            let mut belongs = family.members_among(&ids);
            let mut open: Vec<Row> = all.iter().zip(&belongs).filter(|(_, is)| **is).map(|(row, _)| *row).collect();
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
            found.map(|(row, _)| (*row, number as u16)).collect::<Vec<_>>()
        };
        let mut pairs: Vec<(Row, u16)> = families.par_iter().enumerate().flat_map_iter(of_family).collect();
        pairs.sort_unstable();
        Kin { names: families.iter().map(|family| family.name.clone()).collect(), pairs }
    }

    /// The names of a model's families, in the table's order.
    pub fn names(&self, row: Row) -> impl Iterator<Item = &str> {
        let start = self.pairs.partition_point(|(other, _)| *other < row);
        let own = self.pairs[start..].iter().take_while(move |(other, _)| *other == row);
        own.filter_map(|(_, family)| self.names.get(*family as usize)).map(String::as_str)
    }
}
