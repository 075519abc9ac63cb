//! Failures, whatever they come from.

use serde_json::json;

use crate::{
    TestApp,
    answer::{Answer, http},
    stores,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_is_a_problem_too() {
    let app = TestApp::spawn().await;
    for path in [
        "/nothing",
        "/v1",
        "/v1/session/x",
        "/v1/login/mini-program/",
        "//",
        "/%ff",
    ] {
        let problem = app.get(path).await.problem(404, "not_found");
        assert_eq!(problem["type"], "http://127.0.0.1:8080/problems/not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_method_is_told_the_known_ones() {
    let app = TestApp::spawn().await;
    for (method, path, allow) in [
        ("GET", "/v1/login/mini-program", "POST"),
        ("POST", "/v1/session", "GET, DELETE"),
        ("TRACE", "/v1/session", "GET, DELETE"),
        ("PUT", "/v1/me", "GET, PATCH, POST"),
        ("DELETE", "/v1/users/x", "GET"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/readyz", "GET, HEAD"),
    ] {
        let method = method.parse().unwrap();
        let answer = Answer::of(http().request(method, app.url(path))).await;
        answer.problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_spoken_to_in_their_language() {
    let app = TestApp::spawn().await;
    let chinese = "登录凭证已失效，请重试";
    let english = "Sign-in expired, please try again";
    for (accepted, message, language) in [
        (None, chinese, "zh-CN"),
        (Some("en"), english, "en"),
        (Some("en-GB,en;q=0.9,zh;q=0.8"), english, "en"),
        (Some("zh-TW"), chinese, "zh-CN"),
        (Some("fr, en;q=0.5, zh;q=0.7"), chinese, "zh-CN"),
        (Some("fr"), chinese, "zh-CN"),
        (Some("en;q=0"), chinese, "zh-CN"),
        (Some("zh;q=.4, en;q=.5"), english, "en"),
        (Some("en;q=.5"), english, "en"),
        (Some("zh;q=nonsense, en;q=0.1"), english, "en"),
        (Some("*"), chinese, "zh-CN"),
        (Some(";;;garbage"), chinese, "zh-CN"),
    ] {
        let request = http()
            .post(app.url("/v1/login/mini-program"))
            .json(&json!({"code": "unknown"}));
        let answer = Answer::of(match accepted {
            Some(accepted) => request.header("accept-language", accepted),
            None => request,
        })
        .await;
        let problem = answer.problem(400, "login_code_rejected");
        assert_eq!(problem["user_message"], message, "{accepted:?}");
        assert_eq!(answer.header("content-language"), Some(language), "{accepted:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_id_that_came_along_is_kept_and_a_strange_one_is_not() {
    let app = TestApp::spawn().await;
    let ask = |id: &'static str| Answer::of(http().get(app.url("/v1/session")).header("x-request-id", id));
    assert_eq!(ask("abc-123").await.header("x-request-id"), Some("abc-123"));
    assert_eq!(
        ask("abc-123").await.problem(401, "unauthenticated")["request_id"],
        "abc-123"
    );
    assert_eq!(
        ask("Root=1-67891233;Self=1@host").await.header("x-request-id"),
        Some("Root=1-67891233;Self=1@host")
    );
    for strange in ["", "a b", "{\"level\":\"error\"}", "<script>"] {
        let answer = ask(strange).await;
        assert_ne!(answer.header("x-request-id"), Some(strange));
        answer.problem(401, "unauthenticated");
    }
    let two = (app.get("/healthz").await, app.get("/healthz").await);
    assert_ne!(two.0.header("x-request-id"), two.1.header("x-request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_that_it_must_not_be_kept_or_guessed_at() {
    let app = TestApp::spawn().await;
    for path in ["/healthz", "/v1/session", "/nothing", "/openapi.json"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(answer.header("content-security-policy").is_some(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_tells_a_live_process_from_a_ready_one() {
    let app = TestApp::spawn().await;
    assert_eq!(app.get("/healthz").await.json(), json!({"status": "ok"}));
    let mut ready = json!({"status": "ready", "dependencies": {"database": "ok"}});
    if stores::has_redis() {
        ready["dependencies"]["redis"] = "ok".into();
    }
    for path in ["/readyz", "/readyz?strict=1"] {
        let answer = app.get(path).await;
        assert_eq!((answer.status, answer.json()), (200, ready.clone()));
    }
}
