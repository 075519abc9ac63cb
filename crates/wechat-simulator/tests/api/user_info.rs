//! Encrypted user info opens with the key that the login yields, whichever comes first.

use crate::wechat::{Answer, WeChat, mini};
use aes::Aes128;
use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

fn user_info(wechat: &WeChat, person: &str) -> Value {
    wechat.control(
        "/simulator/user-info",
        &json!({"app_id": mini().app_id, "person": person}),
    )
}

fn session_key(answer: &Answer) -> String {
    answer.json()["session_key"].as_str().unwrap().to_owned()
}

fn decrypt(info: &Value, session_key: &str) -> Option<Value> {
    let bytes = |text: &str| STANDARD.decode(text).unwrap();
    let key: [u8; 16] = bytes(session_key).try_into().unwrap();
    let iv: [u8; 16] = bytes(info["iv"].as_str().unwrap()).try_into().unwrap();
    let data = bytes(info["encrypted_data"].as_str().unwrap());
    let plain = cbc::Decryptor::<Aes128>::new(&key.into(), &iv.into()).decrypt_padded_vec::<Pkcs7>(&data);
    serde_json::from_slice(&plain.ok()?).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn code_then_user_info_then_login() {
    let wechat = WeChat::start();
    let earlier = session_key(&wechat.log_in(&mini(), &wechat.code("张三")));
    let code = wechat.code("张三");
    let info = user_info(&wechat, "张三");
    let key = session_key(&wechat.log_in(&mini(), &code));
    assert_eq!(decrypt(&info, &key).unwrap()["nickName"], "张三");
    assert_eq!(decrypt(&info, &earlier), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn login_then_user_info() {
    let wechat = WeChat::start();
    let answer = wechat.log_in(&mini(), &wechat.code("张三"));
    let info = user_info(&wechat, "张三");
    let secret = decrypt(&info, &session_key(&answer)).unwrap();
    let session = answer.json();
    assert_eq!(
        (&secret["openId"], &secret["unionId"]),
        (&session["openid"], &session["unionid"])
    );
    assert_eq!(secret["watermark"]["appid"], mini().app_id);

    let raw_data = info["raw_data"].as_str().unwrap();
    let signature = Sha1::digest(format!("{raw_data}{}", session_key(&answer)));
    let signature: Vec<String> = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(info["signature"], signature.concat());
    assert!(!raw_data.contains("openId") && !raw_data.contains("unionId") && !raw_data.contains("watermark"));
}

#[tokio::test(flavor = "multi_thread")]
async fn user_info_before_any_code() {
    let wechat = WeChat::start();
    let info = user_info(&wechat, "小明");
    let key = session_key(&wechat.log_in(&mini(), &wechat.code("小明")));
    let secret = decrypt(&info, &key).unwrap();
    assert_eq!(
        (&secret["nickName"], &secret["is_demote"]),
        (&json!("微信用户"), &json!(true))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watermark_is_stamped_by_the_virtual_clock() {
    let wechat = WeChat::start();
    let now = wechat.control("/simulator/clock", &json!({"advance": "30days"}))["now"]
        .as_u64()
        .unwrap();
    let key = session_key(&wechat.log_in(&mini(), &wechat.code("张三")));
    let stamp = decrypt(&user_info(&wechat, "张三"), &key).unwrap()["watermark"]["timestamp"]
        .as_u64()
        .unwrap();
    assert!((now..now + 10).contains(&stamp), "{stamp} is not {now}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nickname_that_was_given_shows() {
    let wechat = WeChat::start();
    wechat.control(
        "/simulator/people",
        &json!({"name": "小明", "nickname": "明/🙂\""}),
    );
    let key = session_key(&wechat.log_in(&mini(), &wechat.code("小明")));
    assert_eq!(
        decrypt(&user_info(&wechat, "小明"), &key).unwrap()["nickName"],
        "明/🙂\""
    );
}
