//! The compiled binary as a child process.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// The binary with these settings and no others.
pub(crate) fn command(folder: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wechat-login"));
    command.current_dir(folder).env_clear();
    for (key, value) in settings {
        let variable = format!("WECHAT_LOGIN__{}", key.to_ascii_uppercase().replace('.', "__"));
        command.env(variable, value);
    }
    command
}

/// What it says where it ends by itself.
pub(crate) fn output(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    command(folder, settings)
        .args(arguments)
        .output()
        .expect("the binary was built")
}

/// A running service on free ports, killed when dropped.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    pub(crate) simulator: SocketAddr,
    pub(crate) child: Child,
}

impl Program {
    /// Starts it and waits until it says that it is ready. What it logs goes to `log` in the folder.
    pub(crate) fn start(folder: &Path, settings: &[(&str, &str)], variables: &[(&str, &str)]) -> Self {
        let log = folder.join("log");
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a file in a temporary folder");
        let errors = output.try_clone().expect("a second handle");
        let free_ports = [
            ("server.listen", "127.0.0.1:0"),
            ("simulator.listen", "127.0.0.1:0"),
        ];
        let mut child = command(folder, &[free_ports.as_slice(), settings].concat())
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("the binary was built");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut copy = output;
        let mut address_after = |words: &str| loop {
            let line = lines
                .next()
                .expect("it does not end before it is ready")
                .expect("text");
            writeln!(copy, "{line}").expect("a file in a temporary folder");
            if let Some((_, address)) = line.split_once(words) {
                break address.trim().parse().expect("an address");
            }
        };
        let address = address_after("is ready on http://");
        let simulator = address_after("is on http://");
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = writeln!(copy, "{line}");
            }
        });
        Self {
            address,
            simulator,
            child,
        }
    }

    /// Sends a signal by its name, as an operator would.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(status.expect("a kill command").success());
    }

    /// A login of this person: its JSON.
    pub(crate) fn log_in(&self, person: &str) -> Value {
        let body = format!("{{\"app_id\":\"shop_mini\",\"person\":\"{person}\"}}");
        let (status, code) = request(self.simulator, "POST", "/simulator/codes", "", &body);
        assert_eq!(status, 200, "{code}");
        let body = format!("{{\"code\":{}}}", code["code"]);
        let (status, login) = request(self.address, "POST", "/v1/login/mini-program", "", &body);
        assert_eq!(status, 200, "{login}");
        login
    }

    /// What this token opens.
    pub(crate) fn session(&self, token: &str) -> (u16, Value) {
        request(
            self.address,
            "GET",
            "/v1/session",
            &format!("Authorization: Bearer {token}\r\n"),
            "",
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One HTTP request on a connection of its own.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{headers}\r\n{body}"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}
