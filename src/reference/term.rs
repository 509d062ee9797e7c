use std::fmt;

/// A `Term` is one kind of duty that a licence lays on whoever hands on what was made of a work (docs/licences.md, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Term {
    /// Notices or a copy of the licence go with it.
    Notice,
    /// A badge is shown, such as "Built with ...".
    Badge,
    /// The name of a model that was made of it begins with a given word.
    Name,
    /// Restrictions of use are passed on, or travel with it.
    Use,
    /// There is no commercial use.
    NonCommercial,
    /// What is made of it stands under the same licence.
    SameLicence,
    /// What is made of it is not shared.
    NoDerivatives,
    /// Who is large, by users or revenue, needs another licence.
    Cap,
    /// Other models are not trained with it.
    NoTraining,
    /// It is not granted in some territory.
    Territory,
    /// The licensor may end it, change it or restrict use from afar.
    Revocable,
}

impl Term {
    /// This lists every term, in the order in which they are written.
    pub const ALL: [Term; 11] = [
        Term::Notice,
        Term::Badge,
        Term::Name,
        Term::Use,
        Term::NonCommercial,
        Term::SameLicence,
        Term::NoDerivatives,
        Term::Cap,
        Term::NoTraining,
        Term::Territory,
        Term::Revocable,
    ];

    /// Gives the term's letter.
    pub fn letter(self) -> char {
        match self {
            Term::Notice => 'N',
            Term::Badge => 'B',
            Term::Name => 'M',
            Term::Use => 'U',
            Term::NonCommercial => 'C',
            Term::SameLicence => 'S',
            Term::NoDerivatives => 'D',
            Term::Cap => 'K',
            Term::NoTraining => 'T',
            Term::Territory => 'E',
            Term::Revocable => 'R',
        }
    }

    /// Says in a few words what the term asks.
    pub fn words(self) -> &'static str {
        match self {
            Term::Notice => "notices go with it",
            Term::Badge => "a badge is shown",
            Term::Name => "the name begins with a given word",
            Term::Use => "restrictions of use are passed on",
            Term::NonCommercial => "no commercial use",
            Term::SameLicence => "the same licence for what is made of it",
            Term::NoDerivatives => "what is made of it is not shared",
            Term::Cap => "the large need another licence",
            Term::NoTraining => "other models are not trained with it",
            Term::Territory => "not granted everywhere",
            Term::Revocable => "the licensor may end or change it",
        }
    }

    /// Finds the term of a letter, without regard to case.
    pub fn from_letter(letter: char) -> Option<Term> {
        Term::ALL.into_iter().find(|term| term.letter() == letter.to_ascii_uppercase())
    }
}

/// A `TermSet` is a set of terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TermSet(u16);

impl TermSet {
    /// This has no term.
    pub const NONE: TermSet = TermSet(0);
    /// These are the terms that only companies' own licences have: B, M, K, T, E.
    pub const COMPANY: TermSet = TermSet(
        1 << Term::Badge as u16
            | 1 << Term::Name as u16
            | 1 << Term::Cap as u16
            | 1 << Term::NoTraining as u16
            | 1 << Term::Territory as u16,
    );

    /// Reads letters with blanks or commas between them, or none.
    ///
    /// # Errors
    /// It gives the first thing that is no letter of a term.
    pub fn parse(text: &str) -> Result<TermSet, String> {
        let mut set = TermSet::NONE;
        for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
            let mut letters = word.chars();
            match (letters.next().and_then(Term::from_letter), letters.next()) {
                (Some(term), None) => set = set.with(term),
                _ => return Err(word.to_owned()),
            }
        }
        Ok(set)
    }

    /// Gives the set with a term more.
    pub fn with(self, term: Term) -> TermSet {
        TermSet(self.0 | 1 << term as u16)
    }

    /// Tells whether a term is in it.
    pub fn has(self, term: Term) -> bool {
        self.0 & 1 << term as u16 != 0
    }

    /// Tells whether no term is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Gives what is in either.
    pub fn or(self, other: TermSet) -> TermSet {
        TermSet(self.0 | other.0)
    }

    /// Gives what is in both.
    pub fn and(self, other: TermSet) -> TermSet {
        TermSet(self.0 & other.0)
    }

    /// Gives what is in this one alone.
    pub fn without(self, other: TermSet) -> TermSet {
        TermSet(self.0 & !other.0)
    }

    /// Gives the terms, in the order in which they are written.
    pub fn iter(self) -> impl Iterator<Item = Term> {
        Term::ALL.into_iter().filter(move |term| self.has(*term))
    }
}

impl FromIterator<Term> for TermSet {
    fn from_iter<I: IntoIterator<Item = Term>>(terms: I) -> TermSet {
        terms.into_iter().fold(TermSet::NONE, TermSet::with)
    }
}

impl fmt::Display for TermSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: Vec<String> = self.iter().map(|term| term.letter().to_string()).collect();
        f.pad(&letters.join(" "))
    }
}
