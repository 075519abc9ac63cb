//! `GET /v1/session?check=wechat`

use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_session_key_is_valid_until_wechat_gives_another() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let checked = member.get("/v1/session?check=wechat").await;
    assert_eq!(checked.status, 200, "{}", checked.text);
    let mut body = checked.json();
    assert_eq!(body["wechat_session"], "valid");
    body.as_object_mut().unwrap().remove("wechat_session");
    let unchecked = member.get("/v1/session?other=wechat").await.json();
    assert_eq!(unchecked, body);

    // The next wx.login, whose code goes to another server of the app's.
    let code = app.login_code("小明").await;
    let apps = Answer::of(http().get(app.simulator_url("/simulator/apps")))
        .await
        .json();
    let query = format!(
        "appid={}&secret={}&js_code={code}&grant_type=authorization_code",
        apps[0]["app_id"].as_str().unwrap(),
        apps[0]["secret"].as_str().unwrap(),
    );
    let exchange = http().get(app.simulator_url(&format!("/sns/jscode2session?{query}")));
    assert!(Answer::of(exchange).await.json()["session_key"].is_string());
    let checked = member.get("/v1/session?check=wechat").await.json();
    assert_eq!(checked["wechat_session"], "stale");
    let again = app.log_in("小明").await;
    assert_eq!(
        again.get("/v1/session?check=wechat").await.json()["wechat_session"],
        "valid"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_nothing_else_to_check() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    for query in ["check=", "check=all", "check=wechat&check=wechat"] {
        let answer = member.get(&format!("/v1/session?{query}")).await;
        answer.problem(400, "invalid_request");
    }
    let unknown = app.get("/v1/session?check=wechat").await;
    unknown.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wechat_does_not_say_is_not_known() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let fault: Value = json!({"endpoint": "/wxa/checksession", "kind": "errcode", "errcode": -1});
    app.simulate("/simulator/faults", fault).await;
    let answer = member.get("/v1/session?check=wechat").await;
    answer.problem(503, "wechat_unavailable");
    assert_eq!(member.get("/v1/session").await.status, 200);
}
