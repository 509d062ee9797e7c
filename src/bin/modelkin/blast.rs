//! `blast` tells what descends from some models: those that are named, flagged, or changed since an earlier snapshot.

use std::process::ExitCode;

use anyhow::{Context, bail};
use modelkin::ask::{Blast, Facts, Flag, Question};

use crate::program::args::{self, FormatArg};
use crate::program::output::Usage;
use crate::program::{desk, files, models, snapshots};

pub fn question(args: &args::Blast, flagged: Vec<Flag>) -> anyhow::Result<Question> {
    if args.question.form.format == FormatArg::Csv && !args.list && args.table.is_none() {
        bail!(Usage(
            "CSV is one table: name it with --table (totals, bases, relations, owners, publishers, countries, licences, months, \
             distances), or list the models with --list"
                .into()
        ));
    }
    Ok(Question::Blast(Blast {
        models: models::listed("--from", &args.listed.models, &args.listed.from)?,
        family: args.family.clone(),
        flagged,
        changed: args.changed.is_some(),
        mine: args.mine.clone(),
        ours: models::listed("--mine-from", &[], &args.mine_from)?.listed,
        list: args.list,
        most: desk::most(args.top),
        table: args.table.clone(),
        filter: (&args.filter).into(),
    }))
}

pub fn run(args: &args::Blast) -> anyhow::Result<ExitCode> {
    let mut flagged = match &args.flagged {
        Some(path) => Flag::read(&files::named("--flagged", path), &files::table("--flagged", path)?)?,
        None => Vec::new(),
    };
    flagged.iter_mut().for_each(|flag| flag.model.id = modelkin::source::named_model(&flag.model.id));
    let is_check = args.flagged.is_some() || args.changed.is_some();
    if args.flagged.is_some() && flagged.is_empty() {
        bail!(Usage("--flagged names a table without rows".into()));
    }
    let question = question(args, flagged)?;
    desk::check(&question)?;
    let families = desk::families("--families", args.families.as_deref())?;
    let mut atlas = desk::atlas(&args.question, desk::with_owners(families, args.owners.as_deref())?)?;
    if let Some(path) = &args.changed {
        let earlier = snapshots::open_named("--changed", path).context("the earlier snapshot")?;
        snapshots::in_order(&earlier, path, atlas.snapshot(), "the snapshot that is asked");
        atlas = atlas.after(vec![snapshots::trusted(earlier, args.question.trust)?]);
    }
    let answer = desk::ask(&atlas, &question)?;
    let is_hit = matches!(answer.facts(), Facts::Blast { hits, own, .. } if !hits.is_empty() || !own.is_empty());
    let is_check = is_check && !(args.mine.is_empty() && args.mine_from.is_empty());
    desk::write(&answer, args.question.form)?;
    Ok(args.exit.code(is_check && is_hit))
}
