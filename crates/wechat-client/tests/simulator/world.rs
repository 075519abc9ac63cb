//! A simulator with an app a channel and one more, a client that knows their secrets, and a memory for all that must
//! never be logged.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use url::Url;
use wechat_login_client::{AppSecret, HttpWeChat, Settings};
use wechat_login_domain::{
    App, AppAccessToken, AppAccessTokens, AppId, AppName, Channel, LoginCode, OauthCode, OpenId,
    OpenPlatform, Phone, PhoneCode,
    ports::{AppTokens, Clock, CodeExchange, OauthExchange, UserInfo, WeChat, WeChatError},
};
use wechat_login_simulator::{self as simulator, Options, Simulator, demo_apps};
use wechat_login_testkit::{
    fake::{MemoryAppTokens, SeededEntropy},
    sample::NOW,
};

pub(crate) const SHOP: &str = "wxdec0000000000001";
pub(crate) const WEB: &str = "wxdec0000000000002";
pub(crate) const MOBILE: &str = "wxdec0000000000003";
pub(crate) const OTHER: &str = "wxdec00000000000a1";
/// An app that is not allowed to fetch an `access_token` from here.
pub(crate) const BARRED: &str = "wxdec00000000000a2";
/// A person's own app, which WeChat gives no phone numbers.
pub(crate) const PERSONAL: &str = "wxdec00000000000a3";
pub(crate) const WITHIN: Duration = Duration::from_secs(10);

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    secrets: BTreeMap<String, String>,
    seen: Mutex<BTreeSet<String>>,
}

impl World {
    pub(crate) fn start() -> Self {
        let extra = |app_id: &str, secret: &str, name: &str| simulator::App {
            name: name.to_owned(),
            open_platform: None,
            ..simulator::App::new(app_id, secret, simulator::Channel::MiniProgram)
        };
        let mut barred = extra(BARRED, "dec0dec0dec0dec0dec0dec0dec000a2", "barred_mini");
        barred.ip_allowlist = vec![[203, 0, 113, 7].into()];
        let mut personal = extra(PERSONAL, "dec0dec0dec0dec0dec0dec0dec000a3", "personal_mini");
        personal.phone_enabled = false;
        let extra_apps = vec![
            extra(OTHER, "dec0dec0dec0dec0dec0dec0dec000a1", "other_mini"),
            barred,
            personal,
        ];
        let apps = demo_apps().into_iter().chain(extra_apps.clone());
        let secrets: BTreeMap<_, _> = apps.map(|app| (app.app_id, app.secret)).collect();
        let options = Options {
            extra_apps,
            ..Options::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let simulator = Simulator::start(listener, options).unwrap();
        let seen = Mutex::new(secrets.values().cloned().collect());
        Self {
            simulator,
            secrets,
            seen,
        }
    }

    pub(crate) async fn reset(&self) {
        self.post("/simulator/reset", &json!({})).await;
    }

    /// Everything secret that was used.
    pub(crate) fn secrets(&self) -> BTreeSet<String> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn remember(&self, secret: &str) {
        self.seen.lock().unwrap().insert(secret.to_owned());
    }

    pub(crate) fn wechat(&self) -> HttpWeChat {
        self.wechat_with(&BTreeMap::new())
    }

    /// A client that knows these secrets instead, or besides.
    pub(crate) fn wechat_with(&self, other: &BTreeMap<&str, &str>) -> HttpWeChat {
        let api_url = format!("http://{}", self.simulator.address());
        let settings = Settings {
            api_url: Url::parse(&api_url).unwrap(),
            connect_timeout: WITHIN,
            proxy: None,
            ca_file: None,
        };
        let mut secrets = self.secrets.clone();
        for (app_id, secret) in other {
            self.remember(secret);
            secrets.insert((*app_id).to_owned(), (*secret).to_owned());
        }
        let secrets = secrets
            .iter()
            .map(|(app_id, secret)| (AppId::parse(app_id).unwrap(), AppSecret::parse(secret).unwrap()));
        HttpWeChat::new(settings, secrets.collect()).unwrap()
    }

    /// The token's holder as the service has it, with a store and a clock of the test's.
    pub(crate) fn holder(&self, tokens: &Arc<MemoryAppTokens>, clock: &Arc<ShiftedClock>) -> AppAccessTokens {
        let tokens: Arc<dyn AppTokens> = tokens.clone();
        let clock: Arc<dyn Clock> = clock.clone();
        let entropy = Arc::new(SeededEntropy::default());
        AppAccessTokens::new(Arc::new(self.wechat()), tokens, clock, entropy)
    }

    pub(crate) async fn exchange(&self, app_id: &str, code: &str) -> Result<CodeExchange, WeChatError> {
        let code = LoginCode::parse(code).unwrap();
        let wechat = self.wechat();
        let exchange = wechat.exchange_login_code(&app(app_id), &code, WITHIN).await?;
        self.remember(exchange.session_key.expose());
        self.remember(exchange.openid.as_str());
        Ok(exchange)
    }

    pub(crate) async fn exchange_oauth(
        &self,
        app_id: &str,
        code: &str,
    ) -> Result<OauthExchange, WeChatError> {
        let code = OauthCode::parse(code).unwrap();
        let wechat = self.wechat();
        let exchange = wechat.exchange_oauth_code(&app(app_id), &code, WITHIN).await?;
        self.remember(exchange.access_token.expose());
        self.remember(exchange.openid.as_str());
        Ok(exchange)
    }

    /// Who has signed in at this website or app.
    pub(crate) async fn signed_in(&self, app_id: &str, person: &str) -> OauthExchange {
        let code = self.code(app_id, person).await;
        self.exchange_oauth(app_id, &code).await.unwrap()
    }

    /// What WeChat tells of them.
    pub(crate) async fn user_info(&self, app_id: &str, who: &OauthExchange) -> Result<UserInfo, WeChatError> {
        let wechat = self.wechat();
        wechat
            .user_info(&app(app_id), &who.openid, &who.access_token, WITHIN)
            .await
    }

    pub(crate) async fn app_token(&self, app_id: &str) -> AppAccessToken {
        let fetched = self.wechat().app_access_token(&app(app_id), WITHIN).await;
        let token = fetched.unwrap().token;
        self.remember(token.expose());
        token
    }

    pub(crate) async fn phone_number(
        &self,
        app_id: &str,
        code: &str,
        openid: &OpenId,
    ) -> Result<Phone, WeChatError> {
        let code = PhoneCode::parse(code).unwrap();
        let token = self.app_token(app_id).await;
        let wechat = self.wechat();
        let phone = wechat
            .phone_number(&app(app_id), &code, openid, &token, WITHIN)
            .await?;
        self.remember(phone.expose());
        Ok(phone)
    }

    /// What `wx.login`, a website's callback or an app's SDK hands to this person.
    pub(crate) async fn code(&self, app_id: &str, person: &str) -> String {
        self.code_of_kind(app_id, person, "login").await
    }

    pub(crate) async fn code_of_kind(&self, app_id: &str, person: &str, kind: &str) -> String {
        let body = json!({"app_id": app_id, "person": person, "kind": kind});
        let issued = self.post("/simulator/codes", &body).await;
        let code = issued["code"].as_str().unwrap().to_owned();
        self.remember(&code);
        code
    }

    /// Arranges a fault for the next call.
    pub(crate) async fn next_fails(&self, endpoint: &str, fault: &Value) {
        let mut wanted = json!({"endpoint": endpoint, "times": 1});
        for (name, value) in fault.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        self.post("/simulator/faults", &wanted).await;
    }

    pub(crate) async fn advance(&self, by: &str) -> i64 {
        let clock = self.post("/simulator/clock", &json!({ "advance": by })).await;
        clock["now"].as_i64().unwrap()
    }

    pub(crate) async fn openid(&self, app_id: &str, person: &str) -> OpenId {
        let known = self.post("/simulator/people", &json!({ "name": person })).await;
        let openid = known["openids"][app_id].as_str().unwrap();
        self.remember(openid);
        OpenId::parse(openid).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        post(self.simulator.address(), path, &body.to_string()).await
    }
}

/// A clock that goes, since what it measures is real, and that a test may put forward.
#[derive(Debug)]
pub(crate) struct ShiftedClock {
    began: Instant,
    ahead: Mutex<time::Duration>,
}

impl ShiftedClock {
    pub(crate) fn start() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            ahead: Mutex::default(),
        })
    }

    pub(crate) fn advance(&self, by: time::Duration) {
        *self.ahead.lock().unwrap() += by;
    }
}

#[async_trait]
impl Clock for ShiftedClock {
    fn now(&self) -> OffsetDateTime {
        NOW + self.began.elapsed() + *self.ahead.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
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
