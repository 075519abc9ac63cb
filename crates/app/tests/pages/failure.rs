//! What people see when something goes wrong.

use serde_json::json;

use crate::{
    Browser, TestApp, Window,
    answer::{Answer, http},
    at,
    phone::{qr_code, scan},
    spawn_with,
    window::WECHAT,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_a_page_for_people_and_a_problem_for_programs() {
    let app = TestApp::spawn().await;
    let answer = Answer::of(http().get(app.url("/nothing")).header("accept", "text/html")).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, Some("text/html; charset=utf-8"))
    );
    let policy = answer.header("content-security-policy").expect("a policy");
    let begins = "default-src 'none'; script-src 'self'; style-src 'self';";
    assert!(policy.starts_with(begins), "{policy}");
    app.get("/nothing").await.problem(404, "not_found");
    let api = http().get(app.url("/v1/me")).header("accept", "text/html");
    Answer::of(api).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_tells_cause_and_cure_in_the_language_of_the_reader() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::NARROW).await;
    browser.go(&at(&app, "/nothing?a=1")).await;
    browser.read("h1", "找不到页面").await;
    browser.is_well_made("zh-CN").await;
    browser.click("a.language").await;
    browser.read("h1", "Page not found").await;
    browser.is_well_made("en").await;
    assert_eq!(browser.path().await, "/nothing?a=1&lang=en");
    // The choice is remembered.
    browser.go(&at(&app, "/nowhere")).await;
    browser.read("h1", "Page not found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_another_browser_began_opens_nothing() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::NARROW).await;
    browser.go(&at(&app, "/login")).await;
    let uuid = qr_code(&browser).await;
    let page = browser.second_window().await;
    browser.client.delete_all_cookies().await.expect("no cookies");
    browser.back_to(page).await;
    browser.client.delete_all_cookies().await.expect("no cookies");
    scan(&app, &uuid, "李四").await;
    browser.see("#failure[data-code=state_mismatch]").await;
    browser.read("h1", "登录已失效").await;
    browser.is_well_made("zh-CN").await;
    // The address holds the code, and no link may.
    assert!(!browser.has("a.language").await);
    browser.click("#failure .button").await;
    browser.arrive("/login").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wechat_does_wrong_is_told_as_it_is() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::NARROW).await;
    let exchange = "/sns/oauth2/access_token";
    for (fault, code, title) in [
        (
            json!({"endpoint": exchange, "kind": "blocked", "times": 1}),
            "login_blocked",
            "微信拦截了这次登录",
        ),
        (
            json!({"endpoint": exchange, "kind": "html_502", "times": 1}),
            "wechat_unavailable",
            "微信暂无响应",
        ),
        (
            json!({"endpoint": exchange, "kind": "errcode", "errcode": 40125, "times": 1}),
            "wechat_misconfigured",
            "暂时无法登录",
        ),
    ] {
        browser.go(&at(&app, "/login")).await;
        let uuid = qr_code(&browser).await;
        app.simulate("/simulator/faults", fault).await;
        scan(&app, &uuid, "李四").await;
        browser.see(&format!("#failure[data-code={code}]")).await;
        browser.read("h1", title).await;
        browser.is_well_made("zh-CN").await;
        browser.picture(&format!("failure-{code}-zh-360")).await;
        browser.become_(&Window::WIDE).await;
        browser.picture(&format!("failure-{code}-zh-1280")).await;
        browser.become_(&Window::NARROW).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_page_is_told_how_to_become_a_whole_one() {
    let app = spawn_with(&[]).await;
    let wechat = Window {
        user_agent: WECHAT,
        ..Window::NARROW
    };
    let browser = Browser::open(&wechat).await;
    browser.go(&at(&app, "/login")).await;
    browser.click("[data-person='李四']").await;
    browser
        .run("document.getElementById('snapshot').closest('details')?.setAttribute('open', '')")
        .await;
    browser.click("#snapshot").await;
    browser.click("#allow").await;
    browser.see("#failure[data-code=login_blocked]").await;
    browser.read("h1", "请先进入完整页面").await;
    browser.is_well_made("zh-CN").await;
    browser.picture("failure-snapshot-zh-360").await;
}
