use std::fmt;

use super::stated::{Part, Stated};
use crate::reference::{Group, Licence, Term, TermSet, Terms, Text};

/// A `Verdict` says how what a model states goes with the terms of what it was made of (docs/licences.md, 1). The order is from the best to the
/// worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Verdict {
    /// What is stated keeps the terms.
    Ok,
    /// The terms go on to bind, and what is stated does not say all of them.
    Restricts,
    /// It cannot be told.
    Unknown,
    /// The model states no licence, and known terms reach it.
    Silent,
    /// A copy states another licence than what it is a copy of.
    Relabelled,
    /// What is stated breaks the terms.
    Conflict,
}

impl Verdict {
    /// This lists every verdict, the best first; its place here is its number.
    pub const ALL: [Verdict; 6] =
        [Verdict::Ok, Verdict::Restricts, Verdict::Unknown, Verdict::Silent, Verdict::Relabelled, Verdict::Conflict];

    /// Gives the verdict's name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Restricts => "restricts",
            Verdict::Unknown => "unknown",
            Verdict::Silent => "silent",
            Verdict::Relabelled => "relabelled",
            Verdict::Conflict => "conflict",
        }
    }

    /// Tells whether terms are broken: by a conflict, or by a copy with another label.
    pub fn is_conflict(self) -> bool {
        self >= Verdict::Relabelled
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An `Outcome` is a verdict, the terms that led to it, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Outcome {
    pub verdict: Verdict,
    pub terms: TermSet,
    pub why: Why,
}

/// Which rule led to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    Permissive,
    Same,
    Onward,
    Kept,
    EqualName,
    Carried,
    OtherVersion,
    NotNamed,
    Above,
    Below,
    MaybeOnward,
    Unsettled,
    CopyOfNoDerivatives,
    Silent,
    Copy,
    Broken,
    Dropped,
    OtherCompany,
    NoDerivatives,
}

/// How one licence of an ancestor goes with what a model states (docs/licences.md, 5 and 6).
pub(super) fn pair(terms: &Terms, above: &Part, model: &Stated, is_copy: bool) -> Outcome {
    let outcome = |verdict, terms, why| Outcome { verdict, terms, why };
    let Part::Known(above) = above else {
        let is_equal =
            is_copy && above.label().is_some_and(|label| model.parts.iter().any(|part| part.label() == Some(label)));
        return match is_equal {
            true => outcome(Verdict::Ok, TermSet::NONE, Why::EqualName),
            false => outcome(Verdict::Unknown, TermSet::NONE, Why::Above),
        };
    };
    let licences = terms.licences();
    let above = &licences[*above];
    let own: Vec<&Licence> = model.known().map(|at| &licences[at]).collect();
    let is_undecided = model.parts.iter().any(|part| !matches!(part, Part::Known(_)));
    let duties = duties(above);
    if model.is_nothing() {
        return outcome(Verdict::Silent, duties, Why::Silent);
    }
    if own.is_empty() {
        return outcome(Verdict::Unknown, duties, Why::Below);
    }
    if above.terms.has(Term::NoDerivatives) {
        return no_derivatives(above, &own, is_undecided, is_copy);
    }
    if own.iter().any(|own| own.key == above.key) {
        return outcome(Verdict::Ok, duties, Why::Same);
    }
    if is_undecided {
        return outcome(Verdict::Unknown, duties, Why::Below);
    }
    if above.group() == Some(Group::Permissive) {
        return outcome(Verdict::Ok, TermSet::NONE, Why::Permissive);
    }
    if is_copy {
        return outcome(Verdict::Relabelled, duties, Why::Copy);
    }
    match above.group() {
        Some(Group::Company) => company(above, &own),
        _ => letters(above, &own),
    }
}

/// The terms that a label can break: notices, territories and a licensor's rights are no label's matter.
fn duties(above: &Licence) -> TermSet {
    above.terms.without([Term::Notice, Term::Territory, Term::Revocable].into_iter().collect())
}

fn no_derivatives(above: &Licence, own: &[&Licence], is_undecided: bool, is_copy: bool) -> Outcome {
    let is_same = own.iter().any(|own| own.key == above.key);
    let no = TermSet::NONE.with(Term::NoDerivatives);
    let rest = duties(above).without(no);
    match (is_copy, is_undecided && !is_same) {
        (_, true) => Outcome { verdict: Verdict::Unknown, terms: duties(above), why: Why::Below },
        // What else it asks is broken by another label, whether a copy in another format may be shared or not.
        (true, _) if !is_same && !rest.is_empty() => {
            Outcome { verdict: Verdict::Relabelled, terms: rest, why: Why::Copy }
        }
        (true, _) => Outcome { verdict: Verdict::Unknown, terms: no, why: Why::CopyOfNoDerivatives },
        (false, _) => Outcome { verdict: Verdict::Conflict, terms: no, why: Why::NoDerivatives },
    }
}

/// A company's licence above licences of others, or another version of its own.
fn company(above: &Licence, own: &[&Licence]) -> Outcome {
    let has: TermSet = own.iter().fold(TermSet::NONE, |all, own| all.or(own.terms));
    let is_family = own.iter().any(|own| own.company().is_some() && own.company() == above.company());
    // Among the versions of a company's licence each term is looked for; another licence has its own badge, cap or name, and not these.
    let lost = match is_family {
        true => duties(above).without(has),
        false => duties(above).without(has.and(TermSet::NONE.with(Term::NonCommercial))),
    };
    let broken = lost.without(above.unsure);
    let (verdict, terms, why) = match (lost.is_empty(), broken.is_empty(), is_family) {
        (true, ..) => (Verdict::Restricts, duties(above), Why::OtherVersion),
        (_, true, _) => (Verdict::Unknown, lost, Why::Unsettled),
        (_, _, true) => (Verdict::Conflict, broken, Why::Dropped),
        (_, _, false) => (Verdict::Conflict, broken, Why::OtherCompany),
    };
    Outcome { verdict, terms, why }
}

/// Any other licence, term by term.
fn letters(above: &Licence, own: &[&Licence]) -> Outcome {
    let has = |term| own.iter().any(|own| own.terms.has(term));
    let is_among = |list: &[String]| own.iter().any(|own| list.contains(&own.key));
    let of = |term| {
        let is_unsure = above.unsure.has(term);
        match term {
            Term::SameLicence if is_among(&above.onward) => (Verdict::Ok, Why::Onward),
            Term::SameLicence if is_among(&above.maybe) => (Verdict::Unknown, Why::MaybeOnward),
            Term::NonCommercial if has(term) => (Verdict::Ok, Why::Kept),
            Term::Use if has(term) || own.iter().any(|own| own.group() == Some(Group::Company)) => {
                (Verdict::Restricts, Why::Carried)
            }
            Term::Revocable => (Verdict::Restricts, Why::Carried),
            _ if is_unsure => (Verdict::Unknown, Why::Unsettled),
            _ => (Verdict::Conflict, Why::Broken),
        }
    };
    let mut terms = above.terms.without(TermSet::NONE.with(Term::Notice));
    // That a licensor may end it is told where nothing else is asked.
    if terms != TermSet::NONE.with(Term::Revocable) {
        terms = duties(above);
    }
    let each: Vec<(Verdict, Why, Term)> = terms.iter().map(|term| (of(term).0, of(term).1, term)).collect();
    let worst = each.iter().max_by_key(|(verdict, ..)| *verdict).map_or((Verdict::Ok, Why::Kept), |(a, b, _)| (*a, *b));
    let led = each.iter().filter(|(verdict, ..)| *verdict == worst.0).map(|(.., term)| *term);
    Outcome { verdict: worst.0, terms: led.collect(), why: worst.1 }
}

/// What no licence of a model can keep at once, of two licences above one merge: the terms, and whether it is sure.
pub(super) fn clash(one: &Licence, other: &Licence) -> Option<(Verdict, TermSet)> {
    if one.key == other.key || one.text != Text::Read || other.text != Text::Read {
        return None;
    }
    let (mut sure, mut unsure) = (TermSet::NONE, TermSet::NONE);
    let same = TermSet::NONE.with(Term::SameLicence);
    if one.terms.has(Term::SameLicence) && other.terms.has(Term::SameLicence) {
        let leads = |from: &Licence, to: &Licence| from.onward.contains(&to.key);
        let may = |from: &Licence, to: &Licence| from.maybe.contains(&to.key) || from.unsure.has(Term::SameLicence);
        match () {
            () if leads(one, other) || leads(other, one) => (),
            () if may(one, other) || may(other, one) => unsure = unsure.or(same),
            () => sure = sure.or(same),
        }
    }
    let more: TermSet = [Term::NonCommercial, Term::Use, Term::Cap, Term::Name, Term::NoTraining].into_iter().collect();
    for (same_licence, beside) in [(one, other), (other, one)] {
        let added = beside.terms.and(more).without(same_licence.terms);
        if same_licence.terms.has(Term::SameLicence) && !added.is_empty() {
            let is_unsure = same_licence.unsure.has(Term::SameLicence) || added.without(beside.unsure).is_empty();
            match is_unsure {
                true => unsure = unsure.or(same).or(added),
                false => sure = sure.or(same).or(added.without(beside.unsure)),
            }
        }
    }
    if let (Some(a), Some(b)) = (one.company(), other.company())
        && a != b
    {
        for term in [Term::NoTraining, Term::Name] {
            let (has, both) =
                (one.terms.has(term) || other.terms.has(term), one.terms.has(term) && other.terms.has(term));
            if if term == Term::Name { both } else { has } {
                sure = sure.with(term);
            }
        }
    }
    match (sure.is_empty(), unsure.is_empty()) {
        (false, _) => Some((Verdict::Conflict, sure)),
        (true, false) => Some((Verdict::Unknown, unsure)),
        (true, true) => None,
    }
}

/// Tells whether the name of a model begins as a licence wants. Letters and figures count alone, and case does not.
pub(super) fn is_named(id: &str, prefix: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let name = id.rsplit_once('/').map_or(id, |(_, name)| name);
    plain(name).starts_with(&plain(prefix))
}

/// The reason of a verdict, as one sentence: how the licence above and that of the model are called stands in it.
pub(super) fn reason(outcome: &Outcome, above: &str, own: &str, company: Option<&str>) -> String {
    let asks: Vec<String> =
        outcome.terms.iter().map(|term| format!("{} ({term})", term.words(), term = term.letter())).collect();
    let asks = asks.join(", ");
    // One of several is meant, and which one the letters say.
    let is_version = if own.contains(" + ") { format!("Of {own} one is") } else { format!("{own} is") };
    match outcome.why {
        Why::Permissive => format!("{above} asks for notices at most, so that {own} may follow."),
        Why::Same => format!("Both state {above}."),
        Why::Onward => format!("{above} lets {own} follow."),
        Why::Kept => format!("{own} keeps what {above} asks: {asks}."),
        Why::EqualName => {
            format!("It is a copy and states the same licence, {above}, whose text nobody has read here.")
        }
        Why::Carried => format!("{above} goes on to bind beside {own}: {asks}."),
        Why::OtherVersion => {
            format!("{is_version} another version of {above}, whose own text goes on to bind: {asks}.")
        }
        Why::NotNamed => format!("Both state {above}, and the model's name does not begin as it asks: {asks}."),
        Why::Above => format!("What the ancestor's terms are is not known: {above}."),
        Why::Below => format!("What {own} means is not known, and {above} is above it."),
        Why::MaybeOnward => format!("Whether {own} may follow {above} is not settled by what is stated: {asks}."),
        Why::Unsettled => format!("{above} does not settle whether this reaches what was made of it: {asks}."),
        Why::CopyOfNoDerivatives => format!(
            "{above} lets nobody share what was made of it, and does not settle whether a copy in another format is such."
        ),
        Why::Silent if outcome.terms.is_empty() => {
            format!("The model states no licence; {above} above it asks for notices at most.")
        }
        Why::Silent => format!("The model states no licence, and {above} reaches it: {asks}."),
        Why::Copy => format!("It is a copy of a model under {above} and states {own}; {above} asks: {asks}."),
        Why::Broken => format!("{own} does not keep what {above} asks: {asks}."),
        Why::Dropped => format!("{is_version} another version of {above} and drops of it: {asks}."),
        Why::OtherCompany => {
            format!(
                "{own} is no licence of the family {}, and does not keep what {above} asks: {asks}.",
                company.unwrap_or(above)
            )
        }
        Why::NoDerivatives => format!("{above} lets nobody share what was made of it."),
    }
}
