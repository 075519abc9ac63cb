//! The service on a free port, with the simulator beside it and a clock that tests set.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::{sync::oneshot, task::JoinHandle};
use wechat_login::{
    application::Application,
    config::Config,
    system::{SystemClock, SystemEntropy},
    wiring::{OperatorUseCases, wire_operator},
};
use wechat_login_domain::ports::Clock;

use crate::{
    answer::{Answer, http},
    stores,
};

/// The machine's clock and what tests added to it. Its sleep is a real one: it waits for work that really goes on elsewhere.
#[derive(Debug, Default)]
pub(crate) struct MovableClock(Mutex<Duration>);

impl MovableClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().expect("no test panics while it holds this") += by;
    }
}

#[async_trait]
impl Clock for MovableClock {
    fn now(&self) -> OffsetDateTime {
        SystemClock.now() + *self.0.lock().expect("no test panics while it holds this")
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// A running service.
pub(crate) struct TestApp {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<MovableClock>,
    simulator: Option<SocketAddr>,
    folder: Arc<TempDir>,
    variables: Vec<(String, String)>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
}

impl TestApp {
    /// As `cargo run` starts it, on free ports.
    pub(crate) async fn spawn() -> Self {
        Self::spawn_with(&[]).await
    }

    /// With these settings besides, such as `("identity.on_conflict", "merge")`.
    pub(crate) async fn spawn_with(settings: &[(&str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let stores = stores::empty(folder.path()).await;
        let stores = stores.into_iter().map(|(key, value)| (variable(key), value));
        let settings = settings
            .iter()
            .map(|(key, value)| (variable(key), (*value).to_owned()));
        let variables = stores.chain(settings).collect();
        Self::start(folder, variables, Arc::default()).await
    }

    /// Stops, and starts again on the same files.
    pub(crate) async fn restart(self) -> Self {
        let (folder, variables, clock) = (
            Arc::clone(&self.folder),
            self.variables.clone(),
            Arc::clone(&self.clock),
        );
        self.stop().await;
        Self::start(folder, variables, clock).await
    }

    /// Another instance with the same stores, apps and clock.
    pub(crate) async fn twin(&self) -> Self {
        let wechat = [
            ("wechat.api_url", self.simulator_url("")),
            ("simulator.enabled", "false".to_owned()),
        ];
        let wechat = wechat.map(|(key, value)| (variable(key), value));
        let variables = self.variables.iter().cloned().chain(wechat).collect();
        Self::start(Arc::clone(&self.folder), variables, Arc::clone(&self.clock)).await
    }

    /// Stops as SIGTERM does.
    pub(crate) async fn stop(self) {
        self.stop.send(()).expect("the service runs");
        self.running.await.expect("no panic").expect("a clean end");
    }

    async fn start(folder: Arc<TempDir>, variables: Vec<(String, String)>, clock: Arc<MovableClock>) -> Self {
        let usual = [
            ("server.listen", "127.0.0.1:0"),
            ("server.workers", "2"),
            ("simulator.listen", "127.0.0.1:0"),
        ];
        let usual = usual.map(|(key, value)| (variable(key), value.to_owned()));
        let config = Config::load_from(folder.path(), usual.into_iter().chain(variables.iter().cloned()))
            .unwrap_or_else(|faults| panic!("{faults}"));
        let application = Application::build(config, Arc::clone(&clock) as _, Arc::new(SystemEntropy))
            .await
            .unwrap_or_else(|error| panic!("{error:#}"));
        let (stop, stopped) = oneshot::channel();
        Self {
            address: application.address(),
            simulator: application.simulator_address(),
            running: tokio::spawn(application.run(async {
                let _ = stopped.await;
            })),
            clock,
            folder,
            variables,
            stop,
        }
    }

    /// What operators do, beside the running service.
    pub(crate) async fn operator(&self) -> OperatorUseCases {
        let config = Config::load_from(self.folder.path(), self.variables.iter().cloned())
            .unwrap_or_else(|faults| panic!("{faults}"));
        wire_operator(config)
            .await
            .unwrap_or_else(|error| panic!("{error:#}"))
    }

    /// A path of the service.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A path of the simulator.
    pub(crate) fn simulator_url(&self, path: &str) -> String {
        format!(
            "http://{}{path}",
            self.simulator.expect("this test runs the simulator")
        )
    }

    /// Asks the simulator's control API.
    pub(crate) async fn simulate(&self, path: &str, body: Value) -> Value {
        let answer = Answer::of(http().post(self.simulator_url(path)).json(&body)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// What `wx.login` gives this person in the demo mini-program.
    pub(crate) async fn login_code(&self, person: &str) -> String {
        self.code(json!({"app_id": "shop_mini", "person": person})).await
    }

    /// What the phone button gives this person in the demo mini-program.
    pub(crate) async fn phone_code(&self, person: &str) -> String {
        let wanted = json!({"app_id": "shop_mini", "person": person, "kind": "phone"});
        self.code(wanted).await
    }

    /// A code of the simulator's.
    pub(crate) async fn code(&self, wanted: Value) -> String {
        let code = self.simulate("/simulator/codes", wanted).await;
        code["code"].as_str().expect("a code").to_owned()
    }

    /// What the demo mini-program of this person has for its server: `user-info` or `phone-data`.
    pub(crate) async fn encrypted(&self, what: &str, person: &str) -> Value {
        let whose = json!({"app_id": "shop_mini", "person": person});
        self.simulate(&format!("/simulator/{what}"), whose).await
    }

    /// `POST /v1/login/mini-program`.
    pub(crate) async fn log_in_with(&self, body: Value) -> Answer {
        Answer::of(http().post(self.url("/v1/login/mini-program")).json(&body)).await
    }

    /// Signs this person in, and must succeed.
    pub(crate) async fn log_in(&self, person: &str) -> Member {
        let code = self.login_code(person).await;
        let answer = self.log_in_with(json!({"code": code})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.member(answer.json())
    }

    /// Whoever this login signed in.
    pub(crate) fn member(&self, login: Value) -> Member {
        Member {
            base: format!("http://{}", self.address),
            token: login["token"].as_str().expect("a token").to_owned(),
            login,
        }
    }

    /// `GET` without a token.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(http().get(self.url(path))).await
    }
}

/// Somebody who is signed in.
pub(crate) struct Member {
    pub(crate) token: String,
    pub(crate) login: Value,
    base: String,
}

impl Member {
    pub(crate) fn user_id(&self) -> &str {
        self.login["user"]["id"].as_str().expect("an id")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(
            http()
                .get(format!("{}{path}", self.base))
                .bearer_auth(&self.token),
        )
        .await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        Answer::of(
            http()
                .delete(format!("{}{path}", self.base))
                .bearer_auth(&self.token),
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(
            http()
                .post(format!("{}{path}", self.base))
                .bearer_auth(&self.token)
                .json(&body),
        )
        .await
    }

    /// `GET /v1/me/login-methods`.
    pub(crate) async fn ways_in(&self) -> Vec<Value> {
        let answer = self.get("/v1/me/login-methods").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let listed = answer.json()["login_methods"].take();
        listed.as_array().expect("a list").clone()
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        Answer::of(
            http()
                .patch(format!("{}{path}", self.base))
                .bearer_auth(&self.token)
                .json(&body),
        )
        .await
    }

    /// The same person's token at another address of the service, after a restart.
    pub(crate) fn at(&self, app: &TestApp) -> Self {
        Self {
            token: self.token.clone(),
            login: self.login.clone(),
            base: format!("http://{}", app.address),
        }
    }
}

pub(crate) fn variable(key: &str) -> String {
    format!("WECHAT_LOGIN__{}", key.to_ascii_uppercase().replace('.', "__"))
}
