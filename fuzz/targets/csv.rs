//! A table by its header: the same each time, and a source of its own or an error that names the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modelkin::source::Kind;
use modelkin_fuzz::{file, links, read, rows_of};

fuzz_target!(|bytes: &[u8]| {
    let path = file("table.csv", bytes);
    let found = read(&path, Some(Kind::Csv));
    _ = read(&path, None);
    let Ok(found) = found else { return };
    let rows = rows_of(&found);
    assert_eq!(links(&path, Kind::Csv), Ok((rows.clone(), found.len() - rows.len())));
});
