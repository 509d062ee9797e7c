//! `explain` tells what a family's counts are under every definition, each with its command.

use std::path::PathBuf;
use std::process::ExitCode;

use modelkin::ask::{Explain, Facts, Question};

use crate::{args, desk, output};

pub fn run(args: &args::Explain) -> anyhow::Result<ExitCode> {
    let path =
        |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string()).filter(|path| !path.is_empty());
    let mut words: Vec<String> = Vec::new();
    for (option, value) in [("--snapshot", path(&args.question.snapshot)), ("--families", path(&args.families))] {
        words.extend(value.into_iter().flat_map(|value| [option.to_owned(), value]));
    }
    let question = Question::Explain(Explain { name: args.name.clone(), words });
    let atlas = desk::atlas(&args.question, desk::families("--families", args.families.as_deref())?)?;
    let answer = desk::ask(&atlas, &question)?;
    match (answer.facts(), args.question.form.format) {
        // CSV is one table: that of the definitions.
        (Facts::Section { section, .. }, args::FormatArg::Csv) => {
            output::report(section.rows(), answer.snapshot(), args.question.form.format.into())?;
            Ok(ExitCode::SUCCESS)
        }
        _ => desk::write(&answer, args.question.form),
    }
}
