//! Redis, or Valkey where that is on the PATH.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use super::{
    Server, answer,
    fault::{Fault, retry},
    keeper::Keeper,
    port,
    process::Process,
};
use crate::tools::{self, Tool};

pub(super) const TOOL: Tool = Tool {
    name: "Redis (or Valkey)",
    is_there: || program().is_some() && client().is_some(),
    package: "redis-server",
    service: Some("redis-server.service"),
};

/// Starts an empty one.
///
/// # Errors
/// What went wrong, as its log tells it.
pub(super) fn start(keeper: &Arc<Keeper>) -> Result<Server, String> {
    retry(|| {
        let port = port::free()?;
        let process = start_on(port, "redis", &[], keeper)?;
        Ok(Server {
            url: format!("redis://127.0.0.1:{port}"),
            processes: vec![process],
        })
    })
}

/// Starts one on that port, with its files in the folder `name`.
///
/// # Errors
/// What went wrong, as its log tells it.
pub(super) fn start_on(port: u16, name: &str, more: &[&str], keeper: &Arc<Keeper>) -> Result<Process, Fault> {
    let program = program().ok_or_else(|| "redis-server is gone".to_owned())?;
    let folder = keeper.folder().join(name);
    fs::create_dir_all(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    let mut process = Process::start(
        name,
        Command::new(program).args(arguments(&folder, port)).args(more),
        keeper,
    )?;
    process.wait_until_ready("Ready to accept connections", || {
        answer::to(port, "PING\r\n").is_ok_and(|answer| answer.starts_with(b"+PONG"))
    })?;
    Ok(process)
}

/// The program that makes a cluster of servers.
pub(super) fn client() -> Option<PathBuf> {
    tools::find(&["redis-cli", "valkey-cli"])
}

fn program() -> Option<PathBuf> {
    tools::find(&["redis-server", "valkey-server"])
}

/// Without a file of settings it reads none; nothing is saved.
fn arguments(folder: &Path, port: u16) -> Vec<String> {
    let port = port.to_string();
    let folder = folder.display().to_string();
    let options = [
        ("--bind", "127.0.0.1"),
        ("--port", &port),
        ("--dir", &folder),
        ("--save", ""),
        ("--appendonly", "no"),
        ("--daemonize", "no"),
    ];
    options
        .iter()
        .flat_map(|(option, value)| [(*option).to_owned(), (*value).to_owned()])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_the_loopback_interface_and_saves_nothing() {
        let arguments = arguments(Path::new("/tmp/ours"), 40_000).join(" ");
        assert_eq!(
            arguments,
            "--bind 127.0.0.1 --port 40000 --dir /tmp/ours --save  --appendonly no --daemonize no"
        );
    }
}
