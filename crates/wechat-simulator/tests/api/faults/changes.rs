//! What becomes of an answer.

use std::io::Read as _;
use std::time::{Duration, Instant};

use super::{Wire, begin, log_in, log_in_with, once, wire_with};
use crate::wechat::{WeChat, login_path, mini};
use serde_json::{Value, json};

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
