use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::{Builder, available_parallelism, scope};

/// Does so many pieces of work on all processors, and gives what came of each, in order. It is for those who may not use
/// the threads of the census, or must not wait for them.
pub(crate) fn side_by_side<T: Send + Sync>(pieces: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let done: Vec<OnceLock<T>> = (0..pieces).map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let take = || {
        loop {
            let at = next.fetch_add(1, Relaxed);
            let Some(piece) = done.get(at) else { break };
            _ = piece.set(work(at));
        }
    };
    let helpers = available_parallelism().map_or(1, |processors| processors.get()).min(pieces).saturating_sub(1);
    scope(|scope| {
        // As many as can be made: this thread does what the others leave.
        _ = (0..helpers).take_while(|_| Builder::new().spawn_scoped(scope, take).is_ok()).count();
        take();
    });
    done.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Does one thing on a thread of its own while another is done here. Where no thread can be made, one comes after the other.
pub(crate) fn beside<A: Send, B>(aside: impl Fn() -> A + Send + Sync, here: impl FnOnce() -> B) -> (A, B) {
    scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, &aside);
        let done = here();
        let aside = match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => aside(),
        };
        (aside, done)
    })
}
