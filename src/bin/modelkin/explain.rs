//! `explain` tells what a family's counts are under every definition, each with its command.

use std::path::PathBuf;
use std::process::ExitCode;

use modelkin::ask::{Explain, Question};

use crate::program::{args, desk};

pub fn question(args: &args::Explain) -> anyhow::Result<Question> {
    let path =
        |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string()).filter(|path| !path.is_empty());
    let mut words: Vec<String> = Vec::new();
    for (option, value) in [("--snapshot", path(&args.question.snapshot)), ("--families", path(&args.families))] {
        words.extend(value.into_iter().flat_map(|value| [option.to_owned(), value]));
    }
    Ok(Question::Explain(Explain { name: args.name.clone(), words }))
}

pub fn run(args: &args::Explain) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    let atlas = desk::atlas(&args.question, desk::families("--families", args.families.as_deref())?)?;
    desk::answer(&atlas, &question, args.question.form)
}
