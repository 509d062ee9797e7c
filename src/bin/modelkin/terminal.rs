//! What is known of the terminal, and how the program is to speak to it.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;

use anstream::ColorChoice;
use modelkin::ink::{Colours, Look};
use terminal_size::{Height, Width, terminal_size_of};

use crate::program::args::{Speech, WhenArg};

static SPEECH: OnceLock<Speech> = OnceLock::new();

/// From now on the program speaks so.
pub fn speak(speech: Speech) {
    // It is said once.
    _ = SPEECH.set(speech);
}

/// Whether nothing is said beside the answer and errors.
pub fn is_quiet() -> bool {
    SPEECH.get().is_some_and(|speech| speech.quiet)
}

/// Whether a long answer may be shown in a pager.
pub fn may_page() -> bool {
    SPEECH.get().is_some_and(|speech| !speech.no_pager) && !is_dumb()
}

/// How an answer for people looks on standard output.
pub fn look() -> Look {
    Look { width: width(), colours: if has_colours() { Colours::Ansi } else { Colours::Plain } }
}

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard output is shown colours: as an option says, else the variables that others heed too, else on a terminal that
/// has them.
pub fn has_colours() -> bool {
    match SPEECH.get().map_or(WhenArg::Auto, |speech| speech.color) {
        WhenArg::Always => true,
        WhenArg::Never => false,
        WhenArg::Auto => anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never,
    }
}

/// How many lines the terminal has.
pub fn height() -> Option<usize> {
    let known = terminal_size_of(io::stdout()).map(|(_, Height(height))| height.into());
    known.filter(|height| *height > 0).or_else(|| variable("LINES"))
}

/// How wide standard output is, if it is a terminal.
pub fn width() -> Option<usize> {
    is_terminal().then(|| wide(terminal_size_of(io::stdout()))).flatten()
}

/// How wide standard error is, if it is a terminal.
pub fn width_of_errors() -> Option<usize> {
    io::stderr().is_terminal().then(|| wide(terminal_size_of(io::stderr()))).flatten()
}

/// As the terminal says itself, or as COLUMNS says where it does not know.
fn wide(size: Option<(Width, Height)>) -> Option<usize> {
    size.map(|(Width(width), _)| width.into()).filter(|width| *width > 0).or_else(|| variable("COLUMNS"))
}

fn variable(name: &str) -> Option<usize> {
    std::env::var(name).ok()?.parse().ok().filter(|number| *number > 0)
}

/// Whether the terminal can do nothing but print.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|kind| kind == "dumb")
}
