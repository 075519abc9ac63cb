//! Pages inside WeChat, and the one address that picks the door.

use serde_json::json;

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::{Browser, location, parameter, set_cookies},
};

const INSIDE_WECHAT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.55 NetType/WIFI Language/zh_CN";
const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36";

/// Agrees on WeChat's page as this person, and gives the address that WeChat calls back.
async fn agree(authorize_url: &str, person: &str, snapshot: bool) -> String {
    let url = authorize_url.split('#').next().unwrap();
    let snapshot = if snapshot { "&snapshot=1" } else { "" };
    let request = http()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("action=allow&name={person}{snapshot}"));
    let answer = Answer::of(request).await;
    assert_eq!(answer.status, 302, "{}", answer.text);
    location(&answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_agrees_inside_wechat_and_is_signed_in() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小明").await;
    let mut browser = Browser::new(&app);
    let authorize_url = browser
        .begin("/v1/login/official-account?return_to=/orders")
        .await;
    let base = app.simulator_url("/connect/oauth2/authorize?appid=wxdec0000000000004&redirect_uri=");
    assert!(authorize_url.starts_with(&base), "{authorize_url}");
    assert!(authorize_url.ends_with("#wechat_redirect"));
    assert_eq!(
        parameter(&authorize_url, "scope").as_deref(),
        Some("snsapi_userinfo")
    );
    assert_eq!(
        parameter(&authorize_url, "redirect_uri").as_deref(),
        Some("http://127.0.0.1:8080/v1/login/official-account/callback")
    );
    let callback = agree(&authorize_url, "小明", false).await;
    let answer = browser.go(&callback).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(location(&answer), "http://127.0.0.1:8080/orders");
    let session = browser.go("/v1/session").await.json();
    assert_eq!(session["session"]["channel"], "official_account");
    assert_eq!(session["user"]["id"], member.login["user"]["id"]);
    assert_eq!(session["user"]["nickname"], "小明");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_where_the_openid_is_enough() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    let authorize_url = browser.begin("/v1/login/official-account?silent=1").await;
    assert_eq!(parameter(&authorize_url, "scope").as_deref(), Some("snsapi_base"));
    let silent = async |authorize_url: &str| {
        let url = authorize_url.split('#').next().unwrap();
        let answer = Answer::of(http().get(format!("{url}&simulator_person=小明"))).await;
        location(&answer)
    };
    let answer = browser.go(&silent(&authorize_url).await).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let user = browser.user().await;
    assert_eq!(user["nickname"], json!(null), "WeChat tells nothing else");
    // The same person by the same openid, and once WeChat tells the unionid, by that too.
    let mut again = Browser::new(&app);
    let authorize_url = again.begin("/v1/login/official-account").await;
    again.go(&agree(&authorize_url, "小明", false).await).await;
    assert_eq!(again.user().await["id"], user["id"]);
    assert_eq!(app.log_in("小明").await.login["user"]["id"], user["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_page_makes_no_user_and_says_how_to_go_on() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    let authorize_url = browser.begin("/v1/login/official-account").await;
    let callback = agree(&authorize_url, "小明", true).await;
    let page = browser.go(&callback).await;
    assert_eq!(page.status, 403);
    assert!(page.text.contains("使用完整服务"), "{}", page.text);
    assert_eq!(browser.token(), None);

    let mut script = Browser::new(&app).script();
    let authorize_url = script.begin("/v1/login/official-account").await;
    let callback = agree(&authorize_url, "小明", true).await;
    let problem = script.go(&callback).await.problem(403, "login_blocked");
    assert_eq!(problem["reason"], "snapshot_user");
    assert_eq!(
        app.log_in("小明").await.login["is_new_user"],
        true,
        "nobody was made"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_accounts_login_does_not_come_back_to_the_websites_address() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app).script();
    let authorize_url = browser.begin("/v1/login/official-account").await;
    let callback = agree(&authorize_url, "小明", false).await;
    let crossed = callback.replace("/official-account/", "/web/");
    browser.go(&crossed).await.problem(400, "state_mismatch");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_leads_everybody_to_the_door_that_fits() {
    let app = TestApp::spawn().await;
    let mut computer = Browser::new(&app);
    let to = computer.begin("/v1/login?return_to=/orders").await;
    assert!(to.contains("/connect/qrconnect?"), "{to}");
    let callback = computer.scan(&to, "小明").await;
    assert_eq!(
        location(&computer.go(&callback).await),
        "http://127.0.0.1:8080/orders"
    );

    let mut inside = Browser::new(&app);
    inside.user_agent = INSIDE_WECHAT;
    let to = inside.begin("/v1/login?return_to=/orders").await;
    assert!(to.contains("/connect/oauth2/authorize?"), "{to}");

    let mut phone = Browser::new(&app);
    phone.user_agent = PHONE;
    let told = phone.go("/v1/login?return_to=/orders").await;
    assert_eq!(told.status, 303, "{}", told.text);
    let page = location(&told);
    assert!(page.starts_with("/login?") && page.contains("orders"), "{page}");
    let page = phone.go(&page).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("微信"), "{}", page.text);
    assert_eq!(set_cookies(&page), Vec::<String>::new(), "nothing has begun");
    phone
        .script()
        .go("/v1/login")
        .await
        .problem(400, "login_not_here");
    computer
        .script()
        .go("/v1/login?return_to=//evil.example")
        .await
        .problem(400, "return_to_not_allowed");
}
