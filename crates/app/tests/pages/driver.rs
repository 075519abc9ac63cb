//! Chromium's driver: one a test, on a port that it chooses, with a profile in a folder that goes with it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// How long a busy machine may take for anything.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A driver that runs. With it ends the browser that it started.
pub(crate) struct Driver {
    process: Child,
    port: u16,
    // Removed after the browser has ended: fields go in this order.
    profile: TempDir,
}

impl Driver {
    /// # Panics
    /// Where there is no driver, which is no reason to skip a test.
    pub(crate) fn start() -> Self {
        let program = ["chromedriver", "/usr/lib/chromium/chromedriver"]
            .into_iter()
            .find(|program| {
                Command::new(program)
                    .arg("--version")
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .is_ok_and(|status| status.success())
            })
            .expect(
                "the tests of the pages need chromium and chromium-driver: `cargo xtask test` installs them",
            );
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver can be run");
        let output = process.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines
            .find_map(|line| {
                line.split_once("started successfully on port ")?
                    .1
                    .trim_end_matches('.')
                    .parse()
                    .ok()
            })
            .expect("the driver says where it listens");
        // It must never wait for us to read.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            port,
            profile: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Opens the browser.
    pub(crate) async fn open(&self) -> Client {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let options = json!({"args": [
            "--headless=new",
            // As root, which CI often is, it starts in no other way.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--no-proxy-server",
            profile,
        ]});
        let mut capabilities = Map::new();
        capabilities.insert("browserName".to_owned(), Value::from("chrome"));
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .expect("the browser starts")
    }

    fn shut_down(&self) -> std::io::Result<()> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(20)))?;
        connection.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        connection.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to, it closes its browser; killed, it would leave it behind.
        let _ = self.shut_down();
        let ends = Instant::now() + Duration::from_secs(20);
        while Instant::now() < ends {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
