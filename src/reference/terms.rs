use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{Error, Term, TermSet, rows_with};

/// A `Terms` knows what licences ask of those who hand on what was made of a work: a row for each of the Hub's ids, and for names that stand
/// behind `other` (docs/licences.md, 2).
#[derive(Debug, Clone, Default)]
pub struct Terms {
    licences: Vec<Licence>,
    /// Whole names, brought to one form, and the licences that they name.
    whole: HashMap<String, usize>,
    /// Patterns with `*`, the longest first.
    wild: Vec<(String, usize)>,
    version: String,
}

/// A `Licence` is one row of the table: a licence, or another name of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// This is its id or its name, or a pattern of names; `*` stands for anything.
    pub pattern: String,
    /// It tells whether it is an id of the Hub's list, and not a name behind `other`.
    pub is_id: bool,
    /// This is the row of the licence that it is another name of, or its own pattern.
    pub key: String,
    /// This is its id in the SPDX list, or a `LicenseRef-...` that others use; many have none.
    pub spdx: Option<String>,
    /// This is the family of a company's licences that it is of.
    pub family: Option<String>,
    /// It says how far its text is known.
    pub text: Text,
    /// These are its terms; there are none if nobody has read its text.
    pub terms: TermSet,
    /// Of these terms the text does not settle whether they bind what was made of a work, or whether they are due: they lead to `unknown`.
    pub unsure: TermSet,
    /// What was made of it may be under one of these licences too, by the text or by a declaration of who wrote it.
    pub onward: Vec<String>,
    /// Of these licences it is not known whether they may follow.
    pub maybe: Vec<String>,
    /// Names of models that were made of it begin so, if M is among the terms.
    pub prefix: Option<String>,
    /// This is what the text says of each term, with the number of the clause.
    pub clauses: Vec<Clause>,
    /// These are the addresses of the text that was read; where there is none, `source` says what was read.
    pub addresses: Vec<String>,
    /// This says where the terms were found.
    pub source: String,
    /// This is the day by which the text had been read.
    pub read: Option<String>,
}

/// A `Clause` is what a licence's text says of a term, or a limit or doubt that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// This is the term; a limit, a scope or a doubt has none.
    pub term: Option<Term>,
    /// This is the number of the clause and what it says in short; a note begins with its kind in parentheses.
    pub text: String,
}

/// A `Text` says how far the text of a licence is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Text {
    /// It was read.
    Read,
    /// Nobody has read it.
    Open,
    /// The id or name means no text, or several: `cc`, `openrail`, `other`.
    Unnamed,
}

/// A `Group` is what kind of licence one is, by its terms (docs/licences.md, 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// It asks for notices at most.
    Permissive,
    /// What is made of it stands under the same licence.
    ShareAlike,
    /// It allows no commercial use.
    NonCommercial,
    /// What is made of it is not shared.
    NoDerivatives,
    /// It restricts use.
    UseRestricted,
    /// It is a company's own.
    Company,
}

impl Group {
    /// Tells in which group these terms put a licence.
    pub fn of(terms: TermSet) -> Group {
        match terms {
            _ if terms.has(Term::NoDerivatives) => Group::NoDerivatives,
            _ if !terms.and(TermSet::COMPANY).is_empty() => Group::Company,
            _ if terms.has(Term::SameLicence) => Group::ShareAlike,
            _ if terms.has(Term::NonCommercial) => Group::NonCommercial,
            _ if terms.has(Term::Use) || terms.has(Term::Revocable) => Group::UseRestricted,
            _ => Group::Permissive,
        }
    }

    /// This lists every group.
    pub const ALL: [Group; 6] = [
        Group::Permissive,
        Group::ShareAlike,
        Group::NonCommercial,
        Group::NoDerivatives,
        Group::UseRestricted,
        Group::Company,
    ];

    /// Gives the group's name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Group::Permissive => "permissive",
            Group::ShareAlike => "share-alike",
            Group::NonCommercial => "non-commercial",
            Group::NoDerivatives => "no-derivatives",
            Group::UseRestricted => "use-restricted",
            Group::Company => "company",
        }
    }
}

impl Licence {
    /// Tells in which group its terms put it; a licence that nobody has read is in none.
    pub fn group(&self) -> Option<Group> {
        (self.text == Text::Read).then(|| Group::of(self.terms))
    }

    /// Gives the family of companies' licences that it is of: where the table names none, it is one by itself. A permissive one is of none.
    pub fn company(&self) -> Option<&str> {
        match (&self.family, self.group()) {
            (_, None | Some(Group::Permissive)) => None,
            (Some(family), _) => Some(family),
            (None, Some(Group::Company)) => Some(&self.key),
            (None, _) => None,
        }
    }

    /// Gives what its text says of a term.
    pub fn clause(&self, term: Term) -> Option<&str> {
        self.clauses.iter().find(|clause| clause.term == Some(term)).map(|clause| clause.text.as_str())
    }
}

const BUILT_IN: &[u8] = include_bytes!("../../data/reference/licence-terms.csv");
const NEEDED: [&str; 5] = ["pattern", "kind", "terms", "clauses", "source"];
const MORE: [&str; 10] =
    ["title", "same_as", "spdx", "family", "unsure", "onward", "maybe", "prefix", "address", "read"];

impl Terms {
    /// Reads the table inside the program, `data/reference/licence-terms.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows; a table of somebody's own goes through the same reader.
    pub fn built_in() -> Result<Terms, Error> {
        Terms::read("built-in licence terms", BUILT_IN)
    }

    /// Reads a CSV text with the columns `pattern`, `kind` (`id` or `name`), `terms` (letters, `none`, `open` if nobody has read the text,
    /// `unnamed` if there is none), `clauses` and `source`; docs/licences.md, 8 has the others. `table` is its name in errors.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, a letter is no term's, a term has no clause, a row names a licence that is not there,
    /// or two rows have one name.
    pub fn read(table: &str, text: &[u8]) -> Result<Terms, Error> {
        Terms::over(&Terms::default(), table, text)
    }

    /// Lays a table of somebody's own over this one: its rows stand in the place of those with the same pattern.
    ///
    /// # Errors
    /// As [`Terms::read`] does.
    pub fn over(&self, table: &str, text: &[u8]) -> Result<Terms, Error> {
        let mut found: Vec<(String, String, Licence, String)> = Vec::new();
        for row in rows_with(table, text, &NEEDED, &MORE)? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let (licence, title) = licence(&values).map_err(wrong)?;
            let name = normal(&licence.pattern);
            if found.iter().any(|(_, other, ..)| *other == name) {
                return Err(wrong(format!("{} stands in two rows; leave one out", licence.pattern)));
            }
            found.push((place, name, licence, title));
        }
        let mut terms = self.clone();
        for (_, name, licence, _) in &found {
            match terms.licences.iter_mut().find(|known| normal(&known.pattern) == *name) {
                Some(known) => *known = licence.clone(),
                None => terms.licences.push(licence.clone()),
            }
        }
        for (place, _, licence, _) in &found {
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let is_there = |name: &String| terms.licences.iter().any(|known| known.pattern == *name);
            let named = [&licence.key].into_iter().chain(&licence.onward).chain(&licence.maybe);
            if let Some(name) = named.into_iter().find(|name| !is_there(name)) {
                return Err(wrong(format!("{name} has no row; add one, or name another licence")));
            }
        }
        terms.join().map_err(|reason| Error { table: table.into(), place: "rows".into(), reason })?;
        terms.index(found.iter().map(|(_, _, licence, title)| (title.as_str(), licence.pattern.as_str())));
        Ok(terms)
    }

    /// Gives other names what the licence has that they name.
    fn join(&mut self) -> Result<(), String> {
        for at in 0..self.licences.len() {
            let own = self.licences[at].clone();
            if own.key == own.pattern {
                continue;
            }
            let known = self.licences.iter().find(|known| known.pattern == own.key);
            let known = known.filter(|known| known.key == known.pattern);
            let known =
                known.ok_or_else(|| format!("{} is another name of another name; name the licence", own.pattern))?;
            let own = Licence { pattern: own.pattern, is_id: own.is_id, source: own.source, ..known.clone() };
            self.licences[at] = own;
        }
        Ok(())
    }

    /// Makes what names are looked up by, and the version.
    fn index<'t>(&mut self, titles: impl Iterator<Item = (&'t str, &'t str)>) {
        let at: HashMap<&str, usize> =
            self.licences.iter().enumerate().map(|(at, licence)| (licence.pattern.as_str(), at)).collect();
        let named =
            titles.filter(|(title, _)| !title.is_empty()).filter_map(|(title, of)| Some((normal(title), *at.get(of)?)));
        let named: Vec<(String, usize)> = named.collect();
        self.wild.clear();
        for (at, licence) in self.licences.iter().enumerate() {
            match licence.pattern.contains('*') {
                true => self.wild.push((normal(&licence.pattern), at)),
                false => _ = self.whole.insert(normal(&licence.pattern), at),
            }
        }
        self.wild.sort_by_key(|(pattern, at)| (std::cmp::Reverse(pattern.len()), *at));
        named.into_iter().for_each(|(title, at)| _ = self.whole.entry(title).or_insert(at));
        let mut digest = Sha256::new();
        for licence in &self.licences {
            let Licence { pattern, key, terms, unsure, onward, maybe, prefix, clauses, family, .. } = licence;
            let said: Vec<&str> = clauses.iter().map(|clause| clause.text.as_str()).collect();
            let (onward, maybe, said) = (onward.join(" "), maybe.join(" "), said.join("; "));
            let (prefix, family) = (prefix.as_deref().unwrap_or(""), family.as_deref().unwrap_or(""));
            digest.update(format!(
                "{pattern}\t{key}\t{terms}\t{unsure}\t{onward}\t{maybe}\t{prefix}\t{family}\t{said}\n"
            ));
        }
        let digest: String = digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let day = self.licences.iter().filter_map(|licence| licence.read.as_deref()).max().unwrap_or("undated");
        self.version = format!("{day}-{digest}");
    }

    /// Gives the version of the table: the newest day by which a text had been read, and the beginning of a digest of all rows.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Gives the rows.
    pub fn licences(&self) -> &[Licence] {
        &self.licences
    }

    /// Finds a licence by an id, a name or a title. Case, and whether words have `-`, `_` or blanks between them, make no difference.
    pub fn find(&self, name: &str) -> Option<&Licence> {
        self.number(name).map(|at| &self.licences[at])
    }

    /// The same as its place among the rows.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        let name = normal(name);
        let wild = || self.wild.iter().find(|(pattern, _)| matches(pattern, &name)).map(|(_, at)| *at);
        self.whole.get(&name).copied().or_else(wild)
    }
}

/// A row, and the title that it is found by too.
fn licence(values: &[String]) -> Result<(Licence, String), String> {
    let [
        pattern,
        kind,
        terms,
        clauses,
        source,
        title,
        same_as,
        spdx,
        family,
        unsure,
        onward,
        maybe,
        prefix,
        address,
        read,
    ] = values
    else {
        return Err("a row of other columns".into());
    };
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    let words = |text: &String| text.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
    let letters = |text: &str| {
        TermSet::parse(text).map_err(|word| {
            let all: TermSet = Term::ALL.into_iter().collect();
            format!("{word:?} is no term; the letters are {all}, or `none`, `open`, `unnamed` alone")
        })
    };
    if pattern.is_empty() || source.is_empty() {
        return Err("a pattern and a source are needed".into());
    }
    let is_id = match kind.as_str() {
        "id" => true,
        "name" => false,
        _ => return Err(format!("the kind {kind:?} is neither `id` nor `name`")),
    };
    let clauses = clauses_of(clauses);
    let (text, set) = match terms.as_str() {
        "open" => (Text::Open, TermSet::NONE),
        "unnamed" => (Text::Unnamed, TermSet::NONE),
        "none" => (Text::Read, TermSet::NONE),
        "" if same_as.is_empty() => return Err("terms are needed: letters, `none`, `open` or `unnamed`".into()),
        letter => (Text::Read, letters(letter)?),
    };
    let unsure = letters(unsure)?;
    if same_as.is_empty() && text == Text::Read {
        let said: TermSet = clauses.iter().filter_map(|clause| clause.term).collect();
        if said != set {
            let (missing, more) = (set.without(said), said.without(set));
            return Err(format!("terms and clauses do not agree: without a clause {missing}; only a clause {more}"));
        }
        if set.has(Term::Name) == prefix.is_empty() {
            return Err("M goes with a `prefix` that names begin with, and a prefix with M".into());
        }
        if !unsure.without(set).is_empty() {
            return Err(format!("unsure is {}, which is no term of the row", unsure.without(set)));
        }
    }
    let key = if same_as.is_empty() { pattern } else { same_as };
    let licence = Licence {
        pattern: pattern.clone(),
        is_id,
        key: key.clone(),
        spdx: some(spdx),
        family: some(family),
        text,
        terms: set,
        unsure,
        onward: words(onward),
        maybe: words(maybe),
        prefix: some(prefix),
        clauses,
        addresses: words(address),
        source: source.clone(),
        read: some(read),
    };
    Ok((licence, title.clone()))
}

/// Takes a cell of clauses apart: `N 4(a): ...; (limit) 3: ...`. What begins with neither a letter nor a kind goes on with what was before.
fn clauses_of(cell: &str) -> Vec<Clause> {
    let mut found: Vec<Clause> = Vec::new();
    for part in cell.split("; ").filter(|part| !part.is_empty()) {
        let letter = part.split_once(' ').and_then(|(head, text)| {
            let mut letters = head.chars();
            let term = letters.next().filter(char::is_ascii_uppercase).and_then(Term::from_letter)?;
            letters.next().is_none().then_some((term, text))
        });
        match (letter, found.last_mut()) {
            (Some((term, text)), _) => {
                let known = found.iter_mut().find(|clause| clause.term == Some(term));
                match known {
                    // Two clauses of one term are told together.
                    Some(clause) => clause.text = format!("{}; {text}", clause.text),
                    None => found.push(Clause { term: Some(term), text: text.to_owned() }),
                }
            }
            (None, Some(last)) if !part.starts_with('(') => last.text = format!("{}; {part}", last.text),
            _ => found.push(Clause { term: None, text: part.to_owned() }),
        }
    }
    found
}

/// Brings a name to the form in which names are compared.
pub(crate) fn normal(name: &str) -> String {
    let mut made = String::with_capacity(name.len());
    for word in name.trim().split(|letter: char| letter.is_whitespace() || letter == '_' || letter == '-') {
        if !word.is_empty() {
            made += if made.is_empty() { "" } else { "-" };
            made += &word.to_lowercase();
        }
    }
    made
}

/// Tells whether a text is as a pattern says, in which `*` stands for anything.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut left) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return left.is_empty() };
    for part in parts {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}
