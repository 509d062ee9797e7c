//! Work that may panic, since it is somebody else's and reads what anybody wrote.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is at such work.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`. Nothing of a panic is printed: its message is handed back. What the work borrowed mutably may be half
/// done then, and is not to be used again.
///
/// # Errors
/// The error is what the panic said.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if !IS_GUARDED.try_with(Cell::get).unwrap_or_default() {
                before(panic);
            }
        }));
    });
    let was = IS_GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_GUARDED.set(was);
    done.map_err(said)
}

#[allow(clippy::needless_pass_by_value, reason = "as it is caught")]
fn said(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref().copied()).unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_that_says_what_it_said() {
        assert_eq!(guarded(|| 7), Ok(7));
        assert_eq!(guarded(|| panic!("so it goes")), Err::<(), _>("so it goes".to_owned()));
        let within = guarded(|| (guarded(|| panic!("in {}", 2)), IS_GUARDED.get()));
        assert_eq!(within, Ok((Err::<(), _>("in 2".to_owned()), true)));
        assert!(!IS_GUARDED.get());
    }
}
