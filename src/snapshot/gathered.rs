use std::collections::BTreeMap;
use std::ops::Range;

use hashbrown::{HashMap, HashSet};

use super::batch::{Named, Prefix, Witnessed, prefix};
use super::cmp_key;
use super::held::{Held, PARENTS, Place};
use super::joining::Model;
use super::keys::Older;
use super::maybe::Maybe;
use super::names::Names;
use super::oddities::Oddities;
use super::renames::Renames;
use super::sorted::{Sorted, Texts, find_among};
use crate::model::{Authority, Oddity, OddityKind, RepositoryKey};

/// A `Gathered` is all that the sources gave, by name: names are numbered in the order of a snapshot's rows.
pub(super) struct Gathered {
    pub held: Vec<Held>,
    parents: Names,
    pub words: Names,
    names: Vec<Name>,
    /// The name of each row of each batch; none where other rows are the model.
    pub name_of: Vec<Vec<Maybe<u32>>>,
    /// Names that were met behind all others; they are numbered on.
    late: Names,
    /// Other spellings of names that are no models.
    spelled: HashMap<u32, String>,
    /// The links of all batches, from name to row.
    links: Vec<Named>,
    /// Where each batch's links begin.
    first_links: Vec<u32>,
    /// The links and the authority that models have of others.
    handed: HashMap<u32, (Range<usize>, Authority)>,
    pub oddities: Oddities,
    pub renames: Renames,
    older: Older,
    /// The models that parents' keys lead to.
    pub of_key: HashMap<RepositoryKey, u32>,
    /// Children of parents whose names may be old ones: the child, the name, and the parent's key.
    pub keyed: Vec<(u32, u32, RepositoryKey)>,
    /// Names of which an older snapshot told that they are no old ones.
    pub not_renamed: HashSet<u32>,
}

/// A name: its first bytes, where its text is, and where its model is.
#[derive(Debug, Clone, Copy)]
struct Name {
    first: Prefix,
    text: Place,
    is_model: bool,
}

/// The models that several rows speak of, and other names that these rows mention.
type Joined<'j> = (Vec<Model>, &'j [String]);

/// A link of which more is known than the parent's name: the row that says it, the child, and the link's number.
pub(super) struct Witness {
    pub from: Place,
    pub child: u32,
    pub links: Range<u32>,
    pub said: Witnessed,
}

impl Gathered {
    /// Puts the rows that are models of their own beside those that were joined.
    pub fn put_together(
        (mut held, parents, words): (Vec<Held>, Names, Names),
        sorted: Sorted,
        is_joined: &[Vec<bool>],
        (models, others): Joined<'_>,
        renames: Renames,
        older: Older,
    ) -> (Gathered, Vec<Witness>) {
        let mut joined = super::batch::Batch::default();
        let mut origins = Vec::with_capacity(models.len());
        let mut of_text: HashMap<String, u32> = HashMap::with_capacity(models.len());
        for (id, model, oddities) in models {
            of_text.insert(id.to_ascii_lowercase(), joined.len() as u32);
            origins.push(model.links_from);
            model.add_to(&mut joined, &id, oddities);
        }
        let texts = Texts { held: &held, parents: &parents };
        let last = held.len() as u32;
        let mut names = Vec::with_capacity(sorted.keys.len());
        let mut name_of: Vec<Vec<Maybe<u32>>> = held
            .iter()
            .map(|held| vec![Maybe::NONE; held.batch.len()])
            .chain([vec![Maybe::NONE; joined.len()]])
            .collect();
        let mut name_of_parent = vec![0; parents.len()];
        for group in sorted.groups() {
            let number = names.len() as u32;
            let first = group[0];
            let is_row = first.place.batch != PARENTS;
            let is_alone = is_row && !is_joined[first.place.batch as usize][first.place.row as usize];
            let (text, is_model) = if is_alone {
                (first.place, true)
            } else {
                let of_joined = || of_text.get(&texts.at(first.place).to_ascii_lowercase());
                match is_row.then(of_joined).flatten() {
                    Some(row) => (Place { batch: last, row: *row }, true),
                    // Of a parent that is no model, the spelling of those that name it.
                    None => (group[group.len() - 1].place, false),
                }
            };
            if is_model {
                name_of[text.batch as usize][text.row as usize] = Some(number).into();
            }
            if let Some(parent) = group.last().filter(|key| key.place.batch == PARENTS) {
                name_of_parent[parent.place.row as usize] = number;
            }
            names.push(Name { first: first.first, text, is_model });
        }
        drop(sorted);
        let own = |count: usize| (0..count as u32).collect();
        let joined = Held {
            words: own(words.len()),
            parents: own(parents.len()),
            batch: joined,
            source: 0,
            is_dated: false,
            is_stale: false,
        };
        held.push(joined);
        let mut links = Vec::with_capacity(held.iter().map(|held| held.batch.links.len()).sum());
        let mut first_links = Vec::with_capacity(held.len());
        for Held { batch, parents, .. } in &mut held {
            first_links.push(links.len() as u32);
            let named = std::mem::take(&mut batch.links).into_iter();
            let name = |parent: u32| name_of_parent[parents[parent as usize] as usize];
            links.extend(named.map(|(parent, relation, learned)| (name(parent), relation, learned)));
        }
        let mut gathered = Gathered {
            held,
            parents,
            words,
            names,
            name_of,
            late: Names::of_ids(),
            spelled: HashMap::new(),
            links,
            first_links,
            handed: HashMap::new(),
            oddities: Oddities::default(),
            renames,
            older,
            of_key: HashMap::new(),
            keyed: Vec::new(),
            not_renamed: HashSet::new(),
        };
        gathered.spell(others);
        gathered.take_oddities();
        let witnesses = gathered.witnesses(&origins);
        gathered.find_keys(&witnesses);
        (gathered, witnesses)
    }

    /// Of names that are no models the spelling is kept that sorts first, so that the order of records cannot show.
    fn spell(&mut self, others: &[String]) {
        for other in others {
            let Some(name) = self.find(other).filter(|name| !self.is_model(*name)) else { continue };
            if other.as_str() < self.id(name) {
                self.spelled.insert(name, other.clone());
            }
        }
    }

    fn take_oddities(&mut self) {
        for at in 0..self.held.len() {
            for (row, oddities) in std::mem::take(&mut self.held[at].batch.oddities) {
                let told = oddities.iter().filter(|oddity| oddity.kind == OddityKind::NotRenamed);
                let told: Vec<u32> = told.filter_map(|oddity| self.find(&oddity.text)).collect();
                self.not_renamed.extend(told);
                if let Some(name) = self.name_of[at][row as usize].get() {
                    self.oddities.replace(name, oddities);
                }
            }
        }
    }

    /// What is known of the links of all models beside names, in the order in which it was said.
    fn witnesses(&self, origins: &[Place]) -> Vec<Witness> {
        let mut all = Vec::new();
        let last = self.held.len() - 1;
        for (at, held) in self.held.iter().enumerate() {
            let mut row = 0;
            for said in &held.batch.witnessed {
                while held.batch.links_of(row).end <= said.link as usize {
                    row += 1;
                }
                let Some(child) = self.name_of[at][row as usize].get() else { continue };
                let first = self.first_links[at];
                let links = held.batch.links_of(row);
                let came = || Place { batch: at as u32, row: held.batch.came[row as usize] };
                let from = if at == last { origins[row as usize] } else { came() };
                all.push(Witness {
                    from,
                    child,
                    links: first + links.start as u32..first + links.end as u32,
                    said: Witnessed { link: first + said.link, ..*said },
                });
            }
        }
        all.sort_by_key(|witness| witness.from);
        all
    }

    /// Finds the models that bear the parents' keys.
    fn find_keys(&mut self, witnesses: &[Witness]) {
        let wanted: HashSet<RepositoryKey> = witnesses.iter().filter_map(|witness| witness.said.key).collect();
        if wanted.is_empty() {
            return;
        }
        for (held, names) in self.held.iter().zip(&self.name_of) {
            for (key, name) in held.batch.hub_ids.iter().zip(names) {
                if let Some((key, name)) = key.zip(name.get()).filter(|(key, _)| wanted.contains(key)) {
                    self.of_key.insert(key, name);
                }
            }
        }
        for key in wanted {
            if let Some(name) = self.older.name_of(key).and_then(|name| self.find(name)) {
                self.of_key.entry(key).or_insert(name);
            }
        }
    }

    fn text(&self, number: u32) -> &str {
        let texts = Texts { held: &self.held, parents: &self.parents };
        match self.names.get(number as usize) {
            Some(name) => texts.at(name.text),
            None => self.late.get(number - self.names.len() as u32),
        }
    }

    /// The id of a name.
    pub fn id(&self, number: u32) -> &str {
        let spelled = if self.spelled.is_empty() { None } else { self.spelled.get(&number) };
        spelled.map_or_else(|| self.text(number), String::as_str)
    }

    pub fn find(&self, id: &str) -> Option<u32> {
        let texts = Texts { held: &self.held, parents: &self.parents };
        let known = find_among(&self.names, id, |name| (name.first, texts.at(name.text)));
        let late = || self.late.find(id).map(|late| self.names.len() as u32 + late);
        known.map(|at| at as u32).or_else(late)
    }

    /// The number of a name, which may be new.
    fn name(&mut self, id: &str) -> u32 {
        self.find(id).unwrap_or_else(|| self.names.len() as u32 + self.late.intern(id))
    }

    /// Counts the names.
    pub fn count(&self) -> usize {
        self.names.len() + self.late.len()
    }

    /// The names of an account's ids.
    pub fn owned_by(&self, account: &str) -> Range<u32> {
        // '0' follows '/' in ASCII.
        let texts = Texts { held: &self.held, parents: &self.parents };
        let [from, to] = ["/", "0"].map(|end| {
            let end = format!("{account}{end}");
            let first = prefix(&end);
            let is_before =
                |name: &Name| name.first.cmp(&first).then_with(|| cmp_key(texts.at(name.text), &end)).is_lt();
            self.names.partition_point(is_before) as u32
        });
        from..to
    }

    pub fn is_model(&self, name: u32) -> bool {
        self.names.get(name as usize).is_some_and(|name| name.is_model)
    }

    /// Where the model of a name is.
    pub fn model(&self, name: u32) -> Option<Place> {
        self.names.get(name as usize).filter(|name| name.is_model).map(|name| name.text)
    }

    pub fn key_of(&self, name: u32) -> Option<RepositoryKey> {
        self.model(name).and_then(|at| self.held[at.batch as usize].batch.hub_ids[at.row as usize])
    }

    pub fn authority(&self, name: u32, at: Place) -> Authority {
        let own = || self.held[at.batch as usize].batch.authorities[at.row as usize].0;
        self.handed.get(&name).map_or_else(own, |(_, authority)| *authority)
    }

    /// The numbers of the links of a name's model.
    fn range(&self, name: u32, at: Place) -> Range<usize> {
        if let Some((range, _)) = self.handed.get(&name) {
            return range.clone();
        }
        let own = self.held[at.batch as usize].batch.links_of(at.row);
        let first = self.first_links[at.batch as usize] as usize;
        first + own.start..first + own.end
    }

    /// The links of a name's model.
    pub fn links_of(&self, name: u32) -> &[Named] {
        self.model(name).map_or(&[], |at| &self.links[self.range(name, at)])
    }

    /// The parent that a link leads from.
    pub fn parent(&self, link: u32) -> u32 {
        self.links[link as usize].0
    }

    pub fn lead(&mut self, link: u32, parent: u32) {
        self.links[link as usize].0 = parent;
    }

    /// Makes a link the same as another one: one of the two is left when the links are laid out.
    pub fn join_links(&mut self, link: u32, other: u32) {
        self.links[link as usize] = self.links[other as usize];
    }

    /// Notes an oddity of a model, once.
    pub fn odd(&mut self, model: u32, kind: OddityKind, text: &str) {
        self.oddities.add(model, Oddity::new(kind, text));
    }

    /// Which names are models or parents. Of the others, a later record took back every mention.
    fn alive(&self) -> Vec<bool> {
        let mut alive: Vec<bool> = (0..self.count() as u32).map(|name| self.is_model(name)).collect();
        for (at, names) in self.name_of.iter().enumerate() {
            let (first, batch) = (self.first_links[at] as usize, &self.held[at].batch);
            for row in (0..names.len() as u32).filter(|row| names[*row as usize] != Maybe::NONE) {
                let links = batch.links_of(row);
                self.links[first + links.start..first + links.end]
                    .iter()
                    .for_each(|link| alive[link.0 as usize] = true);
            }
        }
        alive
    }

    /// Gives a model that is listed under two names, and of whose parents the row of today knows nothing, those that the other
    /// row names: as with two rows under one name, a row that knows nothing takes none away.
    fn hand_down(&mut self, aliases: &BTreeMap<u32, u32>) {
        let mut pairs: Vec<(u32, u32)> = aliases.iter().map(|(old, new)| (*old, *new)).collect();
        // By name, so that the order of records cannot show.
        pairs.sort_by_cached_key(|(old, _)| self.id(*old).to_ascii_lowercase());
        for (old, new) in pairs {
            let Some((from, to)) = self.model(old).zip(self.model(new)) else { continue };
            if self.authority(new, to) != Authority::Silent || !self.range(new, to).is_empty() {
                continue;
            }
            // A model that named itself under its old name has no parent by that.
            let mut links = self.links_of(old).to_vec();
            links.retain(|link| link.0 != old && link.0 != new);
            let start = self.links.len();
            self.links.extend(links);
            self.handed.insert(new, (start..self.links.len(), self.authority(old, from)));
        }
    }

    /// Lays everything to rest, and gives the names that have a row, in order, and the old names with those of today.
    pub fn settle(mut self, witnesses: Vec<Witness>) -> (Gathered, Vec<u32>, BTreeMap<u32, u32>) {
        let mut oddities = std::mem::take(&mut self.oddities);
        oddities.settle_spellings(|model| self.id(model));
        self.oddities = oddities;
        self.follow(witnesses);
        let mut alive = self.alive();
        let known = self.known_aliases(&alive);
        let mut name = |id: &str| {
            let name = self.name(id);
            alive.resize(alive.len().max(name as usize + 1), false);
            alive[name as usize] = true;
            name
        };
        let aliases = known.iter().map(|(legacy, canonical)| (name(legacy), name(canonical))).collect();
        self.hand_down(&aliases);
        let mut order: Vec<u32> = (0..self.names.len() as u32).filter(|name| alive[*name as usize]).collect();
        let mut late: Vec<u32> = (self.names.len() as u32..self.count() as u32).collect();
        late.retain(|name| alive[*name as usize]);
        let by_id = |one: &u32, other: &u32| cmp_key(self.id(*one), self.id(*other));
        late.sort_unstable_by(by_id);
        // They are few, and the others are many: each goes to its place, the last one first.
        let before = |name: &u32| order.partition_point(|other| by_id(other, name).is_lt());
        let places: Vec<usize> = late.iter().map(before).collect();
        let mut rest = order.len();
        order.resize(rest + late.len(), 0);
        for (at, (place, name)) in places.into_iter().zip(late).enumerate().rev() {
            order.copy_within(place..rest, place + at + 1);
            order[place + at] = name;
            rest = place;
        }
        (self, order, aliases)
    }
}
