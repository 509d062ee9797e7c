//! `upstream` lists everything that some models descend from.

use std::process::ExitCode;

use modelkin::ask::{Question, Upstream};

use crate::{args, desk, models};

pub fn run(args: &args::Upstream) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let models = named.models.clone();
    let question = Question::Upstream(Upstream { models, filter: (&args.filter).into() });
    desk::check(&question)?;
    let tables = desk::with_owners(desk::families("", None)?, args.owners.as_deref())?;
    desk::answer(&named.atlas(&args.question, tables)?, &question, args.question.form)
}
