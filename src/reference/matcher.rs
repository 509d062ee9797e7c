use std::collections::HashMap;

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use super::Error;
use super::family::{Family, Pattern, name_in, search};

/// A `Matcher` holds the patterns of many families, so that a text is read once for all of them.
#[derive(Debug)]
pub struct Matcher {
    ids: Set,
    names: Set,
    /// The families that have all of a namespace (`owner/`), or one id; in lower case.
    whole: HashMap<String, Vec<usize>>,
}

/// Expressions of families.
#[derive(Debug)]
struct Set {
    /// All of them in one: most texts match none.
    any: Regex,
    each: RegexSet,
    /// The family of each.
    of: Vec<usize>,
}

impl Set {
    fn new(patterns: Vec<(&str, usize)>) -> Result<Set, Error> {
        const MOST: usize = 64 << 20;
        let wrong = |error| Error { table: "families".into(), place: "all".into(), reason: format!("{error}") };
        let any: Vec<String> = patterns.iter().map(|pattern| format!("(?:{})", pattern.0)).collect();
        // Nothing matches an empty class.
        let any = if any.is_empty() { "[^\\s\\S]".into() } else { any.join("|") };
        let any = RegexBuilder::new(&any)
            .case_insensitive(true)
            .multi_line(true)
            .unicode(false)
            .size_limit(MOST)
            .dfa_size_limit(MOST)
            .build();
        let each = RegexSetBuilder::new(patterns.iter().map(|pattern| pattern.0))
            .case_insensitive(true)
            .multi_line(true)
            .unicode(false)
            .size_limit(MOST)
            .dfa_size_limit(MOST)
            .build();
        let of = patterns.iter().map(|pattern| pattern.1).collect();
        Ok(Set { any: any.map_err(wrong)?, each: each.map_err(wrong)?, of })
    }

    /// The places of the texts that match, each with the families, some perhaps twice.
    fn find(&self, texts: &[&str], found: &mut impl FnMut(usize, usize)) {
        let mut is_any = vec![false; texts.len()];
        search(&self.any, texts, &mut is_any);
        for (at, text) in texts.iter().enumerate().filter(|(at, _)| is_any[*at]) {
            self.each.matches(text.as_bytes()).into_iter().for_each(|pattern| found(at, self.of[pattern]));
        }
    }
}

impl Matcher {
    /// Makes a matcher of these families, which are numbered from 0 in their order.
    ///
    /// # Errors
    /// It fails if the expressions are too large together.
    pub fn new(families: &[Family]) -> Result<Matcher, Error> {
        let (mut ids, mut names) = (Vec::new(), Vec::new());
        let mut whole: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, family) in families.iter().enumerate() {
            for pattern in family.members.iter().chain(&family.mentions) {
                match pattern {
                    Pattern::Id(regex) => ids.push((regex.as_str(), number)),
                    Pattern::Name(regex) | Pattern::Word(_, regex) => names.push((regex.as_str(), number)),
                    Pattern::Owner(owner) => {
                        whole.entry(format!("{}/", owner.to_ascii_lowercase())).or_default().push(number);
                    }
                    Pattern::Model(id) => whole.entry(id.to_ascii_lowercase()).or_default().push(number),
                    Pattern::Tag(_) | Pattern::Library(_) => (),
                }
            }
        }
        Ok(Matcher { ids: Set::new(ids)?, names: Set::new(names)?, whole })
    }

    /// Gives `found` each member among `ids`: its place, and the number of its family; a pair may come twice.
    pub fn members(&self, ids: &[&str], found: &mut impl FnMut(usize, usize)) {
        self.ids.find(ids, found);
        if self.whole.is_empty() {
            return;
        }
        for (at, id) in ids.iter().enumerate() {
            let id = id.to_ascii_lowercase();
            let owner = id.find('/').and_then(|slash| self.whole.get(&id[..=slash]));
            owner.into_iter().chain(self.whole.get(&id)).flatten().for_each(|number| found(at, *number));
        }
    }

    /// Gives `found` each of `ids` that mentions a family in the part after the slash: its place, and the family's
    /// number; a pair may come twice.
    pub fn named(&self, ids: &[&str], found: &mut impl FnMut(usize, usize)) {
        let names: Vec<&str> = ids.iter().map(|id| name_in(id)).collect();
        self.names.find(&names, found);
    }
}
