//! `rank` ranks models, owners or families by a measure.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Question, Rank};
use modelkin::census::Group;

use crate::args::{self, GroupArg};
use crate::output::Usage;
use crate::{charts, desk};

pub fn run(args: &args::Rank) -> anyhow::Result<ExitCode> {
    let of = match args.of {
        GroupArg::Models => Group::Models,
        GroupArg::Owners => Group::Owners,
        GroupArg::Families => Group::Families,
    };
    let question = Question::Rank(Rank {
        of,
        by: args.by,
        most: desk::most(args.top),
        days: args.days,
        filter: (&args.filter).into(),
    });
    desk::check(&question)?;
    charts::check(&args.chart)?;
    if args.rules.is_some() && of != Group::Families {
        bail!(Usage("--rules says which families there are; use it with --of families".into()));
    }
    let atlas = desk::atlas(&args.question, desk::families("--rules", args.rules.as_deref())?)?;
    let answer = desk::ask(&atlas, &question)?;
    charts::write(&args.chart, &answer, args.rules.iter().map(PathBuf::as_path))?;
    desk::write(&answer, args.question.format)
}
