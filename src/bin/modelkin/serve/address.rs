//! An address is a command line: its path names the command and what it is about, its query the options by their own names. So a page asks what the
//! terminal asks, and what is wrong with it is said in the same words.

use std::any::TypeId;
use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{anyhow, bail};
use clap::{Arg, ArgAction, CommandFactory};
use modelkin::ask::did_you_mean;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::program::args::Args;
use crate::program::output::Usage;

/// Commands that an address may name.
pub const COMMANDS: [&str; 17] = [
    "blast", "check", "common", "compare", "diff", "explain", "family", "flows", "licences", "owners", "rank",
    "report", "search", "show", "siblings", "upstream", "why",
];

/// Options that are the server's own matter, or that of whoever looks: which files are read, how long a question may take, how a
/// terminal is spoken to.
const OURS: [&str; 11] =
    ["cite", "color", "exit-code", "format", "help", "no-pager", "quiet", "size", "snapshots", "trust-nothing", "wait"];

/// The commands as clap knows them. It takes a while to make them, and every link asks them.
static KNOWN: LazyLock<clap::Command> = LazyLock::new(Args::command);

/// What stands as it is in a path. A name may hold a slash, as ids do.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b':');
/// What stands as it is in a query.
const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b':').remove(b',');

/// A path and the pairs of its query, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub path: String,
    pub query: Vec<(String, String)>,
}

impl Address {
    /// Reads the target of a request.
    pub fn read(target: &str) -> anyhow::Result<Address> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let text = |text: &str| match percent_decode_str(text).decode_utf8() {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err(anyhow!(Usage("the address is no UTF-8".into()))),
        };
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((text(&name.replace('+', " "))?, text(&value.replace('+', " "))?))
        };
        let query: anyhow::Result<_> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
        Ok(Address { path: text(path)?, query: query? })
    }

    /// Takes the value of a name out of the query.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.query.iter().position(|(known, _)| known == name)?;
        Some(self.query.remove(at).1)
    }

    /// The address, encoded.
    pub fn write(&self) -> String {
        let mut out = utf8_percent_encode(&self.path, PATH).to_string();
        for (at, (name, value)) in self.query.iter().enumerate() {
            out.push(if at == 0 { '?' } else { '&' });
            out.extend(utf8_percent_encode(name, QUERY));
            if !value.is_empty() {
                out.push('=');
                out.extend(utf8_percent_encode(value, QUERY));
            }
        }
        out
    }

    /// The words of the command line that it stands for.
    pub fn words(&self) -> anyhow::Result<Vec<String>> {
        let (first, rest) =
            self.path.trim_start_matches('/').split_once('/').unwrap_or((self.path.trim_start_matches('/'), ""));
        let rest = (!rest.is_empty()).then(|| rest.to_owned());
        let mut query = self.query.clone();
        let mut take = |name: &str| {
            let (taken, left) = std::mem::take(&mut query).into_iter().partition(|(known, _)| known == name);
            query = left;
            let taken: Vec<(String, String)> = taken;
            taken.into_iter().map(|(_, value)| value).collect::<Vec<String>>()
        };
        let (command, names) = match (first, rest) {
            ("model" | "family", Some(name)) => ("family", vec![name]),
            ("owner", Some(name)) => ("family", vec![format!("{name}/*")]),
            ("search", None) => ("search", take("q")),
            ("path" | "why", None) => ("why", [take("from"), take("to")].concat()),
            (command, rest) => match COMMANDS.iter().find(|known| **known == command) {
                // A field that nobody filled in names nothing.
                Some(command) => {
                    let named = take("name").into_iter().filter(|name| !name.trim().is_empty());
                    (*command, rest.into_iter().chain(named).collect())
                }
                None => bail!(NoPage),
            },
        };
        let mut words = vec![command.to_owned()];
        let known = KNOWN.find_subcommand(command).ok_or(NoPage)?;
        let options: Vec<&Arg> = options(known).collect();
        for (name, value) in query {
            let long = |arg: &&&Arg| {
                arg.get_long() == Some(&*name) || arg.get_visible_aliases().is_some_and(|also| also.contains(&&*name))
            };
            match options.iter().find(long) {
                Some(option) if is_flag(option) => match value.as_str() {
                    "" | "1" | "true" => words.push(format!("--{name}")),
                    "0" | "false" => (),
                    _ => bail!(Usage(format!("{name}: is there or is not; leave its value out"))),
                },
                Some(_) if value.is_empty() => (),
                Some(_) => words.push(format!("--{name}={value}")),
                None => {
                    let known: Vec<&str> = options.iter().filter_map(|option| option.get_long()).collect();
                    let near = did_you_mean(&name, known.iter().copied());
                    bail!(Usage(format!("{name} is no option here; {command} takes {}{near}", known.join(", "))))
                }
            }
        }
        let takes_names = known.get_positionals().any(|arg| !is_path(arg));
        if !takes_names && !names.is_empty() {
            bail!(NoPage);
        }
        if !names.is_empty() {
            words.push("--".to_owned());
            words.extend(names);
        }
        Ok(words)
    }

    /// The address of what the words of a command line ask.
    pub fn of(words: &[String]) -> Address {
        let command = words.first().map_or("", String::as_str);
        let known = KNOWN.find_subcommand(command);
        let takes_value = |long: &str| {
            known.is_some_and(|known| known.get_arguments().any(|arg| arg.get_long() == Some(long) && !is_flag(arg)))
        };
        let (mut names, mut query) = (Vec::new(), Vec::new());
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            match word.strip_prefix("--") {
                Some("") => names.extend(rest.by_ref().cloned()),
                Some(option) => match option.split_once('=') {
                    Some((name, value)) => query.push((name.to_owned(), value.to_owned())),
                    None if takes_value(option) => {
                        query.push((option.to_owned(), rest.next().cloned().unwrap_or_default()))
                    }
                    None => query.push((option.to_owned(), String::new())),
                },
                None => names.push(word.clone()),
            }
        }
        let mut named = |name: &str, value: &str| query.insert(0, (name.to_owned(), value.to_owned()));
        let path = match (command, &names[..]) {
            ("family", [name]) => match name.strip_suffix("/*") {
                Some(owner) => format!("/owner/{owner}"),
                // A pattern of ids is a family.
                None if name.contains('/') && !name.contains(['*', '?']) => format!("/model/{name}"),
                None => format!("/family/{name}"),
            },
            ("why", [from, to]) => {
                named("to", to);
                named("from", from);
                "/path".to_owned()
            }
            ("search", words) => {
                named("q", &words.join(" "));
                "/search".to_owned()
            }
            (command, [name]) if !name.is_empty() => format!("/{command}/{name}"),
            (command, names) => {
                names.iter().rev().for_each(|name| named("name", name));
                format!("/{command}")
            }
        };
        Address { path, query }
    }
}

/// There is no page at an address.
#[derive(Debug, thiserror::Error)]
#[error("there is no such page")]
pub struct NoPage;

/// The options of a command, by its name.
pub fn known(command: &str) -> Option<impl Iterator<Item = &'static Arg>> {
    Some(options(KNOWN.find_subcommand(command)?))
}

/// The options of a command that an address may have: none of them reads or writes a file.
pub fn options(command: &clap::Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|arg| arg.get_long().is_some_and(|long| !OURS.contains(&long)) && !is_path(arg) && !arg.is_hide_set())
}

fn is_path(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == TypeId::of::<PathBuf>()
}

fn is_flag(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}
