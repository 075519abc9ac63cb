//! `cargo xtask clients`: the client examples against the running service.

use std::{path::Path, process::Command};

use crate::{
    program::{Program, SIMULATOR_IS_ON},
    run,
    tools::{self, NODE},
};

/// Starts the service with its simulator, everything of it in a temporary folder, and runs the clients' tests.
///
/// # Errors
/// What is missing and cannot be installed, or failed.
pub(crate) fn run() -> Result<(), String> {
    tools::require("The clients' tests", &[NODE])?;
    let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder can be made: {error}"))?;
    let service = Program::start(
        |program| {
            let mut command = Command::new(program);
            command
                .current_dir(folder.path())
                .env("WECHAT_LOGIN_ENVIRONMENT", "development")
                .env("WECHAT_LOGIN__SERVER__LISTEN", "127.0.0.1:0")
                .env("WECHAT_LOGIN__SIMULATOR__LISTEN", "127.0.0.1:0");
            command
        },
        &["wechat-login is ready on ", SIMULATOR_IS_ON],
    )?;
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("app/tests/clients");
    run::run(
        Command::new("node")
            .args(["--test", "mini_program.test.js"])
            .current_dir(tests)
            .envs(
                ["WECHAT_LOGIN_URL", "WECHAT_SIMULATOR_URL"]
                    .into_iter()
                    .zip(service.urls()),
            )
            .envs(run::NO_PROXY),
    )
}
