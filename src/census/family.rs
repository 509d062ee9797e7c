use std::collections::HashMap;

use rayon::prelude::*;

use super::facts::{self, Weigh};
use super::groups::Groups;
use super::segments::Segments;
use super::{Bursts, Census, Counting, Sum, authors};
use crate::lineage::{Lineage, RowSet, holds};
use crate::model::Relation;
use crate::reference::{self, Family, Matcher};
use crate::snapshot::{Array, Row, Snapshot};

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

/// A set of models that a family has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Its members.
    Members,
    /// F1.
    Direct,
    /// F2.
    All,
    /// F3.
    Mentions,
}

impl Part {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Part::Members => "members",
            Part::Direct => "f1",
            Part::All => "f2",
            Part::Mentions => "f3",
        }
    }

    /// Its definition, in a sentence.
    pub fn about(self, counted: Counted) -> String {
        let who = match counted {
            Counted::Others => "the members' own repositories left out",
            Counted::Everybody => "the members' own derived models included",
        };
        match self {
            Part::Members => "Members: the models that the family's rule names.".into(),
            Part::Direct => format!("F1: distinct models with at least one parent among the members, {who}."),
            Part::All => format!("F2: distinct models reachable from any member, {who}."),
            Part::Mentions => {
                "F3: distinct models that mention the family by tag, name or library, and are no members.".into()
            }
        }
    }

    /// The models of it, in order of the ids, each with the relation of its own link towards the family, if several the
    /// strongest; members, and mentions that do not descend from the family, have none. They are those that
    /// [`FamilyCount::of`] counts.
    pub fn of(
        self,
        family: &Family,
        lineage: &Lineage<'_>,
        counting: &Counting,
        counted: Counted,
    ) -> Vec<(Row, Option<Relation>)> {
        let wanted = |row: Row| counting.wants(lineage.snapshot(), row);
        let members = members(family, lineage);
        let mut desk = Desk::new(lineage.snapshot().len());
        let related =
            |rows: Vec<(Row, Relation)>| rows.into_iter().map(|(row, relation)| (row, Some(relation))).collect();
        let mut rows: Vec<(Row, Option<Relation>)> = match self {
            Part::Members => members.into_iter().map(|row| (row, None)).collect(),
            Part::Direct => related(desk.direct(lineage, &members, counted)),
            Part::All => related(desk.derive(lineage, &members, counted, wanted).all),
            Part::Mentions => {
                let all = desk.derive(lineage, &members, counted, wanted).all;
                let of = |row: Row| all.binary_search_by_key(&row, |derived| derived.0).ok().map(|at| all[at].1);
                mentions(family, lineage, &members, counting).into_iter().map(|row| (row, of(row))).collect()
            }
        };
        // Members are what they are, whenever they came.
        rows.retain(|(row, _)| self == Part::Members || wanted(*row));
        rows
    }
}

/// How many children are listed in [`FamilyCount::top_children`].
const TOP: usize = 10;

impl FamilyCount {
    /// Counts a family. F1 and F2 follow the links of `lineage`; only what `counting` wants is counted.
    pub fn of(family: &Family, lineage: &Lineage<'_>, counting: &Counting, counted: Counted) -> FamilyCount {
        let members = members(family, lineage);
        let (f3, count) = rayon::join(
            || mentions(family, lineage, &members, counting).len() as u64,
            || {
                let bursts = Bursts::of(lineage);
                let (count, f1) = FamilyCount::of_members(family, &members, &bursts, counting, counted);
                FamilyCount { top_children: top(lineage, &f1, counting), ..count }
            },
        );
        FamilyCount { f3, ..count }
    }

    /// Counts many families by one reading of the ids, in their order: by [`Counted::Others`] and by
    /// [`Counted::Everybody`]. Their top children are left out.
    pub fn of_all(families: &[Family], bursts: &Bursts<'_, '_>) -> Vec<[FamilyCount; 2]> {
        let lineage = bursts.lineage();
        let counting = Counting::default();
        // Expressions that are too large together are looked for one by one.
        let alone = |family: &Family| {
            let members = members(family, lineage);
            let mentions = mentions(family, lineage, &members, &counting);
            [members, mentions]
        };
        let sets = members_and_mentions(families, lineage).unwrap_or_else(|_| families.iter().map(alone).collect());
        let count = |(family, [members, mentions]): (&Family, &[Vec<Row>; 2])| {
            let is_model = |row: &&Row| lineage.snapshot().is_listed(**row);
            let f3 = mentions.iter().filter(is_model).filter(|row| members.binary_search(row).is_err()).count() as u64;
            [Counted::Others, Counted::Everybody].map(|counted| {
                let (count, _) = FamilyCount::of_members(family, members, bursts, &counting, counted);
                FamilyCount { f3, ..count }
            })
        };
        families.iter().zip(&sets).map(count).collect()
    }

    /// All but F3 and the top children, and F1 itself.
    fn of_members(
        family: &Family,
        members: &[Row],
        bursts: &Bursts<'_, '_>,
        counting: &Counting,
        counted: Counted,
    ) -> (FamilyCount, Vec<(Row, Relation)>) {
        let lineage = bursts.lineage();
        let snapshot = lineage.snapshot();
        let wanted = |row: Row| counting.wants(snapshot, row);
        let mut desk = Desk::new(snapshot.len());
        let mut derived = desk.derive(lineage, members, counted, wanted);
        let undated = |rows: &[(Row, Relation)]| {
            let has_no_date = |row: Row| snapshot.created(row).is_none() && !wanted(row);
            rows.iter().filter(|(row, _)| has_no_date(*row)).count() as u64
        };
        let undated = (undated(&derived.direct), undated(&derived.all));
        derived.direct.retain(|(row, _)| wanted(*row));
        derived.all.retain(|(row, _)| wanted(*row));
        let Derived { direct: f1, all: f2, .. } = &derived;

        let owners = authors::owners(snapshot);
        let is_inside = |row: Row| holds(&desk.members, row) || holds(&desk.seen, row);
        let calm =
            |rows: &[(Row, Relation)]| rows.iter().filter(|(row, _)| !bursts.holds(*row, is_inside)).count() as u64;
        let hangs_unlisted = |row: Row| {
            let parents = lineage.parents(row).filter(|(parent, _)| holds(&desk.members, *parent));
            parents.map(|(parent, _)| parent).all(|parent| lineage.is_unlisted(parent))
        };
        let ((f2_tally, calm_f2), (f1_tally, calm_f1)) = rayon::join(
            || rayon::join(|| Tally::of(snapshot, &owners, f2, counting), || calm(f2)),
            || (Tally::of(snapshot, &owners, f1, counting), calm(f1)),
        );
        let count = FamilyCount {
            name: family.name.clone(),
            rule: family.rule.clone(),
            members: members.len() as u64,
            members_unlisted: members.iter().filter(|row| !snapshot.is_listed(**row)).count() as u64,
            f3: 0,
            without_bursts: (calm_f1, calm_f2),
            undated,
            f1_unlisted: f1.iter().filter(|(row, _)| hangs_unlisted(*row)).count() as u64,
            top_children: Vec::new(),
            f1: f1_tally,
            f2: f2_tally,
            generations: derived.levels,
        };
        (count, derived.direct)
    }
}

/// Under which names a family's members and mentions are kept: this version of what they are, and the family's rule.
fn names(family: &Family) -> [String; 2] {
    ["members", "mentions"].map(|what| format!("census/1/{what}/{}/{}", family.name, family.rule))
}

/// The members and the mentions of many families, as a snapshot keeps them.
///
/// # Errors
/// If the families' expressions are too large together.
pub(super) fn to_keep(families: &[Family], lineage: &Lineage<'_>) -> Result<Vec<(String, Array)>, reference::Error> {
    let sets = members_and_mentions(families, lineage)?;
    let kept = families.iter().zip(sets).flat_map(|(family, sets)| names(family).into_iter().zip(sets));
    Ok(kept.map(|(name, rows)| (name, Array::Numbers(rows))).collect())
}

/// The members and the mentions of each of many families, members among the mentions, by one reading of the ids; or those
/// that the snapshot keeps.
///
/// # Errors
/// If the families' expressions are too large together.
fn members_and_mentions(families: &[Family], lineage: &Lineage<'_>) -> Result<Vec<[Vec<Row>; 2]>, reference::Error> {
    let kept = |family: &Family| {
        let [members, mentions] = names(family).map(|name| lineage.snapshot().kept_numbers(&name));
        Some([members?.to_vec(), mentions?.to_vec()])
    };
    if let Some(kept) = families.iter().map(kept).collect() {
        return Ok(kept);
    }
    const MANY: u32 = 16 * 1024;
    let matcher = Matcher::of(families)?;
    let snapshot = lineage.snapshot();
    let words: Vec<&str> = snapshot.tag_words().collect();
    let of_tag: Vec<Vec<usize>> = words
        .par_iter()
        .map(|tag| (0..families.len()).filter(|number| families[*number].is_tag(tag)).collect())
        .collect();
    let starts: Vec<Row> = snapshot.rows().step_by(MANY as usize).collect();
    // Family, and the member or mention; each once.
    type Pairs = Vec<(usize, Row)>;
    let found: Vec<[Pairs; 2]> = starts
        .into_par_iter()
        .map(|start| {
            let (mut members, mut mentions) = (Vec::new(), Vec::new());
            let rows = start..snapshot.rows().end.min(start + MANY);
            let ids: Vec<&str> = rows.clone().map(|row| snapshot.id(row)).collect();
            matcher.members(&ids, &mut |at, number| members.push((number, start + at as Row)));
            matcher.named(&ids, &mut |at, number| mentions.push((number, start + at as Row)));
            let mut of_library: HashMap<&str, Vec<usize>> = HashMap::new();
            for row in rows {
                let tags = snapshot.tags(row).iter().flat_map(|tag| &of_tag[*tag as usize]);
                mentions.extend(tags.map(|number| (*number, row)));
                if let Some(library) = snapshot.library(row) {
                    let known = of_library.entry(library).or_insert_with(|| {
                        (0..families.len()).filter(|number| families[*number].is_library(library)).collect()
                    });
                    mentions.extend(known.iter().map(|number| (*number, row)));
                }
            }
            [members, mentions].map(|mut pairs| {
                pairs.sort_unstable();
                pairs.dedup();
                pairs
            })
        })
        .collect();
    let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
    let rows = |number: usize, what: usize| {
        let pairs = found.iter().flat_map(move |found| {
            let from = found[what].partition_point(|pair| pair.0 < number);
            found[what][from..].iter().take_while(move |pair| pair.0 == number)
        });
        pairs.map(|pair| pair.1).filter(is_model).collect()
    };
    Ok((0..families.len()).map(|number| [rows(number, 0), rows(number, 1)]).collect())
}

/// The rows of a family's members, in order. Old ids are no members: the models that they name are.
pub fn members(family: &Family, lineage: &Lineage<'_>) -> Vec<Row> {
    let snapshot = lineage.snapshot();
    if let Some(members) = snapshot.kept_numbers(&names(family)[0]) {
        return members.to_vec();
    }
    let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
    match family.lies_in() {
        Some(id) if id.contains('/') || snapshot.owned_by(id).is_empty() => lineage.find(id).into_iter().collect(),
        Some(owner) => snapshot.owned_by(owner).filter(is_model).collect(),
        None => search(lineage, |ids| family.members_among(ids)).filter(is_model).collect(),
    }
}

/// F3.
fn mentions(family: &Family, lineage: &Lineage<'_>, members: &[Row], counting: &Counting) -> Vec<Row> {
    let snapshot = lineage.snapshot();
    let counts =
        |row: &Row| snapshot.is_listed(*row) && counting.wants(snapshot, *row) && members.binary_search(row).is_err();
    if let Some(mentions) = snapshot.kept_numbers(&names(family)[1]) {
        return mentions.iter().copied().filter(counts).collect();
    }
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
    snapshot.rows().into_par_iter().filter(is_mention).filter(counts).collect()
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

/// The models with most descendants among `rows`, ties by id.
fn top(lineage: &Lineage<'_>, rows: &[(Row, Relation)], counting: &Counting) -> Vec<(Row, u64, u64)> {
    let wanted = |row: Row| counting.wants(lineage.snapshot(), row);
    let inner = rows.iter().map(|(row, _)| *row).filter(|row| !lineage.is_leaf(*row));
    let mut children: Vec<(Row, u64, u64)> = match Census::kept(lineage, counting) {
        Some(census) => {
            inner.map(|row| (row, census.of(row))).map(|(row, facts)| (row, facts.direct, facts.descendants)).collect()
        }
        None => {
            let sums = Segments::sum(lineage.snapshot().len(), &lineage.pairs(), |row| u32::from(wanted(row)));
            let direct = |row| lineage.children(row).filter(|(child, _)| wanted(*child)).count() as u64;
            // The rows are all wanted, and no descendants of themselves.
            inner.map(|row| (row, direct(row), u64::from(sums.of(row).unwrap_or(1) - 1))).collect()
        }
    };
    children.retain(|(_, _, descendants)| *descendants > 0);
    children.sort_unstable_by_key(|(row, _, descendants)| (std::cmp::Reverse(*descendants), *row));
    children.truncate(TOP);
    children
}

/// What descends from a set of members, with the relation of each model's own link towards them; in order of the rows.
#[derive(Debug, Default)]
pub struct Derived {
    /// F1.
    pub direct: Vec<(Row, Relation)>,
    /// F2.
    pub all: Vec<(Row, Relation)>,
    /// How many of F2 are wanted at each distance.
    levels: Vec<u64>,
}

/// What counting a family writes on: a bit for each member, and for each model that was reached.
pub(super) struct Desk {
    members: Vec<u64>,
    seen: Vec<u64>,
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

    /// F1 of a set of members, in order of the rows.
    fn direct(&mut self, lineage: &Lineage<'_>, members: &[Row], counted: Counted) -> Vec<(Row, Relation)> {
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

    /// F1 and F2 of a set of members.
    pub fn derive(
        &mut self,
        lineage: &Lineage<'_>,
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
            reached = RowSet::of_bits(bits).rows().collect();
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

impl Derived {
    /// F1 and F2 of each of some sets of members, in their order, in parallel.
    pub fn of_sets(lineage: &Lineage<'_>, sets: &[Vec<Row>], counted: Counted) -> Vec<Derived> {
        let desk = || Desk::new(lineage.snapshot().len());
        let derive = |desk: &mut Desk, members: &Vec<Row>| {
            let derived = desk.derive(lineage, members, counted, |_| true);
            desk.clear(members, &derived.all);
            derived
        };
        sets.par_iter().map_init(desk, derive).collect()
    }
}

impl Tally {
    /// Adds up what is known of a set of distinct models, which are in order.
    fn of(snapshot: &Snapshot, owners: &[u32], rows: &[(Row, Relation)], counting: &Counting) -> Tally {
        let mut tally = Tally::default();
        // In order of the rows an owner's models lie together. A model without an owner is its own.
        let mut last: Option<u32> = None;
        for (row, relation) in rows {
            tally.models += 1;
            tally.by_relation[*relation as usize] += 1;
            let owner = owners[*row as usize];
            tally.authors += u64::from(last != Some(owner));
            last = Some(owner);
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

/// F1 and F2 of each of many sets of members, in their order, in parallel. Of F2 the authors and the dates are left at 0:
/// they are no sums.
pub fn tallies(lineage: &Lineage<'_>, sets: &[Vec<Row>], counting: &Counting) -> Vec<(Tally, Tally)> {
    let snapshot = lineage.snapshot();
    let owners = authors::owners(snapshot);
    let weigh = Weigh::of(lineage, counting);
    let groups = Groups::of(weigh.nodes(), &weigh.links(), |node| weigh.node(node));
    sets.par_iter()
        .map_init(
            || (Desk::new(snapshot.len()), groups.stamps()),
            |(desk, stamps), members| {
                let mut direct = desk.direct(lineage, members, Counted::Others);
                desk.clear(members, &[]);
                direct.retain(|(row, _)| counting.wants(snapshot, *row));
                let nodes = members.iter().flat_map(|row| weigh.nodes_of(*row));
                let f2 = groups.reached(nodes, stamps, |node| weigh.parent(node), |node| weigh.node(node));
                (Tally::of(snapshot, &owners, &direct, counting), facts::tally(&f2))
            },
        )
        .collect()
}

/// The same with the authors of F2, by a walk from every set.
pub(super) fn authored(lineage: &Lineage<'_>, sets: &[Vec<Row>], counting: &Counting) -> Vec<(Tally, Tally)> {
    let snapshot = lineage.snapshot();
    let owners = authors::owners(snapshot);
    let wanted = |row: Row| counting.wants(snapshot, row);
    sets.par_iter()
        .map_init(
            || Desk::new(snapshot.len()),
            |desk, members| {
                let mut derived = desk.derive(lineage, members, Counted::Others, wanted);
                desk.clear(members, &derived.all);
                derived.direct.retain(|(row, _)| wanted(*row));
                derived.all.retain(|(row, _)| wanted(*row));
                [&derived.direct, &derived.all].map(|rows| Tally::of(snapshot, &owners, rows, counting)).into()
            },
        )
        .collect()
}

/// The members of each of a table's families.
pub(super) fn all_members(families: &[Family], lineage: &Lineage<'_>) -> Vec<Vec<Row>> {
    families.iter().map(|family| members(family, lineage)).collect()
}
