//! What WeChat tells an app's server about its people.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use crate::browser::{between, poll, shown_uuid, submit};
use crate::wechat::WeChat;
use serde_json::{Value, json};

/// An app's server that takes one message, says `success`, and gives back the head and the body that came.
fn receiver(answer: &'static str) -> (SocketAddr, JoinHandle<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let received = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = Vec::new();
        loop {
            let mut chunk = [0; 4096];
            let length = stream.read(&mut chunk).unwrap();
            bytes.extend_from_slice(&chunk[..length]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && let Ok(message) = serde_json::from_str(body)
            {
                stream.write_all(answer.as_bytes()).unwrap();
                return (head.to_owned(), message);
            }
            assert!(length > 0, "{text}");
        }
    });
    (address, received)
}

const SUCCESS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsuccess";

#[tokio::test(flavor = "multi_thread")]
async fn revoking_voids_what_was_allowed_and_tells_the_apps_server() {
    let wechat = WeChat::start();
    let (address, received) = receiver(SUCCESS);
    let app = json!({"channel": "web", "app_id": "wxshop", "event_url": format!("http://{address}/wx?a=1"), "event_token": "AAAAA"});
    wechat.control("/simulator/apps", &app);
    let alice = wechat.control("/simulator/people", &json!({"name": "alice"}));
    let uuid = shown_uuid(&wechat, "http://shop.test/cb");
    wechat.control(
        "/simulator/scan",
        &json!({"uuid": uuid, "person": "alice", "action": "allow"}),
    );

    let pushed = wechat.control(
        "/simulator/events",
        &json!({"event": "user_authorization_revoke", "app_id": "wxshop", "person": "alice"}),
    );
    assert_eq!(
        (&pushed["status"], &pushed["body"]),
        (&json!(200), &json!("success"))
    );
    let (head, message) = received.join().unwrap();
    assert!(head.starts_with("POST /wx?a=1&signature="), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("content-type: application/json")
    );
    assert!(
        pushed["url"]
            .as_str()
            .unwrap()
            .ends_with(between(&head, "POST ", " HTTP"))
    );
    assert_eq!(
        (
            &message["Event"],
            &message["OpenID"],
            &message["AppID"],
            &message["RevokeInfo"]
        ),
        (
            &json!("user_authorization_revoke"),
            &alice["openids"]["wxshop"],
            &json!("wxshop"),
            &json!("301")
        )
    );
    // What was allowed another app stays.
    assert_eq!(poll(&wechat, &uuid, "")["wx_errcode"], 405);
    let (address, received) = receiver(SUCCESS);
    wechat.control(
        "/simulator/events",
        &json!({"event": "user_authorization_cancellation", "app_id": "shop_web", "person": "alice", "url": format!("http://{address}/")}),
    );
    assert_eq!(
        received.join().unwrap().1["Event"],
        "user_authorization_cancellation"
    );
    assert_eq!(poll(&wechat, &uuid, "")["wx_errcode"], 402);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_not_followed_and_the_answer_is_cut() {
    let wechat = WeChat::start();
    let (address, received) =
        receiver("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nConnection: close\r\n\r\n");
    let event = json!({"event": "user_authorization_revoke", "app_id": "shop_mini", "person": "张三",
        "url": format!("http://{address}/"), "revoke_info": "8"});
    assert_eq!(wechat.control("/simulator/events", &event)["status"], 302);
    assert_eq!(received.join().unwrap().1["RevokeInfo"], "8");

    let long: &'static str = Box::leak(
        format!(
            "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n{}",
            "x".repeat(5_000)
        )
        .into_boxed_str(),
    );
    let (address, _received) = receiver(long);
    let event = json!({"event": "user_authorization_revoke", "app_id": "shop_mini", "person": "张三", "url": format!("http://{address}/")});
    let pushed = wechat.control("/simulator/events", &event);
    assert_eq!(
        (&pushed["status"], pushed["body"].as_str().unwrap().len()),
        (&json!(500), 1024)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_sent_is_a_fault() {
    let wechat = WeChat::start();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let event = "user_authorization_revoke";
    for (request, status) in [
        (
            json!({"event": event, "app_id": "shop_web", "person": "张三"}),
            400,
        ),
        (
            json!({"event": event, "app_id": "shop_web", "person": "张三", "url": "file:///etc/passwd"}),
            400,
        ),
        (
            json!({"event": event, "app_id": "nobody", "person": "张三", "url": "http://h/"}),
            404,
        ),
        (
            json!({"event": "user_info_modified", "app_id": "shop_web", "person": "张三", "url": "http://h/"}),
            400,
        ),
        (
            json!({"event": event, "app_id": "shop_web", "person": "张三", "url": format!("http://{closed}/")}),
            502,
        ),
    ] {
        let answer = wechat.post("/simulator/events", &request.to_string());
        assert_eq!(answer.status, status, "{request}: {}", answer.body);
        assert!(answer.json()["error"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_pushes_too_and_shows_what_came_back() {
    let wechat = WeChat::start();
    assert!(
        wechat
            .get("/")
            .body
            .contains(r#"action="/simulator/push?lang=zh#events""#)
    );
    let (address, received) = receiver(SUCCESS);
    let form =
        format!("app=shop_web&person=alice&event=user_authorization_revoke&url=http%3A%2F%2F{address}%2F");
    let page = submit(&wechat, "/simulator/push?lang=en", "", &form);
    assert!(
        page.body.contains("success") && page.body.contains(r#"id="pushed""#),
        "{}",
        page.body
    );
    received.join().unwrap();
    let refused = submit(&wechat, "/simulator/push", "", "app=shop_web");
    assert!(refused.status == 200 && refused.body.contains(r#"role="alert""#));
}
