//! Cookies: what they look like, what they open, and what they may change.

use reqwest::Method;
use serde_json::json;

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::{Browser, set_cookies},
};

/// A cookie's attributes, but for its name and value, sorted.
fn attributes(cookie: &str) -> Vec<&str> {
    let mut attributes: Vec<_> = cookie.split("; ").skip(1).collect();
    attributes.sort_unstable();
    attributes
}

async fn cookies_at(settings: &[(&str, &str)], public_url: &str) -> (String, String, String) {
    let mut all = vec![("server.public_url", public_url)];
    all.extend(settings);
    let app = TestApp::spawn_with(&all).await;
    let mut browser = Browser::at(&app, public_url);
    let begun = browser.go("/v1/login/web").await;
    let [of_browser] = set_cookies(&begun).try_into().expect("one cookie");
    let callback = browser
        .scan(begun.header("location").expect("to WeChat"), "小明")
        .await;
    let answer = browser.go(&callback).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let [of_session] = set_cookies(&answer).try_into().expect("one cookie");
    let log_out = browser
        .request(Method::DELETE, "/v1/session")
        .header("sec-fetch-site", "same-origin");
    let answer = browser.send(log_out).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    let [gone] = set_cookies(&answer).try_into().expect("one cookie");
    assert_eq!(browser.token(), None);
    (of_browser, of_session, gone)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_https_cookies_are_plain() {
    let (of_browser, of_session, gone) = cookies_at(&[], "http://127.0.0.1:8080").await;
    assert!(of_browser.starts_with("wechat_login_"), "{of_browser}");
    assert_eq!(
        attributes(&of_browser),
        ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax"]
    );
    assert!(of_session.starts_with("wechat_login=wl_"), "{of_session}");
    assert_eq!(
        attributes(&of_session),
        ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"]
    );
    assert!(gone.starts_with("wechat_login=;"), "{gone}");
    assert_eq!(
        attributes(&gone),
        ["HttpOnly", "Max-Age=0", "Path=/", "SameSite=Lax"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn with_https_no_other_host_can_set_them() {
    let (of_browser, of_session, gone) = cookies_at(&[], "https://login.example.com").await;
    assert!(of_browser.starts_with("__Host-wechat_login_"), "{of_browser}");
    assert!(of_session.starts_with("__Host-wechat_login=wl_"), "{of_session}");
    assert!(gone.starts_with("__Host-wechat_login=;"), "{gone}");
    for cookie in [of_browser, of_session, gone] {
        let attributes = attributes(&cookie);
        assert!(
            attributes.contains(&"Secure") && attributes.contains(&"Path=/"),
            "{cookie}"
        );
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_hosts_of_a_domain_get_the_session_but_not_the_login_on_its_way() {
    let settings = [("web.cookie_domain", "example.com")];
    let (of_browser, of_session, gone) = cookies_at(&settings, "https://login.example.com").await;
    assert!(of_browser.starts_with("__Host-wechat_login_"), "{of_browser}");
    assert!(!of_browser.contains("Domain"), "{of_browser}");
    for (cookie, begin) in [
        (of_session, "__Secure-wechat_login=wl_"),
        (gone, "__Secure-wechat_login=;"),
    ] {
        assert!(cookie.starts_with(begin), "{cookie}");
        let attributes = attributes(&cookie);
        assert!(
            attributes.contains(&"Domain=example.com") && attributes.contains(&"Secure"),
            "{cookie}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_lasts_as_long_as_a_session_can() {
    let forever = [
        ("sessions.channels.web.absolute_timeout", "0"),
        ("sessions.channels.web.idle_timeout", "30d"),
    ];
    let (_, of_session, _) = cookies_at(&forever, "http://127.0.0.1:8080").await;
    assert!(of_session.contains("Max-Age=34560000"), "{of_session}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_wins_over_the_cookie() {
    let app = TestApp::spawn().await;
    let member = app.log_in("小红").await;
    let mut browser = Browser::new(&app).script();
    browser.sign_in("小明").await;
    let ask = |authorization: String| {
        let request = browser
            .request(Method::GET, "/v1/me")
            .header("authorization", authorization);
        Answer::of(request)
    };
    let both = ask(format!("Bearer {}", member.token)).await;
    assert_eq!(both.json()["id"], member.login["user"]["id"]);
    ask("Bearer nonsense".to_owned())
        .await
        .problem(401, "unauthenticated");
    // What a proxy in front asks for is not for us.
    assert_eq!(ask("Basic eDp5".to_owned()).await.json()["nickname"], "小明");
    let garbage = http().get(app.url("/v1/me")).header("cookie", "wechat_login=x");
    Answer::of(garbage).await.problem(401, "unauthenticated");
    let other_name = http()
        .get(app.url("/v1/me"))
        .header("cookie", format!("__Host-wechat_login={}", member.token));
    Answer::of(other_name).await.problem(401, "unauthenticated");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_opens_nothing_goes_when_somebody_logs_out() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app).script();
    browser.sign_in("小明").await;
    let token = browser.token().expect("a session").to_owned();
    let log_out = |browser: &Browser<'_>| {
        browser
            .request(Method::DELETE, "/v1/session")
            .header("sec-fetch-site", "same-origin")
    };
    let by_header = || Answer::of(http().delete(app.url("/v1/session")).bearer_auth(&token));
    assert_eq!(by_header().await.status, 204);
    // The header is what is dead here, and nobody knows of the cookie.
    let both = log_out(&browser).bearer_auth(&token);
    let answer = browser.send(both).await;
    answer.problem(401, "session_revoked");
    assert_eq!(browser.token(), Some(&*token));
    let alone = log_out(&browser);
    let answer = browser.send(alone).await;
    answer.problem(401, "session_revoked");
    assert!(answer.header("www-authenticate").is_some());
    assert_eq!(browser.token(), None);
    assert_eq!(by_header().await.header("set-cookie"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_cookie_nothing_is_changed_for_another_site() {
    let app = TestApp::spawn_with(&[("web.allowed_origins", "https://shop.example.com")]).await;
    let mut browser = Browser::new(&app).script();
    browser.sign_in("小明").await;
    let refused: [&[(&str, &str)]; 7] = [
        &[],
        &[("origin", "null")],
        &[("origin", "https://evil.example")],
        &[("sec-fetch-site", "cross-site")],
        &[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://www.example.com"),
        ],
        &[("sec-fetch-site", "none")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://127.0.0.1:8080"),
        ],
    ];
    let with = |method: &Method, path: &str, headers: &[(&str, &str)]| {
        let request = browser.request(method.clone(), path);
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value))
    };
    for headers in refused {
        for (method, path) in [
            (Method::DELETE, "/v1/session"),
            (Method::PATCH, "/v1/me"),
            (Method::POST, "/v1/login/web/begin"),
        ] {
            let body = json!({"nickname": "Mallory", "purpose": "link"}).to_string();
            let request = with(&method, path, headers)
                .header("content-type", "application/json")
                .body(body);
            Answer::of(request).await.problem(403, "cross_origin");
        }
        // A form's JSON is no JSON, and still none of its business.
        let request = with(&Method::PATCH, "/v1/me", headers)
            .header("content-type", "text/plain")
            .body("{\"nickname\":\"Mallory\"}");
        Answer::of(request).await.problem(403, "cross_origin");
        let read = Answer::of(with(&Method::GET, "/v1/me", headers)).await;
        assert_eq!((read.status, &read.json()["nickname"]), (200, &json!("小明")));
    }
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("origin", "http://127.0.0.1:8080")],
        &[("origin", "https://shop.example.com")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://shop.example.com"),
        ],
    ] {
        let request = with(&Method::PATCH, "/v1/me", headers).json(&json!({"nickname": "Ming"}));
        assert_eq!(Answer::of(request).await.status, 200, "{headers:?}");
    }
    // Who sends the token itself is asked nothing.
    let by_header = http()
        .patch(app.url("/v1/me"))
        .bearer_auth(browser.token().unwrap())
        .header("origin", "https://evil.example")
        .json(&json!({"nickname": "Ming"}));
    assert_eq!(Answer::of(by_header).await.status, 200);
    let get = Answer::of(with(&Method::GET, "/v1/session/logout", &[])).await;
    get.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_goes_with_the_session_that_the_browser_ends() {
    let app = TestApp::spawn().await;
    let mut browser = Browser::new(&app).script();
    let at = |browser: &Browser, path: &str| {
        let request = browser.request(Method::DELETE, path);
        request.header("sec-fetch-site", "same-origin")
    };
    for what in ["all", "one", "way in"] {
        browser.sign_in("小明").await;
        let session = browser.go("/v1/session").await.json();
        let own = session["session"]["id"].as_str().expect("an id").to_owned();
        let other = app.log_in("小明").await;
        let other = other.login["session"]["id"].as_str().expect("an id").to_owned();
        for kept in [
            "/v1/sessions?keep_current=true".to_owned(),
            format!("/v1/sessions/{other}"),
        ] {
            let answer = browser.send(at(&browser, &kept)).await;
            assert_eq!(set_cookies(&answer), [""; 0], "{kept}: {}", answer.text);
        }
        let path = match what {
            "all" => "/v1/sessions".to_owned(),
            "one" => format!("/v1/sessions/{own}"),
            _ => {
                let token = browser.token().expect("a session").to_owned();
                let body = json!({"channel": "mini_program", "code": app.login_code("小红").await});
                let request = http().post(app.url("/v1/me/login-methods"));
                let linked = Answer::of(request.bearer_auth(token).json(&body)).await.json();
                let [mine, another] = [0, 1].map(|n| {
                    let id = linked["login_methods"][n]["id"].as_str().expect("an id");
                    format!("/v1/me/login-methods/{id}")
                });
                let answer = browser.send(at(&browser, &another)).await;
                assert_eq!((answer.status, set_cookies(&answer).len()), (204, 0));
                let body = json!({"channel": "mini_program", "code": app.login_code("小李").await});
                let request = http().post(app.url("/v1/me/login-methods"));
                let token = browser.token().expect("a session").to_owned();
                let linked = Answer::of(request.bearer_auth(token).json(&body)).await;
                assert_eq!(linked.status, 200, "{}", linked.text);
                mine
            }
        };
        let answer = browser.send(at(&browser, &path)).await;
        assert!([200, 204].contains(&answer.status), "{what}: {}", answer.text);
        let [gone] = set_cookies(&answer).try_into().expect("one cookie");
        assert!(gone.starts_with("wechat_login=;"), "{what}: {gone}");
        assert_eq!(browser.token(), None, "{what}");
    }
}
