//! What each fault puts on the wire.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::wechat::{Answer, WeChat, login_path, mini};
use serde_json::{Value, json};

const LOGIN: &str = "/sns/jscode2session";

/// All bytes until the connection's end, and whether that was a reset.
struct Wire {
    bytes: Vec<u8>,
    is_reset: bool,
}

impl Wire {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn body(&self) -> &[u8] {
        let end_of_head = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        &self.bytes[end_of_head.expect("a head") + 4..]
    }

    fn length(&self) -> usize {
        let text = self.text().to_ascii_lowercase();
        let length = text.split("content-length: ").nth(1).unwrap();
        length.split("\r\n").next().unwrap().parse().unwrap()
    }
}

fn begin(wechat: &WeChat, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(wechat.simulator().address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: wechat\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

fn wire(wechat: &WeChat, path: &str) -> Wire {
    let mut bytes = Vec::new();
    let is_reset = match begin(wechat, path).read_to_end(&mut bytes) {
        Ok(_) => false,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
            true
        }
    };
    Wire { bytes, is_reset }
}

/// Arranges a fault for one call.
fn once(wechat: &WeChat, fault: &Value) {
    let mut wanted = json!({"endpoint": LOGIN, "times": 1});
    for (name, value) in fault.as_object().unwrap() {
        wanted[name] = value.clone();
    }
    wechat.control("/simulator/faults", &wanted);
}

fn log_in(wechat: &WeChat) -> Answer {
    wechat.log_in(&mini(), &wechat.code("张三"))
}

fn log_in_with(wechat: &WeChat, fault: &Value) -> Answer {
    once(wechat, fault);
    log_in(wechat)
}

fn wire_with(wechat: &WeChat, fault: &Value) -> Wire {
    once(wechat, fault);
    wire(wechat, &login_path(&mini(), &wechat.code("张三")))
}

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
async fn a_revoked_token_is_for_calls_that_show_one() {
    let wechat = WeChat::start();
    once(&wechat, &json!({"kind": "token_revoked"}));
    assert_eq!(log_in(&wechat).errcode(), 0);
    let path = login_path(&mini(), &wechat.code("张三"));
    assert_eq!(wechat.get(&format!("{path}&access_token=1")).errcode(), 40001);
    assert_eq!(wechat.get(&format!("{path}&access_token=1")).errcode(), 0);
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
    let request = format!("GET {LOGIN} HTTP/1.1\r\nHost: wechat\r\n\r\n");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_the_usual_one() {
    let wechat = WeChat::start();
    for pause in [json!({"ms": 60}), json!({"delay": "60ms"})] {
        let mut fault = pause;
        fault["kind"] = json!("latency");
        let begin = Instant::now();
        assert_eq!(log_in_with(&wechat, &fault).errcode(), 0);
        assert!(begin.elapsed() >= Duration::from_millis(60));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dripping_answer_comes_byte_by_byte_and_is_the_usual_one() {
    let wechat = WeChat::start();
    once(&wechat, &json!({"kind": "drip", "ms": 2}));
    let mut stream = begin(&wechat, &login_path(&mini(), &wechat.code("张三")));
    let mut wire = Wire {
        bytes: Vec::new(),
        is_reset: false,
    };
    let (mut piece, mut pieces) = ([0; 4096], 0);
    loop {
        match stream.read(&mut piece).unwrap() {
            0 => break,
            length => wire.bytes.extend_from_slice(&piece[..length]),
        }
        pieces += 1;
    }
    let session: Value = serde_json::from_slice(wire.body()).unwrap();
    assert!(session["openid"].is_string() && wire.length() == wire.body().len());
    assert!(pieces > 10, "{pieces} pieces");
}

#[tokio::test(flavor = "multi_thread")]
async fn half_an_answer_has_its_own_length_or_that_of_the_whole() {
    let wechat = WeChat::start();
    let truncated = wire_with(&wechat, &json!({"kind": "truncated"}));
    assert_eq!(truncated.length(), truncated.body().len());
    assert!(truncated.body().starts_with(b"{\"session_key\"") && !truncated.body().ends_with(b"}"));
    let cut_off = wire_with(&wechat, &json!({"kind": "cut_off"}));
    assert_eq!(cut_off.length() / 2, cut_off.body().len());
    assert!(!cut_off.is_reset);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_answer_is_valid_json_of_just_that_size() {
    let wechat = WeChat::start();
    for (fault, size) in [
        (json!({"kind": "oversized"}), 100_000),
        (json!({"kind": "oversized", "bytes": 65_537}), 65_537),
        (
            json!({"kind": "oversized", "bytes": 16 * 1024 * 1024}),
            16 * 1024 * 1024,
        ),
    ] {
        let answer = log_in_with(&wechat, &fault);
        assert_eq!(answer.body.len(), size);
        assert!(answer.json()["openid"].is_string());
    }
    let small = log_in_with(&wechat, &json!({"kind": "oversized", "bytes": 0}));
    assert_eq!(small.json().get("padding"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_are_on_the_wire_as_they_are() {
    let wechat = WeChat::start();
    let holds = |fault: &Value, bytes: &[u8]| {
        let wire = wire_with(&wechat, fault);
        assert_eq!(wire.length(), wire.body().len(), "{fault}");
        let found = wire.body().windows(bytes.len()).any(|window| window == bytes);
        assert!(found, "{fault}: {}", wire.text());
    };
    holds(&json!({"kind": "control_characters"}), b"\x14");
    holds(&json!({"kind": "broken_utf8"}), b"\xE5\xBC");
    holds(&json!({"kind": "lone_surrogate"}), br"\ud800");
    holds(&json!({"kind": "bom"}), b"\xEF\xBB\xBF{\"session_key\"");
    holds(&json!({"kind": "deeply_nested"}), &[b'['; 10_000]);
    holds(&json!({"kind": "errcode_as_string"}), br#"{"errcode":"0","#);
    holds(&json!({"kind": "snapshot_user"}), br#""is_snapshotuser":1"#);
    holds(
        &json!({"kind": "set_field", "field": "openid", "value": null}),
        br#""openid":null"#,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_content_type_leaves_the_body_as_it_is() {
    let wechat = WeChat::start();
    let answer = log_in_with(&wechat, &json!({"kind": "wrong_content_type"}));
    assert!(answer.head.contains("content-type: text/html; charset=gbk") && answer.errcode() == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_added_missing_doubled_or_others() {
    let wechat = WeChat::start();
    let usual = log_in(&wechat).json();
    let extra = log_in_with(&wechat, &json!({"kind": "extra_fields"})).json();
    assert!(extra["extra_number"].is_number() && extra["openid"] == usual["openid"]);
    let missing = log_in_with(&wechat, &json!({"kind": "missing_field", "field": "openid"})).json();
    assert!(missing.get("openid").is_none() && missing.get("session_key").is_some());
    let missing = log_in_with(&wechat, &json!({"kind": "missing_unionid"})).json();
    assert!(missing.get("unionid").is_none() && missing["openid"] == usual["openid"]);
    let doubled = log_in_with(&wechat, &json!({"kind": "duplicate_keys"})).body;
    assert_eq!(doubled.matches(r#""openid""#).count(), 2);
    let changed = || log_in_with(&wechat, &json!({"kind": "changed_unionid"})).json()["unionid"].clone();
    assert_eq!(changed(), changed());
    assert_ne!(changed(), usual["unionid"]);
}
