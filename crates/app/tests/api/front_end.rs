//! Front ends that show the QR code themselves, or are called back themselves.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::{Browser, parameter, set_cookies},
};

pub(crate) const SPA: &str = "http://localhost:3000/wechat";

/// A service with an app that a front end of its own is called back for.
pub(crate) async fn app() -> TestApp {
    TestApp::spawn_with(&[("web.allowed_origins", "http://localhost:3000")]).await
}

/// As many apps as the simulator has, one of them with an address of its own.
pub(crate) async fn app_with_front_end() -> TestApp {
    TestApp::spawn_with(&[
        ("web.allowed_origins", "http://localhost:3000"),
        ("wechat.apps.spa.channel", "web"),
        ("wechat.apps.spa.app_id", "wxdec0000000000002"),
        ("wechat.apps.spa.secret", "dec0dec0dec0dec0dec0dec0dec00002"),
        ("wechat.apps.spa.redirect_uris", SPA),
        ("wechat.apps.mini.channel", "mini_program"),
        ("wechat.apps.mini.app_id", "wxdec0000000000001"),
        ("wechat.apps.mini.secret", "dec0dec0dec0dec0dec0dec0dec00001"),
        ("wechat.api_url", "http://127.0.0.1:0"),
    ])
    .await
}

pub(crate) async fn begin(browser: &mut Browser<'_>, body: Value) -> Value {
    let answer = browser.post("/v1/login/web/begin", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// What WeChat calls the front end back with.
pub(crate) async fn called_back(browser: &Browser<'_>, begun: &Value, person: &str) -> Value {
    let callback = browser
        .scan(begun["authorize_url"].as_str().expect("an address"), person)
        .await;
    json!({"code": parameter(&callback, "code"), "state": parameter(&callback, "state")})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_shows_the_qr_code_sees_how_far_it_is() {
    let app = app().await;
    let mut browser = Browser::new(&app).script();
    let begun = begin(&mut browser, json!({"return_to": "/orders"})).await;
    assert_eq!(begun["app_id"], "wxdec0000000000002");
    assert_eq!(begun["scope"], "snsapi_login");
    assert_eq!(
        begun["redirect_uri"],
        "http://127.0.0.1:8080/v1/login/web/callback"
    );
    let authorize_url = begun["authorize_url"].as_str().unwrap();
    assert_eq!(
        parameter(authorize_url, "state").as_deref(),
        begun["state"].as_str()
    );

    let status = format!("/v1/login/web/{}", begun["state"].as_str().unwrap());
    assert_eq!(browser.go(&status).await.json(), json!({"status": "waiting"}));
    let callback = browser.scan(authorize_url, "小明").await;
    assert_eq!(browser.go(&status).await.json(), json!({"status": "waiting"}));
    assert_eq!(browser.go(&callback).await.status, 303);
    assert_eq!(browser.go(&status).await.json(), json!({"status": "signed_in"}));
    app.clock.advance(std::time::Duration::from_secs(601));
    assert_eq!(browser.go(&status).await.json(), json!({"status": "expired"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_wishes_begins_without_a_body() {
    let app = app().await;
    let ask = || http().post(app.url("/v1/login/web/begin"));
    for request in [
        ask(),
        ask().header("content-length", "0"),
        ask().header("content-type", "application/json").body("{}"),
    ] {
        let answer = Answer::of(request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["app_id"], "wxdec0000000000002");
    }
    for request in [
        ask().body("{}"),
        ask().header("content-type", "text/plain"),
        ask().header("content-type", "text/plain").body("{}"),
    ] {
        let answer = Answer::of(request).await;
        answer.problem(415, "unsupported_media_type");
    }
    let empty = ask().header("content-type", "application/json");
    Answer::of(empty).await.problem(400, "invalid_request");
    // Everything else wants its body.
    let finish = Answer::of(http().post(app.url("/v1/login/web"))).await;
    finish.problem(415, "unsupported_media_type");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_browser_that_began_sees_how_far_it_is() {
    let app = app().await;
    let mut browser = Browser::new(&app).script();
    let begun = begin(&mut browser, json!({})).await;
    let status = format!("/v1/login/web/{}", begun["state"].as_str().unwrap());
    let mut stranger = Browser::new(&app).script();
    stranger.go(&status).await.problem(404, "not_found");
    stranger.begin("/v1/login/web").await;
    stranger.go(&status).await.problem(404, "not_found");
    browser
        .go("/v1/login/web/casdoor")
        .await
        .problem(404, "not_found");
    assert_eq!(browser.go(&status).await.json(), json!({"status": "waiting"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_of_which_nothing_came_has_expired() {
    let app = app().await;
    let mut browser = Browser::new(&app).script();
    let begun = begin(&mut browser, json!({})).await;
    let state = begun["state"].as_str().unwrap();
    let callback = format!("/v1/login/web/callback?code=nobodys&state={state}");
    browser.go(&callback).await.problem(400, "login_code_rejected");
    let status = browser.go(&format!("/v1/login/web/{state}")).await;
    assert_eq!(status.json(), json!({"status": "expired"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_is_called_back_finishes_the_login_itself() {
    let app = app_with_front_end().await;
    let mut browser = Browser::new(&app).script();
    let begun = begin(&mut browser, json!({"redirect_uri": SPA})).await;
    assert_eq!(begun["redirect_uri"], SPA);
    let back = called_back(&browser, &begun, "小明").await;
    let answer = browser.post("/v1/login/web", &back).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let login = answer.json();
    assert_eq!(login["token_type"], "Bearer");
    assert_eq!(login["session"]["channel"], "web");
    assert_eq!(browser.token(), login["token"].as_str());
    assert_eq!(browser.user().await, login["user"]);
    // A code works once.
    let again = browser.post("/v1/login/web", &back).await;
    again.problem(400, "login_code_rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_gets_the_same_answer_and_cookie() {
    let app = app_with_front_end().await;
    let mut browser = Browser::new(&app).script();
    let begun = begin(&mut browser, json!({"redirect_uri": SPA})).await;
    let back = called_back(&browser, &begun, "小明").await;
    let ask = |browser: &Browser<'_>| {
        let request = browser
            .request(Method::POST, "/v1/login/web")
            .header("origin", "http://localhost:3000")
            .header("idempotency-key", "try-1")
            .json(&back);
        Answer::of(request)
    };
    let first = ask(&browser).await;
    let again = ask(&browser).await;
    assert_eq!((first.status, again.status), (200, 200), "{}", again.text);
    assert_eq!(first.json(), again.json());
    assert_eq!(set_cookies(&first), set_cookies(&again));

    // The key alone opens nothing: another browser's request is another request.
    let name = browser
        .cookies
        .keys()
        .find(|name| name.starts_with("wechat_login_"))
        .unwrap()
        .clone();
    ask(&Browser::new(&app).script())
        .await
        .problem(400, "state_mismatch");
    browser.cookies.insert(name, "A".repeat(43));
    ask(&browser).await.problem(422, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_our_own_pages_and_named_origins_finish_a_login() {
    let app = app_with_front_end().await;
    let mut browser = Browser::new(&app).script();
    let begun = begin(&mut browser, json!({"redirect_uri": SPA})).await;
    let back = called_back(&browser, &begun, "小明").await;
    for headers in [
        &[("origin", "null")][..],
        &[("origin", "http://localhost:3001")],
        &[("sec-fetch-site", "cross-site")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://127.0.0.1:8080"),
        ],
    ] {
        for (path, body) in [
            ("/v1/login/web", back.clone()),
            ("/v1/login/web/begin", json!({})),
        ] {
            let request = browser.request(Method::POST, path).json(&body);
            let request = headers
                .iter()
                .fold(request, |request, (name, value)| request.header(*name, *value));
            let answer = Answer::of(request).await;
            answer.problem(403, "cross_origin");
            assert_eq!(set_cookies(&answer), Vec::<String>::new());
        }
    }
    assert_eq!(browser.post("/v1/login/web", &back).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_no_browser_proves_itself_by_the_cookie() {
    let app = app_with_front_end().await;
    let mut client = Browser::new(&app).script();
    let first = client
        .request(Method::POST, "/v1/login/web/begin")
        .json(&json!({"redirect_uri": SPA}));
    let begun = client.send(first).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let back = called_back(&client, &begun.json(), "小明").await;
    let without_cookie = http().post(app.url("/v1/login/web")).json(&back);
    Answer::of(without_cookie).await.problem(400, "state_mismatch");
    let finish = client.request(Method::POST, "/v1/login/web").json(&back);
    let login = client.send(finish).await;
    assert_eq!(login.status, 200, "{}", login.text);
    assert_eq!(client.token(), login.json()["token"].as_str());

    // The session's cookie alone is no proof that its person wants anything.
    let link = client
        .request(Method::POST, "/v1/login/web/begin")
        .json(&json!({"purpose": "link"}));
    client.send(link).await.problem(403, "cross_origin");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_of_the_cookie_is_over_and_not_that_of_a_header() {
    let app = app_with_front_end().await;
    let mut browser = Browser::new(&app).script();
    let code = app.code(json!({"app_id": "mini", "person": "老王"})).await;
    let elsewhere = app.log_in_with(json!({"code": code})).await.json()["token"].clone();
    let elsewhere = elsewhere.as_str().expect("a token");
    let mut signed_in = Vec::new();
    for _ in 0..2 {
        let begun = begin(&mut browser, json!({"redirect_uri": SPA})).await;
        let back = called_back(&browser, &begun, "小明").await;
        let finish = browser
            .request(Method::POST, "/v1/login/web")
            .header("sec-fetch-site", "same-origin")
            .bearer_auth(elsewhere)
            .json(&back);
        assert_eq!(browser.send(finish).await.status, 200);
        signed_in.push(browser.token().expect("a session").to_owned());
    }
    let ask = |token: &str| Answer::of(http().get(app.url("/v1/session")).bearer_auth(token));
    assert_eq!(ask(elsewhere).await.status, 200);
    ask(&signed_in[0]).await.problem(401, "session_revoked");
    assert_eq!(ask(&signed_in[1]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn wechat_calls_back_no_page_that_is_not_configured() {
    let app = app_with_front_end().await;
    let mut browser = Browser::new(&app).script();
    for redirect_uri in [
        "https://evil.example/",
        "http://localhost:3000/",
        "http://localhost:3000/wechat/",
        "http://localhost:3000/wechat?x",
        "http://localhost:3000/wechat#x",
        "http://localhost:3000/wechat/../x",
        "HTTP://localhost:3000/wechat",
        "",
    ] {
        let body = json!({"redirect_uri": redirect_uri});
        let answer = browser.post("/v1/login/web/begin", &body).await;
        let problem = answer.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/redirect_uri", "{redirect_uri}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_cannot_be_meant_is_refused() {
    let app = app_with_front_end().await;
    let mut browser = Browser::new(&app).script();
    let finish = "/v1/login/web";
    for (address, body, code) in [
        (finish, json!({}), "invalid_request"),
        (finish, json!({"code": "a"}), "invalid_request"),
        (finish, json!({"code": "a b", "state": "x"}), "invalid_request"),
        (finish, json!({"code": "a", "state": "x"}), "state_mismatch"),
        (
            finish,
            json!({"code": "a", "state": "x", "openid": "victim"}),
            "invalid_request",
        ),
        ("/v1/login/web/begin", json!({"app": "nobody"}), "app_unknown"),
        (
            "/v1/login/web/begin",
            json!({"return_to": "https://evil.example"}),
            "return_to_not_allowed",
        ),
        (
            "/v1/login/web/begin",
            json!({"purpose": "merge"}),
            "invalid_request",
        ),
        (
            "/v1/login/web/begin",
            json!({"user_id": "victim"}),
            "invalid_request",
        ),
    ] {
        browser.post(address, &body).await.problem(400, code);
    }
    let link = browser
        .post("/v1/login/web/begin", &json!({"purpose": "link"}))
        .await;
    link.problem(401, "unauthenticated");
}
