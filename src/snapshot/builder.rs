use std::collections::{BTreeMap, HashMap, HashSet};

use super::columns::{Columns, Filling};
use super::names::Names;
use super::{CrawlNote, Error, Provenance, Snapshot, SourceNote, Taken};
use crate::model::{Authority, HubId, INSTANTS, Learned, Oddity, OddityKind, Parent, Record, Reject, Relation, clip};

/// How many rejects are kept with place and reason; the rest are counted.
const KEPT_REJECTS: usize = 100_000;
/// No count of downloads or likes is higher: a million million each for every model still add up without overflow.
const MOST: u64 = 1_000_000_000_000;
/// Longest reason that is kept, in bytes: some quote what they could not read.
const LONGEST_REASON: usize = 400;

/// Gathers records into a snapshot: joins those of one model, interns every id once, links by number.
#[derive(Debug, Default)]
pub struct Builder {
    names: Names,
    /// The model of each name, by its number.
    of_name: Vec<Option<u32>>,
    models: Vec<Model>,
    words: HashMap<Box<str>, u32>,
    sources: Vec<SourceNote>,
    rejects: Vec<Reject>,
    rejected: u64,
    /// Reasons of the rejects of the snapshot that is brought up to date: the same row is met again.
    stale_reasons: HashSet<String>,
    aliases: BTreeMap<String, String>,
    /// The name under which each repository was met last.
    keys: HashMap<HubId, u32>,
    crawl: Option<(Option<i64>, CrawlNote)>,
}

/// A record with its ids and words as numbers.
#[derive(Debug)]
pub(super) struct Model {
    pub hub_id: Option<HubId>,
    pub created: Option<i64>,
    pub downloads: Option<u64>,
    pub downloads_all_time: Option<u64>,
    pub likes: Option<u64>,
    pub parameters: Option<u64>,
    pub task: Option<u32>,
    pub library: Option<u32>,
    pub licence: Option<u32>,
    pub tags: Option<Box<[u32]>>,
    pub links: Box<[(u32, Relation, Learned)]>,
    pub oddities: Vec<Oddity>,
    authority: Authority,
    /// Whether it comes from an older snapshot: a record replaces it, and is not joined with it.
    is_stale: bool,
}

impl Builder {
    /// A builder without records.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// A builder that begins with what a snapshot holds. Records of its models replace what it knows of them.
    pub fn on(snapshot: &Snapshot) -> Builder {
        let mut builder = Builder::new();
        let words: Vec<u32> = snapshot.tag_words().map(|word| builder.word(word)).collect();
        for row in snapshot.rows() {
            let id = snapshot.id(row);
            if let Some(model) = snapshot.alias_of(row) {
                builder.alias(id, snapshot.id(model));
            }
            if !snapshot.is_listed(row) {
                continue;
            }
            let name = builder.name(id);
            builder.names.respell(name, id);
            builder.of_name[name as usize] = Some(builder.models.len() as u32);
            let hub_id = snapshot.hub_id(row);
            builder.keys.extend(hub_id.map(|key| (key, name)));
            let links = snapshot.links(row);
            let links = links.map(|link| (builder.parent(snapshot.id(link.parent)), link.relation, link.learned));
            let links = links.collect();
            let mut word = |text: Option<&str>| text.map(|text| builder.word(text));
            let model = Model {
                hub_id,
                created: snapshot.created(row),
                downloads: snapshot.downloads(row),
                downloads_all_time: snapshot.downloads_all_time(row),
                likes: snapshot.likes(row),
                parameters: snapshot.parameters(row),
                task: word(snapshot.task(row)),
                library: word(snapshot.library(row)),
                licence: word(snapshot.licence(row)),
                tags: Some(snapshot.tags(row).iter().map(|tag| words[*tag as usize]).collect()),
                links,
                oddities: snapshot.oddities(row).collect(),
                authority: Authority::Silent,
                is_stale: true,
            };
            builder.models.push(model);
        }
        let provenance = snapshot.provenance();
        builder.sources = provenance.sources.clone();
        builder.rejected = provenance.counts.rejects;
        builder.rejects = snapshot.rejects().to_vec();
        builder.stale_reasons = builder.rejects.iter().map(|reject| reject.reason.clone()).collect();
        builder
    }

    /// Remembers an older snapshot's renamings, and under which ids it knew the repositories: one that comes under
    /// another id now was renamed since.
    pub fn remember(&mut self, older: &Snapshot) {
        for row in older.rows() {
            if let Some(model) = older.alias_of(row) {
                self.alias(older.id(row), older.id(model));
            }
            if let Some(key) = older.hub_id(row) {
                let name = self.name(older.id(row));
                self.keys.entry(key).or_insert(name);
            }
        }
    }

    /// Notes that a crawl brings the records, and when it began by the Hub's clock: milliseconds since 1970, UTC.
    pub fn crawled(&mut self, began: Option<i64>, note: CrawlNote) {
        self.crawl = Some((began, note));
    }

    /// Begins the next source: what is added from now on is counted for it.
    pub fn source(&mut self, path: &str, kind: &str) {
        self.sources.push(SourceNote {
            path: path.into(),
            kind: kind.into(),
            sha256: String::new(),
            bytes: 0,
            records: 0,
            rejects: 0,
            repeats: 0,
        });
    }

    /// Notes the present source's digest and size.
    pub fn digest(&mut self, sha256: &str, bytes: u64) {
        self.note(|source| (source.sha256, source.bytes) = (sha256.into(), bytes));
    }

    /// Adds what a source gave: a record, or a reject with its place.
    pub fn add(&mut self, found: Result<Record, Reject>) {
        match found {
            Ok(record) => self.record(record),
            Err(mut reject) => {
                reject.reason = clip(&reject.reason, LONGEST_REASON);
                self.note(|source| source.rejects += 1);
                if self.stale_reasons.remove(&reject.reason) {
                    return;
                }
                self.rejected += 1;
                if self.rejects.len() < KEPT_REJECTS {
                    self.rejects.push(reject);
                }
            }
        }
    }

    /// Notes that `legacy` is an old id of `canonical`. Only those that the records speak of are kept. What is said
    /// later holds: a new id that was an old one until now is so no longer.
    pub fn alias(&mut self, legacy: &str, canonical: &str) {
        let legacy = legacy.to_ascii_lowercase();
        let mut at = canonical.to_ascii_lowercase();
        // There is no circle yet, so this ends.
        while at != legacy {
            match self.aliases.get(&at) {
                Some(next) => at = next.to_ascii_lowercase(),
                None => break,
            }
        }
        if at == legacy {
            self.aliases.remove(&canonical.to_ascii_lowercase());
        }
        if !canonical.eq_ignore_ascii_case(&legacy) {
            self.aliases.insert(legacy, canonical.to_owned());
        }
    }

    /// Models and rejects so far.
    pub fn progress(&self) -> (usize, u64) {
        (self.models.len(), self.rejected)
    }

    /// The sources so far, with their counts.
    pub fn sources(&self) -> &[SourceNote] {
        &self.sources
    }

    /// The rejects so far, as far as they are kept.
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    fn note(&mut self, count: impl FnOnce(&mut SourceNote)) {
        if let Some(source) = self.sources.last_mut() {
            count(source);
        }
    }

    fn record(&mut self, mut record: Record) {
        self.note(|source| source.records += 1);
        let Record { created, downloads, downloads_all_time, likes, oddities, .. } = &mut record;
        if let Some(absurd) = created.take_if(|at| !INSTANTS.contains(at)) {
            oddities.push(Oddity::new(OddityKind::BadValue, &format!("createdAt: {absurd} ms after 1970")));
        }
        for (field, count) in [("downloads", downloads), ("downloadsAllTime", downloads_all_time), ("likes", likes)] {
            if let Some(absurd) = count.take_if(|count| *count > MOST) {
                oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: {absurd}")));
            }
        }
        let name = self.name(record.id.as_str());
        if let Some(was) = &record.was {
            let old = self.name(was.as_str());
            let [from, to] = [old, name].map(|name| self.of_name[name as usize].filter(|at| self.is_fresh(*at)));
            match (from, to) {
                // Both were listed just now: a page that leads elsewhere makes no model of two.
                (Some(from), Some(to)) if from != to => {
                    self.models[from as usize].oddities.push(Oddity::new(OddityKind::LedElsewhere, record.id.as_str()));
                }
                _ => self.rename(old, name),
            }
        }
        if let Some(key) = record.hub_id {
            // Who is listed is no old id, whoever bore the name before.
            self.aliases.remove(&record.id.key());
            let old = self.keys.insert(key, name).filter(|old| *old != name);
            // Another repository may bear the old name by now.
            let is_same = |model: u32| self.models[model as usize].hub_id.is_none_or(|other| other == key);
            if let Some(old) = old.filter(|old| self.of_name[*old as usize].is_none_or(is_same)) {
                if let Some(known) = self.of_name[old as usize].filter(|known| self.is_fresh(*known)) {
                    let oddity = Oddity::new(OddityKind::Renamed, self.names.get(old));
                    self.models[known as usize].oddities.push(oddity);
                }
                self.rename(old, name);
            }
        }
        let later = self.model(&record);
        match self.of_name[name as usize] {
            None => {
                self.names.respell(name, record.id.as_str());
                self.of_name[name as usize] = Some(self.models.len() as u32);
                self.models.push(later);
            }
            Some(at) if self.models[at as usize].is_stale => {
                self.names.respell(name, record.id.as_str());
                self.models[at as usize] = later;
            }
            Some(at) if self.models[at as usize].hub_id.zip(later.hub_id).is_some_and(|(one, other)| one != other) => {
                self.note(|source| source.repeats += 1);
                self.names.respell(name, record.id.as_str());
                let known = &mut self.models[at as usize];
                *known = later;
                known.oddities.push(Oddity::new(OddityKind::ReusedId, record.id.as_str()));
            }
            Some(at) => {
                self.note(|source| source.repeats += 1);
                let earlier_spelling = self.names.get(name).to_owned();
                self.names.respell(name, record.id.as_str());
                let known = &mut self.models[at as usize];
                known.join(later, &record.parents);
                if earlier_spelling != record.id.as_str() {
                    known.oddities.push(Oddity::new(OddityKind::CaseCollision, &earlier_spelling));
                }
            }
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
        if let Some(model) = self.of_name[old as usize].take() {
            self.of_name[new as usize].get_or_insert(model);
        }
        let (old, new) = (self.names.get(old).to_owned(), self.names.get(new).to_owned());
        self.alias(&old, &new);
    }

    /// The number of a parent's name. Spellings of an unlisted one differ: that which sorts first is kept, so that the
    /// order of records cannot show.
    fn parent(&mut self, id: &str) -> u32 {
        let name = self.name(id);
        if self.of_name[name as usize].is_none() && id < self.names.get(name) {
            self.names.respell(name, id);
        }
        name
    }

    fn name(&mut self, id: &str) -> u32 {
        let name = self.names.intern(id);
        if self.of_name.len() < self.names.len() {
            self.of_name.push(None);
        }
        name
    }

    fn word(&mut self, word: &str) -> u32 {
        if let Some(known) = self.words.get(word) {
            return *known;
        }
        let number = self.words.len() as u32;
        self.words.insert(word.into(), number);
        number
    }

    fn model(&mut self, record: &Record) -> Model {
        let links =
            record.parents.iter().map(|parent| (self.parent(parent.id.as_str()), parent.relation, parent.learned));
        let links = links.collect();
        let mut word = |text: &Option<String>| text.as_deref().map(|text| self.word(text));
        Model {
            hub_id: record.hub_id,
            created: record.created,
            downloads: record.downloads,
            downloads_all_time: record.downloads_all_time,
            likes: record.likes,
            parameters: record.parameters,
            task: word(&record.task),
            library: word(&record.library),
            licence: word(&record.licence),
            tags: record.tags.as_ref().map(|tags| tags.iter().map(|tag| self.word(tag)).collect()),
            links,
            oddities: record.oddities.clone(),
            authority: record.authority,
            is_stale: false,
        }
    }

    /// Makes the snapshot. `taken` is the instant that the records describe, if it is known; `written` is now.
    ///
    /// # Errors
    /// [`Error::Empty`] if no record was added.
    pub fn finish(mut self, program: &str, taken: Option<i64>, written: Option<i64>) -> Result<Snapshot, Error> {
        if self.models.is_empty() {
            return Err(Error::Empty);
        }
        let mut alive = self.alive();
        let aliases = self.known_aliases(&mut alive);
        let newest = self.models.iter().filter_map(|model| model.created).max();
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
            sources: self.sources,
            counts: super::Counts {
                rejects: self.rejected,
                rejects_kept: self.rejects.len() as u64,
                ..Default::default()
            },
            digest: String::new(),
            sample: false,
            crawl: self.crawl.map(|(_, note)| note),
        };
        let batch = Columns::fill(
            Filling {
                names: self.names,
                alive,
                of_name: self.of_name,
                models: self.models,
                words: self.words,
                aliases,
            },
            &mut provenance.counts,
        );
        Ok(Snapshot::in_memory(batch, provenance, self.rejects))
    }

    /// Which names are models or parents. Of the others, a later record took back every mention.
    fn alive(&self) -> Vec<bool> {
        let mut alive: Vec<bool> = self.of_name.iter().map(Option::is_some).collect();
        let listed = self.of_name.iter().flatten().flat_map(|model| &self.models[*model as usize].links);
        listed.for_each(|link| alive[link.0 as usize] = true);
        alive
    }

    /// The aliases that matter here, old name to new name; both are alive then. One whose old id is still listed while
    /// the new one is not is left out: this listing is older than the renaming.
    fn known_aliases(&mut self, alive: &mut Vec<bool>) -> HashMap<u32, u32> {
        let mut known = Vec::new();
        for (legacy, mut canonical) in &self.aliases {
            // Renamed more than once.
            while let Some(next) = self.aliases.get(&canonical.to_ascii_lowercase()) {
                canonical = next;
            }
            let is_listed = |id: &str| self.names.find(id).is_some_and(|name| self.of_name[name as usize].is_some());
            let is_alive = |id: &str| self.names.find(id).is_some_and(|name| alive[name as usize]);
            if (is_alive(legacy) || is_alive(canonical)) && (is_listed(canonical) || !is_listed(legacy)) {
                known.push((legacy.clone(), canonical.clone()));
            }
        }
        let mut name = |id: &str| {
            let name = self.name(id);
            alive.resize(alive.len().max(name as usize + 1), false);
            alive[name as usize] = true;
            name
        };
        known.iter().map(|(legacy, canonical)| (name(legacy), name(canonical))).collect()
    }
}

impl Model {
    /// Joins a later record of the same model: what it knows wins, what it does not know stays. Of the parents, see
    /// [`Authority`]: the Hub's word stands above a card's, and where the Hub names none, the card's counts.
    fn join(&mut self, later: Model, named: &[Parent]) {
        self.hub_id = later.hub_id.or(self.hub_id);
        self.created = later.created.or(self.created);
        self.downloads = later.downloads.or(self.downloads);
        self.downloads_all_time = later.downloads_all_time.or(self.downloads_all_time);
        self.likes = later.likes.or(self.likes);
        self.parameters = later.parameters.or(self.parameters);
        self.task = later.task.or(self.task);
        self.library = later.library.or(self.library);
        self.licence = later.licence.or(self.licence);
        self.tags = later.tags.or(self.tags.take());
        self.oddities.extend(later.oddities);
        use Authority::{Card, Hub, Silent};
        let takes_over = match (self.authority, later.authority) {
            (_, Silent) => false,
            (Hub, Card) => self.links.is_empty(),
            (Card, Hub) => !later.links.is_empty(),
            _ => true,
        };
        let names = |links: &[(u32, Relation, Learned)]| {
            links.iter().map(|link| link.0).collect::<std::collections::BTreeSet<_>>()
        };
        if self.authority == Hub
            && later.authority == Card
            && !takes_over
            && !names(&self.links).is_superset(&names(&later.links))
        {
            let named: Vec<_> = named.iter().map(|parent| parent.id.as_str()).collect();
            self.oddities.push(Oddity::new(OddityKind::CardDisagrees, &named.join(", ")));
        }
        if takes_over {
            self.links = later.links;
            self.authority = later.authority;
        }
    }
}
