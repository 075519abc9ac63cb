//! `jscode2session`, `checksession`, and what is encrypted for a mini-program.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::OffsetDateTime;
use wechat_login_domain::{
    EncryptedData, LoginCode, SessionKey,
    ports::{SessionKeyState, WeChat, WeChatError},
};

use crate::world::{OTHER, SHOP, WITHIN, World, app};

pub(crate) async fn a_good_code_says_who_it_is(world: &World) {
    let alice = world.post("/simulator/people", &json!({"name": "alice"})).await;
    let code = world.code(SHOP, "alice").await;
    let exchange = world.exchange(SHOP, &code).await.unwrap();
    assert_eq!(exchange.openid.as_str(), alice["openids"][SHOP]);
    assert_eq!(exchange.unionid.unwrap().as_str(), alice["unionids"]["default"]);

    let code = world.code(OTHER, "alice").await;
    let exchange = world.exchange(OTHER, &code).await.unwrap();
    assert_eq!(exchange.openid.as_str(), alice["openids"][OTHER]);
    assert_eq!(exchange.unionid, None, "bound to no Open Platform account");
}

pub(crate) async fn a_code_is_good_once_for_its_app_and_five_minutes(world: &World) {
    let code = world.code(SHOP, "alice").await;
    let foreign = world.exchange(OTHER, &code).await;
    assert_eq!(foreign, Err(WeChatError::CodeRejected), "another app's");
    world.exchange(SHOP, &code).await.unwrap();
    let used = world.exchange(SHOP, &code).await;
    assert_eq!(used, Err(WeChatError::CodeRejected), "used");

    let code = world.code(SHOP, "alice").await;
    world.advance("5m 1s").await;
    let expired = world.exchange(SHOP, &code).await;
    assert_eq!(expired, Err(WeChatError::CodeRejected), "expired");
    let unknown = world.exchange(SHOP, "never-issued").await;
    assert_eq!(unknown, Err(WeChatError::CodeRejected), "unknown");
}

pub(crate) async fn a_wrong_app_is_the_operators_to_mend_and_costs_no_code(world: &World) {
    let code = world.code(SHOP, "alice").await;
    let wechat = world.wechat_with(&BTreeMap::from([
        (SHOP, "wrong-secret"),
        ("wx-unknown", "some-secret"),
    ]));
    for (app_id, errcode) in [(SHOP, 40125), ("wx-unknown", 40013)] {
        let code = LoginCode::parse(&code).unwrap();
        let answer = wechat.exchange_login_code(&app(app_id), &code, WITHIN).await;
        assert_eq!(answer, Err(WeChatError::Misconfigured { errcode }));
    }
    assert!(world.exchange(SHOP, &code).await.is_ok());
}

pub(crate) async fn what_was_encrypted_for_a_person_opens_with_their_key(world: &World) {
    let code = world.code(SHOP, "alice").await;
    let exchange = world.exchange(SHOP, &code).await.unwrap();
    let now = OffsetDateTime::from_unix_timestamp(world.advance("0s").await).unwrap();
    let wechat = world.wechat();
    let open = |made: &Value| {
        let text = |name: &str| made[name].as_str().unwrap();
        let data = EncryptedData::parse(text("encrypted_data"), text("iv")).unwrap();
        let decrypted = wechat.decrypt(&exchange.session_key, &data).ok()?;
        decrypted.verify(&app(SHOP).app_id, &exchange.openid, now).ok()
    };
    let whose = json!({"app_id": SHOP, "person": "alice"});
    let made = world.post("/simulator/user-info", &whose).await;
    let raw: Value = serde_json::from_str(made["raw_data"].as_str().unwrap()).unwrap();
    assert_eq!(open(&made).unwrap()["nickName"], raw["nickName"]);
    let phone = world.post("/simulator/phone-data", &whose).await;
    assert_eq!(open(&phone).unwrap()["countryCode"], "86");

    let stale = json!({"app_id": SHOP, "person": "alice", "stale_key": true});
    for path in ["/simulator/user-info", "/simulator/phone-data"] {
        assert!(open(&world.post(path, &stale).await).is_none(), "another key");
    }
}

pub(crate) async fn a_session_key_is_valid_until_wechat_has_another(world: &World) {
    let code = world.code(SHOP, "alice").await;
    let exchange = world.exchange(SHOP, &code).await.unwrap();
    let token = world.app_token(SHOP).await;
    let wechat = world.wechat();
    let check = async |key: &SessionKey| {
        wechat
            .check_session(&app(SHOP), &exchange.openid, key, &token, WITHIN)
            .await
    };
    assert_eq!(check(&exchange.session_key).await, Ok(SessionKeyState::Valid));
    let another = SessionKey::parse("AAECAwQFBgcICQoLDA0ODw==").unwrap();
    world.remember(another.expose());
    assert_eq!(check(&another).await, Ok(SessionKeyState::Stale));

    let code = world.code(SHOP, "alice").await;
    let newer = world.exchange(SHOP, &code).await.unwrap();
    assert_eq!(check(&exchange.session_key).await, Ok(SessionKeyState::Stale));
    assert_eq!(check(&newer.session_key).await, Ok(SessionKeyState::Valid));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulator_that_is_gone_is_not_reached() {
    let world = World::start();
    let code = world.code(SHOP, "alice").await;
    let wechat = world.wechat();
    world.simulator.stop().await;
    let code = LoginCode::parse(&code).unwrap();
    let answer = wechat.exchange_login_code(&app(SHOP), &code, WITHIN).await;
    assert_eq!(answer, Err(WeChatError::NotReached));
}
