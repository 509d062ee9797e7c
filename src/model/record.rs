use std::borrow::Cow;

use super::{Commit, Counts, Flags, HubId, Learned, ModelId, Oddity, Relation, Word, WordLists, Words};

/// What one source says of one model, after every rule about messy values. Its words are borrowed from the source where
/// they stand there as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// The repository's id, as this source spells it.
    pub id: ModelId,
    /// The Hub's key of the repository, if the source has it.
    pub hub_id: Option<HubId>,
    /// An id under which it was asked for, if that is an old one.
    pub was: Option<ModelId>,
    /// When the repository was made: milliseconds since 1970, UTC.
    pub created: Option<i64>,
    /// Downloads and other counts.
    pub counts: Counts<Option<u64>>,
    /// The task and other words.
    pub words: Words<Option<Cow<'a, str>>>,
    /// The commit that it is at.
    pub sha: Option<Commit>,
    /// Tags and licences; none if the source does not speak of them.
    pub lists: WordLists<Option<Vec<Cow<'a, str>>>>,
    /// What is so of it or not.
    pub flags: Flags<Option<bool>>,
    /// Who speaks of the parents.
    pub authority: Authority,
    /// Whether the source has the card, so that what it does not declare is not declared.
    pub has_card: bool,
    /// The parents, each once, in order of their ids.
    pub parents: Vec<Parent>,
    /// What was odd.
    pub oddities: Vec<Oddity>,
}

impl Record<'_> {
    /// A record that knows nothing but an id.
    pub fn new(id: ModelId) -> Self {
        Record {
            id,
            hub_id: None,
            was: None,
            created: None,
            counts: Counts::default(),
            words: Words::default(),
            sha: None,
            lists: WordLists::default(),
            flags: Flags::default(),
            authority: Authority::Silent,
            has_card: false,
            parents: Vec::new(),
            oddities: Vec::new(),
        }
    }

    /// The same, with words of its own.
    pub fn into_owned(self) -> Record<'static> {
        let own = |word: Cow<'_, str>| Cow::Owned(word.into_owned());
        Record {
            words: self.words.map(|word| word.map(own)),
            lists: self.lists.map(|list| list.map(|words| words.into_iter().map(own).collect())),
            ..self
        }
    }

    /// Whether it tells the name or the link of a licence and nothing else.
    pub(crate) fn names_a_licence_alone(&self) -> bool {
        let is_of_licence = |word| matches!(word, Word::LicenceName | Word::LicenceLink);
        self.authority == Authority::Silent
            && self.created.is_none()
            && self.counts.iter().all(|(_, count)| count.is_none())
            && self.lists.iter().all(|(_, list)| list.is_none())
            && self.words.iter().all(|(word, text)| text.is_none() || is_of_licence(word))
            && self.words.iter().any(|(_, text)| text.is_some())
    }
}

/// A parent that a record names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parent {
    /// Its id, as this record spells it.
    pub id: ModelId,
    /// The relation of the link.
    pub relation: Relation,
    /// How the relation was learned.
    pub learned: Learned,
    /// The Hub's key of the parent, if the record has it: the parent is who bears it, under whatever name it has now.
    pub hub_id: Option<HubId>,
    /// Who names it.
    pub witness: Witness,
}

impl Parent {
    /// A parent by its name alone.
    pub fn new(id: ModelId, relation: Relation, learned: Learned) -> Parent {
        Parent { id, relation, learned, hub_id: None, witness: Witness::All }
    }
}

/// Who names a parent, where the Hub has two ways to name them: its tags and its resolved `baseModels`. They differ where
/// a parent was renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witness {
    /// Both of them, or the only one there is.
    All,
    /// A tag, and not `baseModels`.
    TagAlone,
    /// `baseModels`, and no tag.
    ResolvedAlone,
}

/// Whose word a record's parents are. It decides what a later record of the same model may overrule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// The source does not speak of parents.
    Silent,
    /// A card alone: counts where the Hub names no parent.
    Card,
    /// The Hub's tags or `baseModels`, or a lineage written by hand.
    Hub,
}

impl Authority {
    /// Those that a snapshot names, in the order of their codes. The Hub's is not named, being that of nearly all.
    pub(crate) const NAMED: [(Authority, &'static str); 2] = [(Authority::Silent, "nobody"), (Authority::Card, "card")];

    /// Whether a later record's parents replace those that are known: the Hub's word stands above a card's, and where the
    /// Hub names none, the card's counts.
    pub(crate) fn gives_way(self, names_any: bool, later: Authority, later_names_any: bool) -> bool {
        use Authority::{Card, Hub, Silent};
        match (self, later) {
            (_, Silent) => false,
            (Hub, Card) => !names_any,
            (Card, Hub) => later_names_any,
            _ => true,
        }
    }
}

/// A record that could not be read: kept with its place and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file, as it was named.
    pub file: String,
    /// The place in it: `line 7`, `row 3`; empty for the whole file.
    pub place: String,
    /// Why it could not be read.
    pub reason: String,
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let gap = if self.place.is_empty() { "" } else { ", " };
        write!(f, "{}{gap}{}: {}", self.file, self.place, self.reason)
    }
}

/// The milliseconds of a day.
pub const DAY: i64 = 24 * 60 * 60 * 1000;
/// Dates before this instant (2022-03-03, milliseconds since 1970, UTC) only say "before the Hub kept dates": it writes
/// 2022-03-02T23:29:04 for them all.
pub const DATES_KEPT_SINCE: i64 = 1_646_265_600_000;
/// The instants that can be written: the years 1 to 9998, in milliseconds since 1970.
pub(crate) const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_370_764_799_999;
