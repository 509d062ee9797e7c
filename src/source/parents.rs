//! The parents of one record, put together of all that speak of them.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use memchr::memchr;

use super::parent::{self, Reading};
use super::words::{CardWords, Named};
use crate::model::{Learned, ModelId, Oddity, OddityKind, Parent, Relation, RepositoryKey, Witness};

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

/// What tags that name a parent begin with.
pub(super) const PARENT: &str = "base_model:";

/// A `base_model:` tag in parts: `base_model:REL:ID` or `base_model:ID`.
pub(super) fn split_tag(tag: &str) -> Option<(Option<Relation>, &str)> {
    tag.strip_prefix(PARENT).map(split_relation)
}

/// `REL:ID` or `ID`. Only a known relation is split off, since paths and addresses have colons of their own.
fn split_relation(text: &str) -> (Option<Relation>, &str) {
    let typed = memchr(b':', text.as_bytes()).and_then(|colon| {
        let relation = Relation::from_name(&text[..colon]).filter(|relation| *relation != Relation::Unstated)?;
        Some((Some(relation), &text[colon + 1..]))
    });
    typed.unwrap_or((None, text))
}

/// Everything that was said about one parent.
#[derive(Debug)]
pub(super) struct Said {
    id: ModelId,
    /// Whether its id stood there as it is, in no wrapping.
    bare: bool,
    hub_id: Option<RepositoryKey>,
    is_resolved: bool,
    pub is_tagged: bool,
    resolved: Option<Relation>,
    /// A bit for each relation of a typed tag.
    typed: u8,
    /// Named by a tag without a relation.
    plain_tag: bool,
    /// Named without a relation: a plain tag, `baseModels`, or the card.
    plainly: bool,
    /// Named by the card, which alone tells how it was made where nobody states it.
    pub by_card: bool,
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
pub(super) struct Parents {
    pub links: Vec<Said>,
    /// The places of the first of them by key, once there are more than [`FEW`].
    places: HashMap<String, usize>,
    refused: BTreeSet<String>,
    pub oddities: Vec<Oddity>,
}

/// So many parents are looked through one by one; models with more are rare.
const FEW: usize = 16;

impl Parents {
    /// None yet, after these oddities.
    pub fn after(oddities: Vec<Oddity>) -> Parents {
        Parents { oddities, ..Parents::default() }
    }

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

    pub fn resolved(&mut self, BaseModels { relation, ids, keys }: &BaseModels<'_>) {
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

    pub fn tagged(&mut self, tags: &[Cow<'_, str>]) {
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

    pub fn named(&mut self, named: &[(Option<Relation>, Cow<'_, str>)]) {
        for (relation, text) in named {
            let Some(said) = self.entry(text) else { continue };
            said.typed |= relation.map_or(0, |relation| 1 << relation as u8);
            said.plainly = true;
        }
    }

    /// The relation that the card states for all its parents.
    pub fn declared(&mut self, card: &CardWords<'_>) -> Option<Relation> {
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
    pub fn carded(&mut self, card: &CardWords<'_>, counts: bool) {
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
    pub fn finish(
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
