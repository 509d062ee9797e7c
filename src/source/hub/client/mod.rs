//! The Hub's client: one address after the other, with patience, within its limits, and no further than its own hosts.

mod dataset;
pub mod fetch;
mod http;
mod limit;
mod link;
mod patience;
mod ranges;
mod refusal;
mod runtime;
mod seen;
mod token;

pub use dataset::{Address, Commit, DatasetFile};
pub use http::{Answer, Error, Hub, Pause};
pub use limit::Quota;
pub use patience::{Fault, Patience};
pub use refusal::{Meaning, meaning};
pub use runtime::runtime;
pub(crate) use seen::Seen;
pub use token::Token;
