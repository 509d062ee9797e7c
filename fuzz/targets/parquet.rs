//! A dump: an error, or the same rows where links alone are wanted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modelkin::source::Kind;
use modelkin_fuzz::{file, links, read, rows_of};

fuzz_target!(|bytes: &[u8]| {
    let path = file("dump.parquet", bytes);
    let found = read(&path, Some(Kind::HubStats));
    let alone = links(&path, Kind::HubStats);
    let Ok(found) = found else { return };
    let (alone, rejects) = alone.expect("whoever reads less finds less at fault");
    let rows = rows_of(&found);
    assert_eq!((alone, rejects), (rows.clone(), found.len() - rows.len()));
});
