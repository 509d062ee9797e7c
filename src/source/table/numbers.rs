use crate::model::{Remark, RemarkKind, plural};
use crate::source::loose;

/// Whether an id gives way to what a later column has: where there is none, or a number, as other programs count their rows
/// in a column that they call `id`. No model of the Hub has such a name without an owner.
pub(in crate::source) fn gives_way(id: &str, later: &str) -> bool {
    let id = id.trim_ascii();
    id.is_empty() || (id.bytes().all(|byte| byte.is_ascii_digit()) && !loose::is_null(later.trim()))
}

/// What is to be said of so many rows whose number gave way.
pub(in crate::source) fn remark(rows: u64) -> Option<Remark> {
    (rows > 0).then(|| Remark::new(RemarkKind::Numbers, plural(rows, "row")))
}
