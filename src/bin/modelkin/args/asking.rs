//! Commands that count, draw and list.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use modelkin::census::Measure;
use modelkin::export;

use super::chart::{Chart, Drawable};
use super::common::{Asked, Filter, Form, Question, Tables, Trust, Wait};
use crate::program::choice::{CiteArg, CollapseArg, ColorArg, GroupArg};
use crate::program::values::To;
use crate::program::values::{any_owner, engine, format, measure, measures, whole, within};

#[derive(Debug, ClapArgs)]
pub struct Family {
    /// A family of the rules (Qwen), every model of an owner ('Qwen/*') or whose id matches ('Qwen/Qwen3*', in quotes; `*` is any text,
    /// `?` one character), or one model's id
    pub name: String,
    /// Families of your own (CSV: family, namespaces, id_patterns) instead of the built-in ones
    #[arg(long, visible_alias = "rules", value_name = "FILE")]
    pub families: Option<PathBuf>,
    /// Count the members' own derived models too
    #[arg(long)]
    pub include_members: bool,
    /// List the models instead of counting them: in a table those with most downloads, in JSON and CSV all in order of
    /// their ids
    #[arg(long, value_enum, value_name = "PART")]
    pub list: Option<PartArg>,
    /// For --list in a table or in Markdown: how many models to show; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N", requires = "list", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: usize,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub chart: Chart,
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
    /// The measures to rank by and to show, with commas between them: the first sorts [default: descendants]
    #[arg(long, value_parser = measure, value_name = "MEASURE", value_delimiter = ',', long_help = measures())]
    pub by: Vec<Measure>,
    /// The measure that sorts, if it is not the first of --by
    #[arg(long, value_parser = measure, value_name = "MEASURE")]
    pub sort: Option<Measure>,
    /// The columns to show in the place of the usual ones, in this order: measures, with commas between them
    #[arg(long, value_parser = measure, value_name = "MEASURE", value_delimiter = ',')]
    pub columns: Vec<Measure>,
    /// Only members of this family, owner, pattern of ids ('Qwen/Qwen3*') or model and what descends from them; for authors, countries and
    /// licences only what descends from it, so that with --of authors and --relation quantized those who convert it are ranked
    #[arg(long, value_name = "NAME")]
    pub within: Option<String>,
    /// How many rows to show; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: usize,
    /// For --by growth: how many days before the snapshot's date are recent [default: 30]
    #[arg(long, value_name = "N", value_parser = within(1u16, None), allow_negative_numbers = true)]
    pub days: Option<u16>,
    #[command(flatten)]
    pub drawable: Drawable,
}

#[derive(Debug, ClapArgs)]
pub struct Show {
    /// The model's id: the same as --below
    #[arg(group = "Begin", value_name = "MODEL")]
    pub model: Option<String>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// How many siblings to draw, those with most descendants first; 0 draws all
    #[arg(long, default_value_t = 8, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
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
    /// edges; with --above alone also a bill of materials: cyclonedx, cyclonedx-1.7, spdx
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub to: Option<To>,
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// What colours tell, in pictures, DOT, GEXF and Mermaid [default: relation]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub color_by: Option<ColorArg>,
    /// Publishers (CSV: namespace, name, country_iso2, kind), as for report; its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    /// Who lays pictures and DOT out: outline is the program's own (layers, of what lies above a model); dot,
    /// neato, fdp, sfdp, twopi and circo are Graphviz's [default: outline]
    #[arg(long, value_name = "ENGINE", value_parser = engine)]
    pub layout: Option<export::Engine>,
    /// Write a citation of the selection in the place of the file
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, default_missing_value = "text", conflicts_with_all = ["output", "to", "color_by", "layout"])]
    pub cite: Option<CiteArg>,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub asked: Asked,
}

#[derive(Debug, ClapArgs)]
#[command(group(clap::ArgGroup::new("part").required(true).args(["family", "below", "all"])))]
pub struct Explore {
    /// A family's members, or the models whose ids match ('Qwen/Qwen3*'), and what descends from them
    #[arg(long, value_name = "NAME")]
    pub family: Option<String>,
    /// A model and its descendants; may be given several times
    #[arg(long, value_name = "MODEL")]
    pub below: Vec<String>,
    /// Every model that has a link; those without are told by their owners
    #[arg(long)]
    pub all: bool,
    /// The page to write, such as map.html
    #[arg(short, long, visible_alias = "out", value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub tables: Tables,
    #[command(flatten)]
    pub asked: Asked,
}

/// Where a selection begins.
#[derive(Debug, Clone, ClapArgs)]
#[group(required = true, multiple = false)]
pub struct Begin {
    /// A family's members, or the models whose ids match ('Qwen/Qwen3*'), and what descends from them
    #[arg(long, value_name = "NAME")]
    pub family: Option<String>,
    /// A model and its descendants; may be given several times, as may the next two
    #[arg(long, value_name = "MODEL")]
    pub below: Vec<String>,
    /// A model and its ancestors
    #[arg(long, value_name = "MODEL")]
    pub above: Vec<String>,
    /// A model and what lies within --hops links, whichever way they run
    #[arg(long, value_name = "MODEL")]
    pub around: Vec<String>,
    /// Every model
    #[arg(long)]
    pub all: bool,
}

/// A part of the lineage.
#[derive(Debug, Clone, ClapArgs)]
pub struct SelectionArgs {
    #[command(flatten)]
    pub begin: Begin,
    /// Families of your own (CSV: family, namespaces, id_patterns) instead of the built-in ones; for --family, and for
    /// what an export says of families
    #[arg(long, visible_alias = "rules", value_name = "FILE")]
    pub families: Option<PathBuf>,
    /// How many links around [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub hops: Option<usize>,
    /// How many links deep [default: 3 for show, all for export]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub depth: Option<usize>,
    /// Only the N models with most descendants, and what connects them: their ancestors in the selection
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: Option<usize>,
    /// Only models with so many downloads in 30 days, and those named one by one; what connects them is marked
    #[arg(long, value_name = "N", value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub min_downloads: Option<u64>,
    /// Only models with so many descendants, and those named one by one; what connects them is marked
    #[arg(long, value_name = "N", value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub min_descendants: Option<u64>,
    /// Let one node stand for siblings without children, with the same parents and relation
    #[arg(long, value_enum, value_name = "WHICH")]
    pub collapse: Option<CollapseArg>,
}

#[derive(Debug, ClapArgs)]
pub struct Report {
    /// Write it there: a folder or a file that ends with .html is a page with its tables beside it; .md and .json are the whole,
    /// .csv one table [default: print the report]
    #[arg(short, long, visible_alias = "out", value_name = "FILE|DIR")]
    pub output: Option<PathBuf>,
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
    pub chart: Chart,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// A family by rule (Qwen), an owner's models ('unsloth/*'), those whose ids match ('Qwen/Qwen3*') or one model's id
    #[arg(value_name = "FAMILY")]
    pub name: String,
    /// Families (CSV: family, namespaces, id_patterns) instead of the built-in ones
    #[arg(long, visible_alias = "rules", value_name = "FILE")]
    pub families: Option<PathBuf>,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Search {
    /// Words, each of which stands anywhere in the id, in any case; or a whole id, or a model's address
    #[arg(value_name = "WORD", required = true)]
    pub words: Vec<String>,
    /// How many to show (0: all)
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: usize,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Owners {
    /// Only accounts that are not in the table of publishers, those with most downloads first
    #[arg(long)]
    pub unknown: bool,
    /// How many to show (0: all)
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
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
    #[command(flatten)]
    pub form: Form,
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
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: Option<usize>,
    /// Exit with 3 if there is a fault (the kinds marked so, or those of --kinds)
    #[arg(long)]
    pub strict: bool,
    /// Only what is odd about this model and what descends from it
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["bursts", "mirrors"])]
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
