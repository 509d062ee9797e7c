//! This is what can be typed: every command with its options. The comments at arguments are the program's help.

mod asking;
mod chart;
mod common;
mod comparing;
mod making;
#[cfg(feature = "mcp")]
mod mcp;
mod origin;
mod serve;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use crate::program::choice::{CiteArg, ColorArg, FormatArg, GroupArg, KindArg, ShellArg, WhenArg};
use crate::program::files::FromTo;
pub use asking::{
    Begin, Check, Diff, Explain, Explore, Export, Family, Owners, PartArg, Rank, Report, Search, SelectionArgs, Show,
};
pub use chart::{Chart, Drawable};
pub use common::{Asked, Filter, Form, Speech, Tables, Trust, Wait};
pub use comparing::{Compare, Flows, OwnArg};
pub use making::{Crawl, Import, Verify};
#[cfg(feature = "mcp")]
pub use mcp::Mcp;
pub use origin::{Blast, Bom, Common, LicenceFormat, Licences, Models, Siblings, UnknownArg, Upstream, Why};
pub use serve::Serve;

/// Who descends from whom among the world's open AI models: exact counts of derivatives, each with its definition.
#[derive(Debug, Parser)]
#[command(name = "modelkin", version, propagate_version = true, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub speech: Speech,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read dumps, model cards or edge text into a snapshot
    Import(Import),
    /// Fetch the Hub's listing into a snapshot, or bring one up to date
    Crawl(Crawl),
    /// Count a family's derivatives: direct (F1), all (F2) and mentions (F3)
    Family(Family),
    /// Rank models, owners, families, or whoever made the derived models, by adoption
    Rank(Rank),
    /// Set families, owners and models beside each other: totals, by month, by country, along snapshots
    Compare(Compare),
    /// Tell who builds on whom: accounts, publishers, converters, countries, families in pairs
    Flows(Flows),
    /// Find models by words of their ids, those with most descendants first
    Search(Search),
    /// Draw a part of the lineage as a tree: what is below a model, above it, around it, a family
    Show(Show),
    /// Write a part of the lineage as a graph file: DOT, GraphML, GEXF, Mermaid, JSON, CSV and others
    Export(Export),
    /// Write a map to look at in a browser, as one file: every model, with search, counts and what descends from it
    Explore(Explore),
    /// Write every figure of a snapshot, section by section: a page, its tables, Markdown, JSON
    Report(Report),
    /// Show snapshots in the browser: models, families, owners, rankings, the report; on this machine alone
    Serve(Serve),
    /// Answer agents by the Model Context Protocol, on standard input and output
    #[cfg(feature = "mcp")]
    Mcp(Mcp),
    /// Count one family under every definition, and say what makes the numbers differ
    Explain(Explain),
    /// List the accounts with their publisher, country and kind, or those that no table knows
    Owners(Owners),
    /// List everything that a model descends from, with relations, licences, and what cannot be avoided
    Upstream(Upstream),
    /// Tell how a model descends from another one; exits with 3 if it does not
    Why(Why),
    /// List the nearest common ancestors of models; exits with 3 if there are none
    Common(Common),
    /// List the other children of a model's parents
    Siblings(Siblings),
    /// Tell what descends from models, and what hangs only through them: if a base is withdrawn, relicensed or bad
    Blast(Blast),
    /// Hold what models state of their licences against the terms of what they descend from; exits with 3 if terms are broken
    Licences(Licences),
    /// Write a bill of materials of models and all that they descend from: CycloneDX or SPDX
    Bom(Bom),
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
    /// Write what a shell needs to complete commands, options, and the names of models, owners and families
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: ShellArg,
    },
    /// Write the man pages
    #[command(hide = true)]
    Manual {
        /// The folder to write them to
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Write the JSON schemas of all answers
    #[command(hide = true)]
    Schemas {
        /// The folder to write them to
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}
