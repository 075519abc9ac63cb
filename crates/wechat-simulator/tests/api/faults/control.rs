//! Arranging faults.

use super::LOGIN;
use crate::wechat::{Answer, WeChat, mini};
use serde_json::{Value, json};

fn add(wechat: &WeChat, fault: &Value) -> Value {
    wechat.control("/simulator/faults", fault)
}

fn active(wechat: &WeChat) -> Value {
    wechat.get("/simulator/faults").json()["active"].clone()
}

fn delete(wechat: &WeChat, query: &str, body: &str) -> Answer {
    wechat.call("DELETE", &format!("/simulator/faults{query}"), "", body)
}

fn errcode(wechat: &WeChat) -> i64 {
    wechat.log_in(&mini(), &wechat.code("张三")).errcode()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_counted_down_and_then_gone() {
    let wechat = WeChat::start();
    let fault = json!({"endpoint": LOGIN, "kind": "busy", "times": 2});
    assert_eq!(
        add(&wechat, &fault),
        json!({"endpoint": LOGIN, "kind": "busy", "times": 2, "when": "before"})
    );
    assert_eq!(errcode(&wechat), -1);
    assert_eq!(active(&wechat)[0]["times"], 1);
    assert_eq!(errcode(&wechat), -1);
    assert_eq!((active(&wechat), errcode(&wechat)), (json!([]), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_come_one_a_call_in_the_order_of_arrival() {
    let wechat = WeChat::start();
    add(
        &wechat,
        &json!({"endpoint": "*", "kind": "errcode", "errcode": 1, "times": 1}),
    );
    add(
        &wechat,
        &json!({"endpoint": LOGIN, "kind": "errcode", "errcode": 2, "times": 1}),
    );
    add(
        &wechat,
        &json!({"endpoint": LOGIN, "kind": "errcode", "errcode": 3}),
    );
    add(&wechat, &json!({"endpoint": "*", "kind": "reset"}));
    let errcodes = [(); 4].map(|()| errcode(&wechat));
    assert_eq!(errcodes, [1, 2, 3, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_tells_what_there_is() {
    let wechat = WeChat::start();
    let fault = json!({"endpoint": "*", "kind": "set_field", "field": "openid", "value": null, "times": 3});
    assert_eq!(add(&wechat, &fault), fault);
    assert_eq!(active(&wechat), json!([fault]));
    let kinds = wechat.get("/simulator/faults").json()["kinds"].clone();
    let of = |kind: &str| {
        let kinds = kinds.as_array().unwrap();
        kinds.iter().find(|listed| listed["kind"] == kind).unwrap()["parameters"].clone()
    };
    assert_eq!(
        (of("set_field"), of("reset")),
        (json!(r#""field" and "value""#), json!("no parameters"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_deleted_all_or_those_of_one_endpoint() {
    let wechat = WeChat::start();
    let two = || {
        add(&wechat, &json!({"endpoint": LOGIN, "kind": "busy"}));
        add(&wechat, &json!({"endpoint": "*", "kind": "html"}));
    };
    let star = json!({"endpoint": "*"}).to_string();
    for (query, body, left) in [
        ("", "", None),
        ("", "{}", None),
        ("?endpoint=/sns/jscode2session", "", Some("html")),
        ("?endpoint=%2Fsns%2Fjscode2session", "", Some("html")),
        ("", star.as_str(), Some("busy")),
    ] {
        two();
        let deleted = if left.is_some() { 1 } else { 2 };
        assert_eq!(
            delete(&wechat, query, body).json(),
            json!({ "deleted": deleted }),
            "{query} {body}"
        );
        assert_eq!(active(&wechat)[0].get("kind").and_then(Value::as_str), left);
        delete(&wechat, "", "");
    }
    for (query, body) in [
        ("?endpoint=/sns/nothing", ""),
        ("", r#"{"endpoint":5}"#),
        ("", "all"),
    ] {
        assert_eq!(delete(&wechat, query, body).status, 400, "{query} {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_forgets_all_faults() {
    let wechat = WeChat::start();
    add(&wechat, &json!({"endpoint": "*", "kind": "hang"}));
    wechat.control("/simulator/reset", &json!({}));
    assert_eq!((active(&wechat), errcode(&wechat)), (json!([]), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_fault_is_refused_with_what_there_is() {
    let wechat = WeChat::start();
    let long = "2min";
    for (fault, sentence) in [
        (json!({}), LOGIN),
        (json!({"kind": "busy"}), LOGIN),
        (json!({"endpoint": "/sns/nothing", "kind": "busy"}), LOGIN),
        (json!({"endpoint": LOGIN}), "changed_unionid"),
        (json!({"endpoint": LOGIN, "kind": "bsuy"}), "html_502"),
        (
            json!({"endpoint": "*", "kind": "latency"}),
            r#"takes "ms" or "delay""#,
        ),
        (
            json!({"endpoint": "*", "kind": "latency", "delay": long}),
            "a minute at most",
        ),
        (
            json!({"endpoint": "*", "kind": "latency", "delay": "soon"}),
            "200ms",
        ),
        (json!({"endpoint": "*", "kind": "latency", "ms": -1}), "\"ms\""),
        (json!({"endpoint": "*", "kind": "drip", "ms": 60_001}), "a minute"),
        (json!({"endpoint": "*", "kind": "errcode"}), "\"errcode\""),
        (
            json!({"endpoint": "*", "kind": "errcode", "errcode": "-1"}),
            "\"errcode\"",
        ),
        (json!({"endpoint": "*", "kind": "http_status"}), "200 to 599"),
        (
            json!({"endpoint": "*", "kind": "http_status", "status": 101}),
            "200 to 599",
        ),
        (json!({"endpoint": "*", "kind": "missing_field"}), "\"field\""),
        (
            json!({"endpoint": "*", "kind": "set_field", "field": "openid"}),
            "\"value\"",
        ),
        (
            json!({"endpoint": "*", "kind": "oversized", "bytes": 16_777_217}),
            "16777216",
        ),
        (json!({"endpoint": "*", "kind": "busy", "times": 0}), "\"times\""),
        (
            json!({"endpoint": "*", "kind": "busy", "when": "during"}),
            "`after`",
        ),
        (
            json!({"endpoint": "*", "kind": "bom", "when": "after"}),
            "\"when\"",
        ),
    ] {
        let answer = wechat.post("/simulator/faults", &fault.to_string());
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(
            answer.status == 400 && error.contains(sentence) && error.ends_with('.'),
            "{fault}: {error}"
        );
    }
    assert_eq!(active(&wechat), json!([]));
    assert_eq!(wechat.call("PUT", "/simulator/faults", "", "{}").status, 405);
}
