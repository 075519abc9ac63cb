//! The client under test. Everything secret that it handles is spelt so that it can be found again in a log.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use url::Url;
use wechat_login_client::{AppSecret, HttpWeChat, Settings};
use wechat_login_domain::{
    App, AppId, AppName, Channel, LoginCode, OpenPlatform,
    ports::{CodeExchange, WeChat, WeChatError},
};

pub(crate) const APP_ID: &str = "wx0000000000000001";
pub(crate) const SECRET: &str = "CANARYsecret";
pub(crate) const CODE: &str = "CANARYcode";
pub(crate) const OPENID: &str = "CANARYopenid";
pub(crate) const UNIONID: &str = "CANARYunionid";
pub(crate) const TOKEN: &str = "CANARYtoken";
/// What is told of a person may be shown, but not logged.
pub(crate) const NICKNAME: &str = "NicknameOfACanary";
pub(crate) const PHONE: &str = "19900001111";
/// The base64 of `CANARY/?>session`.
pub(crate) const SESSION_KEY: &str = "Q0FOQVJZLz8+c2Vzc2lvbg==";

/// Enough for whatever ends by itself, also on a busy machine.
pub(crate) const PATIENT: Duration = Duration::from_secs(5);
/// For what would not end by itself.
pub(crate) const IMPATIENT: Duration = Duration::from_millis(300);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_millis(500);

pub(crate) fn app(app_id: &str) -> App {
    App {
        name: AppName::parse("shop_mini").unwrap(),
        channel: Channel::MiniProgram,
        app_id: AppId::parse(app_id).unwrap(),
        open_platform: OpenPlatform::parse("default").unwrap(),
        is_default: true,
    }
}

pub(crate) fn settings(api_url: &str) -> Settings {
    Settings {
        api_url: Url::parse(api_url).unwrap(),
        connect_timeout: PATIENT,
        proxy: None,
        ca_file: None,
    }
}

pub(crate) fn secrets() -> BTreeMap<AppId, AppSecret> {
    BTreeMap::from([(AppId::parse(APP_ID).unwrap(), AppSecret::parse(SECRET).unwrap())])
}

pub(crate) fn wechat(api_url: &str) -> HttpWeChat {
    HttpWeChat::new(settings(api_url), secrets()).unwrap()
}

/// Sees that a call takes no longer than it may.
pub(crate) async fn on_time<T>(within: Duration, call: impl Future<Output = T>) -> T {
    let began = Instant::now();
    let answer = call.await;
    let took = began.elapsed();
    // Nothing is to use up the longer time: where it does, the test found something that hangs.
    let allowed = if within == PATIENT {
        PATIENT
    } else {
        within + SLACK
    };
    assert!(took < allowed, "took {took:?}");
    answer
}

/// Exchanges the code.
pub(crate) async fn exchange(wechat: &HttpWeChat, within: Duration) -> Result<CodeExchange, WeChatError> {
    let code = LoginCode::parse(CODE).unwrap();
    on_time(within, wechat.exchange_login_code(&app(APP_ID), &code, within)).await
}

/// Asks the server at this address, which does end the call.
pub(crate) async fn ask(api_url: &str) -> Result<CodeExchange, WeChatError> {
    exchange(&wechat(api_url), PATIENT).await
}

/// Does not wait long, least of all for a connection.
pub(crate) fn impatient(api_url: &str) -> HttpWeChat {
    let mut settings = settings(api_url);
    settings.connect_timeout = IMPATIENT / 3;
    HttpWeChat::new(settings, secrets()).unwrap()
}

/// Asks the server at this address, and does not wait long.
pub(crate) async fn ask_impatiently(api_url: &str) -> Result<CodeExchange, WeChatError> {
    exchange(&impatient(api_url), IMPATIENT).await
}
