//! Foreign words become a [`Record`] here: every rule about messy metadata is in this file, in `parent.rs`, `address.rs`,
//! `value.rs`, `words.rs` and `infer.rs`, and in the tables of `docs/dirt.md`, whose rows are tests.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use memchr::{memchr, memmem};

use super::infer;
use super::parent::{self, Reading};
use super::words::{CardWords, Named, present};
use crate::model::{
    Authority, Commit, Counts, Flags, IdFault, Learned, ModelId, Oddity, OddityKind, Parent, Record, Relation,
    RepositoryKey, Witness, Word, WordList, WordLists, Words, clip,
};

/// What a source found of one model, before any rule.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    pub id: Cow<'a, str>,
    pub hub_id: Option<Cow<'a, str>>,
    pub created: Option<i64>,
    pub counts: Counts<Option<u64>>,
    pub words: Words<Option<Cow<'a, str>>>,
    pub flags: Flags<Option<bool>>,
    pub sha: Option<Cow<'a, str>>,
    /// The Hub's tags, or a card's own.
    pub tags: Option<Vec<Cow<'a, str>>>,
    /// The licences that a column of a table names.
    pub licences: Option<Vec<Cow<'a, str>>>,
    pub base_models: Option<BaseModels<'a>>,
    /// Parents that columns of a table name, with the relation that the column says.
    pub named: Option<Vec<(Option<Relation>, Cow<'a, str>)>>,
    /// What the card declares, where the source has it.
    pub card: Option<CardWords<'a>>,
    pub speaker: Speaker,
    pub oddities: Vec<Oddity>,
}

/// The Hub's resolved `baseModels`: their one relation, the ids, and the Hub's keys, of each id or none at all.
#[derive(Debug, Default)]
pub(super) struct BaseModels<'a> {
    pub relation: Option<Cow<'a, str>>,
    pub ids: Vec<Cow<'a, str>>,
    pub keys: Vec<Option<RepositoryKey>>,
}

impl BaseModels<'_> {
    /// The same, with texts of its own.
    pub fn into_owned(self) -> BaseModels<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        BaseModels { relation: self.relation.map(own), ids: self.ids.into_iter().map(own).collect(), keys: self.keys }
    }
}

/// Who speaks of parents in a [`Found`]: the Hub's listing, a card alone, or nobody.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    #[default]
    Listing,
    Card,
    Nobody,
}

impl<'a> Found<'a> {
    /// Whether there is anything that can speak of parents.
    pub fn speaks(&self) -> bool {
        self.tags.is_some() || self.base_models.is_some() || self.named.is_some() || self.card.is_some()
    }

    /// Whether a card in JSON has a say in who the parents are, or in whether anybody speaks of them: where the Hub's own words
    /// name one, it has none.
    pub fn asks(&self, card: &str) -> bool {
        let tags = self.tags.as_deref().unwrap_or_default();
        let mut tagged = tags.iter().filter_map(|tag| split_tag(tag)).map(|(_, text)| text);
        let mut resolved = self.base_models.iter().flat_map(|models| &models.ids).map(Cow::as_ref);
        // A key may be written with escapes.
        let may_name =
            || memmem::find(card.as_bytes(), b"base_model").is_some() || memchr(b'\\', card.as_bytes()).is_some();
        let speaks = !tags.is_empty() || self.base_models.is_some();
        !tagged.any(parent::is_plain) && !resolved.any(parent::is_plain) && (!speaks || may_name())
    }

    /// Applies the rules.
    ///
    /// # Errors
    /// Why this is no model: its id is no id.
    pub fn settle(mut self) -> Result<Record<'a>, String> {
        let id = self.id.trim();
        let mut words = self.words.map(|word| word.and_then(present));
        // Hugging Face's own ids have no colon, and whoever names no hub speaks of it.
        let read = if words[Word::Hub].is_some() { ModelId::read } else { ModelId::parse };
        let id = read(id).map_err(|fault| no_id(id, fault))?;
        let Tags { of_parents, mut licences, has_any } = self.tags.as_mut().map(Tags::taken_from).unwrap_or_default();

        let mut parents = Parents { oddities: self.oddities, ..Parents::default() };
        let hub_id = self.hub_id.as_deref().and_then(|text| {
            let key = RepositoryKey::parse(text);
            if key.is_none() {
                parents.oddities.push(Oddity::new(OddityKind::BadValue, &format!("_id: {text}")));
            }
            key
        });
        let sha = self.sha.as_deref().and_then(|text| {
            let sha = Commit::parse(text);
            if sha.is_none() {
                parents.oddities.push(Oddity::new(OddityKind::BadValue, &format!("sha: {text}")));
            }
            sha
        });
        if let Some(models) = &self.base_models {
            parents.resolved(models);
        }
        parents.tagged(&of_parents);
        if licences.is_empty() {
            licences.extend(self.licences.take().into_iter().flatten().filter_map(present));
        }
        // Where the Hub names no parent, the card does: by its own tags too, which are those of a README.
        let by_card = self.speaker == Speaker::Card || parents.links.is_empty();
        let mut own = Vec::new();
        if let Some(card) = &mut self.card
            && (self.tags.is_none()
                || (by_card && card.tags.may_begin_with(PARENT))
                || (licences.is_empty() && card.tags.may_begin_with(LICENCE)))
        {
            own = card.tags.take_all();
        }
        if by_card {
            parents.tagged(&own);
            parents.links.iter_mut().for_each(|said| (said.is_tagged, said.by_card) = (false, true));
        }
        parents.named(self.named.as_deref().unwrap_or_default());
        if licences.is_empty() {
            licences.extend(own.iter().filter_map(licence_tag));
        }
        let declared = self.card.as_ref().and_then(|card| parents.declared(card));
        if let Some(card) = &self.card {
            parents.carded(card, by_card);
        }
        // Every repository of the Hub has tags: a row with an empty list comes from somebody who does not know them.
        let spoke = has_any || self.base_models.is_some() || self.named.is_some() || self.card.is_some();
        let has_both = has_any && self.base_models.is_some();
        let infer = |parents| {
            let Some(card) = &self.card else { return Relation::Unstated };
            let (tags, library) = match &self.tags {
                Some(tags) => (tags, None),
                None => (&own, card.library.as_deref()),
            };
            infer::relation(tags, words[Word::Library].as_deref().into_iter().chain(library), card, parents)
        };
        let (parents, oddities) = parents.finish(declared, infer, has_both);
        let has_card = self.card.is_some();
        if let Some(card) = self.card {
            if licences.is_empty() {
                licences = card.licences;
            }
            words[Word::LicenceName] = card.licence_name.or(words[Word::LicenceName].take());
            words[Word::LicenceLink] = card.licence_link.or(words[Word::LicenceLink].take());
        }
        once(&mut licences);
        let mut record = Record {
            id,
            hub_id,
            was: None,
            created: self.created,
            counts: self.counts,
            words,
            flags: self.flags,
            sha,
            lists: WordLists::from_fn(|list| match list {
                WordList::Licences => Some(std::mem::take(&mut licences)).filter(|licences| !licences.is_empty()),
                WordList::Tags => self.tags.take(),
            }),
            has_card,
            authority: match self.speaker {
                Speaker::Card => Authority::Card,
                Speaker::Listing if spoke => Authority::Listing,
                Speaker::Listing | Speaker::Nobody => Authority::Silent,
            },
            parents,
            oddities,
        };
        if record.words[Word::Hub].is_some() {
            record.settle_hub();
        }
        Ok(record)
    }
}

fn licence_tag<'a>(tag: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    tag.strip_prefix(LICENCE)?;
    let text = match tag {
        Cow::Borrowed(tag) => Cow::Borrowed(&tag[LICENCE.len()..]),
        Cow::Owned(tag) => Cow::Owned(tag[LICENCE.len()..].to_owned()),
    };
    present(text)
}

/// What tags that name a licence begin with.
pub(super) const LICENCE: &str = "license:";

/// Leaves the first of each word.
fn once(words: &mut Vec<Cow<'_, str>>) {
    if words.len() > 1 {
        let mut seen = HashSet::new();
        words.retain(|word| seen.insert(word.clone()));
    }
}

/// What a row's tags say in columns of their own.
#[derive(Default)]
struct Tags<'a> {
    /// The tags that name parents.
    of_parents: Vec<Cow<'a, str>>,
    licences: Vec<Cow<'a, str>>,
    /// Whether there was any tag.
    has_any: bool,
}

impl<'a> Tags<'a> {
    /// Takes them out of the tags, and leaves those that are kept as tags.
    fn taken_from(tags: &mut Vec<Cow<'a, str>>) -> Tags<'a> {
        let mut taken = Tags { has_any: !tags.is_empty(), ..Tags::default() };
        tags.retain_mut(|tag| {
            // Most begin otherwise.
            match tag.as_bytes().first() {
                None => return false,
                Some(b'b') if tag.starts_with(PARENT) => taken.of_parents.push(std::mem::take(tag)),
                Some(b'l') if tag.starts_with(LICENCE) => taken.licences.extend(licence_tag(tag)),
                _ => {
                    if tag.len() > Oddity::MAX_TEXT {
                        *tag = Cow::Owned(clip(tag, Oddity::MAX_TEXT).into_owned());
                    }
                    return true;
                }
            }
            false
        });
        taken
    }
}

/// What tags that name a parent begin with.
pub(super) const PARENT: &str = "base_model:";

/// A `base_model:` tag in parts: `base_model:REL:ID` or `base_model:ID`.
fn split_tag(tag: &str) -> Option<(Option<Relation>, &str)> {
    tag.strip_prefix(PARENT).map(split_relation)
}

/// `REL:ID` or `ID`. Only a known relation is split off, since paths and addresses have colons of their own.
pub(super) fn split_relation(text: &str) -> (Option<Relation>, &str) {
    let typed = memchr(b':', text.as_bytes()).and_then(|colon| {
        let relation = Relation::from_name(&text[..colon]).filter(|relation| *relation != Relation::Unstated)?;
        Some((Some(relation), &text[colon + 1..]))
    });
    typed.unwrap_or((None, text))
}

/// Why a row is no model.
pub(super) fn no_id(id: &str, fault: IdFault) -> String {
    format!("{:?} is no model id: {fault}", clip(id, 80))
}

/// Everything that was said about one parent.
#[derive(Debug)]
struct Said {
    id: ModelId,
    /// Whether its id stood there as it is, in no wrapping.
    bare: bool,
    hub_id: Option<RepositoryKey>,
    is_resolved: bool,
    is_tagged: bool,
    resolved: Option<Relation>,
    /// A bit for each relation of a typed tag.
    typed: u8,
    /// Named by a tag without a relation.
    plain_tag: bool,
    /// Named without a relation: a plain tag, `baseModels`, or the card.
    plainly: bool,
    /// Named by the card, which alone tells how it was made where nobody states it.
    by_card: bool,
}

impl Said {
    fn new(id: ModelId, bare: bool) -> Said {
        Said {
            id,
            bare,
            hub_id: None,
            is_resolved: false,
            is_tagged: false,
            resolved: None,
            typed: 0,
            plain_tag: false,
            plainly: false,
            by_card: false,
        }
    }

    fn witness(&self) -> Witness {
        match (self.is_tagged, self.is_resolved) {
            (true, false) => Witness::TagAlone,
            (false, true) => Witness::ResolvedAlone,
            _ => Witness::All,
        }
    }
}

/// The parents of one record, gathered from all that speak of them.
#[derive(Debug, Default)]
struct Parents {
    links: Vec<Said>,
    /// The places of the first of them by key, once there are more than [`FEW`].
    places: HashMap<String, usize>,
    refused: BTreeSet<String>,
    oddities: Vec<Oddity>,
}

/// So many parents are looked through one by one; models with more are rare.
const FEW: usize = 16;

impl Parents {
    /// The place of the parent that is written just so.
    fn same(&self, text: &str) -> Option<usize> {
        self.links.iter().take(FEW).position(|said| said.bare && said.id.as_str() == text)
    }

    /// The place of a parent, or the next free one.
    fn place(&mut self, id: &ModelId) -> usize {
        if self.links.len() <= FEW {
            let same = |said: &Said| said.id.as_str().eq_ignore_ascii_case(id.as_str());
            return self.links.iter().position(same).unwrap_or(self.links.len());
        }
        for (at, said) in self.links.iter().enumerate().skip(self.places.len()) {
            self.places.insert(said.id.key(), at);
        }
        self.places.get(&id.key()).copied().unwrap_or(self.links.len())
    }

    /// The entry of the parent that `text` names; none if it names none, which is noted once for each text.
    fn entry(&mut self, text: &str) -> Option<&mut Said> {
        if let Some(at) = self.same(text) {
            return Some(&mut self.links[at]);
        }
        match parent::read(text) {
            Reading::Nothing => None,
            Reading::Odd(kind) => {
                if self.refused.insert(text.to_owned()) {
                    self.oddities.push(Oddity::new(kind, text));
                }
                None
            }
            Reading::Id { id, wrapped } => {
                if wrapped && self.refused.insert(text.to_owned()) {
                    self.oddities.push(Oddity::new(OddityKind::Unwrapped, text));
                }
                let at = self.place(&id);
                if at == self.links.len() {
                    self.links.push(Said::new(id, !wrapped));
                }
                Some(&mut self.links[at])
            }
        }
    }

    fn resolved(&mut self, BaseModels { relation, ids, keys }: &BaseModels<'_>) {
        let relation = relation.as_deref().and_then(|name| self.relation(name));
        for (at, id) in ids.iter().enumerate() {
            let Some(said) = self.entry(id) else { continue };
            said.resolved = relation;
            said.is_resolved = true;
            said.hub_id = keys.get(at).copied().flatten();
            if std::mem::replace(&mut said.plainly, true) {
                self.oddities.push(Oddity::new(OddityKind::Repeated, id));
            }
        }
    }

    fn tagged(&mut self, tags: &[Cow<'_, str>]) {
        // The tags up to a place, once one may stand twice.
        let (mut seen, mut looked) = (BTreeSet::new(), 0);
        for (at, tag) in tags.iter().enumerate() {
            let Some((relation, text)) = split_tag(tag) else { continue };
            let Some(said) = self.entry(text) else { continue };
            said.is_tagged = true;
            let is_known = match relation {
                Some(relation) => {
                    let bit = 1 << relation as u8;
                    let is_known = said.typed & bit != 0;
                    said.typed |= bit;
                    is_known
                }
                None => {
                    said.plainly = true;
                    std::mem::replace(&mut said.plain_tag, true)
                }
            };
            if is_known {
                seen.extend(&tags[looked..at]);
                looked = at;
                if seen.contains(tag) {
                    self.oddities.push(Oddity::new(OddityKind::Repeated, text));
                }
            }
        }
    }

    fn named(&mut self, named: &[(Option<Relation>, Cow<'_, str>)]) {
        for (relation, text) in named {
            let Some(said) = self.entry(text) else { continue };
            said.typed |= relation.map_or(0, |relation| 1 << relation as u8);
            said.plainly = true;
        }
    }

    /// The relation that the card states for all its parents.
    fn declared(&mut self, card: &CardWords<'_>) -> Option<Relation> {
        card.relation.as_deref().and_then(|name| self.relation(name))
    }

    fn relation(&mut self, name: &str) -> Option<Relation> {
        let relation = Relation::from_name(name.trim()).filter(|relation| *relation != Relation::Unstated);
        if relation.is_none() && !name.trim().is_empty() {
            self.oddities.push(Oddity::new(OddityKind::UnknownRelation, name));
        }
        relation
    }

    /// The card's own list: where it `counts`, since the Hub names no parent, its parents are added; else it is compared
    /// with what is known.
    fn carded(&mut self, card: &CardWords<'_>, counts: bool) {
        // Mostly both name one parent, in the same words.
        if let ([Named::Text(text)], false) = (&card.base_model[..], counts)
            && let Some(at) = self.same(text)
        {
            self.links[at].by_card = true;
            return;
        }
        let mut named = BTreeSet::new();
        let mut disagrees = false;
        for entry in &card.base_model {
            let text = match entry {
                Named::Text(text) => text,
                Named::NoText(text) => {
                    self.oddities.push(Oddity::new(OddityKind::Malformed, text));
                    continue;
                }
            };
            let Reading::Id { id, .. } = parent::read(text) else {
                _ = self.entry(text);
                continue;
            };
            if !named.insert(id.key()) {
                self.oddities.push(Oddity::new(OddityKind::Repeated, text));
            }
            if counts {
                if let Some(said) = self.entry(text) {
                    (said.plainly, said.by_card) = (true, true);
                }
            } else {
                let mut is_known = false;
                for said in self.links.iter_mut().filter(|said| same_parent(&said.id, &id)) {
                    (said.by_card, is_known) = (true, true);
                }
                disagrees |= !is_known;
            }
        }
        if disagrees {
            let named: Vec<_> = named.into_iter().collect();
            self.oddities.push(Oddity::new(OddityKind::CardDisagrees, &named.join(", ")));
        }
    }

    /// The parents, each once; `has_both` tells whether tags and `baseModels` both speak of them.
    fn finish(
        mut self,
        declared: Option<Relation>,
        infer: impl Fn(usize) -> Relation,
        has_both: bool,
    ) -> (Vec<Parent>, Vec<Oddity>) {
        let mut parents = Vec::with_capacity(self.links.len());
        let of_card = self.links.iter().filter(|said| said.by_card).count();
        if self.links.len() > 1 {
            self.links.sort_by_cached_key(|said| said.id.key());
        }
        for said in self.links {
            if !said.plainly {
                self.oddities.push(Oddity::new(OddityKind::AuthorTag, said.id.as_str()));
            }
            let typed = || Relation::ALL.into_iter().filter(|relation| said.typed >> *relation as u8 & 1 == 1);
            if said.typed.count_ones() > 1 {
                let words: Vec<_> = typed().map(Relation::name).collect();
                let text = format!("{}: {}", said.id, words.join(", "));
                self.oddities.push(Oddity::new(OddityKind::RelationConflict, &text));
            }
            let of_hub = said.resolved.or(typed().next_back());
            let (relation, learned) = match (declared, of_hub) {
                (Some(relation), _) => (relation, Learned::Declared),
                (None, Some(relation)) => (relation, Learned::Listing),
                (None, None) if said.by_card => (infer(of_card), Learned::Inferred),
                (None, None) => (Relation::Unstated, Learned::Inferred),
            };
            let witness = if has_both { said.witness() } else { Witness::All };
            parents.push(Parent { hub_id: said.hub_id, witness, ..Parent::new(said.id, relation, learned) });
        }
        (parents, self.oddities)
    }
}

/// Whether a card's id and the Hub's mean one repository: equal, or the card has the legacy id without an owner.
fn same_parent(of_hub: &ModelId, of_card: &ModelId) -> bool {
    let (hub, card) = (of_hub.key(), of_card.key());
    hub == card || (of_card.owner().is_none() && hub.split_once('/').is_some_and(|(_, name)| name == card))
}
