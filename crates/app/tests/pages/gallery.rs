//! Every page, in both languages, on a phone's width and a computer's, and in the dark.

use std::time::Duration;

use crate::{
    Browser, TestApp, Window, at,
    phone::{qr_code, scan, sign_in},
    spawn_with,
    window::{COMPUTER, PHONE, WECHAT},
};

const COMPANY: [(&str, &str); 7] = [
    ("pages.name", "小明的店"),
    // Ours, as no other is at hand: of whatever version.
    ("pages.logo_url", "/assets/0/icon.svg"),
    ("pages.colour", "#d4380d"),
    ("pages.icp_number", "京ICP备12345678号-1"),
    ("pages.police_number", "京公网安备 11000002000001号"),
    ("pages.terms_url", "/terms"),
    ("pages.privacy_url", "/privacy"),
];

const WINDOWS: [Window; 4] = [
    Window::WIDE,
    Window::NARROW,
    Window {
        language: "en",
        ..Window::WIDE
    },
    Window {
        language: "en",
        ..Window::NARROW
    },
];

/// Looks at this page through every window.
async fn look(browser: &Browser, app: &TestApp, path: &str, name: &str) {
    look_as(browser, COMPUTER, &at(app, path), name).await;
}

async fn look_as(browser: &Browser, user_agent: &'static str, address: &str, name: &str) {
    for window in WINDOWS {
        let window = Window { user_agent, ..window };
        browser.become_(&window).await;
        browser.go(address).await;
        browser.see("h1").await;
        browser.is_well_made(window.language).await;
        let (language, width) = (&window.language[..2], window.width);
        browser.picture(&format!("{name}-{language}-{width}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_in_is_well_made() {
    let app = spawn_with(&COMPANY).await;
    let browser = Browser::open(&Window::WIDE).await;
    look(&browser, &app, "/", "home").await;
    look(&browser, &app, "/login", "login-consent").await;
    browser.click("[name=agreed]").await;
    browser.click("#consent button").await;
    qr_code(&browser).await;
    look(&browser, &app, "/login", "login-qr").await;
    look_as(&browser, PHONE, &at(&app, "/login"), "login-phone").await;

    let only_web = spawn_with(&[
        ("wechat.apps.site.channel", "web"),
        ("wechat.apps.site.app_id", "wxdec0000000000002"),
        ("wechat.apps.site.secret", "unused"),
    ])
    .await;
    look_as(&browser, WECHAT, &at(&only_web, "/login"), "login-wechat").await;

    look(&browser, &app, "/nothing", "failure-404").await;
    let elsewhere = "/v1/login/web/callback?code=0&state=00000000000000000000000000000000";
    look(&browser, &app, elsewhere, "failure-state").await;
    look(&browser, &app, "/login?return_to=//evil", "failure-link").await;

    for window in WINDOWS {
        browser.become_(&window).await;
        browser.go(&at(&app, "/login")).await;
        qr_code(&browser).await;
        app.clock.advance(Duration::from_mins(10));
        browser.see("#qr[data-state=expired]").await;
        browser.is_well_made(window.language).await;
        let (language, width) = (&window.language[..2], window.width);
        browser
            .picture(&format!("login-expired-{language}-{width}"))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_is_well_made() {
    let app = spawn_with(&COMPANY[..6]).await;
    app.log_in("李四").await;
    app.clock.advance(Duration::from_hours(50));
    app.log_in("李四").await;
    let browser = Browser::open(&Window::WIDE).await;
    browser.go(&at(&app, "/login")).await;
    browser.click("[name=agreed]").await;
    browser.click("#consent button").await;
    sign_in(&browser, &app, "李四").await;
    look(&browser, &app, "/account", "account-one").await;
    look(&browser, &app, "/login", "login-already").await;
    look(&browser, &app, "/", "home-signed-in").await;
    look(&browser, &app, "/account/link", "account-link").await;
    let uuid = qr_code(&browser).await;
    scan(&app, &uuid, "李四的小号").await;
    browser.see("#notice").await;
    app.clock.advance(Duration::from_hours(3));
    look(&browser, &app, "/account?done=linked", "account").await;
    look(&browser, &app, "/account/devices/remove-others", "confirm-others").await;
    for (row, name) in [
        ("#device-list", "confirm-device"),
        ("#method-list", "confirm-unlink"),
    ] {
        let script = format!("return document.querySelector('{row} a.button').getAttribute('href')");
        browser.go(&at(&app, "/account")).await;
        let path = browser.run(&script).await;
        look(&browser, &app, path.as_str().expect("a path"), name).await;
    }
    let dark = Window {
        is_dark: true,
        ..Window::NARROW
    };
    for (path, name) in [
        ("/account", "account"),
        ("/account/link", "link"),
        ("/nothing", "404"),
    ] {
        browser.become_(&dark).await;
        browser.go(&at(&app, path)).await;
        browser.is_well_made("zh-CN").await;
        browser.picture(&format!("dark-{name}-zh-360")).await;
    }
}
