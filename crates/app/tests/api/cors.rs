//! Which pages of other hosts may read what we answer.

use reqwest::Method;

use crate::{
    TestApp,
    answer::{Answer, http},
};

const SHOP: &str = "https://shop.example.com";

async fn app() -> TestApp {
    TestApp::spawn_with(&[(
        "web.allowed_origins",
        "https://shop.example.com,http://localhost:3000",
    )])
    .await
}

async fn ask(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = http().request(method, app.url(path));
    let request = headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value));
    Answer::of(request).await
}

fn varies_by_origin(answer: &Answer) -> bool {
    answer
        .headers
        .get_all("vary")
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.contains("Origin")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_front_end_reads_answers_and_failures() {
    let app = app().await;
    for origin in [SHOP, "http://localhost:3000"] {
        for path in ["/v1/me", "/healthz", "/nothing"] {
            let answer = ask(&app, Method::GET, path, &[("origin", origin)]).await;
            assert_eq!(
                answer.header("access-control-allow-origin"),
                Some(origin),
                "{path}"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
            let exposed = answer.header("access-control-expose-headers").unwrap();
            assert!(exposed.contains("X-Request-Id"), "{exposed}");
            assert!(varies_by_origin(&answer));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_told_anything() {
    let app = app().await;
    for origin in [
        "null",
        "https://localhost.evil.com",
        "https://shop.example.com.evil.example",
        "https://evilshop.example.com",
        "https://a.shop.example.com",
        "https://shop.example.com:8443",
        "https://shop.example.com/",
        "http://shop.example.com",
        "https://SHOP.example.com",
        "https://shop.example.com https://evil.example",
        "*",
        "",
    ] {
        let preflight = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ];
        for answer in [
            ask(&app, Method::GET, "/v1/me", &[("origin", origin)]).await,
            ask(&app, Method::OPTIONS, "/v1/me", &preflight).await,
        ] {
            let told: Vec<_> = answer
                .headers
                .keys()
                .filter(|name| name.as_str().starts_with("access-control-"))
                .collect();
            assert!(told.is_empty(), "{origin}: {told:?}");
            assert!(varies_by_origin(&answer), "a cache must not mix them up");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_is_answered_for_every_path() {
    let app = app().await;
    for (path, method) in [
        ("/v1/login/web/begin", "POST"),
        ("/v1/session", "DELETE"),
        ("/v1/me", "PATCH"),
    ] {
        let preflight = [
            ("origin", SHOP),
            ("access-control-request-method", method),
            (
                "access-control-request-headers",
                "authorization,content-type,idempotency-key",
            ),
        ];
        let answer = ask(&app, Method::OPTIONS, path, &preflight).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
        let allowed = answer.header("access-control-allow-methods").unwrap();
        assert!(allowed.split(", ").any(|allowed| allowed == method), "{allowed}");
        let headers = answer.header("access-control-allow-headers").unwrap();
        for header in ["Authorization", "Content-Type", "Idempotency-Key"] {
            assert!(headers.split(", ").any(|allowed| allowed == header), "{headers}");
        }
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    }
    let no_preflight = ask(&app, Method::OPTIONS, "/v1/me", &[("origin", SHOP)]).await;
    no_preflight.problem(405, "method_not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_front_ends_elsewhere_nothing_is_said() {
    let app = TestApp::spawn().await;
    let own = [("origin", "http://127.0.0.1:8080")];
    let answer = ask(&app, Method::GET, "/v1/me", &own).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert!(!varies_by_origin(&answer));
}
