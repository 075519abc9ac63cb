//! A simulator on a free port, and the plainest of HTTP clients: what it shows is what was sent.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use wechat_login_simulator::{App, Options, Simulator, demo_apps};

pub(crate) struct WeChat {
    simulator: Simulator,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    /// Where a redirect leads; empty where there is none.
    pub(crate) location: String,
}

impl WeChat {
    /// Must be called in a multi-threaded runtime: the test's own thread waits for answers.
    pub(crate) fn start() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self {
            simulator: Simulator::start(listener, options).unwrap(),
        }
    }

    pub(crate) async fn stop(self) {
        self.simulator.stop().await;
    }

    pub(crate) fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Sends the bytes as they are.
    pub(crate) fn send(&self, request: &[u8]) -> Answer {
        Answer::read(&String::from_utf8_lossy(&self.bytes(request)))
    }

    /// The head of an answer whose body is no text.
    pub(crate) fn head_of_post(&self, path: &str, body: &Value) -> String {
        self.post(path, &body.to_string()).head
    }

    /// The answer as it came.
    pub(crate) fn bytes(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.simulator.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        // A server that refuses a body may reset the connection after its answer.
        let _ = stream.read_to_end(&mut answer);
        answer
    }

    pub(crate) fn call(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        self.send(request.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call("GET", path, "", "")
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.call("POST", path, "", body)
    }

    /// A control call that must succeed.
    pub(crate) fn control(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, &body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    pub(crate) fn code(&self, person: &str) -> String {
        let issued = self.control(
            "/simulator/codes",
            &json!({"app_id": "shop_mini", "person": person}),
        );
        issued["code"].as_str().unwrap().to_owned()
    }

    pub(crate) fn log_in(&self, app: &App, code: &str) -> Answer {
        self.get(&login_path(app, code))
    }
}

impl Answer {
    fn read(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head: head.to_ascii_lowercase(),
            location: head
                .lines()
                .find_map(|line| line.strip_prefix("location: "))
                .unwrap_or_default()
                .to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The errcode, or 0.
    pub(crate) fn errcode(&self) -> i64 {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
            .get("errcode")
            .map_or(0, |errcode| errcode.as_i64().unwrap())
    }
}

pub(crate) fn mini() -> App {
    demo_apps().remove(0)
}

pub(crate) fn login_path(app: &App, code: &str) -> String {
    let code = code.replace(' ', "%20");
    format!(
        "/sns/jscode2session?appid={}&secret={}&js_code={code}&grant_type=authorization_code",
        app.app_id, app.secret
    )
}
