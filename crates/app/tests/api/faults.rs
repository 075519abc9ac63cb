//! WeChat at its worst, and clients that go away.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    TestApp,
    answer::http,
    wechat_stub::{Behaviour, WeChatStub},
};

const GOOD: &str = r#"{"session_key":"AAECAwQFBgcICQoLDA0ODw==","openid":"oGZUI0egBJY1zhBYw2KhdUfwVJJE"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_wechat_that_says_nothing_that_means_anything_is_unavailable() {
    for (behaviour, calls) in [
        (Behaviour::Silence, 1),
        (Behaviour::Close, 1),
        (
            Behaviour::Raw("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\noops"),
            1,
        ),
        (
            Behaviour::Raw(
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            ),
            1,
        ),
        (Behaviour::Raw("garbage\r\n\r\n"), 1),
        (Behaviour::Body("<html>busy</html>"), 1),
        (Behaviour::Body(""), 1),
        (Behaviour::Body("{}"), 1),
        (Behaviour::Body(r#"{"openid":"","session_key":""}"#), 1),
        // Once more, and no more: the code is not spent by it.
        (Behaviour::Body(r#"{"errcode":-1,"errmsg":"system error"}"#), 2),
        (Behaviour::Body(r#"{"errcode":"-1"}"#), 2),
    ] {
        let stub = WeChatStub::start(behaviour).await;
        let app = stub.app().await;
        let began = Instant::now();
        let answer = app.log_in_with(json!({"code": "abc"})).await;
        let problem = answer.problem(503, "wechat_unavailable");
        assert_eq!(problem["retry"], "later");
        assert!(answer.header("retry-after").is_some());
        assert!(
            began.elapsed() < Duration::from_secs(2),
            "{behaviour:?}: {:?}",
            began.elapsed()
        );
        assert_eq!(stub.calls(), calls, "{behaviour:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wechat_that_cannot_be_reached_is_unavailable() {
    let app = TestApp::spawn_with(&[
        ("wechat.api_url", "http://127.0.0.1:1"),
        ("wechat.timeout", "700ms"),
    ])
    .await;
    // Twice: the code never got there, so it is as good as before.
    for _ in 0..2 {
        app.log_in_with(json!({"code": "abc"}))
            .await
            .problem(503, "wechat_unavailable");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_has_its_own_code() {
    for (errcode, status, code) in [
        (40029, 400, "login_code_rejected"),
        (40163, 400, "login_code_rejected"),
        (41008, 400, "login_code_rejected"),
        (42003, 400, "login_code_rejected"),
        (40226, 403, "login_blocked"),
        (45011, 429, "wechat_rate_limited"),
        (40013, 502, "wechat_misconfigured"),
        (40125, 502, "wechat_misconfigured"),
        (40164, 502, "wechat_misconfigured"),
        (40243, 502, "wechat_misconfigured"),
        (48001, 502, "wechat_misconfigured"),
    ] {
        let body = format!(r#"{{"errcode":{errcode},"errmsg":"CANARY, rid: 65a13fa1-50a5ffef-30645fdc"}}"#);
        let stub = WeChatStub::start(Behaviour::Body(body.leak())).await;
        let app = stub.app().await;
        let answer = app.log_in_with(json!({"code": "abc"})).await;
        answer.problem(status, code);
        assert!(!answer.text.contains("CANARY"), "{}", answer.text);
        assert_eq!(answer.header("retry-after").is_some(), status == 429);
        assert_eq!(stub.calls(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_may_be_spent_is_not_sent_again() {
    let stub = WeChatStub::start(Behaviour::Silence).await;
    let app = stub.app().await;
    app.log_in_with(json!({"code": "abc"}))
        .await
        .problem(503, "wechat_unavailable");
    app.log_in_with(json!({"code": "abc"}))
        .await
        .problem(400, "login_code_rejected");
    assert_eq!(stub.calls(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_sent_a_hundred_times_at_once_asks_wechat_once() {
    let stub = WeChatStub::start(Behaviour::Slow(Duration::from_millis(100), GOOD)).await;
    let app = stub.app().await;
    let body = json!({"code": "abc"});
    let answers = futures_util::future::join_all((0..100).map(|_| app.log_in_with(body.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.problem(400, "login_code_rejected");
    }
    assert_eq!(stub.calls(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_leaves_nothing_half_done() {
    let stub = WeChatStub::start(Behaviour::Slow(Duration::from_millis(300), GOOD)).await;
    let app = stub.app().await;
    let impatient = http()
        .post(app.url("/v1/login/mini-program"))
        .header("idempotency-key", "impatient")
        .timeout(Duration::from_millis(100))
        .json(&json!({"code": "abc"}))
        .send()
        .await;
    assert!(impatient.is_err_and(|error| error.is_timeout()));
    // The login went on to its end without its client, and its answer is kept for whoever asks with the same key.
    let request = http()
        .post(app.url("/v1/login/mini-program"))
        .header("idempotency-key", "impatient");
    let answer = crate::answer::Answer::of(request.json(&json!({"code": "abc"}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["is_new_user"], true);
    assert_eq!(stub.calls(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_a_login_whose_client_went_away() {
    let stub = WeChatStub::start(Behaviour::Slow(Duration::from_millis(300), GOOD)).await;
    let app = stub.app().await;
    let request = http()
        .post(app.url("/v1/login/mini-program"))
        .json(&json!({"code": "abc"}));
    assert!(request.timeout(Duration::from_millis(100)).send().await.is_err());
    let app = app.restart().await;
    let answer = app.log_in_with(json!({"code": "another"})).await;
    assert_eq!(answer.json()["is_new_user"], false, "{}", answer.text);
}
