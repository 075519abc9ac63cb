//! `/v1/me`

use serde_json::{Value, json};

use crate::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_user_changes_what_they_are_called_and_look_like() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    assert_eq!(member.get("/v1/me").await.json(), member.login["user"]);

    let change = json!({"nickname": " 飞翔的企鹅🐧 ", "avatar_url": "https://example.com/a.png"});
    let answer = member.patch("/v1/me", change).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let user = answer.json();
    assert_eq!(user["nickname"], "飞翔的企鹅🐧");
    assert_eq!(user["avatar_url"], "https://example.com/a.png");
    assert_eq!(member.get("/v1/me").await.json(), user);
    assert_eq!(member.get("/v1/session").await.json()["user"], user);

    let user = member.patch("/v1/me", json!({"avatar_url": null})).await.json();
    assert_eq!(
        (&user["nickname"], &user["avatar_url"]),
        (&json!("飞翔的企鹅🐧"), &Value::Null)
    );
    assert_eq!(member.patch("/v1/me", json!({})).await.json(), user);
    assert_eq!(app.log_in("小明").await.login["user"], user);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mini_program_whose_requests_know_no_patch_posts_the_change() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let answer = member.post("/v1/me", json!({"nickname": "飞翔的企鹅"})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(member.get("/v1/me").await.json()["nickname"], "飞翔的企鹅");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_read_or_show_is_refused_whole() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    for (change, pointers) in [
        (json!({"nickname": ""}), vec!["/nickname"]),
        (json!({"nickname": "a\u{0}b"}), vec!["/nickname"]),
        (json!({"nickname": "字".repeat(65)}), vec!["/nickname"]),
        (json!({"nickname": 1}), vec!["/nickname"]),
        (
            json!({"nickname": "good", "avatar_url": "javascript:alert(1)"}),
            vec!["/avatar_url"],
        ),
        (
            json!({"nickname": "", "avatar_url": ""}),
            vec!["/nickname", "/avatar_url"],
        ),
    ] {
        let problem = member
            .patch("/v1/me", change.clone())
            .await
            .problem(400, "invalid_request");
        let found: Vec<_> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| &error["pointer"])
            .collect();
        assert_eq!(found, pointers, "{change}");
    }
    assert_eq!(member.get("/v1/me").await.json(), member.login["user"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_told_that_and_nothing_about_the_body() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    member.delete("/v1/session").await;
    for _ in 0..3 {
        member
            .patch("/v1/me", json!("no change"))
            .await
            .problem(401, "session_revoked");
    }
}
