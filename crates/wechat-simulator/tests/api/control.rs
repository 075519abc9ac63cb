//! The control API.

use crate::wechat::{WeChat, mini};
use serde_json::{Value, json};
use wechat_login_simulator::demo_apps;

#[tokio::test(flavor = "multi_thread")]
async fn apps_are_listed_and_added() {
    let wechat = WeChat::start();
    assert_eq!(
        wechat.get("/simulator/apps").json(),
        serde_json::to_value(demo_apps()).unwrap()
    );

    let given = json!({"app_id": "wx0123456789abcdef", "secret": "s3cret", "channel": "web", "name": "my_web", "open_platform": null,
        "callback_domain": "shop.example.com", "callback_scheme": "https", "ip_allowlist": ["127.0.0.1"], "phone_enabled": false, "published_pages": ["pages/index/index"],
        "event_url": "http://127.0.0.1:8080/events", "event_token": "mine"});
    assert_eq!(wechat.control("/simulator/apps", &given), given);
    let generated = wechat.control("/simulator/apps", &json!({"channel": "mobile_app"}));
    assert_eq!(generated["open_platform"], "default");
    let length = |name: &str| generated[name].as_str().unwrap().len();
    assert_eq!((length("app_id"), length("secret")), (18, 32));
    let name = generated["name"].as_str().unwrap();
    assert!(name.starts_with("mobile_app_") && name.len() == 17, "{name}");

    let apps = wechat.get("/simulator/apps").json();
    assert_eq!(apps.as_array().unwrap()[4..], [given.clone(), generated]);
    let again = wechat.post("/simulator/apps", &given.to_string());
    assert_eq!(again.status, 409);
    assert!(
        again.json()["error"]
            .as_str()
            .unwrap()
            .contains("wx0123456789abcdef")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_listed_added_and_changed() {
    let wechat = WeChat::start();
    let people = wechat.get("/simulator/people").json();
    assert_eq!(
        (&people[0]["name"], &people[0]["nickname"]),
        (&json!("张三"), &json!("张三"))
    );
    assert!(
        people
            .as_array()
            .unwrap()
            .iter()
            .any(|person| person.get("phone").is_some())
    );

    let alice = wechat.control("/simulator/people", &json!({"name": "alice"}));
    assert_eq!((alice.get("phone"), alice.get("nickname")), (None, None));
    assert_eq!(alice["openids"].as_object().unwrap().len(), 4);
    assert_eq!(alice["unionids"].as_object().unwrap().len(), 1);
    let session = wechat
        .log_in(&mini(), &wechat.code(alice["id"].as_str().unwrap()))
        .json();
    assert_eq!(session["openid"], alice["openids"][mini().app_id]);
    assert_eq!(session["unionid"], alice["unionids"]["default"]);

    let changed = wechat.control(
        "/simulator/people",
        &json!({"name": "alice", "phone": "+85291234567"}),
    );
    assert_eq!(
        (&changed["id"], &changed["phone"]),
        (&alice["id"], &json!("+85291234567"))
    );
    assert_eq!(
        wechat.get("/simulator/people").json().as_array().unwrap().len(),
        4
    );
    assert_eq!(wechat.get("/simulator/people").json()[3], changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_live_as_long_as_their_channel_says() {
    let wechat = WeChat::start();
    for (app, kind, length, life) in [
        ("shop_mini", "login", 32, 300),
        ("shop_mini", "phone", 64, 300),
        ("shop_web", "login", 32, 600),
        ("shop_app", "login", 32, 600),
        ("shop_h5", "login", 32, 300),
    ] {
        let issued = wechat.control(
            "/simulator/codes",
            &json!({"app_id": app, "person": "李四", "kind": kind}),
        );
        assert_eq!(
            (issued["code"].as_str().unwrap().len(), &issued["expires_in"]),
            (length, &json!(life)),
            "{app}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_named_and_changes_nothing() {
    let wechat = WeChat::start();
    let long = "x".repeat(65);
    let stranger = "person_0123456789abcdef";
    for (path, body, status) in [
        ("apps", json!({}), 400),
        ("apps", json!({"channel": "wechat_pay"}), 400),
        ("apps", json!({"channel": "web", "app_id": ""}), 400),
        ("apps", json!({"channel": "web", "app_id": "wx'; --"}), 400),
        ("apps", json!({"channel": "web", "app_id": 7}), 400),
        ("apps", json!({"channel": "web", "secret": "with space"}), 400),
        ("apps", json!({"channel": "web", "name": long}), 400),
        ("apps", json!({"channel": "web", "open_platform": ""}), 400),
        ("apps", json!({"channel": "web", "app_id": mini().app_id}), 409),
        (
            "apps",
            json!({"channel": "web", "event_url": "shop.test/events"}),
            400,
        ),
        (
            "apps",
            json!({"channel": "web", "event_url": "file:///etc/passwd"}),
            400,
        ),
        ("apps", json!({"channel": "web", "event_token": "a b"}), 400),
        ("people", json!({}), 400),
        ("people", json!({"name": "  "}), 400),
        ("people", json!({"name": long}), 400),
        ("people", json!({"name": stranger}), 400),
        ("people", json!({"name": "bob", "phone": "one"}), 400),
        ("people", json!({"name": "bob", "phone": 13_800_138_000_u64}), 400),
        ("people", json!({"name": "bob", "nickname": ""}), 400),
        ("codes", json!({"person": "bob"}), 400),
        ("codes", json!({"app_id": "shop_mini"}), 400),
        ("codes", json!({"app_id": "nobody", "person": "bob"}), 404),
        ("codes", json!({"app_id": "shop_mini", "person": stranger}), 404),
        ("codes", json!({"app_id": "shop_mini", "person": ""}), 400),
        (
            "codes",
            json!({"app_id": "shop_mini", "person": "bob", "kind": "oauth"}),
            400,
        ),
        (
            "codes",
            json!({"app_id": "shop_web", "person": "bob", "kind": "phone"}),
            400,
        ),
        ("user-info", json!({"app_id": "nobody", "person": "bob"}), 404),
        ("user-info", json!({"app_id": "shop_web", "person": "bob"}), 400),
        (
            "user-info",
            json!({"app_id": "shop_mini", "person": stranger}),
            404,
        ),
        ("clock", json!({}), 400),
        ("clock", json!({"advance": "-5m"}), 400),
        ("clock", json!({"advance": 5}), 400),
        ("clock", json!({"advance": "100000years"}), 400),
        ("clock", json!({"advance": "99999999999999999999s"}), 400),
    ] {
        let answer = wechat.post(&format!("/simulator/{path}"), &body.to_string());
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.body);
        assert!(
            answer.json()["error"].as_str().unwrap().len() > 10,
            "{}",
            answer.body
        );
    }
    let named = wechat
        .post("/simulator/codes", r#"{"app_id":"shop_mini","person":5}"#)
        .json();
    assert_eq!(
        named["error"],
        "\"person\": invalid type: integer `5`, expected a string."
    );
    assert_eq!(wechat.get("/simulator/apps").json().as_array().unwrap().len(), 4);
    assert_eq!(
        wechat.get("/simulator/people").json().as_array().unwrap().len(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_object_is_refused_and_its_content_type_does_not_matter() {
    let wechat = WeChat::start();
    let path = "/simulator/codes";
    let deep = "[".repeat(10_000);
    for body in [
        "",
        "{",
        "null",
        "7",
        "\"x\"",
        r#"["shop_mini","张三"]"#,
        "{\"app_id\":\"\u{1}\"}",
        &deep,
    ] {
        let answer = wechat.post(path, body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.json()["error"].is_string());
    }
    let broken = b"POST /simulator/codes HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n\xff\xfe";
    assert_eq!(wechat.send(broken).status, 400);

    let good = json!({"app_id": "shop_mini", "person": "张三", "unknown": [1]}).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-8",
        "nonsense",
    ] {
        assert_eq!(
            wechat
                .call("POST", path, &format!("Content-Type: {kind}\r\n"), &good)
                .status,
            200,
            "{kind}"
        );
    }
    let padded = |length: usize| good.clone() + &" ".repeat(length);
    assert_eq!(wechat.post(path, &padded(60 * 1024)).status, 200);
    let huge = wechat.post(path, &padded(65 * 1024));
    assert_eq!((huge.status, huge.json()["error"].is_string()), (413, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_brings_the_beginning_back() {
    let wechat = WeChat::start();
    let beginning = |wechat: &WeChat| -> [Value; 2] {
        ["apps", "people"].map(|what| wechat.get(&format!("/simulator/{what}")).json())
    };
    let before = beginning(&wechat);
    let code = wechat.code("小明");
    wechat.control("/simulator/apps", &json!({"channel": "web"}));
    wechat.control("/simulator/people", &json!({"name": "张三", "nickname": "三哥"}));
    let ahead = wechat.control("/simulator/clock", &json!({"advance": "1h"}))["now"]
        .as_u64()
        .unwrap();
    assert_ne!(beginning(&wechat), before);

    for body in ["", "not json", "{}"] {
        let answer = wechat.post("/simulator/reset", body);
        assert_eq!(answer.status, 200);
        assert!(answer.json()["now"].as_u64().unwrap() <= ahead - 3_590);
    }
    assert_eq!(beginning(&wechat), before);
    assert_eq!(wechat.log_in(&mini(), &code).errcode(), 40029);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_404_and_the_wrong_method_405() {
    let wechat = WeChat::start();
    for path in [
        "/nothing",
        "/simulator",
        "/simulator/nothing",
        "/sns/nothing",
        "/%00",
        "/simulator/apps/",
    ] {
        let answer = wechat.get(path);
        assert_eq!(
            (answer.status, answer.json()["error"].is_string()),
            (404, true),
            "{path}"
        );
    }
    for (method, path) in [
        ("GET", "/simulator/codes"),
        ("DELETE", "/simulator/apps"),
        ("GET", "/simulator/reset"),
    ] {
        let answer = wechat.call(method, path, "", "");
        assert_eq!(
            (answer.status, answer.json()["error"].is_string()),
            (405, true),
            "{path}"
        );
    }
}
