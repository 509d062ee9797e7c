//! `flows` tells who builds on whom.

use std::process::ExitCode;

use modelkin::ask::{Flows, Question};
use modelkin::survey::Ends;

use crate::args::{self, EndsArg, OwnArg};
use crate::{charts, desk};

pub fn run(args: &args::Flows) -> anyhow::Result<ExitCode> {
    let question = Question::Flows(Flows {
        by: match args.by {
            EndsArg::Owner => Ends::Owner,
            EndsArg::Publisher => Ends::Publisher,
            EndsArg::Converter => Ends::Converter,
            EndsArg::Country => Ends::Country,
            EndsArg::Kind => Ends::Kind,
            EndsArg::Family => Ends::Family,
        },
        own: args.own.map(|own| matches!(own, OwnArg::Count)),
        within: args.within.clone(),
        most: desk::most(args.top),
        filter: (&args.filter).into(),
    });
    desk::check(&question)?;
    charts::check(&args.chart)?;
    let atlas = desk::atlas(&args.question, desk::tables(&args.tables)?)?;
    charts::answer(&args.chart, &atlas, &question, &args.tables, args.question.form)
}
