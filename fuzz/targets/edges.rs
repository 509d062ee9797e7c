//! Our notation: what is read can be written, and is the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modelkin::model::Record;
use modelkin::snapshot::Builder;
use modelkin::source::{Kind, edges};
use modelkin_fuzz::{file, read};

fn digest(records: Vec<Record<'_>>) -> Option<String> {
    let mut builder = Builder::new();
    records.into_iter().for_each(|record| builder.add(Ok(record)));
    builder.finish("fuzz", None, None).ok().map(|snapshot| snapshot.provenance().digest.clone())
}

fuzz_target!(|bytes: &[u8]| {
    let path = file("lineage.edges", bytes);
    _ = read(&path, None);
    let Ok(found) = read(&path, Some(Kind::Edges)) else { return };
    let mut records: Vec<_> = found.into_iter().flatten().collect();
    // The notation has no words for what was odd in it.
    records.iter_mut().for_each(|record| record.oddities.clear());
    let listed: Vec<String> = records.iter().map(|record| record.id.key()).collect();
    let mut written = Vec::new();
    edges::write(&records, |id| listed.contains(&id.key()), &mut written).expect("memory");
    let written = std::str::from_utf8(&written).expect("text");
    let mut again = Vec::new();
    edges::read_text("again", written, &mut |record| again.push(record.expect("its own words").into_owned()));
    assert_eq!(digest(again), digest(records), "{written}");
});
