//! `/oauth2/introspect`

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use wechat_login::system::SystemEntropy;
use wechat_login_domain::{ExternalId, Scope, ScopeChange, SessionToken, UserReference};

use crate::{
    TestApp,
    answer::{Answer, http},
};

const FORM: &str = "application/x-www-form-urlencoded";
const CLIENTS: [(&str, &str); 5] = [
    ("clients.shop_api.secret", "shop-secret"),
    ("clients.shop_api.claims", "openid,unionid,phone"),
    ("clients.plain_api.secret", "plain-secret"),
    ("clients.web_api.secret", "web-secret"),
    ("clients.web_api.apps", "shop_web"),
];

async fn send(app: &TestApp, (client, secret): (&str, &str), content_type: &str, body: String) -> Answer {
    Answer::of(
        http()
            .post(app.url("/oauth2/introspect"))
            .basic_auth(client, Some(secret))
            .header("content-type", content_type)
            .body(body),
    )
    .await
}

async fn ask(app: &TestApp, client: (&str, &str), token: &str) -> Answer {
    send(
        app,
        client,
        FORM,
        format!("token={token}&token_type_hint=access_token"),
    )
    .await
}

const SHOP: (&str, &str) = ("shop_api", "shop-secret");
const PLAIN: (&str, &str) = ("plain_api", "plain-secret");
const WEB: (&str, &str) = ("web_api", "web-secret");

fn seconds(moment: &Value) -> i64 {
    let moment = OffsetDateTime::parse(moment.as_str().expect("a text"), &Rfc3339);
    moment.expect("a moment").unix_timestamp()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_learns_whose_token_it_is_and_what_its_claims_allow() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let member = app.log_in("小明").await;
    let operator = app.operator().await;
    let who = UserReference::parse(member.user_id());
    let external_id = ExternalId::parse("客户 7").expect("an id");
    operator
        .set_external_id
        .run(&who, Some(&external_id))
        .await
        .expect("it is done");
    let scopes = ["orders:read", "admin"].map(|word| Scope::parse(word).expect("a scope"));
    operator
        .change_scopes
        .run(&who, &ScopeChange::Set(scopes.to_vec()))
        .await
        .expect("it is done");

    let session = &member.login["session"];
    let mut expected = json!({
        "active": true, "sub": member.user_id(), "external_id": "客户 7", "former_ids": [], "sid": session["id"],
        "client_id": "shop_mini", "channel": "mini_program", "scope": "orders:read admin",
        "iat": seconds(&session["created_at"]), "exp": seconds(&session["expires_at"]),
    });
    let answer = ask(&app, PLAIN, &member.token).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.json(), expected);

    let known = app.simulate("/simulator/people", json!({"name": "小明"})).await;
    let account = Answer::of(
        http()
            .get(app.url(&format!("/v1/users/{}", member.user_id())))
            .basic_auth(SHOP.0, Some(SHOP.1)),
    )
    .await
    .json();
    let app_id = account["wechat"][0]["app_id"].as_str().expect("an AppID");
    expected["openid"] = known["openids"][app_id].clone();
    expected["unionid"] = known["unionids"]["default"].clone();
    expected["phone"] = Value::Null;
    assert_eq!(ask(&app, SHOP, &member.token).await.json(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_no_good_has_one_answer() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let (good, out, expired) = (
        app.log_in("小明").await,
        app.log_in("小明").await,
        app.log_in("小红").await,
    );
    assert_eq!(out.delete("/v1/session").await.status, 204);
    let nobodys = SessionToken::generate(&SystemEntropy);
    let mut answers = vec![ask(&app, WEB, &good.token).await];
    for token in [
        &*out.token,
        "garbage",
        "%ff",
        nobodys.expose(),
        &good.token.to_uppercase(),
    ] {
        answers.push(ask(&app, SHOP, token).await);
    }
    app.clock.advance(Duration::from_hours(24 * 8));
    answers.push(ask(&app, SHOP, &expired.token).await);
    for answer in answers {
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (200, r#"{"active":false}"#)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_known_backend_may_ask() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let member = app.log_in("小明").await;
    for client in [("shop_api", "wrong"), ("nobody", "shop-secret"), ("", "")] {
        // Whoever they are is settled before the body is looked at.
        for body in [format!("token={}", member.token), String::new()] {
            send(&app, client, FORM, body)
                .await
                .problem(401, "client_unauthorized");
        }
    }
    let body = format!(
        "token={}&client_id=shop_api&client_secret=shop-secret",
        member.token
    );
    let request = http()
        .post(app.url("/oauth2/introspect"))
        .header("content-type", FORM);
    let answer = Answer::of(request.bearer_auth(&member.token).body(body)).await;
    answer.problem(401, "client_unauthorized");
    assert!(
        answer
            .header("www-authenticate")
            .is_some_and(|challenge| challenge.starts_with("Basic "))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_comes_once_and_in_a_form() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let token = app.log_in("小明").await.token;
    for body in [
        String::new(),
        "token=".to_owned(),
        "token_type_hint=access_token".to_owned(),
        format!("token={token}&token={token}"),
        format!("Token={token}"),
    ] {
        let problem = send(&app, SHOP, FORM, body).await.problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], "/token");
    }
    for (content_type, body) in [
        ("application/json", json!({"token": token}).to_string()),
        ("text/plain", format!("token={token}")),
        ("", format!("token={token}")),
    ] {
        send(&app, SHOP, content_type, body)
            .await
            .problem(415, "unsupported_media_type");
    }
    let large = format!("token={token}&padding={}", "x".repeat(64 * 1024));
    send(&app, SHOP, FORM, large)
        .await
        .problem(413, "payload_too_large");
    let answer = send(
        &app,
        SHOP,
        "application/x-www-form-urlencoded; charset=UTF-8",
        format!("a=b&token={token}&other=%E4%BD%A0"),
    )
    .await;
    assert_eq!(answer.json()["active"], true);
    app.get("/oauth2/introspect")
        .await
        .problem(405, "method_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_by_being_asked_about() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let member = app.log_in("小明").await;
    let first = ask(&app, PLAIN, &member.token).await.json()["exp"].as_i64();
    for _ in 0..3 {
        app.clock.advance(Duration::from_hours(24 * 6));
        assert_eq!(ask(&app, PLAIN, &member.token).await.json()["active"], true);
    }
    let last = ask(&app, PLAIN, &member.token).await.json()["exp"].as_i64();
    assert!(first < last);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_user_answers_as_the_survivor_who_tells_who_they_were() {
    let app = TestApp::spawn_with(&CLIENTS).await;
    let (one, other) = (app.log_in("小明").await, app.log_in("小红").await);
    assert_eq!(
        ask(&app, PLAIN, &other.token).await.json()["former_ids"],
        json!([])
    );
    let merging = app.operator().await.merge_users;
    let merging = merging
        .run(
            &UserReference::parse(one.user_id()),
            &UserReference::parse(other.user_id()),
        )
        .await
        .expect("it is done");
    let (survivor, former) = (merging.survivor, merging.merged);
    let merged = Instant::now();
    for member in [&one, &other] {
        loop {
            let known = ask(&app, PLAIN, &member.token).await.json();
            assert_eq!(known["active"], true);
            if known["sub"] == survivor.id.to_string() && known["former_ids"] == json!([former.to_string()]) {
                break;
            }
            assert!(merged.elapsed() < Duration::from_secs(5), "{known}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_changes_here_is_told_here_at_once() {
    const PHONE: (&str, &str) = ("phone_api", "phone-secret");
    const NUMBER: &str = "+8613800138000";
    let more = [
        ("clients.phone_api.secret", PHONE.1),
        ("clients.phone_api.claims", "phone"),
        ("identity.on_conflict", "merge"),
    ];
    let app = TestApp::spawn_with(&[&CLIENTS[..], &more].concat()).await;
    // The one needs no ways in, the other does.
    let clients = [PHONE, SHOP];
    let member = app.log_in("小明").await;
    let number_is = async |number: Value| {
        for client in clients {
            assert_eq!(ask(&app, client, &member.token).await.json()["phone"], number);
        }
    };
    number_is(Value::Null).await;
    app.simulate("/simulator/people", json!({"name": "小明", "phone": NUMBER}))
        .await;
    let code = json!({"code": app.phone_code("小明").await});
    assert_eq!(member.post("/v1/me/phone", code).await.status, 200);
    number_is(json!(NUMBER)).await;
    let ways = member.ways_in().await;
    let phone = ways.iter().find(|way| way["kind"] == "phone");
    let id = phone.expect("it is bound")["id"].as_str().expect("an id");
    let unlinked = member.delete(&format!("/v1/me/login-methods/{id}")).await;
    assert_eq!(unlinked.status, 204, "{}", unlinked.text);
    number_is(Value::Null).await;

    // One person, first seen without their unionid, then with it and another openid.
    let mut before = Vec::new();
    for change in [
        json!({"kind": "missing_field", "field": "unionid"}),
        json!({"kind": "set_field", "field": "openid", "value": "oAnother"}),
    ] {
        let mut fault = json!({"endpoint": "/sns/jscode2session", "times": 1});
        let fields = fault.as_object_mut().expect("an object");
        fields.extend(change.as_object().expect("an object").clone());
        app.simulate("/simulator/faults", fault).await;
        before.push(app.log_in("小红").await);
    }
    for member in &before {
        for client in clients {
            let known = ask(&app, client, &member.token).await.json();
            assert_eq!(known["former_ids"], json!([]));
        }
    }
    let merged = app.log_in("小红").await;
    assert_eq!(merged.user_id(), before[0].user_id());
    for member in before.iter().chain([&merged]) {
        for client in clients {
            let known = ask(&app, client, &member.token).await.json();
            assert_eq!(known["sub"], merged.user_id(), "{known}");
            assert_eq!(known["former_ids"], json!([before[1].user_id()]), "{known}");
        }
    }
}
