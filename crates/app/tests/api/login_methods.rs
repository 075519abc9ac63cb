//! `/v1/me/login-methods`

use serde_json::{Value, json};

use crate::{TestApp, answer::Answer, test_app::Member};

/// Links this person's WeChat account to a member, by a code of the demo mini-program.
async fn link(app: &TestApp, member: &Member, person: &str) -> Answer {
    let code = app.login_code(person).await;
    let body = json!({"channel": "mini_program", "code": code});
    member.post("/v1/me/login-methods", body).await
}

async fn unlink(member: &Member, way: &Value) -> Answer {
    let id = way["id"].as_str().expect("an id");
    member.delete(&format!("/v1/me/login-methods/{id}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn my_ways_in_are_listed_without_what_they_are() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let known = app.simulate("/simulator/people", json!({"name": "小明"})).await;
    let openid = known["openids"]["wxdec0000000000001"].as_str().unwrap();
    let unionid = known["unionids"]["default"].as_str().unwrap();
    let data = app.encrypted("phone-data", "小明").await;
    let bound = member.post("/v1/me/phone", data).await;
    assert_eq!(bound.status, 200, "{}", bound.text);

    let answer = member.get("/v1/me/login-methods").await;
    for hidden in [openid, unionid] {
        assert!(!answer.text.contains(hidden), "{}", answer.text);
    }
    let ways = member.ways_in().await;
    assert_eq!(ways.len(), 2, "an openid and its unionid are one: {ways:?}");
    assert_eq!(ways[0]["kind"], "wechat");
    assert_eq!(ways[0]["apps"], json!(["shop_mini"]));
    let label = ways[0]["label"].as_str().unwrap();
    assert_eq!(label, format!("****{}", &openid[openid.len() - 4..]));
    assert_eq!(ways[1]["kind"], "phone");
    assert_eq!(ways[1]["apps"], json!([]));
    assert_eq!(ways[1]["label"], bound.json()["phone"]);
    for way in &ways {
        let fields: Vec<_> = way.as_object().unwrap().keys().collect();
        assert_eq!(
            fields,
            ["apps", "id", "kind", "label", "last_used_at", "linked_at"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_wechat_account_signs_the_same_user_in_until_it_is_unlinked() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let linked = link(&app, &member, "小红").await;
    assert_eq!(linked.status, 200, "{}", linked.text);
    assert_eq!(linked.json()["login_methods"], json!(member.ways_in().await));
    assert_eq!(member.ways_in().await.len(), 2);
    // It is mine already.
    assert_eq!(link(&app, &member, "小红").await.text, linked.text);

    let by_the_other = app.log_in("小红").await;
    assert_eq!(by_the_other.user_id(), member.user_id());
    assert_eq!(by_the_other.login["is_new_user"], false);

    let done = unlink(&member, &member.ways_in().await[1]).await;
    assert_eq!((done.status, done.text.as_str()), (204, ""));
    let over = by_the_other.get("/v1/me").await.problem(401, "session_revoked");
    assert_eq!(over["reason"], "unlinked");
    assert_eq!(member.get("/v1/me").await.status, 200);
    let again = app.log_in("小红").await;
    assert_eq!(again.login["is_new_user"], true);
    assert_ne!(again.user_id(), member.user_id());
    assert_eq!(member.ways_in().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_unlinks_what_they_came_by_is_signed_out_for_good() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    link(&app, &member, "小红").await;
    let other = app.log_in("小红").await;
    assert_eq!(unlink(&member, &member.ways_in().await[0]).await.status, 204);
    let over = member.get("/v1/me").await.problem(401, "session_revoked");
    assert_eq!(over["reason"], "unlinked");

    let app = app.restart().await;
    member
        .at(&app)
        .get("/v1/me")
        .await
        .problem(401, "session_revoked");
    let twin = app.twin().await;
    member
        .at(&twin)
        .get("/v1/me")
        .await
        .problem(401, "session_revoked");
    assert_eq!(other.at(&twin).get("/v1/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_another_users_is_not_linked_and_nothing_changes() {
    let app = TestApp::spawn().await;
    let (member, other) = (app.log_in("小明").await, app.log_in("小红").await);
    let before = (member.ways_in().await, other.ways_in().await);
    link(&app, &member, "小红")
        .await
        .problem(409, "login_method_taken");
    // At an app where she never was: her unionid says who she is.
    let code = json!({"app_id": "shop_app", "person": "小红"});
    let body = json!({"channel": "mobile_app", "code": app.code(code).await});
    let taken = member.post("/v1/me/login-methods", body).await;
    let problem = taken.problem(409, "login_method_taken");
    assert_eq!(problem["user_message"], "该微信或手机号已绑定其他账号");
    assert_eq!((member.ways_in().await, other.ways_in().await), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn my_wechat_account_at_another_app_is_the_same_way_in() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let code = json!({"app_id": "shop_app", "person": "小明"});
    let body = json!({"channel": "mobile_app", "app": "shop_app", "code": app.code(code).await});
    let answer = member.post("/v1/me/login-methods", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let ways = member.ways_in().await;
    assert_eq!(ways.len(), 1);
    assert_eq!(ways[0]["apps"], json!(["shop_mini", "shop_app"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_way_in_stays() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let ways = member.ways_in().await;
    let refused = unlink(&member, &ways[0]).await.problem(409, "last_login_method");
    assert_eq!(refused["user_message"], "唯一的登录方式，不能解绑");
    // Nobody comes back by a phone alone.
    let data = app.encrypted("phone-data", "小明").await;
    member.post("/v1/me/phone", data).await;
    unlink(&member, &ways[0]).await.problem(409, "last_login_method");
    let phone = &member.ways_in().await[1];
    assert_eq!(unlink(&member, phone).await.status, 204);
    assert_eq!(member.ways_in().await, ways);
    assert_eq!(app.log_in("小明").await.user_id(), member.user_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_in_of_somebody_else_is_nothing() {
    let app = TestApp::spawn().await;
    let (member, other) = (app.log_in("小明").await, app.log_in("小红").await);
    link(&app, &member, "小刚").await;
    for way in member.ways_in().await {
        unlink(&other, &way).await.problem(404, "not_found");
    }
    for id in ["", "x", "00000000-0000-0000-0000-000000000000", "%00"] {
        let answer = member.delete(&format!("/v1/me/login-methods/{id}")).await;
        answer.problem(404, "not_found");
    }
    assert_eq!(member.ways_in().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_a_request_name_their_fields() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    for (body, pointer) in [
        (json!({"code": "a"}), "/channel"),
        (json!({"channel": "mini_program"}), "/code"),
        (json!({"channel": "sms", "code": "a"}), "/channel"),
        (json!({"channel": "web", "code": "a", "state": "b"}), "/channel"),
        (json!({"channel": "mini_program", "code": "a b"}), "/code"),
        (json!({"channel": "mobile_app", "code": ""}), "/code"),
        (
            json!({"channel": "mini_program", "code": "a", "openid": "o"}),
            "/openid",
        ),
    ] {
        let problem = member
            .post("/v1/me/login-methods", body)
            .await
            .problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let unknown_app = json!({"channel": "mini_program", "app": "shop_app", "code": "a"});
    let answer = member.post("/v1/me/login-methods", unknown_app).await;
    answer.problem(400, "app_unknown");
    let code = app.login_code("小红").await;
    let body = json!({"channel": "mini_program", "code": code});
    assert_eq!(
        member.post("/v1/me/login-methods", body.clone()).await.status,
        200
    );
    let spent = member.post("/v1/me/login-methods", body).await;
    spent.problem(400, "login_code_rejected");
    app.get("/v1/me/login-methods")
        .await
        .problem(401, "unauthenticated");
}
