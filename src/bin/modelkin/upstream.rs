//! `upstream` lists everything that some models descend from.

use std::process::ExitCode;

use modelkin::ask::{Models, Question, Upstream};

use crate::program::{args, desk, models};

pub fn question(args: &args::Upstream, models: Models) -> anyhow::Result<Question> {
    Ok(Question::Upstream(Upstream { models, filter: (&args.filter).into() }))
}

pub fn run(args: &args::Upstream) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let question = question(args, named.models.clone())?;
    desk::check(&question)?;
    let tables = desk::with_owners(desk::families("", None)?, args.owners.as_deref())?;
    desk::answer(&named.atlas(&args.question, tables)?, &question, args.question.form)
}
