//! From the Hub to a finished recording: page after page, each kept before the next is asked for, so that whatever
//! happens costs the page under way and no more. Without the feature `crawl` nobody is asked.

mod cards;
mod error;
mod event;
mod fields;
mod frontier;
mod old;
pub mod renames;
mod run;

pub use error::Error;
pub use event::{Brought, Event, Tell};
pub use old::OldIds;
pub use run::{most_models, run, since};
