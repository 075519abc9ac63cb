//! The suite of Node's SDKs, with its packages outside of the source tree.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::environment;
use crate::run::{self, NO_PROXY};

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

pub(super) struct Node {
    suite: PathBuf,
    packages: PathBuf,
}

/// Installs what the suite's lock file says below `folder`, without running anything of it.
///
/// # Errors
/// What failed.
pub(super) fn install(suite: &Path, folder: &Path) -> Result<Node, String> {
    let manifests = MANIFESTS.map(|name| suite.join(name));
    let version = run::output(Command::new("node").arg("--version"))?;
    environment::make(folder, &[&manifests[0], &manifests[1]], &version, || {
        for (name, manifest) in MANIFESTS.iter().zip(&manifests) {
            fs::copy(manifest, folder.join(name))
                .map_err(|error| format!("{} cannot be copied: {error}", manifest.display()))?;
        }
        run::run(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(folder),
        )
    })?;
    Ok(Node {
        suite: suite.to_owned(),
        packages: folder.join("node_modules"),
    })
}

impl Node {
    /// Runs the suite against the simulator that is at `url`.
    ///
    /// # Errors
    /// That it failed.
    pub(super) fn test(&self, url: &str) -> Result<(), String> {
        run::run(
            Command::new("node")
                // An SDK's use of an old `Buffer` is none of ours.
                .args(["--no-deprecation", "--test"])
                .args(self.files()?)
                .current_dir(&self.suite)
                .env("NODE_PATH", &self.packages)
                .env("WECHAT_SIMULATOR_URL", url)
                .envs(NO_PROXY),
        )
    }

    /// By name, since each version of Node looks for tests in a way of its own, and may find none.
    fn files(&self) -> Result<Vec<OsString>, String> {
        let entries = fs::read_dir(&self.suite)
            .map_err(|error| format!("{} cannot be read: {error}", self.suite.display()))?;
        let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
        let mut tests: Vec<_> = names
            .filter(|name| name.to_string_lossy().ends_with(".test.js"))
            .collect();
        tests.sort();
        if tests.is_empty() {
            return Err(format!("{} has no tests", self.suite.display()));
        }
        Ok(tests)
    }
}
