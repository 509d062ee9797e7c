use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use modelkin::source::Source;
use modelkin::source::recording::Recording;

/// What a snapshot is made of.
pub enum Given {
    Source(Box<dyn Source>),
    /// An older snapshot, beside other sources.
    Snapshot(PathBuf),
}

impl Given {
    pub fn recording(&self) -> Option<&Recording> {
        match self {
            Given::Source(source) => source.recording(),
            Given::Snapshot(_) => None,
        }
    }
}

/// Whether a file begins as a snapshot does.
pub fn is_snapshot(path: &Path) -> bool {
    let is_file = fs::metadata(path).is_ok_and(|known| known.is_file());
    let mut magic = [0; 6];
    is_file && fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok()) && &magic == b"ARROW1"
}
