//! The server's options.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::common::{Patience, Tables};
use crate::program::values::whole;

#[derive(Debug, ClapArgs)]
pub struct Serve {
    /// The snapshots to show: the first is what plain addresses show, the others are there to compare with [default: the last one
    /// imported, else the sample inside the program; `sample` names that]
    #[arg(value_name = "SNAPSHOT")]
    pub snapshots: Vec<PathBuf>,
    /// The port; 0 is any that is free
    #[arg(long, value_name = "N", default_value_t = 8765, value_parser = whole::<u16>, allow_negative_numbers = true)]
    pub port: u16,
    /// Show the first page in the browser
    #[arg(long)]
    pub open: bool,
    /// The address to listen on; others than loopback let whoever reaches it read the snapshots
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// A name that leads here besides localhost, as behind JupyterHub; may stand several times
    #[arg(long, value_name = "NAME")]
    pub allow_host: Vec<String>,
    #[command(flatten)]
    pub wait: Patience,
    #[command(flatten)]
    pub tables: Tables,
}
