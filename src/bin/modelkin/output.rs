//! The only place that writes to the terminal.
#![allow(clippy::print_stderr, reason = "a program speaks")]

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;
use std::time::Duration;

use modelkin::report::{Format, Report, printable_lines};
use modelkin::snapshot::Snapshot;

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

/// Writes a result to standard output. A reader that has gone away is no failure.
pub fn result(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    given(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn given(done: io::Result<()>) -> anyhow::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// Writes a report. CSV has no room for the definition and the snapshot: they go to standard error.
pub fn report(report: &Report<'_>, snapshot: &Snapshot, format: Format) -> anyhow::Result<()> {
    if matches!(format, Format::Csv) {
        note(&report.note(snapshot)?);
    }
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    given(report.write(snapshot, format, &mut out).and_then(|()| out.flush()))
}

/// Says something beside the result.
pub fn note(text: &str) {
    // Nobody is left to tell if standard error is closed.
    _ = writeln!(io::stderr(), "{}", printable_lines(text));
}

/// The end of a failed run: the error with its causes, each said once.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text += if text.is_empty() { "" } else { ": " };
            text += &cause;
        }
    }
    note(&format!("error: {text}"));
    if error.is::<Usage>() { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
}
