//! A dump: an error, or the same rows for the reader of records and for that of links.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modelkin::source::Kind;
use modelkin_fuzz::{file, links, read, rows_of};

/// Columns that the reader of links does not know, as their names stand in a footer. Nor does it know lists that are texts: no
/// seed has them.
const OTHERS: &[&str] = &[
    "model_id",
    "modelId",
    "repo_id",
    "current_model",
    "child_id",
    "child",
    "model",
    "base_models",
    "base_model",
    "base_ids",
    "base_id",
    "base_model_id",
    "base_model_ids",
    "parent_model",
    "parent_models",
    "parent_id",
    "parent_ids",
    "parent",
    "parents",
    "derived_from",
    "merged_derived_from",
    "finetune_parent",
    "quantized_parent",
    "adapter_parent",
    "merge_parent",
    "relation",
    "relation_type",
    "relationship",
    "card",
    "modelCard",
    "model_card",
    "readme",
    "card_data",
];

fn has(bytes: &[u8], name: &str) -> bool {
    let name = [&[name.len() as u8][..], name.as_bytes()].concat();
    bytes.windows(name.len()).any(|part| part.eq_ignore_ascii_case(&name))
}

fuzz_target!(|bytes: &[u8]| {
    let path = file("dump.parquet", bytes);
    let found = read(&path, Some(Kind::HubStats));
    let alone = links(&path, Kind::HubStats);
    let Ok(found) = found else { return };
    let (alone, rejects) = alone.expect("whoever reads less finds less at fault");
    let rows = rows_of(&found);
    assert_eq!(alone.len() + rejects, found.len());
    if !OTHERS.iter().any(|name| has(bytes, name)) {
        assert_eq!((alone, rejects), (rows.clone(), found.len() - rows.len()));
    }
});
