//! `cargo xtask sdk`: WeChat SDKs that nobody here wrote, against the simulator.

mod environment;
mod node;
mod python;
mod tools;

use std::{path::Path, process::Command, time::Instant};

use crate::program::{self, Program};

/// Installs what is missing, starts the simulator and runs both suites, also the second where the first fails.
///
/// # Errors
/// What is missing and cannot be installed, or failed. Nothing is ever skipped.
pub(crate) fn run() -> Result<(), String> {
    let begun = Instant::now();
    tools::require()?;
    let suites = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("wechat-simulator/tests/sdk");
    let target = program::target()?;
    let python = python::install(&suites.join("python"), &target.join("sdk/python"))?;
    let node = node::install(&suites.join("node"), &target.join("sdk/node"))?;

    let simulator = Program::start(
        |program| {
            let mut command = Command::new(program);
            command.args(["simulator", "--listen", "127.0.0.1:0"]);
            command
        },
        &[program::SIMULATOR_IS_ON],
    )?;
    let url = simulator.urls().collect::<String>();
    let outcomes = [python.test(&url), node.test(&url)];
    drop(simulator);
    let faults: Vec<String> = outcomes.into_iter().filter_map(Result::err).collect();
    if faults.is_empty() {
        eprintln!("The SDKs work with the simulator ({:.0?}).", begun.elapsed());
        Ok(())
    } else {
        Err(faults.join("\n"))
    }
}
