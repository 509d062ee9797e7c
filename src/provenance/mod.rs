//! Where models come from and whom they reach: ancestors and the ways from them, what hangs only through a model, under which terms.
//! Everything here is declared lineage: what cards say.

mod about;
mod judge;
mod policy;
mod ruling;
mod stated;
mod sweep;
mod upstream;
mod verdict;

pub use about::{About, Books, Known};
pub use judge::{Cited, Finding, Judge, Judged, Meeting};
pub use policy::{Day, Exception, Policy, PolicyError, Unknown};
pub use ruling::{Fault, Rule, Ruling, Rulings};
pub use stated::{By, Part, Stated};
pub use sweep::{Side, Sweep, Tally, VerdictCounts};
pub use upstream::{Ancestor, Upstream};
pub use verdict::Verdict;
