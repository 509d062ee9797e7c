use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::stated::{AllStated, Part, Stated};
use super::verdict::{Outcome, Verdict, Why, clash, is_named, pair, reason};
use super::{By, Policy};
use crate::lineage::{Edge, Lineage, components};
use crate::model::Relation;
use crate::reference::{Bases, Term, TermSet, Terms};
use crate::snapshot::{Error, Row};

/// A `Judge` holds what a snapshot's models state of their licences against the terms of what they descend from
/// (docs/licences.md). What it says is of declared metadata, and is no legal advice.
#[derive(Debug)]
pub struct Judge<'a> {
    pub(super) lineage: &'a Lineage,
    pub(super) terms: &'a Terms,
    pub(super) policy: &'a Policy,
    pub(super) stated: AllStated,
    rules: String,
}

/// A `Judged` is a model with what was found of all that its ancestors ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged<'j> {
    /// This is the model.
    pub row: Row,
    /// It states this.
    pub stated: &'j Stated,
    /// This is the worst verdict: of what was found, or, of its own licence alone, `silent` if it states none and `unknown` if that is not known.
    pub verdict: Verdict,
    /// There is one finding for each ancestor, and one for each two licences above a merge that no licence keeps both: the worst first, then
    /// the nearest.
    pub findings: Vec<Finding<'j>>,
}

/// A `Finding` is how what a model states goes with the terms of one ancestor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding<'j> {
    /// Its terms reach the model.
    pub ancestor: Row,
    /// The ancestor states this.
    pub stated: &'j Stated,
    /// So many links lie between it and the model, at least.
    pub distance: u32,
    /// This is a shortest way, from the ancestor to the model, both with it. Of one of more than 64 links that breaks nothing only the ends stand
    /// here, and none of its links.
    pub way: Vec<Row>,
    /// These are the links of that way, one fewer than its models.
    pub edges: Vec<Edge>,
    /// This is the verdict.
    pub verdict: Verdict,
    /// These terms led to it; there may be none.
    pub terms: TermSet,
    /// This is what the text says of them.
    pub clauses: Vec<Cited<'j>>,
    /// This says why, in a sentence.
    pub reason: String,
    /// This is to be said of it besides.
    pub marks: Marks,
    /// Of two licences above one merge, this is the other one.
    pub meeting: Option<Meeting<'j>>,
}

/// A `Marks` is what is to be said of a finding beside its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks {
    /// Some way from the ancestor is of quantized copies alone.
    pub is_copy: bool,
    /// An adapter is on the shortest way, so that the terms bind it together with what it is laid over.
    pub binds_combination: bool,
    /// The ancestor or the model states several licences: whether all hold or one may be chosen is not said, and all are taken.
    pub is_several: bool,
    /// Both are of one account, which may license its own work otherwise.
    pub is_same_owner: bool,
    /// Of an ancestor whose licence asks that names begin with a word: whether the model's does.
    pub is_named: Option<bool>,
}

/// A `Meeting` is the other one of two ancestors whose terms no licence keeps at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeting<'j> {
    /// This is the other ancestor.
    pub ancestor: Row,
    /// It states this.
    pub stated: &'j Stated,
    /// Their terms meet in this model, which has several parents: it is the model itself, or the nearest such above it.
    pub at: Row,
}

/// A `Cited` is what a licence's text says of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cited<'j> {
    /// This is the licence, as the table has it.
    pub licence: &'j str,
    /// This is the term; a limit or a doubt has none.
    pub term: Option<Term>,
    /// This is the number of the clause and what it says in short.
    pub text: &'j str,
    /// This is where the text stands; where there is no address, it says what was read.
    pub address: &'j str,
    /// This is the day by which it had been read.
    pub read: Option<&'j str>,
}

/// The version of the rules in the code: what of docs/licences.md, 5 and 6 a verdict is made by.
const RULES: u32 = 1;

/// So many links has a way at most that is told whatever the verdict.
const FAR: u32 = 64;

/// Which ways lead from an ancestor: of copies alone, and others.
#[derive(Clone, Copy, Default)]
struct Reach {
    copy: bool,
    derived: bool,
}

impl<'a> Judge<'a> {
    /// Looks up what all models state.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of the snapshot is not as it was written.
    pub fn new(lineage: &'a Lineage, terms: &'a Terms, bases: &Bases, policy: &'a Policy) -> Result<Judge<'a>, Error> {
        Judge::over(lineage, terms, bases, policy, None)
    }

    /// Looks up what some models and all above them state. It judges these, and no others.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column of the snapshot is not as it was written.
    pub fn of(
        lineage: &'a Lineage,
        terms: &'a Terms,
        bases: &Bases,
        policy: &'a Policy,
        models: &[Row],
    ) -> Result<Judge<'a>, Error> {
        let rows = [models, &lineage.above(models).rows].concat();
        Judge::over(lineage, terms, bases, policy, Some(&rows))
    }

    fn over(
        lineage: &'a Lineage,
        terms: &'a Terms,
        bases: &Bases,
        policy: &'a Policy,
        some: Option<&[Row]>,
    ) -> Result<Judge<'a>, Error> {
        let stated = AllStated::of(lineage, terms, bases, policy, some)?;
        let rules = format!("{RULES}/{}/{}", terms.version(), bases.version());
        Ok(Judge { lineage, terms, policy, stated, rules })
    }

    /// Gives the version of the rules, to be printed beside every verdict: that of the code, of the terms and of the table of bases.
    pub fn rules(&self) -> &str {
        &self.rules
    }

    /// Gives the table of terms.
    pub fn terms(&self) -> &'a Terms {
        self.terms
    }

    /// Gives what a model states.
    pub fn stated(&self, row: Row) -> &Stated {
        &self.stated.all[self.stated.of[row as usize] as usize]
    }

    /// The verdict on a model without ancestors.
    pub(super) fn alone(stated: &Stated) -> Verdict {
        match stated.by {
            By::Nothing => Verdict::Silent,
            _ if stated.is_known() => Verdict::Ok,
            _ => Verdict::Unknown,
        }
    }

    /// The cycles among a model and its ancestors, and in which of them each of their members is: those of the whole snapshot need not be found for one model.
    fn cycles(&self, distances: &BTreeMap<Row, u32>) -> (BTreeMap<Row, usize>, Vec<Vec<Row>>) {
        let rows: Vec<Row> = distances.keys().copied().collect();
        let (mut offsets, mut targets) = (vec![0], Vec::new());
        for row in &rows {
            let parents = self.lineage.parents(*row).filter_map(|(parent, _)| rows.binary_search(&parent).ok());
            targets.extend(parents.map(|place| place as u32));
            offsets.push(targets.len() as u32);
        }
        let (mut of, mut found) = (BTreeMap::new(), Vec::new());
        for places in components(&offsets, &targets, 0..rows.len() as u32) {
            let mut members: Vec<Row> = places.into_iter().map(|place| rows[place as usize]).collect();
            members.sort_unstable();
            members.iter().for_each(|member| _ = of.insert(*member, found.len()));
            found.push(members);
        }
        (of, found)
    }

    /// Which ancestors reach a model by copies alone, and which otherwise. A cycle is one node: nobody goes round it, and inside nothing is a
    /// copy of anything.
    fn reaches(&self, row: Row, distances: &BTreeMap<Row, u32>) -> BTreeMap<Row, Reach> {
        let (of, cycles) = self.cycles(distances);
        let mut found: BTreeMap<Row, Reach> = BTreeMap::new();
        let mut left = vec![(row, true)];
        let mut met: BTreeSet<(Row, bool)> = BTreeSet::from([(row, true)]);
        while let Some((at, is_copy)) = left.pop() {
            let cycle = of.get(&at).map_or(&[][..], |cycle| &cycles[*cycle][..]);
            let others = cycle.iter().filter(|other| **other != at);
            others.for_each(|other| found.entry(*other).or_default().derived = true);
            for member in if cycle.is_empty() { std::slice::from_ref(&at) } else { cycle } {
                let outside = self.lineage.parents(*member).filter(|(parent, _)| cycle.binary_search(parent).is_err());
                for (parent, edge) in outside {
                    let is_copy = is_copy && *member == at && edge.relation == Relation::Quantized;
                    let reach = found.entry(parent).or_default();
                    if is_copy {
                        reach.copy = true
                    } else {
                        reach.derived = true
                    }
                    if met.insert((parent, is_copy)) {
                        left.push((parent, is_copy));
                    }
                }
            }
        }
        found
    }

    /// Judges one model, by a walk over all its ancestors.
    pub fn model(&self, row: Row) -> Judged<'_> {
        let stated = self.stated(row);
        let above = self.lineage.above(&[row]);
        let distances: BTreeMap<Row, u32> = above.distances().chain([(row, 0)]).collect();
        let reaches = self.reaches(row, &distances);
        let next = self.next(&distances);
        let distance = |ancestor: &Row| distances.get(ancestor).copied().unwrap_or_default();
        let found = |(ancestor, reach): (&Row, &Reach)| self.finding(row, *ancestor, *reach, distance(ancestor), &next);
        let mut findings: Vec<Finding<'_>> = reaches.iter().map(found).collect();
        findings.extend(self.clashes(&distances, &next));
        findings.sort_by_key(|finding| (Reverse(finding.verdict), finding.distance, finding.ancestor));
        let worst = findings.iter().map(|finding| finding.verdict).max();
        let verdict = worst.unwrap_or(Verdict::Ok).max(Judge::alone(stated));
        Judged { row, stated, verdict, findings }
    }

    /// The next model on a shortest way down from each ancestor: of several the one with the strongest link, then the first by row.
    fn next(&self, distances: &BTreeMap<Row, u32>) -> BTreeMap<Row, (Edge, Reverse<Row>)> {
        let mut next = BTreeMap::new();
        for (row, distance) in distances {
            for (parent, edge) in
                self.lineage.parents(*row).filter(|(parent, _)| distances.get(parent) == Some(&(distance + 1)))
            {
                let known = next.entry(parent).or_insert((edge, Reverse(*row)));
                if (edge.relation, Reverse(*row)) > (known.0.relation, known.1) {
                    *known = (edge, Reverse(*row));
                }
            }
        }
        next
    }

    /// A shortest way from an ancestor.
    fn way(ancestor: Row, next: &BTreeMap<Row, (Edge, Reverse<Row>)>) -> (Vec<Row>, Vec<Edge>) {
        let (mut way, mut edges) = (vec![ancestor], Vec::new());
        let mut at = ancestor;
        while let Some((edge, Reverse(below))) = next.get(&at) {
            way.push(*below);
            edges.push(*edge);
            at = *below;
        }
        (way, edges)
    }

    fn finding(
        &self,
        row: Row,
        ancestor: Row,
        reach: Reach,
        distance: u32,
        next: &BTreeMap<Row, (Edge, Reverse<Row>)>,
    ) -> Finding<'_> {
        let (stated, own) = (self.stated(ancestor), self.stated(row));
        let mut worst: Option<(Outcome, &Part)> = None;
        let mut led: Vec<(Outcome, &Part)> = Vec::new();
        for part in stated.above() {
            for is_copy in [true, false].into_iter().filter(|copy| if *copy { reach.copy } else { reach.derived }) {
                let outcome = self.one(row, part, own, is_copy);
                led.push((outcome, part));
                if worst.is_none_or(|(known, _)| outcome.verdict > known.verdict) {
                    worst = Some((outcome, part));
                }
            }
        }
        let (outcome, part) = worst.unwrap_or((
            Outcome { verdict: Verdict::Unknown, terms: TermSet::NONE, why: Why::Above },
            &Part::Undecided(None),
        ));
        led.retain(|(other, _)| other.verdict == outcome.verdict);
        let terms = led.iter().fold(TermSet::NONE, |all, (other, _)| all.or(other.terms));
        let parts: Vec<&Part> = led.iter().map(|(_, part)| *part).collect();
        let (name, company) = match part {
            Part::Known(at) => (self.terms.licences()[*at].key.clone(), self.terms.licences()[*at].company()),
            Part::Undecided(_) => (stated.said(self.terms), None),
        };
        let wants = stated.known().filter_map(|at| self.terms.licences()[at].prefix.as_deref());
        let named: Vec<bool> = wants.map(|prefix| is_named(self.lineage.snapshot().id(row), prefix)).collect();
        // Ways of thousands of links from thousands of ancestors would fill the memory: of far ones that break nothing the ends are told.
        let is_told = distance <= FAR || outcome.verdict.is_conflict();
        let (way, edges) = if is_told { Judge::way(ancestor, next) } else { (vec![ancestor, row], Vec::new()) };
        Finding {
            ancestor,
            stated,
            distance,
            marks: Marks {
                is_copy: reach.copy,
                binds_combination: has_adapter(&edges),
                is_several: stated.parts.len() > 1 || own.parts.len() > 1,
                is_same_owner: self.lineage.snapshot().share_owner(row, ancestor),
                is_named: (!named.is_empty()).then(|| named.iter().all(|is_named| *is_named)),
            },
            way,
            edges,
            verdict: outcome.verdict,
            terms,
            clauses: self.cited(&parts, terms),
            reason: reason(&outcome, &name, &own.said(self.terms), company),
            meeting: None,
        }
    }

    /// One licence above a model, with the model's name.
    fn one(&self, row: Row, part: &Part, own: &Stated, is_copy: bool) -> Outcome {
        let outcome = pair(self.terms, part, own, is_copy);
        match part {
            Part::Known(at) if outcome.verdict == Verdict::Ok && !self.is_named(row, *at) => {
                Outcome { verdict: Verdict::Restricts, terms: TermSet::NONE.with(Term::Name), why: Why::NotNamed }
            }
            _ => outcome,
        }
    }

    /// Tells whether a model's name begins as a licence asks; most ask nothing of names.
    pub(super) fn is_named(&self, row: Row, licence: usize) -> bool {
        let prefix = self.terms.licences()[licence].prefix.as_deref();
        prefix.is_none_or(|prefix| is_named(self.lineage.snapshot().id(row), prefix))
    }

    /// What the texts of licences say of terms, and where their limits and doubts are.
    fn cited(&self, parts: &[&Part], terms: TermSet) -> Vec<Cited<'_>> {
        let mut found = Vec::new();
        let mut met = BTreeSet::new();
        for part in parts {
            let Part::Known(at) = part else { continue };
            if terms.is_empty() || !met.insert(*at) {
                continue;
            }
            let licence = &self.terms.licences()[*at];
            let address = licence.addresses.first().unwrap_or(&licence.source);
            let told = licence.clauses.iter().filter(|clause| clause.term.is_none_or(|term| terms.has(term)));
            found.extend(told.map(|clause| Cited {
                licence: &licence.key,
                term: clause.term,
                text: &clause.text,
                address,
                read: licence.read.as_deref(),
            }));
        }
        found
    }

    /// Licences above one merge that no licence keeps at once: each two of them once, at the nearest merge.
    fn clashes(&self, distances: &BTreeMap<Row, u32>, next: &BTreeMap<Row, (Edge, Reverse<Row>)>) -> Vec<Finding<'_>> {
        let mut merges: Vec<(u32, Row)> = distances.iter().map(|(row, distance)| (*distance, *row)).collect();
        merges.retain(|(_, at)| self.lineage.parents(*at).len() > 1);
        merges.sort_unstable();
        let mut found: BTreeMap<(usize, usize), Finding<'_>> = BTreeMap::new();
        for (_, at) in merges {
            // The nearest ancestor by which each licence comes.
            let mut by: BTreeMap<usize, Row> = BTreeMap::new();
            for ancestor in self.lineage.above(&[at]).rows {
                self.stated(ancestor).known().for_each(|licence| _ = by.entry(licence).or_insert(ancestor));
            }
            for (one, ancestor) in &by {
                for (other, beside) in by.range(one + 1..) {
                    let [first, second] = [*one, *other].map(|at| &self.terms.licences()[at]);
                    let key = (*one, *other);
                    let Some((verdict, terms)) = clash(first, second).filter(|_| !found.contains_key(&key)) else {
                        continue;
                    };
                    let (way, edges) = Judge::way(*ancestor, next);
                    let sure = if verdict == Verdict::Conflict {
                        "no licence keeps"
                    } else {
                        "it is not settled whether a licence keeps"
                    };
                    let reason = format!(
                        "{} and {} meet in a merge, and {sure} both: {}.",
                        first.key,
                        second.key,
                        terms
                            .iter()
                            .map(|term| format!("{} ({})", term.words(), term.letter()))
                            .collect::<Vec<_>>()
                            .join(", ")
                    );
                    let finding = Finding {
                        ancestor: *ancestor,
                        stated: self.stated(*ancestor),
                        distance: edges.len() as u32,
                        marks: Marks {
                            binds_combination: has_adapter(&edges),
                            is_several: self.stated(*ancestor).parts.len() > 1 || self.stated(*beside).parts.len() > 1,
                            is_same_owner: self.lineage.snapshot().share_owner(*ancestor, *beside),
                            ..Marks::default()
                        },
                        way,
                        edges,
                        verdict,
                        terms,
                        clauses: self.cited(&[&Part::Known(*one), &Part::Known(*other)], terms),
                        reason,
                        meeting: Some(Meeting { ancestor: *beside, stated: self.stated(*beside), at }),
                    };
                    found.insert(key, finding);
                }
            }
        }
        found.into_values().collect()
    }
}

fn has_adapter(edges: &[Edge]) -> bool {
    edges.iter().any(|edge| edge.relation == Relation::Adapter)
}
