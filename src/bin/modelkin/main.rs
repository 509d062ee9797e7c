//! The program: who descends from whom among the world's open AI models.

mod args;
mod check;
mod choice;
mod crawl;
mod diff;
mod explain;
mod export;
mod family;
mod files;
mod filter;
mod hub;
mod import;
mod output;
mod owners;
mod progress;
mod rank;
mod remote;
mod renames;
mod report;
mod selection;
mod show;
mod snapshots;
mod values;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// The policy check of `check --strict` failed.
const POLICY: u8 = 3;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        Command::Import(import) => import::run(import),
        Command::Crawl(crawl) => crawl::run(crawl),
        Command::Family(family) => family::run(family),
        Command::Rank(rank) => rank::run(rank),
        Command::Show(show) => show::run(show),
        Command::Export(export) => export::run(export),
        Command::Report(report) => report::run(report),
        Command::Explain(explain) => explain::run(explain),
        Command::Owners(owners) => owners::run(owners),
        Command::Diff(diff) => diff::run(diff),
        Command::Check(check) => check::run(check),
        Command::Verify(verify) => verify::run(verify),
    };
    match done {
        Ok(code) => code,
        Err(error) => output::failed(&error),
    }
}
