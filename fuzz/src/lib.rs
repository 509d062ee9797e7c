//! What the targets share. Each takes bytes, gives them to the program as its own way in would, and aborts where something
//! does not hold that is promised.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::abort;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use modelkin::model::{Record, Reject};
use modelkin::source::{self, Fill, Kind, Projection};
use tempfile::TempDir;

/// Nothing that is fuzzed may hold more bytes at any time, be they touched or not.
const MOST: usize = 1 << 30;

/// The system's allocator, which ends the program where it is asked for too much.
struct Bounded;

static HELD: AtomicUsize = AtomicUsize::new(0);

fn hold(bytes: usize) {
    if HELD.fetch_add(bytes, Relaxed).saturating_add(bytes) > MOST {
        abort();
    }
}

// Everything is the system allocator's own; the numbers beside it are no pointers.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        hold(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        hold(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        hold(size);
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static BOUNDED: Bounded = Bounded;

/// A path in a folder of this process, which `run` puts into memory and takes away at the end.
pub fn path(name: &str) -> PathBuf {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));
    FOLDER.path().join(name)
}

/// A file there with these bytes.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = path(name);
    fs::write(&path, bytes).expect("room");
    path
}

pub type Found = Result<Record<'static>, Reject>;

/// All that a source gives, in its order, or why not.
pub fn read(path: &Path, kind: Option<Kind>) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    let mut all = || -> Result<(), source::Error> {
        for source in source::find(path, kind)? {
            source.read(&mut |record| found.push(record.map(Record::into_owned)))?;
        }
        Ok(())
    };
    all().map_err(|error| named(&error, path))?;
    for reject in found.iter().filter_map(|found| found.as_ref().err()) {
        // In a folder of pages it is the page's name.
        let is_named = kind == Some(Kind::Recording) || reject.file.starts_with(&path.display().to_string());
        assert!(is_named && !reject.reason.is_empty(), "{reject:?}");
    }
    Ok(found)
}

/// What an error says, which begins with the file.
pub fn named(error: &dyn std::error::Error, path: &Path) -> String {
    let said = error.to_string();
    assert!(said.starts_with(&path.display().to_string()), "{said}");
    said
}

/// Ids with the keys of their parents.
pub type Rows = Vec<(String, Vec<String>)>;

/// The rows of whole records.
pub fn rows_of(found: &[Found]) -> Rows {
    let keys = |record: &Record<'_>| sorted(record.parents.iter().map(|parent| parent.id.key()));
    found.iter().flatten().map(|record| (record.id.to_string(), keys(record))).collect()
}

/// The rows that are found in parts where links alone are wanted, and how many rejects.
pub fn links(path: &Path, kind: Kind) -> Result<(Rows, usize), String> {
    let mut found: Vec<Found> = Vec::new();
    let gather = |fill: Fill<'_>| {
        let mut found: Vec<Found> = Vec::new();
        fill(&mut |row| found.push(row.map(Record::into_owned))).map(|()| found)
    };
    let mut all = || -> Result<(), source::Error> {
        for source in source::find(path, Some(kind))? {
            source::read_gathered(source, Projection::Links, gather, |mut part| found.append(&mut part))?;
        }
        Ok(())
    };
    all().map_err(|error| named(&error, path))?;
    let rows = rows_of(&found);
    let rejects = found.len() - rows.len();
    Ok((rows, rejects))
}

fn sorted(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut keys: Vec<String> = keys.collect();
    keys.sort();
    keys.dedup();
    keys
}
