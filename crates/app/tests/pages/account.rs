//! `/account`: my ways in, my devices.

use crate::{
    Browser, Window, at,
    phone::{qr_code, scan, sign_in},
    spawn_with,
};

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_removed_one_by_one_or_all_others_at_once() {
    let app = spawn_with(&[]).await;
    let phones = [
        app.log_in("李四").await,
        app.log_in("李四").await,
        app.log_in("李四").await,
    ];
    let browser = Browser::open(&Window::WIDE).await;
    sign_in(&browser, &app, "李四").await;
    browser.read("[data-current]", "本机").await;
    browser.read("[data-current]", "Windows · Chrome").await;

    let id = phones[0].login["session"]["id"].as_str().expect("an id");
    browser.click(&format!("[data-session='{id}'] .button")).await;
    browser.see("#confirm").await;
    browser.is_well_made("zh-CN").await;
    // Nothing has happened before they say yes.
    browser.click("#confirm a.button").await;
    browser.see(&format!("[data-session='{id}']")).await;
    assert_eq!(phones[0].get("/v1/session").await.status, 200);
    browser.click(&format!("[data-session='{id}'] .button")).await;
    browser.click("#confirm button").await;
    browser.read("#notice", "该设备已退出登录").await;
    assert!(!browser.has(&format!("[data-session='{id}']")).await);
    let problem = phones[0].get("/v1/session").await.problem(401, "session_revoked");
    assert_eq!(problem["reason"], "kicked");
    assert_eq!(phones[1].get("/v1/session").await.status, 200);

    browser.click("#remove-others").await;
    browser.click("#confirm button").await;
    browser.read("#notice", "其他设备都已退出登录").await;
    for phone in &phones[1..] {
        phone.get("/v1/session").await.problem(401, "session_revoked");
    }
    assert!(!browser.has("#remove-others").await);
    browser.read("[data-current]", "本机").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_was_signed_out_elsewhere_is_told() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    sign_in(&browser, &app, "李四").await;
    let phone = app.log_in("李四").await;
    assert_eq!(phone.delete("/v1/sessions?keep_current=true").await.status, 200);
    browser.go(&at(&app, "/account")).await;
    browser.read("h1", "这台设备已退出登录").await;
    browser.click("#failure .button").await;
    browser.arrive("/login").await;
    let uuid = qr_code(&browser).await;
    scan(&app, &uuid, "李四").await;
    browser.arrive("/account").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_and_not_only_the_cookie() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    sign_in(&browser, &app, "李四").await;
    let phone = app.log_in("李四").await;
    let listed = |answer: crate::answer::Answer| answer.json()["sessions"].as_array().map(Vec::len);
    assert_eq!(listed(phone.get("/v1/sessions").await), Some(2));
    browser.click("#log-out").await;
    browser.arrive("/").await;
    browser.read("main", "微信登录").await;
    assert_eq!(listed(phone.get("/v1/sessions").await), Some(1));
    browser.go(&at(&app, "/account")).await;
    browser.arrive("/login?return_to=%2Faccount").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_wechat_account_is_linked_by_its_qr_code_and_unlinked() {
    let app = spawn_with(&[]).await;
    let browser = Browser::open(&Window::WIDE).await;
    sign_in(&browser, &app, "李四").await;
    browser.read("#method-list", "唯一的登录方式，不能解绑").await;
    assert!(!browser.has("#method-list .button").await);

    browser.click("#link").await;
    browser.read("h1", "绑定微信").await;
    let uuid = qr_code(&browser).await;
    scan(&app, &uuid, "李四的小号").await;
    browser.arrive("/account?done=linked").await;
    browser.read("#notice", "绑定成功").await;
    browser.is_well_made("zh-CN").await;
    let second = app.log_in("李四的小号").await;
    assert_eq!(second.login["is_new_user"], false);

    // The one that was linked last stands last.
    browser.click("#method-list li:last-child .button").await;
    browser.read("#confirm", "解绑这个登录方式？").await;
    browser.is_well_made("zh-CN").await;
    browser.click("#confirm button").await;
    browser.read("#notice", "已解绑").await;
    browser.read("#method-list", "唯一的登录方式，不能解绑").await;
    let problem = second.get("/v1/session").await.problem(401, "session_revoked");
    assert_eq!(problem["reason"], "unlinked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_elses_is_not_linked() {
    let app = spawn_with(&[]).await;
    app.log_in("王五").await;
    let browser = Browser::open(&Window::WIDE).await;
    sign_in(&browser, &app, "李四").await;
    browser.click("#link").await;
    let uuid = qr_code(&browser).await;
    scan(&app, &uuid, "王五").await;
    browser.see("#failure[data-code=login_method_taken]").await;
    browser.read("h1", "这个微信已绑定其他账号").await;
    browser.is_well_made("zh-CN").await;
    browser.click("#failure .button").await;
    browser.arrive("/account").await;
    browser.read("#method-list", "唯一的登录方式，不能解绑").await;
}
