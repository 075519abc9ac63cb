//! What WeChat gets to see.

use proptest::{prelude::*, test_runner::TestRunner};
use url::Url;
use wechat_login_client::{BuildError, HttpWeChat};
use wechat_login_domain::{
    LoginCode,
    ports::{WeChat, WeChatError},
};

use crate::{
    answers::{good_body, ok, ok_and_stay, with_head},
    client::{
        APP_ID, CODE, OPENID, PATIENT, SECRET, SESSION_KEY, UNIONID, app, ask, exchange, secrets, settings,
        wechat,
    },
    server::{Server, Step},
};

#[tokio::test]
async fn a_code_is_exchanged_in_one_plain_request() {
    let server = Server::answering(ok(good_body())).await;
    let exchange = ask(&server.url()).await.unwrap();
    assert_eq!(exchange.openid.as_str(), OPENID);
    assert_eq!(exchange.unionid.unwrap().as_str(), UNIONID);
    assert_eq!(exchange.session_key.expose(), SESSION_KEY);

    let [request] = server.requests().try_into().unwrap();
    let mut lines = request.trim_end().split("\r\n");
    let line = lines.next().unwrap();
    assert_eq!(
        line,
        format!(
            "GET /sns/jscode2session?appid={APP_ID}&secret={SECRET}&js_code={CODE}&grant_type=authorization_code HTTP/1.1"
        )
    );
    let names: Vec<_> = lines
        .filter_map(|line| line.split(':').next())
        .map(str::to_ascii_lowercase)
        .collect();
    assert_eq!(names, ["accept", "host"], "no cookie, no referer, no body");
}

#[tokio::test]
async fn cookies_are_not_kept() {
    let head = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/";
    let answer = with_head(head, good_body());
    let script = vec![
        Step::Read,
        Step::Write(answer.clone()),
        Step::Read,
        Step::Write(answer),
    ];
    let server = Server::start(vec![script]).await;
    let wechat = wechat(&server.url());
    for _ in 0..2 {
        exchange(&wechat, PATIENT).await.unwrap();
    }
    let requests = server.requests();
    assert_eq!(
        (requests.len(), server.connections()),
        (2, 1),
        "the connection stays warm"
    );
    assert!(!requests[1].to_ascii_lowercase().contains("cookie"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::answering(ok(good_body())).await;
    for status in [301, 302, 303, 307, 308] {
        let head = format!(
            "HTTP/1.1 {status} Moved\r\nConnection: close\r\nLocation: {}/sns/jscode2session",
            elsewhere.url()
        );
        let server = Server::answering(with_head(&head, good_body())).await;
        assert_eq!(
            ask(&server.url()).await,
            Err(WeChatError::Unavailable),
            "{status}"
        );
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[test]
fn every_code_is_one_parameter() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let answer = ok_and_stay(good_body());
    let script = [Step::Read, Step::Write(answer)]
        .into_iter()
        .cycle()
        .take(200)
        .collect();
    let server = runtime.block_on(Server::start(vec![script]));
    let wechat = wechat(&server.url());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(100));
    let any_code = prop_oneof!["[A-Za-z0-9_-]{1,512}", "\\PC{1,20}"];
    let outcome = runner.run(&any_code, |code| {
        let before = server.requests().len();
        let Ok(parsed) = LoginCode::parse(&code) else {
            return Ok(());
        };
        runtime
            .block_on(wechat.exchange_login_code(&app(APP_ID), &parsed, PATIENT))
            .unwrap();
        let requests = server.requests();
        prop_assert_eq!(requests.len(), before + 1);
        let target = requests[before].split(' ').nth(1).unwrap_or_default();
        let url = Url::parse("http://host").unwrap().join(target).unwrap();
        let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        prop_assert_eq!(names, ["appid", "secret", "js_code", "grant_type"]);
        prop_assert!(
            url.query_pairs()
                .any(|(name, value)| name == "js_code" && value == code)
        );
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn an_app_without_a_secret_is_not_asked_about() {
    let server = Server::answering(ok(good_body())).await;
    let code = LoginCode::parse(CODE).unwrap();
    let answer = wechat(&server.url())
        .exchange_login_code(&app("wx2"), &code, PATIENT)
        .await;
    assert_eq!(answer, Err(WeChatError::Misconfigured { errcode: 41004 }));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_configured_proxy_is_used() {
    let proxy = Server::answering(ok(good_body())).await;
    let mut settings = settings("http://wechat.invalid");
    let url = format!("http://user:pass%40word@{}", proxy.address);
    settings.proxy = Some(Url::parse(&url).unwrap());
    let wechat = HttpWeChat::new(settings, secrets()).unwrap();
    exchange(&wechat, PATIENT).await.unwrap();
    let [request] = proxy.requests().try_into().unwrap();
    assert!(
        request.starts_with("GET http://wechat.invalid/sns/jscode2session?"),
        "{request}"
    );
    // The base64 of `user:pass@word`.
    assert!(request.contains("dXNlcjpwYXNzQHdvcmQ="), "{request}");
}

#[test]
fn a_setting_that_cannot_be_used_is_named_without_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        Some(path)
    };
    let mut proxy = settings("https://api.weixin.qq.com");
    proxy.proxy = Some(Url::parse("socks5://user:CANARYpassword@127.0.0.1:1").unwrap());
    let mut missing = settings("https://api.weixin.qq.com");
    missing.ca_file = Some(folder.path().join("missing.pem"));
    let mut empty = settings("https://api.weixin.qq.com");
    empty.ca_file = file("empty.pem", "");
    let mut broken = settings("https://api.weixin.qq.com");
    broken.ca_file = file(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    let api = settings("https://user:CANARYpassword@host");
    for (settings, named) in [
        (proxy, "wechat.proxy"),
        (missing, "wechat.ca_file"),
        (empty, "wechat.ca_file"),
        (broken, "wechat.ca_file"),
        (api, "wechat.api_url"),
    ] {
        let error: BuildError = HttpWeChat::new(settings, secrets()).unwrap_err();
        assert!(error.to_string().starts_with(named), "{error}");
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
    }
}
