//! `show` draws what lies below, above or around a model, or below a family, as a tree.

use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::{Facts, Question, Select, Show};
use modelkin::report;

use crate::program::args::{self, FormatArg};
use crate::program::desk;
use crate::program::output::{self, Usage};

/// How many links deep a tree is drawn, if nothing is said.
const DEPTH: usize = 3;

pub fn question(args: &args::Show) -> anyhow::Result<Question> {
    let mut named = args.selection.clone();
    if let Some(model) = &args.model {
        named.begin.below = vec![model.clone()];
    }
    if named.families.is_some() && named.begin.family.is_none() {
        bail!(Usage("--families says which families there are; use it with --family".into()));
    }
    // How deep is drawn does not change what is selected: what lies deeper is marked.
    let depth = named.depth.take().or(named.begin.around.is_empty().then_some(DEPTH));
    // Programs are given every line.
    let is_for_people = matches!(args.question.form.format, FormatArg::Table | FormatArg::Markdown);
    Ok(Question::Show(Show {
        selection: Select::from(&named),
        depth,
        siblings: args.siblings,
        lines: is_for_people.then_some(report::LINES),
        filter: (&args.filter).into(),
    }))
}

pub fn run(args: &args::Show) -> anyhow::Result<ExitCode> {
    let question = question(args)?;
    desk::check(&question)?;
    let atlas = desk::atlas(&args.question, desk::families("--families", args.selection.families.as_deref())?)?;
    let answer = desk::ask(&atlas, &question)?;
    if let Facts::Tree { renamed, .. } = answer.facts() {
        for (old, today) in renamed {
            output::note(&format!("{old} is called {today} today"));
        }
    }
    desk::write(&answer, args.question.form)
}
