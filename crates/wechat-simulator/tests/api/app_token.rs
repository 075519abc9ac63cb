//! The `access_token`s of apps, from outside.

use crate::wechat::{WeChat, mini};
use serde_json::{Value, json};

fn query(grant: &str, secret: &str) -> String {
    format!("grant_type={grant}&appid={}&secret={secret}", mini().app_id)
}

fn classic(wechat: &WeChat) -> Value {
    let query = query("client_credential", &mini().secret);
    wechat.get(&format!("/cgi-bin/token?{query}")).json()
}

fn stable_body(force: bool) -> Value {
    json!({"grant_type": "client_credential", "appid": mini().app_id, "secret": mini().secret, "force_refresh": force})
}

fn stable(wechat: &WeChat, force: bool) -> Value {
    wechat
        .post("/cgi-bin/stable_token", &stable_body(force).to_string())
        .json()
}

/// What a call that needs a token says to this one.
fn shown(wechat: &WeChat, token: &Value) -> i64 {
    let path = format!(
        "/wxa/business/getuserphonenumber?access_token={}",
        token.as_str().unwrap()
    );
    wechat.post(&path, r#"{"code":"none"}"#).errcode()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_written_as_wechat_does() {
    let wechat = WeChat::start();
    let query = query("client_credential", &mini().secret);
    let answer = wechat.get(&format!("/cgi-bin/token?{query}"));
    assert!(
        answer
            .head
            .contains("content-type: application/json; encoding=utf-8"),
        "{}",
        answer.head
    );
    assert!(
        answer.body.starts_with(r#"{"access_token":"99_"#),
        "{}",
        answer.body
    );
    assert!(answer.body.ends_with(r#","expires_in":7200}"#), "{}", answer.body);
    let posted = wechat.call(
        "POST",
        "/cgi-bin/token",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        &query,
    );
    assert_eq!(posted.errcode(), 0, "a form will do");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_what_is_wrong() {
    let wechat = WeChat::start();
    let secret = mini().secret;
    for (query, errcode) in [
        (query("authorization_code", &secret), 40002),
        (query("client_credential", "wrong"), 40125),
        (query("client_credential", ""), 41004),
        ("grant_type=client_credential".to_owned(), 41002),
        ("grant_type=client_credential&appid=wx1".to_owned(), 40013),
    ] {
        let answer = wechat.get(&format!("/cgi-bin/token?{query}"));
        assert_eq!(answer.errcode(), errcode, "{query}");
        assert!(
            answer.body.contains(" rid: ") && !answer.body.contains(", rid"),
            "{}",
            answer.body
        );
    }
    let path = "/cgi-bin/stable_token";
    assert_eq!(wechat.get(path).errcode(), 43002);
    assert_eq!(wechat.post(path, "").errcode(), 44002);
    assert_eq!(wechat.post(path, "grant_type=client_credential").errcode(), 47001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_classic_token_leaves_the_old_one_five_minutes() {
    let wechat = WeChat::start();
    let (first, second) = (classic(&wechat), classic(&wechat));
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(
        shown(&wechat, &first["access_token"]),
        40029,
        "the code is at fault"
    );
    wechat.control("/simulator/clock", &json!({"advance": "5m"}));
    assert_eq!(shown(&wechat, &first["access_token"]), 40001);
    assert_eq!(shown(&wechat, &second["access_token"]), 40029);
    wechat.control("/simulator/clock", &json!({"advance": "2h"}));
    assert_eq!(shown(&wechat, &second["access_token"]), 42001);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stable_token_is_the_same_for_everybody_until_it_rolls() {
    let wechat = WeChat::start();
    let first = stable(&wechat, false);
    classic(&wechat);
    wechat.control("/simulator/clock", &json!({"advance": "1h"}));
    let again = stable(&wechat, false);
    assert_eq!(again["access_token"], first["access_token"]);
    assert!(
        (3_590..=3_600).contains(&again["expires_in"].as_i64().unwrap()),
        "{again}"
    );
    wechat.control("/simulator/clock", &json!({"advance": "56m"}));
    let next = stable(&wechat, false);
    assert_ne!(next["access_token"], first["access_token"]);
    assert_eq!(
        shown(&wechat, &first["access_token"]),
        40029,
        "it has four minutes left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_refresh_ends_everybodys_token_and_is_rationed() {
    let wechat = WeChat::start();
    let first = stable(&wechat, false);
    let forced = stable(&wechat, true);
    assert_eq!(shown(&wechat, &first["access_token"]), 40001);
    assert_eq!(shown(&wechat, &forced["access_token"]), 40029);
    assert_eq!(stable(&wechat, true)["errcode"], 45011);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_missing_unknown_or_revoked() {
    let wechat = WeChat::start();
    let path = "/wxa/business/getuserphonenumber";
    assert_eq!(wechat.post(path, "{}").errcode(), 41001);
    assert_eq!(shown(&wechat, &json!("garbage")), 40001);
    wechat.control("/simulator/settings", &json!({"unknown_token_errcode": 40014}));
    assert_eq!(shown(&wechat, &json!("garbage")), 40014);

    let token = stable(&wechat, false)["access_token"].clone();
    let fault = json!({"endpoint": path, "kind": "token_revoked", "times": 1});
    wechat.control("/simulator/faults", &fault);
    assert_eq!(shown(&wechat, &token), 40001);
    assert_eq!(shown(&wechat, &token), 40001, "for good");
    assert_eq!(shown(&wechat, &stable(&wechat, false)["access_token"]), 40029);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_addresses_get_a_token() {
    let wechat = WeChat::start();
    for (list, errcode) in [(json!(["203.0.113.7"]), 40164), (json!(["127.0.0.1"]), 0)] {
        let app = wechat.control(
            "/simulator/apps",
            &json!({"channel": "mini_program", "ip_allowlist": list}),
        );
        let path = format!(
            "/cgi-bin/token?grant_type=client_credential&appid={}&secret={}",
            app["app_id"].as_str().unwrap(),
            app["secret"].as_str().unwrap()
        );
        let answer = wechat.get(&path);
        assert_eq!(answer.errcode(), errcode);
        if errcode != 0 {
            assert!(
                answer
                    .body
                    .contains("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: "),
                "{}",
                answer.body
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_quota_can_be_cleared() {
    let wechat = WeChat::start();
    let token = stable(&wechat, false)["access_token"].clone();
    while classic(&wechat).get("errcode").is_none() {}
    assert_eq!(classic(&wechat)["errcode"], 45009);
    let path = format!("/cgi-bin/clear_quota?access_token={}", token.as_str().unwrap());
    let body = json!({"appid": mini().app_id}).to_string();
    assert_eq!(wechat.post(&path, &body).body, r#"{"errcode":0,"errmsg":"ok"}"#);
    assert!(classic(&wechat).get("errcode").is_none());

    let body = json!({"appid": mini().app_id, "appsecret": mini().secret}).to_string();
    for n in 2..=11 {
        let expected = if n > 10 { 48006 } else { 0 };
        assert_eq!(
            wechat.post("/cgi-bin/clear_quota/v2", &body).errcode(),
            expected,
            "{n}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_a_length_is_refused() {
    let wechat = WeChat::start();
    let request = "POST /cgi-bin/stable_token HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let answer = wechat.send(request.as_bytes());
    assert_eq!((answer.status, answer.body.as_str()), (412, ""));
}
