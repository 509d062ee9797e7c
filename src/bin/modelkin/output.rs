//! Standard output and standard error are written to here alone: a terminal is sent no control characters, and an
//! output that is full is an error.
#![allow(clippy::print_stderr, reason = "a program speaks")]

use std::borrow::Cow;
#[cfg(unix)]
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
#[cfg(unix)]
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use modelkin::ink::{Format, Report, folded, printable_lines};
use modelkin::snapshot::Snapshot;

use crate::program::paged::Paged;
use crate::program::visible::Visible;
use crate::program::{closed, hints, terminal};

/// A call that contradicts itself or names something that is not offered: it ends as clap's own errors do.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

const USAGE: u8 = 2;
/// How long nothing is said where nobody watches.
pub const QUIET: Duration = Duration::from_secs(30);

/// Sees whether anything can be written to standard output.
pub fn ready() -> anyhow::Result<()> {
    if closed::is_closed() {
        bail!("{STANDARD}: it is closed, so nobody would see the answer; open it, or send it to a file");
    }
    Ok(())
}

/// Standard output, as bytes. Rust's own takes a file that cannot be written to for one that takes everything.
#[cfg(unix)]
fn bytes() -> anyhow::Result<File> {
    ready()?;
    Ok(io::stdout().as_fd().try_clone_to_owned().context(STANDARD)?.into())
}

#[cfg(not(unix))]
fn bytes() -> anyhow::Result<io::Stdout> {
    Ok(io::stdout())
}

/// The lines on standard error that renew themselves, of all that is under way: files are read while they and others arrive.
pub static LINES: LazyLock<MultiProgress> = LazyLock::new(|| match terminal::is_quiet() {
    true => MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
    false => MultiProgress::new(),
});

/// Standard output, by which a terminal is told nothing but text.
pub fn standard() -> anyhow::Result<Box<dyn Write + Send>> {
    Ok(shown(bytes()?))
}

/// Something to write to. Where it is a terminal, control characters are shown by their numbers.
pub fn shown<W: Write + IsTerminal + Send + 'static>(out: W) -> Box<dyn Write + Send> {
    if out.is_terminal() { Box::new(Visible::new(out)) } else { Box::new(out) }
}

/// Writes a result to standard output. A reader that has gone away is no failure.
pub fn result(text: &str) -> anyhow::Result<()> {
    let text = terminal::width().map_or(Cow::Borrowed(text), |width| folded(text, width).into());
    filled(standard()?, |out| out.write_all(text.as_bytes()))
}

/// What standard output is called.
pub const STANDARD: &str = "standard output";

fn filled(out: impl Write, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    match fill(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        // A snapshot may be found damaged while it is written from.
        Err(error) if error.raw_os_error().is_none() => Err(error.into()),
        done => done.context(STANDARD),
    }
}

/// Writes an answer: on a terminal in a pager, if it is longer than the screen.
fn answer(is_words: bool, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    if !terminal::is_terminal() {
        return filled(standard()?, fill);
    }
    let mut paged = Paged::new(bytes()?);
    match is_words {
        true => filled(&mut paged, fill)?,
        false => filled(Visible::new(&mut paged), fill)?,
    }
    match paged.end() {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.context(STANDARD),
    }
}

/// Writes a report. CSV has no room for the definition and the snapshot: they go to standard error.
pub fn report(report: Report<'_>, snapshot: &Snapshot, format: Format) -> anyhow::Result<()> {
    snapshot.unchanged()?;
    let report = report.worded(hints::words).looking(terminal::look());
    if matches!(format, Format::Csv) {
        note(&report.note(snapshot));
    }
    // A table has nothing in it but printable words, and escapes of our own.
    answer(matches!(format, Format::Table), |out| report.write(snapshot, format, out))?;
    // Names are read from it until the last line.
    Ok(snapshot.unchanged()?)
}

/// Writes something that an answer writes itself.
pub fn written(fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    answer(false, fill)
}

/// The end of a call that clap answers: with help or the version, or with what is wrong with it.
pub fn answered(answer: &clap::Error) -> ExitCode {
    let text = answer.render();
    if answer.use_stderr() {
        say(text.to_string().trim_end());
        return ExitCode::from(USAGE);
    }
    // Help is the program's own words, which may be set off on a terminal.
    let text = if terminal::has_colours() { text.ansi().to_string() } else { text.to_string() };
    match bytes().and_then(|out| filled(out, |out| out.write_all(text.as_bytes()))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Lets a bar that is shown move by itself, if a thread can be made for it: without one it moves when something is done.
pub fn tick(bar: &ProgressBar) {
    if !bar.is_hidden() && std::thread::Builder::new().spawn(|| ()).is_ok() {
        bar.enable_steady_tick(Duration::from_millis(120));
    }
}

/// Says something beside the result, unless nothing is to be said.
pub fn note(text: &str) {
    if !terminal::is_quiet() {
        say(text);
    }
}

/// Says why a run fails or ends with a code of its own, which is never left out.
pub fn say(text: &str) {
    let text = match terminal::width_of_errors() {
        Some(width) => folded(text, width),
        None => printable_lines(text),
    };
    // Nobody is left to tell if standard error is closed.
    LINES.suspend(|| _ = writeln!(io::stderr(), "{text}"));
}

/// An error with its causes, each said once.
pub fn with_causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text += if text.is_empty() { "" } else { ": " };
            text += &cause;
        }
    }
    text
}

/// The end of a failed run.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    say(&format!("error: {}{}", with_causes(error), hints::of(error)));
    if error.is::<Usage>() { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
}
