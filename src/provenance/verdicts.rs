use super::{About, Exception, Fault, Finding, Judge, Judged, Marks, Rule, Ruling, Rulings, Verdict};
use crate::reference::TermSet;
use crate::snapshot::Row;

/// A `Verdicts` is what was found of the licences of some models, and what a policy says of it: nothing in it is borrowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdicts {
    /// This is the version of the rules ([`Judge::rules`]).
    pub rules: String,
    /// There is one for each model, in the order in which they were named.
    pub models: Vec<ModelVerdict>,
    /// These sentences warn of exceptions that match nothing or do not hold any more, and of names in the policy that nobody knows.
    pub warnings: Vec<String>,
}

/// A `ModelVerdict` is what was found of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelVerdict {
    /// This is its id of today, or as it was asked for if the snapshot does not know it.
    pub id: String,
    /// It tells whether the snapshot has a record of it.
    pub is_listed: bool,
    /// This is its licence, as it is told to people.
    pub licence: String,
    /// This is the verdict on its own licence alone.
    pub own: Verdict,
    /// This is the worst verdict.
    pub verdict: Verdict,
    /// These are the findings: the worst first, then the nearest.
    pub findings: Vec<AncestorVerdict>,
    /// These things the policy does not accept.
    pub faults: Vec<Told>,
}

/// An `AncestorVerdict` is how what a model states goes with the terms of one ancestor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AncestorVerdict {
    /// This is the ancestor's id.
    pub ancestor: String,
    /// It tells whether the snapshot has a record of it.
    pub is_listed: bool,
    /// This is its licence, as it is told to people.
    pub licence: String,
    /// This says who may fetch it, if that is known; it is never a verdict.
    pub gated: Option<String>,
    /// So many links lie between it and the model.
    pub distance: u32,
    /// This is the verdict.
    pub verdict: Verdict,
    /// These terms led to it.
    pub terms: TermSet,
    /// This is what the text says of them: the term's letter, the clause, the address, and the day by which the text had been read.
    pub clauses: Vec<[String; 4]>,
    /// These are the ids of a shortest way, from the ancestor to the model.
    pub way: Vec<String>,
    /// These are the relations of its links.
    pub relations: Vec<&'static str>,
    /// This says why, in a sentence.
    pub reason: String,
    /// This is to be said of it besides.
    pub marks: Marks,
    /// Of two licences above one merge: the other ancestor, its licence, and the model in which they meet.
    pub meeting: Option<[String; 3]>,
}

/// A `Told` is something that a policy does not accept of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its place among the findings; there is none if it is about the model's own licence.
    pub finding: Option<usize>,
    /// This says by which rule.
    pub rule: Rule,
    /// The model fails for it, or it is a warning, or it is accepted for a reason.
    pub outcome: Outcome,
}

/// An `Outcome` says what becomes of something that a policy does not accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The model fails.
    Fails,
    /// It is told.
    Warns,
    /// An exception accepts it, for this reason, until this day.
    Excused(String, String),
}

impl ModelVerdict {
    /// Tells whether the policy fails the model.
    pub fn is_failed(&self) -> bool {
        self.faults.iter().any(|fault| fault.outcome == Outcome::Fails)
    }
}

impl Verdicts {
    /// Takes down what was found.
    pub fn of(
        judge: &Judge<'_>,
        judged: &[Judged<'_>],
        rulings: &Rulings,
        exceptions: &[Exception],
        about: &About<'_>,
    ) -> Verdicts {
        let told = |exception: &Exception| {
            let ancestor = exception.ancestor.iter().map(|ancestor| format!(", {ancestor}"));
            format!("the exception for {}{} ({})", exception.model, ancestor.collect::<String>(), exception.reason)
        };
        let expired = rulings.expired.iter().map(|at| &exceptions[*at]);
        let expired = expired
            .map(|exception| format!("{} held until {} and does not hold any more", told(exception), exception.until));
        let unmatched = rulings.unmatched.iter().map(|at| format!("{} matches nothing", told(&exceptions[*at])));
        Verdicts {
            rules: judge.rules().to_owned(),
            models: judged
                .iter()
                .zip(&rulings.models)
                .map(|(model, ruling)| on(judge, model, ruling, exceptions, about))
                .collect(),
            warnings: expired.chain(unmatched).collect(),
        }
    }

    /// Counts the models that have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.models.iter().filter(|model| model.verdict == verdict).count()
    }

    /// Counts the models that the policy fails.
    pub fn failed(&self) -> usize {
        self.models.iter().filter(|model| model.is_failed()).count()
    }
}

fn on(
    judge: &Judge<'_>,
    model: &Judged<'_>,
    ruling: &Ruling,
    exceptions: &[Exception],
    about: &About<'_>,
) -> ModelVerdict {
    let known = about.model(model.row);
    let told = |fault: &Fault, outcome| Told { finding: fault.finding, rule: fault.rule.clone(), outcome };
    let excused = ruling.excused.iter().map(|(fault, at)| {
        let Exception { reason, until, .. } = &exceptions[*at];
        told(fault, Outcome::Excused(reason.clone(), until.to_string()))
    });
    let fails = ruling.fails.iter().map(|fault| told(fault, Outcome::Fails));
    let warns = ruling.warns.iter().map(|fault| told(fault, Outcome::Warns));
    ModelVerdict {
        id: known.id.to_owned(),
        is_listed: known.is_listed,
        licence: model.stated.said(judge.terms()),
        own: Judge::alone(model.stated),
        verdict: model.verdict,
        findings: model.findings.iter().map(|finding| found(judge, finding, about)).collect(),
        faults: fails.chain(warns).chain(excused).collect(),
    }
}

fn found(judge: &Judge<'_>, finding: &Finding<'_>, about: &About<'_>) -> AncestorVerdict {
    let id = |row: Row| about.snapshot().id(row).to_owned();
    let known = about.model(finding.ancestor);
    let clauses = finding.clauses.iter().map(|cited| {
        let letter = cited.term.map(|term| term.letter().to_string()).unwrap_or_default();
        [letter, cited.text.to_owned(), cited.address.to_owned(), cited.read.unwrap_or_default().to_owned()]
    });
    AncestorVerdict {
        ancestor: known.id.to_owned(),
        is_listed: known.is_listed,
        licence: finding.stated.said(judge.terms()),
        gated: known.gated.map(str::to_owned),
        distance: finding.distance,
        verdict: finding.verdict,
        terms: finding.terms,
        clauses: clauses.collect(),
        way: finding.way.iter().map(|row| id(*row)).collect(),
        relations: finding.edges.iter().map(|edge| edge.relation.name()).collect(),
        reason: finding.reason.clone(),
        marks: finding.marks,
        meeting: finding
            .meeting
            .map(|meeting| [id(meeting.ancestor), meeting.stated.said(judge.terms()), id(meeting.at)]),
    }
}
