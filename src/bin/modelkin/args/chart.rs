//! What every question understands that can be drawn.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use modelkin::ink::Size;

use super::common::{Filter, Question, Tables};

#[derive(Debug, ClapArgs)]
pub struct Chart {
    /// Draw the answer into this file too, for slides and documents: svg, png or pdf, by its suffix
    #[arg(long, value_name = "FILE")]
    pub chart: Option<PathBuf>,
    /// How large the chart is, in dots
    #[arg(long, value_name = "WxH", default_value = "1600x900", requires = "chart")]
    pub size: Size,
}

/// What is common to questions that are asked under a filter, by somebody's tables, and can be drawn.
#[derive(Debug, ClapArgs)]
pub struct Drawable {
    #[command(flatten)]
    pub chart: Chart,
    #[command(flatten)]
    pub tables: Tables,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}
