use regex::bytes::{Regex, RegexBuilder};

use super::{Error, rows_with};
use crate::model::{ModelId, clip};

/// A `Family` tells which models are its members, and which words mention it. Nothing in it regards case.
#[derive(Debug, Clone)]
pub struct Family {
    /// This is the family's name.
    pub name: String,
    /// It says in one line who the members are.
    pub rule: String,
    /// The family comes from this country, in two letters of ISO 3166, if the table says so.
    pub country: Option<String>,
    /// All of its members belong to this family as well, if the table names one.
    pub part_of: Option<String>,
    pub(super) members: Vec<Pattern>,
    pub(super) mentions: Vec<Pattern>,
    /// The rule tells what mentions the family, if only that nothing does.
    tells_mentions: bool,
}

/// A `Pattern` is what a rule looks for.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// Every id of a namespace.
    Owner(String),
    /// One id.
    Model(String),
    /// A word that stands in a name, or is a tag; and the expression that finds it.
    Word(String, Regex),
    Id(Regex),
    Name(Regex),
    Tag(Regex),
    Library(Regex),
}

impl Pattern {
    /// It in words that no other one has: its kind, its length, itself.
    fn key(&self) -> String {
        let (kind, text) = match self {
            Pattern::Owner(owner) => ("owner", owner.as_str()),
            Pattern::Model(id) => ("model", id.as_str()),
            Pattern::Word(word, _) => ("word", word.as_str()),
            Pattern::Id(regex) => ("id", regex.as_str()),
            Pattern::Name(regex) => ("name", regex.as_str()),
            Pattern::Tag(regex) => ("tag", regex.as_str()),
            Pattern::Library(regex) => ("lib", regex.as_str()),
        };
        format!("{kind}:{}:{text}", text.len())
    }
}

impl Family {
    /// Makes the family of every model of a namespace. Models whose name holds the namespace mention it, and tags that
    /// equal it.
    pub fn of_owner(owner: &str) -> Family {
        let name = name_in(owner);
        Family {
            name: format!("{owner}/*"),
            rule: format!("members: every model of {owner}; mentions: {name:?} in a name or as a tag"),
            country: None,
            part_of: None,
            members: vec![Pattern::Owner(owner.into())],
            mentions: mentions(name).into_iter().collect(),
            tells_mentions: true,
        }
    }

    /// Makes the family of every model of some accounts of one organisation, and of models of it whose ids have no
    /// owner. Models whose name holds an account's mention it, and tags that equal one.
    pub fn of_organisation(name: &str, accounts: &[&str], models: &[&str]) -> Family {
        let all: Vec<Pattern> = accounts
            .iter()
            .map(|account| Pattern::Owner((*account).into()))
            .chain(models.iter().map(|model| Pattern::Model((*model).into())))
            .collect();
        Family {
            name: name.into(),
            rule: format!("members: every model of {}; mentions: these in a name or as a tag", accounts.join(", ")),
            country: None,
            part_of: None,
            members: all,
            mentions: accounts.iter().flat_map(|account| mentions(account)).collect(),
            tells_mentions: true,
        }
    }

    /// Makes one family of several: it has their members and their mentions together.
    pub fn together(name: &str, families: &[&Family]) -> Family {
        Family {
            name: name.into(),
            rule: families.iter().map(|family| family.rule.as_str()).collect::<Vec<_>>().join("; "),
            country: None,
            part_of: None,
            members: families.iter().flat_map(|family| family.members.clone()).collect(),
            mentions: families.iter().flat_map(|family| family.mentions.clone()).collect(),
            tells_mentions: families.iter().all(|family| family.tells_mentions),
        }
    }

    /// Makes the family of one model. Models whose name holds its name mention it.
    pub fn of_model(id: &str) -> Family {
        let name = name_in(id);
        Family {
            name: id.into(),
            rule: format!("members: {id} alone; mentions: {name:?} in a name or as a tag"),
            country: None,
            part_of: None,
            members: vec![Pattern::Model(id.into())],
            mentions: mentions(name).into_iter().collect(),
            tells_mentions: true,
        }
    }

    /// Makes the family of every model whose whole id matches a pattern: `*` is any text and `?` one character. Models whose name
    /// holds the longest piece of the pattern's part after the slash that is none of these mention it, and tags that equal it; if
    /// that has less than three letters or digits, nothing is told of mentions.
    ///
    /// # Errors
    /// It fails if the pattern is too long.
    pub fn of_pattern(pattern: &str) -> Result<Family, Error> {
        let too_long = |_| Error {
            table: "pattern of ids".into(),
            place: clip(pattern, MOST_SHOWN).into_owned(),
            reason: "it is too long; write `*` for what may be any text".into(),
        };
        // Escaped, they have a backslash before them.
        let regex = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", "(?u:.)");
        let regex = compile(&format!("^{regex}$")).map_err(too_long)?;
        let pieces = name_in(pattern).split(['*', '?']);
        let word = pieces.rev().max_by_key(|piece| piece.len()).filter(|piece| {
            let letters = piece.chars().filter(|c| c.is_alphanumeric());
            letters.count() >= 3
        });
        let mentioned = match word {
            Some(word) => format!("{word:?} in a name or as a tag"),
            None => "not told, since the pattern has no piece of three letters after the slash".to_owned(),
        };
        Ok(Family {
            name: pattern.into(),
            rule: format!("members: every model whose id matches {pattern:?}; mentions: {mentioned}"),
            country: None,
            part_of: None,
            members: vec![Pattern::Id(regex)],
            mentions: word.and_then(mentions).into_iter().collect(),
            tells_mentions: word.is_some(),
        })
    }

    /// Tells whether the family's rule says what mentions it, if only that nothing does.
    pub fn tells_mentions(&self) -> bool {
        self.tells_mentions
    }

    /// Gives the family's rule as a key: families with the same key have the same members and mentions, whatever they
    /// are called.
    pub fn key(&self) -> String {
        let words = |patterns: &[Pattern]| patterns.iter().map(Pattern::key).collect::<Vec<_>>().join(" ");
        format!("{} / {}", words(&self.members), words(&self.mentions))
    }

    /// Tells which of `ids` are members, one answer for each id, in their order.
    pub fn members_among(&self, ids: &[&str]) -> Vec<bool> {
        let mut found = vec![false; ids.len()];
        for pattern in &self.members {
            match pattern {
                Pattern::Id(regex) => search(regex, ids, &mut found),
                Pattern::Owner(owner) => {
                    let is_owned = |id: &str| id.split_once('/').is_some_and(|(of, _)| of.eq_ignore_ascii_case(owner));
                    found.iter_mut().zip(ids).for_each(|(found, id)| *found |= is_owned(id));
                }
                Pattern::Model(model) => {
                    found.iter_mut().zip(ids).for_each(|(found, id)| *found |= id.eq_ignore_ascii_case(model))
                }
                _ => (),
            }
        }
        found
    }

    /// Gives the one namespace or id in which all members lie, where that is known: it spares a look at every id.
    pub fn lies_in(&self) -> Option<&str> {
        match &self.members[..] {
            [Pattern::Owner(place) | Pattern::Model(place)] => Some(place),
            _ => None,
        }
    }

    /// Tells which of `ids` mention the family in the part after the slash, one answer for each id, in their order.
    pub fn named_among(&self, ids: &[&str]) -> Vec<bool> {
        let mut found = vec![false; ids.len()];
        let names: Vec<&str> = ids.iter().map(|id| name_in(id)).collect();
        for pattern in &self.mentions {
            if let Pattern::Name(regex) | Pattern::Word(_, regex) = pattern {
                search(regex, &names, &mut found);
            }
        }
        found
    }

    /// Gives the words one of which stands in every name that mentions the family, where no expression tells these names.
    pub fn words_in_names(&self) -> Option<Vec<&str>> {
        let words = self.mentions.iter().filter_map(|pattern| match pattern {
            Pattern::Word(word, _) => Some(Some(word.as_str())),
            Pattern::Name(_) => Some(None),
            _ => None,
        });
        words.collect()
    }

    /// Tells whether tags may mention the family.
    pub fn has_tags(&self) -> bool {
        self.mentions.iter().any(|pattern| matches!(pattern, Pattern::Tag(_) | Pattern::Word(..)))
    }

    /// Tells whether a tag mentions the family.
    pub fn is_tag(&self, tag: &str) -> bool {
        self.mentions.iter().any(|pattern| match pattern {
            Pattern::Tag(regex) => regex.is_match(tag.as_bytes()),
            Pattern::Word(word, _) => tag.eq_ignore_ascii_case(word),
            _ => false,
        })
    }

    /// Tells whether libraries may mention the family.
    pub fn has_libraries(&self) -> bool {
        self.mentions.iter().any(|pattern| matches!(pattern, Pattern::Library(_)))
    }

    /// Tells whether a library mentions the family.
    pub fn is_library(&self, library: &str) -> bool {
        self.mentions
            .iter()
            .any(|pattern| matches!(pattern, Pattern::Library(regex) if regex.is_match(library.as_bytes())))
    }
}

/// What stands behind the slash of an id, or behind the hub of one without an owner.
pub(super) fn name_in(id: &str) -> &str {
    id.split_once('/').map_or_else(|| id.rsplit(':').next().unwrap_or(id), |(_, name)| name)
}

fn mentions(word: &str) -> Option<Pattern> {
    Some(Pattern::Word(word.into(), compile(&regex::escape(word)).ok()?))
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).multi_line(true).unicode(false).size_limit(1 << 20).build()
}

/// What in a pattern speaks of the ends of all that is searched: many texts are searched at once, so it must speak of lines.
fn foreign_anchor(pattern: &str) -> Option<&'static str> {
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\\', Some('A')) => return Some("\\A"),
            ('\\', Some('z')) => return Some("\\z"),
            ('\\', Some(_)) => _ = rest.next(),
            ('(', Some('?')) => {
                let flags: String = rest.clone().skip(1).take_while(|c| c.is_ascii_alphabetic() || *c == '-').collect();
                if flags.split_once('-').is_some_and(|(_, off)| off.contains('m')) {
                    return Some("(?-m)");
                }
            }
            _ => (),
        }
    }
    None
}

/// Marks the texts in which `regex` is found. All are searched as the lines of one text, which is several times
/// faster than one by one; a find is then confirmed in its own line, since an expression may reach over a line's end.
pub(super) fn search(regex: &Regex, texts: &[&str], found: &mut [bool]) {
    let mut lines: Vec<u8> = Vec::with_capacity(texts.iter().map(|text| text.len() + 1).sum());
    let mut ends = Vec::with_capacity(texts.len());
    for text in texts {
        lines.extend_from_slice(text.as_bytes());
        lines.push(b'\n');
        ends.push(lines.len());
    }
    let mut from = 0;
    while let Some(hit) = regex.find_at(&lines, from) {
        let line = ends.partition_point(|end| *end <= hit.start());
        let Some(text) = texts.get(line) else { break };
        found[line] |= regex.is_match(text.as_bytes());
        from = ends[line];
    }
}

/// A `Families` is a table of families. A rule's expressions are compiled when its family is asked for.
#[derive(Debug, Clone)]
pub struct Families(Vec<Rule>);

#[derive(Debug, Clone)]
struct Rule {
    table: String,
    place: String,
    name: String,
    namespaces: String,
    patterns: String,
    country: String,
    part_of: String,
}

const BUILT_IN: &[u8] = include_bytes!("../../data/reference/families.csv");
/// Bytes of a pattern that are shown.
const MOST_SHOWN: usize = 100;
/// So many families a table may have.
const MOST_FAMILIES: usize = 10_000;
/// Bytes of all their patterns: each takes some KiB when it is compiled, however short it is.
const MOST_LETTERS: usize = 256 << 10;

impl Families {
    /// Reads the table inside the program, `data/reference/families.csv`; a test shows that all of it compiles.
    ///
    /// # Errors
    /// It never fails; a table of somebody's own goes through the same reader.
    pub fn built_in() -> Result<Families, Error> {
        Families::rules("built-in families", BUILT_IN)
    }

    /// Reads a CSV text with the columns `family`, `namespaces` (names with `;` between them) and `id_patterns` (words
    /// `id:REGEX`, `name:REGEX`, `tag:REGEX`, `lib:REGEX` with blanks between them); `origin_country` and `part_of` may be there too. Members are the ids that match an
    /// `id:` pattern, or all of the namespaces where there is none; the other patterns are mentions.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, a name has a `;` in it, a pattern does not compile, or a
    /// family has no members by its rule.
    pub fn read(table: &str, text: &[u8]) -> Result<Families, Error> {
        let families = Families::rules(table, text)?;
        families.all()?;
        Ok(families)
    }

    fn rules(table: &str, text: &[u8]) -> Result<Families, Error> {
        let mut families: Vec<Rule> = Vec::new();
        let mut letters = 0;
        for row in rows_with(table, text, &["family", "namespaces", "id_patterns"], &["origin_country", "part_of"])? {
            let (place, values) = row?;
            let mut values = values.into_iter();
            let mut next = || values.next().unwrap_or_default();
            let (name, namespaces, patterns, country, part_of) = (next(), next(), next(), next(), next());
            let rule = Rule { table: table.into(), place, name, namespaces, patterns, country, part_of };
            if rule.name.is_empty() {
                return Err(rule.wrong("a family without a name".into()));
            }
            if rule.name.contains(['\n', '\r']) {
                return Err(rule.wrong(format!("the family {:?} has a line break in its name", rule.name)));
            }
            let is_none = |owner: &&str| ModelId::parse(&format!("{owner}/x")).is_err();
            if let Some(owner) = rule.owners().find(is_none) {
                let remedy = "write `;` between several";
                return Err(rule.wrong(format!("{owner:?} is no owner's name, such as Qwen; {remedy}")));
            }
            let country = &rule.country;
            if !country.is_empty() && (country.len() != 2 || !country.chars().all(|c| c.is_ascii_uppercase())) {
                return Err(rule.wrong(format!("{country:?} is no country; write two letters, such as FR, or ZZ")));
            }
            if rule.name.contains(';') {
                let remedy = "exports write `;` between families; name it without";
                return Err(rule.wrong(format!("the family {:?} has a `;` in its name: {remedy}", rule.name)));
            }
            if families.iter().any(|known| known.name.eq_ignore_ascii_case(&rule.name)) {
                return Err(rule.wrong(format!("the family {:?} stands twice", rule.name)));
            }
            letters += rule.patterns.len();
            if families.len() == MOST_FAMILIES || letters > MOST_LETTERS {
                let most = MOST_LETTERS >> 10;
                return Err(rule.wrong(format!(
                    "a table has at most {MOST_FAMILIES} families, with patterns of {most} KiB in all; make two of it"
                )));
            }
            families.push(rule);
        }
        for rule in families.iter().filter(|rule| !rule.part_of.is_empty()) {
            let whole = families.iter().find(|whole| whole.name == rule.part_of);
            if !whole.is_some_and(|whole| whole.part_of.is_empty() && whole.name != rule.name) {
                let remedy = "name a family of the table that is part of none";
                return Err(rule.wrong(format!("{:?} is part of {:?}: {remedy}", rule.name, rule.part_of)));
            }
        }
        match families.is_empty() {
            true => Err(Error { table: table.into(), place: "rows".into(), reason: "no family in it".into() }),
            false => Ok(Families(families)),
        }
    }

    /// Finds the family of that name, without regard to case; there is none if the table does not have it.
    ///
    /// # Errors
    /// It fails if the family's rule does not compile.
    pub fn find(&self, name: &str) -> Result<Option<Family>, Error> {
        self.0.iter().find(|rule| rule.name.eq_ignore_ascii_case(name)).map(Rule::compile).transpose()
    }

    /// Gives every family, in the table's order.
    ///
    /// # Errors
    /// It fails if a rule does not compile.
    pub fn all(&self) -> Result<Vec<Family>, Error> {
        self.0.iter().map(Rule::compile).collect()
    }

    /// Gives the names of all families, in the table's order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|rule| rule.name.as_str())
    }
}

impl Rule {
    fn owners(&self) -> impl Iterator<Item = &str> {
        self.namespaces.split(';').map(str::trim).filter(|owner| !owner.is_empty())
    }

    fn wrong(&self, reason: String) -> Error {
        Error { table: self.table.clone(), place: self.place.clone(), reason }
    }

    fn compile(&self) -> Result<Family, Error> {
        let (mut members, mut mentions) = (Vec::new(), Vec::new());
        for word in self.patterns.split_whitespace() {
            let unknown = || self.wrong(format!("{word:?} is no id:, name:, tag: or lib: pattern"));
            let (kind, pattern) = word.split_once(':').ok_or_else(unknown)?;
            if let Some(anchor) = foreign_anchor(pattern) {
                return Err(self.wrong(format!("{word}: use ^ and $ for the ends of a text, not {anchor}")));
            }
            let regex = compile(pattern).map_err(|error| {
                // The library shows the pattern again and where in it the fault lies, in lines above its reason.
                let shown = error.to_string();
                let shown = if pattern.len() > MOST_SHOWN { shown.lines().last().unwrap_or_default() } else { &shown };
                self.wrong(format!("{}: {shown}", clip(word, MOST_SHOWN)))
            })?;
            match kind {
                "id" => members.push(Pattern::Id(regex)),
                "name" => mentions.push(Pattern::Name(regex)),
                "tag" => mentions.push(Pattern::Tag(regex)),
                "lib" => mentions.push(Pattern::Library(regex)),
                _ => return Err(unknown()),
            }
        }
        if members.is_empty() {
            members = self.owners().map(|owner| Pattern::Owner(owner.into())).collect();
        }
        if members.is_empty() {
            return Err(self.wrong(format!("the family {:?} names neither namespaces nor an id: pattern", self.name)));
        }
        let rule = match self.patterns.is_empty() {
            true => format!("members: every model of {}", self.namespaces.replace(';', ", ")),
            false => format!("by rule {}", self.patterns),
        };
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let (country, part_of) = (known(&self.country), known(&self.part_of));
        Ok(Family { name: self.name.clone(), rule, country, part_of, members, mentions, tells_mentions: true })
    }
}
