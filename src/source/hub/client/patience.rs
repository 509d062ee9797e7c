//! How long a request is tried, and how long is waited between two tries.

use std::time::Duration;

use super::http::Error;

/// A wait longer than this is not sat out: the crawl stops, and goes on when it is run again.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60 + 1);

/// A `Patience` says how long a request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// A try has failed when nothing arrived for so long.
    pub silence: Duration,
    /// So long is the wait after the first failure; it doubles with each further one, up to a minute.
    pub first_wait: Duration,
    /// A request is tried for so long in all, waits for a new quota left out.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            silence: Duration::from_secs(60),
            first_wait: Duration::from_secs(1),
            total: Duration::from_secs(15 * 60),
        }
    }
}

/// A `Fault` says what is at fault when a try fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The line is, or a Hub in trouble: any other request would have failed too.
    Line,
    /// This answer alone is.
    Answer,
}

/// A try that failed, and may be made again.
#[derive(Debug)]
pub(super) struct Failure {
    pub reason: String,
    /// The wait that the server asks for.
    pub asked: Option<Duration>,
    pub fault: Fault,
}

impl Failure {
    pub fn new(fault: Fault, reason: impl Into<String>) -> Failure {
        Failure { reason: reason.into(), asked: None, fault }
    }
}

/// One request and its tries.
#[derive(Debug, Default)]
pub(super) struct Trial {
    tries: u32,
    /// Time spent on failures, and on waits that the Hub asked for, which are nobody's fault.
    spent: Duration,
    waited: Duration,
}

impl Trial {
    /// The wait after a try at `what` that failed after so long. `most` is how often a mere answer is tried.
    ///
    /// # Errors
    /// If patience is at its end, or the Hub asks for more.
    pub fn wait(
        &mut self,
        patience: &Patience,
        what: String,
        failure: Failure,
        took: Duration,
        most: u32,
    ) -> Result<Duration, Error> {
        let Failure { reason, asked, fault } = failure;
        self.tries += 1;
        if let Some(wait) = asked.filter(|wait| *wait > LONGEST_WAIT) {
            return Err(later(what, wait, reason));
        }
        // Of a server that asks for no wait at all, again and again, ours is kept all the same.
        let asked = asked.unwrap_or_default();
        let wait = self.backoff(patience).max(asked);
        self.waited += asked;
        self.spent += took + (wait - asked);
        let is_left = fault == Fault::Answer && self.tries >= most;
        if is_left || self.spent > patience.total || self.waited > 2 * LONGEST_WAIT {
            let seconds = (self.spent + self.waited).as_secs();
            return Err(Error::GivenUp { what, tries: self.tries, seconds, reason, fault });
        }
        Ok(wait)
    }

    /// The wait after so many failures, with jitter, so that many clients do not come back at once.
    fn backoff(&self, patience: &Patience) -> Duration {
        let doubled = patience.first_wait.saturating_mul(1 << (self.tries - 1).min(16));
        doubled.min(Duration::from_secs(60)).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// The error for a wait that is too long.
pub(super) fn later(what: String, wait: Duration, reason: String) -> Error {
    Error::Later { what, minutes: wait.as_secs().saturating_sub(1).div_ceil(60), reason }
}
