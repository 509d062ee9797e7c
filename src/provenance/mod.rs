//! Where models come from and whom they reach: ancestors and the ways from them, what hangs only through a model, under which terms.
//! Everything here is declared lineage: what cards say.

mod about;
mod upstream;

pub use about::{About, Books, Known};
pub use upstream::{Ancestor, Upstream};
