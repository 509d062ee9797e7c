//! `licences` holds what models state of their licences against the terms of what they descend from. What a policy does not accept ends
//! with an exit code of its own.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use modelkin::ask::{Facts, Licences, Models, Question};
use modelkin::provenance::{Policy, Unknown};
use modelkin::reference::{TermSet, Terms};

use crate::program::args::{self, LicenceFormat, UnknownArg};
use crate::program::output::Usage;
use crate::program::{clock, desk, files, models, output};

pub fn question(args: &args::Licences, models: Models) -> anyhow::Result<Question> {
    let (policy, today) = (policy(args)?, clock::today()?);
    Ok(Question::Licences(Licences { models, policy, today, filter: (&args.filter).into() }))
}

pub fn run(args: &args::Licences) -> anyhow::Result<ExitCode> {
    let named = models::named(&args.models)?;
    let question = question(args, named.models.clone())?;
    desk::check(&question)?;
    let mut tables = desk::families("", None)?;
    if let Some(path) = &args.rules {
        let own = Terms::built_in()?.over(&files::named("--rules", path), &files::table("--rules", path)?)?;
        tables = tables.with_terms(own);
    }
    let answer = desk::ask(&named.atlas(&args.asked, tables)?, &question)?;
    let Facts::Licences { verdicts, .. } = answer.facts() else { bail!("verdicts have no facts") };
    let failed = verdicts.failed() > 0;
    match args.format.known() {
        Some(format) => _ = desk::write(&answer, args::Form { format, cite: args.cite })?,
        None => {
            output::written(|out| answer.sarif(out))?;
            answer.said().iter().for_each(|sentence| output::note(sentence));
        }
    }
    // A pipeline's log has this alone, where the answer goes to a file.
    if !matches!(args.format, LicenceFormat::Table | LicenceFormat::Markdown) {
        let say = if failed { output::say } else { output::note };
        say(&modelkin::report::summary(verdicts));
    }
    Ok(args.exit.code(failed))
}

/// The policy in the file, with what was typed beside it.
fn policy(args: &args::Licences) -> anyhow::Result<Policy> {
    let mut policy = match &args.policy {
        Some(path) => {
            let text = String::from_utf8(files::policy("--policy", path)?)
                .map_err(|_| anyhow!("{}: is no UTF-8 text; write it as JSON", files::named("--policy", path)))?;
            Policy::read(&files::named("--policy", path), &text)?
        }
        None => Policy::default(),
    };
    policy.allow.extend(args.allow.iter().cloned());
    for letter in &args.deny_terms {
        let own = TermSet::parse(letter).map_err(|word| {
            anyhow!(Usage(format!("--deny-terms: {word:?} is no term; the letters are N B M U C S D K T E R")))
        })?;
        policy.deny_terms = policy.deny_terms.or(own);
    }
    policy.unknown = match args.unknown {
        Some(UnknownArg::Warn) => Unknown::Warn,
        Some(UnknownArg::Deny) => Unknown::Deny,
        Some(UnknownArg::Allow) => Unknown::Allow,
        None => policy.unknown,
    };
    Ok(policy)
}
