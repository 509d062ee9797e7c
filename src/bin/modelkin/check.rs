//! `check` tells what is odd in a snapshot; with `--strict` a fault gives exit code 3.

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use modelkin::ask::{Cases, Check, Error, Facts, Question, Tables, did_you_mean};
use modelkin::report;

use crate::program::output::Usage;
use crate::program::{POLICY, args, desk, output, snapshots};

/// How many bursts, mirrors and old names are shown, if nothing is said.
const SHOWN: usize = 20;

pub fn question(args: &args::Check) -> anyhow::Result<Question> {
    let is_listed = args.bursts || args.mirrors || args.aliases;
    if args.top.is_some() && !is_listed {
        bail!(Usage("--top is for --bursts, --mirrors and --aliases; --list KIND lists every case".into()));
    }
    let list = match args.list.as_deref() {
        Some("all") => Some(Cases::All),
        Some(name) => Some(Cases::Kind(name.to_owned())),
        None if args.aliases => Some(Cases::Aliases),
        None if args.bursts => Some(Cases::Bursts),
        None if args.mirrors => Some(Cases::Mirrors),
        None => None,
    };
    Ok(Question::Check(Check {
        list,
        most: desk::most(args.top.unwrap_or(SHOWN)),
        kinds: args.kinds.clone(),
        owner: args.owner.clone(),
        below: args.below.clone(),
    }))
}

pub fn run(args: &args::Check) -> anyhow::Result<ExitCode> {
    if args.file.is_some() {
        snapshots::none_beside(&args.question, "the file")?;
    }
    let question = question(args)?;
    question.check().map_err(|error| match error {
        Error::NoKind { name } if args.list.as_ref() == Some(&name) => {
            let known = report::kinds().collect::<Vec<_>>().join(", ");
            let near = did_you_mean(&name, report::kinds().chain(["all"]));
            anyhow!(Usage(format!("{name:?} is no kind; use all, {known}{near}")))
        }
        error => desk::worded(error),
    })?;
    let snapshot = snapshots::meant(&args.question, args.file.as_deref())?;
    // What a file says of itself is computed again, whatever is trusted.
    let is_listed = args.bursts || args.mirrors || args.aliases;
    let snapshot = if is_listed { snapshots::trusted(snapshot, args.question.trust)? } else { snapshot };
    let atlas = desk::over(&snapshot, &args.question.wait, Tables::built_in()?);
    let answer = desk::ask(&atlas, &question)?;
    desk::write(&answer, args.question.form)?;
    let Facts::Findings { findings, .. } = answer.facts() else { return Ok(ExitCode::SUCCESS) };
    if findings.iter().any(|finding| finding.kind == report::LIE) {
        output::say("check: the snapshot does not say what its records say; import its sources again");
        return Ok(ExitCode::from(POLICY));
    }
    let faults: Vec<_> = findings.iter().filter(|finding| finding.is_fault).map(|finding| finding.kind).collect();
    if args.strict && !faults.is_empty() {
        output::say(&format!("strict: {}", faults.join(", ")));
        return Ok(ExitCode::from(POLICY));
    }
    Ok(ExitCode::SUCCESS)
}
