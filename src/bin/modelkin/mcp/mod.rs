//! `mcp` answers agents, by the Model Context Protocol on standard input and output. It only reads, and asks nobody.

mod answer;
mod lines;
mod page;
mod questions;
mod refused;
mod resources;
mod rows;
mod server;
mod tools;
mod words;

use std::process::ExitCode;

use anyhow::bail;
use modelkin::ask::Atlas;
use modelkin::source::hub::runtime;
use rmcp::ServiceExt;
use rmcp::service::{QuitReason, ServerInitializeError};

use crate::program::{args, desk, snapshots};
use server::Server;

pub fn run(args: &args::Mcp) -> anyhow::Result<ExitCode> {
    let tables = desk::tables(&args.tables)?;
    let snapshot = snapshots::trusted(snapshots::open_asked(args.snapshot.as_deref())?, args.trust)?;
    let server = Server::new(Atlas::new(&snapshot, tables).waiting(Some(args.wait.seconds)));
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = serve(server) => ended,
            ended = tokio::signal::ctrl_c() => Ok(ended?),
        }
    });
    // What is still being computed has nobody any more who waits for it.
    runtime.shutdown_background();
    ended.map(|()| ExitCode::SUCCESS)
}

/// Answers until the input ends.
async fn serve(server: Server) -> anyhow::Result<()> {
    let running = match server.serve((lines::input(), tokio::io::stdout())).await {
        Ok(running) => running,
        // Nobody said anything.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(ServerInitializeError::ExpectedInitializeRequest(_)) => {
            bail!(
                "the first message is neither initialize nor server/discover, nor any other request; a client of the protocol begins with one"
            )
        }
        Err(error) => return Err(error.into()),
    };
    match running.waiting().await? {
        QuitReason::JoinError(error) => Err(error.into()),
        _ => Ok(()),
    }
}
