//! A signed-in person links a WeChat account by QR code.

use reqwest::Method;
use serde_json::json;

use crate::{
    browser::{Browser, set_cookies},
    front_end::{SPA, app, app_with_front_end, begin, called_back},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_in_user_links_a_wechat_account_by_qr_code() {
    let app = app().await;
    let mut browser = Browser::new(&app).script();
    browser.sign_in("小明").await;
    let user = browser.user().await["id"].clone();
    let token = browser.token().unwrap().to_owned();
    let begun = begin(&mut browser, json!({"purpose": "link", "return_to": "/account"})).await;
    let callback = browser
        .scan(begun["authorize_url"].as_str().unwrap(), "小红")
        .await;
    for _ in 0..2 {
        let answer = browser.go(&callback).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(
            set_cookies(&answer),
            Vec::<String>::new(),
            "nobody is signed in by it"
        );
    }
    assert_eq!(browser.token(), Some(&*token));
    // From now on both are the same user.
    let mut other = Browser::new(&app);
    other.sign_in("小红").await;
    assert_eq!(other.user().await["id"], user);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_end_that_is_called_back_links_it_itself() {
    let app = app_with_front_end().await;
    let mut browser = Browser::new(&app).script();
    browser.sign_in("小明").await;
    let user = browser.user().await["id"].clone();
    let token = browser.token().expect("a session").to_owned();
    let begun = begin(&mut browser, json!({"purpose": "link", "redirect_uri": SPA})).await;
    let back = called_back(&browser, &begun, "小红").await;
    let answer = browser.post("/v1/login/web", &back).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["user"]["id"], user);
    assert_eq!(answer.json().get("token"), None, "nobody is signed in by it");
    assert_eq!(browser.token(), Some(&*token));
    let mut other = Browser::new(&app);
    other.sign_in("小红").await;
    assert_eq!(other.user().await["id"], user);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_user_began_to_link_is_never_linked_to_another() {
    let app = app().await;
    let mut browser = Browser::new(&app).script();
    browser.sign_in("小明").await;
    let begun = begin(&mut browser, json!({"purpose": "link"})).await;
    let callback = browser
        .scan(begun["authorize_url"].as_str().unwrap(), "小刚")
        .await;
    // Somebody else signs in on the same computer.
    browser.sign_in("小红").await;
    browser.go(&callback).await.problem(400, "state_mismatch");

    let begun = begin(&mut browser, json!({"purpose": "link"})).await;
    let callback = browser
        .scan(begun["authorize_url"].as_str().unwrap(), "小刚")
        .await;
    let answer = browser
        .send(
            browser
                .request(Method::DELETE, "/v1/session")
                .header("sec-fetch-site", "same-origin"),
        )
        .await;
    assert_eq!(answer.status, 204);
    browser.go(&callback).await.problem(401, "unauthenticated");

    // Nobody's: who scans now is new.
    let code = app.login_code("小刚").await;
    let login = app.log_in_with(json!({"code": code})).await.json();
    assert_eq!(login["is_new_user"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wechat_account_of_another_user_is_not_linked() {
    let app = app().await;
    app.log_in("小红").await;
    let mut browser = Browser::new(&app).script();
    browser.sign_in("小明").await;
    let begun = begin(&mut browser, json!({"purpose": "link"})).await;
    let callback = browser
        .scan(begun["authorize_url"].as_str().unwrap(), "小红")
        .await;
    browser.go(&callback).await.problem(409, "login_method_taken");
}
