//! The front desk: a question is data, an atlas answers it, and an answer has facts with their definition and their snapshot.
//!
//! Whoever asks, a program, a page or another language, makes a [`Question`] and nothing more; what it means is decided here.

mod answer;
mod atlas;
mod checking;
mod command;
mod comparing;
mod comparison;
mod contradiction;
mod exploring;
#[cfg(feature = "export")]
mod exporting;
mod facts;
mod filter;
mod ids;
mod judging;
mod names;
mod origin;
mod question;
mod searching;
mod selection;
mod settling;
mod surveying;
mod tables;
mod tracing;
mod wire;

pub use answer::Answer;
pub use atlas::Atlas;
pub use command::command_line;
pub use comparison::{Compare, Flows, Rank};
pub use contradiction::Contradiction;
pub use facts::Facts;
pub use filter::Filter;
pub use ids::Ids;
pub use names::{How, Meant, Missing, Naming, Near, Unknown, What};
#[cfg(feature = "export")]
pub use origin::Bom;
pub use origin::{Blast, Common, Entry, Flag, Licences, Models, Siblings, Upstream, Why};
#[cfg(feature = "export")]
pub use question::Export;
pub use question::{Cases, Check, Diff, Explain, Family, Owners, Question, Report, Search, Show};
pub use selection::{Begin, Chosen, Select};
pub use tables::Tables;
pub use wire::{Word, did_you_mean};

pub use crate::provenance::Day;

use crate::lineage::NotFound;
use crate::model::Hint;
use crate::{census, reference, report, snapshot, survey};

/// An `Error` says why a question has no answer. Its texts name no option: a door says it in the words that were typed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two parts of the question exclude each other.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// No family, owner or model has the name that the question names.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// No model has the id that the question names; the nearest ids are told.
    #[error(transparent)]
    NoModel(#[from] NotFound),
    /// The rules have the family, but no model of this snapshot is a member of it.
    #[error("the family {name:?} has no member in this snapshot")]
    NoMember {
        /// This is the family's name in the rules.
        name: String,
    },
    /// Growth counts the days before the snapshot's date, and this snapshot has none.
    #[error("growth needs the snapshot's date, and no record has one")]
    NoDate,
    /// The survey has no section of that name.
    #[error("no section {name:?}; there are {}{}", survey::names().collect::<Vec<_>>().join(", "), did_you_mean(name, survey::names()))]
    NoSection {
        /// This is the name that the question gave.
        name: String,
    },
    /// The section that compares several snapshots is asked of an atlas that has one alone.
    #[error("the section {} is about several snapshots", survey::SERIES)]
    NoSeries,
    /// A diff is asked of an atlas that has no snapshot before its own.
    #[error("there is no snapshot before this one to compare it with")]
    NothingBefore,
    /// The section was made, and has no table of that name.
    #[error("{section} has no table {name:?}; it has {}{}", known.join(", "), near.as_ref().map_or_else(String::new, |near| format!("; did you mean {near}?")))]
    NoTable {
        /// This is the section's name.
        section: &'static str,
        /// This is the table that the question named.
        name: String,
        /// These are the tables that the section has.
        known: Vec<String>,
        /// This is the table whose name comes nearest, if any comes near.
        near: Option<String>,
    },
    /// A check knows no kind of odd things by that name.
    #[error("{name:?} is no kind; use {}{}", report::kinds().collect::<Vec<_>>().join(", "), did_you_mean(name, report::kinds()))]
    NoKind {
        /// This is the name that the question gave.
        name: String,
    },
    /// What the snapshot says could not be computed from its records, so that nobody can tell whether it is so.
    #[error("{0}")]
    Unverified(Box<dyn std::error::Error + Send + Sync>),
    /// The filters and limits leave no model of the selection.
    #[error("nothing is left of the selection: {words}")]
    NothingLeft {
        /// These sentences say what was selected and what left its models out.
        words: String,
    },
    /// The snapshot is not as it was written, a table's rule does not compile, or counting would take longer than the
    /// atlas waits.
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
