//! The Hub itself: its wire format, its listing, its limits, and a client that keeps to them.

mod dataset;
pub mod fetch;
mod http;
mod limit;
mod link;
pub mod listing;
mod patience;
mod ranges;
mod refusal;
mod runtime;
mod seen;
mod token;
pub(crate) mod wire;

pub use dataset::{Address, Commit, DatasetFile};
pub(super) use http::MAX_BODY;
pub use http::{Answer, Error, Hub, Pause};
pub use limit::Quota;
pub use patience::{Fault, Patience};
pub use refusal::{Meaning, meaning};
pub use runtime::runtime;
pub(crate) use seen::Seen;
pub use token::Token;
