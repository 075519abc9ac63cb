//! `POST /v1/login/mini-program`

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_gets_a_user_and_a_session() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let login = &member.login;
    assert_eq!(login["token"].as_str().unwrap().len(), 52);
    assert_eq!(login["token_type"], "Bearer");
    assert_eq!(login["expires_in"], 7 * 24 * 60 * 60);
    assert_eq!(login["is_new_user"], true);
    assert_eq!(login["session"]["app"], "shop_mini");
    assert_eq!(login["session"]["channel"], "mini_program");
    assert_eq!(login["session"]["current"], true);
    let user = login["user"].as_object().unwrap();
    let fields: Vec<&str> = user.keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        [
            "avatar_url",
            "created_at",
            "external_id",
            "former_ids",
            "id",
            "nickname",
            "phone",
            "scopes"
        ]
    );
    assert_eq!((&user["former_ids"], &user["scopes"]), (&json!([]), &json!([])));
    assert_eq!(
        user["created_at"].as_str().unwrap().len(),
        "2026-11-21T08:00:00.000000Z".len()
    );
    assert!(login.get("user_info").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_comes_again_is_the_same_user_with_another_session() {
    let app = TestApp::spawn().await;
    let first = app.log_in("小明").await;
    let second = app.log_in("小明").await;
    assert_eq!(first.user_id(), second.user_id());
    assert_eq!(second.login["is_new_user"], false);
    assert_ne!(first.token, second.token);
    assert_ne!(first.login["session"]["id"], second.login["session"]["id"]);
    assert_eq!(first.get("/v1/session").await.status, 200);
    assert_ne!(app.log_in("小红").await.user_id(), first.user_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_first_logins_at_once_make_one_user() {
    let app = TestApp::spawn().await;
    let codes = join_all((0..100).map(|_| app.login_code("小明"))).await;
    let answers = join_all(
        codes
            .into_iter()
            .map(|code| app.log_in_with(json!({"code": code}))),
    )
    .await;
    let failed: Vec<_> = answers.iter().filter(|answer| answer.status != 200).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let logins: Vec<Value> = answers.iter().map(Answer::json).collect();
    let users: BTreeSet<_> = logins
        .iter()
        .map(|login| login["user"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(users.len(), 1);
    assert_eq!(
        logins.iter().filter(|login| login["is_new_user"] == true).count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_made_a_user_against_the_clients_will() {
    let app = TestApp::spawn().await;
    let code = app.login_code("小明").await;
    app.log_in_with(json!({"code": code, "create_user": false}))
        .await
        .problem(404, "user_not_found");
    assert_eq!(app.log_in("小明").await.login["is_new_user"], true);
    let code = app.login_code("小明").await;
    assert_eq!(
        app.log_in_with(json!({"code": code, "create_user": false}))
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once() {
    let app = TestApp::spawn().await;
    let code = app.login_code("小明").await;
    assert_eq!(app.log_in_with(json!({"code": code})).await.status, 200);
    let problem = app
        .log_in_with(json!({"code": code}))
        .await
        .problem(400, "login_code_rejected");
    assert_eq!(problem["retry"], "new_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_wechat_does_not_take_is_refused() {
    let app = TestApp::spawn().await;
    let expired = app.login_code("小明").await;
    app.simulate("/simulator/clock", json!({"advance": "5m1s"})).await;
    app.log_in_with(json!({"code": expired}))
        .await
        .problem(400, "login_code_rejected");
    let unknown = "0b1HquFa1z1e3K0vlzIa1Bw3qt2HquFF";
    app.log_in_with(json!({"code": unknown}))
        .await
        .problem(400, "login_code_rejected");
    let other = app
        .simulate(
            "/simulator/apps",
            json!({"channel": "mini_program", "name": "other"}),
        )
        .await;
    let request = json!({"app_id": other["app_id"], "person": "小明"});
    let foreign = app.simulate("/simulator/codes", request).await;
    app.log_in_with(json!({"code": foreign["code"]}))
        .await
        .problem(400, "login_code_rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_is_named_by_our_name_or_its_app_id() {
    let app = TestApp::spawn().await;
    let apps = Answer::of(http().get(app.simulator_url("/simulator/apps")))
        .await
        .json();
    let shop = apps
        .as_array()
        .unwrap()
        .iter()
        .find(|app| app["name"] == "shop_mini")
        .unwrap();
    for name in [&json!("shop_mini"), &shop["app_id"], &Value::Null] {
        let code = app.login_code("小明").await;
        let answer = app.log_in_with(json!({"code": code, "app": name})).await;
        assert_eq!(answer.json()["session"]["app"], "shop_mini", "{name}");
    }
    for name in ["nothing", "shop_web", ""] {
        let code = app.login_code("小明").await;
        app.log_in_with(json!({"code": code, "app": name}))
            .await
            .problem(400, "app_unknown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_meant_is_told_where_it_is_wrong() {
    let app = TestApp::spawn().await;
    let code = app.login_code("小明").await;
    for (body, pointer) in [
        (json!({}), "/code"),
        (json!({"code": ""}), "/code"),
        (json!({"code": "   "}), "/code"),
        (json!({"code": "a".repeat(513)}), "/code"),
        (json!({"code": "x&appid=wxEVIL"}), "/code"),
        (json!({"code": 1}), "/code"),
        (json!({"code": null}), "/code"),
        (json!({"code": code, "app": 1}), "/app"),
        (json!({"code": code, "create_user": "yes"}), "/create_user"),
        (json!({"code": code, "user_info": "x"}), "/user_info"),
        (json!({"code": code, "user_info": ["a", "b"]}), "/user_info"),
        (json!({"code": code, "client": ["a", "b", "c", "d"]}), "/client"),
        (
            json!({"code": code, "user_info": {"iv": "x"}}),
            "/user_info/encrypted_data",
        ),
        (
            json!({"code": code, "user_info": {"encryptedData": "", "iv": "x"}}),
            "/user_info/encrypted_data",
        ),
        (
            json!({"code": code, "client": {"device_id": "a".repeat(129)}}),
            "/client/device_id",
        ),
        (json!({"code": code, "client": {"os": "a\nb"}}), "/client/os"),
        (json!({"code": code, "openid": "oVictim"}), "/openid"),
        (json!({"code": code, "unionId": "oVictim"}), "/unionId"),
        (json!({"code": code, "user_id": "1"}), "/user_id"),
        (json!({"code": code, "session_key": "x"}), "/session_key"),
        (json!([code]), ""),
        (json!("code"), ""),
    ] {
        let problem = app
            .log_in_with(body.clone())
            .await
            .problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        assert!(!problem.to_string().contains("oVictim"));
    }
    let several = json!({"code": "", "client": {"os": "a\nb", "device_id": "a\nb"}, "user_info": {"encrypted_data": "", "iv": ""}});
    let problem = app.log_in_with(several).await.problem(400, "invalid_request");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 5, "{problem}");
    // None of them spent the code.
    assert_eq!(
        app.log_in_with(json!({"code": code, "something": "new"}))
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_is_refused() {
    let app = TestApp::spawn().await;
    let post = |content_type: Option<&'static str>, body: String| {
        let request = http().post(app.url("/v1/login/mini-program")).body(body);
        Answer::of(match content_type {
            Some(content_type) => request.header("content-type", content_type),
            None => request,
        })
    };
    let json = Some("application/json");
    post(json, String::new()).await.problem(400, "invalid_request");
    post(json, "{\"code\":".into())
        .await
        .problem(400, "invalid_request");
    post(json, "code=abc".into())
        .await
        .problem(400, "invalid_request");
    post(json, format!("{{\"code\":\"{}\"}}", "a".repeat(64 * 1024)))
        .await
        .problem(413, "payload_too_large");
    post(None, "{}".into())
        .await
        .problem(415, "unsupported_media_type");
    post(Some("text/plain"), "{}".into())
        .await
        .problem(415, "unsupported_media_type");
    post(Some("application/x-www-form-urlencoded"), "code=a".into())
        .await
        .problem(415, "unsupported_media_type");
    let code = app.login_code("小明").await;
    let with_charset = Some("application/json; charset=utf-8");
    assert_eq!(
        post(with_charset, format!("{{\"code\":\"{code}\"}}"))
            .await
            .status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_body_without_a_length_is_cut_off() {
    let app = TestApp::spawn().await;
    let chunks = futures_util::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024])));
    let request = http()
        .post(app.url("/v1/login/mini-program"))
        .header("content-type", "application/json")
        .body(reqwest::Body::wrap_stream(chunks));
    Answer::of(request).await.problem(413, "payload_too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_developer_tools_mock_code_signs_the_demo_person_in_again_and_again() {
    let app = TestApp::spawn().await;
    let mock = json!({"code": "the code is a mock one"});
    let first = app.log_in_with(mock.clone()).await.json();
    let second = app.log_in_with(mock).await.json();
    assert_eq!(first["user"]["id"], second["user"]["id"]);
    assert_eq!(
        first["user"]["id"].as_str().unwrap(),
        app.log_in("张三").await.user_id()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_simulator_the_mock_code_is_refused() {
    // Another WeChat on this machine is no simulator either.
    let app = TestApp::spawn_with(&[
        ("simulator.enabled", "false"),
        ("wechat.api_url", "http://127.0.0.1:1"),
        ("wechat.apps.shop.channel", "mini_program"),
        ("wechat.apps.shop.app_id", "wx0123456789abcdef"),
        ("wechat.apps.shop.secret", "0123456789abcdef0123456789abcdef"),
    ])
    .await;
    let answer = app.log_in_with(json!({"code": "the code is a mock one"})).await;
    let problem = answer.problem(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/code");
}
