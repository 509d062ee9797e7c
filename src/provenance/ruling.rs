use super::judge::{Judge, Judged};
use super::stated::Stated;
use super::{Day, Exception, Unknown, Verdict};
use crate::reference::{TermSet, matches, normal};
use crate::snapshot::Row;

/// A `Rulings` is what a policy says of models that were judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rulings {
    /// There is one for each model, in the order in which they were given.
    pub models: Vec<Ruling>,
    /// These exceptions, by their places in the policy, matched nothing.
    pub unmatched: Vec<usize>,
    /// The day of these is over: they do not hold.
    pub expired: Vec<usize>,
}

/// A `Ruling` is what a policy says of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// This is the model.
    pub row: Row,
    /// It fails for these.
    pub fails: Vec<Fault>,
    /// These are told, and do not make it fail.
    pub warns: Vec<Fault>,
    /// It would fail or be warned of for these, and an exception, by its place in the policy, accepts them.
    pub excused: Vec<(Fault, usize)>,
}

/// A `Fault` is something that a policy does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// It comes from this ancestor; there is none if it is the model's own licence.
    pub ancestor: Option<Row>,
    /// Its place among the findings of the model, if it is one of them.
    pub finding: Option<usize>,
    /// This says by which rule.
    pub rule: Rule,
}

/// A `Rule` is what of a policy is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Terms are broken: the verdict is `conflict` or `relabelled`.
    Broken(Verdict),
    /// Nothing can be told: the verdict is `unknown` or `silent`.
    Untold(Verdict),
    /// This licence is none of those that are allowed.
    NotAllowed(String),
    /// These terms are denied.
    Denied(TermSet),
}

impl Rule {
    /// Says it in a few words.
    pub fn said(&self) -> String {
        match self {
            Rule::Broken(verdict) => format!("terms are broken ({verdict})"),
            Rule::Untold(verdict) => format!("it cannot be told ({verdict})"),
            Rule::NotAllowed(licence) => format!("the licence {licence} is not allowed"),
            Rule::Denied(terms) => format!("terms are denied: {terms}"),
        }
    }
}

impl Ruling {
    /// Tells whether the model fails.
    pub fn is_failed(&self) -> bool {
        !self.fails.is_empty()
    }
}

impl Judge<'_> {
    /// Holds models that were judged against the policy, on a day.
    pub fn rule(&self, judged: &[Judged<'_>], today: Day) -> Rulings {
        let exceptions = &self.policy.exceptions;
        let expired: Vec<usize> = (0..exceptions.len()).filter(|at| exceptions[*at].until < today).collect();
        let mut is_met = vec![false; exceptions.len()];
        let models = judged
            .iter()
            .map(|model| {
                let mut ruling = Ruling { row: model.row, fails: vec![], warns: vec![], excused: vec![] };
                for (fault, is_failing) in self.faults(model) {
                    let matching: Vec<usize> =
                        (0..exceptions.len()).filter(|at| self.is_for(&exceptions[*at], model, &fault)).collect();
                    matching.iter().for_each(|at| is_met[*at] = true);
                    match (matching.into_iter().find(|at| !expired.contains(at)), is_failing) {
                        (Some(at), _) => ruling.excused.push((fault, at)),
                        (None, true) => ruling.fails.push(fault),
                        (None, false) => ruling.warns.push(fault),
                    }
                }
                ruling
            })
            .collect();
        let unmatched = (0..exceptions.len()).filter(|at| !is_met[*at]).collect();
        Rulings { models, unmatched, expired }
    }

    /// All that the policy does not accept of a model, and whether the model fails for it.
    fn faults(&self, model: &Judged<'_>) -> Vec<(Fault, bool)> {
        let mut found = Vec::new();
        let is_failing = self.policy.unknown == Unknown::Deny;
        let is_told = self.policy.unknown != Unknown::Allow;
        let own = Fault { ancestor: None, finding: None, rule: Rule::Untold(Judge::alone(model.stated)) };
        if is_told && Judge::alone(model.stated) != Verdict::Ok {
            found.push((own.clone(), is_failing));
        }
        found.extend(self.of_licence(model.stated).into_iter().map(|rule| (Fault { rule, ..own.clone() }, true)));
        for (at, finding) in model.findings.iter().enumerate() {
            let fault = |rule| Fault { ancestor: Some(finding.ancestor), finding: Some(at), rule };
            match finding.verdict {
                verdict if verdict.is_conflict() => found.push((fault(Rule::Broken(verdict)), true)),
                verdict @ (Verdict::Unknown | Verdict::Silent) if is_told => {
                    found.push((fault(Rule::Untold(verdict)), is_failing));
                }
                _ => (),
            }
            if finding.meeting.is_none() {
                found.extend(self.of_licence(finding.stated).into_iter().map(|rule| (fault(rule), true)));
            }
        }
        found
    }

    /// What the policy has against a licence itself, whoever is below it.
    fn of_licence(&self, stated: &Stated) -> Vec<Rule> {
        let licences: Vec<_> = stated.known().map(|at| &self.terms.licences()[at]).collect();
        let mut found = Vec::new();
        let allows = |name: &str| {
            let key = |name: &str| self.terms.find(name).map_or_else(|| normal(name), |licence| licence.key.clone());
            self.policy.allow.is_empty() || self.policy.allow.iter().any(|allowed| key(allowed) == name)
        };
        found.extend(licences.iter().filter(|own| !allows(&own.key)).map(|own| Rule::NotAllowed(own.key.clone())));
        let denied = licences.iter().fold(TermSet::NONE, |all, own| all.or(own.terms)).and(self.policy.deny_terms);
        found.extend((!denied.is_empty()).then_some(Rule::Denied(denied)));
        found
    }

    /// Tells whether an exception is for a fault.
    fn is_for(&self, exception: &Exception, model: &Judged<'_>, fault: &Fault) -> bool {
        let snapshot = self.lineage.snapshot();
        let is_id = |pattern: &str, row: Row| {
            let pattern = pattern.to_lowercase();
            // An exception outlives a renaming: it may name a model by its old id.
            let today = snapshot.find(&pattern).map(|found| snapshot.alias_of(found).unwrap_or(found));
            today == Some(row) || matches(&pattern, &snapshot.id(row).to_lowercase())
        };
        let stated: Vec<&Stated> = match fault.finding.map(|at| &model.findings[at]) {
            Some(finding) => {
                [finding.stated].into_iter().chain(finding.meeting.map(|meeting| meeting.stated)).collect()
            }
            None => vec![model.stated],
        };
        let meeting = fault.finding.and_then(|at| model.findings[at].meeting);
        let ancestors: Vec<Row> = fault.ancestor.into_iter().chain(meeting.map(|meeting| meeting.ancestor)).collect();
        let is_licence = |wanted: &str| {
            let key = self.terms.find(wanted).map_or_else(|| normal(wanted), |licence| licence.key.clone());
            let known = |stated: &&Stated| {
                stated.known().any(|at| self.terms.licences()[at].key == key)
                    || stated.words.iter().chain(&stated.name).any(|word| normal(word) == normal(wanted))
            };
            stated.iter().any(known)
        };
        is_id(&exception.model, model.row)
            && exception.ancestor.as_deref().is_none_or(|wanted| ancestors.iter().any(|row| is_id(wanted, *row)))
            && exception.licence.as_deref().is_none_or(is_licence)
    }
}
