//! A process of ours, and what it logs.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use super::{fault::Fault, keeper::Keeper};

/// More than a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// Runs until it is dropped, or ends by itself.
pub(super) struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    keeper: Arc<Keeper>,
}

impl Process {
    /// Starts it, with its output in `{name}.log` of the keeper's folder.
    ///
    /// # Errors
    /// That it cannot be started.
    pub(super) fn start(name: &str, command: &mut Command, keeper: &Arc<Keeper>) -> Result<Self, String> {
        let log = keeper.folder().join(format!("{name}.log"));
        let open = || -> std::io::Result<(File, File)> {
            let file = File::create(&log)?;
            Ok((file.try_clone()?, file))
        };
        let (stdout, stderr) =
            open().map_err(|error| format!("{} cannot be written: {error}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .map_err(|error| format!("{name} does not start: {error}"))?;
        keeper.add(child.id());
        Ok(Self {
            name: name.to_owned(),
            child,
            log,
            keeper: Arc::clone(keeper),
        })
    }

    /// Waits until its own log holds these words and it answers. The log comes first: who answers on its port may be
    /// another, as long as it has not said that the port is its own.
    ///
    /// # Errors
    /// That it ended, or took too long.
    pub(super) fn wait_until_ready(&mut self, words: &str, answers: impl Fn() -> bool) -> Result<(), Fault> {
        let begun = Instant::now();
        while !(self.logged().contains(words) && answers()) {
            if let Some(status) = self.ended() {
                return Err(self.fault(&format!("ended while it started, with {status}")));
            }
            if begun.elapsed() > PATIENCE {
                return Err(self.fault(&format!("does not answer after {PATIENCE:?}")));
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Waits until it has done its work.
    ///
    /// # Errors
    /// That it failed, or took too long.
    pub(super) fn wait_until_done(mut self) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match self.ended() {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(self.fault(&format!("failed, with {status}")).message),
                None if begun.elapsed() > PATIENCE => {
                    return Err(self.fault(&format!("is not done after {PATIENCE:?}")).message);
                }
                None => thread::sleep(PAUSE),
            }
        }
    }

    /// # Errors
    /// That it ended, though nobody asked it to.
    pub(super) fn check(&mut self) -> Result<(), String> {
        match self.ended() {
            Some(status) => Err(self.fault(&format!("ended by itself, with {status}")).message),
            None => Ok(()),
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// What stands behind these words in the first line of its log that has them.
    pub(super) fn said_after(&self, words: &str) -> Option<String> {
        let log = self.logged();
        let line = log.lines().find_map(|line| line.split_once(words))?;
        Some(line.1.trim().to_owned())
    }

    fn logged(&self) -> String {
        fs::read(&self.log).map_or_else(
            |_| String::new(),
            |log| String::from_utf8_lossy(&log).into_owned(),
        )
    }

    fn fault(&self, what: &str) -> Fault {
        Fault::of(&self.name, what, &self.logged())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, and has nothing to save.
        if self.child.kill().is_ok() {
            self.child.wait().ok();
        }
        self.keeper.remove(self.child.id());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn shell(script: &str) -> Process {
        let keeper = Arc::new(Keeper::start().unwrap());
        Process::start("script", Command::new("sh").args(["-c", script]), &keeper).unwrap()
    }

    #[test]
    fn it_is_ready_once_it_says_so_and_answers() {
        let asked = Cell::new(0);
        let answers = || {
            asked.set(asked.get() + 1);
            asked.get() == 2
        };
        let mut process = shell("sleep 0.1; echo ready for all; exec sleep 60");
        process.wait_until_ready("ready for", answers).unwrap();
        assert_eq!(asked.get(), 2);
        process.check().unwrap();
    }

    #[test]
    fn one_that_ends_says_why() {
        let mut process = shell("echo first; echo Address already in use >&2; exit 3");
        let fault = process.wait_until_ready("Ready", || true).unwrap_err();
        assert!(fault.is_port_taken);
        assert_eq!(
            fault.message,
            "script ended while it started, with exit status: 3. The end of its log:\n  first\n  Address already in use\n"
        );
    }

    #[test]
    fn work_that_fails_is_told_and_done_work_is_not() {
        shell("true").wait_until_done().unwrap();
        let fault = shell("echo no; false").wait_until_done().unwrap_err();
        assert!(fault.contains("failed") && fault.ends_with("  no\n"), "{fault}");
    }

    #[test]
    fn one_that_ended_by_itself_is_noticed() {
        let mut process = shell("true");
        process.child.wait().unwrap();
        assert!(process.check().unwrap_err().contains("ended by itself"));
    }
}
