//! `family` counts the derivatives of a family, or lists them.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Family, Question};
use modelkin::census::Part;

use crate::program::args::{self, PartArg};
use crate::program::output::Usage;
use crate::program::{charts, desk};

pub fn question(args: &args::Family) -> anyhow::Result<Question> {
    Ok(Question::Family(Family {
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
    }))
}

pub fn run(args: &args::Family) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    if args.list.is_some() && args.chart.chart.is_some() {
        bail!(Usage("--chart draws counts, and --list names models one by one; leave out one of them".into()));
    }
    charts::check(&args.chart)?;
    let atlas = desk::atlas(&args.question, desk::families("--families", args.families.as_deref())?)?;
    let answer = desk::ask(&atlas, &question)?;
    charts::write(&args.chart, &answer, args.families.iter().map(PathBuf::as_path))?;
    desk::write(&answer, args.question.form)
}
