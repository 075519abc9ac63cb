//! A Redis of a test's own, which may be stopped, starved and told to take no writes.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::program::signal;

/// A `redis-server`; it ends with the value, and keeps nothing.
pub(crate) struct OwnRedis {
    pub(crate) port: u16,
    process: Child,
    folder: TempDir,
}

impl OwnRedis {
    /// With these arguments besides.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        Self {
            port,
            process: spawn(port, &folder, arguments),
            folder,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What it says to a command, as it goes over the wire.
    pub(crate) fn ask(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        write!(stream, "{command}\r\nQUIT\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers, and ends");
        answer
    }

    /// Runs a command that must succeed.
    pub(crate) fn tell(&self, command: &str) {
        let answer = self.ask(command);
        assert!(answer.starts_with("+OK"), "{command}: {answer}");
    }

    /// How many keys have these words in their names.
    pub(crate) fn count(&self, words: &str) -> usize {
        let answer = self.ask(&format!("KEYS *{words}*"));
        let length = answer.strip_prefix('*').and_then(|rest| rest.lines().next());
        length.and_then(|digits| digits.parse().ok()).expect("a list")
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

    /// Starts it again where it was, empty.
    pub(crate) fn restart(&mut self) {
        self.process = spawn(self.port, &self.folder, &[]);
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        let _it_may_have_ended = self.process.kill();
        let _it_may_have_ended = self.process.wait();
    }
}

fn spawn(port: u16, folder: &TempDir, arguments: &[&str]) -> Child {
    let process = Command::new("redis-server")
        .args(["--save", "", "--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(arguments)
        .arg("--dir")
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is on the PATH");
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "redis-server does not start"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    process
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("some port is free");
    listener.local_addr().expect("it is bound").port()
}
