//! The naive twin of the census: a search from every model. The fuzzer has it too (`fuzz/targets/census.rs`).

use std::collections::{BTreeMap, BTreeSet};

use modelkin::census::{Census, Counted, Counting, FamilyCount, Part, Sum};
use modelkin::lineage::Lineage;
use modelkin::model::{Count, Relation};
use modelkin::reference::Family;
use modelkin::snapshot::{Row, Snapshot};

/// The naive twin: a plain breadth-first search for each model.
pub struct Naive {
    pub children: BTreeMap<Row, BTreeSet<Row>>,
    pub parents: BTreeMap<Row, BTreeMap<Row, Relation>>,
}

impl Naive {
    pub fn of(lineage: &Lineage) -> Naive {
        let mut naive = Naive { children: BTreeMap::new(), parents: BTreeMap::new() };
        for (parent, child, edge) in lineage.all_links() {
            assert!(naive.children.entry(parent).or_default().insert(child), "one link for each pair");
            naive.parents.entry(child).or_default().insert(parent, edge.relation);
        }
        naive
    }

    /// Every model that can be reached by at least one link from any of `from`; they too, if they are reached.
    pub fn reached(&self, from: &[Row]) -> BTreeSet<Row> {
        let mut reached = BTreeSet::new();
        let mut queue: Vec<Row> = from.to_vec();
        while let Some(at) = queue.pop() {
            for child in self.children.get(&at).into_iter().flatten() {
                if reached.insert(*child) {
                    queue.push(*child);
                }
            }
        }
        reached
    }

    /// The relation of a model's own link towards a set: the strongest, if several.
    pub fn towards(&self, row: Row, set: impl Fn(Row) -> bool) -> Relation {
        self.parents[&row].iter().filter(|(parent, _)| set(**parent)).map(|(_, relation)| *relation).max().unwrap()
    }
}

/// Compares every count of every model with the naive twin's.
pub fn compare(snapshot: &Snapshot, counting: &Counting) {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let naive = Naive::of(&lineage);
    let census = Census::count(&lineage, counting).unwrap();
    let (authors, all_deepest) = (census.authors().unwrap(), census.deepest().unwrap());
    let generations = lineage.generations();
    let created = snapshot.created().unwrap();
    let [downloads, downloads_all_time, likes] =
        [Count::Downloads, Count::DownloadsAllTime, Count::Likes].map(|count| snapshot.count(count).unwrap());
    for (at, (row, facts)) in census.all().enumerate() {
        let id = snapshot.id(row);
        let mut below = naive.reached(&[row]);
        below.remove(&row);
        let counted: Vec<Row> = below.iter().copied().filter(|row| counting.counts(created.at(*row))).collect();
        assert_eq!(facts.descendants, counted.len() as u64, "descendants of {id}");
        let owners: BTreeSet<_> = counted.iter().map(|row| owner(snapshot, *row)).collect();
        assert_eq!(authors[at], owners.len() as u64, "authors of {id}");
        let deepest = counted.iter().map(|row| generations[*row as usize]).max().unwrap_or(0);
        assert_eq!(all_deepest[at], u64::from(deepest), "deepest below {id}");
        let mut by_relation = [0; 5];
        let sum = |value: &dyn Fn(Row) -> Option<u64>| {
            let mut sum = Sum::default();
            counted.iter().for_each(|row| sum.add(value(*row)));
            sum
        };
        for child in &counted {
            let relation = naive.towards(*child, |parent| parent == row || below.contains(&parent));
            by_relation[relation as usize] += 1;
        }
        assert_eq!(facts.by_relation, by_relation, "by relation below {id}");
        assert_eq!(facts.downloads, sum(&|row| downloads.at(row)), "downloads below {id}");
        assert_eq!(facts.downloads_all_time, sum(&|row| downloads_all_time.at(row)), "all-time downloads below {id}");
        assert_eq!(facts.likes, sum(&|row| likes.at(row)), "likes below {id}");
        let recent = |row: Row| {
            let (created, recent) = (created.at(row)?, counting.recent.as_ref()?);
            Some(u64::from(created >= recent.start && created < recent.end))
        };
        assert_eq!(facts.recent, sum(&recent), "recent below {id}");
        let direct = naive.children[&row].iter().filter(|row| counting.counts(created.at(**row))).count();
        assert_eq!(facts.direct, direct as u64, "children of {id}");
    }
}

/// Whether an id matches a pattern, letter by letter: `*` is any text and `?` one character.
pub fn matches(pattern: &[u8], id: &[u8]) -> bool {
    match pattern {
        [] => id.is_empty(),
        [b'*', rest @ ..] => (0..=id.len()).any(|from| matches(rest, &id[from..])),
        [b'?', rest @ ..] => !id.is_empty() && matches(rest, &id[1..]),
        [one, rest @ ..] => id.first().is_some_and(|first| first.eq_ignore_ascii_case(one)) && matches(rest, &id[1..]),
    }
}

fn owner(snapshot: &Snapshot, row: Row) -> String {
    snapshot.owner(row).unwrap_or(snapshot.id(row)).to_lowercase()
}

/// Compares every count of every owner's family, and of some patterns', with the naive twin's.
pub fn compare_families(snapshot: &Snapshot, counting: &Counting, counted: Counted) {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let (naive, created) = (Naive::of(&lineage), snapshot.created().unwrap());
    let owners = ["o0", "o1", "o2", "o3", "o4"].map(|name| (name, Family::of_owner(name)));
    let patterns = ["o?/m*", "O1/*1*", "*", "?/m1", "o2/M?"].map(|name| (name, Family::of_pattern(name).unwrap()));
    for (name, family) in owners.into_iter().chain(patterns) {
        let count = FamilyCount::count(&family, &lineage, counting, counted).unwrap();
        let is_pattern = name.contains(['*', '?']);
        let is_member = |row: &Row| match is_pattern {
            true => matches(name.as_bytes(), snapshot.id(*row).as_bytes()),
            false => snapshot.owned_by(name).contains(row),
        };
        let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
        let members: Vec<Row> = snapshot.rows().filter(is_member).filter(is_model).collect();
        assert_eq!(count.members, members.len() as u64, "{name}");
        let keep =
            |row: &Row| counting.counts(created.at(*row)) && (counted == Counted::Everybody || !members.contains(row));
        let direct: BTreeSet<Row> = members
            .iter()
            .flat_map(|row| naive.children.get(row).into_iter().flatten())
            .copied()
            .filter(keep)
            .collect();
        let everything = naive.reached(&members);
        let all: BTreeSet<Row> = everything.iter().copied().filter(keep).collect();
        assert_eq!(count.f1.models, direct.len() as u64, "F1 of {name}");
        assert_eq!(count.f2.models, all.len() as u64, "F2 of {name}");
        assert_eq!(count.f2.authors, all.iter().map(|row| owner(snapshot, *row)).collect::<BTreeSet<_>>().len() as u64);
        assert_eq!(count.generations.iter().sum::<u64>(), count.f2.models);
        let listed = |part: Part| part.list(&family, &lineage, counting, counted).unwrap().rows;
        let rows = |part| listed(part).into_iter().map(|(row, _)| row).collect::<Vec<Row>>();
        assert_eq!(rows(Part::Members), members, "members of {name}");
        assert_eq!(rows(Part::Direct), direct.iter().copied().collect::<Vec<_>>(), "F1 of {name}");
        assert_eq!(rows(Part::All), all.iter().copied().collect::<Vec<_>>(), "F2 of {name}");
        // No pattern here has a piece of three letters.
        if is_pattern {
            assert_eq!((count.f3, count.why_no_f3().is_some()), (None, true), "F3 of {name}");
        } else {
            assert_eq!(Some(rows(Part::Mentions).len() as u64), count.f3, "F3 of {name}");
        }
        for (part, tally) in [(Part::Direct, &count.f1), (Part::All, &count.f2)] {
            let mut by_relation = [0; 5];
            listed(part).iter().for_each(|(_, relation)| by_relation[relation.unwrap() as usize] += 1);
            assert_eq!(by_relation, tally.by_relation, "{name}");
        }
        let mut by_relation = [[0; 5]; 2];
        for row in &direct {
            by_relation[0][naive.towards(*row, |parent| members.contains(&parent)) as usize] += 1;
        }
        for row in &all {
            let inside = |parent| members.contains(&parent) || everything.contains(&parent);
            by_relation[1][naive.towards(*row, inside) as usize] += 1;
        }
        assert_eq!([count.f1.by_relation, count.f2.by_relation], by_relation, "{name}");
        for (row, direct, descendants) in &count.top_children {
            let mut below = naive.reached(&[*row]);
            below.remove(row);
            let wanted =
                |rows: &BTreeSet<Row>| rows.iter().filter(|row| counting.counts(created.at(**row))).count() as u64;
            assert_eq!((*direct, *descendants), (wanted(&naive.children[row]), wanted(&below)));
        }
    }
}

/// The fractional credit of every model, by a plain recursion over the children: a cycle is one, and each link from outside
/// has an equal part of its worth.
struct Credits<'n> {
    naive: &'n Naive,
    counted: BTreeSet<Row>,
    reached: BTreeMap<Row, BTreeSet<Row>>,
    known: BTreeMap<Row, f64>,
}

impl Credits<'_> {
    /// A model, with the others of its cycle.
    fn unit(&self, row: Row) -> BTreeSet<Row> {
        let others = self.reached[&row].iter().copied().filter(|other| self.reached[other].contains(&row));
        others.chain([row]).collect()
    }

    /// What a model or a cycle gets from below.
    fn gained(&mut self, unit: &BTreeSet<Row>) -> f64 {
        let first = *unit.first().unwrap();
        if let Some(known) = self.known.get(&first) {
            return *known;
        }
        let below = unit.iter().flat_map(|row| self.naive.children.get(row).into_iter().flatten());
        let units: BTreeSet<BTreeSet<Row>> =
            below.copied().filter(|row| !unit.contains(row)).map(|row| self.unit(row)).collect();
        let mut gained = 0.0;
        for child in &units {
            let parents = child.iter().flat_map(|row| self.naive.parents[row].keys().copied());
            let outside: Vec<Row> = parents.filter(|parent| !child.contains(parent)).collect();
            let mine = outside.iter().filter(|parent| unit.contains(*parent)).count();
            gained += self.worth(child) * mine as f64 / outside.len() as f64;
        }
        self.known.insert(first, gained);
        gained
    }

    /// What it hands on: that, and its own members.
    fn worth(&mut self, unit: &BTreeSet<Row>) -> f64 {
        self.gained(unit) + unit.intersection(&self.counted).count() as f64
    }

    fn of(&mut self, row: Row) -> f64 {
        let unit = self.unit(row);
        if unit.len() > 1 { self.worth(&unit) } else { self.gained(&unit) }
    }
}

/// Compares the credit of every model with the naive twin's.
pub fn compare_credits(snapshot: &Snapshot, counting: &Counting) {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let census = Census::count(&lineage, counting).unwrap();
    let (naive, created) = (Naive::of(&lineage), snapshot.created().unwrap());
    let mut credits = Credits {
        naive: &naive,
        counted: snapshot.rows().filter(|row| counting.counts(created.at(*row))).collect(),
        reached: snapshot.rows().map(|row| (row, naive.reached(&[row]))).collect(),
        known: BTreeMap::new(),
    };
    for (row, found) in census.models().iter().zip(census.credit().unwrap()) {
        let (row, credit) = (*row, credits.of(*row));
        assert!((found - credit).abs() < 1e-6, "{}: {found}, and not {credit}", snapshot.id(row));
    }
}
