//! The map: the lineage as trees in which every model stands once, what of it is to be seen at a place, and the pages that show it.

mod about;
mod classes;
mod forest;
#[cfg(feature = "export")]
mod packed;
#[cfg(feature = "export")]
mod page;

mod place;
mod trees;
mod view;

pub use about::{About, Ancestor, Child, Up};
pub use classes::Colour;
pub use forest::{Books, Forest, Part};
#[cfg(feature = "export")]
pub use packed::Packed;
#[cfg(feature = "export")]
pub use page::{Page, STYLE, served_script};

pub use place::Place;
pub use view::{Asked, Mark, MarkKind, Size, View};

use crate::{census, snapshot};

/// An `Error` says why something of the map cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing is at the address.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// A column of the snapshot is not as it was written.
    #[error(transparent)]
    Census(#[from] census::Error),
}

/// A `NoPlace` is an address at which nothing is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing is at {address:?} on this map")]
pub struct NoPlace {
    /// This is the address as it was asked for.
    pub address: String,
}

impl From<snapshot::Error> for Error {
    fn from(error: snapshot::Error) -> Error {
        Error::Census(error.into())
    }
}
