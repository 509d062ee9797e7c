//! `rank` ranks models, owners, families or whoever made the derived models by a measure.

use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Question, Rank};
use modelkin::census::{Group, Measure};

use crate::program::args::{self, GroupArg};
use crate::program::output::Usage;
use crate::program::{charts, desk};

pub fn question(args: &args::Rank) -> anyhow::Result<Question> {
    let of = match args.of {
        GroupArg::Models => Group::Models,
        GroupArg::Owners => Group::Owners,
        GroupArg::Families => Group::Families,
        GroupArg::Authors => Group::Authors,
        GroupArg::Countries => Group::Countries,
        GroupArg::Licences => Group::Licences,
    };
    let by = args.sort.or(args.by.first().copied()).unwrap_or(Measure::Descendants);
    Ok(Question::Rank(Rank {
        of,
        by,
        columns: args.columns.clone(),
        beside: args.by.iter().copied().filter(|measure| *measure != by).collect(),
        within: args.within.clone(),
        most: desk::most(args.top),
        days: args.days,
        filter: (&args.drawable.filter).into(),
    }))
}

pub fn run(args: &args::Rank) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    charts::check(&args.drawable.chart)?;
    if args.drawable.tables.families.is_some() && !matches!(args.of, GroupArg::Families) && args.within.is_none() {
        bail!(Usage("--families says which families there are; use it with --of families or with --within".into()));
    }
    if args.drawable.tables.owners.is_some() && !matches!(args.of, GroupArg::Countries) {
        bail!(Usage("--owners says who stands behind accounts; use it with --of countries".into()));
    }
    let atlas = desk::atlas(&args.drawable.question, desk::tables(&args.drawable.tables)?)?;
    charts::answer(&args.drawable, &atlas, &question)
}
