//! Commands that set somebody beside others.

use clap::{Args as ClapArgs, ValueEnum};
use modelkin::survey::{Ends, Facet, Figure};

use super::chart::Drawable;
use crate::program::values::{whole, words};

#[derive(Debug, ClapArgs)]
pub struct Compare {
    /// Families of the rules (Qwen), owners ('Qwen/*'), patterns of ids ('Qwen/Qwen3*') or models, as many as you like
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Tell what descends from them apart by this, and show a column for each name
    #[arg(long, value_name = "WHAT", value_parser = words(&Facet::ALL, Facet::name, Facet::about))]
    pub by: Option<Facet>,
    /// Compare along several snapshots, a row for each: files, or a pattern in quotes
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "by")]
    pub snapshots: Vec<String>,
    /// What to show of each part, or of each snapshot [default: f2]
    #[arg(long, value_name = "FIGURE", value_parser = words(&Figure::ALL, Figure::name, Figure::about))]
    pub show: Option<Figure>,
    /// For --by country, licence or owner: how many rows to show, the largest first; 0 shows all [default: 20]
    #[arg(long, value_name = "N", requires = "by", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: Option<usize>,
    #[command(flatten)]
    pub drawable: Drawable,
}

#[derive(Debug, ClapArgs)]
pub struct Flows {
    /// Between whom
    #[arg(long, default_value = "owner", value_name = "WHAT", value_parser = words(&Ends::ALL, Ends::name, Ends::about))]
    pub by: Ends,
    /// What somebody builds on their own [default: count for country, kind and family, else leave-out]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub own: Option<OwnArg>,
    /// Only members of this family, owner, pattern of ids ('Qwen/Qwen3*') or model and what descends from them
    #[arg(long, value_name = "NAME")]
    pub within: Option<String>,
    /// How many pairs to show; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: usize,
    #[command(flatten)]
    pub drawable: Drawable,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OwnArg {
    /// Count it
    Count,
    /// Leave it out
    LeaveOut,
}
