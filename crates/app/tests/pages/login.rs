//! Signing in by QR code.

use std::time::Duration;

use crate::{
    Browser, Window, at,
    phone::{frame_shows, qr_code, scan, scan_by_hand},
    spawn_with,
};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_to_see_their_account_signs_in_by_qr_code_and_sees_it() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    browser.go(&at(&app, "/")).await;
    browser.click("main .button").await;
    browser.read("h1", "微信扫码登录").await;
    browser.go(&at(&app, "/account")).await;
    browser.arrive("/login?return_to=%2Faccount").await;
    browser.is_well_made("zh-CN").await;
    let uuid = qr_code(&browser).await;
    scan_by_hand(&browser, &app, &uuid, "李四", "#allow").await;
    browser.arrive("/account").await;
    browser.read("#who", "李四").await;
    browser.is_well_made("zh-CN").await;
    browser.go(&at(&app, "/")).await;
    browser.read("main", "李四").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_cancelled_can_be_allowed_after_all() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    browser
        .go(&at(&app, "/login?return_to=/account%3Fdone%3Dlinked"))
        .await;
    let uuid = qr_code(&browser).await;
    scan_by_hand(&browser, &app, &uuid, "李四", "#cancel").await;
    frame_shows(&browser, "cancelled").await;
    assert!(browser.path().await.starts_with("/login?"));
    scan(&app, &uuid, "李四").await;
    browser.arrive("/account?done=linked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qr_code_that_has_expired_is_covered_and_a_new_one_works() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    browser.go(&at(&app, "/login")).await;
    let old = qr_code(&browser).await;
    app.clock.advance(Duration::from_mins(10));
    browser.read(".qr-over", "二维码已失效").await;
    browser.read("#status[role=status]", "二维码已失效").await;
    assert!(!browser.has("#qr iframe").await);
    assert_eq!(
        browser.run("return document.activeElement.innerText").await,
        "刷新二维码"
    );
    browser.click(".qr-over .button").await;
    let new = qr_code(&browser).await;
    assert_ne!(old, new);
    scan(&app, &new, "李四").await;
    browser.arrive("/account").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wechat_may_come_back_inside_the_frame() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    browser.go(&at(&app, "/login")).await;
    let first = qr_code(&browser).await;
    browser
        .run(
            "const frame = document.querySelector('#qr iframe');
            frame.src = frame.src.replace('self_redirect=false', 'self_redirect=true');",
        )
        .await;
    let mut uuid = qr_code(&browser).await;
    while uuid == first {
        uuid = qr_code(&browser).await;
    }
    scan(&app, &uuid, "李四").await;
    browser.arrive("/account").await;
    browser.read("#who", "李四").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_left_open_notices_the_login_in_another_tab() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    browser.go(&at(&app, "/login")).await;
    let uuid = qr_code(&browser).await;
    // The frame is gone, as if it had never loaded; the code was scanned all the same.
    browser.run("document.querySelector('#qr iframe').remove()").await;
    let scanned = scan(&app, &uuid, "李四").await;
    let callback = scanned["redirect_uri"].as_str().expect("an address").to_owned();
    let page = browser.second_window().await;
    browser.go(&callback).await;
    browser.read("#who", "李四").await;
    browser.back_to(page).await;
    browser.arrive("/account").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_on_its_way_back_from_wechat_is_not_called_off() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    browser.go(&at(&app, "/login")).await;
    qr_code(&browser).await;
    // The frame takes the window just when the page hears that somebody has signed in.
    browser
        .run(
            "window.fetch = async () => {
                location.href = '/?back';
                return new Response('{\"status\": \"signed_in\"}');
            };",
        )
        .await;
    browser.arrive("/?back").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_signed_in_says_whether_to_go_on_as_who_they_are() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    crate::phone::sign_in(&browser, &app, "李四").await;
    browser.go(&at(&app, "/login?return_to=/")).await;
    browser.read("#already", "李四").await;
    browser.is_well_made("zh-CN").await;
    browser.click("#already a.button").await;
    browser.arrive("/").await;
    browser.go(&at(&app, "/login?return_to=/")).await;
    browser.click("#already form .button").await;
    browser.arrive("/login?return_to=%2F").await;
    let uuid = qr_code(&browser).await;
    scan(&app, &uuid, "王五").await;
    browser.arrive("/").await;
    browser.read("main", "王五").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_somebody_elses_leads_nowhere() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    browser
        .go(&at(&app, "/login?return_to=https://evil.example/"))
        .await;
    browser.see("#failure[data-code=return_to_not_allowed]").await;
    browser.go(&at(&app, "/login?return_to=//evil.example/")).await;
    browser.see("#failure[data-code=return_to_not_allowed]").await;
}
