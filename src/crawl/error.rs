use crate::model::Hint;
use crate::source::hub::listing::HUB_MODELS;
use crate::source::hub::{self, Answer, Hub};

/// What to do where the Hub no longer lists by changes.
pub(super) const ANEW: &str = "ask for everything anew";

/// Pages in a row without a new model after which a listing has no end.
pub(super) const MOST_STALE: u64 = 100;

/// Why a crawl stops before its end. What was fetched is kept: the same crawl goes on from there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No answer, for as long as was allowed.
    #[error(transparent)]
    Hub(#[from] hub::Error),
    /// The Hub says no.
    #[error("{what}: the Hub answers {status}{}{message}; {advice}", if message.is_empty() { "" } else { ": " })]
    Refused {
        /// The path and query.
        what: String,
        /// The HTTP status.
        status: u16,
        /// Its words.
        message: String,
        /// What to do.
        advice: &'static str,
    },
    /// A listing goes on and on with the same models, or none.
    #[error(
        "{what}: {MOST_STALE} pages in a row without a model that the listing did not give before: such a listing has no end; \
         try again later"
    )]
    Endless {
        /// The path and query.
        what: String,
    },
    /// A listing has more models than the Hub can have.
    #[error(
        "{what}: more than {most} models, and the Hub had {HUB_MODELS} on 2026-10-03: this may be a listing without end; if it \
         is none, allow more"
    )]
    TooMany {
        /// The path and query.
        what: String,
        /// How many were allowed.
        most: u64,
    },
    /// The recording cannot be written or read.
    #[error(transparent)]
    Recording(#[from] crate::source::Error),
    /// The snapshot whose parents are asked for cannot be read.
    #[error(transparent)]
    Snapshot(#[from] crate::snapshot::Error),
}

impl Error {
    /// Gives what the crawl could be told, so that it goes on.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Error::Refused { advice, .. } => (*advice == ANEW).then_some(Hint::ListAnew),
            Error::Recording(error) => error.hint(),
            _ => None,
        }
    }
}

/// An answer that says that the token is not one: nothing more is to be had with it.
pub(super) fn refuses_token(answer: &Answer) -> bool {
    answer.status == 401 && answer.message.starts_with("Invalid credentials")
}

/// What a refusal is to a crawl, with what to do.
pub(super) fn refusal(hub: &Hub, path: &str, answer: &Answer) -> Error {
    let advice = match answer.status {
        401 | 403 => "see whether HF_TOKEN is right, or is needed",
        400 if path.contains("cursor=") => "it may have forgotten the place: remove the folder and begin anew",
        400 if path.contains("sort=lastModified") => ANEW,
        400 | 404 => "see what was asked for, and HF_ENDPOINT",
        _ => "no Hub answers so; see HF_ENDPOINT",
    };
    Error::Refused { what: hub.name(path), status: answer.status, message: answer.message.clone(), advice }
}
