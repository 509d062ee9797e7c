use std::collections::{BTreeMap, HashMap};

use super::By;
use super::judge::Judge;
use super::stated::{Part, Stated};
use super::verdict::{Verdict, clash, pair};
use crate::model::Relation;
use crate::reference::Group;
use crate::snapshot::Row;

/// A `Sweep` is the verdict on every model of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sweep {
    /// This is the verdict on each row that has a parent, with all its ancestors.
    pub chains: Vec<Option<Verdict>>,
    /// This is the verdict on each of them with its parents alone, and no merge looked at.
    pub parents: Vec<Option<Verdict>>,
    /// This counts them.
    pub counts: VerdictCounts,
}

/// A `Tally` is a number for each verdict, in the order of [`Verdict::ALL`].
pub type Tally = [u64; 6];

/// A `VerdictCounts` is how many links and models have which verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerdictCounts {
    /// This is the version of the rules ([`Judge::rules`]).
    pub rules: String,
    /// So many models are listed, and state their licence as each of [`By`] in its order says.
    pub listed: [u64; 6],
    /// So many listed models have a parent.
    pub derived: u64,
    /// So many of these state a licence whose terms are known.
    pub derived_known: u64,
    /// These are the links from a parent to its child.
    pub links: Tally,
    /// These are the same by what parent and child state.
    pub cells: BTreeMap<(Side, Side), Tally>,
    /// These are the derived models, with all their ancestors.
    pub chains: Tally,
    /// These are those whose own licence is known.
    pub chains_known: Tally,
    /// So many of the latter break the terms of a parent.
    pub broken_by_parent: u64,
    /// So many break terms that reach them from further up alone, or that meet in a merge.
    pub broken_above: u64,
    /// So many derived models have licences above a merge that no licence keeps at once.
    pub meetings: u64,
    /// So many derived models have an ancestor whose licence asks that names begin with a word.
    pub to_be_named: u64,
    /// So many of these have a name that begins so.
    pub named: u64,
}

/// A `Side` is what one side of a link states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// It states licences whose terms are known.
    Known(Group),
    /// It states one whose terms are not known.
    Undecided,
    /// It states none.
    Nothing,
    /// Nobody lists it.
    Unlisted,
}

impl Side {
    /// Gives the name of the side in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Side::Known(group) => group.name(),
            Side::Undecided => "other",
            Side::Nothing => "none stated",
            Side::Unlisted => "unlisted",
        }
    }
}

/// The terms above models, as sets with numbers: whatever is equal is made and judged once. A term above is a number: 0 is one that is not known,
/// 1 more than its place a licence, then come the names of texts that nobody has read, for copies; twice that, and 1 more for a copy.
struct Sets<'j, 'a> {
    judge: &'j Judge<'a>,
    all: Vec<Vec<u32>>,
    numbers: HashMap<Vec<u32>, u32>,
    labels: Vec<String>,
    joined: HashMap<(u32, u32), u32>,
    below: HashMap<(u32, u32, bool), u32>,
    judged: HashMap<(u32, u32), Verdict>,
    clashing: HashMap<u32, Verdict>,
}

impl<'j, 'a> Sets<'j, 'a> {
    fn new(judge: &'j Judge<'a>) -> Sets<'j, 'a> {
        Sets {
            judge,
            all: vec![vec![]],
            numbers: HashMap::from([(vec![], 0)]),
            labels: Vec::new(),
            joined: HashMap::new(),
            below: HashMap::new(),
            judged: HashMap::new(),
            clashing: HashMap::new(),
        }
    }

    fn number(&mut self, mut set: Vec<u32>) -> u32 {
        set.sort_unstable();
        set.dedup();
        if let Some(number) = self.numbers.get(&set) {
            return *number;
        }
        self.all.push(set.clone());
        self.numbers.insert(set, self.all.len() as u32 - 1);
        self.all.len() as u32 - 1
    }

    fn join(&mut self, one: u32, other: u32) -> u32 {
        let (one, other) = (one.min(other), one.max(other));
        if one == other || one == 0 {
            return other;
        }
        if let Some(number) = self.joined.get(&(one, other)) {
            return *number;
        }
        let both = [&self.all[one as usize][..], &self.all[other as usize][..]].concat();
        let number = self.number(both);
        self.joined.insert((one, other), number);
        number
    }

    /// What a model's own statement is to those below.
    fn own(&mut self, stated: u32, is_copy: bool) -> Vec<u32> {
        let known = self.judge.terms.licences().len() as u32;
        let parts = self.judge.stated.all[stated as usize].above();
        let mut codes = Vec::with_capacity(parts.len());
        for part in parts {
            let code = match part {
                Part::Known(at) => *at as u32 + 1,
                Part::Undecided(Some(label)) if is_copy => {
                    let at = self.labels.iter().position(|known| known == label);
                    let at = at.unwrap_or_else(|| {
                        self.labels.push(label.clone());
                        self.labels.len() - 1
                    });
                    known + 1 + at as u32
                }
                Part::Undecided(_) => 0,
            };
            codes.push(code << 1 | u32::from(is_copy));
        }
        codes
    }

    /// What reaches a child from a parent with this above it.
    fn below(&mut self, above: u32, stated: u32, is_copy: bool) -> u32 {
        if let Some(number) = self.below.get(&(above, stated, is_copy)) {
            return *number;
        }
        let known = self.judge.terms.licences().len() as u32;
        let mut set = self.own(stated, is_copy);
        let derived = |code: &u32| if code >> 1 > known { 0 } else { code & !1 };
        match is_copy {
            true => set.extend(&self.all[above as usize]),
            false => set.extend(self.all[above as usize].iter().map(derived)),
        }
        let number = self.number(set);
        self.below.insert((above, stated, is_copy), number);
        number
    }

    /// The verdict on what a model states below a set, but for its name.
    fn judge(&mut self, set: u32, stated: u32) -> Verdict {
        if let Some(verdict) = self.judged.get(&(set, stated)) {
            return *verdict;
        }
        let known = self.judge.terms.licences().len() as u32;
        let own = &self.judge.stated.all[stated as usize];
        let one = |code: &u32| {
            let part = match code >> 1 {
                0 => Part::Undecided(None),
                at if at <= known => Part::Known(at as usize - 1),
                at => Part::Undecided(Some(self.labels[(at - known - 1) as usize].clone())),
            };
            pair(self.judge.terms, &part, own, code & 1 == 1).verdict
        };
        let worst = self.all[set as usize].iter().map(one).max().unwrap_or(Verdict::Ok);
        self.judged.insert((set, stated), worst);
        worst
    }

    /// The licences of a set.
    fn licences(&self, set: u32) -> Vec<usize> {
        let known = self.judge.terms.licences().len() as u32;
        let mut found: Vec<usize> = self.all[set as usize]
            .iter()
            .map(|code| code >> 1)
            .filter(|at| (1..=known).contains(at))
            .map(|at| at as usize - 1)
            .collect();
        found.dedup();
        found
    }

    /// The worst of what no licence keeps at once.
    fn clash(&mut self, set: u32) -> Verdict {
        if let Some(verdict) = self.clashing.get(&set) {
            return *verdict;
        }
        let (found, all) = (self.licences(set), self.judge.terms.licences());
        let mut worst = Verdict::Ok;
        for (at, one) in found.iter().enumerate() {
            let verdicts = found[at + 1..].iter().filter_map(|other| clash(&all[*one], &all[*other]));
            worst = verdicts.map(|(verdict, _)| verdict).fold(worst, Verdict::max);
        }
        self.clashing.insert(set, worst);
        worst
    }
}

/// What is above every row: its set, and the worst that meets at a merge there.
struct Above {
    sets: Vec<u32>,
    clashes: Vec<Verdict>,
}

const LEFT: u32 = u32::MAX;

impl Judge<'_> {
    /// Judges every model, as [`Judge::model`] does with one, in one pass from the roots down.
    pub fn all(&self) -> Sweep {
        let rows = self.lineage.snapshot().len();
        let mut sets = Sets::new(self);
        let cycles: HashMap<Row, &[Row]> =
            self.lineage.cycles().iter().flat_map(|members| members.iter().map(|row| (*row, &members[..]))).collect();
        let mut above = Above { sets: vec![LEFT; rows], clashes: vec![Verdict::Ok; rows] };
        let mut stack = Vec::new();
        for row in self.lineage.snapshot().rows() {
            stack.push(row);
            while let Some(at) = stack.pop() {
                if above.sets[at as usize] != LEFT {
                    continue;
                }
                let members = cycles.get(&at).copied().unwrap_or(&[]);
                let unit = if members.is_empty() { std::slice::from_ref(&at) } else { members };
                let is_inside = |parent: &Row| members.binary_search(parent).is_ok();
                let depth = stack.len();
                for member in unit {
                    let parents = self.lineage.parents(*member).map(|(parent, _)| parent);
                    stack.extend(parents.filter(|parent| above.sets[*parent as usize] == LEFT && !is_inside(parent)));
                }
                if stack.len() > depth {
                    // Once more when all above it is known.
                    stack.insert(depth, at);
                } else if members.is_empty() {
                    self.descend(at, &mut sets, &mut above);
                } else {
                    self.turn(members, &mut sets, &mut above);
                }
            }
        }
        self.told(&mut sets, &above, &cycles)
    }

    /// What reaches a model that is in no cycle.
    fn descend(&self, row: Row, sets: &mut Sets<'_, '_>, above: &mut Above) {
        let (mut set, mut clash) = (0, Verdict::Ok);
        for (parent, edge) in self.lineage.parents(row) {
            let parent = parent as usize;
            let is_copy = edge.relation == Relation::Quantized;
            let more = sets.below(above.sets[parent], self.stated.of[parent], is_copy);
            set = sets.join(set, more);
            clash = clash.max(above.clashes[parent]);
        }
        if self.lineage.parents(row).len() > 1 {
            clash = clash.max(sets.clash(set));
        }
        (above.sets[row as usize], above.clashes[row as usize]) = (set, clash);
    }

    /// What reaches the models of a cycle: the others, all that is above them, and what is above it by its own links. None but the last is a
    /// copy.
    fn turn(&self, members: &[Row], sets: &mut Sets<'_, '_>, above: &mut Above) {
        let mut clash = Verdict::Ok;
        // What is outside, by each member's links as they are, and as what the others have of it.
        let (mut direct, mut derived) = (vec![0; members.len()], vec![0; members.len()]);
        let mut inside: BTreeMap<u32, usize> = BTreeMap::new();
        for (at, member) in members.iter().enumerate() {
            self.own_of(*member, sets).iter().for_each(|code| *inside.entry(*code).or_default() += 1);
            for (parent, edge) in self.lineage.parents(*member) {
                if members.binary_search(&parent).is_ok() {
                    continue;
                }
                let (set, stated) = (above.sets[parent as usize], self.stated.of[parent as usize]);
                let more = sets.below(set, stated, edge.relation == Relation::Quantized);
                direct[at] = sets.join(direct[at], more);
                let more = sets.below(set, stated, false);
                derived[at] = sets.join(derived[at], more);
                clash = clash.max(above.clashes[parent as usize]);
            }
        }
        // What all behind a member have, and then what all before it have.
        let mut behind = vec![0; members.len() + 1];
        for at in (0..members.len()).rev() {
            behind[at] = sets.join(behind[at + 1], derived[at]);
        }
        let mut before = 0;
        for (at, member) in members.iter().enumerate() {
            let own = self.own_of(*member, sets);
            let others = inside.iter().filter(|(code, many)| **many > usize::from(own.contains(code)));
            let others = others.map(|(code, _)| *code).collect();
            let mut set = sets.number(others);
            for more in [before, behind[at + 1], direct[at]] {
                set = sets.join(set, more);
            }
            before = sets.join(before, derived[at]);
            above.sets[*member as usize] = set;
            if self.lineage.parents(*member).len() > 1 {
                clash = clash.max(sets.clash(set));
            }
        }
        members.iter().for_each(|member| above.clashes[*member as usize] = clash);
    }

    /// What a model's own statement is to those that are made of it, each licence once.
    fn own_of(&self, row: Row, sets: &mut Sets<'_, '_>) -> Vec<u32> {
        let mut own = sets.own(self.stated.of[row as usize], false);
        own.sort_unstable();
        own.dedup();
        own
    }

    /// The verdicts of what is above, and their counts.
    fn told(&self, sets: &mut Sets<'_, '_>, above: &Above, cycles: &HashMap<Row, &[Row]>) -> Sweep {
        let snapshot = self.lineage.snapshot();
        let sides: Vec<Side> = self.stated.all.iter().map(|stated| self.side(stated)).collect();
        let mut counts = VerdictCounts { rules: self.rules().to_owned(), ..VerdictCounts::default() };
        let (mut chains, mut parents) = (vec![None; snapshot.len()], vec![None; snapshot.len()]);
        let mut cells: HashMap<(u32, u32), Tally> = HashMap::new();
        let mut wanted: HashMap<u32, Vec<usize>> = HashMap::new();
        for row in snapshot.rows() {
            let at = row as usize;
            let stated = self.stated.of[at];
            let own = &self.stated.all[stated as usize];
            if snapshot.is_listed(row) && snapshot.alias_of(row).is_none() {
                counts.listed[own.by as usize] += 1;
            }
            if self.lineage.is_root(row) {
                continue;
            }
            counts.derived += 1;
            let mut by_parent = Judge::alone(own);
            for (parent, edge) in self.lineage.parents(row) {
                let is_inside = || cycles.get(&row).is_some_and(|members| members.binary_search(&parent).is_ok());
                let is_copy = edge.relation == Relation::Quantized && !is_inside();
                let of = self.stated.of[parent as usize];
                let set = sets.below(0, of, is_copy);
                let verdict = self.with_name(row, sets.judge(set, stated), || sets.licences(set));
                counts.links[verdict as usize] += 1;
                cells.entry((of, stated)).or_default()[verdict as usize] += 1;
                by_parent = by_parent.max(verdict);
            }
            let set = above.sets[at];
            let wants = wanted.entry(set).or_insert_with(|| {
                let mut found = sets.licences(set);
                found.retain(|licence| self.terms.licences()[*licence].prefix.is_some());
                found
            });
            let verdict = self.with_name(row, sets.judge(set, stated), || wants.clone());
            let chain = verdict.max(above.clashes[at]).max(Judge::alone(own));
            if !wants.is_empty() {
                counts.to_be_named += 1;
                counts.named += u64::from(wants.iter().all(|licence| self.is_named(row, *licence)));
            }
            counts.chains[chain as usize] += 1;
            counts.meetings += u64::from(above.clashes[at] == Verdict::Conflict);
            if own.is_known() {
                counts.derived_known += 1;
                counts.chains_known[chain as usize] += 1;
                counts.broken_by_parent += u64::from(by_parent.is_conflict());
                counts.broken_above += u64::from(chain.is_conflict() && !by_parent.is_conflict());
            }
            (chains[at], parents[at]) = (Some(chain), Some(by_parent));
        }
        for ((of, stated), tally) in cells {
            let cell = counts.cells.entry((sides[of as usize], sides[stated as usize])).or_default();
            cell.iter_mut().zip(tally).for_each(|(all, more)| *all += more);
        }
        Sweep { chains, parents, counts }
    }

    /// A verdict, when the model's name is looked at too.
    fn with_name(&self, row: Row, verdict: Verdict, licences: impl FnOnce() -> Vec<usize>) -> Verdict {
        match verdict {
            Verdict::Ok if !licences().iter().all(|licence| self.is_named(row, *licence)) => Verdict::Restricts,
            _ => verdict,
        }
    }

    fn side(&self, stated: &Stated) -> Side {
        match (stated.by, stated.group(self.terms)) {
            (_, Some(group)) => Side::Known(group),
            (By::Nothing, None) => Side::Nothing,
            (By::Unlisted, None) => Side::Unlisted,
            (_, None) => Side::Undecided,
        }
    }
}
