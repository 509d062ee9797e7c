use std::process::ExitCode;

use modelkin::ask::{Owners, Question};

use crate::{args, desk, report};

pub fn run(args: &args::Owners) -> anyhow::Result<ExitCode> {
    let publishers = report::publishers(args.owners.as_deref())?;
    let (most, wait) = (desk::most(args.top), args.question.wait.seconds());
    let question = Question::Owners(Owners { unknown: args.unknown, most, wait });
    let atlas = desk::atlas(&args.question, desk::tables("", None)?.with_publishers(publishers))?;
    desk::answer(&atlas, &question, args.question.format)
}
