//! `rank` ranks models, owners, families or whoever made the derived models by a measure.

use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Question, Rank};
use modelkin::census::{Group, Measure};

use crate::args::{self, GroupArg};
use crate::output::Usage;
use crate::{charts, desk};

pub fn run(args: &args::Rank) -> anyhow::Result<ExitCode> {
    let of = match args.of {
        GroupArg::Models => Group::Models,
        GroupArg::Owners => Group::Owners,
        GroupArg::Families => Group::Families,
        GroupArg::Authors => Group::Authors,
        GroupArg::Countries => Group::Countries,
        GroupArg::Licences => Group::Licences,
    };
    let by = args.sort.or(args.by.first().copied()).unwrap_or(Measure::Descendants);
    let question = Question::Rank(Rank {
        of,
        by,
        columns: args.columns.clone(),
        beside: args.by.iter().copied().filter(|measure| *measure != by).collect(),
        within: args.within.clone(),
        most: desk::most(args.top),
        days: args.days,
        filter: (&args.drawable.filter).into(),
    });
    desk::check(&question)?;
    charts::check(&args.drawable.chart)?;
    if args.drawable.tables.families.is_some() && of != Group::Families && args.within.is_none() {
        bail!(Usage("--families says which families there are; use it with --of families or with --within".into()));
    }
    if args.drawable.tables.owners.is_some() && of != Group::Countries {
        bail!(Usage("--owners says who stands behind accounts; use it with --of countries".into()));
    }
    let atlas = desk::atlas(&args.drawable.question, desk::tables(&args.drawable.tables)?)?;
    charts::answer(&args.drawable, &atlas, &question)
}
