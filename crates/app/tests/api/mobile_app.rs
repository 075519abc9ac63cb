//! `POST /v1/login/mobile-app`

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
    wechat_stub::{Behaviour, SOMEBODY, WeChatStub},
};

/// What WeChat's SDK gives this person in an app.
async fn code(app: &TestApp, app_id: &str, person: &str) -> String {
    let code = app
        .simulate("/simulator/codes", json!({"app_id": app_id, "person": person}))
        .await;
    code["code"].as_str().expect("a code").to_owned()
}

async fn log_in(app: &TestApp, body: &Value) -> Answer {
    Answer::of(http().post(app.url("/v1/login/mobile-app")).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_the_sdk_signs_its_person_in() {
    let app = TestApp::spawn().await;
    let body = json!({
        "code": code(&app, "shop_app", "小明").await,
        "client": {"device_name": "小明的手机", "os": "HarmonyOS 5"},
    });
    let answer = log_in(&app, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let login = answer.json();
    assert_eq!(login["is_new_user"], true);
    assert_eq!(login["expires_in"], 60 * 24 * 60 * 60);
    assert_eq!(login["session"]["channel"], "mobile_app");
    assert_eq!(login["user"]["nickname"], "小明");
    assert_eq!(answer.header("set-cookie"), None, "an app keeps its token itself");
    let member = app.log_in("小明").await;
    assert_eq!(member.login["user"]["id"], login["user"]["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wechat_says_later_is_taken_over_but_for_what_the_user_set() {
    let app = TestApp::spawn().await;
    let first = json!({"code": code(&app, "shop_app", "小明").await});
    let login = log_in(&app, &first).await.json();
    let renamed = json!({"name": "小明", "nickname": "小明 2026"});
    app.simulate("/simulator/people", renamed).await;
    let again = json!({"code": code(&app, "shop_app", "小明").await});
    let later = log_in(&app, &again).await.json();
    assert_eq!(later["user"]["nickname"], "小明 2026");
    assert_eq!(later["is_new_user"], false);

    let token = login["token"].as_str().unwrap();
    let edit = http()
        .patch(app.url("/v1/me"))
        .bearer_auth(token)
        .json(&json!({"nickname": "Ming"}));
    assert_eq!(Answer::of(edit).await.status, 200);
    let third = json!({"code": code(&app, "shop_app", "小明").await});
    assert_eq!(log_in(&app, &third).await.json()["user"]["nickname"], "Ming");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_apps_each_have_their_own_codes() {
    let app = TestApp::spawn_with(&[
        ("wechat.api_url", "http://127.0.0.1:0"),
        ("wechat.apps.one.channel", "mobile_app"),
        ("wechat.apps.one.app_id", "wx00000000000000a1"),
        ("wechat.apps.one.secret", "000000000000000000000000000000a1"),
        ("wechat.apps.one.default", "true"),
        ("wechat.apps.two.channel", "mobile_app"),
        ("wechat.apps.two.app_id", "wx00000000000000a2"),
        ("wechat.apps.two.secret", "000000000000000000000000000000a2"),
    ])
    .await;
    let of_one = json!({"code": code(&app, "one", "小明").await});
    let login = log_in(&app, &of_one).await.json();
    assert_eq!(login["session"]["app"], "one");
    for named in ["two", "wx00000000000000a2"] {
        let of_two = json!({"code": code(&app, "two", "小明").await, "app": named});
        let other = log_in(&app, &of_two).await.json();
        assert_eq!(other["session"]["app"], "two");
        assert_eq!(other["user"]["id"], login["user"]["id"]);
    }
    let mixed_up = json!({"code": code(&app, "one", "小明").await, "app": "two"});
    log_in(&app, &mixed_up).await.problem(400, "login_code_rejected");
    let unknown = json!({"code": "abc", "app": "three"});
    log_in(&app, &unknown).await.problem(400, "app_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_and_reaches_wechat_once() {
    let stub = WeChatStub::start(Behaviour::Body(SOMEBODY)).await;
    let app = stub.app().await;
    let body = json!({"code": "good"});
    let answers = join_all((0..50).map(|_| log_in(&app, &body))).await;
    let signed_in = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!((signed_in, stub.calls()), (1, 2));
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.problem(400, "login_code_rejected");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_gets_the_same_answer() {
    let stub = WeChatStub::start(Behaviour::Body(SOMEBODY)).await;
    let app = stub.app().await;
    let body = json!({"code": "good"});
    let send = || {
        let request = http()
            .post(app.url("/v1/login/mobile-app"))
            .header("idempotency-key", "try-1")
            .json(&body);
        Answer::of(request)
    };
    let answers = join_all((0..5).map(|_| send())).await;
    for answer in &answers {
        assert_eq!((answer.status, answer.json()), (200, answers[0].json()));
    }
    assert_eq!(stub.calls(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_need_not_become_a_user() {
    let app = TestApp::spawn().await;
    let body = json!({"code": code(&app, "shop_app", "小明").await, "create_user": false});
    log_in(&app, &body).await.problem(404, "user_not_found");
    assert_eq!(app.log_in("小明").await.login["is_new_user"], true);
    let body = json!({"code": code(&app, "shop_app", "小明").await, "create_user": false});
    assert_eq!(log_in(&app, &body).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wechat_refuses_is_told() {
    let app = TestApp::spawn().await;
    let person = json!({"name": "小刚", "blocked": true});
    app.simulate("/simulator/people", person).await;
    let blocked = json!({"code": code(&app, "shop_app", "小刚").await});
    log_in(&app, &blocked).await.problem(403, "login_blocked");
    for (kind, status, code_of_problem) in [
        ("rate_limited", 429, "wechat_rate_limited"),
        ("html_502", 503, "wechat_unavailable"),
    ] {
        let fault = json!({"endpoint": "/sns/oauth2/access_token", "kind": kind, "times": 1});
        app.simulate("/simulator/faults", fault).await;
        let body = json!({"code": code(&app, "shop_app", "小明").await});
        log_in(&app, &body).await.problem(status, code_of_problem);
    }
    for bad in [
        json!({}),
        json!({"code": ""}),
        json!({"code": "a b"}),
        json!({"code": "x&appid=wxEVIL"}),
        json!({"code": "a", "client": []}),
        json!({"code": "a", "openid": "victim"}),
    ] {
        log_in(&app, &bad).await.problem(400, "invalid_request");
    }
}
