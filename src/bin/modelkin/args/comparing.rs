//! Commands that set somebody beside others.

use clap::{Args as ClapArgs, ValueEnum};

use super::chart::Chart;
use super::common::{Filter, Question, Tables};

#[derive(Debug, ClapArgs)]
pub struct Compare {
    /// Families of the rules (Qwen), owners ('Qwen/*') or models, as many as you like
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Tell what descends from them apart by this, and show a column for each name
    #[arg(long, value_enum, value_name = "WHAT")]
    pub by: Option<FacetArg>,
    /// Compare along several snapshots, a row for each: files, or a pattern in quotes
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "by")]
    pub snapshots: Vec<String>,
    /// What to show of each part, or of each snapshot [default: f2]
    #[arg(long, value_enum, value_name = "FIGURE")]
    pub show: Option<FigureArg>,
    /// For --by country, licence or owner: how many rows to show, the largest first; 0 shows all [default: 20]
    #[arg(long, value_name = "N", requires = "by")]
    pub top: Option<usize>,
    #[command(flatten)]
    pub chart: Chart,
    #[command(flatten)]
    pub tables: Tables,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FacetArg {
    /// The month in which a derived model was made
    Month,
    /// The quarter
    Quarter,
    /// The year
    Year,
    /// How it was made: the relation of its own link towards the name
    Relation,
    /// The country of its own publisher
    Country,
    /// The licence that it states
    #[value(alias = "license")]
    Licence,
    /// The class of its size
    Size,
    /// How many links lie between it and the name
    Generation,
    /// Its own account
    #[value(alias = "author")]
    Owner,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FigureArg {
    /// Distinct derived models (F2)
    F2,
    /// Distinct models with a member for a parent (F1)
    F1,
    /// Distinct owners of the derived models
    Authors,
    /// Downloads in 30 days of the derived models, where known
    Downloads,
    /// The derived models as a share of all derived models of the same part
    Share,
}

#[derive(Debug, ClapArgs)]
pub struct Flows {
    /// Between whom
    #[arg(long, value_enum, default_value = "owner", value_name = "WHAT")]
    pub by: EndsArg,
    /// What somebody builds on their own [default: count for country, kind and family, else leave-out]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub own: Option<OwnArg>,
    /// Only members of this family, owner or model and what descends from them
    #[arg(long, value_name = "NAME")]
    pub within: Option<String>,
    /// How many pairs to show; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub top: usize,
    #[command(flatten)]
    pub chart: Chart,
    #[command(flatten)]
    pub tables: Tables,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum EndsArg {
    /// Accounts
    Owner,
    /// Publishers, each with all of its accounts
    Publisher,
    /// Publishers of quantized models and those whose models they quantize
    Converter,
    /// Countries of publishers
    Country,
    /// Kinds of publishers: industry, university and so on
    Kind,
    /// Families of the rules
    Family,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OwnArg {
    /// Count it
    Count,
    /// Leave it out
    LeaveOut,
}
