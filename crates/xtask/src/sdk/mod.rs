//! `cargo xtask sdk`: WeChat SDKs that nobody here wrote, against the simulator.

mod environment;
mod node;
mod python;
mod simulator;
mod tools;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use simulator::Simulator;

/// The simulator is asked directly. Programs differ in which of the two they read, and in which one wins.
const NO_PROXY: [(&str, &str); 2] = [("NO_PROXY", "127.0.0.1"), ("no_proxy", "127.0.0.1")];

/// Installs what is missing, starts the simulator and runs both suites, also the second where the first fails.
///
/// # Errors
/// What is missing and cannot be installed, or failed. Nothing is ever skipped.
pub(crate) fn run() -> Result<(), String> {
    let begun = Instant::now();
    tools::require()?;
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("wechat-simulator/tests/sdk");
    let target = target()?;
    let python = python::install(&suites.join("python"), &target.join("sdk/python"))?;
    let node = node::install(&suites.join("node"), &target.join("sdk/node"))?;

    let simulator = Simulator::start(&target)?;
    let outcomes = [python.test(simulator.url()), node.test(simulator.url())];
    drop(simulator);
    let faults: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() {
        eprintln!("The SDKs work with the simulator ({:.0?}).", begun.elapsed());
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}

/// Cargo's target folder, however it is configured: we were built into it.
fn target() -> Result<PathBuf, String> {
    let ourselves =
        std::env::current_exe().map_err(|error| format!("our own program is not found: {error}"))?;
    let target = ourselves.ancestors().nth(2);
    target
        .map(Path::to_owned)
        .ok_or_else(|| format!("{} is in no target folder", ourselves.display()))
}
