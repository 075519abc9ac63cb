//! `GET /sns/jscode2session`, from outside.

use crate::wechat::{WeChat, login_path, mini};
use serde_json::{Value, json};
use wechat_login_simulator::{App, Options, UnknownCodes, demo_apps};

const MOCK: &str = "the code is a mock one";

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_written_as_wechat_does() {
    let wechat = WeChat::start();
    // A key with a slash comes soon: three keys in ten have one.
    let answer = (0..200)
        .map(|_| wechat.log_in(&mini(), &wechat.code("张三")))
        .find(|answer| answer.body.contains('/'))
        .unwrap();
    assert_eq!(answer.status, 200);
    assert!(
        answer.head.contains("\r\ncontent-type: text/plain\r\n")
            || answer.head.ends_with("\r\ncontent-type: text/plain"),
        "{}",
        answer.head
    );
    assert_eq!(
        answer.body.matches('/').count(),
        answer.body.matches(r"\/").count(),
        "{}",
        answer.body
    );

    let session = answer.json();
    let keys = [r#"{"session_key":""#, r#","openid":""#, r#","unionid":""#].map(|key| answer.body.find(key));
    assert!(
        keys[0] == Some(0) && keys[0] < keys[1] && keys[1] < keys[2],
        "{}",
        answer.body
    );
    assert_eq!(session.as_object().unwrap().len(), 3, "{session}");
    let length = |name: &str| session[name].as_str().unwrap().len();
    assert_eq!(
        (length("session_key"), length("openid"), length("unionid")),
        (24, 28, 28)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_bound_to_no_account_gives_no_unionid() {
    let app = App {
        app_id: "wx0000000000000001".to_owned(),
        name: "alone".to_owned(),
        open_platform: None,
        ..mini()
    };
    let wechat = WeChat::with(Options {
        extra_apps: vec![app.clone()],
        ..Options::default()
    });
    let issued = wechat.control("/simulator/codes", &json!({"app_id": "alone", "person": "张三"}));
    let session = wechat.log_in(&app, issued["code"].as_str().unwrap()).json();
    assert_eq!(session.get("unionid"), None);
    assert_ne!(session["openid"], wechat.log_in(&mini(), MOCK).json()["openid"]);
}

/// Each call lacks one thing more than the one after it, so every answer also shows what is checked first.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_in_order_and_only_a_login_spends_the_code() {
    let wechat = WeChat::start();
    let (app, code) = (mini(), wechat.code("张三"));
    let (id, secret) = (&app.app_id, &app.secret);
    let id_is = format!("appid={id}");
    let known = format!("{id_is}&secret={secret}");
    let granted = format!("{known}&grant_type=authorization_code");
    for (query, errcode, errmsg) in [
        (String::new(), 41002, "appid missing"),
        (
            format!("appid=&secret={secret}&js_code={code}"),
            41002,
            "appid missing",
        ),
        ("appid=wx1".to_owned(), 40013, "invalid appid"),
        (format!("appid=%20{id}&secret={secret}"), 40013, "invalid appid"),
        (id_is.clone(), 41004, "appsecret missing"),
        (
            format!("{id_is}&secret=wrong&js_code={code}&grant_type=authorization_code"),
            40125,
            "invalid appsecret",
        ),
        (known.clone(), 40002, "invalid grant_type"),
        (
            format!("{known}&js_code={code}&grant_type=client_credential"),
            40002,
            "invalid grant_type",
        ),
        (granted.clone(), 41008, "missing code"),
        (format!("{granted}&code={code}"), 41008, "missing code"),
        (format!("{granted}&js_code=unknown"), 40029, "invalid code"),
        (
            format!("{granted}&js_code={MOCK}x").replace(' ', "+"),
            40029,
            "invalid code",
        ),
    ] {
        let answer = wechat.get(&format!("/sns/jscode2session?{query}"));
        assert_eq!(answer.errcode(), errcode, "{query}: {}", answer.body);
        let message = answer.json()["errmsg"].as_str().unwrap().to_owned();
        let rid = message
            .strip_prefix(&format!("{errmsg}, rid: "))
            .unwrap_or_else(|| panic!("{message}"));
        assert_eq!(
            rid.split('-').map(str::len).collect::<Vec<_>>(),
            [8, 8, 8],
            "{rid}"
        );
        assert!(answer.head.contains("content-type: text/plain") && !answer.head.contains("charset"));
    }
    assert_eq!(wechat.log_in(&app, &code).errcode(), 0);
    assert_eq!(wechat.log_in(&app, &code).errcode(), 40163);
    assert!(wechat.log_in(&app, &code).body.contains("code been used, rid: "));
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_of_another_app_channel_or_button_are_refused() {
    let wechat = WeChat::start();
    let other = wechat.control("/simulator/apps", &json!({"channel": "mini_program"}));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let other = App {
        app_id: text(&other["app_id"]),
        secret: text(&other["secret"]),
        ..mini()
    };
    let code = wechat.code("张三");
    assert_eq!(wechat.log_in(&other, &code).errcode(), 40029);
    assert_eq!(wechat.log_in(&mini(), &code).errcode(), 0);
    assert_eq!(wechat.log_in(&other, &code).errcode(), 40029);

    let phone = json!({"app_id": "shop_mini", "person": "张三", "kind": "phone"});
    let phone = text(&wechat.control("/simulator/codes", &phone)["code"]);
    assert_eq!(phone.len(), 64);
    assert_eq!(wechat.log_in(&mini(), &phone).errcode(), 40029);

    for web in &demo_apps()[1..] {
        let code = wechat.control("/simulator/codes", &json!({"app_id": web.name, "person": "张三"}));
        assert_eq!(wechat.log_in(web, &text(&code["code"])).errcode(), 40029);
        assert_eq!(wechat.log_in(web, MOCK).errcode(), 40029);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lives_for_five_minutes_of_the_virtual_clock() {
    let wechat = WeChat::start();
    let (early, late, used) = (wechat.code("张三"), wechat.code("张三"), wechat.code("张三"));
    assert_eq!(wechat.log_in(&mini(), &used).errcode(), 0);
    wechat.control("/simulator/clock", &json!({"advance": "4m 30s"}));
    assert_eq!(wechat.log_in(&mini(), &early).errcode(), 0);
    assert_eq!(wechat.log_in(&mini(), &used).errcode(), 40163);
    let now = wechat.control("/simulator/clock", &json!({"advance": "30s"}))["now"]
        .as_u64()
        .unwrap();
    let answer = wechat.log_in(&mini(), &late);
    assert_eq!(answer.errcode(), 40029);
    // The rid is stamped by the same clock.
    let message = answer.json()["errmsg"].as_str().unwrap().to_owned();
    let stamp = u64::from_str_radix(&message["invalid code, rid: ".len()..][..8], 16).unwrap();
    assert!((now..now + 10).contains(&stamp), "{stamp} is not {now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_keeps_their_openid_over_restarts_and_resets() {
    let first = WeChat::start();
    let before = first.log_in(&mini(), &first.code("小明")).json();
    first.control("/simulator/reset", &json!({}));
    let after_reset = first.log_in(&mini(), &first.code("小明")).json();
    first.stop().await;
    let second = WeChat::start();
    let after_restart = second.log_in(&mini(), &second.code("小明")).json();
    for after in [after_reset, after_restart] {
        assert_eq!(
            (&after["openid"], &after["unionid"]),
            (&before["openid"], &before["unionid"])
        );
        assert_ne!(after["session_key"], before["session_key"]);
    }
    assert_ne!(
        second.log_in(&mini(), &second.code("小红")).json()["openid"],
        before["openid"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_code_signs_the_demo_person_in_every_time() {
    let wechat = WeChat::start();
    let openid = wechat.log_in(&mini(), &wechat.code("张三")).json()["openid"].clone();
    for _ in 0..3 {
        assert_eq!(wechat.log_in(&mini(), MOCK).json()["openid"], openid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_codes_are_the_demo_persons_where_asked_for() {
    let wechat = WeChat::with(Options {
        unknown_codes: UnknownCodes::DemoPerson,
        ..Options::default()
    });
    let openid = wechat.log_in(&mini(), MOCK).json()["openid"].clone();
    let from_devtools = "0b1HquFa1z1e3K0vlzIa1Bw3qt2HquFF";
    assert_eq!(wechat.log_in(&mini(), from_devtools).json()["openid"], openid);

    let (used, expired) = (wechat.code("alice"), wechat.code("alice"));
    assert_ne!(wechat.log_in(&mini(), &used).json()["openid"], openid);
    assert_eq!(wechat.log_in(&mini(), &used).errcode(), 40163);
    wechat.control("/simulator/clock", &json!({"advance": "1d"}));
    wechat.code("alice");
    assert_eq!(wechat.log_in(&mini(), &used).errcode(), 40029);
    assert_eq!(wechat.log_in(&mini(), &expired).errcode(), 40029);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_is_refused_in_wechats_way_and_spends_nothing() {
    let wechat = WeChat::start();
    let path = login_path(&mini(), &wechat.code("张三"));
    for method in ["PUT", "PATCH", "DELETE"] {
        let answer = wechat.call(method, &path, "", "{}");
        assert_eq!(answer.errcode(), 43001, "{}", answer.body);
        assert!(
            answer.body.contains("require GET method, rid: "),
            "{}",
            answer.body
        );
    }
    assert_eq!(
        wechat.get(&format!("{path}&access_token=whatever&x")).errcode(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_in_the_query_is_only_a_wrong_parameter() {
    let wechat = WeChat::start();
    let mut queries = [
        "?",
        "?&&&",
        "?appid=%FF%00&secret=%",
        "?appid",
        "?appid=wx&appid=wx2",
    ]
    .map(str::to_owned)
    .to_vec();
    queries.push(format!("?appid={}", "x".repeat(60_000)));
    queries.push(
        login_path(&mini(), &"长".repeat(3_000))
            .replace("/sns/jscode2session", "")
            .replace('长', "%E9%95%BF"),
    );
    for query in queries {
        let errcode = wechat.get(&format!("/sns/jscode2session{query}")).errcode();
        assert!([40013, 40029, 41002].contains(&errcode), "{errcode}");
    }
}
