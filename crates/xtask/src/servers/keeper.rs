//! What has to be gone when we are, however we end: the folder, and the processes that work in it.

use std::{
    collections::BTreeSet,
    io::Write,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, PoisonError},
};

use tempfile::TempDir;

/// A shell's. Its standard input ends when we do, be it by Ctrl-C or by SIGKILL, where no destructor runs. Each line is the
/// processes of that moment; the last one counts. Nothing is lost with the data, so nobody is asked to save it.
const WHEN_WE_ARE_GONE: &str = r#"
trap '' HUP INT TERM
running=
while read -r line; do running=$line; done
[ -z "$running" ] || kill -KILL $running
tries=0
until rm -rf "$1" || [ $tries -ge 50 ]; do tries=$((tries + 1)); sleep 0.1; done
"#;

/// Owns the folder. Dropped, it removes it; whoever started a process there has ended it by then.
pub(super) struct Keeper {
    shell: Child,
    list: Mutex<List>,
    folder: TempDir,
}

struct List {
    running: BTreeSet<u32>,
    to_shell: ChildStdin,
}

impl Keeper {
    /// Makes the folder.
    ///
    /// # Errors
    /// That it cannot be made, or no shell be started.
    pub(super) fn start() -> Result<Self, String> {
        let folder = tempfile::Builder::new()
            .prefix("wechat-login-servers-")
            .tempdir()
            .map_err(|error| format!("no temporary folder can be made: {error}"))?;
        let mut shell = shell(folder.path()).map_err(|error| format!("`sh` cannot be run: {error}"))?;
        let to_shell = shell.stdin.take().expect("it is piped");
        Ok(Self {
            shell,
            list: Mutex::new(List {
                running: BTreeSet::new(),
                to_shell,
            }),
            folder,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// This process was started in the folder.
    pub(super) fn add(&self, process: u32) {
        self.change(|running| running.insert(process));
    }

    /// It has ended, and its number may soon be another's.
    pub(super) fn remove(&self, process: u32) {
        self.change(|running| running.remove(&process));
    }

    fn change(&self, change: impl FnOnce(&mut BTreeSet<u32>) -> bool) {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut list.running);
        let line: Vec<String> = list.running.iter().map(u32::to_string).collect();
        // Without its shell nothing is worse than what a destructor cannot do.
        writeln!(list.to_shell, "{}", line.join(" ")).ok();
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if self.shell.kill().is_ok() {
            self.shell.wait().ok();
        }
    }
}

/// In a group of its own, so that what ends our group leaves it alone.
fn shell(folder: &Path) -> std::io::Result<Child> {
    Command::new("sh")
        .args(["-c", WHEN_WE_ARE_GONE, "keeper"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_we_are_gone_the_shell_ends_what_runs_and_removes_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("data"), "some").unwrap();
        let mut running = Command::new("sleep").arg("60").spawn().unwrap();
        let mut ended = Command::new("true").spawn().unwrap();
        let mut shell = shell(folder.path()).unwrap();

        let mut lines = shell.stdin.take().unwrap();
        writeln!(lines, "{} {}", ended.id(), running.id()).unwrap();
        ended.wait().unwrap();
        writeln!(lines, "{}", running.id()).unwrap();
        drop(lines);

        assert!(shell.wait().unwrap().success());
        assert!(!running.wait().unwrap().success());
        assert!(!folder.path().exists());
    }

    #[test]
    fn dropped_it_leaves_no_folder() {
        let keeper = Keeper::start().unwrap();
        let folder = keeper.folder().to_owned();
        assert!(folder.is_dir());
        drop(keeper);
        assert!(!folder.exists());
    }
}
