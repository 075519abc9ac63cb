//! The suite of Python's SDKs, in an environment of its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::environment;
use crate::run::{self, NO_PROXY};

pub(super) struct Python {
    suite: PathBuf,
    program: PathBuf,
}

/// Installs what the suite requires, by hash, below `folder`.
///
/// # Errors
/// What failed.
pub(super) fn install(suite: &Path, folder: &Path) -> Result<Python, String> {
    let requirements = suite.join("requirements.txt");
    let program = folder.join("bin/python");
    let version = run::output(Command::new("python3").arg("--version"))?;
    environment::make(folder, &[&requirements], &version, || {
        run::run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
        run::run(
            Command::new(&program)
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .args(["--require-hashes", "--requirement"])
                .arg(&requirements),
        )
    })?;
    Ok(Python {
        suite: suite.to_owned(),
        program,
    })
}

impl Python {
    /// Runs the suite against the simulator that is at `url`.
    ///
    /// # Errors
    /// That it failed.
    pub(super) fn test(&self, url: &str) -> Result<(), String> {
        run::run(
            Command::new(&self.program)
                // The SDKs' own warnings are about Python, and old ones.
                .args(["-W", "ignore", "-m", "unittest", "discover"])
                .current_dir(&self.suite)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .env("WECHAT_SIMULATOR_URL", url)
                .envs(NO_PROXY),
        )
    }
}
