//! Whatever takes longer than a moment says so, on a terminal.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::program::output;

/// So long nothing is said: most answers are there before.
const MOMENT: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(120);

/// Something that is done as long as this lives. If that is longer than a moment, a line on standard error says what it is; it
/// vanishes with it.
pub struct Busy {
    end: Option<Sender<()>>,
    line: Option<JoinHandle<()>>,
}

impl Busy {
    pub fn new(what: &'static str) -> Busy {
        let (end, ended) = mpsc::channel::<()>();
        let show = move || {
            if ended.recv_timeout(MOMENT) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = output::LINES.add(ProgressBar::new_spinner().with_elapsed(MOMENT).with_message(what));
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
                bar.set_style(style);
            }
            while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                bar.tick();
            }
            bar.finish_and_clear();
            output::LINES.remove(&bar);
        };
        // Where nobody watches, or no thread can be made, nothing is shown.
        let line = if output::LINES.is_hidden() { None } else { Builder::new().spawn(show).ok() };
        Busy { end: Some(end), line }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        drop(self.end.take());
        // The line is gone before anything else is written.
        self.line.take().map(JoinHandle::join);
    }
}
