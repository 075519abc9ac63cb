//! The consent page of an official account.

use crate::browser::{between, submit};
use crate::wechat::WeChat;
use serde_json::json;

const BASE: &str = "/connect/oauth2/authorize?appid=wxdec0000000000004&redirect_uri=http%3A%2F%2Fh5.test%2Fcb&response_type=code";
const CALLBACK: &str = "http://h5.test/cb?code=";

fn ask(scope: &str) -> String {
    format!("{BASE}&scope={scope}&state=S1")
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_consent_comes_back_at_once() {
    let wechat = WeChat::start();
    let back = wechat.get(&ask("snsapi_base"));
    assert_eq!(back.status, 302);
    assert!(
        back.location().starts_with(CALLBACK) && back.location().ends_with("&state=S1"),
        "{}",
        back.location()
    );
    // As somebody else, whom the browser then is.
    let as_alice = wechat.get(&format!("{}&simulator_person=alice", ask("snsapi_base")));
    let alice = wechat.control("/simulator/people", &json!({"name": "alice"}));
    let cookie = between(&as_alice.head, "set-cookie: ", ";").to_owned();
    assert_eq!(
        cookie,
        format!("simulator_person={}", alice["id"].as_str().unwrap())
    );
    let again = wechat.call(
        "GET",
        &ask("snsapi_base"),
        &format!("Cookie: a=b; {cookie}\r\n"),
        "",
    );
    assert!(again.head.contains(&cookie));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_asked_for_and_may_be_refused() {
    let wechat = WeChat::start();
    let path = ask("snsapi_userinfo");
    let page = wechat.get(&path);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("shop_h5") && page.body.contains(r#"id="allow""#));
    // Browsers would stop the redirect at a form-action.
    assert!(!page.head.contains("form-action"));
    let action = between(&page.body, r#"<form method="post" action=""#, "\"").replace("&amp;", "&");
    assert_eq!(action, path);

    let cancelled = submit(&wechat, &action, "", "action=cancel");
    assert!(cancelled.status == 200 && cancelled.body.contains(r#"data-state="cancelled""#));
    let allowed = submit(&wechat, &action, "", "action=allow&name=alice");
    assert!(allowed.location().starts_with(CALLBACK));
    let snapshot = submit(&wechat, &action, "", "action=allow&snapshot=1");
    assert!(snapshot.location().starts_with(CALLBACK));
    let code = between(snapshot.location(), "code=", "&").to_owned();
    let exchange = wechat.get(&format!(
        "/sns/oauth2/access_token?appid=wxdec0000000000004&secret=dec0dec0dec0dec0dec0dec0dec00004&code={code}&grant_type=authorization_code"
    ));
    let places = ["\"scope\"", "\"is_snapshotuser\":1", "\"unionid\""].map(|key| exchange.body.find(key));
    assert!(places.is_sorted() && places[0].is_some(), "{}", exchange.body);
    let tokens = exchange.json();
    let told = wechat.get(&format!(
        "/sns/userinfo?access_token={}&openid={}",
        tokens["access_token"].as_str().unwrap(),
        tokens["openid"].as_str().unwrap()
    ));
    assert_eq!(told.json()["nickname"], "微信用户");
    let people = wechat.get("/simulator/people").json();
    assert_eq!(
        people.as_array().unwrap().len(),
        4,
        "the account is nobody's: {people}"
    );
    let nothing_pressed = submit(&wechat, &action, "", "name=alice");
    assert!(nothing_pressed.body.contains(r#"data-state="asking""#));
    let preset = wechat.get(&format!("{path}&simulator_snapshot=1")).body;
    assert!(preset.contains(r#"name="snapshot" value="1" checked"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_link_is_answered_with_wechats_number_and_leads_nowhere() {
    let wechat = WeChat::start();
    wechat.control(
        "/simulator/apps",
        &json!({"channel": "official_account", "app_id": "wxh5", "callback_domain": "h5.test", "callback_scheme": "http"}),
    );
    let uri = "redirect_uri=http%3A%2F%2Fh5.test%2Fcb";
    let of = |query: &str| format!("/connect/oauth2/authorize?{query}");
    for (path, words) in [
        (
            of(&format!(
                "appid=nobody&{uri}&response_type=code&scope=snsapi_base"
            )),
            "AppID 参数错误",
        ),
        (
            of("appid=wxh5&redirect_uri=http%3A%2F%2Fwww.h5.test&response_type=code&scope=snsapi_base"),
            r#"<b id="errcode">10003</b>"#,
        ),
        (of("appid=wxh5&response_type=code&scope=snsapi_base"), ">10003<"),
        (
            of("appid=wxh5&redirect_uri=https%3A%2F%2Fh5.test%2Fcb&response_type=code&scope=snsapi_base"),
            ">10039<",
        ),
        (
            of(&format!("appid=wxh5&{uri}&response_type=code&scope=snsapi_login")),
            ">10005<",
        ),
        (
            of(&format!(
                "appid=wxdec0000000000002&{uri}&response_type=code&scope=snsapi_userinfo"
            )),
            ">10005<",
        ),
        (of(&format!("appid=wxh5&{uri}&response_type=code")), ">10010<"),
        (
            of(&format!("appid=wxh5&{uri}&scope=snsapi_base")),
            "response_type 参数错误",
        ),
        (
            of(&format!("response_type=code&appid=wxh5&{uri}&scope=snsapi_base")),
            "链接参数顺序错误",
        ),
        (
            of(&format!(
                "appid=wxh5&{uri}&response_type=code&scope=snsapi_base&state=a-b"
            )),
            "state 参数错误",
        ),
        (
            of(&format!(
                "appid=wxh5&{uri}&response_type=code&scope=snsapi_base&state={}",
                "s".repeat(129)
            )),
            "state 参数错误",
        ),
    ] {
        for page in [wechat.get(&path), submit(&wechat, &path, "", "action=allow")] {
            assert!(page.status == 200 && page.location.is_empty(), "{path}");
            assert!(page.body.contains(words), "{path}: {}", page.body);
        }
    }
    let longest = of(&format!(
        "appid=wxh5&{uri}&response_type=code&scope=snsapi_base&state={}&forcePopup=true&connect_redirect=1",
        "s".repeat(128)
    ));
    assert_eq!(wechat.get(&longest).status, 302);
}
