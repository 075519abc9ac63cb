//! What people see when something goes wrong.

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::Browser,
    driver::Window,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_nobody_serves_is_a_page_for_people_and_a_problem_for_programs() {
    let app = TestApp::spawn().await;
    let answer = Answer::of(http().get(app.url("/nothing")).header("accept", "text/html")).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, Some("text/html; charset=utf-8"))
    );
    let policy = answer.header("content-security-policy").expect("a policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
        "{policy}"
    );
    app.get("/nothing").await.problem(404, "not_found");
    let api = http().get(app.url("/v1/me")).header("accept", "text/html");
    Answer::of(api).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_tells_cause_and_cure_in_the_language_of_the_reader() {
    let app = TestApp::spawn().await;
    let browser = Browser::open(&Window::NARROW).await;
    browser.go(&app.url("/nothing?a=1")).await;
    browser.read("h1", "找不到页面").await;
    browser.is_well_made("zh-CN").await;
    browser.picture("error-404-zh-360").await;
    browser.click("a.language").await;
    browser.read("h1", "Page not found").await;
    browser.is_well_made("en").await;
    assert_eq!(browser.path().await, "/nothing?a=1&lang=en");
    // The choice is remembered.
    browser.go(&app.url("/nowhere")).await;
    browser.read("h1", "Page not found").await;
}
