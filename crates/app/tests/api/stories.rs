//! What this service is for: a story for each thing that it must do, told by those who want it.

use std::time::Duration;

use serde_json::json;
use wechat_login_domain::{Scope, ScopeChange, UserReference};

use crate::{
    TestApp,
    answer::{Answer, http},
    browser::Browser,
};

const DAY: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);

/// What `wx.login`, or WeChat's SDK in an app, gives this person.
async fn code(app: &TestApp, app_name: &str, person: &str) -> String {
    let wanted = json!({"app_id": app_name, "person": person});
    let given = app.simulate("/simulator/codes", wanted).await;
    given["code"].as_str().expect("a code").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn story_1_a_mini_program_exchanges_a_code_for_a_session_that_lasts_a_week_from_its_last_use() {
    let app = TestApp::spawn().await;

    // 小明 opens the mini-program for the first time. It sends what wx.login gave it, and keeps the token.
    let login = app
        .log_in_with(json!({"code": code(&app, "shop_mini", "小明").await}))
        .await;
    assert_eq!(login.status, 200, "{}", login.text);
    let login = login.json();
    assert_eq!(login["is_new_user"], true);
    assert_eq!(login["token_type"], "Bearer");
    assert_eq!(login["expires_in"], 7 * DAY.as_secs());
    assert_eq!(login["session"]["channel"], "mini_program");

    // He comes back every six days, and is never asked to sign in again.
    let member = app.member(login);
    for _ in 0..10 {
        app.clock.advance(6 * DAY);
        let session = member.get("/v1/session").await;
        assert_eq!(session.status, 200, "{}", session.text);
    }

    // Then he stays away for a week and a minute, and is told that he must.
    app.clock.advance(7 * DAY + MINUTE);
    let problem = member.get("/v1/session").await.problem(401, "session_expired");
    assert_eq!(problem["user_message"], "登录已过期，请重新登录");

    // He does, and is who he was.
    let again = app.log_in("小明").await;
    assert_eq!(again.login["is_new_user"], false);
    assert_eq!(again.user_id(), member.user_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn story_2_a_mini_program_sends_what_wechat_encrypted_and_gets_it_back_in_plain_words_once() {
    let app = TestApp::spawn().await;
    let named = json!({"name": "小明", "nickname": "飞翔的企鹅🐧"});
    app.simulate("/simulator/people", named).await;

    // The mini-program has a code, and the profile as wx.getUserInfo gave it: encryptedData and iv.
    let code = code(&app, "shop_mini", "小明").await;
    let person = json!({"app_id": "shop_mini", "person": "小明"});
    let encrypted = app.simulate("/simulator/user-info", person).await;
    let login = app
        .log_in_with(json!({
            "code": code,
            "user_info": {"encryptedData": encrypted["encrypted_data"], "iv": encrypted["iv"]},
        }))
        .await;
    assert_eq!(login.status, 200, "{}", login.text);
    let login = login.json();
    assert_eq!(login["user_info"]["nickName"], "飞翔的企鹅🐧");

    // From then on the service knows what he is called, and nobody learns who he is at WeChat.
    assert_eq!(login["user"]["nickname"], "飞翔的企鹅🐧");
    assert!(login["user_info"].get("openId").is_none());
    let member = app.member(login);
    assert_eq!(member.get("/v1/me").await.json()["nickname"], "飞翔的企鹅🐧");
    let again = app.log_in("小明").await;
    assert!(again.login.get("user_info").is_none());
    assert_eq!(again.login["user"]["nickname"], "飞翔的企鹅🐧");
}

#[tokio::test(flavor = "multi_thread")]
async fn story_3_whoever_scans_on_the_website_and_signs_in_to_the_app_is_one_user() {
    let app = TestApp::spawn().await;
    let named = json!({"name": "小明", "nickname": "张三🐯"});
    app.simulate("/simulator/people", named).await;

    // 小明 scans the website's QR code, and comes back signed in.
    let mut browser = Browser::new(&app);
    let back = browser
        .sign_in_at("/v1/login/web?return_to=/orders", "小明")
        .await;
    assert_eq!(back.status, 303, "{}", back.text);
    assert_eq!(back.header("location"), Some("http://127.0.0.1:8080/orders"));
    let on_the_website = browser.user().await;
    assert_eq!(on_the_website["nickname"], "张三🐯");

    // On his phone he taps "sign in with WeChat". It is another app with another openid, and WeChat says it is the same person.
    let login = http()
        .post(app.url("/v1/login/mobile-app"))
        .json(&json!({"code": code(&app, "shop_app", "小明").await}));
    let login = Answer::of(login).await;
    assert_eq!(login.status, 200, "{}", login.text);
    let in_the_app = login.json();
    assert_eq!(in_the_app["is_new_user"], false);
    assert_eq!(in_the_app["user"], on_the_website);

    // So he is in the mini-program.
    let in_the_mini_program = app.log_in("小明").await;
    assert_eq!(in_the_mini_program.login["user"], on_the_website);
}

#[tokio::test(flavor = "multi_thread")]
async fn story_4_a_backend_judges_by_scope_and_asks_whether_wechat_still_knows_the_session() {
    let app = TestApp::spawn_with(&[("clients.shop_api.secret", "shop-secret")]).await;
    let member = app.log_in("小明").await;
    let introspect = async || {
        let question = http()
            .post(app.url("/oauth2/introspect"))
            .basic_auth("shop_api", Some("shop-secret"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("token={}", member.token));
        let answer = Answer::of(question).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    };

    // The backend is sent a token, and asks whose it is and what they may do: nothing special.
    let whose = introspect().await;
    assert_eq!(whose["active"], true);
    assert_eq!(whose["sub"], member.user_id());
    assert_eq!(whose["scope"], "");

    // An operator allows 小明 to give refunds. A second later every backend knows.
    let operator = app.operator().await;
    let refunds = Scope::parse("orders:refund").expect("a scope");
    operator
        .change_scopes
        .run(
            &UserReference::parse(member.user_id()),
            &ScopeChange::Add(vec![refunds]),
        )
        .await
        .expect("it is done");
    let mut tries = 0;
    while introspect().await["scope"] != "orders:refund" {
        tries += 1;
        assert!(tries < 30, "the scope has not come after 3 s");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    // Before it has the mini-program encrypt something, it asks whether WeChat's own session is still good.
    let asked = member.get("/v1/session?check=wechat").await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert_eq!(asked.json()["wechat_session"], "valid");

    // Another server of the company's exchanges a newer code of 小明's. WeChat encrypts with another session_key from now on.
    let code = app.login_code("小明").await;
    let apps = Answer::of(http().get(app.simulator_url("/simulator/apps"))).await;
    let shop_mini = &apps.json()[0];
    let text = |key: &str| shop_mini[key].as_str().expect("a text").to_owned();
    let query = [
        ("appid", text("app_id")),
        ("secret", text("secret")),
        ("js_code", code),
        ("grant_type", "authorization_code".to_owned()),
    ];
    let exchange = url::Url::parse_with_params(&app.simulator_url("/sns/jscode2session"), query);
    let exchanged = Answer::of(http().get(exchange.expect("an address"))).await;
    assert!(exchanged.json()["session_key"].is_string(), "{}", exchanged.text);
    let asked = member.get("/v1/session?check=wechat").await.json();
    assert_eq!(asked["wechat_session"], "stale");
    assert_eq!(introspect().await["active"], true, "ours is as good as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn story_5_the_token_says_who_it_is_in_every_later_request_until_they_log_out() {
    let app = TestApp::spawn().await;
    let (ming, hong) = (app.log_in("小明").await, app.log_in("小红").await);

    // Whatever is asked for, each is who they are: for themselves, and at the gateway in front of a backend.
    for member in [&ming, &hong] {
        assert_eq!(member.get("/v1/me").await.json()["id"], member.user_id());
        assert_eq!(
            member.get("/v1/session").await.json()["user"]["id"],
            member.user_id()
        );
        let verified = member.get("/v1/auth/verify").await;
        assert_eq!(verified.status, 200);
        assert_eq!(verified.header("x-login-user-id"), Some(member.user_id()));
        assert_eq!(verified.header("x-login-channel"), Some("mini_program"));
    }

    // 小明 logs out, and his token is nobody's. 小红 notices nothing.
    assert_eq!(ming.delete("/v1/session").await.status, 204);
    for path in ["/v1/me", "/v1/session"] {
        let problem = ming.get(path).await.problem(401, "session_revoked");
        assert_eq!(problem["reason"], "logged_out");
    }
    assert_eq!(ming.get("/v1/auth/verify").await.status, 401);
    assert_eq!(hong.get("/v1/auth/verify").await.status, 200);
}
