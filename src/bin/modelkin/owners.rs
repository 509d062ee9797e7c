//! `owners` lists accounts with who stands behind them.

use std::process::ExitCode;

use modelkin::ask::{Owners, Question};

use crate::{args, desk};

pub fn run(args: &args::Owners) -> anyhow::Result<ExitCode> {
    let tables = desk::tables(&args::Tables { owners: args.owners.clone(), families: None })?;
    let question = Question::Owners(Owners { unknown: args.unknown, most: desk::most(args.top) });
    desk::answer(&desk::atlas(&args.question, tables)?, &question, args.question.form)
}
