use rayon::prelude::*;

use crate::lineage::{Lineage, RowSet, holds};
use crate::model::Relation;
use crate::snapshot::Row;

/// A `Counted` says whether a family's own models count among its derivatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Members are left out.
    Others,
    /// Members that are derived from members count too (`--include-members`).
    Everybody,
}

/// A `Derived` is what descends from a set of members, each model with the relation of its own link towards them, in
/// order of the rows.
#[derive(Debug, Default)]
pub struct Derived {
    /// This is F1: the models with a parent among the members.
    pub direct: Vec<(Row, Relation)>,
    /// This is F2: the models that can be reached from any member.
    pub all: Vec<(Row, Relation)>,
    /// So many of F2 are wanted at each distance.
    pub(super) levels: Vec<u64>,
}

/// A `Desk` is what counting a family writes on: a bit for each member, and for each model that was reached.
pub(super) struct Desk {
    pub members: Vec<u64>,
    pub seen: Vec<u64>,
}

impl Desk {
    pub fn new(rows: usize) -> Desk {
        Desk { members: vec![0; rows.div_ceil(64)], seen: vec![0; rows.div_ceil(64)] }
    }

    /// Makes room for the next family.
    pub fn clear(&mut self, members: &[Row], derived: &[(Row, Relation)]) {
        members.iter().for_each(|row| self.members[*row as usize / 64] = 0);
        members.iter().chain(derived.iter().map(|(row, _)| row)).for_each(|row| self.seen[*row as usize / 64] = 0);
    }

    /// Finds F1 of a set of members, in order of the rows.
    pub fn direct(&mut self, lineage: &Lineage, members: &[Row], counted: Counted) -> Vec<(Row, Relation)> {
        members.iter().for_each(|row| self.members[*row as usize / 64] |= 1 << (row % 64));
        let mut direct = Vec::new();
        for member in members {
            for (child, edge) in lineage.children(*member) {
                if counted == Counted::Everybody || !holds(&self.members, child) {
                    direct.push((child, edge.relation));
                }
            }
        }
        // Of several links towards the members the strongest holds: it is the last of its model.
        direct.sort_unstable();
        direct.reverse();
        direct.dedup_by_key(|(row, _)| *row);
        direct.reverse();
        direct
    }

    /// Finds F1 and F2 of a set of members.
    pub fn derive(
        &mut self,
        lineage: &Lineage,
        members: &[Row],
        counted: Counted,
        wanted: impl Fn(Row) -> bool,
    ) -> Derived {
        let mut derived = Derived { direct: self.direct(lineage, members, counted), ..Derived::default() };
        let mut reached: Vec<Row> = Vec::new();
        let mut edge = members.to_vec();
        while !edge.is_empty() {
            let start = reached.len();
            // Members were walked from at the start already.
            let mut next = Vec::new();
            for at in edge {
                for (child, _) in lineage.children(at) {
                    let is_member = holds(&self.members, child);
                    let is_new = !holds(&self.seen, child);
                    self.seen[child as usize / 64] |= 1 << (child % 64);
                    if is_new && !is_member {
                        next.push(child);
                    }
                    if is_new && (counted == Counted::Everybody || !is_member) {
                        reached.push(child);
                    }
                }
            }
            edge = next;
            if reached.len() > start {
                derived.levels.push(reached[start..].iter().filter(|row| wanted(**row)).count() as u64);
            }
        }
        if reached.len() < self.seen.len() {
            reached.sort_unstable();
        } else {
            // The bits are in order already, and fewer words than there are models.
            let left_out = |word: usize| if counted == Counted::Everybody { 0 } else { self.members[word] };
            let bits = self.seen.iter().enumerate().map(|(word, seen)| seen & !left_out(word)).collect();
            reached = RowSet::from_bits(bits).rows().collect();
        }
        let towards = |row: Row| {
            let inside = |parent: &Row| holds(&self.members, *parent) || holds(&self.seen, *parent);
            lineage.parents(row).filter(|(parent, _)| inside(parent)).map(|(_, edge)| edge.relation).max()
        };
        let related = |row: Row| (row, towards(row).unwrap_or(Relation::Unstated));
        derived.all = reached.into_par_iter().with_min_len(4096).map(related).collect();
        derived
    }
}

/// Finds all that can be reached from some members, which are left out unless everybody counts; `children` gives those of a
/// model to the function that it is handed. F1 stands first, and its number beside.
pub(super) fn reached(
    rows: usize,
    members: &[Row],
    counted: Counted,
    children: impl Fn(Row, &mut dyn FnMut(Row)),
) -> (usize, Vec<Row>) {
    let mut desk = Desk::new(rows);
    members.iter().for_each(|row| desk.members[*row as usize / 64] |= 1 << (row % 64));
    let (mut reached, mut next) = (Vec::new(), 0);
    let mut meet = |child: Row, reached: &mut Vec<Row>| {
        let (word, bit) = (child as usize / 64, 1 << (child % 64));
        if desk.seen[word] & bit == 0 && (counted == Counted::Everybody || desk.members[word] & bit == 0) {
            desk.seen[word] |= bit;
            reached.push(child);
        }
    };
    members.iter().for_each(|member| children(*member, &mut |child| meet(child, &mut reached)));
    let direct = reached.len();
    while let Some(at) = reached.get(next).copied() {
        next += 1;
        children(at, &mut |child| meet(child, &mut reached));
    }
    (direct, reached)
}

/// Counts by how many of some sets each row is reached, members left out.
pub fn reached_by(lineage: &Lineage, sets: &[Vec<Row>]) -> Vec<u16> {
    let rows = lineage.snapshot().len();
    let all = |set: &Vec<Row>| {
        let children = |row, take: &mut dyn FnMut(Row)| lineage.children(row).for_each(|(child, _)| take(child));
        reached(rows, set, Counted::Others, children).1
    };
    let all: Vec<Vec<Row>> = sets.par_iter().map(all).collect();
    let mut by = vec![0u16; rows];
    all.iter().flatten().for_each(|row| by[*row as usize] += 1);
    by
}

impl Derived {
    /// Finds F1 and F2 of each of some sets of members, in their order, in parallel.
    pub fn of_sets(lineage: &Lineage, sets: &[Vec<Row>], counted: Counted) -> Vec<Derived> {
        let desk = || Desk::new(lineage.snapshot().len());
        let derive = |desk: &mut Desk, members: &Vec<Row>| {
            let derived = desk.derive(lineage, members, counted, |_| true);
            desk.clear(members, &derived.all);
            derived
        };
        sets.par_iter().map_init(desk, derive).collect()
    }
}
