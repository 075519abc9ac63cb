//! `Idempotency-Key`

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
};

async fn log_in(app: &TestApp, key: &str, body: &Value) -> Answer {
    let request = http()
        .post(app.url("/v1/login/mini-program"))
        .header("idempotency-key", key)
        .json(body);
    Answer::of(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_gets_the_same_answer() {
    let app = TestApp::spawn().await;
    let body = json!({"code": app.login_code("小明").await});
    let first = log_in(&app, "try-1", &body).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let second = log_in(&app, "try-1", &body).await;
    assert_eq!((second.status, second.json()), (200, first.json()));
    let app = app.restart().await;
    assert_eq!(log_in(&app, "try-1", &body).await.json(), first.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_that_arrive_at_once_get_the_same_answer() {
    let app = TestApp::spawn().await;
    let body = json!({"code": app.login_code("小明").await});
    let answers = join_all((0..20).map(|_| log_in(&app, "double-tap", &body))).await;
    for answer in &answers {
        assert_eq!((answer.status, answer.json()), (200, answers[0].json()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_for_one_body() {
    let app = TestApp::spawn().await;
    let body = json!({"code": app.login_code("小明").await});
    assert_eq!(log_in(&app, "try-1", &body).await.status, 200);
    let other = json!({"code": app.login_code("小明").await});
    log_in(&app, "try-1", &other)
        .await
        .problem(422, "idempotency_key_reused");
    assert_eq!(log_in(&app, "try-2", &other).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_an_answer_too() {
    let app = TestApp::spawn().await;
    let body = json!({"code": app.login_code("小明").await, "create_user": false});
    log_in(&app, "try-1", &body).await.problem(404, "user_not_found");
    app.log_in("小明").await;
    log_in(&app, "try-1", &body).await.problem(404, "user_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_forgotten_after_a_minute() {
    let app = TestApp::spawn().await;
    let body = json!({"code": app.login_code("小明").await});
    assert_eq!(log_in(&app, "try-1", &body).await.status, 200);
    app.clock.advance(std::time::Duration::from_secs(61));
    log_in(&app, "try-1", &body)
        .await
        .problem(400, "login_code_rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_is_refused() {
    let app = TestApp::spawn().await;
    let body = json!({"code": app.login_code("小明").await});
    for key in ["", "a b", &"a".repeat(256)] {
        log_in(&app, key, &body).await.problem(400, "invalid_request");
    }
    assert_eq!(log_in(&app, "good", &body).await.status, 200);
}
