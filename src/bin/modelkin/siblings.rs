//! `siblings` lists the other children of a model's parents.

use std::process::ExitCode;

use modelkin::ask::{Question, Siblings};

use crate::{args, desk, models};

pub fn run(args: &args::Siblings) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let models = named.models.clone();
    let question = Question::Siblings(Siblings { models, most: desk::most(args.top), filter: (&args.filter).into() });
    desk::check(&question)?;
    desk::answer(&named.atlas(&args.question, desk::families("", None)?)?, &question, args.question.form)
}
