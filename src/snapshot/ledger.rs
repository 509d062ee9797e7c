//! What each source gave, counted while it is read, and what could not be read of it.

use std::collections::HashSet;

use super::{RemarkNote, Snapshot, SourceNote};
use crate::model::{Reject, Remark, RemarkKind, clip, plural};

/// How many rejects are kept with place and reason; the rest are counted.
const KEPT_REJECTS: usize = 100_000;
/// Where no more records than this were read, that none of them names a parent is no cause for a remark.
const FEW_RECORDS: u64 = 1000;
/// Longest reason that is kept, in bytes: some quote what they could not read.
const LONGEST_REASON: usize = 400;

/// A `Ledger` holds the sources so far, of which the last is being read, and their rejects.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub sources: Vec<SourceNote>,
    /// How many parents each of the last sources named, those that were begun here.
    named: Vec<u64>,
    pub rejects: Vec<Reject>,
    pub rejected: u64,
    /// Reasons of the rejects of the snapshot that is brought up to date: the same row is met again.
    stale_reasons: HashSet<String>,
}

impl Ledger {
    /// Takes over the ledger of a snapshot which is brought up to date.
    pub fn from_snapshot(snapshot: &Snapshot) -> Ledger {
        let provenance = snapshot.provenance();
        Ledger {
            sources: provenance.sources.clone(),
            named: Vec::new(),
            rejects: snapshot.rejects().to_vec(),
            rejected: provenance.counts.rejects,
            stale_reasons: snapshot.rejects().iter().map(|reject| reject.reason.clone()).collect(),
        }
    }

    /// Begins the next source.
    pub fn begin(&mut self, path: &str, kind: &str) {
        self.named.push(0);
        self.sources.push(SourceNote {
            path: path.into(),
            kind: kind.into(),
            sha256: String::new(),
            bytes: 0,
            records: 0,
            rejects: 0,
            repeats: 0,
            licence_rows: 0,
            remarks: Vec::new(),
        });
    }

    /// Ends the sources. One of many records without one parent was hardly understood.
    pub fn end(&mut self) {
        let before = self.sources.len() - self.named.len();
        for (source, named) in self.sources[before..].iter_mut().zip(&self.named) {
            if *named == 0 && source.records > FEW_RECORDS {
                let text = plural(source.records, "record");
                source.remarks.push(RemarkNote { kind: RemarkKind::NoLinks.name().into(), text });
            }
        }
    }

    /// Notes what is to be said of the present source as a whole.
    pub fn remark(&mut self, remark: &Remark) {
        let note = RemarkNote { kind: remark.kind.name().into(), text: remark.text.clone() };
        self.note(|source| source.remarks.push(note));
    }

    /// Counts records of the present source, and the parents that they name.
    pub fn count(&mut self, records: u64, named: u64) {
        self.note(|source| source.records += records);
        self.named.last_mut().into_iter().for_each(|all| *all += named);
    }

    /// Gives the number of the present source.
    pub fn present(&self) -> usize {
        self.sources.len().saturating_sub(1)
    }

    /// Counts a reject, and keeps it with its reason unless there are too many.
    pub fn reject(&mut self, mut reject: Reject) {
        reject.reason = clip(&reject.reason, LONGEST_REASON).into_owned();
        self.note(|source| source.rejects += 1);
        if self.stale_reasons.remove(&reject.reason) {
            return;
        }
        self.rejected += 1;
        if self.rejects.len() < KEPT_REJECTS {
            self.rejects.push(reject);
        }
    }

    /// Changes what is noted of the present source.
    pub fn note(&mut self, change: impl FnOnce(&mut SourceNote)) {
        self.change(self.present(), change);
    }

    /// Changes what is noted of a source. Before the first one nothing is noted.
    pub fn change(&mut self, source: usize, change: impl FnOnce(&mut SourceNote)) {
        if let Some(source) = self.sources.get_mut(source) {
            change(source);
        }
    }
}
