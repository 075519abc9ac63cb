//! Our own program, as its users start it.

use std::{
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use crate::run;

/// What the address of the simulator stands behind, whether it runs by itself or beside the service.
pub(crate) const SIMULATOR_IS_ON: &str = "The simulator, a pretended WeChat, is on ";

/// Runs until it is dropped.
pub(crate) struct Program {
    process: Child,
    urls: Vec<String>,
}

impl Program {
    /// Builds it, starts it by `command`, which is given the program, and reads where it listens: of each of `lines`,
    /// which it prints in this order, that is what stands behind.
    ///
    /// # Errors
    /// That it cannot be built, does not start, or does not say where it is.
    pub(crate) fn start(command: impl FnOnce(&Path) -> Command, lines: &[&str]) -> Result<Self, String> {
        run::cargo(
            &["build", "--quiet", "--package", "wechat-login", "--locked"],
            &[],
        )?;
        let process = command(&target()?.join("debug/wechat-login"))
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the program does not start: {error}"))?;
        let mut program = Self {
            process,
            urls: Vec::new(),
        };
        let mut prints = BufReader::new(program.process.stdout.take().expect("it is piped"));
        program.urls = lines
            .iter()
            .map(|line| read_url(&mut prints, line))
            .collect::<Result<_, _>>()?;
        // Read to the end, since whoever prints into a full pipe stops.
        thread::spawn(move || io::copy(&mut prints, &mut io::sink()));
        Ok(program)
    }

    /// Where it listens, in the order of the lines that said so.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        self.urls.iter().map(String::as_str)
    }
}

/// Cargo's target folder, however it is configured: we were built into it.
///
/// # Errors
/// That we were not.
pub(crate) fn target() -> Result<PathBuf, String> {
    let ourselves =
        std::env::current_exe().map_err(|error| format!("our own program is not found: {error}"))?;
    let target = ourselves.ancestors().nth(2);
    target
        .map(Path::to_owned)
        .ok_or_else(|| format!("{} is in no target folder", ourselves.display()))
}

fn read_url(prints: &mut impl BufRead, begins: &str) -> Result<String, String> {
    for line in prints.lines() {
        let line = line.map_err(|error| format!("the program cannot be read: {error}"))?;
        if let Some(url) = line.strip_prefix(begins) {
            return Ok(url.trim().to_owned());
        }
    }
    Err(format!("the program has ended without the line {begins:?}"))
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself, and has nothing to save.
        if self.process.kill().is_ok() {
            self.process.wait().ok();
        }
    }
}
