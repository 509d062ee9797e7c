use std::sync::OnceLock;

/// Gives what a cell holds, or what is made for it; where it cannot be made the cell stays empty. Of two that make it
/// at once one is kept.
///
/// # Errors
/// The error is that of `make`.
pub(crate) fn once<T, E>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
    match cell.get() {
        Some(made) => Ok(made),
        None => {
            let made = make()?;
            Ok(cell.get_or_init(|| made))
        }
    }
}
