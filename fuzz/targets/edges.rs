//! Our notation: what is read can be written as an export writes it, and is the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modelkin::model::{Record, Reject};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::{Kind, edges};
use modelkin_fuzz::{file, read};

/// The notation has no words for what was odd in it.
fn snapshot(found: Vec<Result<Record<'_>, Reject>>) -> Option<Snapshot> {
    let mut builder = Builder::new();
    let records = found.into_iter().flatten().map(|record| Record { oddities: Vec::new(), ..record });
    records.for_each(|record| builder.add(Ok(record)));
    builder.finish("fuzz", None, None).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let path = file("lineage.edges", bytes);
    _ = read(&path, None);
    let Some(before) = read(&path, Some(Kind::Edges)).ok().and_then(snapshot) else { return };
    let records = before.records().expect("what was made");
    let records: Vec<Record<'_>> = before.rows().filter_map(|row| records.at(row)).collect();
    let is_listed = |row| before.is_listed(row);
    let mut written = Vec::new();
    edges::write(&records, |id| before.find(id.as_str()).is_some_and(is_listed), &mut written).expect("memory");
    let text = std::str::from_utf8(&written).expect("text");
    let mut again = Vec::new();
    edges::read_text("again", text, &mut |found| again.push(found.map(Record::into_owned)));
    assert!(again.iter().all(Result::is_ok), "{text}");
    let again = snapshot(again).expect("models");
    // Counts and dates that cannot be are missing by now, and that they were there is odd.
    let plain = snapshot(records.into_iter().map(Ok).collect()).expect("models");
    assert_eq!(again.provenance().digest, plain.provenance().digest, "{text}");
});
