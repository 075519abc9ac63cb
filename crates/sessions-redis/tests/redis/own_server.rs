//! A server that a test may stop, pause and starve.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use deadpool_redis::redis::{Client, FromRedisValue, aio::MultiplexedConnection, cmd};
use tempfile::TempDir;

/// A `redis-server` of a test's own; it ends with the value.
pub(crate) struct OwnServer {
    port: u16,
    process: Child,
    folder: TempDir,
}

impl OwnServer {
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a test's files");
        Self::start_at(free_port(), folder, arguments).await
    }

    /// A sentinel; it writes what it learns into its file.
    pub(crate) async fn start_sentinel(file: &str) -> Self {
        let (port, folder) = (
            free_port(),
            tempfile::tempdir().expect("there is room for a test's files"),
        );
        Self::spawn(port, folder, &[file, "--sentinel"]).await
    }

    async fn start_at(port: u16, folder: TempDir, arguments: &[&str]) -> Self {
        let arguments = [&["--save", ""], arguments].concat();
        Self::spawn(port, folder, &arguments).await
    }

    async fn spawn(port: u16, folder: TempDir, arguments: &[&str]) -> Self {
        let process = Command::new("redis-server")
            .args(arguments)
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is on the PATH");
        let server = Self {
            port,
            process,
            folder,
        };
        server.wait().await;
        server
    }

    /// Until it takes connections; a password does not matter for that.
    async fn wait(&self) {
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port))
                .await
                .is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("redis-server does not start");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) async fn connection(&self) -> MultiplexedConnection {
        connection(&self.url()).await
    }

    /// Ends it with no warning, and gives what is needed to start it again.
    pub(crate) fn kill(self) -> Ended {
        let port = self.port;
        let (mut process, folder) = self.into_parts();
        process.kill().expect("it runs");
        process.wait().expect("it was killed");
        Ended { port, folder }
    }

    fn into_parts(mut self) -> (Child, TempDir) {
        let nothing = Command::new("true").spawn().expect("`true` is on the PATH");
        let process = std::mem::replace(&mut self.process, nothing);
        let folder = tempfile::tempdir().expect("there is room for a test's files");
        (process, std::mem::replace(&mut self.folder, folder))
    }

    /// It keeps its connections and answers nothing.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("`kill` is on the PATH").success());
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _it_may_have_ended = self.process.wait();
    }
}

/// A server that was killed.
pub(crate) struct Ended {
    port: u16,
    folder: TempDir,
}

impl Ended {
    pub(crate) async fn start_again(self) -> OwnServer {
        OwnServer::start_at(self.port, self.folder, &[]).await
    }
}

/// A connection beside the store's.
pub(crate) async fn connection(url: &str) -> MultiplexedConnection {
    let client = Client::open(url).expect("the test's URL is right");
    client
        .get_multiplexed_async_connection()
        .await
        .expect("the server is there")
}

/// Runs a command given as words.
pub(crate) async fn run<T: FromRedisValue>(connection: &mut MultiplexedConnection, words: &[&str]) -> T {
    let mut command = cmd(words[0]);
    command.arg(&words[1..]);
    command.query_async(connection).await.expect("the server answers")
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("some port is free");
    listener.local_addr().expect("it is bound").port()
}
