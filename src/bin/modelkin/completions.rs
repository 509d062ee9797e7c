//! `completions` writes what a shell needs to complete commands, options, and names out of the snapshot; `manual` writes the man pages.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Arg, Command, CommandFactory};
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{Bash, EnvCompleter, Fish, Powershell, Zsh};
use modelkin::reference::Families;
use modelkin::snapshot::{Row, Snapshot};

use crate::program::args::{Args, ShellArg};
use crate::program::{files, output, snapshots};

const NAME: &str = "modelkin";
/// A shell that asks for words sets this variable to its name.
const VARIABLE: &str = "COMPLETE";
/// More names than these help nobody.
const MOST: usize = 200;

/// Answers a shell that asks how a command line goes on, if one does.
pub fn answered(words: &[OsString]) -> anyhow::Result<bool> {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return Ok(false);
    }
    let folder = std::env::current_dir().ok();
    Ok(CompleteEnv::with_factory(command).var(VARIABLE).try_complete(words, folder.as_deref())?)
}

pub fn run(shell: ShellArg) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    let mut register = |shell: &dyn EnvCompleter| shell.write_registration(VARIABLE, NAME, NAME, NAME, &mut script);
    match shell {
        ShellArg::Bash => register(&Bash)?,
        ShellArg::Zsh => register(&Zsh)?,
        ShellArg::Fish => register(&Fish)?,
        ShellArg::Powershell => register(&Powershell)?,
        ShellArg::Nushell => {
            clap_complete::generate(clap_complete_nushell::Nushell, &mut Args::command(), NAME, &mut script);
        }
    }
    output::result(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a man page for the program and for each command.
pub fn manual(folder: &Path) -> anyhow::Result<ExitCode> {
    let refused = |error| files::refused("", folder, &error, "name a folder that can be written to");
    std::fs::create_dir_all(folder).map_err(refused)?;
    clap_mangen::generate_to(Args::command(), folder).with_context(|| folder.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// The program's commands, of which the names of models, owners and families are completed.
fn command() -> Command {
    let named = |arg: Arg| {
        let of = |name: &str| arg.get_value_names().is_some_and(|names| names.iter().any(|known| known == name));
        match (of("NAME") && arg.get_id() != "table", of("MODEL") || of("ANCESTOR")) {
            (true, _) => arg.add(ArgValueCompleter::new(names)),
            (_, true) => arg.add(ArgValueCompleter::new(models)),
            _ => arg,
        }
    };
    Args::command().mut_subcommands(|command| command.mut_args(named))
}

/// Families, owners and models that begin so.
fn names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let begun = typed.to_string_lossy().to_ascii_lowercase();
    let families = Families::built_in().map(|families| families.names().map(str::to_owned).collect::<Vec<_>>());
    let mut families = families.unwrap_or_default();
    families.retain(|name| name.to_ascii_lowercase().starts_with(&begun));
    // An owner that is called like a family is told apart by `/*`, which shells would have to quote.
    let mut owners = snapshots::last_or_sample().map_or_else(|_| Vec::new(), |snapshot| owners(&snapshot, &begun));
    owners.retain(|owner| !families.iter().any(|family| family.eq_ignore_ascii_case(owner)));
    let told = |names: Vec<String>, what: &'static str| {
        names.into_iter().map(move |name| CompletionCandidate::new(name).help(Some(what.into())))
    };
    told(families, "a family").chain(told(owners, "every model of the owner")).chain(models(typed)).collect()
}

/// Models that begin so.
fn models(typed: &OsStr) -> Vec<CompletionCandidate> {
    let begun = typed.to_string_lossy().to_ascii_lowercase();
    let Ok(snapshot) = snapshots::last_or_sample() else { return Vec::new() };
    let rows = beginning(&snapshot, &begun);
    // Where many begin so, their owners help on.
    if rows.len() > MOST && !begun.contains('/') {
        let owners = owners(&snapshot, &begun);
        return owners.into_iter().map(|owner| CompletionCandidate::new(format!("{owner}/"))).collect();
    }
    rows.take(MOST).map(|row| CompletionCandidate::new(snapshot.id(row))).collect()
}

/// The rows whose ids begin with a text in small letters: they lie together.
fn beginning(snapshot: &Snapshot, begun: &str) -> std::ops::Range<Row> {
    let cut = |row: Row| {
        let id = snapshot.id(row).as_bytes();
        id[..id.len().min(begun.len())].to_ascii_lowercase()
    };
    let bound = |is_before: &dyn Fn(&[u8]) -> bool| {
        let (mut from, mut to) = (snapshot.rows().start, snapshot.rows().end);
        while from < to {
            let middle = from + (to - from) / 2;
            if is_before(&cut(middle)) { from = middle + 1 } else { to = middle }
        }
        from
    };
    bound(&|cut| cut < begun.as_bytes())..bound(&|cut| cut <= begun.as_bytes())
}

/// The owners that begin so, the first of them.
fn owners(snapshot: &Snapshot, begun: &str) -> Vec<String> {
    let (mut owners, mut row) = (Vec::new(), beginning(snapshot, begun).start);
    let end = beginning(snapshot, begun).end;
    while row < end && owners.len() < MOST {
        match snapshot.owner(row) {
            Some(owner) => {
                row = snapshot.owned_by(owner).end.max(row + 1);
                owners.push(owner.to_owned());
            }
            None => row += 1,
        }
    }
    owners
}
