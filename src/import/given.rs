use std::path::PathBuf;

use crate::source::Source;
use crate::source::recording::Recording;

/// What a snapshot is made of.
pub enum Given {
    /// Records.
    Source(Box<dyn Source>),
    /// An older snapshot, beside other sources: its file.
    Snapshot(PathBuf),
}

impl Given {
    /// The recording that it is, if it is one.
    pub fn recording(&self) -> Option<&Recording> {
        match self {
            Given::Source(source) => source.recording(),
            Given::Snapshot(_) => None,
        }
    }
}
