//! `/v1/sessions`

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
    test_app::Member,
};

/// What is promised of an end on the other instances, and what a busy machine may add.
const EVERYWHERE_WITHIN: Duration = Duration::from_secs(5);

fn session_id(member: &Member) -> &str {
    member.login["session"]["id"].as_str().expect("an id")
}

fn kicked(answer: &Answer) {
    let problem = answer.problem(401, "session_revoked");
    assert_eq!(problem["reason"], "kicked");
    assert!(problem["user_message"].as_str().expect("text").contains("移除"));
    let challenge = "Bearer error=\"invalid_token\", error_description=\"session_revoked:kicked\"";
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
}

async fn listed(member: &Member) -> Vec<Value> {
    let answer = member.get("/v1/sessions").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()["sessions"].as_array().expect("a list").clone()
}

async fn ids(member: &Member) -> BTreeSet<String> {
    let sessions = listed(member).await.into_iter();
    sessions
        .map(|session| session["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_their_own_devices() {
    let app = TestApp::spawn().await;
    let code = app.login_code("小明").await;
    let device =
        json!({"env_version": "release", "device_id": "d-1", "device_name": "我的手机", "os": "HarmonyOS 5"});
    let login = Answer::of(
        http()
            .post(app.url("/v1/login/mini-program"))
            .header("user-agent", "MicroMessenger/8.0")
            .json(&json!({"code": code, "client": device})),
    )
    .await
    .json();
    let phone = app.member(login);
    app.log_in("小红").await;
    app.clock.advance(Duration::from_secs(1));
    let other = app.log_in("小明").await;

    let sessions = listed(&phone).await;
    let mut own = phone.login["session"].clone();
    own["client"] = json!({
        "ip": "127.0.0.1", "user_agent": "MicroMessenger/8.0",
        "env_version": "release", "device_id": "d-1", "device_name": "我的手机", "os": "HarmonyOS 5",
    });
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    assert_eq!(sessions[1], own);
    assert_eq!(sessions[0]["id"], session_id(&other));
    assert_eq!(
        (&sessions[0]["current"], &sessions[0]["client"]["os"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(listed(&other).await[0]["current"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_removed_is_out_at_once_and_told_why() {
    let app = TestApp::spawn().await;
    let (here, lost, other) = (
        app.log_in("小明").await,
        app.log_in("小明").await,
        app.log_in("小明").await,
    );
    let answer = here.delete(&format!("/v1/sessions/{}", session_id(&lost))).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    kicked(&lost.get("/v1/session").await);
    for member in [&here, &other] {
        assert_eq!(member.get("/v1/session").await.status, 200);
    }
    let left = [&here, &other].map(|member| session_id(member).to_owned());
    assert_eq!(ids(&here).await, BTreeSet::from(left));
    here.delete(&format!("/v1/sessions/{}", session_id(&lost)))
        .await
        .problem(404, "not_found");

    let app = app.restart().await;
    kicked(&lost.at(&app).get("/v1/session").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_removes_a_device_of_somebody_else() {
    let app = TestApp::spawn().await;
    let (mine, theirs) = (app.log_in("小明").await, app.log_in("小红").await);
    for id in [
        session_id(&theirs),
        mine.user_id(),
        "0198c0de-0000-7000-8000-000000000000",
        "x",
        "%00",
    ] {
        mine.delete(&format!("/v1/sessions/{id}"))
            .await
            .problem(404, "not_found");
    }
    assert_eq!(theirs.get("/v1/session").await.status, 200);
    Answer::of(http().delete(app.url(&format!("/v1/sessions/{}", session_id(&mine)))))
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_removes_the_device_in_their_hand_logs_out() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    assert_eq!(
        member
            .delete(&format!("/v1/sessions/{}", session_id(&member)))
            .await
            .status,
        204
    );
    let problem = member.get("/v1/session").await.problem(401, "session_revoked");
    assert_eq!(problem["reason"], "logged_out");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_other_devices_are_out_at_once_and_this_one_goes_on() {
    let app = TestApp::spawn().await;
    let here = app.log_in("小明").await;
    let others = [app.log_in("小明").await, app.log_in("小明").await];
    let somebody = app.log_in("小红").await;
    let answer = here.delete("/v1/sessions?keep_current=true").await;
    assert_eq!((answer.status, answer.json()), (200, json!({"revoked": 2})));
    for other in &others {
        kicked(&other.get("/v1/session").await);
    }
    for member in [&here, &somebody] {
        assert_eq!(member.get("/v1/session").await.status, 200);
    }
    assert_eq!(ids(&here).await, BTreeSet::from([session_id(&here).to_owned()]));
    let again = here.delete("/v1/sessions?keep_current=true").await;
    assert_eq!(again.json(), json!({"revoked": 0}));

    // Whoever signs in afterwards is in.
    let new = app.log_in("小明").await;
    assert_eq!(new.get("/v1/session").await.status, 200);
    let app = app.restart().await;
    kicked(&others[0].at(&app).get("/v1/session").await);
    for member in [&here, &new] {
        assert_eq!(member.at(&app).get("/v1/session").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_devices_are_out_where_this_one_is_not_kept() {
    let app = TestApp::spawn().await;
    let (here, there) = (app.log_in("小明").await, app.log_in("小明").await);
    for query in [
        "?keep_current=yes",
        "?keep_current",
        "?keep_current=true&keep_current=false",
    ] {
        let problem = here
            .delete(&format!("/v1/sessions{query}"))
            .await
            .problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/keep_current");
    }
    assert_eq!(there.get("/v1/session").await.status, 200);
    assert_eq!(here.delete("/v1/sessions").await.json(), json!({"revoked": 2}));
    for member in [&here, &there] {
        kicked(&member.get("/v1/session").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_instance_hears_of_it() {
    let here = TestApp::spawn().await;
    let there = here.twin().await;
    for path in ["one", "all"] {
        let (keeps, goes) = (here.log_in("小明").await, here.log_in("小明").await);
        let elsewhere = goes.at(&there);
        assert_eq!(elsewhere.get("/v1/session").await.status, 200);
        let removed = match path {
            "one" => keeps.delete(&format!("/v1/sessions/{}", session_id(&goes))).await,
            _ => keeps.delete("/v1/sessions?keep_current=true").await,
        };
        assert!(removed.status < 300, "{}", removed.text);
        let begun = Instant::now();
        while elsewhere.get("/v1/session").await.status == 200 {
            assert!(begun.elapsed() < EVERYWHERE_WITHIN);
        }
        // It may have been gone before it was known why.
        loop {
            let answer = elsewhere.get("/v1/session").await;
            if answer.json()["code"] == "session_revoked" {
                kicked(&answer);
                break;
            }
            assert!(begun.elapsed() < EVERYWHERE_WITHIN);
        }
        assert_eq!(keeps.at(&there).get("/v1/session").await.status, 200);
    }
}
