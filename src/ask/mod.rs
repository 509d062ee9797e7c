//! The front desk: a question is data, an atlas answers it, and an answer has facts with their definition and their snapshot.
//!
//! Whoever asks, a program, a page or another language, makes a [`Question`] and nothing more; what it means is decided here.

mod answer;
mod atlas;
mod command;
mod contradiction;
mod day;
mod filter;
mod names;
mod question;
mod selection;
mod wire;

pub use answer::{Answer, Facts};
pub use atlas::{Atlas, Tables};
pub use contradiction::Contradiction;
pub use day::Day;
pub use filter::Filter;
pub use names::{Unknown, What};
pub use question::{Explain, Family, Owners, Question, Rank, Show};
pub use selection::{Begin, Chosen, Selection};

use crate::lineage::NotFound;
use crate::{census, reference, snapshot};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The question contradicts itself.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// Nothing has a name that the question names.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// There is no such model.
    #[error(transparent)]
    NoModel(#[from] NotFound),
    /// A family of the rules has no member here.
    #[error("the family {name:?} has no member in this snapshot")]
    NoMember {
        /// The family.
        name: String,
    },
    /// Growth is asked of a snapshot without a date.
    #[error("growth needs the snapshot's date, and no record has one")]
    NoDate,
    /// The filters leave no model.
    #[error("nothing is left of the selection: {words}")]
    NothingLeft {
        /// The selection and what left its models out, in words.
        words: String,
    },
    /// The snapshot is not as it was written, or counting would take too long.
    #[error(transparent)]
    Counting(#[from] census::Error),
}

impl From<snapshot::Error> for Error {
    fn from(error: snapshot::Error) -> Error {
        Error::Counting(error.into())
    }
}

impl From<reference::Error> for Error {
    fn from(error: reference::Error) -> Error {
        Error::Counting(error.into())
    }
}
