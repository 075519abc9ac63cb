//! The login of websites, apps and official accounts, from outside.

use crate::wechat::{Answer, WeChat};
use serde_json::{Value, json};
use wechat_login_simulator::{App, demo_apps};

fn apps() -> [App; 4] {
    demo_apps().try_into().unwrap()
}

fn code(wechat: &WeChat, app: &App, person: &str) -> String {
    let issued = wechat.control(
        "/simulator/codes",
        &json!({"app_id": app.app_id, "person": person}),
    );
    issued["code"].as_str().unwrap().to_owned()
}

fn exchange(wechat: &WeChat, app: &App, code: &str) -> Answer {
    wechat.get(&format!(
        "/sns/oauth2/access_token?appid={}&secret={}&code={code}&grant_type=authorization_code",
        app.app_id, app.secret
    ))
}

fn signed_in(wechat: &WeChat, app: &App, person: &str) -> Value {
    exchange(wechat, app, &code(wechat, app, person)).json()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

fn with_token(wechat: &WeChat, path: &str, tokens: &Value) -> Answer {
    wechat.get(&format!(
        "{path}?access_token={}&openid={}&lang=zh_CN",
        text(tokens, "access_token"),
        text(tokens, "openid")
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_written_as_wechat_does() {
    let wechat = WeChat::start();
    let [_, web, app, h5] = apps();
    for (app, scope) in [
        (web, "snsapi_login"),
        (app, "snsapi_userinfo"),
        (h5, "snsapi_userinfo"),
    ] {
        let answer = exchange(&wechat, &app, &code(&wechat, &app, "张三"));
        let tokens = answer.json();
        let keys = [
            "access_token",
            "expires_in",
            "refresh_token",
            "openid",
            "scope",
            "unionid",
        ];
        let places = keys.map(|key| answer.body.find(&format!("\"{key}\":")));
        assert!(places.is_sorted() && places[0].is_some(), "{}", answer.body);
        assert_eq!(tokens.as_object().unwrap().len(), keys.len(), "{tokens}");
        assert_eq!(
            (
                text(&tokens, "access_token").len(),
                text(&tokens, "refresh_token").len()
            ),
            (110, 110)
        );
        assert_eq!(
            (&tokens["expires_in"], text(&tokens, "scope")),
            (&json!(7200), scope)
        );
        assert!(
            answer.head.contains("content-type: text/plain"),
            "{}",
            answer.head
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_has_one_unionid_and_an_openid_at_each_app() {
    let wechat = WeChat::start();
    let [_, web, app, _] = apps();
    let (at_web, at_app) = (signed_in(&wechat, &web, "张三"), signed_in(&wechat, &app, "张三"));
    assert_eq!(at_web["unionid"], at_app["unionid"]);
    assert_ne!(at_web["openid"], at_app["openid"]);
    assert_ne!(signed_in(&wechat, &web, "李四")["unionid"], at_web["unionid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_has_the_real_nickname() {
    let wechat = WeChat::start();
    let [_, web, ..] = apps();
    let answer = with_token(&wechat, "/sns/userinfo", &signed_in(&wechat, &web, "张三"));
    assert!(
        answer.body.contains(
            r#""nickname":"张三","sex":0,"language":"","city":"","province":"","country":"","headimgurl":"https:\/\/thirdwx.qlogo.cn\/mmopen\/vi_32\/"#
        ),
        "{}",
        answer.body
    );
    assert!(
        answer.body.contains(r#"","privilege":[],"unionid":"o"#),
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_at_its_own_app_for_ten_minutes() {
    let wechat = WeChat::start();
    let [mini, web, app, _] = apps();
    let of_web = code(&wechat, &web, "张三");
    for other in [&mini, &app] {
        assert_eq!(exchange(&wechat, other, &of_web).errcode(), 40029);
    }
    assert_eq!(wechat.log_in(&mini, &of_web).errcode(), 40029);
    assert_eq!(exchange(&wechat, &web, &of_web).errcode(), 0);
    assert_eq!(exchange(&wechat, &web, &of_web).errcode(), 40163);
    assert_eq!(
        exchange(&wechat, &web, &wechat.code("张三")).errcode(),
        40029,
        "wx.login's"
    );
    assert_eq!(exchange(&wechat, &web, "").errcode(), 41008);
    let late = code(&wechat, &web, "张三");
    wechat.control("/simulator/clock", &json!({"advance": "10m"}));
    assert_eq!(exchange(&wechat, &web, &late).errcode(), 40029);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_posted_form_works_like_a_query() {
    let wechat = WeChat::start();
    let [_, web, ..] = apps();
    let code = code(&wechat, &web, "张三");
    let path = format!("/sns/oauth2/access_token?appid={}&nobody=cares", web.app_id);
    let form = format!("secret={}&code={code}&grant_type=authorization_code", web.secret);
    let answer = wechat.call(
        "POST",
        &path,
        "Content-Type: application/x-www-form-urlencoded\r\n",
        &form,
    );
    assert_eq!(answer.errcode(), 0, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_person_signs_in_nowhere() {
    let wechat = WeChat::start();
    wechat.control("/simulator/people", &json!({"name": "mallory", "blocked": true}));
    let [mini, web, ..] = apps();
    let blocked = code(&wechat, &web, "mallory");
    assert_eq!(exchange(&wechat, &web, &blocked).errcode(), 40226);
    assert_eq!(wechat.log_in(&mini, &wechat.code("mallory")).errcode(), 40226);
    wechat.control("/simulator/people", &json!({"name": "mallory", "blocked": false}));
    assert_eq!(exchange(&wechat, &web, &blocked).errcode(), 0, "it was not spent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_checked_with_its_person() {
    let wechat = WeChat::start();
    let [_, web, ..] = apps();
    let tokens = signed_in(&wechat, &web, "张三");
    let other = signed_in(&wechat, &web, "李四");
    assert_eq!(
        with_token(&wechat, "/sns/auth", &tokens).body,
        r#"{"errcode":0,"errmsg":"ok"}"#
    );
    let mixed = json!({"access_token": tokens["access_token"], "openid": other["openid"]});
    let garbage = json!({"access_token": "garbage", "openid": tokens["openid"]});
    for path in ["/sns/auth", "/sns/userinfo"] {
        assert_eq!(with_token(&wechat, path, &mixed).errcode(), 40003);
        assert_eq!(with_token(&wechat, path, &garbage).errcode(), 40001);
        assert_eq!(wechat.get(path).errcode(), 41001);
        assert_eq!(wechat.get(&format!("{path}?access_token=x")).errcode(), 41009);
    }
    wechat.control("/simulator/clock", &json!({"advance": "2h"}));
    assert_eq!(with_token(&wechat, "/sns/userinfo", &tokens).errcode(), 42001);
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshing_needs_no_secret() {
    let wechat = WeChat::start();
    let [_, web, app, _] = apps();
    let tokens = signed_in(&wechat, &web, "张三");
    let refresh = |app: &App, token: &str| {
        wechat.get(&format!(
            "/sns/oauth2/refresh_token?appid={}&grant_type=refresh_token&refresh_token={token}",
            app.app_id
        ))
    };
    let token = text(&tokens, "refresh_token");
    let same = refresh(&web, token).json();
    assert_eq!(same["access_token"], tokens["access_token"]);
    assert_eq!(same.get("unionid"), None);
    assert_eq!(refresh(&app, token).errcode(), 40030);
    assert_eq!(refresh(&web, "").errcode(), 41003);
    wechat.control("/simulator/clock", &json!({"advance": "3h"}));
    let fresh = refresh(&web, token).json();
    assert_ne!(fresh["access_token"], tokens["access_token"]);
    assert_eq!(with_token(&wechat, "/sns/auth", &fresh).errcode(), 0);
    wechat.control("/simulator/clock", &json!({"advance": "30d"}));
    assert_eq!(refresh(&web, token).errcode(), 42002);
}
