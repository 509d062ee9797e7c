//! Work that Python waits for, with an ear for Ctrl-C.

use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread::Builder;
use std::time::Duration;

use pyo3::prelude::*;

use crate::failed::raised;

/// So often the interpreter is asked whether somebody wants to end it.
const MOMENT: Duration = Duration::from_millis(50);
/// As deep as the program's own first thread.
const STACK: usize = 8 << 20;

/// Does some work on a thread of its own while the interpreter is free. If Ctrl-C comes it is left to itself.
pub fn heard<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    static PROCESS: OnceLock<u32> = OnceLock::new();
    if *PROCESS.get_or_init(std::process::id) != std::process::id() {
        let text = "this process was forked after a question was asked, and the threads that count did not come along; start processes \
                    with multiprocessing's spawn or forkserver";
        return Err(raised(py, "Error", text.into(), None));
    }
    let (give, mut taken) = channel();
    // Nobody waits for what was interrupted.
    let thread = Builder::new().stack_size(STACK).spawn(move || _ = give.send(work()))?;
    loop {
        let told;
        (told, taken) = py.detach(move || (taken.recv_timeout(MOMENT), taken));
        match told {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                // It was ended by what it met, which it has said already.
                _ = thread.join();
                return Err(raised(py, "Error", "the work was broken off by a fault of the program".into(), None));
            }
        }
    }
}
