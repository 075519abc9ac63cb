//! What the real WeChat does on bad days.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wechat_login_domain::{
    LoginCode,
    ports::{WeChat, WeChatError},
};

use crate::world::{SHOP, WEB, WITHIN, World, app};

const LOGIN: &str = "/sns/jscode2session";
const EXCHANGE: &str = "/sns/oauth2/access_token";
const USER_INFO: &str = "/sns/userinfo";
const PHONE_NUMBER: &str = "/wxa/business/getuserphonenumber";
const TOKEN: &str = "/cgi-bin/stable_token";

/// One login with this fault, and its code.
async fn log_in(world: &World, fault: &Value) -> (Result<(), WeChatError>, String) {
    let code = world.code(SHOP, "张三").await;
    world.next_fails(LOGIN, fault).await;
    (world.exchange(SHOP, &code).await.map(drop), code)
}

/// What each of the calls says to this fault.
async fn every_call(world: &World, fault: &Value) -> Vec<Result<(), WeChatError>> {
    let mut answers = Vec::new();
    for endpoint in [LOGIN, EXCHANGE, USER_INFO, PHONE_NUMBER, TOKEN] {
        answers.push(one_call(world, endpoint, fault).await);
    }
    answers
}

pub(crate) async fn what_nicknames_bring_along_costs_nobody_the_login(world: &World) {
    for kind in [
        "control_characters",
        "broken_utf8",
        "lone_surrogate",
        "bom",
        "wrong_content_type",
    ] {
        let who = world.signed_in(WEB, "张三").await;
        world.next_fails(USER_INFO, &json!({ "kind": kind })).await;
        let told = world.user_info(WEB, &who).await;
        let told = told.unwrap_or_else(|error| panic!("{kind}: {error}"));
        let nickname = told.profile.nickname.unwrap_or_default();
        assert!(
            nickname.contains('张') && nickname.contains('三'),
            "{kind}: {nickname}"
        );
    }
}

pub(crate) async fn numbers_as_text_and_text_as_numbers_are_understood(world: &World) {
    let (answer, _) = log_in(world, &json!({"kind": "errcode_as_string"})).await;
    assert_eq!(answer, Ok(()));
    for kind in ["errcode_as_string", "extra_fields"] {
        for answer in every_call(world, &json!({ "kind": kind })).await {
            assert_eq!(answer, Ok(()), "{kind}");
        }
    }
    let spent = world.code(SHOP, "张三").await;
    world.exchange(SHOP, &spent).await.unwrap();
    world
        .next_fails(LOGIN, &json!({"kind": "errcode_as_string"}))
        .await;
    assert_eq!(world.exchange(SHOP, &spent).await, Err(WeChatError::CodeRejected));

    let openid = world.openid(SHOP, "张三").await;
    let code = world.code_of_kind(SHOP, "张三", "phone").await;
    let number = json!({"kind": "set_field", "field": "countryCode", "value": 86});
    world.next_fails(PHONE_NUMBER, &number).await;
    let phone = world.phone_number(SHOP, &code, &openid).await.unwrap();
    assert_eq!(phone.expose(), "+8613800138000");
}

pub(crate) async fn what_means_nothing_is_unavailable(world: &World) {
    for fault in [
        json!({"kind": "html"}),
        json!({"kind": "html_502"}),
        json!({"kind": "http_status", "status": 503}),
        json!({"kind": "empty"}),
        json!({"kind": "truncated"}),
        json!({"kind": "cut_off"}),
        json!({"kind": "oversized"}),
        json!({"kind": "oversized", "bytes": 16_777_216}),
        json!({"kind": "deeply_nested"}),
        json!({"kind": "duplicate_keys"}),
        json!({"kind": "reset", "when": "before"}),
        json!({"kind": "reset", "when": "after"}),
        json!({"kind": "close"}),
    ] {
        for answer in every_call(world, &fault).await {
            assert_eq!(answer, Err(WeChatError::Unavailable), "{fault}");
        }
    }
    for (endpoint, field) in [
        (LOGIN, "openid"),
        (LOGIN, "session_key"),
        (EXCHANGE, "openid"),
        (EXCHANGE, "access_token"),
        (USER_INFO, "openid"),
        (PHONE_NUMBER, "phone_info"),
        (PHONE_NUMBER, "countryCode"),
        (PHONE_NUMBER, "purePhoneNumber"),
        (PHONE_NUMBER, "watermark"),
        (TOKEN, "access_token"),
        (TOKEN, "expires_in"),
    ] {
        let fault = json!({"kind": "missing_field", "field": field});
        assert_eq!(
            one_call(world, endpoint, &fault).await,
            Err(WeChatError::Unavailable),
            "{fault}"
        );
    }
}

/// What the call of this path says to the fault.
async fn one_call(world: &World, endpoint: &str, fault: &Value) -> Result<(), WeChatError> {
    match endpoint {
        LOGIN => log_in(world, fault).await.0,
        EXCHANGE => {
            let code = world.code(WEB, "张三").await;
            world.next_fails(EXCHANGE, fault).await;
            world.exchange_oauth(WEB, &code).await.map(drop)
        }
        USER_INFO => {
            let who = world.signed_in(WEB, "张三").await;
            world.next_fails(USER_INFO, fault).await;
            world.user_info(WEB, &who).await.map(drop)
        }
        PHONE_NUMBER => {
            let openid = world.openid(SHOP, "张三").await;
            let code = world.code_of_kind(SHOP, "张三", "phone").await;
            world.next_fails(PHONE_NUMBER, fault).await;
            world.phone_number(SHOP, &code, &openid).await.map(drop)
        }
        _ => {
            world.next_fails(TOKEN, fault).await;
            let fetched = world.wechat().app_access_token(&app(SHOP), WITHIN).await;
            fetched.map(|fetched| world.remember(fetched.token.expose()))
        }
    }
}

pub(crate) async fn a_lost_answer_has_spent_the_code_and_a_lost_question_has_not(world: &World) {
    for kind in ["reset", "close", "html_502", "empty"] {
        let (answer, code) = log_in(world, &json!({"kind": kind, "when": "before"})).await;
        assert_eq!(answer, Err(WeChatError::Unavailable), "{kind}");
        assert!(world.exchange(SHOP, &code).await.is_ok(), "{kind}");
        let (answer, code) = log_in(world, &json!({"kind": kind, "when": "after"})).await;
        assert_eq!(answer, Err(WeChatError::Unavailable), "{kind}");
        let again = world.exchange(SHOP, &code).await;
        assert_eq!(again, Err(WeChatError::CodeRejected), "{kind}");
    }
}

pub(crate) async fn a_silent_or_slow_wechat_costs_no_more_than_the_time_given(world: &World) {
    const GIVEN: Duration = Duration::from_millis(300);
    for fault in [
        json!({"kind": "hang"}),
        json!({"kind": "latency", "ms": 10_000}),
        json!({"kind": "drip", "ms": 50}),
    ] {
        let code = LoginCode::parse(&world.code(SHOP, "张三").await).unwrap();
        world.next_fails(LOGIN, &fault).await;
        let wechat = world.wechat();
        let began = Instant::now();
        let answer = wechat.exchange_login_code(&app(SHOP), &code, GIVEN).await;
        assert_eq!(answer, Err(WeChatError::Unavailable), "{fault}");
        // What a busy machine may add.
        assert!(began.elapsed() < GIVEN + Duration::from_secs(2), "{fault}");
    }
    let (answer, _) = log_in(world, &json!({"kind": "latency", "ms": 20})).await;
    assert_eq!(answer, Ok(()));
}

pub(crate) async fn busy_limited_and_blocked_are_told_apart(world: &World) {
    for (fault, expected) in [
        (json!({"kind": "busy"}), WeChatError::Busy),
        (json!({"kind": "rate_limited"}), WeChatError::RateLimited),
        (json!({"kind": "blocked"}), WeChatError::LoginBlocked),
        (
            json!({"kind": "errcode", "errcode": 40243}),
            WeChatError::Misconfigured { errcode: 40243 },
        ),
        (
            json!({"kind": "errcode", "errcode": 48001}),
            WeChatError::Misconfigured { errcode: 48001 },
        ),
    ] {
        for answer in every_call(world, &fault).await {
            assert_eq!(answer, Err(expected), "{fault}");
        }
        let (_, code) = log_in(world, &fault).await;
        assert!(
            world.exchange(SHOP, &code).await.is_ok(),
            "{fault} leaves the code"
        );
    }
}

pub(crate) async fn an_account_that_moved_is_another_unionid(world: &World) {
    let code = world.code(SHOP, "张三").await;
    let before = world.exchange(SHOP, &code).await.unwrap();
    let moved = json!({"kind": "changed_unionid"});
    for _ in 0..2 {
        let code = world.code(SHOP, "张三").await;
        world.next_fails(LOGIN, &moved).await;
        let after = world.exchange(SHOP, &code).await.unwrap();
        assert_eq!(after.openid, before.openid);
        assert!(after.unionid.is_some() && after.unionid != before.unionid);
    }
    let code = world.code(SHOP, "张三").await;
    world.next_fails(LOGIN, &json!({"kind": "missing_unionid"})).await;
    assert_eq!(world.exchange(SHOP, &code).await.unwrap().unionid, None);
}
