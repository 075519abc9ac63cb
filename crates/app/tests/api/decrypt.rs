//! `POST /v1/decrypt`

use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::Browser,
};

const CLIENTS: [(&str, &str); 5] = [
    ("clients.shop_api.secret", "shop-secret-shop"),
    ("clients.shop_api.claims", "openid,unionid,phone"),
    ("clients.other_api.secret", "other-secret-other"),
    ("clients.web_api.secret", "web-secret-web-web"),
    ("clients.web_api.apps", "shop_web"),
];

async fn decrypt(app: &TestApp, (client, secret): (&str, &str), body: Value) -> Answer {
    let request = http().post(app.url("/v1/decrypt"));
    Answer::of(request.basic_auth(client, Some(secret)).json(&body)).await
}

const SHOP: (&str, &str) = ("shop_api", "shop-secret-shop");
const OTHER: (&str, &str) = ("other_api", "other-secret-other");
const WEB: (&str, &str) = ("web_api", "web-secret-web-web");

fn with_token(token: &str, data: &Value) -> Value {
    json!({"token": token, "encryptedData": data["encrypted_data"], "iv": data["iv"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_gets_the_plain_json_as_far_as_its_claims_go() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let member = app.log_in("小明").await;
    let known = app.simulate("/simulator/people", json!({"name": "小明"})).await;
    let info = with_token(&member.token, &app.encrypted("user-info", "小明").await);
    let answer = decrypt(&app, SHOP, info.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let plain = answer.json();
    assert_eq!(plain["openId"], known["openids"]["wxdec0000000000001"]);
    assert_eq!(plain["unionId"], known["unionids"]["default"]);
    assert_eq!(plain["watermark"]["appid"], "wxdec0000000000001");

    let plain = decrypt(&app, OTHER, info).await.json();
    assert!(plain["nickName"].is_string());
    for withheld in ["openId", "unionId"] {
        assert!(plain.get(withheld).is_none(), "{plain}");
    }

    let phone = with_token(&member.token, &app.encrypted("phone-data", "小明").await);
    let plain = decrypt(&app, SHOP, phone.clone()).await.json();
    assert!(plain["purePhoneNumber"].is_string(), "{plain}");
    let plain = decrypt(&app, OTHER, phone).await.json();
    assert_eq!(plain["countryCode"], "86");
    for withheld in ["phoneNumber", "purePhoneNumber"] {
        assert!(plain.get(withheld).is_none(), "{plain}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_known_backend_of_the_sessions_app_may_ask() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let member = app.log_in("小明").await;
    let data = app.encrypted("user-info", "小明").await;
    let body = with_token(&member.token, &data);
    let unknown = decrypt(&app, ("shop_api", "wrong"), body.clone()).await;
    unknown.problem(401, "client_unauthorized");
    // It is not told anything about the body either.
    let unknown = decrypt(&app, ("nobody", "wrong"), json!({})).await;
    unknown.problem(401, "client_unauthorized");
    decrypt(&app, WEB, body).await.problem(401, "unauthenticated");

    for token in ["", "wl_", "garbage", &member.token[..51]] {
        let answer = decrypt(&app, SHOP, with_token(token, &data)).await;
        answer.problem(401, "unauthenticated");
    }
    let other = app.log_in("小明").await;
    other.delete("/v1/session").await;
    let answer = decrypt(&app, SHOP, with_token(&other.token, &data)).await;
    assert_eq!(answer.problem(401, "session_revoked")["reason"], "logged_out");
    app.clock.advance(std::time::Duration::from_hours(7 * 24));
    let answer = decrypt(&app, SHOP, with_token(&member.token, &data)).await;
    answer.problem(401, "session_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_does_not_decrypt_has_one_answer() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let (member, other) = (app.log_in("小明").await, app.log_in("小红").await);
    let data = app.encrypted("user-info", "小明").await;
    let mut bodies = vec![with_token(&other.token, &data)];
    let text = data["encrypted_data"].as_str().unwrap();
    for at in (0..text.len() - 2).step_by(7) {
        let mut mutated = text.as_bytes().to_vec();
        mutated[at] = if mutated[at] == b'A' { b'B' } else { b'A' };
        let mutated = json!({"encrypted_data": String::from_utf8(mutated).unwrap(), "iv": data["iv"]});
        bodies.push(with_token(&member.token, &mutated));
    }
    bodies.push(json!({"token": member.token, "encrypted_data": text, "iv": "AAAA"}));
    let mut answers = Vec::new();
    for body in bodies {
        let mut problem = decrypt(&app, SHOP, body).await.problem(422, "session_key_stale");
        problem.as_object_mut().unwrap().remove("request_id");
        answers.push(problem);
    }
    assert!(answers.len() > 40);
    assert!(answers.iter().all(|answer| *answer == answers[0]));

    for (body, pointer) in [
        (json!({"encrypted_data": "a", "iv": "a"}), "/token"),
        (json!({"token": member.token, "iv": "a"}), "/encrypted_data"),
        (
            json!({"token": member.token, "encrypted_data": "a", "iv": ""}),
            "/iv",
        ),
        (
            json!({"token": member.token, "encrypted_data": "a", "iv": "a", "session_key": "k"}),
            "/session_key",
        ),
    ] {
        let problem = decrypt(&app, SHOP, body).await.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_no_session_key_is_no_stale_one() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    let token = browser.token().unwrap().to_owned();
    let data = app.encrypted("user-info", "小明").await;
    let answer = decrypt(&app, SHOP, with_token(&token, &data)).await;
    let problem = answer.problem(400, "invalid_request");
    assert_eq!(problem["errors"][0]["pointer"], "/token", "{problem}");
}

/// The code was exchanged, so WeChat encrypts with a new key from then on, whatever became of the login.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_failed_after_the_exchange_leaves_the_session_its_key() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let member = app.log_in("小明").await;
    let code = app.login_code("小明").await;
    let body = json!({"code": code, "phone_code": "no-such-code"});
    let failed = Answer::of(http().post(app.url("/v1/login/mini-program")).json(&body)).await;
    assert_ne!(failed.status, 200, "{}", failed.text);
    let data = app.encrypted("user-info", "小明").await;
    let answer = decrypt(&app, SHOP, with_token(&member.token, &data)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let checked = member.get("/v1/session?check=wechat").await;
    assert_eq!(checked.json()["wechat_session"], "valid", "{}", checked.text);
}
