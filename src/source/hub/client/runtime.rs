//! What waits for answers.

use std::io;
use std::thread::Builder;

use tokio::runtime::Runtime;

/// Makes what waits for a Hub's answers: this thread, and one that looks up names.
///
/// # Errors
/// It fails if the system makes no thread now: a look-up could only panic later.
pub fn runtime() -> io::Result<Runtime> {
    let thread = Builder::new().spawn(|| ()).map_err(|error| no_thread(&error))?;
    // Nothing is in it that could panic.
    _ = thread.join();
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The error where the system makes no thread, with what helps.
pub(crate) fn no_thread(error: &io::Error) -> io::Error {
    let remedy = "raise the limit on processes (ulimit -u, or the container's) or on memory";
    io::Error::new(error.kind(), format!("no thread can be made ({error}); {remedy}"))
}
