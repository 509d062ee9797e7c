//! What was typed is read here, and an error becomes a sentence and an exit code.

pub(crate) mod args;
mod asked;
mod blast;
mod bom;
mod busy;
mod charts;
mod check;
mod choice;
mod clock;
mod closed;
mod common;
mod compare;
mod completions;
mod crawl;
pub(crate) mod desk;
mod diff;
mod explain;
mod explore;
mod export;
mod family;
mod files;
mod flows;
mod graphviz;
mod hints;
mod hub;
mod import;
mod interrupt;
mod licences;
#[cfg(feature = "mcp")]
mod mcp;
mod models;
pub(crate) mod output;
mod owners;
mod pack;
mod paged;
mod progress;
mod rank;
mod remote;
mod renames;
mod report;
mod schemas;
mod search;
mod serve;
mod show;
mod siblings;
pub(crate) mod snapshots;
mod terminal;
mod upstream;
mod values;
mod verify;
mod visible;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use modelkin::census;

/// The policy check of `check --strict` failed.
const POLICY: u8 = 3;

/// Does what a command line asks for, of which the first word is the program's name.
pub(crate) fn main(words: Vec<OsString>) -> ExitCode {
    match completions::answered(&words) {
        Ok(false) => (),
        Ok(true) => return ExitCode::SUCCESS,
        Err(error) => return output::failed(&error),
    }
    let args = match Args::try_parse_from(words) {
        Ok(args) => args,
        Err(answer) => return output::answered(&answer),
    };
    terminal::speak(args.speech);
    census::threads(processors());
    match run(&args.command) {
        Ok(code) => code,
        Err(error) => output::failed(&error),
    }
}

fn run(command: &Command) -> anyhow::Result<ExitCode> {
    // Whatever takes long must not end with an answer that nobody gets.
    if !matches!(command, Command::Export(export) if export.output.is_some()) {
        output::ready()?;
    }
    match command {
        Command::Import(import) => import::run(import),
        Command::Crawl(crawl) => crawl::run(crawl),
        Command::Family(family) => family::run(family),
        Command::Rank(rank) => rank::run(rank),
        Command::Compare(compare) => compare::run(compare),
        Command::Flows(flows) => flows::run(flows),
        Command::Search(search) => search::run(search),
        Command::Show(show) => show::run(show),
        Command::Export(export) => export::run(export),
        Command::Explore(explore) => explore::run(explore),
        Command::Report(report) => report::run(report),
        Command::Serve(serve) => serve::run(serve),
        #[cfg(feature = "mcp")]
        Command::Mcp(mcp) => mcp::run(mcp),
        Command::Explain(explain) => explain::run(explain),
        Command::Owners(owners) => owners::run(owners),
        Command::Upstream(upstream) => upstream::run(upstream),
        Command::Why(why) => why::run(why),
        Command::Common(common) => common::run(common),
        Command::Siblings(siblings) => siblings::run(siblings),
        Command::Blast(blast) => blast::run(blast),
        Command::Licences(licences) => licences::run(licences),
        Command::Bom(bom) => bom::run(bom),
        Command::Diff(diff) => diff::run(diff),
        Command::Check(check) => check::run(check),
        Command::Verify(verify) => verify::run(verify),
        Command::Pack(args) => pack::pack(args),
        Command::Unpack(args) => pack::unpack(args),
        Command::Completions { shell } => completions::run(*shell),
        Command::Manual { folder } => completions::manual(folder),
        Command::Schemas { folder } => schemas::run(folder),
    }
}

/// Threads to count on: one for each processor, or what RAYON_NUM_THREADS says, up to 256 or the number of processors: each
/// takes memory, and a system that is asked for too many may end the program.
fn processors() -> usize {
    const MOST: usize = 256;
    let asked = std::env::var("RAYON_NUM_THREADS").ok().and_then(|number| number.parse().ok());
    let all = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.filter(|number| *number > 0).map_or_else(all, |number: usize| number.min(MOST.max(all())))
}
