//! `user_info` of a mini-program's login: WeChat's encrypted profile.

use serde_json::{Value, json};

use crate::TestApp;

async fn encrypted(app: &TestApp, person: &str) -> Value {
    app.simulate(
        "/simulator/user-info",
        json!({"app_id": "shop_mini", "person": person}),
    )
    .await
}

async fn named(app: &TestApp, person: &str, nickname: &str) {
    app.simulate("/simulator/people", json!({"name": person, "nickname": nickname}))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_answered_once_and_kept() {
    let app = TestApp::spawn().await;
    named(&app, "小明", "飞翔的企鹅🐧").await;
    let code = app.login_code("小明").await;
    let data = encrypted(&app, "小明").await;
    let answer = app
        .log_in_with(
            json!({"code": code, "user_info": {"encryptedData": data["encrypted_data"], "iv": data["iv"]}}),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let login = answer.json();
    assert_eq!(login["user_info"]["nickName"], "飞翔的企鹅🐧");
    assert_eq!(login["user"]["nickname"], "飞翔的企鹅🐧");
    for hidden in ["openId", "unionId"] {
        assert!(login["user_info"].get(hidden).is_none(), "{login}");
    }
    let again = app.log_in("小明").await;
    assert_eq!(again.login["user"]["nickname"], "飞翔的企鹅🐧");
    assert!(again.login.get("user_info").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_profile_overwrites_nothing_and_neither_does_wechat_what_a_user_chose() {
    let app = TestApp::spawn().await;
    let log_in_with_profile = async |person: &str| {
        let code = app.login_code(person).await;
        let data = encrypted(&app, person).await;
        let info = json!({"encrypted_data": data["encrypted_data"], "iv": data["iv"]});
        let answer = app.log_in_with(json!({"code": code, "user_info": info})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };
    // 小红 has no nickname at the simulator, and WeChat calls her 微信用户.
    let anonymous = log_in_with_profile("小红").await;
    assert_eq!(anonymous["user_info"]["nickName"], "微信用户");
    assert_eq!(anonymous["user"]["nickname"], Value::Null);

    named(&app, "小明", "小明在微信").await;
    assert_eq!(
        log_in_with_profile("小明").await["user"]["nickname"],
        "小明在微信"
    );
    named(&app, "小明", "改名了").await;
    assert_eq!(log_in_with_profile("小明").await["user"]["nickname"], "改名了");
    let member = app.log_in("小明").await;
    member.patch("/v1/me", json!({"nickname": "我自己起的"})).await;
    assert_eq!(
        log_in_with_profile("小明").await["user"]["nickname"],
        "我自己起的"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn data_that_does_not_verify_gets_one_answer_and_stores_nothing() {
    let app = TestApp::spawn().await;
    let good = {
        app.login_code("小明").await;
        encrypted(&app, "小明").await
    };
    let (data, iv) = (
        good["encrypted_data"].as_str().unwrap(),
        good["iv"].as_str().unwrap(),
    );
    let of_another = {
        app.login_code("小红").await;
        encrypted(&app, "小红").await
    };
    let mut answers = Vec::new();
    for (data, iv) in [
        (format!("A{}", &data[1..]), iv.to_owned()),
        (data.to_owned(), format!("A{}", &iv[1..])),
        (data[..data.len() - 24].to_owned(), iv.to_owned()),
        ("not base64!".to_owned(), iv.to_owned()),
        (data.to_owned(), "AAAA".to_owned()),
        (
            of_another["encrypted_data"].as_str().unwrap().into(),
            of_another["iv"].as_str().unwrap().into(),
        ),
    ] {
        let code = app.login_code("小明").await;
        let answer = app
            .log_in_with(json!({"code": code, "user_info": {"encrypted_data": data, "iv": iv}}))
            .await;
        let mut problem = answer.problem(422, "session_key_stale");
        assert_eq!(problem["retry"], "new_code");
        problem.as_object_mut().unwrap().remove("request_id");
        answers.push(problem);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(app.log_in("小明").await.login["is_new_user"], true);
}
