//! `/v1/session`

use std::time::Duration;

use crate::{
    TestApp,
    answer::{Answer, http},
};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test(flavor = "multi_thread")]
async fn a_token_shows_its_session_and_user() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let answer = member.get("/v1/session").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.json()["session"], member.login["session"]);
    assert_eq!(answer.json()["user"], member.login["user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_nothing_after_logging_out() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let other_device = app.log_in("小明").await;
    let answer = member.delete("/v1/session").await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    for answer in [
        member.get("/v1/session").await,
        member.get("/v1/me").await,
        member.delete("/v1/session").await,
    ] {
        let problem = answer.problem(401, "session_revoked");
        assert_eq!(problem["reason"], "logged_out");
        let challenge = "Bearer error=\"invalid_token\", error_description=\"session_revoked:logged_out\"";
        assert_eq!(answer.header("www-authenticate"), Some(challenge));
    }
    assert_eq!(other_device.get("/v1/session").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_logouts_survive_a_restart() {
    let app = TestApp::spawn().await;
    let (stays, goes) = (app.log_in("小明").await, app.log_in("小明").await);
    goes.delete("/v1/session").await;
    let app = app.restart().await;
    assert_eq!(
        stays.at(&app).get("/v1/session").await.json()["user"],
        stays.login["user"]
    );
    goes.at(&app)
        .get("/v1/session")
        .await
        .problem(401, "session_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_a_week_after_it_was_used_last() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    app.clock.advance(6 * DAY);
    let renewed = member.get("/v1/session").await.json();
    assert!(renewed["session"]["expires_at"].as_str() > member.login["session"]["expires_at"].as_str());
    assert_eq!(
        renewed["session"]["created_at"],
        member.login["session"]["created_at"]
    );
    app.clock.advance(6 * DAY);
    assert_eq!(member.get("/v1/session").await.status, 200);
    app.clock.advance(7 * DAY + Duration::from_secs(1));
    let answer = member.get("/v1/session").await;
    answer.problem(401, "session_expired");
    let challenge = "Bearer error=\"invalid_token\", error_description=\"session_expired\"";
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_of_ours_opens_nothing() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let nobodys = "wl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let ask = |value: String| Answer::of(http().get(app.url("/v1/session")).header("authorization", value));
    for value in [
        "Bearer ".to_owned(),
        "Bearer x".to_owned(),
        format!("Bearer {nobodys}"),
        format!("Bearer {}0", member.token),
        format!("Bearer {}", &member.token[1..]),
    ] {
        ask(value).await.problem(401, "unauthenticated");
    }
    for value in ["", "Basic eDp5", "Bearer", &member.token] {
        let answer = ask(value.to_owned()).await;
        answer.problem(401, "unauthenticated");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"wechat-login\"")
        );
    }
    app.get("/v1/session").await.problem(401, "unauthenticated");
    assert_eq!(ask(format!("bearer {}", member.token)).await.status, 200);
}
