use rayon::prelude::*;

use super::batch::Batch;
use super::filling::Filling;
use super::gathered::Gathered;
use super::held::{Held, Told};
use super::joining::{Joining, are_joined};
use super::keys::Older;
use super::ledger::Ledger;
use super::names::Names;
use super::sorted::{Sorted, Texts};
use super::{CrawlNote, Error, Provenance, Snapshot, SourceNote, Taken};
use crate::model::{Alias, DAY, Record, Reject, Remark};

/// A `Builder` gathers records into a snapshot: it joins those of one model, and gives each id one number.
#[derive(Debug)]
pub struct Builder {
    held: Vec<Held>,
    /// What is added record by record.
    open: Batch,
    /// All words of the batches.
    words: Names,
    /// All parents' names; of each the spelling that sorts first.
    parents: Names,
    /// What was told of names, and before which batch.
    told: Vec<(usize, Told)>,
    ledger: Ledger,
    older: Older,
    crawl: Option<(Option<i64>, CrawlNote)>,
    /// The latest date of the snapshots among the sources.
    laid: Option<i64>,
    /// Whether the present source is such a snapshot.
    is_dated: bool,
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
            held: Vec::new(),
            open: Batch::default(),
            words: Names::of_words(),
            parents: Names::of_ids(),
            told: Vec::new(),
            ledger: Ledger::default(),
            older: Older::default(),
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
        self.close();
        self.is_dated = false;
        self.ledger.begin(path, kind);
    }

    /// Notes that the present source is a snapshot, and its own date if it has one.
    pub(super) fn is_laid(&mut self, date: Option<i64>) {
        self.laid = self.laid.max(date);
        self.is_dated = date.is_some();
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
        self.open.add(found);
        if self.open.is_full() {
            self.close();
        }
    }

    /// Adds what was gathered and taken elsewhere, as if each record were added now.
    pub fn batch(&mut self, batch: Batch) {
        self.close();
        self.hold(batch, false);
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let batch = self.open.take();
            self.hold(batch, false);
        }
    }

    pub(super) fn hold(&mut self, mut batch: Batch, is_stale: bool) {
        if batch.is_empty() {
            return;
        }
        if !is_stale {
            self.ledger.count(batch.len() as u64, batch.links.len() as u64);
        }
        batch.rejects.drain(..).for_each(|reject| self.ledger.reject(reject));
        let (mut words, mut parents) = (Vec::with_capacity(batch.words.len()), Vec::with_capacity(batch.parents.len()));
        self.words.intern_all(batch.words.iter(), |number| words.push(number));
        for id in batch.parents.iter() {
            let number = self.parents.intern(id);
            if id < self.parents.get(number) {
                self.parents.respell(number, id);
            }
            parents.push(number);
        }
        (batch.words, batch.parents) = (Names::of_words(), Names::of_ids());
        let (source, is_dated) = (self.ledger.present(), self.is_dated);
        self.held.push(Held { batch, words, parents, source, is_dated, is_stale });
    }

    /// Notes that `legacy` is an old id of `canonical`. Only those that the records speak of are kept. What is said
    /// later holds: a new id that was an old one until now is so no longer.
    pub fn alias(&mut self, legacy: &str, canonical: &str) {
        self.close();
        self.told.push((self.held.len(), Told::Alias(legacy.into(), canonical.into())));
    }

    /// Notes a table of old names, of models and of accounts; it stands above what was noted before. They hold as far as
    /// the listing bears them out: see [`crate::model::Certainty`].
    pub fn aliases<'a>(&mut self, table: impl Iterator<Item = &'a Alias>) {
        self.close();
        self.told.push((self.held.len(), Told::Table(table.cloned().collect())));
    }

    /// Remembers under which name an older snapshot knew a repository.
    pub(super) fn remember_key(&mut self, key: crate::model::RepositoryKey, name: &str) {
        self.older.remember(key, name);
    }

    /// Takes over the ledger of a snapshot which is brought up to date.
    pub(super) fn take_over(&mut self, ledger: Ledger) {
        self.ledger = ledger;
    }

    /// Tells whether no record was added yet.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty() && self.held.is_empty()
    }

    /// Gives the sources so far. Which of their records were known before is counted in the end.
    pub fn sources(&self) -> &[SourceNote] {
        &self.ledger.sources
    }

    /// Gives the rejects so far, as far as they are kept.
    pub fn rejects(&mut self) -> &[Reject] {
        self.close();
        &self.ledger.rejects
    }

    /// Makes the snapshot, which `program` wrote. `taken` is the instant that the records describe, if it is known;
    /// `written` is now: records that are dated later than that day do not date the snapshot. Both are milliseconds
    /// since 1970, UTC.
    ///
    /// # Errors
    /// [`Error::Empty`] if no record was added.
    pub fn finish(self, program: &str, taken: Option<i64>, written: Option<i64>) -> Result<Snapshot, Error> {
        self.finish_by(are_joined, program, taken, written)
    }

    /// Does what [`Builder::finish`] does, with those rows gone over in their order that `which` finds.
    fn finish_by(
        mut self,
        which: impl Fn(&Sorted, Texts<'_>, &[(usize, Told)], &Older) -> Vec<Vec<bool>>,
        program: &str,
        taken: Option<i64>,
        written: Option<i64>,
    ) -> Result<Snapshot, Error> {
        self.close();
        if self.held.iter().all(|held| held.batch.is_empty()) {
            return Err(Error::Empty);
        }
        let Builder { held, words, parents, told, mut ledger, older, crawl, laid, .. } = self;
        let texts = Texts { held: &held, parents: &parents };
        let sorted = Sorted::of(texts);
        let is_joined = which(&sorted, texts, &told, &older);
        let joining = Joining::join(&held, &told, &older, &is_joined, &mut ledger);
        let (models, others, renames) = joining.finish();
        ledger.end();
        // What claims to be of a day that has not come dates nothing; where clocks differ by some hours, it is of today.
        let is_past = |at: &i64| written.is_none_or(|now| *at < now + DAY);
        let dates =
            held.par_iter().zip(&is_joined).filter(|(held, _)| !held.is_dated).filter_map(|(held, is_joined)| {
                let alone = held.batch.created.iter().zip(is_joined).filter(|(_, is_joined)| !**is_joined);
                alone.filter_map(|(created, _)| created.get()).filter(is_past).max()
            });
        let joined = models.iter().map(|(_, model, _)| model).filter(|model| !model.is_dated);
        let newest = dates.max().max(joined.filter_map(|model| model.created.get()).filter(is_past).max());
        let laid = laid.filter(|laid| crawl.is_none() && newest.is_none_or(|newest| *laid >= newest));
        let taken = taken.or(laid);
        let began = crawl.as_ref().and_then(|(began, _)| *began);
        let joined = (models, others.as_slice());
        let (gathered, witnesses) =
            Gathered::put_together((held, parents, words), sorted, &is_joined, joined, renames, older);
        let (gathered, order, aliases) = gathered.settle(witnesses);
        let filling = Filling::new(gathered, order, aliases);
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
            sources: ledger.sources,
            counts: super::Counts {
                rejects: ledger.rejected,
                rejects_kept: ledger.rejects.len() as u64,
                ..Default::default()
            },
            digest: String::new(),
            sample: false,
            crawl: crawl.map(|(_, note)| note),
        };
        let (batch, digest) = filling.lay_out(&mut provenance.counts);
        provenance.digest = digest;
        Ok(Snapshot::in_memory(batch, provenance, ledger.rejects))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::model::{
        Authority, Certainty, Learned, ModelId, Oddity, OddityKind, Parent, Relation, RepositoryKey, Scope, Witness,
        Word,
    };

    /// One of few names, so that many records meet; in any case.
    fn name(rng: &mut fastrand::Rng) -> String {
        let name = format!("own{}/model-with-a-rather-long-name-{}", rng.u8(0..3), rng.u8(0..9));
        if rng.u8(0..4) == 0 { name.to_uppercase() } else { name }
    }

    fn key(rng: &mut fastrand::Rng) -> Option<RepositoryKey> {
        rng.bool().then(|| RepositoryKey([rng.u8(0..20); RepositoryKey::BYTES]))
    }

    fn record(rng: &mut fastrand::Rng) -> Record<'static> {
        let id = |rng: &mut fastrand::Rng| ModelId::parse(&name(rng)).unwrap();
        let mut record = Record::new(id(rng));
        record.hub_id = key(rng);
        record.was = (rng.u8(0..9) == 0).then(|| id(rng));
        record.created = rng.bool().then(|| rng.i64(0..1 << 40));
        record.authority = [Authority::Silent, Authority::Card, Authority::Listing][rng.usize(0..3)];
        record.has_card = rng.bool();
        if rng.bool() {
            record.words[Word::LicenceName] = Some(format!("licence {}", rng.u8(0..3)).into());
        }
        if rng.bool() {
            record.words[Word::Task] = Some(format!("task {}", rng.u8(0..3)).into());
        }
        for _ in 0..rng.usize(0..3) {
            let relation = Relation::ALL[rng.usize(0..Relation::ALL.len())];
            let learned = Learned::ALL[rng.usize(0..Learned::ALL.len())];
            let witness = [Witness::All, Witness::TagAlone, Witness::ResolvedAlone][rng.usize(0..3)];
            let parent = Parent { hub_id: key(rng), witness, ..Parent::new(id(rng), relation, learned) };
            record.parents.push(parent);
        }
        if rng.u8(0..6) == 0 {
            let kind = [OddityKind::NotRenamed, OddityKind::Path, OddityKind::CaseCollision][rng.usize(0..3)];
            record.oddities.push(Oddity::new(kind, &name(rng)));
        }
        record
    }

    /// What is told, in an order of any kind.
    fn told(seed: u64, builder: &mut Builder, older: &Option<Snapshot>) {
        let mut rng = fastrand::Rng::with_seed(seed);
        if let Some(older) = older {
            match rng.u8(0..3) {
                0 => *builder = Builder::on(older).unwrap(),
                1 => builder.remember(older).unwrap(),
                _ => builder.add_snapshot("older", older).unwrap(),
            }
        }
        for source in 0..rng.usize(1..4) {
            builder.source(&format!("source {source}"), "test");
            for _ in 0..rng.usize(0..30) {
                builder.add(Ok(record(&mut rng)));
                match rng.u8(0..20) {
                    0 => builder.alias(&name(&mut rng), &name(&mut rng)),
                    1 => builder.close(),
                    2 => builder.add(Err(Reject { file: "f".into(), place: String::new(), reason: "r".into() })),
                    _ => (),
                }
            }
        }
        let old = [format!("own{}", rng.u8(0..3)), name(&mut rng)];
        let new = [format!("own{}", rng.u8(0..3)), name(&mut rng)];
        let scopes = [Scope::Account, Scope::Model];
        let rows = scopes.iter().zip(old).zip(new).map(|((scope, old), new)| {
            let certainty = [Certainty::Sure, Certainty::Likely][rng.usize(0..2)];
            Alias { old, new, scope: *scope, certainty }
        });
        builder.aliases(rows.collect::<Vec<_>>().iter());
    }

    /// Rows that nobody else meets are models of their own: the same comes out where all rows are gone over in their order.
    #[test]
    fn rows_that_meet_no_other_are_as_if_they_were_gone_over_in_their_order() {
        let (mut alone, mut made) = (0, 0);
        let mut older = None;
        for seed in 0..1000 {
            let build = || {
                let mut builder = Builder::new();
                told(seed, &mut builder, &older);
                builder
            };
            let all = |_: &Sorted, texts: Texts<'_>, _: &[(usize, Told)], _: &Older| {
                texts.held.iter().map(|held| vec![true; held.batch.len()]).collect()
            };
            let some = std::cell::Cell::new(0);
            let few = |sorted: &Sorted, texts: Texts<'_>, told: &[(usize, Told)], older: &Older| {
                let is_joined = are_joined(sorted, texts, told, older);
                some.set(is_joined.iter().flatten().filter(|is_joined| !**is_joined).count());
                is_joined
            };
            let [one, other] = [build().finish_by(all, "test", None, None), build().finish_by(few, "test", None, None)];
            let (Ok(one), Ok(other)) = (one, other) else { continue };
            let rows = |snapshot: &Snapshot| {
                let records = snapshot.records().unwrap();
                let row = |row| (snapshot.id(row).to_owned(), snapshot.alias_of(row), records.at(row));
                snapshot.rows().map(|at| format!("{:?}", row(at))).collect::<Vec<_>>()
            };
            assert_eq!(rows(&one), rows(&other), "{seed}");
            assert_eq!(one.provenance(), other.provenance(), "{seed}");
            assert_eq!(one.rejects(), other.rejects(), "{seed}");
            alone += some.get();
            made += 1;
            older = (seed % 3 != 0).then_some(one);
        }
        assert!(made > 800 && alone > 800, "{made} {alone}");
    }
}
