//! `compare` sets families, owners and models beside each other.

use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Compare, Question};
use modelkin::survey::Facet;

use crate::program::args;
use crate::program::output::Usage;
use crate::program::{charts, desk};

pub fn question(args: &args::Compare) -> anyhow::Result<Question> {
    if args.top.is_some() && args.by.is_some_and(Facet::is_ordered) {
        bail!(Usage("--top is for --by country, licence and owner; the others are shown whole, in their order".into()));
    }
    Ok(Question::Compare(Compare {
        names: args.names.clone(),
        by: args.by,
        along: !args.snapshots.is_empty(),
        figure: args.show.unwrap_or_default(),
        most: desk::most(args.top.unwrap_or(20)),
        filter: (&args.drawable.filter).into(),
    }))
}

pub fn run(args: &args::Compare) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    let args::Drawable { chart, tables, question: typed, .. } = &args.drawable;
    charts::check(chart)?;
    let atlas = desk::series(typed, &args.snapshots, desk::tables(tables)?)?;
    charts::answer(&args.drawable, &atlas, &question)
}
