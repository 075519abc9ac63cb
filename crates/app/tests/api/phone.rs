//! Phone numbers: `phone_code` of a login, and `POST /v1/me/phone`.

use serde_json::{Value, json};

use crate::{TestApp, answer::Answer, test_app::Member};

async fn log_in_with_phone(app: &TestApp, person: &str) -> Answer {
    let (code, phone_code) = (app.login_code(person).await, app.phone_code(person).await);
    app.log_in_with(json!({"code": code, "phone_code": phone_code}))
        .await
}

async fn has_phone(app: &TestApp, person: &str, phone: &str) {
    let known = json!({"name": person, "phone": phone});
    app.simulate("/simulator/people", known).await;
}

async fn bind(app: &TestApp, member: &Member, person: &str) -> Answer {
    let code = app.phone_code(person).await;
    member.post("/v1/me/phone", json!({"code": code})).await
}

/// Whether this person is a user, without making them one.
async fn is_a_user(app: &TestApp, person: &str) -> bool {
    let code = app.login_code(person).await;
    let answer = app.log_in_with(json!({"code": code, "create_user": false})).await;
    answer.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_signs_in_and_binds_the_phone() {
    let app = TestApp::spawn().await;
    has_phone(&app, "小明", "13800138000").await;
    let answer = log_in_with_phone(&app, "小明").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let login = answer.json();
    assert_eq!(login["is_new_user"], true);
    assert_eq!(login["user"]["phone"], "+86138****8000");
    assert!(!answer.text.contains("13800138000"));
    let again = app.log_in("小明").await;
    assert_eq!(again.login["user"], login["user"]);

    // Somebody known binds a number of another country the same way.
    let known = app.log_in("小红").await;
    has_phone(&app, "小红", "+85261234567").await;
    let login = log_in_with_phone(&app, "小红").await.json();
    assert_eq!(login["user"]["id"], known.user_id());
    assert_eq!(login["user"]["phone"], "+852****4567");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_with_the_phone_of_another_user_changes_nothing() {
    let app = TestApp::spawn().await;
    for person in ["小明", "小红"] {
        has_phone(&app, person, "13800138000").await;
    }
    let first = log_in_with_phone(&app, "小明").await.json();
    let refused = log_in_with_phone(&app, "小红").await;
    refused.problem(409, "login_method_taken");
    assert!(!is_a_user(&app, "小红").await);
    let other = app.log_in("小红").await;
    log_in_with_phone(&app, "小红")
        .await
        .problem(409, "login_method_taken");
    assert_eq!(other.ways_in().await.len(), 1);
    assert_eq!(app.log_in("小明").await.login["user"], first["user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_joins_the_user_of_their_phone_where_the_policy_says_so() {
    let app = TestApp::spawn_with(&[("identity.phone_joins", "link")]).await;
    for person in ["小明", "小红"] {
        has_phone(&app, person, "13800138000").await;
    }
    let first = log_in_with_phone(&app, "小明").await.json();
    let joined = log_in_with_phone(&app, "小红").await.json();
    assert_eq!(joined["user"], first["user"]);
    assert_eq!(joined["is_new_user"], false);
    let member = app.log_in("小红").await;
    let kinds: Vec<_> = member
        .ways_in()
        .await
        .iter()
        .map(|way| way["kind"].clone())
        .collect();
    assert_eq!(kinds, ["wechat", "phone", "wechat"]);
    // By the phone they come back, so it is something to be left with.
    for way in member.ways_in().await {
        if way["kind"] == "wechat" {
            let id = way["id"].as_str().unwrap();
            assert_eq!(
                app.log_in("小明")
                    .await
                    .delete(&format!("/v1/me/login-methods/{id}"))
                    .await
                    .status,
                204
            );
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_code_that_wechat_does_not_take_signs_nobody_in() {
    let app = TestApp::spawn().await;
    let others = app.phone_code("小红").await;
    let login_code = app.login_code("小明").await;
    for phone_code in ["unknown", &others, &login_code] {
        let code = app.login_code("小明").await;
        let body = json!({"code": code, "phone_code": phone_code});
        let refused = app.log_in_with(body).await.problem(400, "login_code_rejected");
        assert_eq!(refused["retry"], "new_code");
        assert!(!is_a_user(&app, "小明").await);
    }
    let body = json!({"code": app.login_code("小明").await, "phone_code": "a b"});
    let refused = app.log_in_with(body).await.problem(400, "invalid_request");
    assert_eq!(refused["errors"][0]["pointer"], "/phone_code");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_bound_by_its_code_or_by_what_old_libraries_give() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    has_phone(&app, "小明", "13800138000").await;
    let answer = bind(&app, &member, "小明").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["phone"], "+86138****8000");
    assert_eq!(answer.json(), member.get("/v1/me").await.json());

    has_phone(&app, "小明", "+85261234567").await;
    let data = app.encrypted("phone-data", "小明").await;
    // In WeChat's spelling.
    let data = json!({"encryptedData": data["encrypted_data"], "iv": data["iv"]});
    let answer = member.post("/v1/me/phone", data.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["phone"], "+852****4567");
    assert_eq!(member.ways_in().await.len(), 3);

    // Everything that the button gave: the code counts.
    has_phone(&app, "小明", "13800138000").await;
    let mut all = data;
    all["code"] = app.phone_code("小明").await.into();
    let answer = member.post("/v1/me/phone", all).await;
    assert_eq!(answer.json()["phone"], "+86138****8000", "the older number again");
    assert_eq!(member.ways_in().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_of_another_user_is_not_bound_and_nothing_changes() {
    let app = TestApp::spawn().await;
    for person in ["小明", "小红"] {
        has_phone(&app, person, "13800138000").await;
    }
    let (first, second) = (app.log_in("小明").await, app.log_in("小红").await);
    assert_eq!(bind(&app, &first, "小明").await.status, 200);
    let before = (first.ways_in().await, second.ways_in().await);
    bind(&app, &second, "小红")
        .await
        .problem(409, "login_method_taken");
    let data = app.encrypted("phone-data", "小红").await;
    second
        .post("/v1/me/phone", data)
        .await
        .problem(409, "login_method_taken");
    assert_eq!((first.ways_in().await, second.ways_in().await), before);
    assert_eq!(second.get("/v1/me").await.json()["phone"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_is_not_the_persons_own_has_one_answer() {
    let app = TestApp::spawn().await;
    let (member, _) = (app.log_in("小明").await, app.log_in("小红").await);
    let others = app.encrypted("phone-data", "小红").await;
    let own = app.encrypted("phone-data", "小明").await;
    let mixed = json!({"encrypted_data": own["encrypted_data"], "iv": "AAAAAAAAAAAAAAAAAAAAAA=="});
    let no_phone = app.encrypted("user-info", "小明").await;
    let no_base64 = json!({"encrypted_data": "微信", "iv": "?"});
    let mut answers = Vec::new();
    for data in [others, mixed, no_phone, no_base64] {
        let answer = member.post("/v1/me/phone", data).await;
        let mut problem = answer.problem(422, "session_key_stale");
        problem.as_object_mut().unwrap().remove("request_id");
        answers.push(problem);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    app.clock.advance(std::time::Duration::from_secs(301));
    member
        .post("/v1/me/phone", own)
        .await
        .problem(422, "session_key_stale");
    assert_eq!(member.ways_in().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_code_works_once_and_for_its_person_alone() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    bind(&app, &member, "小红")
        .await
        .problem(400, "login_code_rejected");
    let body = json!({"code": app.phone_code("小明").await});
    assert_eq!(member.post("/v1/me/phone", body.clone()).await.status, 200);
    member
        .post("/v1/me/phone", body)
        .await
        .problem(400, "login_code_rejected");
    for (body, pointer) in [
        (json!({}), "/code"),
        (json!({"code": ""}), "/code"),
        (json!({"encrypted_data": "a"}), "/iv"),
        (json!({"iv": "a"}), "/encrypted_data"),
        (json!({"encrypted_data": "", "iv": "a"}), "/encrypted_data"),
        (json!({"code": "a", "user_id": "x"}), "/user_id"),
    ] {
        let problem = member
            .post("/v1/me/phone", body)
            .await
            .problem(400, "invalid_request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}
