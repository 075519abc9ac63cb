//! The simulator as its own program, as an SDK's user starts it.

use std::{
    io::{self, BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    thread,
};

use crate::run;

/// Runs until it is dropped.
pub(super) struct Simulator {
    program: Child,
    url: String,
}

impl Simulator {
    /// Builds and starts it on a free port.
    ///
    /// # Errors
    /// That it cannot be built, does not start, or does not say where it is.
    pub(super) fn start(target: &Path) -> Result<Self, String> {
        run::cargo(
            &["build", "--quiet", "--package", "wechat-login", "--locked"],
            &[],
        )?;
        let mut program = Command::new(target.join("debug/wechat-login"))
            .args(["simulator", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the simulator does not start: {error}"))?;
        let stdout = program.stdout.take().expect("it is piped");
        let mut simulator = Self {
            program,
            url: String::new(),
        };
        let mut prints = BufReader::new(stdout);
        simulator.url = read_url(&mut prints)?;
        // Read to the end, since whoever prints into a full pipe stops.
        thread::spawn(move || io::copy(&mut prints, &mut io::sink()));
        Ok(simulator)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

/// The address is what its first line ends with.
fn read_url(prints: &mut BufReader<ChildStdout>) -> Result<String, String> {
    let mut line = String::new();
    prints
        .read_line(&mut line)
        .map_err(|error| format!("the simulator cannot be read: {error}"))?;
    match line.find("http://") {
        Some(start) => Ok(line[start..].trim_end().to_owned()),
        None => Err(format!("the simulator does not say where it is: {line:?}")),
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended by itself, and has nothing to save.
        if self.program.kill().is_ok() {
            self.program.wait().ok();
        }
    }
}
