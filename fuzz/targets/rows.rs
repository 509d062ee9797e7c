//! Rows of the Hub, as JSON or JSON Lines, plain or packed: no row is lost unsaid, and all readers see the same ones.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modelkin::model::Record;
use modelkin::source::{Kind, read_rows};
use modelkin_fuzz::{file, links, read, rows_of};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let path = file("rows.jsonl", bytes);
    let found = read(&path, Some(Kind::Jsonl));
    _ = read(&path, None);
    let alone = links(&path, Kind::Jsonl);
    let is_packed = [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd"].iter().any(|magic| bytes.starts_with(magic));
    if !is_packed {
        let mut again = Vec::new();
        let done = read_rows(&path.display().to_string(), bytes, &mut |row| again.push(row.map(Record::into_owned)));
        assert_eq!(done.is_ok(), found.is_ok(), "{done:?} {found:?}");
        assert!(found.is_err() || found.as_ref() == Ok(&again));
    }
    let Ok(found) = found else { return };
    let (alone, rejects) = alone.expect("whoever reads less finds less at fault");
    let rows = rows_of(&found);
    assert_eq!((alone, rejects), (rows.clone(), found.len() - rows.len()));
    if let Ok(all) = serde_json::from_slice::<Vec<Value>>(bytes) {
        assert_eq!(found.len(), all.len());
    }
});
