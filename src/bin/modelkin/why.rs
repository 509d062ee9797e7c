//! `why` tells how a model descends from another one; that it does not is an answer too, with an exit code of its own.

use std::process::ExitCode;

use modelkin::ask::{Facts, Question, Why};

use crate::program::{args, desk};

pub fn question(args: &args::Why) -> anyhow::Result<Question> {
    Ok(Question::Why(Why {
        model: args.model.clone(),
        ancestor: args.ancestor.clone(),
        most: args.all.then_some(args.max_paths.into()),
        filter: (&args.filter).into(),
    }))
}

pub fn run(args: &args::Why) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    let answer = desk::ask(&desk::atlas(&args.question, desk::families("", None)?)?, &question)?;
    let is_none = matches!(answer.facts(), Facts::Why { why: None, .. });
    desk::write(&answer, args.question.form)?;
    Ok(args.exit.code(is_none))
}
