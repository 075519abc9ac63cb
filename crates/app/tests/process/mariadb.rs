//! Databases for the program: on the server that other tests use too, and on one of a test's own, which may be stopped.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use mysql_async::{Conn, Opts, OptsBuilder, Row, prelude::Queryable};
use tempfile::TempDir;
use wechat_login::system::SystemEntropy;
use wechat_login_domain::ports::Entropy;

use crate::{
    program::{output, signal},
    redis::free_port,
};

/// So long somebody may take who is not stopped.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that is asked as root.
#[derive(Clone)]
pub(crate) struct Server(String);

impl Server {
    /// The one that `cargo xtask test` starts.
    pub(crate) fn of_all_tests() -> Self {
        let name = "WECHAT_LOGIN_TEST_MYSQL";
        let url = env::var(name)
            .unwrap_or_else(|_| panic!("{name} must name a server; `cargo xtask test` starts one"));
        Self(url.trim_end_matches('/').to_owned())
    }

    /// Host and port.
    pub(crate) fn place(&self) -> String {
        let options = Opts::from_url(&self.0).expect("a URL");
        format!("{}:{}", options.ip_or_hostname(), options.tcp_port())
    }

    /// Runs SQL on a connection of its own, and gives the first column of what comes back.
    pub(crate) fn run(&self, database: &str, sql: &str) -> Result<Vec<String>, String> {
        let options = Opts::from_url(&format!("{}/{database}", self.0)).expect("a URL");
        let options = OptsBuilder::from_opts(options).prefer_socket(false);
        let running = async {
            let mut connection = Conn::new(options).await?;
            let rows = connection.query::<Row, _>(sql).await?;
            connection.disconnect().await?;
            let first = |row: &Row| row.get::<String, _>(0).expect("text");
            Ok::<_, mysql_async::Error>(rows.iter().map(first).collect())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let done = runtime
            .expect("a runtime")
            .block_on(async { tokio::time::timeout(PATIENCE, running).await });
        match done {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_elapsed) => Err("no answer".to_owned()),
        }
    }
}

/// A database of a test's own.
pub(crate) struct Database {
    server: Server,
    pub(crate) name: String,
}

impl Database {
    /// Without tables.
    pub(crate) fn empty(server: &Server) -> Self {
        let mut random = [0; 8];
        SystemEntropy.fill(&mut random);
        let name = format!("wl_process_{:016x}", u64::from_be_bytes(random));
        let create = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
        server.run("", &create).expect("a new database");
        Self {
            server: server.clone(),
            name,
        }
    }

    /// As the program makes it.
    pub(crate) fn migrated(server: &Server) -> Self {
        let database = Self::empty(server);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = database.url();
        let settings = [
            ("database.url", url.as_str()),
            ("sessions.single_instance", "true"),
        ];
        let migrated = output(folder.path(), &settings, &["migrate"]);
        assert!(migrated.status.success(), "{migrated:?}");
        database
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server.0, self.name)
    }

    /// As somebody who may do anything in this database and nothing else, as an operator would set it up.
    pub(crate) fn url_of_service(&self) -> String {
        let (name, place) = (&self.name, self.server.place());
        self.run("CREATE USER service@'%' IDENTIFIED BY 'secret'");
        self.run(&format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON {name}.* TO service@'%'"
        ));
        format!("mysql://service:secret@{place}/{name}")
    }

    /// Runs SQL, and gives the first column of what comes back.
    pub(crate) fn run(&self, sql: &str) -> Vec<String> {
        let rows = self.server.run(&self.name, sql);
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> usize {
        let rows = self.run(&format!("SELECT CAST(COUNT(*) AS CHAR) FROM {table}"));
        rows[0].parse().expect("a number")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _it_may_be_stopped = self.server.run("", &format!("DROP DATABASE {}", self.name));
    }
}

/// A server that a test may stop; it ends with the value.
pub(crate) struct OwnMariaDb {
    pub(crate) server: Server,
    arguments: Vec<String>,
    process: Child,
    folder: TempDir,
}

impl OwnMariaDb {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        install(folder.path());
        let port = free_port();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let arguments = vec![
            "--no-defaults".to_owned(),
            format!("--datadir={}", path("data")),
            "--bind-address=127.0.0.1".to_owned(),
            "--user=root".to_owned(),
            format!("--port={port}"),
            format!("--socket={}", path("socket")),
            "--innodb-flush-log-at-trx-commit=0".to_owned(),
            "--log-output=FILE".to_owned(),
            format!("--general-log-file={}", path("general.log")),
        ];
        let server = Server(format!("mysql://root@127.0.0.1:{port}"));
        let process = spawn(&arguments, &server);
        Self {
            server,
            arguments,
            process,
            folder,
        }
    }

    /// Where everything is written that it is asked while `general_log` is on.
    pub(crate) fn general_log(&self) -> PathBuf {
        self.folder.path().join("general.log")
    }

    /// It keeps its connections and answers nothing.
    pub(crate) fn hang(&self) {
        signal(&self.process, "STOP");
    }

    pub(crate) fn go_on(&self) {
        signal(&self.process, "CONT");
    }

    /// Ends it with no warning.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it was killed");
    }

    /// Starts it again where it was, with what it kept.
    pub(crate) fn restart(&mut self) {
        self.process = spawn(&self.arguments, &self.server);
    }
}

impl Drop for OwnMariaDb {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _it_may_have_ended = self.process.wait();
    }
}

/// With much else to do on the machine it gives up now and then; what it leaves behind is in its way.
fn install(folder: &Path) {
    let data = folder.join("data");
    let is_installed = (0..3).any(|_| {
        let _nothing_may_be_there = fs::remove_dir_all(&data);
        let output = Command::new("mariadb-install-db")
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ])
            .arg(format!("--datadir={}", data.display()))
            .output();
        output.is_ok_and(|output| output.status.success())
    });
    assert!(
        is_installed,
        "mariadb-install-db must be installed, and make a database"
    );
}

fn spawn(arguments: &[String], server: &Server) -> Child {
    let process = Command::new("mariadbd")
        .args(arguments)
        .stderr(Stdio::null())
        .spawn()
        .expect("mariadbd is on the PATH");
    let began = Instant::now();
    while server.run("", "SELECT 'up'").is_err() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "mariadbd does not start"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    process
}
