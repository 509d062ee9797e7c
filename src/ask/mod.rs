//! The front desk: a question is data, an atlas answers it, and an answer has facts with their definition and their snapshot.
//!
//! Whoever asks, a program, a page or another language, makes a [`Question`] and nothing more; what it means is decided here.

mod answer;
mod atlas;
mod checking;
mod command;
mod contradiction;
mod day;
#[cfg(feature = "export")]
mod exporting;
mod filter;
mod names;
mod question;
mod selection;
mod surveying;
mod tables;
mod wire;

pub use answer::{Answer, Facts};
pub use atlas::Atlas;
pub use contradiction::Contradiction;
pub use day::Day;
pub use filter::Filter;
pub use names::{Unknown, What};
#[cfg(feature = "export")]
pub use question::Export;
pub use question::{Cases, Check, Diff, Explain, Family, Owners, Question, Rank, Report, Show};
pub use selection::{Begin, Chosen, Select};
pub use tables::Tables;

use crate::lineage::NotFound;
use crate::model::Hint;
use crate::{census, reference, report, snapshot, survey};

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
    /// The report has no such section.
    #[error("no section {name:?}; there are {}", survey::names().collect::<Vec<_>>().join(", "))]
    NoSection {
        /// What was named.
        name: String,
    },
    /// The section about several snapshots is asked of one.
    #[error("the section {} is about several snapshots", survey::SERIES)]
    NoSeries,
    /// What changed is asked of one snapshot.
    #[error("there is no snapshot before this one to compare it with")]
    NothingBefore,
    /// A section has no such table.
    #[error("{section} has no table {name:?}; it has {}{}", known.join(", "), near.as_ref().map_or_else(String::new, |near| format!("; do you mean {near}?")))]
    NoTable {
        /// The section.
        section: &'static str,
        /// What was named.
        name: String,
        /// Its tables.
        known: Vec<String>,
        /// The table that is called nearly so.
        near: Option<String>,
    },
    /// There is no such kind of odd things.
    #[error("{name:?} is no kind; use {}", report::kinds().collect::<Vec<_>>().join(", "))]
    NoKind {
        /// What was named.
        name: String,
    },
    /// What a snapshot says cannot be computed again.
    #[error("{0}")]
    Unverified(Box<dyn std::error::Error + Send + Sync>),
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

impl Error {
    /// Gives what could be asked for, so that there is an answer.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Error::Counting(error) => error.hint(),
            _ => None,
        }
    }
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
