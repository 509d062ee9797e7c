//! This finds out whether standard output was closed when the program was started. Rust opens `/dev/null` in its place
//! before `main`, where every answer would vanish unsaid: so it is looked at before that, among what the system runs
//! when it loads a program.

use std::sync::atomic::{AtomicBool, Ordering};

static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Whether nothing can be written to standard output, since it was closed.
pub fn is_closed() -> bool {
    IS_CLOSED.load(Ordering::Relaxed)
}

#[cfg(unix)]
#[used]
#[allow(
    unsafe_code,
    reason = "a pointer to a function where the loader looks for such; it asks for one number and keeps the answer"
)]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static LOOK: extern "C" fn() = look;

#[cfg(unix)]
extern "C" fn look() {
    use std::os::fd::AsFd;
    /// EBADF, the same on all systems.
    const NO_FILE: i32 = 9;
    let copied = std::io::stdout().as_fd().try_clone_to_owned();
    IS_CLOSED.store(copied.is_err_and(|error| error.raw_os_error() == Some(NO_FILE)), Ordering::Relaxed);
}
