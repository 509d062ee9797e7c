//! The Hub itself: its wire format, its listing, its limits, and a client that keeps to them. Without the feature `crawl` there is
//! no client; what was fetched and crawled is read all the same.

#[cfg(feature = "crawl")]
mod dataset;
#[cfg(feature = "crawl")]
pub mod fetch;
#[cfg(feature = "crawl")]
mod http;
#[cfg(feature = "crawl")]
mod limit;
#[cfg(feature = "crawl")]
mod link;
pub mod listing;
#[cfg(feature = "crawl")]
mod patience;
#[cfg(feature = "crawl")]
mod ranges;
#[cfg(feature = "crawl")]
mod refusal;
#[cfg(feature = "crawl")]
mod runtime;
#[cfg(feature = "crawl")]
mod seen;
#[cfg(feature = "crawl")]
mod token;
pub(crate) mod wire;

#[cfg(feature = "crawl")]
pub(crate) use seen::Seen;
#[cfg(feature = "crawl")]
pub use {
    dataset::{Address, Commit, DatasetFile},
    http::{Answer, Error, Hub, Pause},
    limit::Quota,
    patience::{Fault, Patience},
    refusal::{Meaning, meaning},
    runtime::runtime,
    token::Token,
};

/// Longest body that is taken, in bytes, unpacked: a page of a thousand full rows stays under 30 MB.
pub(super) const MAX_BODY: usize = 128 << 20;
