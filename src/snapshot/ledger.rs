//! What each source gave, counted while it is read, and what could not be read of it.

use std::collections::HashSet;

use super::{RemarkNote, Snapshot, SourceNote};
use crate::model::{Record, Reject, Remark, RemarkKind, clip};

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
    /// How many parents the present source named.
    named: Option<u64>,
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
            named: None,
            rejects: snapshot.rejects().to_vec(),
            rejected: provenance.counts.rejects,
            stale_reasons: snapshot.rejects().iter().map(|reject| reject.reason.clone()).collect(),
        }
    }

    /// Begins the next source.
    pub fn begin(&mut self, path: &str, kind: &str) {
        self.end();
        self.named = Some(0);
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

    /// Ends the present source. One of many records without one parent was hardly understood.
    pub fn end(&mut self) {
        let records = self.sources.last().map_or(0, |source| source.records);
        if self.named.take() == Some(0) && records > FEW_RECORDS {
            self.remark(&Remark::new(RemarkKind::NoLinks, format!("{records} records")));
        }
    }

    /// Notes what is to be said of the present source as a whole.
    pub fn remark(&mut self, remark: &Remark) {
        let note = RemarkNote { kind: remark.kind.name().into(), text: remark.text.clone() };
        self.note(|source| source.remarks.push(note));
    }

    /// Counts a record, apart from the others where it tells of a licence alone.
    pub fn count(&mut self, record: &Record<'_>, is_licence: bool) {
        self.note(|source| match is_licence {
            true => source.licence_rows += 1,
            false => source.records += 1,
        });
        if let Some(named) = &mut self.named {
            *named += record.parents.len() as u64;
        }
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
        if let Some(source) = self.sources.last_mut() {
            change(source);
        }
    }
}
