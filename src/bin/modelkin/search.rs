//! `search` finds models by words of their ids.

use std::process::ExitCode;

use modelkin::ask::{Question, Search, Tables};

use crate::program::{args, desk};

pub fn question(args: &args::Search) -> anyhow::Result<Question> {
    Ok(Question::Search(Search { text: args.words.join(" "), most: desk::most(args.top), nearest: true }))
}

pub fn run(args: &args::Search) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    desk::answer(&desk::atlas(&args.question, Tables::built_in()?)?, &question, args.question.form)
}
