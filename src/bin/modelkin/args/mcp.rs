//! The options of the server for agents.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::common::{Patience, Tables, Trust};
use crate::program::values::perhaps_empty;

#[derive(Debug, ClapArgs)]
pub struct Mcp {
    /// The snapshot to ask [default: the last one imported, else the sample inside the program; `sample` names that]
    #[arg(long, env = "MODELKIN_SNAPSHOT", value_name = "FILE", value_parser = perhaps_empty())]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub trust: Trust,
    #[command(flatten)]
    pub wait: Patience,
    #[command(flatten)]
    pub tables: Tables,
}
