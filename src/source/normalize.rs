//! Foreign words become a [`Record`] here: every rule about messy metadata is in this file, in `parent.rs`, `parents.rs`,
//! `address.rs`, `value.rs`, `words.rs` and `infer.rs`, and in the tables of `docs/dirt.md`, whose rows are tests.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::{memchr, memmem};

use super::infer;
use super::parent;
use super::parents::{BaseModels, PARENT, Parents, split_tag};
use super::words::{CardWords, present};
use crate::model::{
    Authority, Commit, Counts, Flags, IdFault, ModelId, Oddity, OddityKind, Record, Relation, RepositoryKey, Word,
    WordList, WordLists, Words, clip,
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

        let mut parents = Parents::after(self.oddities);
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

/// Why a row is no model.
pub(super) fn no_id(id: &str, fault: IdFault) -> String {
    format!("{:?} is no model id: {fault}", clip(id, 80))
}
