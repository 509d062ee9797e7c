//! From the Hub to a finished recording: page after page, each kept before the next is asked for, so that whatever
//! happens costs the page under way and no more. Without the feature `crawl` nobody is asked; what a snapshot says of its crawl is
//! told all the same.

#[cfg(feature = "crawl")]
mod cards;
#[cfg(feature = "crawl")]
mod error;
#[cfg(feature = "crawl")]
mod event;
#[cfg(feature = "crawl")]
mod fields;
#[cfg(feature = "crawl")]
mod frontier;
mod note;
#[cfg(feature = "crawl")]
mod old;
#[cfg(feature = "crawl")]
pub mod renames;
#[cfg(feature = "crawl")]
mod run;

pub use note::{ends_early, lists_the_same, note, note_of, plan};
#[cfg(feature = "crawl")]
pub use {
    error::Error,
    event::{Brought, Event, Tell},
    old::OldIds,
    run::{most_models, run, since},
};
