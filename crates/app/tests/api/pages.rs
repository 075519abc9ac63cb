//! What pages promise beside what they show: their headers and cookies.

use std::time::Duration;

use reqwest::Method;

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::{Browser, location, set_cookies},
};

/// Sends one of our own forms, without a field.
async fn send_form(browser: &mut Browser<'_>, path: &str, site: &str) -> Answer {
    let form = browser
        .request(Method::POST, path)
        .header("sec-fetch-site", site.to_owned());
    browser.send(form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_begins_with_a_form_may_end_wherever_logins_may() {
    let app = TestApp::spawn_with(&[
        ("pages.terms_url", "/terms"),
        (
            "web.allowed_return_urls",
            "https://shop.example.com/app,https://shop.example.com/b,https://cars.example.org:8443",
        ),
    ])
    .await;
    let consent = Browser::new(&app).go("/login").await;
    let policy = consent.header("content-security-policy").expect("a policy");
    let (_, targets) = policy.split_once("form-action ").expect("it has one");
    let targets: Vec<_> = targets.split(';').next().unwrap().split(' ').collect();
    let open = app.simulator_url("");
    assert_eq!(
        targets,
        [
            "'self'",
            &open,
            "https://cars.example.org:8443",
            "https://shop.example.com"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_logs_out_after_the_session_has_ended_is_logged_out() {
    let app = TestApp::spawn().await;
    for (path, to) in [
        ("/account/log-out", "/"),
        ("/login/change?return_to=%2F", "/login?return_to=%2F"),
    ] {
        let mut ended = Browser::new(&app);
        ended.sign_in("小明").await;
        let token = ended.token().expect("a session").to_owned();
        let elsewhere = http().delete(app.url("/v1/session")).bearer_auth(&token);
        assert_eq!(Answer::of(elsewhere).await.status, 204);

        assert_eq!(send_form(&mut ended, path, "cross-site").await.status, 403);
        assert_eq!(ended.token(), Some(&*token), "another site's form does nothing");
        let mut expired = Browser::new(&app);
        expired.sign_in("小明").await;
        app.clock.advance(Duration::from_hours(24 * 31));
        let mut nobody = Browser::new(&app);
        for browser in [&mut ended, &mut expired, &mut nobody] {
            let answer = send_form(browser, path, "same-origin").await;
            assert_eq!((answer.status, &*location(&answer)), (303, to));
            assert_eq!(set_cookies(&answer).len(), 1, "the cookie goes");
            assert_eq!(browser.token(), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_removes_itself_is_signed_out() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    let token = browser.token().expect("a session").to_owned();
    let session = browser.go("/v1/session").await.json()["session"].clone();
    let remove = format!("/account/devices/{}/remove", session["id"].as_str().unwrap());
    let answer = send_form(&mut browser, &remove, "same-origin").await;
    assert_eq!((answer.status, &*location(&answer)), (303, "/"));
    assert_eq!(browser.token(), None);
    let ended = http().get(app.url("/v1/session")).bearer_auth(token);
    Answer::of(ended).await.problem(401, "session_revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_answer_head_as_they_answer_get() {
    let app = TestApp::spawn().await;
    let browser = Browser::new(&app);
    for path in ["/", "/login", "/account", "/account/link"] {
        let [get, head] = [Method::GET, Method::HEAD].map(|method| Answer::of(browser.request(method, path)));
        let (get, head) = (get.await, head.await);
        assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
        for name in ["content-type", "content-security-policy", "location"] {
            assert_eq!(head.header(name), get.header(name), "{path}");
        }
    }
    for (path, allow) in [("/", "GET, HEAD"), ("/account/link", "GET, HEAD, POST")] {
        let refused = Answer::of(browser.request(Method::DELETE, path)).await;
        assert_eq!((refused.status, refused.header("allow")), (405, Some(allow)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_that_were_only_begun_fill_no_header() {
    let app = TestApp::spawn().await;
    let names = |browser: &Browser<'_>| -> Vec<_> { browser.cookies.keys().cloned().collect() };
    for path in ["/login?lang=en", "/v1/login/web"] {
        let mut browser = Browser::new(&app);
        for _ in 0..20 {
            let begun = browser.go(path).await;
            let [own, ..] = &*set_cookies(&begun)
                .into_iter()
                .filter(|cookie| !cookie.contains("Max-Age=0") && !cookie.contains("language"))
                .collect::<Vec<_>>()
            else {
                panic!("a login has a cookie")
            };
            let (own, _) = own.split_once('=').expect("a name");
            assert!(names(&browser).iter().any(|name| name == own), "the newest stays");
        }
        let logins = names(&browser);
        let logins = logins.iter().filter(|name| !name.ends_with("language"));
        assert_eq!(logins.count(), 8);
        let chose = path.contains("lang=");
        assert_eq!(browser.cookies.contains_key("wechat_login_language"), chose);
    }
    // As browsers do: the oldest stands first.
    let name = |number: u32| format!("wechat_login_{number:016}");
    let sent: Vec<_> = (0..9).rev().map(|number| format!("{}=x", name(number))).collect();
    let request = http().get(app.url("/v1/login/web"));
    let answer = Answer::of(request.header("cookie", sent.join("; "))).await;
    let gone: Vec<_> = set_cookies(&answer)
        .into_iter()
        .filter(|cookie| cookie.contains("Max-Age=0"))
        .filter_map(|cookie| Some(cookie.split_once('=')?.0.to_owned()))
        .collect();
    assert_eq!(gone.len(), 2);
    assert!(gone.contains(&name(8)) && gone.contains(&name(7)), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_wants_to_link_is_shown_no_code_that_it_cannot_scan() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app);
    browser.sign_in("小明").await;
    assert!(browser.go("/account/link").await.text.contains("<iframe"));
    browser.user_agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148 Safari/604.1";
    let page = browser.go("/account/link").await;
    assert!(page.text.contains("id=\"elsewhere\"") && !page.text.contains("<iframe"));
    let other_phone = "href=\"/account/link?show=qr\"";
    assert!(page.text.contains(other_phone), "{}", page.text);
    assert!(page.text.contains("value=\"http://127.0.0.1:8080/account/link\""));
    assert!(browser.go("/account/link?show=qr").await.text.contains("<iframe"));
    browser.user_agent = "Mozilla/5.0 (iPhone) Mobile/15E148 MicroMessenger/8.0.54";
    let to_form = browser.go("/account/link").await;
    assert_eq!((to_form.status, &*location(&to_form)), (303, "/account"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_login_page_reads_its_address_as_logins_do() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app).script();
    for (query, code) in [
        ("return_to=", "return_to_not_allowed"),
        ("return_to=/&return_to=/account", "invalid_request"),
        ("app=", "app_unknown"),
        ("app=a&app=a", "invalid_request"),
    ] {
        for path in ["/login", "/v1/login/web"] {
            let answer = browser.go(&format!("{path}?{query}")).await;
            answer.problem(400, code);
        }
    }
}
