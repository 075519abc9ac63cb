//! The way in that fits the device, and what people agree to before.

use crate::{
    Browser, Window, at,
    phone::{qr_code, scan},
    spawn_with,
    window::{PHONE, WECHAT},
};

const TERMS: [(&str, &str); 2] = [
    ("pages.terms_url", "https://shop.example/terms"),
    ("pages.privacy_url", "/privacy"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_phones_browser_is_told_how_to_go_on() {
    let app = spawn_with(&[]).await;
    let phone = Window {
        user_agent: PHONE,
        ..Window::NARROW
    };
    let browser = Browser::open(&phone).await;
    browser.go(&at(&app, "/v1/login?return_to=/account")).await;
    browser.arrive("/login?return_to=/account").await;
    browser.read("h1", "请在微信中打开").await;
    browser.is_well_made("zh-CN").await;
    let link = browser.run("return document.getElementById('link').value").await;
    assert_eq!(link, at(&app, "/login?return_to=%2Faccount"));
    browser.click("#copy").await;
    browser.read("#status", "链接已复制").await;
    // Somebody with two phones.
    browser.click("#elsewhere p a").await;
    let uuid = qr_code(&browser).await;
    browser.is_well_made("zh-CN").await;
    scan(&app, &uuid, "李四").await;
    browser.arrive("/account").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_wechat_the_official_account_signs_people_in() {
    let app = spawn_with(&[]).await;
    let wechat = Window {
        user_agent: WECHAT,
        ..Window::NARROW
    };
    let browser = Browser::open(&wechat).await;
    browser.go(&at(&app, "/account")).await;
    browser.click("[data-person='李四']").await;
    browser.click("#allow").await;
    browser.arrive("/account").await;
    browser.read("#who", "李四").await;
    browser.read("[data-current]", "iPhone · 微信").await;
    browser.is_well_made("zh-CN").await;
    // Linking leads to WeChat at once, so that only a form of ours may.
    browser.click("form #link").await;
    browser.click("[data-person='王五']").await;
    browser.click("#allow").await;
    browser.arrive("/account?done=linked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_begins_before_somebody_has_agreed_and_the_browser_remembers() {
    let app = spawn_with(&TERMS).await;
    let browser = Browser::open(&Window::NARROW).await;
    for path in ["/login?return_to=/", "/v1/login?return_to=/"] {
        browser.go(&at(&app, path)).await;
        browser.see("#consent").await;
        assert_eq!(
            browser
                .run("return document.querySelector('[name=agreed]').checked")
                .await,
            false
        );
        assert!(!browser.has("iframe").await);
    }
    browser.is_well_made("zh-CN").await;
    let links = browser
        .run("return [...document.querySelectorAll('#consent a')].map((a) => a.getAttribute('href'))")
        .await;
    assert_eq!(
        links,
        serde_json::json!(["https://shop.example/terms", "/privacy"])
    );
    // The browser itself refuses a box that is not ticked.
    browser.click("#consent button").await;
    browser.see("#consent input:invalid").await;
    browser.click("[name=agreed]").await;
    browser.click("#consent button").await;
    let uuid = qr_code(&browser).await;
    browser.go(&at(&app, "/login?return_to=/")).await;
    assert_ne!(qr_code(&browser).await, uuid);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_the_tick_or_from_another_site_agrees_to_nothing() {
    use crate::answer::{Answer, http};
    let app = spawn_with(&TERMS).await;
    let send = |body: &'static str, site: &'static str| {
        let form = http().post(app.url("/login/agree")).body(body);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(form.header("sec-fetch-site", site).header("accept", "text/html"))
    };
    let agreed = send("agreed=yes", "same-origin").await;
    assert_eq!((agreed.status, agreed.header("location")), (303, Some("/login")));
    assert!(
        agreed
            .header("set-cookie")
            .is_some_and(|cookie| cookie.starts_with("wechat_login_agreed="))
    );
    let not_ticked = send("", "same-origin").await;
    assert_eq!((not_ticked.status, not_ticked.header("set-cookie")), (303, None));
    assert_eq!(send("agreed=yes", "cross-site").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_footer_shows_the_numbers_that_chinese_sites_show() {
    let app = spawn_with(&[
        ("pages.icp_number", "京ICP备12345678号-1"),
        ("pages.police_number", "京公网安备 11000002000001号"),
    ])
    .await;
    let browser = Browser::open(&Window::NARROW).await;
    browser.go(&at(&app, "/login")).await;
    browser.is_well_made("zh-CN").await;
    let links = browser
        .run("return [...document.querySelectorAll('footer a')].map((a) => [a.innerText, a.href])")
        .await;
    let expected = serde_json::json!([
        ["京ICP备12345678号-1", "https://beian.miit.gov.cn/"],
        [
            "京公网安备 11000002000001号",
            "https://beian.mps.gov.cn/#/query/webSearch?code=11000002000001"
        ],
    ]);
    assert_eq!(links, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_reached_by_the_keyboard_in_the_order_of_reading() {
    let app = spawn_with(&TERMS).await;
    let browser = Browser::open(&Window::NARROW).await;
    browser.go(&at(&app, "/login")).await;
    let stops = browser.tab_stops(7).await;
    let expected = [
        "跳到主要内容",
        "微信登录",
        "English",
        "agreed",
        "《用户协议》",
        "《隐私政策》",
        "微信登录",
    ];
    assert_eq!(stops, expected);
}
