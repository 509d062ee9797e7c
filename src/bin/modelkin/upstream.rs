//! `upstream` lists everything that some models descend from.

use std::process::ExitCode;

use modelkin::ask::{Question, Upstream};

use crate::{args, desk, models};

pub fn run(args: &args::Upstream) -> anyhow::Result<ExitCode> {
    let models = models::named(&args.models)?;
    let question = Question::Upstream(Upstream { models, filter: (&args.filter).into() });
    desk::check(&question)?;
    let tables = desk::with_owners(desk::families("", None)?, args.owners.as_deref())?;
    desk::answer(&desk::atlas(&args.question, tables)?, &question, args.question.format)
}
