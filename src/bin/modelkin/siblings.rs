//! `siblings` lists the other children of a model's parents.

use std::process::ExitCode;

use modelkin::ask::{Question, Siblings};

use crate::{args, desk, models};

pub fn run(args: &args::Siblings) -> anyhow::Result<ExitCode> {
    let models = models::named(&args.models)?;
    let question = Question::Siblings(Siblings { models, most: desk::most(args.top), filter: (&args.filter).into() });
    desk::check(&question)?;
    desk::answer(&desk::atlas(&args.question, desk::families("", None)?)?, &question, args.question.format)
}
