//! The compiled binary as a child process.

use std::{
    env,
    ffi::OsString,
    fs::File,
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

pub(crate) use crate::http::{Answer, exchange, request};

/// The binary; another build of it, such as the one to deploy, where `WECHAT_LOGIN_TEST_PROGRAM` names one.
fn binary() -> OsString {
    env::var_os("WECHAT_LOGIN_TEST_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_wechat-login").into())
}

/// The binary with these settings and no others.
pub(crate) fn command(folder: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(binary());
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

/// Sends a signal by its name.
pub(crate) fn signal(process: &Child, name: &str) {
    let status = Command::new("kill")
        .args([format!("-{name}"), process.id().to_string()])
        .status();
    assert!(status.expect("a kill command").success());
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
        let free_ports = [
            ("server.listen", "127.0.0.1:0"),
            ("simulator.listen", "127.0.0.1:0"),
        ];
        let mut command = command(folder, &[free_ports.as_slice(), settings].concat());
        command.envs(variables.iter().copied());
        Self::run(&mut command, folder)
    }

    fn run(command: &mut Command, folder: &Path) -> Self {
        let log = folder.join("log");
        let output = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a file in a temporary folder");
        let errors = output.try_clone().expect("a second handle");
        let mut child = command
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

    /// As [`Program::start`] with nothing configured, where no file may become large: to whoever writes one that is a full disk.
    pub(crate) fn start_on_small_disk(folder: &Path) -> Self {
        let limit = "trap '' XFSZ; ulimit -S -f 2048; exec \"$0\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", limit]).arg(binary());
        shell.current_dir(folder).env_clear();
        shell.env("WECHAT_LOGIN__SERVER__LISTEN", "127.0.0.1:0");
        shell.env("WECHAT_LOGIN__SIMULATOR__LISTEN", "127.0.0.1:0");
        Self::run(&mut shell, folder)
    }

    /// There is room again.
    pub(crate) fn gets_a_larger_disk(&self) {
        let process = self.child.id().to_string();
        let status = Command::new("prlimit")
            .args(["--fsize=unlimited:", "--pid", &process])
            .status();
        assert!(status.expect("prlimit is part of every Linux").success());
    }

    /// Sends a signal by its name, as an operator would.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// A login of this person: its JSON.
    pub(crate) fn log_in(&self, person: &str) -> Value {
        let login = self.try_log_in(person);
        assert_eq!(login.status, 200, "{login:?}");
        login.json
    }

    /// What became of a login of this person.
    pub(crate) fn try_log_in(&self, person: &str) -> Answer {
        let body = format!("{{\"app_id\":\"shop_mini\",\"person\":\"{person}\"}}");
        let code = self.simulate("/simulator/codes", &body);
        let body = format!("{{\"code\":{}}}", code["code"]);
        exchange(self.address, "POST", "/v1/login/mini-program", "", &body)
    }

    /// Asks the simulator's control API.
    pub(crate) fn simulate(&self, path: &str, body: &str) -> Value {
        let (status, answer) = request(self.simulator, "POST", path, "", body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
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
