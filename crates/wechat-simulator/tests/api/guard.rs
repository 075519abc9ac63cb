//! A website that a developer happens to visit must not be able to arrange anything.

use crate::wechat::{WeChat, mini};
use serde_json::json;
use wechat_login_simulator::Options;

fn get(wechat: &WeChat, path: &str, host: &str) -> u16 {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    wechat.send(request.as_bytes()).status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_pointed_here_shows_nothing() {
    let wechat = WeChat::start();
    for path in ["/", "/simulator/apps", "/simulator/phone", "/simulator/faults"] {
        for host in [
            "evil.example",
            "evil.example:8081",
            "203.0.113.7",
            "localhost.evil.example",
            "a b",
        ] {
            assert!(matches!(get(&wechat, path, host), 400 | 403), "{path} {host}");
        }
        for host in [
            "localhost:8081",
            "127.0.0.1",
            "127.0.0.1:80",
            "[::1]:8081",
            "wechat.localhost",
        ] {
            assert_eq!(get(&wechat, path, host), 200, "{path} {host}");
        }
    }
    let login = format!("/sns/jscode2session?appid={}", mini().app_id);
    assert_eq!(
        get(&wechat, &login, "api.weixin.qq.com"),
        200,
        "as a hosts entry makes it"
    );
    let open = WeChat::with(Options {
        allow_non_loopback: true,
        ..Options::default()
    });
    assert_eq!(get(&open, "/simulator/apps", "simulator:8081"), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_changes_nothing() {
    let wechat = WeChat::start();
    let body = json!({"name": "mallory"}).to_string();
    for (origin, status) in [
        ("https://evil.example", 403),
        ("null", 403),
        ("http://127.0.0.1:1", 403),
        ("http://127.0.0.1", 200),
    ] {
        let headers = format!("Origin: {origin}\r\nContent-Type: text/plain\r\n");
        let answer = wechat.call("POST", "/simulator/people", &headers, &body);
        assert_eq!(answer.status, status, "{origin}");
    }
}
