use std::collections::HashMap;

use super::Policy;
use crate::lineage::Lineage;
use crate::model::{Word, WordList};
use crate::reference::{Bases, Group, TermSet, Terms, Text, normal};
use crate::snapshot::{Error, Row};

/// A `Stated` is what a model states of its licence, and what is known of that (docs/licences.md, 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stated {
    /// These are the licences as the model states them.
    pub words: Vec<String>,
    /// This is the name that stands beside `other`.
    pub name: Option<String>,
    /// This says by whose word it is known.
    pub by: By,
    /// These are the licences, as far as they are known.
    pub parts: Vec<Part>,
}

/// A `By` says by whose word a licence is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// The model states it by an id, or by a name in the place of one.
    Id,
    /// The name beside `other` tells.
    Name,
    /// The table of bases tells.
    Base,
    /// The user's own policy tells.
    Clarified,
    /// Nothing is stated.
    Nothing,
    /// Nobody lists the model.
    Unlisted,
}

/// A `Part` is one of the licences that a model states.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Its text was read: this is its place among [`Terms::licences`].
    Known(usize),
    /// Its terms are not known. This is its name in one form, if it has one that means a single text.
    Undecided(Option<String>),
}

impl By {
    /// Gives the word for it in outputs.
    pub fn name(self) -> &'static str {
        match self {
            By::Id => "id",
            By::Name => "name",
            By::Base => "base table",
            By::Clarified => "clarified",
            By::Nothing => "nothing stated",
            By::Unlisted => "unlisted",
        }
    }
}

impl Part {
    pub(super) fn label(&self) -> Option<&str> {
        match self {
            Part::Known(_) => None,
            Part::Undecided(label) => label.as_deref(),
        }
    }

    /// What a word means by the table.
    fn of(terms: &Terms, word: &str) -> Part {
        match terms.number(word).map(|at| (at, &terms.licences()[at])) {
            Some((at, licence)) if licence.text == Text::Read => Part::Known(at),
            Some((_, licence)) if licence.text == Text::Unnamed => Part::Undecided(None),
            Some((_, licence)) => Part::Undecided(Some(normal(&licence.key))),
            None => Part::Undecided(Some(normal(word)).filter(|name| name.chars().any(char::is_alphanumeric))),
        }
    }
}

impl Stated {
    /// Gives the licences whose terms are known, as their places among [`Terms::licences`].
    pub fn known(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().filter_map(|part| match part {
            Part::Known(at) => Some(*at),
            Part::Undecided(_) => None,
        })
    }

    /// Tells whether all licences are known that are stated, and there is one.
    pub fn is_known(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| matches!(part, Part::Known(_)))
    }

    /// Tells whether a listed model states nothing, and nobody else says it.
    pub fn is_nothing(&self) -> bool {
        self.by == By::Nothing
    }

    /// What binds those below: a model that states nothing has terms that are not known.
    pub(super) fn above(&self) -> &[Part] {
        match self.parts.is_empty() {
            true => &[Part::Undecided(None)],
            false => &self.parts,
        }
    }

    /// Tells in which group its licences put it together; there is none where one of them is not known.
    pub fn group(&self, terms: &Terms) -> Option<Group> {
        let all = self.known().fold(TermSet::NONE, |all, at| all.or(terms.licences()[at].terms));
        self.is_known().then(|| Group::of(all))
    }

    /// Gives the licences as they are told to people: `apache-2.0`, `other (some-name)`, `no licence`.
    pub fn said(&self, terms: &Terms) -> String {
        let known: Vec<&str> = self.known().map(|at| terms.licences()[at].key.as_str()).collect();
        let words = self.words.join(" + ");
        match (self.by, &self.name) {
            (By::Nothing, _) => "no licence".into(),
            (By::Unlisted, _) => "not listed".into(),
            (By::Base | By::Clarified | By::Name, _) if self.is_known() => known.join(" + "),
            (_, Some(name)) => format!("{words} ({name})"),
            (_, None) => words,
        }
    }

    /// What words mean, for the model of an id.
    fn of(terms: &Terms, words: Vec<String>, name: Option<String>, is_listed: bool) -> Stated {
        let mut by = match (words.is_empty(), is_listed) {
            (_, false) => By::Unlisted,
            (true, true) => By::Nothing,
            (false, true) => By::Id,
        };
        let mut parts = Vec::new();
        let is_whole = |word: &str| terms.find(word).is_some() || !word.contains(',');
        let apart = words.iter().flat_map(|word| match is_whole(word) {
            true => vec![word.as_str()],
            // Two licences in one word, as in `llama3.3,gemma`.
            false => word.split(',').map(str::trim).filter(|word| !word.is_empty()).collect(),
        });
        for word in apart {
            let is_other = normal(word) == "other";
            let part = match name.as_deref().filter(|_| is_other) {
                Some(name) => Part::of(terms, name),
                None => Part::of(terms, word),
            };
            if is_other && matches!(part, Part::Known(_)) {
                by = By::Name;
            }
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        if by == By::Unlisted {
            parts.push(Part::Undecided(None));
        }
        Stated { words, name, by, parts }
    }

    /// Puts a licence in the place of what is not known, if its terms are.
    fn fill(&mut self, terms: &Terms, licence: &str, by: By) {
        let part = Part::of(terms, licence);
        if self.is_known() || !matches!(part, Part::Known(_)) {
            return;
        }
        self.parts.retain(|known| matches!(known, Part::Known(_)) && *known != part);
        self.parts.push(part);
        self.by = by;
    }
}

/// All that the models of a lineage state: each distinct statement once, and the number of each row's.
#[derive(Debug)]
pub(super) struct AllStated {
    pub all: Vec<Stated>,
    pub of: Vec<u32>,
}

impl AllStated {
    /// Looks up what all models state, or, if `some` are named, these alone: the numbers of others say nothing then.
    pub fn of(
        lineage: &Lineage,
        terms: &Terms,
        bases: &Bases,
        policy: &Policy,
        some: Option<&[Row]>,
    ) -> Result<AllStated, Error> {
        let snapshot = lineage.snapshot();
        let (lists, names) = (snapshot.list(WordList::Licences)?, snapshot.word(Word::LicenceName)?);
        let words: Vec<&str> = lists.words().collect();
        let is_other: Vec<bool> = words.iter().map(|word| normal(word) == "other").collect();
        let mut all = vec![Stated::of(terms, vec![], None, true), Stated::of(terms, vec![], None, false)];
        // Most models state one licence, and most of these no name.
        let mut single = vec![u32::MAX; words.len()];
        let mut met: HashMap<(&[u32], Option<&str>), u32> = HashMap::new();
        let mut make = |codes: &[u32], name: Option<&str>| {
            let words = codes.iter().map(|code| words[*code as usize].to_owned()).collect();
            all.push(Stated::of(terms, words, name.map(str::to_owned), true));
            all.len() as u32 - 1
        };
        let number = |row: Row| match lists.at(row) {
            _ if !snapshot.is_listed(row) => 1,
            [] => 0,
            [code] if !is_other[*code as usize] => {
                let known = &mut single[*code as usize];
                if *known == u32::MAX {
                    *known = make(&[*code], None);
                }
                *known
            }
            codes => {
                let name = names.at(row).filter(|_| codes.iter().any(|code| is_other[*code as usize]));
                *met.entry((codes, name)).or_insert_with(|| make(codes, name))
            }
        };
        let mut of: Vec<u32> = match some {
            None => snapshot.rows().map(number).collect(),
            Some(rows) => {
                let mut of = vec![0; snapshot.len()];
                rows.iter()
                    .copied()
                    .zip(rows.iter().copied().map(number))
                    .for_each(|(row, number)| of[row as usize] = number);
                of
            }
        };
        let mut fill = |model: &str, licence: &str, by: By| {
            let Some(row) = snapshot.find(model) else { return };
            let row = snapshot.alias_of(row).unwrap_or(row);
            let mut stated = all[of[row as usize] as usize].clone();
            // The table of bases is for what states `other`; of what states nothing it is silent.
            if by == By::Base && !stated.words.iter().any(|word| normal(word) == "other") {
                return;
            }
            stated.fill(terms, licence, by);
            all.push(stated);
            of[row as usize] = all.len() as u32 - 1;
        };
        bases
            .iter()
            .filter_map(|(model, licence)| Some((model, licence?)))
            .for_each(|(model, licence)| fill(model, licence, By::Base));
        policy.clarify.iter().for_each(|(model, licence)| fill(model, licence, By::Clarified));
        Ok(AllStated { all, of })
    }
}
