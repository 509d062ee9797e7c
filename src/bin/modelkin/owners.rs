//! `owners` lists accounts with who stands behind them.

use std::process::ExitCode;

use modelkin::ask::{Owners, Question};

use crate::program::{args, desk};

pub fn question(args: &args::Owners) -> anyhow::Result<Question> {
    Ok(Question::Owners(Owners { unknown: args.unknown, most: desk::most(args.top) }))
}

pub fn run(args: &args::Owners) -> anyhow::Result<ExitCode> {
    let tables = desk::tables(&args::Tables { owners: args.owners.clone(), families: None })?;
    desk::answer(&desk::atlas(&args.question, tables)?, &question(args)?, args.question.form)
}
