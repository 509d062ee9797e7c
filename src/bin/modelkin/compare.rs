//! `compare` sets families, owners and models beside each other.

use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Compare, Question};
use modelkin::survey::{Facet, Figure};

use crate::args::{self, FacetArg, FigureArg};
use crate::output::Usage;
use crate::{charts, desk};

pub fn run(args: &args::Compare) -> anyhow::Result<ExitCode> {
    let question = Question::Compare(Compare {
        names: args.names.clone(),
        by: args.by.map(|by| match by {
            FacetArg::Month => Facet::Month,
            FacetArg::Quarter => Facet::Quarter,
            FacetArg::Year => Facet::Year,
            FacetArg::Relation => Facet::Relation,
            FacetArg::Country => Facet::Country,
            FacetArg::Licence => Facet::Licence,
            FacetArg::Size => Facet::Size,
            FacetArg::Generation => Facet::Generation,
            FacetArg::Owner => Facet::Owner,
        }),
        along: !args.snapshots.is_empty(),
        figure: args.show.map_or(Figure::F2, |show| match show {
            FigureArg::F2 => Figure::F2,
            FigureArg::F1 => Figure::F1,
            FigureArg::Authors => Figure::Authors,
            FigureArg::Downloads => Figure::Downloads,
            FigureArg::Share => Figure::Share,
        }),
        most: desk::most(args.top.unwrap_or(20)),
        filter: (&args.filter).into(),
    });
    desk::check(&question)?;
    if let (
        Some(_),
        Some(
            FacetArg::Month
            | FacetArg::Quarter
            | FacetArg::Year
            | FacetArg::Relation
            | FacetArg::Size
            | FacetArg::Generation,
        ),
    ) = (args.top, args.by)
    {
        bail!(Usage("--top is for --by country, licence and owner; the others are shown whole, in their order".into()));
    }
    charts::check(&args.chart)?;
    let tables = desk::tables(&args.tables)?;
    let atlas = desk::series(&args.question, &args.snapshots, tables)?;
    charts::answer(&args.chart, &atlas, &question, &args.tables, args.question.form)
}
