//! Facts as text, Markdown, CSV, JSON and pages, for people and programs. Every output names its snapshot and its definition.

mod chart;
mod citation;
mod day;
mod figures;
mod fitted;
mod frame;
mod glossary;
mod grid;
mod head;
mod headline;
mod html;
mod look;
mod page;
#[cfg(feature = "export")]
mod pdf;
#[cfg(feature = "export")]
mod picture;

mod printable;
mod sarif;
mod script;
mod section;
mod slide;
mod text;
mod unit;
mod value;
mod wrapped;

pub use crate::model::{counted, grouped, plural};
#[cfg(feature = "export")]
pub(crate) use chart::text_width;
pub use chart::{Bar, Chart, Flow, Series, Shape, Size, Slope, Tone, Whole};
pub use citation::{Citation, CitationFormat};
pub use day::day;
pub use figures::{Linked, Place, figures};
pub use frame::{Format, Report, Rows, Words, csv, footer};
pub use grid::{Block, Grid};
pub use head::Head;
pub use headline::{Headline, Topic};
pub use html::{Lead, hub_page};
pub use look::{Colours, Look};
pub use page::page;
#[cfg(feature = "export")]
pub use picture::{Painted, Picture};
pub use printable::{html as escaped, markdown, no_formula, printable, printable_lines};
pub use sarif::{SarifLevel, SarifResult, sarif};
pub(crate) use script::{allowed, lean};
pub use section::{Column, Known, Section, Table};
pub(crate) use section::{share, short};
pub use slide::{CHARTS, Slide};
pub use text::{compared, part_of_hub, report};
pub use unit::Unit;
pub(crate) use unit::{known, percent};
pub use value::{NOT_JUDGED, Named, Value, named};
pub use wrapped::folded;
