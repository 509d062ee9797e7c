//! Everything that is tested through the public API and the program.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs, reason = "tests")]

mod ask;
mod asked;
mod bom;
mod bounds;
mod charts;
mod citations;
mod cite;
mod compare;
mod completions;
mod counting;
mod crawl;
mod cuts;
mod dataset;
mod dirt;
mod drawn;
mod endless;
mod explorer;
mod export;
mod files;
mod forged;
mod graph;
mod hosts;
mod hub_today;
mod inventory;
mod laid;
mod layers;
mod licence_tables;
mod licences;
#[cfg(feature = "mcp")]
mod mcp;
mod mutants;
mod naive;
mod names;
mod odd_answers;
mod odd_cards;
mod odd_hub;
mod odd_shapes;
mod odd_tables;
mod old_ids;
mod origin;
mod outputs;
mod packed;
mod page;
mod parquet;
mod parts;
mod program;
mod readme;
mod real;
mod renames;
mod schema;
mod search;
mod serve;
mod snapshots;
mod sources;
mod steady;
mod streams;
mod support;
mod survey;
mod tables;
mod terminal;
mod trust;
mod usage;
mod ways;

#[path = "../hub/mod.rs"]
mod hub;
