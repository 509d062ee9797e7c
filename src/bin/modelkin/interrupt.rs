//! Ctrl-C ends a crawl at once, and says with which command it goes on.

use std::sync::Arc;

use anyhow::Context;
use modelkin::source::hub::runtime;

use crate::program::output;
use crate::program::progress::Progress;

/// As the shell has it for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// From now on Ctrl-C ends the program, whatever it does: the checkpoint outlives worse than that.
#[expect(clippy::exit, reason = "the end of the program, not of a function")]
pub fn stop_on_interrupt(
    progress: &Arc<Progress>,
    said: impl Fn(&Progress) -> String + Send + 'static,
) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let progress = Arc::clone(progress);
    let listen = move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            progress.end();
            output::say(&said(&progress));
            std::process::exit(INTERRUPTED);
        }
    };
    std::thread::Builder::new()
        .spawn(listen)
        .context("no thread can be made; raise the limit on processes (ulimit -u)")?;
    Ok(())
}
