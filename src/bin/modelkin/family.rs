//! `family` counts the derivatives of a family, or lists them.

use std::process::ExitCode;

use modelkin::ask::{Family, Question};
use modelkin::census::Part;

use crate::args::{self, PartArg};
use crate::desk;

pub fn run(args: &args::Family) -> anyhow::Result<ExitCode> {
    let question = Question::Family(Family {
        name: args.name.clone(),
        include_members: args.include_members,
        list: args.list.map(|part| match part {
            PartArg::Members => Part::Members,
            PartArg::F1 => Part::Direct,
            PartArg::F2 => Part::All,
            PartArg::F3 => Part::Mentions,
        }),
        most: desk::most(args.top),
        filter: (&args.filter).into(),
    });
    desk::check(&question)?;
    let atlas = desk::atlas(&args.question, desk::families("--rules", args.rules.as_deref())?)?;
    desk::answer(&atlas, &question, args.question.format)
}
