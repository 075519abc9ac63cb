//! What is left of a website's QR login once it is over.

use serde_json::json;

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::{Browser, callback_of, parameter, set_cookies},
};

const CALLBACK: &str = "/v1/login/web/callback";

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_whatever_the_state() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app).script();
    let (one, two) = (
        browser.begin("/v1/login/web").await,
        browser.begin("/v1/login/web").await,
    );
    let callback = browser.scan(&one, "小明").await;
    let code = parameter(&callback, "code").unwrap();
    assert_eq!(browser.go(&callback).await.status, 303);
    let again = browser.go(&callback_of(&two, &code)).await;
    again.problem(400, "login_code_rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_wechat_blocked_is_blocked_for_its_twin_and_expired_for_its_page() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app).script();
    let begun = browser.begin("/v1/login/web").await;
    let callback = browser.scan(&begun, "小明").await;
    let fault = json!({"endpoint": "/sns/oauth2/access_token", "kind": "blocked", "times": 1});
    app.simulate("/simulator/faults", fault).await;
    for _ in 0..2 {
        browser.go(&callback).await.problem(403, "login_blocked");
    }
    let state = parameter(&begun, "state").unwrap();
    let watched = browser.go(&format!("/v1/login/web/{state}")).await;
    assert_eq!(watched.json()["status"], "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_login_leads_back_to_where_they_were_going() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    let wanted = "/v1/login/web?return_to=/orders%3Fpage%3D2%26x%3D%22&app=shop_web";
    let again = "href=\"/login?return_to=http%3A%2F%2F127.0.0.1%3A8080%2Forders%3Fpage%3D2%26x%3D%2522&#38;app=shop_web\"";
    let begun = browser.begin(&wanted.replace("%22", "%2522")).await;
    let state = parameter(&begun, "state").unwrap();
    let refused = browser.go(&format!("{CALLBACK}?state={state}")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains(again), "{}", refused.text);
    for _ in 0..2 {
        let failed = browser.go(&callback_of(&begun, "nobodys-code")).await;
        assert_eq!(failed.status, 400);
        assert!(failed.text.contains(again), "{}", failed.text);
    }
    // Nobody else is told where they were going.
    let stranger = Browser::new(&app).go(&format!("{CALLBACK}?state={state}")).await;
    assert!(stranger.text.contains("href=\"/login\""), "{}", stranger.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_could_not_link_may_try_again() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    let wish = json!({"purpose": "link", "return_to": "/account"});
    let begun = browser.post("/v1/login/web/begin", &wish).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let authorize_url = begun.json()["authorize_url"].as_str().unwrap().to_owned();
    let state = parameter(&authorize_url, "state").unwrap();
    for address in [
        format!("{CALLBACK}?state={state}"),
        callback_of(&authorize_url, "nobodys-code"),
    ] {
        let failed = browser.go(&address).await;
        assert_eq!(failed.status, 400);
        let way_out = "href=\"/account/link\">重新绑定<";
        assert!(failed.text.contains(way_out), "{}", failed.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_out_is_not_given_the_same_session_again() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    let begun = browser.begin("/v1/login/web?return_to=/orders").await;
    let callback = browser.scan(&begun, "小明").await;
    assert_eq!(browser.go(&callback).await.status, 303);
    let log_out = browser
        .request(reqwest::Method::DELETE, "/v1/session")
        .header("sec-fetch-site", "same-origin");
    assert_eq!(browser.send(log_out).await.status, 204);
    assert_eq!(browser.token(), None);
    let reloaded = browser.go(&callback).await;
    assert_eq!(reloaded.status, 401);
    assert_eq!(set_cookies(&reloaded), Vec::<String>::new());
    assert!(
        reloaded.text.contains("href=\"/login?return_to="),
        "{}",
        reloaded.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_that_the_browser_had_is_over_once_somebody_signs_in_anew() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    let former = browser.token().expect("a session").to_owned();
    browser.sign_in("小红").await;
    assert_ne!(browser.token(), Some(&*former));
    assert_eq!(browser.user().await["nickname"], "小红");
    let planted = http().get(app.url("/v1/session")).bearer_auth(&former);
    let planted = Answer::of(planted).await;
    planted.problem(401, "session_revoked");
    assert_eq!(planted.json()["reason"], "logged_out");
}
