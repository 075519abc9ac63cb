//! `/v1/users/{id}`

use serde_json::{Value, json};

use crate::{
    TestApp,
    answer::{Answer, http},
};

const ALL: [(&str, &str); 2] = [
    ("clients.shop_api.secret", "shop-secret"),
    ("clients.shop_api.claims", "openid,unionid,phone"),
];

async fn ask(app: &TestApp, client: &str, secret: &str, id: &str) -> Answer {
    Answer::of(
        http()
            .get(app.url(&format!("/v1/users/{id}")))
            .basic_auth(client, Some(secret)),
    )
    .await
}

/// What the simulator says of a person.
async fn person(app: &TestApp, name: &str) -> Value {
    app.simulate("/simulator/people", json!({"name": name})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_sees_what_its_claims_allow() {
    let few = [
        ("clients.other_api.secret", "other-secret"),
        ("clients.other_api.claims", ""),
    ];
    let app = TestApp::spawn_with(&[ALL.as_slice(), &few].concat()).await;
    let member = app.log_in("小明").await;
    let known = person(&app, "小明").await;

    let answer = ask(&app, "shop_api", "shop-secret", member.user_id()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut account = answer.json();
    let wechat = account.as_object_mut().unwrap().remove("wechat").unwrap();
    assert_eq!(account, member.login["user"]);
    let app_id = wechat[0]["app_id"].as_str().unwrap();
    let expected = json!([{
        "app_id": app_id, "openid": known["openids"][app_id], "unionid": known["unionids"]["default"],
    }]);
    assert_eq!(wechat, expected);

    let account = ask(&app, "other_api", "other-secret", member.user_id())
        .await
        .json();
    assert_eq!(account["wechat"], json!([{"app_id": app_id}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_known_backend_may_ask() {
    let app = TestApp::spawn_with(&ALL).await;
    let member = app.log_in("小明").await;
    for (client, secret) in [
        ("shop_api", "wrong"),
        ("shop_api", ""),
        ("nobody", "shop-secret"),
        ("", ""),
    ] {
        let answer = ask(&app, client, secret, member.user_id()).await;
        answer.problem(401, "client_unauthorized");
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic realm=")
        );
    }
    let path = format!("/v1/users/{}", member.user_id());
    app.get(&path).await.problem(401, "client_unauthorized");
    member.get(&path).await.problem(401, "client_unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_found_who_is_not_there() {
    let app = TestApp::spawn_with(&ALL).await;
    for id in [
        "0198c0de-0000-7000-8000-000000000000",
        "external:42",
        "x",
        "external:",
        "%00",
    ] {
        ask(&app, "shop_api", "shop-secret", id)
            .await
            .problem(404, "user_not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_of_other_apps_sees_nobody_of_this_one() {
    let settings = [
        ("clients.web_api.secret", "web-secret"),
        ("clients.web_api.apps", "shop_web"),
    ];
    let app = TestApp::spawn_with(&settings).await;
    let member = app.log_in("小明").await;
    ask(&app, "web_api", "web-secret", member.user_id())
        .await
        .problem(404, "user_not_found");
}
