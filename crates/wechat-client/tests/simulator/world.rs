//! A simulator with two mini-programs, and a client that knows their secrets.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;
use wechat_login_client::{AppSecret, HttpWeChat, Settings};
use wechat_login_domain::{
    App, AppId, AppName, Channel, LoginCode, OpenPlatform,
    ports::{CodeExchange, WeChat, WeChatError},
};
use wechat_login_simulator::{self as simulator, Options, Simulator, demo_apps};

pub(crate) const SHOP: &str = "wxdec0000000000001";
pub(crate) const OTHER: &str = "wxdec00000000000a1";
pub(crate) const WITHIN: Duration = Duration::from_secs(10);

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) secrets: BTreeMap<String, String>,
}

impl World {
    pub(crate) fn start() -> Self {
        let other = simulator::App {
            name: "other_mini".to_owned(),
            open_platform: None,
            ..simulator::App::new(
                OTHER,
                "dec0dec0dec0dec0dec0dec0dec000a1",
                simulator::Channel::MiniProgram,
            )
        };
        let apps = demo_apps().into_iter().chain([other.clone()]);
        let secrets = apps.map(|app| (app.app_id, app.secret)).collect();
        let options = Options {
            extra_apps: vec![other],
            ..Options::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let simulator = Simulator::start(listener, options).unwrap();
        Self { simulator, secrets }
    }

    pub(crate) fn wechat(&self) -> HttpWeChat {
        let api_url = format!("http://{}", self.simulator.address());
        let settings = Settings {
            api_url: Url::parse(&api_url).unwrap(),
            connect_timeout: WITHIN,
            proxy: None,
            ca_file: None,
        };
        let secrets = self
            .secrets
            .iter()
            .map(|(app_id, secret)| (AppId::parse(app_id).unwrap(), AppSecret::parse(secret).unwrap()));
        HttpWeChat::new(settings, secrets.collect()).unwrap()
    }

    pub(crate) async fn exchange(&self, app_id: &str, code: &str) -> Result<CodeExchange, WeChatError> {
        let code = LoginCode::parse(code).unwrap();
        self.wechat()
            .exchange_login_code(&app(app_id), &code, WITHIN)
            .await
    }

    /// What `wx.login` hands to this person.
    pub(crate) async fn code(&self, app_id: &str, person: &str) -> String {
        let body = json!({"app_id": app_id, "person": person});
        let issued = self.post("/simulator/codes", &body).await;
        issued["code"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        post(self.simulator.address(), path, &body.to_string()).await
    }
}

async fn post(address: SocketAddr, path: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
}

pub(crate) fn app(app_id: &str) -> App {
    App {
        name: AppName::parse("app").unwrap(),
        channel: Channel::MiniProgram,
        app_id: AppId::parse(app_id).unwrap(),
        open_platform: OpenPlatform::parse("default").unwrap(),
        is_default: true,
    }
}
