//! What people see while a dependency is down, hangs, or takes no writes, and how soon all is well again.

mod file;
mod mariadb;
mod redis;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{Answer, Program, exchange};

/// Whatever fails, a login ends within this.
const LOGIN: Duration = Duration::from_secs(4);
/// And a check within this.
const CHECK: Duration = Duration::from_millis(500);
/// How soon all is well again, on a machine that has other things to do.
const RECOVERY: Duration = Duration::from_secs(5);

/// Asks a few times: each answer is that nobody knows, and most come in time however busy the machine is.
fn is_unavailable(within: Duration, ask: impl Fn() -> Answer) {
    let mut answers: Vec<_> = (0..3).map(|_| ask()).collect();
    for answer in &answers {
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.json["code"], "dependency_unavailable", "{answer:?}");
        assert_eq!(answer.json["retry"], "later", "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
    }
    answers.sort_by_key(|answer| answer.took);
    assert!(answers[1].took < within, "{answers:?}");
}

impl Program {
    fn get(&self, path: &str, token: &str) -> Answer {
        let header = format!("Authorization: Bearer {token}\r\n");
        exchange(self.address, "GET", path, &header, "")
    }

    /// A check of this token and nothing else: what it is asked to do cannot be done.
    fn check(&self, token: &str) -> Answer {
        let header = format!("Authorization: Bearer {token}\r\n");
        exchange(self.address, "PATCH", "/v1/me", &header, "[]")
    }

    fn log_out(&self, token: &str) -> Answer {
        let header = format!("Authorization: Bearer {token}\r\n");
        exchange(self.address, "DELETE", "/v1/session", &header, "")
    }

    /// The dependencies that are degraded, as everybody who may ask is told. What was known a second ago is not asked again.
    fn degraded(&self) -> Vec<String> {
        std::thread::sleep(Duration::from_millis(1100));
        let ready = exchange(self.address, "GET", "/readyz", "", "");
        assert_eq!(ready.status, 200, "{ready:?}");
        assert!(ready.took < Duration::from_secs(1), "{ready:?}");
        let strict = exchange(self.address, "GET", "/readyz?strict=1", "", "");
        let dependencies = ready.json["dependencies"].as_object().expect("an object");
        let degraded = dependencies.iter().filter(|(_, state)| **state != "ok");
        let degraded: Vec<_> = degraded.map(|(name, _)| name.clone()).collect();
        let status = if degraded.is_empty() { 200 } else { 503 };
        assert_eq!(strict.status, status, "{strict:?}");
        assert_eq!(strict.json["dependencies"], ready.json["dependencies"]);
        degraded
    }

    /// Waits until this person can sign in, by itself and soon.
    fn recovers(&self, person: &str) -> Value {
        let began = Instant::now();
        loop {
            let login = self.try_log_in(person);
            if login.status == 200 {
                assert_eq!(self.degraded(), [""; 0]);
                return login.json;
            }
            assert!(began.elapsed() < RECOVERY, "{login:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn token(login: &Value) -> &str {
    login["token"].as_str().expect("a token")
}
