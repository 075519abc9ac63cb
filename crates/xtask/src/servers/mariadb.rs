//! MariaDB, or MySQL where that is on the PATH.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use super::{Server, answer, fault::retry, keeper::Keeper, port, process::Process};
use crate::{
    run,
    tools::{self, Tool},
};

pub(super) const TOOL: Tool = Tool {
    name: "MariaDB (or MySQL)",
    is_there: || program().is_some(),
    package: "mariadb-server",
    service: Some("mariadb.service"),
};

/// Tests may lose their data, so nothing is flushed to a disk. Character sets and the SQL mode stay what each server
/// ships with: our tables and connections have to say what they want.
///
/// `loose-`: MariaDB and MySQL each have some that the other does not know.
const FAST: [&str; 12] = [
    "--skip-name-resolve",
    "--default-time-zone=+00:00",
    "--skip-log-bin",
    "--general-log=0",
    "--max-connections=500",
    "--innodb-buffer-pool-size=256M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--performance-schema=0",
    "--loose-debug-no-sync",
    "--loose-mysqlx=0",
];

/// Without names of hosts, root comes from an address.
const ROOT: &str = "\
CREATE USER IF NOT EXISTS 'root'@'127.0.0.1';
GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;
";

/// As in production: what was committed is on the disk, and no page is torn. The log has room for a minute's writes.
const DURABLE: [&str; 6] = [
    "--skip-name-resolve",
    "--default-time-zone=+00:00",
    "--skip-log-bin",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-log-file-size=1G",
    "--performance-schema=0",
];

/// Starts one with an empty data folder, and root without a password.
///
/// # Errors
/// What went wrong, as its log tells it.
pub(super) fn start(keeper: &Arc<Keeper>) -> Result<Server, String> {
    start_with(&FAST.map(str::to_owned), keeper)
}

/// The same for what is measured: it keeps what it is given, and so many MiB of it in memory.
///
/// # Errors
/// What went wrong, as its log tells it.
pub(super) fn start_durable(buffer_pool: u64, keeper: &Arc<Keeper>) -> Result<Server, String> {
    let mut options = DURABLE.map(str::to_owned).to_vec();
    options.push(format!("--innodb-buffer-pool-size={buffer_pool}M"));
    start_with(&options, keeper)
}

fn start_with(options: &[String], keeper: &Arc<Keeper>) -> Result<Server, String> {
    let program = program().ok_or("mariadbd is gone")?;
    let folder = keeper.folder().join("mariadb");
    fs::create_dir(&folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    let root = folder.join("root.sql");
    fs::write(&root, ROOT).map_err(|error| format!("{} cannot be written: {error}", root.display()))?;
    let is_root = tools::is_root();

    let is_mariadb = run::output(Command::new(&program).arg("--version"))?.contains("MariaDB");
    let mut initialise = if is_mariadb {
        let install = tools::find(&["mariadb-install-db", "mysql_install_db"])
            .ok_or("mariadb-install-db is missing: it comes with MariaDB's server")?;
        let mut install = Command::new(install);
        install.args(["--no-defaults", "--auth-root-authentication-method=normal"]);
        install.args(["--skip-test-db", "--loose-debug-no-sync"]);
        install
    } else {
        let mut mysqld = Command::new(&program);
        mysqld.args(["--no-defaults", "--initialize-insecure"]);
        mysqld
    };
    initialise.args(places(&folder, is_root));
    Process::start("mariadb-install", &mut initialise, keeper)?.wait_until_done()?;

    retry(|| {
        let port = port::free()?;
        let mut process = Process::start(
            "mariadb",
            Command::new(&program)
                .args(arguments(&folder, port, is_root))
                .args(options),
            keeper,
        )?;
        process.wait_until_ready("ready for connections", || greets(port))?;
        Ok(Server {
            url: format!("mysql://root@127.0.0.1:{port}"),
            processes: vec![process],
        })
    })
}

fn program() -> Option<PathBuf> {
    tools::find(&["mariadbd", "mysqld"])
}

/// What the server has in common with what makes its data folder.
fn places(folder: &Path, is_root: bool) -> Vec<String> {
    let mut places = vec![format!("--datadir={}", folder.join("data").display())];
    if is_root {
        places.push("--user=root".to_owned());
    }
    places
}

fn arguments(folder: &Path, port: u16, is_root: bool) -> Vec<String> {
    // First, or it is no option at all.
    let mut arguments = vec!["--no-defaults".to_owned()];
    arguments.extend(places(folder, is_root));
    arguments.extend([
        "--bind-address=127.0.0.1".to_owned(),
        format!("--port={port}"),
        // Below the data folder: a socket's whole path must be short.
        "--socket=server.sock".to_owned(),
        "--pid-file=server.pid".to_owned(),
        format!("--tmpdir={}", folder.display()),
        format!("--init-file={}", folder.join("root.sql").display()),
    ]);
    arguments
}

/// The server speaks first: a header of four bytes, then the version of the protocol, which is 10.
fn greets(port: u16) -> bool {
    answer::to(port, "").is_ok_and(|greeting| greeting.get(4) == Some(&10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_no_settings_of_the_machine_and_touches_nothing_outside_of_its_folder() {
        let arguments = arguments(Path::new("/tmp/ours"), 40_000, false);
        assert_eq!(arguments[0], "--no-defaults");
        assert_eq!(arguments[1], "--datadir=/tmp/ours/data");
        assert!(arguments.contains(&"--bind-address=127.0.0.1".to_owned()));
        assert!(arguments.contains(&"--port=40000".to_owned()));
        assert!(arguments.contains(&"--tmpdir=/tmp/ours".to_owned()));
        assert!(!arguments.contains(&"--user=root".to_owned()));
    }

    #[test]
    fn root_has_to_say_that_it_means_it() {
        assert!(places(Path::new("/tmp/ours"), true).contains(&"--user=root".to_owned()));
    }
}
