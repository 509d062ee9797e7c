//! The only place that writes to the terminal.
#![allow(clippy::print_stderr, reason = "a program speaks")]

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Writes a result to standard output. A reader that has gone away is no failure.
pub fn result(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// Says something beside the result.
pub fn note(text: &str) {
    // Nobody is left to tell if standard error is closed.
    _ = writeln!(io::stderr(), "{text}");
}

/// The end of a failed run: the error with its causes, each said once.
pub fn failed(error: &anyhow::Error) -> ExitCode {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = modelkin::report::printable(&cause.to_string());
        if !text.contains(&cause) {
            text += if text.is_empty() { "" } else { ": " };
            text += &cause;
        }
    }
    note(&format!("error: {text}"));
    ExitCode::FAILURE
}
