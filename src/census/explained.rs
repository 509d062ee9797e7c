use super::derived::{Counted, reached, reached_by};
use super::family::Looked;
use super::{Counting, FamilyCount, members};
use crate::lineage::Lineage;
use crate::model::Relation;
use crate::reference::Family;
use crate::snapshot::{Error, Row};

/// An `Explained` is a family, counted under every definition; the lineage has all links, and every model is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// This is the count by which only the derivatives of others count, without its top children.
    pub count: FamilyCount,
    /// F1 and F2 hold so many models if the members' own derived models count too.
    pub with_own: (u64, u64),
    /// F1 and F2 hold so many models without links from unlisted parents.
    pub listed: (u64, u64),
    /// F1 and F2 hold so many models if mirrors are folded.
    pub folded: (u64, u64),
    /// F2 holds so many models without quantized links.
    pub straight: u64,
    /// So many models of F2 have several parents.
    pub several: u64,
    /// This is the family's credit for F2 beside the other families: exclusive and split, if it was asked for.
    pub credit: Option<(u64, f64)>,
    /// So many mentions are in F2.
    pub mentions_derived: u64,
    /// So many mentions have no parent.
    pub mentions_roots: u64,
}

impl Explained {
    /// Counts a family; `others` are those beside which it has credit.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column is not as it was written.
    pub fn count(family: &Family, lineage: &Lineage, others: Option<&[&Family]>) -> Result<Explained, Error> {
        let set = members(family, lineage)?;
        let (looked, (ways, by)) = rayon::join(
            || Looked::look(family, lineage, &Counting::default(), Counted::Others),
            || {
                rayon::join(
                    || ways(lineage, &set),
                    || others.map(|others| reached_by_others(lineage, others)).transpose(),
                )
            },
        );
        let Looked { count, derived, mentions, .. } = looked?;
        let credit = by?.map(|by| {
            let by = |row: &Row| by[*row as usize];
            let rows = || derived.all.iter().map(|(row, _)| row);
            let exclusive = rows().filter(|row| by(row) == 0).count() as u64;
            (exclusive, rows().map(|row| 1.0 / f64::from(by(row) + 1)).sum())
        });
        let is_derived = |row: &&Row| derived.all.binary_search_by_key(*row, |of| of.0).is_ok();
        let [with_own, listed, folded, straight] = ways;
        Ok(Explained {
            with_own,
            listed,
            folded,
            straight: straight.1,
            several: derived.all.iter().filter(|(row, _)| lineage.parents(*row).len() > 1).count() as u64,
            credit,
            mentions_derived: mentions.iter().filter(is_derived).count() as u64,
            mentions_roots: mentions.iter().filter(|row| lineage.is_root(**row)).count() as u64,
            count,
        })
    }
}

/// By how many of some families each row is reached.
fn reached_by_others(lineage: &Lineage, families: &[&Family]) -> Result<Vec<u16>, Error> {
    let sets: Vec<Vec<Row>> = families.iter().map(|family| members(family, lineage)).collect::<Result<_, _>>()?;
    Ok(reached_by(lineage, &sets))
}

/// F1 and F2 of some members with their own, without unlisted parents, with mirrors folded, without quantized links.
fn ways(lineage: &Lineage, members: &[Row]) -> [(u64, u64); 4] {
    let (rows, others) = (lineage.snapshot().len(), Counted::Others);
    let count = |(direct, all): (usize, Vec<Row>)| (direct as u64, all.len() as u64);
    let all = |row, take: &mut dyn FnMut(Row)| lineage.children(row).for_each(|(child, _)| take(child));
    let listed = |row, take: &mut dyn FnMut(Row)| {
        if !lineage.is_unlisted(row) {
            all(row, take)
        }
    };
    let folded = |row, mut take: &mut dyn FnMut(Row)| lineage.children_folded(row, &mut take);
    let straight = |row, take: &mut dyn FnMut(Row)| {
        let children = lineage.children(row).filter(|(_, edge)| edge.relation != Relation::Quantized);
        children.for_each(|(child, _)| take(child));
    };
    let ((with_own, listed), (folded, straight)) = rayon::join(
        || (count(reached(rows, members, Counted::Everybody, all)), count(reached(rows, members, others, listed))),
        || {
            let folded = || count(reached(rows, members, others, folded));
            rayon::join(folded, || count(reached(rows, members, others, straight)))
        },
    );
    [with_own, listed, folded, straight]
}
