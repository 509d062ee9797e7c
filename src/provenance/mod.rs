//! Where models come from and whom they reach: ancestors and the ways from them, what hangs only through a model, under which terms.
//! Everything here is declared lineage: what cards say.

mod about;
mod blast;
mod common;
mod siblings;
mod upstream;
mod why;

pub use about::{About, Books, Known};
pub use blast::{Blast, Hit};
pub use common::{Common, Shared};
pub use siblings::{Sibling, Siblings};
pub use upstream::{Ancestor, Upstream};
pub use why::{Step, Why};
