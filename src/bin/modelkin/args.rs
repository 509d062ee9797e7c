//! This is what can be typed: every command with its options. The comments at arguments are the program's help.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use modelkin::ask::Day;
use modelkin::census::Measure;
use modelkin::export;
use modelkin::model::Relation;

pub use crate::choice::{CollapseArg, ColorArg, FormatArg, GroupArg, KindArg};

use crate::files::FromTo;
use crate::values::{
    any_id, any_owner, cited, engine, format, measure, measures, model_id, owner, perhaps_empty, relation, tag,
};

/// Who descends from whom among the world's open AI models: exact counts of derivatives, each with its definition.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

/// What every question understands.
#[derive(Debug, ClapArgs)]
pub struct Question {
    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    pub format: FormatArg,
    /// The snapshot to ask [default: the last one imported, else the sample inside the program; `sample` names that]
    #[arg(long, env = "MODELKIN_SNAPSHOT", value_name = "FILE", value_parser = perhaps_empty())]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub trust: Trust,
    #[command(flatten)]
    pub wait: Wait,
}

/// What is believed of a snapshot.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Trust {
    /// Compute everything from the records, and take nothing that the snapshot keeps; refuse one whose digest is not theirs
    #[arg(long)]
    pub trust_nothing: bool,
}

/// How long counting may take.
#[derive(Debug, ClapArgs)]
pub struct Wait {
    /// Count also what would take more than half a minute, or more than SECONDS: no lineage of a Hub does, but models may
    /// merge so that most see most others
    #[arg(long = "wait", value_name = "SECONDS", num_args = 0..=1, require_equals = true)]
    seconds: Option<Option<u64>>,
}

impl Wait {
    /// So many seconds, or nothing: as many as it takes.
    pub fn seconds(&self) -> Option<u64> {
        match self.seconds {
            None => Some(30),
            Some(seconds) => seconds,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read dumps, model cards or edge text into a snapshot
    Import(Import),
    /// Fetch the Hub's listing into a snapshot, or bring one up to date
    Crawl(Crawl),
    /// Count a family's derivatives: direct (F1), all (F2) and mentions (F3)
    Family(Family),
    /// Rank models, owners or families by adoption
    Rank(Rank),
    /// Draw a part of the lineage as a tree: what is below a model, above it, around it, a family
    Show(Show),
    /// Write a part of the lineage as a graph file: DOT, GraphML, GEXF, Mermaid, JSON, CSV and others
    Export(Export),
    /// Write every figure of a snapshot, section by section: a page, its tables, Markdown, JSON
    Report(Report),
    /// Count one family under every definition, and say what makes the numbers differ
    Explain(Explain),
    /// List the accounts with their publisher, country and kind, or those that no table knows
    Owners(Owners),
    /// Compare two snapshots: what appeared, vanished, changed parents, licence or name
    Diff(Diff),
    /// List what is odd in a snapshot: rejects, cycles, paths, conflicts
    Check(Check),
    /// Compute a snapshot's digest, counts and all that it keeps again from its records; exits with 3 if it says otherwise
    Verify(Verify),
    /// Pack a snapshot into a sixth of its room, to be kept or sent; all commands read it so
    Pack(FromTo),
    /// Unpack a packed snapshot: the same bytes as before, which are read faster
    Unpack(FromTo),
}

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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Stop at a listing of more models, which goes on with a greater number [default: ten times what the Hub had when it was
    /// last counted]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
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
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Minutes for which one page is tried before the crawl stops, waits that the Hub asks for left out; it can go on
    /// later
    #[arg(long, value_name = "MINUTES", default_value_t = 15, value_parser = clap::value_parser!(u64).range(..=10_000))]
    pub patience: u64,
}

#[derive(Debug, ClapArgs)]
pub struct Family {
    /// A family of the rules (Qwen), every model of an owner ('Qwen/*'), or one model's id
    pub name: String,
    /// Families by your own rules (CSV: family, namespaces, id_patterns) instead of the built-in ones
    #[arg(long, visible_alias = "families", value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Count the members' own derived models too
    #[arg(long)]
    pub include_members: bool,
    /// List the models instead of counting them: in a table those with most downloads, in JSON and CSV all in order of
    /// their ids
    #[arg(long, value_enum, value_name = "PART")]
    pub list: Option<PartArg>,
    /// For --list in a table or in Markdown: how many models to show; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N", requires = "list")]
    pub top: usize,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum PartArg {
    /// The models that the family's rule names
    Members,
    /// F1: models with a parent among the members
    F1,
    /// F2: all models that descend from members
    F2,
    /// F3: models that mention the family
    F3,
}

#[derive(Debug, ClapArgs)]
pub struct Rank {
    /// What to rank
    #[arg(long, value_enum, default_value = "models")]
    pub of: GroupArg,
    /// The measure to rank by
    #[arg(long, value_parser = measure, default_value = "descendants", value_name = "MEASURE", long_help = measures())]
    pub by: Measure,
    /// How many rows to show; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub top: usize,
    /// Families by your own rules, for --of families
    #[arg(long, visible_alias = "families", value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// For --by growth: how many days before the snapshot's date are recent [default: 30]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub days: Option<u16>,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Show {
    /// The model's id: the same as --below
    #[arg(group = "Begin", value_name = "MODEL")]
    pub model: Option<String>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// How many siblings to draw, those with most descendants first; 0 draws all
    #[arg(long, default_value_t = 8, value_name = "N")]
    pub siblings: usize,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Export {
    /// The file to write; its suffix tells the format [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// The format [default: by the suffix]: dot, svg, png, pdf, graphml, gexf, mermaid, json, cytoscape, csv, parquet, neo4j,
    /// edges
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub to: Option<export::Format>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// What colours tell, in pictures, DOT, GEXF and Mermaid [default: relation]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub color_by: Option<ColorArg>,
    /// Publishers (CSV: namespace, name, country_iso2, kind), as for report; its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    /// Who lays pictures and DOT out: outline is the program's own; dot, neato, fdp, sfdp, twopi and circo are Graphviz's
    /// [default: outline]
    #[arg(long, value_name = "ENGINE", value_parser = engine)]
    pub layout: Option<export::Engine>,
    #[command(flatten)]
    pub filter: Filter,
    /// The snapshot to ask [default: the last one imported, else the sample inside the program; `sample` names that]
    #[arg(long, env = "MODELKIN_SNAPSHOT", value_name = "FILE", value_parser = perhaps_empty())]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub trust: Trust,
    #[command(flatten)]
    pub wait: Wait,
}

/// Where a selection begins.
#[derive(Debug, Clone, ClapArgs)]
#[group(required = true, multiple = false)]
pub struct Begin {
    /// A family's members and what descends from them
    #[arg(long, value_name = "NAME")]
    pub family: Option<String>,
    /// A model and its descendants
    #[arg(long, value_name = "MODEL")]
    pub below: Option<String>,
    /// A model and its ancestors
    #[arg(long, value_name = "MODEL")]
    pub above: Option<String>,
    /// A model and what lies within --hops links, whichever way they run
    #[arg(long, value_name = "MODEL")]
    pub around: Option<String>,
    /// Every model
    #[arg(long)]
    pub all: bool,
}

/// A part of the lineage.
#[derive(Debug, Clone, ClapArgs)]
pub struct SelectionArgs {
    #[command(flatten)]
    pub begin: Begin,
    /// Families by your own rules (CSV: family, namespaces, id_patterns) instead of the built-in ones; for --family, and for
    /// what an export says of families
    #[arg(long, visible_alias = "families", value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// How many links around [default: 1]
    #[arg(long, value_name = "N")]
    pub hops: Option<usize>,
    /// How many links deep [default: 3 for show, all for export]
    #[arg(long, value_name = "N")]
    pub depth: Option<usize>,
    /// Only the N models with most descendants, and what connects them: their ancestors in the selection
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// Only models with so many downloads in 30 days, and those that were named; what connects them is marked
    #[arg(long, value_name = "N")]
    pub min_downloads: Option<u64>,
    /// Only models with so many descendants, and those that were named; what connects them is marked
    #[arg(long, value_name = "N")]
    pub min_descendants: Option<u64>,
    /// Let one node stand for siblings without children, with the same parents and relation
    #[arg(long, value_enum, value_name = "WHICH")]
    pub collapse: Option<CollapseArg>,
}

/// Tables of your own instead of those inside the program.
#[derive(Debug, ClapArgs)]
pub struct Tables {
    /// Publishers (CSV: namespace, name, country_iso2, kind); its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    /// Families (CSV: family, namespaces, id_patterns) instead of the built-in ones
    #[arg(long, visible_alias = "rules", value_name = "FILE")]
    pub families: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Report {
    /// Write a page and its tables there: a folder, or a file that ends with .html [default: print the report]
    #[arg(short, long, value_name = "DIR|FILE.html")]
    pub out: Option<PathBuf>,
    /// Only these sections, with commas between them, or one table, as derivatives.families
    #[arg(long = "section", value_name = "NAME", value_delimiter = ',')]
    pub sections: Vec<String>,
    /// Put what descends from a mirror (a re-upload under the same name) below the model that it mirrors
    #[arg(long)]
    pub fold_mirrors: bool,
    /// Several snapshots of one Hub, as a pattern or one after the other: the report is of the last, with a section on how
    /// they differ
    #[arg(long, value_name = "PATTERN", num_args = 1..)]
    pub snapshots: Vec<String>,
    #[command(flatten)]
    pub tables: Tables,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// A family by rule (Qwen), an owner's models ('unsloth/*') or one model's id
    #[arg(value_name = "FAMILY")]
    pub name: String,
    /// Families (CSV: family, namespaces, id_patterns) instead of the built-in ones
    #[arg(long, visible_alias = "rules", value_name = "FILE")]
    pub families: Option<PathBuf>,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Owners {
    /// Only accounts that are not in the table of publishers, those with most downloads first
    #[arg(long)]
    pub unknown: bool,
    /// How many to show (0: all)
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub top: usize,
    /// Publishers (CSV: namespace, name, country_iso2, kind); its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Diff {
    /// The earlier snapshot
    #[arg(value_name = "EARLIER")]
    pub before: PathBuf,
    /// The later snapshot
    #[arg(value_name = "LATER")]
    pub after: PathBuf,
    /// Only this table; for CSV, which is one table
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    #[command(flatten)]
    pub tables: Tables,
    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    pub format: FormatArg,
    #[command(flatten)]
    pub trust: Trust,
    #[command(flatten)]
    pub wait: Wait,
}

#[derive(Debug, ClapArgs)]
pub struct Check {
    /// The snapshot [default: as for every command]
    pub file: Option<PathBuf>,
    /// List every case of this kind (reject, cycle, path, ...; all for every kind)
    #[arg(long, value_name = "KIND")]
    pub list: Option<String>,
    /// List the bursts: mass uploads below one model within a day
    #[arg(long, conflicts_with_all = ["list", "mirrors", "strict"])]
    pub bursts: bool,
    /// List the mirrors: re-uploads of a model under its own name by somebody else
    #[arg(long, conflicts_with_all = ["list", "strict"])]
    pub mirrors: bool,
    /// List the old names of models and accounts whose links were moved, with how many
    #[arg(long, conflicts_with_all = ["list", "strict", "bursts", "mirrors", "below", "owner", "kinds"])]
    pub aliases: bool,
    /// How many bursts, mirrors or old names to show (0: all) [default: 20]
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// Exit with 3 if there is a fault (the kinds marked so, or those of --kinds)
    #[arg(long)]
    pub strict: bool,
    /// Only what is odd about this model and what descends from it
    #[arg(long, value_name = "MODEL", value_parser = any_id, conflicts_with_all = ["bursts", "mirrors"])]
    pub below: Option<String>,
    /// Only what is odd about models of this owner
    #[arg(long, value_name = "NAME", value_parser = any_owner, conflicts_with_all = ["bursts", "mirrors"])]
    pub owner: Option<String>,
    /// Only these kinds, with commas between them; each is then a fault, whether it is marked so or not
    #[arg(long, value_name = "KIND", value_delimiter = ',', conflicts_with_all = ["bursts", "mirrors"])]
    pub kinds: Vec<String>,
    #[command(flatten)]
    pub question: Question,
}

/// Which links are followed, and which models are counted.
#[derive(Debug, Default, ClapArgs)]
pub struct Filter {
    /// Follow only links of these relations, with commas between them: finetune, quantized, adapter, merge, unstated
    #[arg(long, value_parser = relation, value_name = "RELATION", value_delimiter = ',')]
    pub relation: Vec<Relation>,
    /// Do not follow links of these relations, with commas between them
    #[arg(long, value_parser = relation, value_name = "RELATION", value_delimiter = ',')]
    pub exclude: Vec<Relation>,
    /// Do not follow links from parents that are not listed
    #[arg(long)]
    pub no_unlisted: bool,
    /// Put what descends from a mirror (a re-upload under the same name) below the model that it mirrors, and count no mirror as a derivative
    #[arg(long)]
    pub fold_mirrors: bool,
    /// Count only models created on this day or later; the others are walked through
    #[arg(long, value_name = "DATE")]
    pub since: Option<Day>,
    /// Count only models created before this day; the others are walked through
    #[arg(long, value_name = "DATE")]
    pub until: Option<Day>,
}
