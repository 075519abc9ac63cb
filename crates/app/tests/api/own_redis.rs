//! A Redis of a test's own, which it may stop, pause and ask what it was asked.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A `redis-server`; it ends with the value.
pub(crate) struct OwnRedis {
    port: u16,
    process: Child,
    _folder: TempDir,
}

impl OwnRedis {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("some port is free");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let process = Command::new("redis-server")
            .args([
                "--save",
                "",
                "--bind",
                "127.0.0.1",
                "--port",
                &port.to_string(),
                "--dir",
            ])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is on the PATH");
        let server = Self {
            port,
            process,
            _folder: folder,
        };
        for _ in 0..500 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("redis-server does not start");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What it answers to this command.
    pub(crate) async fn ask(&self, command: &str) -> String {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("it is there");
        let said = format!("{command}\r\nQUIT\r\n");
        connection.write_all(said.as_bytes()).await.expect("it listens");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.expect("it answers");
        answer
    }

    /// How many commands of this name were called.
    pub(crate) async fn calls(&self, name: &str) -> u64 {
        let stats = self.ask("INFO commandstats").await;
        let begin = format!("cmdstat_{name}:calls=");
        let line = stats.lines().find_map(|line| line.strip_prefix(&begin));
        line.and_then(|line| line.split(',').next()?.parse().ok())
            .unwrap_or_default()
    }

    /// How many commands were called that have to do with what is kept.
    pub(crate) async fn commands(&self) -> u64 {
        let stats = self.ask("INFO commandstats").await;
        let calls = |line: &str| {
            let (name, figures) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let is_upkeep = ["ping", "info", "quit", "client", "hello", "config", "command"]
                .iter()
                .any(|upkeep| name.starts_with(upkeep));
            figures
                .split(',')
                .next()?
                .parse::<u64>()
                .ok()
                .filter(|_| !is_upkeep)
        };
        stats.lines().filter_map(calls).sum()
    }

    /// It keeps its connections and answers nothing.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.process.id().to_string()])
            .status();
        assert!(sent.expect("`kill` is on the PATH").success());
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _it_may_have_ended = self.process.wait();
    }
}
