//! `common` lists the nearest common ancestors of some models.

use std::process::ExitCode;

use modelkin::ask::{Common, Facts, Question};

use crate::{args, desk, models};

pub fn run(args: &args::Common) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let models = named.models.clone();
    let question = Question::Common(Common { models, filter: (&args.filter).into() });
    desk::check(&question)?;
    let answer = desk::ask(&named.atlas(&args.question, desk::families("", None)?)?, &question)?;
    let is_none = matches!(answer.facts(), Facts::Common { common, .. } if common.nearest.is_empty());
    desk::write(&answer, args.question.form)?;
    Ok(args.exit.code(is_none))
}
