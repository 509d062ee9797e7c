//! Where models come from and whom they reach: ancestors and the ways from them, what hangs only through a model, under which terms.
//! Everything here is declared lineage: what cards say.

mod about;
mod blast;
mod common;
mod day;
mod judge;
mod policy;
mod ruling;
mod siblings;
mod stated;
mod sweep;
mod upstream;
mod verdict;
mod verdicts;
mod why;

pub use about::{About, Books, Known};
pub use blast::{Blast, Hit};
pub use common::{Common, Shared};
pub use day::Day;
pub use judge::{Cited, Finding, Judge, Judged, Marks, Meeting};
pub use policy::{Exception, Policy, PolicyError, Unknown};
pub use ruling::{Fault, Rule, Ruling, Rulings};
pub use siblings::{Sibling, Siblings};
pub use stated::{By, Part, Stated};
pub use sweep::{Side, Sweep, Tally, VerdictCounts};
pub use upstream::{Ancestor, Upstream};
pub use verdict::Verdict;
pub use verdicts::{AncestorVerdict, ModelVerdict, Outcome, Told, Verdicts};
pub use why::{Step, Why};
