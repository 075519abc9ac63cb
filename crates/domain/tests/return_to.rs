//! Where a login may lead. Every text is either refused, or leads to exactly the page that it names.

use proptest::prelude::*;
use url::Url;
use wechat_login_domain::{ReturnToNotAllowed, ReturnUrls};

const OWN: &str = "https://login.example.com";

fn url(text: &str) -> Url {
    Url::parse(text).expect("an address")
}

/// A whole site, a part of one with a port, and a front end under development.
fn return_urls() -> ReturnUrls {
    ReturnUrls::new(
        &url("https://login.example.com/auth"),
        vec![
            url("https://shop.example.com"),
            url("https://www.example.com:8443/app"),
            url("http://localhost:3000/"),
        ],
    )
}

#[test]
fn what_is_allowed_leads_to_the_page_that_it_names() {
    for (text, page) in [
        ("/", "https://login.example.com/"),
        ("/orders", "https://login.example.com/orders"),
        ("/orders/", "https://login.example.com/orders/"),
        (
            "/orders?page=2&x=%2F#top",
            "https://login.example.com/orders?page=2&x=%2F#top",
        ),
        (
            "/?next=//evil.example",
            "https://login.example.com/?next=//evil.example",
        ),
        ("/#/hash/route", "https://login.example.com/#/hash/route"),
        ("/#//evil.example", "https://login.example.com/#//evil.example"),
        (
            "/%E8%B4%A6%E6%88%B7",
            "https://login.example.com/%E8%B4%A6%E6%88%B7",
        ),
        ("/a;v=1/b", "https://login.example.com/a;v=1/b"),
        ("/100%25", "https://login.example.com/100%25"),
        ("/.well-known/x", "https://login.example.com/.well-known/x"),
        ("/a..b/...", "https://login.example.com/a..b/..."),
        ("/@user", "https://login.example.com/@user"),
        ("/a:b", "https://login.example.com/a:b"),
        (
            "https://login.example.com/orders",
            "https://login.example.com/orders",
        ),
        ("https://login.example.com", "https://login.example.com/"),
        ("https://shop.example.com", "https://shop.example.com/"),
        ("https://shop.example.com/", "https://shop.example.com/"),
        (
            "https://shop.example.com/a/b?c=d#e",
            "https://shop.example.com/a/b?c=d#e",
        ),
        (
            "https://shop.example.com/?u=https://evil.example/",
            "https://shop.example.com/?u=https://evil.example/",
        ),
        (
            "https://www.example.com:8443/app",
            "https://www.example.com:8443/app",
        ),
        (
            "https://www.example.com:8443/app/",
            "https://www.example.com:8443/app/",
        ),
        (
            "https://www.example.com:8443/app/x",
            "https://www.example.com:8443/app/x",
        ),
        (
            "https://www.example.com:8443/app?x",
            "https://www.example.com:8443/app?x",
        ),
        ("http://localhost:3000/x", "http://localhost:3000/x"),
    ] {
        assert_eq!(
            return_urls().resolve(text).map(String::from),
            Ok(page.to_owned()),
            "{text}"
        );
    }
}

/// Ways to write something else than what is read.
// One idea a block: line by line it would be hundreds of lines.
#[rustfmt::skip]
const REFUSED: &[&str] = &[
    // Nothing, and no path.
    "", " ", "orders", "./orders", "../orders", ".", "..", "?x", "#x", "~", "*", "null", "undefined", "%2F", "%2Forders",
    // Other hosts without a scheme.
    "//evil.example", "//evil.example/orders", "///evil.example", "////evil.example", "//login.example.com/orders",
    "//shop.example.com", "/\\evil.example", "\\/evil.example", "\\\\evil.example", "\\evil.example", "/\\/evil.example",
    "/\\\\evil.example", "//\\evil.example", "/a\\b", "/\\", "//", "///", "//@evil.example", "//evil.example:443",
    "//evil.example#", "//evil.example?", "//%65vil.example", "//0x7f000001", "//2130706433", "//[::1]", "//127.1",
    // Characters that browsers take out, and others that they take for spaces.
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", "\n//evil.example", " //evil.example",
    "/\u{0}/evil.example", "\u{0}", "/\u{b}/evil.example", "/\u{c}/evil.example", "/\u{1f}/evil.example",
    "/\u{7f}", "/a b", "/a\tb", "/a\r\nSet-Cookie: x=y", "/a\nLocation: https://evil.example", "/orders ", " /orders",
    "\u{a0}/orders", "\u{feff}/orders", "\u{200b}/orders", "/\u{200b}/evil.example", "/\u{2028}/evil.example",
    "/\u{ad}/evil.example", "\u{3000}//evil.example",
    // What looks like a slash, a dot or a colon.
    "/／evil.example", "／／evil.example", "/⁄evil.example", "/∕evil.example", "/＼evil.example", "/。。/x", "https：//evil.example",
    "https://evil。example", "https://shop。example。com/", "https://shop.example.com／", "https://ｓhop.example.com/",
    "https://shop.exаmple.com/", "https://şhop.example.com/", "https://SHOP.EXAMPLE.COM/", "https://shop.example.com\u{ff0f}.evil.example/",
    "https://ﬁ.example/", "https://K.example/", "https://例子.example/",
    // A scheme with something else behind it.
    "https:evil.example", "https:/evil.example", "https:///evil.example", "https:////evil.example", "https:\\\\evil.example",
    "https:/\\evil.example", "https:shop.example.com/", "https:/shop.example.com/", "https:///shop.example.com/",
    "https:\\\\shop.example.com\\", "https://\\shop.example.com/", "https://shop.example.com\\", "https://shop.example.com\\@evil.example",
    "https://shop.example.com\\.evil.example", "HTTPS://shop.example.com/", "https ://shop.example.com", "https://",
    "https://?", "https://#", "https:///", "https://%2f", "https://.", "://shop.example.com", "//:@/", "http:", "https",
    // Other schemes.
    "http://shop.example.com/", "http://login.example.com/", "https://localhost:3000/", "ftp://shop.example.com/",
    "javascript:alert(1)", "JavaScript:alert(1)", "javascript://shop.example.com/%0aalert(1)", "java\tscript:alert(1)",
    "javascript:https://shop.example.com/", "data:text/html,<script>alert(1)</script>", "data:text/html;base64,AA==",
    "vbscript:x", "file:///etc/passwd", "blob:https://shop.example.com/x", "about:blank", "mailto:a@shop.example.com",
    "tel:1", "intent://shop.example.com#Intent;end", "weixin://dl/business", "ws://shop.example.com/", "wss://shop.example.com/",
    "view-source:https://shop.example.com/", "filesystem:https://shop.example.com/",
    // Other hosts that resemble.
    "https://evil.example", "https://evil.example/", "https://evil.example/https://shop.example.com/",
    "https://evil.example?https://shop.example.com", "https://evil.example#https://shop.example.com",
    "https://evil.example/?shop.example.com", "https://shop.example.com.evil.example/", "https://evilshop.example.com/",
    "https://shop.example.comevil.example/", "https://shop-example.com/", "https://a.shop.example.com/", "https://example.com/",
    "https://shop.example.com./", "https://shop.example.com..", "https://.shop.example.com/", "https://shop.example.com%2eevil.example/",
    "https://shop.example.com%00.evil.example/", "https://shop.example.com%0d%0a.evil.example/", "https://shop.example.com%23.evil.example",
    "https://shop%2eexample%2ecom/", "https://shop.example.com,evil.example/", "https://shop.example.com;evil.example/",
    "https://shop.example.com&evil.example/", "https://shop.example.com|evil.example/", "https://shop.example.com'evil.example/",
    "https://xn--shop-example-com/", "https://127.0.0.1/", "https://[::1]/", "https://0/", "https://localhost/",
    "http://localhost/", "http://localhost:3001/", "http://localhost.:3000/", "http://127.0.0.1:3000/", "http://[::1]:3000/",
    // Names in front of the host.
    "https://ok@evil.example/", "https://ok@@evil.example/", "https://shop.example.com@evil.example/",
    "https://shop.example.com:@evil.example/", "https://shop.example.com:443@evil.example/", "https://shop.example.com%40evil.example/",
    "https://evil.example@shop.example.com/", "https://user:password@shop.example.com/", "https://@shop.example.com/",
    "https://:@shop.example.com/", "https://evil.example%40shop.example.com/", "https://shop.example.com#@evil.example/\u{0}",
    "https://evil.example\\@shop.example.com/", "https://evil.example;@shop.example.com/", "https://evil.example&@shop.example.com/",
    // Ports.
    "https://shop.example.com:443/", "https://shop.example.com:/", "https://shop.example.com:80/", "https://shop.example.com:8443/",
    "https://shop.example.com:00443/", "https://shop.example.com:443443/", "https://shop.example.com:abc/", "https://shop.example.com:-1/",
    "https://www.example.com/app", "https://www.example.com:443/app", "https://www.example.com:84430/app", "https://login.example.com:8443/",
    // Other paths, and ways to leave one.
    "https://www.example.com:8443/", "https://www.example.com:8443", "https://www.example.com:8443/apple",
    "https://www.example.com:8443/app.evil", "https://www.example.com:8443/app%2f..", "https://www.example.com:8443/App",
    "https://www.example.com:8443/app/..", "https://www.example.com:8443/app/../admin", "https://www.example.com:8443/app/./x",
    "https://www.example.com:8443/app/%2e%2e/admin", "https://www.example.com:8443/app/%2E%2E/admin",
    "https://www.example.com:8443/app/.%2e/admin", "https://www.example.com:8443/app/%2e./admin",
    "https://www.example.com:8443/app/..%2fadmin", "https://www.example.com:8443/app/..%2Fadmin",
    "https://www.example.com:8443/app/%2e%2e%2fadmin", "https://www.example.com:8443/app/..%5cadmin",
    "https://www.example.com:8443/app/%5c../admin", "https://www.example.com:8443/app/..;/admin",
    "https://www.example.com:8443/app/..;x=1/admin", "https://www.example.com:8443/app/.;/admin",
    "https://www.example.com:8443/app/%252e%252e/admin", "https://www.example.com:8443/app/%25252e%25252e/admin",
    "https://www.example.com:8443/app/%252e%252e%252fadmin", "https://www.example.com:8443/app/..%252fadmin",
    "https://www.example.com:8443/app/..%00/admin", "https://www.example.com:8443/app/%00", "https://www.example.com:8443/app/%0d%0a",
    "https://www.example.com:8443/app/%09", "https://www.example.com:8443/app/%c0%ae%c0%ae/admin",
    "https://www.example.com:8443/app/%c0%af..", "https://www.example.com:8443/app/%ff", "https://www.example.com:8443//app",
    "https://www.example.com:8443/app//x", "https://www.example.com:8443/app\\..\\admin", "https://www.example.com:8443/x/../app",
    "/..", "/../", "/../x", "/./x", "/x/..", "/x/../..", "/%2e%2e/x", "/%2f%2fevil.example", "/%2fevil.example", "/x%2fy",
    "/%5cevil.example", "/%5c%5cevil.example", "/x//y", "/x//evil.example", "/;/..;/x", "/..;/x", "/%252f%252fevil.example",
    "/%255cevil.example", "/%09/evil.example", "/%00", "/%0d%0aLocation:%20https://evil.example", "/%c0%af%c0%afevil.example",
    // What an address never is in `location.href`.
    "/<script>", "/\"onload=alert(1)", "/{x}", "/`x`", "https://shop.example.com/<x>", "https://shop.example.com/a b",
    "https://shop.example.com/账户", "/账户", "https://shop.example.com?x", "https://shop.example.com#x", "https://shop.example.com/\u{202e}x",
];

#[test]
fn everything_else_is_refused() {
    assert!(REFUSED.len() >= 200, "{}", REFUSED.len());
    for text in REFUSED {
        assert_eq!(return_urls().resolve(text), Err(ReturnToNotAllowed), "{text:?}");
    }
}

#[test]
fn nothing_is_too_long_for_a_header() {
    let longest = format!("/{}", "x".repeat(2047));
    assert!(return_urls().resolve(&longest).is_ok());
    for length in [2048, 8192, 1_000_000] {
        let long = format!("/{}", "x".repeat(length));
        assert_eq!(return_urls().resolve(&long), Err(ReturnToNotAllowed));
    }
}

#[test]
fn a_login_that_names_no_page_leads_home() {
    assert_eq!(return_urls().home().as_str(), "https://login.example.com/");
}

/// Texts made of what such texts are made of.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "/",
            "//",
            "\\",
            "https:",
            "http:",
            "shop.example.com",
            "www.example.com:8443",
            "/app",
            "login.example.com",
            "evil.example",
            "@",
            ":",
            "?",
            "#",
            "..",
            ".",
            ";",
            "%2e",
            "%2f",
            "%5c",
            "%25",
            "%00",
            "&",
            "=",
            "\t",
            " ",
            "app",
            "localhost:3000",
            "／",
            "。",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// What is accepted names a page of an allowed host, by the text itself: no parser is asked.
    #[test]
    fn whatever_is_accepted_is_spelt_as_an_allowed_address(text in text()) {
        if let Ok(to) = return_urls().resolve(&text) {
            let allowed = [
                OWN, "https://shop.example.com", "https://www.example.com:8443/app", "http://localhost:3000",
            ];
            let base = allowed.iter().find_map(|base| to.as_str().strip_prefix(base));
            prop_assert!(base.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#'])), "{}", to);
            let spelt = [text.clone(), format!("{text}/"), format!("{OWN}{text}")];
            prop_assert!(spelt.iter().any(|spelt| spelt == to.as_str()), "{} is not {}", text, to);
            prop_assert!(to.path().split('/').all(|segment| segment != ".."));
        }
    }
}
