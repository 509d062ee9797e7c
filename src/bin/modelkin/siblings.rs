//! `siblings` lists the other children of a model's parents.

use std::process::ExitCode;

use modelkin::ask::{Models, Question, Siblings};

use crate::program::{args, desk, models};

pub fn question(args: &args::Siblings, models: Models) -> anyhow::Result<Question> {
    Ok(Question::Siblings(Siblings { models, most: desk::most(args.top), filter: (&args.filter).into() }))
}

pub fn run(args: &args::Siblings) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let question = question(args, named.models.clone())?;
    desk::check(&question)?;
    desk::answer(&named.atlas(&args.question, desk::families("", None)?)?, &question, args.question.form)
}
