use std::io;

use super::Error;

/// What came of a request for a file.
#[derive(Debug)]
pub(in crate::source::hub) enum Refusal {
    /// The server says no: its status and its words.
    Status { status: u16, code: Option<String>, message: String },
    /// It gives the whole file alone.
    NoRanges,
    /// It does not tell of which version a part is.
    Unnamed,
    /// It packs the file on the way by a means that nobody asked for.
    Encoded(String),
    /// It is another file by now: why it is known.
    Changed(String),
    /// It cannot be asked, or not any more.
    Hub(Error),
    /// The bytes cannot be kept.
    Kept(io::Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Hub(error)
    }
}
