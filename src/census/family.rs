use rayon::prelude::*;

use super::derived::{Counted, Derived, Desk};
use super::facts::{self, KindsOf, ValuesOf};
use super::groups::Groups;
use super::members::{members, members_and_mentions, mentions};
use super::segments::Segments;
use super::{Bursts, Census, Counting, Error, Tally, authors};
use crate::lineage::{Lineage, holds};
use crate::model::{Relation, WordList};
use crate::reference::Family;
use crate::snapshot::{self, NumberColumn, Row, Snapshot};

/// A `FamilyCount` is the counts of a family (docs/definitions.md, 4).
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyCount {
    /// This is the family's name.
    pub name: String,
    /// It says in one line who the members are.
    pub rule: String,
    /// There are so many members, listed or only named as parents.
    pub members: u64,
    /// So many members are named but not listed.
    pub members_unlisted: u64,
    /// This is F1: the models with a parent among the members.
    pub f1: Tally,
    /// This is F2: the models that can be reached from any member.
    pub f2: Tally,
    /// This is F3: so many listed models mention the family by tag, name or library, and are no members. It is not
    /// known where the family is mentioned by tags and the snapshot has none at all, or its rule tells nothing of mentions.
    pub f3: Option<u64>,
    /// The family's rule tells what mentions it ([`Family::tells_mentions`]).
    pub tells_mentions: bool,
    /// These are F1 and F2 without bursts. A count is missing where too few have a date by which bursts could be judged
    /// ([`Tally::dates`]).
    pub without_bursts: (Option<u64>, Option<u64>),
    /// A date filter left out so many of F1 and F2 because they have no date.
    pub undated: (u64, u64),
    /// So many of F1 hang from unlisted members alone.
    pub f1_unlisted: u64,
    /// So many of F2 lie at each number of links from the nearest member, from 1 on.
    pub generations: Vec<u64>,
    /// These are the ten children with most descendants of their own: row, direct, descendants.
    pub top_children: Vec<(Row, u64, u64)>,
}

/// A `Part` is a set of models that a family has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// These are its members.
    Members,
    /// This is F1, the members' children.
    Direct,
    /// This is F2, all that can be reached from them.
    All,
    /// This is F3, the mentions.
    Mentions,
}

/// A `Listing` is the models of a part of a family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// These are the models, in order of the ids, each with the relation of its own link towards the family, if several
    /// the strongest. Members, and mentions that do not descend from the family, have none.
    pub rows: Vec<(Row, Option<Relation>)>,
    /// A date filter left out so many because they have no date. The number is missing where no date is asked for.
    pub undated: Option<u64>,
}

impl Part {
    /// This lists every part.
    pub const ALL: [Part; 4] = [Part::Members, Part::Direct, Part::All, Part::Mentions];

    /// Gives the part's name in questions.
    pub fn name(self) -> &'static str {
        match self {
            Part::Members => "members",
            Part::Direct => "f1",
            Part::All => "f2",
            Part::Mentions => "f3",
        }
    }

    /// Gives the part's definition, in a sentence.
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

    /// Lists the models of the part: those that [`FamilyCount::count`] counts.
    ///
    /// # Errors
    /// [`snapshot::Error::Damaged`] if a column is not as it was written.
    pub fn list(
        self,
        family: &Family,
        lineage: &Lineage,
        counting: &Counting,
        counted: Counted,
    ) -> Result<Listing, snapshot::Error> {
        let counts = counting.wanted(lineage.snapshot())?;
        let wanted = |row: Row| counts.holds(row);
        let members = members(family, lineage)?;
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
                let mentions = mentions(family, lineage, &members, &Counting::default())?;
                mentions.into_iter().map(|row| (row, of(row))).collect()
            }
        };
        // Members are what they are, whenever they came.
        if counting.is_everything() || self == Part::Members {
            return Ok(Listing { rows, undated: None });
        }
        let created = lineage.snapshot().created()?;
        let undated = rows.iter().filter(|(row, _)| created.at(*row).is_none()).count() as u64;
        rows.retain(|(row, _)| wanted(*row));
        Ok(Listing { rows, undated: Some(undated) })
    }
}

/// A `Looked` is a family, counted but for its top children, and the models behind the counts.
pub(super) struct Looked {
    pub count: FamilyCount,
    pub derived: Derived,
    /// These are the mentions, as far as F3 is known.
    pub mentions: Vec<Row>,
}

impl Looked {
    pub fn look(
        family: &Family,
        lineage: &Lineage,
        counting: &Counting,
        counted: Counted,
    ) -> Result<Looked, snapshot::Error> {
        let members = members(family, lineage)?;
        let (mentions, counts) = rayon::join(
            || has_f3(family, lineage).then(|| mentions(family, lineage, &members, counting)).transpose(),
            || FamilyCount::count_members(family, &members, &Bursts::find(lineage)?, counting, counted),
        );
        let (mentions, (count, derived)) = (mentions?, counts?);
        let f3 = mentions.as_ref().map(|mentions| mentions.len() as u64);
        let (count, mentions) = (FamilyCount { f3, ..count }, mentions.unwrap_or_default());
        Ok(Looked { count, derived, mentions })
    }
}

/// How many children are listed in [`FamilyCount::top_children`].
const TOP: usize = 10;

impl FamilyCount {
    /// Counts a family. F1 and F2 follow the links of `lineage`; only what `counting` wants is counted.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written, and [`Error::TooLong`].
    pub fn count(
        family: &Family,
        lineage: &Lineage,
        counting: &Counting,
        counted: Counted,
    ) -> Result<FamilyCount, Error> {
        let Looked { count, derived, .. } = Looked::look(family, lineage, counting, counted)?;
        Ok(FamilyCount { top_children: top(lineage, &derived.direct, counting)?, ..count })
    }

    /// Says why F3 is not known, as the end of a sentence; nothing where it is.
    pub fn why_no_f3(&self) -> Option<&'static str> {
        match (self.f3, self.tells_mentions) {
            (Some(_), _) => None,
            (None, true) => Some("this snapshot has no tags, and mentions by name alone would be too few"),
            (None, false) => Some("the pattern has no piece of three letters after the slash that would mention it"),
        }
    }

    /// Counts many families by one reading of the ids, in their order: by [`Counted::Others`] and by
    /// [`Counted::Everybody`]. Their top children are left out.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written.
    pub fn count_all(families: &[Family], bursts: &Bursts) -> Result<Vec<[FamilyCount; 2]>, Error> {
        let lineage = bursts.lineage();
        let counting = Counting::default();
        // Expressions that are too large together are looked for one by one.
        let alone = |family: &Family| {
            let members = members(family, lineage)?;
            let mentions = mentions(family, lineage, &members, &counting)?;
            Ok([members, mentions])
        };
        let sets = match members_and_mentions(families, lineage) {
            Ok(sets) => sets,
            Err(Error::Reference(_)) => families.iter().map(alone).collect::<Result<_, Error>>()?,
            Err(error) => return Err(error),
        };
        let count = |(family, [members, mentions]): (&Family, &[Vec<Row>; 2])| {
            let is_model = |row: &&Row| lineage.snapshot().is_listed(**row);
            let others = mentions.iter().filter(is_model).filter(|row| members.binary_search(row).is_err());
            let f3 = has_f3(family, lineage).then(|| others.count() as u64);
            let count = |counted| {
                let (count, _) = FamilyCount::count_members(family, members, bursts, &counting, counted)?;
                Ok::<_, Error>(FamilyCount { f3, ..count })
            };
            Ok([count(Counted::Others)?, count(Counted::Everybody)?])
        };
        families.par_iter().zip(&sets).map(count).collect()
    }

    /// All but F3 and the top children, and F1 and F2 themselves.
    fn count_members(
        family: &Family,
        members: &[Row],
        bursts: &Bursts,
        counting: &Counting,
        counted: Counted,
    ) -> Result<(FamilyCount, Derived), snapshot::Error> {
        let lineage = bursts.lineage();
        let snapshot = lineage.snapshot();
        let worth = Worth::read(snapshot)?;
        let counts = counting.wanted(snapshot)?;
        let wanted = |row: Row| counts.holds(row);
        let mut desk = Desk::new(snapshot.len());
        let mut derived = desk.derive(lineage, members, counted, wanted);
        let undated = |rows: &[(Row, Relation)]| {
            let has_no_date = |row: Row| worth.created.at(row).is_none() && !wanted(row);
            rows.iter().filter(|(row, _)| has_no_date(*row)).count() as u64
        };
        let undated = (undated(&derived.direct), undated(&derived.all));
        derived.direct.retain(|(row, _)| wanted(*row));
        derived.all.retain(|(row, _)| wanted(*row));
        let Derived { direct: f1, all: f2, .. } = &derived;

        let owners = authors::owners(snapshot)?;
        let is_inside = |row: Row| holds(&desk.members, row) || holds(&desk.seen, row);
        let calm =
            |rows: &[(Row, Relation)]| rows.iter().filter(|(row, _)| !bursts.holds(*row, is_inside)).count() as u64;
        let hangs_unlisted = |row: Row| {
            let parents = lineage.parents(row).filter(|(parent, _)| holds(&desk.members, *parent));
            parents.map(|(parent, _)| parent).all(|parent| lineage.is_unlisted(parent))
        };
        let ((f2_tally, calm_f2), (f1_tally, calm_f1)) = rayon::join(
            || rayon::join(|| Tally::count(&worth, &owners, f2, counting), || calm(f2)),
            || (Tally::count(&worth, &owners, f1, counting), calm(f1)),
        );
        let count = FamilyCount {
            name: family.name.clone(),
            rule: family.rule.clone(),
            members: members.len() as u64,
            members_unlisted: members.iter().filter(|row| !snapshot.is_listed(**row)).count() as u64,
            f3: None,
            tells_mentions: family.tells_mentions(),
            without_bursts: (f1_tally.dates().judged(calm_f1), f2_tally.dates().judged(calm_f2)),
            undated,
            f1_unlisted: f1.iter().filter(|(row, _)| hangs_unlisted(*row)).count() as u64,
            top_children: Vec::new(),
            f1: f1_tally,
            f2: f2_tally,
            generations: derived.levels.clone(),
        };
        Ok((count, derived))
    }
}

/// Counts some families, in parallel and in their order, and gives the counted models of F1 and F2 with each. Their top children
/// are left out.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn counted(
    families: &[Family],
    lineage: &Lineage,
    counting: &Counting,
) -> Result<Vec<(FamilyCount, Derived)>, Error> {
    let look = |family: &Family| {
        let Looked { count, derived, .. } = Looked::look(family, lineage, counting, Counted::Others)?;
        Ok((count, derived))
    };
    families.par_iter().map(look).collect()
}

/// Whether a snapshot can tell F3: a count of nothing but names is no count of mentions.
fn has_f3(family: &Family, lineage: &Lineage) -> bool {
    family.tells_mentions() && (!family.has_tags() || lineage.snapshot().has_words(WordList::Tags))
}

/// The models with most descendants among `rows`, ties by id.
fn top(lineage: &Lineage, rows: &[(Row, Relation)], counting: &Counting) -> Result<Vec<(Row, u64, u64)>, Error> {
    let counts = counting.wanted(lineage.snapshot())?;
    let wanted = |row: Row| counts.holds(row);
    let inner = rows.iter().map(|(row, _)| *row).filter(|row| !lineage.is_leaf(*row));
    let mut children: Vec<(Row, u64, u64)> = match Census::kept_of(lineage, counting)? {
        Some(census) => inner
            .map(|row| (row, census.facts(row)))
            .map(|(row, facts)| (row, facts.direct, facts.descendants))
            .collect(),
        None => {
            let weight = |row| u32::from(wanted(row));
            let sums = Segments::sum_within(lineage.snapshot().len(), &lineage.pairs(), weight, counting.wait)?;
            let direct = |row| lineage.children(row).filter(|(child, _)| wanted(*child)).count() as u64;
            // The rows are all wanted, and no descendants of themselves.
            inner.map(|row| (row, direct(row), u64::from(sums.reached_from(row).unwrap_or(1) - 1))).collect()
        }
    };
    children.retain(|(_, _, descendants)| *descendants > 0);
    children.sort_unstable_by_key(|(row, _, descendants)| (std::cmp::Reverse(*descendants), *row));
    children.truncate(TOP);
    Ok(children)
}

/// What is added up of the models of a snapshot.
pub(super) struct Worth<'s> {
    sums: [&'s NumberColumn<u64>; 3],
    created: &'s NumberColumn<i64>,
}

impl<'s> Worth<'s> {
    pub(super) fn read(snapshot: &'s Snapshot) -> Result<Worth<'s>, snapshot::Error> {
        Ok(Worth { sums: facts::sums(snapshot)?, created: snapshot.created()? })
    }
}

impl Tally {
    /// Adds up what is known of a set of distinct models, which are in order.
    pub(super) fn count(worth: &Worth<'_>, owners: &[u32], rows: &[(Row, Relation)], counting: &Counting) -> Tally {
        let mut tally = Tally::default();
        // In order of the rows an owner's models lie together. A model without an owner is its own.
        let mut last: Option<u32> = None;
        for (row, relation) in rows {
            tally.models += 1;
            tally.by_relation[*relation as usize] += 1;
            let owner = owners[*row as usize];
            tally.authors += u64::from(last != Some(owner));
            last = Some(owner);
            let sums = [&mut tally.downloads, &mut tally.downloads_all_time, &mut tally.likes];
            sums.into_iter().zip(worth.sums).for_each(|(sum, column)| sum.add(column.at(*row)));
            let created = worth.created.at(*row);
            tally.dated += u64::from(Bursts::can_judge(created));
            if let Some(recent) = &counting.recent {
                tally.recent.add(created.map(|created| u64::from(recent.contains(&created))));
            }
        }
        tally
    }
}

/// Counts F1 and F2 of each of many sets of members, in their order, in parallel. Of F1 the models are counted, by relation
/// too, and nothing else; of F2 the authors and the dates are left at 0, since they are no sums.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written, and [`Error::TooLong`].
pub fn tallies(lineage: &Lineage, sets: &[Vec<Row>], counting: &Counting) -> Result<Vec<(Tally, Tally)>, Error> {
    let (snapshot, wait) = (lineage.snapshot(), counting.wait);
    let (kinds, values) = (KindsOf::read(lineage, counting)?, ValuesOf::read(snapshot, counting)?);
    let by_kind = || {
        let nodes = |set: usize| sets[set].iter().flat_map(|row| kinds.nodes_of(*row));
        let weight = |node| kinds.node(node);
        let groups = Groups::take_apart(kinds.nodes(), &kinds.links(), weight);
        Ok::<_, Error>(groups.reached(sets.len(), nodes, weight).within(wait)?.finish(weight))
    };
    let by_value = || {
        let rows = |set: usize| sets[set].iter().copied();
        let weight = |row| values.row(row);
        let groups = Groups::take_apart(snapshot.len(), &lineage.pairs(), weight);
        Ok::<_, Error>(groups.reached(sets.len(), rows, weight).within(wait)?.finish(weight))
    };
    let wanted = counting.wanted(snapshot)?;
    let direct = |desk: &mut Desk, members: &Vec<Row>| {
        let mut f1 = Tally::default();
        for (row, relation) in desk.direct(lineage, members, Counted::Others) {
            let is_counted = u64::from(wanted.holds(row));
            f1.models += is_counted;
            f1.by_relation[relation as usize] += is_counted;
        }
        desk.clear(members, &[]);
        f1
    };
    let direct = || sets.par_iter().map_init(|| Desk::new(snapshot.len()), direct).collect();
    let ((by_kind, by_value), direct): (_, Vec<Tally>) = rayon::join(|| rayon::join(by_kind, by_value), direct);
    let (by_kind, by_value) = (by_kind?, by_value?);
    let all = by_kind.iter().zip(&by_value).map(|(kinds, values)| facts::tally(kinds, values));
    Ok(direct.into_iter().zip(all).collect())
}

/// The same with the authors of F2, by a walk from every set.
///
/// # Errors
/// [`snapshot::Error::Damaged`].
pub(super) fn authored(
    lineage: &Lineage,
    sets: &[Vec<Row>],
    counting: &Counting,
) -> Result<Vec<(Tally, Tally)>, snapshot::Error> {
    let snapshot = lineage.snapshot();
    let (worth, counts) = (Worth::read(snapshot)?, counting.wanted(snapshot)?);
    let owners = authors::owners(snapshot)?;
    let wanted = |row: Row| counts.holds(row);
    let tallies = sets
        .par_iter()
        .map_init(
            || Desk::new(snapshot.len()),
            |desk, members| {
                let mut derived = desk.derive(lineage, members, Counted::Others, wanted);
                desk.clear(members, &derived.all);
                derived.direct.retain(|(row, _)| wanted(*row));
                derived.all.retain(|(row, _)| wanted(*row));
                [&derived.direct, &derived.all].map(|rows| Tally::count(&worth, &owners, rows, counting)).into()
            },
        )
        .collect();
    Ok(tallies)
}
