//! The Hub itself: its wire format, its listing, its limits, and a client that keeps to them.

mod http;
mod limit;
mod link;
pub mod listing;
pub(super) mod wire;

pub use http::{Answer, Error, Fault, Hub, Patience, Pause, Token};
pub use limit::Quota;
