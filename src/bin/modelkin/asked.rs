//! Which question a command asks, whoever typed it: nobody waits at a terminal for the answer.

use anyhow::bail;
use clap::Parser;
use modelkin::ask::Question;

use crate::program::args::{Args, Command};
use crate::program::output::Usage;
use crate::program::{
    blast, check, common, compare, diff, explain, family, flows, licences, models, owners, rank, report, search, show,
    siblings, upstream, why,
};

/// The question that the words of a command line ask, without the program's name.
pub fn question(words: &[String]) -> anyhow::Result<Question> {
    // Which snapshots are asked is the matter of whoever asks: none is named, not by the variable either.
    let files: &[&str] = match words.first().map(String::as_str) {
        Some("diff") => &["EARLIER", "LATER"],
        _ => &["--snapshot="],
    };
    let (command, rest) = words.split_at(words.len().min(1));
    let command = std::iter::once("modelkin").chain(command.iter().map(String::as_str));
    let words_of = command.chain(files.iter().copied()).chain(rest.iter().map(String::as_str));
    let args = Args::try_parse_from(words_of);
    let args = args.map_err(|error| {
        let text = error.to_string();
        let said = text.strip_prefix("error: ").unwrap_or(&text).split("\n\n").next().unwrap_or_default();
        Usage(said.trim().to_owned())
    })?;
    Ok(match &args.command {
        Command::Family(args) => family::question(args)?,
        Command::Rank(args) => rank::question(args)?,
        Command::Search(args) => search::question(args)?,
        Command::Compare(args) => compare::question(args)?,
        Command::Flows(args) => flows::question(args)?,
        Command::Show(args) => show::question(args)?,
        Command::Explain(args) => explain::question(args)?,
        Command::Owners(args) => owners::question(args)?,
        Command::Report(args) => report::question(args)?,
        Command::Upstream(args) => upstream::question(args, models::named(&args.models)?.models)?,
        Command::Why(args) => why::question(args)?,
        Command::Common(args) => common::question(args, models::named(&args.models)?.models)?,
        Command::Siblings(args) => siblings::question(args, models::named(&args.models)?.models)?,
        Command::Blast(args) => blast::question(args, Vec::new())?,
        Command::Licences(args) => licences::question(args, models::named(&args.models)?.models)?,
        Command::Check(args) => check::question(args)?,
        Command::Diff(args) => diff::question(args)?,
        _ => bail!(Usage(format!("{} asks nothing", words.first().map_or("", String::as_str)))),
    })
}
