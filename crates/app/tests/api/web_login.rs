//! A website's QR login, by this service's own callback.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use url::Url;

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::{Browser, callback_of, location, parameter, set_cookies},
    wechat_stub::{Behaviour, SOMEBODY, WeChatStub},
};

const CALLBACK: &str = "/v1/login/web/callback";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_scans_and_is_signed_in_where_they_wanted_to_go() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    let authorize_url = browser
        .begin("/v1/login/web?return_to=/orders%3Fpage%3D2%23top")
        .await;
    let url = Url::parse(&authorize_url).unwrap();
    assert_eq!(
        &authorize_url[..authorize_url.find('?').unwrap()],
        app.simulator_url("/connect/qrconnect")
    );
    assert_eq!(url.fragment(), Some("wechat_redirect"));
    for (name, value) in [
        ("appid", "wxdec0000000000002"),
        ("redirect_uri", "http://127.0.0.1:8080/v1/login/web/callback"),
        ("response_type", "code"),
        ("scope", "snsapi_login"),
    ] {
        assert_eq!(parameter(&authorize_url, name).as_deref(), Some(value));
    }
    assert_eq!(parameter(&authorize_url, "state").unwrap().len(), 32);

    let callback = browser.scan(&authorize_url, "小明").await;
    let answer = browser.go(&callback).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(location(&answer), "http://127.0.0.1:8080/orders?page=2#top");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));

    let session = browser.go("/v1/session").await.json();
    assert_eq!(session["session"]["channel"], "web");
    assert_eq!(session["session"]["app"], "shop_web");
    assert_eq!(session["user"]["nickname"], "小明");
    assert!(session["user"]["avatar_url"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_by_mini_program_and_by_website_is_one_user() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    assert_eq!(browser.user().await["id"], member.login["user"]["id"]);
    let mut other = Browser::new(&app);
    other.sign_in("小红").await;
    assert_ne!(other.user().await["id"], member.login["user"]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_user_calls_themselves_stands_above_what_wechat_says() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    member.patch("/v1/me", json!({"nickname": "Ming"})).await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    assert_eq!(browser.user().await["nickname"], "Ming");
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_do_not_disturb_each_other() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    let one = browser.begin("/v1/login/web?return_to=/one").await;
    let two = browser.begin("/v1/login/web?return_to=/two").await;
    for (authorize_url, path) in [(one, "/one"), (two, "/two")] {
        let callback = browser.scan(&authorize_url, "小明").await;
        let answer = browser.go(&callback).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(location(&answer), format!("http://127.0.0.1:8080{path}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_comes_back_twice_lands_at_the_same_place_with_the_same_session() {
    let stub = WeChatStub::start(Behaviour::Body(SOMEBODY)).await;
    let app = stub.app().await;
    let mut browser = Browser::new(&app);
    let callback = callback_of(&browser.begin("/v1/login/web?return_to=/here").await, "good-code");
    let first = browser.go(&callback).await;
    assert_eq!((first.status, stub.calls()), (303, 2), "{}", first.text);
    let token = browser.token().unwrap().to_owned();
    let again = browser.go(&callback).await;
    assert_eq!((again.status, stub.calls()), (303, 2), "{}", again.text);
    assert_eq!(location(&again), location(&first));
    assert_eq!(browser.token(), Some(&*token));
    assert_eq!(browser.user().await["nickname"], "小明");

    // The token is shown again for a minute, the way on for as long as the login is remembered.
    app.clock.advance(Duration::from_secs(62));
    let late = browser.go(&callback).await;
    assert_eq!((late.status, stub.calls()), (303, 2), "{}", late.text);
    assert_eq!((location(&late), set_cookies(&late)), (location(&first), vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_that_come_back_at_once_are_one_login() {
    let slow = Behaviour::Slow(Duration::from_millis(150), SOMEBODY);
    let stub = WeChatStub::start(slow).await;
    let app = stub.app().await;
    let mut browser = Browser::new(&app);
    let callback = callback_of(&browser.begin("/v1/login/web").await, "good-code");
    let twins = join_all((0..5).map(|_| {
        let request = browser.request(reqwest::Method::GET, &callback);
        Answer::of(request)
    }))
    .await;
    assert_eq!(stub.calls(), 2);
    for twin in &twins {
        assert_eq!(twin.status, 303, "{}", twin.text);
        assert_eq!(
            set_cookies(twin),
            set_cookies(&twins[0]),
            "one session, one token"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_this_browser_did_not_begin_is_refused_and_wechat_is_not_asked() {
    let stub = WeChatStub::start(Behaviour::Body(SOMEBODY)).await;
    let app = stub.app().await;
    let mut browser = Browser::new(&app).script();
    let begun = browser.begin("/v1/login/web").await;
    let state = parameter(&begun, "state").unwrap();
    let mut stranger = Browser::new(&app).script();
    let strangers = parameter(&stranger.begin("/v1/login/web").await, "state").unwrap();
    let accounts = parameter(&browser.begin("/v1/login/official-account").await, "state").unwrap();
    let calls = [
        // Login CSRF: the attacker's own code and state in the victim's browser, which began one of its own, or none.
        (&browser, format!("{CALLBACK}?code=good&state={strangers}")),
        (&stranger, format!("{CALLBACK}?code=good&state={state}")),
        (
            &Browser::new(&app).script(),
            format!("{CALLBACK}?code=good&state={state}"),
        ),
        // None, constants, and what looks like one.
        (&browser, format!("{CALLBACK}?code=good")),
        (&browser, format!("{CALLBACK}?code=good&state=")),
        (&browser, format!("{CALLBACK}?code=good&state=casdoor")),
        (&browser, format!("{CALLBACK}?code=good&state=shop_web")),
        (
            &browser,
            format!("{CALLBACK}?code=good&state={}", state.to_uppercase()),
        ),
        (&browser, format!("{CALLBACK}?code=good&state={state}0")),
        (
            &browser,
            format!("{CALLBACK}?code=good&state={}{}", &state[..31], "g"),
        ),
        (&browser, format!("{CALLBACK}?code=good&state={}", "0".repeat(32))),
        // The other channel's.
        (&browser, format!("{CALLBACK}?code=good&state={accounts}")),
    ];
    for (who, address) in calls {
        let answer = Answer::of(who.request(reqwest::Method::GET, &address)).await;
        let problem = answer.problem(400, "state_mismatch");
        assert_eq!(problem["retry"], "new_code", "{address}");
        assert_eq!(set_cookies(&answer), Vec::<String>::new(), "{address}");
    }
    let twice = format!("{CALLBACK}?code=good&state={state}&state={state}");
    browser.go(&twice).await.problem(400, "invalid_request");
    assert_eq!(stub.calls(), 0);
    // Nobody has spoilt it.
    let answer = browser.go(&format!("{CALLBACK}?code=good&state={state}")).await;
    assert_eq!((answer.status, stub.calls()), (303, 2), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_finished_once_and_within_ten_minutes() {
    let stub = WeChatStub::start(Behaviour::Body(SOMEBODY)).await;
    let app = stub.app().await;
    let mut browser = Browser::new(&app).script();
    let begun = browser.begin("/v1/login/web").await;
    assert_eq!(browser.go(&callback_of(&begun, "good")).await.status, 303);
    assert_eq!(stub.calls(), 2);
    let other_code = browser.go(&callback_of(&begun, "other")).await;
    other_code.problem(400, "state_mismatch");

    let late = browser.begin("/v1/login/web").await;
    app.clock.advance(Duration::from_secs(601));
    browser
        .go(&callback_of(&late, "good"))
        .await
        .problem(400, "state_mismatch");
    assert_eq!(stub.calls(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_login_begins_anew_and_tells_a_person_so() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    let begun = browser.begin("/v1/login/web").await;
    let answer = browser.go(&callback_of(&begun, "nobodys-code")).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(answer.text.contains("登录凭证已失效"), "{}", answer.text);
    assert!(!answer.text.contains("nobodys-code"));
    // Who comes back with the same is told the same; for everything else it is spent.
    let again = browser.go(&callback_of(&begun, "nobodys-code")).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("登录凭证已失效"), "{}", again.text);
    let other = browser.go(&callback_of(&begun, "another-code")).await;
    assert_eq!(other.status, 400);
    assert!(other.text.contains("登录已失效"), "{}", other.text);
    assert_eq!(browser.token(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wechat_sends_back_sees_a_page_unless_they_ask_for_json() {
    let app = TestApp::spawn().await;
    let nobodys = "?code=a&state=00000000000000000000000000000000";
    for path in [CALLBACK, "/v1/login/official-account/callback"] {
        let ask = |accept: Option<&'static str>| {
            let request = http().get(app.url(&format!("{path}{nobodys}")));
            let request = match accept {
                Some(accept) => request.header("accept", accept),
                None => request,
            };
            Answer::of(request)
        };
        for accept in [
            None,
            Some("*/*"),
            Some("text/html,*/*;q=0.8"),
            Some("application/json;q=0.1,*/*"),
        ] {
            let page = ask(accept).await;
            assert_eq!(page.status, 400, "{accept:?}");
            assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
            assert!(
                page.text.contains("data-code=\"state_mismatch\""),
                "{}",
                page.text
            );
        }
        for accept in [
            "application/json",
            "application/problem+json",
            "application/json,text/plain,*/*",
        ] {
            ask(Some(accept)).await.problem(400, "state_mismatch");
        }
    }
    // Where people begin, programs ask too.
    app.get("/v1/login/web?app=nobody")
        .await
        .problem(400, "app_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_without_a_code_has_refused() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app).script();
    let begun = browser.begin("/v1/login/web").await;
    let state = parameter(&begun, "state").unwrap();
    for address in [
        format!("{CALLBACK}?state={state}"),
        format!("{CALLBACK}?code=&state={state}"),
    ] {
        browser.go(&address).await.problem(400, "login_cancelled");
    }
    let callback = browser.scan(&begun, "小明").await;
    assert_eq!(
        browser.go(&callback).await.status,
        303,
        "they may change their mind"
    );
    let injected = format!("{CALLBACK}?code=x%26appid%3DwxEVIL&state={state}");
    browser.go(&injected).await.problem(400, "invalid_request");
    let claimed = browser.go(&format!("{CALLBACK}?openid=victim")).await;
    claimed.problem(400, "state_mismatch");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_wechat_does_not_tell_costs_nobody_the_login() {
    let app = TestApp::spawn().await;
    let fault = json!({"endpoint": "/sns/userinfo", "kind": "errcode", "errcode": 48001});
    app.simulate("/simulator/faults", fault).await;
    let member = app.log_in("小明").await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    let user = browser.user().await;
    assert_eq!(user["nickname"], json!(null));
    assert_eq!(
        user["id"], member.login["user"]["id"],
        "the exchange told the unionid"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unionid_that_only_the_profile_tells_counts() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let fault = json!({"endpoint": "/sns/oauth2/access_token", "kind": "missing_unionid"});
    app.simulate("/simulator/faults", fault).await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    assert_eq!(browser.user().await["id"], member.login["user"]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_header_changes_where_wechat_calls_back() {
    let app = TestApp::spawn().await;
    let browser = Browser::new(&app);
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "1"),
        ("x-forwarded-prefix", "/evil"),
        ("x-original-url", "/evil"),
        ("x-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
        ("referer", "https://evil.example/"),
        ("origin", "https://evil.example"),
    ] {
        let request = browser
            .request(reqwest::Method::GET, "/v1/login/web")
            .header(name, value);
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 303, "{name}");
        let redirect_uri = parameter(&location(&answer), "redirect_uri");
        assert_eq!(
            redirect_uri.as_deref(),
            Some("http://127.0.0.1:8080/v1/login/web/callback"),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_brings_along_is_never_taken_over() {
    let app = TestApp::spawn().await;
    let mut attacker = Browser::new(&app);
    attacker.sign_in("小红").await;
    let planted = attacker.token().unwrap().to_owned();
    let mut browser = Browser::new(&app);
    browser.cookies.insert("wechat_login".to_owned(), planted.clone());
    browser.sign_in("小明").await;
    assert_ne!(browser.token(), Some(&*planted));
    assert_eq!(browser.user().await["nickname"], "小明");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_begin_is_told_as_a_page_or_as_json() {
    let app = TestApp::spawn().await;
    for (address, code, text) in [
        ("/v1/login/web?app=nobody", "app_unknown", "链接不正确"),
        ("/v1/login/web?app=shop_mini", "app_unknown", "链接不正确"),
        (
            "/v1/login/web?return_to=https://evil.example",
            "return_to_not_allowed",
            "链接不正确",
        ),
        ("/v1/login/web?return_to=", "return_to_not_allowed", "链接不正确"),
        (
            "/v1/login/official-account?return_to=//evil.example",
            "return_to_not_allowed",
            "链接不正确",
        ),
    ] {
        let page = Browser::new(&app).go(address).await;
        assert_eq!(page.status, 400, "{address}");
        assert!(page.text.contains(text), "{}", page.text);
        assert_eq!(set_cookies(&page), Vec::<String>::new());
        Browser::new(&app).script().go(address).await.problem(400, code);
    }
}
