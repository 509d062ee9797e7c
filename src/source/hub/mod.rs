//! The Hub itself: its wire format, its listing, its limits, and a client that keeps to them. Without the feature `crawl` there is
//! no client; what was fetched and crawled is read all the same.

#[cfg(feature = "crawl")]
mod client;
pub(in crate::source) mod fields;
pub mod listing;
pub(crate) mod wire;

#[cfg(feature = "crawl")]
pub(crate) use client::Seen;
#[cfg(feature = "crawl")]
pub use client::{
    Address, Answer, Commit, DatasetFile, Error, Fault, Hub, Meaning, Patience, Pause, Quota, Token, fetch, meaning,
    runtime,
};

/// Longest body that is taken, in bytes, unpacked: a page of a thousand full rows stays under 30 MB.
pub(super) const MAX_BODY: usize = 128 << 20;
