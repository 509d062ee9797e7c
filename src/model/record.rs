use std::borrow::Cow;

use super::{
    Commit, Counts, Flags, HUGGING_FACE, Learned, ModelId, Oddity, OddityKind, Relation, RepositoryKey, Word,
    WordLists, Words,
};

/// A `Record` is what one source says of one model, after every rule about messy values. Its words are borrowed from
/// the source where they stand there as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    /// This is the repository's id, as the source spells it.
    pub id: ModelId,
    /// This is the Hub's key of the repository, if the source has it.
    pub hub_id: Option<RepositoryKey>,
    /// This is the old id under which the model was asked for, if it was asked for by one.
    pub was: Option<ModelId>,
    /// It was made at this time, in milliseconds since 1970, UTC.
    pub created: Option<i64>,
    /// These are its downloads and other counts, as far as the source has them.
    pub counts: Counts<Option<u64>>,
    /// These are its task and other words, as far as the source has them.
    pub words: Words<Option<Cow<'a, str>>>,
    /// This is the commit that the repository is at.
    pub sha: Option<Commit>,
    /// These are its tags and licences; a list is missing if the source does not speak of it, and empty if it says that
    /// there are none.
    pub lists: WordLists<Option<Vec<Cow<'a, str>>>>,
    /// These are the things that are so of it or not, as far as the source says.
    pub flags: Flags<Option<bool>>,
    /// It tells whose word the parents are.
    pub authority: Authority,
    /// It tells whether the source has the card, so that what the card does not declare is not declared.
    pub has_card: bool,
    /// These are the parents, each once, in order of their ids.
    pub parents: Vec<Parent>,
    /// These are the odd things that were found on the way.
    pub oddities: Vec<Oddity>,
}

impl Record<'_> {
    /// Makes a record that knows nothing but an id.
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

    /// Gives the same record with words that are its own, so that the source need not stay.
    pub fn into_owned(self) -> Record<'static> {
        let own = |word: Cow<'_, str>| Cow::Owned(word.into_owned());
        Record {
            words: self.words.map(|word| word.map(own)),
            lists: self.lists.map(|list| list.map(|words| words.into_iter().map(own).collect())),
            ..self
        }
    }

    /// Makes the hub, where the record names one, a part of its id and of its parents' ids: a parent without a hub is of
    /// the child's. Done once more, it changes nothing: a parent at Hugging Face goes on saying so ([`ModelId::here`]).
    pub(crate) fn settle_hub(&mut self) {
        let told = self.words[Word::Hub].take().map(|hub| hub.trim().to_ascii_lowercase());
        let told = told.filter(|hub| !hub.is_empty());
        let own = self.id.hub().map(str::to_owned);
        let is_odd =
            told.as_ref().is_some_and(|hub| !ModelId::is_hub(hub) || own.as_ref().is_some_and(|own| own != hub));
        if is_odd {
            self.oddities
                .push(Oddity::new(OddityKind::BadValue, &format!("hub: {}", told.clone().unwrap_or_default())));
        }
        let hub = own.or(told.filter(|_| !is_odd)).filter(|hub| hub != HUGGING_FACE);
        self.id = self.id.at_hub(hub.as_deref());
        for parent in &mut self.parents {
            match (parent.id.hub(), &hub) {
                (Some(HUGGING_FACE), None) => parent.id = parent.id.at_hub(None),
                (None, Some(hub)) => parent.id = parent.id.at_hub(Some(hub)),
                _ => (),
            }
        }
        if hub.is_some() {
            self.parents.sort_by_key(|parent| parent.id.key());
        }
        self.words[Word::Hub] = hub.map(Cow::Owned);
    }

    /// The id of a parent as the record of this id names it, so that [`Record::settle_hub`] finds it again.
    pub(crate) fn named(child: &ModelId, parent: ModelId) -> ModelId {
        let is_far = child.hub().is_some() && parent.hub().is_none();
        if is_far { parent.at_hub(Some(HUGGING_FACE)) } else { parent }
    }
}

/// A `Parent` is a parent that a record names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parent {
    /// This is the parent's id, as the record spells it.
    pub id: ModelId,
    /// The child was made from it by this relation.
    pub relation: Relation,
    /// It tells how the relation was learned.
    pub learned: Learned,
    /// The Hub's key of the parent, if the record has it: the parent is who bears it, under whatever name it has now.
    pub hub_id: Option<RepositoryKey>,
    /// It tells which of the Hub's words name the parent.
    pub witness: Witness,
}

impl Parent {
    /// Makes a parent that is known by its name alone.
    pub fn new(id: ModelId, relation: Relation, learned: Learned) -> Parent {
        Parent { id, relation, learned, hub_id: None, witness: Witness::All }
    }
}

/// A `Witness` says who names a parent, where the Hub has two ways to name them: its tags and its resolved
/// `baseModels`. They differ where a parent was renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witness {
    /// Both of them name it, or the only one that speaks.
    All,
    /// A tag names it, and `baseModels` does not.
    TagAlone,
    /// `baseModels` names it, and no tag does.
    ResolvedAlone,
}

/// An `Authority` says whose word a record's parents are, which decides what a later record of the same model may
/// overrule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// Nobody speaks: the source says nothing of parents.
    Silent,
    /// A card alone speaks, which counts where the Hub names no parent.
    Card,
    /// The Hub's listing speaks by its tags or `baseModels`, or somebody wrote the lineage by hand.
    Listing,
}

impl Authority {
    /// Those that a snapshot names, in the order of their codes. The listing's is not named, being that of nearly all.
    pub(crate) const NAMED: [(Authority, &'static str); 2] = [(Authority::Silent, "nobody"), (Authority::Card, "card")];

    /// Whether a later record's parents replace those that are known: the listing's word stands above a card's, and where
    /// the listing names none, the card's counts.
    pub(crate) fn gives_way(self, names_any: bool, later: Authority, later_names_any: bool) -> bool {
        use Authority::{Card, Listing, Silent};
        match (self, later) {
            (_, Silent) => false,
            (Listing, Card) => !names_any,
            (Card, Listing) => later_names_any,
            _ => true,
        }
    }
}

/// A `Reject` is a record that could not be read, kept with its place and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// This is the file, as it was named.
    pub file: String,
    /// This is the place in it, such as `line 7` or `row 3`; it is empty if the whole file is meant.
    pub place: String,
    /// It says why the record could not be read.
    pub reason: String,
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let gap = if self.place.is_empty() { "" } else { ", " };
        write!(f, "{}{gap}{}: {}", self.file, self.place, self.reason)
    }
}

/// A day has so many milliseconds.
pub const DAY: i64 = 24 * 60 * 60 * 1000;
/// Dates before this instant (2022-03-03, milliseconds since 1970, UTC) only say "before the Hub kept dates": it writes
/// 2022-03-02T23:29:04 for them all.
pub const DATES_KEPT_SINCE: i64 = 1_646_265_600_000;
/// The instants that can be written: the years 1 to 9998, in milliseconds since 1970.
pub(crate) const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_370_764_799_999;
