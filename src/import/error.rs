use std::path::PathBuf;

use crate::model::{Hint, Reject};
use crate::{census, snapshot, source};

/// Why no snapshot is made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A source cannot be read.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// A snapshot that it is made of is not as it was written.
    #[error(transparent)]
    Snapshot(#[from] snapshot::Error),
    /// The recording of an update without the snapshot that it updates.
    #[error("{}: holds an update, which says nothing without the snapshot that it updates", folder.display())]
    Update {
        /// Its folder.
        folder: PathBuf,
    },
    /// Of what was read no snapshot can be made.
    #[error("{error}")]
    Unmade {
        /// Why.
        error: snapshot::Error,
        /// The first records that could not be read.
        rejects: Vec<Reject>,
    },
    /// What is kept cannot be computed.
    #[error(transparent)]
    Keeping(#[from] census::Error),
}

impl Error {
    /// Gives what could be said or asked for, so that it succeeds.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Error::Source(error) => error.hint(),
            Error::Keeping(error) => error.hint(),
            _ => None,
        }
    }
}
