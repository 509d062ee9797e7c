//! Facts as text, Markdown, CSV, JSON and pages, for people and programs. Every output names its snapshot and its definition.

mod day;
mod fitted;
mod frame;
mod grid;
mod look;
mod page;
mod plot;
mod printable;
mod sarif;
mod section;
mod text;
mod unit;
mod value;
mod wrapped;

pub use crate::model::{counted, grouped, plural};
pub use day::day;
pub use frame::{Format, Report, Rows, Words, csv, footer};
pub use grid::{Block, Grid};
pub use look::{Colours, Look};
pub use page::page;
pub use plot::{Bar, Plot, Series};
pub use printable::{markdown, no_formula, printable, printable_lines};
pub use sarif::{SarifLevel, SarifResult, sarif};
pub use section::{Column, Known, Section, Table};
pub(crate) use section::{share, short};
pub use text::{compared, report};
pub use unit::Unit;
pub(crate) use unit::percent;
pub use value::{NOT_JUDGED, Named, Value};
pub use wrapped::folded;
