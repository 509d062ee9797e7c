//! This tells people how far a crawl is: on a terminal in a line that renews itself, elsewhere in a line now and then.

use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use modelkin::crawl::Event;
use modelkin::ink::{grouped, plural};
use modelkin::source::hub::Quota;
use modelkin::source::hub::listing::WHOLE_HUB;

use crate::program::output;

/// Answers that cannot be had of which it is told why.
const SHOWN: u64 = 5;

/// Where the crawl is: a line that renews itself on a terminal, a plain line now and then elsewhere.
pub struct Progress {
    bar: ProgressBar,
    expected: Option<u64>,
    /// The command that goes on as a crawl of the whole Hub.
    whole: String,
    began: Instant,
    state: Mutex<State>,
}

struct State {
    /// Rows that an earlier run had fetched.
    before: u64,
    pages: u64,
    /// Pages of this run.
    new: u64,
    /// What was asked for in vain.
    unanswered: u64,
    spoke: Instant,
}

impl Progress {
    pub fn new(expected: Option<u64>, whole: String) -> Progress {
        let bar = output::LINES.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed}  {wide_msg}") {
            bar.set_style(style);
        }
        output::tick(&bar);
        let now = Instant::now();
        Progress {
            bar,
            expected,
            whole,
            began: now,
            state: Mutex::new(State { before: 0, pages: 0, new: 0, unanswered: 0, spoke: now }),
        }
    }

    pub fn tell(&self, event: &Event) {
        match event {
            Event::Resumed { pages, rows } => {
                let mut state = self.state();
                (state.before, state.pages) = (*rows, *pages);
                drop(state);
                self.line(&format!("goes on after {} on {}", plural(*rows, "row"), plural(*pages, "page")));
            }
            Event::Page { pages, rows, quota } => {
                let mut state = self.state();
                (state.pages, state.new) = (*pages, state.new + 1);
                drop(state);
                let new = rows.saturating_sub(self.state().before);
                let rate = new as f64 / self.began.elapsed().as_secs_f64().max(0.001);
                let mut text = format!("{}, {}, {rate:.0} models/s", plural(*rows, "model"), plural(*pages, "page"));
                if let Some(quota) = quota {
                    _ = write!(text, ", quota {} for {} s", grouped(quota.remaining), quota.reset);
                }
                if let Some(left) = self.expected.and_then(|expected| expected.checked_sub(*rows)).filter(|_| new > 0) {
                    _ = write!(text, ", about {} left", duration(left as f64 / rate));
                }
                self.progress(text);
            }
            Event::Falls { earlier, later } => {
                self.line(&format!(
                    "warning: {later} was made before {earlier}, and comes after it: the Hub does not list by the order of making as it was asked to; models that come while it is read may be missed, see --update --full"
                ));
            }
            Event::Pending { generation, requests, quota } => self.pending(*generation, *requests, *quota),
            Event::Renames { done, of, found } => {
                let rate = *done as f64 / self.began.elapsed().as_secs_f64().max(0.001);
                let left = duration((of - done) as f64 / rate);
                self.progress(format!(
                    "{} of {} ids, {} renamed, about {left} left",
                    grouped(*done),
                    grouped(*of),
                    grouped(*found)
                ));
            }
            Event::Unanswered(why) => {
                let mut state = self.state();
                state.unanswered += 1;
                // The others are counted at the end.
                let is_shown = state.unanswered <= SHOWN;
                drop(state);
                if is_shown {
                    self.line(why);
                }
            }
            Event::Cards { done, of } => self.progress(format!("{} of {} cards", grouped(*done), grouped(*of))),
            Event::Waits(pause) => {
                let text = format!("waits {} s: {}", pause.wait.as_secs_f64().ceil(), pause.reason);
                self.line(&text);
            }
            Event::WithoutFields(fields) => {
                self.line(&format!("the Hub does not give {}; going on without", fields.join(", ")));
            }
            Event::NoRoot { id, message } => {
                self.line(&format!(
                    "{id} is not on the Hub, or is private (the Hub says: {message}); its descendants are looked for all the same"
                ));
            }
            Event::Missed(children) => self.line(&format!(
                "warning: the Hub counts {} of this model than it lists: an older id of it may be named there that \
                 is not known, as by the children of its descendants. Name it with --aliases, ask below that id, or crawl the whole Hub (modelkin crawl), which misses none",
                match children {
                    1 => "1 more child".to_owned(),
                    children => format!("{} more children", grouped(*children)),
                }
            )),
            _ => (),
        }
    }

    /// Pages so far.
    pub fn pages(&self) -> u64 {
        self.state().pages
    }

    /// Takes the line from the terminal.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// How long so many requests take: at the quota's pace, else as those before them.
    fn time_of(&self, requests: u64, quota: Option<Quota>) -> Option<String> {
        let state = self.state();
        let measured = || (state.new > 0).then(|| self.began.elapsed().mul_f64(requests as f64 / state.new as f64));
        let time = quota.and_then(|quota| quota.time_of(requests)).or_else(measured)?;
        Some(duration(time.as_secs_f64()))
    }

    /// What is pending below a model; of more than the whole Hub costs, what to do.
    fn pending(&self, generation: u64, requests: u64, quota: Option<Quota>) {
        if requests < 2 {
            return;
        }
        let time = |requests| self.time_of(requests, quota).map(|time| format!(", about {time}")).unwrap_or_default();
        let mut text =
            format!("generation {generation}: {} requests are pending at least{}", grouped(requests), time(requests));
        if requests > WHOLE_HUB {
            _ = write!(
                text,
                "; the whole Hub takes some {}{}: end this with Ctrl-C, and `{}` goes on as that; no page is lost",
                grouped(WHOLE_HUB),
                time(WHOLE_HUB),
                self.whole
            );
        }
        self.line(&text);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self, text: String) {
        let mut state = self.state();
        if self.bar.is_hidden() && state.spoke.elapsed() >= output::QUIET {
            state.spoke = Instant::now();
            output::note(&text);
        }
        self.bar.set_message(text);
    }

    pub fn line(&self, text: &str) {
        output::note(text);
    }
}

/// A duration in words: `35 s`, `12 min`, `1 h 5 min`.
pub fn duration(seconds: f64) -> String {
    match seconds as u64 {
        seconds @ 0..=99 => format!("{seconds} s"),
        seconds @ 100..=5999 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
