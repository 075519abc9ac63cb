//! What comes in place of the answer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{LOGIN, begin, log_in, log_in_with, once, wire, wire_with};
use crate::wechat::{WeChat, login_path, mini};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_errcode_is_written_as_wechat_writes_it() {
    let wechat = WeChat::start();
    for (fault, head) in [
        (
            json!({"kind": "busy"}),
            r#"{"errcode":-1,"errmsg":"system error, rid: "#,
        ),
        (
            json!({"kind": "rate_limited"}),
            r#"{"errcode":45011,"errmsg":"api "#,
        ),
        (
            json!({"kind": "blocked", "errmsg": "no/way"}),
            r#"{"errcode":40226,"errmsg":"no\/way, rid: "#,
        ),
        (
            json!({"kind": "errcode", "errcode": 50002}),
            r#"{"errcode":50002,"errmsg":"user limited, "#,
        ),
    ] {
        let answer = log_in_with(&wechat, &fault);
        assert!(
            answer.status == 200 && answer.body.starts_with(head),
            "{}",
            answer.body
        );
        assert!(answer.head.contains("content-type: text/plain\r\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_and_a_close_send_no_byte() {
    let wechat = WeChat::start();
    for when in ["before", "after"] {
        for _ in 0..5 {
            let reset = wire_with(&wechat, &json!({"kind": "reset", "when": when}));
            assert_eq!((reset.bytes.len(), reset.is_reset), (0, true));
            let close = wire_with(&wechat, &json!({"kind": "close", "when": when}));
            assert_eq!((close.bytes.len(), close.is_reset), (0, false));
        }
    }
    assert_eq!(log_in(&wechat).errcode(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_also_ends_a_connection_that_was_used_before() {
    let wechat = WeChat::start();
    let mut stream = TcpStream::connect(wechat.simulator().address()).unwrap();
    let request = format!("GET {LOGIN} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
    once(&wechat, &json!({"kind": "reset"}));
    stream.write_all(request.as_bytes()).unwrap();
    let end = stream.read(&mut [0; 4096]).unwrap_err();
    assert_eq!(end.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_spent_where_only_the_answer_is_lost() {
    let wechat = WeChat::start();
    for kind in ["busy", "html", "html_502", "empty", "close", "reset"] {
        for (when, errcode) in [("before", 0), ("after", 40163)] {
            once(&wechat, &json!({"kind": kind, "when": when}));
            let code = wechat.code("张三");
            wire(&wechat, &login_path(&mini(), &code));
            assert_eq!(wechat.log_in(&mini(), &code).errcode(), errcode, "{kind} {when}");
        }
        once(&wechat, &json!({"kind": kind}));
        let code = wechat.code("张三");
        wire(&wechat, &login_path(&mini(), &code));
        assert_eq!(wechat.log_in(&mini(), &code).errcode(), 0, "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_take_the_place_of_json() {
    let wechat = WeChat::start();
    for (fault, status, content) in [
        (json!({"kind": "html_502"}), 502, "<center>nginx</center>"),
        (json!({"kind": "html"}), 200, "<!doctype html>"),
        (
            json!({"kind": "http_status", "status": 503, "body": "later"}),
            503,
            "later",
        ),
        (json!({"kind": "http_status", "status": 204}), 204, ""),
        (json!({"kind": "empty"}), 200, ""),
    ] {
        let answer = log_in_with(&wechat, &fault);
        assert_eq!(answer.status, status, "{fault}");
        assert!(answer.body.contains(content), "{fault}: {}", answer.body);
        assert_eq!(answer.body.is_empty(), content.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_call_gets_nothing_and_holds_nothing_up() {
    let wechat = WeChat::start();
    once(&wechat, &json!({"kind": "hang", "when": "after"}));
    let code = wechat.code("张三");
    let mut hanging = begin(&wechat, &login_path(&mini(), &code));
    hanging.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let silence = hanging.read(&mut [0; 1]).unwrap_err().kind();
    assert!(matches!(silence, ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert_eq!(wechat.log_in(&mini(), &code).errcode(), 40163);
    let begin = Instant::now();
    wechat.stop().await;
    assert!(begin.elapsed() < Duration::from_millis(1_200));
}
