use std::collections::{BTreeSet, HashSet};

use super::filling::Filling;
use super::keys::Keys;
use super::ledger::Ledger;
use super::lists::{Lists, Model};
use super::maybe::Maybe;
use super::names::Names;
use super::oddities::Oddities;
use super::renames::Renames;
use super::witnesses::Witnesses;
use super::{CrawlNote, Error, Provenance, Snapshot, SourceNote, Taken};
use crate::model::{
    Alias, Authority, Certainty, Counts, DAY, Flags, INSTANTS, Learned, Oddity, OddityKind, Record, Reject, Relation,
    Remark, RepositoryKey, Word, WordLists, Words,
};

/// A `Builder` gathers records into a snapshot: it joins those of one model, and gives each id one number.
#[derive(Debug)]
pub struct Builder {
    pub(super) names: Names,
    /// The parents' names alone: they are few, and looked up quickly. Only in the end each gets its number among all names.
    parents: Names,
    /// The model of each name, by its number.
    pub(super) of_name: Vec<Maybe<u32>>,
    pub(super) models: Vec<Model>,
    pub(super) words: Names,
    pub(super) lists: Lists,
    oddities: Oddities,
    pub(super) ledger: Ledger,
    pub(super) renames: Renames,
    witnesses: Witnesses,
    /// Children of parents whose names may be old ones: the child, the name, and the parent's key.
    pub(super) keyed: Vec<(u32, u32, RepositoryKey)>,
    /// Names of which an older snapshot told that they are no old ones.
    pub(super) not_renamed: HashSet<u32>,
    pub(super) keys: Keys,
    crawl: Option<(Option<i64>, CrawlNote)>,
    /// The latest date of the snapshots among the sources.
    pub(super) laid: Option<i64>,
    /// Whether the present source is such a snapshot.
    pub(super) is_dated: bool,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

impl Builder {
    /// Makes a builder without records.
    pub fn new() -> Builder {
        Builder {
            names: Names::of_ids(),
            parents: Names::of_ids(),
            of_name: Vec::new(),
            models: Vec::new(),
            words: Names::of_words(),
            lists: Lists::default(),
            oddities: Oddities::default(),
            ledger: Ledger::default(),
            renames: Renames::default(),
            witnesses: Witnesses::default(),
            keyed: Vec::new(),
            not_renamed: HashSet::new(),
            keys: Keys::default(),
            crawl: None,
            laid: None,
            is_dated: false,
        }
    }

    /// Notes that a crawl brings the records, and when it began by the Hub's clock: milliseconds since 1970, UTC.
    pub fn crawled(&mut self, began: Option<i64>, note: CrawlNote) {
        self.crawl = Some((began, note));
    }

    /// Begins the next source: what is added from now on is counted for it.
    pub fn source(&mut self, path: &str, kind: &str) {
        self.is_dated = false;
        self.ledger.begin(path, kind);
    }

    /// Notes what is to be said of the present source as a whole. Before the first source nothing is noted.
    pub fn remark(&mut self, remark: &Remark) {
        self.ledger.remark(remark);
    }

    /// Notes the present source's SHA-256, in hex, and its size in bytes.
    pub fn digest(&mut self, sha256: &str, bytes: u64) {
        self.ledger.note(|source| (source.sha256, source.bytes) = (sha256.into(), bytes));
    }

    /// Adds what a source gave: a record, or a reject with its place.
    pub fn add(&mut self, found: Result<Record<'_>, Reject>) {
        match found {
            Ok(record) => self.record(record),
            Err(reject) => self.ledger.reject(reject),
        }
    }

    /// Notes that `legacy` is an old id of `canonical`. Only those that the records speak of are kept. What is said
    /// later holds: a new id that was an old one until now is so no longer.
    pub fn alias(&mut self, legacy: &str, canonical: &str) {
        self.renames.of_model(legacy, canonical, Certainty::Sure);
    }

    /// Notes a table of old names, of models and of accounts; it stands above what was noted before. They hold as far as
    /// the listing bears them out: see [`Certainty`].
    pub fn aliases<'a>(&mut self, table: impl Iterator<Item = &'a Alias>) {
        self.renames.of_table(table);
    }

    /// Counts the models and the rejects so far.
    pub fn progress(&self) -> (usize, u64) {
        (self.models.len(), self.ledger.rejected)
    }

    /// Gives the sources so far, with their counts.
    pub fn sources(&self) -> &[SourceNote] {
        &self.ledger.sources
    }

    /// Gives the rejects so far, as far as they are kept.
    pub fn rejects(&self) -> &[Reject] {
        &self.ledger.rejects
    }

    fn record(&mut self, mut record: Record<'_>) {
        if record.words[Word::Hub].is_some() {
            record.settle_hub();
        }
        let Record { created, counts, oddities, .. } = &mut record;
        if let Some(absurd) = created.take_if(|at| !INSTANTS.contains(at)) {
            oddities.push(Oddity::new(OddityKind::BadValue, &format!("createdAt: {absurd} ms after 1970")));
        }
        for (field, count) in counts.iter_mut() {
            if let Some(absurd) = count.take_if(|count| *count > field.most()) {
                oddities.push(Oddity::new(OddityKind::BadValue, &format!("{}: {absurd}", field.hub_name())));
            }
        }
        self.heed(oddities);
        let name = self.name(record.id.as_str());
        // A page of names of licences tells of models that are records already; a table of them lists models.
        let is_licence = record.names_a_licence_alone() && self.model_of(name).is_some();
        self.ledger.count(&record, is_licence);
        if let Some(was) = &record.was {
            let old = self.name(was.as_str());
            let [from, to] = [old, name].map(|name| self.model_of(name).filter(|at| self.is_fresh(*at)));
            match (from, to) {
                // Both were listed just now: a page that leads elsewhere makes no model of two.
                (Some(from), Some(to)) if from != to => {
                    self.odd(from, OddityKind::LedElsewhere, record.id.as_str());
                }
                _ => self.rename(old, name),
            }
        }
        if let Some(key) = record.hub_id {
            // Who is listed is no old id, whoever bore the name before.
            self.renames.is_current(record.id.as_str());
            let old = self.keys.name_of(key, &self.models).filter(|old| *old != name);
            // Another repository may bear the old name by now.
            let is_same = |model: u32| self.models[model as usize].hub_id.is_none_or(|other| other == key);
            if let Some(old) = old.filter(|old| self.model_of(*old).is_none_or(is_same)) {
                if let Some(known) = self.model_of(old).filter(|known| self.is_fresh(*known)) {
                    let old = self.names.get(old).to_owned();
                    self.odd(known, OddityKind::Renamed, &old);
                }
                self.rename(old, name);
            }
        }
        let later = self.model(name, &record);
        match self.model_of(name) {
            None => {
                self.names.respell(name, record.id.as_str());
                self.of_name[name as usize] = Some(self.models.len() as u32).into();
                self.push(later, record.oddities);
            }
            Some(at) if self.models[at as usize].is_stale => {
                self.names.respell(name, record.id.as_str());
                self.models[at as usize] = later;
                self.keys.note(at, &self.models);
                self.oddities.replace(at, record.oddities);
            }
            Some(at) if self.models[at as usize].hub_id.zip(later.hub_id).is_some_and(|(one, other)| one != other) => {
                self.ledger.note(|source| source.repeats += 1);
                self.names.respell(name, record.id.as_str());
                self.models[at as usize] = later;
                self.keys.note(at, &self.models);
                self.oddities.replace(at, record.oddities);
                self.odd(at, OddityKind::ReusedId, record.id.as_str());
            }
            Some(at) => {
                self.ledger.note(|source| source.repeats += u64::from(!is_licence));
                let earlier_spelling = self.names.get(name).to_owned();
                self.names.respell(name, record.id.as_str());
                self.join(at, later, record);
                if earlier_spelling != self.names.get(name) {
                    self.odd(at, OddityKind::CaseCollision, &earlier_spelling);
                }
            }
        }
    }

    pub(super) fn model_of(&self, name: u32) -> Option<u32> {
        self.of_name[name as usize].get()
    }

    pub(super) fn push(&mut self, model: Model, oddities: Vec<Oddity>) {
        let at = self.models.len() as u32;
        self.oddities.replace(at, oddities);
        self.models.push(model);
        self.keys.note(at, &self.models);
    }

    /// Notes an oddity of a model, once.
    pub(super) fn odd(&mut self, model: u32, kind: OddityKind, text: &str) {
        self.oddities.add(model, Oddity::new(kind, text));
    }

    /// Remembers of which names an older snapshot told that they are no old ones.
    pub(super) fn heed(&mut self, oddities: &[Oddity]) {
        for oddity in oddities.iter().filter(|oddity| oddity.kind == OddityKind::NotRenamed) {
            let old = self.name(&oddity.text);
            self.not_renamed.insert(old);
        }
    }

    /// Whether a model was met in these sources, and not in an older snapshot alone.
    fn is_fresh(&self, model: u32) -> bool {
        !self.models[model as usize].is_stale
    }

    /// The repository under the name `old` bears the name `new` now.
    fn rename(&mut self, old: u32, new: u32) {
        if old == new {
            return;
        }
        let model = std::mem::replace(&mut self.of_name[old as usize], Maybe::NONE);
        self.of_name[new as usize] = self.of_name[new as usize].or(model);
        let (old, new) = (self.names.get(old).to_owned(), self.names.get(new).to_owned());
        self.alias(&old, &new);
    }

    /// Gives every parent its number among all names. Spellings of an unlisted one differ: that which sorts first is kept,
    /// so that the order of records cannot show.
    fn name_parents(&mut self) {
        let parents = std::mem::replace(&mut self.parents, Names::of_ids());
        let mut number = |parent| {
            let id = parents.get(parent);
            let name = self.name(id);
            if self.model_of(name).is_none() && id < self.names.get(name) {
                self.names.respell(name, id);
            }
            name
        };
        let numbers: Vec<u32> = (0..parents.len() as u32).map(&mut number).collect();
        self.lists.links.iter_mut().for_each(|link| link.0 = numbers[link.0 as usize]);
    }

    pub(super) fn name(&mut self, id: &str) -> u32 {
        let name = self.names.intern(id);
        if self.of_name.len() < self.names.len() {
            self.of_name.push(Maybe::NONE);
        }
        name
    }

    pub(super) fn word(&mut self, word: Option<&str>) -> Maybe<u32> {
        word.map(|word| self.words.intern(word)).into()
    }

    pub(super) fn link<'p>(&mut self, parents: impl Iterator<Item = (&'p str, Relation, Learned)>) -> (u32, u32) {
        let start = self.lists.links.len();
        for (id, relation, learned) in parents {
            let parent = self.parents.intern(id);
            if id < self.parents.get(parent) {
                self.parents.respell(parent, id);
            }
            self.lists.links.push((parent, relation, learned));
        }
        (start as u32, (self.lists.links.len() - start) as u32)
    }

    fn model(&mut self, name: u32, record: &Record<'_>) -> Model {
        let parents = record.parents.iter();
        let links = self.link(parents.map(|parent| (parent.id.here(), parent.relation, parent.learned)));
        self.witnesses.add(name, links.0, &record.parents);
        let lists = WordLists::from_fn(|list| match &record.lists[list] {
            Some(words) => self.lists.add_words(words.iter().map(|word| self.words.intern(word))),
            None => (Maybe::NONE, 0),
        });
        Model {
            name,
            hub_id: record.hub_id,
            created: record.created.into(),
            counts: record.counts.map(Maybe::from),
            words: Words::from_fn(|word| self.word(record.words[word].as_deref())),
            flags: record.flags,
            sha: self.lists.add_sha(record.sha),
            lists,
            links,
            authority: record.authority,
            has_card: record.has_card,
            is_dated: self.is_dated,
            is_stale: false,
        }
    }

    /// Joins a later record of the same model: what it knows wins, what it does not know stays. Of the parents, see
    /// [`Authority`]: the listing's word stands above a card's, and where the listing names none, the card's counts.
    fn join(&mut self, at: u32, later: Model, record: Record<'_>) {
        use Authority::{Card, Listing};
        let known = self.models[at as usize];
        let named = |model: &Model| self.lists.links(model).iter().map(|link| link.0).collect::<BTreeSet<u32>>();
        let (mine, others) = (named(&known), named(&later));
        let takes_over = known.authority.gives_way(!mine.is_empty(), later.authority, !others.is_empty());
        let disagrees =
            (known.authority, later.authority) == (Listing, Card) && !takes_over && !mine.is_superset(&others);
        let (parents, others) = if takes_over { (&later, &known) } else { (&known, &later) };
        self.lists.learn_relations(parents, others);
        self.models[at as usize] = Model {
            name: later.name,
            hub_id: later.hub_id.or(known.hub_id),
            created: later.created.or(known.created),
            counts: Counts::from_fn(|count| later.counts[count].or(known.counts[count])),
            words: Words::from_fn(|word| later.words[word].or(known.words[word])),
            flags: Flags::from_fn(|flag| later.flags[flag].or(known.flags[flag])),
            sha: later.sha.or(known.sha),
            lists: WordLists::from_fn(|list| {
                let is_known = later.lists[list].0 != Maybe::NONE;
                if is_known { later.lists[list] } else { known.lists[list] }
            }),
            links: parents.links,
            authority: parents.authority,
            has_card: parents.has_card,
            is_dated: if later.created.get().is_some() { later.is_dated } else { known.is_dated },
            is_stale: known.is_stale,
        };
        self.keys.note(at, &self.models);
        if takes_over && known.authority != Authority::Silent {
            // What was odd about the parents is gone with them.
            self.oddities.forget_parents(at);
        }
        record.oddities.into_iter().for_each(|oddity| self.oddities.add(at, oddity));
        if disagrees {
            let named: Vec<_> = record.parents.iter().map(|parent| parent.id.as_str()).collect();
            self.odd(at, OddityKind::CardDisagrees, &named.join(", "));
        }
    }

    /// Makes the snapshot, which `program` wrote. `taken` is the instant that the records describe, if it is known;
    /// `written` is now: records that are dated later than that day do not date the snapshot. Both are milliseconds
    /// since 1970, UTC.
    ///
    /// # Errors
    /// [`Error::Empty`] if no record was added.
    pub fn finish(mut self, program: &str, taken: Option<i64>, written: Option<i64>) -> Result<Snapshot, Error> {
        if self.models.is_empty() {
            return Err(Error::Empty);
        }
        self.ledger.end();
        self.oddities.settle_spellings(|model| self.names.get(self.models[model as usize].name));
        self.name_parents();
        std::mem::take(&mut self.witnesses).settle(&mut self);
        let mut alive = self.alive();
        let aliases = self.known_aliases(&mut alive);
        self.hand_down(&aliases);
        // What claims to be of a day that has not come dates nothing; where clocks differ by some hours, it is of today.
        let is_past = |at: &i64| written.is_none_or(|now| *at < now + DAY);
        let news = self.models.iter().filter(|model| !model.is_dated).filter_map(|model| model.created.get());
        let newest = news.filter(is_past).max();
        let laid = self.laid.filter(|laid| self.crawl.is_none() && newest.is_none_or(|newest| *laid >= newest));
        let taken = taken.or(laid);
        let began = self.crawl.as_ref().and_then(|(began, _)| *began);
        let mut provenance = Provenance {
            program: program.into(),
            taken: taken.or(began).or(newest),
            taken_from: match (taken, began, newest) {
                (Some(_), ..) => Taken::Given,
                (_, Some(_), _) => Taken::Crawl,
                (.., Some(_)) => Taken::NewestRecord,
                _ => Taken::Unknown,
            },
            written,
            sources: self.ledger.sources,
            counts: super::Counts {
                rejects: self.ledger.rejected,
                rejects_kept: self.ledger.rejects.len() as u64,
                ..Default::default()
            },
            digest: String::new(),
            sample: false,
            crawl: self.crawl.map(|(_, note)| note),
        };
        drop(self.keys);
        let filling = Filling {
            names: self.names,
            alive,
            of_name: self.of_name,
            models: self.models,
            lists: self.lists,
            oddities: self.oddities.into_lists(),
            words: self.words,
            aliases,
        };
        let batch = filling.lay_out(&mut provenance.counts);
        Ok(Snapshot::in_memory(batch, provenance, self.ledger.rejects))
    }

    /// Which names are models or parents. Of the others, a later record took back every mention.
    fn alive(&self) -> Vec<bool> {
        let models = || self.of_name.iter().map(|model| model.get());
        let mut alive: Vec<bool> = models().map(|model| model.is_some()).collect();
        let links = models().flatten().flat_map(|model| self.lists.links(&self.models[model as usize]));
        links.for_each(|link| alive[link.0 as usize] = true);
        alive
    }
}
