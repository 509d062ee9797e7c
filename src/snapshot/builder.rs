use std::collections::{BTreeMap, HashMap};

use super::columns::{Columns, Filling};
use super::names::Names;
use super::{Error, Provenance, Snapshot, SourceNote, Taken};
use crate::model::{Authority, INSTANTS, Learned, Oddity, OddityKind, Parent, Record, Reject, Relation, clip};

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
    aliases: BTreeMap<String, String>,
}

/// A record with its ids and words as numbers.
#[derive(Debug)]
pub(super) struct Model {
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
}

impl Builder {
    /// A builder without records.
    pub fn new() -> Builder {
        Builder::default()
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
                self.rejected += 1;
                self.note(|source| source.rejects += 1);
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
        let later = self.model(&record);
        match self.of_name[name as usize] {
            None => {
                self.names.respell(name, record.id.as_str());
                self.of_name[name as usize] = Some(self.models.len() as u32);
                self.models.push(later);
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
            record.parents.iter().map(|parent| (self.name(parent.id.as_str()), parent.relation, parent.learned));
        let links = links.collect();
        let mut word = |text: &Option<String>| text.as_deref().map(|text| self.word(text));
        Model {
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
        let mut provenance = Provenance {
            program: program.into(),
            taken: taken.or(newest),
            taken_from: match (taken, newest) {
                (Some(_), _) => Taken::Given,
                (None, Some(_)) => Taken::NewestRecord,
                (None, None) => Taken::Unknown,
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
        };
        let columns = Columns::fill(
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
        provenance.digest = columns.digest();
        Ok(Snapshot { columns, provenance, rejects: self.rejects })
    }

    /// Which names are models or parents. Of the others, a later record took back every mention.
    fn alive(&self) -> Vec<bool> {
        let mut alive: Vec<bool> = self.of_name.iter().map(Option::is_some).collect();
        self.models.iter().flat_map(|model| &model.links).for_each(|link| alive[link.0 as usize] = true);
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
