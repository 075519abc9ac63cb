//! `jscode2session`, and what is encrypted for a mini-program.

use serde_json::{Value, json};
use time::OffsetDateTime;
use wechat_login_domain::{
    EncryptedData, LoginCode, SessionKey,
    ports::{WeChat, WeChatError},
};

use crate::world::{OTHER, SHOP, WITHIN, World, app};

#[tokio::test(flavor = "multi_thread")]
async fn a_good_code_says_who_it_is() {
    let world = World::start();
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

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_for_its_app_and_five_minutes() {
    let world = World::start();
    let code = world.code(SHOP, "alice").await;
    let foreign = world.exchange(OTHER, &code).await;
    assert_eq!(foreign, Err(WeChatError::CodeRejected), "another app's");
    world.exchange(SHOP, &code).await.unwrap();
    let used = world.exchange(SHOP, &code).await;
    assert_eq!(used, Err(WeChatError::CodeRejected), "used");

    let code = world.code(SHOP, "alice").await;
    world.post("/simulator/clock", &json!({"advance": "5m 1s"})).await;
    let expired = world.exchange(SHOP, &code).await;
    assert_eq!(expired, Err(WeChatError::CodeRejected), "expired");
    let unknown = world.exchange(SHOP, "never-issued").await;
    assert_eq!(unknown, Err(WeChatError::CodeRejected), "unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_app_is_the_operators_to_mend_and_costs_no_code() {
    let mut world = World::start();
    let code = world.code(SHOP, "alice").await;
    let right = world.secrets.insert(SHOP.to_owned(), "wrong".to_owned()).unwrap();
    let wrong_secret = world.exchange(SHOP, &code).await;
    assert_eq!(wrong_secret, Err(WeChatError::Misconfigured { errcode: 40125 }));
    world.secrets.insert("wx-unknown".to_owned(), right.clone());
    let unknown_app = world.exchange("wx-unknown", &code).await;
    assert_eq!(unknown_app, Err(WeChatError::Misconfigured { errcode: 40013 }));
    world.secrets.insert(SHOP.to_owned(), right);
    assert!(world.exchange(SHOP, &code).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_encrypted_for_a_person_opens_with_their_key() {
    let world = World::start();
    let code = world.code(SHOP, "alice").await;
    let exchange = world.exchange(SHOP, &code).await.unwrap();
    let whose = json!({"app_id": SHOP, "person": "alice"});
    let made = world.post("/simulator/user-info", &whose).await;
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let data = EncryptedData::parse(&text("encrypted_data"), &text("iv")).unwrap();
    let clock = world.post("/simulator/clock", &json!({"advance": "0s"})).await;
    let now = OffsetDateTime::from_unix_timestamp(clock["now"].as_i64().unwrap()).unwrap();

    let wechat = world.wechat();
    let decrypted = wechat.decrypt(&exchange.session_key, &data).unwrap();
    let user_info = decrypted
        .verify(&app(SHOP).app_id, &exchange.openid, now)
        .unwrap();
    let raw: Value = serde_json::from_str(&text("raw_data")).unwrap();
    assert_eq!(user_info["nickName"], raw["nickName"]);
    let another = SessionKey::parse("AAECAwQFBgcICQoLDA0ODw==").unwrap();
    assert!(wechat.decrypt(&another, &data).is_err());
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
