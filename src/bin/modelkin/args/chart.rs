//! What every question understands that can be drawn.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use modelkin::ink::Size;

#[derive(Debug, ClapArgs)]
pub struct Chart {
    /// Draw the answer into this file too, for slides and documents: svg, png or pdf, by its suffix
    #[arg(long, value_name = "FILE")]
    pub chart: Option<PathBuf>,
    /// How large the chart is, in dots
    #[arg(long, value_name = "WxH", default_value = "1600x900", requires = "chart")]
    pub size: Size,
}
