//! `common` lists the nearest common ancestors of some models.

use std::process::ExitCode;

use modelkin::ask::{Common, Facts, Models, Question};

use crate::program::{args, desk, models};

pub fn question(args: &args::Common, models: Models) -> anyhow::Result<Question> {
    Ok(Question::Common(Common { models, filter: (&args.filter).into() }))
}

pub fn run(args: &args::Common) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let question = question(args, named.models.clone())?;
    desk::check(&question)?;
    let answer = desk::ask(&named.atlas(&args.question, desk::families("", None)?)?, &question)?;
    let is_none = matches!(answer.facts(), Facts::Common { common, .. } if common.nearest.is_empty());
    desk::write(&answer, args.question.form)?;
    Ok(args.exit.code(is_none))
}
