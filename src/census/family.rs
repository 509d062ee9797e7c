use rayon::prelude::*;

use super::segments::Segments;
use super::{Counting, Sum, bursts};
use crate::lineage::Lineage;
use crate::model::Relation;
use crate::reference::Family;
use crate::snapshot::Row;

/// The counts of a family under `definitions`, "Counting a family".
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyCount {
    /// Its name.
    pub name: String,
    /// In one line, who its members are.
    pub rule: String,
    /// Members that are listed, and those that are only named as parents.
    pub members: u64,
    /// Members that are named but not listed.
    pub members_unlisted: u64,
    /// F1: models with a parent among the members.
    pub f1: Tally,
    /// F2: models reachable from any member.
    pub f2: Tally,
    /// F3: models that mention the family by tag, name or library, and are no members.
    pub f3: u64,
    /// F1 and F2 without bursts.
    pub without_bursts: (u64, u64),
    /// How many of F1 and F2 a date filter left out because they have no date.
    pub undated: (u64, u64),
    /// How many of F1 hang from unlisted members alone.
    pub f1_unlisted: u64,
    /// F2 by the number of links from the nearest member, from 1 on.
    pub generations: Vec<u64>,
    /// The children with most descendants of their own: row, direct, descendants.
    pub top_children: Vec<(Row, u64, u64)>,
}

/// A set of models, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Distinct models.
    pub models: u64,
    /// By the relation of their own link towards the family, in the order of [`Relation::ALL`].
    pub by_relation: [u64; 5],
    /// Their distinct owners.
    pub authors: u64,
    /// Their downloads in 30 days.
    pub downloads: Sum,
    /// Their downloads since the Hub publishes them.
    pub downloads_all_time: Sum,
    /// Their likes.
    pub likes: Sum,
    /// Those created recently, of those with a date; see [`Counting::recent_since`].
    pub recent: Sum,
    /// How many have a date.
    pub dated: u64,
}

/// Whether a family's own models count among its derivatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Members are left out.
    Others,
    /// Members that are derived from members count too (`--include-members`).
    Everybody,
}

/// How many children are listed in [`FamilyCount::top_children`].
const TOP: usize = 10;

impl FamilyCount {
    /// Counts a family. F1 and F2 follow the links of `lineage`; only what `counting` wants is counted.
    pub fn of(family: &Family, lineage: &Lineage<'_>, counting: &Counting, counted: Counted) -> FamilyCount {
        let members = members(family, lineage);
        let (f3, count) = rayon::join(
            || mentions(family, lineage, &members, counting),
            || FamilyCount::of_members(family, &members, lineage, counting, counted),
        );
        FamilyCount { f3, ..count }
    }

    /// All but F3.
    fn of_members(
        family: &Family,
        members: &[Row],
        lineage: &Lineage<'_>,
        counting: &Counting,
        counted: Counted,
    ) -> FamilyCount {
        let snapshot = lineage.snapshot();
        let mut desk = Desk::new(snapshot.len());
        let derived = desk.derive(lineage, members, counted);
        let wanted = |row: Row| counting.counts(snapshot.created(row));
        let keep = |rows: &[(Row, Relation)]| -> Vec<(Row, Relation)> {
            rows.iter().copied().filter(|(row, _)| wanted(*row)).collect()
        };
        let undated = |rows: &[(Row, Relation)]| {
            let has_no_date = |row: Row| snapshot.created(row).is_none() && !wanted(row);
            rows.iter().filter(|(row, _)| has_no_date(*row)).count() as u64
        };
        let (f1, f2) = (keep(&derived.direct), keep(&derived.all));

        let in_burst = bursts(lineage, members.iter().copied().chain(derived.all.iter().map(|(row, _)| *row)));
        let calm = |rows: &[(Row, Relation)]| rows.iter().filter(|(row, _)| !in_burst[*row as usize]).count() as u64;
        let is_member = |row: Row| members.binary_search(&row).is_ok();
        let hangs_unlisted = |row: Row| {
            lineage.parents(row).filter(|(parent, _)| is_member(*parent)).all(|(parent, _)| lineage.is_unlisted(parent))
        };
        let mut generations = Vec::new();
        let mut from = 0;
        for level in &derived.levels {
            generations.push(derived.all[from..from + level].iter().filter(|(row, _)| wanted(*row)).count() as u64);
            from += level;
        }
        FamilyCount {
            name: family.name.clone(),
            rule: family.rule.clone(),
            members: members.len() as u64,
            members_unlisted: members.iter().filter(|row| !snapshot.is_listed(**row)).count() as u64,
            f3: 0,
            without_bursts: (calm(&f1), calm(&f2)),
            undated: (undated(&derived.direct), undated(&derived.all)),
            f1_unlisted: f1.iter().filter(|(row, _)| hangs_unlisted(*row)).count() as u64,
            top_children: top(lineage, &f1, &derived, &wanted),
            f1: Tally::of(lineage, &f1, counting),
            f2: Tally::of(lineage, &f2, counting),
            generations,
        }
    }
}

/// The rows of a family's members, in order. Old ids are no members: the models that they name are.
pub fn members(family: &Family, lineage: &Lineage<'_>) -> Vec<Row> {
    let snapshot = lineage.snapshot();
    let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
    match family.lies_in() {
        Some(id) if id.contains('/') || snapshot.owned_by(id).is_empty() => lineage.find(id).into_iter().collect(),
        Some(owner) => snapshot.owned_by(owner).filter(is_model).collect(),
        None => search(lineage, |ids| family.members_among(ids)).filter(is_model).collect(),
    }
}

/// F3.
fn mentions(family: &Family, lineage: &Lineage<'_>, members: &[Row], counting: &Counting) -> u64 {
    let snapshot = lineage.snapshot();
    let words: Vec<&str> = snapshot.tag_words().collect();
    let tags: Vec<bool> = words.par_iter().map(|tag| family.is_tag(tag)).collect();
    let has_tags = tags.contains(&true);
    let mut named = vec![false; snapshot.len()];
    search(lineage, |ids| family.named_among(ids)).for_each(|row| named[row as usize] = true);
    let is_mention = |row: &Row| {
        named[*row as usize]
            || (has_tags && snapshot.tags(*row).iter().any(|tag| tags[*tag as usize]))
            || snapshot.library(*row).is_some_and(|library| family.is_library(library))
    };
    let counts = |row: &Row| counting.counts(snapshot.created(*row)) && members.binary_search(row).is_err();
    let listed = snapshot.rows().into_par_iter().filter(|row| snapshot.is_listed(*row));
    listed.filter(is_mention).filter(counts).count() as u64
}

/// The rows whose ids `find` marks, in order; it is given many ids at a time.
fn search(lineage: &Lineage<'_>, find: impl Fn(&[&str]) -> Vec<bool> + Sync) -> impl Iterator<Item = Row> {
    const MANY: u32 = 16 * 1024;
    let snapshot = lineage.snapshot();
    let starts: Vec<Row> = snapshot.rows().step_by(MANY as usize).collect();
    let found: Vec<Vec<bool>> = starts
        .into_par_iter()
        .map(|start| {
            let ids: Vec<&str> = (start..snapshot.rows().end.min(start + MANY)).map(|row| snapshot.id(row)).collect();
            find(&ids)
        })
        .collect();
    found.into_iter().flatten().zip(0..).filter(|(found, _)| *found).map(|(_, row)| row)
}

/// The models with most descendants among `rows`, ties by id. Below them lies only what is derived: the other links
/// need no counting.
fn top(
    lineage: &Lineage<'_>,
    rows: &[(Row, Relation)],
    derived: &Derived,
    wanted: &impl Fn(Row) -> bool,
) -> Vec<(Row, u64, u64)> {
    let mut is_derived = vec![false; lineage.snapshot().len()];
    derived.all.iter().chain(&derived.direct).for_each(|(row, _)| is_derived[*row as usize] = true);
    let beyond = lineage.below(&rows.iter().map(|(row, _)| *row).collect::<Vec<_>>());
    beyond.rows.iter().for_each(|row| is_derived[*row as usize] = true);
    let lineage = &lineage.only(|parent, _, _| is_derived[parent as usize]);
    let links: Vec<(u32, u32)> = lineage.all_links().map(|(parent, child, _)| (parent, child)).collect();
    let sums = Segments::sum(lineage.snapshot().len(), &links, |row| u32::from(wanted(row)));
    let mut children: Vec<(Row, u64, u64)> = rows
        .iter()
        .filter_map(|(row, _)| {
            // The rows are all wanted, and no descendants of themselves.
            let descendants = u64::from(sums.of(*row)? - 1);
            let direct = lineage.children(*row).filter(|(child, _)| wanted(*child)).count() as u64;
            (descendants > 0).then_some((*row, direct, descendants))
        })
        .collect();
    children.sort_unstable_by_key(|(row, _, descendants)| (std::cmp::Reverse(*descendants), *row));
    children.truncate(TOP);
    children
}

/// What descends from a set of members, with the relation of each model's own link towards them.
#[derive(Debug, Default)]
pub(super) struct Derived {
    /// F1, in order of the rows.
    pub direct: Vec<(Row, Relation)>,
    /// F2, nearest first.
    pub all: Vec<(Row, Relation)>,
    levels: Vec<usize>,
}

/// What counting a family writes on; stamps spare clearing it for the next one.
pub(super) struct Desk {
    stamp: u32,
    members: Vec<u32>,
    seen: Vec<u32>,
}

impl Desk {
    pub fn new(rows: usize) -> Desk {
        Desk { stamp: 0, members: vec![0; rows], seen: vec![0; rows] }
    }

    /// F1 and F2 of a set of members.
    pub fn derive(&mut self, lineage: &Lineage<'_>, members: &[Row], counted: Counted) -> Derived {
        self.stamp += 1;
        let stamp = self.stamp;
        members.iter().for_each(|row| self.members[*row as usize] = stamp);
        let mut derived = Derived::default();
        for member in members {
            for (child, edge) in lineage.children(*member) {
                if counted == Counted::Everybody || self.members[child as usize] != stamp {
                    derived.direct.push((child, edge.relation));
                }
            }
        }
        // Of several links towards the members the strongest holds: it is the last of its model.
        derived.direct.sort_unstable();
        derived.direct.reverse();
        derived.direct.dedup_by_key(|(row, _)| *row);
        derived.direct.reverse();

        let mut reached: Vec<Row> = Vec::new();
        let mut edge = members.to_vec();
        while !edge.is_empty() {
            let start = reached.len();
            for at in edge {
                for (child, _) in lineage.children(at) {
                    let is_member = self.members[child as usize] == stamp;
                    let is_new = std::mem::replace(&mut self.seen[child as usize], stamp) != stamp;
                    if is_new && (counted == Counted::Everybody || !is_member) {
                        reached.push(child);
                    }
                }
            }
            // Members were walked from at the start already.
            edge = reached[start..].iter().copied().filter(|row| self.members[*row as usize] != stamp).collect();
            if reached.len() > start {
                derived.levels.push(reached.len() - start);
            }
        }
        let towards = |row: Row| {
            let inside = |parent: &Row| self.members[*parent as usize] == stamp || self.seen[*parent as usize] == stamp;
            lineage.parents(row).filter(|(parent, _)| inside(parent)).map(|(_, edge)| edge.relation).max()
        };
        derived.all = reached.into_iter().map(|row| (row, towards(row).unwrap_or(Relation::Unstated))).collect();
        derived
    }
}

impl Tally {
    /// Adds up what is known of a set of distinct models.
    fn of(lineage: &Lineage<'_>, rows: &[(Row, Relation)], counting: &Counting) -> Tally {
        let snapshot = lineage.snapshot();
        let mut tally = Tally::default();
        // In order of the rows an owner's models lie together. A model without an owner is its own.
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        let mut last: Option<&str> = None;
        for (row, relation) in &rows {
            tally.models += 1;
            tally.by_relation[*relation as usize] += 1;
            let owner = snapshot.owner(*row);
            let is_same = matches!((last, owner), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b));
            tally.authors += u64::from(!is_same);
            last = owner;
            tally.downloads.add(snapshot.downloads(*row));
            tally.downloads_all_time.add(snapshot.downloads_all_time(*row));
            tally.likes.add(snapshot.likes(*row));
            let created = snapshot.created(*row);
            tally.dated += u64::from(created.is_some());
            if let Some(since) = counting.recent_since {
                tally.recent.add(created.map(|created| u64::from(created >= since)));
            }
        }
        tally
    }
}

/// F1 and F2 of each of many sets of members, in their order, in parallel.
pub(super) fn tallies(lineage: &Lineage<'_>, sets: &[Vec<Row>], counting: &Counting) -> Vec<(Tally, Tally)> {
    let wanted = |row: Row| counting.counts(lineage.snapshot().created(row));
    sets.par_iter()
        .map_init(
            || Desk::new(lineage.snapshot().len()),
            |desk, members| {
                let mut derived = desk.derive(lineage, members, Counted::Others);
                derived.direct.retain(|(row, _)| wanted(*row));
                derived.all.retain(|(row, _)| wanted(*row));
                (Tally::of(lineage, &derived.direct, counting), Tally::of(lineage, &derived.all, counting))
            },
        )
        .collect()
}

/// The members of each of a table's families.
pub(super) fn all_members(families: &[Family], lineage: &Lineage<'_>) -> Vec<Vec<Row>> {
    families.iter().map(|family| members(family, lineage)).collect()
}
