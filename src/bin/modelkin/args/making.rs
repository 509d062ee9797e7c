//! Commands that make snapshots, and look whether they are whole.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use modelkin::ask::Day;

use super::common::Wait;
use crate::program::choice::KindArg;
use crate::program::values::{cited, model_id, owner, tag, within};

#[derive(Debug, ClapArgs)]
pub struct Verify {
    /// The snapshot
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The SHA-256 of the contents that somebody cites, whole or its first digits, twelve or more
    #[arg(long, value_name = "SHA", value_parser = cited)]
    pub digest: Option<String>,
    #[command(flatten)]
    pub wait: Wait,
}

#[derive(Debug, ClapArgs)]
pub struct Import {
    /// Files and folders: JSON or JSON Lines of the Hub's rows, tables as CSV (all plain, gzip or zstd), Parquet dumps, model
    /// cards, a Hub cache, edge text, a snapshot; joined in this order, later records win. Or addresses of such files, as
    /// hf://datasets/OWNER/NAME@REVISION/PATH and https://...; `hub` is the Hub's daily dump, `-` the standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub wait: Wait,
    /// What the paths are [default: guessed from what is there]
    #[arg(long = "as", value_enum, value_name = "KIND")]
    pub kind: Option<KindArg>,
    /// What a column of a table means whose name nobody could know, such as parent=trained_from; may stand several times.
    /// WORD is id, parent, finetune_parent, quantized_parent, adapter_parent, merge_parent, relation, card, tags, created,
    /// downloads, likes, parameters, task, library or licence
    #[arg(long = "column", value_name = "WORD=NAME")]
    pub columns: Vec<String>,
    /// The snapshot to write; a file that is there is replaced when the new one is whole
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// The day that the records describe, such as 2025-07-02 [default: the newest date among them]
    #[arg(long, value_name = "DATE")]
    pub date: Option<Day>,
    /// Of files of data sets (hf://, hub): the last commit of this day or before, which dates the snapshot too
    #[arg(long, value_name = "DATE", conflicts_with = "date")]
    pub at: Option<Day>,
    /// A table of old ids (CSV: old, new; or legacy_id, canonical_id) beside the built-in one; its rows win
    #[arg(long, value_name = "FILE")]
    pub aliases: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "HF_TOKEN, HF_TOKEN_PATH or the token file give a token, and with it a larger quota; HF_ENDPOINT \
names another Hub. Ctrl-C any time: the same command goes on."
)]
pub struct Crawl {
    /// The snapshot to write; what is there is replaced when the new one is whole
    #[arg(short, long, value_name = "FILE", default_value = "hub.modelkin")]
    pub output: PathBuf,
    #[command(flatten)]
    pub wait: Wait,
    /// Only the models of this owner
    #[arg(long, value_name = "NAME", value_parser = owner)]
    pub owner: Option<String>,
    /// Only this model and what descends from it
    #[arg(long, value_name = "MODEL", value_parser = model_id, conflicts_with_all = ["owner", "filters"])]
    pub below: Option<String>,
    /// Only models with this tag; may stand several times
    #[arg(long = "filter", value_name = "TAG", value_parser = tag)]
    pub filters: Vec<String>,
    /// End after so many rows of the listing
    #[arg(long, value_name = "N", value_parser = within(1u64, None), allow_negative_numbers = true)]
    pub limit: Option<u64>,
    /// Stop at a listing of more models, which goes on with a greater number [default: ten times what the Hub had when it was
    /// last counted]
    #[arg(long, value_name = "N", value_parser = within(1u64, None), allow_negative_numbers = true)]
    pub max_models: Option<u64>,
    /// Fetch the cards of derived models too, and read what they declare
    #[arg(long)]
    pub cards: bool,
    /// Do not ask for the names of licences that the Hub calls "other": a second listing, of some 100 to 200 requests
    /// for the whole Hub. Of --below and --limit they are never asked for
    #[arg(long, conflicts_with_all = ["below", "limit", "renames"])]
    pub no_licence_names: bool,
    /// Fetch only what changed since the snapshot was taken; of --below and --limit only with --full
    #[arg(long, conflicts_with_all = ["owner", "below", "filters", "limit", "cards"])]
    pub update: bool,
    /// With --update: list everything again, which alone finds what was deleted
    #[arg(long, requires = "update")]
    pub full: bool,
    /// Instead of listing: ask what became of the parents that the snapshot does not list, those with most children
    /// first, and add those that were renamed to it; with --limit so many at most
    #[arg(long, conflicts_with_all = ["owner", "below", "filters", "max_models", "cards", "update", "record"])]
    pub renames: bool,
    /// Keep the snapshot that is there, under a name with its date
    #[arg(long)]
    pub keep: bool,
    /// Keep the pages in this folder; `import` makes the same snapshot of them
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// A table of old ids (CSV: old, new; or legacy_id, canonical_id) beside the built-in one; its rows win
    #[arg(long, value_name = "FILE")]
    pub aliases: Option<PathBuf>,
    /// Seconds of silence after which a request is tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = within(1u64, Some(3600)), allow_negative_numbers = true)]
    pub timeout: u64,
    /// Minutes for which one page is tried before the crawl stops, waits that the Hub asks for left out; it can go on
    /// later
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = within(0u64, Some(10_000)), allow_negative_numbers = true)]
    pub patience: u64,
}
