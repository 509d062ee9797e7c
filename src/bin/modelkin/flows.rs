//! `flows` tells who builds on whom.

use std::process::ExitCode;

use modelkin::ask::{Flows, Question};

use crate::program::args::{self, OwnArg};
use crate::program::{charts, desk};

pub fn question(args: &args::Flows) -> anyhow::Result<Question> {
    Ok(Question::Flows(Flows {
        by: args.by,
        own: args.own.map(|own| matches!(own, OwnArg::Count)),
        within: args.within.clone(),
        most: desk::most(args.top),
        filter: (&args.drawable.filter).into(),
    }))
}

pub fn run(args: &args::Flows) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    charts::check(&args.drawable.chart)?;
    let atlas = desk::atlas(&args.drawable.question, desk::tables(&args.drawable.tables)?)?;
    charts::answer(&args.drawable, &atlas, &question)
}
